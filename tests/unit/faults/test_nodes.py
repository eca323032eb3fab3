# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.tests.faults.nodes import Node, digest, file, folder, look_at, make

if t.TYPE_CHECKING:
    from pathlib import Path

LEFTOVER = "/etc/sysctl.d/.linux.tcp.RANDOM.tmp"


def nodes() -> dict[str, Node]:
    """Return a host's files as this user can own them."""
    found = {
        "/etc": folder(),
        "/etc/sysctl.d": folder(0o750),
        "/etc/sysctl.d/a.conf": file(b"\xff\n", mode=0o640),
        "/etc/sysctl.d/b.conf": Node("link", b"../a.conf", mode=0o777),
        "/run": folder(),
    }
    return {path: node._replace(owner=os.geteuid(), group=os.getegid()) for path, node in found.items()}


def test_what_is_made_of_a_description_has_that_description(tmp_path: Path) -> None:
    make(tmp_path, nodes())
    assert look_at(tmp_path) == nodes()


def test_look_at_names_what_varies_alike_and_leaves_out_what_is_not_of_the_host(tmp_path: Path) -> None:
    make(tmp_path, nodes())
    names = {
        "etc/sysctl.d/.linux.tcp.kx0q3r_5.tmp": LEFTOVER,
        "etc/sysctl.d/a.conf.4711.2026-03-01@12:00:00~": "/etc/sysctl.d/a.conf.PID.TIME~",
    }
    for path in (*names, "run/linux.tcp.keepalive.lock"):
        (tmp_path / path).touch()
    for path in ("usr", "proc", "ansible-moduletmp-17.5-x"):
        (tmp_path / path).mkdir()
        (tmp_path / path / "file").touch()
    assert look_at(tmp_path).keys() == {*nodes(), *names.values()}


def test_look_at_describes_several_temporary_files_in_one_order(tmp_path: Path) -> None:
    make(tmp_path, nodes())
    names = [f"etc/sysctl.d/.linux.tcp.{name}.tmp" for name in ("kx0q3r_5", "aaaaaaaa", "0123456789abcdef")]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(str(number))
    found = look_at(tmp_path)
    stem = LEFTOVER[: -len(".tmp")]
    assert [found[name].content for name in (LEFTOVER, f"{stem}.2.tmp", f"{stem}.3.tmp")] == [b"0", b"1", b"2"]


def test_look_at_describes_equal_copies_once(tmp_path: Path) -> None:
    make(tmp_path, nodes())
    for pid in (17, 18):
        (tmp_path / f"etc/sysctl.d/99-tcp-keepalive.conf.{pid}.2026-12-01@12:00:00~").write_text("old")
    assert look_at(tmp_path).keys() == {*nodes(), "/etc/sysctl.d/99-tcp-keepalive.conf.PID.TIME~"}


def test_digest_is_that_of_the_description_whatever_its_order() -> None:
    one = nodes()
    assert digest("job", one) == digest("job", dict(reversed(list(one.items()))))
    assert digest("job", one) != digest("job", {**one, "/run": folder(0o700)})
