# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
from ansible_collections.linux.tcp.plugins.module_utils._namespaces import reasons

MODULES = Path(__file__).parents[5] / "plugins" / "modules"


def test_each_code_is_documented() -> None:
    texts = "".join((MODULES / f"keepalive_namespaces{part}.py").read_text(encoding="utf-8") for part in ("", "_info"))
    codes = {one.code for one in vars(reasons).values() if isinstance(one, Reason)}
    assert len(codes) == 14
    assert codes <= set(re.findall(r"V\((\w+)\)", texts))


def test_messages_can_stand_in_a_sentence() -> None:
    messages = [one.message for one in vars(reasons).values() if isinstance(one, Reason)]
    assert all(message[0].islower() and not message.endswith(".") for message in messages)
