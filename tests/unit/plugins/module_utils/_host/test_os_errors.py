# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, FileError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import (
    FixedContentError,
    as_file_error,
    denied_by,
    reason_of,
    remedy_of,
    require_not_exhausted,
)


@pytest.mark.parametrize(
    ("code", "user", "denied", "remedy"),
    [
        (errno.EACCES, 1000, "to_user", " Run as root (become: true)."),
        (errno.EPERM, 1000, "to_user", " Run as root (become: true)."),
        (errno.EACCES, 0, "to_root", f" {remedy_of_denial('to_root')}"),
        (errno.EPERM, 0, "to_root", " It may be immutable or append-only: see lsattr(1)."),
        (errno.EIO, 1000, "", ""),
    ],
)
def test_to_whom_access_is_denied(
    monkeypatch: pytest.MonkeyPatch, code: int, user: int, denied: str, remedy: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert denied_by(OSError(code, os.strerror(code))) == denied
    assert remedy_of(OSError(code, os.strerror(code))) == remedy


@pytest.mark.parametrize(
    ("error", "reason", "remedy"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "No space left on device",
            " Make room on that file system.",
        ),
        (OSError("told by a program"), "told by a program", ""),
        (ValueError("embedded null byte"), "embedded null byte", ""),
        (OSError(), "OSError", ""),
        (FixedContentError(), "Operation not permitted", " It may be immutable or append-only: see lsattr(1)."),
    ],
    ids=repr,
)
def test_reason_and_remedy(error: Exception, reason: str, remedy: str) -> None:
    assert (reason_of(error), remedy_of(error)) == (reason, remedy)


def test_error_names_the_file() -> None:
    with pytest.raises(FileError) as failed, as_file_error("/etc/a.conf", "written"):
        raise OSError(errno.EROFS, "Read-only file system")
    message = "/etc/a.conf cannot be written: Read-only file system. Mount it writable, or give another path."
    assert str(failed.value) == message


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOMEM], ids=errno.errorcode.__getitem__)
def test_what_cannot_be_opened_at_the_moment_tells_nothing(code: int) -> None:
    with pytest.raises(ExhaustedError, match=r"/etc/a\.conf cannot be opened: .+"):
        require_not_exhausted("/etc/a.conf", OSError(code, os.strerror(code)))


def test_other_errors_tell_what_is_there() -> None:
    require_not_exhausted("/etc/a.conf", OSError(errno.ENOENT, os.strerror(errno.ENOENT)))
