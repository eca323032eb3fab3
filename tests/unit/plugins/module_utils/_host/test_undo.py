# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo, error_of, let_stand, said


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


def test_steps_stand_though_memory_runs_out_at_the_end() -> None:
    calls: list[str] = []

    def run_out() -> None:
        raise MemoryError

    let_stand([Undo(lambda: None, forget=run_out), Undo(lambda: None, forget=lambda: calls.append("forget"))])
    assert calls == ["forget"]


@pytest.mark.parametrize(
    ("errors", "left", "times"),
    [
        pytest.param([], None, 1, id="undone"),
        pytest.param([MemoryError()], None, 2, id="undone-at-last"),
        pytest.param([MemoryError(), FileError("stuck")], "stuck", 2, id="stuck"),
        pytest.param([ForeignChangeError("theirs")], "theirs", 1, id="of-others"),
    ],
)
def test_a_step_is_undone_once_more_where_that_fails(errors: list[BaseException], left: str | None, times: int) -> None:
    calls: list[int] = []

    def step() -> None:
        calls.append(1)
        if errors:
            raise errors.pop(0)

    error = error_of(step)
    assert (error and said(error), len(calls)) == (left, times)


def test_an_error_without_words_is_named() -> None:
    assert said(MemoryError()) == "MemoryError"
