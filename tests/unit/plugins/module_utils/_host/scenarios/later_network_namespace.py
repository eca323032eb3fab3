# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask for the kernel's command line in a network namespace that is not the first one."""

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.tests.unit.socket_tools import report

report(command_line=Kernel().command_line().decode())
