# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which places nothing reads, because the program that reads them is switched off.

Sources: systemd.unit(5) on units that are masked, systemd-rc-local-generator(8), and the documentation of cloud-init.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader

# How the paths of places begin, and the services that read them, one of them on each host.
_SERVICES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/boot.local"), ("rc-local.service",)),
    (("/etc/init.d/after.local",), ("after-local.service",)),
    (
        ("/etc/NetworkManager/dispatcher.d/", "/usr/lib/NetworkManager/dispatcher.d/"),
        ("NetworkManager-dispatcher.service",),
    ),
    (("/etc/networkd-dispatcher/", "/usr/lib/networkd-dispatcher/"), ("networkd-dispatcher.service",)),
    (("/etc/crontab", "/etc/cron.d/", "/var/spool/cron/"), ("cron.service", "crond.service", "cronie.service")),
    (
        ("/etc/udev/rules.d/", "/usr/local/lib/udev/rules.d/", "/usr/lib/udev/rules.d/"),
        ("systemd-udevd.service",),
    ),
    (
        ("/etc/tmpfiles.d/", "/usr/local/lib/tmpfiles.d/", "/usr/lib/tmpfiles.d/"),
        ("systemd-tmpfiles-setup.service",),
    ),
    (("/etc/cloud/", "/var/lib/cloud/instance/"), ("cloud-init.service", "cloud-init-network.service")),
    (("/var/lib/cloud/scripts/",), ("cloud-final.service",)),
    (("/etc/ufw/",), ("ufw.service",)),
    (("/etc/tuned/",), ("tuned.service",)),
    (("/etc/sysconfig/saptune",), ("saptune.service",)),
    (("/etc/shorewall/",), ("shorewall.service",)),
    (("/etc/keepalived/",), ("keepalived.service",)),
    (("/etc/monit",), ("monit.service",)),
    (("/etc/supervisor",), ("supervisor.service", "supervisord.service")),
)
_CLOUD_INIT = ("/etc/cloud/", "/var/lib/cloud/")
_CLOUD_INIT_DISABLED = "/etc/cloud/cloud-init.disabled"
_PARAMETER = b"cloud-init="


class Runners:
    """The programs that read the places of a system.

    ``units`` says for each unit of systemd's whether it is masked, and is empty where systemd is not the init.
    ``command_line`` is the kernel's, which may switch cloud-init off.
    """

    def __init__(self, files: Reader, units: t.Mapping[str, bool], command_line: bytes) -> None:
        self._off: tuple[str, ...] = _CLOUD_INIT if _is_cloud_init_off(files, command_line) else ()
        for places, services in _SERVICES:
            known = [units[service] for service in services if service in units]
            if known and all(known):
                self._off += places

    def read(self, place: str) -> bool:
        """Return whether something may read a place, a path or a pattern of paths."""
        return not place.startswith(self._off)


def _is_cloud_init_off(files: Reader, command_line: bytes) -> bool:
    parameters = [word for word in command_line.split() if word.startswith(_PARAMETER)]
    values = [word[len(_PARAMETER) :] for word in parameters if word[len(_PARAMETER) :] in (b"enabled", b"disabled")]
    return values[-1] == b"disabled" if values else files.exists(_CLOUD_INIT_DISABLED)
