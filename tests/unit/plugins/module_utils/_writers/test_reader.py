# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import resource
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats, reader
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter, Unseen
from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD, lay_out, unprivileged
from ansible_collections.linux.tcp.tests.unit.writers import SET

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.tests.unit.host import Layout

RUNS = b"@reboot root /opt/tune\n"
USER_DATA = "/var/lib/cloud/instances/i/cloud-config.txt"
INSTANCE: Layout = {USER_DATA: b"", "/var/lib/cloud/instance": "instances/i"}
# As alpine-baselayout has it: https://git.alpinelinux.org/aports/tree/main/alpine-baselayout/APKBUILD
ALPINE: Layout = {"/etc/crontabs/root": b"", "/var/spool/cron/crontabs": "../../../etc/crontabs"}


def unseen(root: Path, layout: Layout, modes: t.Mapping[str, int]) -> list[tuple[str, bool]]:
    """Return the places that a user may not see where files have these modes, and whether that is usual."""
    lay_out(root, layout)
    for path, mode in modes.items():
        (root / path[1:]).chmod(mode)
    with unprivileged(root) as inside:
        files = Files(inside)
        found = find_candidates(files, SYSTEMD, files.read_tree()).unseen
    assert {(one.reason, one.denied) for one in found} <= {("Permission denied", "to_user")}
    return [(one.path, one.is_usual) for one in found]


@pytest.mark.parametrize(
    ("layout", "modes", "places"),
    [
        pytest.param({"/etc/cron.d/a": SET}, {"/etc/cron.d": 0o700}, [("/etc/cron.d", False)], id="folder"),
        pytest.param({"/etc/cron.d/a": SET}, {"/etc/cron.d": 0o711}, [("/etc/cron.d", False)], id="cannot be listed"),
        pytest.param({"/etc/cron.d/a": SET}, {"/etc/cron.d/a": 0o600}, [("/etc/cron.d/a", False)], id="file"),
        pytest.param({"/etc/cron.d/a": SET}, {"/etc/cron.d/a": 0o644}, [], id="what can be read"),
        pytest.param(
            {"/etc/systemd/system/a.service": SET},
            {"/etc/systemd": 0o700},
            [("/etc/systemd", False)],
            id="folders in it are named once",
        ),
        pytest.param({"/etc/rc.local": SET}, {"/etc/rc.local": 0o700}, [("/etc/rc.local", False)], id="script"),
        pytest.param({"/etc/rc.local": SET}, {"/etc/rc.local": 0o600}, [], id="script that does not run"),
        pytest.param(
            {"/etc/cron.daily/a": SET}, {"/etc/cron.daily": 0o700}, [("/etc/cron.daily", False)], id="folder of scripts"
        ),
        pytest.param(
            {"/etc/ufw/ufw.conf": b""}, {"/etc/ufw/ufw.conf": 0o600}, [("/etc/ufw/ufw.conf", False)], id="configuration"
        ),
        pytest.param(
            {"/etc/crontab": RUNS, "/opt/tune": SET},
            {"/opt/tune": 0o700},
            [("/opt/tune", False)],
            id="script that is called",
        ),
        pytest.param(
            {"/etc/crontab": RUNS, "/opt/tune": SET}, {"/opt/tune": 0o600}, [], id="no script, but an argument"
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root sh /opt/tune\n", "/opt/tune": SET},
            {"/opt/tune": 0o600},
            [("/opt/tune", False)],
            id="script that a shell is given",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /root/tune\n", "/root/tune": SET},
            {"/root": 0o700},
            [("/root", True), ("/root/tune", False)],
            id="called in a folder that is closed on most hosts",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root sysctl -p /opt/a.conf\n", "/opt/a.conf": b""},
            {"/opt/a.conf": 0o600},
            [("/opt/a.conf", False)],
            id="sysctl file that is applied",
        ),
        pytest.param(
            {"/usr/lib/tmpfiles.d/a.conf": b"f^ /root/.ssh/authorized_keys - - - - x\n", "/root/.ssh/x": b""},
            {"/root": 0o700},
            [("/root", True)],
            id="file that a line of tmpfiles.d makes",
        ),
        pytest.param(
            {"/root/.profile": b"", "/var/spool/cron/crontabs": None},
            {"/root": 0o700, "/var/spool/cron/crontabs": 0o700},
            [("/root", True), ("/var/spool/cron/crontabs", True)],
            id="closed on most hosts",
        ),
        pytest.param(
            ALPINE, {"/etc/crontabs/root": 0o600}, [("/etc/crontabs/root", True)], id="table of cron on Alpine"
        ),
        pytest.param(ALPINE, {"/etc/crontabs": 0o700}, [("/etc/crontabs", True)], id="tables of cron on Alpine"),
        pytest.param(
            {"/etc/crontabs/root": b"", "/var/spool/cron": "/etc/crontabs"},
            {"/etc/crontabs/root": 0o600},
            [("/etc/crontabs/root", True)],
            id="another link to this table",
        ),
        pytest.param(
            {"/etc/crontabs/root": b""},
            {"/etc/crontabs/root": 0o600},
            [("/etc/crontabs/root", True)],
            id="no link to it",
        ),
        pytest.param(
            {**ALPINE, "/etc/crontab": b"@reboot root /etc/crontabs/root\n"},
            {"/etc/crontabs/root": 0o700},
            [("/etc/crontabs/root", False)],
            id="called although it is closed on most hosts",
        ),
        pytest.param({"/var/spool/cron/atjobs": None}, {"/var/spool/cron/atjobs": 0o700}, [], id="jobs of at"),
        pytest.param(INSTANCE, {USER_DATA: 0o600}, [(USER_DATA, True)], id="user data of cloud-init"),
        pytest.param(
            {**INSTANCE, "/etc/cron.d/a": USER_DATA},
            {USER_DATA: 0o600},
            [(USER_DATA, False)],
            id="user data that a place before leads to",
        ),
        pytest.param(
            {**INSTANCE, "/etc/supervisord.d/a": USER_DATA},
            {USER_DATA: 0o600},
            [(USER_DATA, False)],
            id="user data that a place behind leads to",
        ),
        pytest.param(
            INSTANCE,
            {"/var/lib/cloud": 0o700},
            [("/var/lib/cloud", False)],
            id="a folder with more in it than what is closed on most hosts",
        ),
        pytest.param(
            {"/etc/cron.d/a": "/opt/a", "/opt/a": b""},
            {"/opt/a": 0o600},
            [("/opt/a", False)],
            id="file that a link leads to",
        ),
        pytest.param(
            {"/etc/runlevels/x/tuned": b"", "/etc/tuned/active_profile": b"mine", "/etc/tuned/mine/tuned.conf": b""},
            {"/etc/tuned/mine/tuned.conf": 0o600},
            [("/etc/tuned/mine/tuned.conf", False)],
            id="profile of tuned, which is not missing",
        ),
        pytest.param(
            {"/etc/cron.d/a": "/opt/a", "/etc/cron.d/b": "/opt/a", "/opt/a": b""},
            {"/opt/a": 0o600},
            [("/opt/a", False)],
            id="file that two links lead to",
        ),
        pytest.param(
            {"/etc/crontab": RUNS, "/opt/tune": "real", "/opt/real": SET},
            {"/opt/real": 0o700},
            [("/opt/real", False)],
            id="script that a link leads to",
        ),
        pytest.param(
            {"/lib": "usr/lib", "/usr/lib/systemd/system/a.service": SET},
            {"/usr/lib/systemd/system": 0o700},
            [("/usr/lib/systemd/system", False)],
            id="folder that has two names",
        ),
    ],
)
def test_what_a_user_may_not_see(
    tmp_path: Path, layout: Layout, modes: t.Mapping[str, int], places: list[tuple[str, bool]]
) -> None:
    assert unseen(tmp_path, layout, modes) == places


