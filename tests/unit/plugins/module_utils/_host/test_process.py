# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import NotPermittedError, TooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process, user_name
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path


def test_user_name() -> None:
    assert user_name(0) == "root"
    assert user_name(4242424) == "4242424"


def test_a_unit_whose_cgroup_a_process_has_left_is_unknown(tmp_path: Path) -> None:
    """Once the cgroups are gone, it is not known who made them."""
    lay_out(tmp_path, {"7/cgroup": b"0::/user/bob/0/nginx.service\n"})

    def moved(_controllers: str, parts: tuple[str, ...]) -> Made:
        lay_out(tmp_path, {"7/cgroup": b"0::/\n"})
        return Made(len(parts), 0)

    assert Process(7, "x", 0, 1, str(tmp_path / "7"), makers=moved).unit is None


def test_cgroup_of_a_process_that_has_ended(tmp_path: Path) -> None:
    process = Process(7, "x", 0, 1, str(tmp_path / "7"))
    assert (process.cgroup, process.unit, process.container) == ("", None, None)


def test_a_cgroup_that_the_kernel_does_not_tell_is_unknown(tmp_path: Path) -> None:
    """Some kernels refuse to show a path that is too long, and users may make such cgroups."""
    lay_out(tmp_path, {"7/cgroup": None})
    process = Process(7, "x", 0, 1, str(tmp_path / "7"), container_of=mock.Mock(return_value=None))
    assert process.cgroup is Processes(str(tmp_path)).cgroup(7) is None
    assert process.as_dict() == {"pid": 7, "command": "x", "user": "root", "unit": None, "container": None}


@pytest.mark.parametrize(
    ("cgroup", "error", "message"),
    [
        pytest.param(None, NotPermittedError, "{folder}/cgroup cannot be read.", id="denied"),
        pytest.param(
            "x" * 300,
            TooDeepError,
            "Process 7{user} is in a cgroup whose path is longer than the kernel shows. End that process, or move it "
            "to another cgroup, and run again.",
            id="too deep",
        ),
    ],
)
def test_why_a_cgroup_is_unknown(
    tmp_path: Path, cgroup: str | None, error: type[NotPermittedError], message: str
) -> None:
    lay_out(tmp_path, {"7/cgroup": cgroup, "8/cgroup": b"0::/x\n"})
    processes, folder = Processes(str(tmp_path)), tmp_path / "7"
    assert processes.known_cgroup(8) == Process(8, "x", 0, 1, str(tmp_path / "8")).known_cgroup == "0::/x\n"
    with pytest.raises(error) as failed:
        processes.known_cgroup(7)
    assert str(failed.value) == message.format(folder=folder, user="")
    with pytest.raises(error) as failed:
        assert Process(7, "x", 0, 1, str(folder)).known_cgroup
    assert str(failed.value) == message.format(folder=folder, user=" of the user root")
