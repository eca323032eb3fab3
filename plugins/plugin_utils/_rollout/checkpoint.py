# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that a checkpoint is one that the collection could have taken."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import json
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import CheckpointError
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    Json = t.Dict[str, t.Any]

MOST_FILES = 100
MOST_BYTES = 4 << 20
_FILE_KEYS = {"path", "before", "left", "had_folder"}


def require_checkpoint(given: Json) -> None:
    """Check size and shape of what a host returned as its checkpoint.

    :raises CheckpointError: where the collection takes no such checkpoint.
    """
    if len(json.dumps(given)) > MOST_BYTES:
        raise CheckpointError(f"The checkpoint is larger than {MOST_BYTES} bytes.")
    checkpoint = parse_checkpoint(given)
    surplus = sorted(map(str, given.keys() - {"runtime", "files"} | given["runtime"].keys() - set(KEYS)))
    surplus += [str(key) for file in given["files"] for key in sorted(file.keys() - _FILE_KEYS)]
    if surplus:
        raise CheckpointError(f"The checkpoint has {', '.join(surplus[:5])}, which no checkpoint has.")
    if len(checkpoint.files) > MOST_FILES:
        raise CheckpointError(f"The checkpoint has {len(checkpoint.files)} files; {MOST_FILES} are the most.")


def require_own_files(given: Json, own_path: str) -> None:
    """Check that all files of a checkpoint are sysctl files, or the one that keeps the values.

    :raises CheckpointError: where one is another file.
    """
    paths = {file["path"] for file in given["files"]}
    others = sorted(path for path in paths if not (path in (own_path, SYSCTL_CONF) or _is_sysctl_file(path)))
    if others:
        raise CheckpointError(
            f"The checkpoint has {', '.join(map(repr, others[:5]))}. Only files in {', '.join(DIRECTORIES)}, "
            f"{SYSCTL_CONF} and the file that keeps the values, {own_path}, can be restored. Where a link leads to "
            f"another file, replace the link."
        )


def _is_sysctl_file(path: object) -> bool:
    return isinstance(path, str) and posixpath.dirname(path) in DIRECTORIES and posixpath.normpath(path) == path
