# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.apply import ensure as ensure_defaults
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import DesiredDefaults
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    FileError,
    KernelError,
    NotPermittedError,
    StuckFileError,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import (
    HOST_UNKNOWN,
    NO_PRIVILEGE,
    READ_ONLY,
    ensure,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.find import remedy
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState, Remembered
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.remembered import MEMORY_FILE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values
from ansible_collections.linux.tcp.tests.unit.host import files_of, lay_out, make_host
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.namespace_host import IDENTITY, make_namespace_host

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.tests.unit.namespace_host import OneNamespace

SCENARIOS = Path(__file__).with_name("scenarios")
PROGRAM = Path(sys.executable).name[:15]  # as the kernel names the process of a namespace
DEFAULTS, WANT = [7200, 75, 9], [600, 60, 20]


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("capabilities", "layout", "message"),
    [
        pytest.param("0000000000000000", {}, NO_PRIVILEGE, id="no capabilities"),
        pytest.param("0000000000080000", {}, NO_PRIVILEGE, id="only one of them"),
        pytest.param("0000000000280000", {}, HOST_UNKNOWN, id="the host's namespace is not known"),
        pytest.param("0000000000280000", {"sys/net/core/dev_weight": b"64\n"}, READ_ONLY, id="no keys"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, capabilities: str, layout: dict[str, bytes], message: str, check_mode: bool
) -> None:
    lay_out(tmp_path, {"self/status": f"Name:\tx\nCapEff:\t{capabilities}\nSeccomp:\t0\n".encode(), **layout})
    host = NamespaceHost.of(Processes(str(tmp_path)), Kernel(str(tmp_path)), files_of(tmp_path))
    kind = KernelError if message == READ_ONLY else NotPermittedError
    with pytest.raises(kind) as failed:
        ensure(host, DesiredState(Values(600)), Filters(), check_mode=check_mode)
    assert str(failed.value) == unchanged(f"{NO_PRIVILEGE} {remedy()}" if message == NO_PRIVILEGE else message)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param(
            "refused",
            {
                "changed": 2,
                "failed": ["refused"],
                "left": [],
                "failure": f"net:[odd] ({PROGRAM}) could not be set: the kernel refused: no probes.",
                "values": [[300, 60, 20], [300, 75, 9], [300, 60, 20]],
                "later": [3, 0],
            },
            id="refused",
        ),
        pytest.param(
            "not undone",
            {
                "changed": 2,
                "failed": ["not_undone"],
                "left": [],
                "failure": (
                    f"net:[odd] ({PROGRAM}) could not be set: it is changed in part: no probes. Undoing then failed: "
                    "no undoing."
                ),
                "values": [[300, 60, 20], [300, 75, 9], [300, 60, 20]],
                "later": [3, 0],  # what a run left is its own
            },
            id="not undone",
        ),
        pytest.param(
            "set by others",
            {
                "changed": 2,
                "failed": [],
                "left": ["chosen_by_others"],
                "failure": "",
                "values": [[300, 60, 20], [60, 75, 9], [300, 60, 20]],
                "later": [2, 1],
            },
            id="set by others meanwhile",
        ),
        pytest.param(
            "no room",
            {
                "error": "no room. Nothing was changed.",
                "changed": 0,
                "failed": [],
                "left": [],
                "failure": "",
                "times": [7200, 7200, 7200],
                "values": [[300, 75, 9], [300, 75, 9], [300, 75, 9]],
                "later": [3, 0],
            },
            id="nothing can be remembered",
        ),
        pytest.param(
            "no room later",
            {
                "changed": 3,
                "failed": [],
                "left": [],
                "failure": "",
                "times": [600, 600, 600],
                "values": [[300, 60, 20], [300, 60, 20], [300, 60, 20]],
                "later": [3, 0],  # the run's own values are known all the same
            },
            id="nothing more can be remembered",
        ),
        pytest.param(
            "refused before",
            {
                "changed": 2,
                "failed": ["refused"],
                "left": [],
                "failure": f"net:[odd] ({PROGRAM}) could not be set: the kernel refused: no writing.",
                "values": [[300, 60, 20], [300, 75, 9], [300, 60, 20]],
                "later": [3, 0],
            },
            id="not writable",
        ),
    ],
)
def test_one_that_fails(how: str, expected: dict[str, t.Any], check_mode: bool) -> None:
    if check_mode and how != "refused before":
        expected = {**expected, "changed": 3, "failed": [], "left": [], "failure": "", "error": ""}
    found = run_isolated(SCENARIOS / "refused.py", own_pids=True, how=how, check_mode=check_mode)
    assert found.pop("host") == DEFAULTS
    assert found.pop("remembered")  # by the later run
    times, values = found.pop("times"), found.pop("values")
    assert found == {"error": "", **{name: what for name, what in expected.items() if name not in ("times", "values")}}
    if check_mode:
        assert times == ([7200, 60, 7200] if how == "set by others" else [7200] * 3)
    else:
        assert times == expected.get("times", times)
        assert values == expected["values"]


