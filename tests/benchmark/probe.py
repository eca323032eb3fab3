# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure in this process, which is a fresh one of a host's Python, what a module does on one host.

Prints JSON: the seconds of each part, the KiB of memory that the whole took, and what its result has.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem, read_version
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import depends_on_version
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree

T = t.TypeVar("T")


def peak() -> int:
    """Return the most memory that this program had, in KiB: VmHWM of proc_pid_status(5).

    What getrusage(2) tells for the same begins with the program that started this one.
    """
    with open("/proc/self/status", encoding="ascii") as file:
        match = re.search(r"^VmHWM:\s*(\d+)", file.read(), re.MULTILINE)
    assert match is not None
    return int(match[1])


def result_of(root: str, loader: Loader) -> tuple[dict[str, t.Any], list[str]]:
    """Return the result of a module about a host, and its warnings."""
    snapshot = take_snapshot(LocalHost(root), loader=loader)
    return snapshot.as_dict(), [*snapshot.warnings(), *snapshot.writer_warnings()]


def prediction(files: Files, loader: Loader, tree: Tree) -> None:
    """Predict as a snapshot does."""
    version = read_version(files, loader) if depends_on_version(tree, loader) else None
    predict(tree.lasting(), loader, hz=Kernel().hz(), version=version)


def seconds_of(function: t.Callable[[], T]) -> tuple[float, T]:
    """Return how long a call takes, and what it returns."""
    gc.collect()
    begin = time.perf_counter()
    result = function()
    return time.perf_counter() - begin, result


def best(function: t.Callable[[], object], *, runs: int) -> float:
    """Return the seconds of the fastest call, which is the one that nothing else on the machine held up."""
    return min(seconds_of(function)[0] for _run in range(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("loader", choices=SELECTABLE_LOADERS)
    parser.add_argument("runs", type=int)
    arguments = parser.parse_args()
    root, loader, runs = arguments.root, arguments.loader, arguments.runs
    files = Files(root)
    whole, (found, warnings) = seconds_of(lambda: result_of(root, loader))
    result = {
        "memory": peak(),
        "values": found["boot"]["values"],
        "settings": len(found["settings"]),
        "other_writers": len(found["other_writers"]),
        "warnings": warnings[:1],
    }
    del found, warnings
    tree = files.read_tree()
    init = InitSystem(booted_with_systemd=True)
    result["seconds"] = {
        "reading": best(files.read_tree, runs=runs),
        "predicting": best(lambda: prediction(files, loader, tree), runs=runs),
        "writers": best(lambda: find_candidates(files, init, tree), runs=runs),
        "whole": min([whole, *(seconds_of(lambda: result_of(root, loader))[0] for _run in range(1, runs))]),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
