# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import CheckpointError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.checkpoint import (
    require_checkpoint,
    require_own_files,
)

OWN = "/etc/sysctl.d/99-tcp-keepalive.conf"
CONTENT = {"content": "YQ==", "mode": "0644", "owner": 0, "group": 0, "attributes": {}}
FILE = {"path": OWN, "before": None, "left": CONTENT, "had_folder": True}
VALUE = {"time": {"before": 7200, "left": 600}}


def checkpoint(*files: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {"runtime": VALUE, "files": list(files), **more}


@pytest.mark.parametrize("given", [checkpoint(), checkpoint(FILE)], ids=["values", "files"])
def test_checkpoint_of_ours(given: dict[str, t.Any]) -> None:
    require_checkpoint(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({}, "This is no checkpoint that a rollout made: KeyError", id="empty"),
        pytest.param({"runtime": [], "files": 5}, "This is no checkpoint that a rollout made", id="types"),
        pytest.param(checkpoint(5), "This is no checkpoint that a rollout made: TypeError", id="no file"),
        pytest.param(checkpoint(evil=1), "The checkpoint has evil, which no checkpoint has.", id="a key"),
        pytest.param(checkpoint({**FILE, "evil": 1}), "The checkpoint has evil, which no", id="a key of a file"),
        pytest.param(checkpoint(runtime={**VALUE, "evil": 1}), "The checkpoint has evil, which no", id="a value"),
        pytest.param(checkpoint(*[FILE] * 101), "The checkpoint has 101 files; 100 are the most.", id="many files"),
        pytest.param(
            checkpoint({**FILE, "path": "x" * (5 << 20)}), "The checkpoint is larger than 4194304 bytes.", id="large"
        ),
    ],
)
def test_what_is_none(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        require_checkpoint(given)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("path", "own", "is_ours"),
    [
        (OWN, OWN, True),
        ("/usr/lib/sysctl.d/50-default.conf", OWN, True),
        ("/etc/sysctl.conf", OWN, True),
        ("/srv/keepalive.conf", "/srv/keepalive.conf", True),
        ("/etc/shadow", OWN, False),
        ("/etc/sysctl.d/../shadow", OWN, False),
        ("/etc/sysctl.d/sub/x.conf", OWN, False),
        ("etc/sysctl.d/x.conf", OWN, False),
        ("//etc/sysctl.d/x.conf", OWN, False),
        (5, OWN, False),
    ],
)
def test_files_of_a_checkpoint(path: t.Any, own: str, is_ours: bool) -> None:
    given = checkpoint({**FILE, "path": path})
    if is_ours:
        require_own_files(given, own)
        return
    with pytest.raises(CheckpointError) as refused:
        require_own_files(given, own)
    assert str(refused.value).startswith(f"The checkpoint has {path!r}. Only files in /etc/sysctl.d, ")
