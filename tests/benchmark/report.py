# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmarks' reports have in common: their tables, where they were measured, and the page they go to."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    Command = t.Sequence[t.Union[str, Path]]
    Line = t.Sequence[str]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "benchmark.rst"
TARGET_PYTHON = "/usr/bin/python3"


class BenchmarkError(Exception):
    """The benchmark cannot run or its answer would be worth nothing."""


def mark(met: bool) -> str:
    """Return how an expectation fared."""
    return " met" if met else " MISSED"


def as_text(lines: t.Sequence[Line]) -> str:
    """Return a table, whose first line has the headings, for a terminal."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def as_rst(lines: t.Sequence[Line]) -> str:
    """Return the same table for the documentation."""
    table = [".. list-table::", "   :header-rows: 1", ""]
    for first, *others in lines:
        table += [f"   * - {first}", *(f"     - {cell}" for cell in others)]
    return "\n".join(table)


def conditions(rounds: int) -> str:
    """Return in words when, how often and where was measured."""
    release = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    system = next(line.partition("=")[2].strip('"') for line in release if line.startswith("PRETTY_NAME="))
    kernel = platform.release().partition("-")[0]
    return f"{datetime.date.today()}, {rounds} rounds on {os.cpu_count()} cores, {system}, Linux {kernel}"


def output_of(command: Command, *, env: t.Mapping[str, str] | None = None) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE).stdout.decode().strip()


def update_page(report: str, *, begin: str, end: str) -> None:
    """Put a report between two marks of the documentation's page.

    :raises BenchmarkError: when the page has no such marks.
    """
    head, first, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _former, last, tail = rest.partition(end)
    if not last:
        raise BenchmarkError(f"{PAGE} lacks the lines that enclose the table.")
    PAGE.write_text(f"{head}{first}\n{report}\n\n{last}{tail}", encoding="utf-8")


def exit_on_signal(number: int, _frame: object) -> t.NoReturn:
    """Leave in such a way that everything is cleaned up."""
    sys.exit(128 + number)
