# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run everything that `make test` promises, step by step, and sum it up.

What the others need comes first. Then there are two lanes of steps, side by side, since the containers
wait more than they compute. A failing step does not keep the later ones from running. Each line of
output has its step in front; the last is always `N passed, N failed`, counted in steps.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import subprocess
import sys
import threading
import time

FIRST = {
    "packages": "System packages",
    "runner": "Test runner",
    "install": "Artifact of the collection",
    "collections": "Collections that the tests use",
}
LANES = (
    {
        "lint": "Formatting and lint",
        "types": "Types",
        "units": "Unit tests with coverage",
        "browser": "The audit's report in a browser",
        "sanity": "ansible-test sanity",
        "docs-lint": "Documentation lint",
        "docs": "Documentation build",
        "fleet": "A fleet of light hosts behind SSH",
    },
    {
        "molecule": "Molecule scenarios",
        "differential": "Predicted boots beside the real loaders",
        "cores": "Other releases of ansible-core",
    },
)
INTERRUPTED = threading.Event()
NUMBERS = {target: number for number, target in enumerate([*FIRST, *LANES[0], *LANES[1]], start=1)}


@dataclasses.dataclass(frozen=True)
class Result:
    """How a step ended, and how many seconds it took."""

    title: str
    passed: bool
    seconds: float


def duration(seconds: float) -> str:
    """Return seconds as minutes and seconds, `m:ss`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run_step(target: str, title: str) -> Result:
    """Run one target of the Makefile."""
    start = time.monotonic()
    print(f"=== {NUMBERS[target]}/{len(NUMBERS)} {title} (make {target}) ===", flush=True)
    with subprocess.Popen(
        ["make", "--no-print-directory", target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"{target:<12} | {line.decode('utf-8', 'replace').rstrip()}", flush=True)
    result = Result(title, process.returncode == 0, time.monotonic() - start)
    print(f"--- {title} {'passed' if result.passed else 'FAILED'} after {duration(result.seconds)}", flush=True)
    return result


def run_steps(steps: dict[str, str]) -> list[Result]:
    """Run steps one after the other, until somebody interrupts them."""
    return [run_step(target, title) for target, title in steps.items() if not INTERRUPTED.is_set()]


def main() -> int:
    """Run all steps; return the exit status."""
    begin = time.monotonic()
    results = run_steps(FIRST)
    with concurrent.futures.ThreadPoolExecutor(len(LANES)) as lanes:
        try:
            for lane in lanes.map(run_steps, LANES):
                results += lane
        except KeyboardInterrupt:  # the steps that are under way are interrupted too
            INTERRUPTED.set()
            raise
    print("\n=== Summary ===")
    for result in results:
        print(f"{result.title:<40} {'passed' if result.passed else 'FAILED'} {duration(result.seconds):>7}")
    print(f"{'Total, two lanes side by side':<47} {duration(time.monotonic() - begin):>7}")
    failed = sum(not result.passed for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
