# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import errno
import os
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, KernelError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import Process1
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import FILE_ONLY, Kernel
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, unprivileged
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.host import Layout

SCENARIOS = Path(__file__).with_name("scenarios")
TIME = "sys/net/ipv4/tcp_keepalive_time"
INTVL = "sys/net/ipv4/tcp_keepalive_intvl"
PROBES = "sys/net/ipv4/tcp_keepalive_probes"


@pytest.mark.parametrize(
    ("proc", "values"),
    [
        pytest.param({TIME: b"7200\n", INTVL: b"75\n", PROBES: b"9\n"}, Values(7200, 75, 9), id="all"),
        pytest.param({TIME: b"-5\n", INTVL: b"0\n", PROBES: b"255\n"}, Values(-5, 0, 255), id="odd ones"),
        pytest.param({INTVL: b"75\n"}, Values(None, 75, None), id="one"),
        pytest.param({}, Values(), id="no proc"),
        pytest.param({TIME: b"", INTVL: b"many\n", PROBES: None}, Values(), id="no numbers"),
    ],
)
def test_read(tmp_path: Path, proc: Layout, values: Values) -> None:
    lay_out(tmp_path, proc)
    assert Kernel(str(tmp_path)).read() == values


def test_writable(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"there/{TIME}": b"7200\n"})
    assert Kernel(str(tmp_path / "there")).writable()
    assert not Kernel(str(tmp_path / "nowhere")).writable()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EIO], ids=errno.errorcode.get)
def test_what_may_not_be_seen_is_not_taken_for_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    lay_out(tmp_path, {"cmdline": b"ro\n", "sys/net/core/dev_weight": b"64\n"})
    kernel = Kernel(str(tmp_path))
    command_line = kernel.command_line
    looks = ((os, "statvfs", kernel.writable), (builtins, "open", command_line), (os, "stat", command_line))
    for owner, name, look in looks:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, Refusing(getattr(owner, name), 1, code))
            with pytest.raises(KernelError, match=f"cannot be read: {os.strerror(code)}"):
                look()


def test_write(tmp_path: Path) -> None:
    lay_out(tmp_path, {TIME: b"60\n", INTVL: b"75\n"})
    kernel = Kernel(str(tmp_path))
    kernel.require_writable("time")
    assert (tmp_path / TIME).read_bytes() == b"60\n"
    kernel.write("time", 600)
    assert (tmp_path / TIME).read_bytes() == b"600\n"
    assert (tmp_path / INTVL).read_bytes() == b"75\n"


NO_KEY = "No such file or directory. This kernel has no such key, or /proc is not mounted."


def test_a_missing_key(tmp_path: Path) -> None:
    kernel = Kernel(str(tmp_path))
    with pytest.raises(KernelError) as caught:
        kernel.require_writable("intvl")
    assert str(caught.value) == f"Cannot set net.ipv4.tcp_keepalive_intvl ({tmp_path}/{INTVL}): {NO_KEY}"
    with pytest.raises(KernelError) as caught:
        kernel.write("intvl", 5)
    assert str(caught.value) == f"Cannot set net.ipv4.tcp_keepalive_intvl to 5 ({tmp_path}/{INTVL}): {NO_KEY}"


def test_an_error_without_a_known_remedy(tmp_path: Path) -> None:
    lay_out(tmp_path, {TIME: None})
    with pytest.raises(KernelError) as caught:
        Kernel(str(tmp_path)).write("time", 60)
    assert str(caught.value) == f"Cannot set net.ipv4.tcp_keepalive_time to 60 ({tmp_path}/{TIME}): Is a directory."


def test_without_permission(tmp_path: Path) -> None:
    lay_out(tmp_path, {TIME: b"7200\n"})
    (tmp_path / TIME).chmod(0o444)
    with unprivileged(tmp_path) as proc:
        kernel = Kernel(proc)
        assert kernel.read() == Values(time=7200)
        assert kernel.writable()  # for any user
        with pytest.raises(KernelError) as caught:
            kernel.require_writable("time")
    path = f"{proc.rstrip('/')}/{TIME}"
    assert str(caught.value) == (
        f"Cannot set net.ipv4.tcp_keepalive_time ({path}): Permission denied. Run as root (become: true)."
    )


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM], ids=errno.errorcode.get)
def test_what_is_denied_to_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    lay_out(tmp_path, {TIME: b"7200\n"})
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "open", Refusing(os.open, 1, code))
    with pytest.raises(KernelError) as caught:
        Kernel(str(tmp_path)).require_writable("time")
    assert str(caught.value) == (
        f"Cannot set net.ipv4.tcp_keepalive_time ({tmp_path}/{TIME}): {os.strerror(code)}. "
        f"{remedy_of_denial('to_root', FILE_ONLY)}"
    )


