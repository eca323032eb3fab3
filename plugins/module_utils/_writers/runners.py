# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which places nothing reads, because the program that reads them is switched off.

Sources: systemd.unit(5) on units that are masked, systemd.generator(7), systemd-rc-local-generator(8),
systemd-crontab-generator(8), and the documentation and the units of cloud-init.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader

_CRON_TABLES = ("/etc/crontab", "/etc/cron.d/", "/var/spool/cron/")
# systemd-cron's, which makes units of these tables. By priority: a file without content masks those of its name.
_CRONTAB_GENERATORS = tuple(
    f"{folder}/systemd/system-generators/systemd-crontab-generator"
    for folder in ("/etc", "/usr/local/lib", "/usr/lib", "/lib")
)
# Each of these may run what a stage of cloud-init has: that of the network is one of three by the release, the first
# one runs all stages as a single process, and the local one runs the modules for some sources of data.
_CLOUD_INIT_SERVICES = (
    *("cloud-init-main.service", "cloud-init-local.service"),
    *("cloud-init.service", "cloud-init-network.service", "cloud-network.service"),
    *("cloud-config.service", "cloud-final.service"),
)
# How the paths of places begin, and the services that read them, as far as a host has these.
_SERVICES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/boot.local"), ("rc-local.service",)),
    (("/etc/init.d/after.local",), ("after-local.service",)),
    (
        ("/etc/NetworkManager/dispatcher.d/", "/usr/lib/NetworkManager/dispatcher.d/"),
        ("NetworkManager-dispatcher.service",),
    ),
    (("/etc/networkd-dispatcher/", "/usr/lib/networkd-dispatcher/"), ("networkd-dispatcher.service",)),
    (_CRON_TABLES, ("cron.service", "crond.service", "cronie.service")),
    (
        ("/etc/udev/rules.d/", "/usr/local/lib/udev/rules.d/", "/usr/lib/udev/rules.d/", "/lib/udev/rules.d/"),
        ("systemd-udevd.service",),
    ),
    (
        ("/etc/tmpfiles.d/", "/usr/local/lib/tmpfiles.d/", "/usr/lib/tmpfiles.d/"),
        ("systemd-tmpfiles-setup.service",),
    ),
    (("/etc/cloud/", "/var/lib/cloud/instance/"), _CLOUD_INIT_SERVICES),
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
            if known and all(known) and not (places is _CRON_TABLES and _has_crontab_generator(files)):
                self._off += places

    def is_read(self, place: str) -> bool:
        """Return whether something may read a place, a path or a pattern of paths."""
        return not place.startswith(self._off)


def _has_crontab_generator(files: Reader) -> bool:
    """Whether there may be a generator that makes units of cron's tables."""
    generators = (files.known(path) for path in _CRONTAB_GENERATORS)
    first = next((file for file in generators if file.kind != "missing"), None)
    return first is not None and (first.kind != "file" or bool(first.text))


def _is_cloud_init_off(files: Reader, command_line: bytes) -> bool:
    parameters = [word for word in command_line.split() if word.startswith(_PARAMETER)]
    values = [word[len(_PARAMETER) :] for word in parameters if word[len(_PARAMETER) :] in (b"enabled", b"disabled")]
    return values[-1] == b"disabled" if values else files.exists(_CLOUD_INIT_DISABLED, if_unknown=False)
