# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action group has the modules whose documentation says so."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTATION = re.compile(r'^DOCUMENTATION = r"""\n(.*?)^"""', re.MULTILINE | re.DOTALL)


def attributes_of(module: Path) -> dict[str, dict[str, str]]:
    found = DOCUMENTATION.search(module.read_text(encoding="utf-8"))
    assert found, module
    attributes: dict[str, dict[str, str]] = yaml.safe_load(found[1]).get("attributes", {})
    return attributes


def test_group_has_the_modules_that_say_so() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    members = {
        module.stem
        for module in (ROOT / "plugins" / "modules").glob("*.py")
        if attributes_of(module).get("action_group", {}).get("support") != "none"  # the fragment says full
    }
    assert set(runtime["action_groups"]["keepalive"]) == members
