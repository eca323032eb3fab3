# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the modules where the files of a container's engine cannot be read, as on a disk that fails."""

from __future__ import annotations

import os
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, ensure, gather, listen, options, report

client, server = connect(listen())
failing = FileError("/var/lib/docker/x cannot be read: Input/output error.")
before = options(client)
with mock.patch.object(EngineFiles, "container_at", side_effect=failing):
    report(
        messages=[found["msg"] for found in (gather(os.getpid()), ensure(os.getpid(), time=77))],
        same=options(client) == before,
    )
