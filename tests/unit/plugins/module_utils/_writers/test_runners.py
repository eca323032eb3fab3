# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
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


CRON: dict[str, bytes] = {
    "/etc/cron.d/x": MINUTELY,
    "/etc/crontab": MINUTELY,
    "/var/spool/cron/crontabs/root": b"@reboot " + SET,
}


@pytest.mark.parametrize(
    ("generators", "counts"),
    [
        pytest.param({"/etc": b"x"}, True, id="in etc"),
        pytest.param({"/usr/local/lib": b"x"}, True, id="in usr local"),
        pytest.param({"/usr/lib": b"x"}, True, id="in usr"),
        pytest.param({"/lib": b"x"}, True, id="in lib"),
        pytest.param({"/lib": "/opt/gone"}, False, id="a link that leads nowhere"),
        pytest.param({"/usr/lib": b"x", "/etc": "/dev/null"}, False, id="masked"),
        pytest.param({"/usr/lib": b"x", "/usr/local/lib": b""}, False, id="masked by an empty file"),
        pytest.param({"/usr/lib": "/dev/null", "/etc": b"x"}, True, id="a mask of lower priority"),
        pytest.param({"/usr/lib": None}, True, id="what is no file"),
    ],
)
def test_cron_tables_that_a_generator_reads(tmp_path: Path, generators: Layout, *, counts: bool) -> None:
    layout: Layout = {**CRON, f"{UNITS}/cron.service": "/dev/null"}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    there = {
        f"{folder}/systemd/system-generators/systemd-crontab-generator": what for folder, what in generators.items()
    }
    assert [writer.path for writer in found(tmp_path, there, init=SYSTEMD)] == (sorted(CRON) if counts else [])


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


STAGES = ("cloud-init-local", "cloud-init", "cloud-config", "cloud-final")
SINGLE_PROCESS = ("cloud-init-main", "cloud-init-local", "cloud-init-network", "cloud-config", "cloud-final")


@pytest.mark.parametrize(
    ("services", "unmasked"),
    [
        *(pytest.param(STAGES, name, id=f"{name} of four services") for name in STAGES),
        *(pytest.param(SINGLE_PROCESS, name, id=f"{name} of a single process") for name in SINGLE_PROCESS),
        pytest.param((*SINGLE_PROCESS, "cloud-network"), "cloud-network", id="cloud-network of a single process"),
    ],
)
def test_each_service_of_cloud_init_may_run_its_configuration(
    tmp_path: Path, services: tuple[str, ...], unmasked: str
) -> None:
    configuration = [path for path in CLOUD_INIT if "scripts" not in path]
    masks: Layout = {f"{UNITS}/{name}.service": "/dev/null" for name in services}
    assert found(tmp_path, {**CLOUD_INIT, **masks}, init=SYSTEMD) == []
    writers = found(tmp_path, {f"{UNITS}/{unmasked}.service": b"[Service]\n"}, init=SYSTEMD)
    assert [writer.path for writer in writers if "scripts" not in writer.path] == configuration


class Failing(FileSystem):
    """Files of which nothing is known where there is a certain name."""

    def exists(self, path: str) -> bool:
        if path == "/etc/cloud/cloud-init.disabled":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().exists(path)


def test_cloud_init_that_may_be_switched_off(tmp_path: Path) -> None:
    lay_out(tmp_path, {**CLOUD_INIT, **DISABLED})
    (tmp_path / "var/lib/cloud/scripts/per-boot/x").chmod(0o755)
    files = Files(str(tmp_path), file_system=Failing(str(tmp_path)))
    search = find_candidates(files, SYSTEMD, files.read_tree())
    assert sorted(one.writer.path for one in search.candidates if isinstance(one, Setter)) == sorted(CLOUD_INIT)
    assert [one.path for one in search.unseen] == ["/etc/cloud/cloud-init.disabled"]
