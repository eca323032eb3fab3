# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lines of tables do, each in its place on a system whose boot gives 600, 75 and 9."""

from __future__ import annotations

import fnmatch
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, writers_among
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import PLACES
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among, find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import Format

KEY = "net.ipv4.tcp_keepalive_time"
SET = f"sysctl -w {KEY}=60"
ECHO = f'echo "Reduce: {SET}"'
ELSEWHERE = f"docker exec web {SET}"
FILE = "/proc/sys/net/ipv4/tcp_keepalive_time"


def found(root: Path, path: str, text: str, *, systemd: bool) -> list[int]:
    """Return the lines of a file that count; a probe has to be told of that file, and to see that lines count."""
    lay_out(root, {path: text.encode()})
    (root / path[1:]).chmod(0o755)
    files = Files(str(root))
    context = BootContext(files.read_tree(), Values(600, 75, 9), hz=250)
    candidates = find_candidates(files, SYSTEMD if systemd else PROCPS, files.read_tree()).candidates
    writers = writers_among(candidates, context)
    assert {writer.path for writer in writers} <= {path}
    rows = [(path, number, row) for number, row in enumerate(text.encode().split(b"\n"), 1) if RELEVANT.search(row)]
    in_single_rows = writers_among(candidates_among(files, rows, files.read_tree()).candidates, context)
    is_probed = any(fnmatch.fnmatch(path, place) for place in PLACES[systemd])
    assert (in_single_rows and is_probed) or not writers
    return [writer.line for writer in writers]


