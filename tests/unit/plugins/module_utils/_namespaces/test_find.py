# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import resource
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, GoneError, NotPermittedError
from ansible_collections.linux.tcp.plugins.module_utils._host import namespaces
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import remedy_of
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._namespaces import find
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.find import NamespaceScanner
from ansible_collections.linux.tcp.tests.unit.host import DISK, files_of, lay_out
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")
MINE = os.stat("/proc/self/ns/net").st_ino
LXC_MONITOR = b"[lxc monitor] /var/lib/lxc web\0"


def test_namespaces() -> None:
    found = run_isolated(SCENARIOS / "find.py", own_pids=True)
    found["unreadable"] = [one for one in found["unreadable"] if one["code"] != "ended"]
    assert found == {
        "found": {
            "host": [True, [], 7200, 0, 1],
            "process": [False, [], 300, 2, 1],
            "named": [False, ["/run/name space"], 7200, 0, 0],
            "meanwhile": [False, [], 200, 0, 1],
        },
        "pids": True,
        "commands": 1,
        "identities": 4,
        "host_values": 7200,
        "unreadable": [],
    }


def test_identity() -> None:
    found = run_isolated(SCENARIOS / "identity.py", own_pids=True)
    assert found.pop("now") in ("cookie", "inode")  # the latter on kernels older than Linux 5.14
    assert found == {"same": [1, 1], "older": True, "without_processes": None}


class Fake(Processes):
    """Processes in a folder, which need not be there."""

    def __init__(self, proc: Path, read: t.Callable[[int], Process | None], pids: t.Sequence[int]) -> None:
        super().__init__(str(proc))
        self._read_one = read
        self._pids = list(pids)

    def read(self, pid: int) -> Process | None:
        return self._read_one(pid)

    def pids(self) -> list[int]:
        return self._pids

    def named_namespaces(self) -> list[tuple[int, str]]:
        return []


def scanner(proc: Path, read: t.Callable[[int], Process | None], pids: t.Sequence[int] = (7,)) -> NamespaceScanner:
    return NamespaceScanner(Fake(proc, read, pids), EngineFiles(files_of(proc)), Kernel(str(proc)))


def test_process_that_moved_on_before_its_namespace_was_opened(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/ns": None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, 1, str(tmp_path / "7")))
    assert found.namespaces() == []
    codes = [(one["what"], one["code"]) for one in found.unreadable.as_list()]
    assert codes == [("namespace", "ended"), ("process", "processes_hidden")]


def test_process_that_another_one_replaced_before_its_cgroup_was_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/ns": None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")

    class Replaced(Process):
        @property
        def cgroup(self) -> str:
            (tmp_path / "7/ns/net").unlink()
            (tmp_path / "7/ns/net").touch()
            return "0::/lxc.payload.other"

    found = scanner(tmp_path, lambda pid: Replaced(pid, "x", 0, MINE, str(tmp_path / "7")))
    assert found.namespaces() == []
    assert ("process", "ended") in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


@pytest.mark.parametrize("path", ["/lxc.payload.web", "/default/web"], ids=["LXC", "containerd, any name"])
@pytest.mark.parametrize("later", [b"0::/elsewhere\n", b""], ids=["moved", "ended"])
def test_process_that_has_left_the_cgroup_of_a_container(tmp_path: Path, path: str, later: bytes) -> None:
    bundle = "/run/containerd/io.containerd.runtime.v2.task/default/web/config.json"
    lay_out(tmp_path, {"7/ns": None, "7/cgroup": f"0::{path}\n".encode(), bundle: b'{"linux": {}}'})
    lay_out(tmp_path, {"self/mountinfo": b"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /gone rw - cgroup2 x rw\n"})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")

    def read(pid: int) -> Process:
        process = Process(pid, "x", 0, MINE, str(tmp_path / "7"))
        assert process.cgroup
        (tmp_path / "7/cgroup").write_bytes(later)
        return process

    found = scanner(tmp_path, read)
    assert found.namespaces() == []
    assert ("process", "ended") in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


