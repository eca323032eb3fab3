# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure linux.tcp.keepalive beside ansible.builtin.ping and a loop of ansible.posix.sysctl.

The hosts are light: an sshd each, in a network namespace with sysctls of its own and a mount
namespace with an /etc/sysctl.d of its own. They, the network between them and the controller
live in namespaces that end with this program, however it ends; nothing of the machine changes.

All cases of one setting are tasks of one play, so that they meet the machine in the same mood,
and rounds repeat all settings in turn. What is measured is a task's own time, from its start
until its last host has answered: what the task adds to a play. Starting Ansible and opening the
connections are not part of it; building the module's payload is.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib.metadata
import itertools
import json
import os
import platform
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.benchmark.report import (
    PAGE,
    TARGET_PYTHON,
    BenchmarkError,
    as_rst,
    as_text,
    conditions,
    exit_on_signal,
    mark,
    output_of,
    update_page,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.benchmark.report import Command

HERE = Path(__file__).resolve().parent
PAGE_BEGIN = ".. The lines from here on are written by the benchmark.\n"
PAGE_END = ".. The lines written by the benchmark end here.\n"

TOOLS = ("unshare", "nsenter", "mount", "ip", "ssh", "ssh-keygen", "sshd", "sysctl")
GRACE_SECONDS = 60.0  # beyond the time for the rounds, before the run is cut off
START_SECONDS = 30.0

FLEETS = {1: 2, 5: 1}  # sizes, each with how often all is measured in a round: what is short is easily disturbed
SETTINGS = {"default": {}, "pipelining": {"ANSIBLE_PIPELINING": "true"}}

FILE = "/etc/sysctl.d/99-tcp-keepalive.conf"
WANTED = {"time": 600, "intvl": 60, "probes": 20}
KERNEL_DEFAULTS = {"time": 7200, "intvl": 75, "probes": 9}
NOTHING, ALL = "nothing to change", "all to change"
# A run packs a module for the hosts once; later hosts, items and tasks find it packed. Each with the task's tags.
PAYLOADS = {"to pack": ["forget"], "packed": []}

MOST_OF_PING = 1.25
LEAST_OF_LOOP = 2.0

# What a host is: sshd, systemd by its mark, and folders of its own where anything is written. Its home folder is
# empty, so that nobody's shell settings are run, which cost more than the modules.
HOST = """
ip link set lo up
for folder in /etc/sysctl.d /run /var/log ~root; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/sshd /run/systemd/system
echo ready
exec "$(command -v sshd)" -D -e -f "$1"
"""
SSHD = """
AuthorizedKeysFile {folder}/key.pub
HostKey {folder}/host_key
LogLevel ERROR
PermitRootLogin prohibit-password
PidFile none
StrictModes no
Subsystem sftp internal-sftp
UseDNS no
UsePAM no
"""


@dataclasses.dataclass(frozen=True)
class Case:
    """A task to measure, and the state to which the hosts are brought before it."""

    name: str
    state: str
    task: dict[str, t.Any]

    def tasks(self) -> list[dict[str, t.Any]]:
        """Return the task for each of :data:`PAYLOADS`, amid what prepares the hosts and what proves that it worked."""
        return [
            task
            for payload, tags in PAYLOADS.items()
            for task in (
                raw("Prepare", prepare(self.state)),
                {"name": title(self.name, self.state, payload), **self.task, "tags": tags},
                raw("Look at the kernel and the file", verify()),
            )
        ]


def title(name: str, state: str, payload: str) -> str:
    """Return a task's name in the play."""
    return f"{name}, {state}, {payload}"


@dataclasses.dataclass(frozen=True)
class Measurement:
    """The seconds and the CPU time a case took; those with the same ``number`` were measured in one go."""

    number: int
    setting: str
    hosts: int
    case: str
    seconds: float
    cpu: float


def raw(name: str, script: str) -> dict[str, t.Any]:
    """Return a task that runs a shell script without any module."""
    return {"name": name, "ansible.builtin.raw": script}


def path_of(key: str) -> str:
    """Return where the kernel keeps a key."""
    return f"/proc/sys/net/ipv4/tcp_keepalive_{key}"


def prepare(state: str) -> str:
    """Return the script that brings a host to a state."""
    values = WANTED if state == NOTHING else KERNEL_DEFAULTS
    script = ["set -e", *(f"echo {value} >{path_of(key)}" for key, value in values.items()), f"rm -f {FILE}"]
    if state == NOTHING:
        lines = "".join(f"net.ipv4.tcp_keepalive_{key}={value}\\n" for key, value in values.items())
        script.append(f"printf {shlex.quote(lines)} >{FILE}")
    return "; ".join(script)


def verify() -> str:
    """Return the script that fails unless kernel and file have the wanted values."""
    checks = []
    for key, value in WANTED.items():
        checks.append(f'test "$(cat {path_of(key)})" = {value}')
        checks.append(f"grep -Eqx 'net.ipv4.tcp_keepalive_{key} ?= ?{value}' {FILE}")
    return " && ".join(checks)


PING, KEEPALIVE, LOOP = "ping", "keepalive", "3 x sysctl"
CASES = (
    Case(PING, NOTHING, {"ansible.builtin.ping": {}}),
    *(Case(KEEPALIVE, state, {"linux.tcp.keepalive": WANTED}) for state in (NOTHING, ALL)),
    *(
        Case(
            LOOP,
            state,
            {
                "ansible.posix.sysctl": {
                    "name": "net.ipv4.tcp_keepalive_{{ item.key }}",
                    "value": "{{ item.value }}",
                    "sysctl_file": FILE,
                },
                "loop": [{"key": key, "value": value} for key, value in WANTED.items()],
            },
        )
        for state in (NOTHING, ALL)
    ),
)


# The hosts and the plays, inside the namespaces


class Fleet:
    """Hosts reached by ssh, each in namespaces of its own, on one bridge.

    All files are below ``folder``; the caller ends the hosts by ending this process's namespaces.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._addresses = {f"host{number}": f"10.0.0.{number}" for number in range(1, size + 1)}

    def start(self) -> None:
        """Start the hosts and wait until each answers.

        :raises BenchmarkError: when one does not.
        """
        # Should anything ever run here instead of on a host, then not with the machine's own files.
        run(["mount", "-t", "tmpfs", "tmpfs", "/etc/sysctl.d"])
        for name in ("key", "host_key"):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._folder / name])
        config = self._folder / "sshd_config"
        config.write_text(SSHD.format(folder=self._folder), encoding="utf-8")
        run(["ip", "link", "set", "lo", "up"])
        run(["ip", "link", "add", "fleet", "type", "bridge"])
        run(["ip", "address", "add", "10.0.0.254/24", "dev", "fleet"])
        run(["ip", "link", "set", "fleet", "up"])
        for name, address in self._addresses.items():
            self._start_host(name, address, config)
        deadline = time.monotonic() + START_SECONDS
        for name, address in self._addresses.items():
            self._wait_for(name, address, deadline)
        inventory = {"all": {"hosts": {name: self._variables(address) for name, address in self._addresses.items()}}}
        self.inventory.write_text(json.dumps(inventory), encoding="utf-8")

    @property
    def inventory(self) -> Path:
        """The hosts, as Ansible reads them."""
        return self._folder / "inventory.yml"

    def _start_host(self, name: str, address: str, config: Path) -> None:
        with self._log(name).open("wb") as log:
            process = subprocess.Popen(
                ["unshare", "--net", "--mount", "sh", "-euc", HOST, "sh", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise self._failure(name)
        run(["ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(process.pid)])
        run(["ip", "link", "set", name, "master", "fleet", "up"])
        inside = ["nsenter", "--net", "--target", str(process.pid)]
        run([*inside, "ip", "address", "add", f"{address}/24", "dev", "eth0"])
        run([*inside, "ip", "link", "set", "eth0", "up"])

    def _wait_for(self, name: str, address: str, deadline: float) -> None:
        while True:
            with contextlib.suppress(OSError), socket.create_connection((address, 22), timeout=1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
            if time.monotonic() > deadline:
                raise self._failure(name)
            time.sleep(0.05)

    def _variables(self, address: str) -> dict[str, str]:
        return {
            "ansible_host": address,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self._folder / "key"),
            "ansible_python_interpreter": TARGET_PYTHON,
        }

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _failure(self, name: str) -> BenchmarkError:
        log = self._log(name).read_text(encoding="utf-8", errors="replace")
        return BenchmarkError(f"{name} did not start within {START_SECONDS:.0f} seconds: {log.strip()}")


def run(command: Command, *, env: t.Mapping[str, str] | None = None) -> None:
    """Run a command silently.

    :raises BenchmarkError: with its output when it fails.
    """
    done = subprocess.run(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        output = done.stdout.decode("utf-8", "replace")
        raise BenchmarkError(f"{' '.join(map(str, command))} failed ({done.returncode}):\n{output}")


def ansible_env(folder: Path) -> dict[str, str]:
    """Return the environment in which Ansible has its default settings and leaves no files outside ``folder``."""
    (folder / "ansible.cfg").touch()
    kept = {name: value for name, value in without_python_path().items() if not name.startswith("ANSIBLE_")}
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH", ""),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_SSH_COMMON_ARGS": f"-F none -o UserKnownHostsFile={folder}/known_hosts",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
    }


def without_python_path() -> dict[str, str]:
    """Return the environment in which Ansible finds the installed collection only, not the one it is made of."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def play(folder: Path, fleet: Fleet, cases: t.Sequence[Case], *, setting: str, hosts: int) -> list[dict[str, t.Any]]:
    """Run one play and return what the stopwatch noted for each of the cases, in their order.

    :raises BenchmarkError: when a task fails, or says `changed` where nothing was to change, or not where all was.
    """
    tasks = [task for case in cases for task in case.tasks()]
    playbook = folder / "playbook.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    notes = folder / "stopwatch.json"
    notes.unlink(missing_ok=True)
    limit = ",".join(f"host{number}" for number in range(1, hosts + 1))
    run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            *("--inventory", fleet.inventory, "--limit", limit, playbook),
        ],
        env={**ansible_env(folder), **SETTINGS[setting], "STOPWATCH": str(notes)},
    )
    expected = {
        title(case.name, case.state, payload): hosts if case.state == ALL else 0
        for case in cases
        for payload in PAYLOADS
    }
    found = [
        note for note in map(json.loads, notes.read_text(encoding="utf-8").splitlines()) if note["task"] in expected
    ]
    for note in found:
        if (note["hosts"], note["changed"]) != (hosts, expected[note["task"]]):
            raise BenchmarkError(f"{expected[note['task']]} of {hosts} hosts were to change: {note}")
    return found


