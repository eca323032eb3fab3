# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of each playbook has its variables with their defaults, and so has the comment at its top."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import PLAYBOOK_VARIABLES

ROOT = Path(__file__).parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
ROW = r"^   \* - ``(keepalive_\w+)``\n     - (?:``)?([^`\n]+)(?:``)?\n     - \S"


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_page_has_the_variables(path: Path) -> None:
    page = (ROOT / "docs" / "docsite" / "rst" / f"playbook_{path.stem}.rst").read_text(encoding="utf-8")
    comment = path.read_text(encoding="utf-8").partition("\n- name: ")[0]
    documented = dict(re.findall(ROW, page, re.MULTILINE))
    assert documented.keys() == set(re.findall(r"\bkeepalive_\w+", comment))
    words = {None: "none", True: "true", False: "false"}
    assert documented == {name: words.get(default := PLAYBOOK_VARIABLES[name], default) for name in documented}
    assert [name for name in ("Variables", "Exit status", "Files") if f"\n{name}\n---" not in page] == []


def test_each_playbook_has_a_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "docsite" / "rst").glob("playbook_*.rst")}
    assert pages == {f"playbook_{path.stem}" for path in PLAYBOOKS}


def test_each_page_is_in_the_sidebar_once() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")}
    front = (ROOT / "docs" / "site" / "index.rst").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^   docsite/(\w+)$", front, re.MULTILINE)) == sorted(pages)
    listed = re.findall(r"^      - (\w+)$", (ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(pages)
