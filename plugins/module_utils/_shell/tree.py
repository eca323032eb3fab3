# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a shell script is made of: pipelines of commands, with their words and redirections. Nothing is expanded."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

# Stands in a text where a line is continued, so that lines can still be counted.
CONTINUED = "\ue000"
# Stands in a word for the output of a command.
OUTPUT = "$()"

STANDARD_INPUT = "/dev/stdin"

_LINE_BREAKS = re.compile(r"[\n\ue000]")


class ShellError(ValueError):
    """A text ends within quotes or a here-document, or is nested too deeply."""


@dataclasses.dataclass(frozen=True)
class Word:
    """A word without its quotes; ``line`` is where it begins, ``text`` may have :data:`CONTINUED` in it.

    ``body`` are the commands of ``<(...)``, whose output is the file that the word names. ``is_report`` says of a text
    that it is what a program says of its work, which most scripts do not keep, and ``is_file`` that it stands for the
    text of the file that it names.
    """

    text: str
    line: int
    body: tuple[Pipeline, ...] = ()
    is_report: bool = False
    is_file: bool = False

    @property
    def clean(self) -> str:
        """The word as the command gets it."""
        return self.text.replace(CONTINUED, "")

    def line_at(self, position: int) -> int:
        """Return the line of a position in ``text``."""
        return self.line + len(_LINE_BREAKS.findall(self.text, 0, position))


class Place(t.NamedTuple):
    """Where something stands in a text that was parsed."""

    begin: int
    end: int


NOWHERE = Place(0, 0)


@dataclasses.dataclass(frozen=True)
class Redirection:
    """A redirection; ``target`` is a file, or the text itself where ``operator`` is ``<<`` or ``<<<``."""

    operator: str
    descriptor: str
    target: Word

    @property
    def writes(self) -> bool:
        """Whether a file is opened to be written."""
        return self.operator in (">", ">>", ">|", "&>", "&>>", "<>")

    @property
    def takes_output(self) -> bool:
        """Whether the standard output goes to a file."""
        return self.writes and self.operator != "<>" and self.descriptor in ("", "1")


@dataclasses.dataclass(eq=False)
class Command:
    """A simple command, or a group of pipelines; a group has the words of its first line, such as ``for x in a``.

    ``mark`` is what stands before its pipeline, such as ``&&`` or ``then``, and ``function`` the name of the function
    whose body it is. ``is_substituted`` says that it is of ``$(...)`` in the pipeline before it, ``is_subshell`` that
    it is a group within parentheses, ``is_in_background`` that it begins a pipeline of a list that ends in ``&``.
    ``branches`` counts those of a ``case`` that always takes one, because one has the pattern ``*``; else it is 0.
    ``place`` is where it stands in the text that was parsed, with a here-document behind it; it is empty for what
    stands in a text within that one, such as in backticks.
    """

    words: list[Word] = dataclasses.field(default_factory=list)
    redirections: list[Redirection] = dataclasses.field(default_factory=list)
    body: list[Pipeline] | None = None
    mark: str = ""
    function: str = ""
    is_substituted: bool = False
    is_subshell: bool = False
    is_in_background: bool = False
    branches: int = 0
    place: Place = NOWHERE

    @property
    def runs_apart(self) -> bool:
        """Whether a shell of its own runs it, so that it ends no other."""
        return self.is_substituted or self.is_subshell or self.is_in_background


Pipeline = t.List[Command]


def commands_of(pipelines: t.Iterable[Pipeline]) -> t.Iterator[Command]:
    """Yield all commands, those of groups too."""
    for command in (command for pipeline in pipelines for command in pipeline):
        yield command
        yield from commands_of(command.body or ())


def words_of(pipelines: t.Iterable[Pipeline]) -> t.Iterator[Word]:
    """Yield the words of all commands, those of groups too."""
    return (word for command in commands_of(pipelines) for word in command.words)
