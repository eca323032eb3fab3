# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the texts that commands hand on: what echo and printf print, the lines of a text, what sed(1) writes."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, Word
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import assignments
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import value_read

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import KeyValues

_LINE = re.compile(r"[^\n]+")
_LINE_BREAKS = re.compile(r"[\n\ue000]")
_PART = re.compile(r"[^\s\ue000]+")
_AWK_PRINT = re.compile(r"\bprint(f?)[ \t(]*\"((?:[^\"\\]|\\.)*)\"([^;}\n>\"]{0,200})(?:(>>?)[ \t]*\"([^\"]*)\")?")
_AWK_ASSIGNED = re.compile(r"(?:(?<![=!<>~])=|,)[ \t]*\"((?:[^\"\\]|\\.)*)\"")
_AWK_RUNS = re.compile(
    r"\bsystem[ \t]*\([^\n]{0,400}"
    r"|\bprintf?\b[^;}\n]{0,300}(?:>>?[ \t]*\"/proc/sys/[^\"\n]{0,99}\"|\|[ \t]*\"[^\"\n]{0,99}\")"
)
# Of sed(1), where the text that a command adds need not be in a line of its own.
_SED_ADDS = re.compile(r"(?<![A-Za-z])([aic])\\+(?=\S)")
# A substitution of sed(1) and perl(1), with the mark between its parts, and what ends the commands before it.
_PART_OF_SUBSTITUTION = r"((?:(?!\1)[^\\]|\\.){0,500})\1"
_SUBSTITUTION = re.compile(rf"(?<![A-Za-z_\\])s([/|#,@!:;%~+^]){_PART_OF_SUBSTITUTION * 2}", re.DOTALL)
_COMMAND_END = re.compile(r"[;}\n]")
# A key in an address, a pattern, or what replaces it.
_NAMED = re.compile(r"keepalive(?:_(time|intvl|probes)(?![a-z])|_?(?![a-z_]))")
_OTHER_NAME = re.compile(r"[\s./-]*[A-Za-z_][\s\w./-]*")
# What is no value: a part of what was matched, or of the name of a key.
_NO_VALUE = re.compile(r"\\[0-9]|ipv4")
_VALUE = re.compile(r"[0-9$%]")
_KEPT = re.compile(r"\\[0-9]|[$&]|keepalive")
_WRITTEN = re.compile(r"(?:=|\\[0-9]|\$\{[0-9]\})[ \t]*([0-9]+)\Z")
# The end of a pattern that takes the whole value.
_TO_END = re.compile(r"(?:(?:\.|\\[dS]|\[0-9\]|\[\[:digit:\]\])(?:\*|\\?\+)|[0-9])\\?\)?\$?\Z")
_TAKES_PATTERN = re.compile(r"\w*grep|rg|sed|\w*awk")
_FILE = re.compile(r"[~$./][^\s^#;|\\=]+|[\w.-]+\.conf")  # and no pattern of grep(1), sed(1) and awk(1)
_ARGUMENT_FILE = re.compile(r"(?:-a|--arg-file=?)(.*)", re.DOTALL)
_REPLACED = re.compile(r"-I(.*)", re.DOTALL)
_BEGINS_KEY = re.compile(r"(?:net[./](?:ipv4[./](?:tcp_(?:keepalive_)?)?)?)?")
_CONVERSION = re.compile(r"%[-0-9.]*[sdibu]")


def printed_by(name: str, arguments: list[Word], may_print: t.Callable[[int], bool]) -> list[Word]:
    """Return the text that echo or printf print.

    ``may_print`` says of a number of characters whether so many may be printed by a format. Else this prints nothing.
    """
    options = ("-n", "-e", "-E", "-ne", "-en", "--")
    words = list(itertools.dropwhile(lambda word: word.clean in options, arguments))
    if not words:
        return []
    if name == "printf" and "%" in words[0].text:
        return _formatted(words[0], words[1:], may_print)
    texts, line = [words[0].text], words[0].line + len(_LINE_BREAKS.findall(words[0].text))
    for word in words[1:]:
        gap = max(word.line - line, 0)
        texts.append(CONTINUED * gap + " " + word.text)
        line += gap + len(_LINE_BREAKS.findall(word.text))
    return [Word("".join(texts), words[0].line)]


