# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set the connections under a restriction.

- restriction: a key of RESTRICTIONS
- by: what selects the sockets: their "port", or the "processes", this one and another that it may not read
- filters: other options of the module
"""

from __future__ import annotations

import errno
import os
import typing as t

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    look_at_all,
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    become_nobody,
    child,
    ensure,
    parameters,
    port_of,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CAP_SYS_PTRACE,
    PIDFD_GETFD,
    drop_capability,
    refuse_call,
)


def take_away_capability() -> int:
    # as setpriv(1) does: the process stays root
    other = child(become_nobody)
    drop_capability(CAP_SYS_PTRACE)
    return other


def become_user() -> int:
    other = os.getppid()
    become_nobody(dumpable=True)
    return other


def refuse(error: int) -> int:
    refuse_call(PIDFD_GETFD, error)
    return os.getppid()


# Each one returns a process that this one may not read.
RESTRICTIONS: dict[str, t.Callable[[], int]] = {
    "older kernel": lambda: refuse(errno.ENOSYS),
    "seccomp": lambda: refuse(errno.EPERM),
    "no capability": take_away_capability,
    "not root": become_user,
}

given = parameters()
sockets = open_sockets()
before = look_at_all(sockets)
other = RESTRICTIONS[given["restriction"]]()
if given["by"] == "port":
    found = ensure(remote_ports=[port_of(sockets["listener"])], **given["filters"])
else:
    found = ensure(os.getpid(), other, **given["filters"])
report(failed=found.get("failed", False), msg=found.get("msg"), untouched=look_at_all(sockets) == before)
