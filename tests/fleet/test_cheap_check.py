# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check that sends no module, with every kind of task, on hosts behind SSH.

The inventory names a Python that no host has. So a task that succeeds needed no Python, and a task that
sends the module fails. The reference results come from the module, with the Python of the hosts and a
shell that does not run the probe.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.fleet.fleet import TARGET_PYTHON, Fleet

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]
    Task = t.Dict[str, t.Any]

# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PLUGINS = COLLECTIONS / "ansible_collections" / "linux" / "tcp" / "plugins"
BIN = Path(sys.executable).parent
NO_PYTHON = "/nowhere/python3"
KEYS = ("time", "intvl", "probes")
DESIRED = {"time": 600, "intvl": 60, "probes": 20}
FILE = "".join(f"net.ipv4.tcp_keepalive_{key} = {value}\n" for key, value in DESIRED.items())
SET = "\n".join(f"echo {value} >/proc/sys/net/ipv4/tcp_keepalive_{key}" for key, value in DESIRED.items())
PASSWORD = "correct horse"

# Shells that can run the probe, each called as `sh -c COMMAND`.
SHELLS = {
    "busybox": 'PATH=/opt/busybox exec /opt/busybox/sh "$@"',
    "no_gzip": 'PATH=/opt/no_gzip exec /bin/sh "$@"',
    "no_base64": 'PATH=/opt/no_base64 exec /bin/sh "$@"',
    "cut": '/bin/sh "$@" | head -c 700',
    "chatty": "echo 'Welcome! Today is a good day.'; exec /bin/sh \"$@\"",
    "other_language": 'case $2 in *doubt*) echo "fish: Unknown command"; exit 127 ;; esac; exec /bin/sh "$@"',
    # nor within a command of su, whose success message comes before the first semicolon
    "deaf": 'case $2 in su\\ *) ;; *BECOME*doubt*) set -- -c "${2%%;*}" ;; *doubt*) exit ;; esac; exec /bin/sh "$@"',
    # no shells, but wrappers of a Python: they may enter another namespace
    "python3": f'exec {NO_PYTHON} "$@"',
    "in-blue": f'exec {NO_PYTHON} "$@"',
}
TOOLS = "base64 cat find grep gzip head ls readlink sh sort tar tr"

# Kinds of tasks on a host where nothing has to change.
SAME: dict[str, Task] = {
    "plain": {},
    "check mode": {"check_mode": True},
    "no log": {"no_log": True},
    "no pipelining": {"vars": {"ansible_pipelining": False}},
    "no terminal": {"vars": {"ansible_ssh_use_tty": False}},
    "terminal for all": {"vars": {"ansible_ssh_extra_args": "-tt"}},
    "environment": {"environment": {"PATH": "/nowhere", "TAR_OPTIONS": "--help", "LC_ALL": "tr_TR.UTF-8"}},
    "bash": {"vars": {"ansible_shell_executable": "/bin/bash"}},
    "BusyBox": {"vars": {"ansible_shell_executable": "/opt/shells/busybox"}},
    "Python is to be found": {"vars": {"ansible_python_interpreter": "auto"}},
    "as root already": {"become": True, "become_method": "su"},
    "by su with a password": {
        "become": True,
        "become_method": "su",
        "vars": {"ansible_user": "ann", "ansible_become_password": PASSWORD},
    },
    "delegated": {"delegate_to": "host03"},
}
# Tasks that always send the module.
SENT: dict[str, Task] = {
    "in the background": {"async": 600, "poll": 1},
    "another root": {"linux.tcp.keepalive": {"root": "/mnt"}},
    "a path that the host expands": {"linux.tcp.keepalive": {"path": "~/x.conf"}},
    "something to change": {"linux.tcp.keepalive": {"time": 601}},
    **{
        name: {"vars": {"ansible_shell_executable": f"/opt/shells/{name}"}}
        for name in ("no_gzip", "no_base64", "cut", "chatty", "other_language", "deaf")
    },
    "deaf, by su": {"become": True, "become_method": "su", "vars": {"ansible_shell_executable": "/opt/shells/deaf"}},
    **{
        f"a wrapper called {name}": {"vars": {"ansible_python_interpreter": f"/opt/shells/{name}"}}
        for name in ("python3", "in-blue")
    },
    "another writer": {"delegate_to": "host02"},
    "tuned": {"delegate_to": "host04"},
}


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    with Fleet(4, collections=COLLECTIONS) as hosts:
        inventory = json.loads(hosts.inventory.read_text(encoding="utf-8"))
        inventory["all"]["vars"] = {"ansible_python_interpreter": NO_PYTHON}
        hosts.inventory.write_text(json.dumps(inventory), encoding="utf-8")
        for host in hosts.hosts.values():
            host.write("/etc/sysctl.d/99-tcp-keepalive.conf", FILE)
            host.run(SET)
        hosts["host02"].write("/etc/rc.local", "#!/bin/sh\nsysctl -w net.ipv4.tcp_keepalive_time=5\n", mode=0o755)
        hosts["host04"].run("mkdir -p /etc/tuned/own; echo own >/etc/tuned/active_profile")
        hosts["host04"].write("/etc/tuned/own/tuned.conf", "[main]\nsummary=Ours\n")
        prepare(hosts)
        yield hosts


