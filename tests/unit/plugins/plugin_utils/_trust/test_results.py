# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml

from ansible_collections.linux.tcp.plugins.plugin_utils._trust import results
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.results import DOCUMENTED, reduced

Result = t.Dict[str, t.Any]
# What the actions return besides.
ADDED = {
    "keepalive": {"sockets": "list", "namespaces": "list", "container_defaults": "dict"},
    "keepalive_restore": {"found": "bool", "saved": "str", "older": "int"},
}


@pytest.mark.parametrize("module", DOCUMENTED)
def test_keys_and_types_are_those_that_are_documented(module: str) -> None:
    described = yaml.safe_load(
        importlib.import_module(f"ansible_collections.linux.tcp.plugins.modules.{module}").RETURN
    )
    returned = {**DOCUMENTED[module], **ADDED.get(module, {})}
    assert {name: value["type"] for name, value in described.items()} == returned


@pytest.mark.parametrize("module", ADDED)
def test_host_returns_nothing_that_the_controller_adds(module: str) -> None:
    assert reduced({"changed": False, **dict.fromkeys(ADDED[module])}, module) == {"changed": False}


def test_documented_result_is_kept() -> None:
    result = {
        "changed": False,
        "runtime": {"time": 600},
        "detection_time": None,
        "warnings": ["odd"],
        "diff": [],
        "invocation": {"module_args": {}},
    }
    assert reduced(result, "keepalive_info") == result


def test_failed_is_a_bool_afterwards() -> None:
    assert reduced({"failed": 0, "changed": True}, "keepalive") == {"failed": False, "changed": True}
    assert reduced({"failed": 1}, "keepalive") == {"failed": True}


def test_what_is_not_documented_is_dropped() -> None:
    result = {"changed": False, "foreign": [], "results": [], "_ansible_verbose_always": True, "ansible_x": 1, "x": 2}
    assert reduced(result, "keepalive_restore") == {"changed": False, "foreign": []}


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        pytest.param({"ansible_facts": {}}, "ansible_facts, which keepalive_restore never returns", id="facts"),
        pytest.param(
            {"add_host": {}, "add_group": "x"}, "add_group, add_host, which keepalive_restore never returns", id="host"
        ),
        pytest.param({"changed": "no"}, "changed, of type str and not bool", id="changed"),
        pytest.param({"failed": "no"}, "failed, of type str and not flag", id="failed"),
        pytest.param({"rc": 0.5}, "rc, of type any and not int", id="float"),
        pytest.param({"foreign": "x"}, "foreign, of type str and not list", id="list"),
        pytest.param({"msg": ["x"]}, "msg, of type list and not str", id="message"),
        pytest.param({"rc": "0"}, "rc, of type str and not int", id="status"),
    ],
)
@pytest.mark.parametrize("changed", [True, False])
def test_result_that_no_module_returns_is_a_failure(keys: Result, what: str, changed: bool) -> None:
    assert reduced({"changed": changed, "found": True, **keys}, "keepalive_restore") == {
        "failed": True,
        "changed": keys.get("changed", changed) is True,
        "msg": f"The result of the host has {what}. Nothing of it was used. Find out what on the host has returned it.",
    }


class Event:
    msg = "a\x1b[2J"


class Summary:
    """As a warning of ansible-core 2.19 is."""

    event = Event()


def test_what_is_printed_controls_no_terminal() -> None:
    kept = reduced(
        {
            "changed": True,
            "warnings": ["a\x1b[2Jb\n", Summary(), *["x"] * 100],
            "deprecations": [{"msg": "old\r", "version": "2.0", "more": 1}, Summary()],
            "diff": [{"before": "\x9b1m\u00fc\n\t", "after": 5, "evil": 1}, "x", {"before_header": "/a\r"}],
        },
        "keepalive",
    )
    assert kept["warnings"][:3] == ["a\\x1b[2Jb\n", "a\\x1b[2J", "x"]
    assert len(kept["warnings"]) == 50
    assert kept["deprecations"] == [{"msg": "old\\r", "version": "2.0"}, {"msg": "a\\x1b[2J"}]
    assert kept["diff"] == [{"before": "\\x9b1m\u00fc\n\t", "after": "5"}, {"before_header": "/a\\r"}]


