# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path


def test_this_host() -> None:
    host = NamespaceHost.local()
    mine = os.stat("/proc/self/ns/net").st_ino
    (found,) = (one for one in host.scanner.namespaces() if one.number == mine)
    assert found.is_host
    assert os.getpid() in found.pids
    assert host.scanner.filled([found])[0].values == host.kernel.read()
    host.close()


def test_no_option_is_advised_that_the_modules_lack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = NamespaceHost.local()
    monkeypatch.setattr(host.kernel, "_proc", str(tmp_path))
    lay_out(tmp_path, {"sys/net/ipv4/tcp_keepalive_time": b"?\n"})
    with pytest.raises(KernelError, match=r"could not be undone\. Run as root \(become: true\)\.$"):
        host.kernel.require_writable("time")
    host.close()


def test_descriptors_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(os.listdir("/proc/self/fd"))
    host = NamespaceHost.local()
    monkeypatch.setattr(host.processes, "pids", lambda: [os.getpid()])
    monkeypatch.setattr(host.processes, "named_namespaces", list)
    (found,) = host.scanner.namespaces()
    assert os.stat(f"/proc/self/fd/{found.descriptor}").st_ino == found.number
    host.close()
    assert set(os.listdir("/proc/self/fd")) <= before