class Denying(FileSystem):
    """Files of which one is denied to root, too, as SELinux and FUSE do it."""

    def __init__(self, root: str, path: str) -> None:
        super().__init__(root)
        self._path = path

    def _require_allowed(self, path: str) -> None:
        if path == self._path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def listdir(self, path: str) -> list[str]:
        self._require_allowed(path)
        return super().listdir(path)

    def _lstat(self, path: str) -> os.stat_result:
        self._require_allowed(path)
        return super()._lstat(path)


@pytest.mark.parametrize("path", ["/etc/cron.d", "/root/.bashrc", "/etc/tuned/active_profile"])
def test_what_root_may_not_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lay_out(tmp_path, {"/etc/cron.d/a": SET, "/root/.bashrc": SET, "/etc/tuned/active_profile": SET})
    files = Files(str(tmp_path), file_system=Denying(str(tmp_path), path))
    found = find_candidates(files, SYSTEMD, files.read_tree()).unseen
    assert found == (Unseen(path, "Permission denied", "to_root"),)


class Failing(FileSystem):
    """Files of which one cannot be read, as on a disk that fails, or where its owner has a lease: fcntl(2)."""

    def __init__(self, root: str, path: str, error: int) -> None:
        super().__init__(root)
        self._path, self._error = path, error

    def _require_working(self, path: str) -> None:
        if path == self._path:
            raise OSError(self._error, os.strerror(self._error))

    def listdir(self, path: str) -> list[str]:
        self._require_working(path)
        return super().listdir(path)

    def content(self, path: str) -> tuple[Kind, bytes, str]:
        self._require_working(path)
        return super().content(path)


