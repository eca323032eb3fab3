# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the scripts that lines call: by their whole path, or as a shell or systemd would complete the name.

What a name means is guessed towards more: a folder that a script enters counts for all of its lines, and a variable has
each value that it is given. A path that is wrong does no harm, as nothing is there.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import SHELLS, is_language
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import REFERENCE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import MOST_OF_A_FILE, Called
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED,
    CALLS,
    HOME,
    LOCAL_FOLDERS,
    SCRIPT_OF_STATE,
    STATE,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import WRAPPERS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import CalledBy
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader

_MOST_VALUES = 20  # of a variable
_MOST_FOLDERS = 20  # that a script enters
_MOST_PATTERNS = 100  # in a script, of files in folders
_LONGEST_VALUE = 200
_MOST_REFERENCES = 5  # to variables, in a word
_ASSIGNED = re.compile(r"(\w+)=(.+)", re.DOTALL)
_HOME = re.compile(r"(?<![^\s=:])~(?:root)?(?=[/;&\s]|\Z)|\$(?:HOME\b|\{HOME\})|%h(?=/)")
_QUOTES = str.maketrans("", "", "\"'\\")
_DEFAULT = re.compile(r"\$\{\w+:?[-=](/[^{}$]*)\}")
# The script itself, and what dirname(1), readlink(1) and realpath(1) print of a path.
_SELF = frozenset(("$0", "${0}", "$BASH_SOURCE", "${BASH_SOURCE}"))
_FIRST = re.compile(r"(\$\{\w+)\[0\]")
_CUT_OFF = re.compile(r"\$\{(\w+)%/\*\}")
_OF_PATH = re.compile(r"(?:\$\(|`)[ \t]*(dirname|readlink|realpath)(?:[ \t]+-[\w-]*)*[ \t]+([^\s`()<>;&|]+)[ \t]*[)`]")
_MOST_NESTED = 3
_ENTERED = re.compile(
    r"(?:\$\(|`)[ \t]*cd[ \t]+(?:-\S*[ \t]+)*([^\s`()<>;&|]+)(?:[ \t]*[\d&]?>>?[ \t]*(?:/dev/null|&\d))*"
    r"[ \t]*(?:&&|;)[ \t]*pwd(?:[ \t]+-\w)?[ \t]*[)`]"
)
_PIPELINE_END = re.compile(r"\|\||(?<![<>])&(?!>)|[;\n]")  # no 2>&1, no &>
# A variable in a name; below /etc services read the files of their options so.
_UNKNOWN = re.compile(r"(/(?!etc/)[^$]+/[^$/]*)\$(?:\w+|\{\w+\})([^$/]*)")
_BLANKS = re.compile(r"[\s`()<>,\ue000]+")
_PATTERN = re.compile(r"[*?\[]")
_CALLED = re.compile(CALLED.pattern.decode())
# In crontab(5) blanks may stand around the equals sign.
_BLANKS_AROUND_EQUALS = re.compile(r"\A[ \t]*(\w+)[ \t]*=[ \t]*(?=[/~$])")
_OF_PROGRAMS = ":"  # begins a folder in which programs are looked for by their names alone, as in PATH
_ENTER = frozenset(("cd", "pushd", "chdir", "-C"))  # the option of env(1)
_EXECS = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
# Behind these words the program of a command stands.
_BEFORE_PROGRAM = WRAPPERS | {"", "do", "then", "else", "if", "!", "{"}
_AT = frozenset(("at", "batch"))
_SHELLS = SHELLS | {"source", "."}
_TEXT = re.compile(r"-[a-z]*c")  # the option of a shell behind which a script itself stands
_OF_OPTIONS = frozenset(("pipefail", "posix"))  # names that follow -o


def may_call(files: Reader, text: bytes, folders: t.Sequence[str] = ()) -> bool:
    """Whether a text may call a script, given the ``folders`` in which it is run."""
    return bool(folders) or CALLS.search(text) is not None or files.names_local_program(text)


