# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

_UNIT = "/etc/systemd/system/a.service"
_WRITE = "/bin/sh -c 'echo net.ipv4.tcp_keepalive_time=60 > /etc/sysctl.d/9.conf'"


def _counts(root: Path, text: str) -> bool:
    return bool(found(root, {_UNIT: text.encode()}, init=SYSTEMD))


@pytest.mark.parametrize(
    "sandbox", ["", "ReadOnlyPaths=/", "ProcSubset=pid", "ProtectKernelTunables=yes", "InaccessiblePaths=/proc"]
)
@pytest.mark.parametrize(
    ("name", "counts"),
    [("ExecStartPre", True), ("ExecStartPost", True), ("ExecReload", True), ("ExecCondition", True)],
)
def test_what_is_not_the_main_command_may_have_all_rights(
    tmp_path: Path, name: str, sandbox: str, *, counts: bool
) -> None:
    text = f"[Service]\nUser=app\nPermissionsStartOnly=yes\n{sandbox}\n{name}={SET.decode()}\n"
    assert _counts(tmp_path, text) is counts
    assert not _counts(tmp_path, text.replace("Only=yes", "Only=no"))
    assert not _counts(tmp_path, text.replace(name, "ExecStart"))
    assert not _counts(tmp_path, f"{text}PrivateNetwork=yes\n")


@pytest.mark.parametrize(
    ("prefix", "settings", "counts"),
    [
        ("+", "ReadOnlyPaths=/", True),
        ("+", "ProcSubset=pid", True),
        ("-+", "User=app\nProtectKernelTunables=yes", True),
        ("+", "PrivateNetwork=yes", False),
        ("!", "User=app", True),
        ("!", "DynamicUser=yes", True),
        ("!", "User=app\nProtectKernelTunables=yes", False),
        ("!", "ReadOnlyPaths=/proc", False),
        ("/bin/true ; +", "User=app", True),
        ("-/bin/true ; \\\n # no\n @-+", "User=app\nReadOnlyPaths=/", True),
        ("/bin/true ; -", "User=app", False),
        ("/bin/sh -c 'true ; +' ; ", "User=app", False),
        ('/bin/sh -c "true ; +" ; ', "User=app", False),
        ("+/bin/true ; ", "User=app", False),
    ],
)
def test_prefixes_that_free_a_command(tmp_path: Path, prefix: str, settings: str, *, counts: bool) -> None:
    assert _counts(tmp_path, f"[Service]\nExecStart={prefix}/sbin/{SET.decode()}\n{settings}\n") is counts


@pytest.mark.parametrize(
    ("command", "settings", "counts"),
    [
        (f"+{_WRITE}", "User=app\nPrivateNetwork=yes", True),
        (f"!{_WRITE}", "User=app\nPrivateNetwork=yes", True),
        (f"/usr/bin/sudo {_WRITE}", "User=app\nPrivateNetwork=yes", True),
        (f"/usr/bin/sudo {_WRITE}", "User=app\nPrivateNetwork=yes\nNoNewPrivileges=yes", False),
        (f"/usr/bin/sudo {_WRITE}", "User=app\nProtectKernelTunables=yes", True),
        (_WRITE, "User=app\nPrivateNetwork=yes\nPermissionsStartOnly=yes", True),
        (_WRITE, "User=app\nPrivateNetwork=yes", False),
    ],
)
def test_files_that_are_written_without_the_hosts_network(
    tmp_path: Path, command: str, settings: str, *, counts: bool
) -> None:
    assert _counts(tmp_path, f"[Service]\nExecStartPre={command}\n{settings}\n") is counts


@pytest.mark.parametrize(
    ("command", "settings", "counts"),
    [
        ("nsenter -t 1 -n sysctl -w net.ipv4.tcp_keepalive_time=60", "PrivateNetwork=yes", True),
        ("nsenter -t 1 -m sysctl -w net.ipv4.tcp_keepalive_time=60", "ProtectKernelTunables=yes", True),
        ("nsenter -t 1 -n sysctl -w net.ipv4.tcp_keepalive_time=60", "PrivateNetwork=yes\nUser=app", False),
        ("nsenter -t 99 -n sysctl -w net.ipv4.tcp_keepalive_time=60", "PrivateNetwork=yes", False),
        (_WRITE.replace("> ", "> /proc/1/root"), "RootDirectory=/srv/r", True),
    ],
)
def test_commands_that_go_to_the_host(tmp_path: Path, command: str, settings: str, *, counts: bool) -> None:
    assert _counts(tmp_path, f"[Service]\nExecStart={command}\n{settings}\n") is counts


@pytest.mark.parametrize(
    ("settings", "sets", "writes"),
    [
        ("AmbientCapabilities=cap_net_admin\nAmbientCapabilities=CAP_NET_RAW", True, False),
        ("AmbientCapabilities=CAP_CHOWN 12", True, False),
        ("AmbientCapabilities=~CAP_SYS_TIME", True, True),
        ("AmbientCapabilities=~CAP_NET_ADMIN CAP_SYS_TIME", False, True),
        ("AmbientCapabilities=CAP_NET_ADMIN\nAmbientCapabilities=", False, False),
        ("AmbientCapabilities=CAP_NET_BIND_SERVICE", False, False),
        ("AmbientCapabilities=CAP_DAC_OVERRIDE", False, True),
    ],
)
def test_capabilities_of_another_user(tmp_path: Path, settings: str, *, sets: bool, writes: bool) -> None:
    for command, counts in ((SET.decode(), sets), (_WRITE, writes)):
        assert _counts(tmp_path, f"[Service]\nUser=app\nExecStart={command}\n{settings}\n") is counts


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/proc/self/ns/net", True),
        ("/run/netns/host", True),
        ("//proc/1/ns/net", True),
        ("/proc/12/ns/net", False),
        ("/run/netns/a", False),
    ],
)
def test_namespaces_of_the_network(tmp_path: Path, path: str, *, counts: bool) -> None:
    lay_out(tmp_path, {"/run/netns/host": "/proc/1/ns/net"})
    assert _counts(tmp_path, f"[Service]\nNetworkNamespacePath={path}\nExecStart={SET.decode()}\n") is counts


@pytest.mark.parametrize(("name", "counts"), [("ExecStartPre", True), ("ExecStart", False)])
def test_the_root_folder_of_the_main_command(tmp_path: Path, name: str, *, counts: bool) -> None:
    text = f"[Service]\nRootDirectory=/srv/r\nRootDirectoryStartOnly=yes\n{name}={_WRITE}\n"
    assert _counts(tmp_path, text) is counts
