# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge from outside what a run with faults has left: old or new, a message that is true, and a way on.

A rule that is broken is a text: its kind, a colon, and what was found.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import re
import signal
import typing as t

from ansible_collections.linux.tcp.tests.faults.bench import KEYS
from ansible_collections.linux.tcp.tests.faults.jobs import JOBS, STORE
from ansible_collections.linux.tcp.tests.faults.modes import CRASHES
from ansible_collections.linux.tcp.tests.faults.nodes import LEFTOVER, MEMORY_FILE

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Json
    from ansible_collections.linux.tcp.tests.faults.endpoints import Options
    from ansible_collections.linux.tcp.tests.faults.modes import Case
    from ansible_collections.linux.tcp.tests.faults.nodes import Node
    from ansible_collections.linux.tcp.tests.faults.observe import Observation, State

_FATAL = frozenset([signal.SIGKILL, *(getattr(signal, f"SIG{name}") for name in CRASHES)])
_CLAIMS_PART = re.compile(r"changed in part")
_CLAIMS_NONE = re.compile(r"[Nn]othing (was|is left) (changed|restored)|has been undone")
_CLAIMS_DONE = re.compile(r"was set before")
_DENIES = re.compile(r"cannot be|Cannot set")
_READS = re.compile(
    r"read|pread|.*stat|.*getxattr|.*listxattr|open|close"
)  # where one fails, what is there is not known
# One fault must be undone wholly. After these modes something may be left, if the message names it.
_MAY_LEAVE = frozenset(["disk", "undo"])
# The function of Ansible that prints the result: where that fails, there is no message.
_PRINTS = "in _record_module_result"
# A copy of a checkpoint, by the time at which it was made. One too many does no harm.
_ASIDE = re.compile(rf"{STORE}/\w+\.\d{{4}}-[^/]*\.json\Z")
# What varies in files from run to run: that number; when the owner of a lock began, if that is known, and when it took
# the lock; and whether it made the folder.
_VARYING = re.compile(rb'(?<=Z)\.\d+(?=\.json)|"(began|since|made_folder)": [^,}]+')


class Difference(t.NamedTuple):
    """What one state has otherwise than another: paths, keys of the kernel, sockets, network namespaces."""

    paths: tuple[str, ...]
    keys: tuple[str, ...]
    sockets: tuple[int, ...]
    namespaces: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(self)

    def __str__(self) -> str:
        sockets = (f"socket {number}" for number in self.sockets)
        return ", ".join((*self.paths, *self.keys, *sockets, *(f"namespace {number}" for number in self.namespaces)))


def difference(one: State, other: State) -> Difference:
    """Compare two states. The store's folder itself and a number in the name of a copy do not count."""
    paths = sorted({*one.nodes, *other.nodes} - {STORE})
    return Difference(
        tuple(path for path in paths if not _are_same(one.nodes.get(path), other.nodes.get(path))),
        tuple(key for key, a, b in zip(KEYS, one.values, other.values) if a != b),
        tuple(number for number, (a, b) in enumerate(zip(one.sockets, other.sockets)) if a != b),
        tuple(number for number, (a, b) in enumerate(zip(one.namespaces, other.namespaces)) if a != b),
    )


def _are_same(one: Node | None, other: Node | None) -> bool:
    plain = [node and node._replace(content=_VARYING.sub(b"", node.content)) for node in (one, other)]
    return plain[0] == plain[1]


def _is_torn(found: Options, old: Options, new: Options) -> bool:
    """Whether a socket has what it had neither before nor was to have, nor anything between that does no harm.

    The kernel sets one option at a time. Where keepalive stays on, each value may be old or new, if the connection ends
    no sooner than by all of the old ones or all of the new ones. Where it was off, it may be so until it has them all.
    """
    if any(one not in known for one, *known in zip(found, old, new)):
        return True
    if not found[0]:
        return bool(old[0])
    silence = [time + intvl * probes for _on, time, intvl, probes in (found, old, new)]
    return found != new if not old[0] else silence[0] < min(silence[1:])


def _doubts(result: Json) -> set[str]:
    """Return what a module that succeeded told of what it could not know or do."""
    found = [*result.get("warnings", []), *result.get("after", {}).get("boot", {}).get("doubts", [])]
    totals = result.get("totals", {})
    return {str(one) for one in (*found, *((key, totals[key]) for key in totals if key != "changed"))}


def judge(case: Case, seen: Observation, plain: Observation) -> list[str]:
    """Return the rules that a run broke. ``plain`` is the run of the same job without faults."""
    return list(dict.fromkeys(_Judge(case, plain).broken(seen)))


