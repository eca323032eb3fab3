# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Match the patterns in keys of sysctl files, glob(7) and fnmatch(3), with the three keys' names."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import functools
import re
import string
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


GLOB_CHARACTERS = re.compile(rb"[*?\[]")
FNMATCH_CHARACTERS = re.compile(rb"[*?\[\\]")
_PLAIN = re.compile(rb"[^*?\[\\]+")

# Folders on the way to the keys and beside it.
_FOLDERS = frozenset([b"proc", b"sys", b"net", b"core", b"ipv4", b"conf", b"all", b"default", b"kernel", b"vm", b"fs"])
_WANTED = {key: f"{SYSCTL_PREFIX}{key}".encode().split(b"/") for key in KEYS}
_LONGEST_PART = max(len(part) for parts in _WANTED.values() for part in parts)
_LONGEST_NAME = 4096  # limits.h: PATH_MAX

# Nobody writes that many braces, and glob(3) itself would take forever over some more.
_MOST_ALTERNATIVES = 1000
_LONGEST_WITH_BRACES = 4096
_BRACE_TOKEN = re.compile(rb"\\.|[{},]", re.DOTALL)


@functools.lru_cache(maxsize=128)  # the same few patterns stand in many files
def expand(pattern: bytes, key: Key) -> bytes | None:
    """Return the name under which a glob finds a key, None where it does not match.

    The name is the canonical one unless the pattern itself has superfluous parts.
    """
    parts = pattern.split(b"/")
    places = steps(parts)
    wanted = _WANTED[key]
    if len(places) != len(wanted) or not parts[-1]:
        return None
    for index, name in zip(places, wanted):
        if not _translated(parts[index], _LONGEST_PART).fullmatch(name):
            return None
        parts[index] = name
    return b"/".join(parts)


def matches(pattern: bytes, name: bytes) -> bool:
    """Whether fnmatch(3) without flags, to which a slash is no special character, matches what expand() returned."""
    plain = _PLAIN.match(pattern)
    # how they begin tells most patterns, without the cost of a translation
    is_likely = plain is None or name.startswith(plain.group())
    return is_likely and _translated(pattern, _LONGEST_NAME).fullmatch(name) is not None


def alternatives(pattern: bytes) -> list[bytes]:
    """Return the patterns that glob(3) makes of one with braces, which is GLOB_BRACE.

    There are at most :data:`_MOST_ALTERNATIVES`; a longer text than :data:`_LONGEST_WITH_BRACES` is left as it is.
    """
    if b"{" not in pattern or len(pattern) > _LONGEST_WITH_BRACES:
        return [pattern]
    found: list[bytes] = []
    pending = [pattern]
    while pending and len(found) < _MOST_ALTERNATIVES:
        pattern = pending.pop()
        ones = _alternatives_of_first(pattern)
        pending.extend(reversed(ones))
        if not ones:
            found.append(pattern)
    return found


def _alternatives_of_first(pattern: bytes) -> list[bytes]:
    """Return the patterns that the first braces stand for, none where there are no whole ones."""
    begin = _position(pattern, 0, b"{")
    commas = [begin]
    while begin >= 0 and pattern[commas[-1] : commas[-1] + 1] != b"}":
        commas.append(_position(pattern, commas[-1] + 1, b",}"))
        if commas[-1] < 0:
            begin = -1
    if begin < 0:
        return []
    rest = pattern[commas[-1] + 1 :]
    return [pattern[:begin] + pattern[first + 1 : last] + rest for first, last in zip(commas, commas[1:])]


def _position(pattern: bytes, start: int, wanted: bytes) -> int:
    """Return where one of the wanted characters stands outside of inner braces, -1 where none does."""
    depth = 0
    for token in _BRACE_TOKEN.finditer(pattern, start):
        char = token.group()
        if depth == 0 and char in wanted:
            return token.start()
        depth += (char == b"{") - (char == b"}")
    return -1


def steps(parts: list[bytes]) -> list[int]:
    """Return the indexes of the parts of a name that lead somewhere once the file system has resolved it.

    The name is relative to /proc/sys. There are none where it leads elsewhere, or back from a
    folder of which it is not known that each kernel has it.
    """
    if b".." not in parts:
        return [index for index, part in enumerate(parts) if part not in (b"", b".")]
    whole = [b"proc", b"sys", *parts]
    found: list[int] = []
    for index, part in enumerate(whole):
        if part == b"..":
            if found and whole[found.pop()] not in _FOLDERS:
                return []
        elif part not in (b"", b"."):
            found.append(index)
    return [index - 2 for index in found[2:]] if [whole[index] for index in found[:2]] == [b"proc", b"sys"] else []


