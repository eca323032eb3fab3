# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.visibility import denying
from ansible_collections.linux.tcp.tests.unit.host import lay_out, unprivileged

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param("/closed/a/b", "/closed", id="in a folder that may not be entered"),
        pytest.param("/closed", "/closed", id="the folder itself"),
        pytest.param("/link/a/b", "/link", id="by a link to the folder"),
        pytest.param("/open/file", "/open/file", id="a file"),
        pytest.param("/open/gone/x", "/open/gone/x", id="what is not there"),
        pytest.param("/loop/x", "/loop/x", id="a loop of links"),
    ],
)
def test_what_denies_a_look(tmp_path: Path, path: str, place: str) -> None:
    lay_out(tmp_path, {"/closed/a/b": b"", "/open/file": b"", "/link": "closed", "/loop": "loop"})
    for name in ("closed", "open/file"):
        (tmp_path / name).chmod(0)
    with unprivileged(tmp_path) as root:
        found = denying(Files(root), path)
    (tmp_path / "closed").chmod(0o755)
    assert found == place
