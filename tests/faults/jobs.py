# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the jobs that faults are injected into: a host as it is found, and what is run on it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.tests.faults.nodes import TREE, file, folder

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Json, Loader, Values

    Judged = t.Union[Loader, t.Literal["engines"]]
    from ansible_collections.linux.tcp.tests.faults.nodes import Nodes

OWN = "/etc/sysctl.d/99-tcp-keepalive.conf"
STORE = "/root/keepalive-rollout"
STATE = "/root/.rollout.json"
WANTED = {"time": 600, "intvl": 60, "probes": 20}
NAME = b"net.ipv4.tcp_keepalive_"

# The access control list of linux/posix_acl_xattr.h: version 2, then tag, rights and id of each entry. The owner,
# user 1234, the group, the mask, all others.
_ENTRIES = ((0x01, 6, -1), (0x02, 4, 1234), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1))
_ACCESS_LIST = b"\x02\0\0\0" + b"".join(
    tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + number.to_bytes(4, "little", signed=True)
    for tag, rights, number in _ENTRIES
)
_ATTRIBUTES = (("system.posix_acl_access", _ACCESS_LIST), ("user.origin", b"by hand"))

_FOLDERS = {path: folder() for path in ("/etc", "/etc/sysctl.d", "/run", "/root", "/usr/lib/sysctl.d")}
_SYSTEMD: Nodes = {**_FOLDERS, "/tmp": folder(0o1777), "/run/systemd/system": folder()}
# A system that procps boots does not run here, as process 1 is not its init.
_PROCPS: Nodes = {
    f"{TREE}{path}": node
    for path, node in {
        **_FOLDERS,
        "/sbin/init": file(b"\x7fELF", mode=0o755),
        "/etc/rcS.d/S08procps": file(b"#!/bin/sh\nsysctl -q --system\n", mode=0o755),
    }.items()
}


@dataclasses.dataclass(frozen=True)
class Job:
    """What is run on a host: a module with its parameters, or a step of the rollout's store.

    The host has ``nodes`` and ``values``, and what the job ``after`` has left. A job that restores gets the checkpoint
    that was made before that job. ``tree`` is a system below the host's root, which does not run. Where ``loader`` is
    None, nothing is booted; ``engines`` stands for what these give to new containers. ``lowered`` are the kernel's
    values once the connections are open.
    """

    name: str
    module: str
    params: Json = dataclasses.field(default_factory=dict)
    nodes: Nodes = dataclasses.field(default_factory=lambda: _SYSTEMD)
    values: Values = (7200, 75, 9)
    loader: Judged | None = "systemd-sysctl"
    tree: str = ""
    lowered: Values | None = None
    after: str = ""
    restores: bool = False


def _below(tree: str, nodes: Nodes) -> Nodes:
    return {f"{tree}{path}": node for path, node in nodes.items()}


def _lines(**values: int) -> bytes:
    return b"".join(NAME + b"%b = %d\n" % (key.encode(), value) for key, value in values.items())


_EXISTING = file(
    b"# ours\n\nnet.ipv4.tcp_fin_timeout=50\n" + _lines(time=1800) + b"; kept\n" + _lines(probes=5)[:-1],
    mode=0o640,
    owner=1001,
    group=1002,
    attributes=_ATTRIBUTES,
)
_LATER = file(
    b"# another team\n" + _lines(time=60, intvl=10) + b"net.ipv4.tcp_fin_timeout=40\n", attributes=_ATTRIBUTES
)
_CONF = file(b"# the classic file\n" + _lines(time=90) + b"net.ipv4.tcp_fin_timeout=30\n", owner=1001, group=1002)
_TAKE_OVER = {**WANTED, "overrides": "take_over"}
_CHECKPOINT = {
    "runtime": {"time": {"before": 7200, "left": 600}},
    "files": [{"path": OWN, "before": None, "left": None, "had_folder": True}],
}
_SAVED: Json = {"before": {}, "checkpoint": _CHECKPOINT, "now": "2026-03-01T12:00:00Z"}
_ENDED: Json = {"now": "2026-03-01T12:10:00Z"}


def _store(name: str, step: str, params: Json, *, after: str = "", **further: t.Any) -> Job:
    given = {"step": step, "folder": STORE, "host": "web1", **params, **further}
    return Job(name, "store", given, nodes={"/root": folder(0o700)}, loader=None, after=after)


