# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter, Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("line", "script", "counts"),
    [
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, True, id="called"),
        pytest.param(b"@reboot root sh '/usr/local/sbin/tune' -v", b"#!/bin/sh\n" + SET, True, id="by a shell"),
        pytest.param(b"# /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, False, id="in a remark"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", SET, False, id="no script"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n", False, id="which sets nothing"),
        pytest.param(b"@reboot root /usr/local/sbin/other", b"#!/bin/sh\n" + SET, False, id="another one"),
    ],
)
def test_scripts_that_are_called(tmp_path: Path, line: bytes, script: bytes, *, counts: bool) -> None:
    writers = found(tmp_path, {"/etc/crontab": line + b"\n", "/usr/local/sbin/tune": script})
    assert writers == ([Writer("/usr/local/sbin/tune", 2, SET.decode())] if counts else [])
    unit = b"[Service]\nExecStart=/usr/local/sbin/tune\n"
    layout: Layout = {"/etc/crontab": b"", "/etc/systemd/system/a.service": unit}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == (script == b"#!/bin/sh\n" + SET)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/data/tune", True),
        ("/home/deploy/bin/tune", True),
        ("/mnt/disk/tune", True),
        ("/var/lib/app/tune.sh", True),
        ("/var/lib/app/state", False),  # in a folder that is a program's own
        *(
            (f"/{name}/tune", True)
            for name in ("app", "appl", "apps", "config", "nfs", "persist", "scripts", "software")
        ),
        *((f"/{name}/tune", True) for name in ("storage", "u01", "usr/sap", "var/scripts")),
        *((f"/{name}/tune.sh", True) for name in ("boot", "var/opt", "var/www")),
        *((f"/{name}/tune", False) for name in ("boot", "var/opt", "var/www", "usr/share", "usr/libexec", "var/cache")),
        ("/usr/sbin/tune", False),  # of a package
    ],
)
def test_folders_of_scripts_that_are_called(tmp_path: Path, path: str, *, counts: bool) -> None:
    script = b"#!/bin/sh\n" + SET
    writers = found(tmp_path, {"/etc/rc.local": f"#!/bin/sh\n{path} start\n".encode(), path: script})
    assert writers == ([Writer(path, 2, SET.decode())] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("[ -f /etc/rc.local ] && sh /etc/rc.local", True),
        ("  /bin/sh -e /etc/rc.local start", True),
        (". /etc/rc.local", True),
        ("source '/etc/rc.local'", True),
        ("if [ -x /etc/rc.local ]; then\n(. /etc/rc.local)\nfi", True),
        ("/bin/busybox ash /etc/rc.local", True),
        ("# sh /etc/rc.local", False),
        ("cat /etc/rc.local", False),
        ("/usr/bin/push /etc/rc.local", False),
        ("/etc/rc.local", False),
    ],
)
def test_scripts_that_a_shell_is_given(tmp_path: Path, line: str, *, counts: bool) -> None:
    done = tmp_path / "etc/rc.d/S95done"
    done.parent.mkdir(parents=True)
    done.write_text(f"#!/bin/sh /etc/rc.common\nboot() {{\n{line}\n}}\n")
    done.chmod(0o755)
    layout: Layout = {"/etc/rc.local": b"# Put your custom commands here\n" + SET + b"\nexit 0\n"}
    writers = found(tmp_path, layout, executable=False)
    assert writers == ([Writer("/etc/rc.local", 2, SET.decode())] if counts else [])


OWN = '"${BASH_SOURCE[0]}"'


