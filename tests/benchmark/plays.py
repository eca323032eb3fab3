# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure plays over a fleet beside ssh, ansible.builtin.raw and ping, ansible.posix.sysctl, and pyinfra.

The hosts are light, see tests/fleet/fleet.py. What is measured is a whole command that asks all hosts: its own
start and that of the connections are in it, since each command opens its own. Rounds repeat all cases in turn,
each beginning with another one. A ratio is formed within a round, where the machine was equally busy for both.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import signal
import statistics
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.benchmark.plot import draw
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
from ansible_collections.linux.tcp.tests.fleet.fleet import Fleet, FleetError

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.benchmark.report import Command

    Play = t.Dict[str, t.Any]

PAGE_BEGIN = ".. The lines from here on are written by the benchmark.\n"
PAGE_END = ".. The lines written by the benchmark end here.\n"
COMMAND_SECONDS = 900.0

HOSTS, FORKS = 50, 20
SIZES = (10, 50, 100, 200)
SETTINGS: dict[str, dict[str, str]] = {
    "default": {},
    "pipelining": {"ANSIBLE_PIPELINING": "true"},
    # as with a control path that is too long, or ssh_args that lack Ansible's own
    "no shared connections": {"ANSIBLE_SSH_ARGS": "-C"},
}
OTHER_HOSTS, OTHER_OPERATIONS = (Path(__file__).with_name(f"pyinfra_{name}.py") for name in ("hosts", "operations"))
# What reaches the hosts, and nothing that changes what Ansible does by default.
CONFIG = """
[defaults]
forks = {forks}
host_key_checking = false
[ssh_connection]
ssh_common_args = -F none -o UserKnownHostsFile={folder}/known_hosts -o LogLevel=ERROR
"""

FILE = "/etc/sysctl.d/99-tcp-keepalive.conf"
WANTED = {"time": 600, "intvl": 60, "probes": 20}
KERNEL_DEFAULTS = {"time": 7200, "intvl": 75, "probes": 9}

START, SSH, RAW, PING, MODULE, RIGHT, APPLY, CHANGE, PYINFRA, LOOP = (
    "nothing at all",
    "ssh, reading the values",
    "raw, reading the values",
    "ansible.builtin.ping",
    "module, nothing to change",
    "role, nothing to change",
    "linux.tcp.apply, nothing to change",
    "role, all to change",
    "pyinfra server.sysctl x 3, nothing to change",
    "ansible.posix.sysctl x 3, nothing to change",
)
READ = "cat /proc/sys/net/ipv4/tcp_keepalive_*"
ROLE_VARIABLES = {f"keepalive_{key}": value for key, value in WANTED.items()}
ROLE: Play = {"roles": [{"role": "linux.tcp.keepalive", "vars": ROLE_VARIABLES}]}
PLAYS: dict[str, Play] = {
    START: {"tasks": []},
    RAW: {"tasks": [{"ansible.builtin.raw": READ, "changed_when": False}]},
    PING: {"tasks": [{"ansible.builtin.ping": {}}]},
    MODULE: {"tasks": [{"linux.tcp.keepalive": WANTED}]},
    RIGHT: ROLE,
    CHANGE: ROLE,
    LOOP: {
        "tasks": [
            {
                "ansible.posix.sysctl": {
                    "name": "net.ipv4.tcp_keepalive_{{ item.key }}",
                    "value": "{{ item.value }}",
                    "sysctl_file": FILE,
                },
                "loop": [{"key": key, "value": value} for key, value in WANTED.items()],
            }
        ]
    },
}
OF_ANSIBLE = (RAW, PING, MODULE, RIGHT, APPLY, CHANGE, LOOP)
# Ansible's settings do not concern ssh and pyinfra, which are measured once.
CASES = dict.fromkeys(SETTINGS, OF_ANSIBLE) | {"default": (SSH, *OF_ANSIBLE, PYINFRA)}


class Limit(t.NamedTuple):
    """The most that a case may take of another one's time."""

    case: str
    of: str
    most: float
    settings: t.Collection[str] = tuple(SETTINGS)


LIMITS = (
    Limit(MODULE, RAW, 1.1),
    Limit(APPLY, RAW, 1.15),
    Limit(RIGHT, PING, 0.35, ("default", "no shared connections")),
    Limit(RIGHT, PING, 0.7, ("pipelining",)),
    Limit(RIGHT, LOOP, 0.125),
    Limit(CHANGE, PING, 1.3),
)
NAMES = {RAW: "raw", PING: "ping", LOOP: "the loop"}
MOST_APART = 0.15