CALLS = {"/etc/crontab": RUNS + b"@reboot root sysctl -p /opt/a.conf\n", "/opt/tune": SET, "/opt/a.conf": b""}


@pytest.mark.parametrize("error", [errno.EIO, errno.EINVAL, errno.EAGAIN], ids=errno.errorcode.get)
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/opt/tune", "/opt/tune"),
        ("/opt/a.conf", "/opt/a.conf"),
        ("/etc/cron.d", "/etc/cron.d/*"),
        ("/etc/ufw/ufw.conf", "/etc/ufw/ufw.conf"),
    ],
)
def test_what_cannot_be_read_ends_no_search(tmp_path: Path, path: str, place: str, error: int) -> None:
    lay_out(tmp_path, {**CALLS, "/etc/cron.d/a": SET, "/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/root/.bashrc": SET})
    files = Files(str(tmp_path), file_system=Failing(str(tmp_path), path, error))
    found = find_candidates(files, SYSTEMD, files.read_tree())
    (unseen,) = found.unseen
    assert (unseen.path, unseen.denied, unseen.is_failure) == (place, "", True)
    assert unseen.reason.startswith(f"{path} cannot be read: {os.strerror(error)}.")
    assert "/root/.bashrc" in {one.writer.path for one in found.candidates if isinstance(one, Setter)}


HUGE = b"#" * (4 << 20)
NAMES = "".join(f"/opt/{number} " for number in range(1001)).encode()


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        pytest.param({"/etc/rc.local": SET + HUGE}, "/etc/rc.local", id="script"),
        pytest.param({"/etc/cron.d/a": SET + HUGE}, "/etc/cron.d/a", id="table"),
        pytest.param({"/etc/ufw/ufw.conf": SET + HUGE}, "/etc/ufw/ufw.conf", id="configuration"),
        pytest.param({"/etc/crontab": RUNS, "/opt/tune": b"#!" + HUGE}, "/opt/tune", id="script that is called"),
        pytest.param({"/etc/crontab": RUNS, "/opt/tune": b"\x7fELF" + HUGE}, "", id="program that is called"),
        pytest.param(
            {"/etc/crontab": b"@reboot root sh /opt/tune\n", "/opt/tune": b"\n" + HUGE},
            "/opt/tune",
            id="script that a shell is given",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root sysctl -p /opt/a.conf\n", "/opt/a.conf": b"\n" + HUGE},
            "/opt/a.conf",
            id="sysctl file that is applied",
        ),
        pytest.param({"/etc/cron.d/a": None}, "", id="folder"),
    ],
)
def test_what_is_too_large(tmp_path: Path, layout: Layout, place: str) -> None:
    lay_out(tmp_path, layout)
    for path, text in layout.items():
        if text:
            (tmp_path / path[1:]).chmod(0o755)
    files = Files(str(tmp_path))
    reason = f"{place} cannot be read: it is larger than 4 MiB. Make it smaller."
    found = find_candidates(files, SYSTEMD, files.read_tree()).unseen
    assert found == ((Unseen(place, reason, "", is_failure=True),) if place else ())


def test_what_nothing_would_read(tmp_path: Path) -> None:
    """A script that is not executable does not run, and cron reads regular files only."""
    lay_out(tmp_path, {"/etc/rc.local": SET + HUGE, "/etc/cron.d": None})
    (tmp_path / "etc/rc.local").chmod(0o644)
    os.mkfifo(str(tmp_path / "etc/cron.d/a"))
    files = Files(str(tmp_path))
    assert find_candidates(files, SYSTEMD, files.read_tree()).unseen == ()


ONLY_THESE = "and only these are looked at."


@pytest.mark.parametrize(
    ("layout", "place", "reason"),
    [
        pytest.param(
            {"/etc/cron.d/a": b"@reboot root " + NAMES},
            "/etc/cron.d/a",
            f"/etc/cron.d/a may call files more than 1000 times, {ONLY_THESE}",
            id="files that one calls",
        ),
        pytest.param(
            {"/etc/cron.d/a": b"@reboot root " + NAMES[:5000], "/etc/cron.d/b": b"@reboot root " + NAMES[4800:]},
            "/opt/1000",
            f"Lines call more than 1000 files, {ONLY_THESE}",
            id="files that two call",
        ),
        pytest.param(
            {"/etc/cron.d/a": b"@reboot root /opt/0", "/opt/0": b"#!/bin/sh\n" + NAMES[7:]},
            "/opt/1000",
            f"Lines call more than 1000 files, {ONLY_THESE}",
            id="files that a script calls",
        ),
        pytest.param({"/etc/cron.d/a": b"@reboot root " + NAMES[7:]}, "", "", id="as many as are looked at"),
        pytest.param({"/etc/cron.d/a": b"@reboot root " + b"/opt/a " * 1001}, "", "", id="the same file"),
        pytest.param(
            {"/etc/cron.d/a": (b"@reboot root " + SET + b"\n") * 1001},
            "/etc/cron.d/a",
            f"/etc/cron.d/a may set values more than 1000 times, {ONLY_THESE}",
            id="lines that set values",
        ),
    ],
)
def test_more_than_is_looked_at(tmp_path: Path, layout: Layout, place: str, reason: str) -> None:
    lay_out(tmp_path, layout)
    files = Files(str(tmp_path))
    found = find_candidates(files, SYSTEMD, files.read_tree()).unseen
    assert found == ((Unseen(place, reason, "", is_failure=True),) if place else ())


