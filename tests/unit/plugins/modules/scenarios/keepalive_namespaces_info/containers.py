# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather and set namespaces by containers, units, names and PIDs; files stand in for cgroups and engines."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.namespace_tools import (
    change,
    look,
    number,
    own_values,
    process_in_namespace,
    values,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, MS_BIND, mount, unshare

ID = "0123456789abcdef" * 4
UID = "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55"
PLACES = {
    "docker": f"/system.slice/docker-{ID}.scope",
    "kubernetes": f"/kubepods/burstable/pod{UID}/{ID.replace('0', '1')}",
    "lxc": "/lxc.payload.db",
    "unit": "/system.slice/web.service",
    "named": "/",
}
NAME = "/run/netns/blue"
SYSCTLS = {"net.ipv4.tcp_keepalive_time": "60"}


def write(path: str, content: object) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(content), encoding="ascii")


def bind() -> None:
    unshare(CLONE_NEWNET)
    mount("/proc/self/ns/net", NAME, flags=MS_BIND)


mount("cgroup2", "/sys/fs/cgroup", "cgroup2")  # its folders tell who made a cgroup; those of PLACES are not there
mount("tmpfs", "/var/lib", "tmpfs")
write(f"/var/lib/docker/containers/{ID}/config.v2.json", {"Name": "/web"})
write(f"/var/lib/docker/containers/{ID}/hostconfig.json", {"Sysctls": SYSCTLS, "ReadonlyPaths": ["/proc/sys"]})
Path(NAME).parent.mkdir()
Path(NAME).touch()
pids = {
    "docker": process_in_namespace(60),
    "kubernetes": process_in_namespace(),
    "lxc": process_in_namespace(),
    "unit": process_in_namespace(),
    "named": child(bind),
}
for kind, pid in pids.items():
    Path(f"/run/{kind}").write_text(f"0::{PLACES[kind]}\n", encoding="ascii")
    mount(f"/run/{kind}", f"/proc/{pid}/cgroup", flags=MS_BIND)
kinds = {number(pid): kind for kind, pid in pids.items()}
kinds[number("self")] = "host"


def found_by(**filters: object) -> list[str]:
    return sorted(kinds[one["id"]] for one in look(**filters)["namespaces"])


everything = look()
shown = {kinds[one["id"]]: one for one in everything["namespaces"]}
changed = change(engines=["lxc", "docker"], time=600, diff=True)
report(
    totals=everything["totals"],
    host=shown["host"]["host"],
    containers={kind: one["containers"] for kind, one in shown.items() if one["containers"]},
    pods={kind: [pod["id"] for pod in one["pods"]] for kind, one in shown.items() if one["pods"]},
    units={kind: one["units"] for kind, one in shown.items() if one["units"]},
    names={kind: one["names"] for kind, one in shown.items() if one["names"]},
    docker=[shown["docker"][key] for key in ("values", "same_as_host", "lasts", "set_by")],
    by_container=found_by(containers=["w*"]),
    by_id=found_by(containers=[ID[:12]]),
    by_engine=found_by(engines=["lxc", "podman"]),
    by_unit=found_by(units=["web"]),
    by_name=found_by(names=["blue"]),
    by_pid=found_by(pids=[pids["unit"], pids["lxc"]]),
    by_values=[found_by(values_differ=True), found_by(values_differ=False)],
    by_two=found_by(engines=["docker"], names=["blue"]),
    changed=[kinds[one["id"]] for one in changed["changed_namespaces"]],
    header=[one["before_header"].replace(str(number(pids["lxc"])), "N") for one in changed["diff"]],
    left=[[kinds[one["id"]], one["reason"]["code"], one["lasts"]] for one in changed["left_namespaces"]],
    values={kind: values(pid)[0] for kind, pid in pids.items()},
    own=own_values(),
    none=[change(containers=["x"], time=600)[key] for key in ("changed", "warnings", "totals")],
    only_host=change(pids=[1], time=600)["warnings"],
)
