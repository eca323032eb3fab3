# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module as Ansible does, with whichever ansible-core the interpreter takes."""

from __future__ import annotations

import json
import sys
import typing as t

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

    class RunModule(t.Protocol):
        def __call__(self, *, check_mode: bool = False, diff: bool = False, **params: object) -> Result: ...


def runner(
    main: t.Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunModule:
    """Return a function that runs a module's ``main`` with parameters and returns its result."""

    def run_module(*, check_mode: bool = False, diff: bool = False, **params: object) -> Result:
        args = {"_ansible_check_mode": check_mode, "_ansible_diff": diff, "_ansible_no_log": True, **params}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)  # since ansible-core 2.19
        # since ansible-core 2.19 a module that runs beside the controller's code would warn as the controller does
        internal = sys.modules.get("ansible.module_utils._internal")
        monkeypatch.setattr(internal or basic, "is_controller", False, raising=False)
        kept = warnings._global_warnings  # noqa: SLF001 -- what is said once per process would leak into other tests
        monkeypatch.setattr(warnings, "_global_warnings", type(kept)())
        with pytest.raises(SystemExit) as ended:
            main()
        result: Result = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) == result.get("failed", False)
        # what some releases of ansible-core add: the parameters, and the stack of a failure
        for addition in ("invocation", "exception"):
            result.pop(addition, None)
        if "warnings" in result:  # since ansible-core 2.19 each one is an object
            result["warnings"] = [
                warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in result["warnings"]
            ]
        return result

    return run_module
