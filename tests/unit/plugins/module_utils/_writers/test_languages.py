# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Sets
from ansible_collections.linux.tcp.plugins.module_utils._writers.languages import language_effects

NAMED = "x = {'tcp_keepalive_time': 60}"
TIME = Sets(1, (("time", None),))


@pytest.mark.parametrize(
    ("line", "sets"),
    [
        ('run(["sysctl", "-w", f"net.ipv4.{k}={v}"])', True),
        ('run([SYSCTL, "-q", "-w", "net/ipv4/" + k])', True),
        ('run(["sysctl", "-qw", k + "=" + v])', True),
        ('run(["sysctl", "-w", setting])', True),
        ('run(\n  [\n    "sysctl",\n    "-w",\n    f"{k}={v}",\n  ]\n)', True),
        ('run("sysctl", "-w", "$k=$x{$k}")', True),
        ('system("sysctl -w %s=%s" % (k, v))', True),
        ('system("sysctl -w " + k)', True),
        ('system("sysctl -w net.ipv4." . $k)', True),
        ('system("sysctl -w #{k}=#{v}")', True),
        ('run(["sysctl", "-n", k])', False),
        ('run(["sysctl", k])', False),
        ('run(["sysctl", "-w", f"net.ipv4.conf.{i}.rp_filter=1"])', False),
        ('run(["sysctl", "-w", "vm.swappiness=%d" % v])', False),
        ('system("sysctl -w vm.swappiness=%d" % v)', False),
        ('run(["ping", "-w", k]); run(["sysctl", "-a"])', False),
        ('open("/proc/sys/net/ipv4/" + k, "w").write(v)', True),
        ('open(f"/proc/sys/net/ipv4/{k}", mode="w")', True),
        ('open(my $f, ">", "/proc/sys/net/ipv4/$k")', True),
        ('(Path("/proc/sys/net/ipv4") / k).write_text(v)', True),
        ('File.write("/proc/sys/net/ipv4/#{k}", v)', True),
        ("fs.writeFileSync(`/proc/sys/net/ipv4/${k}`, v)", True),
        ('system(f"echo {v} > /proc/sys/net/ipv4/{k}")', True),
        ('d = "/proc/sys/net/ipv4"\nopen(os.path.join(d, k), "w")', True),
        ('d = "/proc/sys/net/ipv4"\n(d / k).write_text(v)', True),
        ('d = "/proc/sys/net/ipv4"\nopen(d + k).read()', False),
        ('d = "/proc/sys/net/ipv4"\nopen("/var/lib/x.json", "w")', False),
        ('open("/proc/sys/net/ipv4/" + k).read()', False),
        ('open(f"/proc/sys/net/ipv4/conf/{i}/forwarding", "w")', False),
        ('open(os.path.join(d, k), "w")', False),
    ],
)
def test_lines_that_set_the_keys_that_others_name(line: str, *, sets: bool) -> None:
    assert language_effects(f"{NAMED}\n{line}") == ([TIME] if sets else [])


@pytest.mark.parametrize(
    "line",
    [
        'run(["sysctl", "-w", "net.ipv4.tcp_keepalive_%s=60" % k])',
        'run(["sysctl", "-w", "net.ipv4.tcp_keepalive_" + k + "=60"])',
        'open("/proc/sys/net/ipv4/tcp_keepalive_" + k, "w")',
    ],
)
def test_lines_with_the_begin_of_a_key(line: str) -> None:
    assert language_effects(f"x\n{line}", 10) == [Sets(11, tuple((key, None) for key in KEYS))]


PATH = "/proc/sys/net/ipv4/tcp_keepalive_time"


