# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collect what the commands of a script do: the keys that they set, and the files that they write, apply or run."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import REFERENCE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Applies, Fills, Sets
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import SYSTEMD_SYSCTL
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    Application,
    read_call,
    read_systemd_call,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import (
    is_script,
    is_sysctl_file,
    is_sysctl_place,
    keys_of_file,
    values_printed,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import edited, files_read, rows
from ansible_collections.linux.tcp.plugins.module_utils._writers.variables import Variables

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Call

_MOST_ORIGINS = 100
_FILES_OF_BOOT = frozenset((SYSCTL_CONF, *(f"{folder}/*{end}" for folder in DIRECTORIES for end in (".conf", ""))))
_OF_OTHERS = re.compile(r"(?:\$\w+|\$\{\w+\}|%\S+)(?:=|\Z)")  # a setting, or the name of its key
_WHOLE = re.compile(r"[/~$]")  # begins a path that counts from no folder
# These keep no text: null(4), random(4), fd(4), tty(4), pts(4), console(4), vcs(4), syslog(2). Other files in their
# folder do, such as those of shm_overview(7) and mq_overview(7).
_DEVICE = re.compile(
    r"/dev/(?:null|zero|full|u?random|std(?:in|out|err)|fd/.*|tty.*|pts/.*|ptmx|console|vcs.*|kmsg|log)", re.DOTALL
)


def _spelled(path: str) -> str:
    """Return a path with one spelling of its variables."""
    return REFERENCE.sub(r"${\1\2}", path)


def keeps_text(path: str) -> bool:
    """Whether a file of this name may have a text that was written to it: it is no device."""
    return _DEVICE.fullmatch(path) is None


def has_settings(path: str) -> bool:
    """Whether a file of this name may have settings; the kernel's have none."""
    return keeps_text(path) and not path.startswith("/proc/")


def _joined(calls: t.Sequence[Applies]) -> Applies:
    names = tuple(name for one in calls for name in one.application.names or ())
    return dataclasses.replace(calls[-1], application=dataclasses.replace(calls[-1].application, names=names))


class EffectLog:
    """The effects that were ``found`` so far.

    ``has_shell`` says that a shell runs the commands. Else another program knows the variables. ``turn`` is the command
    that begins those that run one behind the other, None for the first ones.
    """

    def __init__(self) -> None:
        self.found: list[Effect] = []
        self.variables = Variables()
        self.has_shell = True
        self._files: dict[str, list[Word]] = {}  # the texts that were written to files, by path
        self._written: dict[str, list[Sets]] = {}
        self._origins: dict[str, list[Word]] = {}  # the files whose lines went to a file, by its name
        self.turn: Command | None = None
        self._of_boot: dict[Command | None, list[Applies]] = {}  # by turn
        self._loops_over_boot = False
        self._whole: set[str] = set()  # the files whose whole text is known

    def effects(self) -> list[Effect]:
        """Return all effects.

        What applies the files of the boot, folder by folder in loops, as scripts of distributions do, is one call. A
        condition may leave out a part of it: mostly it asks whether there are such files.
        """
        turns = self._of_boot.values()
        return [*self.found, *(map(_joined, turns) if self._loops_over_boot else itertools.chain.from_iterable(turns))]

    def call_sysctl(self, line: int, name: str, arguments: list[Word], given: list[Word]) -> list[Word]:
        """Add what a call of sysctl(8) or systemd-sysctl(8) does, given a text to read; return what it prints."""
        read: t.Callable[[t.Sequence[str]], Call] = read_systemd_call if name == SYSTEMD_SYSCTL else read_call
        words = [word.clean for word in arguments]
        expanded = [self.variables.expanded(word) if word.startswith(("$", "/")) else word for word in words]
        if None in expanded:
            self.sets(line, dict.fromkeys(KEYS))
            return []
        call = read([word for word in expanded if word is not None])
        for index in call.settings:
            is_of_others = not self.has_shell and _OF_OTHERS.match(words[index])
            values = dict.fromkeys(KEYS) if is_of_others else self.variables.values_of(words[index])
            self.sets(arguments[index].line, values)
        if call.reads_input:
            self.settings(given)
            if any(REFERENCE.fullmatch(row) and self.variables.expanded(row) == row for _line, row in rows(given)):
                self.sets(line, dict.fromkeys(KEYS))
        if call.applies:
            self._apply(line, call.applies)
        writes = any(word.startswith("-") and "w" in word for word in words)
        shown = [] if call.is_quiet else [(words[index], arguments[index].line) for index in call.settings]
        return [
            Word(word if "=" in word else f"{word}=$", at, is_report=True)
            for word, at in shown
            if "=" in word or not writes
        ]

    def _apply(self, line: int, application: Application, *, makes_file: bool = False) -> None:
        """Add that files are applied, with what was written to them before, or that a sysctl file is made of them."""
        names = application.names
        if names is not None:
            found = itertools.chain.from_iterable(map(self.variables.files_of, names))
            names = tuple(name for name in map(_spelled, found) if "$" not in name or name not in self._whole)
        one = Applies(line, dataclasses.replace(application, names=names), makes_file=makes_file)
        if names and not makes_file and _FILES_OF_BOOT.issuperset(names):
            self._of_boot.setdefault(self.turn, []).append(one)
            self._loops_over_boot = self._loops_over_boot or names != application.names
        elif names != ():
            self.found.append(one)
        for path in names or ():
            self.found += self._written.pop(path, [])

    def apply_texts_of(self, texts: t.Iterable[Word], *, makes_file: bool = False) -> None:
        """Add that the settings of the files are set that stand among texts.

        Or, if it ``makes_file``, that these settings become those of a sysctl file.
        """
        for file in (text for text in texts if text.is_file):
            path = self._path(file)
            if has_settings(path):
                self._apply(file.line, Application("procps", (path,)), makes_file=makes_file)

    def linked(self, names: t.Sequence[Word], target: Word) -> t.Sequence[Word]:
        """Return the files that links name, which count from their folder: that is known where sysctl files are."""
        path = self._path(target)
        if "$" in path or not is_sysctl_place(path):
            return names
        folder = posixpath.dirname(path) if is_sysctl_file(path) else path
        return [
            word
            if _WHOLE.match(word.clean)
            else dataclasses.replace(word, text=posixpath.normpath(f"{folder}/{word.clean}"))
            for word in names
        ]

    def copy(self, sources: t.Iterable[Word], target: Word) -> None:
        """Add what files say that become sysctl files of the boot, but those that the script has written."""
        path = self._path(target)
        if not keeps_text(path):
            return
        sources = [origin for word in sources for origin in self._origins.get(self._path(word), [word])]
        if "$" in path or not is_sysctl_place(path):
            if sources:
                self._origins[path] = [*self._origins.get(path, []), *sources][:_MOST_ORIGINS]
            return
        for word in sources:
            if self._path(word) not in self._files:
                self.apply_texts_of([dataclasses.replace(word, is_file=True)], makes_file=True)

    def texts_of(self, file: Word) -> t.Sequence[Word]:
        """Return the texts that were written to a file."""
        return self._files.get(self._path(file), ())

    def _path(self, file: Word) -> str:
        """Return the name by which a file is known here: with the values of its variables, if it is not too long."""
        return _spelled(self.variables.expanded(file.clean) or file.clean)

    def sets(self, line: int, values: t.Mapping[Key, int | None]) -> None:
        """Add that a line gives keys values, unless there are none."""
        if values:
            self.found.append(Sets(line, tuple(values.items())))

    def settings(self, texts: t.Iterable[Word]) -> None:
        """Add that the lines ``KEY=VALUE`` of texts are set, those of files, too."""
        texts = list(texts)
        self.apply_texts_of(texts)
        for number, row in rows(texts):
            self.sets(number, self.variables.values_of(row))

    def edit_files(self, arguments: list[Word]) -> None:
        """Add what sed(1) or perl(1) write into the files that they edit in place."""
        paths = [word.clean for word in arguments if len(word.clean.split()) == 1]
        edits_settings = any(is_sysctl_file(file.clean) for file in files_read("", arguments))
        edits_script = any(map(is_script, paths))
        scripts = (
            dataclasses.replace(word, text=self.variables.expanded(word.text) or word.text) for word in arguments
        )
        for number, values in itertools.chain.from_iterable(map(edited, scripts)):
            if edits_settings:
                self.found.append(Fills(number, values, appends=False))
            elif edits_script:
                self.found.append(Sets(number, values))

    def write(self, target: Word, printed: list[Word], *, appends: bool) -> bool:
        """Add what a file gets that a command writes; return whether it is a script that is run."""
        path = self.variables.expanded(target.clean)
        if path is None:
            self.sets(target.line, dict.fromkeys(KEYS))
            return False
        path = _spelled(path)
        if printed and not appends and not any(text.clean.startswith("$") for text in printed):
            self._whole.add(path)
        keys = keys_of_file(path)
        if keys:
            self.sets(target.line, values_printed(keys, printed))
            return False
        settings = [
            Sets(number, tuple(values.items()))
            for number, row in rows(text for text in printed if not (text.is_report and "$" in path))
            for values in [self.variables.values_of(row)]
            if values
        ]
        if self.variables.names_other_root(path):
            return False
        if printed and ("$" in path or not is_sysctl_file(path)):
            self._files.setdefault(path, []).extend(printed)
        if is_sysctl_file(path):
            self.found += [Fills(one.line, one.values, appends) for one in settings]
            return False
        self._written.setdefault(path, []).extend(settings)
        return is_script(path)
