# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds on every tree of files, whatever the desired state, tried on the trees of tests/differential."""

from __future__ import annotations

import dataclasses
import re
import tempfile
import typing as t
from pathlib import Path

from hypothesis import assume, event, given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.editable import require_editable
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import plan
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.differential.trees import DIRECTORIES, random_tree
from ansible_collections.linux.tcp.tests.unit.host import NOTHING, PROCPS, SYSTEMD, make_host

if t.TYPE_CHECKING:
    from random import Random

    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Outcome
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.tests.unit.host import Host

TREES = st.randoms(use_true_random=False)
INITS = st.sampled_from([SYSTEMD, PROCPS])
VALUES = st.builds(
    Values,
    time=st.none() | st.sampled_from([10, 20, 600]),
    intvl=st.none() | st.sampled_from([10, 60]),
    probes=st.none() | st.sampled_from([9, 20]),
).map(lambda values: values if values.named() else Values(time=600))
PATHS = [DEFAULT_PATH, "/etc/sysctl.conf", *(f"{folder}/{name}.conf" for folder in DIRECTORIES for name in ("a", "zz"))]
ANOTHER = re.compile(r"With path: (\S+) the values would hold\.")
# Whether these lines count depends on all files, before a change and after it.
CRONTAB = b"""\
@daily root sysctl --system
@daily root sysctl -p
@daily root sysctl -p /etc/sysctl.d/*.conf
"""
DESIRED_STATES = st.builds(
    DesiredState,
    path=st.sampled_from(PATHS),
    values=VALUES,
    runtime=st.booleans(),
    persistent=st.booleans(),
    overrides=st.sampled_from(["fail", "take_over", "ignore"]),
) | st.builds(
    DesiredState,
    path=st.sampled_from(PATHS),
    absent=st.sets(st.sampled_from(KEYS), min_size=1).map(tuple),
    runtime=st.booleans(),
)


def host_with(folder: str, tree: Random, init: InitSystem) -> Host:
    """Make a host that has a random tree, and the running values that its boot gave it."""
    host = make_host(Path(folder), {**random_tree(tree), "/etc/crontab": CRONTAB}, init=init)
    boot = take_snapshot(host).boot.values
    return make_host(Path(folder), init=init, values=t.cast("tuple[int, int, int]", tuple(boot[key] for key in KEYS)))


def files_of(host: Host) -> dict[str, object]:
    """Return what the host has, but for folders: one that was made stays."""
    return {name: what for name, what in host.look().items() if what is not None}


def attempt(host: Host, want: DesiredState, *, check_mode: bool) -> tuple[Outcome | None, str]:
    """Return the outcome, or None and what the error says."""
    try:
        return ensure(host, want, check_mode=check_mode), ""
    except KeepaliveError as exc:
        return None, str(exc)


def names_another(before: Snapshot, host: Host, want: DesiredState) -> bool:
    """Whether the plan is refused, and another path named from which the values would hold."""
    try:
        file = host.files.read(want.path)
        require_editable(host.files, file)
        plan(dataclasses.replace(before, file=file), want)
    except KeepaliveError as exc:
        return ANOTHER.search(str(exc)) is not None
    return False


@given(tree=TREES, init=st.sampled_from([SYSTEMD, PROCPS, NOTHING]), want=DESIRED_STATES)
def test_check_mode_tells_what_happens_and_twice_is_once(tree: Random, init: InitSystem, want: DesiredState) -> None:
    with tempfile.TemporaryDirectory() as folder:
        host = host_with(folder, tree, init)
        before = host.look()
        told, told_error = attempt(host, want, check_mode=True)
        assert host.look() == before
        done, error = attempt(host, want, check_mode=False)
        assert told_error == error
        if told is None or done is None:
            event("refused")
            assert host.look() == before
            return
        event("changed" if told.change.edits or told.change.kernel_writes else "unchanged")
        assert told.change == done.change
        assert told.after.as_dict() == done.after.as_dict()
        assert (host.look() == before) is done.change.is_empty
        again, _error = attempt(host, want, check_mode=False)
        assert again is not None
        assert again.change.is_empty
        assert again.change.before.as_dict() == again.after.as_dict() == done.after.as_dict()


@given(tree=TREES, init=INITS, values=VALUES)
def test_take_over_wins_and_absent_brings_everything_back(tree: Random, init: InitSystem, values: Values) -> None:
    with tempfile.TemporaryDirectory() as folder:
        host = host_with(folder, tree, init)
        # what was there before under our own name cannot be told from what we wrote
        assume(not any(name.startswith(f"/root{DEFAULT_PATH} ") for name in host.look()))
        before = files_of(host)
        taken, error = attempt(host, DesiredState(values=values, overrides="take_over"), check_mode=False)
        event(f"refused: {re.sub(r'/.*| line.*', '', error)}" if error else "taken over")
        assume(taken is not None)
        boot = take_snapshot(host).boot.values
        assert {key: boot[key] for key in values.named()} == values.named()
        attempt(host, DesiredState(absent=KEYS), check_mode=False)
        assert files_of(host) == before


@given(tree=TREES, init=INITS, values=VALUES, paths=st.permutations(PATHS))
def test_the_path_that_is_named_wins(tree: Random, init: InitSystem, values: Values, paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        host = host_with(folder, tree, init)
        before = take_snapshot(host)
        # few paths are refused for another one: of a tree that took long to make, the first that is
        path = next(
            (path for path in paths if names_another(before, host, DesiredState(path=path, values=values))), None
        )
        assume(path is not None)
        assert path
        _outcome, error = attempt(host, DesiredState(path=path, values=values), check_mode=False)
        named = ANOTHER.search(error)
        assert named
        outcome = ensure(host, DesiredState(path=named[1], values=values), check_mode=False)
        assert {key: outcome.after.boot.values[key] for key in values.named()} == values.named()
