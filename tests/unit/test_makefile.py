# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make refuses before it does anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def make(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    if not shutil.which("make"):
        pytest.skip("there is no make on this machine")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    env["PATH"] = f"{path}{os.pathsep}{env['PATH']}"
    command = ["make", f"--file={MAKEFILE}", "--dry-run", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["apply", "TIME=600", "PROBE=20"], ["test", "TESTALL=1"]], ids=" ".join)
def test_unknown_setting(tmp_path: Path, arguments: list[str]) -> None:
    run = make(tmp_path, *arguments)
    unknown = arguments[-1].partition("=")[0]
    assert run.returncode == 2
    assert f"There is no setting {unknown}. There are: PYTHON INVENTORY LIMIT TIME" in run.stderr
    assert run.stderr.endswith(" Nothing was changed.  Stop.\n")


def test_known_settings(tmp_path: Path) -> None:
    run = make(tmp_path, "apply", "TIME=600", "INTVL=60", "PROBES=20", "CHECK=1", "ARGS=--forks=20")
    assert "There is no setting" not in run.stderr


@pytest.mark.parametrize(
    ("user", "goal", "is_refused"),
    [("12345", "apply", True), ("12345", "help", False), ("0", "apply", False), (str(os.geteuid()), "apply", False)],
    ids=["another user", "help", "root", "the owner"],
)
def test_clone_in_which_another_user_has_run_make(tmp_path: Path, user: str, goal: str, is_refused: bool) -> None:
    (tmp_path / ".venv").mkdir()
    program = tmp_path / "id"
    program.write_text(f"#!/bin/sh\ncase $1 in -un) echo admin;; *) echo {user};; esac\n")
    program.chmod(0o755)
    run = make(tmp_path, goal, path=str(tmp_path))
    message = f"Give the clone back: sudo chown -R admin: {tmp_path}"
    assert (message in run.stderr) == is_refused
    assert run.stderr.endswith(" Nothing was changed.  Stop.\n") == is_refused
    assert (".venv belongs to " in run.stderr) == is_refused


@pytest.mark.parametrize(
    ("setting", "is_refused"),
    [({"TIME": "600"}, True), ({"TIME": "600", "CHECK": "1"}, True), ({}, False), ({"INVENTORY": "db1,"}, False)],
    ids=str,
)
def test_apply_without_a_way_to_become_root(setting: dict[str, str], is_refused: bool) -> None:
    """It is refused before anything is installed, but for a report, and for other hosts."""
    script = (MAKEFILE.parent / "tools" / "apply.sh").read_text(encoding="utf-8")
    drop = (
        [str(shutil.which("setpriv")), "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    )
    with tempfile.TemporaryDirectory() as folder:  # which another user can enter
        for program in ("grep", "xargs", "echo"):
            Path(folder, program).symlink_to(shutil.which(program) or program)
        os.chmod(folder, 0o755)
        run = subprocess.run(
            [*drop, shutil.which("bash") or "bash", "-c", script, "apply.sh", "check"],
            cwd="/",
            env={"PATH": folder, **setting},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (run.returncode != 0, bool(run.stderr)) == (is_refused, is_refused)
    if is_refused:
        assert run.stderr.startswith(
            "Setting kernel values, and checking whether that would work, takes root: run this"
        )
        assert run.stderr.endswith(" Nothing was changed.\n")
        assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("+600", "PROBES is '+600': give a whole number. Nothing was changed.\n"),
        ("0600", ""),  # the action plugin refuses it, in its own words
    ],
    ids=repr,
)
def test_apply_with_a_number_in_another_notation(given: str, message: str) -> None:
    run = subprocess.run(
        [MAKEFILE.parent / "tools" / "apply.sh", "check"],
        env={**os.environ, "PROBES": given, "INVENTORY": "db1,"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1 if message else 0, message)


@pytest.mark.parametrize(("goal", "where"), [("build", ".build/linux-tcp-"), ("install", ".collections")])
def test_goal_says_where_its_result_is(goal: str, where: str) -> None:
    assert re.search(rf"echo '[^']*{re.escape(where)}[^']*\.'\n\Z", make(MAKEFILE.parent, goal).stdout)


def test_apply_is_checked_before_anything_is_installed() -> None:
    steps = make(MAKEFILE.parent, "--always-make", "apply").stdout
    assert -1 < steps.find("tools/apply.sh check") < steps.find("ansible-galaxy")
