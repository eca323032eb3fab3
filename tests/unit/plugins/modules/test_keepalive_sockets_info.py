# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets_info
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

SCENARIOS = Path(__file__).parent / "scenarios" / "keepalive_sockets_info"
NONE = {"sockets": 0, "covered": 0, "not_covered": 0, "unknown": 0}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_sockets_info.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_nothing_selected(run: RunModule, check_mode: bool) -> None:
    # a process cannot have this number: include/linux/threads.h, PID_MAX_LIMIT
    result = run(pids=[4194305], check_mode=check_mode)
    result.pop("warnings", None)
    unreadable = result.pop("unreadable")
    assert all(one["what"] in ("process", "namespace") for one in unreadable)
    left_out = {"left_out": 0, "commands_left_out": 0, "units_left_out": 0}
    assert result == {"sockets": [], "totals": NONE, "reasons": [], "by_command": [], "by_unit": [], **left_out}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"local_ports": [0]}, "local_ports has 0: give ports between 1 and 65535."),
        (
            {"remote_addresses": ["db1"]},
            (
                "remote_addresses has 'db1', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
            ),
        ),
    ],
)
def test_refused_parameters(run: RunModule, params: dict[str, t.Any], message: str) -> None:
    assert run(**params) == {"failed": True, "msg": message}


def test_covered() -> None:
    result = run_isolated(SCENARIOS / "covered.py")
    up, down = "established", "listening"
    old = "the timer was armed with an older value: 7200 s left, 600 s wanted"
    sending = result["seen"].pop("sending")
    assert result["seen"] == {
        "off": [up, False, 600, 60, 5, 0, None, False, "keepalive is off"],
        "old": [up, True, 600, 60, 5, 0, ["keepalive", 7200], False, old],
        "own time": [up, True, 50, 60, 5, 0, ["keepalive", 50], True, None],
        "own user timeout": [
            up,
            True,
            300,
            60,
            5,
            30000,
            ["keepalive", 300],
            True,
            None,
        ],
        "long user timeout": [
            up,
            True,
            300,
            60,
            5,
            601000,
            ["keepalive", 300],
            False,
            "TCP_USER_TIMEOUT takes precedence: 601 s, and by its values alone it would end after 600 s",
        ],
        "new": [up, True, 600, 11, 3, 0, ["keepalive", 600], True, None],
        "listener": [down, False, 600, 60, 5, 0, None, False, "keepalive is off"],
        "listener on": [down, True, 600, 60, 5, 0, None, True, None],
        "accepted": [up, True, 600, 60, 5, 0, ["keepalive", 600], True, None],
    }
    assert sending[6][0] in ("zero window", "retransmission")
    assert sending[7:] == [False, "data is unacknowledged"]
    # the other ends of the eight connections are off, but for the accepted one, whose client is
    assert result["totals"] == {"sockets": 18, "covered": 5, "not_covered": 13, "unknown": 0}
    assert result["reasons"] == [
        {"code": "keepalive_off", "message": "keepalive is off", "sockets": 10},
        {"code": "timer_armed_earlier", "message": "the timer was armed with an older value", "sockets": 1},
        {"code": "unacknowledged_data", "message": "data is unacknowledged", "sockets": 1},
        {"code": "user_timeout", "message": "TCP_USER_TIMEOUT takes precedence", "sockets": 1},
    ]
    assert result["by_command"] == [{"command": "me", "sockets": 18, "covered": 5, "not_covered": 13, "unknown": 0}]
    assert result["counts"] == [5, 13]
    assert set(result["summary"].values()) == {True}
    assert result["no_sockets"] == []
    assert result["idle"] == ["float", "NoneType"]
    assert result["sorted"] == [up] * 16 + [down] * 2


def test_criteria_hold_for_each_connection() -> None:
    silent = "silent_longer_than_path: an idle connection reaches the idle timeout"
    late = "noticed_too_late: a dead peer is noticed later than the limit"
    assert run_isolated(SCENARIOS / "criteria.py") == {
        "none": {},
        "silent": {
            "time": f"{silent}: 7200 s, and the path forgets it after 350 s",
            "both": f"{silent}: 7200 s, and the path forgets it after 350 s",
            "intvl": f"{silent}: 350 s, and the path forgets it after 350 s",
            "listener": f"{silent}: 400 s, and the path forgets it after 350 s",
        },
        "late": {
            "time": f"{late}: 7380 s, and the limit is 1200 s",
            "both": f"{late}: 7380 s, and the limit is 1200 s",
            "probes": f"{late}: 1970 s, and the limit is 1200 s",
        },
        "summary": [
            {
                "code": "noticed_too_late",
                "message": "a dead peer is noticed later than the limit",
                "sockets": 3,
            }
        ],
        "changed": ["both", "probes", "time"],
        "then": [[1, 170, 30, 6], [1, 170, 350, 1], [1, 170, 30, 6]],
        "left": {},
    }


