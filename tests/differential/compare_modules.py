# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the results that the controller computes from a probe with the results of the modules on the host.

Both use the same random trees, each laid over the root folder of a real system. If the controller
has a doubt there is nothing to compare, because then it sends the module.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import pprint
import random
import subprocess
import sys
import tempfile
import typing as t
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Outcome
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview, take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_info_result, build_result
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.parse import parse_probe
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.script import PROBE_SCRIPT
from ansible_collections.linux.tcp.tests.differential.compare_loaders import fill
from ansible_collections.linux.tcp.tests.differential.layouts import fitted
from ansible_collections.linux.tcp.tests.differential.loaders import Bench, real_loaders
from ansible_collections.linux.tcp.tests.differential.trees import random_tree
from ansible_collections.linux.tcp.tests.unit.loading import load_module_utils

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

    Tree = t.Dict[str, t.Any]
    Results = t.Dict[str, t.Any]

LOADERS: tuple[t.Literal["auto", "systemd-sysctl", "procps"], ...] = ("auto", "systemd-sysctl", "procps")
DESIRED_STATES: tuple[dict[str, t.Any], ...] = (
    {},
    {"time": 7200},
    {"time": 60, "probes": 200, "overrides": "ignore"},
    {"state": "absent"},
)
# Other files that a host may have beside a tree, with their probability.
BESIDE: tuple[tuple[float, Tree], ...] = (
    (0.7, {"/run/systemd/system/x": b""}),
    (0.1, {"/etc/rc.local": b"#!/bin/sh\nsysctl -w net.ipv4.tcp_keepalive_time=61\n"}),
    (0.1, {"/etc/cron.d/x": b"@reboot root /opt/x.sh\n", "/opt/x.sh": b"#!/bin/sh\nsysctl -p /etc/x.conf\n"}),
    (0.1, {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n"}),
    (0.1, {"/etc/ufw/sysctl.conf": b"net/ipv4/tcp_keepalive_intvl=9\n"}),
    (0.1, {"/etc/systemd/system/systemd-sysctl.service.d/x.conf": b"[Service]\nExecStartPost=/bin/true\n"}),
    (0.05, {"/etc/systemd/system/systemd-sysctl.service": "/dev/null"}),
    (0.05, {"/etc/sysctl.d/zz-large.conf": b"# remark\n" * 600_000 + b"net.ipv4.tcp_keepalive_time=60\n"}),
    (
        0.05,
        {
            "/etc/cron.d/nul": b"@reboot root /opt/y.sh\n\0\n",
            "/opt/y.sh": b"#!/bin/sh\nsysctl -w net.ipv4.tcp_keepalive_time=61\n",
        },
    ),
    (0.05, {"/etc/tmpfiles.d/gpu@0000:01:00.conf": b"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 61\n"}),
    (
        0.05,
        {
            "/etc/tuned/active_profile": b"own\n",
            "/etc/tuned/own/tuned.conf": b"[sysctl]\nnet.ipv4.tcp_keepalive_time=5\n",
        },
    ),
    (0.02, {"/etc/wsl.conf": b"[boot]\ncommand = sysctl -w net.ipv4.tcp_keepalive_time=61\n"}),
    (0.02, {"/etc/sysconfig/saptune": b'NOTE_APPLY_ORDER="1410736"\n'}),
    (0.02, {"/etc/profile.d/x.sh": b"sudo \\\n sysctl -w \\\n  net.ipv4.tcp_keepalive_time=61\n"}),
    (0.02, {"/etc/profile.d/y.sh": b"echo 'sysctl -w net.ipv4.tcp_keepalive_time=61'\n"}),
    (
        0.02,
        {
            "/etc/profile.d/z.sh": b"conf=/opt/z.conf\nsysctl -p $conf\n",
            "/opt/z.conf": b"net.ipv4.tcp_keepalive_time=9\n",
        },
    ),
    (0.02, {"/etc/cron.d/a": b"@daily root echo net.ipv4.tcp_keepalive_time=61 >> /etc/sysctl.conf\n"}),
    (0.02, {"/etc/cron.d/b": b"@daily root docker service update --sysctl-add net.ipv4.tcp_keepalive_time=61 web\n"}),
    (
        0.02,
        {
            "/etc/systemd/system/a.service": b"[Service]\nPrivateNetwork=yes\n"
            b"ExecStart=sysctl -w net.ipv4.tcp_keepalive_time=6\n"
        },
    ),
)


def module_results(probed: ProbedHost | None) -> Results:
    """Return the results of both modules for a probed host, or for the host of this process."""
    found: Results = {}
    host = probed or LocalHost()
    for loader in LOADERS:
        with contextlib.suppress(InconclusiveProbeError):
            snapshot = take_snapshot(host, loader=loader)
            if probed:
                probed.require_certain(snapshot)
            found[f"keepalive_info, {loader}"] = build_info_result(snapshot)
    for want in DESIRED_STATES:
        params = {name: option.get("default") for name, option in KEEPALIVE.items()} | want
        try:
            desired = DesiredState.from_params(params)
            change = preview(host, desired)
            if probed:
                probed.require_certain(change.before)
            if not probed or change.is_empty:
                found[f"keepalive, {want}"] = build_result(Outcome(change, change.after), desired, diff=True)
        except KeepaliveError as exc:
            if not probed:
                found[f"keepalive, {want}"] = str(exc)
    return t.cast("Results", json.loads(json.dumps(found)))


def results_on_host(system: Path) -> Results:
    """Return the results of the modules on a system, in a process with the root folder of the system.

    It is process 1 of its PID namespace, because a process with another root folder than process 1 is in a chroot.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            _bench.unshare_pids()
            process_1 = os.fork()
            if process_1 == 0:
                _bench.mount_proc(system)
                Path("/proc/self/comm").write_text("sh")  # as the process that runs the probe
                os.chroot(system)
                os.chdir("/")
                with os.fdopen(writing, "w") as pipe:
                    json.dump(module_results(None), pipe)
            else:
                os.waitpid(process_1, 0)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        output = pipe.read()
    os.waitpid(child, 0)
    return t.cast("Results", json.loads(output))


def results_from_probe(system: Path) -> Results:
    """Return the results that the controller computes from a probe of the system, without those in doubt."""
    command = [*_bench.as_process_1(system), "/bin/sh", "-c", PROBE_SCRIPT]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    try:
        return module_results(parse_probe(done.stdout.decode()))
    except InconclusiveProbeError:
        return {}


_bench: Bench
_systems: dict[Path, bool]


def _begin(roots: Path, folder: Path) -> None:
    """Create the bench of a worker process."""
    global _bench, _systems  # noqa: PLW0603 -- what multiprocessing's initializer makes has no other place
    _systems = {loader.root: loader.has_merged_usr for loader in real_loaders(roots)}
    _bench = Bench(Path(tempfile.mkdtemp(dir=folder)))
    load_module_utils()  # a system has no Python


def _try(seed: int) -> tuple[collections.Counter[str], str]:
    """Compare all results on the tree of a seed. Return the counts and a report of the differences."""
    chance = random.Random(seed)
    tree = dict(random_tree(chance))
    for likelihood, beside in BESIDE:
        tree.update(beside if chance.random() < likelihood else {})
    compared: collections.Counter[str] = collections.Counter()
    report = ""
    for root, has_merged_usr in _systems.items():
        fill(_bench.tree, fitted(tree, has_merged_usr=has_merged_usr))
        with _bench.system_of(root) as system:
            probed, on_host = results_from_probe(system), results_on_host(system)
        compared.update({"hosts": 1, "hosts without doubt": bool(probed), "results": len(probed)})
        wrong = {name: (result, on_host.get(name)) for name, result in probed.items() if result != on_host.get(name)}
        if wrong:
            compared["hosts with differences"] += 1
            report += f"{root.name}, seed {seed}:\n{pprint.pformat(wrong)}\n{pprint.pformat(tree)}\n"
    return compared, report


def main() -> int:
    """Return 1 if any result differs, or if fewer than a tenth of the hosts are compared."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("roots", type=Path, help="a folder with the root folder of each system")
    parser.add_argument("--trees", type=int, default=40, help="how many for each system (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first tree; the next have the next (default: 1)")
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.trees)
    compared: collections.Counter[str] = collections.Counter({"hosts with differences": 0})
    with tempfile.TemporaryDirectory(prefix="linux-tcp-differential-") as folder, ProcessPoolExecutor(
        initializer=_begin, initargs=(arguments.roots, Path(folder))
    ) as pool:
        for counted, report in tqdm(pool.map(_try, seeds), total=len(seeds), unit="tree", mininterval=1):
            compared.update(counted)
            if report:
                tqdm.write(report, sys.stdout)
    print(", ".join(f"{number} {what}" for what, number in compared.items()))
    few = compared["hosts without doubt"] < compared["hosts"] / 10
    return 1 if compared["hosts with differences"] or few else 0


if __name__ == "__main__":
    sys.exit(main())
