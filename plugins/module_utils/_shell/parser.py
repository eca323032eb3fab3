# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse the text of a shell script into pipelines of commands, with groups and here-documents: sh(1), bash(1)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.certainty import CONDITIONS, redefines
from ansible_collections.linux.tcp.plugins.module_utils._shell.lexer import Lexer
from ansible_collections.linux.tcp.plugins.module_utils._shell.reachability import BRANCHES, Reachability
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    Command,
    Place,
    Redirection,
    ShellError,
    Word,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline

_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\(|\)|\n")
_REDIRECTION = re.compile(r"(\{[A-Za-z_]\w*(?:\[\w+\])?\}|[0-9]*)(&>>|&>|<<<|<<-|<<|>>|>\||>&|<&|<>|>|<)")
_ANYTHING = re.compile(r"(?<=[\s;(|])\*[ \t]*[|)]")  # as a whole pattern of a case
_EMPTY_PARENTHESES = re.compile(r"\([ \t]*\)")
# Two words side by side: no arithmetic, but commands with a here-document in a shell that does not know ((...)).
_COMMANDS = re.compile(r"\w[ \t]+-{0,2}[\w/.$\"'{]")
# A group begins with one of these words, and ends with its partner.
_GROUPS = {"{": "}", "if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac"}
_ENDS = frozenset(_GROUPS.values())
# After these a command begins.
_KEYWORDS = frozenset((*BRANCHES, "!", "time", "if", "while", "until"))
LONGEST = 1 << 17  # characters of a script; people write none that is longer
_FOREIGN_ENDS = frozenset(("end", "endif", "endsw"))  # of groups of csh and fish


def parse_shell(
    text: str, line: int = 1, *, is_strict: bool = False, unreached: list[Place] | None = None
) -> list[Pipeline]:
    """Return the pipelines of a text whose first line has this number; those of ``$(...)`` are among them.

    What is certainly never reached is left out, unless something in the text is not understood: then nothing is
    certain. With ``is_strict`` that is an error. The places of what is left out are added to ``unreached``.

    :raises ShellError: where the text ends within quotes or a here-document, is nested too deeply or too long.
    """
    if len(text) > LONGEST:
        raise ShellError("the text is too long")
    is_certain = not redefines(text)
    parser = _Parser(text, line, is_certain=is_certain)
    found = parser.parse_all()
    if is_strict and not (is_certain and parser.is_clear):
        raise ShellError("a group, a parenthesis or the meaning of a command is not understood")
    if parser.is_clear:
        if unreached is not None:
            unreached += parser.unreached
        return found
    return _Parser(text, line, is_certain=False).parse_all()


