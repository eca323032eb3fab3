# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which lines give other values after the boot, given what each line does; nothing here looks at a host."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import typing as t
from types import MappingProxyType

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import applied
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import files_read
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    rules_of,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SYSCTL_CONF, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, kernel_reading
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.patterns import is_matched
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    Application,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Rules, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values

    Code = t.Literal["sets_value", "applies_files", "appends_to_file", "writes_file"]
    CalledBy = t.Literal["", "shell", "language"]
    Candidate = t.Union["Setter", "Applier", "AppliedFile", "Profile", "TunedFiles"]


_TUNED_FILES = ("/etc/sysctl.d/", SYSCTL_CONF)

_TEXT_MAX = 200
_CONSEQUENCES: dict[str, str] = {
    "sets_value": "may set other keepalive values after the boot",
    "applies_files": "may set other keepalive values after the boot",
    "appends_to_file": "may append other keepalive values to a sysctl file",
    "writes_file": "may write other keepalive values to a sysctl file",
}
MOST_OF_A_FILE = 1000  # more lines of one file would not help a reader


@dataclasses.dataclass(frozen=True)
class Writer:
    """A line that may set keepalive keys after the boot. ``text`` are its first 200 characters."""

    path: str
    line: int
    text: str
    code: Code = "sets_value"

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it."""
        return {"code": self.code, "path": printable(self.path), "line": self.line, "text": self.text}


@dataclasses.dataclass(frozen=True)
class Unseen:
    """A file or folder in which such a line may stand, and which cannot be read, or one that names what is not found.

    ``denied`` says to whom the system denies it. ``is_usual`` says that it is closed to users on most hosts, and that
    nothing in it sets the keys there. ``is_failure`` says that reading failed otherwise, or that what the file names is
    not found or too much, and that ``reason`` is a message about it.
    """

    path: str
    reason: str
    denied: Denied
    is_usual: bool = False
    is_failure: bool = False


@dataclasses.dataclass(frozen=True)
class Setter:
    """A line that gives keys values, in the kernel or in a sysctl file; None where these cannot be read off."""

    writer: Writer
    values: tuple[tuple[Key, int | None], ...]

    def writers(self, context: BootContext) -> list[Writer]:
        """Return the line where it may change a value."""
        return [self.writer] if any(value is None or value != context.values[key] for key, value in self.values) else []


@dataclasses.dataclass(frozen=True)
class Applier:
    """A line that applies sysctl files."""

    writer: Writer
    application: Application

    def writers(self, context: BootContext) -> list[Writer]:
        """Return the line where the files give other values than the boot."""
        return [self.writer] if context.changes(context.applied(self.application)) else []


@dataclasses.dataclass(frozen=True)
class AppliedFile:
    """A sysctl file that something else than the boot's loader applies."""

    path: str

    def writers(self, context: BootContext) -> list[Writer]:
        """Return the file's lines for the keys to which it gives other values than the boot."""
        file = context.tree.get(self.path)
        changed = context.changes(context.applied(Application("procps", (self.path,))))
        if file is None or not changed:
            return []
        rows = file.text.split(b"\n")
        deciding = [one for one in statements(file.text, context.rules("procps")) if any(map(one.concerns, changed))]
        return [writer_at(file, one.line, rows[one.line - 1]) for one in deciding[:MOST_OF_A_FILE]]


@dataclasses.dataclass(frozen=True)
class Profile:
    """A line of a tuned profile.

    ``yields`` says that tuned then applies once more what the files in /etc say (``reapply_sysctl``).
    """

    writer: Writer
    key: Key
    value: bytes
    yields: bool

    def writers(self, context: BootContext) -> list[Writer]:
        """Return the line where it may give another value than the boot, and the files in /etc give none."""
        again = context.applied_by_tuned if self.yields else {}
        value = kernel_reading(self.key, self.value, hz=context.hz)  # none of a variable, or a comparison
        return [self.writer] if self.key not in again and value != context.values[self.key] else []


