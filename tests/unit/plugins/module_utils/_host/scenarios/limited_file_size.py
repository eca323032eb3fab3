# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change a host in a process that may write no file of more than 20 bytes; print the error and what the host has."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import make_host

host = make_host(Path(sys.argv[1]))
before = host.look()
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    ensure(host, DesiredState(values=Values(600, 60, 20)), check_mode=False)
except FileError as exc:
    print(exc)
print(host.look() == before)