@pytest.mark.parametrize(
    ("read", "code"),
    [
        pytest.param(GoneError("x."), "ended", id="ended"),
        pytest.param(NotPermittedError("x."), "permission_denied", id="denied"),
        pytest.param(None, "permission_denied", id="namespace denied"),
    ],
)
def test_process_that_cannot_be_read(tmp_path: Path, read: Exception | None, code: str) -> None:
    def read_process(pid: int) -> Process:
        if read:
            raise read
        return Process(pid, "x", 0, None, str(tmp_path / "7"))

    found = scanner(tmp_path, read_process)
    assert found.namespaces() == []
    assert ("process", code) in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (PermissionError(1, "no"), "permission_denied", "permission denied"),
        (OSError(5, "Input/output error"), "refused", "the kernel refused: Input/output error"),
    ],
)
def test_namespace_that_cannot_be_opened_or_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, code: str, message: str
) -> None:
    lay_out(tmp_path, {"7/ns": None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")

    def refuse(*_arguments: object) -> t.NoReturn:
        raise error

    def look() -> list[tuple[str, str, str, int]]:
        found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / "7")))
        for _look in range(2):
            filled = found.filled(found.namespaces())
            assert [(one.values.time, one.trouble) for one in filled] in ([], [(None, trouble)])
        return [(one["what"], one["code"], one["message"], one["count"]) for one in found.unreadable.as_list()]

    what_to_do = find.remedy() if code == "permission_denied" else remedy_of(error).strip()
    trouble = f"{message}. {what_to_do}".rstrip(". ")
    with monkeypatch.context() as patched:
        patched.setattr(namespaces, "_enter", refuse)
        assert ("namespace", code, message, 1) in look()
    monkeypatch.setattr(find, "open_namespace", refuse)
    assert ("namespace", code, message, 1) in look()


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("what", ["open_namespace", "user_of", "cookie", "count_established"])
def test_what_could_not_be_looked_at_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, code: int
) -> None:
    lay_out(tmp_path, {"7/ns": None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    error = OSError(code, os.strerror(code))
    refusing = mock.Mock(side_effect=error)
    if what in ("user_of", "cookie"):  # by the calls that they make
        name = "fcntl.ioctl" if what == "user_of" else "socket.socket"
        monkeypatch.setattr(f"{namespaces.__name__}.{name}", refusing)
    else:
        monkeypatch.setattr(find, what, refusing)
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / "7")))
    with pytest.raises(ExhaustedError) as failed:
        found.filled(found.namespaces(), connections=True)
    assert f" cannot be opened: {os.strerror(code)}. " in str(failed.value)


def test_as_many_as_the_hard_limit_are_opened(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lower = (before[1] - 1, before[1])  # not far lower: the tests before have left some open
    resource.setrlimit(resource.RLIMIT_NOFILE, lower)
    try:
        found = scanner(tmp_path, lambda _pid: None)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
        found.close()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == lower
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(
    ("layout", "knows"),
    [({}, False), ({"1/ns/net": b"", "self/ns/net": b""}, True), ({"sys/net/core/dev_weight": b"64\n"}, True)],
    ids=["neither", "process 1", "the first namespace"],
)
def test_knows_host(tmp_path: Path, layout: dict[str, bytes], knows: bool) -> None:
    lay_out(tmp_path, layout)
    assert scanner(tmp_path, lambda _pid: None).knows_host is knows


def test_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find.remedy() == "It takes CAP_SYS_ADMIN and CAP_SYS_PTRACE: run as root (become: true)."
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert find.remedy() == (
        "It takes CAP_SYS_ADMIN and CAP_SYS_PTRACE, and security modules that allow it. In a container, run on "
        "its host."
    )


def test_values_that_cannot_be_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/ns": None, "sys/net/ipv4/tcp_keepalive_time": b"7200\n"})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / "7")))
    (one,) = found.filled(found.namespaces())
    assert one.trouble == (
        "the kernel shows no number for net.ipv4.tcp_keepalive_intvl, net.ipv4.tcp_keepalive_probes. "
        "Look there, with nsenter -n -t PID sysctl net.ipv4, and run again"
    )


def test_a_denied_process_counts_once(tmp_path: Path) -> None:
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, None, str(tmp_path / "7")))
    found.namespaces()
    found.namespaces()
    assert [one["count"] for one in found.unreadable.as_list() if one["code"] == "permission_denied"] == [1]


