# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Append a line to a file, again and again until the input ends; both are arguments."""

from __future__ import annotations

import select
import sys

print("ready", flush=True)
# So often that it meets many changes of another program, and seldom enough that some of these are whole in between.
SECONDS = 0.003
while not select.select([sys.stdin], [], [], SECONDS)[0]:
    with open(sys.argv[1], "ab", buffering=0) as file:
        file.write(f"{sys.argv[2]}\n".encode())
