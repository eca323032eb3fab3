# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a rollout, as the playbooks take them, with hosts that are variables only."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible import constants, template
from ansible.parsing.dataloader import DataLoader
from ansible.utils.display import Display

from ansible_collections.linux.tcp.plugins.action import keepalive_rollout
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store
from ansible_collections.linux.tcp.tests.unit.unreadable import Unreadable, nested

if t.TYPE_CHECKING:
    from pathlib import Path

Facts = t.Dict[str, t.Any]
EMPTY: Facts = {"runtime": {}, "files": []}
SHADOW = {"path": "/etc/shadow", "before": None, "left": None, "had_folder": True}
DIFFERS = {"would_change": True, "checkpoint": EMPTY, "before": {}, "desired": {}}
VERIFIED = {
    "keepalive_result": {"changed": True},
    "__keepalive_checkpoint": {"would_change": False},
    "__keepalive_verification": {"failed": False},
}


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


def take(
    step: str,
    hostvars: dict[str, Facts],
    *,
    variables: Facts | None = None,
    check_mode: bool = False,
    templar: t.Any = None,
    **arguments: t.Any,
) -> Facts:
    """Take a step and return what it gives."""
    task = mock.MagicMock(args={"step": step, **arguments}, check_mode=check_mode, async_val=0)
    connection, play_context, shared_loader = [mock.MagicMock()] * 3
    templar = templar or mock.MagicMock(template=lambda value: value)
    action = keepalive_rollout.ActionModule(task, connection, play_context, DataLoader(), templar, shared_loader)
    result: Facts = action.run(task_vars={"hostvars": hostvars, **(variables or {})})
    return result


def begin(folder: Path, hostvars: dict[str, Facts]) -> Facts:
    """Check the variables of each host and begin; return what this gives, or the first refusal."""
    for name, known in hostvars.items():
        variables = {"inventory_hostname": name, "keepalive_rollout_folder": str(folder), **known}
        prepared = take("prepare", hostvars, variables=variables)
        if prepared.get("failed"):
            return prepared
        known["__keepalive_prepared"] = prepared
    return take("begin", hostvars, hosts=list(hostvars))


def test_rollout_from_begin_to_finish(tmp_path: Path) -> None:
    check = tmp_path / "health.yml"
    check.write_text("- ansible.builtin.raw: 'true'\n")
    hosts: dict[str, Facts] = {
        "a": {"keepalive_time": 600, "keepalive_rollout_check": str(check)},
        "b": {"keepalive_state": "absent"},
    }
    begun = begin(tmp_path / "store", hosts)
    assert (begun["pending"], begun["checks"], begun["folder"]) == ([], {"a": str(check)}, str(tmp_path / "store"))
    for known in hosts.values():
        known["__keepalive_checkpoint"] = DIFFERS
    stored = take("checkpoint", hosts, hosts=["a", "b"])
    assert (stored["selected"], stored["stop"]) == (["a", "b"], False)
    for known in hosts.values():
        known.update(VERIFIED)
    assert take("verify", hosts)["selected"] == ["a"]
    hosts["a"]["__keepalive_connection"] = {"rc": 0}
    assert take("commit", hosts)["stop"] is False
    assert take("rollback", hosts)["selected"] == []
    finished = take("finish", hosts)
    assert (finished["summary"], finished["wrong"]) == ({"changed": "2: a, b"}, {})


def test_batch_that_fails(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    hosts["a"]["__keepalive_checkpoint"] = DIFFERS
    take("checkpoint", hosts, hosts=["a"])
    hosts["a"].update(VERIFIED, __keepalive_reason={"code": "health_check_failed", "result": {"msg": "ill"}})
    assert take("commit", hosts)["stop"] is True
    assert take("rollback", hosts)["selected"] == ["a"]
    hosts["a"]["__keepalive_rollback"] = {"found": True}
    finished = take("finish", hosts)
    assert finished["summary"] == {
        "not_started": "1: b",
        "failed": {"a": "The health check failed: ill. It was rolled back."},
    }
    assert finished["wrong"] == {
        "a": {
            "code": "failed",
            "reason": "health_check_failed",
            "message": "The health check failed: ill. It was rolled back.",
        }
    }


@pytest.mark.parametrize(
    ("is_ill", "lines"),
    [
        pytest.param(
            False,
            [
                "1: a: about to be changed. If this run is interrupted, they may stay changed: ",
                "1: a: changed and verified. If this run is interrupted, they stay so: ",
            ],
            id="a batch that is done",
        ),
        pytest.param(
            True,
            [
                "1: a: about to be changed. If this run is interrupted, they may stay changed: ",
                "1: a: about to be rolled back. If this run is interrupted, they may stay changed: ",
            ],
            id="a batch that fails",
        ),
    ],
)
def test_each_moment_has_a_line_about_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ill: bool, lines: list[str]
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, line: said.append(line))
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    hosts["a"]["__keepalive_checkpoint"] = DIFFERS
    take("checkpoint", hosts, hosts=["a"])
    reason = {"code": "health_check_failed", "result": {"msg": "ill"}}
    hosts["a"].update(VERIFIED, **({"__keepalive_reason": reason} if is_ill else {}))
    take("commit", hosts)
    take("rollback", hosts)
    assert [line.partition(" the same command ")[0] for line in said] == [
        f"linux.tcp: {line.strip()}" for line in lines
    ]