def called_by(
    files: Reader,
    file: SysctlFile,
    rows: t.Iterable[bytes],
    folders: t.Sequence[str] = (),
    assigned: t.Iterable[bytes] = (),
) -> list[Called]:
    """Return the scripts that lines of a file call, of too many the first ones; that there are more is noted.

    ``folders`` are those in which the lines are run, and with those that they enter also the scripts. One of ``PATH``
    has a colon before it. ``assigned`` are lines that only give variables their values.
    """
    lines = _Lines(files, file.path, [*folders], len(folders) + _MOST_FOLDERS)
    found = files.computed(
        file.path, lambda: dict.fromkeys(lines.called(rows, assigned)), MOST_OF_A_FILE, what="call files"
    )
    entered = tuple(folder for folder in lines.folders if _has_scripts(folder.lstrip(_OF_PROGRAMS)))
    return [dataclasses.replace(one, folders=entered) for one in found]


class _Given(t.NamedTuple):
    """A word of a command; ``by`` says what is given the file that it may name.

    ``is_program`` says that it is the command itself, ``is_folder`` that all files in it are run, ``is_entered`` that
    the next lines run there. ``loop`` is the variable into which a loop reads what the command prints.
    """

    text: str
    by: CalledBy = ""
    is_program: bool = False
    is_folder: bool = False
    is_entered: bool = False
    loop: str = ""


