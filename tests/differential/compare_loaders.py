# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the predictions of the collection with the real loaders, on random trees of files.

Each loader applies each tree in a new network namespace. The outcome is compared with the prediction,
value by value. Then each line that sets a value by the prediction is removed, and the comparison is
repeated. The value must change, unless another line sets the same value by the new prediction. A
disagreement is reduced to a smallest tree. Add that tree to the unit tests as a row.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses
import functools
import pprint
import random
import shutil
import sys
import tempfile
import typing as t
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.differential.layouts import fitted
from ansible_collections.linux.tcp.tests.differential.loaders import Bench, real_loaders
from ansible_collections.linux.tcp.tests.differential.reduction import reduced
from ansible_collections.linux.tcp.tests.differential.trees import random_tree
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction
    from ansible_collections.linux.tcp.tests.differential.layouts import Tree
    from ansible_collections.linux.tcp.tests.differential.loaders import RealLoader

HZ = Kernel().hz()


@dataclasses.dataclass(frozen=True)
class Disagreement:
    """A tree on which prediction and loader differ, with the difference."""

    loader: str
    seed: int
    tree: Tree
    what: str


def fill(folder: Path, tree: Tree) -> None:
    """Fill a folder with a tree and remove everything else from it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    lay_out(folder, tree)


def predicted(folder: Path, loader: RealLoader) -> Prediction:
    """Return the prediction of the collection for the tree in a folder."""
    return predict(Files(str(folder)).read_tree(), loader.loader, hz=HZ, version=loader.version)


def disagreement(bench: Bench, loader: RealLoader, tree: Tree) -> str | None:
    """Return the difference between prediction and loader on a tree, or None."""
    fill(bench.tree, fitted(tree, has_merged_usr=loader.has_merged_usr))
    before = predicted(bench.tree, loader)
    outcome = bench.apply(loader)
    if tuple(before.values.named().values()) != outcome:
        return f"predicted {tuple(before.values.named().values())}, it gives {outcome}"
    for path, line in sorted({(setting.path, setting.line) for setting in before.sources.values()}):
        with _without(bench.tree, path, line):
            after = predicted(bench.tree, loader)
            outcome = bench.apply(loader)
        where = f"without line {line} of {path}"
        if tuple(after.values.named().values()) != outcome:
            return f"{where}: predicted {tuple(after.values.named().values())}, it gives {outcome}"
        for key in KEYS:
            source = before.sources.get(key)
            unchanged = before.values[key] == after.values[key]
            if source and (source.path, source.line) == (path, line) and unchanged and key not in after.sources:
                return f"{where}: {key} is {after.values[key]} all the same, and said to be the kernel's default"
    return None


@contextlib.contextmanager
def _without(folder: Path, path: str, line: int) -> t.Iterator[None]:
    """Remove a line of a file while the block runs."""
    file = folder / Files(str(folder)).resolve(path).lstrip("/")
    text = file.read_bytes()
    rows = text.split(b"\n")
    file.write_bytes(b"\n".join(rows[: line - 1] + rows[line:]))
    yield
    file.write_bytes(text)


_bench: Bench
_loaders: list[RealLoader]


def _begin(roots: Path, names: t.Collection[str], folder: Path) -> None:
    """Create the bench of a worker process."""
    global _bench, _loaders  # noqa: PLW0603 -- what multiprocessing's initializer makes has no other place
    _loaders = [loader for loader in real_loaders(roots) if not names or loader.name in names]
    _bench = Bench(Path(tempfile.mkdtemp(dir=folder)))


def _is_disagreement(loader: RealLoader, tree: Tree) -> bool:
    return disagreement(_bench, loader, tree) is not None


def _try(seed: int) -> list[Disagreement]:
    """Compare all loaders on the tree of a seed."""
    tree = random_tree(random.Random(seed))
    found = []
    for loader in _loaders:
        if disagreement(_bench, loader, tree) is None:
            continue
        smallest = reduced(tree, functools.partial(_is_disagreement, loader))
        what = disagreement(_bench, loader, smallest)
        found.append(Disagreement(loader.name, seed, smallest, what or "not each time"))
    return found


def main() -> int:
    """Return 1 if there is a disagreement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("roots", type=Path, help="a folder with the root folder of each system")
    parser.add_argument("--trees", type=int, default=100, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first tree; the next have the next (default: 1)")
    parser.add_argument("--loader", action="append", default=[], help="only the loader of this name, as in reports")
    arguments = parser.parse_args()
    names = [loader.name for loader in real_loaders(arguments.roots)]
    if not names or not set(arguments.loader) <= set(names):
        parser.error(f"the loaders of {arguments.roots} are: {', '.join(names) or 'none'}")
    disagreements: collections.Counter[str] = collections.Counter()
    seeds = range(arguments.seed, arguments.seed + arguments.trees)
    with tempfile.TemporaryDirectory(prefix="linux-tcp-differential-") as folder, ProcessPoolExecutor(
        initializer=_begin, initargs=(arguments.roots, arguments.loader, Path(folder))
    ) as pool:
        progress = tqdm(pool.map(_try, seeds, chunksize=4), total=len(seeds), unit="tree", mininterval=1)
        for found in progress:
            for one in found:
                disagreements[one.loader] += 1
                progress.write(f"{one.loader}, seed {one.seed}: {one.what}\n{pprint.pformat(one.tree)}\n", sys.stdout)
    for name in arguments.loader or names:
        print(f"{name}: {len(seeds)} trees, {disagreements[name]} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
