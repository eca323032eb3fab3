# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the mount that a path is on, and whether what is written there survives a reboot.

proc_pid_mountinfo(5), path_resolution(7), Documentation/filesystems/overlayfs.rst of the kernel. Everything here works
on the text of /proc/PID/mountinfo and touches no host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

# Memory; their content is gone after a reboot.
_MEMORY = frozenset(["tmpfs", "ramfs", "rootfs", "devtmpfs"])
_MEMORY_DISK = re.compile(r"/dev/z?ram\d+\Z")
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_UPPER = "upperdir="


class Mount(t.NamedTuple):
    """One line of mountinfo. ``root`` is the folder of the file system ``device`` that stands at ``point``.

    ``super_options`` are the options of the file system.
    """

    number: int
    parent: int
    device: str
    root: str
    point: str
    options: str
    kind: str
    source: str
    super_options: tuple[str, ...]

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written through this mount."""
        return "ro" in (*self.options.split(","), *self.super_options)

    @property
    def upper_layer(self) -> str | None:
        """Where an overlay keeps what is written to it; None for another file system, and for one without it."""
        options = self.super_options if self.kind == "overlay" else ()
        return next((option[len(_UPPER) :] for option in options if option.startswith(_UPPER)), None)


class Loss(t.NamedTuple):
    """A mount at ``point`` whose content does not survive a reboot; ``what`` is its kind in words.

    ``has_lower`` says that it lies over other folders, whose content does survive.
    """

    point: str
    what: str
    has_lower: bool = False


class Mounts:
    """The mounts that a process sees, as /proc/PID/mountinfo shows them; lines of another form are passed over."""

    def __init__(self, text: bytes) -> None:
        found = [mount for line in text.split(b"\n") for mount in [_parse(line)] if mount]
        self.every = tuple(found)
        numbers = {mount.number for mount in found}
        self._below: dict[int, list[Mount]] = {}
        for mount in found:
            self._below.setdefault(mount.parent, []).append(mount)
        self.points = {mount.point for mount in found}
        tops = (one for one in found if one.point == "/" and (one.parent not in numbers or one.parent == one.number))
        self._first = next(tops, None)

    @property
    def root(self) -> Mount | None:
        """The mount of the root folder; None in a folder that chroot(2) made the root folder and that is no mount."""
        return self.of("/")

    def of(self, path: str) -> Mount | None:
        """Return the mount that a path, free of links, is on; None where mounts are not known."""
        found = self._first
        seen: set[int] = set()  # a text that no kernel has shown may lead in a circle
        while found is not None:
            seen.add(found.number)
            children = self._below.get(found.number, ())
            below = (one for one in children if one.number not in seen and _covers(one.point, path))
            nearest = min(below, key=lambda one: len(one.point), default=None)
            if nearest is None:
                return found
            found = nearest
        return None

    def loss(self, path: str, *, in_container: bool) -> Loss | None:
        """Return the mount that a path is on where its content does not survive a reboot.

        An overlay whose upper layer is not visible was made by an initramfs, which keeps that layer in memory; or by
        what runs a container, which keeps it for the next start.
        """
        return self._loss(path, in_container=in_container, seen=frozenset())

    def _loss(self, path: str, *, in_container: bool, seen: frozenset[int]) -> Loss | None:
        mount = self.of(path)
        if mount is None:
            return None
        if mount.kind in _MEMORY:
            return Loss(mount.point, f"a {mount.kind}")
        if _MEMORY_DISK.match(mount.source):
            return Loss(mount.point, f"a memory disk ({mount.source})")
        if mount.kind == "aufs" and not in_container:
            return Loss(mount.point, "an aufs, whose branches are not visible", has_lower=True)
        place = mount.upper_layer
        if place is None:
            return None
        what = f"an overlay whose upper layer ({place}) is on"
        if self.of(place) is mount or mount.number in seen:
            hidden = Loss(mount.point, f"{what} no mount that is visible", has_lower=True)
            return None if in_container else hidden
        found = self._loss(place, in_container=in_container, seen=seen | {mount.number})
        return found and Loss(mount.point, f"{what} {found.what}", has_lower=True)


def is_chroot(own: Mounts, first: Mounts) -> bool:
    """Whether the root folder of a process is another one than that of process 1; so it is where /proc is missing.

    Two mount namespaces may have different mounts of the same folder.
    """
    root, of_first = own.root, first.root
    if root is None:
        return True
    return of_first is not None and (root.device, root.root) != (of_first.device, of_first.root)


def _covers(point: str, path: str) -> bool:
    return point == "/" or f"{path}/".startswith(f"{point}/")


def _parse(line: bytes) -> Mount | None:
    shown, separator, rest = line.partition(b" - ")
    fields, others = shown.split(b" "), rest.split(b" ")
    if not separator or len(fields) < 6 or len(others) < 3 or not fields[0].isdigit() or not fields[1].isdigit():
        return None
    device, root, point, options, kind, source = (_unescaped(field) for field in (*fields[2:6], *others[:2]))
    super_options = tuple(_unescaped(option) for option in others[2].split(b","))
    return Mount(int(fields[0]), int(fields[1]), device, root, point, options, kind, source, super_options)


def _unescaped(field: bytes) -> str:
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), field).decode("utf-8", "surrogateescape")
