# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_ELEMENTS, ResultBudget, cut


def test_what_fits_is_taken_and_the_rest_counted() -> None:
    found = [{"id": number, "names": ["x" * 50, None], "of": {"a": True}} for number in range(100)]
    budget = ResultBudget(1000)
    taken = budget.take(iter(found))
    assert taken == found[: len(taken)]
    assert 500 < len(json.dumps(taken)) <= 1000
    assert budget.left_out == 100 - len(taken)


def test_nothing_more_fits_once_something_did_not() -> None:
    budget = ResultBudget(100)
    assert budget.take([{"a": "x" * 100}, {"a": 1}]) == []
    assert budget.take([{"a": 1}]) == []
    assert budget.left_out == 3


def test_cut() -> None:
    many = [str(number) for number in range(MOST_ELEMENTS + 7)]
    assert cut(names=many, units=["a"], pods=many[:MOST_ELEMENTS]) == (
        {"names": many[:MOST_ELEMENTS], "units": ["a"], "pods": many[:MOST_ELEMENTS]},
        {"names": 7},
    )
