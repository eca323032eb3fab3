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
        ("su -s /bin/bash -c sysctl joe", True),
        ("su -s /bin/sh nobody -c sysctl", True),
        ("runuser -s /bin/sh joe -c sysctl", True),
        ("su -lc sysctl joe", True),
        ("su -lc sysctl", False),
        ("su - -c sysctl root", False),
        ("sudo -iu joe sysctl", True),
        ("sudo -Hiu joe sysctl", True),
        ("sudo -iu root sysctl", False),
        ("sudo -ujoe sysctl", True),
        ("sudo -u #0 sysctl", False),
        ("sudo -g wheel -u joe sysctl", True),
        ("sudo -g wheel sysctl -u joe", False),
        ("sudo -T 5 -u joe sysctl", True),
        ("sudo A=b -u joe sysctl", True),
        ("doas -nu joe sysctl", True),
        ("setpriv --reuid 1000 sysctl", True),
        ("setpriv --reuid 0 sysctl", False),
        ("setpriv --reuid 1000 --ambient-caps +net_admin sysctl", False),
        ("chroot --userspec=joe / sysctl", True),
        ("chroot --userspec root:root / sysctl", False),
        ("capsh --user=nobody -- -c sysctl", True),
        ("capsh --drop=cap_sys_time -- -c sysctl", False),
        ("daemon --user=joe sysctl", True),
        ("daemon --user root sysctl", False),
        ("start-stop-daemon -S -p /run/x -c joe -x sysctl", True),
        ("start-stop-daemon -S -p /run/x -x sysctl", False),
        ("start-stop-daemon -S -u joe -x sysctl", False),
        ("start-stop-daemon -S --chuid root --user joe -x sysctl", False),
        ("systemd-run -p User=nobody sysctl", True),
        ("systemd-run -p User=nobody -p User=root sysctl", False),
        ("systemd-run --property User=$u sysctl", False),
        ("systemd-run -p User=joe -p User=$u sysctl", False),
        ("systemd-run --uid nobody sysctl", True),
        ("systemd-run -p DynamicUser=yes sysctl", True),
        ("systemd-run -p DynamicUser=yes -p AmbientCapabilities=CAP_NET_ADMIN sysctl", False),
        ("systemd-run -pProtectKernelTunables=yes sysctl", True),
        ("systemd-run -p ProtectKernelTunables=yes sh", False),  # it may write sysctl files
        ("systemd-run -p ReadOnlyPaths=/proc/sys sysctl", True),
        ("systemd-run -p ReadOnlyPaths=/srv sysctl", False),
        ("parallel -S web1 sysctl", True),
        ("parallel -S web1,: sysctl", False),
        ("parallel -j 2 sysctl", False),
        ("dbclient web1 sysctl", True),
        ("plink root@localhost sysctl", False),
        ("juju exec --unit web/0 sysctl", True),
        ("lima sysctl", True),
        ("ansible localhost -a sysctl", False),
        ("ansible 127.0.0.1 -a sysctl", False),
        ("ansible web -a sysctl", True),
        ("salt-call cmd.run sysctl", False),
        ("salt web cmd.run sysctl", True),
    ],
)
def test_runs_elsewhere(command: str, expected: bool) -> None:
    assert runs_elsewhere(command.split()) is expected


def test_who_is_named_behind_the_program() -> None:
    assert runs_elsewhere(["su", "-s", "/bin/bash", "-c", "true", "joe"], 2)
    assert not runs_elsewhere(["sudo", "/bin/bash", "-c", "true", "-u", "joe"], 1)


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
