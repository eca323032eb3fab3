# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an emulated machine says on its serial console: that it has booted, panicked or restarted."""

from __future__ import annotations

import dataclasses
import re

# What the service print-values of the images prints at the end of a boot.
_BOOTED = re.compile(r"machine: booted (\S+), keepalive (\d+) (\d+) (\d+)\.")
# kernel/panic.c. systemd's own panic, of process 1, is one of these too.
_PANIC = re.compile(r"Kernel panic - not syncing: .*")
_RESTART = re.compile(r"reboot: Restarting system")  # kernel/reboot.c
# Colours and other escape sequences, and what else ends a line there.
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


@dataclasses.dataclass(frozen=True)
class Booted:
    """The release of a kernel that has booted, and its time, intvl and probes at that time."""

    release: str
    values: tuple[int, ...]


def plain(text: str) -> str:
    """Return what a console printed, without escape sequences."""
    return _ESCAPES.sub("", text)


def find_boot(text: str) -> Booted | None:
    """Return what the first boot in the text of a console printed at its end."""
    found = _BOOTED.search(text)
    return Booted(found[1], tuple(map(int, found.groups()[1:]))) if found else None


def find_panic(text: str) -> str | None:
    """Return the line of the first panic."""
    found = _PANIC.search(text)
    return found[0] if found else None


def has_restarted(text: str) -> bool:
    """Return whether the kernel has shut down to restart, so all file systems are clean."""
    return bool(_RESTART.search(text)) and not find_panic(text)
