# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which file or folder keeps this process from looking at a path."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files


def denying(files: Files, path: str) -> str:
    """Return the topmost folder above a path that may not be entered, or else the path itself."""
    folder = "/"
    for name in filter(None, path.split("/")):
        try:
            # takes the right to enter the folder, and none on what is there
            close(files.open_file(folder, name, os.O_PATH))
        except PermissionError:
            return folder
        except (OSError, KeepaliveError):
            break
        folder = f"{folder.rstrip('/')}/{name}"
    return path
