# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks linux.tcp.rollout and linux.tcp.restore on hosts that fail on purpose.

What became of a host is asked of the host itself, never of Ansible.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.linux.tcp.tests.fleet.fleet import Fleet

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Look, Run

    Looks = t.Dict[str, Look]
    Summary = t.Dict[str, t.Any]

# Where the collection is that is tested: what users get, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
WANTED = {"keepalive_time": 600, "keepalive_intvl": 60, "keepalive_probes": 20}
VALUES, DEFAULTS = (600, 60, 20), (7200, 75, 9)
PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
OTHER = "/etc/sysctl.d/zz-local.conf"
HEADER = b"# Written by Ansible, module linux.tcp.keepalive. Other lines may be added, they are kept.\n"
TEXT = HEADER + b"".join(
    b"net.ipv4.tcp_keepalive_%s = %d\n" % (key, value) for key, value in zip((b"time", b"intvl", b"probes"), VALUES)
)
HEALTH = """---
- name: Ask the service
  ansible.builtin.raw: test ! -e /etc/ill
  changed_when: false
"""


@pytest.fixture
def fleet() -> t.Iterator[Fleet]:
    with Fleet(8, collections=COLLECTIONS) as hosts:
        yield hosts


def roll_out(fleet: Fleet, *arguments: str, **variables: object) -> tuple[Run, Summary]:
    """Run the playbook and return what it printed, and its summary: only what is not empty."""
    given = {**WANTED, "keepalive_rollout_batches": "1,3,100%", **variables}
    run = fleet.run(PLAYBOOK, "linux.tcp.rollout", "--extra-vars", json.dumps(given), *arguments)
    _, found, rest = run.output.partition("TASK [Say what became of the fleet]")
    assert found, run.output
    summary = yaml.safe_load(rest.partition("=>")[2].partition("\nTASK ")[0])["msg"]
    return run, {key: value for key, value in summary.items() if value}


def put_back(fleet: Fleet, *arguments: str, **variables: object) -> Run:
    """Run the playbook that puts hosts back."""
    return fleet.run(PLAYBOOK, "linux.tcp.restore", "--extra-vars", json.dumps(variables), *arguments)


def names(*numbers: int) -> list[str]:
    """Return the names of hosts."""
    return [f"host{number:02}" for number in numbers]


def assert_done(fleet: Fleet, hosts: t.Iterable[str]) -> None:
    """Insist that hosts have the values, in the kernel and in the file."""
    for name in hosts:
        look = fleet[name].look()
        assert (name, look.values) == (name, VALUES)
        assert look.files[PATH].content == TEXT
        assert look.files[PATH].mode == 0o100644


def assert_as_before(fleet: Fleet, before: Looks, hosts: t.Iterable[str]) -> None:
    """Insist that hosts are as they were, byte for byte, and that nothing runs there any more."""
    for name in hosts:
        assert (name, fleet[name].look()) == (name, before[name])
        assert fleet[name].processes() == []


def test_read_only_and_overridden_hosts(fleet: Fleet) -> None:
    """Two hosts of the second batch cannot be changed; so none of it is, and both are named with the reason."""
    fleet["host03"].make_read_only("/etc/sysctl.d")
    fleet["host04"].write(OTHER, "# ours\nnet.ipv4.tcp_keepalive_time = 60\n", mode=0o600)
    before = fleet.look()
    fleet["host01"].disconnect()
    run, summary = roll_out(fleet, keepalive_rollout_retry=True)
    assert run.status == 2
    assert summary.keys() == {"unreachable", "failed", "not begun"}
    assert summary["unreachable"] == names(1)
    assert "TASK [Look at" not in run.output.partition("PLAY [Try those again")[2]  # a rollout that stopped has stopped
    assert summary["not begun"] == names(2, 5, 6, 7, 8)
    assert summary["failed"].keys() == set(names(3, 4))
    assert "/etc/sysctl.d: read-only file system" in summary["failed"]["host03"]
    assert f"{OTHER} line 2 has '60' and decides. Nothing was changed." in summary["failed"]["host04"]
    assert_as_before(fleet, before, before)