def test_connections_that_cannot_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"7/ns": None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")

    def refuse(*_arguments: object) -> t.NoReturn:
        raise OSError(93, "Protocol not supported")

    monkeypatch.setattr(find, "count_established", refuse)
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / "7")))
    (one,) = found.filled(found.namespaces(), connections=True)
    assert one.connections is None
    assert ("namespace", "table_unreadable") in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


def test_a_cgroup_that_a_process_has_left_is_not_noted(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/ns": None, "7/cgroup": b"0::/lxc.payload.web\n"})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")

    class Leaving(Process):
        @property
        def cgroup(self) -> str:
            (tmp_path / "7/cgroup").write_bytes(b"0::/\n")
            return "0::/lxc.payload.web\n"

    found = scanner(tmp_path, lambda pid: Leaving(pid, "x", 0, MINE, str(tmp_path / "7")))
    assert found.namespaces() == []
    assert ("process", "ended") in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


@pytest.mark.parametrize(
    ("monitor", "users", "mode", "namespace_user", "found"),
    [
        pytest.param(LXC_MONITOR, b"0\t0\t0\t0", 0o755, 0, ["web"], id="root's"),
        pytest.param(LXC_MONITOR, b"1000\t1000\t1000\t1000", 0o755, 0, [], id="another user's"),
        pytest.param(LXC_MONITOR, b"1000\t0\t0\t0", 0o755, 0, [], id="started by another user"),
        pytest.param(LXC_MONITOR, b"0\t0\t0\t0", 0o4755, 0, [], id="a program that users may start as root"),
        pytest.param(LXC_MONITOR, b"0\t0\t0\t0", 0o755, 1000, [], id="a user's namespace"),
        pytest.param(LXC_MONITOR, b"0\t0\t0\t0", 0o755, None, [], id="nobody knows whose namespace"),
        pytest.param(b"sleep\0", b"0\t0\t0\t0", 0o755, 0, [], id="no monitor"),
    ],
)
def test_container_by_its_monitor(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    monitor: bytes,
    users: bytes,
    mode: int,
    namespace_user: int | None,
    found: list[str],
) -> None:
    status = b"Name:\tx\nPPid:\t1\nUid:\t" + users + b"\n"
    layout = {"7/ns": None, "7/status": b"Name:\tx\nPPid:\t3\n", "3/cmdline": monitor, "3/status": status, "3/exe": b""}
    lay_out(tmp_path, layout)
    (tmp_path / "3/exe").chmod(mode)
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    monkeypatch.setattr(find, "user_of", lambda _descriptor: namespace_user)
    (one,) = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid)))).namespaces()
    assert [container.name for container in one.containers] == found


@pytest.mark.parametrize(
    ("user", "cgroup"),
    [pytest.param(1000, "/", id="a user's"), pytest.param(0, f"/docker/{'0' * 64}", id="root's in a container")],
)
def test_command_lines_of_others_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, cgroup: str
) -> None:
    """They may be in a file whose file system never answers, or as large as the memory."""
    status = f"Name:\tx\nPPid:\t1\nUid:\t{user}\t{user}\t{user}\t{user}\n".encode()
    lay_out(tmp_path, {"7/ns": None, "7/status": b"Name:\tx\nPPid:\t3\n", "3/cmdline": None, "3/status": status})
    lay_out(tmp_path, {"3/exe": b"", "3/cgroup": f"0::{cgroup}\n".encode()})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    monkeypatch.setattr(find, "user_of", lambda _descriptor: 0)
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid))))
    (one,) = found.namespaces()
    assert one.containers == ()
    assert ("process", "permission_denied") not in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


