# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree


def test_what_lasts() -> None:
    a, b, z = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf", "/usr/lib/sysctl.d/z.conf"
    stays = SysctlFile(a, a, text=b"stays")
    leads_to_run = SysctlFile(b, "/run/b.conf", text=b"goes", is_link=True)
    in_run = SysctlFile("/run/sysctl.d/c.conf", "/run/sysctl.d/c.conf", text=b"goes")
    leads_out_of_run = SysctlFile("/run/sysctl.d/d.conf", "/opt/d.conf", text=b"goes", is_link=True)
    elsewhere = SysctlFile(z, "/running", text=b"stays", is_link=True)
    tree = Tree((stays, leads_to_run, in_run, leads_out_of_run, elsewhere))
    dangling = SysctlFile(b, "/run/b.conf", kind="missing", is_link=True)
    assert tree.lasting() == Tree((stays, dangling, elsewhere))
    assert [file.is_volatile for file in tree.files] == [False, True, True, True, False]


A = SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", text=b"old")
CONF = SysctlFile("/etc/sysctl.conf", "/etc/sysctl.conf", text=b"old")
LINK = SysctlFile("/etc/sysctl.d/99-sysctl.conf", "/etc/sysctl.conf", text=b"old", is_link=True)
OUTSIDE = SysctlFile("/etc/sysctl.d/l.conf", "/etc/outside", text=b"old", is_link=True)


@pytest.mark.parametrize(
    ("files", "file", "text", "expected"),
    [
        pytest.param((), A, b"new", {A.path: b"new"}, id="a file not there yet"),
        pytest.param((A, CONF), A, b"new", {A.path: b"new", CONF.path: b"old"}, id="one of two"),
        pytest.param((CONF, LINK), LINK, b"new", {CONF.path: b"new", LINK.path: b"new"}, id="by its link"),
        pytest.param((CONF, LINK), CONF, b"new", {CONF.path: b"new", LINK.path: b"new"}, id="behind a link"),
        pytest.param((A, CONF), A, None, {CONF.path: b"old"}, id="removed"),
        pytest.param((CONF, LINK), CONF, None, {LINK.path: None}, id="removed, so that its link dangles"),
        pytest.param(
            (OUTSIDE,), OUTSIDE, b"new", {OUTSIDE.path: b"new", "/etc/outside": b"new"}, id="target elsewhere"
        ),
    ],
)
def test_with_text(
    files: tuple[SysctlFile, ...], file: SysctlFile, text: bytes | None, expected: dict[str, bytes | None]
) -> None:
    tree = Tree(files)
    changed = tree.with_text(file, text)
    assert {file.path: file.text if file.kind == "file" else None for file in changed.files} == expected
    assert tree == Tree(files)


def test_get() -> None:
    assert Tree((A, CONF)).get(CONF.path) is CONF
    assert Tree((A,)).get("/etc/sysctl.conf") is None
