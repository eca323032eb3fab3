# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    DESIRED_STATE,
    KEEPALIVE,
    KEEPALIVE_CHECKPOINT,
    KEEPALIVE_INFO,
    KEEPALIVE_ROLLOUT,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


@pytest.mark.parametrize(
    ("params", "want"),
    [
        pytest.param({}, DesiredState(), id="defaults"),
        pytest.param({"interval": "60"}, DesiredState(values=Values(intvl=60)), id="the other name of intvl"),
    ],
)
def test_options_of_keepalive_give_a_desired_state(params: dict[str, object], want: DesiredState) -> None:
    validated = ArgumentSpecValidator(KEEPALIVE).validate(params)
    assert validated.error_messages == []
    assert DesiredState.from_params(validated.validated_parameters) == want


@pytest.mark.parametrize(
    ("spec", "params", "message"),
    [
        pytest.param(KEEPALIVE, {"time": "soon"}, "argument 'time' is of type", id="no number"),
        pytest.param(KEEPALIVE, {"overrides": "win"}, "value of overrides must be one of:", id="no such choice"),
        pytest.param(KEEPALIVE_INFO, {"loader": "runit"}, "value of loader must be one of:", id="no such loader"),
        pytest.param(KEEPALIVE_ROLLOUT, {}, "missing required arguments: step", id="no step"),
        pytest.param(KEEPALIVE_CHECKPOINT, {"backup": True}, "backup. Supported parameters include:", id="unknown"),
    ],
)
def test_refused_parameters(spec: dict[str, t.Any], params: dict[str, object], message: str) -> None:
    (error,) = ArgumentSpecValidator(spec).validate(params).error_messages
    assert message in error


@pytest.mark.parametrize("spec", [KEEPALIVE, KEEPALIVE_CHECKPOINT], ids=["keepalive", "keepalive_checkpoint"])
def test_a_desired_state_has_the_same_options_everywhere(spec: dict[str, t.Any]) -> None:
    assert spec.items() >= DESIRED_STATE.items()
