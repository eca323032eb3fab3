# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print a flat dependency group of pyproject.toml as pip requirements.

pip reads dependency groups itself only since 25.1, and Python 3.11 brings an older one.
"""

import sys
import tomllib
from pathlib import Path

pyproject = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
print("\n".join(pyproject["dependency-groups"][sys.argv[1]]))