def test_desired_state_is_stored_as_the_inventory_has_it(tmp_path: Path) -> None:
    """The host could return another one, and have the file that it names restored."""
    evil = {**DIFFERS, "desired": {"path": "/etc/shadow"}, "checkpoint": {**EMPTY, "files": [SHADOW]}}
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600, "__keepalive_checkpoint": evil}, "b": {"keepalive_time": 5}}
    hosts["b"]["__keepalive_checkpoint"] = DIFFERS
    begin(tmp_path / "store", hosts)
    assert take("checkpoint", hosts, hosts=["b"])["selected"] == ["b"]
    stored = store.load(str(tmp_path / "store"), "b")
    assert stored is not None
    assert (stored["desired"]["time"], stored["desired"]["overrides"]) == (5, "fail")
    take("commit", {**hosts, "b": {**hosts["b"], **VERIFIED}})
    assert take("checkpoint", hosts, hosts=["a"])["stop"]
    wrong = take("finish", hosts)["wrong"]
    assert wrong["a"]["reason"] == "checkpoint_invalid"
    assert "files[0] is '/etc/shadow': only sysctl files" in wrong["a"]["message"]


@pytest.mark.parametrize(
    "name", ["__keepalive_verification", "keepalive_result", "inventory_hostname", "__keepalive_x"]
)
def test_facts_of_a_host_count_for_nothing(tmp_path: Path, name: str) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    for known in hosts.values():
        known["__keepalive_checkpoint"] = DIFFERS
    take("checkpoint", hosts, hosts=["a", "b"])
    for known in hosts.values():
        known.update(VERIFIED)
    hosts["a"]["ansible_facts"] = {name: VERIFIED.get(name)}
    assert take("commit", hosts)["stop"] is True
    assert take("rollback", hosts)["selected"] == ["a", "b"]
    for known in hosts.values():
        known["__keepalive_rollback"] = {"found": True}
    finished = take("finish", hosts)
    assert finished["summary"]["rolled_back"] == "1: b"
    assert finished["wrong"]["a"]["reason"] == "steering_facts"


DEEP = RecursionError("maximum recursion depth exceeded")
UNREADABLE = [
    pytest.param(lambda hosts: Unreadable(hosts, DEEP, "a"), str(DEEP), id="variables that are too deep"),
    pytest.param(lambda hosts: Unreadable(hosts, ValueError("no"), "a"), "no", id="variables"),
    pytest.param(
        lambda hosts: {**hosts, "a": Unreadable({**hosts["a"], "ansible_facts": {}}, DEEP, "ansible_facts")},
        str(DEEP),
        id="facts",
    ),
    pytest.param(
        lambda hosts: {**hosts, "a": {**hosts["a"], "ansible_facts": {1: ""}}},
        "expected string or bytes-like object",
        id="a fact with a number for a name",
    ),
    pytest.param(
        lambda hosts: {**hosts, "a": {**hosts["a"], "keepalive_result": {"msg": nested(900)}}},
        "a result has more than 50 lists and mappings within each other",
        id="a result that is too deep",
    ),
]
Broken = t.Callable[[t.Dict[str, Facts]], t.Dict[str, Facts]]


@pytest.mark.parametrize(("broken", "cause"), UNREADABLE)
def test_a_host_whose_results_cannot_be_read_is_rolled_back_with_its_batch(
    tmp_path: Path, broken: Broken, cause: str
) -> None:
    """Facts that a health check gathers may be lists within lists, whatever the host likes."""
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    for known in hosts.values():
        known["__keepalive_checkpoint"] = DIFFERS
    take("checkpoint", hosts, hosts=["a", "b"])
    for known in hosts.values():
        known.update(VERIFIED)
    assert take("verify", broken(hosts))["selected"] == []
    assert take("commit", broken(hosts), hosts=["a", "b"])["stop"] is True
    assert take("rollback", broken(hosts))["selected"] == ["a", "b"]
    for known in hosts.values():
        known["__keepalive_rollback"] = {"found": True}
    finished = take("finish", broken(hosts), hosts=["a", "b"])
    assert finished["summary"]["rolled_back"] == "1: b"
    wrong = finished["wrong"]["a"]
    assert (wrong["code"], wrong["reason"]) == ("unknown", "results_unreadable")
    assert wrong["message"].startswith(f"Its results cannot be read: {cause}")
    assert "ansible-playbook linux.tcp.restore" in wrong["message"]


