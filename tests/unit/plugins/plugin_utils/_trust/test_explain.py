# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._trust.explain import (
    explanation,
    has_no_result,
    of_job,
    too_old,
    version_command,
)

TOO_OLD = (
    "python3 on the host is Python {}, and linux.tcp needs 3.8 or newer. Install a newer Python "
    "beside it, python3.12 on RHEL 8 or python311 on SLES 15, and name it: "
    "ansible_python_interpreter=/usr/bin/python3.12. Nothing was changed."
)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"failed": True, "module_stdout": "", "module_stderr": "x", "rc": 1}, True),
        ({"failed": True, "msg": "time is 0"}, False),
        ({"changed": False, "module_stdout": ""}, False),
    ],
    ids=["nothing printed", "the module failed", "no failure"],
)
def test_has_no_result(result: dict[str, t.Any], expected: bool) -> None:
    assert has_no_result(result) == expected


@pytest.mark.parametrize(
    ("result", "output", "expected"),
    [
        pytest.param({}, "3.6\n", TOO_OLD.format("3.6"), id="RHEL 8 and SLES 15"),
        pytest.param({}, "3.7\r\n", TOO_OLD.format("3.7"), id="with a terminal"),
        pytest.param({}, "2.7", TOO_OLD.format("2.7"), id="Python 2"),
        pytest.param(
            {"module_stderr": "Traceback:\nMemoryError\n\n"},
            "3.8",
            "The module returned no result: MemoryError",
            id="an exception",
        ),
        pytest.param(
            {"module_stdout": "/bin/sh: 1: sudo: not found\r\n", "module_stderr": ""},
            "",
            "The module returned no result: /bin/sh: 1: sudo: not found",
            id="no sudo",
        ),
        pytest.param(
            {"rc": 127, "module_stderr": "pyenv: python3: command not found\n\nThe command exists in:\n  3.13\n"},
            "",
            "The module returned no result: pyenv: python3: command not found. python3 could not be started. Set "
            "ansible_python_interpreter to a Python that the host has.",
            id="a Python that cannot be started",
        ),
        pytest.param(
            {"rc": 127, "module_stderr": "/bin/sh: 1: sudo: not found\n"},
            "",
            "The module returned no result: /bin/sh: 1: sudo: not found",
            id="another program that cannot be started",
        ),
        pytest.param({"msg": "MODULE FAILURE"}, "x", "The module returned no result: MODULE FAILURE", id="silence"),
        pytest.param({}, "3.6 3.6", "The module returned no result: nothing was printed", id="no release"),
    ],
)
def test_explanation(result: dict[str, t.Any], output: str, expected: str) -> None:
    assert explanation(result, interpreter="python3", output=output) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({"changed": True, "cmd": "x"}, {"changed": True, "cmd": "x"}, id="no failure"),
        pytest.param({"failed": True, "msg": "x"}, {"failed": True, "msg": "x"}, id="the module failed"),
        pytest.param(
            {"failed": True, "cmd": "x", "data": "a", "stderr": "b", "msg": "c"},
            {"failed": True, "msg": "c", "module_stdout": "a", "module_stderr": "b"},
            id="no result",
        ),
        pytest.param(
            {"failed": True, "cmd": "x", "msg": "c"},
            {"failed": True, "msg": "c", "module_stdout": "", "module_stderr": ""},
            id="nothing printed",
        ),
    ],
)
def test_of_job(status: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    assert of_job(status) == expected


@pytest.mark.parametrize("output", ["3.8", "3.13\n", "", "x", "4.0"])
def test_not_too_old(output: str) -> None:
    assert too_old(interpreter="python3", output=output) == ""


def test_long_output_of_a_host_is_cut() -> None:
    assert len(explanation({"module_stderr": "x" * 10_000}, interpreter="python3", output="")) < 1000


@pytest.mark.parametrize(
    ("interpreter", "shown"),
    [
        pytest.param("/usr/bin/\x9b2J\u202epython3", "/usr/bin/\\x9b2J\\u202epython3", id="control characters"),
        pytest.param("/\x1b" * 5000, None, id="long"),
    ],
)
def test_interpreter_of_a_host_is_shown_as_text(interpreter: str, shown: str | None) -> None:
    """A host that is asked for its Pythons answers with any path."""
    told = explanation({}, interpreter=interpreter, output="3.6")
    assert told.isprintable()
    assert len(told) < 4000
    if shown:
        assert told == TOO_OLD.format("3.6").replace("python3 on", f"{shown} on", 1)


def test_version_command() -> None:
    command = version_command(sys.executable)
    run = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert run.stdout == "{}.{}\n".format(*sys.version_info)