@pytest.mark.parametrize(
    ("lines", "path", "counts"),
    [
        pytest.param("tune", "/usr/local/sbin/tune", True, id="by its name"),
        pytest.param("exec nohup tune -v &", "/usr/local/bin/tune", True, id="by its name in a command"),
        pytest.param("tuned; fine-tune; tune.sh; x -tune", "/usr/local/bin/tune", False, id="part of a name"),
        pytest.param("# tune", "/usr/local/bin/tune", False, id="name in a remark"),
        pytest.param("tune", "/usr/sbin/tune", False, id="name of a program of a package"),
        pytest.param("cd /opt/a && ./tune", "/opt/a/tune", True, id="folder"),
        pytest.param("pushd '/opt/a'\nsh -e tune", "/opt/a/tune", True, id="folder, by a shell"),
        pytest.param("cd /opt/a; cat tune", "/opt/a/tune", False, id="folder, no call"),
        pytest.param("cd -P -- /opt/a && ./tune", "/opt/a/tune", True, id="folder behind options"),
        pytest.param("env -C /opt/a ./tune", "/opt/a/tune", True, id="folder of env"),
        pytest.param("for x in tune a; do /opt/a/$x; done", "/opt/a/tune", True, id="name in a variable"),
        pytest.param('for x in un; do sh "/opt/a/t${x}e"; done', "/opt/a/tune", True, id="part of a name"),
        pytest.param("for x in tune; do cat /opt/a/$x; done", "/opt/a/tune", False, id="name that is only read"),
        pytest.param(". /etc/default/$x", "/etc/default/tune", False, id="options of a service"),
        pytest.param("cd /opt/b; ./tune", "/opt/a/tune", False, id="other folder"),
        pytest.param("~/tune", "/root/tune", True, id="home"),
        pytest.param('. "${HOME}/bin/tune"', "/root/bin/tune", True, id="home in a variable"),
        pytest.param("cd; cd ~; ./tune", "/root/tune", True, id="home, entered"),
        pytest.param("D=/opt/a; $D/tune", "/opt/a/tune", True, id="variable"),
        pytest.param('D="${D:-/opt}"\nE=$D/a\n"$E"/tune', "/opt/a/tune", True, id="variable of another one"),
        pytest.param("D=/opt/b\n[ -d /opt/a ] && D=/opt/a\n${D}/tune", "/opt/a/tune", True, id="one of two values"),
        pytest.param("$D/tune", "/opt/a/tune", False, id="variable that is not known"),
        pytest.param("sh $(dirname $0)/tune", "/etc/tune", True, id="folder of the script"),
        pytest.param("D=$(cd `dirname $0` && pwd); $D/tune", "/etc/tune", True, id="folder of the script, kept"),
        pytest.param('. "${0%/*}/tune"', "/etc/tune", True, id="folder of the script, cut off"),
        pytest.param('cd "$(dirname "$(readlink -f "$0")")"; ./tune', "/etc/tune", True, id="folder, entered"),
        pytest.param(
            f'D=$( cd -- "$( dirname -- {OWN} )" &> /dev/null && pwd )\n. "$D/tune"',
            "/etc/tune",
            True,
            id="as bash has it",
        ),
        pytest.param(
            f'D="$(cd -P "$(dirname {OWN})" >/dev/null 2>&1 && pwd)"\n. "$D/tune"', "/etc/tune", True, id="of a link"
        ),
        pytest.param('D=`cd "\\`dirname $0\\`"; pwd -P`; $D/tune', "/etc/tune", True, id="as it was once"),
        pytest.param('S=$(readlink -f "$0")\nD=$(dirname "$S"); "$D/tune"', "/etc/tune", True, id="in two steps"),
        pytest.param('D="$(realpath "$(dirname "$0")")"; "$D/tune"', "/etc/tune", True, id="folder, without links"),
        pytest.param('. "${BASH_SOURCE[0]%/*}/tune"', "/etc/tune", True, id="folder of an array, cut off"),
        pytest.param('S=/opt/a/x\n. "${S%/*}/tune"', "/opt/a/tune", True, id="folder of a variable, cut off"),
        pytest.param('D=$(dirname "$1"); "$D/tune"', "/etc/tune", False, id="folder of another file"),
        pytest.param('D=$(dirname "$0"); ls "$D"', "/etc/tune", False, id="folder of the script, listed"),
        pytest.param('D=$(cd "$(dirname "$0")" && ls); "$D/tune"', "/etc/tune", False, id="what is in the folder"),
        pytest.param("run-parts /opt/a", "/opt/a/tune", True, id="run-parts"),
        pytest.param("ls /opt/a", "/opt/a/tune", False, id="folder that is only listed"),
        pytest.param("for f in /opt/a/*; do $f; done", "/opt/a/tune", True, id="loop"),
        pytest.param("for f in /opt/a/t*; do [ -x $f ] && . $f; done", "/opt/a/tune", True, id="loop with a shell"),
        pytest.param("for f in /opt/a/t*; do . $f; $f; done", "/opt/a/tune", True, id="loop with both"),
        pytest.param("cd /opt/a; for f in ./*; do $f; done", "/opt/a/tune", True, id="loop in a folder"),
        pytest.param("for f in /opt/a/x*; do $f; done", "/opt/a/tune", False, id="loop over other names"),
        pytest.param("for f in /opt/a/*; do cat $f; done", "/opt/a/tune", False, id="loop that reads"),
        pytest.param("find /opt/a -exec {} \\;", "/opt/a/tune", True, id="find"),
        pytest.param("find /opt/a | xargs sh", "/opt/a/tune", True, id="find and xargs"),
        pytest.param("find /opt/a -delete", "/opt/a/tune", False, id="find that runs nothing"),
    ],
)
def test_scripts_without_their_whole_path(tmp_path: Path, lines: str, path: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/rc.local": f"#!/bin/sh\n{lines}\n".encode(), path: b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout) == ([Writer(path, 2, SET.decode())] if counts else [])


@pytest.mark.parametrize(
    ("line", "path"),
    [
        pytest.param('. "$(dirname "$(readlink -f "$0")")/tune"', "/opt/a/tune", id="of the file"),
        pytest.param('D=$(dirname -- "$(realpath -e -- "$0")")\n. "$D/tune"', "/opt/a/tune", id="of the file, kept"),
        pytest.param('. "$(dirname "$(dirname "$(readlink -f $0)")")/b/tune"', "/opt/b/tune", id="above the file"),
        pytest.param('. "$(dirname "$0")/tune"', "/usr/local/bin/tune", id="of the link"),
    ],
)
def test_folder_of_a_script_behind_a_link(tmp_path: Path, line: str, path: str) -> None:
    layout: Layout = {
        "/etc/crontab": b"@reboot root /usr/local/bin/run\n",
        "/usr/local/bin/run": "/opt/a/run",
        "/opt/a/run": f"#!/bin/bash\n{line}\n".encode(),
        "/opt/a/tune": SET,
        "/opt/b/tune": SET,
        "/usr/local/bin/tune": SET,
    }
    assert [writer.path for writer in found(tmp_path, layout)] == [path]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("sh < /opt/tune", True),
        ("cat /opt/tune | sudo sh -e", True),
        ("cat /opt/tune | logger; sh", False),
        ("bash --norc -o pipefail /opt/tune", True),
        ("at now -f /opt/tune", True),
        ("at now < /opt/tune", True),
        ("echo at /opt/x /opt/tune", False),
        ("python3 -u /opt/tune", True),
        ("/usr/bin/perl /opt/tune", True),
        ("find /opt -name tune -exec sh {} \\;", True),
        ("for f in /opt/*; do . $f; done", True),
        ("sh /opt/other /opt/tune", False),
        ("for f in /opt/*; do $f; done", False),
    ],
)
def test_scripts_that_a_program_is_given(tmp_path: Path, line: str, *, counts: bool) -> None:
    script = b'system("' + SET + b'");\n' if "perl" in line or "python" in line else SET
    layout: Layout = {"/etc/crontab": f"@reboot root {line}\n".encode(), "/opt/tune": script}
    assert [writer.path for writer in found(tmp_path, layout)] == (["/opt/tune"] if counts else [])


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ExecStart=-tune -v", "/usr/local/sbin/tune"),
        ("WorkingDirectory=/opt/a\nExecStart=/bin/sh tune", "/opt/a/tune"),
        ("WorkingDirectory=-~\nExecStart=/bin/sh ./tune", "/root/tune"),
        ("ExecStart=%h/bin/tune", "/root/bin/tune"),
    ],
)
def test_scripts_that_units_name(tmp_path: Path, text: str, path: str) -> None:
    layout: Layout = {"/etc/systemd/system/a.service": f"[Service]\n{text}\n".encode(), path: b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout, init=SYSTEMD) == [Writer(path, 2, SET.decode())]