def test_run_that_is_killed() -> None:
    assert run_isolated(SCENARIOS / "killed.py", own_pids=True) == {
        "killed": True,
        "left": [600, 60, 9],
        "changed": [[{"time": 600, "intvl": 60, "probes": 9}, {"time": 7200, "intvl": 75, "probes": 9}]],
        "values": WANT,
    }


def test_container_that_starts_meanwhile() -> None:
    assert run_isolated(SCENARIOS / "started_meanwhile.py", own_pids=True) == {
        "changed": 2,
        "failed": 0,
        "left": ["host_namespace"],
        "values": WANT,
        "host": DEFAULTS,
    }


LATER = DesiredState(Values(time=300))
STATE = DesiredState(Values(600, 60, 20))
ABSENT = DesiredState(Values(), absent=True)


def test_ensure(tmp_path: Path) -> None:
    host, kernel = make_namespace_host(tmp_path)
    checked = ensure(host, STATE, Filters(), check_mode=True)
    assert [len(checked.changed), kernel.written, host.memory.of(IDENTITY)] == [1, [], None]
    first = ensure(host, STATE, Filters(), check_mode=False)
    assert first.as_dict() == checked.as_dict()
    assert kernel.written == [("time", 600), ("intvl", 60), ("probes", 20)]
    assert host.memory.of(IDENTITY) == Remembered(KERNEL_DEFAULTS, Values(600, 60, 20))
    again = ensure(host, STATE, Filters(), check_mode=False)
    assert [one.reason.code for one in again.left] == ["already_compliant"]
    later = ensure(host, LATER, Filters(), check_mode=False)
    assert [one.after for one in later.changed] == [Values(300, 60, 20)]
    assert host.memory.of(IDENTITY) == Remembered(KERNEL_DEFAULTS, Values(300, 60, 20))
    kernel.write("time", 7200)
    left = ensure(host, STATE, Filters(), check_mode=False)
    assert [one.reason.code for one in left.left] == ["chosen_by_others"]


def test_absent(tmp_path: Path) -> None:
    host, kernel = make_namespace_host(tmp_path)
    taken_over = DesiredState(Values(600, 60, 20), take_over=True)
    kernel.write("time", 60)
    ensure(host, taken_over, Filters(), check_mode=False)
    checked = ensure(host, ABSENT, Filters(), check_mode=True)
    assert kernel.read() == STATE.values
    restored = ensure(host, ABSENT, Filters(), check_mode=False)
    assert restored.as_dict() == checked.as_dict()
    assert [(one.before.values, one.after) for one in restored.changed] == [(STATE.values, Values(60, 75, 9))]
    assert restored.as_dict()["changed_namespaces"][0]["lasts"] is True
    assert (kernel.read(), host.memory.of(IDENTITY)) == (Values(60, 75, 9), None)
    again = ensure(host, ABSENT, Filters(), check_mode=False)
    assert ([one.reason.code for one in again.left], again.changed) == (["nothing_to_restore"], [])
    assert again.warnings(Filters()) == []


def test_absent_key_by_key(tmp_path: Path) -> None:
    host, kernel = make_namespace_host(tmp_path)
    ensure(host, STATE, Filters(), check_mode=False)
    for key, left in (("time", Values(7200, 60, 20)), ("probes", Values(7200, 60, 9)), ("intvl", KERNEL_DEFAULTS)):
        for changes in (1, 0):
            want = DesiredState(Values(**{key: 5}), absent=True)
            assert len(ensure(host, want, Filters(), check_mode=False).changed) == changes
            assert kernel.read() == left
    assert host.memory.of(IDENTITY) is None


