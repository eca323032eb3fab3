# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the lock of the folder that is the only argument, say so, and hold it until the input ends."""

from __future__ import annotations

import sys

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock

with Lock(Files(sys.argv[1])).held():
    print("locked", flush=True)
    sys.stdin.read()
