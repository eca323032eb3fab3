# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

UNITS = "/etc/systemd/system"
SCRIPT = b"#!/bin/sh\n" + SET + b"\n"
BOOTCMD = b"bootcmd:\n  - " + SET + b"\n"
MINUTELY = b"* * * * * root " + SET + b"\n"


@pytest.mark.parametrize("mask", ["/dev/null", b""], ids=["link", "empty"])
@pytest.mark.parametrize(
    ("path", "text", "units"),
    [
        ("/etc/rc.local", SCRIPT, ["rc-local.service"]),
        ("/etc/rc.d/rc.local", SCRIPT, ["rc-local.service"]),
        ("/etc/init.d/boot.local", SCRIPT, ["rc-local.service"]),
        ("/etc/init.d/after.local", SCRIPT, ["after-local.service"]),
        ("/etc/NetworkManager/dispatcher.d/x", SCRIPT, ["NetworkManager-dispatcher.service"]),
        ("/etc/NetworkManager/dispatcher.d/pre-up.d/x", SCRIPT, ["NetworkManager-dispatcher.service"]),
        ("/etc/networkd-dispatcher/routable.d/x", SCRIPT, ["networkd-dispatcher.service"]),
        ("/etc/crontab", MINUTELY, ["cron.service"]),
        ("/etc/cron.d/x", MINUTELY, ["crond.service"]),
        ("/var/spool/cron/crontabs/root", b"@reboot " + SET, ["cron.service", "crond.service"]),
        ("/etc/udev/rules.d/x.rules", b'RUN+="/sbin/' + SET + b'"', ["systemd-udevd.service"]),
        ("/etc/cloud/cloud.cfg.d/x.cfg", BOOTCMD, ["cloud-init.service"]),
        (
            "/etc/tmpfiles.d/x.conf",
            b"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 6",
            ["systemd-tmpfiles-setup.service"],
        ),
        ("/etc/monit/conf.d/x", b'if cpu > 9 then exec "/sbin/' + SET + b'"', ["monit.service"]),
        ("/etc/supervisor/conf.d/x.conf", b"[program:x]\ncommand=/sbin/" + SET, ["supervisor.service"]),
    ],
)
def test_places_whose_service_is_masked(
    tmp_path: Path, path: str, text: bytes, units: list[str], mask: bytes | str
) -> None:
    layout: Layout = {path: text, "/usr/lib/systemd/system/other.service": "/dev/null"}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == [path]
    assert found(tmp_path, {f"{UNITS}/{unit}": mask for unit in units}, init=SYSTEMD) == []
    if path != "/etc/tmpfiles.d/x.conf":
        assert [writer.path for writer in found(tmp_path, {}, init=PROCPS)] == [path]


def test_a_place_that_another_service_reads(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/crontab": MINUTELY,
        f"{UNITS}/cron.service": "/dev/null",
        "/usr/lib/systemd/system/crond.service": b"[Service]\n",
    }
    assert len(found(tmp_path, layout, init=SYSTEMD)) == 1


CLOUD_INIT: dict[str, bytes] = {
    "/etc/cloud/cloud.cfg.d/x.cfg": BOOTCMD,
    "/var/lib/cloud/instance/cloud-config.txt": BOOTCMD,
    "/var/lib/cloud/scripts/per-boot/x": SCRIPT,
}
DISABLED = {"/etc/cloud/cloud-init.disabled": b""}


@pytest.mark.parametrize("init", [SYSTEMD, PROCPS], ids=["systemd", "procps"])
@pytest.mark.parametrize(
    ("layout", "command_line", "counts"),
    [
        pytest.param({}, b"", True, id="switched on"),
        pytest.param(DISABLED, b"", False, id="by a file"),
        pytest.param({}, b"quiet cloud-init=disabled", False, id="by the kernel's command line"),
        pytest.param({}, b"quiet xcloud-init=disabled -- cloud-init=disabledx", True, id="other parameters"),
        pytest.param(DISABLED, b"cloud-init=enabled quiet", True, id="switched on there"),
        pytest.param({}, b"cloud-init=disabled cloud-init=enabled", True, id="the last one counts"),
    ],
)
def test_cloud_init(tmp_path: Path, init: t.Any, layout: Layout, command_line: bytes, *, counts: bool) -> None:
    writers = found(tmp_path, {**CLOUD_INIT, **layout}, init=init, command_line=command_line)
    assert [writer.path for writer in writers] == (sorted(CLOUD_INIT) if counts else [])
