# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what is certain of a shell's commands: that one succeeds or fails, and that one ends the script: sh(1), bash(1).

Shells differ, and a script does not tell which one runs it. Nothing is certain here that one of them does otherwise.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import without_assignments

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline, Redirection

CONDITIONS = ("&&", "||")
_ALWAYS = {
    "true": True,
    ":": True,
    "false": False,
    **{f"{folder}/{name}": name == "true" for folder in ("/bin", "/usr/bin") for name in ("true", "false")},
}
# A function or an alias with such a name does something else. With execfail, bash goes on behind exec. A carriage
# return is part of the word before it.
_REDEFINED = re.compile(
    r"(?<![\w./-])(?:true|false|exit|exec|:)[ \t]*\([ \t]*\)"
    r"|\bfunction[ \t]+(?:true|false|exit|exec|:)(?![\w-])"
    r"|\b(?:true|false|exit|exec)="
    r"|\bexecfail\b"
    r"|\r"
)
_MARKS = ("(", "=", "function", "execfail", "\r")  # one of these is in each of them, which is soon found out
# One number, or a variable that has it. More than one argument makes bash refuse the command and go on.
_STATUS = re.compile(r"[0-9]+|\$(?:\?|\w+|\{\w+\}|\(\(\)\))")
_PROGRAM = re.compile(r"[\w./][\w./+:@%=,-]*")
_OPTION_OF_EXEC = re.compile(r"-[cl]*a?")


def redefines(text: str) -> bool:
    """Whether a script may give another meaning to the commands of which something would be certain."""
    return any(mark in text for mark in _MARKS) and _REDEFINED.search(text) is not None


def status_of(pipeline: Pipeline, *, is_negated: bool) -> bool | None:
    """Return whether a pipeline always succeeds, or never; None where that depends."""
    words = [] if pipeline[1:] or pipeline[0].redirections else pipeline[0].words
    status = _ALWAYS.get(words[0].text) if words and pipeline[0].body is None else None
    return status if status is None else status is not is_negated


def joined(before: bool | None, mark: str, status: bool | None) -> bool | None:
    """Return the status of what ``mark`` joins: a command that may not run decides only where both cases agree."""
    if mark not in CONDITIONS or before is (mark == "&&"):
        return status
    return status if status is (mark == "||") else None


def ends_script(command: Command) -> bool:
    """Whether nothing behind a command is reached; ``exec`` without a program only redirects."""
    if command.body is not None or not all(map(never_fails, command.redirections)):
        return False
    words = without_assignments(word.clean for word in command.words)
    if words[:1] == ["exec"]:
        program = _program_of_exec(words[1:])
        return program is not None and _PROGRAM.fullmatch(program) is not None
    return words[:1] == ["exit"] and (not words[1:] or (len(words) == 2 and _STATUS.fullmatch(words[1]) is not None))


def never_fails(redirection: Redirection) -> bool:
    """Whether a redirection cannot be refused; bash goes on behind an ``exec`` or ``exit`` whose own one is.

    dash takes ``&>`` for the end of a command in the background.
    """
    target = redirection.target.clean
    if redirection.operator in (">&", "<&"):
        return target in ("0", "1", "2", "-")
    return target == "/dev/null" and not redirection.operator.startswith("&")


def _program_of_exec(words: t.Sequence[str]) -> str | None:
    """Return the program that bash's ``exec`` is given behind its options: -c, -l, -a NAME."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        option = words[index]
        index += 1
        if option == "--":
            break
        if not _OPTION_OF_EXEC.fullmatch(option):
            return None
        index += option.endswith("a")
    return words[index] if index < len(words) else None
