# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out where the socket units of systemd listen, systemd.socket(5). Process 1 holds their listeners."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import re
import socket
import subprocess
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import plain

if t.TYPE_CHECKING:
    # a packed address, and a port
    End = t.Tuple[bytes, int]

_BOOTED = "/run/systemd/system"  # sd_booted(3)
_COMMAND = ("systemctl", "show", "--property=Id,Listen", "--", "*.socket")
_SECONDS = 30  # longer than D-Bus waits for an answer
_LISTEN = re.compile(r"Listen=\[?([0-9a-f.:]+)(?:%\w+)?\]?:(\d+) \(Stream\)\Z")


def listening_ends() -> dict[str, list[End]]:
    """Return where each socket unit that is loaded listens for TCP connections.

    :raises KeepaliveError: where systemctl does not tell.
    """
    return parse(_show()) if os.path.isdir(_BOOTED) else {}


def _show() -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(_COMMAND, env=environment, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise KeepaliveError(f"systemctl cannot be run: {exc}.") from exc
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise KeepaliveError(f"systemctl failed ({done.returncode}): {said}")
    return done.stdout.decode(errors="surrogateescape")


def parse(shown: str) -> dict[str, list[End]]:
    """Read what ``systemctl show`` tells of the properties Id and Listen: a block of lines for each unit."""
    found: dict[str, list[End]] = {}
    for block in shown.split("\n\n"):
        lines = block.splitlines()
        name = next((line[len("Id=") :] for line in lines if line.startswith("Id=")), None)
        ends = [_end(match) for match in map(_LISTEN.match, lines) if match]
        if name and ends:
            found[name] = ends
    return found


def _end(match: re.Match[str]) -> End:
    address = match.group(1)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return plain(socket.inet_pton(family, address)), int(match.group(2))
