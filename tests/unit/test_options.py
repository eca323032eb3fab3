# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules, the role and the playbooks have the same names, types, choices and defaults."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import (
    KEEPALIVE_NAMESPACES,
    KEEPALIVE_NAMESPACES_INFO,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import PIN_LIMITS
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS, KEEPALIVE_SOCKETS_INFO
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    KEEPALIVE,
    KEEPALIVE_CHECKPOINT,
    KEEPALIVE_INFO,
    KEEPALIVE_REPORT,
    KEEPALIVE_RESTORE,
    KEEPALIVE_ROLLOUT,
    KEEPALIVE_VARIABLES,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, LIMITS
from ansible_collections.linux.tcp.plugins.plugin_utils._further.options import NAMESPACES_ELEMENT
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import OTHERS, ROLE_VARIABLES
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import PLAYBOOK_VARIABLES

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

ROOT = Path(__file__).absolute().parents[2]
ROLE = ROOT / "roles" / "keepalive"
SPECS: dict[str, t.Any] = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS: dict[str, dict[str, t.Any]] = SPECS["argument_specs"]["main"]["options"]
DEFAULTS: dict[str, t.Any] = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
MODULES: dict[str, dict[str, dict[str, t.Any]]] = {
    "keepalive": KEEPALIVE,
    "keepalive_checkpoint": KEEPALIVE_CHECKPOINT,
    "keepalive_container_defaults": KEEPALIVE_CONTAINER_DEFAULTS,
    "keepalive_info": KEEPALIVE_INFO,
    "keepalive_namespaces": KEEPALIVE_NAMESPACES,
    "keepalive_namespaces_info": KEEPALIVE_NAMESPACES_INFO,
    "keepalive_report": KEEPALIVE_REPORT,
    "keepalive_restore": KEEPALIVE_RESTORE,
    "keepalive_rollout": KEEPALIVE_ROLLOUT,
    "keepalive_sockets": KEEPALIVE_SOCKETS,
    "keepalive_sockets_info": KEEPALIVE_SOCKETS_INFO,
    "keepalive_variables": KEEPALIVE_VARIABLES,
}
# What a module's option and a role's are described by; the rest is text.
DESCRIBED = ("type", "elements", "choices", "default", "required", "aliases")


def described(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: option[name] for name in DESCRIBED if name in option}


