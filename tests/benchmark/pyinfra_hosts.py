# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The light hosts of a fleet as pyinfra's inventory; it runs in the controller's folder, see tests/fleet/fleet.py."""

import json
from pathlib import Path

_HOSTS = json.loads(Path("inventory.json").read_text(encoding="utf-8"))["all"]["hosts"]

fleet = [
    (
        name,
        {
            "ssh_hostname": host["ansible_host"],
            "ssh_user": host["ansible_user"],
            "ssh_key": host["ansible_ssh_private_key_file"],
            "ssh_known_hosts_file": str(Path("known_hosts").absolute()),
            "ssh_strict_host_key_checking": "off",
        },
    )
    for name, host in _HOSTS.items()
]
