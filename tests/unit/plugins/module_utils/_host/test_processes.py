# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    GoneError,
    KernelError,
    NotPermittedError,
    TooManyDescriptorsError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import DescriptorBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.tests.unit.host import lay_out, unprivileged

if t.TYPE_CHECKING:
    from pathlib import Path


def status(name: str, uid: int = 0, memory: str = "VmSize:\t 1 kB\n") -> bytes:
    return f"Name:\t{name}\nUmask:\t0022\nUid:\t7\t{uid}\t7\t7\n{memory}Threads:\t1\n".encode()


def test_read(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "1/status": status("a b\\nc\\\\d", 65534),
            "1/ns/net": "net:[4026531840]",
            "1/cgroup": b"0::/system.slice/x.service\n",
            "2/status": status("kthreadd", memory=""),
            "3/status": status("odd"),
            "3/ns/net": "nothing",
            "10": None,
            "self": str(os.getpid()),
        },
    )
    processes = Processes(str(tmp_path))
    assert processes.pids() == [1, 2, 3, 10]
    process = processes.read(1)
    assert process == Process(1, "a b\nc\\d", 65534, 4026531840, str(tmp_path / "1"))
    assert process is not None
    assert process.as_dict() == {
        "pid": 1,
        "command": "a b\\nc\\d",
        "user": "nobody",
        "unit": "x.service",
        "container": None,
    }
    assert processes.read(2) is None
    odd = processes.read(3)
    assert odd is not None
    assert (odd.namespace, odd.unit) == (None, None)
    for pid in (10, 11):
        with pytest.raises(GoneError):
            processes.read(pid)


def test_another_pid_namespace(tmp_path: Path) -> None:
    lay_out(tmp_path, {"1/status": status("x"), "self": "4711"})
    with pytest.raises(KernelError) as failed:
        Processes(str(tmp_path)).pids()
    assert str(failed.value) == (
        f"{tmp_path} shows another PID namespace, where this process is 4711. Mount a proc file system of this one "
        f"there, or run on the host itself."
    )


@pytest.mark.parametrize("name", ["\rUid:\t0\t0", "\x0bUid:\t0\t0", "VmSize:"])
def test_names_do_not_pass_for_other_lines(tmp_path: Path, name: str) -> None:
    lay_out(
        tmp_path, {"1/status": status(name, 65534), "1/ns/net": "net:[1]", "1/cgroup": b"0::/x\rb/y\x0b0::/z.service\n"}
    )
    process = Processes(str(tmp_path)).read(1)
    assert process is not None
    assert (process.command, process.uid, process.unit) == (name, 65534, "z.service")


def test_first_thread_ended(tmp_path: Path) -> None:
    zombie = b"Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t3\n"
    lay_out(
        tmp_path,
        {
            "7/status": zombie,
            "7/task/7/status": zombie,
            "7/task/11/status": status("worker"),
            "7/task/11/ns/net": "net:[1]",
            "7/task/9": None,
            "8/status": zombie.replace(b"3", b"1"),
            "9/status": zombie,
        },
    )
    processes = Processes(str(tmp_path))
    process = processes.read(7)
    assert process == Process(7, "worker", 0, 1, str(tmp_path / "7/task/11"), 11)
    assert process is not None
    assert process.number == 11
    assert processes.read(8) is None
    with pytest.raises(GoneError):  # its threads ended meanwhile
        processes.read(9)


def test_named_namespaces(tmp_path: Path) -> None:
    mounts = (
        b"22 1 0:21 / /proc rw,nosuid - proc proc rw\n"
        b"100 30 0:4 net:[4026533000] /run/netns/blue rw shared:4 - nsfs nsfs rw\n"
        b"101 30 0:4 mnt:[4026533001] /run/mnt/blue rw - nsfs nsfs rw\n"
        b"102 30 0:4 net:[4026533002] /run/net\\040ns/red rw - nsfs nsfs rw\n"
    )
    lay_out(tmp_path, {"self/mountinfo": mounts})
    assert Processes(str(tmp_path)).named_namespaces() == [
        (4026533000, "/run/netns/blue"),
        (4026533002, "/run/net ns/red"),
    ]


def test_sockets(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {"fd/0": "/dev/null", "fd/3": "socket:[12]", "fd/4": "pipe:[13]", "fd/5": "socket:[12]", "fd/6": "/socket:[1]"},
    )
    process = Process(1, "x", 0, 1, str(tmp_path))
    assert sorted(Processes(str(tmp_path)).sockets(process)) == [(3, 12), (5, 12)]
    with pytest.raises(GoneError):
        Processes(str(tmp_path)).sockets(Process(1, "x", 0, 1, str(tmp_path / "gone")))


