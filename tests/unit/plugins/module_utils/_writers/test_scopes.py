# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which commands reach the keys of the host; more of them are rows of test_commands.py."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import changes_root, runs_elsewhere


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sysctl", False),
        ("/usr/bin/docker exec web sysctl", True),
        ("docker run --privileged --network host x sysctl", False),
        ("docker run --privileged=false --network host x sysctl", True),
        ("docker run --net=host --cap-add=NET_ADMIN x sysctl", True),
        ("docker run --net=host --cap-add=NET_ADMIN --security-opt systempaths=unconfined x sysctl", False),
        ("podman run --net=host --security-opt unmask=/proc/sys x sysctl", False),
        ("docker run --net=host -v /proc:/host/proc x sysctl", False),
        ("docker run --net=host -v /proc:/host/proc:ro x sysctl", True),
        ("docker run --net=host -v /proc/sys/net:/proc/sys/net x sysctl", False),
        ("docker run --net=host -v /:/host x chroot /host sysctl", False),
        ("docker run --net=host -v /data:/data x sysctl", True),
        ("docker run --net=host --mount type=bind,source=/proc/sys,target=/proc/sys x sysctl", False),
        ("docker run --net=host --mount type=bind,src=/proc/sys,dst=/proc/sys,readonly x sysctl", True),
        ("docker run -v /proc/sys:/x x sysctl", True),
        ("docker run --network host x sysctl", True),
        ("docker run --privileged --pid=host x nsenter -t 1 -n sysctl", False),
        ("docker run --privileged --pid=host x nsenter -t 9 -n sysctl", True),
        ("nsenter -t 9 -m sysctl", False),
        ("nsenter -t 9 -m -n sysctl", True),
        ("nsenter -t 1 -n sysctl", False),
        ("nsenter -n/proc/1/ns/net sysctl", False),
        ("nsenter -S 0 -G 0 -t9 -n -- sysctl", True),
        ("nsenter --target 9 -- sysctl", False),
        ("unshare -m sysctl", False),
        ("unshare -mn sysctl", True),
        ("ip netns exec blue sysctl", True),
        ("ip vrf exec blue sysctl", False),
        ("ssh web1 sysctl", True),
        ("ssh -t root@localhost sysctl", False),
        ("machinectl shell web sysctl", True),
        ("machinectl shell root@.host sysctl", False),
        ("systemd-run sysctl", False),
        ("systemd-run --user sysctl", True),
        ("systemd-run --uid=nobody sysctl", True),
        ("systemd-run -M web sysctl", True),
        ("systemd-run -M .host sysctl", False),
        ("sudo sysctl", False),
        ("sudo -u root sysctl", False),
        ("sudo -u nobody sysctl", True),
        ("sudo -u $U sysctl", False),
        ("sudo --user=$U sysctl", False),
        ("setpriv --reuid=$U sysctl", False),
        ("sudo --user=nobody sysctl", True),
        ("su -c sysctl", False),
        ("su -c sysctl nobody", True),
        ("su $user -c sysctl", False),
        ("runuser -u nobody -- sysctl", True),
        ("setpriv --reuid=nobody sysctl", True),
        ("setpriv --reuid=nobody --ambient-caps=+net_admin sysctl", False),
        ("chpst -u nobody sysctl", True),
        ("gosu nobody sysctl", True),
        ("gosu root sysctl", False),
        ("ansible localhost -a sysctl", False),
        ("ansible web -a sysctl", True),
        ("salt-call cmd.run sysctl", False),
        ("salt web cmd.run sysctl", True),
    ],
)
def test_runs_elsewhere(command: str, expected: bool) -> None:
    assert runs_elsewhere(command.split()) is expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("chroot /mnt", True),
        ("sudo chroot --userspec=root /mnt sh", True),
        ("arch-chroot /mnt", True),
        ("chroot /", False),
        ("chroot //", False),
        ("chroot /host", False),
        ("chroot /proc/1/root", False),
        ("chroot $root", False),
        ("sudo", False),
    ],
)
def test_changes_root(command: str, expected: bool) -> None:
    assert changes_root(command.split()) is expected


@pytest.mark.parametrize("words", [["ip"], ["ssh"], ["docker"]], ids=" ".join)
def test_no_command_takes_long(words: list[str]) -> None:
    # each of them looks at all words behind it
    assert not runs_elsewhere([*words * 20_000, "run", "--privileged", "--net=host", "localhost", "sysctl"])
