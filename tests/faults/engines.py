# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what podman and CRI-O give to new containers, from their files: containers.conf(5), crio.conf.d(5)."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.faults.bench import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Values

_BROKEN = -1  # the engine does not start with such files


def given_by_engines(root: str) -> Values:
    """Return the values that podman gives, and then those that CRI-O gives; 0 for one that is left to the kernel.

    Of podman's drop-ins those count whose name ends with .conf; CRI-O reads each file in the folder.
    """
    return (
        *_values(root, "etc/containers/containers.conf", "*.conf", ("containers",)),
        *_values(root, "etc/crio/crio.conf", "*", ("crio", "runtime")),
    )


def _values(root: str, main: str, pattern: str, table: tuple[str, ...]) -> Values:
    """Return what the last list that is there sets."""
    import tomllib  # noqa: PLC0415 -- tests of the judge run on Pythons that lack it

    settings: list[str] = []
    for path in (Path(root, main), *sorted(Path(root, f"{main}.d").glob(pattern))):
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except ValueError:
            return (_BROKEN,) * len(KEYS)
        for name in table:
            found = found.get(name, {})
        settings = found.get("default_sysctls", settings)
    given = dict(one.split("=", 1) for one in settings)
    return tuple(int(given.get(f"net.ipv4.tcp_keepalive_{key}", 0)) for key in KEYS)