@pytest.mark.parametrize(
    ("unit", "drop_in", "path", "counts"),
    [
        ("ExecStart=/usr/bin/env tune", "", "/usr/local/sbin/tune", True),
        ("User=u\nExecStart=/usr/bin/env tune", "", "/usr/local/sbin/tune", False),
        ("ExecStart=/usr/bin/env tune", "User=u", "/usr/local/sbin/tune", False),
        ("ExecStart=/usr/bin/python3 tune", "WorkingDirectory=/opt/a", "/opt/a/tune", True),
        ("ExecStart=/usr/bin/python3 tune", "WorkingDirectory=/opt/b", "/opt/a/tune", False),
        ("Environment=D=/opt/a\nExecStart=/bin/sh ${D}/tune", "", "/opt/a/tune", True),
        ("ExecStart=/bin/sh ${D}/tune", "Environment='D=/opt/a' E=x", "/opt/a/tune", True),
        ("ExecStart=/bin/sh ${E}/tune", "Environment=D=/opt/a", "/opt/a/tune", False),
        ("Environment=D=/opt/a/tune\nExecStart=/bin/true", "", "/opt/a/tune", False),
        ("Environment=PATH=/opt/a:/usr/bin\nExecStart=/bin/sh -c tune", "", "/opt/a/tune", True),
        ("Environment=PATH=/opt/a:/usr/bin\nExecStart=/bin/true", "", "/opt/a/tune", False),
        ("ExecStart=/bin/sh -c tune", "Environment='PATH=/opt/a:/bin' E=x", "/opt/a/tune", True),
        ("User=u\nEnvironment=D=/opt/a\nExecStart=/bin/sh ${D}/tune", "", "/opt/a/tune", False),
    ],
)
def test_scripts_that_units_call_with_their_settings(
    tmp_path: Path, unit: str, drop_in: str, path: str, *, counts: bool
) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": f"[Service]\n{unit}\n".encode(),
        "/etc/systemd/system/a.service.d/x.conf": f"[Service]\n{drop_in}\n".encode(),
        path: b'system("' + SET + b'");\n' if "python" in unit else b"#!/bin/sh\n" + SET,
    }
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ([path] if counts else [])


