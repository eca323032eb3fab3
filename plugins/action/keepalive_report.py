# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the reports of an audit on the controller, from what Ansible registered for each host.

No template does so, because it would be rendered with the variables of the first host of the play. A fact of that host
with the name of a function, such as ``now`` or ``lookup``, would take the place of the function.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_REPORT
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import INFO, NAMESPACES, SOCKETS
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reports import report_of, texts_of
from ansible_collections.linux.tcp.plugins.plugin_utils._files import replace_file
from ansible_collections.linux.tcp.plugins.plugin_utils._input.controller import ControllerAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.variables import UnreadableVariablesError, of_one_host

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

TEMPLATE = os.path.join(os.path.dirname(__file__), "..", "..", "playbooks", "templates", "audit.html.j2")
_CRITERIA = ("limit", "idle_timeout", "covered", "strict", "max_age", "namespaces")


class ActionModule(ControllerAction):
    """Write report.html, report.csv and report.json, and return the verdict."""

    spec = KEEPALIVE_REPORT

    def act(self, params: Result, variables: Result) -> Result:
        """Return whether the fleet is compliant, and the summary."""
        criteria = Criteria.from_options(**{name: params[name] for name in _CRITERIA})
        results = (_results_of(name, variables["hostvars"]) for name in params["hosts"])
        report = report_of(results, criteria, created=params["created"], merge=params["merge"], folder=params["folder"])
        with open(TEMPLATE, encoding="utf-8") as file:
            template = file.read()
        for name, text in texts_of(report, template):
            replace_file(os.path.join(params["folder"], name), text, mode=0o644, variable="keepalive_audit_folder")
        return {"in_order": report["in_order"], "summary": report["summary"]}


def _results_of(name: str, hostvars: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return the name of a host and its results, with the names of its facts. A fact may stand for a result.

    A host whose results cannot be read has failed.
    """
    try:
        with of_one_host():
            known = hostvars[name]
            info, sockets, namespaces = (known.get(key, {}) for key in (INFO, SOCKETS, NAMESPACES))
            return name, info, sockets, list(known.get("ansible_facts") or ()), namespaces
    except UnreadableVariablesError as exc:
        return name, {"failed": True, "msg": f"it gave no answer that can be read: {exc}"}, {}, [], {}
