# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the sysctl files of a system, where they may stand, and what a reboot takes of them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied

    Kind = t.Literal["file", "missing", "directory", "unreadable"]


# By priority: of files with the same name the one in the earliest directory counts. systemd gave
# up the last one in version 255, which needs a merged /usr, where it is the one before.
DIRECTORIES = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)
SYSCTL_CONF = "/etc/sysctl.conf"
# Of these each initramfs of dracut with systemd in it has a copy.
COPIED = ("/usr/lib/sysctl.d", "/lib/sysctl.d")
# SUSE's suse-module-tools: kernel-sysctl.service applies these with systemd-sysctl, before all others, for the kernel
# that is named there.
KERNEL_FILES = ("/boot/sysctl.conf-*", "/usr/lib/modules/*/sysctl.conf", "/lib/modules/*/sysctl.conf")
_OF_KERNEL = re.compile(r"/boot/sysctl\.conf-(.*)|(?:/usr)?/lib/modules/(.*)/sysctl\.conf", re.DOTALL)
# file-hierarchy(7): flushed at boot, so what is written there now never reaches a loader.
VOLATILE = "/run/"
# systemd.exec(5): where the credentials of systemd-sysctl are looked for; of one name the first that is there counts.
# The first place of each kind is filled at each boot, by the firmware, the boot loader or whatever runs the container.
CREDENTIAL = "sysctl.extra"
_GIVEN_CREDENTIALS = "/run/credentials/@"
_CREDENTIAL_PREFIX = "sysctl."
CREDENTIAL_FOLDERS = (
    f"{_GIVEN_CREDENTIALS}system",
    "/etc/credstore",
    "/run/credstore",
    "/usr/local/lib/credstore",
    "/usr/lib/credstore",
)
ENCRYPTED_CREDENTIAL_FOLDERS = (
    f"{_GIVEN_CREDENTIALS}encrypted",
    "/etc/credstore.encrypted",
    "/usr/local/lib/credstore.encrypted",
    "/usr/lib/credstore.encrypted",
)


@dataclasses.dataclass(frozen=True)
class SysctlFile:
    """One file or link, read at one moment.

    ``path`` is its name, the one that a loader has for it where one reads it, ``target`` what it
    leads to once every link is followed, ``is_link`` whether the name itself is a link. ``text``
    holds the content of a ``file`` and is empty for every other kind; ``reason`` says why one is
    ``unreadable``, ``denied`` to whom the system denies it, ``is_too_large`` that it has more than is
    read, and ``is_unknown`` that the system did not tell what there is, as where a disk fails.
    ``lost`` says what a reboot takes with the file system that it is on: its name, or only the content
    to which the name leads.
    """

    path: str
    target: str
    kind: Kind = "file"
    text: bytes = b""
    reason: str = ""
    is_link: bool = False
    lost: t.Literal["", "name", "content"] = ""
    is_unknown: bool = False
    denied: Denied = ""
    is_too_large: bool = False

    @property
    def name(self) -> bytes:
        """The base name, in bytes because that is how loaders sort it."""
        return posixpath.basename(self.path).encode("utf-8", "surrogateescape")

    @property
    def is_credential(self) -> bool:
        """Whether systemd may hand this to systemd-sysctl as a credential, by this name or by what it leads to."""
        return _names_credential(self.path) or _names_credential(self.target)

    @property
    def is_hidden_credential(self) -> bool:
        """Whether only root may see if there is such a credential; on most hosts there is none."""
        return self.is_credential and self.denied == "to_user"

    @property
    def is_loop(self) -> bool:
        """Whether this is a link that leads back to itself."""
        return self.kind == "missing" and self.is_link and self.target == self.path

    @property
    def leads_nowhere(self) -> bool:
        """Whether this is a link to what is not there; a loop of links does not count."""
        return self.kind == "missing" and self.is_link and not self.is_loop

    @property
    def is_volatile(self) -> bool:
        """Whether the content is gone after a reboot."""
        is_given_again = self.path.startswith(_GIVEN_CREDENTIALS)
        is_in_run = self.path.startswith(VOLATILE) or self.target.startswith(VOLATILE)
        return not is_given_again and (is_in_run or bool(self.lost))