@pytest.mark.parametrize(
    ("place", "lines", "path", "counts"),
    [
        pytest.param("cron.d/k", "PATH=/opt/t:/usr/bin:/bin\n@reboot root tune", "/opt/t/tune", True, id="table"),
        pytest.param("cron.d/k", "PATH = /opt/t:/bin\n@reboot root tune", "/opt/t/tune", True, id="with blanks"),
        pytest.param("cron.d/k", 'PATH="/bin:/opt/t"\n@reboot root tune', "/opt/t/tune", True, id="with quotes"),
        pytest.param("cron.d/k", "PATH=/opt/t:/bin\n@reboot u tune", "/opt/t/tune", False, id="of a user"),
        pytest.param("cron.d/k", "PATH=/opt/t:/bin\n@reboot root tuned", "/opt/t/tune", False, id="another program"),
        pytest.param("cron.d/k", "#PATH=/opt/t:/bin\n@reboot root tune", "/opt/t/tune", False, id="in a remark"),
        pytest.param("cron.d/k", "MANPATH=/opt/t:/bin\n@reboot root tune", "/opt/t/tune", False, id="another list"),
        pytest.param("cron.d/k", "PATH=/opt/t:/bin\n@reboot root ./tune", "/opt/t/tune", False, id="no folder"),
        pytest.param("cron.d/k", "PATH=/usr/bin:/bin\n@reboot root tune", "/usr/bin/tune", False, id="of packages"),
        pytest.param("cron.d/k", "HOME=/opt/t\n@reboot root ./tune", "/opt/t/tune", True, id="home"),
        pytest.param("cron.d/k", "HOME = '/opt/t'\n@reboot root sh tune", "/opt/t/tune", True, id="home with blanks"),
        pytest.param("cron.d/k", "HOME=/opt/t\n@reboot root $HOME/tune", "/opt/t/tune", True, id="home in a variable"),
        pytest.param("cron.d/k", "HOME=/opt/t\n@reboot root ~root/tune", "/opt/t/tune", False, id="home of root"),
        pytest.param("rc.local", "HOME=/opt/t true; ~/tune", "/root/tune", True, id="home for one command"),
        pytest.param("cron.d/k", "HOME=/opt/t\n@reboot root tune", "/opt/t/tune", False, id="home, by its name"),
        pytest.param("cron.d/k", "#HOME=/opt/t\n@reboot root ./tune", "/opt/t/tune", False, id="home in a remark"),
        pytest.param("cron.d/k", "HOME=/opt/t\n@reboot u ./tune", "/opt/t/tune", False, id="home of a user"),
        pytest.param("crontabs/root", "PATH=~/bin:/bin\n@reboot tune", "/root/bin/tune", True, id="in the home folder"),
        pytest.param("rc.local", "export PATH=/opt/t:$PATH\ntune start", "/opt/t/tune", True, id="script"),
        pytest.param("rc.local", "PATH=$PATH:/opt/t\ntune start", "/opt/t/tune", True, id="behind the others"),
        pytest.param("rc.local", "PATH=/opt/t\ntune start", "/opt/t/tune", True, id="alone"),
        pytest.param("rc.local", "D=/opt/t\nPATH=$D:$PATH tune", "/opt/t/tune", True, id="by a variable"),
        pytest.param("rc.local", "PATH=/opt/t:$PATH\nsh tune", "/opt/t/tune", True, id="by a shell"),
        pytest.param("rc.local", "PATH=/opt/t:$PATH\nrun", "/opt/t/tune", True, id="by another script"),
        pytest.param("rc.local", "cd /opt/t; tune", "/opt/t/tune", False, id="a folder that is entered"),
        pytest.param("rc.local", "/opt/t/run", "/opt/t/tune", False, id="of no list"),
    ],
)
def test_programs_that_path_names(tmp_path: Path, place: str, lines: str, path: str, *, counts: bool) -> None:
    script = b"#!/bin/sh\n" + SET
    layout: Layout = {
        f"/etc/{place}": f"#!/bin/sh\n{lines}\n".encode(),
        path: script,
        "/opt/t/run": b"#!/bin/sh\ntune\n",
    }
    assert [writer.path for writer in found(tmp_path, layout)] == ([path] if counts else [])


