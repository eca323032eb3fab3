# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge from outside what a run with faults has left: old or new, a message that is true, and a way on.

A rule that is broken is a text: its kind, a colon, and what was found.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.linux.tcp.tests.faults.bench import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Json
    from ansible_collections.linux.tcp.tests.faults.modes import Case
    from ansible_collections.linux.tcp.tests.faults.observe import Observation, State

_LEFTOVER = re.compile(r"\.(linux\.tcp\.|)[^/]*\.tmp\Z")  # hidden, and without the suffix that loaders read
_CLAIMS_PART = re.compile(r"changed in part|Undoing then failed")
_CLAIMS_NONE = re.compile(r"[Nn]othing was (changed|restored)|has been undone")
# One fault must be undone wholly. After these modes something may be left, if the message names it.
_MAY_LEAVE = frozenset(["disk", "undo"])


class Difference(t.NamedTuple):
    """What one state has otherwise than another: paths, keys of the kernel, sockets."""

    paths: tuple[str, ...]
    keys: tuple[str, ...]
    sockets: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.paths or self.keys or self.sockets)

    def __str__(self) -> str:
        return ", ".join((*self.paths, *self.keys, *(f"socket {number}" for number in self.sockets)))


def difference(one: State, other: State) -> Difference:
    """Compare two states."""
    return Difference(
        tuple(sorted(p for p in {*one.nodes, *other.nodes} if one.nodes.get(p) != other.nodes.get(p))),
        tuple(key for key, a, b in zip(KEYS, one.values, other.values) if a != b),
        tuple(number for number, (a, b) in enumerate(zip(one.sockets, other.sockets)) if a != b),
    )


def judge(case: Case, seen: Observation, plain: Observation) -> list[str]:
    """Return the rules that a run broke. ``plain`` is the run of the same job without faults."""
    status, answer = seen.run.status, seen.run.answer
    old, new = plain.before, plain.after
    broken = list(_next_run(seen, old, new))
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9:
        return [*broken, *_each_old_or_new(seen.after, old, new)]
    if os.WIFSIGNALED(status) or case.mode == "signal":
        return [*broken, *_all_old_or_new(case, seen.after, old, new)]
    if answer is None:
        if case.mode != "memory":
            broken.append(f"no message: {(seen.run.err.strip().splitlines() or ['the process said nothing'])[-1]}")
        return [*broken, *_all_old_or_new(case, seen.after, old, new)]
    if answer.get("failed"):
        return [*broken, *_failed(case, answer, seen.after, old, new)]
    return [*broken, *_succeeded(answer, seen.after, old, new)]


def _strays(state: State, old: State, new: State) -> list[str]:
    return sorted(path for path in state.nodes if path not in old.nodes and path not in new.nodes)


def _each_old_or_new(state: State, old: State, new: State) -> t.Iterator[str]:
    """After SIGKILL each part of the host is what it was or what it was to be."""
    for path in sorted({*old.nodes, *new.nodes}):
        if state.nodes.get(path) not in (old.nodes.get(path), new.nodes.get(path)):
            yield f"torn file: {path} is neither old nor new: {state.nodes.get(path)}"
    for key, *found in zip(KEYS, state.values, old.values, new.values):
        if found[0] not in found[1:]:
            yield f"torn value: the kernel's {key} is {found[0]}, neither old nor new"
    for number, (socket, *known) in enumerate(zip(state.sockets, old.sockets, new.sockets)):
        if socket not in known:
            yield f"torn socket: socket {number} has {socket}, neither {known[0]} nor {known[1]}"
    yield from _boots(state, old, new)
    for path in _strays(state, old, new):
        if not _LEFTOVER.search(path):
            yield f"stray file: {path}"


def _boots(state: State, old: State, new: State) -> t.Iterator[str]:
    for key, *found in zip(KEYS, state.boot, old.boot, new.boot):
        if found[0] not in found[1:]:
            yield f"boot between: the next boot gives {key} = {found[0]}, neither {found[1]} nor {found[2]}"


def _all_old_or_new(case: Case, state: State, old: State, new: State) -> t.Iterator[str]:
    """A process that could clean up leaves all of the old, or all of the new."""
    yield from _boots(state, old, new)
    from_old, from_new = difference(state, old), difference(state, new)
    if from_old and from_new:
        kind = "leftover" if not _without_strays(from_old, state, old, new) else "between"
        yield f"{kind} after {case.mode}: not old in {from_old}; not new in {from_new}"


def _without_strays(found: Difference, state: State, old: State, new: State) -> Difference:
    strays = _strays(state, old, new)
    return found._replace(paths=tuple(path for path in found.paths if path not in strays))


def _failed(case: Case, answer: Json, state: State, old: State, new: State) -> t.Iterator[str]:
    """A failure leaves the old, or names what it leaves."""
    message = str(answer.get("msg", ""))
    left = difference(state, old)
    if not message.strip():
        yield "no message: the answer has none"
    if not left:
        if _CLAIMS_PART.search(message):
            yield f"untrue message: nothing is changed, and it says: {message}"
        return
    unnamed = [name for name in (*left.paths, *left.keys) if _name_in_message(name, message) not in message]
    if _CLAIMS_NONE.search(message) and not _CLAIMS_PART.search(message):
        yield f"untrue message: {left} is changed, and it says: {message}"
    elif unnamed and not difference(state, new):
        yield f"done, told as an error: {left} is new, and it says: {message}"
    elif unnamed:
        yield f"unnamed: {', '.join(unnamed)} is left changed, and it says: {message}"
    elif case.mode not in _MAY_LEAVE:
        yield f"between after {case.mode}: {left} is left changed, and it says: {message}"
    yield from _boots(state, old, new)


def _name_in_message(name: str, message: str) -> str:
    """Return what stands for a path or key in a message. Names with random parts are named by what does not vary."""
    del message
    if not name.startswith("/"):
        return f"tcp_keepalive_{name}"
    return re.split(r"RANDOM|\.PID\.TIME", name)[0]


def _succeeded(answer: Json, state: State, old: State, new: State) -> t.Iterator[str]:
    """A success is one; what could not be known is told."""
    left = difference(state, new)
    doubts = answer.get("warnings") or (answer.get("after") or {}).get("boot", {}).get("doubts")
    sockets_told = any(answer.get("totals", {}).get(key) for key in ("left", "unreachable", "gone"))
    if left and not doubts and not sockets_told:
        strays = not _without_strays(left, state, old, new)
        yield f"{'leftover after success' if strays else 'false ok'}: not new in {left}"
    if state.boot != new.boot and not doubts:
        yield f"false ok: the next boot gives {state.boot}, not {new.boot}"
    if answer.get("changed") is False and difference(state, old):
        yield f"changed untrue: {difference(state, old)} is changed"


def _next_run(seen: Observation, old: State, new: State) -> t.Iterator[str]:
    """The next run, without faults, brings the host to where it was to be."""
    if seen.then.status or (seen.then.answer or {}).get("failed"):
        yield f"next run fails: {(seen.then.answer or {}).get('msg') or seen.then.err}"
        return
    left = difference(seen.finally_, new)
    if _without_strays(left, seen.finally_, old, new):
        yield f"next run does not converge: not new in {left}"
    elif left:
        yield f"leftover stays after the next run: {left}"
