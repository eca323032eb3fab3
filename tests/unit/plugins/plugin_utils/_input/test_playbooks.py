# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import (
    PLAYBOOK_VARIABLES,
    batches_of,
    folder_of,
)

PLAYBOOKS = Path(__file__).absolute().parents[5] / "playbooks"
# A variable and what is said of it, over several lines; its default stands last.
DESCRIBED = re.compile(r"^#   (keepalive_\w+) +(.*(?:\n#    +.*)*)", re.MULTILINE)


def defaults_described() -> list[tuple[str, str, str]]:
    return [
        (path.name, name, re.split(r"[;:]\s", text)[-1].strip('"'))
        for path in sorted(PLAYBOOKS.glob("*.yml"))
        for name, text in DESCRIBED.findall(path.read_text(encoding="utf-8").partition("\n- name: ")[0])
    ]


def test_each_default_is_described() -> None:
    assert {name for _file, name, _text in defaults_described()} == set(PLAYBOOK_VARIABLES)


@pytest.mark.parametrize(("file", "name", "text"), defaults_described())
def test_default_is_the_described_one(file: str, name: str, text: str) -> None:
    default = PLAYBOOK_VARIABLES[name]
    words: tuple[str, ...] = ("not judged", "none") if default is None else (str(default),)
    if isinstance(default, bool):
        words = (str(default).lower(),)
    assert text.startswith(words), f"{file}: the default of {name} is {default!r}."


def test_folder_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path.resolve() / "store"
    folder.mkdir()
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("HOME", str(folder.parent))
    for given in ("store", "./store/", "~/store", str(folder), "link"):
        assert folder_of("keepalive_rollout_folder", given) == str(folder)


@pytest.mark.parametrize("given", ["", None, {}, 5], ids=repr)
def test_no_folder(given: t.Any) -> None:
    with pytest.raises(InvalidValueError) as raised:
        folder_of("keepalive_rollout_folder", given)
    assert str(raised.value) == (f"keepalive_rollout_folder is {given!r}: give the path of a folder, or leave it out.")


@pytest.mark.parametrize(
    ("given", "batches"),
    [
        ("1,10%, 100%", ["1", "10%", "100%"]),
        ([2, "50%"], ["2", "50%"]),
        (5, ["5"]),
        (PLAYBOOK_VARIABLES["keepalive_rollout_batches"], ["1", "10%", "50%", "100%"]),
    ],
    ids=["text", "list", "number", "default"],
)
def test_batches_of(given: object, batches: list[str]) -> None:
    assert batches_of("keepalive_rollout_batches", given) == batches


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "['']"),
        ([], "[]"),
        ("1,ten", "['1', 'ten']"),
        (0, "['0']"),
        ("-5", "['-5']"),
        ("1,200%", "['1', '200%']"),
        ("101%", "['101%']"),
        ("0%", "['0%']"),
        ("\u0661", "['\u0661']"),
    ],
)
def test_no_batches(given: object, shown: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        batches_of("keepalive_rollout_batches", given)
    assert str(raised.value) == (
        f"keepalive_rollout_batches is {shown}: give numbers, or percentages up to 100%, such as '1,10%,100%'."
    )
