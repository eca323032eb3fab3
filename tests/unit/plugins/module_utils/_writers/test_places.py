# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("executable", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc.local",
        "/etc/rc.d/rc.local",
        "/etc/network/if-up.d/tune",
        "/etc/network/if-pre-up.d/tune",
        "/etc/sysconfig/network-scripts/ifup-local",
        "/sbin/ifup-local",
        "/sbin/ifup-pre-local",
        "/etc/udhcpc/post-bound/tune",
        "/etc/libvirt/hooks/qemu.d/tune",
        "/etc/ppp/ip-up.d/tune",
        "/etc/ppp/ip-pre-up",
        "/etc/ppp/ipv6-up",
        "/etc/ufw/after.init",
        "/etc/rc.d/S99tune",
        "/etc/rc.d/rc.firewall",
        "/etc/cron.hourly/tune",
        "/etc/NetworkManager/dispatcher.d/10-tune",
        "/etc/NetworkManager/dispatcher.d/pre-up.d/10-tune",
        "/usr/lib/NetworkManager/dispatcher.d/10-tune",
        "/etc/networkd-dispatcher/routable.d/tune",
        "/etc/pm/power.d/tune",
        "/etc/acpi/lid.sh",
        "/etc/update-motd.d/99-tune",
    ],
)
def test_scripts_that_have_to_be_executable(tmp_path: Path, path: str, *, executable: bool) -> None:
    writers = found(tmp_path, {path: b"#!/bin/sh\n\t" + SET + b"\n"}, executable=executable)
    assert writers == ([Writer(path, 2, SET.decode())] if executable else [])


@pytest.mark.parametrize(
    "path",
    [
        "/etc/network/interfaces",
        "/etc/network/interfaces.d/eth0",
        "/etc/dhcp/dhclient-exit-hooks.d/tune",
        "/etc/dhclient-exit-hooks",
        "/usr/lib/dhcpcd/dhcpcd-hooks/90-tune",
        "/usr/libexec/dhcpcd-hooks/90-tune",
        "/etc/udhcpc.user",
        "/etc/hotplug.d/iface/99-tune",
        "/etc/csf/csfpost.sh",
        "/etc/profile.local",
        "/etc/bash.bashrc.local",
        "/etc/zshenv",
        "/etc/zsh/zshrc",
        "/root/.zshrc",
        "/etc/ssh/sshrc",
        "/root/.ssh/rc",
        "/etc/netctl/eth0",
        "/etc/csh.login",
        "/lib/dhcpcd/dhcpcd-hooks/90-tune",
        "/etc/crontab",
        "/etc/cron.d/tune",
        "/var/spool/cron/root",
        "/var/spool/cron/crontabs/root",
        "/var/spool/cron/tabs/root",
        "/etc/crontabs/root",
        "/etc/modprobe.d/tune.conf",
        "/etc/cloud/cloud.cfg.d/tune.cfg",
        "/var/lib/cloud/instance/cloud-config.txt",
        "/var/lib/cloud/instance/vendor-cloud-config.txt",
        "/var/lib/cloud/instance/vendor2-cloud-config.txt",
        "/etc/logrotate.d/tune",
        "/etc/keepalived/keepalived.conf",
        "/etc/openvpn/server/tune.conf",
    ],
)
def test_texts(tmp_path: Path, path: str) -> None:
    line = b"\t@reboot root " + SET + b"\n"
    assert found(tmp_path, {path: line}, executable=False) == [Writer(path, 1, line.decode().strip())]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc0.d/S01halt",
        "/etc/rc2.d/K01tune",
        "/etc/init.d/tune",
        "/etc/cron.daily/.placeholder",
        "/etc/cron.d/tune~",
        "/etc/cron.d/tune.dpkg-old",
        "/etc/systemd/system/tune.timer",
        "/var/spool/cron/crontabs/alice",
        "/run/systemd/system/tune.service",
        "/root/tune.sh",
        "/etc/acpi/events/lid",
    ],
)
def test_places_that_do_not_count(tmp_path: Path, path: str) -> None:
    assert found(tmp_path, {path: SET}) == []


def test_files_of_a_kernel_belong_to_the_boot(tmp_path: Path) -> None:
    assert found(tmp_path, {"/boot/sysctl.conf-6.4.0": b"net.ipv4.tcp_keepalive_time=60\n"}) == []
