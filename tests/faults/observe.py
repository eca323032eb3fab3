# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a job with faults on a host of its own, and look at that host from outside before and after."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import json
import os
import re
import shutil
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.faults.bench import Bench, set_values, values
from ansible_collections.linux.tcp.tests.faults.endpoints import Endpoints
from ansible_collections.linux.tcp.tests.faults.engines import given_by_engines
from ansible_collections.linux.tcp.tests.faults.inside import Inside
from ansible_collections.linux.tcp.tests.faults.jobs import JOBS
from ansible_collections.linux.tcp.tests.faults.namespace_processes import Companion, NamespaceProcesses
from ansible_collections.linux.tcp.tests.faults.nodes import MEMORY_FILE, digest, look_at
from ansible_collections.linux.tcp.tests.faults.process import NOTES, beside_process_1, in_namespaces
from ansible_collections.linux.tcp.tests.faults.process import start as start_process
from ansible_collections.linux.tcp.tests.faults.programs import MODULES, run_module, run_store
from ansible_collections.linux.tcp.tests.faults.strace import attach, calls_in, parse_inject
from ansible_collections.linux.tcp.tests.faults.supervise import Supervisor, numbers_of, submit
from ansible_collections.linux.tcp.tests.unit.loading import load_module_utils

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Json, Values
    from ansible_collections.linux.tcp.tests.faults.endpoints import Options
    from ansible_collections.linux.tcp.tests.faults.jobs import Job
    from ansible_collections.linux.tcp.tests.faults.nodes import Nodes
    from ansible_collections.linux.tcp.tests.faults.process import Process
    from ansible_collections.linux.tcp.tests.faults.strace import Call, Inject

_USED = (
    *("keepalive", "keepalive_checkpoint", "keepalive_container_defaults", "keepalive_namespaces", "keepalive_restore"),
    "keepalive_sockets",
)
# What lives on the host of a module, and tells what it has.
_GUESTS: dict[str, type[Endpoints | NamespaceProcesses]] = {
    "keepalive_sockets": Endpoints,
    "keepalive_namespaces": NamespaceProcesses,
}

_A_DAY = 86_400
_HAPPENED = re.compile(r"\(INJECTED|^--- SIG|^\+\+\+ killed by", re.MULTILINE)


class Start(t.NamedTuple):
    """A job that can be run: the host as it is found, and all parameters."""

    job: Job
    nodes: Nodes
    values: Values
    params: Json


class State(t.NamedTuple):
    """All that a host has, and what the real loader makes of its files, or engines of theirs."""

    nodes: Nodes
    values: Values
    sockets: tuple[Options, ...]
    boot: Values
    namespaces: tuple[Values, ...] = ()


