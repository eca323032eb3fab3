# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the places in which a line may set keepalive keys, and note those that cannot be read."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, TooCostlyError
from ansible_collections.linux.tcp.plugins.module_utils._host.compute_budget import ComputeBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import (
    MOST_BYTES_OF_A_SEARCH,
    FileBudget,
    too_much,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.visibility import denying
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Unseen
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import CLOSED_TO_USERS, HOME, LOCAL_FOLDERS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files

T = t.TypeVar("T")

_MOST_LOCAL_PROGRAMS = 1000
_MOST_FILES = 30_000  # three times as many as of one pattern
_MOST_NAMES = 1000  # of files that calls apply, each of which may lead through a thousand folders
_MOST_NAMES_OF_A_CALL = 100  # each is read, and once more for each time that it is named
_LONGEST_NAME = 4096  # limits.h: PATH_MAX
# What a text does is found out in milliseconds.
_MOST_SECONDS, _MOST_SECONDS_OF_ALL, _MOST_MEMORY = 5.0, 20.0, 512 << 20


def _budget() -> ComputeBudget:
    return ComputeBudget(_MOST_SECONDS, _MOST_MEMORY, seconds_of_all=_MOST_SECONDS_OF_ALL)


def _reading() -> FileBudget:
    return FileBudget(MOST_BYTES_OF_A_SEARCH, _MOST_FILES)


@dataclasses.dataclass(frozen=True)
class Reader:
    """The files of a system; ``unseen`` are the places that were looked for and cannot be read, by path or reason.

    A denied place has its path without links, so that it is there once, whatever leads to it.
    ``named`` are the names of files that calls apply, each of which takes time to follow, and ``reading`` is for all
    files that are read: any user may own some of them, or the files that these name.
    No error of a file ends the search: the owner of a file that a line calls could otherwise end each run. ``budget``
    is for all that is computed on what the files say.
    """

    files: Files
    unseen: dict[str, Unseen] = dataclasses.field(default_factory=dict)
    budget: ComputeBudget = dataclasses.field(default_factory=_budget)
    reading: FileBudget = dataclasses.field(default_factory=_reading)
    named: set[str] = dataclasses.field(default_factory=set)

    def matching(self, pattern: str) -> list[SysctlFile]:
        """Read the files whose path matches a pattern, as :meth:`Files.matching` does."""
        return self._read(
            pattern, lambda: self.files.matching(pattern, on_unreadable=self._note, budget=self.reading), []
        )

    def executables(self, pattern: str) -> list[SysctlFile]:
        """Read the files whose path matches a pattern and that are executable."""
        files: list[SysctlFile]
        note, budget = self._note_executable, self.reading
        files = self._read(pattern, lambda: self.files.matching(pattern, on_unreadable=note, budget=budget), [])
        return [file for file in files if self.is_executable(file.target, if_unknown=True)]

    def paths(self, pattern: str) -> list[str]:
        """Return the paths that match a pattern, as :meth:`Files.paths` does."""
        return self._read(pattern, lambda: self.files.paths(pattern, on_unreadable=self._note, budget=self.reading), [])

    def known(self, path: str) -> SysctlFile:
        """Read one file as :meth:`Files.known` does."""
        file = self._file(path)
        if file.denied or file.is_too_large:
            self._note(file)
        return file

    def text(self, path: str) -> bytes:
        """Return the content of a file, as :meth:`Files.text` does."""
        return self.known(path).text

    @functools.cached_property
    def local_programs(self) -> dict[str, list[str]]:
        """The folders of an administrator's programs that have a file, by its name."""
        found: dict[str, list[str]] = {}
        for folder in LOCAL_FOLDERS:
            for name in self.names(folder):
                found.setdefault(name, []).append(folder)
        return found

    def names_local_program(self, text: bytes) -> bool:
        """Whether a text may have the name of such a program as a word."""
        return self._local_program is not None and self._local_program.search(text) is not None

    @functools.cached_property
    def _local_program(self) -> t.Pattern[bytes] | None:
        names = [re.escape(name.encode("utf-8", "surrogateescape")) for name in self.local_programs]
        if len(names) > _MOST_LOCAL_PROGRAMS:  # more would take longer than a look at each text
            return re.compile(b"")
        return re.compile(rb"(?<![\w./])(?:" + b"|".join(names) + rb")(?![\w./-])") if names else None

    @functools.cached_property
    def sees_home(self) -> bool:
        """Whether this process may see what is in root's home folder, which is closed to users on most hosts."""
        denied: list[SysctlFile] = []
        self._names(HOME, denied.append)
        return not denied

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, as :meth:`Files.names` does."""
        return self._names(folder, self._note)

    def _names(self, folder: str, on_unreadable: t.Callable[[SysctlFile], None]) -> list[str]:
        return self._read(folder, lambda: self.files.names(folder, on_unreadable=on_unreadable), [])

    def called(self, path: str, *, is_given: bool) -> SysctlFile:
        """Read a script that a line calls, or gives to a program that runs it.

        Else a file that is not executable may be another argument of that line, and a large one a compiled program.
        """
        file = self._file(path)
        if file.denied and (is_given or self._may_be_executable(file)):
            target = self.resolve(file.target)
            self._keep(Unseen(target, file.reason, file.denied))
        elif file.is_too_large and (is_given or self._is_script(file.target)):
            self._note(file)
        return file

    def may_name(self, names: t.Sequence[str]) -> bool:
        """Note the names that a call applies, and return whether they, and all with them, are few and short enough."""
        if len(names) > _MOST_NAMES_OF_A_CALL or any(len(name) > _LONGEST_NAME for name in names):
            return False
        self.named.update(names)
        return len(self.named) <= _MOST_NAMES

    def name_of(self, path: str) -> str:
        """Return the name that a loader has for a file, where one reads its folder."""
        return self._read(path, lambda: self.files.name_of(path), path)

    def resolve(self, path: str) -> str:
        """Return a path with every link followed; the path itself where that fails."""
        return self._read(path, lambda: self.files.resolve(path), path)

    def is_executable(self, target: str, *, if_unknown: bool) -> bool:
        """Return whether a file, whose path is free of links, is a program or a script.

        The caller says what to return ``if_unknown``, so that what is not known hides no line.
        """
        return self._read(target, lambda: self.files.is_executable(target), otherwise=if_unknown)

    def exists(self, path: str, *, if_unknown: bool) -> bool:
        """Return whether there is something at a path, links followed; see :meth:`is_executable`."""
        return self._read(path, lambda: self.files.exists(path), otherwise=if_unknown)

    def is_missing(self, path: str) -> bool:
        """Return whether there is certainly nothing at a path, links followed."""
        try:
            return not self.files.exists_for_certain(path)
        except FileError:
            return False

    def computed(
        self, path: str, compute: t.Callable[[], t.Iterable[T]], most: int, *, what: str = "set values"
    ) -> list[T]:
        """Return the first ``most`` of what is computed on a file; that there is more is noted.

        None where that takes too much, which is noted, too. ``what`` says in a message what the file does so often.
        """
        try:
            with self.budget.spent():
                found = list(itertools.islice(compute(), most + 1))
        except TooCostlyError as exc:
            reason = (
                f"{printable(path)} cannot be understood: {exc}. Make shorter what takes that much, or remove what "
                f"calls it."
            )
            self.unseen.setdefault(path, Unseen(path, reason, "", is_failure=True))
            return []
        if len(found) > most:
            reason = f"{printable(path)} may {what} more than {most} times, and only these are looked at."
            self.note_lead(path, reason)
        return found[:most]

    def note_lead(self, path: str, reason: str) -> None:
        """Note that a file names another one that was not found, or more than is looked at, as ``reason`` says."""
        self.unseen.setdefault(reason, Unseen(path, reason, "", is_failure=True))

    def _file(self, path: str) -> SysctlFile:
        return self._read(path, lambda: self._within_budget(path), SysctlFile(path, path, kind="unreadable"))

    def _within_budget(self, path: str) -> SysctlFile:
        if self.reading.refusal:
            raise too_much(path, self.reading.refusal)
        file = self.files.known(path)
        if file.kind == "file":  # most of what is looked for is missing
            self.reading.spend(file)
        return file

    def _read(self, path: str, read: t.Callable[[], T], otherwise: T) -> T:
        """Return what a function reads; another value where it fails, which is noted."""
        try:
            return read()
        except FileError as exc:
            self._keep(Unseen(path, str(exc), "", is_failure=True))
            return otherwise

    def _keep(self, one: Unseen) -> None:
        """Keep a place once; where something leads to it for which that is not usual, it is not."""
        known = self.unseen.get(one.path)
        if known is None or known.is_usual:
            self.unseen[one.path] = one

    def _note(self, file: SysctlFile) -> None:
        target = self.resolve(file.target)
        if file.is_too_large:
            reason = f"{printable(file.path)} cannot be read: {file.reason}. Make it smaller."
            self._keep(Unseen(target, reason, "", is_failure=True))
            return
        place = denying(self.files, target)
        is_closed = place in CLOSED_TO_USERS or (place == target and file.path in CLOSED_TO_USERS)
        self._keep(Unseen(place, file.reason, file.denied, is_usual=is_closed and file.denied == "to_user"))

    def _note_executable(self, file: SysctlFile) -> None:
        if self.files.isdir(file.target) or self._may_be_executable(file):
            self._note(file)

    def _is_script(self, target: str) -> bool:
        return self._read(target, lambda: self.files.begins_with(target, b"#!"), otherwise=False)

    def _may_be_executable(self, file: SysctlFile) -> bool:
        return self.is_executable(file.target, if_unknown=True) or not self.exists(file.target, if_unknown=True)
