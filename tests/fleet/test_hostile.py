# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbooks on fleets with a host that returns what it likes. Nothing changes but that this host fails."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.fleet.fleet import Fleet
from ansible_collections.linux.tcp.tests.fleet.hostile import (
    assert_controller_is_unharmed,
    inventory_with,
    make_hostile,
    names_of_variables,
    prepare_evil,
    steering_facts,
)
from ansible_collections.linux.tcp.tests.fleet.test_rollout import (
    COLLECTIONS,
    PLAYBOOK,
    VALUES,
    WANTED,
    assert_as_before,
    assert_done,
    listed,
    names,
    restore,
    roll_out,
    summary_of,
    template_of_a_host,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Run

ANSIBLE = str(Path(sys.executable).with_name("ansible"))
# The host returns facts here, as it does where a play before gathers them.
GATHER = {
    "hosts": "all",
    "gather_facts": False,
    "tasks": [{"name": "Gather", "ansible.builtin.setup": {"gather_subset": ["!all", "!min"]}}],
}


@pytest.fixture
def fleet() -> t.Iterator[Fleet]:
    with Fleet(3, collections=COLLECTIONS) as hosts:
        prepare_evil(hosts)
        yield hosts


def run_after_gathering(fleet: Fleet, playbook: str, inventory: str, *arguments: str) -> Run:
    """Gather facts of all hosts, and run a playbook of the collection after it in the same run."""
    plays = [GATHER, {"ansible.builtin.import_playbook": f"linux.tcp.{playbook}"}]
    (fleet.folder / "site.yml").write_text(json.dumps(plays), encoding="utf-8")
    return fleet.run(PLAYBOOK, "site.yml", f"--inventory={inventory}", *arguments)


def words(run: Run) -> str:
    """Return the output of a run, without its line breaks and doubled quotes."""
    return " ".join(run.output.split()).replace("''", "'")


def test_names_are_collected() -> None:
    """If this finds no names, the other tests prove nothing."""
    assert {
        "__keepalive_own",
        "__keepalive_rollout",
        "__keepalive_step",
        "keepalive_audit_folder",
        "keepalive_hosts",
        "keepalive_rollout_check",
        "keepalive_time",
    } <= names_of_variables()


def test_apply(fleet: Fleet) -> None:
    """A host that chooses its own values would be reported to have the right ones."""
    before = fleet.look()
    make_hostile(fleet["host01"], module="ansible.modules.setup", ansible_facts=steering_facts(fleet, "host02"))
    before["host01"] = fleet["host01"].look()
    run = run_after_gathering(fleet, "apply", inventory_with(fleet, "hostile.json", ["host01"], **WANTED))
    assert run.status == 2
    assert "is among the facts of the host, so the host could choose it" in words(run)
    assert_as_before(fleet, before, names(1))
    assert_done(fleet, names(2, 3))
    assert_controller_is_unharmed(fleet)


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        pytest.param("", "all,localhost", id="all modules"),
        pytest.param("ansible.modules.setup", "all,localhost", id="gathered facts"),
        pytest.param("ansible.modules.setup", "all", id="first host of all plays"),
    ],
)
def test_audit(fleet: Fleet, module: str, limit: str) -> None:
    """The first host would choose the limit and the folder of the reports, for all hosts, or end the audit."""
    make_hostile(fleet["host01"], module=module, ansible_facts=steering_facts(fleet, "host02"))
    given = {"keepalive_audit_limit": 100, "keepalive_audit_folder": "reports", "keepalive_audit_sockets": False}
    run = run_after_gathering(
        fleet, "audit", inventory_with(fleet, "hostile.json", ["host01"], **given), f"--limit={limit}"
    )
    assert run.status == 2, run.output
    report = json.loads((fleet.folder / "reports" / "report.json").read_text(encoding="utf-8"))
    assert report["in_order"] is False
    assert report["criteria"]["limit"] == 100
    codes = [[reason["code"] for reason in host["reasons"]] for host in report["hosts"]]
    assert codes == [["failed"], ["detection_time"], ["detection_time"]]
    assert_controller_is_unharmed(fleet)


def test_rollout_after_facts_were_gathered(fleet: Fleet) -> None:
    make_hostile(fleet["host02"], module="ansible.modules.setup", ansible_facts=steering_facts(fleet, "host01"))
    before = fleet.look()
    run = run_after_gathering(fleet, "rollout", inventory_with(fleet, "hostile.json", ["host02"], **WANTED))
    assert run.status == 2
    assert "fatal: [host02]" in run.output
    assert "host01: " not in words(run)  # its name is what the host returned as its own
    assert "is among the facts of the host, so the host could choose it" in words(run)
    assert_as_before(fleet, before, before)
    assert_controller_is_unharmed(fleet)
    assert not (fleet.folder / "keepalive-rollout").exists()


