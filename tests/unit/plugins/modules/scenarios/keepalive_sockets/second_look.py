# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accept a connection while the listener is set, and let the module fail when it looks for such connections.

- failing: the class and the name of what fails from then on
"""

from __future__ import annotations

from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    after_call,
    connect,
    ensure,
    kept,
    listen,
    look,
    parameters,
    port_of,
    report,
)

error = FileError("/var/lib/docker/x cannot be read: Input/output error.")
failing = {
    "tables": mock.patch.object(SocketScanner, "sockets", side_effect=error),
    "container": mock.patch.object(EngineFiles, "container_at", side_effect=error),
}[parameters()["failing"]]
listener = listen()
connect(listener)
connected = len(kept)


def meanwhile() -> None:
    if len(kept) == connected:
        connect(listener)
        failing.start()


with after_call(apply, "_set_all", meanwhile):
    found = ensure(local_ports=[port_of(listener)], listening=True)
failing.stop()
report(
    failed=found.get("failed"),
    changed=found["changed"],
    message=found["msg"],
    second_look=found["second_look"],
    totals=found["totals"],
    listener=look(listener)[0],
    servers=[look(one)[0] for one in kept if one is not listener and port_of(one) == port_of(listener)],
    again=ensure(local_ports=[port_of(listener)], listening=True)["totals"],
)
