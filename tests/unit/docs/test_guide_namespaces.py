# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that the guide to namespaces shows are those that its playbook writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).absolute().parents[3]
EXAMPLES = ROOT / "docs" / "examples" / "containers"
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_namespaces.rst").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block).strip()
    for block in re.findall(r"^\.\. code-block:: \w+\n\n((?: {3,}\S.*\n|\n)+)", GUIDE, re.MULTILINE)
]
WRITTEN = sorted(path.stem for path in (EXAMPLES / "templates").iterdir())


@pytest.mark.any_python
def test_playbook_writes_the_files(tmp_path: Path) -> None:
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible"),
        "ANSIBLE_REMOTE_TEMP": str(tmp_path / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    folder = tmp_path / "written"
    folder.mkdir()
    command = [sys.executable, "-m", "ansible", "playbook", "-e", f"folder={folder}", str(EXAMPLES / "render.yml")]
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert {path.name: (path.read_text(encoding="utf-8"), os.access(path, os.X_OK)) for path in folder.iterdir()} == {
        name: ((EXAMPLES / name).read_text(encoding="utf-8"), name.endswith(".sh")) for name in WRITTEN
    }


@pytest.mark.parametrize("name", ["values.yml", "render.yml", *WRITTEN])
def test_guide_shows_the_file(name: str) -> None:
    assert BLOCKS.count((EXAMPLES / name).read_text(encoding="utf-8").strip()) == 1


def test_guide_names_each_file() -> None:
    assert [name for name in WRITTEN if f"``{name}``" not in GUIDE] == []
    there = {path.name for path in EXAMPLES.iterdir() if path.is_file()}
    assert there == {"values.yml", "render.yml", *WRITTEN}