def test_cron_works_in_the_home_folder(tmp_path: Path) -> None:
    layout: Layout = {"/var/spool/cron/root": b"@reboot bin/tune\n", "/root/bin/tune": b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout) == [Writer("/root/bin/tune", 2, SET.decode())]
    layout = {"/var/spool/cron/root": b"@reboot bin/run\n", "/root/bin/run": b"#!/bin/sh\nbin/tune\n"}
    assert found(tmp_path, layout) == [Writer("/root/bin/tune", 2, SET.decode())]


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        pytest.param({"/etc/rc.local": "cd /opt/a && ./run", "/opt/a/run": ". ./tune"}, True, id="a script's"),
        pytest.param({"/etc/rc.local": "cd /opt/b && /opt/a/run", "/opt/a/run": ". ./tune"}, False, id="another one"),
        pytest.param({"/etc/rc.local": "cd /opt/a; /opt/b/run", "/opt/b/run": "cat tune"}, False, id="only read"),
        pytest.param(
            {"/etc/rc.local": "/opt/b/run; ./tune", "/opt/b/run": "cd /opt/a"}, False, id="not that of what it calls"
        ),
        pytest.param(
            {"/etc/rc.local": "cd /opt/a; /opt/b/run", "/opt/b/run": "/opt/c/run", "/opt/c/run": "sh tune"},
            True,
            id="through another script",
        ),
        pytest.param(
            {"/etc/rc.local": "/opt/b/run; /opt/c/run", "/opt/b/run": "./tune", "/opt/c/run": "cd /opt/a; /opt/b/run"},
            True,
            id="of the second call",
        ),
        pytest.param(
            {"/etc/rc.local": "cd /opt/a; /opt/b/run", "/opt/b/run": "cd /opt/b; ./run; /opt/b/run\n./tune"},
            True,
            id="of one that calls itself",
        ),
        pytest.param(
            {"/etc/systemd/system/a.service": "WorkingDirectory=/opt/a\nExecStart=/opt/b/run", "/opt/b/run": "./tune"},
            True,
            id="a unit's",
        ),
        pytest.param(
            {
                "/etc/systemd/system/a.service": "ExecStart=/opt/b/run",
                "/etc/systemd/system/b.service": "WorkingDirectory=/opt/a\nExecStart=/bin/true",
                "/opt/b/run": "./tune",
            },
            False,
            id="another unit's",
        ),
    ],
)
def test_scripts_run_in_the_folder_of_what_calls_them(tmp_path: Path, texts: dict[str, str], *, counts: bool) -> None:
    begins = {True: "[Service]\n", False: "#!/bin/sh\n"}
    layout: Layout = {path: (begins[path.endswith(".service")] + text).encode() for path, text in texts.items()}
    writers = found(tmp_path, {**layout, "/opt/a/tune": b"#!/bin/sh\n" + SET}, init=SYSTEMD)
    assert [writer.path for writer in writers] == (["/opt/a/tune"] if counts else [])


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        ('RUN+="tune"', True),
        ('PROGRAM="tune %k", NAME="x"', True),
        ('# RUN+="tune"', False),
        ('RUN+="/sbin/tune"', False),
        ('ENV{X}="tune"', False),
    ],
)
def test_programs_of_udev(tmp_path: Path, rule: str, *, counts: bool) -> None:
    layout: Layout = {"/etc/udev/rules.d/a.rules": rule.encode(), "/usr/lib/udev/tune": b"#!/bin/sh\n" + SET}
    assert len(found(tmp_path, layout)) == counts


