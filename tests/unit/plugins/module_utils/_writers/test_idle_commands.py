# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.idle_commands import without_idle
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

X = "/opt/x.sh"
SCRIPT = b"#!/bin/sh\n" + SET + b"\n"
TUNE = "/usr/local/sbin/tune-host"

UNREACHED = [
    f"exit 0\n{X}",
    f"exit 0\ncat <<E\n{X}\nE",
    f"exit 0\nif true; then {X}; fi",
    f"exec true\n{X}",
    f"false && {X}",
    f"/bin/false && {X}",
    f"true || {X}",
    f"/usr/bin/true || {X}",
    f"if false; then {X}; fi",
    f"if true; then :; else {X}; fi",
    f"while false; do\n{X}\ndone",
    f"if false; then cat <<E\n{X}\nE\nfi",
    f"false && sh <<E\n{X}\nE",
]
REACHED = [
    f"f() {{ exit 0; }}\n{X}",
    f"a || exit 0\n{X}",
    f"(exit 0)\n{X}",
    f"exit 0 |\n cat\n{X}",
    f"if a; then exit 0; fi\n{X}",
    f"false && a || {X}",
    f"false; {X}",
    f"true && {X}",
    f"false() {{ :; }}\nfalse && {X}",
    f"! false && {X}",
    f"trap {X} EXIT\nexit 0",
    f'sed 1,/^exit/d "$0" | sh\nexit 0\n{X}',
    f'a "\nexit 0\n{X}',
]
IDLE = [
    f"echo {X}",
    f'echo "run {X} by hand" >&2',
    f"echo {X} >> /var/log/boot.log",
    f'echo {X} >> "$LOGFILE"',
    f"echo {X} | logger -t tune",
    f"echo {X} | tee -a /var/log/tune | cat",
    f"{{ echo {X}; date; }} > /dev/null 2>&1",
    f": {X}",
    f"test -x {X} && a",
    f"[ -x {X} ] && a",
    f"if [[ -x {X} ]]; then a; fi",
    f"rm -f {X}",
    f"sudo -n rm -f {X}",
    f"nice -n 10 /bin/rm -f {X}",
    f"f() {{ rm -f {X}; }}\nf",
    f"chmod +x {X}",
    f"timeout 5 chmod +x {X} || true",
    f"tar czf b.tgz {X}",
    f"tar cf - {X} | ssh w1 tar xf -",
    f"logger 'run {X}'",
    f"logger <<E\n{X}\nE",
    f"command -v {X} > /dev/null",
    f"mail -s boot root < {X}",
    f"cat {X}",
    f"rm -f {X}  # x.sh",
]
ELSEWHERE = [
    f"docker exec web {X}",
    f"docker exec $c {X}",
    f"docker run --rm -v {X}:/x.sh img /x.sh",
    f"podman exec web sh -c '{X} start'",
    f"ip netns exec x {X}",
    f"/sbin/ip netns exec x sh {X}",
    f"sudo ip netns exec $n {X}",
    f"nsenter --net=/run/netns/x {X}",
    f"sudo -u nobody {X}",
    f"su nobody -c {X}",
    f"runuser -u nobody -- {X}",
    f"ssh w1 {X}",
    f"ssh w1 sudo {X}",
    f"ssh w1 sh <<'E'\n{X}\nE",
    f"ssh w1 bash -s < {X}",
    f"for h in $(cat hosts); do ssh $h 'bash -s' < {X}; done",
    f"scp {X} w1:/opt/ && ssh w1 {X}",
    f"kubectl exec p -- {X}",
]
RUN = [
    f"sh -c '{X}'",
    f"echo {X} > /dev/stdout | sh",
    f"tar -I{X} -cf a b",
    f"ssh -oProxyCommand={X} h",
    f"ssh -o KnownHostsCommand={X} h",
    f"ssh 0.0.0.0 {X}",
    f"start-stop-daemon -S -u nobody -x {X}",
    f"nohup {X} &",
    "find /opt -name x.sh -exec {} \\;",
    f"cat {X} | sh",
    f"cat {X} | sudo sh",
    f"cp {X} /usr/local/bin/y && y",
    f"ln -s {X} /usr/local/bin/y; y",
    f"install -m 755 {X} /usr/local/bin/y && y",
    f"echo {X} | at now",
    f'echo "{X}" | sh',
    f"echo {X} | while read -r f; do $f; done",
    f"echo {X} >> /etc/rc.local",
    f"echo {X} | tee /etc/init.d/x",
    f"printf '%s\\n' {X} > /etc/cron.d/x",
    f'(crontab -l; echo "@reboot {X}") | crontab -',
    f"{{ echo {X}; }} > /etc/cron.daily/x",
    f"exec > /etc/cron.daily/x\necho {X}",
    f"exec 3> /etc/cron.daily/x\necho {X} >&3",
    f"f() {{ echo {X}; }}\nf | sh",
    f"f() {{ echo {X}; }}\n$(f)",
    f"$(echo {X})",
    f"`echo {X}`",
    f"F=$(ls {X}); $F",
    f"echo $({X})",
    f"logger `{X}`",
    f"cat <({X})",
    f"rm -f a $({X})",
    f"logger <<E\n$({X})\nE",
    f"F={X}; chmod +x $F; $F",
    f"chmod +x {X} && {X}",
    f"chmod +x {X} && $_",
    f'chmod +x {X} && cd "$d" && ./x.sh',
    f"[ -x {X} ] && x.sh",
    f"chmod 755 {X}; cd /opt; for i in *.sh; do ./$i; done",
    f"test -x {X} && cd /opt && ./*.sh",
    f"cd /opt; chmod +x {X}; for i in x; do ./$i.sh; done",
    f"D=/opt; chmod +x {X}; for i in $(ls $D); do $D/$i; done",
    f"[ -x {X} ] && for f in /opt/{{x,y}}.sh; do $f; done",
    f"[ -x {X} ] && /op*/x*",
    f"bwrap --unshare-all --share-net {X}",
    f": ${{F:={X}}}; $F",
    f"F={X} :\n$F",
    f"printf -v F {X}; $F",
    f"set -- {X}; $1",
    f"exec {X}",
    f"exec -a rm {X}",
    f"env -u rm {X}",
    f"[ -x {X} ] && {X}",
    f"alias rm=\nrm {X}",
    f'echo() {{ "$@"; }}\necho {X}',
    f"tar -I {X} -cf b.tgz a",
    f"tar cf b.tar a --to-command={X}",
    f"sh <<E | logger\n{X}\nE",
    f"sh <<E; echo a\n{X}\nE",
    f"{X} 2>&1 | logger",
    f"{X} | grep a",
    f"{X} docker",
    f"{X} rm",
    f"sudo {X}",
    f"sudo -u root {X}",
    f"su - u -c 'sudo {X}'",
    f"ssh localhost {X}",
    f"ssh -i /root/k root@127.0.0.1 {X}",
    f"h=localhost\nssh $h {X}",
    f"ssh -o ProxyCommand={X} w1",
    f"docker run --privileged --net=host -v /opt:/opt i {X}",
    f"docker run $options i {X}",
    f"nsenter -t 1 -n {X}",
    f"ip netns exec x nsenter -t 1 -n {X}",
    f"ip vrf exec x {X}",
    f"unshare -m {X} -n",
    f"systemd-run {X} --user",
    f"ssh w1 echo {X} | sh",
    f"rsync -a {X} /usr/local/bin/y; y",
    f"rsync -e {X} a w1:/opt",
    f"ansible localhost -m command -a {X}",
    f"eval 'echo; {X}'",
    f"xargs {X} < /etc/hosts",
    f"systemd-cat {X}",
]


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        *((line, False) for line in (*UNREACHED, *IDLE, *ELSEWHERE)),
        *((line, True) for line in (*REACHED, *RUN)),
    ],
)
def test_commands_of_a_script(tmp_path: Path, lines: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/rc.local": f"#!/bin/bash\n{lines}\n".encode(), X: SCRIPT}
    assert [writer.path for writer in found(tmp_path, layout)] == ([X] if counts else [])


ROWS = [
    *((line, False) for line in (f"false && {X}", f"/bin/true || {X}", f"echo {X}", f"rm -f {X}", f"sudo -u u {X}")),
    *((line, False) for line in (f"ip netns exec x {X}", f"docker exec web {X}", f"ssh w1 {X}", f"/bin/tar cf a {X}")),
    *((line, True) for line in (f"{X} # echo", f"sh -c {X}", f"echo {X} | sh", f"nsenter -t 1 -n {X}", f"ssh $h {X}")),
]


@pytest.mark.parametrize(("line", "counts"), ROWS)
@pytest.mark.parametrize(
    ("path", "begin"),
    [
        ("/etc/crontab", "@reboot root "),
        ("/etc/cron.d/a", "*/5 * * * *  root "),
        ("/var/spool/cron/root", "@reboot "),
        ("/etc/anacrontab", "1 5 a "),
        ("/etc/modprobe.d/a.conf", "install a "),
        ("/etc/network/interfaces", "  post-up "),
        ("/etc/wireguard/a.conf", "PostUp = "),
        ("/etc/systemd/system/a.service", "[Service]\nExecStart="),
        ("/etc/supervisor/conf.d/a.conf", "[program:a]\ncommand="),
    ],
)
def test_commands_of_tables_and_units(tmp_path: Path, path: str, begin: str, line: str, *, counts: bool) -> None:
    layout: Layout = {path: f"{begin}{line}\n".encode(), X: SCRIPT}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ([X] if counts else [])


@pytest.mark.parametrize(("line", "counts"), ROWS)
def test_commands_of_inittab(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/inittab": f"a:2345:once:{line}\n".encode(), X: SCRIPT}
    assert [writer.path for writer in found(tmp_path, layout)] == ([X] if counts else [])


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        (f"ExecStartPre=/bin/chmod +x {X}\nExecStart=/bin/sh -c 'cd $D; ./x.sh'", True),
        (f"WorkingDirectory=/opt\nExecStartPre=/bin/chmod +x {X}\nExecStart=/bin/sh -c './*.sh'", True),
        (f"Environment=D=/opt\nExecStartPre=/bin/chmod +x {X}\nExecStart=/bin/sh -c '$D/*.sh'", True),
        (f"WorkingDirectory=/srv\nExecStartPre=/bin/chmod +x {X}\nExecStart=/bin/sh -c ./y.sh", False),
        (f"ExecStart=/usr/bin/docker exec web {X}", False),
        (f"ExecStart=/usr/bin/ip netns exec blue {X}", False),
    ],
)
def test_other_commands_of_a_unit(tmp_path: Path, lines: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/systemd/system/a.service": f"[Service]\n{lines}\n".encode(), X: SCRIPT}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ([X] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("echo see tune-host", False),
        ("ssh w1 tune-host", False),
        ("docker exec web tune-host", False),
        ("exit 0; tune-host", False),
        ("command -v tune-host && tune-host", True),
        ("echo a; tune-host", True),
    ],
)
def test_names_of_programs(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/rc.local": f"#!/bin/sh\n{line}\n".encode(), TUNE: SCRIPT}
    assert [writer.path for writer in found(tmp_path, layout)] == ([TUNE] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (f"echo {X}", True),  # perhaps for what calls the script
        (f"cat {X}", True),
        (f"echo {X} > /dev/null", False),
        (f"rm {X}", False),
        (f"ssh w1 {X}", False),
        (f"exit\n{X}", False),
    ],
)
def test_commands_of_a_script_that_another_one_calls(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/rc.local": b"#!/bin/sh\n/opt/list | sh\n",
        "/opt/list": f"#!/bin/sh\n{line}\n".encode(),
        X: SCRIPT,
    }
    assert [writer.path for writer in found(tmp_path, layout)] == ([X] if counts else [])


