# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo, let_stand


def test_an_undo_is_called_to_undo_its_step() -> None:
    calls: list[str] = []
    Undo(lambda: calls.append("undone"))()
    assert calls == ["undone"]


def test_all_steps_stand_or_none() -> None:
    calls: list[str] = []

    def refuse() -> None:
        raise FileError("It must not stand.")

    def step(name: str) -> Undo:
        return Undo(
            lambda: calls.append(f"undo {name}"),
            check=lambda: calls.append(f"check {name}"),
            forget=lambda: calls.append(f"forget {name}"),
        )

    with pytest.raises(FileError):
        let_stand([step("a"), Undo(lambda: calls.append("undo b"), check=refuse)])
    assert calls == ["check a"]
    calls.clear()
    let_stand([step("a"), step("b")])
    assert calls == ["check a", "check b", "forget a", "forget b"]
