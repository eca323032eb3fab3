# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desired states and the files that they lead to, and ways to bring a host of folders to a desired state."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.host import INTVL, PROBES, TIME, Host

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Outcome


D = "/etc/sysctl.d"
ZZ = f"{D}/zz.conf"
CONF = "/etc/sysctl.conf"
MARKER = b"# linux.tcp.keepalive: overridden by /etc/sysctl.d/99-tcp-keepalive.conf: "
ALL = Values(600, 60, 20)
ALL_TEXT = HEADER + TIME + b" = 600\n" + INTVL + b" = 60\n" + PROBES + b" = 20\n"
TIME_TEXT = HEADER + TIME + b" = 600\n"
SET_ALL = DesiredState(values=ALL)
SET_TIME = DesiredState(values=Values(time=600))
REMOVE = DesiredState(absent=KEYS)


def run(host: Host, want: DesiredState, *, check_mode: bool = False) -> Outcome:
    return ensure(host, want, check_mode=check_mode)


def run_and_run_again(host: Host, want: DesiredState) -> Outcome:
    """Ensure a desired state after a try in check mode, and see that there is nothing left to do.

    Check mode must say what then happens, and touch nothing.
    """
    before = host.look()
    foreseen = run(host, want, check_mode=True)
    assert host.look() == before
    outcome = run(host, want)
    assert outcome.change == foreseen.change
    assert outcome.after.as_dict() == foreseen.after.as_dict()
    assert outcome.after.as_dict() == take_snapshot(host).as_dict()
    assert (host.look() == before) == outcome.change.is_empty
    done = host.look()
    again = run(host, want)
    assert again.change.is_empty
    assert again.change.diff() == []
    assert again.after.as_dict() == outcome.after.as_dict()
    assert host.look() == done
    return outcome


def refuse(host: Host, want: DesiredState, error: type[KeepaliveError]) -> KeepaliveError:
    """Try a desired state that cannot be, in check mode and for real; neither may touch the host."""
    before = host.look()
    caught = []
    for check_mode in (True, False):
        with pytest.raises(error) as failure:
            run(host, want, check_mode=check_mode)
        assert host.look() == before
        caught.append(failure.value)
    foreseen, real = caught
    assert (str(foreseen), foreseen.details) == (str(real), real.details)
    return real


def holds(path: str) -> str:
    return f"With path: {path} the values would hold."
