# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""The files of one system: reading the sysctl tree, replacing files atomically, the lock.

Paths are given as the system itself sees them. ``root`` says where the system's own root folder
is; links are followed within it, as chroot(2) would.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import fnmatch
import itertools
import os
import posixpath
import re
import stat
import tempfile
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._boot import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._disk import Disk, reason_of, refused
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    ForeignChangeError,
    InvalidPathError,
    LockedError,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    CREDENTIAL,
    CREDENTIAL_FOLDERS,
    DIRECTORIES,
    ENCRYPTED_CREDENTIAL_FOLDERS,
    SYSCTL_CONF,
    SysctlFile,
    Tree,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Kind, Loader, Version

    Undo = t.Callable[[], None]

_MOST_LINKS = 40  # path_resolution(7)
# Not among them: signatures of a file's content, such as security.ima.
_ACCESS_LIST = "system.posix_acl_access"
_KEPT_ATTRIBUTES = ("security.selinux", "security.SMACK64", _ACCESS_LIST, "user.")

LOCK_FILE = "/run/linux.tcp.keepalive.lock"
_LOCK_SECONDS = 30.0
_LOCK_POLL_SECONDS = 0.05

# What tells the releases of the loaders without running them, so that a system below a root can
# be asked, too: the name of a library, and a text within a program.
_SYSTEMD_RELEASE = re.compile(r"libsystemd-shared-(\d+).*\.so\Z")
SYSCTL_PROGRAMS = ("/usr/sbin/sysctl", "/sbin/sysctl", "/usr/bin/sysctl", "/bin/sysctl")
_PROCPS_RELEASE = re.compile(rb"procps-ng (\d+(?:\.\d+)+)")
_BUSYBOX = b"BusyBox v"  # of its banner

SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
SD_BOOTED = "/run/systemd/system"  # sd_booted(3)
UNIT = "/etc/systemd/system/systemd-sysctl.service"
DROP_IN_FOLDERS = tuple(
    f"{folder}/systemd/system/systemd-sysctl.service.d" for folder in ("/etc", "/usr/local/lib", "/usr/lib")
)
_UNIT_CHANGE = re.compile(rb"[ \t]*(Condition|Assert|Exec|\w*Credential)")
# Folders of the scripts that are run at boot: by sysvinit and runit, and by OpenRC, which an init of another
# package may start. Debian keeps the links of the former up to date where only OpenRC's are used.
RC_FOLDERS = ("/etc/rcS.d", "/etc/rc2.d", "/etc/rc.d/rcS.d")
OPENRC = "/sbin/openrc"
_OPENRC_FOLDERS = ("/etc/runlevels/sysinit", "/etc/runlevels/boot", "/etc/runlevels/default")
_BOOT_SCRIPT_NAME = re.compile(r"(S\d\d)?(procps|sysctl)(\.sh)?\Z")

_IS_PATTERN = re.compile(r"[*?\[]")
_MOST_NAMES = 10_000
_LEFTOVER = re.compile(r"(~|\.(bak|orig|dpkg-\w+|ucf-\w+|rpm(save|new|orig)))\Z")

_REMEDIES = {
    errno.EBUSY: " It is a mount of its own (a bind mount): edit what is mounted there, or give another path.",
    errno.EPERM: " It may be immutable: see lsattr(1).",
    errno.EACCES: " Run as root (become: true).",
    errno.ENOSPC: " Make room on that file system.",
}


