# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    GoneError,
    NotPermittedError,
    TooDeepError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.proc_files import (
    TooLargeError,
    error_of,
    read_link,
    read_proc,
    read_text,
    stat_of,
)

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", [0, 1, 70_000, 200_000])
def test_all_of_a_file_is_read(tmp_path: Path, size: int) -> None:
    (tmp_path / "x").write_bytes(b"x" * size)
    assert read_proc(str(tmp_path / "x"), 200_000) == b"x" * size


def test_a_larger_file_is_refused() -> None:
    with pytest.raises(OSError, match="File too large") as failed:
        read_proc("/dev/zero", 100_000)
    assert (failed.value.errno, failed.value.filename) == (errno.EFBIG, "/dev/zero")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_proc(str(tmp_path / "x"), 1)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOENT, GoneError),
        (errno.ESRCH, GoneError),
        (errno.EACCES, NotPermittedError),
        (errno.EFBIG, TooLargeError),
        (errno.ENAMETOOLONG, TooDeepError),
    ],
    ids=lambda given: errno.errorcode[given] if isinstance(given, int) else None,
)
def test_what_an_error_says_of_a_process(code: int, kind: type[Exception]) -> None:
    assert error_of("/proc/7/cgroup", OSError(code, os.strerror(code))).__class__ == kind


def test_too_many_open_files_say_nothing_of_a_process() -> None:
    with pytest.raises(ExhaustedError):
        error_of("/proc/7/cgroup", OSError(errno.EMFILE, os.strerror(errno.EMFILE)))


@pytest.mark.parametrize("look", [read_text, read_link, stat_of])
def test_a_process_that_has_ended(tmp_path: Path, look: t.Callable[[str], object]) -> None:
    with pytest.raises(GoneError, match="is gone"):
        look(str(tmp_path / "x"))
