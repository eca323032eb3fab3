# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the arguments of a task is told before anything is sent, in the words of the user."""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS
from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import (
    KEEPALIVE_NAMESPACES,
    KEEPALIVE_NAMESPACES_INFO,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS, KEEPALIVE_SOCKETS_INFO
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    KEEPALIVE,
    KEEPALIVE_CHECKPOINT,
    KEEPALIVE_INFO,
    KEEPALIVE_RESTORE,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import left_out
from ansible_collections.linux.tcp.plugins.plugin_utils._input.arguments import as_variables, checked
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import ROLE_VARIABLES

SPECS = {
    "keepalive": KEEPALIVE,
    "keepalive_checkpoint": KEEPALIVE_CHECKPOINT,
    "keepalive_info": KEEPALIVE_INFO,
    "keepalive_restore": KEEPALIVE_RESTORE,
    "keepalive_sockets": KEEPALIVE_SOCKETS,
    "keepalive_sockets_info": KEEPALIVE_SOCKETS_INFO,
    "keepalive_namespaces": KEEPALIVE_NAMESPACES,
    "keepalive_namespaces_info": KEEPALIVE_NAMESPACES_INFO,
    "keepalive_container_defaults": KEEPALIVE_CONTAINER_DEFAULTS,
}


def check(module: str, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    return checked(arguments, SPECS[module], module=f"linux.tcp.{module}")


@pytest.mark.parametrize(
    ("module", "arguments", "found"),
    [
        pytest.param("keepalive", {}, {}, id="nothing"),
        pytest.param("keepalive", {"time": "600", "intvl": 60.0}, {"time": 600, "intvl": 60}, id="numbers"),
        pytest.param("keepalive", {"time": None}, {"time": None}, id="null"),
        pytest.param("keepalive", {"interval": 60}, {"interval": 60}, id="alias"),
        pytest.param("keepalive", {"intvl": 60, "interval": "60"}, {"intvl": 60}, id="the same twice"),
        pytest.param(
            "keepalive", {"intvl": None, "interval": 60}, {"intvl": None, "interval": 60}, id="null and alias"
        ),
        pytest.param("keepalive", {"runtime": "no", "backup": 1}, {"runtime": "no", "backup": 1}, id="booleans"),
        pytest.param("keepalive", {"path": "~/x.conf"}, {"path": "~/x.conf"}, id="a path of the host"),
        pytest.param(
            "keepalive",
            {"sockets": [{"units": ["nginx"], "interval": 60}]},
            {"sockets": [{"units": ["nginx"], "interval": 60}]},
            id="sockets",
        ),
        pytest.param(
            "keepalive",
            {"time": 5, "namespaces": [{"pids": "1"}], "container_defaults": "lxc"},
            {"time": 5, "namespaces": [{"pids": "1"}], "container_defaults": "lxc"},
            id="containers",
        ),
        pytest.param(
            "keepalive",
            {"state": "absent", "container_defaults": True},
            {"state": "absent", "container_defaults": True},
            id="containers without a value to set",
        ),
        pytest.param(
            "keepalive", {"time": 0, "state": "absent"}, {"time": 0, "state": "absent"}, id="a value to remove"
        ),
        pytest.param("keepalive_sockets_info", {"states": "listening"}, {"states": "listening"}, id="a list as text"),
        pytest.param(
            "keepalive_sockets_info",
            {"idle_timeout": "350.0", "remote_ports": ["443", 80.0], "pids": None},
            {"idle_timeout": 350, "remote_ports": [443, 80], "pids": None},
            id="other numbers from templates",
        ),
    ],
)
def test_what_is_right(module: str, arguments: dict[str, t.Any], found: dict[str, t.Any]) -> None:
    assert check(module, arguments) == found


OUT = "Give a whole number between 1 and 255, or leave probes out to keep what is set."
NO_VALUE = "{0} is given without a value to set: give time: 600, intvl: 60 or probes: 20, or leave {0} out."
TWO_NAMES = "and both are names of one option: give one of them."


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        ("keepalive", {"tme": 600}, "tme is no option of linux.tcp.keepalive. Did you mean time?"),
        ("keepalive", {"probe": 20}, "probe is no option of linux.tcp.keepalive. Did you mean probes?"),
        ("keepalive", {"intrval": 60}, "intrval is no option of linux.tcp.keepalive. Did you mean interval?"),
        ("keepalive", {"keepalive_time": 6}, "keepalive_time is no option of linux.tcp.keepalive. Did you mean time?"),
        ("keepalive", {"keepalive_tme": 6}, "keepalive_tme is no option of linux.tcp.keepalive. Did you mean time?"),
        (
            "keepalive",
            {"net.ipv4.tcp_keepalive_probes": 20},
            "net.ipv4.tcp_keepalive_probes is no option of linux.tcp.keepalive. Did you mean probes?",
        ),
        ("keepalive", {"keepalive-time": 6}, "keepalive-time is no option of linux.tcp.keepalive. Did you mean time?"),
        ("keepalive", {"TIME": 600}, "TIME is no option of linux.tcp.keepalive. Did you mean time?"),
        ("keepalive_info", {"xyz": 1}, "xyz is no option of linux.tcp.keepalive_info. It has loader, root."),
        ("keepalive_sockets", {"unit": "x"}, "unit is no option of linux.tcp.keepalive_sockets. Did you mean units?"),
        ("keepalive_restore", {"forced": 1}, "forced is no option of linux.tcp.keepalive_restore. Did you mean force?"),
        ("keepalive", {"intvl": 60, "interval": 75}, f"intvl is 60 and interval is 75, {TWO_NAMES}"),
        ("keepalive_checkpoint", {"intvl": 60, "interval": 75}, f"intvl is 60 and interval is 75, {TWO_NAMES}"),
        (
            "keepalive",
            {"sockets": [{"units": ["a"]}, {"intvl": 60, "interval": 75}]},
            f"sockets[1]: intvl is 60 and interval is 75, {TWO_NAMES}",
        ),
        (
            "keepalive",
            {"sockets": [{"unit": ["a"]}]},
            "sockets[0]: unit is no option of linux.tcp.keepalive_sockets. Did you mean units?",
        ),
        (
            "keepalive",
            {"time": 5, "namespaces": [{"all": True}, {"engine": "docker"}]},
            "namespaces[1]: engine is no option of linux.tcp.keepalive_namespaces here. Did you mean engines?",
        ),
        (
            "keepalive",
            {"time": 5, "namespaces": [{"units": []}]},
            "namespaces[0]: units is empty, so no network namespace is selected. Name some, or leave units out.",
        ),
        ("keepalive", {"namespaces": True}, NO_VALUE.format("namespaces")),
        ("keepalive", {"container_defaults": True}, NO_VALUE.format("container_defaults")),
        (
            "keepalive",
            {"sockets": [{"time": "x"}]},
            "sockets[0]: time is 'x': give a whole number of seconds, or leave it out.",
        ),
        ("keepalive", {"time": True}, "time is True, a boolean: give a whole number between 1 and 2147483."),
        (
            "keepalive_sockets_info",
            {"limit": float("inf")},
            "limit is inf: give a whole number of seconds, or leave it out.",
        ),
        (
            "keepalive_sockets_info",
            {"local_ports": [443, "https"]},
            "local_ports is 'https': give a whole number, or leave it out.",
        ),
        (
            "keepalive_checkpoint",
            {"probes": 256},
            f"probes is 256: not every kernel takes more than 255. {OUT}",
        ),
        ("keepalive", {"overrides": "takeover"}, "overrides is 'takeover': give fail, take_over or ignore."),
        ("keepalive", {"overrides": None}, "overrides is None: give fail, take_over or ignore."),
        ("keepalive", {"state": "gone"}, "state is 'gone': give present or absent."),
        ("keepalive", {"runtime": "maybe"}, "runtime is 'maybe': give true or false."),
        ("keepalive_restore", {"force": "maybe"}, "force is 'maybe': give true or false."),
        ("keepalive_restore", {"to": "middle"}, "to is 'middle': give last or first."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong(module: str, arguments: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check(module, arguments)
    assert str(refused.value) == message
    assert module != "keepalive" or names_left(message) == []


@pytest.mark.parametrize("more", [{"state": "absent"}, {"root": "/mnt"}], ids=str)
def test_what_has_no_effect(more: dict[str, t.Any]) -> None:
    found = left_out({"sockets": [{"all": True}], "namespaces": True, **more})
    assert found
    assert [names_left(warning) for warning in found] == [[]] * len(found)


def test_what_only_ansible_knows() -> None:
    with pytest.raises(InvalidValueError, match="states"):
        check("keepalive_sockets", {"states": ["gone"]})


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("time is 0: give 1, or leave time out.", "keepalive_time is 0: give 1, or leave keepalive_time out."),
        ("intvl is 60 and interval is 75", "keepalive_intvl is 60 and keepalive_interval is 75"),
        ("give overrides: x, or overrides: y.", "give keepalive_overrides: x, or keepalive_overrides: y."),
        ("With path: /etc/sysctl.d/zz.conf", "With keepalive_path: /etc/sysctl.d/zz.conf"),
        ("give runtime: false to write", "give keepalive_runtime: false to write"),
        ("sockets[0]: time is 0: give time: 60", "keepalive_sockets[0]: time is 0: give time: 60"),
        ("sockets is 'x', and", "keepalive_sockets is 'x', and"),
        ("namespaces[0]: units is x, so time is 0", "keepalive_namespaces[0]: units is x, so time is 0"),
        ("container_defaults: time is 0", "keepalive_container_defaults: time is 0"),
        ("sockets has no effect: state=absent.", "keepalive_sockets has no effect: keepalive_state=absent."),
        (
            "path: x, namespaces[0]: overrides: x. sockets[1]: time: 60. container_defaults: root: x",
            (
                "keepalive_path: x, keepalive_namespaces[0]: overrides: x. keepalive_sockets[1]: time: 60. "
                "keepalive_container_defaults: root: x"
            ),
        ),
        *[(text, text) for text in ("/etc/path: x, 'time is 0'", "a.tcp_keepalive_time is 5", "keepalive_time is 5")],
    ],
    ids=str,
)  # fmt: skip
def test_names_of_the_role(message: str, named: str) -> None:
    assert as_variables(message) == named


PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
# Where the messages come from that a task of the role may have, but for those about elements of its options.
SOURCES = [
    path
    for place in (
        "_errors.py",
        "_host/*.py",
        "_state/*.py",
        "_sysctl/*.py",
        "_input/*.py",
        "_further/*.py",
        "_probe/*.py",
    )
    for utils in ("module_utils", "plugin_utils")
    for path in sorted((PLUGINS / utils).glob(place))
]
NAME = re.compile(
    rf"(?<![\w./'\"{{-])(?:{'|'.join(name.partition('_')[2] for name in ROLE_VARIABLES)})(?![\w/.-]|\.\w)"
)
# Where these words are no options.
WORDS = re.compile(
    "(as|its|make|than|the) root|(a|absolute|its|other|same|the|this) path|processor time|desired state"
    "|table of sockets|kernel probes|every intvl seconds|option of linux.*|~root"
)
ELEMENT = re.compile(r"keepalive_(sockets\[|namespaces\[|container_defaults: ).*")


def names_left(message: str) -> list[str]:
    """Return the options that a message still names without their prefix when it is one about the role's variables."""
    return NAME.findall(WORDS.sub("", ELEMENT.sub("", as_variables(message))))


def sentences(path: Path) -> t.Iterator[str]:
    """Yield the texts of a file of Python with several words, no docstrings or bytes, with a gap for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    aside |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    aside |= {id(node) for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, bytes)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.JoinedStr, ast.Constant)) and id(node) not in aside:
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if len(text.split()) > 2:
                yield text


def test_each_message_names_the_variables_of_the_role() -> None:
    """A message that is worded anew has to keep one of the forms in which options become variables."""
    assert len(SOURCES) > 50  # else the folders were not found
    left = [f"{path.relative_to(PLUGINS)}: {text}" for path in SOURCES for text in sentences(path) if names_left(text)]
    assert left == [], "Write 'time is', 'time: 60' or 'leave time out', or add to WORDS what is no option."


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        pytest.param("keepalive", {"exclusive": True}, "exclusive is given without", id="exclusive"),
        pytest.param("keepalive", {"sockets": [{}]}, r"sockets\[0\]: ", id="sockets without a filter"),
        pytest.param(
            "keepalive", {"sockets": [{"all": True, "time": 99999}]}, r"sockets\[0\]: time is 99999", id="their values"
        ),
        pytest.param("keepalive_namespaces", {"all": True}, "None of time, intvl and probes", id="no value"),
        pytest.param("keepalive_namespaces", {"all": True, "time": 0}, "time is 0", id="a value"),
        pytest.param("keepalive_namespaces", {"time": 600}, "filter", id="no filter"),
        pytest.param("keepalive_namespaces", {"time": 600, "all": True, "units": ["a"]}, "all", id="a filter and all"),
        pytest.param("keepalive_namespaces", {"time": 600, "units": []}, "units is empty", id="an empty filter"),
        pytest.param("keepalive_namespaces_info", {"units": [""]}, "units has an empty name", id="an empty name"),
        pytest.param("keepalive_sockets", {}, "filter", id="no filter for sockets"),
        pytest.param("keepalive_sockets", {"all": True, "enabled": False, "time": 5}, "enabled: false", id="both"),
        pytest.param("keepalive_sockets_info", {"local_ports": [70000]}, "local_ports has 70000", id="a port"),
        pytest.param("keepalive_container_defaults", {"engines": []}, "engines is empty", id="no engine"),
        pytest.param("keepalive_container_defaults", {"time": -1}, "time is -1", id="a default"),
    ],
)
def test_all_that_the_module_would_refuse(module: str, arguments: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        check(module, arguments)
