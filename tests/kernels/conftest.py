# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the boots of all tests, and the panics of the emulator among them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.kernels.machine import Figures

if t.TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

_FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Return the figures that the summary shows."""
    return pytestconfig.stash[_FIGURES]


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash[_FIGURES]
    terminalreporter.section("emulated machines")
    for line in (*figures.panics, str(figures)):
        terminalreporter.write_line(line)