def test_rollout_to_hosts_with_hostile_results() -> None:
    """Each host of the second batch returns something else; the first batch is as right as ever."""
    with Fleet(7, collections=COLLECTIONS) as fleet:
        prepare_evil(fleet)
        template = template_of_a_host(fleet)
        shadow = {"content": "", "mode": "0600", "owner": 0, "group": 0, "attributes": {}}
        file = {"path": "/etc/shadow", "before": shadow, "left": None, "had_folder": True}
        hostile: dict[str, t.Any] = {
            "host02": {"ansible_facts": steering_facts(fleet, "host01")},
            "host03": {"checkpoint": {"runtime": {}, "files": [file]}},
            "host04": {"would_change": "no"},
            "host05": {"failed": True, "msg": template},
            "host06": {"ansible_stats": {"data": {"evil": 1}, "per_host": False, "aggregate": True}},
        }
        for name, keys in hostile.items():
            make_hostile(fleet[name], **keys)
        before = fleet.look()
        inventory = inventory_with(fleet, "hostile.json", list(hostile))
        given = {"keepalive_rollout_batches": "1,100%"}
        run, summary = roll_out(fleet, f"--inventory={inventory}", **given)
        assert run.status == 2
        assert (summary["changed"], summary["not_started"]) == (listed(1), listed(3, 7))
        assert summary["failed"].keys() == set(names(2, 4, 5, 6))
        assert "ansible_facts, which keepalive_checkpoint never returns" in summary["failed"]["host02"]
        assert "would_change, of type str and not bool" in summary["failed"]["host04"]
        assert summary["failed"]["host05"] == template
        assert "ansible_stats, which keepalive_checkpoint never returns" in summary["failed"]["host06"]
        run, summary = roll_out(fleet, f"--inventory={inventory}", "--limit=host03,host07", **given)
        assert (summary["not_started"], list(summary["failed"])) == (listed(7), names(3))
        assert "files[0] is '/etc/shadow': only sysctl files of the loaders" in summary["failed"]["host03"]
        assert_done(fleet, names(1))
        assert_as_before(fleet, before, names(2, 3, 4, 5, 6, 7))
        assert_controller_is_unharmed(fleet)
        assert [path.name for path in (fleet.folder / "keepalive-rollout").iterdir()] == ["host01.json"]


def test_rollout_with_a_health_check_that_returns_facts(fleet: Fleet) -> None:
    """The user's own module runs on the host. Its facts come when the batch is already changed."""
    facts = steering_facts(fleet, "host01")
    make_hostile(fleet["host02"], module="ansible.modules.command", ansible_facts=facts)
    before = fleet.look()
    (fleet.folder / "health.yml").write_text("- ansible.builtin.command: 'true'\n", encoding="utf-8")
    inventory = inventory_with(fleet, "hostile.json", ["host02"])
    given = {"keepalive_rollout_batches": "1,100%", "keepalive_rollout_check": "health.yml"}
    run, summary = roll_out(fleet, f"--inventory={inventory}", **given)
    assert run.status == 2
    assert (summary["changed"], summary["rolled_back"]) == (listed(1), listed(3))
    told = {**summary.get("failed", {}), **summary.get("unknown", {})}["host02"]
    assert "is among the facts of the host, so the host could choose it" in told
    assert_done(fleet, names(1))
    assert_as_before(fleet, before, names(3))
    assert_controller_is_unharmed(fleet)
    # nothing was cached of the facts, so the host is restored by a run of its own
    assert restore(fleet, f"--inventory={inventory}", "--limit=host02")[0].status == 0
    assert_as_before(fleet, before, names(2))


def test_restore(fleet: Fleet) -> None:
    """A host that takes the name of another one would get that host's files."""
    before = fleet.look()
    assert roll_out(fleet, keepalive_rollout_batches="100%")[0].status == 0
    make_hostile(fleet["host01"], module="ansible.modules.setup", ansible_facts=steering_facts(fleet, "host02"))
    inventory = inventory_with(fleet, "hostile.json", ["host01"])
    run = run_after_gathering(fleet, "restore", inventory)
    assert run.status == 2, run.output
    summary = summary_of(run)
    assert summary["restored"] == listed(2, 3)
    assert "is among the facts of the host" in summary["failed"]["host01"]
    assert "a fact that stands for its name in the inventory" in words(run)
    assert fleet["host01"].values() == VALUES
    assert_as_before(fleet, before, names(2, 3))
    assert_controller_is_unharmed(fleet)


@pytest.mark.parametrize("module", ["keepalive", "keepalive_info", "keepalive_sockets", "keepalive_sockets_info"])
def test_module_in_the_background(fleet: Fleet, module: str) -> None:
    """Ansible polls a job, and would take what it finds as the host has it."""
    arguments = {"keepalive": "time=600", "keepalive_sockets": "all=true"}.get(module, "")
    inventory = inventory_with(fleet, "hostile.json", ["host01"])
    command = [ANSIBLE, "all", f"--inventory={inventory}", "-m", f"linux.tcp.{module}", "-a", arguments]
    make_hostile(fleet["host01"], ansible_facts={"keepalive_time": 7200}, extra="not documented")
    run = fleet.run(*command, "--background=60", "--poll=1", "--limit=host01,host02")
    assert run.status == 2
    assert "host01 | FAILED!" in run.output
    assert f"ansible_facts, which {module} never returns" in words(run)
    assert "host02 | SUCCESS" in run.output or "host02 | CHANGED" in run.output
    assert "not documented" not in run.output
    assert "ansible_job_id" not in run.output