def rotated(turn: int) -> tuple[Case, ...]:
    """Return all cases, beginning with another one at each turn, so that none always comes first."""
    first = turn % len(CASES)
    return CASES[first:] + CASES[:first]


def measure_round(folder: Path, fleet: Fleet, number: int) -> t.Iterator[Measurement]:
    """Measure everything once, or as often as :data:`FLEETS` says."""
    for setting in SETTINGS:
        for hosts, times in FLEETS.items():
            turns = range(number * times, (number + 1) * times)
            cases = [case for turn in turns for case in rotated(turn)]
            for index, note in enumerate(play(folder, fleet, cases, setting=setting, hosts=hosts)):
                turn = turns[index // (len(CASES) * len(PAYLOADS))]
                yield Measurement(turn, setting, hosts, note["task"], note["seconds"], note["cpu"])


def measure(folder: Path, *, rounds: int, until: float) -> None:
    """Measure rounds until there are enough or time is up, and write each whole round to ``folder``."""
    fleet = Fleet(folder, max(FLEETS))
    fleet.start()
    # The first run of all compiles what Ansible imports.
    play(folder, fleet, CASES, setting="default", hosts=max(FLEETS))
    longest = 0.0
    for number in range(rounds):
        began = time.monotonic()
        if number and began + longest > until:
            print(f"Time is up after {number} of {rounds} rounds.", flush=True)
            return
        found = [dataclasses.asdict(measurement) for measurement in measure_round(folder, fleet, number)]
        (folder / f"round-{number:03}.json").write_text(json.dumps(found), encoding="utf-8")
        seconds = time.monotonic() - began
        longest = max(longest, seconds)
        print(f"Round {number + 1} took {seconds:.0f} s, at a load of {os.getloadavg()[0]:.1f}.", flush=True)


# The report, outside


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: medians over the rounds, of seconds and of the ratios within a round."""

    setting: str
    hosts: int
    state: str
    payload: str
    ping: float
    keepalive: float
    loop: float
    of_ping: float
    of_loop: float
    cpu_of_ping: float
    cpu_of_loop: float

    def cells(self) -> list[str]:
        """Return the line as text, in the order of :data:`HEADINGS`."""
        return [
            self.setting,
            str(self.hosts),
            self.state,
            self.payload,
            *(f"{seconds:.2f} s" for seconds in (self.ping, self.keepalive, self.loop)),
            self._beside_ping(self.of_ping),
            self._beside_loop(self.of_loop),
            self._beside_ping(self.cpu_of_ping),
            self._beside_loop(self.cpu_of_loop),
        ]

    def _beside_ping(self, ratio: float) -> str:
        """Return the ratio and how the expectation fared; there is none where there is work to do."""
        return f"{ratio:.2f}{mark(ratio <= MOST_OF_PING) if self.state == NOTHING else ''}"

    def _beside_loop(self, ratio: float) -> str:
        return f"{ratio:.1f}{mark(ratio >= LEAST_OF_LOOP)}"


HEADINGS = [
    *("settings", "hosts", "state", "module", "ping", "keepalive", "3 x sysctl"),
    *("keepalive / ping", "sysctl / keepalive", "CPU: keepalive / ping", "CPU: sysctl / keepalive"),
]


def median_ratio(ones: t.Iterable[float], others: t.Iterable[float]) -> float:
    """Return the median of the ratios of what was measured in one go, and so met the same load."""
    return statistics.median(one / other for one, other in zip(ones, others))


def summarize(measurements: list[Measurement]) -> list[Row]:
    """Return the table's lines."""
    series: dict[tuple[str, int, str], list[Measurement]] = {}
    for m in sorted(measurements, key=lambda m: m.number):
        series.setdefault((m.setting, m.hosts, m.case), []).append(m)
    rows = []
    for setting, hosts, state, payload in itertools.product(SETTINGS, FLEETS, (NOTHING, ALL), PAYLOADS):
        titles = (title(PING, NOTHING, payload), title(KEEPALIVE, state, payload), title(LOOP, state, payload))
        found = [series[setting, hosts, name] for name in titles]
        ping, keepalive, loop = ([m.seconds for m in one] for one in found)
        ping_cpu, keepalive_cpu, loop_cpu = ([m.cpu for m in one] for one in found)
        rows.append(
            Row(
                setting=setting,
                hosts=hosts,
                state=state,
                payload=payload,
                ping=statistics.median(ping),
                keepalive=statistics.median(keepalive),
                loop=statistics.median(loop),
                of_ping=median_ratio(keepalive, ping),
                of_loop=median_ratio(loop, keepalive),
                cpu_of_ping=median_ratio(keepalive_cpu, ping_cpu),
                cpu_of_loop=median_ratio(loop_cpu, keepalive_cpu),
            )
        )
    return rows


def versions() -> str:
    """Return in words what was measured."""
    galaxy: Command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "list", "--format", "json"]
    found = {
        name: about["version"]
        for folder in json.loads(output_of(galaxy, env=without_python_path())).values()
        for name, about in folder.items()
        if name in ("ansible.posix", "linux.tcp")
    }
    collections = ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
    return (
        f"ansible-core {importlib.metadata.version('ansible-core')} on Python {platform.python_version()}, "
        f"{output_of([TARGET_PYTHON, '--version'])} on the hosts, {collections}"
    )


