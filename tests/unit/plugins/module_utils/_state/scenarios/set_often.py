# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set one value of an image a number of times, each time another one: its arguments are root, key and last value."""

from __future__ import annotations

import sys

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

root, key, last = sys.argv[1:]
for value in range(1, int(last) + 1):
    ensure(LocalHost(root, proc=root), DesiredState(values=Values(**{key: value})), check_mode=False)