def _names_credential(path: str) -> bool:
    folder, name = posixpath.split(path)
    return name.startswith(_CREDENTIAL_PREFIX) and folder in CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS


class LostPlace(t.NamedTuple):
    """A folder or file, by ``path``, whose file system does not survive a reboot.

    The file system is mounted at ``point``; ``what`` is its kind in words. ``may_stay`` says that what is there may be
    there again, and ``is_certain`` that what is written there is lost: it is False where that is not known.
    """

    path: str
    point: str
    what: str
    may_stay: bool = False
    is_certain: bool = True


class Initramfs(t.NamedTuple):
    """An initramfs that dracut builds, which has a copy of :data:`COPIED` from when it was built.

    ``host_only`` is the path and line of dracut's configuration because of which it has a copy of /etc/sysctl.d, too.
    The line is None where that file cannot be read. Without such a place there is no such copy.
    """

    host_only: tuple[str, int | None] | None = None


def marked(file: SysctlFile, lost: t.Collection[LostPlace]) -> SysctlFile:
    """Return a file with what a reboot takes of it, where these places are lost."""
    paths = {place.path for place in lost}
    if paths.intersection([file.path, posixpath.dirname(file.path)]):
        return dataclasses.replace(file, lost="name")
    is_lost = bool(paths.intersection([file.target, posixpath.dirname(file.target)])) and file.target != "/dev/null"
    return dataclasses.replace(file, lost="content" if is_lost else "")


def by_kernel(files: t.Iterable[SysctlFile]) -> list[list[SysctlFile]]:
    """Return the files of :data:`KERNEL_FILES`, one list for each kernel."""
    found: dict[str, list[SysctlFile]] = {}
    for file in sorted(files, key=lambda file: file.path):
        match = _OF_KERNEL.fullmatch(file.path)
        if match:
            found.setdefault(match[1] or match[2], []).append(file)
    return list(found.values())


@dataclasses.dataclass(frozen=True)
class Tree:
    """The sysctl files of one system, read at one moment; each path stands in it once.

    There may be some that no loader reads by itself, because something else applies them.
    """

    files: tuple[SysctlFile, ...] = ()

    def lasting(self) -> Tree:
        """Return the tree as the next boot finds it: what lies in memory, as below :data:`VOLATILE`, is gone."""
        return Tree(
            tuple(
                dataclasses.replace(file, kind="missing", text=b"") if file.is_volatile else file
                for file in self.files
                if not (file.is_volatile and (file.path.startswith(VOLATILE) or file.lost == "name"))
            )
        )

    def marked(self, lost: t.Collection[LostPlace]) -> Tree:
        """Return the tree with what a reboot takes of each file, where these places are lost."""
        return Tree(tuple(marked(file, lost) for file in self.files))

    def get(self, path: str) -> SysctlFile | None:
        """Return the file of that name, None where there is none."""
        return next((file for file in self.files if file.path == path), None)

    def with_text(self, file: SysctlFile, text: bytes | None) -> Tree:
        """Return the tree as it is once the file behind ``file`` holds ``text`` (None: is gone)."""
        files = []
        known = self.files if self.get(file.path) else (*self.files, file)
        if file.is_link and self.get(file.target) is None:
            known = (*known, dataclasses.replace(file, path=file.target, is_link=False))
        for other in known:
            if other.target != file.target:
                files.append(other)
            elif text is not None:
                files.append(dataclasses.replace(other, kind="file", text=text))
            elif other.is_link:
                files.append(dataclasses.replace(other, kind="missing", text=b""))
        return Tree(tuple(files))
