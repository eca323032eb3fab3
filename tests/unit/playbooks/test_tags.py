# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags leave out no playbook without a word, but for one that a site imports."""

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


def play(folder: Path, playbook: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook on a host that does not exist."""
    return subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "a.invalid,", *options, playbook],
        cwd=folder,
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCAL_TEMP": "tmp",
        },
        capture_output=True,
        text=True,
        check=False,
    )


ERROR = "The tasks of this playbook have no tags, so {} leaves out all of them. Run it without {}. Nothing was changed."


@pytest.mark.parametrize(
    ("playbook", "options", "leaves_out"),
    [
        *((f"linux.tcp.{name}", ["--tags=web"], "--tags web") for name in PLAYBOOKS),
        (str(ROOT / "playbooks/audit.yml"), ["--tags=web", "--skip-tags=db"], "--tags web"),
        ("linux.tcp.rollout", ["--tags=web,db", "--skip-tags=untagged"], "--tags db,web"),
        ("linux.tcp.rollout", ["--skip-tags=untagged"], "--skip-tags untagged"),
        ("linux.tcp.rollout", ["--skip-tags=all"], "--skip-tags all"),
    ],
)
def test_tags_that_leave_out_all_are_an_error(
    tmp_path: Path, playbook: str, options: list[str], leaves_out: str
) -> None:
    done = play(tmp_path, playbook, *options)
    assert done.returncode == 2
    assert ERROR.format(leaves_out, leaves_out.split(maxsplit=1)[0]) in " ".join(done.stdout.split())
    assert list(tmp_path.glob("keepalive-*")) == []


@pytest.mark.parametrize("options", [["--skip-tags=web"], ["--tags=all"], ["--tags=untagged,web"]])
def test_tags_that_leave_out_nothing(tmp_path: Path, options: list[str]) -> None:
    done = play(tmp_path, "linux.tcp.rollout", *options)
    assert (done.returncode, "No value is set" in done.stdout, "have no tags" in done.stdout) == (2, True, False)


def test_tags_of_a_site_leave_out_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text("- import_playbook: linux.tcp.rollout\n  tags: [tcp]\n")
    done = play(tmp_path, "site.yml", "--tags=web")
    assert (done.returncode, re.findall(r"(?:changed|failed|unreachable)=[1-9]", done.stdout)) == (0, [])
    assert "have no tags" not in done.stdout
    done = play(tmp_path, "site.yml", "--tags=tcp")
    assert (done.returncode, "No value is set" in done.stdout) == (2, True)