@pytest.mark.parametrize("call", ["write", "close"])
@pytest.mark.parametrize("code", [errno.EINTR, errno.EIO], ids=errno.errorcode.get)
def test_an_error_although_the_kernel_took_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    """What the kernel shows counts: a proxy of /proc, such as lxcfs, may pass a value on and then report an error."""
    lay_out(tmp_path, {TIME: b"60\n"})
    real = getattr(os, call)

    def take_and_refuse(*arguments: t.Any) -> t.NoReturn:
        real(*arguments)
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, take_and_refuse)
        Kernel(str(tmp_path)).write("time", 70)
    assert (tmp_path / TIME).read_bytes() == b"70\n"


def test_an_error_that_leaves_another_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {TIME: b"60\n"})
    monkeypatch.setattr(os, "write", Refusing(os.write, 1, errno.EIO))
    with pytest.raises(KernelError) as caught:
        Kernel(str(tmp_path)).write("time", 70)
    assert str(caught.value) == f"Cannot set net.ipv4.tcp_keepalive_time to 70 ({tmp_path}/{TIME}): Input/output error."
    assert (tmp_path / TIME).read_bytes() == b"60\n"


def test_a_value_is_restored_and_read_back(tmp_path: Path) -> None:
    lay_out(tmp_path, {TIME: b"70\n", INTVL: b"75 75\n"})
    kernel = Kernel(str(tmp_path))
    kernel.restore("time", 60)
    assert (tmp_path / TIME).read_bytes() == b"60\n"
    (tmp_path / TIME).unlink()
    with pytest.raises(KernelError):
        kernel.restore("time", 60)
    with pytest.raises(KernelError, match=r"^The kernel took net\.ipv4\.tcp_keepalive_intvl = 60 and shows None"):
        kernel.restore("intvl", 60)


def test_a_value_that_is_not_kept(tmp_path: Path) -> None:
    # behind a shorter number, a regular file keeps the end of a longer one
    lay_out(tmp_path, {PROBES: b"7200 7200\n"})
    with pytest.raises(KernelError) as caught:
        Kernel(str(tmp_path)).write("probes", 5)
    assert str(caught.value) == (
        "The kernel took net.ipv4.tcp_keepalive_probes = 5 and shows None: another program writes it, too. "
        "Find and stop that program."
    )


@pytest.mark.parametrize(
    ("comm", "name"),
    [
        pytest.param(b"systemd\n", "systemd", id="systemd"),
        pytest.param(b"my init \n", "my init ", id="blanks belong to the name"),
        pytest.param(b"\xff\n", "\ufffd", id="not UTF-8"),
        pytest.param(None, "", id="hidden"),
    ],
)
def test_process_1(tmp_path: Path, comm: bytes | None, name: str) -> None:
    if comm is not None:
        lay_out(tmp_path, {"1/comm": comm})
    assert Kernel(str(tmp_path)).process_1() == Process1(name)


def test_program_and_container_of_process_1(tmp_path: Path) -> None:
    lay_out(tmp_path, {"1/exe": "/sbin/init", "1/environ": b"HOME=/\0my_container=x\0container=podman\0TERM=\0"})
    assert Kernel(str(tmp_path)).process_1() == Process1("", "/sbin/init", "podman")


@pytest.mark.parametrize(
    ("name", "most", "look"),
    [
        pytest.param("1/environ", 8, Kernel.process_1, id="environment"),
        pytest.param("self/mountinfo", 64, Kernel.mounts, id="mounts"),
    ],
)
def test_what_is_too_large_is_not_read(
    tmp_path: Path, name: str, most: int, look: t.Callable[[Kernel], object]
) -> None:
    lay_out(tmp_path, {name: b""})
    os.truncate(tmp_path / name, (most << 20) + 1)
    with pytest.raises(KernelError) as caught:
        look(Kernel(str(tmp_path)))
    assert str(caught.value) == (
        f"{tmp_path}/{name} cannot be read: it is larger than {most} MiB. Find the program that made it so large, and "
        f"run again."
    )


def test_hz_is_one_that_kernels_have() -> None:
    assert Kernel().hz() in (100, 250, 300, 1000)


