# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read TOML, strictly: what this reader takes, every reader of TOML 1.0 takes, and as the same.

Python has a reader of its own from 3.11 on. Strings keep the number of their line; numbers, dates and booleans are
only recognised. Engines differ about what is odd but legal, such as tables that are extended by dotted keys, so that
is refused: its reader then does not know rather than guess. Source: https://toml.io/en/v1.0.0
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_strings import STRING_STARTS, Scanner
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError

if t.TYPE_CHECKING:
    Keys = t.List[str]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NUMBER = (
    r"[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
    r"|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|[+-]?(?:inf|nan)"
)
_DAY = (
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"  # the last days of months are refused, not computed
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_DATE = rf"{_DAY}(?:[Tt ]{_CLOCK}{_ZONE}?)?|{_CLOCK}"
# What may stand behind a value: a blank, a comment, the end of a line, of an array or of a table.
_OTHER = re.compile(
    rf"(?P<bool>true|false)(?=[\s,#\]}}]|\Z)|(?:{_DATE})(?=[\s,#\]}}]|\Z)|(?:{_NUMBER})(?=[\s,#\]}}]|\Z)"
)
_DEEPEST = 40


@dataclasses.dataclass(frozen=True)
class Text:
    """A string, and the number of the line on which it begins, from 1."""

    text: str
    line: int


@dataclasses.dataclass(frozen=True)
class Array:
    """An array, or an array of tables."""

    items: list[Value]
    line: int
    of_tables: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """A table. ``kind`` says how it came to be, which decides what may add to it."""

    items: dict[str, Value] = dataclasses.field(default_factory=dict)
    line: int = 1
    kind: t.Literal["header", "above", "dotted", "inline"] = "header"


@dataclasses.dataclass(frozen=True)
class Other:
    """A number, a date or a boolean, as it is written."""

    text: str
    line: int


if t.TYPE_CHECKING:
    Value = t.Union[Text, Array, Table, Other]


def read_toml(text: bytes) -> Table:
    """Return the table that a document is.

    :raises ConfigurationSyntaxError: with the number of the line, where it is no TOML or not certain.
    """
    try:
        document = text.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ConfigurationSyntaxError("it is not UTF-8", line=text.count(b"\n", 0, exc.start) + 1) from exc
    return _Reader(document).document()


class _Reader(Scanner):
    def document(self) -> Table:
        root = Table()
        section = root
        own: set[int] = set()  # the dotted tables of this section
        while self.skip_to_expression():
            if self.peek() == "[":
                section = self._header(root)
                own = set()
            else:
                self._pair(section, own, depth=0)
            self.end_of_line()
        return root

    def _header(self, root: Table) -> Table:
        line = self.line
        bracket = "[[" if self.peek(2) == "[[" else "["
        self.position += len(bracket)
        *above, last = self._key()
        self.expect("]" * len(bracket))
        table = root
        for name in above:
            table = self._table_above(table, name, line)
        found = table.items.get(last)
        if bracket == "[":
            if found is not None and not (isinstance(found, Table) and found.kind == "above"):
                raise self.error(f"{last} is defined again")
            new = Table(found.items if isinstance(found, Table) else {}, line)
            table.items[last] = new
            return new
        if found is None:
            found = table.items[last] = Array([], line, of_tables=True)
        if not isinstance(found, Array) or not found.of_tables:
            raise self.error(f"{last} is defined again")
        new = Table(line=line)
        found.items.append(new)
        return new

    def _table_above(self, table: Table, name: str, line: int) -> Table:
        found = table.items.setdefault(name, Table(line=line, kind="above"))
        if isinstance(found, Array) and found.of_tables:
            found = found.items[-1]
        if not isinstance(found, Table) or found.kind not in ("header", "above"):
            raise self.error(f"{name} is no table to which a header adds")
        return found

    def _pair(self, table: Table, own: set[int], *, depth: int) -> None:
        line = self.line
        *above, last = self._key()
        for name in above:
            found = table.items.get(name)
            if found is None:
                found = table.items[name] = Table(line=line, kind="dotted")
                own.add(id(found))
            if not isinstance(found, Table) or id(found) not in own:
                raise self.error(f"{name} is defined elsewhere")
            table = found
        if last in table.items:
            raise self.error(f"{last} is defined again")
        self.expect("=")
        self.skip_blanks()
        table.items[last] = self._value(depth)

    def _key(self) -> Keys:
        keys = []
        while True:
            self.skip_blanks()
            bare = _BARE_KEY.match(self.text, self.position)
            if bare:
                self.position = bare.end()
                keys.append(bare.group())
            elif self.peek() in STRING_STARTS and self.peek(3) not in ('"""', "'''"):
                keys.append(self.string())
            else:
                raise self.error("there is no key")
            self.skip_blanks()
            if self.peek() != ".":
                return keys
            self.position += 1

    def _value(self, depth: int) -> Value:
        if depth > _DEEPEST:
            raise self.error("arrays and tables are too deep")
        line, start = self.line, self.peek()
        if start and start in STRING_STARTS:
            return Text(self.string(), line)
        if start == "[":
            return self._array(line, depth)
        if start == "{":
            return self._inline_table(line, depth)
        other = _OTHER.match(self.text, self.position)
        if other is None:
            raise self.error("there is no value")
        self.position = other.end()
        return Other(other.group(), line)

    def _array(self, line: int, depth: int) -> Array:
        items: list[Value] = []
        self.position += 1
        while True:
            self.skip_lines()
            if self.peek() == "]":
                break
            items.append(self._value(depth + 1))
            self.skip_lines()
            if self.peek() != ",":
                break
            self.position += 1
        self.expect("]")
        return Array(items, line)

    def _inline_table(self, line: int, depth: int) -> Table:
        table = Table(line=line, kind="inline")
        own: set[int] = set()
        self.position += 1
        self.skip_blanks()
        while self.peek() != "}" or table.items:
            self._pair(table, own, depth=depth + 1)
            self.skip_blanks()
            if self.peek() != ",":
                break
            self.position += 1
            self.skip_blanks()
        self.expect("}")
        return table