def test_a_text_that_is_never_understood_ends_no_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner of a script that a line calls could otherwise hold up each run."""
    monkeypatch.setattr(reader, "_MOST_SECONDS", 0.5)
    understand = formats.script

    def never_end(text: str) -> t.Iterable[Effect]:
        while "endless" in text:
            pass
        return understand(text)

    monkeypatch.setattr(formats, "script", never_end)
    calls = b"@reboot root /opt/endless\n@reboot root /opt/tune\n"
    lay_out(
        tmp_path,
        {"/etc/crontab": calls, "/opt/endless": b"#!/bin/sh\n# endless\n" + SET, "/opt/tune": b"#!/bin/sh\n" + SET},
    )
    for name in ("endless", "tune"):
        (tmp_path / "opt" / name).chmod(0o755)
    files = Files(str(tmp_path))
    found = find_candidates(files, SYSTEMD, files.read_tree())
    assert [(one.path, one.is_failure) for one in found.unseen] == [("/opt/endless", True)]
    assert found.unseen[0].reason == (
        "/opt/endless cannot be understood: it takes more than 0.5 s of processor time. Make shorter what takes that "
        "much, or remove what calls it."
    )
    assert {one.writer.path for one in found.candidates if isinstance(one, Setter)} == {"/opt/tune"}


@pytest.mark.parametrize(
    ("bound", "most", "refusal"),
    [
        pytest.param("MOST_BYTES_OF_A_SEARCH", 1 << 20, "the files are larger than 1 MiB in all", id="bytes"),
        pytest.param("_MOST_FILES", 1, "there are more than 1 files", id="number"),
    ],
)
def test_no_more_is_read_than_a_search_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, refusal: str
) -> None:
    monkeypatch.setattr(reader, bound, most)
    lay_out(tmp_path, {f"/x/{name}": b"" for name in "ab"})
    os.truncate(str(tmp_path / "x/a"), 2 << 20)
    files = Reader(Files(str(tmp_path)))
    assert [file.path for file in (files.known("/x/none"), files.known("/x/a"))] == ["/x/none", "/x/a"]
    assert (files.matching("/x/*"), files.paths("/x/*"), files.known("/x/b").kind) == ([], [], "unreadable")
    assert [(one.path, one.reason, one.is_failure) for one in files.unseen.values()] == [
        (path, f"{path} cannot be read: {refusal}. Remove what does not belong there.", True)
        for path in ("/x/*", "/x/b")
    ]


@pytest.mark.parametrize("depth", [190, 250])
def test_a_deep_path_of_a_user_ends_no_search(tmp_path: Path, depth: int) -> None:
    """The owner of a script that root's table calls may replace it by a link to a file below any number of folders."""
    script = f"{'/a' * depth}/tune"
    lay_out(tmp_path, {**CALLS, "/opt/tune": script, script: b"#!/bin/sh\n" + SET, "/root/.bashrc": SET})
    files = Files(str(tmp_path))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 100, limits[1]))
    try:
        found = find_candidates(files, SYSTEMD, files.read_tree())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    writers = {one.writer.path for one in found.candidates if isinstance(one, Setter)}
    assert "/root/.bashrc" in writers
    assert (script in writers) is (depth < 200)
    assert [(one.path, one.is_failure) for one in found.unseen] == ([] if depth < 200 else [("/opt/tune", True)])


def test_what_is_missing_for_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"/opt/a": b"", "/opt/b": "/opt/none"})
    files = Reader(Files(str(tmp_path)))
    assert [files.is_missing(f"/opt/{name}") for name in ("a", "b", "none", "a/b", "x" * 300)] == [False, *[True] * 4]

    def deny(_files: Files, path: str) -> bool:
        raise FileError(f"{path} cannot be read.")

    monkeypatch.setattr(Files, "exists_for_certain", deny)
    assert not files.is_missing("/opt/none")
    assert not files.unseen