@dataclasses.dataclass
class _Lines:
    """Lines of the file at ``path``, with the ``folders`` where they run or that they enter, and their variables.

    What is left out of these, because it is too much, is noted.
    """

    files: Reader
    path: str
    folders: list[str]
    most_folders: int
    values: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    _listed: set[tuple[str, CalledBy]] = dataclasses.field(default_factory=set)
    _missing: dict[str, bool] = dataclasses.field(default_factory=dict)
    _programs: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)  # by folder of PATH

    def called(self, rows: t.Iterable[bytes], assigned: t.Iterable[bytes]) -> t.Iterator[Called]:
        """Yield the files that may be called by rows, given others with the values of variables."""
        for row in assigned:
            self._noted_words(row.decode("utf-8", "surrogateescape"))
        words: list[_Given] = []
        for text in (row.decode("utf-8", "surrogateescape") for row in rows):
            yield from _scripts(text)
            words += self._noted_words(text)
        run: dict[str, CalledBy] = {name: "" for word in words if word.is_program for name in _names(word.text)}
        run.update((name, word.by) for word in words if word.by for name in _names(word.text))
        loop = ""
        for before, word in zip(("", *(word.text for word in words)), words):
            loop = before if word.text == "in" else "" if word.text == "do" else loop
            variable = word.loop or loop
            is_run = word.by or word.is_folder or variable in run
            is_folder = word.is_folder or word.loop in run
            for text in self._expanded(word.text) if is_run or not _PATTERN.search(word.text) else ():
                name = _as_pattern(text) if word.by or word.is_program else text
                yield from self._files(name, word.by or run.get(variable, ""), is_folder=is_folder)

    def _noted_words(self, row: str) -> list[_Given]:
        """Return the words of a line, with their variables and folders noted."""
        words = list(_words(self._plain(row)))
        for word in words:
            self._note(word)
        return words

    def _plain(self, row: str) -> str:
        """Return a line without quotes, with the folders that it computes."""
        row = _BLANKS_AROUND_EQUALS.sub(r"\1=", row.translate(_QUOTES))
        if "$" in row or "`" in row:
            row = _CUT_OFF.sub(r"$(dirname ${\1})", _FIRST.sub(r"\1", _DEFAULT.sub(r"\1", row)))
            for _level in range(_MOST_NESTED):
                row = _OF_PATH.sub(self._of_path, row)
            row = _ENTERED.sub(r"\1", row)
        return _HOME.sub(self._home, row)

    def _home(self, found: t.Match[str]) -> str:
        """Return root's home folder, or the variable where the lines give it another value, too."""
        if found.group() not in ("~root", "%h") and self.values.get("HOME"):
            return "$HOME"
        return HOME if self.files.sees_home else found.group()

    def _of_path(self, found: t.Match[str]) -> str:
        """Return the folder of a path, or the path without links; a command whose path is not known as it stands."""
        path = self.path if found[2] in _SELF else self._expanded(found[2])[-1]
        if "$" in path or not path.startswith("/"):
            return found.group()
        return posixpath.dirname(path) if found[1] == "dirname" else self.files.resolve(path)

    def _note(self, word: _Given) -> None:
        assigned = _ASSIGNED.fullmatch(word.text)
        if assigned:
            known = self.values.setdefault(
                assigned[1], [HOME] if assigned[1] == "HOME" and self.files.sees_home else []
            )
            for value in self._expanded(assigned[2]):
                if assigned[1] == "PATH":
                    self._search(value)
                elif value.startswith("/") and ":" not in value and value not in known:  # no list of folders
                    self._add_value(known, value)
        elif word.is_entered:
            for folder in self._expanded(word.text):
                if folder.startswith("/"):
                    self._enter(folder)

    def _search(self, path: str) -> None:
        """Note the folders of a list in which programs are looked for; those of any text are known."""
        for folder in path.split(_OF_PROGRAMS):
            is_closed = f"{folder}/".startswith(f"{HOME}/") and not self.files.sees_home
            if folder.startswith("/") and folder not in LOCAL_FOLDERS and _has_scripts(folder) and not is_closed:
                self._enter(f"{_OF_PROGRAMS}{folder}")

    def _add_value(self, known: list[str], value: str) -> None:
        if len(value) > _LONGEST_VALUE:
            self._note_limit(
                f"gives a variable a value of more than {_LONGEST_VALUE} characters, which is not followed"
            )
        elif len(known) >= _MOST_VALUES:
            self._note_limit(f"gives a variable more than {_MOST_VALUES} values, and only these are followed")
        else:
            known.append(value)

    def _enter(self, folder: str) -> None:
        if folder in self.folders:
            return
        if len(self.folders) < self.most_folders:
            self.folders.append(folder)
        else:
            self._note_limit(f"enters more than {_MOST_FOLDERS} folders, and only these are looked at")

    def _note_limit(self, what: str) -> None:
        """Note that some of what the lines say is left out."""
        reason = f"{printable(self.path)} {what}. Call the scripts by their whole path."
        self.files.note_lead(self.path, reason)

    def _expanded(self, word: str) -> list[str]:
        """Return a word with the values of its variables, those that are not known as they stand."""
        names = _names(word) if "$" in word else []
        most = max((len(self.values.get(name, ())) for name in names), default=0)
        if not most or len(names) > _MOST_REFERENCES:
            return [word]
        return [REFERENCE.sub(functools.partial(self._value, index), word) for index in range(most)]

    def _value(self, index: int, found: t.Match[str]) -> str:
        """Return a value of the variable that was found, the one with this index as far as it has so many."""
        values = self.values.get(found[1] or found[2])
        return values[index % len(values)] if values else found.group()

    def _files(self, word: str, by: CalledBy, *, is_folder: bool) -> t.Iterator[Called]:
        """Yield the files that a word may name."""
        word = word.rpartition("=")[2]
        for folder in self.files.local_programs.get(word, ()):
            yield Called(f"{folder}/{word}", by)
        if "/" not in word:
            found = (f"{folder}/{word}" for folder in self._searched() if word in self._programs[folder])
            yield from (Called(path, by) for path in found if _is_script(path))
            if not by:
                return
        is_whole = word.startswith("/")
        for folder in ["/"] if is_whole else self.folders:
            if folder.startswith(_OF_PROGRAMS):
                continue
            path = posixpath.normpath("/" + f"{folder}/{word}".lstrip("/"))
            if _PATTERN.search(posixpath.basename(path)):
                yield from self._matching(path, by)
                continue
            if is_folder:
                yield from self._matching(f"{path}/*", by)
            if _is_script(path) and (is_whole or not self._is_missing(path)):
                yield Called(path, by)

    def _searched(self) -> t.Iterator[str]:
        """Yield the folders of ``PATH``, whose names are then known."""
        for folder in (one[1:] for one in self.folders if one.startswith(_OF_PROGRAMS)):
            if folder not in self._programs:
                self._programs[folder] = frozenset(self.files.names(folder))
            yield folder

    def _is_missing(self, path: str) -> bool:
        if path not in self._missing:
            self._missing[path] = self.files.is_missing(path)
        return self._missing[path]

    def _matching(self, pattern: str, by: CalledBy) -> t.Iterator[Called]:
        """Yield the files that match a pattern; of those that nothing is given only programs."""
        folder = posixpath.dirname(pattern)
        if (pattern, by) in self._listed:
            return
        if len(self._listed) >= _MOST_PATTERNS:
            what = f"names more than {_MOST_PATTERNS} folders or patterns of scripts, and only these are looked at"
            self._note_limit(what)
            return
        self._listed.add((pattern, by))
        if folder not in DIRECTORIES and not folder.startswith(STATE) and _CALLED.fullmatch(f"{folder}/x"):
            for path in self.files.paths(pattern):
                if by or self.files.is_executable(self.files.resolve(path), if_unknown=True):
                    yield Called(path, by)


