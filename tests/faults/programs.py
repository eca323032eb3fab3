# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run what a job runs, in this process, as a program of its own would."""

from __future__ import annotations

import importlib
import json
import sys
import typing as t

from ansible.module_utils import basic

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import folder_lock, store
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.state import Rollout
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import HostStatus

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Json

MODULES = "ansible_collections.linux.tcp.plugins.modules"


def run_module(name: str, params: Json) -> t.NoReturn:
    """Run a module with these parameters; it ends with SystemExit."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_no_log": True, **params}}).encode()
    vars(basic).update(_ANSIBLE_ARGS=given, _ANSIBLE_PROFILE="legacy")  # the latter since ansible-core 2.19
    importlib.import_module(f"{MODULES}.{name}").main()
    raise SystemExit("The module has returned.")


def run_store(params: Json) -> t.NoReturn:
    """Take a step of what a rollout keeps and print what its caller gets; it ends with SystemExit.

    That is a function of the store of checkpoints, or ``acquire`` for the lock of their folder, or ``keep`` for the
    state of the rollout.
    """
    given = dict(params)
    step, folder = given.pop("step"), given.pop("folder")
    try:
        if step == "acquire":
            folder_lock.acquire(folder, pid=1)
        elif step == "keep":
            Rollout(folder, hosts={name: HostStatus(code) for name, code in given["hosts"].items()}).keep(given["path"])
        else:
            getattr(store, step)(folder, given.pop("host"), **given)
    except KeepaliveError as exc:
        print(json.dumps({"failed": True, "msg": str(exc)}))
        sys.exit(1)
    print(json.dumps({"changed": True}))
    sys.exit(0)
