# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host import file_budget
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import (
    FileBudget,
    counted,
    with_few_statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

MIB = b"x" * (1 << 20)


@pytest.mark.parametrize(
    ("texts", "refusal"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param([MIB, MIB], "", id="all of it"),
        pytest.param([MIB, MIB, b"x"], "the files are larger than 2 MiB in all", id="too large"),
        pytest.param([b""] * 512, "", id="small ones"),
        pytest.param(
            [b""] * 513,
            "there are too many: each file or folder counts for 4 KiB at least, and all may have 2 MiB",
            id="too many small ones",
        ),
    ],
)
def test_refusal(texts: list[bytes], refusal: str) -> None:
    budget = FileBudget(2 << 20)
    for text in texts:
        budget.spend(SysctlFile("/x", "/x", "file", text))
    assert budget.refusal == refusal


@pytest.mark.parametrize(
    ("count", "refusal"),
    [
        pytest.param(9_999, "", id="one is left"),
        pytest.param(10_000, "there are more than 10000 files", id="too many"),
    ],
)
def test_refusal_by_number(count: int, refusal: str) -> None:
    budget = FileBudget(64 << 20)
    for _number in range(count):
        budget.spend(SysctlFile("/x", "/x", "file", b""))
    assert budget.refusal == refusal


@pytest.mark.parametrize(
    ("counts", "is_refused"),
    [
        pytest.param([32_768], False, id="names"),
        pytest.param([32_768, 1], True, id="too many names"),
        pytest.param([0] * 512, False, id="folders"),
        pytest.param([0] * 513, True, id="too many folders"),
    ],
)
def test_refusal_by_names(counts: list[int], *, is_refused: bool) -> None:
    budget = FileBudget(2 << 20)
    for count in counts:
        budget.spend_names(count)
    assert bool(budget.refusal) is is_refused


def test_number_of_files_may_be_another() -> None:
    budget = FileBudget(2 << 20, 1)
    budget.spend(SysctlFile("/x", "/x", "missing"))
    assert budget.refusal == "there are more than 1 files"


def test_files_with_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_budget, "MOST_STATEMENTS", 3)
    texts = [b"*=1\n*=2\n", b"*=1\r*=2\n", b"# other\n" * 9, b"*=3\n"]
    files = [SysctlFile(f"/{number}", f"/{number}", "file", text) for number, text in enumerate(texts)]
    reason = "the files have more than 3 settings in all that may concern keepalive"
    refused = SysctlFile("/1", "/1", "unreadable", reason=reason)
    assert list(with_few_statements(files)) == [files[0], refused, *files[2:]]


def test_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_budget, "_MOST_FILES", 2)
    assert list(counted("ab", "/x/*")) == ["a", "b"]
    found = counted("abc", "/x/*")
    assert [next(found), next(found)] == ["a", "b"]
    with pytest.raises(FileError) as failed:
        next(found)
    assert str(failed.value) == "/x/* cannot be read: there are more than 2 files. Remove what does not belong there."
