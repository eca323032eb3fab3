# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run what `make quick`, `make test` or `make test-all` promises, step by step, and sum it up.

First come the steps that all others need; if one fails, nothing else runs. Then lanes of steps run
side by side, because containers wait more than they compute. There, a failed step does not stop the
later ones. The lane that takes longest comes first, and the others leave it the processor. Each line of
output begins with the name of its step. The summary says what was skipped,
and its last line is always `N passed, N failed`, counted in steps.

`make test-all` runs the same steps and more, with TEST_ALL=1: each step then runs everything it has.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import os
import re
import subprocess
import sys
import threading
import time


@dataclasses.dataclass(frozen=True)
class Step:
    """A target of the Makefile, what it is called, and what `make test-all` adds to it."""

    target: str
    title: str
    adds: str = ""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The steps that come first, and those that run in lanes side by side."""

    first: tuple[Step, ...]
    lanes: tuple[tuple[Step, ...], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps."""
        return (*self.first, *(step for lane in self.lanes for step in lane))


@dataclasses.dataclass(frozen=True)
class Result:
    """How a step ended, how many seconds it took, and what it skipped."""

    step: Step
    passed: bool
    seconds: float
    skipped: list[str]

    @property
    def row(self) -> str:
        """Its line of the summary."""
        return f"{self.step.title:<42} {'passed' if self.passed else 'FAILED'} {duration(self.seconds):>7}"


TARGET_PYTHON = os.environ.get("TARGET_PYTHON") or f"{sys.version_info.major}.{sys.version_info.minor}"
RUNNER = Step("runner", "Test runner")
STYLE = Step("style", "Formatting and style")
TYPES = Step("types", "Types")
BROWSER = Step("browser", "The audit's report in a browser")
EDA = Step("eda", "Rulebook of Event-Driven Ansible")
FAULTS = Step("faults", "Faults in system calls", "all 30,000 cases")
UNITS_IN_IMAGE = Step("units-in-image", "Unit tests on Debian testing's Python")
TEST = Plan(
    first=(
        RUNNER,
        Step("install", "Artifact of the collection"),
        Step("collections", "Collections that the tests use"),
        Step("packages", "System packages"),
    ),
    lanes=(
        (
            Step("molecule", "Molecule scenarios", "every host, all container engines, 30 difficult trees on each"),
            Step("cores", "Other releases of ansible-core", "every release, on every host"),
        ),
        (
            STYLE,
            TYPES,
            Step(
                "units",
                "Unit tests with coverage",
                "every Python, complete, 200 stress runs, longer searches",
            ),
            Step("lint", "Lint of playbooks, changelog and artifact"),
            Step("importer", "Import of the artifact as on Galaxy"),
            Step("docs-lint", "Documentation lint"),
            Step("docs", "Documentation build"),
        ),
        (
            Step("sanity", "ansible-test sanity"),
            Step("fleet", "Light hosts behind SSH", "50 hosts, engines"),
            Step("differential", "Predicted boots beside the loaders", "2,000 trees"),
            Step("examples", "Examples for containers"),
            FAULTS,
        ),
    ),
)
PLANS = {
    "quick": Plan(
        first=(RUNNER,), lanes=((Step("units-own", f"Unit tests on Python {TARGET_PYTHON}"),), (STYLE, TYPES))
    ),
    "test": TEST,
    # All cases of faults take as long as all else in their lane, so they go where there is less to wait for.
    "test-all": dataclasses.replace(
        TEST,
        lanes=((*TEST.lanes[0], FAULTS), (*TEST.lanes[1], BROWSER), (*TEST.lanes[2][:-1], EDA, UNITS_IN_IMAGE)),
    ),
}
# Of each lane, in their order.
NICENESS = (0, 5, 10)
INTERRUPTED = threading.Event()
# What nox and pytest print of a session or a test that did not run.
SKIPPED = re.compile(r"Session (\S+ skipped: .*)|SKIPPED (\[\d+\] .*)")


def duration(seconds: float) -> str:
    """Return seconds as minutes and seconds, `m:ss`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run_step(step: Step, *, niceness: int = 0) -> Result:
    """Run one target of the Makefile."""
    start = time.monotonic()
    skipped = []
    print(f"=== {step.title} (make {step.target}) ===", flush=True)
    with subprocess.Popen(
        ["nice", f"-{niceness}", "make", "--no-print-directory", step.target],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            text = line.decode("utf-8", "replace").rstrip()
            print(f"{step.target:<14} | {text}", flush=True)
            if found := SKIPPED.search(text):
                skipped.append(found[1] or found[2])
    result = Result(step, process.returncode == 0, time.monotonic() - start, skipped)
    print(f"--- {step.title} {'passed' if result.passed else 'FAILED'} after {duration(result.seconds)}", flush=True)
    return result


def run_steps(steps: tuple[Step, ...], niceness: int = 0) -> list[Result]:
    """Run steps one after the other, until they are interrupted."""
    return [run_step(step, niceness=niceness) for step in steps if not INTERRUPTED.is_set()]


def run(plan: Plan) -> list[Result]:
    """Run all steps of a plan; the lanes only where all that came first has passed."""
    results = run_steps(plan.first)
    if not all(result.passed for result in results):
        return results
    with concurrent.futures.ThreadPoolExecutor(len(plan.lanes)) as lanes:
        try:
            for lane in lanes.map(run_steps, plan.lanes, NICENESS):
                results += lane
        except KeyboardInterrupt:  # the steps that are under way are interrupted too
            INTERRUPTED.set()
            raise
    return results


def main() -> int:
    """Run all steps; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("plan", choices=PLANS)
    name = parser.parse_args().plan
    if name == "test-all":
        os.environ["TEST_ALL"] = "1"
    begin = time.monotonic()
    results = run(PLANS[name])
    print(f"\n=== Summary of make {name} ===")
    for result in results:
        adds = f"   test-all adds: {result.step.adds}" if name == "test" and result.step.adds else ""
        print(f"{result.row}{adds}")
        for line in dict.fromkeys(result.skipped):
            print(f"  {line}")
        if not result.passed:
            print(f"  to run it again: make {result.step.target}")
    for step in PLANS[name].steps:
        if step not in {result.step for result in results}:
            print(f"{step.title:<42} not run")
    if name == "test":
        for step in (BROWSER, EDA, UNITS_IN_IMAGE):
            print(f"{step.title:<42} {'':>14}   in test-all only")
    print(f"{'Total, with lanes side by side':<49} {duration(time.monotonic() - begin):>7}")
    failed = sum(not result.passed for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
