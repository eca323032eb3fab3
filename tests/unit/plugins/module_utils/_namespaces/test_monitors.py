# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.monitors import container_of_monitor

LXC, NSPAWN = Container("web", "lxc", "web"), Container("web", "nspawn", "web")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], None),
        ([""], None),
        (["/bin/sleep", "9"], None),
        (["[lxc monitor] /var/lib/lxc web"], LXC),
        (["[lxc monitor] /var/lib/lxc "], None),
        (["/usr/bin/systemd-nspawn", "--boot", "--machine=web", "-D", "/x"], NSPAWN),
        (["systemd-nspawn", "-M", "web"], NSPAWN),
        (["systemd-nspawn", "-Mweb", "--directory=/x"], NSPAWN),
        (["systemd-nspawn", "--machine", "web"], NSPAWN),
        (["systemd-nspawn", "-D", "/srv/web/"], NSPAWN),
        (["systemd-nspawn", "--directory=/srv/web"], NSPAWN),
        (["systemd-nspawn", "--boot"], None),
        (["systemd-nspawn", "-M"], None),
    ],
)
def test_container_of_monitor(arguments: list[str], expected: Container | None) -> None:
    assert container_of_monitor(arguments) == expected
