# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._writers.hiding import is_hidden
from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

RULE = b'RUN+="/sbin/' + SET + b'"\n'
SCRIPT = b"#!/bin/sh\n" + SET + b"\n"
INSTALL = b"install x /sbin/" + SET + b"\n"
NM = "NetworkManager/dispatcher.d"
GENERATORS = "systemd/system-generators"


def paths(root: Path, layout: Layout) -> list[str]:
    return [writer.path for writer in found(root, layout, init=SYSTEMD)]


@pytest.mark.parametrize("mask", ["/dev/null", b"", b"# remark\n"], ids=["link", "empty", "other content"])
@pytest.mark.parametrize(
    ("text", "name", "folders"),
    [
        pytest.param(
            RULE,
            "9.rules",
            ["/etc/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"],
            id="rules of udev",
        ),
        pytest.param(
            INSTALL,
            "x.conf",
            ["/etc/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"],
            id="kernel modules",
        ),
        pytest.param(SCRIPT, "9-x", [f"/etc/{NM}", f"/usr/lib/{NM}"], id="NetworkManager"),
        pytest.param(SCRIPT, "pre-up.d/9-x", [f"/etc/{NM}", f"/usr/lib/{NM}"], id="NetworkManager, before it is up"),
        pytest.param(SCRIPT, "x", [f"/etc/{GENERATORS}", f"/usr/local/lib/{GENERATORS}"], id="generators of systemd"),
    ],
)
def test_a_file_hides_those_of_its_name(
    tmp_path: Path, text: bytes, name: str, folders: list[str], mask: bytes | str
) -> None:
    for index, folder in enumerate(folders):
        root = tmp_path / str(index)
        assert paths(root, {f"{folder}/{name}": text}) == [f"{folder}/{name}"]
        for other in folders:
            hides = folders.index(other) < index
            assert paths(root, {f"{other}/x{name}": mask}) == [f"{folder}/{name}"]
            if other != folder:
                found_there = paths(root, {f"{other}/{name}": mask})
                assert found_there == ([] if hides else [f"{folder}/{name}"])
                (root / other[1:] / name).unlink()


def test_a_file_that_sets_the_same_is_named_once(tmp_path: Path) -> None:
    layout: Layout = {"/etc/udev/rules.d/9.rules": RULE, "/usr/lib/udev/rules.d/9.rules": RULE}
    assert paths(tmp_path, layout) == ["/etc/udev/rules.d/9.rules"]


def test_a_merged_usr_has_each_file_once(tmp_path: Path) -> None:
    layout: Layout = {"/lib": "usr/lib", "/usr/lib/udev/rules.d/9.rules": RULE}
    assert paths(tmp_path, layout) == ["/usr/lib/udev/rules.d/9.rules"]


def test_what_is_in_memory_hides_nothing_after_a_reboot(tmp_path: Path) -> None:
    layout: Layout = {"/run/udev/rules.d/9.rules": b"", "/usr/lib/udev/rules.d/9.rules": RULE}
    assert paths(tmp_path, layout) == ["/usr/lib/udev/rules.d/9.rules"]


def test_a_script_that_does_not_run_may_hide_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"/etc/{NM}/x": b"#!/bin/sh\n"})
    assert paths(tmp_path, {f"/usr/lib/{NM}/x": SCRIPT}) == [f"/usr/lib/{NM}/x"]


def test_a_link_that_leads_nowhere_hides_nothing(tmp_path: Path) -> None:
    layout: Layout = {"/etc/udev/rules.d/9.rules": "/gone", "/usr/lib/udev/rules.d/9.rules": RULE}
    assert paths(tmp_path, layout) == ["/usr/lib/udev/rules.d/9.rules"]


class Failing(FileSystem):
    """Files of which it is not known whether they are executable."""

    def is_executable(self, path: str) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)


def test_a_script_that_may_be_executable_hides_no_other(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"/etc/{NM}/x": b"#!/bin/sh\n", f"/usr/lib/{NM}/x": SCRIPT})
    files = Reader(Files(str(tmp_path), file_system=Failing(str(tmp_path))))
    assert not is_hidden(files, f"/usr/lib/{NM}/x")
