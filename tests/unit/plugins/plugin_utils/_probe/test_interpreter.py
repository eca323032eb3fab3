# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.plugin_utils._probe.interpreter import guarded, interpreter_of, is_plain

if t.TYPE_CHECKING:
    from pathlib import Path

NAME = "ansible_python_interpreter"


@pytest.mark.parametrize(
    ("variables", "delegate_to", "interpreter"),
    [
        pytest.param({NAME: "/usr/bin/python3"}, None, "/usr/bin/python3", id="a path"),
        pytest.param({NAME: " auto_silent "}, None, "", id="to be found"),
        pytest.param({NAME: "{{ venv }}/bin/python"}, None, "/srv/venv/bin/python", id="a template"),
        pytest.param(
            {NAME: "/usr/bin/python3", "ansible_delegated_vars": {"b": {NAME: "/opt/in-blue"}}},
            "b",
            "/opt/in-blue",
            id="that of the host to which the task is delegated",
        ),
        pytest.param({NAME: "/opt/in-blue", "ansible_delegated_vars": {}}, "b", "", id="none of that host is known"),
    ],
)
def test_interpreter_of(variables: dict[str, t.Any], delegate_to: str | None, interpreter: str) -> None:
    found = interpreter_of(variables, delegate_to, lambda text: text.replace("{{ venv }}", "/srv/venv"))
    assert found == interpreter


@pytest.mark.parametrize(
    ("interpreter", "plain"),
    [
        ("", True),
        ("/usr/bin/python3", True),
        ("/usr/libexec/platform-python3.6", True),
        ("python3.12", True),
        ("/opt/pypy3", True),
        ("/usr/local/bin/in-blue", False),
        ("/usr/bin/env python3", False),
        ("/sbin/ip netns exec blue /usr/bin/python3", False),
        ("~/venv/bin/python3", False),
        ("/usr/bin/python3-in-blue", False),
        ("/opt/x\n/usr/bin/python3", False),
    ],
)
def test_plain_names(interpreter: str, plain: bool) -> None:
    assert is_plain(interpreter) is plain


@pytest.mark.parametrize(
    ("content", "output"),
    [
        pytest.param(b"\x7fELF\x02\x01\x01\x00", "probed\n", id="a program"),
        pytest.param(b'#!/bin/sh\nexec ip netns exec blue python3 "$@"\n', "", id="a wrapper"),
        pytest.param(b"", "", id="an empty file"),
        pytest.param(None, "probed\n", id="none"),
    ],
)
@pytest.mark.parametrize("by_path", [True, False], ids=["path", "name"])
def test_script_does_nothing_for_a_wrapper(tmp_path: Path, content: bytes | None, output: str, by_path: bool) -> None:
    python = tmp_path / "python3"
    if content is not None:
        python.write_bytes(content)
        python.chmod(0o755)
    script = guarded("echo probed", str(python) if by_path else "python3")
    only = tmp_path / "bin"
    only.mkdir()
    (only / "head").symlink_to("/usr/bin/head")
    environment = {"PATH": f"{tmp_path}:{only}"}
    run = subprocess.run(["/bin/sh", "-c", script], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert run.stdout == output


def test_script_is_as_it_was_where_ansible_looks_for_a_python() -> None:
    assert guarded("echo probed", "") == "echo probed"
