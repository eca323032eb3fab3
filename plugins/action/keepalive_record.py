# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of the module keepalive_record: it writes the records."""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import Record
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import CONTROLLERS, KEEPALIVE_RECORD
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_record_result
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.action import CheapCheck
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store as _records

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

    Answer = t.Dict[str, t.Any]


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


class ActionModule(CheapCheck):
    """Look at the host, by the module where it would change, and write down what is found."""

    _supports_async = False
    spec = KEEPALIVE_RECORD

    def answer(self, params: Answer, host: ProbedHost) -> tuple[Answer, list[str]] | None:
        """Return the answer and the warnings, None where something would change."""
        if not params["path"].startswith("/"):
            raise InconclusiveProbeError("path is one that only the host can read")
        want = DesiredState.from_params({**params, "backup": False})
        change = preview(host, want)
        host.require_certain(change.before)
        return (build_record_result(change, Record(), want, params), list(change.warnings)) if change.is_empty else None

    def run(self, tmp: str | None = None, task_vars: Answer | None = None) -> Answer:
        """Return what was found, or note what is known."""
        variables = task_vars or {}
        answer: Answer = super(CheapCheck, self).run(tmp, variables)
        arguments = dict(self._task.args)
        own = {name: arguments[name] for name in CONTROLLERS if name in arguments}
        validated = ArgumentSpecValidator(KEEPALIVE_RECORD).validate(own)
        params = validated.validated_parameters
        if validated.error_messages:
            return {**answer, "failed": True, "msg": "; ".join(validated.error_messages)}
        folder, host = arguments.get("folder"), variables["inventory_hostname"]
        writes = params["write"] and not self._task.check_mode
        try:
            if params["found"] is not None or params["conclude"] is not None:
                if not folder:
                    return {**answer, "failed": True, "msg": "found and conclude need the folder of the records."}
                return {**answer, "changed": False, **self._note(str(folder), params, writes=writes)}
            unfinished = bool(folder) and _records.is_unfinished(str(folder), host)
            # the module waits for a run that may still be under way there
            asked = None if unfinished else self._ask(variables)
            asked = asked or self._execute_module(
                module_args={name: value for name, value in arguments.items() if name not in CONTROLLERS},
                task_vars=variables,
            )
            answer.update(asked)
            if folder and not answer.get("failed") and not answer.get("unreachable"):
                answer["unfinished"] = unfinished
                if writes and answer.get("would_change"):
                    _keep(str(folder), host, answer)
                    answer["record_file"] = _records.path_of(str(folder), host)
        except KeepaliveError as exc:
            answer.update(failed=True, msg=f"{exc} Nothing was changed.")
        return answer

    def _note(self, folder: str, params: Answer, *, writes: bool) -> Answer:
        """Write what is known already; where one record cannot be written, none is there as of an attempt."""
        if not writes:
            return {}
        for host in params["conclude"] or ():
            self._conclude(folder, host)
        ways_back: Answer = {}
        host = ""
        try:
            for host, found in (params["found"] or {}).items():
                ways_back[host] = _keep(folder, host, found)
        except KeepaliveError as exc:
            for other, record in ways_back.items():
                with contextlib.suppress(KeepaliveError):  # then the next rollout looks at that host again
                    _records.withdraw(folder, other, record=record, now=_now())
            return {"failed": True, "msg": f"{host}: {exc} Nothing was changed.", "unwritten": {host: str(exc)}}
        return {"ways_back": ways_back}

    def _conclude(self, folder: str, host: str) -> None:
        """Note that a change was found good. That it could not be noted makes it no less so."""
        try:
            _records.conclude(folder, host, now=_now())
        except KeepaliveError as exc:
            self._display.warning(
                f"{host}: the change is good, but will be checked again, as this was not noted: {exc}"
            )


def _keep(folder: str, host: str, found: Answer) -> Answer:
    """Record what the module said of a host; where it would not change, only an attempt that was begun before."""
    record: Answer = found["record"]
    if not found["would_change"] and not found.get("unfinished"):
        return record
    return _records.keep(folder, host, want=found["desired"], before=found["before"], record=record, now=_now())
