# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that the guide to engines shows are those that the collection brings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
FILES = sorted(path for path in (DOCS / "examples" / "fleet").rglob("*") if path.is_file())
GUIDE = (DOCS / "docsite" / "rst" / "guide_engines.rst").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block).strip()
    for block in re.findall(r"^\.\. code-block:: (?:ini|yaml)\n\n((?: {3,}\S.*\n|\n)+)", GUIDE, re.MULTILINE)
]
# One of them stands for these.
ALIKE = {"apply.yml", "audit.yml", "restore.yml"}


def shown(path: Path) -> str:
    """Return what the guide shows of a file. One whose place is not that of the example is shown under its name."""
    name = {
        ".cfg": "ansible.cfg",
        ".service": f"/etc/systemd/system/{path.name}",
        ".timer": f"/etc/systemd/system/{path.name}",
    }
    head = f"# {name[path.suffix]}\n" if path.suffix in name else ""
    return head + path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", [path for path in FILES if path.name not in ALIKE], ids=lambda path: path.name)
def test_shown(path: Path) -> None:
    assert BLOCKS.count(shown(path)) == 1


@pytest.mark.parametrize("name", sorted(ALIKE))
def test_alike(name: str) -> None:
    files = {path.name: path.read_text(encoding="utf-8").splitlines() for path in FILES}
    task = f"  ansible.builtin.import_playbook: linux.tcp.{name.partition('.')[0]}"
    assert [files[name][0], files[name][2:]] == ["---", [task]]


def test_nothing_else_is_there() -> None:
    (listing,) = re.findall(r"^\.\. code-block:: text\n\n((?:   .*\n)+)", GUIDE, re.MULTILINE)[:1]
    named = re.findall(r"[\w/-]+\.(?:cfg|service|timer|yml)\b", listing)
    assert sorted(named) == sorted(str(path.relative_to(DOCS / "examples" / "fleet")) for path in FILES)
