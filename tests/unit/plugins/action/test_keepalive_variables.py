# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of a playbook, as localhost has them, whatever the first host of the play says."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible.errors import AnsibleError
from ansible.plugins.lookup.inventory_hostnames import LookupModule
from ansible.utils.display import Display

from ansible_collections.linux.tcp.plugins.action import keepalive_variables
from ansible_collections.linux.tcp.tests.unit.unreadable import Unreadable

Result = t.Dict[str, t.Any]
ROOT = Path(__file__).absolute().parents[4]
EVIL: Result = {"keepalive_audit_limit": 10**9, "keepalive_audit_folder": "/evil", "keepalive_hosts": "evil"}


def act(
    own: Result,
    *,
    playbook: str = "audit",
    hostvars: Result | None = None,
    delegate_to: str | None = "localhost",
    extra: Result | None = None,
    limit: str | None = None,
) -> Result:
    """Run the action for a first host whose facts are evil; ``own`` is what localhost has."""
    templar = mock.MagicMock(available_variables="of the first host", template=lambda value: value)
    task = mock.MagicMock(args={"playbook": playbook}, async_val=0, delegate_to=delegate_to)
    task.get_variable_manager.return_value.extra_vars = extra or {}
    own = {"ansible_play_hosts_all": ["localhost", "a", "b"], "groups": {"all": ["a", "b", "c"]}, **own}
    variables = {
        **EVIL,
        "ansible_facts": EVIL,
        "ansible_delegated_vars": {"localhost": own},
        "hostvars": hostvars
        if isinstance(hostvars, Unreadable)
        else {"localhost": {}, **(hostvars or {"a": {}, "b": {}})},
    }
    connection, play_context, loader, shared_loader = [mock.MagicMock()] * 4
    action = keepalive_variables.ActionModule(task, connection, play_context, loader, templar, shared_loader)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ansible.context.CLIARGS", {"subset": limit})
        patched.setattr("ansible.plugins.loader.lookup_loader.get", lambda _name, **_given: LookupModule(loader))
        result: Result = action.run(task_vars=variables)
    assert templar.available_variables == "of the first host"
    return result


@pytest.mark.parametrize("error", [RecursionError("too deep"), ValueError("no")], ids=["too deep", "any"])
@pytest.mark.parametrize("name", ["a", "ansible_facts"], ids=["variables", "facts"])
def test_a_host_whose_variables_cannot_be_read_ends_no_playbook(name: str, error: Exception) -> None:
    """Its cached facts may be lists within lists. No value of its own counts: those of the playbook are used."""
    of_a = Unreadable({"keepalive_audit_limit": 9, "ansible_facts": {}}, error, name)
    hostvars = Unreadable({"localhost": {}, "a": of_a, "b": {}}, error, name)
    with mock.patch.object(Display, "warning") as warning:
        refused = act({}, hostvars=hostvars, extra={"idle_timeout": 60})
        assert refused["msg"].startswith(
            "idle_timeout is given with --extra-vars, and linux.tcp reads no such variable"
        )
        assert not warning.called
        read = act({"keepalive_audit_limit": 5}, hostvars=hostvars)
    assert (read["hosts"], read["variables"]["keepalive_audit_limit"]) == (["a", "b"], 5)
    warning.assert_called_once_with(
        f"a: its variables cannot be read: {error}. If it has a value of its own for one of the playbook's variables, "
        f"this value is ignored. Run with --flush-cache."
    )
    refused = act(
        {"keepalive_audit_limit": 5}, hostvars=Unreadable({**hostvars, "b": {"keepalive_audit_limit": 9}}, error, name)
    )
    assert " for b and 5 for the playbook" in refused["msg"]


def test_variables_are_those_of_localhost() -> None:
    given = act({"keepalive_audit_limit": 600})
    assert given["hosts"] == ["a", "b"]
    assert given["variables"] == {
        "keepalive_audit_limit": 600,
        "keepalive_audit_idle_timeout": None,
        "keepalive_audit_covered": None,
        "keepalive_audit_sockets": True,
        "keepalive_audit_namespaces": False,
        "keepalive_audit_become": True,
        "keepalive_audit_strict": False,
        "keepalive_audit_folder": str(Path("keepalive-audit").absolute()),
        "keepalive_audit_merge": [],
        "keepalive_audit_max_age": None,
    }
    assert given["pattern"] == "all"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", given["read"])