class Run(t.NamedTuple):
    """How a program ended: its wait status and what it printed, what strace traced, and the places for other faults.

    ``happened`` tells whether one of its faults did.
    """

    status: int
    out: str
    err: str
    trace: str = ""
    places: tuple[str, ...] = ()
    happened: bool = False

    @property
    def calls(self) -> list[Call]:
        """The traced calls."""
        return calls_in(self.trace)

    @property
    def result(self) -> Json | None:
        """The result that the program printed, None where that is no JSON."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


class Asked(t.NamedTuple):
    """What a run is to have: faults, a kind of places that are counted within Python, a trace of its calls."""

    faults: t.Sequence[str] = ()
    inside: str = ""
    is_traced: bool = False


class Observation(t.NamedTuple):
    """A run, the host before and after it, and after another run without faults."""

    run: Run
    before: State
    after: State
    then: Run
    finally_: State


class Laboratory:
    """Where one process runs jobs, one after the other. What a state leads to is remembered."""

    def __init__(self, folder: Path) -> None:
        """Prepare to run jobs. ``folder`` is an empty folder."""
        self._root, self._trace = folder / "root", folder / "trace"
        self._root.mkdir()
        self._booted: dict[str, Values] = {}
        self._then: dict[str, tuple[Run, State]] = {}
        self._starts: dict[str, Start] = {}
        for name in _USED:  # a host's root folder has no Python
            importlib.import_module(f"{MODULES}.{name}")
        for name in in_namespaces(_imported_by_a_module):
            importlib.import_module(name)
        load_module_utils()

    def start_of(self, name: str) -> Start:
        """Return a job with the host that it starts from."""
        if name not in self._starts:
            self._starts[name] = self._prepare(JOBS[name])
        return self._starts[name]

    def _prepare(self, job: Job) -> Start:
        if not job.after:
            return Start(job, job.nodes, job.values, job.params)
        earlier = self.start_of(job.after)
        left = self.observe(earlier).after
        if not job.restores:
            return Start(job, {**job.nodes, **left.nodes}, left.values, job.params)
        noted = self.observe(earlier._replace(job=_taking_checkpoint(earlier.job))).run.result
        assert noted, "a checkpoint can be taken"
        return Start(job, left.nodes, left.values, {"checkpoint": noted["checkpoint"]})

    def observe(
        self, start: Start, faults: t.Sequence[str] = (), *, inside: str = "", is_traced: bool = False
    ) -> Observation:
        """Run a job with these faults. ``inside`` is the kind of those within Python that are counted."""
        work = functools.partial(self._observe, start, Asked(faults, inside, is_traced))
        observation: Observation
        try:
            observation, booted, then = in_namespaces(work)
        finally:  # the mounts have ended with the namespaces
            shutil.rmtree(self._root)
            self._root.mkdir()
        self._booted.update(booted)
        self._then.update(then)
        return observation

    def _observe(self, start: Start, asked: Asked) -> tuple[t.Any, ...]:
        job = start.job
        loader = None if job.loader == "engines" else job.loader
        bench = Bench(self._root, loader or "systemd-sysctl", start.nodes, start.values)
        if job.tree and loader:
            bench.lend_programs(job.tree)
        return t.cast(
            "t.Tuple[t.Any, ...]",
            beside_process_1(bench.root, functools.partial(self._observe_on, bench, start, asked)),
        )

    def _observe_on(self, bench: Bench, start: Start, asked: Asked) -> tuple[t.Any, ...]:
        known = {*self._booted, *self._then}
        job = start.job
        guests = _GUESTS[job.module]() if job.module in _GUESTS else None
        if job.lowered:
            set_values(job.lowered)
        look = functools.partial(self._look, bench, job, guests)
        before = look()
        run = self._run(bench, start, guests, asked)
        after = look()
        key = digest(job.name, *after)
        if key not in self._then:
            then = self._run(bench, start, guests, later=_A_DAY)
            self._then[key] = then, look()
        observation = Observation(run, before, after, *self._then[key])
        return observation, _without(known, self._booted), _without(known, self._then)

    def _look(self, bench: Bench, job: Job, guests: Endpoints | NamespaceProcesses | None) -> State:
        nodes = look_at(bench.root)
        if MEMORY_FILE in nodes:
            nodes[MEMORY_FILE] = nodes[MEMORY_FILE]._replace(content=_remembered(nodes[MEMORY_FILE].content))
        key = digest(job.name, nodes)
        if job.loader == "engines":
            self._booted[key] = given_by_engines(f"{bench.root}{job.tree}")
        elif job.loader and key not in self._booted:
            self._booted[key] = bench.boot(job.loader, job.tree)
        sockets = tuple(guests.look()) if isinstance(guests, Endpoints) else ()
        namespaces = tuple(guests.look()) if isinstance(guests, NamespaceProcesses) else ()
        return State(nodes, values(), sockets, self._booted.get(key, ()), namespaces)

    def _run(
        self,
        bench: Bench,
        start: Start,
        guests: Endpoints | NamespaceProcesses | None,
        asked: Asked | None = None,
        *,
        later: int = 0,
    ) -> Run:
        asked = asked or Asked()
        within = [fault for fault in asked.faults if "=" in fault.partition(":")[0]]
        calls = [parse_inject(fault) for fault in asked.faults if fault not in within]

        def work() -> None:
            counter = Inside(within[0] if within else f"{asked.inside}=:0")
            if counter.kind:
                counter.begin()
            # the time of a change of an inode cannot be set, and by it a leftover is known to be old
            if later:
                now = time.time
                time.time = lambda: now() + later
            try:
                _run_job(start)
            finally:
                sys.settrace(None)
                os.write(NOTES, json.dumps(counter.places).encode())

        start_work = functools.partial(
            start_process, work, bench.root, **({"prepare": guests.close_copies} if guests else {})
        )
        # the module for sockets reads strace's process, too: only a run under strace has the same calls as another one
        if asked.is_traced or (calls and isinstance(guests, Endpoints)):
            run = self._traced(start_work, calls, with_threads=isinstance(guests, NamespaceProcesses))
        else:  # strace counts the calls of each thread by themselves
            run = _supervised(start_work, calls, has_companion=isinstance(guests, NamespaceProcesses))
        return run._replace(happened=run.happened or any(fault in run.places for fault in within))

    def _traced(self, start_work: t.Callable[..., Process], calls: t.Sequence[Inject], *, with_threads: bool) -> Run:
        process = start_work()
        tracer = attach(process.pid, self._trace, calls, with_threads=with_threads)
        process.release()
        process.wait()
        tracer.communicate()
        trace = self._trace.read_text(errors="replace")
        return _ended(process)._replace(trace=trace, happened=bool(_HAPPENED.search(trace)))


def _without(known: t.Container[str], found: dict[str, t.Any]) -> dict[str, t.Any]:
    return {key: value for key, value in found.items() if key not in known}


def _remembered(content: bytes) -> bytes:
    """Return what the module for namespaces remembers, without what differs from run to run.

    That are the numbers of the namespaces, and which values were there while the last run wrote.
    """
    try:
        found = json.loads(content)
        entries = sorted(str((one["before"], one["written"])) for one in found["namespaces"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return content
    return json.dumps({"boot": found["boot"], "namespaces": entries}).encode()


def _supervised(start_work: t.Callable[..., Process], calls: t.Sequence[Inject], *, has_companion: bool) -> Run:
    faults = numbers_of(calls)
    process = start_work(submit=functools.partial(submit, faults)) if faults else start_work()
    with Companion() if has_companion else contextlib.nullcontext():
        supervisor = Supervisor(process.pid, faults) if faults else None
        process.release()
        if supervisor:
            supervisor.run()
        process.wait()
    return _ended(process)._replace(happened=bool(supervisor and supervisor.injected))


def _ended(process: Process) -> Run:
    places = tuple(json.loads(process.text(0) or "[]"))
    return Run(process.status, process.text(1), process.text(2), places=places)


def _imported_by_a_module() -> list[str]:
    """Return what is imported where a module succeeds, and where it fails; neither changes the machine."""
    found: set[str] = set()

    def work(params: Json) -> None:
        try:
            run_module("keepalive", params)
        finally:
            os.write(NOTES, json.dumps(sorted(sys.modules)).encode())

    for params in ({}, {"time": 0}):
        process = start_process(functools.partial(work, params), Path("/"))
        process.release()
        process.wait()
        found.update(json.loads(process.text(0)))
    return sorted(found - {"__main__", "__mp_main__"})


def _taking_checkpoint(job: Job) -> Job:
    return dataclasses.replace(job, name=f"checkpoint of {job.name}", module="keepalive_checkpoint")


def _run_job(start: Start) -> None:
    if start.job.module == "store":
        run_store(start.params)
    run_module(start.job.module, start.params)
