# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what a file is that a command writes: the file of a key, a sysctl file, or a script that is run."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX
from ansible_collections.linux.tcp.plugins.module_utils._writers.patterns import is_matched
from ansible_collections.linux.tcp.plugins.module_utils._writers.roots import without_root
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import is_filled_in, value_read

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

# A write to the key's file, by a path that is whole, relative, or begins with a variable.
_FILE = re.compile(r"(?:(?:/.*)?/proc/+sys/+net/+ipv4/+|(?!/)(?:.*/)?)tcp_keepalive_(.+)", re.DOTALL)
_PART = re.compile(r"(?:time|intvl|probes)|[\w${}%]{1,60}")
_PATTERN = re.compile(r"[*?\[]")
_FILES = re.compile(r"/proc/+sys/+net/+ipv4/+tcp_keepalive_")
_SCRIPTS = re.compile(
    r".*\.sh\Z|(?:.*/)?s?bin/|/etc/(?:rc|init\.d|local\.d|cron|systemd/|network/if-|ppp/|profile|runit|service/|udev/)"
    r"|/var/spool/cron|.*(?:dispatcher|per-boot|/system/)",
    re.DOTALL,
)
_ESCAPED_END = re.compile(r"(?<!\\n)(?:\\n)+\Z")


def keys_of_file(path: str) -> tuple[Key, ...]:
    """Return the keys whose file this may be, or whose files a pattern matches."""
    if _PATTERN.search(path):
        return tuple(key for key in KEYS if is_matched(f"/proc/sys/{SYSCTL_PREFIX}{key}", path))
    found = _FILE.fullmatch(path)
    if found is None or not _PART.fullmatch(found[1]):
        return ()
    return tuple(key for key in KEYS if key == found[1]) or (KEYS if is_filled_in(found[1]) else ())


def values_printed(keys: tuple[Key, ...], printed: t.Sequence[Word]) -> dict[Key, int | None]:
    """Return the values that a text gives when it is written to the files of keys."""
    if len(keys) != 1 or len(printed) != 1:
        return dict.fromkeys(keys)
    value = value_read(keys[0], _ESCAPED_END.sub("", printed[0].clean))
    return {} if value is False else {keys[0]: value}


def is_kernels_file(path: str) -> bool:
    """Whether keys have their files there, some of which a pattern may stand for."""
    return _FILES.search(path) is not None


def is_sysctl_file(path: str) -> bool:
    """Whether a loader reads this file, as far as its name tells: a variable may stand for it."""
    folder, name = posixpath.split(without_root(path))  # procps reads names that begin with a dot, too
    folder = posixpath.normpath("/" + folder.lstrip("/")) if folder.startswith("/") else folder
    is_known = posixpath.join(folder, name) == SYSCTL_CONF or (folder in DIRECTORIES and name.endswith(".conf"))
    return "$" in path or is_known


def is_sysctl_place(path: str) -> bool:
    """Whether a file of this name is one that a loader reads, or one in a folder of this name is."""
    return is_sysctl_file(path) or posixpath.normpath(path) in DIRECTORIES


def is_script(path: str) -> bool:
    """Whether a file is a script that is run after the boot, as far as its name tells."""
    return _SCRIPTS.match(path) is not None
