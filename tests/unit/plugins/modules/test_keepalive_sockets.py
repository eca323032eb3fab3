# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import NONE_SELECTED
from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

SCENARIOS = Path(__file__).parent / "scenarios" / "keepalive_sockets"
NOBODY = 4194305  # no process has this number: include/linux/threads.h, PID_MAX_LIMIT
AS_USER = "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_sockets.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_no_socket_is_selected(run: RunModule, check_mode: bool) -> None:
    result = run(pids=[NOBODY], check_mode=check_mode, diff=True)
    # the second sentence depends on what other sockets the machine has
    (found,) = [one for one in result.pop("warnings") if one.startswith("No socket")]
    assert re.fullmatch(re.escape(NONE_SELECTED) + r"( \d+ socket\(s\) would match .+)?", found)
    result.pop("unreadable")
    assert result == {
        "changed": False,
        "changed_sockets": [],
        "left_sockets": [],
        "unreachable_sockets": [],
        "second_look": None,
        "left_out": 0,
        "totals": {"changed": 0, "left": 0, "unreachable": 0, "gone": 0},
        "diff": {"before_header": "sockets", "after_header": "sockets", "before": "", "after": ""},
    }


NO_FILTER = (
    "No filter is given, so every socket of the host would be selected. Give one of commands, pids, units, users, "
    "containers, namespaces, local_ports, remote_ports, local_addresses, remote_addresses, or all: true."
)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({}, NO_FILTER, id="no filter"),
        pytest.param({"states": ["established"], "covered": False}, NO_FILTER, id="filters that leave too much"),
        pytest.param(
            {"all": True, "pids": [NOBODY]},
            "all: true means every socket of the host, and a filter is given. Leave one out.",
            id="all and a filter",
        ),
        pytest.param(
            {"pids": [], "commands": ["nobody"]},
            "pids is empty, so no socket is selected. Name some, or leave pids out.",
            id="an empty filter",
        ),
        pytest.param(
            {"commands": ["nginx", ""]},
            "commands has an empty name, which no process has. Name one, or leave commands out.",
            id="an empty name",
        ),
        pytest.param({"pids": [True]}, "pids has True, a boolean: give numbers.", id="a boolean for a number"),
        pytest.param(
            {"pids": [NOBODY], "time": True},
            "time is True, a boolean: give a whole number between 1 and 32767.",
            id="a boolean for a value",
        ),
        pytest.param(
            {"pids": [NOBODY], "time": 0},
            (
                "time is 0, and a socket takes 1 to 32767 seconds for TCP_KEEPIDLE (tcp(7)). Give a number in that "
                "range, or leave time out to keep what is in force."
            ),
            id="no time",
        ),
        pytest.param(
            {"pids": [NOBODY], "interval": 32768},
            (
                "intvl is 32768, and a socket takes 1 to 32767 seconds for TCP_KEEPINTVL (tcp(7)). Give a number in "
                "that range, or leave intvl out to keep what is in force."
            ),
            id="too long an interval",
        ),
        pytest.param(
            {"pids": [NOBODY], "probes": 128},
            (
                "probes is 128, and a socket takes 1 to 127 for TCP_KEEPCNT (tcp(7)). Give a number in that range, or "
                "leave probes out to keep what is in force."
            ),
            id="too many probes",
        ),
        pytest.param(
            {"pids": [NOBODY], "enabled": False, "probes": 3},
            "enabled: false switches keepalive off, where probes has no meaning. Leave one of them out.",
            id="off with a value",
        ),
        pytest.param(
            {"pids": [NOBODY], "enabled": False, "rearm": True},
            "enabled: false switches keepalive off, where rearm has no meaning. Leave one of them out.",
            id="off with a timer",
        ),
    ],
)
def test_refused_parameters(run: RunModule, check_mode: bool, params: dict[str, t.Any], message: str) -> None:
    assert run(check_mode=check_mode, **params) == {"failed": True, "msg": unchanged(message)}