def prepare(fleet: Fleet) -> None:
    """Create a user on the first host, and the shells on the first two hosts."""
    host = fleet["host01"]
    host.run("useradd --create-home --shell /bin/sh --password '*' ann")
    host.run(f"echo 'root:{PASSWORD}' | chpasswd --crypt-method SHA512")
    host.run("mkdir /opt/busybox; busybox --install -s /opt/busybox")
    for lacking in ("gzip", "base64"):
        host.run(
            f"mkdir /opt/no_{lacking}; cd /opt/no_{lacking}; for tool in {TOOLS}; do "
            f"[ $tool = {lacking} ] || ln -s $(command -v $tool); done"
        )
    for host in (fleet["host01"], fleet["host02"]):
        host.run("mkdir /opt/shells")
        for name, script in SHELLS.items():
            host.write(f"/opt/shells/{name}", f"#!/bin/sh\n{script}\n", mode=0o755)


def run_tasks(fleet: Fleet, tasks: t.Mapping[str, Task], **play: object) -> dict[str, Result]:
    """Run tasks on the first host, each independent of the others; return their results by name."""
    names = {name: f"result_{number}" for number, name in enumerate(tasks)}
    listed = []
    for name, task in tasks.items():
        action: Task = {} if any(key.startswith("linux.tcp.") for key in task) else {"linux.tcp.keepalive": {}}
        listed.append({"name": name, "ignore_errors": True, "register": names[name], **action, **task})
    last = {
        "ansible.builtin.copy": {"dest": str(fleet.folder / "results.json"), "content": "{{ all_results | to_json }}"},
        "delegate_to": "localhost",
        "vars": {
            "all_results": {name: "{{ " + registered + " }}" for name, registered in names.items()},
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        },
    }
    plays = [{"hosts": "host01", "gather_facts": False, "tasks": [*listed, last], **play}]
    (fleet.folder / "play.yml").write_text(json.dumps(plays), encoding="utf-8")
    run = fleet.run(str(BIN / "ansible-playbook"), "play.yml")
    assert run.status == 0, run.output
    results: dict[str, Result] = json.loads((fleet.folder / "results.json").read_text(encoding="utf-8"))
    return results


def by_module(task: Task) -> Task:
    """Return a task that sends the module, with the Python of the hosts."""
    variables = {"ansible_python_interpreter": TARGET_PYTHON, "ansible_shell_executable": "/opt/shells/deaf"}
    return {**task, "vars": {**task.get("vars", {}), **variables}}


def variables_with_python(task: Task) -> Result:
    """Return a task's variables with the Python of the hosts."""
    return {**task.get("vars", {}), "ansible_python_interpreter": TARGET_PYTHON}


def essence(result: Result) -> Result:
    """Return the keys of a result that the module returned, without those that the task adds."""
    extra = {"stdout", "stdout_lines", "stderr", "stderr_lines", "failed", "failed_when_result", "invocation"}
    return {key: value for key, value in result.items() if key not in extra}


def was_sent(result: Result) -> bool:
    """Return whether the module was sent. It fails because the Python does not exist."""
    return bool(result["failed"]) and NO_PYTHON in json.dumps(result)


def test_nothing_to_change(fleet: Fleet) -> None:
    """Defaults of the action group have the values."""
    results = run_tasks(
        fleet,
        {
            **SAME,
            "reference": by_module({}),
            "diff": {"diff": True, "check_mode": True},
            "reference of the diff": by_module({"diff": True}),
            "loop": {"loop": [1, 2]},
            "loop of the module": {"loop": [1, 2], "vars": variables_with_python(SENT["no_gzip"])},
            "loop with arguments": {"loop": [1, 2], "vars": {"ansible_inject_invocation": True}},
            "forced to ok": {"changed_when": False, "failed_when": False},
            "forced to fail": {"changed_when": True, "failed_when": "undefined_variable is not defined"},
        },
        module_defaults={"group/linux.tcp.keepalive": DESIRED},
    )
    reference = essence(results["reference"])
    assert reference["after"]["runtime"] == DESIRED
    assert reference["changed"] is False
    assert {name: essence(results[name]) for name in SAME} == dict.fromkeys(SAME, reference)
    assert not any(results[name].get("failed") for name in SAME)
    assert essence(results["diff"]) == essence(results["reference of the diff"])
    assert "diff" in results["diff"]
    for one, other in zip(results["loop"]["results"], results["loop of the module"]["results"]):
        assert {key: (one.get(key), other.get(key)) for key in {*one, *other} if one.get(key) != other.get(key)} == {}
    for one in results["loop with arguments"]["results"]:
        assert one["invocation"]["module_args"].items() >= DESIRED.items()
    assert results["forced to ok"].items() >= reference.items()
    assert results["forced to fail"]["failed"] is True
    assert results["forced to fail"].items() >= {**reference, "changed": True}.items()