def _formatted(form: Word, words: list[Word], may_print: t.Callable[[int], bool]) -> list[Word]:
    """Return what printf(1) prints: its format once for as many words as it takes, as long as there are any."""
    parts = _CONVERSION.split(form.text)
    count = len(parts) - 1
    times = -(-len(words) // count) if count else 1
    if not may_print(times * len(form.text) + sum(len(word.text) for word in words)):
        return []
    found = []
    for begin in range(0, max(len(words), 1), count or len(words) or 1):
        taken = [word.text for word in words[begin : begin + count]] + [""] * count
        text = "".join(part for pair in zip(parts, [*taken[:count], ""]) for part in pair)
        found.append(Word(text, words[begin].line if words else form.line))
    return found


def printed_by_awk(program: Word) -> t.Iterator[tuple[Word, str, bool]]:
    """Yield the texts that a program of awk(1) prints, each with its file, and whether it is appended to that.

    The name of the file is empty for the standard output.
    """
    for found, line in _found(_AWK_PRINT, program):
        text = _CONVERSION.sub("$", found[2]) if found[1] else found[2] + ("$" if found[3].strip(" \t),") else "")
        yield Word(text.replace('\\"', '"'), line), found[5] or "", found[4] == ">>"


def assigned_by_awk(program: Word) -> list[Word]:
    """Return the texts that a program of awk(1) gives variables, as ``$0 = "..."``, and functions, as sub()."""
    return [Word(found[1], line) for found, line in _found(_AWK_ASSIGNED, program)]


def run_by_awk(program: Word) -> list[Word]:
    """Return the calls of a program of awk(1) that run commands, or write into files of the kernel."""
    return [Word(found.group(), line) for found, line in _found(_AWK_RUNS, program)]


def _found(pattern: t.Pattern[str], word: Word) -> t.Iterator[tuple[t.Match[str], int]]:
    """Yield what a pattern finds in a word, each with its line."""
    line, counted = word.line, 0
    for found in pattern.finditer(word.text):
        line += word.text.count("\n", counted, found.start()) + word.text.count(CONTINUED, counted, found.start())
        counted = found.start()
        yield found, line


def files_read(name: str, arguments: list[Word]) -> list[Word]:
    """Return the files that arguments of cat(1), grep(1), sed(1) and their like name, whose text these print."""
    words = [word for word in arguments if not word.clean.startswith("-")]
    names = words[1:] if _TAKES_PATTERN.fullmatch(name) else words
    return [dataclasses.replace(word, is_file=True) for word in names if _FILE.fullmatch(word.clean)]


def files_of_xargs(words: t.Sequence[Word]) -> list[Word]:
    """Return the files that xargs(1) or parallel(1) reads in place of its standard input."""
    return [Word(name, words[0].line, is_file=True) for name in _values_of_option(_ARGUMENT_FILE, words)]


def _values_of_option(option: t.Pattern[str], words: t.Sequence[Word]) -> t.Iterator[str]:
    """Yield the values of an option, each in the same word or in the next one."""
    for word, following in zip(words, [*words[1:], Word("", 0)]):
        found = option.fullmatch(word.clean)
        if found and (found[1] or following.clean):
            yield found[1] or following.clean


def takes_words_of_xargs(words: t.Sequence[Word], arguments: t.Iterable[Word]) -> bool:
    """Whether an argument of sysctl(8), which xargs(1) runs, is what xargs reads, or names the key so."""
    marks = list(_values_of_option(_REPLACED, words))
    return not marks or any(_BEGINS_KEY.fullmatch(word.clean.partition(marks[0])[0]) for word in arguments)


def rows(texts: t.Iterable[Word]) -> t.Iterator[tuple[int, str]]:
    """Yield the lines of texts with their numbers; ``\\n`` ends one, too, as printf and echo have it."""
    for text in (text for text in texts if not text.is_file):
        for row, line in _found(_LINE, text):
            for part in row.group().split("\\n"):
                yield line, part.replace(CONTINUED, "").strip()


def parts(text: Word) -> list[Word]:
    """Return what blanks and line breaks part in a text."""
    return [Word(part.group(), line) for part, line in _found(_PART, text)]


def edited(word: Word) -> t.Iterator[tuple[int, KeyValues]]:
    """Yield the keys that a script of sed(1) or perl(1) writes: the settings that it adds, and those it changes."""
    others, end = [], 0
    for command, begin in _found(_SUBSTITUTION, word):
        before = word.text[end : command.start()]
        address = before if "{" in before else _COMMAND_END.split(before)[-1]
        others.append(before[: len(before) - len(address)])
        others.append("".join(_LINE_BREAKS.findall(address + command.group())) or " ")
        end = command.end()
        line = begin + len(_LINE_BREAKS.findall(word.text, command.start(), command.start(3)))
        for number, row in rows([Word(command[3], line)]) if command[3] else [(line, "")]:
            values = _substituted("" if address.rstrip().endswith("!") else address, command[2], row)
            if values:
                yield number, tuple(values.items())
    rest = dataclasses.replace(word, text=_SED_ADDS.sub(r"\1 ", "".join([*others, word.text[end:]])))
    if re.search(r"d\s*\Z", rest.clean):
        return
    for number, row in rows([rest]):
        values = _settings(re.sub("[/|,]", " ", row))
        if values:
            yield number, tuple(values.items())


def _substituted(address: str, pattern: str, replacement: str) -> dict[Key, int | None]:
    """Return the keys of the lines that a command changes, each with its value, None where that cannot be read off.

    A setting that becomes a remark, or loses its value, sets nothing; a remark that becomes a setting does.
    """
    named = [found[1] for found in _NAMED.finditer(address + pattern)]
    is_remark = replacement.startswith(("#", ";"))
    whole = _settings(replacement)
    if is_remark or whole or not named:
        return {} if is_remark else whole
    name, equals, _value = replacement.partition("=")
    if equals and _OTHER_NAME.fullmatch(name) and not _NAMED.search(name):
        return {}
    keeps = _KEPT.search(replacement) if replacement else "." not in pattern and not _NAMED.search(pattern)
    if not ("#" in pattern and keeps) and not _VALUE.search(_NO_VALUE.sub("", replacement)):
        return {}
    keys = [key for key in KEYS if key in named] or list(KEYS)
    written = _WRITTEN.search(replacement)
    if len(keys) > 1 or not written or not _TO_END.search(pattern):
        return dict.fromkeys(keys)
    value = value_read(keys[0], written[1])
    return {} if value is False else {keys[0]: value}


def _settings(row: str) -> dict[Key, int | None]:
    return assignments(row.encode("utf-8", "surrogateescape"))