def test_of_a_socket_the_first_descriptors_are_enough(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"fd/{number}": f"socket:[{number % 2}]" for number in range(100)})
    found = Processes(str(tmp_path)).sockets(Process(1, "x", 0, 1, str(tmp_path)))
    assert sorted(inode for _descriptor, inode in found) == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("uid", [1000, 0], ids=["the user's", "with the rights of root"])
def test_descriptors_of_a_user_are_bounded(tmp_path: Path, uid: int) -> None:
    class Bounded(Processes):
        def look_anew(self) -> None:
            self._budget = DescriptorBudget(5, 8)

    sockets = {f"{pid}/fd/{number}": f"socket:[{number}]" for pid in (1, 2, 3, 4) for number in range(3)}
    lay_out(tmp_path, sockets)
    processes = Bounded(str(tmp_path))
    processes.look_anew()

    def count(pid: int, uid: int, real_uid: int) -> int:
        return len(processes.sockets(Process(pid, "x", uid, 1, str(tmp_path / str(pid)), real_uid=real_uid)))

    assert count(1, uid, 1000) == 3
    with pytest.raises(TooManyDescriptorsError, match=r"The user with the ID 1000 has too many open files\."):
        count(2, uid, 1000)
    assert count(3, 1001, 1001) == 3
    with pytest.raises(TooManyDescriptorsError):  # all users have used up what they may
        count(4, 1002, 1002)
    assert count(4, 0, 0) == 3
    processes.look_anew()
    assert count(2, uid, 1000) == 3


def test_subordinate_users_count_as_the_user_who_has_them(tmp_path: Path) -> None:
    """With subuid(5) a user may have 65,536 others, and so use up what all users together may have."""

    class Bounded(Processes):
        def look_anew(self) -> None:
            self._budget = DescriptorBudget(5, 100)

    lay_out(tmp_path, {f"{pid}/fd/{number}": f"socket:[{number}]" for pid in (1, 2, 3) for number in range(3)})
    processes = Bounded(str(tmp_path))
    processes.owner_of = lambda user: 1000 if user >= 100_000 else user
    processes.look_anew()

    def count(pid: int, user: int) -> int:
        return len(processes.sockets(Process(pid, "x", user, 1, str(tmp_path / str(pid)), real_uid=user)))

    assert count(1, 100_000) == 3
    with pytest.raises(TooManyDescriptorsError, match=r"The user with the ID 1000 has too many open files\."):
        count(2, 100_001)
    assert count(3, 1001) == 3


def test_real_user_of_a_process(tmp_path: Path) -> None:
    lay_out(tmp_path, {"1/status": status("su"), "1/ns/net": "net:[1]"})
    process = Processes(str(tmp_path)).read(1)
    assert process is not None
    assert (process.uid, process.real_uid) == (0, 7)


def test_what_may_not_be_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"1/status": status("x"), "1/fd": None, "1/ns/net": "net:[1]"})
    (tmp_path / "1/fd").chmod(0)
    (tmp_path / "1/ns").chmod(0)
    with unprivileged(tmp_path) as proc:
        process = Processes(proc).read(1)
        assert process is not None
        assert process.namespace is None
        with pytest.raises(NotPermittedError):
            Processes(proc).sockets(process)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize(
    "look", ["pids", "read", "cgroup", "parent", "arguments", "started", "runs_as_root", "is_of_root"]
)
def test_too_many_open_files_tell_nothing_of_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: str, code: int
) -> None:
    refusing = mock.Mock(side_effect=OSError(code, os.strerror(code)))
    monkeypatch.setattr("builtins.open", refusing)
    monkeypatch.setattr(os, "listdir", refusing)
    with pytest.raises(ExhaustedError):
        getattr(Processes(str(tmp_path)), look)(*([] if look == "pids" else [1]))


def test_no_proc(tmp_path: Path) -> None:
    with pytest.raises(KernelError) as failed:
        Processes(str(tmp_path / "proc")).pids()
    assert str(failed.value) == (
        f"{tmp_path}/proc cannot be read: No such file or directory. Mount a proc file system there."
    )


def test_this_process() -> None:
    process = Processes().read(os.getpid())
    assert process is not None
    assert process.namespace == os.stat("/proc/self/ns/net").st_ino
    assert process.uid == os.geteuid()
    with open("/proc/self/comm", encoding="utf-8") as file:
        assert process.command + "\n" == file.read()


@pytest.mark.parametrize(
    ("stat", "started"),
    [
        ("7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 2 3", 4711),
        ("7 (x) S 1", None),
        ("", None),
        (f"7 (x) {'x ' * 30}", None),
    ],
)
def test_started(tmp_path: Path, stat: str, started: int | None) -> None:
    lay_out(tmp_path, {"7/stat": stat.encode()})
    assert Processes(str(tmp_path)).started(7) == started
    assert Processes(str(tmp_path)).started(8) is None


