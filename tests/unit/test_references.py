# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each name to which a docstring or comment of the plugins refers is defined there."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
FILES = sorted(path for path in PLUGINS.rglob("*.py") if re.search(r":[a-z]+:`", path.read_text(encoding="utf-8")))
DEFINITION = r"^ *(?:async )?(?:def|class) {0}\b|^ *{0}(?:: [^=]*)? = "


def references(path: Path) -> t.Iterator[str]:
    yield from re.findall(r":(?:mod|func|meth|class|data|attr):`~?([^`]+)`", path.read_text(encoding="utf-8"))


def is_defined(reference: str, text: str) -> bool:
    return all(re.search(DEFINITION.format(re.escape(name)), text, re.MULTILINE) for name in reference.split("."))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_references_lead_somewhere(path: Path) -> None:
    texts = [one.read_text(encoding="utf-8") for one in PLUGINS.rglob("*.py")]
    assert [name for name in references(path) if not any(is_defined(name, text) for text in texts)] == []
