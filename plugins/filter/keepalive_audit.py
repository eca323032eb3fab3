# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: keepalive_audit
short_description: Check a fleet by what the info modules returned, and render the reports
version_added: 1.0.0
description:
  - Takes for each host what M(linux.tcp.keepalive_info), M(linux.tcp.keepalive_sockets_info) and
    M(linux.tcp.keepalive_namespaces_info) returned, also where they failed or the host could not be reached, and
    returns the texts of the reports.
  - The playbook C(linux.tcp.audit) does the same by an action. What is judged, and what the reports hold, is in
    R(guide_audit, ansible_collections.linux.tcp.docsite.guide_audit) among the collection's guides.
options:
  _input:
    description:
      - For each host a list of its name, and the registered results of M(linux.tcp.keepalive_info) and
        M(linux.tcp.keepalive_sockets_info). An empty one was not asked for.
      - A fourth element, which may be left out, is the list of the names of the host's facts. If C(__keepalive_info) or
        C(__keepalive_sockets) is among them, that result is ignored, as the host could have chosen it.
      - A fifth element, which may be left out, is the registered result of M(linux.tcp.keepalive_namespaces_info), for
        which the name is C(__keepalive_namespaces). An empty one was not asked for.
    type: list
    elements: list
    required: true
  template:
    description: The text of the template for C(report.html), C(playbooks/templates/audit.html.j2) of the collection.
    type: str
    required: true
  created:
    description: When the hosts were asked, in ISO 8601.
    type: str
    required: true
  limit:
    description: The longest acceptable detection time in seconds. Not judged when it is not given, V(null) or empty.
    type: int
  idle_timeout:
    description:
      - After how many seconds the path forgets an idle connection. Not judged when it is not given, V(null) or empty.
    type: int
  covered:
    description:
      - The least share of connections that keepalive must cover, in per cent. Not judged when it is not given,
        V(null) or empty.
    type: float
  strict:
    description:
      - Whether what only root may see, and what is empty on every plain host, is a reason. Without it that is a note.
    type: bool
    default: false
  max_age:
    description:
      - How old the result of an earlier audit may be, in seconds. Not judged when it is not given, V(null) or empty.
    type: int
  namespaces:
    description:
      - Whether it is a reason where network namespaces of a host, such as those of its containers, have other values
        than the host.
    type: bool
    default: false
  merge:
    description:
      - The C(report.json) of earlier audits, or folders with such files, on the controller. Their hosts join the
        report, each with the time at which it was asked, and are judged by the criteria of this audit.
      - Of several results for one host the one of this audit counts, or else the newest. Where another file has a worse
        one, that counts, with the reason C(reported_twice).
      - In a folder where files are named after hosts, as C(HOST.json) or C(HOST/report.json), each counts for the host
        of its name only. What it has of others is left out, and the fleet is not compliant.
    type: list
    elements: path
    default: []
seealso:
  - module: linux.tcp.keepalive_info
  - module: linux.tcp.keepalive_sockets_info
  - module: linux.tcp.keepalive_namespaces_info
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Write the report of one host
  ansible.builtin.copy:
    dest: /tmp/report.json
    content: "{{ texts['report.json'] }}"
    mode: "0644"
  vars:
    host: ["{{ inventory_hostname }}", "{{ info }}", {}]
    texts: "{{ [host] | linux.tcp.keepalive_audit(template='', created='2026-01-31T12:00:00Z', limit=600) }}"
"""

RETURN = r"""
_value:
  description: The texts of C(report.html), C(report.json) and C(report.csv), by these names.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.earlier import paths_given
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reports import report_of, texts_of


def keepalive_audit(
    hosts: t.Iterable[t.Sequence[t.Any]],
    *,
    template: str,
    created: str,
    limit: object = None,
    idle_timeout: object = None,
    covered: object = None,
    strict: object = False,
    max_age: object = None,
    namespaces: object = False,
    merge: object = None,
) -> dict[str, str]:
    """Return the reports by their files' names."""
    try:
        criteria = Criteria.from_options(
            limit=limit,
            idle_timeout=idle_timeout,
            covered=covered,
            strict=strict,
            max_age=max_age,
            namespaces=namespaces,
        )
        report = report_of(hosts, criteria, created=str(created), merge=paths_given("merge", merge))
    except KeepaliveError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    return dict(texts_of(report, str(template)))


class FilterModule:
    """Tell Ansible which filters are here."""

    def filters(self) -> dict[str, t.Callable[..., dict[str, str]]]:
        """Return them by name."""
        return {"keepalive_audit": keepalive_audit}
