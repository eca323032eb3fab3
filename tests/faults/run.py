# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the modules and the rollout's store with faults in their system calls, and judge what they leave.

Each run has a host of its own in namespaces. A run without faults shows which calls there are.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import typing as t
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from ansible_collections.linux.tcp.tests.faults import modes
from ansible_collections.linux.tcp.tests.faults.bench import LOADERS
from ansible_collections.linux.tcp.tests.faults.figures import Figures, Verdict
from ansible_collections.linux.tcp.tests.faults.inside import MEMORY, TOLD
from ansible_collections.linux.tcp.tests.faults.jobs import JOBS
from ansible_collections.linux.tcp.tests.faults.judge import judge
from ansible_collections.linux.tcp.tests.faults.modes import MODES, Case
from ansible_collections.linux.tcp.tests.faults.observe import Laboratory
from ansible_collections.linux.tcp.tests.faults.points import points_in
from ansible_collections.linux.tcp.tests.faults.supervise import LIBRARY, OLDEST_KERNEL, number_of
from ansible_collections.linux.tcp.tests.unit.system_calls import PR_SET_PDEATHSIG, prctl

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.observe import Observation

_STEPS = tuple(
    f"{MEMORY}={name}.py" for name in ("folder", "kernel", "replace", "replacement", "stored_file")
)  # where the steps of an undo are taken
_laboratory: Laboratory
_plain: dict[str, Observation] = {}
_places: dict[tuple[str, str], tuple[str, ...]] = {}


def _begin(folder: Path) -> None:
    """Create the laboratory of a worker process."""
    global _laboratory  # noqa: PLW0603 -- what multiprocessing's initializer makes has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was begun is finished
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # where this program is killed
    _laboratory = Laboratory(Path(tempfile.mkdtemp(dir=folder)))


def _plain_run(job: str) -> Observation:
    if job not in _plain:
        _plain[job] = _laboratory.observe(_laboratory.start_of(job), is_traced=True)
        if _plain[job].run.status:
            raise RuntimeError(f"{job} fails without any fault: {_plain[job].run.out}{_plain[job].run.err}")
    return _plain[job]


def _places_of(job: str, kind: str) -> tuple[str, ...]:
    """Return the places for faults within Python of this kind that a run without faults passes."""
    if (job, kind) not in _places:
        _places[job, kind] = _laboratory.observe(_laboratory.start_of(job), inside=kind).run.places
    return _places[job, kind]


def _plan(request: tuple[str, str]) -> list[Case]:
    """Return the cases of a mode for a job. Those of ``undo`` are the first faults only."""
    job, mode = request
    points = points_in(_plain_run(job).run.calls)
    by_points = {"kill": modes.kills, "error": modes.errors, "disk": modes.disks, "signal": modes.signals}
    if mode in by_points:
        return [Case(job, mode, faults) for faults in by_points[mode](points)]
    if mode == "undo":
        return [Case(job, mode, (first,)) for first in modes.firsts(points)]
    return [Case(job, mode, faults) for faults in modes.places(_places_of(job, mode))]


def _second(case: Case) -> list[Case]:
    """Return the cases in which a second fault follows the first fault of a case."""
    start, first = _laboratory.start_of(case.job), case.faults[0]
    seen = _laboratory.observe(start, case.faults, is_traced=True).run
    if not (seen.result or {}).get("failed"):
        return []
    found = list(modes.seconds(first, points_in(seen.calls)))
    for kind in (MEMORY, TOLD):
        without = set(_places_of(case.job, kind))
        with_first = _laboratory.observe(start, case.faults, inside=kind).run.places
        new = [place for place in with_first if place not in without]
        if kind == MEMORY:
            steps = (place for place in reversed(new) if place.startswith(_STEPS))
            new = list({place.rpartition(":")[0]: place for place in steps}.values())
        found += [(first, place) for place in modes.thinned(new)]
    return [Case(case.job, case.mode, faults) for faults in found]


def _try(case: Case) -> Verdict:
    """Run a case and judge it."""
    plain = _plain_run(case.job)
    faults = modes.expanded(case.faults, points_in(plain.run.calls))
    try:
        seen = _laboratory.observe(_laboratory.start_of(case.job), faults)
    except RuntimeError as exc:  # the others are run all the same
        return Verdict(case, happened=False, broken=[f"harness failed: {exc}"])
    return Verdict(case, seen.run.happened, judge(case, seen, plain))


