# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a boot gives after each step of a change, when the run is killed there."""

from __future__ import annotations

import itertools
import tempfile
import typing as t
from pathlib import Path

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.order import safest_order
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.differential.trees import random_tree
from ansible_collections.linux.tcp.tests.unit.host import (
    INTVL,
    PROBES,
    PROCPS,
    SYSTEMD,
    TIME,
    Host,
    make_host,
)

if t.TYPE_CHECKING:
    from random import Random

    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.tests.unit.host import Layout

    Texts = t.Dict[str, t.Optional[bytes]]

D = "/etc/sysctl.d"
Z, ZZ, CONF = f"{D}/z.conf", f"{D}/zz.conf", "/etc/sysctl.conf"
ALL = Values(600, 60, 20)
TAKE_OVER = DesiredState(values=ALL, overrides="take_over")
TAKE_OVER_TIME = DesiredState(values=Values(time=600), overrides="take_over")
REMOVE = DesiredState(absent=KEYS)


def boots_during(host: Host, act: t.Callable[[], object]) -> list[Values]:
    """Return what a boot would give before an act, and after each file that it writes."""
    boots = [take_snapshot(host).boot.values]

    def noting(real: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def write(*arguments: t.Any, **named: t.Any) -> t.Any:
            undo = real(*arguments, **named)
            boots.append(take_snapshot(host).boot.values)
            return undo

        return write

    files = t.cast("t.Any", host.files)
    files.replace, files.restore = noting(files.replace), noting(files.restore)
    try:
        act()
    finally:
        del files.replace, files.restore
    return boots


def neither(boots: list[Values]) -> int:
    """Return how often a key has a value that is neither the first nor the last one."""
    return sum(boot[key] not in (boots[0][key], boots[-1][key]) for boot in boots for key in KEYS)


def mixed(boots: list[Values]) -> int:
    """Return how many boots give a part of the old and a part of the new values."""
    return sum(boot not in (boots[0], boots[-1]) for boot in boots)


CHANGES: dict[str, tuple[Layout, InitSystem, DesiredState, list[int]]] = {
    "a file that comes later": ({ZZ: TIME + b"=5\n"}, SYSTEMD, TAKE_OVER_TIME, [5, 5, 600]),
    "two files": ({Z: TIME + b"=7\n", ZZ: TIME + b"=5\n"}, SYSTEMD, TAKE_OVER_TIME, [5, 5, 5, 600]),
    "two files, the first of which comes last by its target": (
        {Z: "/etc/a", "/etc/a": TIME + b"=7\n", ZZ: "/etc/0", "/etc/0": TIME + b"=5\n"},
        *(SYSTEMD, TAKE_OVER_TIME, [5, 5, 5, 600]),
    ),
    "sysctl.conf with procps": ({CONF: TIME + b"=5\n"}, PROCPS, TAKE_OVER_TIME, [5, 5, 600]),
    "sysctl.conf by its link": (
        {CONF: TIME + b"=5\n", f"{D}/99-z.conf": "../sysctl.conf"},
        *(SYSTEMD, TAKE_OVER_TIME, [5, 5, 600]),
    ),
    "an exclusion that keeps a pattern away": (
        {f"{D}/0.conf": b"net.ipv4.tcp_keepalive_*=5\n", ZZ: b"-" + TIME + b"\n"},
        *(SYSTEMD, TAKE_OVER_TIME, [7200, 7200, 600]),
    ),
}


@pytest.mark.parametrize(("layout", "init", "want", "times"), CHANGES.values(), ids=list(CHANGES))
def test_take_over_and_its_ways_back(
    tmp_path: Path, layout: Layout, init: InitSystem, want: DesiredState, times: list[int]
) -> None:
    host = make_host(tmp_path, layout, init=init)
    checkpoint = take_checkpoint(ensure(host, want, check_mode=True).change, host.files)
    back = list(reversed(times))
    assert [boot.time for boot in boots_during(host, lambda: ensure(host, want, check_mode=False))] == times
    boots = boots_during(host, lambda: restore(host, checkpoint, force=False, check_mode=False))
    assert [boot.time for boot in boots] == back
    ensure(host, want, check_mode=False)
    boots = boots_during(host, lambda: ensure(host, REMOVE, check_mode=False))
    assert [neither(boots), boots[-1].time] == [0, times[0]]


def test_removal_gives_back_first(tmp_path: Path) -> None:
    """The running kernel's 7200 comes from nothing; 5 was commented out for 600."""
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"})
    ensure(host, TAKE_OVER_TIME, check_mode=False)
    boots = boots_during(host, lambda: ensure(host, REMOVE, check_mode=False))
    assert [boot.time for boot in boots] == [600, 5, 5]


def test_the_step_that_changes_most_comes_before_one_that_would_show_other_values(tmp_path: Path) -> None:
    """Without the exclusion in zz.conf a boot would give z.conf's 7, so z.conf goes first, whatever their targets."""
    layout: Layout = {
        DEFAULT_PATH: TIME + b" = 600\n" + INTVL + b" = 60\n",
        Z: TIME + b"=5\n" + INTVL + b"=6\n" + PROBES + b"=7\n",
        ZZ: "/etc/0",
        "/etc/0": b"-" + PROBES + b"\n",
    }
    host = make_host(tmp_path, layout)
    boots = boots_during(host, lambda: ensure(host, TAKE_OVER, check_mode=False))
    assert boots == [Values(5, 6, 9), Values(5, 6, 9), Values(600, 60, 9), Values(600, 60, 20)]


@pytest.mark.parametrize("targets", [("/a", "/b"), ("/b", "/a")])
def test_where_no_order_is_right_the_one_with_fewer_other_values_is_taken(targets: tuple[str, ...]) -> None:
    """Time moves from b.conf to a.conf, and the others move from a.conf to b.conf: either order loses something."""

    def snapshot(a: bytes, b: bytes) -> Snapshot:
        tree = Tree((SysctlFile(f"{D}/a.conf", "/a", text=a), SysctlFile(f"{D}/b.conf", "/b", text=b)))
        return Snapshot(
            runs=False, runtime=Values(), runtime_writable=False, loader="systemd-sysctl", tree=tree, hz=250
        )

    before = snapshot(a=INTVL + b"=7\n" + PROBES + b"=3\n", b=TIME + b"=5\n")
    after = snapshot(a=TIME + b"=6\n", b=INTVL + b"=8\n" + PROBES + b"=4\n")
    assert safest_order(before, after, targets) == ("/b", "/a")


def test_so_many_files_that_not_all_orders_are_compared(tmp_path: Path) -> None:
    layout: Layout = {f"{D}/z{number}.conf": f"/etc/{9 - number}" for number in range(8)}
    layout = {**layout, **{f"/etc/{9 - number}": TIME + b"=%d\n" % (number + 1) for number in range(8)}}
    host = make_host(tmp_path, layout)
    boots = boots_during(host, lambda: ensure(host, TAKE_OVER_TIME, check_mode=False))
    assert [boot.time for boot in boots] == [*[8] * 9, 600]


def put_down(host: Host, texts: Texts) -> None:
    """Do what other orders would do."""
    for target, text in texts.items():
        place = Path(host.files.on_host(target))
        if text is not None:
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(text)
        elif place.exists():
            place.unlink()


def boots_by_order(host: Host, before: Texts, after: Texts) -> t.Iterator[list[Values]]:
    """Yield for each order of the files what a boot gives after each of them is written, by writing them."""
    boots: dict[frozenset[str], Values] = {}
    for number in range(len(before) + 1):
        for done in map(frozenset, itertools.combinations(before, number)):
            put_down(host, {target: (after if target in done else before)[target] for target in before})
            boots[done] = take_snapshot(host).boot.values
    for order in itertools.permutations(before):
        yield [boots[frozenset(order[:number])] for number in range(len(order) + 1)]


def damage(boots: list[Values]) -> tuple[int, int]:
    return neither(boots), mixed(boots)


def judge(host: Host, act: t.Callable[[], object], targets: list[str]) -> None:
    """Do it, and see that no other order of its files would have been better."""
    places = {target: Path(host.files.on_host(target)) for target in targets}

    def texts() -> Texts:
        return {target: place.read_bytes() if place.exists() else None for target, place in places.items()}

    before = texts()
    boots = boots_during(host, act)
    after = texts()
    done = host.look()
    assert len(boots) == len(targets) + 1
    event(f"{len(targets)} files, neither: {neither(boots)}, mixed: {mixed(boots)}")
    if damage(boots) != (0, 0):
        assert damage(boots) == min(map(damage, boots_by_order(host, before, after)))
    assert host.look() == done


_LONG = 4096  # whose reading takes longer than all else


def crowded_tree(random: Random) -> dict[str, bytes | str | None]:
    """Return a random tree with more files that can be taken over."""
    texts = [what for what in random_tree(random).values() if isinstance(what, bytes) and len(what) < _LONG]
    layout: dict[str, bytes | str | None] = {
        f"{D}/{random.choice('bcxyz')}.conf": random.choice([TIME, INTVL, PROBES, b"-" + TIME]) + b"=5\n" + text
        for text in texts
    }
    if random.random() < 0.2:
        layout[f"{D}/x.conf"] = "../sysctl.conf"
    return {CONF: TIME + b"=7\n" + texts[-1], **layout} if texts and random.random() < 0.3 else layout


@settings(max_examples=settings().max_examples // 2)
@given(
    tree=st.randoms(use_true_random=False),
    init=st.sampled_from([SYSTEMD, PROCPS]),
    values=st.sampled_from([ALL, Values(time=600, intvl=60)]),
    path=st.sampled_from([f"{D}/a.conf", f"{D}/c.conf", DEFAULT_PATH]),
)
def test_no_order_is_better(tree: Random, init: InitSystem, values: Values, path: str) -> None:
    """At each point in time a boot gives the old or the new value of each key, where any order of the files does."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        host = make_host(place, crowded_tree(tree), init=init)
        want = DesiredState(path=path, values=values, overrides="take_over")
        try:
            change = ensure(host, want, check_mode=True).change
        except KeepaliveError:
            change = None
        assume(change is not None)
        assert change
        targets = [edit.target for edit in change.edits]
        assume(len(targets) in range(2, 5))
        checkpoint = take_checkpoint(change, host.files)
        judge(host, lambda: ensure(host, want, check_mode=False), targets)
        judge(host, lambda: restore(host, checkpoint, force=False, check_mode=False), targets)
        host = Host(place, init)  # what began before the restoration may change nothing
        ensure(host, want, check_mode=False)
        absent = DesiredState(path=path, absent=KEYS)
        targets = [edit.target for edit in ensure(host, absent, check_mode=True).change.edits]
        judge(host, lambda: ensure(host, absent, check_mode=False), targets)
