# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what a call of sysctl(8) or systemd-sysctl(8) with these arguments does. Nothing here looks at a host."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    HZ_LOWEST,
    KEYS,
    kernel_reading,
    sysctl_name,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

STANDARD_INPUT = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")

# src/sysctl.c of procps-ng: main(). With the first ones it shows keys, or itself, and sets nothing.
_SHOWS = frozenset(("-a", "-A", "-X", "-h", "-V", "-d", "--all", "--help", "--version", "--dry-run"))
# With these it prints nothing, or no whole lines.
_QUIET = frozenset(("-q", "-n", "-N", "-b", "--quiet", "--values", "--names", "--binary"))
_FLAGS = frozenset("bneNwfpqoxaAXrVdh")
_LONG = (
    *("--all", "--binary", "--deprecated", "--dry-run", "--help", "--ignore", "--load", "--names"),
    *("--pattern", "--quiet", "--system", "--values", "--version", "--write"),
)
_LOADS = re.compile(r"-[a-zA-Z]*[pf]|--l")
_MARKS_OF_FILES = frozenset("/$%{~")
_KNOWN_NAME = re.compile(r"/[^$%{]*")
_SHOWS_BY_SYSTEMD = frozenset(("--help", "-h", "--version", "--cat-config", "--tldr"))
_REPEATS = re.compile(r"[*+?{]")
_MOST_REPEATS = 3
_MOST_ALTERNATIVES = 8
_LONGEST_PATTERN = 200
# What begins a variable of a shell, a specifier of systemd, or an expression of supervisor.
_IS_FILLED_IN = re.compile(r"[${%]")
# A key, or a pattern in its place. A variable may stand for the begin of its name.
_NAME = re.compile(
    r"-?(?:[./]?net[./]+ipv4[./]+|[^\s=]{0,200}\$[^\s=]{0,200}?)"
    r"tcp_keepalive_(?:(time|intvl|probes)|\w{0,40}[*?\[{$%][^\s=]{0,40})"
)


@dataclasses.dataclass(frozen=True)
class Application:
    """A call that applies sysctl files: those that ``names`` name, in this order, or those of a boot (None).

    A name may be a pattern of glob(7).
    """

    loader: Loader
    names: tuple[str, ...] | None

    @property
    def is_known(self) -> bool:
        """Whether all names are whole paths without variables, so that it is known which files they mean."""
        return all(map(_KNOWN_NAME.fullmatch, self.names or ()))


@dataclasses.dataclass(frozen=True)
class Call:
    """What a call does: ``applies`` files, takes settings from its standard input, and from these of its arguments.

    ``is_quiet`` says that it does not print these as lines of a sysctl file, as it does else.
    """

    applies: Application | None = None
    reads_input: bool = False
    settings: tuple[int, ...] = ()
    is_quiet: bool = False


NOTHING = Call()


def read_call(words: t.Sequence[str]) -> Call:
    """Return what procps' ``sysctl`` does with these arguments; a wrong one makes it do nothing."""
    options, positions = _options(words)
    if options is None or _SHOWS.intersection(options):
        return NOTHING
    pattern = options.get("--pattern", options.get("-r"))
    if pattern is not None and not _may_choose_keys(pattern):
        return NOTHING
    if "--system" in options:
        return Call(Application("procps", None))
    loads = [options[name] for name in ("-p", "-f", "--load") if name in options]
    if not loads:
        return Call(settings=tuple(positions), is_quiet=bool(_QUIET.intersection(options)))
    first = next((index for index, word in enumerate(words) if _LOADS.match(word)), 0)
    given = [words[index] for index in positions if index > first or not words[index].startswith("$")]  # or its options
    files = [name for name in loads if name] + given
    if not files:
        return Call(Application("procps", (SYSCTL_CONF,)))
    names = tuple(name for name in files if _is_file(name) and name not in STANDARD_INPUT)
    reads_input = any(name in STANDARD_INPUT for name in files)
    return Call(Application("procps", names) if names else None, reads_input)


def _is_file(name: str) -> bool:
    """Whether a word may name a file, and is no setting and no word of a sentence."""
    return "=" not in name and (name.endswith(".conf") or not _MARKS_OF_FILES.isdisjoint(name))


def _options(words: t.Sequence[str]) -> tuple[dict[str, str] | None, list[int]]:
    """Return the options with their values, None where one is wrong, and where the other arguments stand."""
    options: dict[str, str] = {}
    positions: list[int] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            return options, [*positions, *range(index, len(words))]
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            known = [name] if name in _LONG else [option for option in _LONG if option.startswith(name)]
            if len(known) != 1 or (equals and known[0] not in ("--load", "--pattern")):
                return None, []
            if known[0] == "--pattern" and not equals:
                value = words[index] if index < len(words) else ""
                index += 1
            options[known[0]] = value
        elif word.startswith("-") and len(word) > 1:
            for place, flag in enumerate(word[1:], start=2):
                if flag not in _FLAGS:
                    return None, []
                options[f"-{flag}"] = word[place:] if flag in "pr" else ""
                if flag == "r" and not word[place:]:
                    options["-r"] = words[index] if index < len(words) else ""
                    index += 1
                if flag in "pr":
                    break
        else:
            positions.append(index - 1)
    return options, positions


def read_systemd_call(words: t.Sequence[str]) -> Call:
    """Return what ``systemd-sysctl`` does with these arguments; without files it does again what the boot did."""
    if _SHOWS_BY_SYSTEMD.intersection(words):
        return NOTHING
    before = ("", *words)
    places = [index for index, word in enumerate(words) if not word.startswith("-") and before[index] != "--prefix"]
    if "--inline" in words:
        return Call(settings=tuple(places), is_quiet=True)
    names = tuple(words[index] for index in places if _is_file(words[index]))
    return Call(Application("systemd-sysctl", names)) if names else NOTHING


def values_of(setting: str) -> dict[Key, int | None]:
    """Return the keys that ``KEY=VALUE`` sets, each with its value, None where that cannot be read off.

    A value that no kernel takes sets nothing.
    """
    name, equals, value = setting.partition("=")
    found = _NAME.fullmatch(name.strip())
    if not equals or not found:
        return {}
    if not found[1]:
        return dict.fromkeys(KEYS)
    key = t.cast("Key", found[1])
    read = value_read(key, value)
    return {} if read is False else {key: read}


def value_read(key: Key, written: str) -> int | t.Literal[False] | None:
    """Return the value that a kernel reads, None where that cannot be read off, False where it takes none."""
    if is_filled_in(written):
        return None
    value = kernel_reading(key, written.strip().encode("utf-8", "surrogateescape"), hz=HZ_LOWEST)
    return False if value is None else value


def is_filled_in(text: str) -> bool:
    """Whether what runs a command puts something else in the place of a part of this text."""
    return _IS_FILLED_IN.search(text) is not None


def _may_choose_keys(pattern: str) -> bool:
    """Whether sysctl's ``--pattern`` lets keepalive keys through; one that could take long to try may."""
    if _may_take_long(pattern):
        return True
    try:
        return any(re.search(pattern, sysctl_name(key)) for key in KEYS)
    except (re.error, OverflowError):  # of a number that is too large
        return True


def _may_take_long(pattern: str) -> bool:
    """Whether a pattern has more choices than can be tried; a group that is repeated, or repeats one, has."""
    repeats = len(_REPEATS.findall(pattern))
    return (
        len(pattern) > _LONGEST_PATTERN
        or repeats > _MOST_REPEATS
        or (repeats > 0 and "(" in pattern)
        or pattern.count("|") > _MOST_ALTERNATIVES
    )