OLD = "the timer was armed with an older value: 7200 s left, 600 s wanted"
TIMEOUT = "TCP_USER_TIMEOUT takes precedence: 2000000 s, and by its values alone it would end after 975 s"
FINE = "it has the desired state"
KEEPS = "1 connection(s) keep a timer that was armed with an older value. Give rearm: true."


@pytest.mark.parametrize(
    ("want", "sockets", "left", "now", "warnings"),
    [
        pytest.param(
            {},
            {"off": [[False, 600, 75, 9, None, False], [True, 600, 75, 9, 600, True]]},
            {"old": OLD, "own": FINE, "timeout": TIMEOUT, "new": FINE},
            {"off": [1, 600, 75, 9, 600]},
            [KEEPS],
            id="on",
        ),
        pytest.param(
            {"rearm": True},
            {
                "off": [[False, 600, 75, 9, None, False], [True, 600, 75, 9, 600, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 600, 75, 9, 600, True]],
            },
            {"own": FINE, "timeout": TIMEOUT, "new": FINE},
            {"off": [1, 600, 75, 9, 600], "old": [1, 600, 75, 9, 600]},
            [],
            id="on, with new timers",
        ),
        pytest.param(
            {"time": 300},
            {
                "off": [[False, 600, 75, 9, None, False], [True, 300, 75, 9, 300, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 300, 75, 9, 300, True]],
                "own": [[True, 50, 75, 9, 50, True], [True, 300, 75, 9, 300, True]],
                "new": [[True, 600, 75, 9, 600, True], [True, 300, 75, 9, 300, True]],
            },
            {"timeout": TIMEOUT},
            {
                "off": [1, 300, 75, 9, 300],
                "old": [1, 300, 75, 9, 300],
                "own": [1, 300, 75, 9, 300],
                "new": [1, 300, 75, 9, 300],
            },
            [],
            id="a time of their own",
        ),
        pytest.param(
            {"intvl": 5, "probes": 4, "covered": True},
            {
                "own": [[True, 50, 75, 9, 50, True], [True, 50, 5, 4, 50, True]],
                "new": [[True, 600, 75, 9, 600, True], [True, 600, 5, 4, 600, True]],
            },
            {},
            {"own": [1, 50, 5, 4, 50], "new": [1, 600, 5, 4, 600]},
            [],
            id="other values, for some",
        ),
        pytest.param(
            {"time": 32767, "intvl": 32767, "probes": 127, "rearm": True, "covered": False},
            {
                "off": [[False, 600, 75, 9, None, False], [True, 32767, 32767, 127, 32767, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 32767, 32767, 127, 32767, True]],
                "timeout": [[True, 300, 75, 9, 300, False], [True, 32767, 32767, 127, 32767, True]],
            },
            {},
            {
                "off": [1, 32767, 32767, 127, 32767],
                "old": [1, 32767, 32767, 127, 32767],
                "timeout": [1, 32767, 32767, 127, 32767],
            },
            [],
            id="the highest values",
        ),
        pytest.param(
            {"enabled": False},
            {
                "old": [[True, 600, 75, 9, 7200, False], [False, 600, 75, 9, None, False]],
                "own": [[True, 50, 75, 9, 50, True], [False, 50, 75, 9, None, False]],
                "timeout": [[True, 300, 75, 9, 300, False], [False, 300, 75, 9, None, False]],
                "new": [[True, 600, 75, 9, 600, True], [False, 600, 75, 9, None, False]],
            },
            {"off": "keepalive is off"},
            {
                "old": [0, 600, 75, 9, None],
                "own": [0, 50, 75, 9, None],
                "timeout": [0, 300, 75, 9, None],
                "new": [0, 600, 75, 9, None],
            },
            [],
            id="off",
        ),
    ],
)
def test_desired_states(
    want: dict[str, t.Any],
    sockets: dict[str, object],
    left: dict[str, str],
    now: dict[str, object],
    warnings: list[str],
) -> None:
    result = run_isolated(SCENARIOS / "desired_states.py", want=want)
    assert result["done"] == {
        "changed": True,
        "sockets": sockets,
        "left": left,
        "totals": {"changed": len(sockets), "left": len(left), "unreachable": 0, "gone": 0},
        "warnings": warnings,
    }
    assert result["now"] == now
    assert result["untouched"]
    assert result["same"]
    assert result["again"]["changed"] == 0


