# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what the commands of a script do to the keepalive keys of the host that runs it.

A command that runs elsewhere, in a container, another network namespace or on another host, does nothing here, nor
does one that only prints or fails. A program that is not known is taken for one that runs its arguments.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import is_language
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    OUTPUT,
    Command,
    ShellError,
    Word,
    words_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT, default_of
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import (
    is_given_file,
    loops_over_output,
    runs_output,
    set_by_tool,
    sets_output,
    shows,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import RELEVANT_TEXT, Fills, loose_effects
from ansible_collections.linux.tcp.plugins.module_utils._writers.file_editors import (
    edits_by_arguments,
    edits_by_augtool,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.file_writers import OTHER_TEXT, files_written
from ansible_collections.linux.tcp.plugins.module_utils._writers.languages import language_effects
from ansible_collections.linux.tcp.plugins.module_utils._writers.loops import set_handed_on, set_rows
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import (
    AUGTOOL,
    AWKS,
    EDITORS,
    FILE_WRITERS,
    FILTERS,
    LINE_EDITORS,
    PRINTERS,
    RUN_THEIR_INPUT,
    SYSTEMD_SYSCTL,
    TEXT_RUNNERS,
    is_setter,
    is_sysctl,
    only_reads,
    place_of_program,
    prints_other_text,
    speaks,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import (
    changes_root,
    name_of,
    runs_elsewhere,
    set_in_container,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.script_names import ScriptNames
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import parsed
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import is_sysctl_file
from ansible_collections.linux.tcp.plugins.module_utils._writers.text_budget import TextBudget
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import (
    assigned_by_awk,
    files_of_xargs,
    files_read,
    parts,
    printed_by,
    printed_by_awk,
    rows,
    run_by_awk,
    takes_words_of_xargs,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

_MOST_NESTED = 6
_NO_PATH = re.compile(r"[\s\"'(){};=]")  # of a program in another language, which has the $ of a variable, too
_ALTERNATIVES = frozenset(("elif", "else", ";;", ";;&", ";&"))  # begin what runs instead of what stands before
_IN_PLACE = re.compile(r"-[a-zA-Z]*i|--in-place")


def effects_of(text: str, line: int = 1) -> list[Effect]:
    """Return what a shell script does, whose first line has this number, in no order."""
    script = _Script()
    script.run_text(Word(text, line))
    return script.log.effects()


def effects_of_words(words: t.Sequence[Word]) -> list[Effect]:
    """Return what a single command does that no shell reads."""
    script = _Script()
    script.log.has_shell = False
    script.run([[Command(list(words))]])
    return script.log.effects()


def _texts(given: t.Iterable[Word]) -> list[Word]:
    """Return the texts that are known, without those of files."""
    return [word for word in given if not word.is_file]


def _distinct(texts: t.Iterable[Word]) -> list[Word]:
    """Return the texts without those that a line has twice: two calls of a function would double what it prints."""
    return list({(text.text, text.line, text.is_report, text.is_file): text for text in texts}.values())


class _Script:
    """Follows the commands of a script and of the texts that it runs; ``log`` has what they do."""

    def __init__(self) -> None:
        self.log = EffectLog()
        self._budget = TextBudget(self.log)
        self._names = ScriptNames(self.log.variables, self._budget)
        self._depth = 0
        self._printed: dict[str, list[Word]] = {}  # by the functions of the script

    def run_text(self, text: Word) -> list[Word]:
        """Follow a text that a shell runs, and return what it prints."""
        if not self._budget.spend([text]) or not RELEVANT_TEXT.search(text.clean):
            return []
        if self._depth >= _MOST_NESTED:
            self.log.sets(text.line, dict.fromkeys(KEYS))
            return []
        try:
            pipelines, certain = parsed(text)
        except ShellError:
            self.log.found += loose_effects(text.text, text.line)
            return []
        outer, self._names.settled = self._names.settled, certain
        self._depth += 1
        self.log.has_shell = True
        self._names.note(text.text, pipelines)
        printed = self.run(pipelines)
        self._depth -= 1
        self._names.settled = outer
        return printed

    def _run_printed(self, texts: t.Iterable[Word]) -> list[Word]:
        """Follow texts that a command has printed and a shell runs; ``\\n`` ends a line there."""
        printed = []
        for text in texts:
            if self._budget.is_left and not (text.is_file or text.is_report):
                printed += self.run_text(Word(text.text.replace("\\n", " ; "), text.line))
        return printed

    def run(self, pipelines: t.Iterable[Pipeline], given: t.Sequence[Word] = ()) -> list[Word]:
        """Follow commands that are given a text to read, and return what they print."""
        printed: list[Word] = []
        is_run = is_set = False
        loops: list[Command] = []
        outer = turn = self.log.turn
        for pipeline in pipelines:
            first = pipeline[0]
            turn = first if first.mark in _ALTERNATIVES else turn
            self.log.turn = first if first.function or first.is_in_background else turn
            text = list(given)
            for command in pipeline:
                text = self._command(command, text, reads=command is not first)
            set_handed_on(self.log, self._names, pipeline)
            printed += [one for one in text if not (first.is_substituted and one.text == OTHER_TEXT)]
            if not first.is_substituted:
                is_run = any(map(runs_output, pipeline))
                is_set = any(map(sets_output, pipeline))
                loops = [command for command in pipeline if loops_over_output(command)]
            elif is_run:
                self._run_printed(text)
                self.log.apply_texts_of(text if is_set else ())
            else:
                for loop in loops:
                    set_rows(self.log, self._names, loop.body or [], text)
                    set_handed_on(self.log, self._names, [*pipeline, loop])
        self.log.turn = outer
        return printed

    def _command(self, command: Command, given: list[Word], *, reads: bool) -> list[Word]:
        """Follow a command, and return what it prints; ``reads`` says that it reads what another one prints."""
        for redirection in command.redirections:
            if redirection.operator in ("<<", "<<<"):
                given = [redirection.target]
            elif redirection.operator == "<":
                file = dataclasses.replace(redirection.target, is_file=True)
                given = self.run(file.body) if file.body else [file] if file.clean != "/dev/null" else []
        if not self._budget.spend(given):
            given = []
        if command.is_substituted and not command.words and command.body is None:  # $(< file)
            printed = given
        elif command.body is None:
            printed = self._simple(command.words, given)
            if self._prints_other_text(command.words, reads=reads or bool(given)):
                printed = [*printed, Word(OTHER_TEXT, command.words[0].line, is_file=True)]
        else:
            printed = self._group(command.words, command.body, given)
        for redirection in command.redirections:
            if redirection.writes:
                text = printed if redirection.takes_output else []
                self._write(redirection.target, text, appends=redirection.operator in (">>", "&>>"))
        if any(redirection.takes_output for redirection in command.redirections):
            printed = []
        if not command.function:
            return printed
        self._printed[command.function] = _distinct(printed)
        return []

    def _prints_other_text(self, words: list[Word], *, reads: bool) -> bool:
        """Whether a command that is no function of the script prints a text that is not known."""
        words = list(itertools.dropwhile(lambda word: ASSIGNMENT.match(word.clean), words))
        is_known = not words or words[0].clean in self._printed or words[0].clean in self._names.settled.functions
        return not is_known and prints_other_text(words, reads=reads)

    def _group(self, words: list[Word], body: list[Pipeline], given: list[Word]) -> list[Word]:
        if words and words[0].clean == "for":
            self._arguments(words[3:], chooses=self._names.chooses_key, sets=self._names.sets_arguments)
            if len(words) > 1:
                self.log.variables.note_loop(words[1].clean, [word.clean for word in words[3:]] or ["$@"])
        elif given and (self._names.chooses_key or any(is_sysctl(name_of(word.clean)) for word in words_of(body))):
            set_rows(self.log, self._names, body, given)
        return self.run(body, given)

    def _simple(self, words: list[Word], given: list[Word]) -> list[Word]:
        assigned = list(itertools.takewhile(lambda word: ASSIGNMENT.match(word.clean), words))
        rest = words[len(assigned) :]
        if not rest or self._names.chooses_key:  # an array looks so, too
            self._arguments(assigned, chooses=self._names.chooses_key)
        if not rest:
            return []
        rest = self._names.with_program(rest)
        hands_on = rest[0].clean in self._names.settled.functions
        own = self._printed.get(rest[0].clean, [])  # of a function
        own = own if self._budget.spend_characters(len(own), rest[0].line) else []
        rest = self._names.with_meaning(rest)
        alias = self._names.aliases.pop(rest[0].clean, None)  # once, because it may have its own name in it
        if alias:
            before = len(self.log.found)
            self.run_text(alias)
            if len(self.log.found) == before:  # it may take what follows it
                rest = [*(Word(part.text, rest[0].line) for part in parts(alias)), *rest[1:]]
        given = given + [printed for word in rest for printed in self.run(word.body)]
        if hands_on:
            own = [text for text in own if "$" not in text.text]  # the others are what it is given
            return [*own, *rest[1:], *printed_by("echo", rest[1:], lambda _count: True)]
        if self._names.chooses_key and rest[0].clean in ("read", "mapfile", "readarray"):
            set_rows(self.log, self._names, [], given)
        if self._names.chooses_key and rest[0].clean == ":":  # ${k:=tcp_keepalive_time}
            self._unknown(rest)
        place = place_of_program(rest)
        if runs_elsewhere([word.clean for word in rest], place):
            return []
        if place is None or name_of(rest[place].clean) in TEXT_RUNNERS:
            self._run_printed(text for word in rest for text in self.log.texts_of(word))
        if place is None:
            if _texts(given) and name_of(rest[0].clean) in RUN_THEIR_INPUT:  # such as sudo -s
                return self._run_printed(given)
            return [*given, *own, *self._unknown(rest)]
        before = len(self.log.found)
        printed = self._known(rest[place:], given, prefix=rest[:place])
        if changes_root([word.clean for word in rest[:place]]):
            self.log.found[before:] = [one for one in self.log.found[before:] if not isinstance(one, Fills)]
        return printed

    def _known(self, words: list[Word], given: list[Word], *, prefix: list[Word]) -> list[Word]:
        name, arguments = name_of(words[0].clean), words[1:]
        if is_sysctl(name) or name == SYSTEMD_SYSCTL:
            if any(name_of(word.clean) in ("xargs", "parallel") for word in prefix):
                given = files_of_xargs(prefix) or given
                if takes_words_of_xargs(prefix, arguments) and not shows([word.clean for word in arguments]):
                    self.log.apply_texts_of(given)
                more = [Word(row.strip(), number) for number, row in rows(given)]
                arguments = arguments + (more or [Word(OUTPUT, words[0].line)])
            return self.log.call_sysctl(words[0].line, name, arguments, given)
        if name in PRINTERS:
            line = words[0].line
            return printed_by(name, arguments, lambda count: self._budget.spend_characters(count, line))
        if name in EDITORS and any(_IN_PLACE.match(word.clean) for word in arguments):
            self.log.edit_files(arguments)
            return []
        if name == AUGTOOL:
            self.log.found += edits_by_augtool(arguments, _texts(given), self.log.variables)
            return []
        if name in LINE_EDITORS:
            self._edit_files(arguments, given)
            self.log.found += edits_by_arguments(words, self.log.variables)
            return []
        if name in AWKS:
            printed = self._run_awk(arguments)
            if printed:
                given = [one for one in given if one.text != OTHER_TEXT]
            return given + files_read(name, arguments) + printed
        if name in FILTERS:
            return given + files_read(name, arguments)
        if name in FILE_WRITERS:
            for file in files_written(name, arguments):
                sources = self.log.linked(file.sources, file.target) if file.is_link else file.sources
                copied = [text for word in sources for text in self.log.texts_of(word)]
                self._write(file.target, copied + (given if file.takes_input else []), appends=file.appends)
                self.log.copy(sources, file.target)
            return given if name == "tee" else []
        if name in TEXT_RUNNERS:
            takes_text = any(word.clean.startswith("-") and "c" in word.clean for word in arguments)
            return self._unknown(words) if takes_text else self._run_printed(given)
        if is_language(name):
            for word in (*arguments, *_texts(given)):
                self.log.found += language_effects(word.text, word.line)
        return []

    def _run_awk(self, arguments: list[Word]) -> list[Word]:
        """Follow what a program of awk(1) runs and prints into files, and return what else it prints."""
        for word in arguments:
            for text in run_by_awk(word):
                self.log.found += language_effects(text.text, text.line)
        texts = [text for word in arguments for text in printed_by_awk(word)]
        for text, target, appends in texts:
            if target:
                self._write(Word(target, text.line), [text], appends=appends)
        printed = [text for text, target, _appends in texts if not target]
        if not any(word.clean == "inplace" for word in arguments):
            return printed
        self._edit_files(arguments, [*printed, *(text for word in arguments for text in assigned_by_awk(word))])
        return []

    def _edit_files(self, arguments: list[Word], texts: list[Word]) -> None:
        """Write texts into the sysctl files that arguments name."""
        for word in arguments:
            if is_sysctl_file(word.clean) and not _NO_PATH.search(word.clean):
                self._write(word, texts, appends=False)

    def _unknown(self, words: t.Sequence[Word]) -> list[Word]:
        """Follow a program that may run its arguments, or set what they say; return what it prints."""
        name = name_of(words[0].clean)
        if speaks(name):
            return []
        edits = edits_by_arguments(words, self.log.variables)
        if edits:
            self.log.found += edits
            return []
        setting = set_by_tool(words)
        if setting:
            self.log.sets(setting[0], self.log.variables.values_of(setting[1]))
            return []
        # a function that is given a key and a value
        sets = len(words) > 2 and (self._names.sets_arguments or is_setter(name) or is_given_file(words))
        if name.startswith(("$", "-")):  # perhaps docker, or its options
            words = [word for word, is_set in zip(words, set_in_container([one.clean for one in words])) if not is_set]
        return self._arguments(words, chooses=self._names.chooses_key and not only_reads(name), sets=sets)

    def _arguments(self, words: t.Iterable[Word], *, chooses: bool, sets: bool = False) -> list[Word]:
        """Follow words, which may name what a variable chooses, or what a function sets."""
        printed: list[Word] = []
        for word in words:
            variable = ASSIGNMENT.match(word.clean)
            is_key = chooses and self._names.keys_named(word.clean) != ()
            text = Word(word.text[variable.end() :], word.line) if variable and not is_key else word
            is_known = variable and not is_key and self.log.variables.has_word(variable[1])
            is_key = is_key or (chooses and not is_known and self._names.keys_named(text.clean) != ())
            if (is_key or RELEVANT_TEXT.search(word.clean)) and not (variable and speaks(variable[1])):
                printed += self._unknown_text(text, may_be_key=(chooses or sets) and not is_known)
        return printed

    def _unknown_text(self, text: Word, *, may_be_key: bool) -> list[Word]:
        """Follow a text that may be a setting, the name of a key that is set, a script or a list of settings."""
        text = dataclasses.replace(text, text=default_of(text.text))
        clean = text.clean.strip()
        values = self.log.variables.values_of(clean)
        if may_be_key and not values:
            values = dict.fromkeys(self._names.keys_named(clean))
        if values or len(clean.split()) < 2:
            self.log.sets(text.line, values)
            return []
        before = len(self.log.found)
        printed = self.run_text(text)
        words = parts(text)
        if len(self.log.found) == before and not _texts(printed) and "=" in words[0].text:  # a list of settings
            self.log.settings(words)
        return printed

    def _write(self, target: Word, printed: list[Word], *, appends: bool) -> None:
        self.log.copy([text for text in printed if text.is_file], target)
        printed = _texts(printed)
        if self._budget.spend(printed) and self.log.write(target, printed, appends=appends):
            self._run_printed(printed)