def require_tools() -> None:
    """Check that all programs are there.

    :raises BenchmarkError: naming those that are not.
    """
    if os.geteuid() != 0:
        raise BenchmarkError("Making namespaces needs root: run this as root.")
    missing = [tool for tool in (*TOOLS, TARGET_PYTHON) if not shutil.which(tool)]
    if missing:
        raise BenchmarkError(
            f"Missing: {', '.join(missing)}. On Debian and Ubuntu these are in util-linux, iproute2, procps, python3, "
            f"openssh-client and openssh-server. The sshd of the system need not run."
        )


def measure_in_namespaces(folder: Path, *, rounds: int, seconds: float) -> list[Measurement]:
    """Run this file in namespaces of its own and return what it measured.

    Whatever happens, all processes in there end with the first one.
    """
    process = subprocess.Popen(
        [
            *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
            *(sys.executable, __file__, f"--rounds={rounds}", f"--seconds={seconds}", f"--inside={folder}"),
        ]
    )
    try:
        status = process.wait(timeout=seconds + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"Cut off after {seconds + GRACE_SECONDS:.0f} seconds.", file=sys.stderr)
        status = 0
    finally:
        process.kill()
        process.wait()
    measurements = [
        Measurement(**item)
        for file in sorted(folder.glob("round-*.json"))
        for item in json.loads(file.read_text(encoding="utf-8"))
    ]
    if status or not measurements:
        raise BenchmarkError("Not one round was measured." if not status else "The measurement failed, see above.")
    return measurements