def test_a_new_timer_still_follows_the_sysctl_and_a_pin_does_not() -> None:
    assert run_isolated(SCENARIOS / "later_sysctl.py") == {"old": 900, "timeout": 100}


def test_listeners_hand_on_what_they_have() -> None:
    assert run_isolated(SCENARIOS / "listeners.py") == {
        "listener": [[False, 600, 75, 9, None, False], [True, 120, 75, 4, None, True]],
        "changed": 7,  # the listener, the five connections of open_sockets(), and one more
        "unset": [1, 120, 75, 4, 120],
        "accepted": [1, 120, 75, 4, 120],
        "untouched": {"changed": 0, "left": 0, "unreachable": 0, "gone": 0},
        "alone": ["listening"],
        "later": 1,
        "again": False,
    }


def test_no_connection_slips_through() -> None:
    assert run_isolated(SCENARIOS / "accepted_meanwhile.py") == {"late": 1, "counted": True}


def test_no_new_timer_while_a_probe_is_unanswered() -> None:
    # the next probe comes after the rest of the old interval; a new timer would ask later still
    old = "the timer was armed with an older value: 100 s left, 5 s wanted"
    assert run_isolated(SCENARIOS / "unanswered_probe.py") == {
        "before": old,
        "found": {"client": old},
        "changed": False,
        "timer": 100,
    }


def test_a_peer_that_was_silent_for_longer_is_asked_at_once() -> None:
    assert run_isolated(SCENARIOS / "silent_peer.py") == {"heard": "still here", "time": 1}


def test_data_and_descriptors_stay_as_they_are() -> None:
    # reading to the end returns only if no duplicate keeps the server's end open
    assert run_isolated(SCENARIOS / "untouched_data.py") == {
        "changed": 3,
        "flags": True,
        "leaked": 0,
        "data": "unread",
        "ends": "",
    }


def test_what_cannot_be_read_of_containers_fails_before_anything_is_set() -> None:
    message = "/var/lib/docker/x cannot be read: Input/output error."
    assert run_isolated(SCENARIOS / "failing_disk.py") == {
        "messages": [message, f"{message} Nothing was changed."],
        "same": True,
    }


@pytest.mark.parametrize("failing", ["tables", "container"])
def test_what_fails_after_listeners_are_set_does_not_hide_them(failing: str) -> None:
    cause = "the second look failed: /var/lib/docker/x cannot be read: Input/output error"
    reason = f"whether connections were accepted meanwhile is not known, because {cause}"
    assert run_isolated(SCENARIOS / "second_look.py", failing=failing) == {
        "failed": True,
        "changed": True,
        "message": f"W{reason[1:]}. What totals counts as changed was set before.",
        "second_look": {"code": "second_look_failed", "message": reason},
        "totals": {"changed": 2, "left": 0, "unreachable": 0, "gone": 0},
        "listener": 1,
        "servers": [1, 1],  # the later one has what its listener had by then
        "again": {"changed": 0, "left": 3, "unreachable": 0, "gone": 0},
    }


SHORT = (
    "{} socket(s) were left as they were, because with their TCP_USER_TIMEOUT a single lost probe would end them. "
    "Raise it in their program, give a time and intvl whose sum is less than it, or give user_timeout: accept."
)


