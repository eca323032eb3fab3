# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe a host at one moment: what its kernel has, and what its files will give at the next boot."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.kernel_cmdline import COMMAND_LINE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import rules_of
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    DIRECTORIES,
    files_read,
    obstacle,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, detection_time, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, consequence_of, writers_among

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction, Setting
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate, Writer


_LINES_NAMED = 3


class Finding(t.NamedTuple):
    """Something to know about a prediction: a ``code``, where it stands, and a ``message`` for people.

    ``path`` and ``line`` are None where it is about no file, or about the whole of it.
    """

    code: str
    path: str | None
    line: int | None
    message: str

    def as_dict(self) -> dict[str, t.Any]:
        """Return what results show of it."""
        return {**self._asdict(), "path": None if self.path is None else printable(self.path)}


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What a host has at one moment; two equal snapshots describe hosts in the same state.

    ``runs`` says that this is the running system; for any other one ``runtime`` is empty and
    ``runtime_writable`` false. ``hz`` is the tick rate of the kernel that the next boot is
    predicted for, ``command_line`` what that kernel is started with. ``file`` is the one that is to keep the values,
    None where nothing is wanted. ``versions`` are the releases of the
    loader and of what else applies files, where these make a difference. ``candidates`` may set keys after the boot,
    ``unit_changes`` are the places that change what systemd-sysctl.service does.
    """

    runs: bool
    runtime: Values
    runtime_writable: bool
    loader: Loader | None
    tree: Tree
    hz: int
    file: SysctlFile | None = None
    versions: t.Mapping[Loader, Version | None] = dataclasses.field(default_factory=dict)
    command_line: bytes = b""
    candidates: tuple[Candidate, ...] = ()
    unit_changes: tuple[tuple[str, int], ...] = ()

    @property
    def version(self) -> Version | None:
        """The loader's release where that makes a difference, None where it does not or cannot be told."""
        return self.versions.get(self.loader) if self.loader else None

    @functools.cached_property
    def boot(self) -> Prediction:
        """What the next boot will give."""
        return self._predict(self.tree.lasting(), self.loader)

    def _predict(self, tree: Tree, loader: Loader | None) -> Prediction:
        version = self.versions.get(loader) if loader else None
        return predict(tree, loader, hz=self.hz, version=version, command_line=self.command_line)

    def files_read(self) -> list[SysctlFile]:
        """Return the files that the next boot's loader reads, in its order."""
        return files_read(self.tree.lasting(), rules_of(self.loader, self.version)) if self.loader else []

    @functools.cached_property
    def other_writers(self) -> list[Writer]:
        """The lines that may give other values after the boot."""
        tree = self.tree.lasting()
        # where no boot applies the files, a script that does so is no other writer
        boot = self.boot if self.loader else self._predict(tree, "procps")
        return writers_among(self.candidates, BootContext(tree, boot.values, hz=self.hz, versions=self.versions))

    @property
    def drift(self) -> list[Key]:
        """The keys whose running value is known and differs from the next boot's."""
        return [key for key, value in self.runtime.named().items() if value != self.boot.values[key]]

    @property
    def detection_time(self) -> int | None:
        """Seconds until a dead peer is noticed: with the running values, or else the next boot's."""
        return detection_time(self.runtime if self.runtime.named() else self.boot.values)

    def obstacle(self) -> SysctlFile | None:
        """Return what keeps the loader from starting at the next boot, if anything does."""
        return obstacle(self.tree.lasting(), rules_of(self.loader, self.version)) if self.loader else None

    def unreadable(self) -> list[SysctlFile]:
        """Return the files and folders the loader will read and this process could not."""
        if self.loader is None:
            return []
        tree = self.tree.lasting()
        folders = [file for file in tree.files if file.path in DIRECTORIES]
        return [file for file in folders + self.files_read() if file.kind == "unreadable"]

    def hidden_by(self, planned: Snapshot) -> list[SysctlFile]:
        """Return the files that the boot reads, and no longer would as is planned."""
        still = {file.path for file in planned.files_read()}
        return [file for file in self.files_read() if file.path not in still]

    def doubts(self) -> list[Finding]:
        """Return what makes the prediction uncertain, and what keeps the boot from applying anything."""
        obstacle = self.obstacle()
        found = []
        if obstacle is not None:
            message = f"{describe_obstacle(obstacle)} at the next boot."
            found.append(Finding("credential_unusable", obstacle.path, None, message))
        if self.loader == "systemd-sysctl":
            found += [
                Finding(
                    *("unit_changed", path, line),
                    f"{printable(path)} line {line} changes what systemd-sysctl.service does: whether and how it "
                    f"applies files at the next boot cannot be known.",
                )
                for path, line in self.unit_changes
            ]
        return [
            *found,
            *(
                Finding(
                    *("unreadable", file.path, None),
                    f"{printable(file.path)} cannot be read ({file.reason}): it may take precedence at the next boot.",
                )
                for file in self.unreadable()
            ),
        ]

    def notes(self) -> list[Finding]:
        """Return what misleads about the prediction."""
        if self.loader is None:
            if all(setting.path == COMMAND_LINE for setting in self.boot.settings):
                return []
            message = (
                "Nothing applies sysctl files when this system boots, so those that were found have no effect then."
            )
            return [Finding("no_loader", None, None, message)]
        return [
            Finding(
                *("volatile", setting.path, setting.line),
                f"{printable(setting.path)} line {setting.line} sets {sysctl_name(setting.key)}, and is gone after a "
                f"reboot.",
            )
            for setting in self._volatile_settings()
        ]

    def writer_warnings(self) -> list[str]:
        """Return a sentence for each file with post-boot writers, and for each kind of them."""
        by_path: dict[tuple[str, str], list[Writer]] = {}
        for writer in self.other_writers:
            by_path.setdefault((writer.path, consequence_of(writer.code)), []).append(writer)
        return [
            f"{printable(path)} {_lines(writers)} {consequence}. Change or remove that: {writers[0].text}"
            for (path, consequence), writers in by_path.items()
        ]

    def warnings(self) -> list[str]:
        """Return the messages of all doubts and notes."""
        return [finding.message for finding in (*self.doubts(), *self.notes())]

    def _volatile_settings(self) -> list[Setting]:
        if not any(file.is_volatile for file in self.tree.files):
            return []
        lasting = self.boot.settings
        return [setting for setting in self._predict(self.tree, self.loader).settings if setting not in lasting]

    def as_dict(self) -> dict[str, t.Any]:
        """Return the snapshot as the modules answer it."""
        sources = self.boot.sources
        return {
            "runtime": self.runtime.as_dict(),
            "runtime_writable": self.runtime_writable,
            "boot": {
                "loader": self.loader,
                "values": self.boot.values.as_dict(),
                "sources": {
                    key: {"path": printable(sources[key].path), "line": sources[key].line} if key in sources else None
                    for key in KEYS
                },
                "doubts": [finding.as_dict() for finding in self.doubts()],
                "notes": [finding.as_dict() for finding in self.notes()],
            },
            "settings": [
                {**setting.as_dict(), "effective": sources.get(setting.key) == setting}
                for setting in self.boot.settings
            ],
            "other_writers": [writer.as_dict() for writer in self.other_writers],
            "drift": self.drift,
            "detection_time": self.detection_time,
        }


def _lines(writers: list[Writer]) -> str:
    numbers = [str(writer.line) for writer in writers]
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    shown, more = numbers[:_LINES_NAMED], len(numbers) - _LINES_NAMED
    return f"lines {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def describe_obstacle(file: SysctlFile) -> str:
    """Return in words what a credential keeps from happening."""
    reason = file.reason or "it is larger than 1 MiB"
    return (
        f"{printable(file.path)} cannot be taken as a credential ({reason}), so systemd-sysctl.service would fail and "
        f"apply no file"
    )
