# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which files of packages others of their name hide: udev(7), modprobe.d(5), tmpfiles.d(5), systemd.generator(7).

The dispatcher of NetworkManager takes a script of /etc in place of one of /usr/lib: NetworkManager-dispatcher(8).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.places import HIDING_FOLDERS, HIDING_FOLDERS_OF_SCRIPTS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


def is_hidden(files: Reader, path: str) -> bool:
    """Whether a file has no effect because a folder of higher priority has one of its name."""
    return any(files.known(other).kind == "file" for other in _others(path, HIDING_FOLDERS)) or any(
        _runs_or_masks(files, other) for other in _others(path, HIDING_FOLDERS_OF_SCRIPTS)
    )


def _others(path: str, groups: t.Iterable[tuple[str, ...]]) -> t.Iterator[str]:
    """Yield the names under which a file would hide the one of this path."""
    for folders in groups:
        for index, folder in enumerate(folders):
            if path.startswith(f"{folder}/"):
                yield from (f"{other}{path[len(folder) :]}" for other in folders[:index])


def _runs_or_masks(files: Reader, path: str) -> bool:
    """Whether a file is a script that runs, or an empty one or a link to /dev/null, which runs nothing."""
    file = files.known(path)
    return file.kind == "file" and (not file.text or files.is_executable(file.target, if_unknown=False))