@pytest.mark.parametrize("pattern", ["all", "localhost"])
def test_inventory_that_has_only_the_controller(pattern: str) -> None:
    groups = {"groups": {"all": ["localhost"]}, "keepalive_hosts": pattern}
    assert act(groups, playbook="apply", hostvars={})["hosts"] == ["localhost"]


@pytest.mark.parametrize(
    ("pattern", "hosts"), [("a", ["a"]), (["a", "b", "c"], ["a", "b"]), ("b,c", ["b"])], ids=["one", "list", "limit"]
)
def test_hosts_are_those_within_the_limit(pattern: t.Any, hosts: list[str]) -> None:
    given = act({"keepalive_hosts": pattern}, playbook="apply")
    assert (given["hosts"], given["pattern"]) == (hosts, pattern)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        pytest.param({"keepalive_hosts": ["c"]}, "'c' (keepalive_hosts) matches no host", id="no host"),
        pytest.param({"keepalive_hosts": "d", "groups": {"all": []}}, "The inventory has no host: name", id="empty"),
        pytest.param({"keepalive_audit_limit": "abc"}, "keepalive_audit_limit is 'abc': give seconds,", id="no number"),
        pytest.param({"keepalive_audit_covered": 101}, "keepalive_audit_covered is '101': give per", id="no share"),
        pytest.param({"keepalive_audit_strict": "x"}, "keepalive_audit_strict is 'x': give true", id="strict"),
        pytest.param({"keepalive_audit_sockets": "x"}, "keepalive_audit_sockets is 'x': give true", id="sockets"),
        pytest.param({"keepalive_audit_namespaces": "x"}, "keepalive_audit_namespaces is 'x': give true", id="others"),
        pytest.param({"keepalive_audit_become": "x"}, "keepalive_audit_become is 'x': give true", id="become"),
        pytest.param({"keepalive_tme": 600}, "keepalive_tme is no variable of linux.tcp. Did you", id="misspelt"),
        pytest.param({"keepalive_audit_folder": ""}, "keepalive_audit_folder is '': give the path", id="no folder"),
        pytest.param({"keepalive_audit_folder": {}}, "keepalive_audit_folder is {}: give the path", id="no text"),
        pytest.param(
            {"keepalive_audit_merge": "/no/where"},
            "keepalive_audit_merge has '/no/where', and there is no such file or folder.",
            id="no report",
        ),
        pytest.param({"keepalive_audit_merge": 5}, "keepalive_audit_merge is 5: give paths of reports", id="no path"),
        pytest.param(
            {"keepalive_audit_merge_only": True},
            "keepalive_audit_merge_only needs keepalive_audit_merge: give the reports to merge.",
            id="nothing to merge",
        ),
        pytest.param(
            {"ansible_facts": {"keepalive_hosts": "a"}},
            "'keepalive_hosts' is among the facts",
            id="a fact of localhost",
        ),
    ],
)
def test_refused(own: Result, message: str) -> None:
    refused = act(own)
    assert refused["failed"]
    assert refused["msg"].startswith(message)
    assert refused["msg"].endswith(" Nothing was changed.")