class _Group:
    """The pipelines of a group that is being read, up to one of the words that ``end`` it.

    ``substituted`` is the parser's list of the commands of ``$(...)``. A pipeline takes those that its words have.
    ``unreached`` is its list of the places that are never reached. ``at`` is where the part stands that is read.
    """

    def __init__(
        self,
        ends: frozenset[str],
        opener: str = "",
        *,
        substituted: list[Pipeline],
        unreached: list[Place],
        is_certain: bool,
    ) -> None:
        self.found: list[Pipeline] = []
        self.reachability = Reachability(opener, is_outermost=not ends, is_certain=is_certain)
        self._substituted = substituted
        self._begins = len(substituted)
        self._unreached = unreached
        self.at = 0
        self.ends = ends
        self.pipeline: Pipeline = []
        self.command = Command()
        self.awaits_pattern = self.is_case
        self._list: list[Command] = []  # what begins the pipelines that conditions join with this one
        self.is_clear = True  # all groups and parentheses are understood
        self.defines = ""  # the function whose body comes next
        self.parentheses = 0  # of arrays and patterns, which are open
        self.branches = 0  # of a case
        self.fits_always = False  # one of its patterns

    @property
    def is_case(self) -> bool:
        """Whether the commands stand behind patterns."""
        return "esac" in self.ends

    @property
    def awaits_command(self) -> bool:
        """Whether a command may begin here; redirections may stand before it."""
        return not self.command.words and self.command.body is None

    @property
    def is_at_begin(self) -> bool:
        """Whether nothing was read of a command."""
        return self.awaits_command and not self.command.redirections

    def finish(self, mark: str = "") -> None:
        """End a command at an operator, and its pipeline unless the output goes to the next command."""
        if not self.is_at_begin:
            self.command.place = Place(self.command.place.begin, self.at)
            self.pipeline.append(self.command)
        self.command = Command()
        if mark not in ("|", "|&") and self.pipeline:
            self._finish_pipeline(mark)

    def _finish_pipeline(self, mark: str) -> None:
        pipeline, self.pipeline = self.pipeline, []
        pipeline[0].mark = self.reachability.mark
        self._name_function(pipeline[0])
        substituted = self._take_substituted()
        if self.reachability.passes(pipeline, mark, is_understood=not self.parentheses):
            self.found += [pipeline, *substituted]
            if self.reachability.has_exited:
                self._unreached.append(Place(self.at, LONGEST))
        else:
            self._unreached.append(Place(pipeline[0].place.begin, self.at))
        self._end_in_list(pipeline[0], mark)

    def _name_function(self, command: Command) -> None:
        """Give a command the name of the function whose body it is, if it is one."""
        if self.defines:
            command.function, self.defines = self.defines, ""
            self.is_clear = self.is_clear and command.body is not None

    def _take_substituted(self) -> list[Pipeline]:
        """Take the commands of ``$(...)`` out of the parser's list that were read since the last pipeline."""
        taken = self._substituted[self._begins :]
        del self._substituted[self._begins :]
        for pipeline in taken:
            pipeline[0].is_substituted = True
        return taken

    def _end_in_list(self, first: Command, mark: str) -> None:
        """Note the end of a pipeline in a list, which conditions join; one that ``&`` ends runs in the background."""
        self._list.append(first)
        if mark == "&":
            for one in self._list:
                one.is_in_background = True
        if mark not in CONDITIONS:
            self._list = []

    def note(self, keyword: str) -> None:
        """Note what a keyword says of the commands behind it."""
        if keyword == "!":
            self.reachability.negate()
        elif keyword in BRANCHES and self.reachability.has_branches:
            self.reachability.begin_branch(keyword)
        elif keyword in BRANCHES or keyword in _ENDS:
            self.is_clear = False

    def next_case(self, mark: str) -> None:
        """End the commands of a pattern at ``;;`` or its like."""
        self.finish()
        self.reachability.mark = mark
        self.awaits_pattern = self.is_case
        self.is_clear = self.is_clear and self.is_case

    def begin_case(self) -> None:
        """Begin the commands of a pattern, and forget what was read of a pipeline: the pattern."""
        self.branches += 1
        self.command, self.pipeline, self.awaits_pattern = Command(), [], False