@pytest.mark.parametrize(("broken", "cause"), UNREADABLE)
def test_a_host_whose_results_cannot_be_read_is_not_changed(tmp_path: Path, broken: Broken, cause: str) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    for known in hosts.values():
        known["__keepalive_checkpoint"] = DIFFERS
    stored = take("checkpoint", broken(hosts), hosts=["a", "b"])
    assert (stored["selected"], stored["stop"]) == ([], True)
    finished = take("finish", broken(hosts), hosts=["a", "b"])
    wrong = finished["wrong"]["a"]
    assert (wrong["code"], wrong["reason"]) == ("failed", "results_unreadable")
    assert wrong["message"].startswith(f"Its results cannot be read: {cause}")
    assert finished["summary"]["not_started"] == "1: b"


@pytest.mark.parametrize(("broken", "cause"), UNREADABLE)
def test_a_host_whose_results_cannot_be_read_keeps_a_rollout_from_its_begin(
    tmp_path: Path, broken: Broken, cause: str
) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    refused = take("begin", broken(hosts), hosts=["a", "b"])
    assert refused["msg"].startswith(f"a: Its results cannot be read: {cause}")
    assert refused["msg"].endswith(
        " Run with --flush-cache, or leave such a host out with --limit. Nothing was changed."
    )


@pytest.mark.parametrize(("broken", "cause"), UNREADABLE)
def test_a_host_whose_results_cannot_be_read_is_not_reported_as_restored(
    tmp_path: Path, broken: Broken, cause: str
) -> None:
    restored = {"__keepalive_restored": {"found": True, "changed": True}}
    hosts: dict[str, Facts] = {"a": dict(restored), "b": dict(restored)}
    output = take("restored", broken(hosts), hosts=["a", "b"], folder=str(tmp_path), known=["a", "b"])
    assert output["summary"]["restored"] == "1: b"
    wrong = output["wrong"]["a"]
    assert (wrong["code"], wrong["reason"]) == ("failed", "results_unreadable")
    assert wrong["message"].startswith(f"Its results cannot be read: {cause}")


def test_rollback_that_a_fact_claims(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600, "__keepalive_checkpoint": DIFFERS}}
    begin(tmp_path / "store", hosts)
    take("checkpoint", hosts, hosts=["a"])
    claim = {"__keepalive_rollback": {"found": True}}
    hosts["a"].update(claim, ansible_facts=claim)
    take("rollback", hosts)
    assert take("finish", hosts)["wrong"]["a"]["code"] == "unknown"


def test_host_with_facts_is_not_changed(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600}}
    begin(tmp_path / "store", hosts)
    for known in hosts.values():
        known["__keepalive_checkpoint"] = DIFFERS
    hosts["a"]["ansible_facts"] = {"keepalive_time": 5}
    assert take("checkpoint", hosts, hosts=["a", "b"])["selected"] == []
    assert take("finish", hosts)["wrong"]["a"]["reason"] == "steering_facts"
    assert not list((tmp_path / "store").glob("*.json"))


def test_commit_that_cannot_be_noted_is_a_warning(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600, "__keepalive_checkpoint": DIFFERS}}
    begin(tmp_path / "store", hosts)
    take("checkpoint", hosts, hosts=["a"])
    hosts["a"].update(VERIFIED)
    (tmp_path / "store" / "a.json").chmod(0o666)
    with mock.patch.object(Display, "warning") as warning:
        assert take("commit", hosts)["stop"] is False
    assert "will be checked again, as this was not noted" in warning.call_args.args[0]


