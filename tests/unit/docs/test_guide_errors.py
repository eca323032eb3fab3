# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to error messages has the messages that the code has, word for word."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_errors.rst").read_text(encoding="utf-8")
MESSAGES = [
    message
    for line in re.findall(r"^``.+``$", GUIDE, re.MULTILINE)
    for message in re.findall("``(.+?)``(?:, |$)", line)
]
# Ansible's own, whose wording varies with the release.
OF_ANSIBLE = "argument 'keepalive_time' is of type str"
# Shorter parts of messages, such as "cannot be", occur in any text.
SHORTEST = 6
BEGINNING = 12
# What is no part of a message in the code are values, names and paths.
LEAST_SHARE = 0.35


def one_line(text: str) -> str:
    return " ".join(text.split())


def parts_of_messages() -> set[str]:
    """Return the texts in the code, without the values that are put between them."""
    parts: set[str] = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts.update(one_line(part) for part in re.split(r"\{\w*\}", node.value))  # the fields of str.format()
    for path in [*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").rglob("*.yml")]:
        for message in re.findall(r"fail_msg: (?:>-\n)?(.*\n(?: {10,}.*\n)*)", path.read_text(encoding="utf-8")):
            parts.update(one_line(part) for part in re.split(r"\{\{.*?\}\}", message))
    return {part for part in parts if len(part) >= SHORTEST}


PARTS = parts_of_messages()


def share_in_code(message: str) -> float:
    """Return which share of a message's characters stands in the code. A message in the guide may be cut by ``…``."""
    known = [False] * len(message)
    for shown in re.finditer("[^…]+", message):
        text, start = shown[0].strip(), message.index(shown[0].strip(), shown.start())
        for part in PARTS:
            found = [(text.find(part), len(part))]
            if (at := text.find(part[:BEGINNING])) >= 0 and part.startswith(text[at:]):
                found.append((at, len(text) - at))  # its end is cut
            if len(text) > BEGINNING and (at := part.find(text[:BEGINNING])) >= 0 and text.startswith(part[at:]):
                found.append((0, len(part) - at))  # its beginning is
            for begin, length in found:
                if begin >= 0:
                    known[start + begin : start + begin + length] = [True] * length
    return sum(known) / len(message)


def test_share_of_what_the_code_does_not_have() -> None:
    assert share_in_code("The frobnicator of this host is upside down. Turn it around, and run again.") < LEAST_SHARE


@pytest.mark.parametrize("message", [text for text in MESSAGES if not text.startswith(OF_ANSIBLE)])
def test_message_is_in_the_code(message: str) -> None:
    assert share_in_code(message) >= LEAST_SHARE
