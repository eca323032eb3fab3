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

if t.TYPE_CHECKING:
    FolderAt = t.Callable[[str], t.Optional[str]]

# Memory; their content is gone after a reboot.
_MEMORY = frozenset(["tmpfs", "ramfs", "rootfs", "devtmpfs"])
_MEMORY_DISK = re.compile(r"/dev/z?ram\d+\Z")
_MAJOR_OF_MEMORY_DISKS = "1:"  # Documentation/admin-guide/devices.txt of the kernel
# Devices over something that mountinfo does not show: a file, and what dracut's live systems make of memory or a disk.
_STACKED = re.compile(r"/dev/(?:loop\d+(?:p\d+)?|mapper/live-(?:rw|base))\Z")
_OVERLAYS = frozenset(["overlay", "overlayfs"])
_UNIONS = frozenset(["aufs", "unionfs"])
_FUSE, _FUSE_ON_A_DISK = "fuse", "fuseblk"
# The later root folder, as programs of an initramfs have it: those of dracut and initramfs-tools.
_LATER_ROOTS = ("/sysroot", "/root")
_DELETED = "//deleted"
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
        """Where an overlay keeps what is written to it; None for another file system, and for one without it.

        This is what the program wrote that mounted it, for its own root and working folder.
        """
        options = self.super_options if self.kind in _OVERLAYS else ()
        return next((option[len(_UPPER) :] for option in options if option.startswith(_UPPER)), None)


class Loss(t.NamedTuple):
    """A mount at ``point`` whose content does not survive a reboot; ``what`` is its kind in words.

    ``may_stay`` says that files may be there again: from a lower layer, or because it is not known whether the content
    survives. ``is_certain`` is False in the second case.
    """

    point: str
    what: str
    may_stay: bool = False
    is_certain: bool = True


class Mounts:
    """The mounts that a process sees, as /proc/PID/mountinfo shows them; lines of another form are passed over."""

    def __init__(self, text: bytes) -> None:
        found = [mount for line in text.split(b"\n") for mount in [_parse(line)] if mount]
        self.every = tuple(found)
        self._by_number = {mount.number: mount for mount in found}
        self._below: dict[int, list[Mount]] = {}
        for mount in found:
            self._below.setdefault(mount.parent, []).append(mount)
        self.points = {mount.point for mount in found}
        tops = (
            one for one in found if one.point == "/" and (one.parent not in self._by_number or one.parent == one.number)
        )
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

    def loss(self, path: str, *, in_container: bool, folder_at: FolderAt) -> Loss | None:
        """Return the mount that a path is on where its content does not survive a reboot, or may not.

        ``folder_at`` returns the path, free of links, of a folder that this process sees; None where there is none. In
        a container the mount of the root folder counts as one that survives where it shows nothing else: what runs the
        container keeps it for the next start. Its upper layer is a folder of the host, unless another mount is there.
        """
        mount = self.of(path)
        if mount is None:
            return None
        if in_container and mount is self.root and mount.upper_layer and self.of(mount.upper_layer) is mount:
            return None
        found = self._loss(mount, folder_at, seen=frozenset())
        is_kept = in_container and found is not None and not found.is_certain and mount is self.root
        return None if is_kept else found

    def _loss(self, mount: Mount, folder_at: FolderAt, *, seen: frozenset[int]) -> Loss | None:
        if mount.kind in _MEMORY:
            return Loss(mount.point, f"a {mount.kind}")
        if _MEMORY_DISK.match(mount.source) or mount.device.startswith(_MAJOR_OF_MEMORY_DISKS):
            return Loss(mount.point, f"a memory disk ({mount.source})")
        if mount.root.endswith(_DELETED):
            return Loss(mount.point, "a folder or file that was deleted")
        if mount.kind in _UNIONS or (mount.kind.startswith(_FUSE) and mount.kind != _FUSE_ON_A_DISK):
            return _unknown(mount, f"a file system ({mount.kind}) that does not show where its files are")
        if _STACKED.match(mount.source) and "ro" not in mount.super_options:
            return _unknown(mount, f"a device ({mount.source}) that does not show where its data is")
        layer = mount.upper_layer
        if layer is None:
            return None
        seen |= {mount.number}
        what = f"an overlay whose upper layer ({layer}) is on"
        upper = self._mount_of_layer(layer, folder_at, seen)
        if upper is None:
            return _unknown(mount, f"{what} no mount that is visible")
        loss = self._loss(upper, folder_at, seen=seen)
        return loss and loss._replace(point=mount.point, what=f"{what} {loss.what}", may_stay=True)

    def _mount_of_layer(self, layer: str, folder_at: FolderAt, seen: frozenset[int]) -> Mount | None:
        """Return the mount that the upper layer of an overlay is on; None where that is not visible.

        ``seen`` are the numbers of the overlay, and of those whose layers lie on it.
        """
        later = (layer[len(root) :] for root in _LATER_ROOTS if layer.startswith(f"{root}/"))
        # a relative path was one of a working folder that is not known
        found = (folder_at(path) for path in (layer, *later) if path.startswith("/"))
        place = next((path for path in found if path is not None), None)
        upper = None if place is None else self.of(place)
        if upper is not None and upper.number in seen:  # mounted over its own layer, which is below
            upper = self._by_number.get(upper.parent)
        return None if upper is None or upper.number in seen else upper


def _unknown(mount: Mount, what: str) -> Loss:
    return Loss(mount.point, what, may_stay=True, is_certain=False)


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