def _all_cases(pool: ProcessPoolExecutor, pairs: list[tuple[str, str]]) -> list[Case]:
    planned = list(itertools.chain(*tqdm(pool.map(_plan, pairs), "plan", len(pairs), unit="plan", mininterval=1)))
    firsts = [case for case in planned if case.mode == "undo"]
    progress = tqdm(pool.map(_second, firsts), "plan the undo", len(firsts), unit="plan", mininterval=1)
    return [case for case in planned if case.mode != "undo"] + list(itertools.chain(*progress))


def _sampled_plan(request: tuple[tuple[str, str], int, int]) -> list[Case]:
    """Return so many cases of a mode for a job."""
    pair, number, seed = request
    chance = random.Random(f"{seed} {pair}")
    planned = _plan(pair)
    if pair[1] != "undo":
        return chance.sample(planned, min(number, len(planned)))
    chosen: list[Case] = []
    for first in chance.sample(planned, min(number, len(planned))):
        found = _second(first)
        chosen += [chance.choice(found)] if found else []
    return chosen


def _sampled_cases(pool: ProcessPoolExecutor, pairs: list[tuple[str, str]], sample: int, seed: int) -> list[Case]:
    """Return about ``sample`` cases, as many of each pair of job and mode as of the others."""
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    counts = collections.Counter(itertools.islice(itertools.cycle(shuffled), sample))
    requests = [(pair, number, seed) for pair, number in counts.items()]
    progress = tqdm(pool.map(_sampled_plan, requests), "plan", len(requests), unit="plan", mininterval=1)
    return list(itertools.chain(*progress))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=0, help="how many cases, evenly chosen (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample and of the order (default: %(default)s)")
    parser.add_argument("--job", action="append", choices=JOBS, help="only this job")
    parser.add_argument("--mode", action="append", choices=MODES, help="only faults of this mode")
    parser.add_argument("--only", metavar="CASE", help="one case as it is printed: a job, a mode and faults")
    parser.add_argument("--every", action="store_true", help="print every violation, not some of each kind")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root")
    needed = ("strace", *(command[0] for command in LOADERS.values()))
    if missing := [program for program in needed if not shutil.which(program)]:
        parser.error(f"needs {', '.join(missing)}: make packages")
    if number_of("read") is None:
        parser.error(f"needs {LIBRARY}: make packages")
    if tuple(map(int, os.uname().release.split(".")[:2])) < OLDEST_KERNEL:
        parser.error(f"needs Linux {'.'.join(map(str, OLDEST_KERNEL))} or newer")
    return arguments


def _cases(pool: ProcessPoolExecutor, arguments: argparse.Namespace) -> list[Case]:
    if arguments.only:
        job, mode, *faults = arguments.only.split()
        return [Case(job, mode, tuple(faults))]
    pairs = list(itertools.product(arguments.job or JOBS, arguments.mode or MODES))
    if arguments.sample:
        return _sampled_cases(pool, pairs, arguments.sample, arguments.seed)
    cases = _all_cases(pool, pairs)
    return random.Random(arguments.seed).sample(cases, len(cases))  # one that is interrupted has some of everything


def main() -> int:
    """Return 1 if a rule was broken, or if the faults of more than a twentieth of the runs did not happen."""
    arguments = _arguments()
    figures = Figures(every=arguments.every or bool(arguments.only))
    cache = Path(__file__).resolve().parents[2] / ".cache"  # /tmp may be in memory
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="faults-", dir=cache) as folder, ProcessPoolExecutor(
        initializer=_begin, initargs=(Path(folder),)
    ) as pool:
        cases = _cases(pool, arguments)
        print(f"seed {arguments.seed}")
        progress = tqdm(pool.map(_try, cases, chunksize=4), "faults", len(cases), unit="run", mininterval=1)
        try:
            for verdict in progress:
                for text in figures.add(verdict):
                    progress.write(text, sys.stdout)
        except KeyboardInterrupt:
            print("interrupted")
            pool.shutdown(cancel_futures=True)
    print(*figures.lines(), sep="\n")
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