@pytest.mark.parametrize("hidden", ["7/cgroup", "7/status", "3/cgroup", "3/cmdline"])
def test_what_is_not_told_of_a_process_or_its_parent_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    """Root in a container may call itself a monitor, and hide its cgroup by a path that is too long to be shown."""
    layout: dict[str, bytes | None] = {
        "7/ns": None,
        "7/status": b"Name:\tx\nPPid:\t3\n",
        "7/cgroup": b"",
        "3/cmdline": LXC_MONITOR,
        "3/cgroup": b"",
        "3/status": b"Name:\tx\nPPid:\t1\nUid:\t0\t0\t0\t0\n",
        "3/exe": b"",
    }
    lay_out(tmp_path, {**layout, hidden: None})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    monkeypatch.setattr(find, "user_of", lambda _descriptor: 0)
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid))))
    assert found.namespaces() == []
    assert ("process", "permission_denied") in [(one["what"], one["code"]) for one in found.unreadable.as_list()]


def test_a_cgroup_that_is_too_deep_is_counted_as_such(tmp_path: Path) -> None:
    lay_out(tmp_path, {"7/ns": None, "7/cgroup": "x" * 300})
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    found = scanner(tmp_path, lambda pid: Process(pid, "x", 3_000_000, MINE, str(tmp_path / "7")))
    assert found.namespaces() == found.namespaces() == []
    counts = {one["code"]: one["count"] for one in found.unreadable.as_list()}
    assert (counts["cgroup_too_deep"], "permission_denied" in counts) == (1, False)
    assert any("Process 7 of the user 3000000 is in a cgroup" in one for one in found.unreadable.warnings())


@pytest.mark.parametrize(
    ("title", "cgroup", "found"),
    [
        pytest.param(LXC_MONITOR, "/lxc.monitor.web", "web", id="LXC added the number"),
        pytest.param(b"[lxc monitor] /srv/lxc web-1\0", "/lxc.monitor.web-1", "web-1", id="the number is of the name"),
        pytest.param(b"[lxc monitor] /srv/lxc db\0", "/lxc.monitor.db", None, id="the name of another one"),
        pytest.param(LXC_MONITOR, "/lxc.payload.web-1", None, id="a process of the container"),
        pytest.param(b"lxc-attach\0", "/user.slice", None, id="no monitor"),
    ],
)
@pytest.mark.parametrize("pids", [(7,), (7, 8), (8, 7)], ids=["alone", "with a child", "after its child"])
def test_name_that_the_cgroup_of_lxc_does_not_tell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    title: bytes,
    cgroup: str,
    found: str | None,
    pids: tuple[int, ...],
) -> None:
    lay_out(
        tmp_path,
        {
            "var/lib/lxc/web": None,
            "cgroup/lxc.payload.web-1": None,
            "self/mountinfo": DISK + f"30 20 0:40 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n".encode(),
            "7/status": b"Name:\tx\nPPid:\t3\n",
            "8/status": b"Name:\tx\nPPid:\t7\n",
            "3/cmdline": title,
            "3/cgroup": f"0::{cgroup}\n".encode(),
            "3/status": b"Name:\tx\nPPid:\t1\nUid:\t0\t0\t0\t0\n",
            "3/exe": b"",
        },
    )
    for pid in pids:
        lay_out(tmp_path, {f"{pid}/ns": None, f"{pid}/cgroup": b"0::/lxc.payload.web-1\n"})
        (tmp_path / f"{pid}/ns/net").symlink_to("/proc/self/ns/net")
    monkeypatch.setattr(find, "user_of", lambda _descriptor: 0)
    (one,) = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid))), pids).namespaces()
    assert [(container.id, container.name) for container in one.containers] == [(found or "web-1", found)]


