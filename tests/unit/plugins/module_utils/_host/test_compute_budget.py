# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import threading
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import TooCostlyError
from ansible_collections.linux.tcp.plugins.module_utils._host import compute_budget
from ansible_collections.linux.tcp.plugins.module_utils._host.compute_budget import ComputeBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back

if t.TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1 << 20


def compute_for_ever(reached: list[bool] | None = None) -> t.NoReturn:
    if reached is not None:
        reached.append(True)
    while True:
        pass


def match_for_ever() -> None:
    assert re.search("((.+)+)+!", "a" * 60)


def compute_for_ever_in_spite_of_errors() -> t.NoReturn:
    while True:
        with contextlib.suppress(Exception):
            compute_for_ever()


@pytest.mark.parametrize("compute", [compute_for_ever, match_for_ever, compute_for_ever_in_spite_of_errors])
def test_what_never_ends_is_ended(compute: t.Callable[[], None]) -> None:
    before = signal.getsignal(signal.SIGPROF), signal.getitimer(signal.ITIMER_PROF)
    with pytest.raises(TooCostlyError) as failed, ComputeBudget(0.05, MEBIBYTE << 10).spent():
        compute()
    assert str(failed.value) == "it takes more than 0.05 s of processor time"
    assert (signal.getsignal(signal.SIGPROF), signal.getitimer(signal.ITIMER_PROF)) == before


def test_budget_is_for_all_that_is_computed() -> None:
    """How much each block takes of it beyond its own limit, the kernel's clock decides."""
    budget = ComputeBudget(0.05, MEBIBYTE << 10, seconds_of_all=0.2)
    messages: list[str] = []
    while not messages or not messages[-1].startswith("nothing"):
        assert len(messages) < 100
        with pytest.raises(TooCostlyError) as failed, budget.spent():
            compute_for_ever()
        messages.append(str(failed.value))
    assert messages[0] == "it takes more than 0.05 s of processor time"
    assert messages[-1] == "nothing is left of the 0.2 s of processor time for all texts"
    left = r"it takes more than [\d.e-]+ s of processor time(, which is what is left of 0\.2 s for all texts)?"
    assert all(re.fullmatch(left, one) for one in messages[:-1])
    reached: list[bool] = []
    with pytest.raises(TooCostlyError), budget.spent():
        reached.append(True)
    assert reached == []


def nothing() -> None:
    """Compute nothing."""


@pytest.mark.parametrize("compute", [nothing, compute_for_ever], ids=["ends", "never ends"])
def test_a_budget_within_another_one_takes_nothing_from_it(compute: t.Callable[[], None]) -> None:
    """There is one timer for both."""

    def compute_within() -> t.NoReturn:
        with contextlib.suppress(TooCostlyError), ComputeBudget(60, MEBIBYTE << 10).spent():
            compute()
        compute_for_ever()

    with pytest.raises(TooCostlyError), ComputeBudget(0.1, MEBIBYTE << 10).spent():
        compute_within()
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_what_never_ends_is_ended_while_signals_are_held_back() -> None:
    with held_back():
        for _time in range(2):
            with pytest.raises(TooCostlyError), ComputeBudget(0.05, MEBIBYTE << 10).spent():
                compute_for_ever()
        assert signal.SIGPROF in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        assert signal.SIGPROF not in signal.sigpending()


@pytest.mark.parametrize("is_held_back", [False, True])
def test_a_signal_that_another_program_sends_is_delivered_afterwards(
    is_held_back: bool,
) -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGPROF, lambda number, _frame: came.append(number))
    try:
        with held_back() if is_held_back else contextlib.nullcontext():
            if is_held_back:
                os.kill(os.getpid(), signal.SIGPROF)
            with ComputeBudget(60, MEBIBYTE << 10).spent():
                if not is_held_back:
                    os.kill(os.getpid(), signal.SIGPROF)
                assert came == []
            assert came == ([] if is_held_back else [signal.SIGPROF])
        assert came == [signal.SIGPROF]
    finally:
        signal.signal(signal.SIGPROF, before)


def test_memory_is_bounded() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(TooCostlyError) as failed, ComputeBudget(60, 64 * MEBIBYTE).spent():
        assert bytearray(1024 * MEBIBYTE)
    assert str(failed.value) == "it takes more memory than it may, which is 64 MiB at most"
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_ends_in_time_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGPROF), resource.getrlimit(resource.RLIMIT_AS)
    budget = ComputeBudget(60, 1024 * MEBIBYTE)
    for _again in range(2):
        with budget.spent():
            pass
        with pytest.raises(ValueError, match="of the block"), budget.spent():
            raise ValueError("of the block")
    assert (signal.getsignal(signal.SIGPROF), resource.getrlimit(resource.RLIMIT_AS)) == before


def test_without_proc_only_the_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_budget, "_STATM", str(tmp_path / "statm"))
    with ComputeBudget(60, 0).spent():
        assert bytearray(64 * MEBIBYTE)


def test_in_a_thread_only_the_memory_is_bounded() -> None:
    failed: list[str] = []

    def compute() -> None:
        try:
            with ComputeBudget(-1, 64 * MEBIBYTE).spent():
                assert bytearray(1024 * MEBIBYTE)
        except TooCostlyError as exc:
            failed.append(str(exc))

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()
    assert failed == ["it takes more memory than it may, which is 64 MiB at most"]