@pytest.mark.parametrize(
    ("refused", "code", "time"),
    [({("probes", 9)}, "refused", 600), ({("probes", 9), ("time", 600)}, "not_undone", 7200)],
    ids=["undone", "not undone"],
)
def test_absent_is_refused(tmp_path: Path, refused: set[tuple[Key, int]], code: str, time: int) -> None:
    host, kernel = make_namespace_host(tmp_path)
    ensure(host, STATE, Filters(), check_mode=False)
    kernel.refused = refused
    outcome = ensure(host, ABSENT, Filters(), check_mode=False)
    assert [one.reason.code for one in outcome.failed] == [code]
    assert kernel.read() == Values(time, 60, 20)
    kernel.refused = set()
    assert [one.after for one in ensure(host, ABSENT, Filters(), check_mode=False).changed] == [KERNEL_DEFAULTS]
    assert kernel.read() == KERNEL_DEFAULTS


@pytest.mark.parametrize(
    ("engine", "lasts"), [("docker", False), ("lxc", None), ("cri-o", None)], ids=["docker", "LXC", "CRI-O"]
)
def test_what_is_known_of_the_next_start(tmp_path: Path, engine: str, lasts: bool | None) -> None:
    host, _kernel = make_namespace_host(tmp_path)
    t.cast("OneNamespace", host.scanner).containers = (Container("a", engine),)
    first = ensure(host, STATE, Filters(), check_mode=False).as_dict()
    again = ensure(host, STATE, Filters(), check_mode=False).as_dict()
    assert [one["lasts"] for one in (*first["changed_namespaces"], *again["left_namespaces"])] == [lasts, lasts]


def test_container_with_our_earlier_defaults(tmp_path: Path) -> None:
    host, kernel = make_namespace_host(tmp_path)
    t.cast("OneNamespace", host.scanner).containers = (Container("a", "podman"),)
    defaults = make_host(tmp_path, {"/usr/bin/podman": b"", "/etc/containers": None}, values=(170, 30, 6))
    for values in (Values(170, 30, 6), STATE.values):
        ensure_defaults(defaults, DesiredDefaults(values), None, check_mode=False)
    outcome = ensure(host, STATE, Filters(), check_mode=False)
    assert [one.after for one in outcome.changed] == [STATE.values]
    assert kernel.read() == STATE.values


@pytest.mark.parametrize(
    ("refused", "code", "time", "remembered"),
    [
        pytest.param({("probes", 20)}, "refused", 7200, None, id="undone"),
        pytest.param(
            {("probes", 20), ("time", 7200)},
            "not_undone",
            600,
            Remembered(KERNEL_DEFAULTS, Values(600, 60, 20), KERNEL_DEFAULTS),
            id="not undone",
        ),
    ],
)
def test_refused_value(
    tmp_path: Path, refused: set[tuple[Key, int]], code: str, time: int, remembered: Remembered | None
) -> None:
    host, kernel = make_namespace_host(tmp_path)
    kernel.refused = refused
    outcome = ensure(host, STATE, Filters(), check_mode=False)
    assert [one.reason.code for one in outcome.failed] == [code]
    assert (outcome.changed, kernel.read()) == ([], Values(time, 75, 9))
    assert host.memory.of(IDENTITY) == remembered


@pytest.mark.parametrize(
    ("stuck", "expected"),
    [
        pytest.param(set(), ["failed", "an error occurred: MemoryError", 7200, None], id="undone"),
        pytest.param(
            {7200},
            [
                "not_undone",
                "it is changed in part: MemoryError. Undoing then failed: MemoryError",
                600,
                Remembered(KERNEL_DEFAULTS, Values(600, 60, 20), KERNEL_DEFAULTS),
            ],
            id="not undone",
        ),
    ],
)
def test_error_of_another_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stuck: set[int], expected: list[t.Any]
) -> None:
    host, kernel = make_namespace_host(tmp_path)
    write = kernel.write

    def fail(key: Key, value: int) -> None:
        if value in {60} | stuck:
            raise MemoryError
        write(key, value)

    monkeypatch.setattr(kernel, "write", fail)
    (failed,) = ensure(host, STATE, Filters(), check_mode=False).failed
    assert [*failed.reason, kernel.read().time, host.memory.of(IDENTITY)] == expected


