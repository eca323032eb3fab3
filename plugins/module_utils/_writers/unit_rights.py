# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which commands of a systemd unit can set the host's keys, and which can write its files: systemd.exec(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_paths import hides_keys, shows_sysctl_files

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting

GIVES_RIGHTS = re.compile(r"\b(?:sudo|doas|pkexec|run0|su)\b")
_YES = ("1", "y", "yes", "t", "true", "on")
_ROOT = ("", "root", "0")
_HOSTS_NETWORK = re.compile(r"/+proc/+(?:1|self)/.*", re.DOTALL)  # systemd opens it, as process 1
# What enters the host's namespaces and root folder from others, given the rights.
REACHES_HOST = re.compile(r"\bnsenter\b|/proc/1/(?:root|ns)\b")
# systemd finds capabilities by name in any letters, and by number: capabilities(7).
_NET_ADMIN = frozenset(("cap_net_admin", "12"))
_DAC_OVERRIDE = frozenset(("cap_dac_override", "1"))


@dataclasses.dataclass(frozen=True)
class UnitRights:
    """What the commands of a unit may do.

    ``shares_network`` says that they are in the host's network namespace, ``sees_keys`` that the keys' files are there
    and can be written to, ``has_keys`` that their user may do so, ``has_files`` that this user may write root's files.
    ``may_gain`` says that sudo gives them more rights. ``frees_others`` says that all but the main command run as root
    outside of the sandbox, ``has_hosts_files`` and ``others_have_hosts_files`` that they have the sysctl files of
    the host: the main command, and the others.
    """

    shares_network: bool
    sees_keys: bool
    has_keys: bool
    has_files: bool
    may_gain: bool
    frees_others: bool
    has_hosts_files: bool
    others_have_hosts_files: bool

    def may_set(self, name: str, prefix: str, command: str) -> bool:
        """Whether a command of the setting with this name can set the host's keys, given what stands before it."""
        reaches_host = REACHES_HOST.search(command) is not None
        sees_keys = reaches_host or self.sees_keys or self._is_freed(name, prefix)
        has_keys = self.has_keys or self._gets_rights(name, prefix, command)
        return (reaches_host or self.shares_network) and sees_keys and has_keys

    def may_write(self, name: str, prefix: str, command: str) -> bool:
        """Whether such a command can write the host's sysctl files."""
        has_hosts_files = self.has_hosts_files if name == "ExecStart" else self.others_have_hosts_files
        is_in_host = "+" in prefix or has_hosts_files or REACHES_HOST.search(command) is not None
        return is_in_host and (self.has_files or self._gets_rights(name, prefix, command))

    def _is_freed(self, name: str, prefix: str) -> bool:
        """Whether a command runs as root, and outside of the sandbox."""
        return "+" in prefix or (self.frees_others and name != "ExecStart")

    def _gets_rights(self, name: str, prefix: str, command: str) -> bool:
        is_root = "!" in prefix or self._is_freed(name, prefix)
        return is_root or (self.may_gain and GIVES_RIGHTS.search(command) is not None)


def rights_of(
    given: t.Sequence[UnitSetting], users: t.Iterable[str], roots: t.Iterable[str], resolve: t.Callable[[str], str]
) -> UnitRights:
    """Return the rights of a unit with these settings.

    ``users`` are those as which its instances run, ``roots`` their root folders. ``resolve`` follows the links of a
    path.
    """
    settings = {one.name: one.value.strip() for one in given}
    path = settings.get("NetworkNamespacePath", "")
    is_hosts_network = not path or any(map(_HOSTS_NETWORK.fullmatch, (path, resolve(path))))
    is_root = not is_set(settings, "DynamicUser") and any(user in _ROOT or "%" in user for user in users)
    has_own_root = bool(settings.get("RootImage")) or all(root and resolve(root) != "/" for root in roots)
    has_hosts_files = not has_own_root or shows_sysctl_files(given, resolve)
    return UnitRights(
        shares_network=not is_set(settings, "PrivateNetwork") and is_hosts_network,
        sees_keys=not hides_keys(
            given, resolve, has_own_root=has_own_root, protects=is_set(settings, "ProtectKernelTunables")
        ),
        has_keys=is_root or _has_capability(given, _NET_ADMIN),
        has_files=is_root or _has_capability(given, _DAC_OVERRIDE),
        may_gain=not is_set(settings, "NoNewPrivileges"),
        frees_others=is_set(settings, "PermissionsStartOnly"),
        has_hosts_files=has_hosts_files,
        others_have_hosts_files=has_hosts_files or is_set(settings, "RootDirectoryStartOnly"),
    )


def is_set(settings: t.Mapping[str, str], name: str) -> bool:
    """Whether a setting is switched on."""
    return settings.get(name, "").lower() in _YES


def _has_capability(given: t.Iterable[UnitSetting], names: frozenset[str]) -> bool:
    """Whether a unit of another user may have a capability; an empty value takes back those before it."""
    has_it = False
    for one in given:
        if one.name == "AmbientCapabilities":
            words = one.value.lower().split()
            is_inverse = words[:1] != [] and words[0].startswith("~")
            named = names.intersection(word.lstrip("~") for word in words)
            has_it = bool(words) and (has_it or bool(named) is not is_inverse)
    return has_it
