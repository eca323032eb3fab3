# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate the options of the modules for sockets. test_options.py compares them with their documentation."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS, KEEPALIVE_SOCKETS_INFO


@pytest.mark.parametrize(
    ("spec", "given", "option", "value"),
    [
        pytest.param(KEEPALIVE_SOCKETS, {}, "states", ["established"], id="a change leaves listeners alone"),
        pytest.param(KEEPALIVE_SOCKETS_INFO, {}, "states", ["established", "listening"], id="info has listeners"),
        pytest.param(KEEPALIVE_SOCKETS, {"interval": 10}, "intvl", 10, id="alias"),
        pytest.param(KEEPALIVE_SOCKETS, {}, "enabled", True, id="keepalive on"),
        pytest.param(KEEPALIVE_SOCKETS, {}, "all", False, id="not all sockets"),
    ],
)
def test_options(spec: dict[str, t.Any], given: dict[str, t.Any], option: str, value: object) -> None:
    validated = ArgumentSpecValidator(spec).validate(given)
    assert (validated.error_messages, validated.validated_parameters[option]) == ([], value)


@pytest.mark.parametrize("spec", [KEEPALIVE_SOCKETS, KEEPALIVE_SOCKETS_INFO], ids=["sockets", "info"])
@pytest.mark.parametrize("given", [{"unit": ["nginx"]}, {"states": ["open"]}], ids=["misspelt", "no such state"])
def test_other_options_are_refused(spec: dict[str, t.Any], given: dict[str, t.Any]) -> None:
    assert len(ArgumentSpecValidator(spec).validate(given).error_messages) == 1