@dataclasses.dataclass(frozen=True)
class Measurement:
    """The seconds that a command took; those of one ``round`` were measured one after the other."""

    round: int
    setting: str
    hosts: int
    case: str
    seconds: float


class Bench:
    """A fleet on which plays are timed."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._commands = 0
        config = CONFIG.format(folder=fleet.folder, forks=FORKS)
        (fleet.folder / "benchmark.cfg").write_text(config, encoding="utf-8")
        for name, play in PLAYS.items():
            text = json.dumps([{"hosts": "all", "gather_facts": False, **play}])
            (fleet.folder / _file(name)).write_text(text, encoding="utf-8")
        (fleet.folder / "variables.json").write_text(json.dumps(ROLE_VARIABLES), encoding="utf-8")
        hosts = json.loads(fleet.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
        (fleet.folder / "addresses").write_text(
            "".join(f"{host['ansible_host']}\n" for host in hosts.values()), encoding="utf-8"
        )

    def seconds(self, setting: str, case: str) -> float:
        """Run a case's command on hosts in the state that it needs and return how long it took.

        :raises BenchmarkError: when it fails, or leaves a host otherwise than it should.
        """
        self._prepare(KERNEL_DEFAULTS if case == CHANGE else WANTED)
        self._commands += 1
        env = {
            "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH", ""),
            "ANSIBLE_CONFIG": str(self._fleet.folder / "benchmark.cfg"),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self._fleet.folder / f"cp{self._commands}"),
            **SETTINGS[setting],
        }
        command = self._command(case)
        began = time.perf_counter()
        run = self._fleet.run(*command, env=env, timeout=COMMAND_SECONDS)
        seconds = time.perf_counter() - began
        changed = run.output.count("changed=1 ")
        if run.status or changed != (len(self._fleet.hosts) if case == CHANGE else 0):
            raise BenchmarkError(f"{case}, {setting}: {changed} hosts changed, status {run.status}:\n{run.output}")
        if case != START:
            self._verify()
        return seconds

    def _command(self, case: str) -> list[str]:
        folder = self._fleet.folder
        if case == SSH:
            options = f"-F none -i {folder}/key -o UserKnownHostsFile={folder}/known_hosts -o LogLevel=ERROR".split()
            xargs = ["xargs", "--arg-file=addresses", f"--max-procs={FORKS}", "-I{}"]
            return [*xargs, "ssh", *options, "-o", "StrictHostKeyChecking=no", "root@{}", READ]
        if case == PYINFRA:
            values = {**WANTED, "path": FILE}
            data = [word for name, value in values.items() for word in ("--data", f"{name}={value}")]
            return [_program("pyinfra"), "-y", f"--parallel={FORKS}", *data, str(OTHER_HOSTS), str(OTHER_OPERATIONS)]
        play = ["linux.tcp.apply", "--extra-vars=@variables.json"] if case == APPLY else [_file(case)]
        return [_program("ansible-playbook"), *play]

    def _prepare(self, values: t.Mapping[str, int]) -> None:
        lines = "".join(f"net.ipv4.tcp_keepalive_{key}={value}\n" for key, value in values.items())
        for host in self._fleet.hosts.values():
            host.run("; ".join(f"echo {value} >/proc/sys/net/ipv4/tcp_keepalive_{k}" for k, value in values.items()))
            if values is WANTED:
                host.write(FILE, lines)
            else:
                host.run(f"rm -f {FILE}")

    def _verify(self) -> None:
        for name, host in self._fleet.hosts.items():
            text = (host.look().files[FILE].content or b"").decode().replace(" ", "")
            missing = [key for key, value in WANTED.items() if f"net.ipv4.tcp_keepalive_{key}={value}\n" not in text]
            if missing or host.values() != tuple(WANTED.values()):
                raise BenchmarkError(f"{name} has {host.values()} and lacks {missing} in {FILE}.")


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _file(name: str) -> str:
    return f"{''.join(character for character in name if character.isalpha())}.yml"


def measure_cases(rounds: int) -> t.Iterator[Measurement]:
    """Time all cases in all settings."""
    with Fleet(HOSTS, forks=FORKS) as fleet:
        bench = Bench(fleet)
        bench.seconds("default", CHANGE)  # the first run of all compiles what Ansible imports
        for number in range(rounds):
            for setting, cases in CASES.items():
                turn = number % len(cases)
                for case in cases[turn:] + cases[:turn]:
                    yield Measurement(number, setting, HOSTS, case, bench.seconds(setting, case))


def measure_sizes(rounds: int) -> t.Iterator[Measurement]:
    """Time the role where nothing is to change, on fleets of several sizes, and what Ansible takes without it."""
    for size in SIZES:
        with Fleet(size, forks=FORKS) as fleet:
            bench = Bench(fleet)
            for number in range(rounds):
                for case in (START, RIGHT):
                    yield Measurement(number, "default", size, case, bench.seconds("default", case))


def table_of_cases(measurements: t.Sequence[Measurement]) -> list[list[str]]:
    """Return the medians over the rounds, each beside raw and ping, and how the limits fared."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for one in measurements:
        found.setdefault((one.setting, one.case), {})[one.round] = one.seconds

    def ratio(setting: str, case: str, other: str) -> float:
        return statistics.median(
            seconds / found[setting, other][number] for number, seconds in found[setting, case].items()
        )

    lines = [["settings", "command", "seconds", "beside raw", "beside ping", "beside the loop", "expected"]]
    for (setting, case), seconds in found.items():
        limits = [limit for limit in LIMITS if limit.case == case and setting in limit.settings]
        lines.append(
            [
                *(setting, case, f"{statistics.median(seconds.values()):.1f} s"),
                *(f"{ratio(setting, case, other):.2f}" for other in (RAW, PING, LOOP)),
                ", ".join(
                    f"at most {limit.most} of {NAMES[limit.of]}:{mark(ratio(setting, case, limit.of) <= limit.most)}"
                    for limit in limits
                ),
            ]
        )
    return lines