def test_taken_over_file_comes_back(fleet: Fleet) -> None:
    fleet["host01"].write(OTHER, "# \u00fcber\nnet.ipv4.tcp_keepalive_time = 60\n", mode=0o600)
    fleet["host01"].run(f"chown 1234:5678 {OTHER}; printf '\\377' >>{OTHER}")
    fleet["host02"].run("rmdir /etc/sysctl.d")
    before = fleet.look()
    run, summary = roll_out(fleet, "--limit=host01,host02", keepalive_overrides="take_over")
    assert (run.status, summary) == (0, {"changed": names(1, 2)})
    assert_done(fleet, names(1, 2))
    assert b"\n# linux.tcp" in (fleet["host01"].look().files[OTHER].content or b"")
    assert put_back(fleet).status == 0
    assert_as_before(fleet, before, before)


def test_unreachable_host_is_not_done_and_tried_again_on_request(fleet: Fleet) -> None:
    before = fleet.look()
    fleet["host02"].disconnect()
    run, summary = roll_out(fleet)
    assert run.status == 2
    assert summary == {"changed": names(1, 3, 4, 5, 6, 7, 8), "unreachable": names(2)}
    assert_done(fleet, summary["changed"])
    assert_as_before(fleet, before, names(2))
    fleet["host08"].run(f"rm {PATH}")
    with fleet["host08"].once(PATH, fleet["host02"].connect) as connected:
        run, summary = roll_out(fleet, keepalive_rollout_retry=True)
    assert connected.is_set()
    assert (run.status, summary) == (0, {"changed": names(2, 8), "already right": names(1, 3, 4, 5, 6, 7)})
    assert_done(fleet, before)


def test_connection_cut_while_the_module_runs(fleet: Fleet) -> None:
    """The host can be reached again, and the whole batch is put back."""
    before = fleet.look()
    with fleet["host03"].once(PATH, fleet["host03"].cut_sessions) as cut:
        run, summary = roll_out(fleet)
    assert cut.is_set()
    assert run.status == 2
    assert summary == {
        "changed": names(1),
        "failed": {"host03": "The connection was lost while the host was being changed. It was put back."},
        "restored": names(2, 4),
        "not begun": names(5, 6, 7, 8),
    }
    assert_done(fleet, names(1))
    assert_as_before(fleet, before, names(*range(2, 9)))


def test_host_gone_while_the_module_runs(fleet: Fleet) -> None:
    """Nobody can know what became of it, so this is what is said, with the way back."""
    before = fleet.look()
    with fleet["host03"].once(PATH, fleet["host03"].disconnect) as gone:
        run, summary = roll_out(fleet)
    assert gone.is_set()
    assert run.status == 2
    assert summary["unknown"] == {
        "host03": "The connection was lost while the host was being changed. It cannot be reached, so it is unknown "
        "whether it was changed. Once it answers, put it back with ansible-playbook linux.tcp.restore "
        "-e keepalive_hosts=host03 -e keepalive_rollout_folder=./keepalive-rollout"
    }
    assert summary["changed"] == names(1)
    assert summary["restored"] == names(2, 4)
    assert_as_before(fleet, before, names(2, 4, 5, 6, 7, 8))
    fleet["host03"].connect()
    assert put_back(fleet, keepalive_hosts="host03").status == 0
    assert_as_before(fleet, before, names(*range(2, 9)))
    assert_done(fleet, names(1))