class _Judge:
    def __init__(self, case: Case, plain: Observation) -> None:
        self._case, self._old, self._new = case, plain.before, plain.after
        self._job = JOBS[case.job]
        self._known_doubts = _doubts(plain.run.result or {})

    def broken(self, seen: Observation) -> t.Iterator[str]:
        """Yield the rules that a run broke."""
        status, result, state = seen.run.status, seen.run.result, seen.after
        yield from self._next_run(seen)
        if not (
            _doubts(result or {}) - self._known_doubts
        ):  # what could not be read is not known at the next boot either
            yield from self._boots(state)
        by_signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if (
            by_signal in _FATAL
            or self._job.module in ("keepalive_sockets", "keepalive_namespaces")
            or (by_signal and self._job.module == "store")
        ):
            was_undone = by_signal not in _FATAL and '"not_undone"' not in seen.run.out
            yield from self._each_old_or_new(state, by_key=not was_undone)
        elif by_signal or self._case.mode == "signal" or result is None:
            yield from self._all_old_or_new(state)
        if by_signal:
            return
        if result is None:
            is_excused = any(fault.startswith("memory=") for fault in self._case.faults) or _PRINTS in seen.run.err
            if not is_excused:
                said = seen.run.err.strip().splitlines() or ["the process said nothing"]
                yield f"no message: {said[-1]}"
        elif result.get("failed"):
            yield from self._failed(str(result.get("msg", "")), state)
        else:
            yield from self._succeeded(result, state)

    def _strays(self, state: State) -> list[str]:
        return sorted(path for path in state.nodes if path not in self._old.nodes and path not in self._new.nodes)

    def _leftovers(self, state: State) -> list[str]:
        return [path for path in self._strays(state) if LEFTOVER.search(path)]

    def _harmless(self, path: str) -> bool:
        return bool(LEFTOVER.search(path) or _ASIDE.match(path))

    def _without_leftovers(self, found: Difference, state: State) -> Difference:
        strays = self._strays(state)
        left = (
            path for path in found.paths if not _ASIDE.match(path) and not (path in strays and LEFTOVER.search(path))
        )
        return found._replace(paths=tuple(left))

    def _each_old_or_new(self, state: State, *, by_key: bool) -> t.Iterator[str]:
        """After SIGKILL each part of the host is what it was or what it was to be.

        A network namespace is so ``by_key`` where the process was killed or could not undo, and else as a whole.
        """
        from_old, from_new = difference(state, self._old), difference(state, self._new)
        for path in sorted({*from_old.paths} & {*from_new.paths} - {*self._strays(state)}):
            if path == MEMORY_FILE and self._remembers(state):
                continue
            yield f"torn file: {path} is neither old nor new: {state.nodes.get(path)}"
        for path in self._strays(state):
            if not self._harmless(path):
                yield f"stray file: {path}"
        for key in sorted({*from_old.keys} & {*from_new.keys}):
            yield f"torn value: the kernel's {key} is neither old nor new: {state.values}"
        for number in sorted({*from_old.namespaces} & {*from_new.namespaces}):
            found, old, new = (one.namespaces[number] for one in (state, self._old, self._new))
            if not by_key or any(one not in known for one, *known in zip(found, old, new)):
                yield f"torn namespace: namespace {number} has {found}, neither {old} nor {new}"
        for number in sorted({*from_old.sockets} & {*from_new.sockets}):
            found, old, new = (one.sockets[number] for one in (state, self._old, self._new))
            is_rearmed = self._job.params.get("rearm") and old == new  # keepalive is switched off and on
            if not _is_torn(found, old, new) or (is_rearmed and found == (0, *old[1:])):
                continue
            known = f"{self._old.sockets[number]} nor {self._new.sockets[number]}"
            yield f"torn socket: socket {number} has {state.sockets[number]}, neither {known}"

    def _remembers(self, state: State) -> bool:
        """Return whether what is remembered is whole, is true, and has each network namespace that was changed."""
        try:
            found, all_of_them = (json.loads(one.nodes[MEMORY_FILE].content) for one in (state, self._new))
        except (ValueError, KeyError):
            return False
        too_many = collections.Counter(found["namespaces"]) - collections.Counter(all_of_them["namespaces"])
        return not too_many and len(found["namespaces"]) >= len(difference(state, self._old).namespaces)

    def _boots(self, state: State) -> t.Iterator[str]:
        """Whatever happens, the next boot gives each key its old or its new value."""
        for key, value, *known in zip(itertools.cycle(KEYS), state.boot, self._old.boot, self._new.boot):
            if value not in known:
                yield f"boot between: the next boot gives {key} = {value}, neither {known[0]} nor {known[1]}"

    def _all_old_or_new(self, state: State) -> t.Iterator[str]:
        """A process that could clean up leaves all of the old, or all of the new."""
        from_old, from_new = difference(state, self._old), difference(state, self._new)
        if from_old and from_new:
            bare = [self._without_leftovers(found, state) for found in (from_old, from_new)]
            if all(bare):
                yield f"between after {self._case.mode}: not old in {from_old}; not new in {from_new}"
            elif self._leftovers(state) and not self._hits_removal():
                yield f"leftover after {self._case.mode}: {', '.join(self._leftovers(state))}"

    def _failed(self, message: str, state: State) -> t.Iterator[str]:
        """A failure leaves the old, or names what it leaves."""
        left = difference(state, self._old)
        named = self._without_leftovers(left, state)
        if self._job.module == "keepalive_namespaces":  # those that can be set are
            if (named if self._may_leave() else left) and _CLAIMS_NONE.search(message):
                yield f"untrue message: {left} is changed, and it says: {message}"
            return
        unnamed = [name for name in (*named.paths, *named.keys) if not self._names(message, name)]
        if not message.strip():
            yield "no message: the result has none"
        if self._leftovers(state) and not named and not self._may_leave():
            yield f"leftover after {self._case.mode}: {left}"
        if not left and _CLAIMS_PART.search(message) and not _READS.match(self._case.faults[-1]):
            yield f"untrue message: nothing is changed, and it says: {message}"
        elif self._changed(message, named) and _CLAIMS_NONE.search(message) and not _CLAIMS_PART.search(message):
            yield f"untrue message: {named} is changed, and it says: {message}"
        elif named and not self._without_leftovers(difference(state, self._new), state):
            if unnamed or (_DENIES.search(message) and not _CLAIMS_DONE.search(message)):
                yield f"done, told as an error: {named} is new, and it says: {message}"
        elif unnamed:
            yield f"unnamed: {', '.join(unnamed)} is left changed, and it says: {message}"
        elif (named.paths or named.keys) and self._case.mode not in _MAY_LEAVE:
            yield f"between after {self._case.mode}: {named} is left changed, and it says: {message}"

    def _changed(self, message: str, found: Difference) -> bool:
        """Whether more is left than a copy of a file that the message names."""
        copies = [path for path in found.paths if path.endswith("~") and self._names(message, path)]
        return bool(found._replace(paths=tuple(path for path in found.paths if path not in copies)))

    def _may_leave(self) -> bool:
        """Whether a temporary file may be left."""
        return self._case.mode in _MAY_LEAVE or self._hits_removal()

    def _hits_removal(self) -> bool:
        """Whether the fault is such that a temporary file may stay, until a later run removes it."""
        return any(re.match(r"unlink|rmdir|memory=|told=link", fault) for fault in self._case.faults)

    def _names(self, message: str, name: str) -> bool:
        """Return whether a message names a path or key. What varies in a name has to be there, too."""
        if not name.startswith("/"):
            return f"tcp_keepalive_{name}" in message
        pattern = re.escape(name[len(self._job.tree) :]).replace(r"\.PID\.TIME", r"\.\d+\.[^ ]*")
        return bool(re.search(rf"{pattern}(?![\w/~-]|\.\w)", message))

    def _succeeded(self, result: Json, state: State) -> t.Iterator[str]:
        """A success is one; what could not be known is told."""
        left = difference(state, self._new)
        told = _doubts(result) - self._known_doubts
        if self._without_leftovers(left, state) and not told:
            yield f"false ok: not new in {left}"
        elif self._leftovers(state) and not told and not self._may_leave():
            yield f"leftover after success: {left}"
        if state.boot != self._new.boot and not told:
            yield f"false ok: the next boot gives {state.boot}, not {self._new.boot}"
        if result.get("changed") is False and difference(state, self._old):
            yield f"changed untrue: {difference(state, self._old)} is changed"

    def _next_run(self, seen: Observation) -> t.Iterator[str]:
        """The next run, without faults, brings the host to where it was to be, and removes what is left over."""
        if seen.then.status or (seen.then.result or {}).get("failed"):
            yield f"next run fails: {(seen.then.result or {}).get('msg') or seen.then.err}"
            return
        left = difference(seen.finally_, self._new)
        if self._without_leftovers(left, seen.finally_):
            yield f"next run does not converge: not new in {left}"
        written = {os.path.dirname(path) for path in difference(seen.finally_, seen.after).paths}
        stale = [path for path in self._leftovers(seen.finally_) if os.path.dirname(path) in written]
        if stale and self._job.module != "store":
            yield f"leftover stays after the next run has written beside it: {', '.join(stale)}"
