# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""README and guides can be read on a Git host: they need no Sphinx, and each link leads to a file and a heading."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
PAGES = [*sorted(ROOT.glob("*.md")), ROOT / "roles" / "keepalive" / "README.md", *GUIDES]
HEADING = {".md": r"^#+ (.+)$", ".rst": r"^(\S.*)\n[=~-]{3,}$"}
LINK = {".md": r"\]\(([^)\s]+)\)", ".rst": r"<([^<>`\s]+)>`__?|^\.\. (?:image|figure):: (\S+)"}
# Directives that docutils has without Sphinx, of those that the guides use.
DIRECTIVES = {"code-block", "contents", "image", "list-table", "note"}


def text_of(path: Path) -> str:
    """Return a page without its blocks of code, where a hash sign begins a comment."""
    return re.sub(r"^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """Return what a Git host calls the headings of a page."""
    titles = re.findall(HEADING[path.suffix], text_of(path), re.MULTILINE)
    if path.suffix == ".rst":  # as docutils does
        return {re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") for title in titles}
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def links(path: Path) -> t.Iterator[str]:
    for found in re.finditer(LINK[path.suffix], text_of(path), re.MULTILINE):
        yield from filter(None, found.groups())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in links(path):
        file, _mark, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_guides_need_no_sphinx(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r":[a-z]+:`[^`]+`", text) == []
    assert set(re.findall(r"^ *\.\. ([a-z-]+)::", text, re.MULTILINE)) <= DIRECTIVES