def test_restore_tells_what_others_changed(fleet: Fleet) -> None:
    before = fleet.look()
    assert roll_out(fleet, keepalive_rollout_batches=[8])[0].status == 0
    fleet["host02"].write(PATH, "net.ipv4.tcp_keepalive_time = 300\n")
    fleet["host03"].run("echo 30 >/proc/sys/net/ipv4/tcp_keepalive_intvl")
    fleet["host04"].run(f"chmod 600 {PATH}")
    fleet["host05"].run(f"rm {PATH}")
    fleet["host06"].write("/etc/sysctl.d/50-new.conf", "kernel.pid_max = 65536\n")  # none of our business
    meanwhile = fleet.look()
    run = put_back(fleet, "--check", "--diff")
    assert run.status == 2
    assert "-net.ipv4.tcp_keepalive_time = 600" in run.output
    assert fleet.look() == meanwhile
    run = put_back(fleet)
    assert run.status == 2
    words = " ".join(run.output.split())
    assert f"{PATH} has other content than the rollout left" in words
    assert "net.ipv4.tcp_keepalive_intvl is 30 in the running kernel, neither 60 as the rollout left it nor 75" in words
    assert f"{PATH} has another mode, owner or attribute than the rollout left" in words
    assert_as_before(fleet, meanwhile, names(2, 3, 4))
    assert_as_before(fleet, before, names(1, 5, 7, 8))  # that the file is gone is what the way back wants
    assert fleet["host06"].values() == DEFAULTS
    assert fleet["host06"].look().files.keys() == {*before["host06"].files, "/etc/sysctl.d/50-new.conf"}
    run = put_back(fleet, keepalive_restore_force=True)
    assert run.status == 0
    fleet["host06"].run("rm /etc/sysctl.d/50-new.conf")
    assert_as_before(fleet, before, before)
    run = put_back(fleet)
    assert (run.status, run.output.count("changed=0")) == (0, 8)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"keepalive_rollout_batches": "1,ten"}, "keepalive_rollout_batches is ['1', 'ten']"),
        ({"keepalive_rollout_batches": []}, "keepalive_rollout_batches is []"),
        ({"keepalive_rollout_check": "nowhere.yml"}, 'keepalive_rollout_check is "nowhere.yml"'),
        ({"keepalive_time": 0}, "time and intvl are from 1 to 2147483"),
        ({"keepalive_overrides": "win"}, "value of keepalive_overrides must be one of"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused_in_the_beginning(
    fleet_unreached: Fleet, variables: dict[str, object], words: str
) -> None:
    given = json.dumps({**WANTED, **variables})
    run = fleet_unreached.run(PLAYBOOK, "linux.tcp.rollout", "--extra-vars", given)
    assert run.status == 2
    assert words in " ".join(run.output.split())
    assert "keepalive_record" not in run.output
    assert "TASK [Look at the host" not in run.output


@pytest.fixture(scope="module")
def fleet_unreached() -> t.Iterator[Fleet]:
    with Fleet(2, collections=COLLECTIONS) as hosts:
        before = hosts.look()
        yield hosts
        assert hosts.look() == before


def test_fifty_hosts() -> None:
    """The plan; a health check that fails in the third batch; a re-run that goes on from there; the way back."""
    with Fleet(50, forks=20, collections=COLLECTIONS) as fleet:
        everybody = names(*range(1, 51))
        before = fleet.look()
        (fleet.folder / "health.yml").write_text(HEALTH, encoding="utf-8")
        given = {"keepalive_rollout_batches": "1,10%,50%,100%", "keepalive_rollout_check": "health.yml"}

        run, summary = roll_out(fleet, "--check", **given)
        assert (run.status, summary) == (0, {"would change": everybody})
        assert_as_before(fleet, before, before)
        assert not (fleet.folder / "keepalive-rollout").exists()

        fleet["host20"].write("/etc/ill", "")
        run, summary = roll_out(fleet, **given)
        assert run.status == 2
        assert summary["changed"] == names(*range(1, 7))
        assert summary["failed"].keys() == {"host20"}
        assert summary["failed"]["host20"].startswith("The health check failed: ")
        assert summary["failed"]["host20"].endswith(". It was put back.")
        assert summary["restored"] == [name for name in names(*range(7, 32)) if name != "host20"]
        assert summary["not begun"] == names(*range(32, 51))
        assert_done(fleet, names(*range(1, 7)))
        assert_as_before(fleet, before, names(*range(7, 51)))
        first = (fleet.folder / "keepalive-rollout" / "host01.json").read_bytes()

        fleet["host20"].run("rm /etc/ill")
        run, summary = roll_out(fleet, **given)
        assert run.status == 0
        assert summary == {"already right": names(*range(1, 7)), "changed": names(*range(7, 51))}
        assert_done(fleet, everybody)
        assert (fleet.folder / "keepalive-rollout" / "host01.json").read_bytes() == first

        assert put_back(fleet, keepalive_hosts="host0*").status == 0
        assert_as_before(fleet, before, names(*range(1, 10)))
        assert_done(fleet, names(*range(10, 51)))
        assert put_back(fleet).status == 0
        assert_as_before(fleet, before, before)
