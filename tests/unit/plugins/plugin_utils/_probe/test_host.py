# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.filesystem import ProbedFileSystem
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost


def host_with(mounts: list[str]) -> ProbedHost:
    files = Files(file_system=ProbedFileSystem({}, {"/"}))
    return ProbedHost(files, Values(1, 2, 3), comm="systemd", mounts=tuple(mounts), cmdline=b"quiet")


@pytest.mark.parametrize(
    ("mounts", "writable"),
    [
        (["proc /proc proc rw,nosuid 0 0"], True),
        (["proc /proc proc rw 0 0", "proc /proc/sys proc ro,nosuid 0 0"], False),
        (["proc /proc proc ro 0 0", "proc /proc/sys/net proc rw 0 0"], True),
        (["proc /proc proc rw 0 0", "tmpfs /proc/sysx tmpfs ro 0 0"], True),
    ],
)
def test_what_was_probed(mounts: list[str], writable: bool) -> None:
    host = host_with(mounts)
    init = host.init_system()
    assert (init.process_1, init.proc_sys_writable) == ("systemd", writable)
    assert (host.values(), host.command_line(), host.hz()) == (Values(1, 2, 3), b"quiet", 1000)


@pytest.mark.parametrize(
    "mounts",
    [
        [],
        ["x /proc"],
        ["proc /proc proc rw 0 0", "proc /proc/sys proc ro 0 0", "proc /proc proc rw 0 0"],
        ["proc /proc/sys proc ro 0 0", "proc /proc/sys proc rw 0 0"],
    ],
    ids=["none", "no mount", "mounted over", "twice"],
)
def test_inconclusive_mounts(mounts: list[str]) -> None:
    with pytest.raises(InconclusiveProbeError):
        host_with(mounts).proc_sys_writable()


def test_release_of_a_loader_is_not_probed() -> None:
    with pytest.raises(InconclusiveProbeError):
        host_with([]).version_of("procps")
