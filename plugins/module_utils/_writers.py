# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Who else sets keepalive keys once a system has booted: scripts, cron, units, ufw, tuned.

These places are read, and never run or predicted: a script may do anything. What cannot be read
is passed over. Sources: rc.local(8), crontab(5), systemd.unit(5), interfaces(5),
NetworkManager-dispatcher(8), ufw-framework(8), tuned-main.conf(5).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    SYSCTL_CONF,
    Tree,
    files_read,
    parse_line,
    rows_with,
    rules_of,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

    Reach = t.Literal["keys", "profile", "file", "system", "etc"]

# Scripts that run only where they are executable, and texts that are read by another program.
_EXECUTABLES = (
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/init.d/boot.local",
    "/etc/init.d/after.local",
    "/etc/rc[2-5S].d/S*",
    "/etc/rc.d/rc[2-5S].d/S*",
    "/etc/local.d/*.start",
    "/etc/runlevels/*/*",
    "/etc/runit/[123]",
    "/etc/service/*/run",
    "/etc/network/if-pre-up.d/*",
    "/etc/network/if-up.d/*",
    "/etc/sysconfig/network-scripts/ifup*",
    "/etc/sysconfig/network/scripts/*",
    "/etc/ppp/ip-up.d/*",
    "/etc/cron.hourly/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/etc/cron.monthly/*",
    "/etc/NetworkManager/dispatcher.d/*",
    "/etc/NetworkManager/dispatcher.d/*.d/*",
    "/usr/lib/NetworkManager/dispatcher.d/*",
    "/usr/lib/NetworkManager/dispatcher.d/*.d/*",
    "/etc/networkd-dispatcher/*.d/*",
    "/usr/lib/networkd-dispatcher/*.d/*",
)
_TEXTS = (
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/*",
    "/etc/dhcp/dhclient-*-hooks.d/*",
    "/etc/crontab",
    "/etc/anacrontab",
    "/etc/cron.d/*",
    "/var/spool/cron/*",
    "/var/spool/cron/crontabs/*",
)
# By priority, as in systemd.unit(5): of units with the same name the first one counts.
_UNIT_FOLDERS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
_UNITS = ("*.service", "*.socket", "*.service.d/*.conf", "*.socket.d/*.conf")
# The scripts that are the loader: what they apply is what is predicted.
_LOADER = re.compile(r".*/(S\d\d)?(procps|sysctl)(\.sh)?\Z")
_KERNEL_FILES = "/boot/sysctl.conf-*"

_RELEVANT = re.compile(rb"tcp_keepalive_|sysctl")
_REMARK = re.compile(rb"(?:^[ \t]*[#;]|\s#).*")
# KEY=VALUE for sysctl(8) or a file of its, and a write to the key's file.
_SETS = re.compile(
    rb"net[./]ipv4[./]tcp_keepalive_[^\s=)`]*[\"']?\s*=(?!=)"
    rb"|(?:>|\btee\b[^|;&]*|\bof=|\bcp\b[^|;&]*)\s*[\"']?/proc/sys/net/ipv4/tcp_keepalive_"
)
_CALL = re.compile(rb"(?:^|[\s;&|('\"`=/@!+])sysctl[ \t]+(-[^;&|<>)`\n]*)")
_LOADS = re.compile(r"--load(?:=(.*))?\Z|-[a-zA-Z]*?[pf](/.*|[a-zA-Z]*)\Z")
_TEXT_MAX = 200
_MOST_OF_A_FILE = 1000  # whoever reads as many needs no more of them

_UFW_IS_ON = re.compile(rb"^[ \t]*ENABLED=[\"']?yes\b", re.MULTILINE | re.IGNORECASE)
_UFW_FILE = re.compile(rb"^[ \t]*IPT_SYSCTL=[\"']?([^\s\"'#]*)", re.MULTILINE)

_TUNED_CONF = "/etc/tuned/tuned-main.conf"
_TUNED_FILES = ("/etc/sysctl.d/", SYSCTL_CONF)
_TUNED_ACTIVE = ("/etc/tuned/active_profile", "/etc/tuned/post_loaded_profile")
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_TUNED_IS_ON = (
    "/etc/systemd/system/*.wants/tuned.service",
    "/etc/rc[2-5].d/S*tuned",
    "/etc/runlevels/*/tuned",
)
_TUNED_APPLIES_NO_FILES = re.compile(
    rb"^[ \t]*reapply_sysctl[ \t]*=[ \t]*(0|no|off|false)\b", re.MULTILINE | re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class Writer:
    """A line that may set keepalive keys after the boot.

    ``reach`` says how: it names ``keys``, or the ``key`` of a tuned ``profile``, over which tuned puts
    what the files in /etc say; or it applies a ``file``, all files of the ``system`` as procps does,
    or all those in ``etc`` as tuned does.
    """

    path: str
    line: int
    text: str
    reach: Reach = "keys"
    key: Key | None = None
    file: str = ""

    def applies(self, tree: Tree) -> list[SysctlFile]:
        """Return the files of ``tree`` that are applied with the line, in their order."""
        if self.reach == "file":
            files = [dataclasses.replace(file, path=SYSCTL_CONF) for file in [tree.get(self.file)] if file]
        elif self.reach == "system":
            files = list(tree.files)
        else:
            files = [file for file in tree.files if file.path.startswith(_TUNED_FILES)]
        return files_read(Tree(tuple(files)), rules_of("procps"))

    def as_dict(self) -> dict[str, t.Any]:
        """Return what answers show of it."""
        return {"path": printable(self.path), "line": self.line, "text": self.text}


def find_writers(files: Files) -> list[Writer]:
    """Return the lines of a system that set keepalive keys after its boot."""
    found = [
        *(
            writer
            for pattern in _EXECUTABLES
            for file in files.matching(pattern)
            if not _LOADER.match(file.path)
            for writer in _in_script(files, file)
            if files.is_executable(file.target)
        ),
        *(writer for pattern in _TEXTS for file in files.matching(pattern) for writer in _in_script(files, file)),
        *(writer for file in _units(files) for writer in _in_script(files, file)),
        *(writer for file in files.matching(_KERNEL_FILES) for writer in _in_sysctl_file(file)),
        *_of_ufw(files),
        *_of_tuned(files),
    ]
    # a script that several runlevels start is one
    return list(dict.fromkeys(found))


def _units(files: Files) -> t.Iterator[SysctlFile]:
    by_name: dict[str, SysctlFile] = {}
    for folder in _UNIT_FOLDERS:
        for pattern in _UNITS:
            for file in files.matching(f"{folder}/{pattern}"):
                by_name.setdefault(file.path[len(folder) :], file)
    yield from by_name.values()


def _in_script(files: Files, file: SysctlFile) -> t.Iterator[Writer]:
    """Return the lines of a script, or of another text with commands."""
    return itertools.islice(_commands(files, file), _MOST_OF_A_FILE)


def _commands(files: Files, file: SysctlFile) -> t.Iterator[Writer]:
    for number, row in rows_with(_RELEVANT, file.text):
        command = _REMARK.sub(b"", row)
        if _SETS.search(command):
            yield _writer(file, number, row)
        for call in _CALL.finditer(command):
            for reach, name in _loaded(call[1].decode("utf-8", "surrogateescape")):
                names = [files.read(found.path).path for found in files.matching(name)] if name else [""]
                yield from (_writer(file, number, row, reach, file=other) for other in names)


def _loaded(arguments: str) -> t.Iterator[tuple[Reach, str]]:
    """Yield what a call of sysctl(8) applies, from its arguments; a file's name may be a pattern."""
    try:
        words = shlex.split(arguments)
    except ValueError:  # the quote that ends it was opened before the call
        words = arguments.replace('"', " ").replace("'", " ").split()
    if "--system" in words:
        yield "system", ""
        return
    loads = list(filter(None, map(_LOADS.match, words)))
    if not loads:
        return
    attached = [name for load in loads for name in load.groups() if name and name.startswith("/")]
    names = attached + [word for word in words if word.startswith("/")]
    for name in names or [SYSCTL_CONF]:
        yield "file", name


def _in_sysctl_file(file: SysctlFile) -> t.Iterator[Writer]:
    rows = file.text.split(b"\n")
    for statement in statements(file.text, rules_of("procps"))[:_MOST_OF_A_FILE]:
        yield _writer(file, statement.line, rows[statement.line - 1])


def _of_ufw(files: Files) -> t.Iterator[Writer]:
    if not _UFW_IS_ON.search(files.read("/etc/ufw/ufw.conf").text):
        return
    names = _UFW_FILE.findall(files.read("/etc/default/ufw").text)
    if names and names[-1].startswith(b"/"):
        yield from _in_sysctl_file(files.read(names[-1].decode("utf-8", "surrogateescape")))


def _of_tuned(files: Files) -> t.Iterator[Writer]:
    if not any(map(files.matching, _TUNED_IS_ON)):
        return
    active = [file for file in map(files.read, _TUNED_ACTIVE) if file.text.strip()]
    if not active:
        return
    reach: Reach = "keys"
    if not _TUNED_APPLIES_NO_FILES.search(files.read(_TUNED_CONF).text):
        reach = "profile"
        yield _writer(active[0], 1, active[0].text.split(b"\n")[0], "etc")
    names = [name.decode("utf-8", "surrogateescape") for file in active for name in file.text.split()]
    seen: set[str] = set()
    while names:
        name = names.pop(0)
        profiles = [files.read(f"{folder}/{name}/tuned.conf") for folder in _TUNED_PROFILES]
        profile = next((file for file in profiles if file.kind == "file"), None)
        if profile is None or name in seen:
            continue
        seen.add(name)
        included, rows = _tuned_profile(profile.text)
        names += included
        for number, row in rows:
            statement = parse_line(row, number, rules_of("procps"))
            if statement and statement.key:
                yield _writer(profile, number, row, reach, key=statement.key)


def _tuned_profile(text: bytes) -> tuple[list[str], list[tuple[int, bytes]]]:
    """Return the profiles that one includes, and the lines of its sections for sysctl."""
    included: list[str] = []
    plugins: dict[bytes, bytes] = {}
    rows: list[tuple[bytes, int, bytes]] = []
    section = b""
    for number, row in enumerate(text.split(b"\n"), start=1):
        name, equals, value = (part.strip() for part in row.partition(b"="))
        if name[:1] == b"[" and name[-1:] == b"]":
            section = name[1:-1]
        elif section == b"main" and name == b"include":
            included = value.decode("utf-8", "surrogateescape").replace(",", " ").split()
        elif name == b"type":
            plugins[section] = value
        elif equals:
            rows.append((section, number, row))
    return included, [(number, row) for section, number, row in rows if plugins.get(section, section) == b"sysctl"]


def _writer(
    place: SysctlFile, number: int, row: bytes, reach: Reach = "keys", *, key: Key | None = None, file: str = ""
) -> Writer:
    text = printable(row.strip().decode("utf-8", "surrogateescape"))
    return Writer(place.target, number, text[:_TEXT_MAX], reach, key, file)