def test_filters_of_namespaces_and_of_silence() -> None:
    assert run_isolated(SCENARIOS / "more_filters.py") == {
        "number": ["its"] * 3,
        "name": ["its"] * 3,
        "both": ["its", "mine"],
        "none": [],
        "idle": ["server", "silent"],
        "counted": 2,
        "longer": [],
        "changed": 2,
        "changed_idle": 2,
        "warnings": [],
        "container": [],
    }


def test_a_timer_that_does_not_run() -> None:
    warning = "1 connection(s) have keepalive on, and no timer that runs. Give rearm: true."
    assert run_isolated(SCENARIOS / "self_connected.py") == {
        "before": None,
        "found": [False, {"code": "no_timer", "message": "keepalive is on, and its timer does not run"}],
        "left": [False, [warning]],
        "done": [[False, True]],
        "after": 600,
        "again": False,
    }


def test_listeners_whose_programs_set_what_they_accept() -> None:
    unknown, off = [None, "unknown_until_accepted"], [False, "keepalive_off"]
    assert run_isolated(SCENARIOS / "own_settings.py") == {
        "seen": {
            "sets each": unknown,
            "sets each, on all addresses": unknown,
            "sets none": off,
            "sets a time": [True, None],
            "has none": off,
            "on": [True, None],
        },
        "by_time": unknown,
        "listening": {
            "sets each": "unknown_until_accepted",
            "sets each, on all addresses": "unknown_until_accepted",
            "sets none": "keepalive_off",
            "sets a time": None,
            "has none": "keepalive_off",
            "on": None,
        },
        "at_all": {"sets each, on all addresses": unknown},
        "other_states": {"has none": off, "sets none": off},
        "uncovered": ["has none", "sets none"],
        # six listeners and both ends of five connections, without the two listeners that are unknown
        "totals": {"sockets": 14, "covered": 6, "not_covered": 8, "unknown": 0},
        "by_command": [{"command": "me", "sockets": 14, "covered": 6, "not_covered": 8, "unknown": 0}],
        "reasons": [["keepalive_off", 8], ["unknown_until_accepted", 2]],
        "set": 1,
    }


def test_raised_value() -> None:
    # it fires earlier than it need, and is armed again
    assert run_isolated(SCENARIOS / "raised_value.py") == {"time": 7200, "left": 600, "covered": True, "data": "hello"}


def test_families_and_filters() -> None:
    v4, v6 = "127.0.0.1", "::1"
    result = run_isolated(SCENARIOS / "families_and_filters.py")
    counts = result.pop("counts")
    assert result == {"listener": ["::", None], "four": [[v4, v4]] * 2, "six": [[v6, v6]] * 2}
    assert counts == [2, 2, 1, 3, 2, 2, 1, 0, 0, counts[9], 5, 0]
    assert counts[9] >= 5


def test_multipath() -> None:
    result = run_isolated(SCENARIOS / "multipath.py")
    for name in ("listener", "client", "server"):
        assert result[name].pop() in (None, 0)  # not every kernel has it for MPTCP
    assert result == {
        "listener": ["mptcp", False, 600, False],
        "client": ["mptcp", True, 600, False],
        "server": ["mptcp", False, 600, False],
        "plain": ["tcp", False, 600, False, 0],
        "count": 5,
    }


def test_shared_sockets_count_once() -> None:
    assert run_isolated(SCENARIOS / "shared.py") == {
        "count": 1,
        "by_command": 1,
        "holders": True,
        "some": True,
        "none": [],
    }


def test_other_namespaces() -> None:
    assert run_isolated(SCENARIOS / "other_namespaces.py") == {
        "found": [[False, True, 300, True], [True, False, 600, True]]
    }


def test_connections_that_wait_to_be_accepted() -> None:
    # other namespaces of the machine have other sockets on that port, if any
    result = run_isolated(SCENARIOS / "waiting_to_be_accepted.py")
    assert result["count"] >= 1
    (waiting,) = (one for one in result["unreadable"] if one["code"] == "not_accepted")
    assert waiting["count"] >= 2


def test_states() -> None:
    result = run_isolated(SCENARIOS / "states.py")
    stuck = [result["found"].pop(name) for name in ("fin_wait1", "closing", "last_ack")]
    assert [one[0] for one in stuck] == ["fin_wait1", "closing", "last_ack"]
    assert {one[1] for one in stuck} <= {"zero window", "retransmission"}
    assert {one[2] for one in stuck} == {"data is unacknowledged"}
    assert result == {
        "found": {
            "waiting": ["close_wait", "keepalive", None],
            "closed": ["fin_wait2", "keepalive", None],
            "sending": ["syn_sent", "retransmission", "data is unacknowledged"],
        },
        "never_heard": None,
        "few": ["fin_wait2"] * 3 + ["close_wait"] * 2,
        "lost": ["closed"],
    }


def test_idle_since_anything_was_heard() -> None:
    assert run_isolated(SCENARIOS / "idle.py") == {"idle": True}