@pytest.mark.parametrize(
    ("caller", "lines", "path"),
    [
        ("cd /opt; /srv/run", f"chmod +x {X}; for i in *.sh; do ./$i; done", X),
        ("/srv/run", 'chmod +x /srv/x.sh; cd "$(dirname "$0")"; for i in *.sh; do ./$i; done', "/srv/x.sh"),
        ("/srv/run", "chmod +x /root/x.sh; cd ~; for i in *.sh; do ./$i; done", "/root/x.sh"),
        ("/srv/run", "chmod +x /root/x.sh; for i in ls; do $i; done", ""),
        ("/srv/run", f"chmod +x {X}; cd ~; $i", ""),
    ],
)
def test_calls_that_a_folder_may_have(tmp_path: Path, caller: str, lines: str, path: str) -> None:
    layout: Layout = {
        "/etc/rc.local": f"#!/bin/sh\n{caller}\n".encode(),
        "/srv/run": f"#!/bin/sh\n{lines}\n".encode(),
        path or X: SCRIPT,
    }
    assert [writer.path for writer in found(tmp_path, layout)] == ([path] if path else [])


@pytest.mark.parametrize("name", ["rm", "logger", "ssh"])
def test_a_program_of_an_administrator_may_run_its_arguments(tmp_path: Path, name: str) -> None:
    layout: Layout = {
        "/etc/rc.local": f"#!/bin/sh\n{name} w1 {X}\n".encode(),
        X: SCRIPT,
        f"/usr/local/bin/{name}": b'#!/bin/sh\n"$2"\n',
    }
    assert [writer.path for writer in found(tmp_path, layout)] == [X]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("rm /a \\\n /b; c", "-- -- -\n --; c"),
        ("false && /a\nb", "----- && --\nb"),
        ("exit\na | /b", "exit\n- - --"),
        ("exit\na", "exit\n-"),
        ("#!/usr/bin/python3\nexit", "#!/usr/bin/python3\nexit"),
        ("echo 'a", "echo 'a"),
        ("a", "a"),
    ],
)
def test_every_word_keeps_its_line(text: str, rest: str) -> None:
    assert without_idle([text], is_shown=True) == [rest]
