# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    AppliedFile,
    Applier,
    BootContext,
    Setter,
    Writer,
    loaders_called,
    writer_at,
    writers_among,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Application
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("path", "line"), [("/etc/crontab", SET), ("/etc/ufw/sysctl.conf", b"net.ipv4.tcp_keepalive_time=60")]
)
def test_the_first_thousand_lines_of_a_file_are_enough(tmp_path: Path, path: str, line: bytes) -> None:
    ufw: Layout = {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n"}
    assert [writer.line for writer in found(tmp_path, {**ufw, path: (line + b"\n") * 1001})] == [*range(1, 1001)]


def test_lines_behind_many_others_of_a_file(tmp_path: Path) -> None:
    ufw: Layout = {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n"}
    applied = b"net.ipv4.tcp_keepalive_intvl=75\n" * 1000 + b"net.ipv4.tcp_keepalive_time=60\n"
    assert [writer.line for writer in found(tmp_path, {**ufw, "/etc/ufw/sysctl.conf": applied})] == [1001]


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b"; " + b"x" * 5000})
    assert writer.text == (SET.decode() + "; ").ljust(200, "x")


def test_other_bytes_than_utf8_are_escaped(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b" \xff"})
    assert writer.as_dict() == {
        "code": "sets_value",
        "path": "/etc/rc.local",
        "line": 1,
        "text": SET.decode() + " \\xff",
    }


def test_lines_of_an_applied_file(tmp_path: Path) -> None:
    text = b"vm.swappiness=5\nnet.ipv4.tcp_keepalive_*=60\nnet.ipv4.tcp_keepalive_time=600\n"
    layout: Layout = {
        "/etc/ufw/ufw.conf": b"ENABLED=yes\n",
        "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
        "/etc/ufw/sysctl.conf": text,
    }
    assert found(tmp_path, layout) == [Writer("/etc/ufw/sysctl.conf", 2, "net.ipv4.tcp_keepalive_*=60")]


WRITERS = [Writer("/etc/b", 1, ""), Writer("/etc/a", 10, ""), Writer("/etc/a", 9, "")]


def test_writers_come_once_by_path_and_line() -> None:
    setters = [Setter(writer, (("time", 5),)) for writer in (*WRITERS, *WRITERS)]
    context = BootContext(Tree(), Values(600, 75, 9), hz=250)
    assert [(one.path, one.line) for one in writers_among(setters, context)] == [
        ("/etc/a", 9),
        ("/etc/a", 10),
        ("/etc/b", 1),
    ]
    assert writers_among(setters, BootContext(Tree(), Values(5, 75, 9), hz=250)) == []


@pytest.mark.parametrize(
    ("candidate", "loaders"),
    [
        pytest.param(Setter(WRITERS[0], (("time", 5),)), set(), id="names a key"),
        pytest.param(Applier(WRITERS[0], Application("procps", None)), {"procps"}, id="sysctl"),
        pytest.param(
            Applier(WRITERS[0], Application("systemd-sysctl", ("/opt/a",))), {"systemd-sysctl"}, id="systemd-sysctl"
        ),
        pytest.param(AppliedFile("/opt/a"), {"procps"}, id="a file that something applies"),
    ],
)
def test_loaders_called(candidate: Candidate, loaders: set[str]) -> None:
    assert loaders_called([candidate]) == loaders


A, HIDDEN, BELOW = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/old/x.conf"


@pytest.mark.parametrize(
    ("path", "name", "is_applied"),
    [
        pytest.param(A, A, True, id="name"),
        pytest.param(A, "/etc/sysctl.d/*.conf", True, id="pattern"),
        pytest.param(A, "/etc//sysctl.d/[a-c].conf", True, id="pattern with two slashes"),
        pytest.param(A, "/*/sysctl.?/*", True, id="patterns of folders"),
        pytest.param(A, "/etc/*", False, id="pattern of the folder above"),
        pytest.param(A, "/etc/sysctl.d/[z-b].conf", False, id="a range that ends before it begins"),
        pytest.param(HIDDEN, HIDDEN, True, id="hidden file by its name"),
        pytest.param(HIDDEN, "/etc/sysctl.d/*.conf", False, id="hidden file"),
        pytest.param(HIDDEN, "/etc/sysctl.d/?x.conf", False, id="hidden file and any character"),
        pytest.param(HIDDEN, "/etc/sysctl.d/[.]x.conf", False, id="hidden file and a bracket"),
        pytest.param(HIDDEN, "/etc/sysctl.d/.*.conf", True, id="hidden file by its dot"),
        pytest.param(BELOW, "/etc/sysctl.d/*.conf", False, id="file in a folder below"),
        pytest.param(BELOW, "/etc/sysctl.d/*/*.conf", True, id="file in a folder below by its own pattern"),
    ],
)
def test_what_a_pattern_applies(path: str, name: str, is_applied: bool) -> None:
    tree = Tree((SysctlFile(path, path, text=b"net.ipv4.tcp_keepalive_time=60\n"),))
    applier = Applier(WRITERS[0], Application("procps", (name,)))
    assert bool(writers_among([applier], BootContext(tree, Values(600, 75, 9), hz=250))) is is_applied


def test_a_line_that_appends_the_value_of_the_boot_changes_nothing(tmp_path: Path) -> None:
    lines = [f"echo net.ipv4.tcp_keepalive_time={value} >> /etc/sysctl.conf" for value in (600, 60)]
    expected = Writer("/etc/rc.local", 2, lines[1], "appends_to_file")
    assert found(tmp_path, {"/etc/rc.local": "\n".join(lines).encode()}) == [expected]


@pytest.mark.parametrize("row", ["\U0001f600" * 300, "a" * 300, "\x1b" * 300, " " * 5000 + "a" * 300])
def test_text_of_a_long_row(row: str) -> None:
    file = SysctlFile("/a", "/a")
    assert writer_at(file, 1, row.encode()).text == printable(row.strip())[:200]


def test_a_file_that_is_applied_again_and_again() -> None:
    # parsed each time, these would take minutes
    files = [
        SysctlFile("/a", "/a", text=b"x\n" * 200_000 + b"net.ipv4.tcp_keepalive_time=60\n"),
        SysctlFile("/b", "/b"),
    ]
    application = Application("procps", ("/a", "/b") * 2_000)
    assert BootContext(Tree(tuple(files)), Values(), hz=250).applied(application) == {"time": 60}
