# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which program runs a script by the script's first line, and which programs are a shell: execve(2), env(1)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re

from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import wrapped_command

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "rbash"))
_LANGUAGES = "python|perl|ruby|node|php|lua|tcl|awk"
# The groups and quotes of these are not those of sh, but most of their single commands are.
_LIKE_SHELLS = "csh|fish|expect"
_PROGRAM = re.compile(rf"(?:{_LANGUAGES})(?:sh)?[0-9.]*")
# In a line that names an interpreter they may have more around them: platform-python, nodejs, gawk, tcsh.
_IN_LINE = re.compile(rf"{_LANGUAGES}|{_LIKE_SHELLS}")
_SPLIT = re.compile(r"\A([ \t]*\S*/env[ \t]+)-S")  # a command may begin right behind it


def is_language(name: str) -> bool:
    """Whether a program interprets another language than that of a shell, also in the text of its arguments.

    Those of csh, fish and expect are mostly single commands, and read as such.
    """
    return _PROGRAM.fullmatch(name) is not None


def is_of_shell(script: str) -> bool:
    """Whether a shell alone runs a script: one without an interpreter, or whose interpreter gets nothing but options.

    Any other interpreter, and a program that the shell runs, may read the script and call functions of it.
    """
    words = _interpreter(script)
    return not words or (_is_shell(words) and all(word.startswith("-") for word in words[1:]))


def is_of_other_language(script: str) -> bool:
    """Whether the interpreter of a script is known for another language than that of sh(1)."""
    words = _interpreter(script)
    return not _is_shell(words) and _IN_LINE.search(" ".join(words)) is not None


def _is_shell(words: list[str]) -> bool:
    return bool(words) and posixpath.basename(words[0]) in SHELLS


def _interpreter(script: str) -> list[str]:
    """Return the interpreter that the first line of a script names and its arguments.

    Neither env(1) stands before it, nor BusyBox, whose first argument is the program that it is.
    """
    line = script.partition("\n")[0]
    words = wrapped_command(_SPLIT.sub(r"\1", line[2:]).split()) if line.startswith("#!") else []
    return words[1:] if words[1:] and posixpath.basename(words[0]) == "busybox" else words
