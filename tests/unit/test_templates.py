# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No template of the playbooks and the role calls a function by a name that a fact of a host can take."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from jinja2 import Environment, nodes

ROOT = Path(__file__).absolute().parents[2]
FILES = sorted(
    path
    for place in ("playbooks", "roles", "extensions/eda")
    for path in (ROOT / place).rglob("*.yml")
    if "argument_specs" not in path.name
)
# Names that Ansible and Jinja give to all templates, and which stand for functions or values of every host.
GLOBALS = {*Environment().globals, "lookup", "query", "q", "now", "undef", "omit", "vars", "environment"}
# What is left out of a module's options. The module's action, or the audit, refuses a host with such a fact.
OMITS = {"audit.yml", "checkpoint.yml", "main.yml"}
CONDITIONS = ("when", "that", "changed_when", "failed_when", "until")


def templates_in(node: t.Any, key: str = "") -> t.Iterator[str]:
    """Yield all templates, conditions as such, too."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from templates_in(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from templates_in(value, key)
    elif isinstance(node, str) and key in CONDITIONS:
        yield f"{{{{ {node} }}}}"
    elif isinstance(node, str) and "{{" in node:
        yield node


def names_in(text: str) -> set[str]:
    """Return the names of variables and functions that a template reads."""
    environment = Environment()
    for kind in (environment.filters, environment.tests):
        kind.update(dict.fromkeys(re.findall(r"[a-z]\w*(?:\.\w+)*", text), str))
    return {name.name for name in environment.parse(text).find_all(nodes.Name)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_need_no_function(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = {name for text in templates_in(document) for name in names_in(text)} & GLOBALS
    assert found <= ({"omit"} if path.name in OMITS else set())


def test_functions_are_found() -> None:
    """If this finds none, the other test proves nothing."""
    assert names_in("{{ lookup('ansible.builtin.file', x) | from_json }} {{ now() }}") & GLOBALS == {"lookup", "now"}
    assert list(templates_in([{"that": ["range(3)"], "name": "x"}])) == ["{{ range(3) }}"]
