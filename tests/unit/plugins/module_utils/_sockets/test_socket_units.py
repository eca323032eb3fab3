# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets import socket_units

if t.TYPE_CHECKING:
    from pathlib import Path

ANY = bytes(16)
# systemd 257
SHOWN = """\
Listen=[::]:2222 (Stream)
Listen=127.0.0.1:2223 (Stream)
Listen=/run/x.sock (Stream)
Listen=[::]:2222 (Datagram)
Id=x.socket

Listen=/run/dbus/system_bus_socket (Stream)
Id=dbus.socket

Listen=[fe80::1%2]:7 (Stream)
Id=z.socket
"""


def test_parse() -> None:
    assert socket_units.parse(SHOWN) == {
        "x.socket": [(ANY, 2222), (socket.inet_aton("127.0.0.1"), 2223)],
        "z.socket": [(socket.inet_pton(socket.AF_INET6, "fe80::1"), 7)],
    }


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo 'Failed to connect to bus' >&2; exit 1",
            "systemctl failed (1): Failed to connect to bus",
        ),
        (None, "systemctl cannot be run: [Errno 2] No such file or directory: 'systemctl'."),
    ],
)
def test_systemctl_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, message: str
) -> None:
    if script:
        (tmp_path / "systemctl").write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(socket_units, "_BOOTED", str(tmp_path))
    with pytest.raises(KeepaliveError) as failed:
        socket_units.listening_ends()
    assert str(failed.value) == message


def test_without_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_units, "_BOOTED", str(tmp_path / "none"))
    assert socket_units.listening_ends() == {}
