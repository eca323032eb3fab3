# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.variables import (
    UnreadableVariablesError,
    of_one_host,
    plain,
)
from ansible_collections.linux.tcp.tests.unit.unreadable import nested


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(RecursionError("too\ndeep"), "too deep", id="words"),
        pytest.param(MemoryError(), "MemoryError", id="no words"),
        pytest.param(ValueError("\x9b31m\u202e"), "\\x9b31m\\u202e", id="a text of the host"),
        pytest.param(KeyError("x" * 600), f"'{'x' * 249}[... 102 characters left out ...]{'x' * 249}'", id="long"),
    ],
)
def test_any_error_is_of_one_host(error: Exception, message: str) -> None:
    with pytest.raises(UnreadableVariablesError) as caught, of_one_host():
        raise error
    assert str(caught.value) == message


@pytest.mark.parametrize("error", [InvalidValueError("no"), KeyboardInterrupt()], ids=["ours", "an interruption"])
def test_other_errors_stay(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, of_one_host():
        raise error
    assert caught.value is error


class Result(t.Dict[str, t.Any]):
    """A mapping of Ansible's own."""


@pytest.mark.parametrize(
    ("found", "copied"),
    [
        pytest.param(1, 1, id="number"),
        pytest.param(Result(a=[Result(b=("x", None))]), {"a": [{"b": ["x", None]}]}, id="mappings and lists"),
        pytest.param(nested(50), nested(50), id="as deep as may be"),
    ],
)
def test_plain(found: object, copied: object) -> None:
    plain_copy = plain(found)
    assert plain_copy == copied
    assert type(plain_copy) is type(copied)


@pytest.mark.parametrize("depth", [51, 200_000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="a result has more than 50 lists and mappings within each other"):
        plain(nested(depth))