@pytest.mark.parametrize("line", ["find /etc/sysctl.d -exec sh {} \\;", "for f in /etc/sysctl.d/*; do . $f; done"])
def test_sysctl_files_are_no_scripts(tmp_path: Path, line: str) -> None:
    layout: Layout = {"/etc/crontab": f"@reboot root {line}\n".encode(), "/etc/sysctl.d/a.conf": SET[10:] + b"0"}
    assert found(tmp_path, layout) == []


@pytest.mark.parametrize(
    "text",
    [
        *("|\n", "a|", "$(cd /a ", "`dirname ", "$(readlink -f ", "${A:-/a", "find -exec ", "sh -a ", "sh -x/"),
        *("A=/opt/a B=$A/$A/$A/$A ", "in /opt/* $A ", "$A$A$A$A "),
        *("$(dirname -a ", "$(cd -a ", "$(cd /a >&1 ", "${A[0]", "${A%/*} ", "$(readlink $A) "),
    ],
)
def test_attempts_to_take_long(tmp_path: Path, text: str) -> None:
    layout: Layout = {"/etc/rc.local": b"A=/opt/x\n" + text.encode() * (100_000 // len(text))}
    assert found(tmp_path, layout) == []
    files = Files(str(tmp_path))
    assert not find_candidates(files, SYSTEMD, files.read_tree()).unseen


@pytest.mark.parametrize(
    ("place", "line", "counts"),
    [
        ("/etc/cron.d/a", "@reboot root /opt/tune", True),
        ("/etc/cron.d/a", "@reboot u /opt/tune", False),
        ("/etc/cron.d/a", "@reboot u sudo /opt/tune", True),
        ("/etc/systemd/system/a.service", "[Service]\nExecStart=/opt/tune", True),
        ("/etc/systemd/system/a.service", "[Service]\nUser=u\nExecStart=/opt/tune", False),
        ("/etc/systemd/system/a.service", "[Service]\nUser=u\nExecStart=sudo /opt/tune", True),
        ("/etc/systemd/system/a.service", "[Service]\nUser=u\nExecStart=+/opt/tune", True),
        ("/etc/systemd/system/a.service", "[Service]\nProtectKernelTunables=yes\nExecStart=/opt/tune", False),
    ],
)
def test_scripts_that_run_without_rights(tmp_path: Path, place: str, line: str, *, counts: bool) -> None:
    layout: Layout = {place: f"{line}\n".encode(), "/opt/tune": b"#!/bin/sh\n" + SET}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == (["/opt/tune"] if counts else [])


def test_many_local_programs(tmp_path: Path) -> None:
    programs: Layout = {f"/usr/local/bin/a{number}": b"" for number in range(1001)}
    layout: Layout = {**programs, "/etc/rc.local": b"#!/bin/sh\ntune\n", "/usr/local/bin/tune": b"#!/bin/sh\n" + SET}
    assert [writer.path for writer in found(tmp_path, layout)] == ["/usr/local/bin/tune"]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        pytest.param([f"cd /opt/d{number}" for number in range(19)] + ["cd /opt; ./tune"], "", id="folders"),
        pytest.param(
            [f"cd /opt/d{number}" for number in range(20)] + ["cd /opt; ./tune"],
            "enters more than 20 folders, and only these are looked at",
            id="more folders",
        ),
        pytest.param([f"D=/opt/d{number}" for number in range(19)] + ["D=/opt; $D/tune"], "", id="values"),
        pytest.param(
            [f"D=/opt/d{number}" for number in range(20)] + ["D=/opt; $D/tune"],
            "gives a variable more than 20 values, and only these are followed",
            id="more values",
        ),
        pytest.param(
            [f"D=/opt/{'x' * 200}", "D=/opt; $D/tune"],
            "gives a variable a value of more than 200 characters, which is not followed",
            id="a long value",
        ),
        pytest.param([f"PATH=/opt/{'x' * 200}:/bin", "/opt/tune"], "", id="a list of folders"),
        pytest.param([f"run-parts /opt/d{number}" for number in range(99)] + ["run-parts /opt"], "", id="patterns"),
        pytest.param(
            [f"run-parts /opt/d{number}" for number in range(101)] + ["/opt/tune"],
            "names more than 100 folders or patterns of scripts, and only these are looked at",
            id="more patterns",
        ),
    ],
)
def test_what_is_too_much_is_noted(tmp_path: Path, lines: list[str], what: str) -> None:
    lay_out(
        tmp_path, {"/etc/rc.local": "\n".join(["#!/bin/sh", *lines, ""]).encode(), "/opt/tune": b"#!/bin/sh\n" + SET}
    )
    for path in ("etc/rc.local", "opt/tune"):
        (tmp_path / path).chmod(0o755)
    files = Files(str(tmp_path))
    search = find_candidates(files, PROCPS, files.read_tree())
    reason = f"/etc/rc.local {what}. Call the scripts by their whole path."
    assert [one.reason for one in search.unseen] == ([reason] if what else [])
    assert what or [one.writer.path for one in search.candidates if isinstance(one, Setter)] == ["/opt/tune"]


