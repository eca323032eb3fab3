# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Explain why a module of the collection returned no result, where Ansible only says that it did not."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened

if t.TYPE_CHECKING:
    Result = t.Mapping[str, t.Any]

OLDEST_PYTHON = (3, 8)
_LONGEST_CAUSE = 500
_LONGEST_PATH = 200
_NOT_STARTED = (126, 127)  # the exit status of a shell that cannot start a program
_VERSION = re.compile(r"\s*([0-9]{1,2})\.([0-9]{1,3})\s*")


def has_no_result(result: Result) -> bool:
    """Whether a result is what Ansible makes of an output that has no result of a module."""
    return bool(result.get("failed")) and ("module_stdout" in result or "module_stderr" in result)


def of_job(status: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the status of a job as a result; one that has no result of a module as Ansible has it for other tasks."""
    if not status.get("failed") or "cmd" not in status:  # only Ansible's async_wrapper adds the command
        return status
    printed = status.get("data") or status.get("outdata") or ""
    return {
        "failed": True,
        "msg": status.get("msg"),
        "module_stdout": printed,
        "module_stderr": status.get("stderr") or "",
    }


def version_command(interpreter: str) -> str:
    """Return the shell command that prints the release of a Python, such as 3.6; ``interpreter`` may have arguments."""
    return f"{interpreter} -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'"


def explanation(result: Result, *, interpreter: str, output: str) -> str:
    """Return why a module returned no result; ``output`` is what :func:`version_command` printed."""
    cause = f"The module returned no result: {_cause(result)}"
    return too_old(interpreter=interpreter, output=output) or f"{cause}{_of_interpreter(result, interpreter)}"


def too_old(*, interpreter: str, output: str) -> str:
    """Return what to do where a Python is too old for modules, empty where it is not; see :func:`explanation`."""
    version = _VERSION.fullmatch(output)
    if version and (int(version[1]), int(version[2])) < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        shown = printable(shortened(interpreter, _LONGEST_PATH))  # where Ansible looks for it, the host names it
        return unchanged(
            f"{shown} on the host is Python {version[1]}.{version[2]}, and linux.tcp needs {needed} or newer. "
            f"Install a newer Python beside it, python3.12 on RHEL 8 or python311 on SLES 15,"
            f" and name it: ansible_python_interpreter=/usr/bin/python3.12."
        )
    return ""


def _of_interpreter(result: Result, interpreter: str) -> str:
    """Return what to do where it is the Python that could not be started."""
    if result.get("rc") not in _NOT_STARTED or interpreter.rpartition("/")[2] not in _cause(result):
        return ""
    shown = printable(shortened(interpreter, _LONGEST_PATH))
    return f". {shown} could not be started. Set ansible_python_interpreter to a Python that the host has."


def _cause(result: Result) -> str:
    """Return the last line that the host printed, errors first, or else Ansible's message.

    Of what could not be started it is the first line: a program in its place may go on with advice.
    """
    for name in ("module_stderr", "module_stdout"):
        lines = [line.strip() for line in str(result.get(name) or "").splitlines() if line.strip()]
        if lines:
            return printable(lines[0 if result.get("rc") in _NOT_STARTED else -1][:_LONGEST_CAUSE])
    return printable(str(result.get("msg") or "nothing was printed")[:_LONGEST_CAUSE])
