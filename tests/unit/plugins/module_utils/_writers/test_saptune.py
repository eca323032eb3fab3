# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

SAPTUNE: Layout = {
    "/usr/share/saptune/notes/1410736": b"[version]\n# x\n[sysctl]\nnet.ipv4.tcp_keepalive_time = 300\n"
    b"net.ipv4.tcp_keepalive_intvl = 75\n",
    "/usr/share/saptune/notes/2993054": b"[sysctl:csp=azure]\nnet.ipv4.tcp_keepalive_time = 300\n",
    "/usr/share/saptune/notes/941735": b"[sysctl]\nvm.swappiness = 10\n[reminder]\nnet.ipv4.tcp_keepalive_time = 5\n",
    "/etc/saptune/extra/own-Our_note.conf": b"[sysctl]\nnet.ipv4.tcp_keepalive_probes = 5\n",
    "/usr/lib/systemd/system/saptune.service": b"",
    "/etc/systemd/system/multi-user.target.wants/saptune.service": "/usr/lib/systemd/system/saptune.service",
}
SAPTUNE_SETTINGS = "/etc/sysconfig/saptune"
ORDER = b'SAPTUNE_VERSION="3"\nNOTE_APPLY_ORDER="%s"\n'


@pytest.mark.parametrize(
    ("notes", "changed", "places"),
    [
        pytest.param(b"", {}, [], id="no note"),
        pytest.param(b"941735", {}, [], id="a note that sets other keys"),
        pytest.param(b"941735 1410736", {}, [("/usr/share/saptune/notes/1410736", 4)], id="keepalive"),
        pytest.param(b"2993054", {}, [("/usr/share/saptune/notes/2993054", 2)], id="on a condition"),
        pytest.param(b"own", {}, [("/etc/saptune/extra/own-Our_note.conf", 2)], id="an own note"),
        pytest.param(
            b"1410736",
            {"/etc/saptune/override/1410736": b"[sysctl]\nnet.ipv4.tcp_keepalive_time = 60\n"},
            [("/etc/saptune/override/1410736", 2)],
            id="changed",
        ),
        pytest.param(
            b"1410736",
            {"/etc/saptune/override/1410736": b"[sysctl]\nnet.ipv4.tcp_keepalive_time =\n"},
            [],
            id="changed to leave the key alone",
        ),
        pytest.param(b"../1410736", {}, [], id="no name of a note"),
    ],
)
def test_saptune(tmp_path: Path, notes: bytes, changed: Layout, places: list[tuple[str, int]]) -> None:
    writers = found(tmp_path, {**SAPTUNE, **changed, SAPTUNE_SETTINGS: ORDER % notes})
    assert [(writer.path, writer.line) for writer in writers] == places


@pytest.mark.parametrize(
    ("note", "counts"), [(b"1410736", True), (b"1680803", True), (b"2993054", True), (b"941735", False)]
)
def test_a_note_of_saptune_that_is_not_found(tmp_path: Path, note: bytes, *, counts: bool) -> None:
    writers = found(tmp_path, {SAPTUNE_SETTINGS: ORDER % note})
    assert writers == ([Writer(SAPTUNE_SETTINGS, 2, f'NOTE_APPLY_ORDER="{note.decode()}"')] if counts else [])


def test_saptune_that_is_not_enabled(tmp_path: Path) -> None:
    layout = {**SAPTUNE, SAPTUNE_SETTINGS: ORDER % b"1410736"}
    del layout["/etc/systemd/system/multi-user.target.wants/saptune.service"]
    assert found(tmp_path, layout) == []