SCRIPT = b"#!/bin/sh\n" + SET


@pytest.mark.parametrize(
    ("line", "script", "counts"),
    [
        ("for i in /etc/profile.d/*.sh; do . $i; done\ncat /opt/tune", SET, False),
        ("for i in /opt/t*; do . $i; done", SET, True),
        ("find /opt -name core -exec rm {} +", SCRIPT, False),
        ("find /opt -exec sh {} \\;", SET, True),
        ("find /opt -exec {} \\;", SCRIPT, True),
        ("find /opt -exec sudo {} \\;", SCRIPT, True),
        ("find /opt | xargs -n1 sh", SET, True),
        ("cd /opt\nbash -c tune", SET, False),
        ("cd /opt\nbash -e tune", SET, True),
        ("cd /opt\nbash -c ./tune", SCRIPT, True),
        ("cat /opt/tune 2>&1 | sh", SET, True),
        ("cat /opt/tune & sh", SET, False),
        ("find /opt | while read f; do sh $f; done", SET, True),
        ("find /opt -type f -print0 | while IFS= read -r -d '' f; do . \"$f\"; done", SET, True),
        ("find /opt | sort |\nwhile read -r f\ndo\n  $f\ndone", SCRIPT, True),
        ("find /opt/tune | while read f; do sh $f; done", SET, True),
        ("ls /opt/* | while read -r f; do sh $f; done", SET, True),
        ("find /opt | while read -r f; do cat $f; done", SCRIPT, False),
        ("ls /opt/* | while read -r f; do cat $f; done; sh $g", SET, False),
        ("while read -r f; do sh $f; done < /opt/tune", SET, False),
        ("find /opt -type f \\\n  -exec sh {} \\;", SET, True),
        ("find /opt -type f \\\n  -exec rm {} \\;", SCRIPT, False),
        ("bash -e \\\n  /opt/tune", SET, True),
        ("cat -e \\\n  /opt/tune", SET, False),
        ("run-parts \\\n /opt", SCRIPT, True),
        ("cd \\\n /opt && ./tune", SCRIPT, True),
        ("cat /opt/tune |\n  sh", SET, True),
        ("cat /opt/tune | # as root\n\n  sh", SET, True),
        ("cat /opt/tune |\n  cat", SET, False),
        ("cat /opt/tune\n  sh", SET, False),
        ("# sh \\\n/opt/tune", SCRIPT, True),
        ("# sh |\n/opt/other", SCRIPT, False),
    ],
)
def test_words_that_name_scripts(tmp_path: Path, line: str, script: bytes, *, counts: bool) -> None:
    layout: Layout = {"/etc/rc.local": f"#!/bin/sh\n{line}\n".encode(), "/opt/tune": script}
    assert [writer.path for writer in found(tmp_path, layout)] == (["/opt/tune"] if counts else [])


@pytest.mark.parametrize("line", ["python3 /opt/tune", "cd /opt && python3 tune", "/opt/tune"])
def test_scripts_of_other_languages(tmp_path: Path, line: str) -> None:
    script = b"#!/usr/bin/python3\nfor k in ['tcp_keepalive_time']:\n  run(['sysctl','-w',f'net.ipv4.{k}=60'])\n"
    layout: Layout = {"/etc/rc.local": f"#!/bin/sh\n{line}\n".encode(), "/opt/tune": script}
    assert {writer.path for writer in found(tmp_path, layout)} == {"/opt/tune"}


def test_a_folder_that_is_named_often_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[str] = []
    paths = Files.paths

    def listing(files: Files, pattern: str, **options: t.Any) -> list[str]:
        listed.append(pattern)
        return paths(files, pattern, **options)

    monkeypatch.setattr(Files, "paths", listing)
    layout: Layout = {"/etc/rc.local": b"#!/bin/sh\n" + b"run-parts /opt\n" * 100, "/opt/tune": b"#!/bin/sh\n" + SET}
    assert [writer.path for writer in found(tmp_path, layout)] == ["/opt/tune"]
    assert listed.count("/opt/*") == 1