@pytest.mark.parametrize(
    ("given", "changed", "left", "warnings", "totals", "pinned"),
    [
        pytest.param(
            {},
            ["all probes", "longer", "none", "two probes"],
            {"one probe": "user_timeout_too_short", "listener": "user_timeout_too_short"},
            [[SHORT.format(1)], [SHORT.format(1)]],
            # with a time of 170 s one lost probe would end the last three after 185 s
            {"changed": 3, "left": 3, "unreachable": 0, "gone": 0},
            {"none": 170, "one probe": 170, "two probes": 120, "all probes": 120, "longer": 120},
            id="left",
        ),
        pytest.param(
            {"user_timeout": "accept"},
            ["all probes", "longer", "none", "one probe", "two probes"],
            {},
            [[], []],
            {"changed": 6, "left": 0, "unreachable": 0, "gone": 0},
            {"none": 170, "one probe": 170, "two probes": 170, "all probes": 170, "longer": 170},
            id="accepted",
        ),
    ],
)
def test_user_timeouts(
    given: dict[str, str],
    changed: list[str],
    left: dict[str, str],
    warnings: list[list[str]],
    totals: dict[str, int],
    pinned: dict[str, int],
) -> None:
    assert run_isolated(SCENARIOS / "user_timeouts.py", given=given) == {
        "changed": changed,
        "left": left,
        "same": True,
        "untouched": not given,
        "warnings": warnings,
        "inherited": 1000,
        "covered": {
            "none": True,
            "one probe": True,
            "two probes": True,
            "all probes": True,
            "longer": False,
            "listener": True,
        },
        "then": totals,
        "pinned": pinned,
        "again": False,
    }


def test_a_lost_probe_ends_no_connection_that_the_module_switches_on() -> None:
    assert run_isolated(SCENARIOS / "lost_probe.py") == {
        "ends": [errno.ETIMEDOUT, errno.ETIMEDOUT],
        "covered": {"on": True, "sending": False, "sending with timeout": True},
        "heard": ["still here", "still here"],
    }


def test_a_shared_socket_is_set_once() -> None:
    assert run_isolated(SCENARIOS / "shared.py") == {"changed": 1, "holders": True, "on": 1}


def test_other_namespaces() -> None:
    assert run_isolated(SCENARIOS / "other_namespaces.py") == {"times": [300], "again": False}


def test_multipath() -> None:
    result = run_isolated(SCENARIOS / "multipath.py")
    pinned = result.pop("pinned"), result.pop("unreachable")
    assert result == {"on": [True], "again": False}
    assert pinned in (([60], []), ([], ["this kernel has no TCP_KEEPIDLE for MPTCP"]))


HELD = ("close_wait", "fin_wait2", "syn_sent", "listening", "established", "fin_wait1", "closing", "last_ack")


def test_states() -> None:
    # syn_recv, which only TCP Fast Open has in a process's hands, is a state as the others for the module
    assert run_isolated(SCENARIOS / "states.py") == {
        "states": {name: name for name in HELD},
        "now": {name: [1, 88] for name in HELD},
        "again": 0,
        "off": True,
        "gone": 0,
    }


@pytest.mark.parametrize("event", ["reused", "closed", "the process ends", "connected elsewhere", "reset by its peer"])
def test_meanwhile(event: str) -> None:
    assert run_isolated(SCENARIOS / "meanwhile.py", event=event) == {
        "changed": False,
        "gone": 1,
        "failed": False,
        "elsewhere": 0,
        "again": 0,
    }


def test_another_process_has_the_number_meanwhile() -> None:
    assert run_isolated(SCENARIOS / "reused_pid.py", own_pids=True) == {
        "same": True,
        "changed": False,
        "gone": 1,
        "failed": False,
        "other": 0,
    }


