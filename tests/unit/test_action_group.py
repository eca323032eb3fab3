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


def is_member(module: Path) -> bool:
    """Return whether a module's documentation says so, as it does unless it has the fragment of internal modules."""
    found = DOCUMENTATION.search(module.read_text(encoding="utf-8"))
    assert found, module
    documentation = yaml.safe_load(found[1])
    support = documentation.get("attributes", {}).get("action_group", {}).get("support")
    return support != "none" and "linux.tcp.attributes.internal" not in documentation["extends_documentation_fragment"]


def test_group_has_the_modules_that_say_so() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    members = {module.stem for module in (ROOT / "plugins" / "modules").glob("*.py") if is_member(module)}
    assert set(runtime["action_groups"]["keepalive"]) == members
