# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which sysctl files dracut copies into the initramfs: dracut.conf(5), modules.d/*systemd-sysctl of dracut."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Initramfs

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

DRACUT = "/usr/lib/dracut/modules.d"
CONF = "/etc/dracut.conf"
# Of files with the same name the one in the earliest folder counts.
CONF_FOLDERS = ("/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d")

_WORD = rb"""("[^"$`\\]*"|'[^']*'|[\w./:,@%+=-]*)"""
_PLAIN = re.compile(rb"[ \t]*([A-Za-z_]\w*)(\+?=)" + _WORD + rb"([ \t]+#.*|[ \t]*)")
_NOTHING = re.compile(rb"[ \t]*(#.*)?")
_ASSIGNMENT = re.compile(rb"(?<![\w-])hostonly\+?=([^\s;&|)}]*)")
# A line that runs another file, or the text of a variable. What such a line sets is not known.
_SOURCED = re.compile(rb"(^|[;&|({]|\b(then|do|else|builtin|command)\b)[ \t]*(\.|source|eval)[ \t]+\S")
_HOST_ONLY = (b"yes", b"-h")


def read_initramfs(files: Files) -> Initramfs | None:
    """Return the initramfs that dracut builds on a system, None where there is no dracut.

    The files of its configuration are shell scripts. What is not plain in them counts as host-only.

    :raises FileError: where the system does not tell whether there is dracut.
    """
    if not files.isdir(DRACUT):
        return None
    place: tuple[str, int | None] | None = None
    for file in _configuration(files):
        if file.kind == "unreadable":
            place = (file.path, None)
        for number, is_host_only in _assignments(file.text):
            place = (file.path, number) if is_host_only else None
    return Initramfs(place)


def _assignments(text: bytes) -> t.Iterator[tuple[int, bool]]:
    """Yield the number of each line of a script that sets hostonly, and whether to yes or what is not known.

    A line that runs what another file or a variable has may set it.

    What sets it to anything else counts only where each line of the script is a plain assignment: elsewhere a
    condition, on this line or one before, may leave it out.
    """
    lines = [(number, line) for number, line in enumerate(text.split(b"\n"), start=1) if not _NOTHING.fullmatch(line)]
    plain = [(number, _PLAIN.fullmatch(line)) for number, line in lines]
    if all(found for _number, found in plain):
        for number, found in plain:
            if found and found[1] == b"hostonly":
                yield number, found[2] == b"+=" or found[3].strip(b"\"'") in _HOST_ONLY
        return
    for number, line in lines:
        if _SOURCED.search(line):
            yield number, True
        for found_value in _ASSIGNMENT.findall(line):
            value = re.sub(rb"[\"']", b"", found_value)
            if value in _HOST_ONLY or b"hostonly+=" in line or not re.fullmatch(rb"[\w-]*", value):
                yield number, True


def _configuration(files: Files) -> t.Iterator[SysctlFile]:
    """Yield the files that dracut reads, in its order."""
    yield files.read(CONF)
    by_name: dict[str, SysctlFile] = {}
    for folder in CONF_FOLDERS:
        for file in files.read_folder(folder, suffix=".conf"):
            name = posixpath.basename(file.path)
            if not name.startswith("."):
                by_name.setdefault(name, file)
    yield from (by_name[name] for name in sorted(by_name))
