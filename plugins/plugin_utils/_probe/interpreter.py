# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell a plain Python from a wrapper, which may run modules elsewhere than a shell runs commands.

A wrapper such as ``exec ip netns exec blue python3 "$@"`` lets the module see another network namespace than the probe.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import shlex
import typing as t

from ansible import constants

if t.TYPE_CHECKING:
    Variables = t.Mapping[str, t.Any]

# Ansible looks for a Python by names of its own then.
_DISCOVERED = ("", "auto", "auto_legacy", "auto_silent", "auto_legacy_silent")
_PLAIN = re.compile(r"(?:/[\w.+/-]*/)?(?:platform-python|python|pypy)[0-9.]*\Z", re.ASCII)


def interpreter_of(variables: Variables, delegate_to: str | None, template: t.Callable[[str], t.Any]) -> str:
    """Return the Python that is configured for the host of a task, as Ansible reads it; empty if it looks for one."""
    if delegate_to:
        variables = (variables.get("ansible_delegated_vars") or {}).get(delegate_to) or {}
    found = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
    interpreter = str(template(found) if "{" in str(found) else found).strip()
    return "" if interpreter in _DISCOVERED else interpreter


def is_plain(interpreter: str) -> bool:
    """Return whether an interpreter has the name of a Python, and no arguments; one that is looked for has."""
    return not interpreter or _PLAIN.match(interpreter) is not None


def guarded(script: str, interpreter: str) -> str:
    """Return a shell script that does nothing where a plain name stands for another script, a wrapper."""
    if not interpreter:
        return script
    return (
        f"f=$(command -v {shlex.quote(interpreter)}); "
        f'if [ -f "$f" ]; then case $(LC_ALL=C head -c 4 "$f") in ?ELF) ;; *) exit 0 ;; esac; fi\n{script}'
    )
