# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace a file below ``root`` that is a mount of its own, after asking whether that can be."""

from __future__ import annotations

import subprocess

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

root = parameters()["root"]
file = f"{root}/etc/sysctl.d/a.conf"
subprocess.run(["mount", "--bind", file, file], check=True)
files = WritableFiles(root)
target = "/etc/sysctl.d/a.conf"
errors = []
for step in (lambda: files.require_writable(target), lambda: files.replace(target, b"", expected=b"kept")):
    try:
        step()
    except FileError as exc:  # noqa: PERF203 -- each step has to fail
        errors.append(str(exc))
report(errors=errors)
