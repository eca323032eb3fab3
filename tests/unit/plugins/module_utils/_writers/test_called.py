# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("line", "script", "counts"),
    [
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, True, id="called"),
        pytest.param(b"@reboot root sh '/usr/local/sbin/tune' -v", b"#!/bin/sh\n" + SET, True, id="by a shell"),
        pytest.param(b"# /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, False, id="in a remark"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", SET, False, id="no script"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n", False, id="which sets nothing"),
        pytest.param(b"@reboot root /usr/local/sbin/other", b"#!/bin/sh\n" + SET, False, id="another one"),
    ],
)
def test_scripts_that_are_called(tmp_path: Path, line: bytes, script: bytes, *, counts: bool) -> None:
    writers = found(tmp_path, {"/etc/crontab": line + b"\n", "/usr/local/sbin/tune": script})
    assert writers == ([Writer("/usr/local/sbin/tune", 2, SET.decode())] if counts else [])
    unit = b"[Service]\nExecStart=/usr/local/sbin/tune\n"
    layout: Layout = {"/etc/crontab": b"", "/etc/systemd/system/a.service": unit}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == (script == b"#!/bin/sh\n" + SET)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/data/tune", True),
        ("/home/deploy/bin/tune", True),
        ("/mnt/disk/tune", True),
        ("/var/lib/app/tune.sh", True),
        ("/var/lib/app/state", False),  # in a folder that is a program's own
        ("/usr/sbin/tune", False),  # of a package
    ],
)
def test_folders_of_scripts_that_are_called(tmp_path: Path, path: str, *, counts: bool) -> None:
    script = b"#!/bin/sh\n" + SET
    writers = found(tmp_path, {"/etc/rc.local": f"#!/bin/sh\n{path} start\n".encode(), path: script})
    assert writers == ([Writer(path, 2, SET.decode())] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("[ -f /etc/rc.local ] && sh /etc/rc.local", True),
        ("  /bin/sh -e /etc/rc.local start", True),
        (". /etc/rc.local", True),
        ("source '/etc/rc.local'", True),
        ("if [ -x /etc/rc.local ]; then\n(. /etc/rc.local)\nfi", True),
        ("/bin/busybox ash /etc/rc.local", True),
        ("# sh /etc/rc.local", False),
        ("cat /etc/rc.local", False),
        ("/usr/bin/push /etc/rc.local", False),
        ("/etc/rc.local", False),
    ],
)
def test_scripts_that_a_shell_is_given(tmp_path: Path, line: str, *, counts: bool) -> None:
    done = tmp_path / "etc/rc.d/S95done"
    done.parent.mkdir(parents=True)
    done.write_text(f"#!/bin/sh /etc/rc.common\nboot() {{\n{line}\n}}\n")
    done.chmod(0o755)
    layout: Layout = {"/etc/rc.local": b"# Put your custom commands here\n" + SET + b"\nexit 0\n"}
    writers = found(tmp_path, layout, executable=False)
    assert writers == ([Writer("/etc/rc.local", 2, SET.decode())] if counts else [])
