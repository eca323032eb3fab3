# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put a link to another folder in place of a folder and take it away, until the input ends; say how often."""

from __future__ import annotations

import contextlib
import os
import select
import sys

folder, outside = sys.argv[1:]
turns = 0
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    with contextlib.suppress(OSError):  # the run has made a new folder meanwhile
        os.rename(folder, f"{folder}.{turns}")
        os.symlink(outside, folder)
        os.unlink(folder)
        os.rename(f"{folder}.{turns}", folder)
    turns += 1
print(turns)