def _names(word: str) -> list[str]:
    return [found[1] or found[2] for found in REFERENCE.finditer(word)]


def _as_pattern(path: str) -> str:
    """Return a path with ``*`` in the place of a variable that is not known."""
    found = _UNKNOWN.fullmatch(path)
    return f"{found[1]}*{found[2]}" if found else path


def _scripts(text: str) -> t.Iterator[Called]:
    """Yield the files that a text names by their whole path."""
    yield from (Called(path) for path in _CALLED.findall(text) if _is_script(path))


def _has_scripts(folder: str) -> bool:
    return _CALLED.match(f"{folder}/x") is not None


def _is_script(path: str) -> bool:
    is_of_program = path.startswith(STATE) and not path.endswith(SCRIPT_OF_STATE)
    return not is_of_program and _CALLED.fullmatch(path) is not None


def _words(row: str) -> t.Iterator[_Given]:
    """Yield the words of a line."""
    for pipeline in _PIPELINE_END.split(row):
        reads: CalledBy = ""  # what the output of a command is given to
        loop = ""
        found: list[list[_Given]] = []
        for command in reversed(pipeline.split("|")):
            words, reads = _words_of(command, reads)
            found.append([one._replace(loop=loop) for one in words] if loop else words)
            loop = _variable_of(words) or loop
        yield from itertools.chain.from_iterable(reversed(found))


def _variable_of(words: t.Iterable[_Given]) -> str:
    """Return the variable into which a loop reads what the command before it prints, empty where it is none."""
    texts = [one.text for one in words if one.text]
    return texts[-1] if {"while", "read"} < {*texts} else ""


def _words_of(command: str, reads: CalledBy) -> tuple[list[_Given], CalledBy]:
    """Return the words of a command whose output something reads, and what itself reads as a script."""
    found: list[_Given] = []
    by: CalledBy = ""
    enters = False
    words = _BLANKS.split(command)
    names = [posixpath.basename(word) for word in words]
    of_at = not _AT.isdisjoint(names)
    for before, word, name in zip(("", *words), words, names):
        runner = _runner(name)
        is_given = bool(by and word and word[0] not in "-+" and word not in _OF_OPTIONS)
        if of_at and (before == "-f" or ("<" in command and word.startswith("/"))):
            by, is_given = "shell", True
        is_program = before in _BEFORE_PROGRAM and (not found or found[-1].is_program)
        enters = before in _ENTER or (enters and before.startswith("-"))
        found.append(_Given(word, by if is_given else reads, is_program, is_entered=enters))
        by = runner or ("" if is_given or (by == "shell" and _TEXT.match(word)) else by)
    runs = any(one.text in _EXECS and (after.text == "{}" or _runs(after.text)) for one, after in zip(found, found[1:]))
    if "run-parts" in names or ("find" in names and (reads or runs)):
        by_find = next((one.by for one in found if one.text == "{}"), reads)
        found = [one._replace(by=one.by or by_find, is_folder=True) for one in found]
    return found, by


def _runs(program: str) -> bool:
    name = posixpath.basename(program)
    return name in WRAPPERS or bool(_runner(name))


def _runner(name: str) -> CalledBy:
    if name in _SHELLS:
        return "shell"
    return "language" if is_language(name) else ""
