# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the files of one system: its tree of sysctl files, single files, and those that match a pattern.

Paths are given as the system itself sees them. ``root`` is the folder that is the system's own root;
links are followed within it, as chroot(2) would.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fnmatch
import functools
import os
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, LinkLoopError, PathTooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import (
    MOST_BYTES_OF_A_PATTERN,
    MOST_BYTES_OF_A_TREE,
    FileBudget,
    counted,
    too_much,
    with_few_statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import TOO_LARGE, FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.links import TOO_DEEP, resolve
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import (
    NOTHING,
    as_file_error,
    denied_by,
    reason_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    CREDENTIAL,
    CREDENTIAL_FOLDERS,
    DIRECTORIES,
    ENCRYPTED_CREDENTIAL_FOLDERS,
    SYSCTL_CONF,
    SysctlFile,
    Tree,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.wildcards import name_pattern

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind

    OnUnreadable = t.Callable[[SysctlFile], None]

_IS_PATTERN = re.compile(r"[*?\[]")
_LEFTOVER = re.compile(r"(~|\.(bak|orig|dpkg-\w+|ucf-\w+|rpm(save|new|orig)))\Z")


def _pass_over(_file: SysctlFile) -> None:
    pass


class Files:
    """The files of the system whose root folder is ``root``, read through ``file_system``.

    :raises InvalidPathError: when ``root`` is not a folder.
    """

    def __init__(self, root: str = "/", *, file_system: FileSystem | None = None) -> None:
        self._file_system = file_system or FileSystem(root)
        self._root = "" if self._file_system.is_running_system() else os.path.abspath(root).rstrip("/")

    @property
    def is_running_system(self) -> bool:
        """Whether this is the system the process runs in, not a tree for another one."""
        return not self._root

    def close(self) -> None:
        """Close the root. Nothing can be read any more."""
        self._file_system.close()

    def resolve(self, path: str, *, on_link: t.Callable[[str], None] = lambda _link: None) -> str:
        """Return ``path`` with every link followed, as the system sees it; its last parts may be missing.

        Each link is given to ``on_link`` before it is followed.

        :raises LinkLoopError: for a loop of links.
        :raises PathTooDeepError: for a path that has, or whose links have, more parts than are looked at.
        """
        return resolve(self._file_system, path, on_link)

    def on_host(self, path: str) -> str:
        """Return where ``path`` of the system, free of links, lies for this process: a name to tell people."""
        return self._root + path

    def open_file(self, folder: str, name: str, flags: int) -> int:
        """Open what has a name in a folder, the links of which are followed; the caller closes the descriptor.

        A file that is made is readable for its owner only.

        :raises OSError: when the system refuses.
        """
        with self._file_system.folders_kept():
            return self._file_system.open_file(posixpath.join(self.resolve(folder), name), flags)

    def read_tree(self) -> Tree:
        """Read every file that some loader may read."""
        budget = FileBudget(MOST_BYTES_OF_A_TREE)
        files: list[SysctlFile] = []
        seen: set[str] = set()
        for directory in DIRECTORIES:
            with self._file_system.folders_kept():
                files.extend(self._read_folder(directory, seen, budget))
        single = [self.read(SYSCTL_CONF), *self._credentials()]
        files.extend(file for file in single if file.kind != "missing" or file.is_link)
        return Tree(tuple(with_few_statements(files)))

    def read_folder(self, directory: str, *, suffix: str, budget: FileBudget | None = None) -> list[SysctlFile]:
        """Read what has a name with a suffix in a folder, by name, hidden or not.

        None where there is no such folder; where it cannot be read, or not all of it, one file of its path says so.
        """
        with self._file_system.folders_kept():
            return list(self._read_folder(directory, set(), budget or FileBudget(MOST_BYTES_OF_A_TREE), suffix))

    def _read_folder(
        self, directory: str, seen: set[str], budget: FileBudget, suffix: str = ".conf"
    ) -> t.Iterator[SysctlFile]:
        """Read the files of a folder that is none of those ``seen``, and add it to them."""
        try:
            resolved = self.resolve(directory)
            names = [] if resolved in seen else self._file_system.listdir(resolved)
        except FileNotFoundError:
            return
        except PathTooDeepError:
            yield _unreadable(directory)
            return
        except (OSError, LinkLoopError) as exc:
            yield SysctlFile(directory, directory, "unreadable", reason=reason_of(exc), denied=denied_by(exc))
            return
        seen.add(resolved)
        for name in sorted(name for name in names if name.endswith(suffix)):
            if budget.refusal:
                yield SysctlFile(path=directory, target=directory, kind="unreadable", reason=budget.refusal)
                return
            path = f"{directory}/{name}"
            try:
                file = self._read(path, f"{resolved}/{name}")
            except PathTooDeepError:
                file = _unreadable(path)
            budget.spend(file)
            yield file

    def _credentials(self) -> t.Iterator[SysctlFile]:
        budget = FileBudget(MOST_BYTES_OF_A_TREE)
        for folder in CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS:
            for name in sorted({CREDENTIAL, *fnmatch.filter(self.names(folder), "sysctl.*")}):
                path = f"{folder}/{name}"
                if budget.refusal:
                    yield SysctlFile(path=path, target=path, kind="unreadable", reason=budget.refusal)
                    return
                file = self.read(path)
                if file.kind != "missing":
                    budget.spend(file)
                if folder in ENCRYPTED_CREDENTIAL_FOLDERS and file.kind == "file":
                    file = dataclasses.replace(file, kind="unreadable", text=b"", reason="it is encrypted")
                yield file

    def read(self, path: str) -> SysctlFile:
        """Read one file; whatever it is, ``kind`` and ``reason`` tell.

        Its ``path`` becomes the name that a loader uses for it, where one reads its folder.
        """
        try:
            return self._look_at(path)
        except PathTooDeepError:
            return _unreadable(path)

    def _look_at(self, path: str) -> SysctlFile:
        """Read one file as :meth:`read` does.

        :raises PathTooDeepError: as :meth:`resolve` does.
        """
        with self._file_system.folders_kept():
            try:
                return self._read(*self._named(path))
            except LinkLoopError:
                return SysctlFile(path=path, target=path, kind="unreadable", reason=os.strerror(errno.ELOOP))

    def name_of(self, path: str) -> str:
        """Return the name that a loader has for a file, where one reads its folder."""
        try:
            with self._file_system.folders_kept():
                return self._named(path)[0]
        except (LinkLoopError, PathTooDeepError):
            return path

    def _named(self, path: str) -> tuple[str, str]:
        """Return the name that a loader has for a file, and ``path`` with the links of its folder followed."""
        folder, name = posixpath.split(path)
        resolved = self.resolve(folder)
        folder = next((known for known in DIRECTORIES if self._leads_to(known, resolved)), folder)
        path = posixpath.join(folder, name)
        if name == posixpath.basename(SYSCTL_CONF) and self._leads_to(posixpath.dirname(SYSCTL_CONF), resolved):
            path = SYSCTL_CONF
        return path, posixpath.join(resolved, name)

    def known(self, path: str) -> SysctlFile:
        """Read one file as :meth:`read` does.

        :raises FileError: where the system does not tell what there is, or the path is too deep.
        """
        return _known(self._look_at(path))

    def text(self, path: str) -> bytes:
        """Return the content of a file, empty where there is none that this process may see.

        :raises FileError: where the system does not tell what there is.
        """
        return self.known(path).text

    def matching(
        self, pattern: str, *, on_unreadable: OnUnreadable = _pass_over, budget: FileBudget | None = None
    ) -> list[SysctlFile]:
        """Read the files whose path matches a pattern of glob(7), by name.

        What is no file is left out, and hidden files and what editors and package managers leave behind, too.
        Each file and folder that this process may not see, and each file that is too large, is given to
        ``on_unreadable``.

        :raises FileError: where the system does not tell what there is, and where there is more than can be looked at.
        """
        budget = budget or FileBudget(MOST_BYTES_OF_A_PATTERN)
        files = []
        with self._file_system.folders_kept():
            for path, place in self._paths(pattern, on_unreadable, budget):
                if budget.refusal:
                    raise too_much(pattern, budget.refusal)
                file = _known(self._read(path, place))
                budget.spend(file)
                if file.kind == "file":
                    files.append(file)
                elif file.denied or file.is_too_large:
                    on_unreadable(file)
        return files

    def paths(
        self, pattern: str, *, on_unreadable: OnUnreadable = _pass_over, budget: FileBudget | None = None
    ) -> list[str]:
        """Return the paths that match a pattern, as :meth:`matching` does, whatever is there.

        :raises FileError: as :meth:`matching` does.
        """
        budget = budget or FileBudget(MOST_BYTES_OF_A_PATTERN)
        with self._file_system.folders_kept():
            return [path for path, place in self._paths(pattern, on_unreadable, budget) if self.lexists(place)]

    def _paths(self, pattern: str, on_unreadable: OnUnreadable, budget: FileBudget) -> t.Iterator[tuple[str, str]]:
        """Yield the paths that match a pattern, each with the same where the links of its folder are followed."""
        folders = [""]
        *parents, last = pattern.split("/")[1:]
        for part in parents:
            names_in = functools.partial(self._matching_names, part=part, on_unreadable=on_unreadable, budget=budget)
            found = (f"{folder}/{name}" for folder in folders for name in names_in(folder))
            folders = list(counted(found, pattern))
        yield from counted(self._in_folders(folders, last, on_unreadable, budget), pattern)

    def _in_folders(
        self, folders: list[str], part: str, on_unreadable: OnUnreadable, budget: FileBudget
    ) -> t.Iterator[tuple[str, str]]:
        for folder in folders:
            with contextlib.suppress(LinkLoopError):
                resolved = self.resolve(folder)
                names = self._matching_names(folder, part, on_unreadable, budget)
                yield from ((f"{folder}/{name}", f"{resolved}/{name}") for name in names)

    def _matching_names(self, folder: str, part: str, on_unreadable: OnUnreadable, budget: FileBudget) -> list[str]:
        if not _IS_PATTERN.search(part):
            return [part]
        if budget.refusal:
            raise too_much(f"{folder}/{part}", budget.refusal)
        names = self.names(folder, on_unreadable=on_unreadable)
        budget.spend_names(len(names))
        try:
            names = list(filter(name_pattern(part).fullmatch, names))
        except re.error:  # Python before 3.9 does not know what to make of [z-a]
            return []
        return [name for name in names if not name.startswith(".") and not _LEFTOVER.search(name)]

    def is_executable(self, target: str) -> bool:
        """Whether a file, whose path is free of links, is a program or a script for those who may run it."""
        with as_file_error(target, "read"):
            return self._file_system.is_executable(target)

    def begins_with(self, target: str, begin: bytes) -> bool:
        """Whether a file, whose path is free of links, begins with this, however large it is."""
        with as_file_error(target, "read"):
            return self._file_system.begins_with(target, begin)

    def _read(self, path: str, place: str) -> SysctlFile:
        """Read the file of a name; ``place`` is the same with the links of its folder followed.

        :raises PathTooDeepError: as :meth:`resolve` does.
        """
        with self._file_system.folders_kept():
            is_link, target = False, path
            try:
                is_link = self._file_system.islink(place)
                target = self.resolve(place) if is_link else place
                kind, text, reason = self._content(target)
            except LinkLoopError:
                return SysctlFile(path=path, target=path, kind="missing", reason="it is a loop of links", is_link=True)
            except OSError as exc:
                denied = denied_by(exc)
                return SysctlFile(
                    path=path,
                    target=target,
                    kind="unreadable",
                    reason=reason_of(exc),
                    is_link=is_link,
                    is_unknown=not denied,
                    denied=denied,
                )
        return SysctlFile(
            path=path,
            target=target,
            kind=kind,
            text=text,
            reason=reason,
            is_link=is_link,
            is_too_large=reason == TOO_LARGE,
        )

    def _leads_to(self, path: str, resolved: str) -> bool:
        try:
            return self.resolve(path) == resolved
        except (LinkLoopError, PathTooDeepError):
            return False

    def _content(self, target: str) -> tuple[Kind, bytes, str]:
        if target == "/dev/null":  # hides files of its name; an image may have no such device
            return "file", b"", ""
        return self._file_system.content(target)

    def names(self, folder: str, *, on_unreadable: OnUnreadable = _pass_over) -> list[str]:
        """Return the names in a folder, in order; none where there is none.

        A folder that this process may not see is given to ``on_unreadable``.

        :raises FileError: where the system does not tell what there is.
        """
        with self._file_system.folders_kept(), as_file_error(folder or "/", "read"):
            try:
                return sorted(self._file_system.listdir(self.resolve(folder)))
            except LinkLoopError:
                return []
            except OSError as exc:
                if exc.errno not in NOTHING:
                    raise
                denied = denied_by(exc)
                if denied:
                    on_unreadable(SysctlFile(folder, folder, "unreadable", reason=reason_of(exc), denied=denied))
                return []

    def untrusted_owner(self, link: str) -> int | None:
        """Return who could have put a link there, as :meth:`FileSystem.untrusted_owner` does.

        :raises OSError: when the system refuses.
        """
        return self._file_system.untrusted_owner(link)

    def nearest_folder(self, target: str) -> str:
        """Return the folder of a file, or the one in which that folder would be made."""
        folder = posixpath.dirname(target)
        return folder if self.lexists(folder) else posixpath.dirname(folder)

    def lexists(self, path: str) -> bool:
        """Return whether there is something at a path that is free of links, if only a link that leads nowhere.

        :raises FileError: where the system does not tell. Likewise the methods that follow.
        """
        with as_file_error(path, "read"):
            return self._file_system.lexists(path)

    def exists(self, path: str) -> bool:
        """Return whether there is something at a path, links followed."""
        with self._file_system.folders_kept(), as_file_error(path, "read"):
            return self._file_system.exists(self.resolve(path))

    def exists_for_certain(self, path: str) -> bool:
        """Return whether there is something at a path, links followed, where this process may see it.

        :raises FileError: where it may not, and where the system does not tell.
        """
        with self._file_system.folders_kept(), as_file_error(path, "read"):
            return self._file_system.exists_for_certain(self.resolve(path))

    def isdir(self, path: str) -> bool:
        """Return whether there is a folder at a path, links followed."""
        with self._file_system.folders_kept(), as_file_error(path, "read"):
            return self._file_system.isdir(self.resolve(path))


def _unreadable(path: str) -> SysctlFile:
    """Return what stands for a file or folder whose path is too deep: the kernel may find it."""
    return SysctlFile(path=path, target=path, kind="unreadable", reason=TOO_DEEP)


def _known(file: SysctlFile) -> SysctlFile:
    """Return a file.

    :raises FileError: where the system did not tell what there is.
    """
    if file.is_unknown:
        raise FileError(
            f"{file.path} cannot be read: {file.reason}. Look for what fails in the kernel's log, dmesg(1), and run "
            f"again."
        )
    return file
