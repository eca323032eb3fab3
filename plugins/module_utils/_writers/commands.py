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
import fnmatch
import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import (
    ASSIGNMENT,
    SCOPES,
    WRAPPERS,
    name_of,
    runs_elsewhere,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell import (
    RELEVANT,
    applications,
    assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell_tree import (
    CONTINUED,
    Command,
    ShellError,
    Word,
    commands_of,
    words_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    Application,
    read_call,
    read_systemd_call,
    value_read,
    values_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.shell_tree import Pipeline
    from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Call

    KeyValues = t.Tuple[t.Tuple[Key, t.Optional[int]], ...]
    Effect = t.Union["Sets", "Applies", "Fills"]

_MOST_NESTED = 6
_MOST_CHARACTERS = 1 << 19  # of all texts that a script runs and hands on, each time that it does
_LONGEST = 1 << 17  # no script that people write; a longer one is looked at line by line
_RELEVANT = re.compile(RELEVANT.pattern.decode())
_SYSCTL = re.compile(r"sysctl|\$\{?\w*(?i:sysctl)\w*\}?")
_SHELLS = frozenset(
    ("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "rbash", "at", "batch", "crontab", "source", ".")
)
_LANGUAGES = re.compile(r"(?:python|perl|ruby|node|php|lua|tclsh)[0-9.]*")
_PRINTERS = frozenset(("echo", "printf"))
_MUTE = frozenset(
    (
        *(":", "true", "false", "test", "[", "[[", "logger", "wall", "mail", "mailx", "sendmail", "read"),
        *("case", "unset", "alias", "type", "which", "hash", "man", "apropos", "history", "ls", "stat"),
        *("dialog", "whiptail", "notify-send", "zenity", "cowsay", "figlet", "plymouth", "wc", "less", "more", "diff"),
        *(
            "augtool",
            "git",
            "rm",
            "touch",
            "chmod",
            "chown",
            "mkdir",
            "systemctl",
            "journalctl",
            "apt-get",
            "dnf",
            "pgrep",
            "pkill",
            "ps",
        ),
    )
)
# These hand on what they read, perhaps changed.
_FILTERS = frozenset(
    (
        "cat",
        "grep",
        "egrep",
        "fgrep",
        "zgrep",
        "rg",
        "sed",
        "awk",
        "gawk",
        "mawk",
        "tr",
        "sort",
        "uniq",
        "cut",
        "head",
        "tail",
        "fold",
        "nl",
    )
)
# A function of a script whose name says that it shows its arguments.
_SPEAKS = re.compile(
    r"(?i)(?!.*(?:run|exec|eval|cmd|call|(?:\A|_)(?:do|and|try)(?:_|\Z)))"
    r"(?:.*(?:echo|print|log|msg|messages?|info|warn|warning|err|error|die|fatal|fail|note|notice|say|usage|help|debug"
    r"|banner|title|success|comment|abort|description|desc)|e(?:begin|end)|log_\w+|echo_\w+|print_\w+)"
)
# A write to the key's file, by a path that is whole, relative, or begins with a variable.
_FILE = re.compile(r"(?:(?:/.*)?/+proc/+sys/+net/+ipv4/+|(?!/)(?:.*/)?)tcp_keepalive_(.+)", re.DOTALL)
_PART = re.compile(r"(?:time|intvl|probes)|[\w${},]{1,60}")
_FILES = re.compile(r"/proc/+sys/+net/+ipv4/+tcp_keepalive_")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ELEMENT = re.compile(r"\[(.*)\]", re.DOTALL)
_SETS_ARGUMENTS = re.compile(
    r"(?i:sysctl)\b[^\n]{0,100}?[ \t\"']\$\{?\w+\}?[\"']*=|>[ \t]*[\"']?/proc/sys/[^ \t\n]{0,60}\$"
)
_SETTER = re.compile(r"(?i)(?!.*(?:get|check|read|show|verify|test|is_|print|log|has|need)).*sysctl.*")
_ARGUMENT = re.compile(r"(?:[^ \t]*[./])?tcp_keepalive_(time|intvl|probes)")
_PLACES_OF_SCRIPTS = re.compile(
    r".*\.sh\Z|(?:.*/)?s?bin/|/etc/(?:rc|init\.d|local\.d|cron|systemd/|network/if-|ppp/|profile|runit|service/|udev/)"
    r"|/var/spool/cron|.*(?:dispatcher|per-boot|/system/)",
    re.DOTALL,
)
_IN_PLACE = re.compile(r"-[a-zA-Z]*i|--in-place")
_LINE = re.compile(r"[^\n]+")
_CONVERSION = re.compile(r"%[-0-9.]*[sdibu]")
_ESCAPED_END = re.compile(r"(?:\\n)+\Z")


@dataclasses.dataclass(frozen=True)
class Sets:
    """A line that gives keys values, None where these cannot be read off."""

    line: int
    values: KeyValues


@dataclasses.dataclass(frozen=True)
class Applies:
    """A line that applies sysctl files."""

    line: int
    application: Application


@dataclasses.dataclass(frozen=True)
class Fills:
    """A line that writes keys into a sysctl file, or ``appends`` them to it."""

    line: int
    values: KeyValues
    appends: bool


def effects_of(text: str, line: int = 1) -> list[Effect]:
    """Return what a shell script does, whose first line has this number, in no order."""
    script = _Script()
    script.run_text(Word(text, line))
    return script.found


def effects_of_words(words: t.Sequence[Word]) -> list[Effect]:
    """Return what a single command does that no shell reads."""
    script = _Script()
    script.run([[Command(list(words))]])
    return script.found


def loose_effects(text: str, line: int = 1) -> list[Effect]:
    """Return what the lines of a text may do that is no shell script, each looked at by itself."""
    found: list[Effect] = []
    for number, row in enumerate(text.replace(CONTINUED, "\n").split("\n"), start=line):
        if _RELEVANT.search(row):
            written = row.encode("utf-8", "surrogateescape")
            values = assignments(written)
            if values:
                found.append(Sets(number, tuple(values.items())))
            found += [Applies(number, application) for application in applications(written)]
    return found


class _Script:
    def __init__(self) -> None:
        self.found: list[Effect] = []
        self._depth = 0
        self._written: dict[str, list[Sets]] = {}
        self._files: dict[str, list[Word]] = {}
        self._variables: dict[str, str] = {}
        self._left = _MOST_CHARACTERS
        self._sets_arguments = False  # a function calls sysctl with a key that it is given

    def run_text(self, text: Word) -> list[Word]:
        """Follow a text that a shell runs, and return what it prints."""
        if self._left <= 0 or not _RELEVANT.search(text.clean) or not self._spend(len(text.text), text.line):
            return []
        if self._depth >= _MOST_NESTED:
            self._sets(text.line, dict.fromkeys(KEYS))
            return []
        try:
            if len(text.text) > _LONGEST:
                raise ShellError("the text is too long")
            pipelines = parse_shell(text.text, text.line)
        except ShellError:
            self.found += loose_effects(text.text, text.line)
            return []
        self._depth += 1
        self._note_variables(pipelines)
        self._sets_arguments = self._sets_arguments or _SETS_ARGUMENTS.search(text.text) is not None
        printed = self.run(pipelines)
        self._depth -= 1
        return printed

    def _spend(self, count: int, line: int) -> bool:
        """Whether a text may still be looked at; where too much was, the script may do anything."""
        if self._left <= 0:
            return False
        if self._left <= count:
            self._sets(line, dict.fromkeys(KEYS))
        self._left -= count
        return self._left > 0

    def _note_variables(self, pipelines: t.Iterable[Pipeline]) -> None:
        """Note the variables that are given one value only, to be read in the names of keys and files."""
        values: dict[str, set[str]] = {}
        for word in words_of(pipelines):
            variable = ASSIGNMENT.match(word.clean)
            if variable:
                values.setdefault(variable.group()[:-1], set()).add(word.clean[variable.end() :])
        self._variables.update(
            (name, next(iter(given))) for name, given in values.items() if len(given) == 1 and "$" not in "".join(given)
        )

    def _expanded(self, text: str) -> str:
        return _VARIABLE.sub(lambda found: self._variables.get(found[1] or found[2], found.group()), text)

    def _values_of(self, setting: str) -> dict[Key, int | None]:
        """Return what a setting gives; variables are read in the name of its key, and not in its value."""
        name, equals, value = setting.partition("=")
        element = _ELEMENT.fullmatch(name)  # of an array that has the keys as names
        return values_of(f"{self._expanded(element[1] if element else name)}{equals}{value}")

    def _run_printed(self, texts: t.Iterable[Word]) -> list[Word]:
        """Follow texts that a command has printed and a shell runs; ``\\n`` ends a line there."""
        printed = []
        for text in texts:
            if self._left > 0:
                printed += self.run_text(Word(text.text.replace("\\n", " ; "), text.line))
        return printed

    def run(self, pipelines: t.Iterable[Pipeline], given: t.Sequence[Word] = ()) -> list[Word]:
        """Follow commands that are given a text to read, and return what they print."""
        printed: list[Word] = []
        for pipeline in pipelines:
            text = list(given)
            for command in pipeline:
                text = self._command(command, text)
            printed += text
        return printed

    def _command(self, command: Command, given: list[Word]) -> list[Word]:
        for redirection in command.redirections:
            if redirection.operator in ("<<", "<<<"):
                given = [redirection.target]
            elif redirection.operator == "<":
                given = self.run(redirection.target.body)
        if given and not self._spend(sum(len(text.text) for text in given), given[0].line):
            given = []
        if command.body is None:
            printed = self._simple(command.words, given)
        else:
            if command.words and command.words[0].clean == "for":
                self._unknown(command.words)
                self._loop_over_files(command.words, command.body)
            elif given and _mentions_sysctl(command.body):
                self._settings(given)
            printed = self.run(command.body, given)
        for redirection in command.redirections:
            if redirection.writes:
                text = printed if redirection.takes_output else []
                self._write(redirection.target, text, appends=redirection.operator in (">>", "&>>"))
        return [] if any(redirection.takes_output for redirection in command.redirections) else printed

    def _loop_over_files(self, words: t.Iterable[Word], body: list[Pipeline]) -> None:
        """Take the files of keys for written over which a loop goes that writes to a variable's file."""
        writes = any(
            one.takes_output and "$" in one.target.clean
            for command in commands_of(body)
            for one in command.redirections
        ) or any(word.clean == "tee" for word in words_of(body))
        for word in words:
            if writes and _FILES.search(word.clean):
                self._sets(word.line, dict.fromkeys(KEYS))

    def _simple(self, words: list[Word], given: list[Word]) -> list[Word]:
        assigned = list(itertools.takewhile(lambda word: ASSIGNMENT.match(word.clean), words))
        rest = words[len(assigned) :]
        if not rest:
            self._unknown(assigned)
            return []
        given = given + [printed for word in rest for printed in self.run(word.body)]
        place = _place_of_program(rest)
        if runs_elsewhere([word.clean for word in (rest if place is None else rest[: place + 1])]):
            return []
        if place is None or name_of(rest[place].clean) in _SHELLS:
            self._run_printed(text for word in rest for text in self._files.get(word.clean, ()))
        if place is None:
            if given and name_of(rest[0].clean) in WRAPPERS:  # such as sudo -s
                return self._run_printed(given)
            return self._unknown(rest)
        return self._known(rest[place:], given, prefix=rest[:place])

    def _known(self, words: list[Word], given: list[Word], *, prefix: list[Word]) -> list[Word]:
        name, arguments = name_of(words[0].clean), words[1:]
        if _SYSCTL.fullmatch(name) or name == "systemd-sysctl":
            if any(name_of(word.clean) in ("xargs", "parallel") for word in prefix):
                arguments = arguments + [Word(row.strip(), number) for number, row in _rows(given)]
            self._sysctl(words[0].line, name, arguments, given)
            return []
        if name in _PRINTERS:
            return _printed(name, arguments)
        if name in _FILTERS:
            return self._filter(name, arguments, given)
        if name == "tee":
            appends = any(word.clean in ("-a", "--append") for word in arguments)
            for word in arguments:
                if not word.clean.startswith("-"):
                    self._write(word, given, appends=appends)
            return given
        if name == "dd":
            for word in arguments:
                if word.clean.startswith("of="):
                    self._write(Word(word.clean[3:], word.line), [], appends=False)
            return []
        if name in ("cp", "mv", "install"):
            if len(arguments) > 1:
                reads = any(word.clean == "/dev/stdin" for word in arguments)
                self._write(arguments[-1], given if reads else [], appends=False)
            return []
        if name in _SHELLS:
            takes_text = any(word.clean.startswith("-") and "c" in word.clean for word in arguments)
            return self._unknown(words) if takes_text else self._run_printed(given)
        if name == "perl" and any(_IN_PLACE.match(word.clean) for word in arguments):
            return self._filter(name, arguments, given)
        if _LANGUAGES.fullmatch(name):
            for word in (*arguments, *given):
                self.found += loose_effects(word.text, word.line)
        return []

    def _sysctl(self, line: int, name: str, arguments: list[Word], given: list[Word]) -> None:
        read: t.Callable[[t.Sequence[str]], Call] = read_systemd_call if name == "systemd-sysctl" else read_call
        words = [word.clean for word in arguments]
        call = read([self._expanded(word) if word.startswith("$") else word for word in words])
        for index in call.settings:
            self._sets(arguments[index].line, self._values_of(words[index]))
        if call.reads_input:
            self._settings(given)
        if call.applies:
            self.found.append(Applies(line, call.applies))
            for path in call.applies.names or ():
                self.found += self._written.get(path, [])

    def _sets(self, line: int, values: t.Mapping[Key, int | None]) -> None:
        if values:
            self.found.append(Sets(line, tuple(values.items())))

    def _settings(self, texts: t.Iterable[Word]) -> None:
        """Take lines ``KEY=VALUE`` for set."""
        for number, row in _rows(texts):
            self._sets(number, self._values_of(row))

    def _unknown(self, words: t.Sequence[Word]) -> list[Word]:
        """Follow a program that may run its arguments, or set what they say; return what it prints."""
        printed: list[Word] = []
        name = name_of(words[0].clean) if words else ""
        if not words or _SPEAKS.fullmatch(name):
            return []
        # a function that is given a key and a value
        is_setter = len(words) > 2 and (self._sets_arguments or _SETTER.fullmatch(name) is not None)
        for whole in words:
            variable = ASSIGNMENT.match(whole.clean)
            if not _RELEVANT.search(whole.clean) or (variable and _SPEAKS.fullmatch(variable.group()[:-1])):
                continue
            word = Word(whole.text[variable.end() :], whole.line) if variable else whole
            clean = word.clean.strip()
            values = self._values_of(clean)
            key = _ARGUMENT.fullmatch(self._expanded(clean)) if is_setter else None
            if key:
                values = {t.cast("Key", key[1]): None}
            if values:
                self._sets(word.line, values)
            elif len(clean.split()) > 1:
                before = len(self.found)
                shown = self.run_text(word)
                printed += shown
                if len(self.found) == before and not shown:  # a list of settings
                    self._settings(Word(part.group(), word.line_at(part.start())) for part in _parts(word.text))
        return printed

    def _filter(self, name: str, arguments: list[Word], given: list[Word]) -> list[Word]:
        edits = name in ("sed", "perl") and any(_IN_PLACE.match(word.clean) for word in arguments)
        if edits:
            paths = [word.clean for word in arguments if len(word.clean.split()) == 1]
            is_settings, is_script = any(map(_is_sysctl_file, paths)), any(map(_PLACES_OF_SCRIPTS.match, paths))
            for number, values in (found for word in arguments for found in _edited(word)):
                if is_settings:
                    self.found.append(Fills(number, values, appends=False))
                elif is_script:
                    self.found.append(Sets(number, values))
            return []
        return given

    def _write(self, target: Word, printed: list[Word], *, appends: bool) -> None:
        path = self._expanded(target.clean)
        keys = _keys_of_file(path)
        if keys:
            self._sets(target.line, _values_printed(keys, printed))
            return
        settings = [
            Sets(number, tuple(values.items()))
            for number, row in _rows(printed)
            for values in [self._values_of(row)]
            if values
        ]
        if _is_sysctl_file(path):
            self.found += [Fills(one.line, one.values, appends) for one in settings]
            return
        self._written.setdefault(path, []).extend(settings)
        self._files.setdefault(path, []).extend(printed)
        if _PLACES_OF_SCRIPTS.match(path):
            self._run_printed(printed)


def _place_of_program(words: t.Sequence[Word]) -> int | None:
    """Return where the program stands that decides what a command does; others may stand before it."""
    is_wrapped = True
    for index, word in enumerate(words):
        name = name_of(word.clean)
        if _SYSCTL.fullmatch(name) or name == "systemd-sysctl":
            speaks = not is_wrapped and _SPEAKS.fullmatch(name_of(words[0].clean))
            return None if speaks else index
        is_known = name in _PRINTERS or name in _MUTE or name in _FILTERS or name in _SHELLS
        is_known = is_known or name in ("tee", "dd", "cp", "mv", "install") or _LANGUAGES.fullmatch(name) is not None
        if is_wrapped and is_known:
            return index
        if index == 0:
            is_wrapped = name in WRAPPERS or name in SCOPES
    return None


def _printed(name: str, arguments: list[Word]) -> list[Word]:
    """Return the text that echo or printf print."""
    options = ("-n", "-e", "-E", "-ne", "-en", "--")
    words = list(itertools.dropwhile(lambda word: word.clean in options, arguments))
    if not words:
        return []
    if name == "printf" and "%" in words[0].text:
        return _formatted(words[0], words[1:])
    text, line = words[0].text, words[0].line
    for word in words[1:]:
        gap = word.line - line - text.count("\n") - text.count(CONTINUED)
        text += CONTINUED * max(gap, 0) + " " + word.text
    return [Word(text, line)]


def _formatted(form: Word, words: list[Word]) -> list[Word]:
    """Return what printf(1) prints: its format once for as many words as it takes, as long as there are any."""
    parts = _CONVERSION.split(form.text)
    count = len(parts) - 1
    found = []
    for begin in range(0, max(len(words), 1), count or len(words) or 1):
        taken = [word.text for word in words[begin : begin + count]] + [""] * count
        text = "".join(part for pair in zip(parts, [*taken[:count], ""]) for part in pair)
        found.append(Word(text, words[begin].line if words else form.line))
    return found


def _rows(texts: t.Iterable[Word]) -> t.Iterator[tuple[int, str]]:
    """Yield the lines of texts with their numbers; ``\\n`` ends one, too, as printf and echo have it."""
    for text in texts:
        for row in _LINE.finditer(text.text):
            for part in row.group().split("\\n"):
                yield text.line_at(row.start()), part.replace(CONTINUED, "").strip()


def _parts(text: str) -> t.Iterator[t.Match[str]]:
    return re.finditer(r"[^\s\ue000]+", text)


def _edited(word: Word) -> t.Iterator[tuple[int, KeyValues]]:
    """Yield the keys that a script of sed(1) writes."""
    if re.search(r"d\s*\Z", word.clean):
        return
    for number, row in _rows([word]):
        values = assignments(
            row.replace("/", " ").replace("|", " ").replace(",", " ").encode("utf-8", "surrogateescape")
        )
        if values:
            yield number, tuple(values.items())


def _keys_of_file(path: str) -> tuple[Key, ...]:
    """Return the keys whose file this may be."""
    found = _FILE.fullmatch(path)
    if found is None or not _PART.fullmatch(found[1]):
        return ()
    return tuple(key for key in KEYS if key == found[1]) or (KEYS if "$" in found[1] or "{" in found[1] else ())


def _values_printed(keys: tuple[Key, ...], printed: t.Sequence[Word]) -> dict[Key, int | None]:
    """Return the values that a text gives when it is written to the files of keys."""
    if len(keys) != 1 or len(printed) != 1 or "%" in printed[0].clean:
        return dict.fromkeys(keys)
    value = value_read(keys[0], _ESCAPED_END.sub("", printed[0].clean))
    return {} if value is False else {keys[0]: value}


def _is_sysctl_file(path: str) -> bool:
    folders = (f"{folder}/*.conf" for folder in DIRECTORIES)
    return path == SYSCTL_CONF or "$" in path or any(fnmatch.fnmatchcase(path, folder) for folder in folders)


def _mentions_sysctl(body: t.Iterable[Pipeline]) -> bool:
    return any(_SYSCTL.fullmatch(name_of(word.clean)) for word in words_of(body))
