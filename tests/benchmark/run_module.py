# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module of the collection in this process: its name and its parameters as JSON are the arguments."""

from __future__ import annotations

import importlib
import json
import sys

from ansible.module_utils import basic

arguments = json.dumps({"ANSIBLE_MODULE_ARGS": json.loads(sys.argv[2])})
basic._ANSIBLE_ARGS = arguments.encode()  # noqa: SLF001 -- as Ansible gives a module its arguments
basic._ANSIBLE_PROFILE = "legacy"  # noqa: SLF001 -- the same
importlib.import_module(f"ansible_collections.linux.tcp.plugins.modules.{sys.argv[1]}").main()
