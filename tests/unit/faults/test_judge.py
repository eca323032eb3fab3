# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import signal

import pytest

from ansible_collections.linux.tcp.tests.faults.jobs import OWN
from ansible_collections.linux.tcp.tests.faults.judge import judge
from ansible_collections.linux.tcp.tests.faults.modes import Case
from ansible_collections.linux.tcp.tests.faults.nodes import MEMORY_FILE, Node, file, folder
from ansible_collections.linux.tcp.tests.faults.observe import Observation, Run, State

LEFTOVER = "/etc/sysctl.d/.linux.tcp.RANDOM.tmp"
COPY = f"{OWN}.PID.TIME~"
FOLDERS = {"/etc": folder(), "/etc/sysctl.d": folder()}
OLD = State(FOLDERS, (7200, 75, 9), (), (7200, 75, 9))
NEW = State({**FOLDERS, OWN: file(b"new")}, (600, 60, 20), (), (600, 60, 20))
HALF = OLD._replace(values=(600, 75, 9))
DOUBTFUL = Run(0, json.dumps({"changed": True, "warnings": ["A folder cannot be read."]}), "")
NAMES = ", ".join(f"net.ipv4.tcp_keepalive_{key}" for key in ("time", "intvl", "probes"))
DONE = Run(0, json.dumps({"changed": True}), "")
KILLED, TERMINATED = Run(signal.SIGKILL, "", ""), Run(signal.SIGTERM, "", "")


def failed(message: str) -> Run:
    return Run(256, json.dumps({"failed": True, "msg": message}), "")


def with_leftover(state: State) -> State:
    return state._replace(nodes={**state.nodes, LEFTOVER: file(b"n")})


def kinds(mode: str, run: Run, state: State, then: Run, finally_: State) -> list[str]:
    """Return the kinds of the rules that a run of the job ``set`` broke."""
    plain = Observation(DONE, OLD, NEW, DONE, NEW)
    case = Case("set", mode, ("rename:error=EIO:when=1",))
    return [text.partition(":")[0] for text in judge(case, Observation(run, OLD, state, then, finally_), plain)]


