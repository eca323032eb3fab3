# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbooks linux.tcp.rollout and linux.tcp.restore on hosts that fail on purpose.

The tests read the state of a host on the host itself, never from Ansible.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.linux.tcp.tests.fleet.fleet import ASKED_LIKEWISE, Fleet, wait_until

if t.TYPE_CHECKING:
    import threading

    from ansible_collections.linux.tcp.tests.fleet.fleet import Look, Run

    Looks = t.Dict[str, Look]
    Summary = t.Dict[str, t.Any]

# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
WANTED = {"keepalive_time": 600, "keepalive_intvl": 60, "keepalive_probes": 20}
VALUES, DEFAULTS = (600, 60, 20), (7200, 75, 9)
PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
OTHER = "/etc/sysctl.d/zz-local.conf"
LOCK = "run/linux.tcp.keepalive.lock"
HEADER = b"# Written by Ansible, module linux.tcp.keepalive. Other lines may be added, they are kept.\n"
TEXT = HEADER + b"".join(
    b"net.ipv4.tcp_keepalive_%s = %d\n" % (key, value) for key, value in zip((b"time", b"intvl", b"probes"), VALUES)
)
HEALTH = """---
- name: Ask the service
  ansible.builtin.raw: test ! -e /etc/ill
  changed_when: false
"""
# A health check that ends a play or a run must not end it for a host that was changed.
TROUBLE = """---
- name: End the play for one host
  when: inventory_hostname == 'host02'
  ansible.builtin.meta: end_host

- name: Include what is not there
  when: inventory_hostname == 'host03'
  ansible.builtin.include_tasks: nowhere.yml

- name: Ask a host that wants to be the controller
  ansible.builtin.raw: cat /etc/template
  changed_when: false
  register: answer
  failed_when: false

- name: Fail with what it says
  when: inventory_hostname == 'host04'
  ansible.builtin.fail:
    msg: "{{ answer.stdout }}"
"""
KILL = """---
- name: Kill the controller
  ansible.builtin.debug:
    msg: >-
      {{ lookup('ansible.builtin.pipe', 'kill -KILL $(cut -d" " -f4 /proc/$PPID/stat)') }}
"""


INTERRUPT = """---
- name: Interrupt the controller
  ansible.builtin.debug:
    msg: >-
      {{ lookup('ansible.builtin.pipe', 'kill -INT $(cut -d" " -f4 /proc/$PPID/stat); sleep 60') }}
"""


@pytest.fixture
def fleet() -> t.Iterator[Fleet]:
    with Fleet(5, collections=COLLECTIONS) as hosts:
        yield hosts


def summary_of(run: Run) -> Summary:
    """Return the summary of a run, which is the last that it prints before the recap. No reason stands before it.

    Reasons are in errors of tasks too, when they happen.
    """
    before, found, rest = run.output.rpartition("TASK [Show the status of the fleet")
    assert found, run.output
    shown, recap, _hosts = rest.partition("=>")[2].partition("\nPLAY RECAP ")
    assert recap, run.output
    assert "TASK [" not in shown
    summary: Summary = yaml.safe_load(shown)["msg"]
    ending = " ".join(before.rpartition("TASK [Fail each host with which something is wrong")[2].split())
    for reasons in summary.values():
        for name, reason in reasons.items() if isinstance(reasons, dict) else ():
            assert f"fatal: [{name}]: FAILED!" in ending
            assert reason not in ending.replace("''", "'")
    return summary


def roll_out(fleet: Fleet, *arguments: str, **variables: object) -> tuple[Run, Summary]:
    """Run the rollout and return the run and its summary."""
    given = {**WANTED, "keepalive_rollout_batches": "1,3,100%", **variables}
    run = fleet.run(PLAYBOOK, "linux.tcp.rollout", "--extra-vars", json.dumps(given), *arguments)
    return run, summary_of(run)


def restore(fleet: Fleet, *arguments: str, **variables: object) -> tuple[Run, Summary]:
    """Run the playbook that restores hosts, and return the run and its summary."""
    run = fleet.run(PLAYBOOK, "linux.tcp.restore", "--extra-vars", json.dumps(variables), *arguments)
    return run, summary_of(run)


def names(*numbers: int) -> list[str]:
    """Return the names of hosts."""
    return [f"host{number:02}" for number in numbers]


def listed(*numbers: int) -> str:
    """Return the list of hosts as the summary prints it."""
    more = f", and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return f"{len(numbers)}: {', '.join(names(*numbers)[:8])}{more}"