class Files:
    """The files of the system whose root folder is ``root``.

    :raises InvalidPathError: when that is not a folder.
    """

    def __init__(self, root: str = "/", *, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._began = _now()
        if not os.path.isdir(root):
            raise InvalidPathError(f"root is {root!r}, which is not a folder. Give the root folder of a system tree.")
        # by what it is, because the link /proc/PID/root of another system reads "/"
        is_own = os.path.samestat(os.stat(root), os.stat("/"))
        self._root = "" if is_own else os.path.abspath(root).rstrip("/")

    @property
    def is_running_system(self) -> bool:
        """Whether this is the system the process runs in, not a tree for another one."""
        return not self._root

    def resolve(self, path: str) -> str:
        """Return ``path`` with every link followed, as the system sees it; its last parts may be missing.

        :raises FileError: for a loop of links.
        """
        pending = _parts(path)
        done: list[str] = []
        links = 0
        while pending:
            name = pending.pop()
            if name == "..":
                del done[-1:]
                continue
            try:
                target = self._disk.readlink(self.on_host(_joined([*done, name])))
            except (OSError, ValueError):  # it is none, or no name at all, such as one with a NUL
                done.append(name)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise FileError(f"{path} is a loop of links. Remove the link that leads back to itself.")
            if target.startswith("/"):
                done = []
            pending.extend(_parts(target))
        return _joined(done)

    def on_host(self, path: str) -> str:
        """Return where ``path`` of the system, free of links, lies for this process."""
        return self._root + path

    def read_tree(self) -> Tree:
        """Read every file that some loader may read."""
        files = []
        seen = set()
        for directory in DIRECTORIES:
            try:
                resolved = self.resolve(directory)
                names = [] if resolved in seen else self._disk.listdir(self.on_host(resolved))
                seen.add(resolved)
            except FileNotFoundError:
                continue
            except (OSError, FileError) as exc:
                files.append(SysctlFile(path=directory, target=directory, kind="unreadable", reason=reason_of(exc)))
                continue
            files.extend(
                self._read(f"{directory}/{name}", f"{resolved}/{name}")
                for name in sorted(names)
                if name.endswith(".conf")
            )
        single = [self.read(SYSCTL_CONF), *self._credentials()]
        files.extend(file for file in single if file.kind != "missing" or file.is_link)
        return Tree(tuple(files))

    def _credentials(self) -> t.Iterator[SysctlFile]:
        for folder in CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS:
            for name in sorted({CREDENTIAL, *fnmatch.filter(self._names(folder), "sysctl.*")}):
                file = self.read(f"{folder}/{name}")
                if folder in ENCRYPTED_CREDENTIAL_FOLDERS and file.kind == "file":
                    file = dataclasses.replace(file, kind="unreadable", text=b"", reason="it is encrypted")
                yield file

    def read(self, path: str) -> SysctlFile:
        """Read one file, whatever it is; nothing is raised, ``kind`` and ``reason`` tell.

        Its ``path`` becomes the name that a loader uses for it, where one reads its folder.
        """
        folder, name = posixpath.split(path)
        try:
            resolved = self.resolve(folder)
            folder = next((known for known in DIRECTORIES if self._leads_to(known, resolved)), folder)
            path = posixpath.join(folder, name)
            if name == posixpath.basename(SYSCTL_CONF) and self._leads_to(posixpath.dirname(SYSCTL_CONF), resolved):
                path = SYSCTL_CONF
        except FileError:
            resolved = folder
        return self._read(path, posixpath.join(resolved, name))

    def matching(self, pattern: str) -> list[SysctlFile]:
        """Read the files whose path matches a pattern of glob(7), by name; what cannot be read is left out.

        Hidden files and what editors and package managers leave behind are left out, too.
        """
        files = [self._read(path, place) for path, place in self._paths(pattern)]
        return [file for file in files if file.kind == "file"]

    def paths(self, pattern: str) -> list[str]:
        """Return the paths that match a pattern, as :meth:`matching` does, whatever is there."""
        return [path for path, place in self._paths(pattern) if self._disk.lexists(self.on_host(place))]

    def _paths(self, pattern: str) -> t.Iterator[tuple[str, str]]:
        """Yield the paths that match a pattern, each with the same where the links of its folder are followed."""
        folders = [""]
        *parents, last = pattern.split("/")[1:]
        for part in parents:
            found = (f"{folder}/{name}" for folder in folders for name in self._matching_names(folder, part))
            folders = list(itertools.islice(found, _MOST_NAMES))
        for folder in folders:
            with contextlib.suppress(FileError):  # a loop of links
                resolved = self.resolve(folder)
                yield from ((f"{folder}/{name}", f"{resolved}/{name}") for name in self._matching_names(folder, last))

    def _matching_names(self, folder: str, part: str) -> list[str]:
        if not _IS_PATTERN.search(part):
            return [part]
        try:
            names = fnmatch.filter(self._names(folder), part)[:_MOST_NAMES]
        except re.error:  # Python before 3.9 does not know what to make of [z-a]
            return []
        return [name for name in names if not name.startswith(".") and not _LEFTOVER.search(name)]

    def is_executable(self, target: str) -> bool:
        """Whether a file, whose path is free of links, is a program or a script for those who may run it."""
        return self._disk.is_executable(self.on_host(target))

    def _read(self, path: str, place: str) -> SysctlFile:
        """Read the file of a name; ``place`` is the same with the links of its folder followed."""
        is_link = self._disk.islink(self.on_host(place))
        try:
            target = self.resolve(place) if is_link else place
        except FileError:
            return SysctlFile(path=path, target=path, kind="missing", reason="it is a loop of links", is_link=True)
        kind, text, reason = self._content(target)
        return SysctlFile(path=path, target=target, kind=kind, text=text, reason=reason, is_link=is_link)

    def _leads_to(self, path: str, resolved: str) -> bool:
        try:
            return self.resolve(path) == resolved
        except FileError:
            return False

    def _content(self, target: str) -> tuple[Kind, bytes, str]:
        if target == "/dev/null":  # hides files of its name; an image may have no such device
            return "file", b"", ""
        return self._disk.content(self.on_host(target))

    def init_system(self, *, process_1: str, proc_sys_writable: bool) -> InitSystem:
        """Return what tells how this system boots.

        ``process_1`` and ``proc_sys_writable`` are the running kernel's; they do not count for a
        system that does not run.
        """
        has_systemd_sysctl = any(self._disk.exists(self.on_host(self.resolve(path))) for path in SYSTEMD_SYSCTL)
        if self.is_running_system:
            booted_with_systemd = self._disk.isdir(SD_BOOTED)
        else:
            init = self.resolve("/sbin/init")
            program = posixpath.basename(init)
            process_1 = "init" if program == "busybox" else program  # BusyBox is what its link is called
            booted_with_systemd = process_1 == "systemd" or not self._disk.exists(self.on_host(init))
            proc_sys_writable = True
        unit = self.read(UNIT)
        masked = unit.kind == "file" and not unit.text  # systemd.unit(5): empty, or a link to /dev/null
        runs_openrc = process_1 == "openrc-init" or (process_1 == "init" and self.read(OPENRC).kind == "file")
        return InitSystem(
            process_1=process_1,
            booted_with_systemd=booted_with_systemd,
            runs_openrc=runs_openrc and not booted_with_systemd,
            has_systemd_sysctl=has_systemd_sysctl and not masked,
            scripts=()
            if booted_with_systemd
            else tuple(self._boot_scripts(_OPENRC_FOLDERS if runs_openrc else RC_FOLDERS)),
            has_busybox_sysctl=not booted_with_systemd and self._has_busybox_sysctl(),
            proc_sys_writable=proc_sys_writable,
            unit_changes=tuple(self._unit_changes()) if booted_with_systemd else (),
        )

    def _unit_changes(self) -> t.Iterator[tuple[str, int]]:
        for pattern in (UNIT, *(f"{folder}/*.conf" for folder in DROP_IN_FOLDERS)):
            for file in self.matching(pattern):
                rows = file.text.split(b"\n")
                yield from ((file.path, number) for number, row in enumerate(rows, start=1) if _UNIT_CHANGE.match(row))

    def version_of(self, loader: Loader) -> Version | None:
        """Return the release of the loader that is installed, None where it cannot be told."""
        if loader == "procps":
            texts = (self.read(path).text for path in SYSCTL_PROGRAMS)
            release = next(filter(None, map(_PROCPS_RELEASE.search, texts)), None)
            return tuple(map(int, release[1].split(b"."))) if release else None
        libraries = [f"/usr/lib/{name}" for name in self._names("/usr/lib") if "-linux-" in name]
        folders = [f"{library}/systemd" for library in ("/usr/lib", "/usr/lib64", "/lib", *libraries)]
        found = [_SYSTEMD_RELEASE.match(name) for folder in folders for name in self._names(folder)]
        return max(((int(release[1]),) for release in found if release), default=None)

    def _names(self, folder: str) -> list[str]:
        try:
            return sorted(self._disk.listdir(self.on_host(self.resolve(folder))))
        except (OSError, FileError):
            return []

    def _boot_scripts(self, folders: t.Iterable[str]) -> t.Iterator[bytes]:
        for folder in folders:
            for name in self._names(folder):
                if _BOOT_SCRIPT_NAME.match(name):
                    yield self.read(f"{folder}/{name}").text

    def _has_busybox_sysctl(self) -> bool:
        """Whether the first ``sysctl`` found is BusyBox's: a link to it, a hard link or a copy."""
        found = next((file for file in map(self.read, SYSCTL_PROGRAMS) if file.kind == "file"), None)
        return found is not None and _BUSYBOX in found.text

    def require_editable(self, file: SysctlFile) -> None:
        """Check that a file is a regular one, or can become one.

        :raises InvalidPathError: for anything else.
        """
        name = file.path if file.path == file.target else f"{file.path} (a link to {file.target})"
        if file.is_credential:
            raise InvalidPathError(f"{name} is a credential of systemd, which is never edited. Give another path.")
        if file.target == "/dev/null":
            raise InvalidPathError(
                f"{name} hides every file of its name from the boot and cannot hold values. "
                f"Remove the link, or give another path."
            )
        if file.kind in ("directory", "unreadable") or (file.is_link and file.path == file.target):
            raise InvalidPathError(f"{name} cannot be edited: {file.reason}. Give the path of a regular file.")
        folder = self._nearest_folder(file.target)
        if not self._disk.isdir(self.on_host(folder)):
            raise InvalidPathError(f"{name} cannot be made: {folder} is not a folder. Make it first, or correct path.")

    def require_writable(self, target: str) -> None:
        """Check that this process may replace a file, without writing.

        :raises FileError: where it may not.
        """
        folder = self._nearest_folder(target)
        if os.access(self.on_host(folder), os.W_OK | os.X_OK):
            return
        if os.statvfs(self.on_host(folder)).f_flag & os.ST_RDONLY:
            reason, remedy = "read-only file system", "Mount it writable, or give another path."
        else:
            reason, remedy = "permission denied", "Run as root (become: true)."
        raise FileError(f"{target} cannot be written: {folder}: {reason}. {remedy}")

    def _nearest_folder(self, target: str) -> str:
        """Return the folder of a file, or the one in which that folder would be made."""
        folder = posixpath.dirname(target)
        return folder if self._disk.lexists(self.on_host(folder)) else posixpath.dirname(folder)

    def backup(self, target: str) -> str:
        """Copy a file beside itself, named as Ansible names backups, and return the copy's path.

        :raises FileError: when the system refuses.
        """
        copy = f"{target}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"
        try:
            stored = _read_with_metadata(self.on_host(target))
            if stored is None:
                raise _changed_meanwhile(target)
            _put(self.on_host(copy), stored.text, stored.metadata)
        except OSError as exc:
            raise FileError(f"{copy} cannot be written: {reason_of(exc)}.{_REMEDIES.get(exc.errno or 0, '')}") from exc
        return copy

    def remove(self, target: str) -> None:
        """Remove a file that this run made."""
        _put(self.on_host(target), None, _NEW_FILE)

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        """Let a file hold ``text``, at once and for good, or remove it (None); return what undoes that.

        ``target`` is free of links and holds what is ``expected`` (None: is not there). Mode, owner,
        access control list, SELinux label and other extended attributes of an existing file are
        kept; a new one gets mode 0644, and its folder is made when only that is missing.

        :raises FileError: when the system refuses or the file is another one; then nothing has changed.
        """
        path = self.on_host(target)
        folder = os.path.dirname(path)
        makes_folder = False
        try:
            before = _read_with_metadata(path)
            if (before.text if before else None) != expected:
                raise _changed_meanwhile(target)
            makes_folder = text is not None and not os.path.isdir(folder)
            if makes_folder:
                os.mkdir(folder)
                os.chmod(folder, 0o755)  # whatever the umask
            _put(path, text, before.metadata if before else _NEW_FILE)
        except OSError as exc:
            if makes_folder:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            raise FileError(
                f"{target} cannot be written: {reason_of(exc)}.{_REMEDIES.get(exc.errno or 0, '')}"
            ) from exc

        def undo() -> None:
            stored = _read_with_metadata(path)
            found = stored.text if stored else None
            if found != text and found != expected:
                raise ForeignChangeError(f"{target} was changed by another program, and is left as it is now.")
            if found != expected:
                _put(path, expected, before.metadata if before else _NEW_FILE)
            if makes_folder:
                with contextlib.suppress(OSError):  # another program has put something there
                    os.rmdir(folder)

        return undo

    def stored(self, target: str) -> StoredFile | None:
        """Return a file with all that :meth:`put_back` brings back, None where there is none.

        :raises FileError: when the system refuses, or it is no regular file of a usual size.
        """
        path = self.on_host(target)
        try:
            refusal = refused(os.stat(path)) if os.path.exists(path) else None
            if refusal:
                raise FileError(f"{target} cannot be read: {refusal[1]}.")
            return _read_with_metadata(path)
        except OSError as exc:
            raise FileError(f"{target} cannot be read: {reason_of(exc)}.{_REMEDIES.get(exc.errno or 0, '')}") from exc

    def has_folder(self, target: str) -> bool:
        """Return whether the folder of a file is there."""
        return os.path.isdir(self.on_host(posixpath.dirname(target)))

    def put_back(self, target: str, to: StoredFile | None, *, has_folder: bool) -> Undo:
        """Let a file be what it once was, mode and owner included, or be gone; return what undoes that.

        ``has_folder`` tells whether there was its folder, which otherwise goes, too, when it is empty.

        :raises FileError: when the system refuses; then nothing has changed.
        """
        path = self.on_host(target)
        folder = os.path.dirname(path)
        before = self.stored(target)
        makes_folder = to is not None and not os.path.isdir(folder)

        def put(file: StoredFile | None) -> None:
            if file is not None:
                _put(path, file.text, file.metadata)
            elif os.path.lexists(path):
                _put(path, None, _NEW_FILE)

        try:
            if makes_folder:
                os.mkdir(folder)
                os.chmod(folder, 0o755)  # whatever the umask
            put(to)
        except OSError as exc:
            if makes_folder:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            raise FileError(
                f"{target} cannot be written: {reason_of(exc)}.{_REMEDIES.get(exc.errno or 0, '')}"
            ) from exc
        removed_folder = False
        if to is None and not has_folder:
            with contextlib.suppress(OSError):  # others have put something there
                os.rmdir(folder)
                removed_folder = True

        def undo() -> None:
            if removed_folder:
                os.mkdir(folder)
                os.chmod(folder, 0o755)
            put(before)
            if makes_folder:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)

        return undo

    @contextlib.contextmanager
    def lock(self, reason: t.Literal["change", "put back", "look"] = "change") -> t.Iterator[None]:
        """Keep other runs from this system while the block runs, with flock(2).

        The running system's lock is a file that only root can open, since whoever can read a file
        can lock it; that of another tree, or where there is no /run, is the root folder.

        What is put back ends all that wanted a change before: a run whose connection was cut may still
        wait for the lock then, and would else change what the controller has just seen put back.

        :raises LockedError: when another run holds it for longer than is normal, or there can be none; and for a
            change that began before the host was put back.
        """
        descriptor, path = self._open_lock()
        try:
            _wait_for_lock(descriptor, path)
            if reason == "change" and self._began < _last_put_back(descriptor):
                raise LockedError("The host was put back while this run waited for it. Nothing was changed. Run again.")
            if reason == "put back":
                _note_put_back(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _open_lock(self) -> tuple[int, str]:
        if self.is_running_system:
            path = self.on_host(LOCK_FILE)
            with contextlib.suppress(OSError):
                return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), path
        path = self.on_host("/")
        try:
            return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), path
        except OSError as exc:
            raise LockedError(f"{path} cannot be locked: {reason_of(exc)}. Run as root (become: true).") from exc


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What a replaced file keeps; ``owner`` is None for a new file, which gets the process's own."""

    mode: int
    owner: tuple[int, int] | None = None
    attributes: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)