@pytest.mark.parametrize(
    ("mode", "run", "state", "broken"),
    [
        pytest.param("error", failed("The disk refused."), OLD, [], id="failed-and-old"),
        pytest.param("error", DONE, NEW, [], id="done-and-new"),
        pytest.param("error", DOUBTFUL, OLD._replace(boot=(5, 75, 9)), [], id="doubtful"),
        pytest.param("error", DONE, OLD, ["false ok", "false ok"], id="ok-and-old"),
        pytest.param("error", DONE, HALF, ["false ok", "false ok"], id="ok-and-half"),
        pytest.param(
            "error", Run(0, json.dumps({"changed": False}), ""), NEW, ["changed untrue"], id="unchanged-and-new"
        ),
        pytest.param("error", DONE, with_leftover(NEW), ["leftover after success"], id="leftover-after-success"),
        pytest.param("error", failed("The disk refused."), HALF, ["unnamed"], id="half-and-unnamed"),
        pytest.param("undo", failed("The disk refused."), HALF, ["unnamed"], id="half-and-unnamed-in-undo"),
        pytest.param(
            "error", failed("net.ipv4.tcp_keepalive_time stays."), HALF, ["between after error"], id="half-named"
        ),
        pytest.param("undo", failed("net.ipv4.tcp_keepalive_time stays."), HALF, [], id="half-and-named-in-undo"),
        pytest.param("error", failed("Nothing was changed."), HALF, ["untrue message"], id="half-and-denied"),
        pytest.param("undo", failed("The host is changed in part."), OLD, ["untrue message"], id="old-and-claimed"),
        pytest.param("undo", failed("Undoing failed, but nothing is left changed."), OLD, [], id="old-and-said-so"),
        pytest.param(
            *("undo", failed(f"Undoing failed ({COPY.replace('PID.TIME', '7.2026')}), but nothing is left changed.")),
            *(OLD._replace(nodes={**FOLDERS, COPY: file(b"old")}), []),
            id="copy-named",
        ),
        pytest.param(
            *("undo", failed("Undoing failed, but nothing is left changed.")),
            *(OLD._replace(nodes={**FOLDERS, COPY: file(b"old")}), ["untrue message"]),
            id="copy-unnamed",
        ),
        pytest.param(
            *("undo", failed("Undoing failed, but nothing is left changed."), HALF, ["untrue message"]),
            id="half-and-denied-in-undo",
        ),
        pytest.param(
            "error", failed(f"{OWN} cannot be written."), NEW, ["done, told as an error"], id="new-and-denied"
        ),
        pytest.param("error", failed(""), OLD, ["no message"], id="empty-message"),
        pytest.param("error", Run(256, "", "OSError: refused"), OLD, ["no message"], id="traceback"),
        pytest.param(
            "error", Run(256, "", "in _record_module_result\nOSError: refused"), OLD, [], id="no-result-can-be-printed"
        ),
        pytest.param(
            *("error", failed(f"{OWN}, {NAMES}: /proc cannot be read. What totals has was set before."), NEW, []),
            id="new-and-told-so",
        ),
        pytest.param("kill", KILLED, HALF, [], id="killed-between-values"),
        pytest.param("kill", KILLED, with_leftover(HALF), [], id="killed-with-leftover"),
        pytest.param("kill", KILLED, OLD._replace(values=(60, 75, 9)), ["torn value"], id="killed-value-neither"),
        pytest.param(
            *("kill", KILLED, NEW._replace(nodes={**FOLDERS, OWN: file(b"ne")}), ["torn file"]),
            id="killed-file-neither",
        ),
        pytest.param(
            *("kill", KILLED, NEW._replace(nodes={**FOLDERS, OWN: file(b"new", mode=0o600)}), ["torn file"]),
            id="killed-mode-neither",
        ),
        pytest.param(
            *("kill", KILLED, OLD._replace(nodes={**FOLDERS, "/etc/sysctl.d/x.conf": file(b"n")}), ["stray file"]),
            id="killed-with-a-file-that-loaders-read",
        ),
        pytest.param("kill", KILLED, OLD._replace(boot=(5, 75, 9)), ["boot between"], id="killed-boot-neither"),
        pytest.param("signal", TERMINATED, OLD, [], id="ended-and-old"),
        pytest.param("signal", TERMINATED, NEW, [], id="ended-and-new"),
        pytest.param("signal", TERMINATED, HALF, ["between after signal"], id="ended-between"),
        pytest.param("signal", Run(signal.SIGSEGV, "", ""), HALF, [], id="crashed-between"),
    ],
)
def test_judge_what_a_run_left(mode: str, run: Run, state: State, broken: list[str]) -> None:
    assert kinds(mode, run, state, DONE, NEW) == broken


@pytest.mark.parametrize(
    ("old", "found", "is_torn"),
    [
        pytest.param((0, 7200, 75, 9), (0, 600, 75, 9), False, id="still-off"),
        pytest.param((0, 7200, 75, 9), (1, 600, 75, 20), True, id="on-too-early"),
        pytest.param((1, 300, 90, 3), (1, 300, 90, 20), False, id="later-than-both"),
        pytest.param((1, 300, 90, 3), (1, 300, 60, 3), True, id="sooner-than-both"),
        pytest.param((1, 300, 90, 3), (0, 300, 90, 3), True, id="switched-off"),
        pytest.param((1, 300, 90, 3), (1, 300, 90, 7), True, id="another-value"),
    ],
)
def test_judge_what_a_killed_run_left_of_a_socket(
    old: tuple[int, int, int, int], found: tuple[int, int, int, int], is_torn: bool
) -> None:
    plain = Observation(DONE, OLD._replace(sockets=(old,)), NEW._replace(sockets=((1, 600, 60, 20),)), DONE, NEW)
    seen = plain._replace(run=KILLED, after=OLD._replace(sockets=(found,)), finally_=plain.after)
    case = Case("sockets", "kill", ("setsockopt:signal=KILL:when=1",))
    assert [text.partition(":")[0] for text in judge(case, seen, plain)] == ["torn socket"] * is_torn


