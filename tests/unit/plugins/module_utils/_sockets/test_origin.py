# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import sys
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, NotPermittedError, TooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._sockets.origin import program_of, unit_that_started
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

SESSION = b"0::/user.slice/user-1000.slice/session-3.scope\n"
SSH = b"0::/system.slice/ssh.service\n"


def status(parent: int) -> bytes:
    return f"Name:\tx\nPid:\t7\nPPid:\t{parent}\n".encode()


@pytest.mark.parametrize(
    ("target", "program"),
    [("/usr/bin/node", "node"), ("/usr/bin/python3.11 (deleted)", "python3.11"), (None, None)],
)
def test_program_of(tmp_path: Path, target: str | None, program: str | None) -> None:
    if target:
        (tmp_path / "exe").symlink_to(target)
    assert program_of(Process(7, "MainThread", 0, 1, str(tmp_path))) == program


def test_program_of_this_process() -> None:
    assert program_of(Process(os.getpid(), "x", 0, 1, "/proc/self")) == os.path.basename(
        os.path.realpath(sys.executable)
    )


@pytest.mark.parametrize(
    ("files", "unit"),
    [
        pytest.param({"7/cgroup": SESSION, "7/status": status(5), "5/cgroup": SSH}, "ssh.service", id="the leader"),
        pytest.param({"7/cgroup": SESSION, "7/status": status(5), "5/cgroup": SESSION}, None, id="one that it started"),
        pytest.param({"7/cgroup": SESSION, "7/status": status(1), "1/cgroup": SSH}, None, id="its parent has ended"),
        pytest.param({"7/cgroup": SESSION, "7/status": status(5)}, None, id="its parent ends meanwhile"),
        pytest.param({"7/cgroup": SESSION}, None, id="it ends meanwhile"),
        pytest.param(
            {"7/cgroup": b"0::/system.slice/x.service\n", "7/status": status(5), "5/cgroup": SSH}, None, id="no session"
        ),
    ],
)
def test_unit_that_started(tmp_path: Path, files: dict[str, bytes], unit: str | None) -> None:
    lay_out(tmp_path, dict(files))
    assert unit_that_started(Process(7, "sshd", 0, 1, str(tmp_path / "7"))) == unit


def test_unit_that_started_is_what_root_made(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/cgroup": SESSION, "7/status": status(5), "5/cgroup": b"0::/user/bob/0/ssh.service\n"})

    def made(_controllers: str, parts: tuple[str, ...]) -> Made:
        return Made(1, 1000) if parts[0] == "user" else Made(len(parts), 0)

    assert unit_that_started(Process(7, "sshd", 0, 1, str(tmp_path / "7"), makers=made)) is None


def test_unit_that_started_a_process_whose_first_thread_has_ended(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/task/9/cgroup": SESSION, "7/status": status(5), "5/cgroup": SSH})
    assert unit_that_started(Process(7, "sshd", 0, 1, str(tmp_path / "7/task/9"), 9)) == "ssh.service"


@pytest.mark.parametrize("hidden", ["7/status", "5/cgroup"])
def test_unit_that_started_is_unknown_where_the_kernel_does_not_tell(tmp_path: Path, hidden: str) -> None:
    lay_out(tmp_path, {"7/cgroup": SESSION, "7/status": status(5), "5/cgroup": SSH, hidden: None})
    with pytest.raises(NotPermittedError):
        unit_that_started(Process(7, "sshd", 0, 1, str(tmp_path / "7")))


def test_unit_that_started_is_unknown_where_the_cgroup_of_the_parent_is_too_deep(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/cgroup": SESSION, "7/status": status(5), "5/cgroup": "x" * 300})
    with pytest.raises(TooDeepError) as failed:
        unit_that_started(Process(7, "sshd", 0, 1, str(tmp_path / "7")))
    assert str(failed.value) == (
        "Process 5 is in a cgroup whose path is longer than the kernel shows. End that process, or move it to another "
        "cgroup, and run again."
    )


def test_too_many_open_files_tell_nothing_of_what_started_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"7/cgroup": SESSION})
    process = Process(7, "sshd", 0, 1, str(tmp_path / "7"))
    assert process.unit == "session-3.scope"
    monkeypatch.setattr("builtins.open", mock.Mock(side_effect=OSError(errno.EMFILE, os.strerror(errno.EMFILE))))
    with pytest.raises(ExhaustedError):
        unit_that_started(process)
