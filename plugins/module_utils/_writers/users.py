# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell as which user a program runs another one, by the options that stand before it.

Sources: sudo(8), doas(1), pkexec(1), su(1), runuser(1), setpriv(1), chroot(1), capsh(1), systemd-run(1), run0(1),
start-stop-daemon(8), chpst(8), daemon(1).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting

_ROOT = ("", "root", "0", "#0", "+0")
_KEEPS_RIGHTS = re.compile(r"net_admin|\+all\b")  # a capability of another user


class _Options(t.NamedTuple):
    """The options that name a user, and all that take a value; ``permutes`` says that operands may precede them."""

    user: frozenset[str]
    valued: frozenset[str]
    permutes: bool = False


def _options(user: str, flags: str, names: str = "", *, permutes: bool = False) -> _Options:
    valued = (*(f"-{flag}" for flag in flags), *(f"--{name}" for name in names.split()))
    return _Options(frozenset(user.split()), frozenset(valued), permutes)


_SU = _options(
    "-u --user",
    "cgGsuw",
    "command session-command shell group supp-group user whitelist-environment",
    permutes=True,
)
USERS = {
    "sudo": _options(
        "-u --user",
        "aCcDghpRrTtUu",
        "user group host prompt chdir chroot close-from role type command-timeout other-user auth-type login-class",
    ),
    "doas": _options("-u", "aCu"),
    "pkexec": _options("-u --user", "u", "user"),
    "run0": _options("-u --user", "ugDM", "user group nice chdir unit property description slice setenv machine"),
    "su": _SU,
    "runuser": _SU,
    "setpriv": _options(
        "--reuid",
        "d",
        "ambient-caps inh-caps bounding-set ruid rgid euid egid reuid regid groups securebits pdeathsig ptracer"
        " selinux-label apparmor-profile",
    ),
    "chroot": _options("--userspec", "", "userspec groups"),
    "capsh": _options("--user --uid", ""),
    "daemon": _options("-u --user", "unX", "user name command"),
    "start-stop-daemon": _options(
        "-c --chuid",  # on Debian -u only tells which process to look for
        "xpnugcsarkNPIRd",
        "exec pidfile name user group chuid signal startas chroot chdir umask nicelevel procsched iosched retry",
    ),
    "chpst": _options("-u", "uUenlLbmdopfrct/"),
}
_SYSTEMD_RUN = _options(
    "--uid",
    "HMputEC",
    "host machine property unit slice description service-type uid gid nice working-directory setenv on-active on-boot"
    " on-startup on-unit-active on-unit-inactive on-calendar timer-property path-property socket-property",
)

_GIVE_COMMAND = frozenset(("-c", "--command", "--session-command", "-x", "--exec", "-a", "--startas", "-X"))


def is_value(name: str, before: str) -> bool:
    """Whether the word behind another one is the value of an option of a program, and no command that it runs."""
    return name in USERS and before in USERS[name].valued and before not in _GIVE_COMMAND


def is_root(user: str) -> bool:
    """Whether a user, perhaps with a group, may be root."""
    return "$" in user or user.partition(":")[0] in _ROOT


def runs_as_other(name: str, arguments: t.Sequence[str]) -> bool:
    """Whether a program runs another one as a user without the right to set the keys."""
    of = USERS[name]
    options, operands = _read(arguments, of)
    users = [value for option, value in options if option in of.user]
    if of is _SU and not users:
        users = [word for word in operands if word != "-"][:1]
    if name in ("setpriv", "capsh") and any(map(_KEEPS_RIGHTS.search, arguments)):
        return False
    return bool(users) and not is_root(users[-1])


def settings_given(arguments: t.Sequence[str]) -> list[UnitSetting]:
    """Return the settings of a service that systemd-run(1) is given."""
    found = []
    for option, value in _read(arguments, _SYSTEMD_RUN)[0]:
        setting = f"User={value}" if option == "--uid" else value if option in ("-p", "--property") else ""
        name, equals, text = setting.partition("=")
        if equals:
            found.append(UnitSetting(1, "Service", name, text))
    return found


def _read(arguments: t.Iterable[str], of: _Options) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the options with their values, and the operands; bundles of flags are taken apart: getopt(3)."""
    options: list[tuple[str, str]] = []
    operands: list[str] = []
    pending = iter(arguments)
    for word in pending:
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            options.append((name, value if equals or name not in of.valued else next(pending, "")))
        elif word.startswith("-") and word != "-":
            place = next((at for at, flag in enumerate(word) if f"-{flag}" in of.valued), len(word))
            options += [(f"-{flag}", "") for flag in word[1:place]]
            if place < len(word):
                options.append((f"-{word[place]}", word[place + 1 :] or next(pending, "")))
        elif of.permutes:
            operands.append(word)
        elif not ASSIGNMENT.match(word):
            break
    return options, operands
