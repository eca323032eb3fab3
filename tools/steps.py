# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run everything that `make test` promises, step by step, and sum it up.

A failing step does not keep the later ones from running. The last line of the output is
always `N passed, N failed`, counted in steps.
"""

from __future__ import annotations

import subprocess
import sys
import time

STEPS = {
    "packages": "System packages",
    "runner": "Test runner",
    "lint": "Formatting and lint",
    "types": "Types",
    "units": "Unit tests with coverage",
    "browser": "The audit's report in a browser",
    "sanity": "ansible-test sanity",
    "docs-lint": "Documentation lint",
    "docs": "Documentation build",
    "molecule": "Molecule scenarios",
    "fleet": "Playbooks and checks on a fleet of light hosts",
    "differential": "Predicted boots beside the real loaders",
    "cores": "Other releases of ansible-core",
}


def duration(seconds: float) -> str:
    """Return seconds as minutes and seconds, `m:ss`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def main() -> int:
    """Run the steps in order; return the exit status."""
    rows = []
    begin = time.monotonic()
    for number, (target, title) in enumerate(STEPS.items(), start=1):
        print(f"\n=== {number}/{len(STEPS)} {title} (make {target}) ===", flush=True)
        start = time.monotonic()
        passed = subprocess.run(["make", "--no-print-directory", target], check=False).returncode == 0
        rows.append((title, passed, time.monotonic() - start))
        print(f"--- {'passed' if passed else 'FAILED'} after {duration(rows[-1][2])}", flush=True)
    print("\n=== Summary ===")
    for title, passed, seconds in rows:
        print(f"{title:<40} {'passed' if passed else 'FAILED'} {duration(seconds):>7}")
    print(f"{'Total':<47} {duration(time.monotonic() - begin):>7}")
    failed = [title for title, passed, seconds in rows if not passed]
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