_NEW_FILE = Metadata(mode=0o644)


@dataclasses.dataclass(frozen=True)
class StoredFile:
    text: bytes
    metadata: Metadata


def _read_with_metadata(path: str) -> StoredFile | None:
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            owner = (found.st_uid, found.st_gid)
            metadata = Metadata(stat.S_IMODE(found.st_mode), owner, _attributes(file.fileno()))
            return StoredFile(file.read(), metadata)
    except FileNotFoundError:
        return None


def _attributes(descriptor: int) -> dict[str, bytes]:
    """Return the extended attributes that belong to a file whatever its content."""
    try:
        names = os.listxattr(descriptor)
    except OSError as exc:
        if exc.errno == errno.ENOTSUP:
            return {}
        raise
    return {name: os.getxattr(descriptor, name) for name in names if name.startswith(_KEPT_ATTRIBUTES)}


def _put(path: str, text: bytes | None, metadata: Metadata) -> None:
    """Replace or remove a file in one step that a crash cannot cut in half."""
    folder = os.path.dirname(path)
    if text is None:
        os.unlink(path)
    else:
        descriptor, temporary = tempfile.mkstemp(prefix=".linux.tcp.", suffix=".tmp", dir=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(text)
                if metadata.owner is not None:
                    os.fchown(descriptor, *metadata.owner)
                os.fchmod(descriptor, metadata.mode)
                inherited = _attributes(descriptor)
                for name, value in metadata.attributes.items():
                    if inherited.get(name) != value:
                        os.setxattr(descriptor, name, value)
                if metadata.owner is not None and _ACCESS_LIST in inherited and _ACCESS_LIST not in metadata.attributes:
                    os.removexattr(descriptor, _ACCESS_LIST)
                file.flush()
                os.fsync(descriptor)
            os.rename(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    with contextlib.suppress(OSError):  # not everyone and not every file system can; the new name stands all the same
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _wait_for_lock(descriptor: int, path: str) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while not _try_lock(descriptor, path):
        if time.monotonic() > deadline:
            raise LockedError(
                f"Another run has held the lock of {path} for {_LOCK_SECONDS:.0f} seconds. "
                f"Find it with 'lslocks' or 'fuser -v {path}', and run again once it has ended."
            )
        time.sleep(_LOCK_POLL_SECONDS)


def _try_lock(descriptor: int, path: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise LockedError(f"{path} cannot be locked: {reason_of(exc)}. Mend that file system.") from exc
    return True


def _now() -> int:
    """Return the nanoseconds since the system's boot, which are the same for all of its processes."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _last_put_back(descriptor: int) -> int:
    """Return when the lock's file was last taken to put the host back, 0 where it says nothing of this boot."""
    with contextlib.suppress(OSError, ValueError):  # a folder says nothing
        found = int(os.pread(descriptor, 32, 0))
        return found if found <= _now() else 0
    return 0


def _note_put_back(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # a folder can hold nothing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{_now()}\n".encode(), 0)


def _changed_meanwhile(target: str) -> FileError:
    return FileError(f"{target} was changed by another program a moment ago. Run again.")


def _parts(path: str) -> list[str]:
    """Return the parts of a path, last one first."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _joined(parts: list[str]) -> str:
    return "/" + "/".join(parts)
