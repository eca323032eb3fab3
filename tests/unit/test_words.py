# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One thing has one word: no file of the collection has a word that another one has replaced."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The word that is not used, and the one in its place. A letter in brackets keeps a search for the word from finding it
# here.
REPLACED = {
    r"[w]ish(es)?": "desired state",
    r"[f]ulfil(s|led|ling)?": "ensure",
    r"[f]ates?": "status",
    r"outlook": "prediction",
    r"survey": "scan",
    r"answer_of": "build_result",
    r"(modules?|plugins?) answers?": "result, return",
    r"[d]wellers?": "process in a network namespace",
    r"[m]end(s|ed|ing)?": "fix, change, remove",
    r"(gives|given|giving) back": "restore, roll back, release",
    r"[w]hoever": "the user, any program, who",
    r"[s]omebody": "the user, the administrator, another user",
    r"ways? back": "restore",
    r"(put|puts|putting)( \w+)? back": "restore, roll back",
    r"who else": "other writers",
    r"tells? the truth": "verify",
    r"misses": "deviations",
}
FORBIDDEN = re.compile(rf"(?<![\w-])({'|'.join(REPLACED)})(?![\w-])", re.IGNORECASE)
SUFFIXES = {".md", ".rst", ".py", ".yml", ".j2"}
# COPYING is the licence, and this file has the words. Files that begin with a dot are made, not written.
FILES = [
    path
    for top in ("docs", "extensions", "meta", "playbooks", "plugins", "roles", "tests", "tools")
    for path in sorted((ROOT / top).rglob("*"))
    if path.suffix in SUFFIXES and path != Path(__file__).resolve()
] + sorted(path for path in ROOT.iterdir() if path.suffix in SUFFIXES)


@pytest.mark.parametrize(
    "text",
    ["A survey.", "No outlook", "It is put\nback", "puts it back", "answer_of(host)", "as the modules answer it"],
)
def test_replaced_words_are_found(text: str) -> None:
    assert FORBIDDEN.search(" ".join(text.split()))


@pytest.mark.parametrize("text", ["input backup", "preputback", "The result is fatal.", "give it back"])
def test_other_words_are_not(text: str) -> None:
    assert not FORBIDDEN.search(text)


def test_files_use_the_words_of_the_collection() -> None:
    assert len(FILES) > 300  # else the folders were not found
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in FILES
        for match in FORBIDDEN.finditer(" ".join(path.read_text(encoding="utf-8").split()))
    ]
    assert found == [], "Use the words in REPLACED."


def sentences(path: Path) -> list[str]:
    """Return the texts of a file of Python, with a gap for each value in them."""
    return [
        "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in getattr(node, "values", [node]))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]


def test_messages_say_at_their_end_that_nothing_was_changed() -> None:
    """An error has one sentence for this, at one place: unchanged() adds it."""
    said = [
        (path.name, text)
        for path in FILES
        if ROOT / "plugins" in path.parents and path.suffix == ".py"
        for text in sentences(path)
        if re.search("Nothing was (changed|done|restored)|so nothing was", text)
    ]
    assert said == [("_errors.py", " Nothing was changed.")]