@pytest.mark.parametrize(
    ("line", "sets"),
    [
        (f"File.write('{PATH}', '60')", True),
        (f"IO.write('{PATH}', '60')", True),
        (f"fs.writeFileSync('{PATH}','60')", True),
        (f"fs.writeFile('{PATH}', '60', done)", True),
        (f"file_put_contents('{PATH}','60');", True),
        (f"f = os.open('{PATH}', os.O_WRONLY)", True),
        (f"f = os.open('{PATH}', os.O_CLOEXEC | os.O_WRONLY)", True),
        (f"open('{PATH}','r+')", True),
        (f"open('{PATH}', '+r')", True),
        (f"File.open('{PATH}','w:UTF-8')", True),
        (f"fs.openSync('{PATH}','as')", True),
        (f"open('{PATH}', mode='w')", True),
        (f"Path('{PATH}').open('w')", True),
        (f"Path('{PATH}').write_text('60')", True),
        (f"shutil.copy(x,'{PATH}')", True),
        (f"open($fh,'+<','{PATH}')", True),
        (f"my $p='{PATH}'; open($fh,'>',$p)", True),
        (f"p = Path('{PATH}'); p.write_text('60')", True),
        (f"set f [open {PATH} w]", True),
        (f"open('{PATH}').read()", False),
        (f"open('{PATH}', 'r')", False),
        (f"os.open('{PATH}', os.O_RDONLY)", False),
        (f"File.read('{PATH}')", False),
        (f"fs.readFileSync('{PATH}', 'ascii')", False),
        (f"file_get_contents('{PATH}')", False),
        (f"shutil.copy('{PATH}', '/tmp/x')", False),
        (f"set f [open {PATH} r]", False),
        (f"p = '{PATH}'; open(p).read(); open('/tmp/x', 'w')", False),
        (f"# File.write('{PATH}', '60')", False),
    ],
)
def test_whole_paths(line: str, *, sets: bool) -> None:
    assert language_effects(line) == ([TIME] if sets else [])


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("run(['sysctl', '-w', 'net.ipv4.tcp_keepalive_time=60'])", 60),
        ('run(["/sbin/sysctl","-w","net.ipv4.tcp_keepalive_time=60"], check=True)', 60),
        ("run(['docker', 'exec', 'web', 'sysctl', '-w', 'net.ipv4.tcp_keepalive_time=60'])", None),
        ("run(['ssh', 'h', 'sysctl -w net.ipv4.tcp_keepalive_time=60'])", None),
    ],
)
def test_lists_of_words(line: str, value: int | None) -> None:
    assert language_effects(line) == ([Sets(1, (("time", value),))] if value else [])


@pytest.mark.parametrize(
    "line",
    [
        "run(['sysctl', '-p', '/opt/c.conf'])",
        "os.execvp('sysctl', ['sysctl', '-p', '/opt/c.conf'])",
        "system('sysctl','-p','/opt/c.conf')",
    ],
)
def test_lists_of_words_that_apply_files(line: str) -> None:
    expected = language_effects("system('sysctl -p /opt/c.conf')")
    assert expected
    assert language_effects(line) == expected


def test_whole_paths_in_lines_of_their_own() -> None:
    assert language_effects(f"open(\n '{PATH}',\n 'w')") == [Sets(2, (("time", None),))]
    assert language_effects(f"p = '{PATH}'\nwith open(p, 'w') as f:") == [Sets(2, (("time", None),))]


def test_lines_that_name_keys() -> None:
    rows = ("'tcp_keepalive_intvl',", "# tcp_keepalive_time", "x # tcp_keepalive_time", "y = tcp_keepalive_times")
    text = CONTINUED.join(rows) + "\n'net.ipv4.tcp_keepalive_probes=3'\nrun(['sysctl', '-w', k])"
    assert language_effects(text) == [Sets(5, (("probes", 3),)), Sets(1, (("intvl", None),))]


@pytest.mark.parametrize(
    "piece",
    [
        "sysctl ",
        "sysctl -w ",
        "sysctl -qqqq",
        "sysctl, ",
        "open(",
        "'w' /proc/sys/",
        "' ",
        " >",
        " #",
        "\n  # x",
        "open('/proc/sys/net/ipv4/tcp_keepalive_time', ",
        "p = '/proc/sys/net/ipv4/tcp_keepalive_time' ",
        "tcp_keepalive_",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    begin = time.process_time()
    language_effects("/proc/sys sysctl -w {\n" + piece * 20_000)
    assert time.process_time() - begin < 5
