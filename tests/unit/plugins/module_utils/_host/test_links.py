# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import LinkLoopError, PathTooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.links import resolve
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


def resolved(root: Path, layout: Layout, path: str) -> tuple[str, list[str]]:
    """Return where a path leads, and the links that were followed."""
    lay_out(root, layout)
    links: list[str] = []
    return resolve(FileSystem(str(root)), path, links.append), links


def test_each_link_is_told_before_it_is_followed(tmp_path: Path) -> None:
    layout: Layout = {"/etc/a": b"", "/x/twice": "../folder/../folder/a", "/folder": "/etc"}
    assert resolved(tmp_path, layout, "/x/twice") == ("/etc/a", ["/x/twice", "/folder", "/folder"])


def test_no_link_leads_out_of_the_root(tmp_path: Path) -> None:
    assert resolved(tmp_path, {"/a": "../../../outside"}, "/a")[0] == "/outside"


def test_a_loop(tmp_path: Path) -> None:
    with pytest.raises(LinkLoopError) as caught:
        resolved(tmp_path, {"/a": "b", "/b": "a"}, "/a")
    assert str(caught.value) == "/a is a loop of links. Remove the link that leads back to itself."


def test_as_many_links_are_followed_as_by_the_kernel(tmp_path: Path) -> None:
    layout: Layout = {f"/{number}": str(number + 1) for number in range(41)}
    assert resolved(tmp_path, layout, "/1")[0] == "/41"  # 40 links
    with pytest.raises(LinkLoopError):
        resolve(FileSystem(str(tmp_path)), "/0", lambda _link: None)


@pytest.mark.parametrize(
    ("path", "is_followed"),
    [
        pytest.param("/a" * 200, True, id="as deep as may be"),
        pytest.param("/a" * 201, False, id="too deep"),
        pytest.param("/a/.." * 1000, True, id="as many parts as may be"),
        pytest.param("/a/.." * 1001, False, id="too many parts"),
    ],
)
def test_parts_are_bounded(tmp_path: Path, path: str, is_followed: bool) -> None:
    if is_followed:
        assert resolved(tmp_path, {}, path)[1] == []
    else:
        with pytest.raises(PathTooDeepError, match="its path has more than 200 parts, or more than 2000"):
            resolved(tmp_path, {}, path)