@pytest.mark.parametrize(
    ("then", "finally_", "broken"),
    [
        pytest.param(DONE, NEW, [], id="converges"),
        pytest.param(DONE, HALF, ["next run does not converge"], id="stays-half"),
        pytest.param(failed("refused"), HALF, ["next run fails"], id="fails"),
        pytest.param(
            DONE, with_leftover(NEW), ["leftover stays after the next run has written beside it"], id="leftover"
        ),
    ],
)
def test_judge_the_next_run(then: Run, finally_: State, broken: list[str]) -> None:
    assert kinds("kill", KILLED, with_leftover(HALF), then, finally_) == broken


def remembered(*ends: int) -> Node:
    """Return what is remembered of network namespaces that had these values before."""
    return file(json.dumps({"boot": "b", "namespaces": [f"({end}, 600)" for end in ends]}).encode())


DEFAULTS, WANTED = (7200, 75, 9), (600, 60, 20)
OLD_NAMESPACES = OLD._replace(namespaces=(DEFAULTS, DEFAULTS))
NEW_NAMESPACES = OLD._replace(nodes={**FOLDERS, MEMORY_FILE: remembered(1, 2)}, namespaces=(WANTED, WANTED))


@pytest.mark.parametrize(
    ("run", "namespaces", "memory", "broken"),
    [
        pytest.param(KILLED, (WANTED, DEFAULTS), remembered(1, 2), [], id="killed between two"),
        pytest.param(KILLED, (WANTED, (600, 75, 9)), remembered(1, 2), [], id="killed between two values"),
        pytest.param(KILLED, (WANTED, (5, 75, 9)), remembered(1, 2), ["torn namespace"], id="a foreign value"),
        pytest.param(KILLED, (WANTED, WANTED), remembered(1), ["torn file"], id="one is not remembered"),
        pytest.param(KILLED, (DEFAULTS, DEFAULTS), file(b'{"boot":'), ["torn file"], id="memory is cut"),
        pytest.param(KILLED, (DEFAULTS, DEFAULTS), remembered(1, 3), ["torn file"], id="memory is not true"),
        pytest.param(failed("One is refused."), (WANTED, DEFAULTS), remembered(1), [], id="one failed"),
        pytest.param(
            failed("One is refused."), (WANTED, (600, 75, 9)), remembered(1, 2), ["torn namespace"], id="half undone"
        ),
        pytest.param(
            Run(256, json.dumps({"failed": True, "msg": "x", "failed_namespaces": [{"code": "not_undone"}]}), ""),
            *((WANTED, (600, 75, 9)), remembered(1, 2), []),
            id="half undone and told",
        ),
        pytest.param(
            failed("No. Nothing was changed."), (WANTED, WANTED), remembered(1, 2), ["untrue message"], id="denied"
        ),
    ],
)
def test_namespaces(run: Run, namespaces: tuple[tuple[int, ...], ...], memory: Node, broken: list[str]) -> None:
    plain = Observation(DONE, OLD_NAMESPACES, NEW_NAMESPACES, DONE, NEW_NAMESPACES)
    state = OLD._replace(nodes={**FOLDERS, MEMORY_FILE: memory}, namespaces=namespaces)
    seen = Observation(run, OLD_NAMESPACES, state, DONE, NEW_NAMESPACES)
    case = Case("namespaces", "error", ("close:error=EIO:when=1",))
    assert [text.partition(":")[0] for text in judge(case, seen, plain)] == broken
