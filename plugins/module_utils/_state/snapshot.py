# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe a host at one moment: what its kernel has, and what its files will give at the next boot."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._state.findings import Finding
from ansible_collections.linux.tcp.plugins.module_utils._state.unknown import (
    Unknown,
    by_container,
    by_initramfs,
    by_loader,
    by_next_kernel,
    by_reboot,
    by_release,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.kernel_cmdline import COMMAND_LINE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import files_read, folders_of, obstacle
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import releases, rules_of
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import COPIED, Tree, by_kernel
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, detection_time, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, consequence_of, writers_among

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction, Setting
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Loader, Rules, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Initramfs, LostPlace, SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate, Unseen, Writer


_LINES_NAMED = 3
_MAY_SET = "a line there may set other keepalive values after the boot."
_NO_LOADER = "Nothing applies sysctl files when this system boots, so those that were found have no effect then."
_CHROOT = (
    "This is a chroot: the prediction is for the system in it. The running kernel is the one of the machine around it, "
    "and is left out."
)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What a host has at one moment; two equal snapshots describe hosts in the same state.

    ``runs`` says that this is the running system; for any other one ``runtime`` is empty and
    ``runtime_writable`` false. ``hz`` is the tick rate of the kernel that the next boot is
    predicted for, ``command_line`` what that kernel is started with. ``file`` is the one that is to keep the values,
    None where nothing is wanted. ``versions`` are the releases of the
    loader and of what else applies files, where these make a difference. ``candidates`` may set keys after the boot,
    ``unseen`` are the places in which more of them may stand. ``unit_changes`` are the places that change what
    systemd-sysctl.service does. ``searched`` says in words what was
    looked for where the loader is unknown, ``lost`` are the folders and files that a reboot takes. ``of_kernels``
    are the files that belong to a kernel, ``initramfs`` is one that may apply copies of sysctl files.
    """

    runs: bool
    runtime: Values
    runtime_writable: bool
    loader: BootLoader | None
    tree: Tree
    hz: int
    file: SysctlFile | None = None
    versions: t.Mapping[Loader, Version | None] = dataclasses.field(default_factory=dict)
    command_line: bytes = b""
    candidates: tuple[Candidate, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    unit_changes: tuple[tuple[str, int], ...] = ()
    searched: str = ""
    lost: tuple[LostPlace, ...] = ()
    of_kernels: tuple[SysctlFile, ...] = ()
    in_chroot: bool = False
    in_container: bool = False
    initramfs: Initramfs | None = None

    @property
    def known_loader(self) -> Loader | None:
        """The loader of the next boot; None where there is none, and where it is unknown."""
        return None if self.loader == "unknown" else self.loader

    @property
    def version(self) -> Version | None:
        """The loader's release where that makes a difference, None where it does not or cannot be told."""
        return self.versions.get(self.known_loader) if self.known_loader else None

    @property
    def rules(self) -> Rules:
        """How the next boot's loader reads files; systemd-sysctl stands in where there is none or it is unknown."""
        return rules_of(self.known_loader or "systemd-sysctl", self.version)

    @functools.cached_property
    def boot(self) -> Prediction:
        """What the next boot will give, as far as it can be known."""
        return self._lasting.without(key for one in self.unknown for key in one.keys)

    @functools.cached_property
    def _lasting(self) -> Prediction:
        return self._predict(self.tree.lasting(), self.known_loader)

    @functools.cached_property
    def unknown(self) -> list[Unknown]:
        """What makes values of the next boot unknown."""
        found: list[Unknown] = []
        loader = self.known_loader
        if self.loader == "unknown":
            found.append(by_loader(self.searched))
        if loader is not None and loader in self.versions and self.version is None:
            boots = [self._predict(self.tree.lasting(), loader, rules.since) for rules in releases(loader)]
            found += by_release(loader, boots)
        kernels = by_kernel(self.of_kernels)
        if len(kernels) > 1:
            lasting = self.tree.lasting()
            found += by_next_kernel([self._predict(lasting, loader, of_kernel=files) for files in kernels])
        if self.loader is not None and self.lost:
            again = self.tree.marked([place for place in self.lost if not place.may_stay])
            found += by_reboot(self._lost_places(), [self._lasting, self._predict(again.lasting(), loader)])
        return [*found, *self._started_with, *self.copied]

    @functools.cached_property
    def copied(self) -> list[Unknown]:
        """What makes values unknown because the initramfs may have copies of files that set them."""
        if self.initramfs is None or self.loader == "unknown":
            return []
        lasting = self._lasting.sources.items()
        set_later = {key for key, setting in lasting if setting.path != COMMAND_LINE}
        in_usr = Tree(tuple(file for file in self.tree.files if posixpath.dirname(file.path) in COPIED))
        copies = self._predict(in_usr, "systemd-sysctl").winning
        return list(by_initramfs(self.initramfs, set_later, copies))

    @functools.cached_property
    def _started_with(self) -> list[Unknown]:
        if not self.in_container:
            return []
        return list(by_container(self.runtime, {setting.key for setting in self._all_settings}))

    @property
    def started_with(self) -> frozenset[Key]:
        """The keys of a container whose running value it may have been started with."""
        return frozenset(key for one in self._started_with for key in one.keys)

    def lost_place(self, file: SysctlFile) -> LostPlace | None:
        """Return the place that a reboot takes, and a file with it."""
        path = {"name": file.path, "content": file.target}.get(file.lost, "")
        return next((place for place in self.lost if place.path in (path, posixpath.dirname(path))), None)

    def _lost_places(self) -> list[LostPlace]:
        """Return the lost places that the next boot looks into, and that of the persistence file."""
        read = files_read(self.tree, self.rules)
        files = [*read, *([self.file] if self.file else [])]
        of_files = {self.lost_place(file) for file in files}
        return [place for place in self.lost if place.path in folders_of(self.rules) or place in of_files]

    @functools.cached_property
    def _all_settings(self) -> tuple[Setting, ...]:
        """What all files say now, those that a reboot takes among them."""
        return self._predict(self.tree, self.known_loader).settings

    def _predict(
        self,
        tree: Tree,
        loader: Loader | None,
        version: Version | None = None,
        of_kernel: t.Sequence[SysctlFile] | None = None,
    ) -> Prediction:
        if version is None and loader is not None:
            version = self.versions.get(loader)
        if of_kernel is None:  # where kernels differ, that is found out elsewhere
            of_kernel = next(iter(by_kernel(self.of_kernels)), [])
        return predict(tree, loader, hz=self.hz, version=version, command_line=self.command_line, of_kernel=of_kernel)

    def files_read(self) -> list[SysctlFile]:
        """Return the files that the next boot's loader reads, in its order."""
        return files_read(self.tree.lasting(), self.rules) if self.known_loader else []

    @functools.cached_property
    def other_writers(self) -> list[Writer]:
        """The lines that may give other values after the boot."""
        tree = self.tree.lasting()
        # where no boot applies the files, a script that does so is no other writer
        boot = self.boot if self.known_loader else self._predict(tree, "procps")
        return writers_among(self.candidates, BootContext(tree, boot.values, hz=self.hz, versions=self.versions))

    @property
    def drift(self) -> list[Key]:
        """The keys whose running value differs from the next boot's, where both are known."""
        boot = self.boot.values.named()
        return [key for key, value in self.runtime.named().items() if boot.get(key, value) != value]

    @property
    def detection_time(self) -> int | None:
        """Seconds until a dead peer is noticed: with the running values, or else the next boot's."""
        return detection_time(self.runtime if self.runtime.named() else self.boot.values)

    def obstacle(self) -> SysctlFile | None:
        """Return what keeps the loader from starting at the next boot, if anything does."""
        return obstacle(self.tree.lasting(), self.rules) if self.known_loader else None

    def unreadable(self) -> list[SysctlFile]:
        """Return the files and folders the loader will read and this process could not."""
        if self.known_loader is None:
            return []
        tree = self.tree.lasting()
        folders = [file for file in tree.files if file.path in folders_of(self.rules)]
        return [file for file in folders + self.files_read() if file.kind == "unreadable"]

    def hidden_by(self, planned: Snapshot) -> list[SysctlFile]:
        """Return the files that the boot reads, and no longer would as is planned."""
        still = {file.path for file in planned.files_read()}
        return [file for file in self.files_read() if file.path not in still]

    def doubts(self, keys: t.Iterable[Key] = KEYS) -> list[Finding]:
        """Return what makes the prediction uncertain, and what keeps the boot from applying anything.

        Copies in the initramfs are left out where none of the ``keys`` is in doubt because of them.
        """
        keys = frozenset(keys)
        elsewhere = [one for one in self.copied if not one.keys & keys]
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
            *(one.finding for one in self.unknown if one not in elsewhere),
            *(
                Finding(
                    *("hidden_credential" if file.is_hidden_credential else "unreadable", file.path, None),
                    f"{printable(file.path)} cannot be read ({file.reason}): it may take precedence at the next boot.",
                )
                for file in self.unreadable()
            ),
            *(
                Finding(
                    *("hidden_place" if place.is_usual else "unseen_place", place.path, None),
                    f"{place.reason} {_MAY_SET[0].upper()}{_MAY_SET[1:]}"
                    if place.is_failure
                    else f"{printable(place.path)} cannot be read ({place.reason}): {_MAY_SET} "
                    f"{remedy_of_denial(place.denied)}",
                )
                for place in self.unseen
            ),
        ]

    def notes(self) -> list[Finding]:
        """Return what misleads about the prediction."""
        found = [Finding("chroot", None, None, _CHROOT)] if self.in_chroot else []
        if self.loader == "unknown":
            return found
        if self.loader is None:
            has_files = any(setting.path != COMMAND_LINE for setting in self.boot.settings)
            return [*found, *([Finding("no_loader", None, None, _NO_LOADER)] if has_files else [])]
        return [
            *found,
            *(
                Finding(
                    *("volatile", setting.path, setting.line),
                    f"{printable(setting.path)} line {setting.line} sets {sysctl_name(setting.key)}, and "
                    f"{'is' if is_certain else 'may be'} gone after a reboot.",
                )
                for setting, is_certain in self._volatile_settings()
            ),
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

    def warnings(self, keys: t.Iterable[Key] = KEYS) -> list[str]:
        """Return the messages of all doubts, as :meth:`doubts` has them for some keys, and of all notes."""
        return [finding.message for finding in (*self.doubts(keys), *self.notes())]

    def _volatile_settings(self) -> t.Iterator[tuple[Setting, bool]]:
        """Yield the settings that a reboot takes, and whether that is certain."""
        if not any(file.is_volatile for file in self.tree.files):
            return
        for setting in self._all_settings:
            if setting not in self.boot.settings:
                file = self.tree.get(setting.path)
                place = self.lost_place(file) if file else None
                yield setting, place is None or place.is_certain

    def as_dict(self) -> dict[str, t.Any]:
        """Return the snapshot as it stands in the results of modules."""
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
