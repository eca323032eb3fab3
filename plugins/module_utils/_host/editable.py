# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that a file may be edited: what it is, and that no user leads root to it by a link."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import reason_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile


def require_editable(files: Files, file: SysctlFile) -> None:
    """Check that a file is a regular one, or can become one, and that no user leads root to it by a link.

    :raises InvalidPathError: for anything else.
    """
    name = file.path if file.path == file.target else f"{file.path} (a link to {file.target})"
    if file.is_credential:
        raise InvalidPathError(f"{name} is a credential of systemd, which is never edited. Give another path.")
    if file.target == "/dev/null":
        raise InvalidPathError(
            f"{name} hides every file of its name from the boot and cannot hold values. "
            f"Remove the link, or give another path."
        )
    if file.kind in ("directory", "unreadable") or (file.is_link and file.path == file.target):
        remedy = remedy_of_denial(file.denied) if file.denied else "Give the path of a regular file."
        raise InvalidPathError(f"{name} cannot be edited: {file.reason}. {remedy}")
    _require_trusted_links(files, file, name)
    folder = files.nearest_folder(file.target)
    if not files.isdir(folder):
        remedy = "Move it away" if files.lexists(folder) else "Make it first"
        raise InvalidPathError(f"{name} cannot be made: {folder} is not a folder. {remedy}, or correct path.")


def _require_trusted_links(files: Files, file: SysctlFile, name: str) -> None:
    """Check that no user leads root to a file by a link. In the tree of another system links lead nowhere else.

    :raises InvalidPathError: for a link of a user, or one that was replaced after the file was read.
    """
    if not files.is_running_system:
        return

    def require_trusted(link: str) -> None:
        try:
            owner = files.untrusted_owner(link)
        except OSError as exc:
            raise InvalidPathError(f"{name} cannot be edited: {link}: {reason_of(exc)}. Run the task again.") from exc
        if owner is not None:
            raise InvalidPathError(
                f"{file.path} cannot be edited: {link} is a link of the user with the ID {owner}, who could have "
                f"it lead to any file. Give the path of the file itself, or make root the owner of the link."
            )

    target = files.resolve(file.path, on_link=require_trusted)
    if target != file.target:
        raise InvalidPathError(f"{name} leads to {target} now. Run the task again.")