IN_CONTAINER = (
    "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
    "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
    "or run on its host."
)
TOO_OLD = (
    "Sockets cannot be set: this system has no pidfd_getfd(2). Linux 5.6 or newer is needed, and "
    "in a container a runtime whose seccomp profile knows the call. Nothing was changed."
)
DENIED = "Permission denied to read processes whose sockets the filters may select. "


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("restriction", "by", "filters", "message"),
    [
        pytest.param("older kernel", "port", {}, TOO_OLD, id="older kernel"),
        pytest.param("older kernel", "port", {"covered": False}, TOO_OLD, id="older kernel, only what is not covered"),
        pytest.param(
            "seccomp",
            "port",
            {"covered": False},
            f"{DENIED}{IN_CONTAINER} Nothing was changed.",
            id="seccomp, likewise",
        ),
        pytest.param("seccomp", "port", {}, f"{DENIED}{IN_CONTAINER} Nothing was changed.", id="seccomp"),
        pytest.param(
            *("no capability", "processes", {"listening": True}, f"{DENIED}{IN_CONTAINER} Nothing was changed."),
            id="no capability",
            marks=needs_root,
        ),
        pytest.param(
            "not root", "processes", {}, f"{DENIED}{AS_USER} Nothing was changed.", id="not root", marks=needs_root
        ),
    ],
)
def test_nothing_is_changed_without_permission(
    check_mode: bool, restriction: str, by: str, filters: dict[str, t.Any], message: str
) -> None:
    filters = {**filters, "_ansible_check_mode": check_mode}
    result = run_isolated(SCENARIOS / "restricted.py", restriction=restriction, by=by, filters=filters)
    assert result == {"failed": True, "msg": message, "untouched": True}


@needs_root
def test_users_may_set_their_own_sockets() -> None:
    result = run_isolated(
        SCENARIOS / "restricted.py", restriction="not root", by="port", filters={"local_addresses": ["127.0.0.0/8"]}
    )
    assert result == {"failed": False, "msg": None, "untouched": False}


def test_what_is_refused_is_put_back() -> None:
    reason = "the kernel refused to set it: Operation not permitted"
    pinned = f"{reason}; its earlier values are pinned to it now and no longer follow the sysctl: time"
    assert run_isolated(SCENARIOS / "refused_setting.py") == {
        "changed": False,
        "reasons": [reason, pinned],  # one has that time already
        "totals": {"changed": 0, "left": 0, "unreachable": 5, "gone": 0},
        "warnings": [
            f"1 socket(s) were left as they were: {reason}.",
            f"4 socket(s) were left as they were: {pinned}.",
        ],
        "now": True,
    }


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_diff(check_mode: bool) -> None:
    result = run_isolated(SCENARIOS / "diff.py", check_mode=check_mode)
    sides = [[line.replace(result["comm"], "me") for line in side] for side in result["sides"]]
    rest = "intvl 75, probes 9, timer"
    assert sides[0] == [
        f"established [::1]:CP [::1]:LP inode C me[PID]: keepalive on, time 600, {rest} keepalive in 7200 s",
        f"established [::1]:LP [::1]:CP inode S me[PID]: keepalive off, time 600, {rest} none",
        f"listening [::]:LP inode L me[PID]: keepalive off, time 600, {rest} none",
    ]
    assert sides[1] == [
        f"established [::1]:CP [::1]:LP inode C me[PID]: keepalive on, time 600, {rest} keepalive in 600 s",
        f"established [::1]:LP [::1]:CP inode S me[PID]: keepalive on, time 600, {rest} keepalive in 600 s",
        f"listening [::]:LP inode L me[PID]: keepalive on, time 600, {rest} none",
    ]


def test_summary_only() -> None:
    assert run_isolated(SCENARIOS / "summary_only.py") == {
        "lists": [[], [], []],
        "totals": {"changed": 1, "left": 4, "unreachable": 0, "gone": 0},
        "again": {"changed": 0, "left": 5, "unreachable": 0, "gone": 0},
    }


def test_timers_are_told_as_they_are_in_the_end() -> None:
    assert run_isolated(SCENARIOS / "changed_afterwards.py") == {"timer": 50}


@pytest.mark.parametrize(
    "work",
    [
        "protect",
        pytest.param("become_nobody", marks=needs_root),
        pytest.param("become_nobody_and_protect", marks=needs_root),
        "live_apart",
    ],
)
def test_processes_of_other_users_and_those_that_are_not_dumpable(work: str) -> None:
    assert run_isolated(SCENARIOS / "protected_processes.py", work=work) == {"changed": 1, "on": 1}


