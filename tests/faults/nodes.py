# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe the files of a host in full, and make a host of such a description."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    Nodes = t.Dict[str, "Node"]
    Kind = t.Literal["file", "folder", "link"]

# Names that differ from run to run: those of temporary files, and of copies (PID and time).
_CHANGING = (
    (re.compile(r"\.([a-z0-9_]{8}|[0-9a-f]{16})\.tmp\Z"), ".RANDOM.tmp"),
    (re.compile(r"\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~\Z"), ".PID.TIME~"),
)
LEFTOVER = re.compile(r"/\.[^/]*\.tmp\Z")  # hidden, and without the suffix that loaders read
# What the bench mounts or links, which is no part of the host's own files.
FOREIGN = frozenset(["bin", "dev", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "usr"])
TREE = "/image"  # a system that does not run
_OF_ANSIBLE = "ansible-moduletmp-"  # AnsibleModule removes it when Python ends
LOCK = "/run/linux.tcp.keepalive.lock"
MEMORY_FILE = "/run/linux.tcp.keepalive.namespaces.json"


class Node(t.NamedTuple):
    """All that a file, folder or link has: ``content`` is a link's target, too."""

    kind: Kind
    content: bytes = b""
    mode: int = 0o644
    owner: int = 0
    group: int = 0
    attributes: tuple[tuple[str, bytes], ...] = ()


def file(content: bytes, **named: t.Any) -> Node:
    """Return a file."""
    return Node("file", content, **named)


def folder(mode: int = 0o755) -> Node:
    """Return a folder."""
    return Node("folder", mode=mode)


def look_at(root: Path) -> Nodes:
    """Return everything below a folder but the lock and what is foreign, by its path in that system."""
    found = []
    for above, folders, names in os.walk(root):
        shown = "" if Path(above) == root else f"/{os.path.relpath(above, root)}"
        foreign = FOREIGN if shown in ("", TREE) else frozenset()
        folders[:] = [name for name in folders if name not in foreign]
        for name in {*folders, *names} - foreign:
            if name.startswith(_OF_ANSIBLE):
                folders[:] = [one for one in folders if one != name]
                continue
            found.append((_steady(f"{shown}/{name}"), _look_at(f"{above}/{name}")))
    return _by_path((path, node) for path, node in found if path != LOCK)


def _by_path(found: t.Iterable[tuple[str, Node]]) -> Nodes:
    """Return nodes by their paths. Of those with one name that varies, equal ones are one, and others have a number."""
    nodes: Nodes = {}
    for path, node in sorted(set(found)):
        name, number = path, 1
        stem, dot, suffix = path.rpartition(".")
        while name in nodes:
            number += 1
            name = f"{stem}.{number}{dot}{suffix}"
        nodes[name] = node
    return nodes


def _steady(path: str) -> str:
    for pattern, text in _CHANGING:
        path = pattern.sub(text, path)
    return path


def _look_at(path: str) -> Node:
    status = os.lstat(path)
    names = sorted(os.listxattr(path, follow_symlinks=False))
    attributes = tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in names)
    kind: Kind = "folder"
    content = b""
    if stat.S_ISLNK(status.st_mode):
        kind, content = "link", os.fsencode(os.readlink(path))
    elif stat.S_ISREG(status.st_mode):
        kind, content = "file", Path(path).read_bytes()
    return Node(kind, content, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, attributes)


def make(root: Path, nodes: Nodes) -> None:
    """Make everything that is described below a folder; what is above it is made as well."""
    for path in sorted(nodes):
        node, place = nodes[path], root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if node.kind == "link":
            place.symlink_to(os.fsdecode(node.content))
            continue
        if node.kind == "folder":
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(node.content)
        os.chown(place, node.owner, node.group)
        place.chmod(node.mode)
        for name, value in node.attributes:
            with contextlib.suppress(OSError) if name.startswith("user.") else contextlib.nullcontext():
                os.setxattr(place, name, value)  # tmpfs has no attributes of users before Linux 6.6


def digest(*parts: object) -> str:
    """Return a short text that is the same for equal descriptions only."""
    return hashlib.sha256(repr([sorted(p.items()) if isinstance(p, dict) else p for p in parts]).encode()).hexdigest()
