# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send each signal to a process while that changes or restores a host; print how it ended and what it left.

The arguments are a folder, in which each process has a host of its own, "change" or "restoration", and the signals.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

WANT = DesiredState(values=Values(600, 60, 20), overrides="take_over")
ZZ = "/etc/sysctl.d/zz.conf"


def run(folder: str, what: str, number: str) -> tuple[int, object]:
    host = make_host(Path(folder, number), {ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    checkpoint = take_checkpoint(ensure(host, WANT, check_mode=True).change, host.files)
    if what == "restoration":
        ensure(host, WANT, check_mode=False)
    write = host.kernel.write

    def write_and_send(key: Key, value: int) -> None:
        write(key, value)
        os.kill(os.getpid(), int(number))

    child = os.fork()
    if child == 0:
        # what runs in the background or under nohup(1) ignores some
        for each in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(each, signal.SIG_DFL)
        t.cast("t.Any", host.kernel).write = write_and_send
        if what == "restoration":
            restore(host, checkpoint, force=False, check_mode=False)
        else:
            ensure(host, WANT, check_mode=False)
        os._exit(0)
    status = os.waitpid(child, os.WUNTRACED)[1]
    if os.WIFSTOPPED(status):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        ended = -os.WSTOPSIG(status)
    else:
        ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return ended, [host.shown(), sorted(path.split(" ")[0] for path in host.look()), host.text(ZZ).decode()]


folder, what, *numbers = sys.argv[1:]
print(json.dumps({number: run(folder, what, number) for number in numbers}))