FLEET: Result = {
    "ansible_play_hosts_all": ["db01", "db02", "web1"],
    "groups": {"all": ["db01", "db02", "web1"], "ungrouped": [], "db": ["db01", "db02"], "retired": []},
}


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("db99,db01", "'db99' (keepalive_hosts) matches no host of the inventory. Did you mean db"),
        ("db01:db99", "'db99' (keepalive_hosts) matches no host of the inventory. Did you mean db"),
        (["db01", "db02:wbe1"], "'wbe1' (keepalive_hosts) matches no host of the inventory. Did you mean web1?"),
        ("all,!db99", "'!db99' (keepalive_hosts) matches no host of the inventory. Did you mean db"),
        ("all,&bd", "'&bd' (keepalive_hosts) matches no host of the inventory. Did you mean db?"),
        ("db01,x*", "'x*' (keepalive_hosts) matches no host of the inventory. Correct the name,"),
        ("db01,~x.+", "'~x.+' (keepalive_hosts) matches no host of the inventory. Correct the name,"),
        ("db01,db[7]", "'db[7]' (keepalive_hosts) matches no host of the inventory."),
        ("db01,fe80::1", "'fe80::1' (keepalive_hosts) matches no host of the inventory. Correct the name,"),
        ("db01,!", "'!' (keepalive_hosts) matches no host of the inventory."),
        ("retired", "'retired' (keepalive_hosts) matches no host of the inventory, or none within --limit: correct"),
        ("", "'' (keepalive_hosts) matches no host of the inventory, or none within --limit: correct"),
    ],
    ids=str,
)
@pytest.mark.parametrize("mismatch", ["warning", "error"])
def test_part_of_a_pattern_that_matches_nothing(
    pattern: str | list[str], part: str, mismatch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible.constants.HOST_PATTERN_MISMATCH", mismatch)
    refused = act({**FLEET, "keepalive_hosts": pattern})
    assert refused["failed"]
    assert refused["msg"].startswith(part)


@pytest.mark.parametrize(
    ("pattern", "limit", "hosts"),
    [
        ("all,!retired,!ret*", None, ["db01", "db02", "web1"]),
        ("db[0]:web1", "db01,!localhost,@site.retry", ["db01", "web1"]),
        ("all:&~d.+:!db02", "all", ["db01"]),
        ("ungrouped,db*", "~w.*,retired", ["db01", "db02"]),
    ],
    ids=str,
)
def test_each_part_of_a_pattern_matches(pattern: str, limit: str | None, hosts: list[str]) -> None:
    hostvars: Result = {"db01": {}, "db02": {}, "web1": {}}
    given = act({**FLEET, "keepalive_hosts": pattern}, hostvars=hostvars, limit=limit)
    assert given.get("hosts") == hosts, given


@pytest.mark.parametrize("limit", ["db99,db01", "db01:!db99"])
def test_part_of_the_limit_that_matches_nothing(limit: str) -> None:
    refused = act(FLEET, limit=limit)
    assert re.match(r"'!?db99' \(--limit\) matches no host of the inventory. Did you mean db", refused["msg"])


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"keepalive_restore_to": "middle"}, "keepalive_restore_to is 'middle': give last or first."),
        ({"keepalive_restore_force": "x"}, "keepalive_restore_force is 'x': give true or false."),
    ],
    ids=str,
)
def test_restoration_that_cannot_be(own: Result, message: str) -> None:
    assert act(own, playbook="restore")["msg"] == f"{message} Nothing was changed."


@pytest.mark.parametrize(
    ("playbook", "name", "meant"),
    [
        ("apply", "overrides", "keepalive_overrides"),
        ("apply", "time", "keepalive_time"),
        ("apply", "interval", "keepalive_interval"),
        ("apply", "hosts", "keepalive_hosts"),
        ("rollout", "path", "keepalive_path"),
        ("rollout", "check", "keepalive_rollout_check"),
        ("rollout", "batches", "keepalive_rollout_batches"),
        ("restore", "force", "keepalive_restore_force"),
        ("restore", "to", "keepalive_restore_to"),
        ("restore", "folder", "keepalive_rollout_folder"),
        ("audit", "limit", "keepalive_audit_limit"),
        ("audit", "become", "keepalive_audit_become"),
        ("rollout", "rollout_check", "keepalive_rollout_check"),
        ("rollout", "rollout_batches", "keepalive_rollout_batches"),
        ("restore", "rollout_folder", "keepalive_rollout_folder"),
        ("restore", "restore_to", "keepalive_restore_to"),
        ("audit", "audit_limit", "keepalive_audit_limit"),
        ("audit", "audit_merge_only", "keepalive_audit_merge_only"),
    ],
)
def test_name_of_an_option_among_the_extra_variables(playbook: str, name: str, meant: str) -> None:
    refused = act({}, playbook=playbook, extra={name: "x"})
    assert refused["msg"] == (
        f"{name} is given with --extra-vars, and linux.tcp reads no such variable. Did you mean {meant}? Correct the "
        f"name, or list a variable of your own in keepalive_other_variables, which is a list of names. Nothing was "
        f"changed."
    )


