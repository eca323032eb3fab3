# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags of a site leave out no task of a playbook, which would end without a word and without an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def tasks_of(playbook: str, *options: str) -> list[str]:
    """Return the tasks that Ansible lists for a playbook."""
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "a,", "--list-tasks", *options, f"linux.tcp.{playbook}"],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"^      (.*?)\tTAGS:", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_tags_leave_out_no_task(playbook: str) -> None:
    tasks = tasks_of(playbook)
    assert tasks
    assert tasks_of(playbook, "--tags=web") == tasks