def per_host(measurements: t.Sequence[Measurement]) -> dict[int, float]:
    """Return the milliseconds that the role takes for each host, by the size of the fleet."""
    found: dict[tuple[int, str], list[float]] = {}
    for one in measurements:
        found.setdefault((one.hosts, one.case), []).append(one.seconds)
    return {
        size: 1000 * (statistics.median(found[size, RIGHT]) - statistics.median(found[size, START])) / size
        for size in SIZES
    }


def table_of_sizes(measurements: t.Sequence[Measurement]) -> list[list[str]]:
    """Return what a host costs in fleets of several sizes, and whether that stays level."""
    costs = per_host(measurements)
    lines = [["hosts", "whole command", "a host", f"beside {SIZES[0]} hosts", "expected"]]
    for size, cost in costs.items():
        whole = statistics.median(one.seconds for one in measurements if (one.hosts, one.case) == (size, RIGHT))
        apart = cost / costs[SIZES[0]]
        level = f"within {MOST_APART:.0%}:{mark(abs(apart - 1) <= MOST_APART)}" if size != SIZES[0] else ""
        lines.append([str(size), f"{whole:.1f} s", f"{cost:.0f} ms", f"{apart:.2f}", level])
    return lines


def versions() -> str:
    """Return in words what was measured."""
    galaxy: Command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "list", "--format", "json"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = {
        name: about["version"]
        for folder in json.loads(output_of(galaxy, env=env)).values()
        for name, about in folder.items()
        if name in ("ansible.posix", "linux.tcp")
    }
    collections = ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
    programs = " and ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "pyinfra"))
    return (
        f"{programs} on Python {platform.python_version()}, "
        f"{output_of([TARGET_PYTHON, '--version'])} on the hosts, {collections}"
    )


def main() -> None:
    """Measure and report; the tables tell about the expectations, the exit status does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default: %(default)s)")
    parser.add_argument("--write-page", action="store_true", help="write tables and plot to the documentation, too")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, exit_on_signal)
    measured: list[list[Measurement]] = []
    try:
        for measure in (measure_cases, measure_sizes):
            measured.append([])
            for one in measure(arguments.rounds):
                print(f"{one.setting}, {one.hosts} hosts: {one.case}: {one.seconds:.1f} s", flush=True)
                measured[-1].append(one)
        cases, sizes = measured
        tables = [table_of_cases(cases), table_of_sizes(sizes)]
        about = f"{conditions(arguments.rounds)}; {versions()}; {HOSTS} hosts where no number is given, forks={FORKS}."
        print("", *map(as_text, tables), about, sep="\n\n")
        if arguments.write_page:
            update_page("\n\n".join([about, *map(as_rst, tables)]), begin=PAGE_BEGIN, end=PAGE_END)
            seconds = {
                (setting, case): statistics.median(
                    one.seconds for one in cases if (one.setting, one.case) == (setting, case)
                )
                for setting in CASES
                for case in CASES[setting]
            }
            draw(seconds, per_host(sizes), hosts=HOSTS)
            print(f"The tables are in {PAGE} now.")
    except (BenchmarkError, FleetError) as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
