# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the tests for `make test` and for `make test-all`, which sets TEST_ALL=1."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.tests.fleet.fleet import TEST_ALL


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "test_all(reason): runs in `make test-all` only, for a reason that is printed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("test_all")
        if marker and not TEST_ALL:
            item.add_marker(pytest.mark.skip(reason=f"`make test-all` runs it. {marker.args[0]}"))


@pytest.fixture
def size() -> int:
    """Return how many hosts the large fleet has."""
    return 50 if TEST_ALL else 10
