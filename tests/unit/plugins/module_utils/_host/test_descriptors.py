# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import resource

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close, many_allowed


def test_close() -> None:
    descriptor = os.open("/", os.O_RDONLY)
    close(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    close(descriptor)  # the error is that of a descriptor that is closed already


def test_many_allowed() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    try:
        with many_allowed():
            assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (64, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
