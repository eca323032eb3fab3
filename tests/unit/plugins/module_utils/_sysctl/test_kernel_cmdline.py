# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# All rows were seen on Linux 6.1 and 6.12, booted with such a command line.

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.kernel_cmdline import assignments, masks

T = "sysctl.net.ipv4.tcp_keepalive_time"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("BOOT_IMAGE=/vmlinuz ro quiet\n", [], id="no sysctl"),
        pytest.param(f"ro {T}=60 quiet\n", [("time", b"60")], id="dots"),
        pytest.param("sysctl/net/ipv4/tcp_keepalive_intvl=60\n", [("intvl", b"60")], id="slashes"),
        pytest.param("sysctl.net/ipv4.tcp_keepalive_probes=6\n", [("probes", b"6")], id="mixed"),
        pytest.param("sysctl..net//ipv4.tcp_keepalive_time=60\n", [("time", b"60")], id="doubled"),
        pytest.param(f"{T}=60 {T}=70\n", [("time", b"60"), ("time", b"70")], id="in order"),
        pytest.param(f"{T}=60\t{T}=70\n", [("time", b"60"), ("time", b"70")], id="tab"),
        pytest.param(f"{T}=\n", [], id="empty value"),
        pytest.param(f"{T}\n", [], id="no value"),
        pytest.param(f'{T}="60 70"\n', [("time", b"60 70")], id="value in quotes"),
        pytest.param(f'"{T}=60 70"\n', [("time", b"60 70")], id="parameter in quotes"),
        pytest.param(f"{T}=60 70\n", [("time", b"60")], id="blank without quotes"),
        pytest.param(f'{T}=""\n', [], id="nothing in quotes"),
        pytest.param(f'"{T}"=60\n', [], id="name in quotes"),
        pytest.param(f'{T}=6"0 7"0\n', [("time", b'6"0 7"0')], id="quotes within the value"),
        pytest.param(f'"x {T}=60" y="z {T}=60"\n', [], id="within another parameter"),
        pytest.param(f'x=1" {T}=60 y=2" {T}=70\n', [("time", b"70")], id="quote that another parameter opens"),
        pytest.param(f'"{T}=60 70', [("time", b"60 70")], id="open quote before the parameter"),
        pytest.param(f'{T}="60 70', [("time", b"60 70")], id="open quote"),
        pytest.param(f"{T} = 60\n", [], id="blanks around the equals sign"),
        pytest.param(f"-- {T}=60\n", [], id="for process 1"),
        pytest.param(f'"--" {T}=60\n', [], id="for process 1, in quotes"),
        pytest.param(f"--= {T}=60\n", [("time", b"60")], id="dashes with a value"),
        pytest.param(f"--x {T}=60\n", [("time", b"60")], id="another option"),
        pytest.param(f"{T}.=60\n", [], id="dot at the end"),
        pytest.param("sysctl.net.ipv4.conf/../tcp_keepalive_time=60\n", [], id="parent"),
        pytest.param(f"ro\xa0{T}=60\n", [("time", b"60")], id="no-break space"),
        pytest.param(f'{T}=60 x="-- y" {T}=70\n', [("time", b"60"), ("time", b"70")], id="dashes in quotes"),
        pytest.param("sysctl.net.ipv4.tcp-keepalive-time=60\n", [], id="dashes"),
        pytest.param("Sysctl.net.ipv4.tcp_keepalive_time=60\n", [], id="upper case"),
        pytest.param("sysctl.net.ipv4.tcp_keepalive_*=60\n", [], id="pattern"),
        pytest.param("net.ipv4.tcp_keepalive_time=60\n", [], id="without the prefix"),
        pytest.param("sysctlnet.ipv4.tcp_keepalive_time=60\n", [], id="without the separator"),
    ],
)
def test_assignments(text: str, expected: list[tuple[str, bytes]]) -> None:
    assert list(assignments(text.encode("latin-1"))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("systemd.mask=a", True),
        ("systemd.mask=a.service", True),
        ('systemd.mask="a" quiet', True),
        ("systemd.mask=b systemd.mask=a", True),
        ("systemd.mask=b", False),
        ("systemd.mask=a.socket", False),
        ("rd.systemd.mask=a", False),
        ('x="y systemd.mask=a"', False),
    ],
)
def test_masks(text: str, *, expected: bool) -> None:
    assert masks(text.encode(), "a") is expected