def test_report(fleet: Fleet) -> None:
    """Report the values as root, and as a user without access to some places, of whom the module itself says so."""
    info: Task = {"linux.tcp.keepalive_info": {}}
    keepalive: Task = {"linux.tcp.keepalive": {}}
    ann = {"become": True, "become_method": "su", "become_user": "ann"}
    ways: dict[str, Task] = {
        "info": info,
        "report": keepalive,
        "of another loader": {"linux.tcp.keepalive_info": {"loader": "procps"}},
        "absent": {"linux.tcp.keepalive": {"state": "absent", "path": "/etc/sysctl.d/x.conf"}},
    }
    of_ann: dict[str, Task] = {
        "info as ann": {**info, **ann},
        "report as ann": {**keepalive, **ann},
        "info of ann": {**info, "vars": {"ansible_user": "ann"}},
    }
    both = {**ways, **of_ann}
    results = run_tasks(fleet, {**both, **{f"{name} by module": by_module(way) for name, way in both.items()}})
    for name in ways:
        assert essence(results[name]) == essence(results[f"{name} by module"])
        assert not results[name].get("failed")
    for name in of_ann:
        assert was_sent(results[name])
        result = results[f"{name} by module"]
        # where the upper layer of the light host's /etc is, only root may see
        assert {doubt["code"] for doubt in result.get("after", result)["boot"]["doubts"]} == {"volatile_file_system"}


def test_module_is_sent(fleet: Fleet) -> None:
    repeated = ("no_gzip", "no_base64", "chatty", "other_language", "another writer")
    results = run_tasks(
        fleet,
        {
            **SENT,
            **{f"{name}, with Python": {**SENT[name], "vars": variables_with_python(SENT[name])} for name in repeated},
            "no number": {"linux.tcp.keepalive": {"time": "soon"}},
            "reference": by_module({}),
            "reference of another writer": by_module({"delegate_to": "host02"}),
        },
        module_defaults={"group/linux.tcp.keepalive": DESIRED},
    )
    assert {name: was_sent(results[name]) for name in SENT} == dict.fromkeys(SENT, True)
    assert results["no number"]["msg"].startswith("time is 'soon': give a whole number")
    for name in repeated:
        reference = results["reference of another writer" if name == "another writer" else "reference"]
        assert essence(results[f"{name}, with Python"]) == essence(reference)


def test_apply(fleet: Fleet) -> None:
    """Run the playbook on compliant hosts, and on a deviating one."""
    command = [str(BIN / "ansible-playbook"), "linux.tcp.apply", "--extra-vars"]
    values = {f"keepalive_{key}": value for key, value in DESIRED.items()}
    run = fleet.run(*command, json.dumps({**values, "keepalive_hosts": "host01,host03"}))
    assert run.status == 0, run.output
    _before, _task, rest = run.output.partition("TASK [linux.tcp.keepalive : Set and keep ")
    assert {f"ok: [{name}]" for name in ("host01", "host03")} <= set(rest.splitlines())
    assert "changed=1" not in rest
    run = fleet.run(*command, json.dumps({**values, "keepalive_hosts": "host03", "keepalive_time": 601}))
    assert run.status == 2
    assert NO_PYTHON in run.output


def test_ad_hoc_by_short_name(fleet: Fleet) -> None:
    env = {"ANSIBLE_LIBRARY": str(PLUGINS / "modules"), "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action")}
    run = fleet.run(str(BIN / "ansible"), "host01,host03", "--module-name=keepalive", env=env)
    assert run.status == 0, run.output
    assert run.output.count("SUCCESS") == 2
    run = fleet.run(str(BIN / "ansible"), "host01", "--module-name=keepalive", "--args=time=601", "--check", env=env)
    assert run.status == 2
    assert NO_PYTHON in run.output


def test_local(fleet: Fleet) -> None:
    """Run on the controller, which has namespaces of its own. The upper one of its two mounts of /proc is removed."""
    for way in ([], ["--become", "--become-method=su"]):
        run = fleet.run(
            *("unshare", "--mount", "sh", "-c", 'umount /proc && exec "$@"', "sh", str(BIN / "ansible"), "localhost"),
            *("--module-name=linux.tcp.keepalive_info", "--connection=local", *way),
            f"--extra-vars=ansible_python_interpreter={NO_PYTHON}",
        )
        assert run.status == 0, run.output
        assert "SUCCESS" in run.output
