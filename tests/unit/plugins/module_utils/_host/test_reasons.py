# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host import reasons
from ansible_collections.linux.tcp.plugins.modules import (
    keepalive_namespaces,
    keepalive_namespaces_info,
    keepalive_sockets,
    keepalive_sockets_info,
)

REASONS = {name: one for name, one in vars(reasons).items() if isinstance(one, reasons.Reason)}


def test_a_cause_changes_the_message_only() -> None:
    assert reasons.REFUSED.because("no memory") == ("refused", "the kernel refused: no memory")


@pytest.mark.parametrize("name", REASONS)
def test_code_is_documented_for_both(name: str) -> None:
    for modules in ((keepalive_sockets, keepalive_sockets_info), (keepalive_namespaces, keepalive_namespaces_info)):
        documented = re.findall(r"V\((\w+)\)", "".join(module.RETURN for module in modules))
        assert REASONS[name].code in documented
