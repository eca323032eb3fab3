# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the random trees that together exercise the most rules, and print their seeds.

The rules that a tree exercises are its features. Each tree is chosen because it has the most features
that no earlier tree has. A tree must be safe to boot a container with. Its files must set a value by the
rules of every loader, because a loader that does not run sets none. The choice depends on the generator
and the code only, and is the same each time on one release of Python.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import posixpath
import random
import re
import sys
import tarfile
import tempfile
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._sysctl import globs, predict, syntax, values
from ansible_collections.linux.tcp.plugins.module_utils._sysctl import tree as sysctl_tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import files_read
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import RULES
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.differential.compare_boots import names_outside
from ansible_collections.linux.tcp.tests.differential.layouts import fitted, packed
from ansible_collections.linux.tcp.tests.differential.trees import random_tree

if t.TYPE_CHECKING:
    from types import FrameType

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree as SysctlTree
    from ansible_collections.linux.tcp.tests.differential.layouts import Tree

    Feature = t.Tuple[t.Hashable, ...]
    Tracer = t.Callable[[FrameType, str, t.Any], t.Any]

_TRACED = frozenset(str(module.__file__) for module in (globs, predict, syntax, sysctl_tree, values))
HZ = Kernel().hz()


def features(tree: Tree) -> set[Feature]:
    """Return the features of a tree that matter for a prediction. The set is empty if a loader finds no value in it.

    The features are found for each release of a loader that has rules of its own, on the tree of the next boot,
    with a merged /usr and without it:

    - every step from one line of code to the next in the prediction;
    - the folder that sets a key, whether through a link, and whether the line gives a value, excludes the key or is
      refused by the kernel;
    - the spelling of key and value in these lines, without the digits;
    - the kinds of files in each folder, and which of them are read;
    - the releases whose outcomes differ.
    """
    found: set[Feature] = set()
    for has_merged_usr in (True, False):
        with tempfile.TemporaryDirectory(prefix="linux-tcp-trees-") as root:
            with tarfile.open(fileobj=io.BytesIO(packed(fitted(tree, has_merged_usr=has_merged_usr)))) as archive:
                archive.extractall(root, filter="fully_trusted")
            lasting = Files(root).read_tree().lasting()
        outcomes = {}
        for rules in RULES:
            with _steps() as steps:
                prediction = predict.predict(lasting, rules.loader, hz=HZ, version=rules.since)
            if not prediction.sources:
                return set()
            outcomes[rules] = prediction.values
            found.update((rules, *feature) for feature in steps)
            found.update((rules, *feature) for feature in _winning(prediction, lasting, rules))
            found.update((rules, *feature) for feature in _files(lasting, rules))
        found.update(
            ("differ", *pair) for pair in itertools.combinations(RULES, 2) if len({*map(outcomes.get, pair)}) > 1
        )
    return found


def _winning(prediction: Prediction, tree: SysctlTree, rules: syntax.Rules) -> t.Iterator[Feature]:
    """Yield the features of the lines that set each key. The name of the key is not part of them."""
    for key in KEYS:
        setting = prediction.winning.get(key)
        if setting is None:
            yield ("default",)
            continue
        file = tree.get(setting.path)
        assert file is not None
        what = "excluded" if setting.value is None else "refused" if setting.reading is None else "given"
        yield (what, posixpath.dirname(setting.path), file.is_link)
        for statement in syntax.statements(file.text, rules):
            if statement.line == setting.line:
                yield ("name", statement.name)
                yield ("value", re.sub(rb"[1-9][0-9]*", b"9", statement.value or b""))


def _files(tree: SysctlTree, rules: syntax.Rules) -> t.Iterator[Feature]:
    """Yield the features of the files."""
    read = files_read(tree, rules)
    for file in tree.files:
        yield (posixpath.dirname(file.path), file.kind, file.is_link, file in read)


@contextlib.contextmanager
def _steps() -> t.Iterator[set[Feature]]:
    """Record the steps from line to line that the traced modules make while the block runs."""
    steps: set[Feature] = set()

    def enter(frame: FrameType, _event: str, _argument: object) -> Tracer | None:
        module = frame.f_code.co_filename
        if module not in _TRACED:
            return None
        before = 0

        def step(frame: FrameType, event: str, _argument: object) -> Tracer:
            nonlocal before
            if event == "line":
                steps.add((module, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step

    earlier = sys.gettrace()
    sys.settrace(enter)
    try:
        yield steps
    finally:
        sys.settrace(earlier)


def choose(count: int, seeds: t.Iterable[int]) -> list[int]:
    """Return the seeds of the chosen trees, in the order of the choice."""
    trees = {seed: random_tree(random.Random(seed)) for seed in seeds}
    candidates = {seed: features(tree) for seed, tree in trees.items() if not names_outside(tree)}
    chosen: list[int] = []
    covered: set[Feature] = set()
    while candidates and len(chosen) < count:
        seed = max(candidates, key=lambda seed: (len(candidates[seed] - covered), -seed))
        covered |= candidates.pop(seed)
        chosen.append(seed)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, help="how many trees to choose")
    parser.add_argument("--among", type=int, default=400, help="from the seeds 1 to this one (default: %(default)s)")
    arguments = parser.parse_args()
    print(*choose(arguments.count, range(1, arguments.among + 1)))


if __name__ == "__main__":
    main()
