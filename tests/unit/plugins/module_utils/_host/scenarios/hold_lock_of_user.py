# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold a shared lock of a descriptor until the input ends. The arguments are the descriptor and the ID of a user."""

from __future__ import annotations

import fcntl
import os
import sys

os.setuid(int(sys.argv[2]))
fcntl.flock(int(sys.argv[1]), fcntl.LOCK_SH)
print("locked", flush=True)
sys.stdin.read()
