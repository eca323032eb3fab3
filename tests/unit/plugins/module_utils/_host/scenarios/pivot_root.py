# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the folder that is the only argument the root folder, say so, and stay until the input ends.

pivot_root(2) is called directly, because newer releases of Debian have pivot_root(8) in a package of its own.
"""

from __future__ import annotations

import ctypes
import os
import sys

os.chdir(sys.argv[1])
os.mkdir("old")
assert ctypes.CDLL(None).pivot_root(b".", b"old") == 0
print("ready", flush=True)
sys.stdin.read()