def main() -> None:
    """Measure and report; the table tells about the expectations, the exit status does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="how often everything is measured (default: %(default)s)")
    parser.add_argument(
        "--seconds",
        type=float,
        default=270,
        help="start no round that would end later than this (default: %(default)s)",
    )
    parser.add_argument("--write-page", action="store_true", help="write the table to the documentation's page, too")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, exit_on_signal)
    try:
        if arguments.inside:
            measure(arguments.inside, rounds=arguments.rounds, until=time.monotonic() + arguments.seconds)
            return
        require_tools()
        # Not below root's home folder, which the hosts have replaced.
        with tempfile.TemporaryDirectory(prefix="linux-tcp-benchmark-", dir="/tmp") as folder:
            measurements = measure_in_namespaces(Path(folder), rounds=arguments.rounds, seconds=arguments.seconds)
        table = [HEADINGS, *(row.cells() for row in summarize(measurements))]
        about = f"{conditions(max(m.number // FLEETS[m.hosts] for m in measurements) + 1)}; {versions()}."
        print(f"\n{as_text(table)}\n\n{about}")
        if arguments.write_page:
            update_page(f"{about}\n\n{as_rst(table)}", begin=PAGE_BEGIN, end=PAGE_END)
            print(f"The table is in {PAGE} now.")
    except BenchmarkError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    main()
