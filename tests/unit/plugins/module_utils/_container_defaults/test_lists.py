# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults import lists
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lists import (
    effective,
    read_list,
    render_list,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_reader import read_toml
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

TABLES = ("containers",)
PING = "net.ipv4.ping_group_range=0 0"


def file_of(text: str, path: str = "/a") -> SysctlFile:
    return SysctlFile(path, path, text=text.encode())


def shown(text: str, *, may_append: bool = True) -> list[tuple[str, str | None, int]] | None:
    found = read_list(file_of(text), TABLES, may_append=may_append)
    return found and [(one.name, one.value, one.place.line) for one in found.entries]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[containers]\n# default_sysctls = ['net.a=1']\n", id="a comment"),
        pytest.param("[engine]\ndefault_sysctls = ['net.a=1']\n", id="another table"),
        pytest.param("default_sysctls = ['net.a=1']\n", id="no table"),
    ],
)
def test_no_list(text: str) -> None:
    assert shown(text) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[containers]\ndefault_sysctls = ['net.a=1']", id="as usual"),
        pytest.param("[CONTAINERS]\nDefault_Sysctls = ['net.a=1']", id="in capital letters"),
        pytest.param("containers.default_sysctls = ['net.a=1']", id="with a dotted key"),
        pytest.param("containers = {'default_sysctls' = ['net.a=1']}", id="in an inline table"),
    ],
)
def test_list(text: str) -> None:
    assert shown(text) == [("net.a", "1", text.count("\n") + 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("containers = 1", "default_sysctls is not in a table", id="no table"),
        pytest.param("[[containers]]", "default_sysctls is not in a table", id="an array of tables"),
        pytest.param("containers.default_sysctls = 'net.a=1'", "default_sysctls is no list", id="no list"),
        pytest.param("[[containers.default_sysctls]]", "default_sysctls is no list", id="a list of tables"),
        pytest.param("containers.default_sysctls = [1]", "default_sysctls has more than texts", id="a number"),
        pytest.param("containers.default_sysctls = [{add=true}]", "default_sysctls has more than texts", id="add"),
        pytest.param("[containers]\n[Containers]", "containers and Containers are the same", id="two tables"),
        pytest.param(
            "containers.default_sysctls = ['net.a = 1']",
            "'net.a = 1' is no sysctl that containers can have",
            id="blanks",
        ),
        pytest.param("containers.default_sysctls = ['net.a']", "'net.a' is no sysctl that containers can have", id="="),
        pytest.param(
            "containers.default_sysctls = ['vm.swappiness=1']",
            "'vm.swappiness=1' is no sysctl that containers can have",
            id="a key of the whole host",
        ),
        pytest.param("containers.default_sysctls = ['']", "'' is no sysctl that containers can have", id="empty"),
    ],
)
def test_what_podman_fails_for(text: str, message: str) -> None:
    with pytest.raises(ConfigurationSyntaxError) as refused:
        shown(text)
    assert str(refused.value) == message


def test_what_cri_o_takes() -> None:
    """It skips empty texts, and knows no attributes."""
    assert shown("containers.default_sysctls = ['', 'kernel.sem=1', 'net.a=0 1']", may_append=False) == [
        ("kernel.sem", "1", 1),
        ("net.a", "0 1", 1),
    ]
    with pytest.raises(ConfigurationSyntaxError, match="has more than texts"):
        shown("containers.default_sysctls = [{append=true}]", may_append=False)


ADD, END = "{append=true}", "{append=false}"


@pytest.mark.parametrize(
    ("lists", "names"),
    [
        pytest.param(["'net.a=1'", "'net.b=1'"], ["net.b"], id="the last one takes the place of all"),
        pytest.param(["'net.a=1'", ""], [], id="also if it is empty"),
        pytest.param(["'net.a=1'", f"'net.b=1', {ADD}"], ["net.a", "net.b"], id="one that adds"),
        pytest.param([f"'net.a=1', {ADD}", "'net.b=1'"], ["net.a", "net.b"], id="those after it add, too"),
        pytest.param([f"{ADD}, 'net.a=1'", f"'net.b=1', {END}"], ["net.b"], id="until one says otherwise"),
    ],
)
def test_several_lists(lists: list[str], names: list[str]) -> None:
    files = [file_of(f"[containers]\ndefault_sysctls = [{one}]", f"/{number}") for number, one in enumerate(lists)]
    found = effective(files, TABLES, may_append=True)
    assert ([one.name for one in found.entries], found.doubts) == (names, ())
    assert str(found.last_list) == "/1 line 2"


def test_files_that_are_not_understood() -> None:
    files = [
        file_of("[containers]\ndefault_sysctls = ['net.a=1']"),
        file_of("\n[", "/b"),
        SysctlFile("/c", "/c", kind="unreadable", reason="Permission denied"),
    ]
    found = effective(files, TABLES, may_append=True)
    assert [(one.code, one.message, str(one.place)) for one in found.doubts] == [
        ("not_understood", "/b line 2 is not understood: there is no key.", "/b line 2"),
        ("unreadable", "/c cannot be read: Permission denied.", "/c"),
    ]


def test_rendered_list_is_read_again() -> None:
    texts = [PING, 'net.a="1"', "net.b=\\1", "net.c=é"]
    text = render_list(("crio", "runtime"), texts)
    assert text.splitlines()[:3] == ["[crio.runtime]", "default_sysctls = [", f'  "{PING}",']
    found = read_list(file_of(text), ("crio", "runtime"), may_append=True)
    assert found is not None
    assert [f"{one.name}={one.value}" for one in found.entries] == texts


def test_a_content_is_understood_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = mock.Mock(side_effect=read_toml)
    monkeypatch.setattr(lists, "read_toml", read)
    text = "# once\n[containers]\ndefault_sysctls = ['net.a=1', {append=true}]"
    files = [file_of(text, f"/{number}") for number in range(1000)]
    found = effective(files, TABLES, may_append=True)
    assert [entry.place for entry in found.entries] == [(f"/{number}", 3) for number in range(1000)]
    wrong = [file_of("# once\n[", f"/{number}") for number in range(1000)]
    assert [doubt.place.path for doubt in effective(wrong, TABLES, may_append=True).doubts] == [
        file.path for file in wrong
    ]
    assert read.call_count == 2
