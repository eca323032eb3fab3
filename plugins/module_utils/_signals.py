# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Signals that would end this process in the middle of a change."""

from __future__ import annotations

import contextlib
import signal
import typing as t


@contextlib.contextmanager
def held_back() -> t.Iterator[None]:
    """Hold back the signals that end a process, so that none cuts a change in half."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
