# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the few random trees that between them bring up the most rules, and print their seeds.

What a tree brings up are its features. Each tree is chosen for having the most of those that no
earlier one has. Only trees count that a container may be booted with, and whose files give a value by
every loader's rules: where nothing is given, nothing is what a loader that does not run would give.
So the choice follows generator and code, and is the same each time on one release of Python.
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
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import RULES
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import files_read
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.differential.layouts import fitted, packed
from ansible_collections.linux.tcp.tests.differential.reboots import names_outside
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
    """Return what tells a tree from others for whoever predicts; nothing where some loader finds no value in it.

    For each release of a loader that has rules of its own, on the tree as the next boot finds it,
    once with a merged /usr and once without:

    - every step from one line to the next that the prediction's code makes;
    - what becomes of a key: the folder that decides it, whether by a link, and whether the line
      gives a value, excludes the key or is refused by the kernel;
    - how key and value are spelled in the lines that decide, whatever the digits;
    - which kinds of files there are in which folder, and which of them are read;
    - the releases with another outcome.
    """
    found: set[Feature] = set()
    for has_merged_usr in (True, False):
        with tempfile.TemporaryDirectory(prefix="linux-tcp-choice-") as root:
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
            found.update((rules, *feature) for feature in _deciding(prediction, lasting, rules))
            found.update((rules, *feature) for feature in _files(lasting, rules))
        found.update(
            ("differ", *pair) for pair in itertools.combinations(RULES, 2) if len({*map(outcomes.get, pair)}) > 1
        )
    return found


def _deciding(prediction: Prediction, tree: SysctlTree, rules: syntax.Rules) -> t.Iterator[Feature]:
    """Tell what becomes of each key, whichever it is, and by which lines."""
    for key in KEYS:
        setting = prediction.deciding.get(key)
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
    """Tell what files there are."""
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
    """Return the seeds of the trees to take, in the order in which they were chosen."""
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