def test_a_name_of_a_monitor_gives_a_user_no_container() -> None:
    found = run_isolated(SCENARIOS / "claims.py", own_pids=True)
    assert found == {"containers": [["web"], []], "users": [0, 1000]}


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, which gives folders to users")
@pytest.mark.parametrize(
    ("folder_user", "namespace_user", "expected"),
    [(0, 0, ("web", 0)), (1000, 0, (None, 1000)), (1000, 1000, (None, 1000)), (0, 1000, ("web", 1000))],
    ids=["root's", "a user's cgroup", "a user's container", "a user's namespace in a container"],
)
def test_whose_container(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder_user: int,
    namespace_user: int,
    expected: tuple[str | None, int],
) -> None:
    identity = "0123456789abcdef" * 4
    lay_out(
        tmp_path,
        {
            f"cgroup/slice/docker-{identity}.scope": None,
            f"var/lib/docker/containers/{identity}/config.v2.json": b'{"Name": "/web"}',
            "self/mountinfo": DISK + f"30 20 0:40 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n".encode(),
            "7/ns": None,
            "7/cgroup": f"0::/slice/docker-{identity}.scope\n".encode(),
        },
    )
    os.chown(tmp_path / "cgroup/slice", folder_user, 0)
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    monkeypatch.setattr(find, "user_of", lambda _descriptor: namespace_user)
    (one,) = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / "7"))).namespaces()
    assert [(container.id, container.name, container.user) for container in one.containers] == [(identity, *expected)]


@pytest.mark.parametrize(
    ("cgroups", "has_settings"),
    [(["", "/init.scope"], True), (["/lxc.payload.x", ""], False), (["", "/lxc.payload.x"], False)],
    ids=["one container", "first in a container in it", "then in a container in it"],
)
def test_settings_of_a_container_with_others_in_it(tmp_path: Path, cgroups: list[str], *, has_settings: bool) -> None:
    identity = "0123456789abcdef" * 4
    lay_out(
        tmp_path,
        {
            f"var/lib/docker/containers/{identity}/config.v2.json": b'{"Name": "/web"}',
            f"var/lib/docker/containers/{identity}/hostconfig.json": b'{"ReadonlyPaths": ["/proc/sys"]}',
            f"cgroup/docker/{identity}": None,
            "self/mountinfo": DISK + f"30 20 0:40 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n".encode(),
        },
    )
    for pid, cgroup in zip((7, 8), cgroups):
        lay_out(tmp_path, {f"{pid}/ns": None, f"{pid}/cgroup": f"0::/docker/{identity}{cgroup}\n".encode()})
        (tmp_path / f"{pid}/ns/net").symlink_to("/proc/self/ns/net")
    (one,) = scanner(
        tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid))), pids=(7, 8)
    ).namespaces()
    (found,) = one.containers
    assert (found.name, found.settings is not None) == ("web", has_settings)
    assert Filters(containers=("web",)).take(one)
    assert not Filters(containers=("x",)).take(one)


@pytest.mark.parametrize(
    ("cgroup", "units"), [("default/web/nginx.service", ()), ("system.slice/nginx.service", ("nginx.service",))]
)
def test_unit_below_the_cgroup_of_a_container_of_any_name(tmp_path: Path, cgroup: str, units: tuple[str, ...]) -> None:
    lay_out(
        tmp_path,
        {
            "run/containerd/io.containerd.runtime.v2.task/default/web/config.json": b'{"linux": {}}',
            f"cgroup/{cgroup}": None,
            "self/mountinfo": DISK + f"30 20 0:40 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n".encode(),
            "7/ns": None,
            "7/cgroup": f"0::/{cgroup}\n".encode(),
        },
    )
    (tmp_path / "7/ns/net").symlink_to("/proc/self/ns/net")
    (one,) = scanner(tmp_path, lambda pid: Process(pid, "x", 0, MINE, str(tmp_path / str(pid)))).namespaces()
    assert one.units == units