@needs_root
def test_unprivileged() -> None:
    assert run_isolated(SCENARIOS / "unprivileged.py") == {
        "mine": [True, 7200, ["nobody"]],
        "others": [],
        "unreadable": [{"what": "process", "code": "permission_denied", "message": "permission denied", "count": 1}],
        "hidden": ["holder_hidden"],
        "warnings": [f"1 process(es) could not be read, such as process PARENT: permission denied. {AS_USER}"],
    }


AS_USER = "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."
AS_ROOT = (
    "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
    "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
    "or run on its host."
)


@pytest.mark.parametrize(
    ("number", "code", "reason", "remedy"),
    [
        pytest.param(errno.EPERM, "permission_denied", "permission denied", AS_ROOT, id="permission"),
        pytest.param(
            errno.ENOSYS,
            "kernel_too_old",
            "this system has no pidfd_getfd(2)",
            "Linux 5.6 or newer is needed, and in a container a runtime whose seccomp profile knows the call.",
            id="older kernel",
        ),
        pytest.param(
            errno.EMFILE, "refused", "Another process cannot be read: Too many open files", None, id="no room"
        ),
    ],
)
def test_what_cannot_be_read_is_told(number: int, code: str, reason: str, remedy: str | None) -> None:
    unread = [None, None, None, None, f"its options cannot be read: {reason}"]
    assert run_isolated(SCENARIOS / "refused.py", number=number) == {
        "totals": {"sockets": 3, "covered": 0, "not_covered": 0, "unknown": 3},
        "reasons": [{"code": "options_unreadable", "message": "its options cannot be read", "sockets": 3}],
        "seen": [["established", *unread], ["established", *unread], ["listening", *unread]],
        "filtered": 0,
        "unreadable": [{"what": "socket", "code": code, "message": reason, "count": 3}],
        "warnings": [f"3 socket(s) could not be read: {reason}. {remedy}"] if remedy else [],
    }


def test_churn() -> None:
    result = run_isolated(SCENARIOS / "churn.py")
    assert set(result.pop("reasons")) <= {"ended", "not_accepted"}
    assert result == {"failed": [], "always": True, "sums": True}


@needs_root
def test_a_name_does_not_pass_for_another_user() -> None:
    assert run_isolated(SCENARIOS / "misleading_name.py") == {
        "found": {"root": 0, "nobody": 1},
        "command": "\\rUid:\\t0\\t0",
    }


def test_a_process_whose_first_thread_has_ended() -> None:
    result = run_isolated(SCENARIOS / "first_thread_ended.py")
    assert result.pop("pids") == result.pop("mine")
    old = "the first thread of its process has ended, and the kernel is older than Linux 6.9"
    assert result in (
        {"seen": [[True, None]], "unreadable": []},
        {"seen": [[None, f"its options cannot be read: {old}"]], "unreadable": [old]},
    )


def test_a_namespace_that_has_a_name_and_no_process() -> None:
    assert run_isolated(SCENARIOS / "named_namespace.py") == {"found": [["listening", True]], "changed": 1}


@needs_root
def test_denied_processes_count_even_if_no_socket_is_seen() -> None:
    denied = {"what": "process", "code": "permission_denied", "message": "permission denied", "count": 1}
    assert run_isolated(SCENARIOS / "denied_without_sockets.py") == {"sockets": [], "unreadable": [denied]}


@needs_root
def test_hidden_processes_are_told() -> None:
    assert run_isolated(SCENARIOS / "hidden_processes.py") == {
        "unreadable": [
            ["process", "processes_hidden"],
            ["socket", "holder_hidden"],
        ],
        "warnings": 1,
    }


def test_processes_that_are_not_dumpable_or_have_users_of_their_own() -> None:
    assert run_isolated(SCENARIOS / "protected_processes.py") == {"found": [[True], [True]]}


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({}, id="all"),
        pytest.param({"states": ["established", "listening"], "covered": False}, id="filters"),
        pytest.param({"idle_timeout": 350, "limit": 1200}, id="limits"),
    ],
)
def test_a_summary_makes_no_call_that_takes_the_lock_of_a_socket(filters: dict[str, t.Any]) -> None:
    result = run_isolated(SCENARIOS / "without_lock.py", filters=filters)
    assert result["totals"]["unknown"] == 0
    assert result["totals"]["not_covered"] >= 4
    assert "keepalive_off" in result["reasons"]


def test_a_user_who_holds_the_lock_of_a_socket_does_not_hold_up_a_summary() -> None:
    assert run_isolated(SCENARIOS / "locked.py") == {
        "totals": {"sockets": 3, "covered": 1, "not_covered": 2, "unknown": 0},
        "locked": True,
    }


def test_a_lingering_socket_does_not_hold_up_its_last_holder() -> None:
    # without the timer this takes a day
    assert run_isolated(SCENARIOS / "lingering.py") == {"handler": True, "timer": [0.0, 0.0]}
