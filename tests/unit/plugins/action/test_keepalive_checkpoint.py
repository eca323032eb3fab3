# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of keepalive_checkpoint: where a probe is enough, and where the module is sent."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_CHECKPOINT
from ansible_collections.linux.tcp.tests.unit.host import make_host

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import keepalive_checkpoint

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot

    Result = t.Dict[str, t.Any]


@pytest.mark.parametrize(
    ("want", "answered"), [({"time": 7200, "persistent": False}, True), ({"time": 600}, False)], ids=["right", "wrong"]
)
def test_host_that_is_right_is_only_asked(tmp_path: Path, want: Result, answered: bool) -> None:
    host = make_host(tmp_path)
    seen: list[Snapshot] = []
    asked: t.Any = host
    asked.require_certain = seen.append
    action = keepalive_checkpoint.ActionModule(*[mock.MagicMock()] * 6)
    params = ArgumentSpecValidator(KEEPALIVE_CHECKPOINT).validate(want).validated_parameters
    found = action.compute_result(params, asked)
    assert len(seen) == 1
    assert (found is not None) == answered
    if found:
        result, _warnings = found
        assert (result["would_change"], result["deviations"]) == (False, [])
        assert result["checkpoint"] == {"runtime": {}, "files": []}
        assert result["desired"]["time"] == 7200
    with pytest.raises(InconclusiveProbeError, match="only the host can read"):
        action.compute_result({**params, "path": "keepalive.conf"}, asked)


@pytest.mark.parametrize(("wait", "probes"), [(True, False), ("yes", False), (False, True), (None, True)])
def test_host_on_which_a_run_may_be_under_way_is_not_probed(wait: object, probes: bool) -> None:
    task = mock.MagicMock(args={} if wait is None else {"wait": wait})
    assert keepalive_checkpoint.ActionModule(task, *[mock.MagicMock()] * 5).can_probe() is probes