def test_what_is_printed_is_escaped_as_the_host_escapes_it() -> None:
    text = "a\u00a0b\u200dc\u3000d\u202ee\U000f0000"
    shown = "a\u00a0b\u200dc\u3000d\\u202ee\\U000f0000"
    kept = reduced({"warnings": [text], "diff": [{"before": text}]}, "keepalive")
    assert (kept["warnings"], kept["diff"]) == ([shown], [{"before": shown}])


def test_texts_are_cut() -> None:
    kept = reduced({"msg": "x" * (2 << 20), "warnings": ["y" * 10**5]}, "keepalive")
    assert (len(kept["msg"]), len(kept["warnings"][0])) == (1 << 20, 2000)


def nested(depth: int) -> t.Any:
    value: t.Any = 1
    for _level in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("before", "what"),
    [
        pytest.param({"x": float("nan")}, "the number nan", id="not a number"),
        pytest.param({"x": float("inf")}, "the number inf", id="infinite"),
        pytest.param({"x": 10**400}, "the number 1000", id="a number without end"),
        pytest.param({"x": nested(300)}, "more than 40 deep", id="deep"),
        pytest.param({"x": nested(50_000)}, "more than 40 deep", id="deeper than the stack"),
        pytest.param({"x": [[]] * 200_000}, "more values than any result", id="many values"),
        pytest.param({"x": ["y" * 1000] * 20_000}, "more values than any result", id="long texts"),
    ],
)
def test_value_that_the_controller_cannot_handle(before: dict[str, t.Any], what: str) -> None:
    refused = reduced({"changed": True, "before": before}, "keepalive")
    assert (refused["failed"], refused["changed"]) == (True, True)
    assert what in refused["msg"]
    assert "before" not in refused


@pytest.mark.parametrize("name", ["warnings", "deprecations", "diff"])
def test_what_is_printed_is_not_deeper_than_the_stack(name: str) -> None:
    found = [{"msg": nested(1_000_000), "before": nested(1_000_000)}, nested(1_000_000)]
    refused = reduced({"changed": True, name: found}, "keepalive")
    assert (refused["failed"], refused["changed"]) == (True, True)
    assert set(refused) == {"failed", "changed", "msg"}


def test_a_text_that_is_too_long_is_not_searched_for_what_controls_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []

    def searches(text: str) -> str:
        searched.append(len(text))
        return "x"

    monkeypatch.setattr(results, "printable_text", searches)
    assert reduced({"changed": True, "msg": "\x1b" * 10_000_001}, "keepalive")["failed"]
    assert max(searched) < 1000


def test_all_diffs_together_are_cut() -> None:
    kept = reduced({"diff": [{"before": "x" * (1 << 20), "after": ""}] * 30}, "keepalive")
    assert sum(len(text) for one in kept["diff"] for text in one.values()) < 21 << 20
    assert kept["diff"][-1] == {"prepared": "14 more diffs are left out."}
    assert len(reduced({"diff": [{"before": "x", "after": "y"}] * 1000}, "keepalive")["diff"]) == 1000
    many = reduced({"diff": [{}, 1, {"x": 1}] * 1000 + [{"before": "x"}] * 5000}, "keepalive")["diff"]
    assert (len(many), many[-1]) == (1101, {"prepared": "3900 more diffs are left out."})


def test_no_text_controls_a_terminal() -> None:
    evil = "\x1b]0;x\x07\x9b31m\u202e"
    result = {"failed": True, "msg": evil, "exception": evil, "before": {evil: [evil]}, "module_stderr": evil}
    kept = reduced(result, "keepalive")
    assert kept.keys() == result.keys()
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(str(kept))
    assert "exception" not in reduced({"failed": True, "exception": object()}, "keepalive")


@pytest.mark.parametrize(("summary_only", "refused"), [(False, False), (True, True)], ids=["whole", "summary"])
def test_summary_is_small(summary_only: bool, refused: bool) -> None:
    """Else each host of an audit could cost the controller what a host with 100,000 sockets may."""
    kept = reduced({"by_command": [{}] * 1_100_000}, "keepalive_sockets_info", summary_only=summary_only)
    assert ("more values than any result" in kept.get("msg", "")) is refused