def test_the_real_kernel() -> None:
    path = "/proc/sys/net/ipv4/tcp_keepalive_time"
    read_only = (
        "Read-only file system. /proc/sys is mounted read-only here, as in an unprivileged container: set the value "
        "from outside (podman run --sysctl, securityContext.sysctls), or give runtime: false to write only the file."
    )
    assert run_isolated(SCENARIOS / "real_kernel.py") == {
        "fresh": [{"time": 7200, "intvl": 75, "probes": 9}, True],
        "written": ["60\n", "2147483\n", "255\n"],
        "refused": (
            "Cannot set net.ipv4.tcp_keepalive_probes to 256 (/proc/sys/net/ipv4/tcp_keepalive_probes): "
            "Invalid argument. The kernel refuses this value."
        ),
        "read_only": [
            False,
            f"Cannot set net.ipv4.tcp_keepalive_time ({path}): {read_only}",
            f"Cannot set net.ipv4.tcp_keepalive_time to 61 ({path}): {read_only}",
            60,
        ],
        "after": ["60\n", "2147483\n", "255\n"],
    }


def test_what_to_do_instead_is_told_where_it_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> t.NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    lay_out(tmp_path, {TIME: b"?\n"})
    unreadable = f"net.ipv4.tcp_keepalive_time ({tmp_path}/{TIME}) cannot be read, so a change could not be undone."
    with pytest.raises(KernelError) as caught:
        Kernel(str(tmp_path), instead="").require_writable("time")
    assert str(caught.value) == f"{unreadable} Run as root (become: true)."
    monkeypatch.setattr(os, "open", fail)
    for kernel, instead in ((Kernel(str(tmp_path)), f", or {FILE_ONLY}"), (Kernel(str(tmp_path), instead=""), "")):
        with pytest.raises(KernelError) as caught:
            kernel.require_writable("time")
        assert str(caught.value).endswith(f"(podman run --sysctl, securityContext.sysctls){instead}.")


def test_command_line(tmp_path: Path) -> None:
    kernel = Kernel(str(tmp_path))
    lay_out(tmp_path, {"cmdline": b"ro quiet\n", "sys/net/core/somaxconn": b"4096\n"})
    assert kernel.command_line() == b""
    lay_out(tmp_path, {"sys/net/core/dev_weight": b"64\n"})
    assert kernel.command_line() == b"ro quiet"
    (tmp_path / "cmdline").unlink()
    assert kernel.command_line() == b""


def test_a_later_network_namespace_has_no_command_line() -> None:
    assert run_isolated(SCENARIOS / "later_network_namespace.py") == {"command_line": ""}


def test_boot_id(tmp_path: Path) -> None:
    assert Kernel(str(tmp_path)).boot_id() == ""
    lay_out(tmp_path, {"sys/kernel/random/boot_id": b"0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55\n"})
    assert Kernel(str(tmp_path)).boot_id() == "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55"


@pytest.mark.parametrize(
    "ask",
    [
        Kernel.writable,
        Kernel.process_1,
        Kernel.mounts,
        Kernel.is_in_first_namespace,
        lambda kernel: kernel.is_there_for_process_1("/.dockerenv"),
    ],
    ids=["writable", "process 1", "mounts", "first namespace", "path of process 1"],
)
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOENT], ids=["unknown", "hidden"])
def test_what_the_kernel_does_not_tell_is_not_taken_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: t.Callable[[Kernel], object], code: int
) -> None:
    (tmp_path / "sys/net/core").mkdir(parents=True)
    (tmp_path / "sys/net/core/dev_weight").touch()
    for owner, name in ((os, "statvfs"), (os, "stat"), (os, "lstat"), (os, "readlink"), (builtins, "open")):
        monkeypatch.setattr(owner, name, Refusing(getattr(owner, name), 1, code))
    if code == errno.ENOENT:
        ask(Kernel(str(tmp_path)))
        return
    with pytest.raises(KernelError, match=rf"{tmp_path}/.* cannot be read: Input/output error. Run again\."):
        ask(Kernel(str(tmp_path)))


def test_too_many_open_files_are_no_missing_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", mock.Mock(side_effect=OSError(errno.EMFILE, "Too many open files")))
    with pytest.raises(ExhaustedError) as failed:
        Kernel(str(tmp_path)).read()
    assert str(failed.value) == (
        f"{tmp_path}/sys/net/ipv4/tcp_keepalive_time cannot be opened: Too many open files. "
        f"Raise the limit of this process (ulimit -n), or close files before the task runs."
    )