def test_check_mode_never_stops(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {"a": {"keepalive_time": 600, "__keepalive_checkpoint": {"failed": True, "msg": "no"}}}
    begin(tmp_path / "store", hosts)
    stored = take("checkpoint", hosts, hosts=["a"], check_mode=True)
    assert (stored["selected"], stored["stop"]) == ([], False)
    assert take("finish", hosts, check_mode=True)["summary"] == {"failed": {"a": "no"}}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        pytest.param({}, "No value is set. Give keepalive_time,", id="nothing"),
        pytest.param({"keepalive_time": 0}, "keepalive_time is 0: the kernel would take it", id="zero"),
        pytest.param(
            {"keepalive_probes": "256"}, "keepalive_probes is 256: not every kernel takes more", id="too many"
        ),
        pytest.param({"keepalive_intvl": "soon"}, "keepalive_intvl is 'soon': give a whole number", id="no number"),
        pytest.param(
            {"keepalive_time": 5, "keepalive_path": "x"}, "keepalive_path is 'x': give the absolute path", id="path"
        ),
        pytest.param({"keepalive_state": "gone"}, "keepalive_state is 'gone': give present or absent", id="state"),
        pytest.param(
            {"keepalive_intvl": 60, "keepalive_interval": 75},
            "keepalive_intvl is 60 and keepalive_interval is 75, and both are names of one option",
            id="two intervals",
        ),
        pytest.param(
            {"keepalive_time": 5, "keepalive_sockets": [{"unit": "nginx"}]},
            "keepalive_sockets[0]: unit is no option of linux.tcp.keepalive_sockets. Did you mean units?",
            id="sockets",
        ),
        pytest.param(
            {"keepalive_time": 5, "keepalive_root": "/mnt"}, "keepalive_root is not for hosts that", id="root"
        ),
        pytest.param(
            {"keepalive_time": 5, "keepalive_namespaces": "yes"},
            "keepalive_namespaces is not for a rollout, which cannot roll containers back: leave keepalive_namespaces "
            "out, and run linux.tcp.apply with it after the rollout.",
            id="running containers",
        ),
        pytest.param(
            {"keepalive_time": 5, "keepalive_container_defaults": ["podman"]},
            "keepalive_container_defaults is not for a rollout, which cannot roll containers back: leave ",
            id="new containers",
        ),
        pytest.param(
            {"keepalive_time": 5, "keepalive_namespaces": "docker"},
            "keepalive_namespaces is 'docker': give true, false, or a list",
            id="neither true nor a list",
        ),
    ],
)
def test_desired_state_that_cannot_be(tmp_path: Path, variables: Facts, message: str) -> None:
    refused = begin(tmp_path / "store", {"a": {"keepalive_time": 600}, "b": variables})
    assert refused["failed"]
    assert refused["msg"].startswith(f"b: {message}")


@pytest.mark.parametrize(
    "name", ["keepalive_rollout_check", "keepalive_time", "__keepalive_prepared", "inventory_hostname"]
)
def test_fact_with_the_name_of_a_variable_is_refused(tmp_path: Path, name: str) -> None:
    refused = begin(tmp_path / "store", {"a": {"keepalive_time": 600, "ansible_facts": {name: "/evil.yml"}}})
    assert refused["msg"].startswith(f"'{name}' is among the facts of the host")


def test_fact_that_resembles_a_variable_stops_nothing(tmp_path: Path) -> None:
    facts = {"kepalive_x": 1}
    begun = begin(tmp_path / "store", {"a": {"keepalive_time": 600, **facts, "ansible_facts": facts}})
    assert "msg" not in begun
    refused = begin(tmp_path / "store", {"a": {"keepalive_time": 600, **facts}})
    assert refused["msg"].startswith("a: kepalive_x is no variable of linux.tcp.")


TEMPLATED = "cannot be worked out without the facts of the host"


