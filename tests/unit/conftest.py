# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import HealthCheck, settings

from ansible_collections.linux.tcp.plugins.module_utils._writers import reader

# Its assertions show what they compare, as those of the tests do.
pytest.register_assert_rewrite("ansible_collections.linux.tcp.tests.unit.changes")

# A busy machine is no defect, and neither is a property that concerns few trees.
TOLERATED = [HealthCheck.too_slow, HealthCheck.filter_too_much]

# By default each run tries the same examples, so that a failure is nobody's bad luck;
# pytest --hypothesis-profile=thorough looks for new ones.
settings.register_profile(
    "default", derandomize=True, max_examples=60, deadline=None, database=None, suppress_health_check=TOLERATED
)
settings.register_profile("thorough", max_examples=1000, deadline=None, database=None, suppress_health_check=TOLERATED)
settings.load_profile("default")

# A test that calls one of these looks at the kernel; see tests/unit/host.py and isolation.py.
KERNEL_TOOLS = {"run_isolated", "unprivileged"}


@pytest.fixture(scope="session", autouse=True)
def _any_machine_is_fast_enough() -> t.Iterator[None]:
    """Let no result depend on how busy the machine is. A test of this limit sets another one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_MOST_SECONDS", "_MOST_SECONDS_OF_ALL"):
            patch.setattr(reader, name, 3600.0)
        yield


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests whose verdict is the same on any Python, because the kernel gives it or many random trees do.

    The session units of noxfile.py leaves them out where another interpreter has run them, and the random searches
    nearly everywhere. Others that take long and concern no Python get the mark by hand.
    """
    function: t.Any = getattr(item, "function", None)
    is_search = getattr(function, "is_hypothesis_test", False)
    if is_search:
        item.add_marker(pytest.mark.search)
    if function and (is_search or KERNEL_TOOLS.intersection(function.__code__.co_names)):
        item.add_marker(pytest.mark.any_python)
