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

_ASSIGNMENT = re.compile(rb"(?:^|[\s;&(])hostonly(\+?=)([^\s;&)]*)")
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
        for number, line in enumerate(file.text.split(b"\n"), start=1):
            for found in _ASSIGNMENT.finditer(re.sub(rb"(^|\s)#.*", b"", line)):
                value = re.sub(rb"[\"']", b"", found[2])
                is_plain = found[1] == b"=" and re.fullmatch(rb"[\w-]*", value)
                if value in _HOST_ONLY or not is_plain:
                    place = (file.path, number)
                elif found.start() == 0:  # anything before may be a condition
                    place = None
    return Initramfs(place)


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
