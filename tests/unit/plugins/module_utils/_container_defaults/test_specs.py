# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS


def validate(given: dict[str, object]) -> t.Any:
    return ArgumentSpecValidator(KEEPALIVE_CONTAINER_DEFAULTS).validate(given)


def test_options() -> None:
    validated = validate({"interval": 60, "engines": "podman,lxc"})
    assert validated.error_messages == []
    found = {name: validated.validated_parameters[name] for name in ("intvl", "engines", "state", "root", "time")}
    assert found == {"intvl": 60, "engines": ["podman", "lxc"], "state": "present", "root": "/", "time": None}


@pytest.mark.parametrize("given", [{"engines": ["docker"]}, {"path": "/x"}, {"state": "here"}])
def test_options_that_are_refused(given: dict[str, object]) -> None:
    assert len(validate(given).error_messages) == 1