def test_fact_does_not_make_a_name_a_users_own() -> None:
    hostvars = {"a": {"keepalive_audit_limit": 5, "ansible_facts": {"keepalive_audit_limit": 5}}, "b": {}}
    refused = act({}, playbook="audit", hostvars=hostvars, extra={"limit": 60})
    assert refused["msg"].startswith("limit is given with --extra-vars, and linux.tcp reads no such variable.")


@pytest.mark.parametrize(
    ("playbook", "own", "hostvars", "extra"),
    [
        pytest.param("apply", {"time": 5}, {"a": {"path": "x"}, "b": {}}, {}, id="variables of the inventory"),
        pytest.param("apply", {"keepalive_time": 5}, None, {"time": 5}, id="one that another uses"),
        pytest.param("apply", {}, {"a": {}, "b": {"keepalive_time": 5}}, {"time": 5}, id="one that a host uses"),
        pytest.param("apply", {"keepalive_other_variables": "time"}, None, {"time": 5}, id="one that is named"),
        pytest.param("apply", {}, None, {"force": 5, "limit": 5, "audit_limit": 5}, id="those of other playbooks"),
        pytest.param("rollout", {}, None, {"rollout_version": 5, "rollout_time": 5}, id="those of other content"),
        pytest.param(
            "audit", {"keepalive_audit_limit": 5}, None, {"audit_limit": 5}, id="longer one that another uses"
        ),
        pytest.param("audit", {"keepalive_other_variables": "audit_limit"}, None, {"audit_limit": 5}, id="longer one"),
        pytest.param("restore", {}, None, {"time": 5, "path": 5, "ansible_user": "x"}, id="what is not read"),
    ],
)
def test_other_extra_variables(playbook: str, own: Result, hostvars: Result | None, extra: Result) -> None:
    assert act(own, playbook=playbook, hostvars=hostvars, extra=extra)["hosts"] == ["a", "b"]


@pytest.mark.parametrize(
    ("playbook", "extra", "message"),
    [
        pytest.param(
            "audit",
            {"keepalive_rollout_check": "x", "keepalive_time": 600, "keepalive_audit_limit": 600},
            (
                "keepalive_time, keepalive_rollout_check: given with --extra-vars, and linux.tcp.audit reads no such "
                "variable. Leave it out, or run the playbook that reads it."
            ),
            id="audit",
        ),
        pytest.param(
            "apply",
            {"keepalive_rollout_check": "x", "keepalive_time": 600, "keepalive_hosts": "all"},
            (
                "keepalive_rollout_check: given with --extra-vars, and linux.tcp.apply reads no such variable. Leave "
                "it out, or run the playbook that reads it."
            ),
            id="apply",
        ),
        pytest.param("restore", {"keepalive_rollout_folder": "x", "keepalive_restore_to": "first"}, None, id="restore"),
        pytest.param("rollout", {"keepalive_rollout_check": "x", "keepalive_state": "absent"}, None, id="rollout"),
        pytest.param(
            "apply",
            {"keepalive_rollout_check": "x", "keepalive_other_variables": ["keepalive_rollout_check"]},
            None,
            id="one that is named",
        ),
    ],
)
def test_variable_of_another_playbook(playbook: str, extra: Result, message: str | None) -> None:
    given = act(extra, playbook=playbook, extra=extra)
    assert given.get("warnings", []) == ([message] if message else [])


def test_needs_the_variables_of_localhost() -> None:
    assert act({}, delegate_to=None)["msg"] == "keepalive_variables needs delegate_to: localhost. Nothing was changed."
    assert "value of playbook must be one of" in act({}, playbook="reboot")["msg"]


@pytest.mark.parametrize(
    ("known", "is_refused"),
    [
        pytest.param({"keepalive_rollout_folder": "/x"}, False, id="the same"),
        pytest.param({"keepalive_rollout_folder": "/y"}, True, id="another"),
        pytest.param(
            {"keepalive_rollout_folder": "/y", "ansible_facts": {"keepalive_rollout_folder": "/y"}}, False, id="a fact"
        ),
    ],
)
def test_folder_is_one_for_all_hosts(known: Result, is_refused: bool) -> None:
    given = act({"keepalive_rollout_folder": "/x"}, playbook="restore", hostvars={"a": {}, "b": known})
    if is_refused:
        assert given["msg"].startswith(
            "keepalive_rollout_folder is '/y' for b and '/x' for the playbook: give one value"
        )
    else:
        assert given["variables"] == {
            "keepalive_rollout_folder": "/x",
            "keepalive_restore_force": False,
            "keepalive_restore_to": "last",
        }


