# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import (
    Applies,
    Sets,
    loose_effects,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Application

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect, KeyValues

KEY = "net.ipv4.tcp_keepalive_time"
ANY: KeyValues = (("time", None), ("intvl", None), ("probes", None))


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        pytest.param(f"x\n'{KEY}=60'", [Sets(11, (("time", 60),))], id="value"),
        pytest.param(f"x{CONTINUED}'{KEY}=60'", [Sets(11, (("time", 60),))], id="continued line"),
        pytest.param(f"{KEY}=$x", [Sets(10, (("time", None),))], id="value that cannot be read off"),
        pytest.param("sysctl -p /x", [Applies(10, Application("procps", ("/x",)))], id="file"),
        pytest.param(f"sysctl {KEY}", [], id="nothing"),
        pytest.param(f"{KEY}=60 " * 101, [Sets(10, ANY)], id="more keys than are looked at"),
        pytest.param("sysctl -x; " * 101, [Sets(10, ANY)], id="more calls than are looked at"),
        pytest.param("sysctl -x " + "/x" * 500, [Sets(10, ANY)], id="more arguments than are looked at"),
        pytest.param("sysctl -x; " * 100, [], id="as many calls as are looked at"),
    ],
)
def test_loose_effects(text: str, effects: list[Effect]) -> None:
    assert loose_effects(text, 10) == effects