_ENGINES: Nodes = {
    **{f"{TREE}/usr/bin/{name}": file(b"\x7fELF", mode=0o755) for name in ("podman", "crio")},
    **{f"{TREE}/etc/{name}": folder() for name in ("crio", "containers", "containers/containers.conf.d")},
    f"{TREE}/etc/containers/containers.conf": file(
        b'# ours\n[containers]\ndefault_sysctls = ["net.ipv4.ping_group_range=0 0"]\n', mode=0o640, owner=1001
    ),
}


def _defaults(name: str, params: Json, after: str = "") -> Job:
    return Job(
        *(name, "keepalive_container_defaults", {**params, "root": TREE}),
        nodes={**_SYSTEMD, TREE: folder(), **_ENGINES},
        loader="engines",
        tree=TREE,
        after=after,
    )


JOBS = {
    job.name: job
    for job in (
        Job("set", "keepalive", WANTED),
        Job("set_existing", "keepalive", WANTED, nodes={**_SYSTEMD, OWN: _EXISTING}),
        Job("take_over", "keepalive", _TAKE_OVER, nodes={**_SYSTEMD, "/etc/sysctl.d/zz.conf": _LATER}),
        Job(
            *("take_over_sysctl_conf", "keepalive", {**_TAKE_OVER, "root": TREE}),
            nodes={**_SYSTEMD, **_PROCPS, f"{TREE}/etc/sysctl.conf": _CONF},
            loader="procps",
            tree=TREE,
        ),
        Job("absent", "keepalive", {"state": "absent"}, after="set_existing"),
        Job("absent_after_take_over", "keepalive", {"state": "absent"}, after="take_over"),
        Job(
            *("absent_after_sysctl_conf", "keepalive", {"state": "absent", "root": TREE}),
            nodes={**_SYSTEMD, **_PROCPS},
            loader="procps",
            tree=TREE,
            after="take_over_sysctl_conf",
        ),
        Job(
            *("folder_missing", "keepalive", WANTED),
            nodes={path: node for path, node in _SYSTEMD.items() if path != "/etc/sysctl.d"},
        ),
        Job("backup", "keepalive", {**WANTED, "backup": True}, nodes={**_SYSTEMD, OWN: _EXISTING}),
        Job(
            *("tree", "keepalive", {**WANTED, "root": TREE}),
            nodes={**_SYSTEMD, TREE: folder(), **_below(TREE, {**_SYSTEMD, OWN: _EXISTING})},
            tree=TREE,
        ),
        Job("persistent_only", "keepalive", {**WANTED, "runtime": False}),
        Job("restore", "keepalive_restore", after="take_over", restores=True),
        Job("restore_removal", "keepalive_restore", after="absent_after_take_over", restores=True),
        Job("restore_folder", "keepalive_restore", after="folder_missing", restores=True),
        _store("store_save", "save", _SAVED, desired={"time": 600}),
        _store("store_commit", "commit", _ENDED, after="store_save"),
        _store("store_discard", "discard", _ENDED, after="store_save", checkpoint=_CHECKPOINT),
        _store("store_save_again", "save", _SAVED, after="store_commit", desired={"time": 300}),
        _store("store_discard_again", "discard", _ENDED, after="store_save_again", checkpoint=_CHECKPOINT),
        _store("store_restored", "restored", _ENDED, after="store_commit", checkpoint=_CHECKPOINT),
        _store("state_begun", "keep", {"path": STATE, "hosts": {"web1": "not_reached"}}),
        _store("state_kept", "keep", {"path": STATE, "hosts": {"web1": "pending"}}, after="state_begun"),
        _store("folder_locked", "acquire", {}),
        Job("sockets", "keepalive_sockets", {**WANTED, "all": True, "listening": True}, loader=None),
        Job("sockets_rearm", "keepalive_sockets", {"all": True, "rearm": True}, loader=None, lowered=(600, 75, 9)),
        Job("namespaces", "keepalive_namespaces", {**_TAKE_OVER, "all": True}, loader=None),
        _defaults("container_defaults", WANTED),
        _defaults("container_defaults_again", {"time": 300, "intvl": 30, "probes": 5}, after="container_defaults"),
        _defaults("container_defaults_absent", {"state": "absent"}, after="container_defaults_again"),
    )
}
