# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which files tee(1), dd(1), cp(1) and their like write, and with what."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import STANDARD_INPUT, Word


class Written(t.NamedTuple):
    """A file that is written, with the texts of ``sources`` and, if it ``takes_input``, what the program reads."""

    target: Word
    takes_input: bool
    sources: t.Sequence[Word] = ()
    appends: bool = False


def files_written(name: str, arguments: list[Word]) -> list[Written]:
    """Return the files that the arguments of a program name that writes files."""
    if name in ("tee", "sponge"):
        appends = any(word.clean in ("-a", "--append") for word in arguments)
        return [Written(word, True, appends=appends) for word in arguments if not word.clean.startswith("-")]
    if name == "dd":
        takes_input = not any(word.clean.startswith("if=") for word in arguments)
        appends = any(word.clean.startswith("oflag=") and "append" in word.clean for word in arguments)
        targets = [Word(word.clean[3:], word.line) for word in arguments if word.clean.startswith("of=")]
        return [Written(target, takes_input, appends=appends) for target in targets]
    if len(arguments) < 2:
        return []
    takes_input = any(word.clean == STANDARD_INPUT for word in arguments)
    return [Written(arguments[-1], takes_input, arguments[:-1])]
