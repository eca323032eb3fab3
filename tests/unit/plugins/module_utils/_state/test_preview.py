# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.unit.changes import ALL, D, refuse, run, run_and_run_again
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("path", "layout", "shown"),
    [
        pytest.param("/etc/credstore/sysctl.extra", {}, "/etc/credstore/sysctl.extra", id="a new one"),
        pytest.param("/etc/./credstore/sysctl.extra", {}, "/etc/./credstore/sysctl.extra", id="another spelling"),
        pytest.param("/etc/cs/sysctl.extra", {"/etc/cs": "credstore"}, "/etc/cs/sysctl.extra", id="by a folder's link"),
        pytest.param(f"{D}/z.conf", {f"{D}/z.conf": "../credstore/sysctl.extra"}, f"{D}/z.conf", id="by a link"),
    ],
)
def test_no_credential_is_the_path(tmp_path: Path, path: str, layout: Layout, shown: str) -> None:
    host = make_host(tmp_path, {"/etc/credstore": None, **layout})
    error = refuse(host, DesiredState(path=path, values=ALL), InvalidPathError)
    assert str(error).startswith(shown)
    assert str(error).endswith("is a credential of systemd, which is never edited. Give another path.")
    host.meanwhile({"/etc/credstore/sysctl.extra": TIME + b"=5\n"})
    refuse(host, DesiredState(path=path, absent=KEYS), InvalidPathError)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(D, f"{D} cannot be edited: it is a folder. Give the path of a regular file.", id="folder"),
        pytest.param(
            "/dev/null",
            "/dev/null hides every file of its name from the boot and cannot hold values. "
            "Remove the link, or give another path.",
            id="device",
        ),
        pytest.param(
            "/a/b/c.conf",
            "/a/b/c.conf cannot be made: /a is not a folder. Make it first, or correct path.",
            id="nowhere",
        ),
    ],
)
def test_a_path_that_cannot_be(tmp_path: Path, path: str, message: str) -> None:
    host = make_host(tmp_path)
    assert str(refuse(host, DesiredState(values=ALL, path=path), InvalidPathError)) == message
    # the path does not count where nothing is to last
    assert run(host, DesiredState(values=ALL, path=path, persistent=False)).after.runtime == ALL
    assert run(host, DesiredState(path=path)).change.is_empty


@pytest.mark.parametrize(
    ("path", "files"),
    [
        pytest.param("/usr/local/lib/sysctl.d/a.conf", {}, id="no folder"),
        pytest.param(DEFAULT_PATH, {DEFAULT_PATH: "/dev/null"}, id="link to /dev/null"),
        pytest.param(DEFAULT_PATH, {DEFAULT_PATH: "/nowhere/a/b"}, id="dangling link"),
    ],
)
def test_there_is_nothing_to_remove(tmp_path: Path, path: str, files: Layout) -> None:
    host = make_host(tmp_path, files)
    before = host.look()
    assert run_and_run_again(host, DesiredState(absent=KEYS, path=path)).change.is_empty
    assert host.look() == before
