# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a host of the fleet return any results of modules, under every name that the collection reads."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import yaml

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Fleet, Host

    Json = t.Dict[str, t.Any]

ROOT = Path(__file__).absolute().parents[2]
# Where the names of variables stand.
PLACES = ("playbooks", "roles", "plugins/action", "plugins/filter", "plugins/plugin_utils")
PYTHON = "/usr/local/bin/hostile-python"
WRAPPER = Path(__file__).with_name("hostile_python.py")


def names_of_variables() -> set[str]:
    """Return the names of all variables that playbooks, role, actions and filters read or register."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*"))
        if path.suffix in (".yml", ".py")
    )
    found = set(re.findall(r"(?<![\w.])_*keepalive_\w+", text))
    return {name for name in found if not (ROOT / "plugins" / "modules" / f"{name}.py").exists()}


def steering_facts(fleet: Fleet, victim: str) -> Json:
    """Return facts with all these names, and those of Ansible's own variables, that would do harm as variables.

    Files and folders are the folder "evil" of the controller. What looks like a result says that all is well.
    """
    evil = str(fleet.folder / "evil")
    fine = {
        "changed": False,
        "failed": False,
        "found": True,
        "rc": 0,
        "selected": [victim],
        "stop": False,
        "wrong": {},
        "summary": {"changed": "all is well"},
        "would_change": False,
        "deviations": [],
        "folder": evil,
        "pending": [victim],
        "checks": {victim: f"{evil}/tasks.yml"},
        "variables": {"keepalive_rollout_folder": evil, "keepalive_audit_folder": evil},
    }
    facts: Json = {name: fine for name in names_of_variables() if name.startswith("_")}
    facts.update((name, evil) for name in names_of_variables() if name.endswith("_folder"))
    facts.update(
        keepalive_audit_become=False,
        keepalive_audit_merge=evil,
        keepalive_audit_merge_only=True,
        keepalive_audit_max_age=10**9,
        keepalive_audit_covered=0,
        keepalive_audit_idle_timeout=10**9,
        keepalive_audit_limit=10**9,
        keepalive_audit_sockets=False,
        keepalive_audit_namespaces=False,
        keepalive_hosts=victim,
        keepalive_overrides="ignore",
        keepalive_path="/etc/sysctl.d/evil.conf",
        keepalive_persistent=False,
        keepalive_probes=9,
        keepalive_intvl=75,
        keepalive_time=7200,
        keepalive_restore_force=True,
        keepalive_result=fine,
        keepalive_rollout_batches="100%",
        keepalive_rollout_check=f"{evil}/tasks.yml",
        keepalive_root="/mnt",
        keepalive_runtime=False,
        keepalive_sockets=[{"all": True}],
        keepalive_namespaces=True,
        keepalive_container_defaults=True,
        keepalive_state="absent",
        keepalive_backup=True,
    )
    # values that the role takes, so that a new option does not make the host fail for another reason
    specs = yaml.safe_load((ROOT / "roles" / "keepalive" / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: Json = specs["argument_specs"]["main"]["options"]
    for name in names_of_variables() - facts.keys():
        valid = {"bool": True, "int": 7200, "list": [], "path": evil, "str": evil}
        facts[name] = valid[options[name]["type"]] if name in options else evil
    magic: Json = {
        "inventory_hostname": victim,
        "inventory_hostname_short": victim,
        "group_names": ["evil"],
        "groups": {"all": [victim]},
        "hostvars": {victim: fine},
        "playbook_dir": evil,
        "role_path": evil,
        "play_hosts": [victim],
        "ansible_play_hosts_all": [victim],
        "ansible_play_batch": [victim],
        "ansible_play_hosts": [victim],
        "ansible_inventory_sources": [f"{evil}/hosts.yml"],
        "ansible_check_mode": True,
        "ansible_delegated_vars": {"localhost": {"keepalive_audit_folder": evil}},
        "ansible_facts": {},
        "ansible_host": "10.0.1.2",
        "ansible_connection": "local",
        "ansible_become": False,
        "serial": "100%",
        "omit": 7200,
    }
    # what Ansible and Jinja call in templates
    functions = ("now", "lookup", "query", "q", "undef", "range", "dict", "namespace", "lipsum", "cycler", "joiner")
    return {**facts, **magic, **dict.fromkeys((*functions, "vars"), evil)}


def make_hostile(host: Host, *, module: str = "", **keys: t.Any) -> None:
    """Let a host add keys to the result of each module; the inventory names :data:`PYTHON` as its interpreter.

    With ``module``, a part of a module's code, only to the results of that module.

    The host has no gzip that works, so a probe of it is inconclusive, and the module is sent.
    """
    code = WRAPPER.read_text(encoding="utf-8")
    host.write(PYTHON, f"#!/usr/bin/python3\n{code}", mode=0o755)
    host.write("/usr/local/bin/gzip", "#!/bin/sh\nexit 1\n", mode=0o755)
    host.write("/etc/hostile.json", json.dumps({"module": module, "keys": keys}))


def inventory_with(fleet: Fleet, name: str, hostile: t.Collection[str], **variables: t.Any) -> str:
    """Write an inventory in which hosts have the hostile interpreter, with variables for all; return its path."""
    inventory = json.loads(fleet.inventory.read_text(encoding="utf-8"))
    for host in hostile:
        inventory["all"]["hosts"][host]["ansible_python_interpreter"] = PYTHON
    inventory["all"]["vars"] = variables
    path = fleet.folder / name
    path.write_text(json.dumps(inventory), encoding="utf-8")
    return str(path)


def prepare_evil(fleet: Fleet) -> None:
    """Make the folder to which hostile facts lead: a task file that leaves a file "run" beside it."""
    evil = fleet.folder / "evil"
    evil.mkdir(exist_ok=True)
    task = {"name": "Harm", "ansible.builtin.command": f"touch {fleet.folder}/run", "delegate_to": "localhost"}
    (evil / "tasks.yml").write_text(json.dumps([task]), encoding="utf-8")


def assert_controller_is_unharmed(fleet: Fleet) -> None:
    """Fail where something of the evil folder was used, or written there."""
    assert [path.name for path in (fleet.folder / "evil").iterdir()] == ["tasks.yml"]
    assert not (fleet.folder / "run").exists()