def assert_done(fleet: Fleet, hosts: t.Iterable[str]) -> None:
    """Fail unless hosts have the values in the kernel and in the file."""
    for name in hosts:
        look = fleet[name].look()
        assert (name, look.values) == (name, VALUES)
        assert look.files[PATH].content == TEXT
        assert look.files[PATH].mode == 0o100644


def assert_as_before(fleet: Fleet, before: Looks, hosts: t.Iterable[str]) -> None:
    """Wait for the processes of hosts, and fail unless the hosts are as before, byte for byte."""
    for name in hosts:
        fleet[name].wait_for_processes()
        assert (name, fleet[name].look()) == (name, before[name])


def template_of_a_host(fleet: Fleet) -> str:
    """Return a text that creates the file "run" in the controller's folder if Ansible renders it as a template."""
    return f"{{{{ lookup('ansible.builtin.pipe', 'touch {fleet.folder}/run') }}}}"


def unfinished(fleet: Fleet) -> list[str]:
    """Return the hosts whose change is pending in the rollout's store."""
    entries = [json.loads(path.read_text()) for path in (fleet.folder / "keepalive-rollout").glob("*.json")]
    return sorted(entry["host"] for entry in entries if entry["pending"] is not None)


def hold_up(
    fleet: Fleet, name: str, do: t.Callable[[], None], *, then: t.Callable[[], None] | None = None
) -> t.ContextManager[threading.Event]:
    """Call ``do`` while the module waits for its lock on a host, and ``then`` after it has written the file."""
    host = fleet[name]

    def act() -> None:
        with (host.root / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            wait_until(lambda: host.openers("keepalive.lock") == 1)
            do()
        if then:
            wait_until(lambda: os.path.lexists(host.root / PATH.lstrip("/")))
            then()

    return host.once(fleet.folder / "keepalive-rollout" / f"{name}.json", act)


def test_read_only_and_overridden_hosts(fleet: Fleet) -> None:
    """Two hosts of the second batch cannot be changed. No host of the batch is changed, and both get a reason."""
    template = template_of_a_host(fleet)
    fleet["host03"].make_read_only("/etc/sysctl.d")
    fleet["host04"].write(OTHER, f"# ours\nnet.ipv4.tcp_keepalive_time = 60 {template}\n", mode=0o600)
    before = fleet.look()
    fleet["host01"].disconnect()
    run, summary = roll_out(fleet)
    assert run.status == 2
    assert summary.keys() == {"unreachable", "failed", "not_started"}
    assert summary["unreachable"] == listed(1)
    assert summary["not_started"] == listed(2, 5)
    assert summary["failed"].keys() == set(names(3, 4))
    assert "/etc/sysctl.d: read-only file system" in summary["failed"]["host03"]
    assert f'{OTHER} line 2 has "60 {template}" and takes precedence. Remove' in summary["failed"]["host04"]
    assert "give keepalive_overrides: take_over" in summary["failed"]["host04"]
    assert not (fleet.folder / "run").exists()
    assert not (fleet.folder / "keepalive-rollout").exists()
    assert_as_before(fleet, before, before)


def test_taken_over_file_is_restored(fleet: Fleet) -> None:
    fleet["host01"].write(OTHER, "# \u00fcber\nnet.ipv4.tcp_keepalive_time = 60\n", mode=0o600)
    fleet["host01"].run(f"chown 1234:5678 {OTHER}; printf '\\377' >>{OTHER}")
    fleet["host02"].run("rmdir /etc/sysctl.d")
    before = fleet.look()
    run, summary = roll_out(fleet, "--limit=host01,host02", keepalive_overrides="take_over")
    assert (run.status, summary) == (0, {"changed": listed(1, 2)})
    assert_done(fleet, names(1, 2))
    assert unfinished(fleet) == []
    assert b"\n# linux.tcp" in (fleet["host01"].look().files[OTHER].content or b"")
    run, summary = restore(fleet, keepalive_hosts="host02,host03")
    expected = {"restored": listed(2), "no_checkpoint": listed(3), "not_selected": listed(1)}
    assert (run.status, summary) == (0, expected)
    assert_done(fleet, names(1))
    assert restore(fleet)[1] == {"restored": listed(1), "unchanged": listed(2), "no_checkpoint": listed(3, 4, 5)}
    assert_as_before(fleet, before, before)


def test_unreachable_host_is_changed_by_the_next_rollout(fleet: Fleet) -> None:
    """The unreachable host is the whole first batch. The rollout does not stop because of it."""
    before = fleet.look()
    fleet["host01"].disconnect()
    run, summary = roll_out(fleet, keepalive_rollout_batches="1,100%")
    assert run.status == 2
    assert summary == {"changed": listed(2, 3, 4, 5), "unreachable": listed(1)}
    assert_done(fleet, names(2, 3, 4, 5))
    assert_as_before(fleet, before, names(1))
    fleet["host01"].connect()
    run, summary = roll_out(fleet, keepalive_rollout_batches="1,100%")
    assert (run.status, summary) == (0, {"changed": listed(1), "already_compliant": listed(2, 3, 4, 5)})
    assert_done(fleet, before)


def test_batches_of_the_inventory(fleet: Fleet) -> None:
    given = {"all": {"vars": {**WANTED, "keepalive_rollout_batches": [1, "100%"]}}}
    (fleet.folder / "batches.yml").write_text(json.dumps(given))
    run = fleet.run(PLAYBOOK, "linux.tcp.rollout", f"--inventory={fleet.inventory}", "--inventory=batches.yml")
    assert (run.status, summary_of(run)) == (0, {"changed": listed(1, 2, 3, 4, 5)})
    assert run.output.count("PLAY [Roll out the values]") == 2
    assert_done(fleet, names(1, 2, 3, 4, 5))


def test_connection_cut_while_the_module_runs(fleet: Fleet) -> None:
    """The host was changed and its result was lost. It can be reached again, and the whole batch is rolled back."""
    before = fleet.look()
    host = fleet["host03"]
    with hold_up(fleet, "host03", host.stop_sessions, then=host.cut_sessions) as cut:
        run, summary = roll_out(fleet)
    assert cut.is_set()
    assert run.status == 2
    assert summary == {
        "changed": listed(1),
        "failed": {"host03": "The connection was lost while the host was being changed. It was rolled back."},
        "rolled_back": listed(2, 4),
        "not_started": listed(5),
    }
    assert_done(fleet, names(1))
    assert_as_before(fleet, before, names(2, 3, 4, 5))
    assert unfinished(fleet) == []


def test_connection_cut_while_the_module_waits(fleet: Fleet) -> None:
    """A module that waits on the host during the rollback must not change the host after it."""
    before = fleet.look()
    host = fleet["host02"]

    def cut() -> None:
        host.cut_sessions()
        wait_until(lambda: host.openers("keepalive.lock") == 2)

    with hold_up(fleet, "host02", cut) as done:
        run, summary = roll_out(fleet, keepalive_hosts="host02")
    assert done.is_set()
    assert run.status == 2
    assert summary.keys() == {"failed"}
    assert_as_before(fleet, before, before)


def test_host_gone_while_the_module_runs(fleet: Fleet) -> None:
    """The status of the host is unknown. The summary says so, with the command that restores it."""
    before = fleet.look()
    with hold_up(fleet, "host03", fleet["host03"].disconnect) as gone:
        run, summary = roll_out(fleet)
    assert gone.is_set()
    assert run.status == 2
    assert summary["unknown"] == {
        "host03": "The connection was lost while the host was being changed. It cannot be reached, so it is unknown "
        "whether it was changed. Once it answers, roll it back with ansible-playbook linux.tcp.restore "
        f"-i {fleet.inventory} "
        f"""-e '{{"keepalive_hosts": "host03", "keepalive_rollout_folder": "{fleet.folder}/keepalive-rollout"}}'"""
    }
    assert summary["changed"] == listed(1)
    assert summary["rolled_back"] == listed(2, 4)
    assert_as_before(fleet, before, names(2, 4, 5))
    assert unfinished(fleet) == names(3)
    fleet["host03"].wait_for_processes()
    assert_done(fleet, names(3))
    fleet["host03"].connect()
    assert restore(fleet, keepalive_hosts="host03")[0].status == 0
    assert_as_before(fleet, before, names(2, 3, 4, 5))
    assert_done(fleet, names(1))


def test_health_check_that_does_more_than_it_should(fleet: Fleet) -> None:
    before = fleet.look()
    (fleet.folder / "health.yml").write_text(TROUBLE, encoding="utf-8")
    template = template_of_a_host(fleet)
    fleet["host04"].write("/etc/template", template)
    run, summary = roll_out(fleet, keepalive_rollout_batches=[4], keepalive_rollout_check="health.yml")
    assert run.status == 2
    assert (summary["rolled_back"], summary["not_started"]) == (listed(1), listed(5))
    failed = summary["failed"]
    assert failed.keys() == set(names(2, 3, 4))
    assert failed["host02"].startswith("The health check ended the play before its last task (meta: end_host")
    assert failed["host03"].startswith("The health check failed: ")
    assert failed["host04"].startswith("The health check failed: ")
    assert f": {template}. It was rolled back." in failed["host04"]
    assert not (fleet.folder / "run").exists()
    assert_as_before(fleet, before, before)


def test_rollout_goes_on_after_its_controller_was_killed(fleet: Fleet) -> None:
    """The next rollout checks hosts that the first one left unchecked, and rolls them back to the first state."""
    before = fleet.look()
    (fleet.folder / "health.yml").write_text(KILL, encoding="utf-8")
    given = {"keepalive_rollout_batches": [2], "keepalive_rollout_check": "health.yml"}
    variables = json.dumps({**WANTED, **given})
    run = fleet.run(PLAYBOOK, "linux.tcp.rollout", "--limit=host01,host02,host03", "--extra-vars", variables)
    assert run.status not in (0, 2)
    assert_done(fleet, names(1, 2))
    assert unfinished(fleet) == names(1, 2)
    (fleet.folder / "health.yml").write_text(HEALTH, encoding="utf-8")
    fleet["host02"].write("/etc/ill", "")
    run, summary = roll_out(fleet, "--limit=host01,host02,host03", **given)
    assert run.status == 2
    assert (summary["rolled_back"], list(summary["failed"]), summary["not_started"]) == (listed(1), names(2), listed(3))
    fleet["host02"].run("rm /etc/ill")
    assert_as_before(fleet, before, before)
    assert unfinished(fleet) == []


def test_interrupted_rollout_says_what_stays(fleet: Fleet) -> None:
    """The last line of the collection is about the hosts that are changed and not checked."""
    (fleet.folder / "health.yml").write_text(INTERRUPT, encoding="utf-8")
    given = {**WANTED, "keepalive_rollout_batches": "2", "keepalive_rollout_check": "health.yml"}
    run = fleet.run(PLAYBOOK, "linux.tcp.rollout", "--limit=host01,host02,host03", "--extra-vars", json.dumps(given))
    assert run.status not in (0, 2), run.output
    assert_done(fleet, names(1, 2))
    assert unfinished(fleet) == names(1, 2)
    assert [line for line in run.output.splitlines() if line.startswith("linux.tcp: ")][-1] == (
        f"linux.tcp: {listed(1, 2)}: about to be changed. If this run is interrupted, they may stay changed: the same "
        "command resumes, and linux.tcp.restore restores them."
    )
    (fleet.folder / "health.yml").write_text(HEALTH, encoding="utf-8")
    run, summary = roll_out(fleet, "--limit=host01,host02,host03", **given)
    assert (run.status, summary) == (0, {"already_compliant": listed(1, 2), "changed": listed(3)})
    assert unfinished(fleet) == []


def test_restore_reports_changes_by_others(fleet: Fleet) -> None:
    before = fleet.look()
    assert roll_out(fleet, keepalive_rollout_batches=[8])[0].status == 0
    fleet["host01"].write("/etc/sysctl.d/50-new.conf", "kernel.pid_max = 65536\n")  # not a change of the collection
    fleet["host02"].write(PATH, "net.ipv4.tcp_keepalive_time = 300\n")
    fleet["host03"].run("echo 30 >/proc/sys/net/ipv4/tcp_keepalive_intvl")
    fleet["host04"].run(f"chmod 600 {PATH}")
    fleet["host05"].run(f"rm {PATH}")
    meanwhile = fleet.look()
    run, summary = restore(fleet, "--check", "--diff")
    assert run.status == 2
    assert summary["would_be_restored"] == listed(1, 5)
    assert "-net.ipv4.tcp_keepalive_time = 600" in run.output
    assert fleet.look() == meanwhile
    run, summary = restore(fleet)
    assert run.status == 2
    assert summary["restored"] == listed(1, 5)
    others = summary["changed_by_others"]
    assert others.keys() == set(names(2, 3, 4))
    assert f"{PATH} has other content than the rollout left" in others["host02"]
    assert "net.ipv4.tcp_keepalive_intvl is 30 in the running kernel, neither 60 as the rollout" in others["host03"]
    assert f"{PATH} has another mode, owner or attribute than the rollout left" in others["host04"]
    assert_as_before(fleet, meanwhile, names(2, 3, 4))
    assert_as_before(fleet, before, names(5))  # the restored state is without the file, too
    assert fleet["host01"].values() == DEFAULTS
    assert fleet["host01"].look().files.keys() == {*before["host01"].files, "/etc/sysctl.d/50-new.conf"}
    inventory = json.loads(fleet.inventory.read_text())
    del inventory["all"]["hosts"]["host04"]
    (fleet.folder / "smaller.json").write_text(json.dumps(inventory))
    run, summary = restore(fleet, "--inventory=smaller.json", keepalive_restore_force=True)
    assert (run.status, summary) == (
        0,
        {"restored": listed(2, 3), "unchanged": listed(1, 5), "not_in_inventory": listed(4)},
    )
    fleet["host01"].run("rm /etc/sysctl.d/50-new.conf")
    assert_as_before(fleet, before, names(1, 2, 3, 5))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"keepalive_rollout_batches": "1,ten"}, "keepalive_rollout_batches is ['1', 'ten']"),
        ({"keepalive_rollout_batches": []}, "keepalive_rollout_batches is []"),
        ({"keepalive_rollout_check": "nowhere.yml"}, "keepalive_rollout_check is 'nowhere.yml'"),
        ({"keepalive_rollout_check": "notify.yml"}, "handlers cannot be notified"),
        ({"keepalive_rollout_check": "bad.yml"}, "bad.yml"),
        ({"keepalive_rollout_folder": "{{ inventory_hostname }}"}, "one folder for all hosts"),
        ({"keepalive_time": 0}, "host01: keepalive_time is 0: the kernel would take it"),
        ({"keepalive_time": None, "keepalive_intvl": None, "keepalive_probes": None}, "host01: No value is set."),
        ({"keepalive_root": "/mnt"}, "host01: keepalive_root is not for hosts that run"),
        ({"keepalive_namespaces": True}, "host01: keepalive_namespaces is not for a rollout, which cannot roll"),
        ({"keepalive_container_defaults": ["lxc"]}, "host01: keepalive_container_defaults is not for a rollout"),
        ({"keepalive_overrides": "win"}, "host01: keepalive_overrides is 'win': give fail,"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_variables_are_refused_first(fleet_unreached: Fleet, variables: dict[str, object], words: str) -> None:
    (fleet_unreached.folder / "notify.yml").write_text("- ansible.builtin.raw: 'true'\n  notify: Restart\n")
    (fleet_unreached.folder / "bad.yml").write_text("- name: [\n")
    given = json.dumps({**WANTED, **variables})
    run = fleet_unreached.run(PLAYBOOK, "linux.tcp.rollout", "--extra-vars", given)
    assert run.status in (2, 4)
    assert words in " ".join(run.output.split()).replace("''", "'")
    assert "TASK [Check the host" not in run.output


def test_variables_of_plays(fleet: Fleet) -> None:
    """Two rollouts of one run: the health check that the second play gives ends the play of one host."""
    before = fleet.look()
    (fleet.folder / "health.yml").write_text(HEALTH)
    (fleet.folder / "ends.yml").write_text("- ansible.builtin.meta: end_host\n  when: inventory_hostname == 'host02'\n")
    first = {**WANTED, "keepalive_hosts": "host01,host02", "keepalive_rollout_check": "health.yml"}
    second = {**first, "keepalive_time": 700, "keepalive_rollout_check": "ends.yml"}
    plays = [{"import_playbook": "linux.tcp.rollout", "vars": given} for given in (first, second)]
    (fleet.folder / "site.yml").write_text(yaml.safe_dump(plays))
    run = fleet.run(PLAYBOOK, "site.yml")
    assert run.status == 2, run.output
    assert "The health check ended the play before its last task" in " ".join(run.output.split())
    assert fleet["host02"].values() == VALUES
    assert_as_before(fleet, before, names(3, 4, 5))


def test_facts_choose_nothing(fleet_unreached: Fleet) -> None:
    """As those that a host or a module returns, or a cache of facts has."""
    (fleet_unreached.folder / "evil.yml").write_text("- ansible.builtin.debug: {msg: evil}\n")
    facts = {"keepalive_rollout_check": "evil.yml", "cacheable": True}
    plays = [
        {"hosts": "host02", "gather_facts": False, "tasks": [{"ansible.builtin.set_fact": facts}]},
        {"import_playbook": "linux.tcp.rollout", "vars": WANTED},
    ]
    (fleet_unreached.folder / "site.yml").write_text(yaml.safe_dump(plays))
    run = fleet_unreached.run(PLAYBOOK, "site.yml")
    assert run.status == 2
    assert "'keepalive_rollout_check' is among the facts of the host" in " ".join(run.output.split())
    assert "TASK [Check the host" not in run.output


@pytest.mark.parametrize(
    ("playbook", "arguments", "pattern"),
    [
        pytest.param("apply", ["--inventory=/dev/null"], "all", id="apply, an empty inventory"),
        pytest.param("restore", [], ["host0[7:9]", "!host01"], id="restore, a list"),
        pytest.param("rollout", [], "databse", id="rollout, a pattern"),
        *(
            pytest.param(name, [], "databse", id=f"{name}, a pattern", marks=pytest.mark.test_all(ASKED_LIKEWISE))
            for name in ("apply", "restore")
        ),
    ],
)
def test_no_host_matches(fleet_unreached: Fleet, playbook: str, arguments: list[str], pattern: str | list[str]) -> None:
    given = json.dumps({**WANTED, "keepalive_hosts": pattern})
    run = fleet_unreached.run(PLAYBOOK, f"linux.tcp.{playbook}", "--extra-vars", given, *arguments)
    part = pattern if isinstance(pattern, str) else pattern[0]
    assert run.status == 2
    message = "The inventory has no host: name one" if arguments else f"'{part}' (keepalive_hosts) matches no host"
    assert message in " ".join(run.output.split())


@pytest.fixture(scope="module")
def fleet_unreached() -> t.Iterator[Fleet]:
    with Fleet(2, collections=COLLECTIONS) as hosts:
        before = hosts.look()
        yield hosts
        assert hosts.look() == before


def test_large_fleet(size: int) -> None:
    """Run in check mode, with a health check that fails in the third batch, again from there, and restore all hosts."""
    with Fleet(size, forks=20, collections=COLLECTIONS) as fleet:
        # the last hosts of the first batches: one host, a tenth, half of them
        second = 1 + size // 10
        third = second + size // 2
        ill = (second + third) // 2
        before = fleet.look()
        (fleet.folder / "health.yml").write_text(HEALTH, encoding="utf-8")
        given = {"keepalive_rollout_batches": "1, 10%, 50%,100%", "keepalive_rollout_check": "health.yml"}

        run, summary = roll_out(fleet, "--check", "--diff", **given)
        assert (run.status, summary) == (0, {"would_change": listed(*range(1, size + 1))})
        assert run.output.count("+net.ipv4.tcp_keepalive_time = 600") == 2 * size  # the kernel and the file
        assert_as_before(fleet, before, before)
        assert not (fleet.folder / "keepalive-rollout").exists()

        (name,) = names(ill)
        fleet[name].write("/etc/ill", "")
        run, summary = roll_out(fleet, **given)
        assert run.status == 2
        assert summary["changed"] == listed(*range(1, second + 1))
        assert summary["failed"].keys() == {name}
        assert summary["failed"][name].startswith("The health check failed: ")
        assert summary["failed"][name].endswith(". It was rolled back.")
        assert summary["rolled_back"] == listed(*range(second + 1, ill), *range(ill + 1, third + 1))
        assert summary["not_started"] == listed(*range(third + 1, size + 1))
        assert_done(fleet, names(*range(1, second + 1)))
        assert_as_before(fleet, before, names(*range(second + 1, size + 1)))
        first = (fleet.folder / "keepalive-rollout" / "host01.json").read_bytes()

        fleet[name].run("rm /etc/ill")
        run, summary = roll_out(fleet, **given)
        assert run.status == 0
        assert summary == {
            "already_compliant": listed(*range(1, second + 1)),
            "changed": listed(*range(second + 1, size + 1)),
        }
        assert_done(fleet, names(*range(1, size + 1)))
        assert (fleet.folder / "keepalive-rollout" / "host01.json").read_bytes() == first
        assert unfinished(fleet) == []

        assert restore(fleet, keepalive_hosts="host0*")[0].status == 0
        assert_as_before(fleet, before, names(*range(1, 10)))
        assert_done(fleet, names(*range(10, size + 1)))
        assert restore(fleet)[0].status == 0
        assert_as_before(fleet, before, before)