@pytest.mark.parametrize(
    ("cgroup", "depth", "unit"),
    [
        pytest.param("/user/bob/0/nginx.service", 3, None, id="a user's"),
        pytest.param("/user/bob/0/nginx.service", 4, "nginx.service", id="root's"),
        pytest.param("/system.slice/nginx.service/x.service", 2, "nginx.service", id="a user's below root's"),
        pytest.param("/x.slice/nginx.service", 1, None, id="a user's in a slice"),
    ],
)
def test_a_unit_is_what_root_made(tmp_path: Path, cgroup: str, depth: int, unit: str | None) -> None:
    """A user to whom a cgroup was given may give those below it the name of a unit."""
    lay_out(tmp_path, {"7/status": status("x"), "7/ns/net": "net:[1]", "7/cgroup": f"0::{cgroup}\n".encode()})
    processes = Processes(str(tmp_path))
    processes.makers = lambda _controllers, _parts: Made(depth, 1000)
    process = processes.read(7)
    assert process
    assert process.unit == unit


@pytest.mark.parametrize("look", ["parent", "arguments", "runs_as_root", "is_of_root"])
def test_what_the_kernel_does_not_tell_is_not_taken_for_nothing(tmp_path: Path, look: str) -> None:
    lay_out(tmp_path, {"7/status": None, "7/cmdline": None})
    with pytest.raises(NotPermittedError) as failed:
        getattr(Processes(str(tmp_path)), look)(7)
    assert str(failed.value).endswith(" cannot be read: Is a directory.")


@pytest.mark.parametrize(
    ("users", "mode", "is_of_root"),
    [
        ("0\t0\t0\t0", 0o755, True),
        ("1000\t0\t0\t0", 0o755, False),
        ("0\t0\t1000\t0", 0o755, False),
        ("1000\t1000\t1000\t1000", 0o755, False),
        ("0\t0\t0\t0", 0o4755, False),
    ],
)
def test_is_of_root(tmp_path: Path, users: str, mode: int, *, is_of_root: bool) -> None:
    lay_out(tmp_path, {"7/status": f"Name:\tx\nUid:\t{users}\nGid:\t0\t0\t0\t0\n".encode(), "7/exe": b""})
    (tmp_path / "7/exe").chmod(mode)
    processes = Processes(str(tmp_path))
    assert processes.is_of_root(7) is is_of_root
    assert processes.runs_as_root(7) is (users == "0\t0\t0\t0")
    assert not processes.is_of_root(8)
    assert not processes.runs_as_root(8)


def test_parent_and_arguments(tmp_path: Path) -> None:
    lay_out(
        tmp_path, {"7/status": b"Name:\tx\nPid:\t7\nPPid:\t3\n", "7/cmdline": b"a\0\0b c\0", "8/status": b"Name:\tx\n"}
    )
    processes = Processes(str(tmp_path))
    assert [processes.parent(pid) for pid in (7, 8, 9)] == [3, 0, 0]
    assert [processes.arguments(pid) for pid in (7, 8)] == [["a", "", "b c"], []]


@pytest.mark.parametrize(("size", "is_read"), [(64 << 10, True), ((64 << 10) + 1, False)])
def test_a_command_line_that_is_too_long_is_not_read(tmp_path: Path, size: int, *, is_read: bool) -> None:
    """A process may let it be as large as its memory: prctl(2), PR_SET_MM."""
    lay_out(tmp_path, {"7/cmdline": b"x" * size})
    assert Processes(str(tmp_path)).arguments(7) == (["x" * size] if is_read else [])


def test_what_is_too_large_in_proc_is_not_told(tmp_path: Path) -> None:
    too_large = b"x" * ((1 << 20) + 1)
    lay_out(tmp_path, {"7/status": too_large, "7/cgroup": too_large, "7/stat": too_large})
    processes = Processes(str(tmp_path))
    assert (processes.cgroup(7), processes.started(7)) == (None, None)
    with pytest.raises(NotPermittedError) as failed:
        processes.read(7)
    assert str(failed.value) == f"{tmp_path}/7/status cannot be read: File too large."


def test_a_program_of_another_user_is_not_looked_at(tmp_path: Path) -> None:
    """It may be on a file system of this user, which answers late or never."""
    lay_out(tmp_path, {"7/status": b"Name:\tx\nUid:\t1000\t1000\t1000\t1000\n", "7/exe": "exe"})
    assert not Processes(str(tmp_path)).is_of_root(7)
