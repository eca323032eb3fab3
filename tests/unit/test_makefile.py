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


def make(
    folder: Path, *arguments: str, path: str = "", given: dict[str, str] | None = None, dry_run: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run make with the variables that are given in the environment."""
    if not shutil.which("make"):
        pytest.skip("there is no make on this machine")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    env = {**env, "PATH": f"{path}{os.pathsep}{env['PATH']}", **(given or {})}
    command = ["make", f"--file={MAKEFILE}", *(["--dry-run"] if dry_run else []), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


OF_APPLY = "PYTHON INVENTORY LIMIT TIME INTVL PROBES CHECK EXTRA ARGS"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("apply TIME=600 PROBE=20", f"make apply has no setting PROBE. It has: {OF_APPLY}. See"),
        ("test TESTALL=1", "make test has no setting TESTALL. It has: PYTHON TEST_ALL. See"),
        (
            "checked TIME=600 ONLY=web1",
            f"make checked has no setting ONLY. It has: {OF_APPLY}. ONLY is for: faults. See",
        ),
        ("apply SEED=1", f"make apply has no setting SEED. It has: {OF_APPLY}. SEED is for: differential faults. See"),
        ("apply UPGRADE=1", f"make apply has no setting UPGRADE. It has: {OF_APPLY}. UPGRADE is for: lock. See"),
        (
            "build WRITE=1 TIME=5",
            "It has: PYTHON REPOSITORY ISSUES DOCUMENTATION HOMEPAGE. TIME is for: apply checked. See",
        ),
        ("TIME=600", "make help has no setting TIME. It has: PYTHON. TIME is for: apply checked. See"),
        ("clean lock LIMIT=a", "make clean lock has no setting LIMIT. It has: PYTHON UPGRADE. LIMIT is for: apply"),
    ],
    ids=str,
)
def test_setting_that_the_goal_does_not_have(tmp_path: Path, arguments: str, message: str) -> None:
    run = make(tmp_path, *arguments.split())
    assert run.returncode == 2
    assert message in run.stderr
    assert run.stderr.endswith(" See 'make help'. Nothing was changed.  Stop.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        "apply TIME=600 INTVL=60 PROBES=20 CHECK=1 ARGS=--forks=20 EXTRA= INVENTORY=x LIMIT=x PYTHON=python3",
        "PYTHON=python3",
        "build apply TIME=600 REPOSITORY=x",
        "quick TARGET_PYTHON=3.8",
        "molecule TEST_ALL=1",
        "differential TEST_ALL=1 TREES=1 SEED=1",
        "faults SAMPLE=1 SEED=1 ONLY=x",
        "benchmark WRITE=1",
        "lock UPGRADE=1",
        "release REPOSITORY=x ISSUES=x DOCUMENTATION=x HOMEPAGE=x",
    ],
)
def test_settings_of_the_goal(tmp_path: Path, arguments: str) -> None:
    assert "has no setting" not in make(tmp_path, *arguments.split()).stderr


def test_each_goal_with_settings_is_there(tmp_path: Path) -> None:
    """A goal that is renamed loses its settings otherwise."""
    text = MAKEFILE.read_text(encoding="utf-8")
    goals = re.findall(r"^SETTINGS_([a-z-]+) :=", text, re.MULTILINE)
    assert goals
    assert set(goals) <= set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    assert "has no setting" not in make(tmp_path, *goals, "TIME=600", "UPGRADE=1").stderr


@pytest.mark.parametrize(
    ("given", "arguments", "is_refused"),
    [
        pytest.param({"LIMIT": "web1"}, "apply TIME=600 INVENTORY=x", True, id="limit"),
        pytest.param({"TIME": "600"}, "checked", True, id="value"),
        pytest.param({"CHECK": "1"}, "--environment-overrides apply TIME=600", True, id="overriding"),
        pytest.param({"TIME": "5"}, "apply TIME=600", False, id="given anew"),
        pytest.param({"TIME": ""}, "apply", False, id="empty"),
        pytest.param({"TIME": "%E"}, "help", False, id="another goal"),
        pytest.param({"PYTHON": "python3", "TEST_ALL": "1", "TARGET_PYTHON": "3.8"}, "apply", False, id="of the tests"),
    ],
)
def test_setting_of_apply_in_the_environment(
    tmp_path: Path, given: dict[str, str], arguments: str, is_refused: bool
) -> None:
    run = make(tmp_path, *arguments.split(), given=given)
    message = f"give it as an argument, such as 'make apply {next(iter(given), '')}=…', or unset it."
    assert (message in run.stderr) == is_refused
    assert run.stderr.endswith(" Nothing was changed.  Stop.\n") == is_refused


def test_steps_of_a_test_take_its_settings(tmp_path: Path) -> None:
    """Each step is a make of its own, which has other settings."""
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho $TARGET_PYTHON\nexec make --file={MAKEFILE} help\n")
    program.chmod(0o755)
    run = make(tmp_path, "quick", "TARGET_PYTHON=3.8", dry_run=False)
    assert (run.returncode, run.stdout.splitlines()[0]) == (0, "3.8")


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


def check(**given: str) -> subprocess.CompletedProcess[str]:
    """Let apply.sh check what is given, for other hosts, which takes no root here."""
    return subprocess.run(
        [MAKEFILE.parent / "tools" / "apply.sh", "check"],
        cwd=MAKEFILE.parent,
        env={**os.environ, "INVENTORY": "db1,", **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("+600", "PROBES is '+600': give a whole number. Nothing was changed.\n"),
        ("0600", ""),  # the action plugin refuses it, in its own words
    ],
    ids=repr,
)
def test_apply_with_a_number_in_another_notation(given: str, message: str) -> None:
    run = check(PROBES=given)
    assert (run.returncode, run.stderr) == (1 if message else 0, message)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("keepalive_statte=absent", "EXTRA names keepalive_statte, which neither the role nor the playbook knows. The"),
        ("keepalive_time2=600", "EXTRA names keepalive_time2, which neither"),
        ("keepalive_[a-z]*=600", "EXTRA names keepalive_[a-z]*, which neither"),
        ("keepalive_path=/a time=600", "EXTRA names time, which neither"),
        ("ansible_bcome=false", "EXTRA names ansible_bcome. Of Ansible's variables it takes: ansible_become ansible_"),
        ("ansible_become_flag=-n", "EXTRA names ansible_become_flag. Of Ansible's"),
        ("keepalive_state absent", "EXTRA has 'keepalive_state' without a value: give NAME=VALUE."),
    ],
)
def test_extra_variable_that_nothing_reads(extra: str, message: str) -> None:
    run = check(EXTRA=extra)
    assert run.returncode == 1
    assert run.stderr.startswith(message)
    assert run.stderr.endswith(" Nothing was changed.\n")


@pytest.mark.parametrize(
    "extra",
    [
        "",
        "keepalive_state=absent keepalive_interval=60 keepalive_hosts=db1 keepalive_other_variables=x",
        "ansible_become=false ansible_user=admin ansible_ssh_common_args='-o Port=22 -o User=x'",
        "keepalive_path='/etc/sysctl.d/a time=b.conf'",
        '{"keepalive_sockets": [{"units": ["a=b"]}]}',
        "@README.md",
    ],
)
def test_extra_variables(extra: str) -> None:
    run = check(EXTRA=extra)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(("goal", "where"), [("build", ".build/linux-tcp-"), ("install", ".collections")])
def test_goal_says_where_its_result_is(goal: str, where: str) -> None:
    assert re.search(rf"echo '[^']*{re.escape(where)}[^']*\.'\n\Z", make(MAKEFILE.parent, goal).stdout)


def test_apply_is_checked_before_anything_is_installed() -> None:
    steps = make(MAKEFILE.parent, "--always-make", "apply").stdout
    assert -1 < steps.find("tools/apply.sh check") < steps.find("ansible-galaxy")


@pytest.mark.parametrize(
    ("given", "others"),
    [({}, "~/.ansible/collections:/usr/share/ansible/collections"), ({"ANSIBLE_COLLECTIONS_PATH": "/srv/c"}, "/srv/c")],
    ids=["of the user", "of the environment"],
)
def test_apply_knows_other_collections(tmp_path: Path, given: dict[str, str], others: str) -> None:
    """An inventory may name their plugins, as for becoming root."""
    program = tmp_path / ".venv" / "bin" / "ansible"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho $ANSIBLE_COLLECTIONS_PATH\n")
    program.chmod(0o755)
    run = subprocess.run(
        [MAKEFILE.parent / "tools" / "apply.sh"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == f"{tmp_path}/.collections:{others}"
