# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import FURTHER
from ansible_collections.linux.tcp.plugins.modules import keepalive
from ansible_collections.linux.tcp.tests.unit.host import INTVL, PROBES, TIME, lay_out, look_at, make_host, make_kernel
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.host import Layout
    from ansible_collections.linux.tcp.tests.unit.module import RunModule


SCENARIOS = Path(__file__).parent / "scenarios" / "keepalive"
PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
ZZ = "/etc/sysctl.d/zz.conf"
HEADER = b"# Written by Ansible, module linux.tcp.keepalive. Other lines may be added, they are kept.\n"
TEXT = HEADER + TIME + b" = 600\n" + INTVL + b" = 60\n" + PROBES + b" = 20\n"
WITH_SYSTEMD: Layout = {"/usr/lib/systemd/systemd-sysctl": b"", "/etc/sysctl.d": None}


@pytest.fixture
def proc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand for the machine's own /proc, which no test may write."""
    folder = tmp_path_factory.mktemp("proc")
    make_kernel(folder)
    return folder


@pytest.fixture
def run(proc: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> t.Iterator[RunModule]:
    monkeypatch.setattr(keepalive, "LocalHost", functools.partial(LocalHost, proc=str(proc)))
    before = look_at(proc)
    yield runner(keepalive.main, monkeypatch, capsys)
    assert look_at(proc) == before  # an image is not the running system


@pytest.fixture
def image(tmp_path: Path) -> str:
    lay_out(tmp_path, WITH_SYSTEMD)
    return str(tmp_path)


def snapshot(
    time: int = 7200,
    intvl: int = 75,
    probes: int = 9,
    *,
    lines: tuple[int | None, int | None, int | None] = (None,) * 3,
) -> dict[str, object]:
    """Return the snapshot of an image whose values come from these lines of the persistence file."""
    values = {"time": time, "intvl": intvl, "probes": probes}
    numbers = dict(zip(values, lines))
    return {
        "runtime": {"time": None, "intvl": None, "probes": None},
        "runtime_writable": False,
        "boot": {
            "loader": "systemd-sysctl",
            "values": values,
            "sources": {key: line and {"path": PATH, "line": line} for key, line in numbers.items()},
            "doubts": [],
            "notes": [],
        },
        "settings": [
            {"key": key, "value": str(values[key]), "path": PATH, "line": line, "effective": True}
            for key, line in numbers.items()
            if line
        ],
        "other_writers": [],
        "drift": [],
        "detection_time": time + intvl * probes,
    }


def test_report(run: RunModule, image: str, tmp_path: Path) -> None:
    before = look_at(tmp_path)
    expected: dict[str, object] = {
        "changed": False,
        "before": snapshot(),
        "after": snapshot(),
        "overridden_by": [],
        "detection_time": 7875,
        "cautions": [],
        "backup_files": [],
    }
    assert run(root=image) == expected
    assert run(root=image, check_mode=True) == expected
    assert run(root=image, diff=True) == {**expected, "diff": []}
    assert look_at(tmp_path) == before


def test_report_of_this_machine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is asked for, so nothing is touched; needs no privileges."""
    result = runner(keepalive.main, monkeypatch, capsys)()
    assert not result["changed"]
    assert result["before"] == result["after"]
    for key, value in result["after"]["runtime"].items():
        with open(f"/proc/sys/net/ipv4/tcp_keepalive_{key}", encoding="ascii") as file:
            assert int(file.read()) == value


def test_set_and_set_again_and_remove(run: RunModule, image: str, tmp_path: Path) -> None:
    empty = look_at(tmp_path)
    done = snapshot(600, 60, 20, lines=(2, 3, 4))
    expected = {
        "changed": True,
        "before": snapshot(),
        "after": done,
        "overridden_by": [],
        "detection_time": 1800,
        "cautions": [],
        "backup_files": [],
    }
    diff = [{"before_header": PATH, "after_header": PATH, "before": "", "after": TEXT.decode()}]
    want: dict[str, t.Any] = {"root": image, "time": 600, "interval": "60", "probes": 20}
    assert run(check_mode=True, diff=True, **want) == {**expected, "diff": diff}
    assert look_at(tmp_path) == empty
    assert run(diff=True, **want) == {**expected, "diff": diff}
    assert (tmp_path / PATH.lstrip("/")).read_bytes() == TEXT
    assert run(diff=True, **want) == {**expected, "changed": False, "before": done, "diff": []}
    assert run(root=image, intvl=60) == {**expected, "changed": False, "before": done}
    gone = {**expected, "before": done, "after": snapshot(), "detection_time": 7875}
    assert run(check_mode=True, root=image, state="absent") == gone
    assert run(root=image, state="absent") == gone
    assert look_at(tmp_path) == empty
    assert run(root=image, state="absent") == {**gone, "changed": False, "before": snapshot()}


@pytest.mark.parametrize(
    ("params", "left"),
    [
        pytest.param({"time": 5}, INTVL + b" = 60\n" + PROBES + b" = 20\n", id="one key, whatever its value"),
        pytest.param({"intvl": 0, "probes": -1}, TIME + b" = 600\n", id="two keys, values out of range"),
    ],
)
def test_remove_named_keys(run: RunModule, image: str, tmp_path: Path, params: dict[str, t.Any], left: bytes) -> None:
    lay_out(tmp_path, {PATH: TEXT})
    assert run(root=image, state="absent", **params)["changed"]
    assert (tmp_path / PATH.lstrip("/")).read_bytes() == HEADER + left


def test_neither_file_nor_kernel(run: RunModule, image: str) -> None:
    assert not run(root=image, time=600, persistent=False)["changed"]
    assert not os.path.exists(image + PATH)


def test_another_path_with_a_backup(run: RunModule, image: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"/etc/sysctl.d/a.conf": b"vm.x = 1\n"})
    result = run(root=image, probes=3, path="/etc/sysctl.d/a.conf", backup=True)
    (copy,) = result["backup_files"]
    assert (tmp_path / copy.lstrip("/")).read_bytes() == b"vm.x = 1\n"
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"vm.x = 1\n" + PROBES + b" = 3\n"


def test_overrides(run: RunModule, image: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {ZZ: b"\n" + TIME + b" = 5\n"})
    line = {"key": "time", "value": "5", "path": ZZ, "line": 2}
    decides = (
        f"At the next boot net.ipv4.tcp_keepalive_time would be 5, not 600: {ZZ} line 2 has '5' and takes precedence"
    )
    before = look_at(tmp_path)
    expecting: list[dict[str, t.Any]] = [{}, {"overrides": "fail"}, {"check_mode": True}]
    for params in expecting:
        result = run(root=image, time=600, **params)
        assert result == {
            "failed": True,
            "msg": (
                f"{decides}. Remove that line, give overrides: take_over to have it commented out, or overrides: "
                f"ignore. With path: /etc/sysctl.d/zzz-tcp-keepalive.conf the values would hold. Nothing was changed."
            ),
            "overridden_by": [line],
        }
        assert look_at(tmp_path) == before
    result = run(root=image, time=600, overrides="ignore")
    assert result["warnings"] == [f"{decides}."]
    assert result["overridden_by"] == [line]
    assert result["after"]["boot"]["values"]["time"] == 5
    result = run(root=image, time=600, overrides="take_over")
    assert "warnings" not in result
    assert result["overridden_by"] == [line]
    assert result["after"]["boot"]["values"]["time"] == 600
    assert run(root=image, state="absent")["changed"]
    assert look_at(tmp_path) == before


def test_a_system_whose_boot_applies_nothing(run: RunModule, tmp_path: Path) -> None:
    lay_out(tmp_path, {"/etc": None})
    assert run(root=str(tmp_path), time=600)["warnings"] == [
        f"Nothing applies sysctl files when this system boots, so {PATH} has no effect on the next boot by itself."
    ]
    assert run(root=str(tmp_path))["before"]["boot"]["loader"] is None


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"time": 0},
            "time is 0: the kernel would take it and then send a probe every intvl seconds, forever. "
            "Give a whole number between 1 and 2147483 (seconds), or leave time out to keep what is set. "
            "Nothing was changed.",
            id="zero",
        ),
        pytest.param(
            {"probes": "256"},
            "probes is 256: not every kernel takes more than 255. "
            "Give a whole number between 1 and 255, or leave probes out to keep what is set. Nothing was changed.",
            id="too large",
        ),
        pytest.param(
            {"intvl": True},
            "intvl is True, a boolean: give a whole number between 1 and 2147483. Nothing was changed.",
            id="boolean",
        ),
        pytest.param(
            {"time": 5, "path": "here.conf"},
            "path is 'here.conf': give the absolute path of a file, such as /etc/sysctl.d/99-tcp-keepalive.conf. "
            "Nothing was changed.",
            id="relative path",
        ),
        pytest.param(
            {"time": 5, "path": "/etc/sysctl.d"},
            "/etc/sysctl.d cannot be edited: it is a folder. Give the path of a regular file. Nothing was changed.",
            id="folder as path",
        ),
        pytest.param(
            {"root": "/nowhere"},
            "root is '/nowhere', which is not a folder. Give the root folder of a system tree. Nothing was changed.",
            id="no root",
        ),
        *(
            pytest.param(
                {name: [{"units": ["nginx"]}]},
                keepalive.NO_ACTION_PLUGIN.format(name),
                id=f"{name} without the action plugin",
            )
            for name in FURTHER
        ),
        pytest.param(
            {"state": "gone"}, "value of state must be one of: present, absent, got: gone", id="unknown state"
        ),
        pytest.param(
            {"overrides": "win"},
            "value of overrides must be one of: fail, take_over, ignore, got: win",
            id="unknown overrides",
        ),
    ],
)
def test_refused_parameters(run: RunModule, image: str, tmp_path: Path, params: dict[str, t.Any], message: str) -> None:
    before = look_at(tmp_path)
    result = run(**{"root": image, **params})
    assert result["failed"]
    assert result["msg"] == message
    assert look_at(tmp_path) == before


@pytest.mark.parametrize("key", ["time", "intvl", "probes"])
@pytest.mark.parametrize("value", ["sixty", "", "6.5", 6.5, "0x3c", [60], {"value": 60}])
def test_what_is_no_whole_number(run: RunModule, image: str, key: str, value: object) -> None:
    params: dict[str, t.Any] = {"root": image, key: value}
    result = run(**params)
    assert result["failed"]
    # ansible-core's words, which differ from release to release
    assert result["msg"].startswith(f"argument '{key}' is of type ")
    assert not os.path.exists(image + PATH)


def test_an_unknown_parameter(run: RunModule, image: str) -> None:
    result = run(root=image, keepalive_time=60)
    assert result["failed"]
    assert result["msg"].startswith("Unsupported parameters for (")
    assert "keepalive_time" in result["msg"]


def test_a_number_may_come_as_text_and_be_empty_as_null(run: RunModule, image: str) -> None:
    result = run(root=image, time=" 600 ", intvl=None)
    assert result["after"]["boot"]["values"] == {"time": 600, "intvl": 75, "probes": 9}


def test_on_a_running_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    host = make_host(tmp_path)
    monkeypatch.setattr(keepalive, "LocalHost", lambda _root: host)
    run = runner(keepalive.main, monkeypatch, capsys)
    result = run(time=600, runtime=False)
    assert result["changed"]
    assert result["after"]["drift"] == ["time"]
    assert host.shown() == [7200, 75, 9]
    result = run(time=600, diff=True)
    assert [part["after_header"] for part in result["diff"]] == ["running kernel"]
    assert result["after"]["drift"] == []
    assert host.shown() == [600, 75, 9]
    assert not run(time=600)["changed"]
    assert run(state="absent")["after"]["runtime"] == {"time": 7200, "intvl": 75, "probes": 9}
    assert host.shown() == [7200, 75, 9]
    host.kernel.refused.add(("intvl", 60))
    before = host.look()
    assert run(time=600, intvl=60) == {"failed": True, "msg": "no intvl of 60."}
    assert host.look() == before


@pytest.mark.skipif(not os.path.isdir("/etc/sysctl.d"), reason="needs a folder /etc/sysctl.d to lay its own one over")
def test_the_real_kernel_and_the_real_paths(tmp_path: Path) -> None:
    want = {"time": 600, "intvl": 60, "probes": 20, "overrides": "ignore"}
    steps: list[tuple[str, dict[str, object]]] = [
        ("keepalive", {**want, "_ansible_check_mode": True, "_ansible_diff": True}),
        ("keepalive_info", {}),
        ("keepalive", want),
        ("keepalive", want),
        ("keepalive_info", {}),
    ]
    host = run_isolated(SCENARIOS / "real_paths.py", root=str(tmp_path), steps=steps, own_pids=True)
    foreseen, fresh, done, again, info = host["results"]
    assert host["files"] == {"99-tcp-keepalive.conf": TEXT.decode()}
    assert host["kernel"] == ["600\n", "60\n", "20\n"]
    assert [result["changed"] for result in (foreseen, done, again)] == [True, True, False]
    assert foreseen["after"] == done["after"] == again["before"] == again["after"]
    assert [part["after_header"] for part in foreseen["diff"]] == ["running kernel", PATH]
    assert fresh["runtime"] == done["before"]["runtime"] == {"time": 7200, "intvl": 75, "probes": 9}
    assert info["runtime"] == done["after"]["runtime"] == {"time": 600, "intvl": 60, "probes": 20}
    assert done["detection_time"] == 1800