@dataclasses.dataclass(frozen=True)
class TunedFiles:
    """The line that makes a tuned profile active, with which tuned applies the files in /etc once more."""

    writer: Writer

    def writers(self, context: BootContext) -> list[Writer]:
        """Return the line where the files, as tuned reads them, give other values than the boot."""
        return [self.writer] if context.changes(context.applied_by_tuned) else []


@dataclasses.dataclass(frozen=True)
class Called:
    """A script that a line calls, which is to be looked into.

    ``by`` says that a shell is given it, or a program that interprets another language. ``folders`` are those in which
    it may run, and with a colon before them those of ``PATH``; one that runs in others is the same script. One that
    ``only_writes`` cannot set the host's keys, but can write its sysctl files.
    """

    path: str
    by: CalledBy = ""
    only_writes: bool = False
    folders: tuple[str, ...] = dataclasses.field(default=(), compare=False)


# plugin_sysctl.py of tuned splits lines at the equals sign; there are no patterns.
TUNED_RULES = rules_of("procps", (3, 3, 17))


class BootContext:
    """The boot that candidates are compared with: a system's files, the values its boot gives, the kernel's tick rate.

    ``versions`` are the releases of the programs that apply files, as far as these make a difference.
    """

    def __init__(
        self,
        tree: Tree,
        values: Values,
        *,
        hz: int,
        versions: t.Mapping[Loader, Version | None] = MappingProxyType({}),
    ) -> None:
        self.tree = tree
        self.values = values
        self.hz = hz
        self._versions = versions
        self._applied: dict[Application, dict[Key, int]] = {}

    def changes(self, values: t.Mapping[Key, int]) -> list[Key]:
        """Return the keys to which these values give another one than the boot."""
        return [key for key in KEYS if key in values and values[key] != self.values[key]]

    def rules(self, loader: Loader) -> Rules:
        """Return how a program that the system has reads files."""
        return rules_of(loader, self._versions.get(loader))

    def applied(self, application: Application) -> dict[Key, int]:
        """Return the values that a call sets; many lines make the same call."""
        if application not in self._applied:
            rules = self.rules(application.loader)
            names = application.names
            files = (
                files_read(self.tree, rules)
                if names is None
                else [file for name in names for file in self._named(name)]
            )
            self._applied[application] = applied(files, rules, hz=self.hz)
        return self._applied[application]

    def _named(self, name: str) -> list[SysctlFile]:
        file = self.tree.get(name)
        if file is not None:
            return [file]
        return sorted((file for file in self.tree.files if is_matched(file.path, name)), key=lambda file: file.path)

    @functools.cached_property
    def applied_by_tuned(self) -> dict[Key, int]:
        """The values that the files in /etc give when tuned applies them."""
        files = Tree(tuple(file for file in self.tree.files if file.path.startswith(_TUNED_FILES)))
        return applied(files_read(files, TUNED_RULES), TUNED_RULES, hz=self.hz)


def consequence_of(code: str) -> str:
    """Return in words what a line with this code may do; one that is not known may set values."""
    return _CONSEQUENCES.get(code, _CONSEQUENCES["sets_value"])


def writers_among(candidates: t.Iterable[Candidate], context: BootContext) -> list[Writer]:
    """Return the lines that may give other values than the boot, by path and line."""
    found = {writer for candidate in candidates for writer in candidate.writers(context)}
    return sorted(found, key=lambda writer: (writer.path, writer.line, writer.code))


def loaders_called(candidates: t.Iterable[Candidate]) -> set[Loader]:
    """Return the programs that candidates call to apply sysctl files."""
    found: set[Loader] = set()
    for candidate in candidates:
        if isinstance(candidate, Applier):
            found.add(candidate.application.loader)
        elif isinstance(candidate, AppliedFile):
            found.add("procps")
    return found


def writer_at(place: SysctlFile, number: int, row: bytes, code: Code = "sets_value") -> Writer:
    """Return a line of a file as results show it."""
    begin = row.strip()[: 4 * _TEXT_MAX]  # a character has four bytes at most
    text = printable(begin.decode("utf-8", "surrogateescape"))
    return Writer(place.target, number, text[:_TEXT_MAX], code)
