# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host import capabilities
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import (
    CAP_CHOWN,
    CAP_FOWNER,
    CAP_SYS_ADMIN,
    CAP_SYS_PTRACE,
    effective,
    has_capabilities,
    may_give_to,
)

if t.TYPE_CHECKING:
    from pathlib import Path

NONE = "Name:\tx\nCapEff:\t0000000000000000\nSeccomp:\t0\n"
CHOWN = "Name:\tx\nCapEff:\t0000000000000001\nSeccomp:\t0\n"


ALL_IDS, TWO = (
    "         0          0 4294967295\n",
    "         0       1000          1\n       100     100000          9\n",
)


def be(monkeypatch: pytest.MonkeyPatch, folder: Path, status: str | None, user: int) -> None:
    (folder / "self").mkdir(exist_ok=True)
    if status is not None:
        (folder / "self" / "status").write_text(status)
    monkeypatch.setattr(capabilities, "PROC", str(folder))
    for name, value in (("geteuid", user), ("getegid", 100), ("getgroups", [7, 8])):
        monkeypatch.setattr(os, name, lambda value=value: value)


@pytest.mark.parametrize(
    ("status", "user", "known", "chown", "fowner"),
    [
        pytest.param(CHOWN, 1000, CAP_CHOWN, True, False, id="one of them"),
        pytest.param(NONE, 0, 0, False, False, id="root without any"),
        pytest.param(None, 0, None, True, True, id="root, not known"),
        pytest.param(None, 1000, None, False, False, id="a user, not known"),
        pytest.param("odd", 1000, None, False, False, id="no such line"),
    ],
)
def test_capabilities(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: str | None,
    user: int,
    known: int | None,
    chown: bool,
    fowner: bool,
) -> None:
    be(monkeypatch, tmp_path, status, user)
    assert effective() == known
    assert (has_capabilities(CAP_CHOWN), has_capabilities(CAP_FOWNER)) == (chown, fowner)


@pytest.mark.parametrize(
    ("effective", "has"), [("0000000000280000", True), ("000001ffffffffff", True), ("0000000000080000", False)]
)
def test_all_of_the_capabilities_are_needed(tmp_path: Path, effective: str, has: bool) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text(f"Name:\tx\nCapEff:\t{effective}\nCapBnd:\t000001ffffffffff\n")
    assert has_capabilities(CAP_SYS_ADMIN | CAP_SYS_PTRACE, str(tmp_path)) is has


@pytest.mark.parametrize(
    ("user", "group", "expected"),
    [(1000, 100, True), (1000, 8, True), (1000, 9, False), (0, 100, False), (0, 0, False)],
)
def test_whom_a_user_may_give_files_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, group: int, expected: bool
) -> None:
    be(monkeypatch, tmp_path, NONE, 1000)
    assert may_give_to(user, group) is expected
    be(monkeypatch, tmp_path, CHOWN, 1000)
    assert may_give_to(user, group)


@pytest.mark.parametrize(
    ("users", "groups", "user", "group", "expected"),
    [
        pytest.param(ALL_IDS, ALL_IDS, 65534, 65534, True, id="in no user namespace"),
        pytest.param(TWO, TWO, 0, 108, True, id="mapped"),
        pytest.param(TWO, ALL_IDS, 65534, 0, False, id="a user that is not mapped"),
        pytest.param(ALL_IDS, TWO, 0, 109, False, id="a group that is not mapped"),
        pytest.param("", "", 0, 0, False, id="nothing mapped yet"),
        pytest.param(None, None, 65534, 65534, True, id="not known"),
        pytest.param("odd\n1 2\n", ALL_IDS, 0, 0, True, id="of another form"),
    ],
)
def test_whom_root_of_a_user_namespace_may_give_files_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    users: str | None,
    groups: str | None,
    user: int,
    group: int,
    expected: bool,
) -> None:
    be(monkeypatch, tmp_path, CHOWN, 0)
    for name, text in (("uid_map", users), ("gid_map", groups)):
        if text is not None:
            (tmp_path / "self" / name).write_text(text)
    assert may_give_to(user, group) is expected
