# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load what the modules load only where they need it, before a process gets a root folder that has none of it."""

from __future__ import annotations

import importlib
from pathlib import Path

_NAME = "ansible_collections.linux.tcp.plugins.module_utils"


def load_module_utils() -> None:
    """Import all module utils of the collection."""
    folder = Path(__file__).parents[2] / "plugins/module_utils"
    for path in sorted(folder.rglob("*.py")):
        importlib.import_module(".".join([_NAME, *path.relative_to(folder).with_suffix("").parts]))