def test_a_value_that_a_fact_is_part_of_is_shown_in_part() -> None:
    """A template of the inventory may use a fact, which is as long as the host likes."""
    refused = act({}, hostvars={"a": {"keepalive_audit_limit": "\x9b2J" + "x" * 10_000}, "b": {}})
    assert refused["msg"].startswith("keepalive_audit_limit is '\\x9b2Jxxx")
    assert " characters left out ...]" in refused["msg"]
    assert refused["msg"].isprintable()
    assert len(refused["msg"]) < 2000


class Unrenderable(t.Dict[str, t.Any]):
    """The variables of a host with a template that fails."""

    def __getitem__(self, name: str) -> t.NoReturn:
        raise AnsibleError("x is undefined")


@pytest.mark.parametrize(
    ("own", "hostvars", "message"),
    [
        pytest.param(
            {}, {"a": {"keepalive_audit_limit": 60}}, "keepalive_audit_limit is '60' for a and None for", id="a limit"
        ),
        pytest.param(
            {}, {"b": {"keepalive_hosts": "b"}}, "keepalive_hosts is 'b' for b and 'all' for the playbook", id="hosts"
        ),
        pytest.param(
            {},
            {"a": Unrenderable(keepalive_audit_limit="{{ x }}")},
            "keepalive_audit_limit cannot be worked out for a: x is undefined",
            id="a template",
        ),
        pytest.param({"keepalive_audit_limit": 60}, {"a": {"keepalive_audit_limit": "60"}}, None, id="the same"),
        pytest.param(
            {"keepalive_audit_limit": 60},
            {"localhost": {"keepalive_audit_limit": 5}, "a": {"keepalive_audit_limit": 5}},
            None,
            id="the one of the group all, which the play replaces",
        ),
        pytest.param(
            {}, {"a": {"keepalive_audit_limit": 6, "ansible_facts": {"keepalive_audit_limit": 6}}}, None, id="a fact"
        ),
    ],
)
def test_value_of_a_host_is_not_ignored_in_silence(own: Result, hostvars: Result, message: str | None) -> None:
    given = act(own, hostvars={"a": {}, "b": {}, **hostvars})
    assert given.get("msg", "").startswith(message or "")
    assert bool(given.get("failed")) is (message is not None)


def test_merge_without_hosts(tmp_path: Path) -> None:
    """An inventory may be missing, too."""
    report = tmp_path / "report.json"
    report.touch()
    merged = {"keepalive_audit_merge": str(report), "keepalive_audit_merge_only": "yes", "keepalive_hosts": "nobody"}
    given = act(merged)
    assert (given["hosts"], given["pattern"]) == ([], "!all")
    assert given["variables"]["keepalive_audit_merge"] == [str(report)]


@pytest.mark.parametrize(
    ("files", "merged"),
    [
        pytest.param(None, False, id="missing"),
        pytest.param([], False, id="empty"),
        pytest.param(["report.json"], True, id="with a report"),
    ],
)
def test_folder_of_this_audit_may_be_merged_from_the_first_one_on(
    tmp_path: Path, files: list[str] | None, merged: bool
) -> None:
    folder = tmp_path.resolve() / "audit"
    for name in files if files is not None else []:
        folder.mkdir()
        (folder / name).touch()
    if files == []:
        folder.mkdir()
    given = act({"keepalive_audit_folder": str(folder), "keepalive_audit_merge": [str(folder)]})
    assert given["variables"]["keepalive_audit_merge"] == ([str(folder)] if merged else [])


@pytest.mark.parametrize("playbook", keepalive_variables.PLAYBOOKS)
def test_playbook_takes_what_is_read(playbook: str) -> None:
    """A name that is misspelt there would be an error in the middle of a run."""
    text = (ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    used = re.findall(r"\bvariables\.(keepalive_\w+)", text)
    assert {*used, *keepalive_variables.READ_HERE} >= set(keepalive_variables.PLAYBOOKS[playbook]) >= set(used)