# In brackets, a closing bracket that stands first is a member, and so is one behind a backslash, in a class, an
# equivalence class or a collating symbol; a range may begin and end with such a symbol. fnmatch(3) matches nothing at
# all where a symbol has no end. The lookahead is one that does not try again.
_END = rb"(?:\[\..*?\.\]|\\.|(?!\[\.)[^\]\\])"
_MEMBERS = rb"(?:\](?:-%(end)s)?)?(?:\[:[a-z]+:\]|\[=.=\]|%(end)s(?:-%(end)s)?)*" % {b"end": _END}
_GLOB_TOKEN = re.compile(
    rb"\*|\?|\[(?P<negated>[!^]|(?![!^]))(?=(?P<members>%s))(?P=members)(?:\]|(?P<endless>-?\[\.))"
    rb"|\\?(?P<literal>.)" % _MEMBERS,
    re.DOTALL,
)
_BRACKET_TOKEN = re.compile(
    rb"\[:(?P<class>[a-z]+):\]|\[=(?P<equal>.)=\]"
    rb"|(?:\[\.(?P<symbol>.*?)\.\]|\\?(?P<first>.))(?:-(?:\[\.(?P<last_symbol>.*?)\.\]|\\?(?P<last>.)))?",
    re.DOTALL,
)
# All that the keys' names and their folders are made of, and the classes of ctype(3) these belong to.
_LETTERS, _DIGITS, _REST = string.ascii_lowercase.encode(), string.digits.encode(), b"_./"
_ALPHABET = _LETTERS + _DIGITS + _REST
_CLASSES = {
    b"alpha": _LETTERS,
    b"lower": _LETTERS,
    b"xdigit": b"abcdef" + _DIGITS,
    b"digit": _DIGITS,
    b"alnum": _LETTERS + _DIGITS,
    b"punct": _REST,
    b"graph": _ALPHABET,
    b"print": _ALPHABET,
    b"upper": b"",
    b"space": b"",
    b"blank": b"",
    b"cntrl": b"",
}

_NEVER = re.compile(rb"(?!)")


@functools.lru_cache(maxsize=32)
def _translated(glob: bytes, longest: int) -> t.Pattern[bytes]:
    """Translate a glob(7) pattern for names of at most ``longest`` bytes; Python's own fnmatch reads it differently.

    What stands between two stars is matched where it is found first, once and for all: trying other places would help
    nothing and could take forever.
    """
    pieces = [b""]
    length = 0
    for token in _GLOB_TOKEN.finditer(glob):
        if token.group() == b"*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append(b"")
            continue
        length += 1
        if length > longest:
            return _NEVER
        if token["endless"] is not None:
            return _NEVER
        if token["literal"] is not None:
            pieces[-1] += re.escape(token["literal"])
        elif token["members"] is not None:
            pieces[-1] += _bracket(negated=bool(token["negated"]), members=token["members"])
        else:
            pieces[-1] += b"."
    first, *others = pieces
    if not others:
        return re.compile(first, re.DOTALL)
    middle = [rb"(?=(.*?%s))\%d" % (piece, number) for number, piece in enumerate(others[:-1], start=1)]
    return re.compile(b"".join([first, *middle, b".*", others[-1]]), re.DOTALL)


def _bracket(*, negated: bool, members: bytes) -> bytes:
    """Translate a bracket expression, as far as the characters of the keys' names go."""
    matched: set[int] = set()
    is_cut = False
    for token in _BRACKET_TOKEN.finditer(members):
        if token["class"] is not None:
            found = _CLASSES.get(token["class"])
        else:
            first = token["equal"] or token["symbol"] or token["first"]
            last = token["last_symbol"] or token["last"] or first
            found = bytes(range(first[0], last[0] + 1)) if first and last and len(first + last) == 2 else None
        if found is None:  # a class or a symbol that there is not: fnmatch(3) gives up there
            is_cut = True
            break
        matched.update(found)
    chosen = bytes(char for char in _ALPHABET if (char in matched) != negated and not (negated and is_cut))
    return b"[" + chosen + b"]" if chosen else rb"(?!)"