def block(path: Path, name: str) -> dict[str, t.Any]:
    """Return a block of documentation, such as DOCUMENTATION, from the text of a plugin."""
    (text,) = re.findall(rf'^ *{name} = r"""\n(.*?)"""', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found: dict[str, t.Any] = yaml.safe_load(text)
    return found


def fragments_of(documentation: t.Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the fragments that the documentation of a module names, in its order."""
    found = {}
    for fragment in documentation["extends_documentation_fragment"]:
        file, _dot, part = fragment.partition("linux.tcp.")[2].partition(".")
        found[fragment] = block(ROOT / "plugins" / "doc_fragments" / f"{file}.py", part.upper() or "DOCUMENTATION")
    return found


def documented_options(module: str) -> dict[str, dict[str, t.Any]]:
    """Return the options that a module documents, with those of its fragments; its own take precedence."""
    documentation = block(ROOT / "plugins" / "modules" / f"{module}.py", "DOCUMENTATION")
    options: dict[str, dict[str, t.Any]] = {}
    for fragment in fragments_of(documentation).values():
        options.update(fragment["options"])
    return {**options, **documentation.get("options", {})}


def test_each_module_has_a_spec() -> None:
    assert {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")} == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_module_documents_its_options(module: str) -> None:
    assert {name: described(option) for name, option in documented_options(module).items()} == {
        name: described(option) for name, option in MODULES[module].items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_attributes_of_all_modules_come_after_those_of_some(module: str) -> None:
    """Of two fragments that have an attribute, Ansible takes the first one's."""
    seen: set[str] = set()
    documentation = block(ROOT / "plugins" / "modules" / f"{module}.py", "DOCUMENTATION")
    for name, fragment in fragments_of(documentation).items():
        attributes = fragment.get("attributes", {}).keys()
        assert name == "linux.tcp.attributes" or not seen & attributes
        seen |= attributes


@pytest.mark.parametrize("module", MODULES)
def test_module_takes_the_options_of_its_spec(module: str) -> None:
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    assert re.findall(r"argument_spec=(\S+?),", text) == [module.upper()]


@pytest.mark.parametrize("path", [ROOT, ROLE], ids=["of the collection", "of the role"])
def test_readme_has_the_variables_of_the_role(path: Path) -> None:
    text = (path / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(keepalive_\w+)` \| `(.*?)` \|", text, re.MULTILINE)
    assert {name: yaml.safe_load(default) for name, default in rows} == {
        name: option.get("default") for name, option in OPTIONS.items()
    }


def test_readme_has_a_line_for_each_module_and_filter() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[`linux\.tcp\.\w+`\]\((plugins/\S+)\) \| (.+) \|$", text, re.MULTILINE))
    (others,) = re.findall(r"^The playbooks use four more modules, (.*)$", text, re.MULTILINE)
    internal = re.findall(r"`(\w+)`", others)
    paths = [path for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py")]
    assert rows == {
        str(path.relative_to(ROOT)): block(path, "DOCUMENTATION")["short_description"]
        for path in paths
        if path.stem not in internal
    }


def test_role_has_the_options_of_the_module() -> None:
    of_module = {name: option for name, option in OPTIONS.items() if name != OTHERS}
    assert {name.replace("keepalive_", "", 1): described(option) for name, option in of_module.items()} == {
        name: described(option) for name, option in with_aliases(KEEPALIVE).items()
    }


def with_aliases(options: t.Mapping[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return the options of a module as a role can have them: with an option for each alias."""
    found = {}
    for name, option in options.items():
        one = {key: value for key, value in option.items() if key != "aliases"}
        found.update(dict.fromkeys([name, *option.get("aliases", ())], one))
    return found


def test_names_are_known() -> None:
    """Each variable of the role and the playbooks, and no other, is taken for one that is not misspelt."""
    assert set(OPTIONS) == {*ROLE_VARIABLES, OTHERS}
    comments = [
        path.read_text(encoding="utf-8").partition("\n- name: ")[0] for path in (ROOT / "playbooks").glob("*.yml")
    ]
    assert {name for text in comments for name in re.findall(r"\bkeepalive_\w+", text)} == set(PLAYBOOK_VARIABLES)


def test_role_has_the_options_of_the_sockets() -> None:
    """An element has no defaults of its own in the role: those of the module option ``sockets`` hold."""
    of_role = OPTIONS["keepalive_sockets"]["options"]
    assert {name: described(option) for name, option in of_role.items()} == {
        name: {key: value for key, value in described(option).items() if key != "default"}
        for name, option in with_aliases(KEEPALIVE_SOCKETS).items()
    }


@pytest.mark.parametrize("name", [*NAMESPACES_ELEMENT, "true"])
def test_what_is_given_for_namespaces_is_described(name: str) -> None:
    """The option has no specs of its elements, as it may be a boolean."""
    for option in (OPTIONS["keepalive_namespaces"], documented_options("keepalive")["namespaces"]):
        assert re.search(rf"[CV]\({name}\)", str(option["description"]))


@pytest.mark.parametrize("engine", [*KEEPALIVE_CONTAINER_DEFAULTS["engines"]["choices"], "true"])
def test_what_is_given_for_container_defaults_is_described(engine: str) -> None:
    for option in (OPTIONS["keepalive_container_defaults"], documented_options("keepalive")["container_defaults"]):
        assert f"V({engine})" in str(option["description"])


def test_defaults_of_the_role_are_those_of_its_options() -> None:
    assert {name: option.get("default") for name, option in OPTIONS.items()} == DEFAULTS


@pytest.mark.parametrize(
    ("entry_point", "module", "options"),
    [
        ("main", "linux.tcp.keepalive", KEEPALIVE),
        ("checkpoint", "linux.tcp.keepalive_checkpoint", KEEPALIVE_CHECKPOINT),
    ],
)
def test_role_hands_on_each_option(entry_point: str, module: str, options: dict[str, t.Any]) -> None:
    (task,) = yaml.safe_load((ROLE / "tasks" / f"{entry_point}.yml").read_text(encoding="utf-8"))
    handed = {name: re.findall(r"keepalive_\w+", text)[-1] for name, text in task[module].items()}
    # the playbook of a rollout says whether a checkpoint waits; no user of the role does
    own = {"wait": "keepalive_wait"}
    assert handed == {name: own.get(name, f"keepalive_{name}") for name in with_aliases(options)}


def test_entry_points_of_a_rollout_have_the_options_that_they_read() -> None:
    """What they would ignore, they do not have."""
    (task,) = yaml.safe_load((ROLE / "tasks" / "checkpoint.yml").read_text(encoding="utf-8"))
    read = set(re.findall(r"(?<!_)keepalive_\w+", str(task["linux.tcp.keepalive_checkpoint"])))
    for entry_point in ("checkpoint", "verify"):
        options = SPECS["argument_specs"][entry_point]["options"]
        assert options == {name: OPTIONS[name] for name in read}


def descriptions(node: t.Any, name: str) -> t.Iterator[str]:
    """Yield the descriptions of all options of a name, in a role with its prefix."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in (name, f"keepalive_{name}") and isinstance(value, dict) and "description" in value:
            yield str(value["description"])
        yield from descriptions(value, name)


def documentation() -> dict[str, t.Any]:
    """Return what the modules, the fragments and the role say of options, by file."""
    found: dict[str, t.Any] = {"argument_specs.yml": OPTIONS}
    for path in sorted((ROOT / "plugins").glob("*/*.py")):
        for block in re.findall(
            r'^    [A-Z]+ = r"""\n(.*?)"""|^DOCUMENTATION = r"""\n(.*?)"""', path.read_text(), re.MULTILINE | re.DOTALL
        ):
            found.setdefault(path.name, []).append(yaml.safe_load("".join(block)))
    return found


@pytest.mark.parametrize("key", KEYS)
def test_documented_limits_are_those_that_hold(key: Key) -> None:
    limits = {f"V(1) to V({bounds[key]})" for bounds in (LIMITS, PIN_LIMITS)}
    told = []
    for name, nodes in documentation().items():
        for node in nodes if isinstance(nodes, list) else [nodes]:
            told += [
                (name, limit) for text in descriptions(node, key) for limit in re.findall(r"V\(1\) to V\(\d+\)", text)
            ]
    assert {limit for _name, limit in told} == limits
    assert len(told) >= 4  # the module, its sockets' module, the role and its sockets


@pytest.mark.parametrize("playbook", ["apply", "audit", "restore", "rollout"])
def test_playbook_documents_its_variables(playbook: str) -> None:
    """The comment at the top has each variable that is no option of the role; no other is read."""
    path = ROOT / "playbooks" / f"{playbook}.yml"
    text = path.read_text(encoding="utf-8")
    tasks = [ROOT / "playbooks" / name for name in re.findall(r"import_tasks: (tasks/\w+\.yml)", text)]
    tasks += [
        path.with_name(name) for path in tasks for name in re.findall(r"include_tasks: (\w+\.yml)", path.read_text())
    ]
    code = "".join(
        re.sub(r"^ *#.*", "", part.read_text(encoding="utf-8"), flags=re.MULTILINE) for part in (path, *tasks)
    )
    if "step: prepare" in code:  # it reads these where the playbook names them nowhere
        action = (ROOT / "plugins" / "action" / "keepalive_rollout.py").read_text(encoding="utf-8")
        code += " ".join(re.findall(r'"keepalive_rollout_\w+"', action))
    if "__keepalive_own" in code:  # read here, and not handed to the playbook
        action = (ROOT / "plugins" / "action" / "keepalive_variables.py").read_text(encoding="utf-8")
        code += " ".join(name for name in re.findall(r"READ_HERE = .*", action) if f"keepalive_{playbook}_" in name)
    code = re.sub(r"\bvariables\.keepalive_", " keepalive_", code)
    read = set(re.findall(r"(?<![\w.])keepalive_\w+", code)) - set(OPTIONS) - {"keepalive_result"}
    comment = text.partition("\n- name: ")[0]
    read = {name for name in read if not re.search(rf"linux\.tcp\.{name}\b", code)}
    assert read == set(re.findall(r"\bkeepalive_\w+", comment))


def values_of_failures(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield what a module documents to return when it fails, too."""
    for value in node.values() if isinstance(node, dict) else ():
        if isinstance(value, dict):
            if "module fails because of" in str(value.get("description")):
                yield value
            yield from values_of_failures(value)


@pytest.mark.parametrize("module", ["keepalive", "keepalive_restore"])
def test_what_a_failure_returns_has_its_content_then_too(module: str) -> None:
    found = list(values_of_failures(block(ROOT / "plugins" / "modules" / f"{module}.py", "RETURN")))
    assert found
    assert not [one for value in found for one in value["contains"].values() if one["returned"] == "success"]