CRONTAB, CRON_D, ROOTS_CRONTAB = "/etc/crontab", "/etc/cron.d/tune", "/var/spool/cron/crontabs/root"
USERS_CRONTAB = "/var/spool/cron/crontabs/alice"
INTERFACES, MODPROBE, UDEV = "/etc/network/interfaces", "/etc/modprobe.d/x.conf", "/etc/udev/rules.d/9.rules"
CLOUD, WSL, WIREGUARD = "/etc/cloud/cloud.cfg.d/9.cfg", "/etc/wsl.conf", "/etc/wireguard/wg0.conf"
QUADLET = "/etc/containers/systemd/x.container"
MONIT, SUPERVISOR, UNIT = "/etc/monit/conf.d/x", "/etc/supervisor/conf.d/x.conf", "/etc/systemd/system/a.service"


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (CRONTAB, f"@reboot root {SET}", [1]),
        (CRONTAB, f"*/5 * * * * root {SET} >/dev/null 2>&1", [1]),
        (CRONTAB, f"0 3 * JAN-MAR mon-fri root /sbin/{SET}", [1]),
        (CRONTAB, f"SHELL=/bin/sh\n# {SET}\n@reboot root {ECHO}", []),
        (CRONTAB, f"@reboot root {ELSEWHERE}", []),
        (CRONTAB, f"@reboot nobody {SET}", []),
        (CRONTAB, f"@reboot root echo $(date +%F) boot >> /var/log/b; {SET}", []),
        (CRONTAB, f"@reboot root date +%s; {SET}", []),
        (CRONTAB, f"@reboot root date +\\%s; {SET}", [1]),
        (CRONTAB, f"@reboot root {SET}; date +%s", [1]),
        (CRONTAB, f"#\n@reboot root sysctl -p -%{KEY}=60", [2]),
        (CRONTAB, f"@reboot root cat%{KEY}=60", []),
        (CRONTAB, f"@reboot root xargs sysctl -w%{KEY}=60", [1]),
        (CRONTAB, f"@reboot root sh%true%{SET}", [1]),
        (CRONTAB, f"@reboot root docker exec -i web sh%{SET}", []),
        (ROOTS_CRONTAB, f"@reboot sysctl -p -%{KEY}=60", [1]),
        (USERS_CRONTAB, f"@reboot sudo sh%{SET}", [1]),
        ("/etc/anacrontab", f"1 5 tune date +%s; {SET}", [1]),
        (CRONTAB, f"@reboot root sudo -Hiu joe {SET}", []),
        (CRONTAB, f"@reboot alice sudo {SET}", [1]),
        (CRONTAB, f"@reboot root sysctl -w {KEY} = 60", []),
        (CRONTAB, f"@daily root echo {KEY}=60 >> /etc/sysctl.conf", [1]),
        (CRONTAB, f'NOTE="{SET}"\n@reboot root true', []),
        (CRONTAB, f"NOTE={SET}\n@reboot root X=1 {SET}", [2]),
        (CRONTAB, f'TUNE={SET}\n@reboot root sh -c "${{TUNE}}"', [1]),
        (ROOTS_CRONTAB, f"'NOTE' = {SET}", []),
        (ROOTS_CRONTAB, f"TUNE='{SET}'\n@reboot $TUNE", [1]),
        (ROOTS_CRONTAB, f'TUNE={SET}\n@reboot sh -c "${{TUNE:-true}}"', [1]),
        (USERS_CRONTAB, f"NOTE=sudo {SET}", []),
        (CRONTAB, f"ARGS={KEY}=60\n@reboot root /usr/local/bin/t", [1]),
        (CRONTAB, f"CMD={SET}\n*/5 * * * * root cd / && /usr/local/bin/t -x | logger", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot root printenv CMD | sh", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot root printenv | sed -n 4p | sh", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot root env | sed -n 4p > /etc/cron.d/x", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot root awk 'BEGIN{{system(ENVIRON[\"CMD\"])}}'", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot root it's", [1]),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot cat <(/opt/t)", [1]),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot cat < <(/opt/t)", [1]),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot echo $(/opt/t)", [1]),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot if true; then /opt/t; fi", [1]),
        (CRONTAB, f"CMD={SET}\n@reboot nobody /usr/local/bin/t", []),
        (CRONTAB, f"CMD=sudo {SET}\n@reboot alice /usr/local/bin/t", [1]),
        (CRONTAB, f"CMD={SET}\n# @reboot root /usr/local/bin/t", []),
        (CRONTAB, f"CMD={SET}\n@daily root sudo -n rm -f /tmp/x; nice date > /x; sysctl -a | logger -t x", []),
        (CRONTAB, f"MAILTO={SET}\n@reboot root /usr/local/bin/t", []),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot . /opt/t", [1]),
        (ROOTS_CRONTAB, f"CMD={SET}\n@reboot rm /opt/t", []),
        (USERS_CRONTAB, f"CMD=sudo {SET}\n@reboot /opt/t", [1]),
        ("/etc/anacrontab", f"CMD={SET}\n1 5 tune run-parts /etc/cron.daily", [1]),
        ("/etc/anacrontab", f"CMD={SET}\n1 5 tune true", []),
        ("/etc/anacrontab", f"NOTE={SET}", []),
        (CRON_D, f"@reboot root sleep 30 && {SET}", [1]),
        (CRON_D, f"@reboot root echo 60 > {FILE}", [1]),
        (CRON_D, f"@reboot root it's {SET}", [1]),
        (ROOTS_CRONTAB, f"@reboot {SET}", [1]),
        (ROOTS_CRONTAB, f"0 * * * * {ECHO}\n0 * * * * {SET}", [2]),
        (ROOTS_CRONTAB, f"@reboot ssh web1 {SET}", []),
        (USERS_CRONTAB, f"@reboot sudo {SET}\n@reboot {SET}\n@reboot sudo {ECHO}", [1]),
        ("/var/spool/cron/ec2-user", f"*/5 * * * * sudo -n /sbin/{SET}", [1]),
        ("/var/spool/cron/tabs/alice", f"# sudo {SET}\n@daily sh -c 'doas {SET}'", [2]),
        ("/etc/crontabs/alice", f"@reboot run0 {SET}", [1]),
        ("/etc/anacrontab", f"1 5 tune {SET}", [1]),
        ("/etc/anacrontab", f"@monthly 5 tune {ECHO}", []),
        (INTERFACES, f"iface eth0 inet dhcp\n    post-up {SET}", [2]),
        (INTERFACES, f"iface eth0 inet dhcp\n    up echo 60 > {FILE} || true", [2]),
        (INTERFACES, f"iface eth0 inet dhcp\n    post-up {ECHO}", []),
        (INTERFACES, f"iface eth0 inet dhcp\n    post-up ip netns exec blue \\\n      {SET}", []),
        (INTERFACES, f"iface eth0 inet dhcp\n    pre-up true; \\\n      {SET}", [3]),
        (MODPROBE, f"install tun /sbin/modprobe --ignore-install tun && {SET}", [1]),
        (MODPROBE, f"install tun {ECHO}", []),
        (MODPROBE, f"options tun note='{SET}'\nblacklist sysctl", []),
        (UDEV, f'ACTION=="add", RUN+="/sbin/{SET}"', [1]),
        (UDEV, f'ACTION=="add", RUN{{program}}+="/bin/sh -c \'{SET}\'"', [1]),
        (UDEV, f'ACTION=="add", \\\n  RUN+="/bin/sh -c \'echo 60 > {FILE}\'"', [2]),
        (UDEV, f'ACTION=="add", RUN+="/bin/echo 60 > {FILE}"', []),
        (UDEV, f'ACTION=="add", PROGRAM="/bin/{SET}"', [1]),
        (UDEV, f'RUN+=e"/bin/sh -c \\"{SET}\\""\nRUN+=e"/bin/{SET}"\nRUN+=e"/bin/echo {SET}"', [1, 2]),
        (UDEV, f'ACTION=="add", ENV{{note}}="{SET}"', []),
        (UDEV, f'ACTION=="add", RUN+="/usr/bin/docker exec web {SET}"', []),
        (UDEV, f'SYSCTL{{{KEY.replace(".", "/")}}}="60"', [1]),
        (UDEV, f'SYSCTL{{{KEY.replace(".", "/")}}}=e"60"', [1]),
        (UDEV, f'SYSCTL{{{KEY.replace(".", "/")}}}=="60", RUN+="/bin/true"', []),
        (CLOUD, f"bootcmd:\n  - {SET}", [2]),
        (CLOUD, f"bootcmd:\n  - [sysctl, -w, {KEY}=60]", [2]),
        (CLOUD, f'bootcmd:\n  - ["sysctl", "-w", "{KEY}=60"]', [2]),
        (CLOUD, f"bootcmd:\n  - [cloud-init-per, once, x, sysctl, -w, {KEY}=600]", []),
        (CLOUD, f"bootcmd:\n  - cloud-init-per once x {SET}", []),
        (CLOUD, f"bootcmd:\n  - [cloud-init-per, instance, x, sysctl, -w, {KEY}=60]", []),
        (CLOUD, f"bootcmd:\n  - cloud-init-per always x {SET}", [2]),
        (CLOUD, f"bootcmd:\n  - cloud-init-per once x true; {SET}", [2]),
        (CLOUD, f"bootcmd:\n  - cloud-init-per once x-$$ {SET}", [2]),
        (CLOUD, f"bootcmd:\n  - cloud-init-per once x true $({SET})", [2]),
        (CLOUD, f"bootcmd:\n  - |\n    true\n    {SET}\n  - true", [4]),
        (CLOUD, f"bootcmd:\n  - echo 60 > {FILE}", [2]),
        (CLOUD, f"bootcmd:\n  - '{SET}'", [2]),
        (CLOUD, f"bootcmd:\n- {ECHO}", []),
        (CLOUD, f"bootcmd:\n  - ssh web1 {SET}\n  # {SET}", []),
        (CLOUD, f"runcmd:\n  - {SET}", []),
        (CLOUD, f"write_files:\n  - path: /etc/sysctl.d/x.conf\n    content: |\n      {KEY}=60", []),
        ("/etc/netctl/eth0", f"IP=dhcp\nExecUpPost='{SET} || true'\n# ExecUpPost='{SET}'", [2]),
        ("/etc/netctl/eth0", f"ExecUpPost='ip netns exec blue {SET}'", []),
        (WSL, f"[boot]\ncommand={SET}", [2]),
        (WSL, f'[boot]\nsystemd=false\ncommand = "{SET}; service cron start"', [3]),
        (WSL, f"[boot]\ncommand = sh -c 'echo 60 > {FILE}'", [2]),
        (WSL, f"[Boot]\nCommand = {SET}", [2]),
        (WSL, f"[boot]\ncommand = sysctl \\\n -w {KEY}=60", [2]),
        (WSL, f"[boot]\r\ncommand = {SET}\r", [2]),
        (WSL, f'[boot]\ncommand = "true\\n{SET}" # note', [2]),
        (WSL, f'[boot]\ncommand = sh -c \\"{SET}\\"', [2]),
        (WSL, f"[boot]\ncommand = true \\\n# {SET}\ncommand = true # {SET}", []),
        (WSL, f"[boot]\n# command = {SET}", []),
        (WSL, f"[user]\ncommand = {SET}", []),
        (WSL, f"[boot]\ncommand = {ECHO}", []),
        (WIREGUARD, f"[Interface]\nPostUp = {SET}", [2]),
        (WIREGUARD, f"[Interface]\nPostUp = ip netns exec %i {SET}\n# PostUp = {SET}", []),
        (MONIT, f'if cpu > 9 then exec "/sbin/{SET}"', [1]),
        (MONIT, f"check process x\n  start program = \"/bin/sh -c '{SET}'\"", [2]),
        (MONIT, f'check process x\n  start program = "/bin/echo {SET}"', []),
        (SUPERVISOR, f"[program:x]\ncommand=/bin/sh -c '{SET}'", [2]),
        (SUPERVISOR, f"[program:x]\ncommand=/sbin/sysctl -w {KEY}=%(ENV_KA)s", [2]),
        (SUPERVISOR, f"[program:x]\ncommand=/bin/echo {KEY}=%(ENV_KA)s", []),
        (SUPERVISOR, f"[program:x]\ncommand=/usr/bin/ssh web1 {SET}", []),
        ("/etc/profile.d/tune.sh", SET, [1]),
        ("/etc/profile.d/tune.sh", ECHO, []),
        ("/root/.bashrc", f"[ -t 0 ] && sudo {SET}", [1]),
        ("/root/.bashrc", f"alias tune='{SET}'", []),
        ("/var/lib/cloud/scripts/per-boot/tune.sh", f"#!/bin/sh\n{SET}", [2]),
        ("/var/lib/cloud/scripts/per-boot/tune.sh", f"#!/bin/sh\n{ECHO}", []),
        ("/var/lib/cloud/scripts/per-once/tune.sh", f"#!/bin/sh\n{SET}", []),
        ("/var/lib/cloud/scripts/per-instance/tune.sh", f"#!/bin/sh\n{SET}", []),
        ("/etc/libvirt/hooks/network", f"#!/bin/sh\n{SET}", [2]),
        ("/etc/dhcp/dhclient-exit-hooks", SET, [1]),
        ("/etc/ppp/ip-up.local", f"#!/bin/sh\n{SET}", [2]),
    ],
)
@pytest.mark.parametrize("systemd", [True, False], ids=["systemd", "no systemd"])
def test_tables(tmp_path: Path, path: str, text: str, lines: list[int], *, systemd: bool) -> None:
    assert found(tmp_path, path, text + "\n", systemd=systemd) == lines


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (UNIT, f"[Service]\nExecStart=/sbin/{SET}", [2]),
        (UNIT, f"[Service]\nExecStartPre=-/sbin/{SET}\nExecStart=/bin/true", [2]),
        (UNIT, f"[Service]\nExecStart=/bin/true ; /sbin/{SET}", [2]),
        (UNIT, f"[Service]\nExecStart=/bin/sh -c '{SET} || true'", [2]),
        (UNIT, f"[Service]\nExecStart=/bin/sh -c 'echo 60 > {FILE}'", [2]),
        (UNIT, f"[Service]\nExecStart=/usr/bin/env \\\n  sysctl -w \\\n  {KEY}=60", [4]),
        (UNIT, f"[Service]\nExecStart=/sbin/{SET} \\", [2]),
        (UNIT, f"[Service]\nExecStart=/bin/echo 60 > {FILE}", []),
        (UNIT, f"[Service]\nExecStart=/bin/echo x && {SET}", []),
        (UNIT, f"[Service]\nExecStart=/bin/sh -c 'echo \"{SET}\"'", []),
        (UNIT, f"[Service]\nExecStart=/usr/bin/docker run --rm \\\n  --sysctl {KEY}=60 web", []),
        (UNIT, f"[Service]\nExecStart=/usr/bin/ip netns exec blue sysctl -w {KEY}=60", []),
        (UNIT, f"[Service]\nExecStart=/sbin/sysctl -w {KEY} = 60", []),
        (UNIT, f"[Service]\nEnvironment=X='{SET}'\nExecStart=/bin/true", []),
        (UNIT, f"[Service]\nExecStart=/bin/sh -c 'never ends {SET}", [2]),
        (QUADLET, f"[Container]\nNetwork=host\nPodmanArgs=--privileged\nExec={SET}", [4]),
        (QUADLET, f"[Container]\nPodmanArgs=--net=host --privileged\nExec=sh -c '{SET}'", [3]),
        (QUADLET, f"[Container]\nNetwork=host\nUnmask=/proc/sys\nAddCapability=NET_ADMIN\nExec={SET}", [5]),
        (QUADLET, f"[Container]\nNetwork=host\nExec={SET}", []),
        (QUADLET, f"[Container]\nNetwork=web.network\nPodmanArgs=--privileged\nExec={SET}", []),
        (QUADLET, f"[Container]\nNetwork=host\nPodmanArgs=--privileged\nSysctl={KEY}=60\nExec=echo {SET}", []),
        ("/usr/share/containers/systemd/a/x.container", f"[Container]\nNetwork=host\nUnmask=ALL\nExec={SET}", [4]),
        ("/etc/systemd/system-generators/tune", f"#!/bin/sh\n{SET}", [2]),
        ("/usr/lib/systemd/system-sleep/tune", f"#!/bin/sh\ncase $1 in post) {SET} ;; esac", [2]),
    ],
)
def test_units_and_scripts_of_systemd(tmp_path: Path, path: str, text: str, lines: list[int]) -> None:
    assert found(tmp_path, path, text + "\n", systemd=True) == lines
    assert found(tmp_path, path, text + "\n", systemd=False) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [(ROOTS_CRONTAB, f"@reboot date +%s; {SET}"), (USERS_CRONTAB, f"@reboot date +%s; sudo {SET}")],
)
def test_the_percent_sign_in_tables_of_a_cron_that_is_not_known(tmp_path: Path, path: str, line: str) -> None:
    assert found(tmp_path, path, line + "\n", systemd=True) == []
    assert found(tmp_path, path, line + "\n", systemd=False) == [1]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (f"l0:2345:wait:/sbin/{SET}", [1]),
        (f"::sysinit:/sbin/{SET}", [1]),
        (f"::respawn:{ECHO}", []),
        (f"# ::sysinit:/sbin/{SET}", []),
    ],
)
def test_inittab(tmp_path: Path, line: str, lines: list[int]) -> None:
    assert found(tmp_path, "/etc/inittab", line + "\n", systemd=False) == lines


@pytest.mark.parametrize(
    ("read", "row"),
    [
        pytest.param(formats.inittab, "sysctl" + "a" * 50_000, id="inittab"),
        pytest.param(formats.modprobe, "sysctl" + " " * 50_000, id="modprobe"),
        pytest.param(formats.monit, "sysctl exec" + " " * 50_000, id="monit"),
        pytest.param(formats.udev_rules, "SYSCTL{" * 10_000, id="udev"),
    ],
)
def test_no_row_takes_long(read: Format, row: str) -> None:
    assert list(read(row)) == []
