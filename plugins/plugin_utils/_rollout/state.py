# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the state of a rollout while it runs: what became of each host so far.

The state is a file of the run's own temporary folder on the controller. So no variable carries it, and
nothing that a host says can change what holds for another one.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    CheckpointError,
    KeepaliveError,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.plugin_utils._files import replace_file
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    ENDS,
    ROLLOUT,
    HostStatus,
    Reason,
    after_checkpoint,
    after_rollback,
    distrust,
    shortfall,
    summarize,
    wrong,
)

if t.TYPE_CHECKING:
    Facts = t.Mapping[str, t.Mapping[str, t.Any]]


@dataclasses.dataclass
class Rollout:
    """A rollout: where checkpoints are stored, the file of the health check of each host, and the status of each host.

    ``desired`` has the desired state of each host, as the controller knows it. ``sockets`` are the hosts whose open
    connections are to be set. ``checks_health`` says that the hosts that are pending now are in the health check, or
    were.
    """

    folder: str
    desired: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    checks: dict[str, str] = dataclasses.field(default_factory=dict)
    inventory: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    checks_health: bool = False
    hosts: dict[str, HostStatus] = dataclasses.field(default_factory=dict)

    @classmethod
    def load(cls, path: str) -> Rollout:
        """Return the rollout that this run of Ansible has begun.

        :raises KeepaliveError: when it has begun none.
        """
        try:
            with open(path, encoding="utf-8") as file:
                known = json.load(file)
        except OSError as exc:
            raise KeepaliveError("No rollout has begun: the playbook linux.tcp.rollout runs this.") from exc
        for status in known["hosts"].values():
            status["reason"] = status["reason"] and Reason(**status["reason"])
        known["hosts"] = {name: HostStatus(**status) for name, status in known["hosts"].items()}
        return cls(**{**known, "inventory": tuple(known["inventory"]), "sockets": tuple(known["sockets"])})

    def keep(self, path: str) -> None:
        """Write the state, in one step.

        :raises FileError: when it cannot be written.
        """
        text = json.dumps(dataclasses.asdict(self))
        replace_file(path, text, mode=0o600, variable="folder by local_tmp in ansible.cfg")

    @property
    def pending(self) -> list[str]:
        """The hosts that were changed, and neither committed nor rolled back."""
        return [name for name, status in self.hosts.items() if status.code == "pending"]

    @property
    def stops(self) -> bool:
        """Whether a host ends the rollout."""
        return any(status.code in ENDS for status in self.hosts.values()) or bool(self.pending)

    def left_pending(self) -> list[str]:
        """Return the hosts that an earlier rollout has left pending.

        :raises CheckpointError: when checkpoints cannot be read; the message names each host and file.
        """
        unreadable = [f"{name}: {error}" for name in self.hosts for error in [self._error_of(name)] if error]
        if unreadable:
            raise CheckpointError(" ".join([*unreadable, "Leave these hosts out otherwise, with --limit."]))
        return [name for name in self.hosts if store.is_pending(self.folder, name)]

    def _error_of(self, name: str) -> KeepaliveError | None:
        """Return why the checkpoint of a host cannot be read."""
        try:
            store.load(self.folder, name)
        except KeepaliveError as exc:
            return exc
        return None

    def checkpoint(self, facts: Facts, *, check_mode: bool) -> list[str]:
        """Take what the checkpoints of a batch say, and store them; return the hosts that are to be changed.

        There are none where one host of the batch fails, or an earlier one has left the rollout in the middle.
        """
        had_stopped = self.stops
        found = {}
        for name, known in facts.items():
            try:
                must_change = name in self.sockets or store.is_pending(self.folder, name)
            except KeepaliveError as exc:
                found[name] = HostStatus.failed("checkpoint_not_stored", unchanged(exc))
                continue
            distrusted = distrust(known)
            if distrusted:
                found[name] = HostStatus("failed", distrusted)
                continue
            result = known.get("__keepalive_checkpoint")
            found[name] = after_checkpoint(result, must_change=must_change and not check_mode)
        to_change = [name for name, status in found.items() if status.code == "pending"]
        if check_mode:
            self.hosts.update(found)
            self.hosts.update({name: dataclasses.replace(found[name], code="would_change") for name in to_change})
            return []
        if had_stopped or any(status.code in ENDS for status in found.values()):
            # what would have been changed was not, and what is left from an earlier rollout still is
            found.update({name: HostStatus() for name in to_change})
            self.hosts.update(found)
            return []
        self.checks_health = False
        failed = self._store({name: facts[name]["__keepalive_checkpoint"] for name in to_change})
        if failed:
            found.update({name: HostStatus() for name in to_change})
            found.update(failed)
            to_change = []
        self.hosts.update(found)
        return to_change

    def _store(self, results: Facts) -> dict[str, HostStatus]:
        """Store checkpoints, all or none; return the host whose own cannot be stored, with the reason."""
        stored: dict[str, t.Any] = {}
        for name, result in results.items():
            given: dict[str, t.Any] = {key: result.get(key) for key in ("before", "checkpoint")}
            given["desired"] = self.desired[name]
            try:
                if not isinstance(given["before"], dict):
                    raise CheckpointError("The host did not say what it has.")
                parse_checkpoint(given["checkpoint"], path=given["desired"]["path"])
            except KeepaliveError as exc:
                return self._discard(stored, name, HostStatus.failed("checkpoint_invalid", str(exc)))
            try:
                if not store.is_pending(self.folder, name):  # what an earlier rollout has left pending stays so
                    stored[name] = given["checkpoint"]  # first: it may be stored, and an error be told
                store.save(self.folder, name, **given, now=_now())
            except KeepaliveError as exc:
                return self._discard(stored, name, HostStatus.failed("checkpoint_not_stored", unchanged(exc)))
        return {}

    def _discard(self, stored: dict[str, t.Any], name: str, status: HostStatus) -> dict[str, HostStatus]:
        """Discard what was stored of a batch because of one host, and return the status of that host."""
        for other, known in stored.items():
            with contextlib.suppress(KeepaliveError):  # then the next rollout checks that host again
                store.discard(self.folder, other, checkpoint=known, now=_now())
        return {name: status}

    def verify(self, facts: Facts) -> list[str]:
        """Return the hosts whose health is to be checked; none where a pending one was not changed and verified."""
        reasons = [shortfall(facts[name], is_checked=False) for name in self.pending]
        self.checks_health = all(reason is None for reason in reasons)
        return [name for name in self.pending if self._is_checked(name)]

    def _is_checked(self, name: str) -> bool:
        return self.checks_health and bool(self.checks.get(name))

    def commit(self, facts: Facts) -> dict[str, str]:
        """Commit the pending hosts if all can be; return for each that could not be noted the reason.

        Otherwise they stay pending, each that fails with its reason.
        """
        reasons = self.judge(facts)
        unnoted: dict[str, str] = {}
        if any(reason is not None for reason in reasons.values()):
            return unnoted
        for name in self.pending:
            changed = self.hosts[name].would_change or bool((facts[name].get("keepalive_result") or {}).get("changed"))
            self.hosts[name] = HostStatus("changed" if changed else "already_compliant")
            try:
                store.commit(self.folder, name, now=_now())
            except KeepaliveError as exc:
                unnoted[name] = str(exc)
        return unnoted

    def judge(self, facts: Facts) -> dict[str, Reason | None]:
        """Note why each pending host cannot be committed, None where it can."""
        reasons = {name: shortfall(facts[name], is_checked=self._is_checked(name)) for name in self.pending}
        for name, reason in reasons.items():
            self.hosts[name] = dataclasses.replace(self.hosts[name], reason=reason)
        return reasons

    def finish(self, facts: Facts) -> dict[str, t.Any]:
        """Take what rolling back pending hosts has given; return the summary, and what is wrong with which hosts."""
        for name in self.pending:
            result = facts[name].get("__keepalive_rollback")
            command = self._restore_command(name)
            self.hosts[name] = after_rollback(self.hosts[name], result, restore_command=command)
        return {"summary": summarize(self.hosts, ROLLOUT), "wrong": wrong(self.hosts)}

    def _restore_command(self, name: str) -> str:
        given = json.dumps({"keepalive_hosts": name, "keepalive_rollout_folder": self.folder})
        sources = "".join(f" -i {shlex.quote(source)}" for source in self.inventory)
        return f"ansible-playbook linux.tcp.restore{sources} -e {shlex.quote(given)}"


def checkpoints_of_others(folder: str, *, hosts: t.Container[str], known: t.Container[str]) -> dict[str, list[str]]:
    """Return which hosts have a checkpoint and were not selected, and which of those are not in the inventory.

    :raises FileError: when the folder cannot be read.
    """
    others = [name for name in store.hosts_in(folder) if name not in hosts]
    return {
        "not_selected": [name for name in others if name in known],
        "not_in_inventory": [name for name in others if name not in known],
    }


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
