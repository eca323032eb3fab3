# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

_LINKS: Layout = {"/srv/proc": "/proc", "/srv/keys": "/proc/sys/net", "/srv/etc": "/etc", "/host": "/", "/srv/r": None}


def _counts(root: Path, command: str, settings: str) -> bool:
    unit = f"[Service]\nExecStart={command}\n{settings}\n".encode()
    return bool(found(root, {**_LINKS, "/etc/systemd/system/a.service": unit}, init=SYSTEMD))


# What systemd 252 did with each; one with a specifier may lead to the keys.
@pytest.mark.parametrize(
    ("settings", "counts"),
    [
        ("ReadOnlyPaths=/", False),
        ("ReadOnlyPaths='/proc'", False),
        ("ReadOnlyPaths=//proc//sys/.", False),
        ("ReadOnlyPaths=/pr\\oc", False),
        ("ReadOnlyPaths=-+/proc", False),
        ("ReadOnlyPaths=+-/proc", True),
        ("ReadOnlyPaths=/proc/../proc", True),
        ("ReadOnlyPaths=/proc/sys/net/ipv4/tcp_fin_timeout", True),
        ("ReadOnlyPaths=/proc/sys/net/ipv4/conf", True),
        ("ReadOnlyPaths=/proc\nReadOnlyDirectories=", True),
        ("ReadOnlyPaths=/proc\nReadOnlyPaths=\\\n\n", True),
        ("ReadOnlyPaths=/proc\nInaccessiblePaths=", False),
        ("ReadOnlyPaths=/\nReadWritePaths=/proc/sys/net/ipv4/tcp_keepalive_time", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/proc/sys/net/ipv4/tcp_fin_timeout", False),
        ('ReadOnlyPaths=/\nReadWritePaths="/proc/sys/net/ipv4"', True),
        ("ReadOnlyPaths=/\nReadWritePaths=//proc/sys/net/ipv4", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/proc/./sys", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/proc", True),
        ("ReadOnlyPaths=/\nReadWritePaths=-+/proc/sys/", True),
        ('ReadOnlyPaths=/\nReadWritePaths=/proc/sys "/x', True),
        ('ReadOnlyPaths=/\nReadWritePaths="/proc/sys\\/net"', True),
        ("ReadOnlyPaths=/\nReadWritePaths=/etc /proc/sys", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/proc/sys\nReadWriteDirectories=", False),
        ("ReadOnlyPaths=/\nReadWritePaths=/var/lib/a /proc/sys/kernel", False),
        ("ReadOnlyPaths=/\nReadWritePaths=%E/a", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/srv/proc/sys", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/srv/keys", True),
        ("ReadOnlyPaths=/\nReadWritePaths=/srv/etc", False),
        ("ReadOnlyPaths=/ /proc/sys/net\nReadWritePaths=/srv/proc", True),
        ("ReadOnlyPaths=/ /proc/sys/net\nReadWritePaths=/proc/sys", False),
        ("ReadOnlyPaths=/proc/sys\nReadWritePaths=/proc", False),
        ("ReadOnlyPaths=/proc/sys\nReadWritePaths=/proc/sys", False),
        ("InaccessiblePaths=/proc/sys/net\nReadWritePaths=/proc/sys/net/ipv4", False),
        ("InaccessiblePaths=/proc\nBindPaths=/proc/sys", False),
        ("ProtectKernelTunables=yes\nReadWritePaths=/proc/sys/net/ipv4", True),
        ("ProtectKernelTunables=yes\nReadWritePaths=/proc", False),
        ("ProtectKernelTunables=yes\nBindPaths=/proc/sys/net", True),
        ("ReadOnlyPaths=/\nBindPaths=/proc/sys/net/ipv4", True),
        ("ReadOnlyPaths=/\nBindReadOnlyPaths=/proc/sys/net", False),
        ("BindReadOnlyPaths=/proc/sys", False),
        ("TemporaryFileSystem=/proc:ro", False),
        ("TemporaryFileSystem=/var /proc/sys", False),
        ("TemporaryFileSystem=/var /proc/sys/kernel", True),
        ("TemporaryFileSystem=/proc\nBindPaths=/proc/sys", True),
        ("TemporaryFileSystem=/proc\nProtectProc=invisible", True),
        ("TemporaryFileSystem=/", True),
        ("BindReadOnlyPaths=-/proc/sys/net/ipv4:/proc/sys/net/ipv4", False),
        ("BindReadOnlyPaths=/proc/sys/kernel", True),
        ("BindReadOnlyPaths=/proc/sys:/srv/sys", True),
        ("BindReadOnlyPaths=/proc/sys\nReadWritePaths=/proc/sys/net", True),
        ("BindReadOnlyPaths=/proc/sys\nBindPaths=/proc/sys/net/ipv4", True),
        ("RootDirectory=/srv/r\nBindReadOnlyPaths=/proc/sys", True),
        ("ReadOnlyPaths=/\nBindPaths=/srv/keys:/proc/sys/net", True),
        ("ReadOnlyPaths=/\nBindPaths=/srv/proc", True),
        ("ReadOnlyPaths=/\nBindPaths=/srv/r:/proc", False),
        ("ReadOnlyPaths=/\nBindPaths=/proc/sys\nBindReadOnlyPaths=", False),
        ("ReadOnlyPaths=/proc/sys\nBindPaths=/proc", False),
        ("ReadOnlyPaths=/proc\nBindPaths=/proc", False),
        ("ProcSubset=pid\nReadWritePaths=-/proc/sys/net", False),
        ("ProcSubset=pid\nBindPaths=/proc", True),
        ("ProcSubset=pid\nBindPaths=/proc/sys", False),
        ("RootDirectory=/srv/r\nReadOnlyPaths=/proc", True),
        ("RootDirectory=/srv/r\nReadOnlyPaths=+/proc", False),
        ("RootDirectory=/srv/r\nReadOnlyPaths=+/proc\nReadWritePaths=+/proc/sys/net", True),
    ],
)
def test_paths_that_hide_the_keys(tmp_path: Path, settings: str, *, counts: bool) -> None:
    assert _counts(tmp_path, f"/sbin/{SET.decode()}", settings) is counts


@pytest.mark.parametrize(
    ("settings", "counts"),
    [
        ("RootDirectory=/srv/r\nBindPaths=/etc/sysctl.d", True),
        ("RootDirectory=/srv/r\nBindPaths=/etc/", True),
        ("RootDirectory=/srv/r\nBindPaths=/:/host", True),
        ("RootDirectory=/srv/r\nBindPaths=-/etc/sysctl.d/9.conf:/etc/sysctl.d/9.conf:norbind", True),
        ("RootDirectory=/srv/r\nBindPaths=/srv/etc:/etc", True),
        ("RootDirectory=/srv/r\nBindPaths=/usr/lib", True),
        ("RootDirectory=/srv/r\nBindPaths=%E", True),
        ("RootDirectory=/srv/r\nBindPaths=/run/a.sock /etc/resolv.conf", False),
        ("RootDirectory=/srv/r\nBindReadOnlyPaths=/etc", False),
        ("RootDirectory=/srv/r\nBindReadOnlyPaths=/etc\nReadWritePaths=+/etc/sysctl.d", True),
        ("RootDirectory=/srv/r\nBindPaths=/etc\nBindReadOnlyPaths=", False),
        ("RootImage=/srv/image.raw\nBindPaths=/etc", True),
        ("RootDirectory=/host", True),
        ("RootDirectory=//", True),
        ("RootDirectory=/srv/r", False),
    ],
)
def test_sysctl_files_that_are_bound_to_another_root_folder(tmp_path: Path, settings: str, *, counts: bool) -> None:
    command = "/bin/sh -c 'echo net.ipv4.tcp_keepalive_time=60 > /etc/sysctl.d/9.conf'"
    assert _counts(tmp_path, command, settings) is counts