@pytest.mark.parametrize("ends", [False, True], ids=["threads", "the first has ended"])
def test_a_socket_of_a_thread(ends: bool) -> None:
    old = "the first thread of its process has ended, and the kernel is older than Linux 6.9"
    result = run_isolated(SCENARIOS / "threads.py", first_ends=ends)
    reached = result.pop("times"), result.pop("unreachable")
    assert result == {"pids": True, "again": False}
    assert reached == ([77], []) or (ends and reached == ([], [old]))


def test_a_host_without_sockets_and_one_with() -> None:
    # without a PID namespace of its own this would set the machine's sockets
    assert run_isolated(SCENARIOS / "whole_host.py", own_pids=True) == {
        "nothing": {"changed": False, "changed_sockets": [], "left_sockets": [], "unreachable_sockets": []},
        "failed": False,
        "found": True,
        "on": 1,
    }


WAIT = (
    "2 connection(s) wait to be accepted. They have the options that their listener had when they arrived. Run again "
    "after they are accepted."
)


def test_what_systemd_holds_for_socket_units() -> None:
    message = "systemctl does not tell where socket units listen"
    assert run_isolated(SCENARIOS / "socket_units.py", own_pids=True) == {
        "selected": [["accepted", "x"], ["x"], ["accepted", "other", "x"], []],
        "other_user": [],
        "changed": ["accepted", "x"],
        "on": 1,
        "later": 1,
        "again": False,
        "lost": [
            [{"what": "process", "code": "socket_units_unknown", "message": message, "count": 1}],
            [f"1 process(es) could not be read: {message}. systemctl failed (1): Failed to connect to bus"],
        ],
        "not_asked": [],
    }


NO_HOLDER = "no process that can be seen here holds it, or it is the kernel's own"
MATCH = "{} socket(s) match these filters, and none of them can be reached: {} ({})."
NONE = NONE_SELECTED
MAY_MATCH = (
    f"{NONE} 1 socket(s) without a known process would match, so they may be those that you look for: {NO_HOLDER} (1)."
)


@pytest.mark.parametrize(
    ("way", "by_process", "unreadable", "warning"),
    [
        pytest.param(
            *("not accepted", False, [["not_accepted", 2]]),
            MATCH.format(2, "it waits to be accepted by its listener's process", 2),
            id="not accepted",
        ),
        pytest.param(
            *("not accepted", True, [["not_accepted", 2]]),
            MATCH.format(2, "it waits to be accepted by its listener's process", 2),
            id="not accepted, by the process of the listener",
        ),
        pytest.param("on its way", False, [["no_holder", 1]], MATCH.format(1, NO_HOLDER, 1), id="on its way"),
        pytest.param("on its way", True, [], MAY_MATCH, id="on its way, by a process"),
        pytest.param("thread", False, [["no_holder", 1]], MATCH.format(1, NO_HOLDER, 1), id="descriptors of a thread"),
        pytest.param("thread", True, [], MAY_MATCH, id="descriptors of a thread, by a process"),
        pytest.param("none", False, [], NONE, id="none"),
        pytest.param("none", True, [], NONE, id="none, by a process"),
    ],
)
def test_sockets_that_match_and_are_out_of_reach(
    way: str, by_process: bool, unreadable: list[list[object]], warning: str
) -> None:
    result = run_isolated(SCENARIOS / "out_of_reach.py", own_pids=True, way=way, by_process=by_process)
    assert result["unreadable"] == unreadable
    assert result["warnings"] == [warning]
    assert result["totals"] == {
        "changed": 0,
        "left": 0,
        "unreachable": sum(int(str(count)) for _code, count in unreadable),
        "gone": 0,
    }


def test_connections_that_wait_to_be_accepted_are_told() -> None:
    assert run_isolated(SCENARIOS / "waiting_to_be_accepted.py") == {
        "same": [True, True],
        "totals": {"changed": 1, "left": 0, "unreachable": 2, "gone": 0},
        "unreadable": [["not_accepted", 2]],
        "warnings": [WAIT],
        "then": [1, 1],
        "again": 2,
    }