class _Parser(Lexer):
    def __init__(self, text: str, line: int, depth: int = 0, *, is_certain: bool) -> None:
        super().__init__(text, line, depth)
        self.is_clear = True
        self.unreached: list[Place] = []
        self._is_certain = is_certain
        self._is_within = depth > 0
        self._heredocs: list[tuple[Command, str, bool, bool]] = []

    def parse_all(self) -> list[Pipeline]:
        self._enter()
        group = self._group(frozenset())
        try:
            self._read_group(group)
        except ShellError:
            if not group.reachability.has_exited:  # behind an exit stands no command, but perhaps a text or an archive
                raise
        self._depth -= 1
        return group.found

    def _group(self, ends: frozenset[str], opener: str = "") -> _Group:
        of = self._substituted, self.unreached
        return _Group(ends, opener, substituted=of[0], unreached=of[1], is_certain=self._is_certain)

    def _inner_group(self, ends: frozenset[str], opener: str = "") -> tuple[_Group, str]:
        """Return what stands before one of the words that end a group, and that word; empty at the text's end."""
        self._enter()
        group = self._group(ends, opener)
        end = self._read_group(group)
        self.is_clear = self.is_clear and end != ""
        self._depth -= 1
        return group, end

    def _read_group(self, group: _Group) -> str:
        end: str | None = None
        while end is None:
            self._skip_blanks()
            self._note_place(group)
            end = "" if self.is_at_end() else self._read_part(group)
        group.finish()
        self.is_clear = self.is_clear and group.is_clear and not (group.parentheses or group.defines)
        return end

    def _note_place(self, group: _Group) -> None:
        group.at = 0 if self._is_within else self._at
        if group.is_at_begin:
            group.command.place = Place(group.at, group.at)

    def _read_part(self, group: _Group) -> str | None:
        """Read a redirection, an operator or a word, and return it if it ends the group."""
        redirection = _REDIRECTION.match(self._text, self._at)
        if redirection and not self._text.startswith(("<(", ">("), redirection.start(2)):
            self._redirect(group.command, redirection)
            return None
        operator = _OPERATOR.match(self._text, self._at)
        if operator:
            self.advance(len(operator.group()))
            return self._read_operator(group, operator.group())
        return self._read_word(group)

    def _read_operator(self, group: _Group, mark: str) -> str | None:
        if mark == "(":
            self._open_parenthesis(group)
        elif mark == ")":
            if group.parentheses:
                group.parentheses -= 1
            elif mark in group.ends:
                return mark
            elif group.awaits_pattern:
                group.begin_case()
            else:
                group.finish()
                group.is_clear = False
        elif mark == ";" and self.begins_line() and group.awaits_command and not group.pipeline:
            self.skip_line()  # it is an error there, and a remark in other formats
        elif mark in (";;", ";;&", ";&"):
            group.next_case(mark)
        elif mark == "\n":
            is_own = all(command is group.command for command, *_rest in self._heredocs)
            self._read_heredocs(group)
            if is_own and not self._is_within:
                group.at = self._at
            if not group.awaits_command or group.command.redirections or not group.pipeline:
                group.finish()
        else:
            group.finish(mark)
        return None

    def _open_parenthesis(self, group: _Group) -> None:
        words = group.command.words
        is_empty = _EMPTY_PARENTHESES.match(self._text, self._at - 1)
        if group.awaits_command and not group.awaits_pattern:
            end = self._end_of_arithmetic(self._at - 1)
            is_shift = end is not None and "<<" in self._text[self._at : end]
            if end is None or not is_shift or _COMMANDS.search(self._text, self._at, end):
                group.command.body = self._inner_group(frozenset(")"))[0].found
                group.command.is_subshell = True
            else:
                self._read_arithmetic(self._at - 1, end)
                group.command.body = []
        elif is_empty and not group.awaits_pattern and len(words) == 1 and not words[0].clean.endswith("="):
            self.advance(is_empty.end() - self._at)
            group.defines = words[0].clean
            group.command = Command()
        elif not group.awaits_command:
            group.parentheses += 1

    def _read_word(self, group: _Group) -> str | None:
        begins = self._at
        if group.awaits_pattern and not group.parentheses and _ANYTHING.match(self._text, begins):
            group.fits_always = True
        words = self._words()
        word = words[0]
        if group.awaits_command and self._text[begins : self._at] == word.text:
            if word.text in group.ends:
                return word.text
            if not group.awaits_pattern and self._read_keyword(group, word):
                return None
        if group.command.body is None:
            group.command.words += words
        return None

    def _read_keyword(self, group: _Group, word: Word) -> bool:
        """Read what a word begins if that is no simple command, and return whether it is none."""
        if word.text in _GROUPS:
            self._read_inner_group(group.command, word)
        elif word.text == "[[":
            group.command.words.append(word)
            self._rest_of_test(group.command)
        elif word.text == "function":
            self._skip_blanks()
            group.defines = self._word().clean or word.text
            self._skip_blanks()
            parentheses = _EMPTY_PARENTHESES.match(self._text, self._at)
            self.advance(parentheses.end() - self._at if parentheses else 0)
        elif word.text in _KEYWORDS or word.text in _ENDS:
            group.note(word.text)
        else:
            group.is_clear = group.is_clear and word.text not in _FOREIGN_ENDS
            return False
        return True

    def _rest_of_test(self, command: Command) -> None:
        """Read the words behind ``[[``, among which no mark joins commands.

        :raises ShellError: where ``]]`` is missing.
        """
        while not self.is_at_end():
            self._skip_blanks()
            begins = self._at
            word = self._word()
            if self._at == begins:
                self.advance(1)
                continue
            command.words.append(word)
            if self._text[begins : self._at] == "]]":
                return
        raise ShellError("no ]] ends what [[ begins")

    def _read_inner_group(self, command: Command, word: Word) -> None:
        """Read a group behind the word that begins it."""
        command.words = [] if word.text == "{" else [word]
        if word.text in ("for", "select", "case"):
            self._rest_of_line(command)
        group = self._inner_group(frozenset((_GROUPS[word.text],)), word.text)[0]
        command.body = group.found
        command.branches = group.branches if group.fits_always else 0

    def _rest_of_line(self, command: Command) -> None:
        """Read the words behind ``for`` or ``case``, up to the begin of their commands."""
        while not self.is_at_end():
            self._skip_blanks()
            arithmetic = self._end_of_arithmetic(self._at)
            if arithmetic is not None:
                self._read_arithmetic(self._at, arithmetic)
                continue
            operator = _OPERATOR.match(self._text, self._at)
            if operator or self.is_at_end() or self._text[self._at] in "<>":
                return
            begins = self._at
            words = self._words()
            if command.words[0].text == "case" and self._text[begins : self._at] == "in":
                return
            command.words += words

    def _redirect(self, command: Command, found: t.Match[str]) -> None:
        descriptor, operator = found.groups()
        self.advance(found.end() - self._at)
        self._skip_blanks()
        begins = self._at
        target = self._word()
        if operator in ("<<", "<<-"):
            expands = self._text[begins : self._at] == target.clean
            self._heredocs.append((command, target.clean, operator == "<<-", expands))
        elif operator == ">&" and not target.text.isdigit() and target.text != "-":
            command.redirections.append(Redirection("&>", descriptor, target))
        elif self._at > begins:
            command.redirections.append(Redirection(operator, descriptor, target))

    def _read_heredocs(self, group: _Group) -> None:
        """Read the texts that end at their own marks, right behind a line that announces them.

        :raises ShellError: where a mark is missing: then a shell may see no here-document at all, but a shift of bits.
        """
        for command, mark, is_stripped, expands in self._heredocs:
            line, rows = self._line, []
            while True:
                if self.is_at_end():
                    raise ShellError(f"no {mark} ends the here-document that begins in line {line}")
                end = self._text.find("\n", self._at)
                row = self._text[self._at : len(self._text) if end < 0 else end]
                self.advance(len(row) + 1)
                row = row.lstrip("\t") if is_stripped else row
                if row.rstrip("\r") == mark:
                    break
                rows.append(row)
            text = "\n".join(rows)
            command.redirections.append(Redirection("<<", "", Word(text, line)))
            inner = self._inner(text, line, _Parser.expansions) if expands else []
            if inner:
                group.found.append([Command(body=inner, is_subshell=True)])
        self._heredocs = []

    def expansions(self) -> list[Pipeline]:
        """Return the commands of ``$(...)`` and backticks in a text that is no script."""
        self._read_expansions(len(self._text))
        return self._substituted

    def _parenthesis(self) -> list[Pipeline]:
        self.advance(1)
        heredocs, self._heredocs = self._heredocs, []
        group, end = self._inner_group(frozenset(")"))
        self._heredocs = heredocs
        if not end:
            raise ShellError(f"no parenthesis ends what begins before line {self._line}")
        return group.found

    def _commands_of(self, text: str, line: int) -> list[Pipeline]:
        return self._inner(text, line, _Parser.parse_all)

    def _inner(self, text: str, line: int, parse: t.Callable[[_Parser], list[Pipeline]]) -> list[Pipeline]:
        parser = _Parser(text, line, self._depth + 1, is_certain=self._is_certain)
        found = parse(parser)
        self.is_clear = self.is_clear and parser.is_clear
        return found