@pytest.mark.parametrize(
    ("error", "cause"),
    [(KernelError("/proc is gone. Run again."), "/proc is gone. Run again."), (OSError(5, "Input/output error"), None)],
    ids=["the collection's", "system's"],
)
def test_second_look_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, cause: str | None
) -> None:
    host, kernel = make_namespace_host(tmp_path)
    looks = iter([host.scanner.namespaces()])

    def look() -> list[Namespace]:
        for found in looks:
            return found
        raise error

    monkeypatch.setattr(host.scanner, "namespaces", look)
    outcome = ensure(host, STATE, Filters(), check_mode=False)
    assert [one.after for one in outcome.changed] == [STATE.values]
    assert kernel.read() == STATE.values
    assert outcome.failure() == (
        "Whether containers have started meanwhile is not known, because the second look failed: "
        f"{cause or 'Input/output error.'} What is in changed_namespaces was set before."
    )
    assert outcome.as_dict()["second_look"]["code"] == "second_look_failed"
    with pytest.raises(type(error)):
        ensure(host, STATE, Filters(), check_mode=False)  # where the first look fails, nothing was set


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(FileError("x cannot be written."), "x cannot be written. Nothing was changed.", id="not written"),
        pytest.param(
            StuckFileError("x was made and cannot be removed."), "x was made and cannot be removed.", id="half done"
        ),
    ],
)
def test_what_cannot_be_remembered_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    host, kernel = make_namespace_host(tmp_path)

    def refuse() -> None:
        raise error

    monkeypatch.setattr(host.memory, "save", refuse)
    with pytest.raises(FileError) as failed:
        ensure(host, STATE, Filters(), check_mode=False)
    assert (str(failed.value), kernel.written) == (message, [])


def test_what_cannot_be_noted_once_all_is_set_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved before explains the values, too."""
    host, kernel = make_namespace_host(tmp_path)
    save = host.memory.save

    def refuse() -> None:
        if kernel.written:
            raise ExhaustedError("/run cannot be opened: Too many open files. Close some.")
        save()

    monkeypatch.setattr(host.memory, "save", refuse)
    assert len(ensure(host, STATE, Filters(), check_mode=False).changed) == 1
    assert kernel.written


@pytest.mark.parametrize("step", ["require_writable", "require_owner"])
@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_what_cannot_be_written_is_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool, step: str
) -> None:
    host, kernel = make_namespace_host(tmp_path)
    ensure(host, STATE, Filters(), check_mode=False)
    kernel.written.clear()

    def refuse(_files: WritableFiles, target: str) -> None:
        raise FileError(f"{target} cannot be written.")

    monkeypatch.setattr(WritableFiles, step, refuse)
    with pytest.raises(FileError) as failed:
        ensure(host, DesiredState(Values(300)), Filters(), check_mode=check_mode)
    assert (str(failed.value), kernel.written) == (f"{MEMORY_FILE} cannot be written. Nothing was changed.", [])
    assert ensure(host, STATE, Filters(), check_mode=check_mode).changed == []  # there is nothing to remember


def test_what_the_second_look_cannot_remember(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, kernel = make_namespace_host(tmp_path)
    found = host.scanner.namespaces()

    def look() -> list[Namespace]:  # the same one with another number: it is to be set once more
        if kernel.written:
            kernel.write("time", 7200)
            lay_out(tmp_path / "root", {MEMORY_FILE: b"{}"})
        return [dataclasses.replace(one, number=len(kernel.written)) for one in found]

    monkeypatch.setattr(host.scanner, "namespaces", look)
    want = dataclasses.replace(STATE, take_over=True)
    outcome = ensure(host, want, Filters(), check_mode=False)
    assert len(outcome.changed) == 1
    assert outcome.as_dict()["second_look"]["message"].endswith(
        f"{MEMORY_FILE} was changed by another program a moment ago. Run again"
    )


def test_second_look_reads_new_ones_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, _kernel = make_namespace_host(tmp_path)
    filled, read = host.scanner.filled, []

    def count(found: list[Namespace], *, connections: bool = False) -> list[Namespace]:
        read.append(len(found))
        return filled(found, connections=connections)

    monkeypatch.setattr(host.scanner, "filled", count)
    ensure(host, STATE, Filters(), check_mode=False)
    assert read == [1, 0]


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_value_that_cannot_be_read(tmp_path: Path, check_mode: bool) -> None:
    host, kernel = make_namespace_host(tmp_path)
    (tmp_path / "proc/sys/net/ipv4/tcp_keepalive_probes").write_bytes(b"?")
    outcome = ensure(host, STATE, Filters(), check_mode=check_mode)
    assert outcome.failure() == (
        "net:[7] (/run/netns/blue) could not be set: its values cannot be read: the kernel shows no number for "
        "net.ipv4.tcp_keepalive_probes. Look there, with nsenter -n -t PID sysctl net.ipv4, and run again."
    )
    assert kernel.written == []
