# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.linux.tcp.tests.faults import modes
from ansible_collections.linux.tcp.tests.faults.points import points_in
from ansible_collections.linux.tcp.tests.faults.strace import Call, calls_in

# As strace 6.1 writes it.
TRACE = r"""
openat(AT_FDCWD, "/run/linux.tcp.keepalive.lock", O_RDWR|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600) = 13
newfstatat(AT_FDCWD, "/etc/rc.local", 0x7ffc32972070, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file or directory)
newfstatat(AT_FDCWD, "/etc/rc.local", 0x7ffc32972000, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file or directory)
openat(AT_FDCWD, "/proc/sys/net/ipv4/tcp_keepalive_time", O_WRONLY|O_CLOEXEC) = 14
write(14, "600\n", 4)                   = 4
close(14)                               = 0
openat(AT_FDCWD, "/etc/sysctl.d/.linux.tcp.kx0q3r_5.tmp", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 14
write(14, "# Managed by Ansible\nnet.ipv4.tc"..., 99) = 99
fsync(14)                               = -1 EIO (Input/output error) (INJECTED)
close(14)                               = 0
rename("/etc/sysctl.d/.linux.tcp.kx0q3r_5.tmp", "/etc/sysctl.d/99-tcp-keepalive.conf") = 0
write(1, "\n{\"changed\": true}"..., 400) = 400
exit_group(0)                           = ?
+++ exited with 0 +++
"""
POINTS = points_in(calls_in(TRACE))


def test_calls_are_counted_by_name() -> None:
    calls = calls_in(TRACE)
    assert [call.number for call in calls if call.name == "write"] == [1, 2, 3]
    assert calls[1] == Call("newfstatat", 1, calls[1].arguments, "-1", "ENOENT", injected=False)
    assert [call.name for call in calls if call.injected] == ["fsync"]


def test_points_are_calls_with_their_files_without_output_and_repetition() -> None:
    assert [(point.call.name, point.target.rpartition("/")[2], point.changes) for point in POINTS] == [
        ("openat", "linux.tcp.keepalive.lock", True),
        ("newfstatat", "rc.local", False),
        ("openat", "tcp_keepalive_time", True),
        ("write", "tcp_keepalive_time", True),
        ("close", "tcp_keepalive_time", False),
        ("openat", ".linux.tcp.kx0q3r_5.tmp", True),
        ("write", ".linux.tcp.kx0q3r_5.tmp", True),
        ("fsync", ".linux.tcp.kx0q3r_5.tmp", True),
        ("close", ".linux.tcp.kx0q3r_5.tmp", False),
        ("rename", ".linux.tcp.kx0q3r_5.tmp", True),
        ("exit_group", "", False),
    ]


def test_kills_are_before_and_after_each_change() -> None:
    assert [faults[0].partition(":")[0] for faults in modes.kills(POINTS)] == [
        *(
            "openat",
            "newfstatat",
            "openat",
            "write",
            "close",
            "openat",
            "write",
            "fsync",
            "close",
            "rename",
            "exit_group",
        ),
    ]


def test_a_disk_that_fails_leaves_the_kernel_alone() -> None:
    (fault,) = next(faults for faults in modes.disks(POINTS) if faults[0].startswith("disk=EIO:write"))
    expanded = modes.expanded([fault], POINTS)
    assert [one for one in expanded if one.startswith("write")] == ["write:error=EIO:when=2"]
    assert {"fsync:error=EIO:when=1+", "?rename:error=EIO:when=1+", "?unlink:error=EIO:when=1+"} <= set(expanded)


def test_a_second_fault_follows_the_first() -> None:
    assert list(modes.seconds("fsync:error=EIO:when=1", POINTS)) == [
        ("fsync:error=EIO:when=1", "close:signal=KILL:when=2"),
        ("fsync:error=EIO:when=1", "close:error=EIO:when=2"),
        ("fsync:error=EIO:when=1", "rename:signal=KILL:when=1"),
        ("fsync:error=EIO:when=1", "rename:error=EIO:when=1"),
        ("fsync:error=EIO:when=1", "exit_group:signal=KILL:when=1"),
    ]


def test_two_faults_of_one_name_are_one_expression() -> None:
    calls = calls_in(TRACE.replace('rename("/etc', 'fsync(13) = 0\nrename("/etc'))
    assert ("fsync:error=EIO:when=1..2+1",) in modes.seconds("fsync:error=EIO:when=1", points_in(calls))
