# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what the kernel command line says: of keepalive keys, which Linux takes since release 5.8, and of services.

The rules are those of next_arg() in lib/cmdline.c and process_sysctl_arg() in
fs/proc/proc_sysctl.c, and those of systemd-debug-generator(8).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


COMMAND_LINE = "/proc/cmdline"

# Blanks, lib/ctype.c's no-break space among them, end a parameter, except between quotes; a quote that is never closed
# goes on to the end.
_PARAMETER = re.compile(rb'(?:"[^"]*(?:"|\Z)|[^\s\xa0"])+')
_QUOTE = re.compile(rb"[\"']")
_NAMES = {f"{SYSCTL_PREFIX}{key}".encode(): key for key in KEYS}


def assignments(text: bytes) -> t.Iterator[tuple[Key, bytes]]:
    """Yield each keepalive key that a command line sets, with its value, in the order in which they are written."""
    for parameter in _PARAMETER.findall(text):
        name, value = _split(parameter)
        if name == b"--" and value is None:  # the rest is for process 1
            return
        key = _NAMES.get(_path(name))
        if key is not None and value:
            yield key, value


def masks(text: bytes, service: str) -> bool:
    """Whether a command line tells systemd to mask a service, whose name may be without its suffix there."""
    units = (f"systemd.mask={service}".encode(), f"systemd.mask={service}.service".encode())
    return any(_QUOTE.sub(b"", parameter) in units for parameter in _PARAMETER.findall(text))


def _split(parameter: bytes) -> tuple[bytes, bytes | None]:
    """Return a parameter's name and value, without the quotes around either or both."""
    is_quoted = parameter.startswith(b'"')
    if is_quoted:
        parameter = parameter[1:]
    name, equals, value = parameter.partition(b"=")
    if not equals:
        return (name[:-1] if is_quoted and name.endswith(b'"') else name), None
    if value.startswith(b'"'):
        value = value[1:]
        is_quoted = True
    return name, value[:-1] if is_quoted and value.endswith(b'"') else value


def _path(name: bytes) -> bytes:
    """Return where below /proc/sys a parameter leads to, as the kernel finds it; dots are slashes everywhere."""
    match = re.fullmatch(rb"sysctl[./](.*)", name, re.DOTALL)
    return re.sub(rb"/+", b"/", match[1].replace(b".", b"/")).lstrip(b"/") if match else b""
