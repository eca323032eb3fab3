# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils import _errors
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    KeepaliveError,
    before_any_change,
    remedy_of_denial,
    unchanged,
    without_unchanged,
)

ERRORS = [one for one in vars(_errors).values() if isinstance(one, type) and issubclass(one, Exception)]


@pytest.mark.parametrize("error", ERRORS)
def test_modules_catch_each_error_by_its_base(error: type[Exception]) -> None:
    with pytest.raises(KeepaliveError) as caught:
        raise error("/etc/\udcff cannot be read.")
    assert str(caught.value) == "/etc/\\xff cannot be read."  # which any terminal can be told
    assert caught.value.details == {}


def test_details() -> None:
    assert KeepaliveError("no.", overridden_by=[1]).details == {"overridden_by": [1]}


@pytest.mark.parametrize("message", ["It is full.", "It is full", "It is full. Nothing was changed."])
def test_before_any_change(message: str) -> None:
    with pytest.raises(_errors.FileError) as caught, before_any_change():
        raise _errors.FileError(message, path="/etc")
    assert str(caught.value) == "It is full. Nothing was changed."
    assert caught.value.details == {"path": "/etc"}


@pytest.mark.parametrize("message", ["It is full.", "Is it full?"])
def test_what_one_run_did_not_change(message: str) -> None:
    said = unchanged(unchanged(message))
    assert said == f"{message} Nothing was changed."
    assert without_unchanged(said) == message
    assert without_unchanged(f"{said} (Error)") == f"{message} (Error)"


@pytest.mark.parametrize("kind", [_errors.StuckFileError, _errors.UndoError])
def test_what_was_changed_is_not_denied(kind: type[KeepaliveError]) -> None:
    with pytest.raises(kind) as caught, before_any_change():
        raise kind("It was made and cannot be removed.")
    assert str(caught.value) == "It was made and cannot be removed."


def test_remedy_of_denial() -> None:
    root = "Root is kept from it here: look for SELinux, AppArmor, a dropped capability, or NFS (root_squash)."
    assert remedy_of_denial("to_user") == "Run as root (become: true)."
    assert remedy_of_denial("to_user", "give root") == "Run as root (become: true), or give root."
    assert remedy_of_denial("to_root") == root
    assert remedy_of_denial("to_root", "give root") == f"{root} Correct that, or give root."