@pytest.mark.parametrize("name", ["keepalive_rollout_check", "keepalive_rollout_folder"])
@pytest.mark.parametrize(
    ("given", "facts", "refused"),
    [
        pytest.param("{{ place }}/a", {}, False, id="variable of the inventory"),
        pytest.param("{{ place }}/a", {"os_family": "Debian"}, False, id="other facts"),
        pytest.param("{{ place }}/a", {"place": "/evil"}, True, id="fact in its place"),
        pytest.param("{{ by_way_of }}/a", {"place": "/evil"}, True, id="fact at the end of a chain"),
        pytest.param("{{ ansible_system }}/a", {"system": "/evil"}, True, id="fact with a prefix"),
        pytest.param("{{ ansible_facts.system }}/a", {"system": "/evil"}, True, id="among the facts"),
        pytest.param("{{ hostvars.a.place }}/a", {"place": "/evil"}, True, id="through hostvars"),
        pytest.param("{{ vars['place'] }}/a", {"place": "/evil"}, True, id="through vars"),
    ],
)
def test_no_fact_chooses_a_file_of_the_controller(name: str, given: str, facts: Facts, refused: bool) -> None:
    trusted: t.Callable[[str], str] = getattr(template, "trust_as_template", str)  # since ansible-core 2.19
    variables: Facts = {
        "inventory_hostname": "a",
        "keepalive_time": 600,
        "place": "/srv",
        "by_way_of": trusted("{{ place }}"),
        name: trusted(given),
        "ansible_facts": facts,
        **facts,
        **{f"ansible_{fact}": value for fact, value in facts.items()},
    }
    variables["vars"] = dict(variables)
    templar = template.Templar(loader=DataLoader(), variables={**variables, "hostvars": {"a": variables}})
    prepared = take("prepare", {"a": variables}, variables=variables, templar=templar)
    if refused:
        assert prepared["msg"].startswith(f"a: {name} {TEMPLATED}: ")
        assert prepared["msg"].endswith("a host must not choose it. Nothing was changed.")
    else:
        assert prepared[name.rpartition("_")[2]] == "/srv/a"
    assert templar.available_variables["place"] == variables["place"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        pytest.param({"keepalive_rollout_check": "/nowhere.yml"}, "'/nowhere.yml', and /nowhere.yml cannot", id="none"),
        pytest.param({"keepalive_rollout_check": "/"}, "/ cannot be read (Is a directory): give", id="folder"),
        pytest.param({"keepalive_rollout_folder": "/other"}, "give one folder for all hosts", id="two folders"),
        pytest.param(
            {"keepalive_rollout_folder": ""},
            "b: keepalive_rollout_folder is '': give the path of a folder",
            id="no folder",
        ),
    ],
)
def test_rollout_that_cannot_be(tmp_path: Path, variables: Facts, message: str) -> None:
    refused = begin(tmp_path / "store", {"a": {"keepalive_time": 600}, "b": {"keepalive_time": 600, **variables}})
    assert message in refused["msg"]
    assert refused["msg"].endswith("Nothing was changed.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("- raw: 'true'\n  notify: Restart\n", "handlers cannot be notified from there", id="notify"),
        pytest.param("- {raw: 'true', notify: x}\n", "handlers cannot be notified from there", id="notify in one line"),
        pytest.param(
            "- block:\n  - raw: 'true'\n  rescue:\n  - {raw: x, notify: y}\n", "handlers cannot", id="notify in a block"
        ),
        pytest.param("raw: 'true'\n", "is no list of tasks: give the path of a file with tasks", id="one task"),
        pytest.param("curl http://localhost\n", "is no list of tasks: give", id="a script"),
        pytest.param("- restart\n", "is no list of tasks: give", id="names"),
        pytest.param("", "is no list of tasks: give", id="nothing"),
        pytest.param("- hosts: all\n  tasks: []\n", "is a playbook: give a file with the tasks alone", id="a playbook"),
        pytest.param("- raw: [\n", "is no YAML that Ansible can read: ", id="no YAML"),
    ],
)
def test_health_check_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    check = tmp_path / "health.yml"
    check.write_text(text)
    refused = begin(tmp_path / "store", {"a": {"keepalive_time": 600, "keepalive_rollout_check": str(check)}})
    assert refused["msg"].startswith(f"keepalive_rollout_check is '{check}'")
    assert message in refused["msg"]
    assert refused["msg"].endswith(" Nothing was changed.")


def test_health_check_with_a_task_whose_module_has_the_word(tmp_path: Path) -> None:
    check = tmp_path / "health.yml"
    check.write_text("- some.module: {notify: true}\n")
    begun = begin(tmp_path / "store", {"a": {"keepalive_time": 600, "keepalive_rollout_check": str(check)}})
    assert begun["checks"] == {"a": str(check)}


def test_step_that_there_is_not() -> None:
    assert "value of step must be one of" in take("jump", {})["msg"]
    assert take("commit", {})["msg"].startswith("No rollout has begun")


def test_restored(tmp_path: Path) -> None:
    hosts: dict[str, Facts] = {
        "a": {"__keepalive_restored": {"found": True, "changed": True}},
        "b": {"__keepalive_restored": {"failed": True, "msg": "no"}},
        "c": {"ansible_facts": {"__keepalive_restored": {}}, "__keepalive_restored": {"found": True, "changed": True}},
    }
    output = take("restored", hosts, hosts=["a", "b", "c"], folder=str(tmp_path), known=["a", "b"])
    assert output["wrong"].pop("c")["reason"] == "steering_facts"
    assert output["summary"].pop("failed").keys() == {"b", "c"}
    assert output["summary"] == {"restored": "1: a"}
    assert output["wrong"] == {"b": {"code": "failed", "reason": "restore_failed", "message": "no"}}
