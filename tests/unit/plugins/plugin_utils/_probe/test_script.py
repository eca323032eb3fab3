# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import gzip
import os
import re
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.doc_fragments.attributes import ModuleDocFragment
from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import OPENRC, Process1
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED,
    CALLED_ERE,
    ENTERED_ERE,
    FOLDER_PATTERN,
    GIVEN_ERE,
    LIB_PLACES,
    PLACES,
    RELEVANT_ERE,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.parse import parse_probe
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.script import PROBE_SCRIPT

if t.TYPE_CHECKING:
    from pathlib import Path

# of those that a probe needs, those that a host may lack
TOOLS = ("grep", "tar", "gzip", "head", "base64", "sort", "readlink", "find")


def ask(**env: str) -> str:
    output = subprocess.run(["/bin/sh", "-c", PROBE_SCRIPT], capture_output=True, env={**os.environ, **env}, check=True)
    assert output.stderr == b""
    return output.stdout.decode()


def test_this_machine() -> None:
    try:
        host = parse_probe(ask())
        asked = take_snapshot(host)
        host.require_certain(asked)
    except InconclusiveProbeError as exc:
        pytest.skip(f"this machine leaves a doubt: {exc}")
    there = take_snapshot(LocalHost())
    assert asked.as_dict() == there.as_dict()
    assert asked.warnings() == there.warnings()


def rows_of(output: str) -> tuple[tuple[str, int, bytes], ...]:
    try:
        return parse_probe(output).rows
    except InconclusiveProbeError as exc:
        pytest.skip(f"this machine leaves a doubt: {exc}")


def test_other_letters_and_line_ends_of_terminals() -> None:
    output = ask(LC_ALL="C.UTF-8")
    assert rows_of(output.replace("\n", "\r\n")) == rows_of(output)


def test_ansible_appends_to_it_where_ssh_has_a_terminal() -> None:
    output = subprocess.run(["/bin/sh", "-c", f"{PROBE_SCRIPT} && sleep 0"], capture_output=True, check=True)
    assert output.stderr == b""
    assert rows_of(output.stdout.decode()) == rows_of(ask())


@pytest.mark.skipif(os.path.exists(OPENRC), reason="where OpenRC is, the host leaves a doubt")
def test_init_that_may_be_openrcs() -> None:
    rows_of(ask())
    output = gzip.decompress(base64.b64decode(ask()))
    output = re.sub(rb"^comm .*", b"comm init", output, count=1, flags=re.MULTILINE)
    output = re.sub(rb"^exe .*", b"exe ", output, count=1, flags=re.MULTILINE)
    host = parse_probe(base64.b64encode(gzip.compress(output)).decode())
    init = host.init_system()
    assert (init.process_1, init.runs_openrc) == ("init", False)


@pytest.mark.parametrize("tool", sorted({*TOOLS} - {"sort"}))  # which not every host needs
def test_a_tool_is_missing(tmp_path: Path, tool: str) -> None:
    for name in {*TOOLS, "ls", "cat", "tr"} - {tool}:
        found = subprocess.run(
            ["/bin/sh", "-c", f"command -v {name}"], stdout=subprocess.PIPE, check=True
        ).stdout.decode()
        (tmp_path / name).symlink_to(found.strip())
    output = subprocess.run(
        ["/bin/sh", "-c", PROBE_SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": str(tmp_path)},
        check=False,
    )
    with pytest.raises(InconclusiveProbeError):
        parse_probe(output.stdout.decode())


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_documented(tool: str) -> None:
    assert f"C({tool})" in ModuleDocFragment.PROBED


SETS = b"#!/bin/sh\nsysctl -w net.ipv4.tcp_keepalive_time=9\n"
# At a certain call of grep that is about a file, something else is in its place.
SWAPPING_GREP = """#!/bin/sh
case "$*" in *"$CALLED"*)
  echo >> "$0.calls"
  if [ "$(wc -l < "$0.calls")" -eq "$AT" ]; then rm "$CALLED"; {swap}; fi
esac
exec {grep} "$@"
"""
FIFO = 'mkfifo "$CALLED"'
HUGE = 'truncate -s 8G "$CALLED"'
BUSYBOX = shutil.which("busybox")
GREPS = ("/usr/bin/grep", *([f"{BUSYBOX} grep"] if BUSYBOX else []))
ALL_TOOLS = ("", *([BUSYBOX] if BUSYBOX else []))  # the system's, and BusyBox's


def ask_of(
    place: str,
    called: Path,
    *,
    swap: str = ":",
    at: int = 0,
    grep: str = "/usr/bin/grep",
    tools: str = "",
    before: tuple[str, ...] = (),
    programs: Path | None = None,
) -> str:
    """Return the lines, or the doubt, where ``place`` is the only place, and scripts are in the folder of ``called``.

    At the call ``at`` of grep that is about ``called``, ``swap`` puts something else there. ``before`` is a command
    that runs the shell. Programs of an administrator are in the folder ``programs``, and the home folder is beside it.
    All tools and the shell are BusyBox's if that is given as ``tools``.
    """
    bin_folder = called.parent / "bin"
    bin_folder.mkdir()
    for name in (*TOOLS, "ls", "cat", "tr") if tools else ():
        (bin_folder / name).symlink_to(tools)
    (bin_folder / "grep").unlink(missing_ok=True)
    (bin_folder / "grep").write_text(SWAPPING_GREP.format(swap=swap, grep=f"{tools} grep" if tools else grep))
    (bin_folder / "grep").chmod(0o755)
    script = PROBE_SCRIPT.replace(CALLED_ERE[: CALLED_ERE.index(")/") + 2], f"{called.parent}/")
    script = script.replace(FOLDER_PATTERN, f"{called.parent}/*")
    for places in (*PLACES.values(), *LIB_PLACES.values()):
        script = script.replace(" ".join(places), place)
    script = re.sub(r"/usr/local/s?bin(?=[ ;/])", str(programs or "/gone"), script)
    script = re.sub(r"\b(f=|p=|in |entered )/root\b", rf"\1{called.parent}/home", script)
    script = re.sub(r"/var/lib/(?=\*)", f"{called.parent}/state/", script)
    script = script.replace("/etc/crontab |", f"{called.parent}/crontab |")
    script = script.replace("/var/spool/cron/", f"{called.parent}/spool/")
    script = re.sub(r"/etc/sysctl\.d/(?=\*[^ ;])", f"{called.parent}/sysctl.d/", script)
    script = script.replace("! -user 0", f"! -user 0 ! -user {os.geteuid()}")  # as if the tests were run by root
    env = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "CALLED": str(called), "AT": str(at)}
    shell = (tools, "sh") if tools else ("/bin/sh",)
    output = subprocess.run(["timeout", "30", *before, *shell, "-c", script], capture_output=True, env=env, check=True)
    text = gzip.decompress(base64.b64decode(output.stdout))
    doubt = re.search(rb"^= doubt .*", text, re.MULTILINE)
    return (doubt[0] if doubt else text.partition(b"= lines\n")[2].partition(b"= files\n")[0]).decode()


def calling(folder: Path) -> tuple[str, Path]:
    """Return a place and the script that it calls."""
    (folder / "run").write_bytes(SETS)
    (folder / "crontab").write_text(f"* * * * * app {folder}/run\n")
    return str(folder / "crontab"), folder / "run"


def test_script_that_is_called(tmp_path: Path) -> None:
    assert ask_of(*calling(tmp_path)) == f"{tmp_path}/run:2:{SETS.splitlines()[1].decode()}\n"


def test_scripts_that_are_called_often_and_in_another_order(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    names = ("c", "a", "b", "a", "c", "gone", "gone")
    (tmp_path / "crontab").write_text("".join(f"@reboot root {tmp_path}/{name}\n" for name in names))
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(SETS)
    line = SETS.splitlines()[1].decode()
    assert ask_of(place, run) == "".join(f"{tmp_path}/{name}:2:{line}\n" for name in ("a", "b", "c"))


def test_names_that_an_external_printf_is_not_given(tmp_path: Path) -> None:
    """execve(2): a program that is given more than 128 KiB at once is not started; in mksh printf is such a program."""
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text("".join(f"@reboot root {tmp_path}/{n:0>100}\n" for n in range(1500)))
    (tmp_path / "none").mkdir()
    (tmp_path / "none/sort").write_text("#!/bin/sh\n")  # which is given nothing
    (tmp_path / "none/sort").chmod(0o755)
    path = f"PATH={tmp_path}/bin:{tmp_path}/none:{os.environ['PATH']}"
    assert ask_of(place, run, before=("env", path)) == "= doubt sort"


@pytest.mark.parametrize(
    ("scripts", "found"),
    [
        pytest.param({"run": "#!/bin/sh\n{0}/b\n", "b": "#!/bin/sh\n{1}\n"}, "{0}/b:2:{1}\n", id="by its path"),
        pytest.param({"run": "#!/bin/sh\n. {0}/b\n", "b": "\n{1}\n"}, "= doubt {0}/b", id="sourced"),
        pytest.param({"run": "#!/bin/sh\n{0}/b\n", "b": "\n{0}/c\n", "c": "#!/bin/sh\n{1}\n"}, "", id="no script"),
        pytest.param({"run": "conf={0}/b\n", "b": "#!/bin/sh\n{1}\n"}, "", id="by no script"),
        pytest.param(
            {"run": "#!/bin/sh\n{0}/a {0}/b\n", "a": "#!/bin/sh\n. {0}/b\n", "b": "{0}/c\n", "c": "#!/bin/sh\n{1}\n"},
            "= doubt called",  # as b is followed
            id="called, then sourced",
        ),
        pytest.param({"run": "#!/bin/sh\n{0}/run $0\n"}, "", id="itself"),
        pytest.param(
            {"run": "#!/bin/sh\n{0}/crontab\n", "crontab": "#!/bin/sh\n{0}/run\n{1}\n"},
            "{0}/crontab:3:{1}\n",
            id="a place",
        ),
        pytest.param(
            {"run": "#!/bin/sh\n{0}/a\n", "a": "#!/bin/sh\n{0}/b\n", "b": "#!/bin/sh\n{1}\n"},
            "{0}/b:2:{1}\n",
            id="two in between",
        ),
        pytest.param(
            {name: f"#!/bin/sh\n{{0}}/{called}\n" for name, called in zip(("run", "a", "b", "c"), "abcd")},
            "= doubt called",
            id="many in between",
        ),
        pytest.param({"run": "#!/bin/sh\n" + "{0}/x\n" * 1000}, "= doubt called", id="many"),
    ],
)
def test_scripts_that_a_script_calls(tmp_path: Path, scripts: dict[str, str], found: str) -> None:
    place, run = calling(tmp_path)
    line = SETS.splitlines()[1].decode()
    for name, text in scripts.items():
        (tmp_path / name).write_text(text.format(tmp_path, line))
    assert ask_of(place, run) == found.format(tmp_path, line)


def test_sort_is_missing_where_it_is_needed(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {run}; {tmp_path}/other\n")
    (tmp_path / "other").write_bytes(SETS)
    (tmp_path / "none").mkdir()
    (tmp_path / "none/sort").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "none/sort").chmod(0o755)
    path = f"PATH={tmp_path}/bin:{tmp_path}/none:{os.environ['PATH']}"
    assert ask_of(place, run, before=("env", path)) == "= doubt sort"


def ask_with(path: str, content: bytes, folder: Path, grep: str) -> bytes:
    """Return the output where a file of the kernel has this content."""
    file = folder / path.rpartition("/")[2]
    file.write_bytes(content)
    (folder / "grep").write_text(f'#!/bin/sh\nexec {grep} "$@"\n')
    (folder / "grep").chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}"}
    script = PROBE_SCRIPT.replace(path, str(file))
    output = subprocess.run(["/bin/sh", "-c", script], capture_output=True, env=env, check=True).stdout
    return gzip.decompress(base64.b64decode(output))


@pytest.mark.parametrize("grep", GREPS)
@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (b"TERM=linux\0container=podman\0", b"container=podman\n"),
        (b"container=a\nb\0container=\0", b"container=a\0b\ncontainer=\n"),
        (b"a=\ncontainer=podman\0mycontainer=x\x00007\n42\n", b""),
        (b"", b""),
        (b"a=x\n1 2 3:4 a / run\0container=lxc\0", b"container=lxc\n"),
    ],
    ids=["behind another one", "twice", "within others", "none", "behind what looks like a mount"],
)
def test_variable_of_containers(tmp_path: Path, grep: str, variables: bytes, found: bytes) -> None:
    output = ask_with("/proc/1/environ", variables, tmp_path, grep)
    kernel = output.partition(b"\n= mounts\n")[0] + b"\n"
    assert re.sub(rb"(?m)^(= kernel|/proc/sys/.*|comm .*|exe .*|cmdline .*)\n", b"", kernel) == found


OVERLAYS = b"""\
1 0 0:9 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/x/*:/y,upperdir=/m/upper,workdir=/m/work
2 1 0:8 / /etc rw - overlay \xff\x81 rw,lowerdir=/etc,upperdir=/m/\xc3\xa4,xino=on,upperdir=/n
3 1 0:7 / /srv rw - overlay overlay rw,upperdir=/o
4 1 0:6 / /usr rw - ext4 /upperdir=/p rw
5 1 0:5 / /usr/lib\\040x rw - overlay overlay rw,upperdir=/q
"""


@pytest.mark.parametrize("grep", GREPS)
def test_upper_layers_of_overlays(tmp_path: Path, grep: str) -> None:
    output = ask_with("/proc/self/mountinfo", OVERLAYS, tmp_path, grep)
    assert output.partition(b"\n= mounts\n")[2].startswith(OVERLAYS + b"= first\n")
    assert re.findall(rb"(?m)^none (/[mnopq]\b.*)", output) == [b"/m/upper", b"/m", b"/m/", b"/m", b"/n"]


# Without capabilities root is the owner of its files, and no more.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


@pytest.mark.skipif(bool(WITHOUT_RIGHTS) and not shutil.which("setpriv"), reason="needs setpriv(1)")
@pytest.mark.parametrize(
    ("closed", "doubt"),
    [
        pytest.param("crontab", "= doubt {0}/crontab", id="place"),
        pytest.param("run", "= doubt {0}/run", id="script that is called"),
        pytest.param("folder", "= doubt ls", id="folder of a place"),
        pytest.param("x/y", "= doubt ls", id="folder of a script that is called"),
    ],
)
def test_what_a_user_may_not_see(tmp_path: Path, closed: str, doubt: str) -> None:
    place, run = calling(tmp_path)
    for name in ("folder", "x/y", "x/y/z"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    if closed == "x/y":
        (tmp_path / "crontab").write_text(f"* * * * * app {tmp_path}/x/y/z\n")
    if closed == "folder":
        place = f"{tmp_path}/crontab {tmp_path}/folder/*"
    assert "= doubt" not in ask_of(place, run)
    shutil.rmtree(tmp_path / "bin")
    (tmp_path / closed).chmod(0)
    found = ask_of(place, run, before=WITHOUT_RIGHTS)
    (tmp_path / closed).chmod(0o755)
    assert found == doubt.format(tmp_path)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_fifo_in_place_of_a_script(tmp_path: Path, at: int) -> None:
    place, run = calling(tmp_path)
    line = f"{run}:2:{SETS.splitlines()[1].decode()}\n"
    expected = {1: "", 2: f"= doubt {run}", 3: "", 4: line}  # by what was read before
    assert ask_of(place, run, swap=FIFO, at=at) == expected[at]


@pytest.mark.parametrize("at", [1, 2])
def test_fifo_in_place_of_a_place(tmp_path: Path, at: int) -> None:
    calling(tmp_path)
    assert ask_of(f"{tmp_path}/crontab", tmp_path / "crontab", swap=FIFO, at=at) in ("", "= doubt grep")


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_huge_file_in_place_of_a_script(tmp_path: Path, at: int) -> None:
    place, run = calling(tmp_path)
    expected = f"= doubt {run}" if at == 2 else "= doubt grep"
    assert ask_of(place, run, swap=HUGE, at=at) == expected


@pytest.mark.parametrize("at", [1, 2])
def test_huge_file_in_place_of_a_place(tmp_path: Path, at: int) -> None:
    calling(tmp_path)
    assert ask_of(f"{tmp_path}/crontab", tmp_path / "crontab", swap=HUGE, at=at) == "= doubt grep"


def test_huge_place(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    os.truncate(place, 8 << 30)
    assert ask_of(place, run) == "= doubt size"


LARGE = 1 << 20


@pytest.mark.parametrize(
    ("text", "size", "found"),
    [
        pytest.param(SETS, LARGE, "{0}/run:2:sysctl -w net.ipv4.tcp_keepalive_time=9\n", id="as large as is read"),
        pytest.param(SETS, LARGE + 1, "= doubt size", id="larger"),
        pytest.param(SETS, 8 << 30, "= doubt size", id="huge"),
        pytest.param(b"\x7fELF\n", LARGE + 1, "", id="large program"),
        pytest.param(b"", 8 << 30, "", id="huge file without lines"),
    ],
)
def test_large_script(tmp_path: Path, text: bytes, size: int, found: str) -> None:
    place, run = calling(tmp_path)
    run.write_bytes(text and text.ljust(LARGE, b"\n"))
    os.truncate(run, size)
    assert ask_of(place, run) == found.format(tmp_path)


@pytest.mark.parametrize(("called", "calls"), [("run", 7), ("crontab", 7)])
def test_killed_grep(tmp_path: Path, called: str, calls: int) -> None:
    """ulimit -t ends a process by SIGKILL: what it has not read is not known."""
    found = []
    for at in range(calls + 2):
        folder = tmp_path / str(at)
        folder.mkdir()
        place, run = calling(folder)
        programs = folder / "programs"
        (folder / "a").mkdir()
        programs.mkdir()
        (programs / "tune").touch()  # then names are looked for, whatever else this machine has
        (folder / "crontab").write_text(f"@reboot root . {run} {folder}/a\n")
        run.write_text(f"{folder}/b\n")
        found.append(ask_of(place, folder / called, swap="kill -9 $$", at=at, programs=programs))
    assert found == ["", *["= doubt grep"] * calls, ""]


def test_large_script_that_a_shell_is_given(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root sh {run}\n")
    run.write_bytes(b"\n" * (LARGE + 1))
    assert ask_of(place, run) == "= doubt size"


def test_many_scripts(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text("".join(f"@reboot root {tmp_path}/{number}\n" for number in range(1001)))
    assert ask_of(place, run) == "= doubt called"


def test_file_of_the_kernel_in_place_of_a_script(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    run.unlink()
    run.symlink_to("/proc/kmsg")  # reading it waits for the kernel's next message, and takes it from others
    assert ask_of(place, run) == ""


@pytest.mark.skipif(not BUSYBOX, reason="there is no BusyBox")
def test_busybox_reads_only_places_that_root_alone_can_replace(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    found = f"{run}:2:{SETS.splitlines()[1].decode()}\n"
    assert ask_of(place, run, grep=f"{BUSYBOX} grep") == found
    shutil.rmtree(tmp_path / "bin")
    (tmp_path / "crontab").chmod(0o666)
    assert ask_of(place, run, grep=f"{BUSYBOX} grep") == "= doubt writable"


@pytest.mark.parametrize("grep", GREPS)
@pytest.mark.parametrize(
    ("path", "mode", "is_alone"),
    [
        pytest.param("a", 0o755, True, id="root's"),
        pytest.param("a", 0o777, False, id="of all users"),
        pytest.param("a", 0o2775, False, id="of a group"),
        pytest.param("a", 0o1777, True, id="with the sticky bit"),
        pytest.param("a/tune", 0o666, False, id="the file"),
        pytest.param("b", 0o777, False, id="where a link leads"),
        pytest.param("b/other", 0o777, True, id="another one"),
    ],
)
@pytest.mark.parametrize("line", ["{0}/a/tune", "cd {0}/a; ./tune", "{0}/a/link", "cd {0}/c; ./tune"])
def test_what_root_alone_can_replace(
    tmp_path: Path, line: str, path: str, mode: int, is_alone: bool, grep: str
) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line.format(tmp_path)}\n")
    for folder in ("a", "b/other", "c"):
        (tmp_path / folder).mkdir(parents=True)
    for script in ("a/tune", "b/tune"):
        (tmp_path / script).write_text("#!/bin/sh\n")
    (tmp_path / "a/link").symlink_to("../b/tune")
    (tmp_path / "c/tune").symlink_to(tmp_path / "a/link")
    (tmp_path / path).chmod(mode)
    reached = {"b": not line.endswith("a/tune"), "a/tune": not line.endswith(("link", "c; ./tune"))}.get(path, True)
    assert ask_of(place, run, grep=grep) == ("" if is_alone or not reached else "= doubt writable")


KERNEL = """= kernel
/proc/sys/net/ipv4/tcp_keepalive_time:600
/proc/sys/net/ipv4/tcp_keepalive_intvl:75
comm init
exe /sbin/init
container=podman
cmdline quiet sysctl.net.ipv4.tcp_keepalive_probes=5"""
PARTS = [
    KERNEL,
    "= mounts\n1 0 8:1 / / rw - ext4 x rw\n2 1 0:5 / /proc ro - proc p rw",
    "= first",
    "= paths\nnone /run\nfolder /etc\nempty /etc/credstore\nfile /x",
]
PARTS += ["= lines\n/etc/rc.local:7:sysctl -w x=1\n/etc/odd:name:3:# sysctl", "= files", "= end 0\n"]


def packed(*parts: str) -> str:
    return base64.b64encode(gzip.compress("\n".join(parts).encode("utf-8", "surrogateescape"))).decode()


def test_parts() -> None:
    host = parse_probe(packed(*PARTS))
    assert host.values() == Values(600, 75, None)
    assert host.process_1 == Process1("init", "/sbin/init", "podman")
    root = host.mounts().root
    assert root is not None
    assert (root.kind, host.proc_sys_writable()) == ("ext4", False)
    assert host.command_line() == b"quiet sysctl.net.ipv4.tcp_keepalive_probes=5"
    assert host.rows == (("/etc/rc.local", 7, b"sysctl -w x=1"), ("/etc/odd:name", 3, b"# sysctl"))
    assert not host.has_large_values


@pytest.mark.parametrize(
    ("result", "doubt"),
    [
        ("", "the output is cut, or too long"),
        ("sh: 1: base64: not found", "the output cannot be read: "),
        (packed(*PARTS)[:-40], "the output is cut, or too long"),
        (packed(*PARTS[:5]), "the output is cut"),
        (packed(*PARTS[:6]), "the output is cut"),
        (packed(*PARTS[:6], "= end 2\n"), "the output is cut"),
        (packed(*PARTS[:2], "= doubt /etc/credstore\n"), "/etc/credstore is odd"),
        (packed(PARTS[0], *PARTS[2:]), "the output has the parts ['files', 'first', 'kernel', 'lines', 'paths']"),
        (packed(*PARTS[:3], "= paths\nodd", *PARTS[4:]), "odd is not a path"),
        (packed(*PARTS[:4], "= lines\nBinary file x matches", *PARTS[5:]), "b'Binary file x matches' is not a line of"),
    ],
    ids=["nothing", "no tool", "cut", "no files", "no end", "tar failed", "doubt", "a part", "a path", "a line"],
)
def test_doubts(result: str, doubt: str) -> None:
    with pytest.raises(InconclusiveProbeError) as raised:
        parse_probe(result)
    assert str(raised.value).startswith(doubt)


def test_bomb() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(64 << 20))).decode()
    with pytest.raises(InconclusiveProbeError) as raised:
        parse_probe(bomb)
    assert str(raised.value) == "the output is cut, or too long"


@pytest.mark.parametrize(
    ("line", "large"),
    [
        ("net.ipv4.tcp_keepalive_time = 2147484", True),
        ("net.ipv4.tcp_keepalive_probes = 0x5", True),
        ("net.ipv4.tcp_keep* = 9999999", True),
        ("net.ipv4.tcp?keepalive?time = 9999999", True),
        ("net.ipv4.tcp_keepalive_time = 600 # 7", False),
        ("0x" * 400, False),
        ("tcp_keepalive_" * 70, False),
    ],
    ids=["large", "of another base", "star", "question mark", "small", "other long line", "long line"],
)
def test_large_values(line: str, large: bool) -> None:
    lines = f"= lines\n/etc/rc.local:7:{line}"
    assert parse_probe(packed(*PARTS[:4], lines, *PARTS[5:])).has_large_values is large


@pytest.mark.parametrize("places", [*PLACES.values(), *LIB_PLACES.values()])
def test_places_are_words_of_a_shell(places: tuple[str, ...]) -> None:
    assert all(re.fullmatch(r"[\w/.@*\[\]-]+", place) for place in places)


LINES = (
    b"sysctl -w x=1",
    b"SYSCTL=/sbin/sysctl",
    b"echo 5 > /proc/sys/net/ipv4/tcp_keepalive_time",
    b"w /proc/sys/net/ipv4/tcp_[a-z]* - - - - 5",
    b"w /proc/sys/net/*/tcp_k - - - - 5",
    b"echo /proc/sys/net/ipv4/conf/*/log_martians",
    b"/opt/a/b.sh;/etc/x 'root' /root/y(\"/srv/q\")/usr/local/bin/z$HOME/etc/h /etcetera /opt/",
    b"/etc/" + b"long" * 60,
    b"/data/a /home/b/c.sh /mnt/d /var/lib/e.sh /var/libx/i.sh",
    b"/app/a /apps/b /appl/c /application/d /u01/e /usr/sap/f /usr/share/g /var/www/h /var/cache/i /boot/j",
    b"nothing \xff\xfe /etc/\xe4\xff",
)


def test_the_shells_patterns_are_pythons(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"\n".join(LINES) + b"\n")

    def grep(*arguments: str) -> list[bytes]:
        output = subprocess.run(
            ["grep", *arguments, str(tmp_path / "lines")],
            env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            check=True,
        )
        return output.stdout.split(b"\n")[:-1]

    assert grep("-aE", RELEVANT_ERE) == [line for line in LINES if RELEVANT.search(line)]
    assert grep("-aohE", CALLED_ERE) == [found.group() for line in LINES for found in CALLED.finditer(line)]


GIVEN = (
    *(b". /etc/a", b"/bin/sh -e -x '/opt/b'", b"x;source /srv/c d", b"push /etc/e", b"cat /etc/f", b"sh  /usr/bin/g"),
    *(
        b"bash --norc -o pipefail /opt/h",
        b"sh</opt/i",
        b"/usr/bin/python3.11 -u /opt/j",
        b"at now -f /opt/k",
        b"dash -f -fx -e /opt/m",
        b"sh-/opt/l",
    ),
)


def test_the_pattern_of_what_a_shell_is_given(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"\n".join(GIVEN) + b"\n")
    grep = ["grep", "-aohE", GIVEN_ERE, str(tmp_path / "lines")]
    output = subprocess.run(grep, env={**os.environ, "LC_ALL": "C"}, stdout=subprocess.PIPE, check=True).stdout
    found = [match.split()[-1] for match in output.split(b"\n")[:-1]]
    assert found == [b"/etc/a", b"'/opt/b", b"/srv/c", b"/opt/h", b"sh</opt/i", b"/opt/j", b"/opt/k", b"/opt/m"]


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        pytest.param("sh {0}", True, id="by a shell"),
        pytest.param('. "{0}"', True, id="by the shell itself"),
        pytest.param("{0}", True, id="by itself"),
        pytest.param("cat {0} | sh", True, id="by a pipe"),
        pytest.param("F={0}; sh $F", True, id="by a variable"),
        pytest.param("sh {0}.x", False, id="another script"),
    ],
)
def test_script_without_a_first_line_of_scripts(tmp_path: Path, line: str, doubt: bool) -> None:
    place, run = calling(tmp_path)
    run.write_bytes(SETS.splitlines()[1] + b"\n")
    (tmp_path / "crontab").write_text(line.format(run) + "\n")
    assert ask_of(place, run) == (f"= doubt {run}" if doubt else "")


@pytest.mark.parametrize(
    ("begin", "line", "doubt"),
    [
        (b"\x7fELF", "{0}", False),
        (b"\x7fELF", "sh {0}", True),
        (b"#ELF loader", "{0}", True),
        (b"\tELF", "{0}", True),
    ],
)
def test_binary_program(tmp_path: Path, begin: bytes, line: str, doubt: bool) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(line.format(run) + "\n")
    run.write_bytes(begin + b"\nsysctl\n")
    assert ask_of(place, run) == (f"= doubt {run}" if doubt else "")


@pytest.mark.parametrize(
    ("line", "path", "doubt"),
    [
        ("cd {0}/a && ./tune", "a/tune", True),
        ("[ $# -eq 0 ] && cd {0}/a && ./tune", "a/tune", True),
        ("# cd {0}/a && ./tune", "a/tune", False),
        ("for f in {0}/a/*; do . $f; done", "a/tune", True),
        ("run-parts {0}/a/", "a/tune", True),
        ("{0}/b/x", "b/tune", True),
        ("{0}/b/y", "b/tune", False),  # which looks for no other script
        ("{0}/run", "a/tune", False),
        ("cd {0}/a; b/tune", "a/b/tune", True),
        ("cd {0}/.a; ./tune", ".a/tune", True),
        ("PATH={0}/home/.a:/bin\n@reboot root tune", "home/.a/tune", False),
        ("cd {0}/a; . ./tune.conf", "a/tune.conf", True),
        ("for n in x y; do {0}/a/t-$n; done", "a/t-x", True),
        ("cd {0}/state/a && ./tune.sh", "state/a/tune.sh", True),
        ("cd {0}/state/a && ./tune", "state/a/tune", False),
        ("cd {0}/state/a; b/tune.sh", "state/a/b/tune.sh", True),
        ("cd {0}/state/a; b/tune", "state/a/b/tune", False),
        ("ExecStart={0}/a/t-%i.sh", "a/t-x.sh", True),
        ("ExecStart={0}/a/%i/t", "a/x/t", True),
        ("ExecStart={0}/b/%i.sh", "a/x.sh", False),
        ("AssertPathExists={0}/a/%I/t", "a/x/t", False),
        ("ExecStart = {0}/a/%i.sh", "a/x.sh", True),
        ("WorkingDirectory={0}/a/%i\nExecStart=/bin/sh tune", "a/x/tune", True),
        ("Environment=D={0}/a/%i\nExecStart=/bin/sh -c $D/tune", "a/x/tune", True),
        ("EnvironmentFile={0}/a/%i/tune", "a/./x/tune", True),
        ("EnvironmentFile=-{0}/a/%i", "a/./x", True),
        ("ExecStart=/bin/sh \\\n  {0}/a/%i.sh", "a/x.sh", True),
        ("directory = {0}/a\ncommand = sh tune", "a/tune", True),
        ("{0}/a/t-%Y.sh", "a/t-x.sh", False),
        ("PATH={0}/a:/usr/bin\n@reboot root tune", "a/tune", True),
        ("PATH = /usr/bin:{0}/a/\n@reboot root tune", "a/tune", True),
        ('export PATH="{0}/a:$PATH"; tune', "a/tune", True),
        ("PATH=$PATH:{0}/a; tune", "a/tune", True),
        ("Environment='PATH={0}/a:/bin' E=x", "a/tune", True),
        ("PATH\t=\t{0}/a:/bin\n@reboot root tune", "a/tune", True),
        ("PATH={0}/.a:/bin\n@reboot root tune", ".a/tune", True),
        ('"PATH"={0}/a:/usr/bin\n@reboot root tune', "a/tune", True),
        ("'PATH' = '/usr/bin:{0}/a'\n@reboot root tune", "a/tune", True),
        ('"D"={0}/a\n@reboot root $D/tune', "a/tune", True),
        ("'MANPATH'={0}/a:/usr/share/man", "a/tune", False),
        ('"PATH":{0}/a', "a/tune", False),
        ("#PATH={0}/a:/usr/bin", "a/tune", False),
        ("MANPATH={0}/a:/usr/share/man", "a/tune", False),
        ("PATH={0}/b:/usr/bin", "a/tune", False),
        ("HOME={0}/a\n@reboot root ./tune", "a/tune", True),
        ("HOME = {0}/a\n@reboot root ./tune", "a/tune", True),
        ("'HOME' = {0}/a\n@reboot root ./tune", "a/tune", True),
    ],
)
def test_scripts_in_folders(tmp_path: Path, line: str, path: str, doubt: bool) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(line.format(tmp_path) + "\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/x").write_text('#!/bin/sh\ncd "$(dirname "$0")" && ./tune\n')
    (tmp_path / "b/y").write_text("#!/bin/sh\n")
    run.write_text("#!/bin/sh\n")
    script = tmp_path / path
    script.parent.mkdir(exist_ok=True, parents=True)
    script.write_bytes(SETS.splitlines()[1] + b"\n")
    folder = "state/a" if path.startswith("state") else path.partition("/")[0]
    assert ask_of(place, run) == (f"= doubt {tmp_path}/{folder}/./{path[len(folder) + 1 :]}" if doubt else "")


def test_specifier_and_a_line_that_is_long(tmp_path: Path) -> None:
    """A shell that looks for two words of a line in a row would take the square of its length."""
    place, run = calling(tmp_path)
    lines = ["Exec/opt/=cd " * 80_000, *(f"@daily root {tmp_path}/a/{number}%i/x" for number in range(3))]
    (tmp_path / "crontab").write_text("\n".join(lines) + "\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_bytes(SETS)
    assert ask_of(place, run) == f"= doubt {tmp_path}/a/./x"


def test_script_of_state_that_looks_for_its_own(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@daily root {tmp_path}/state/x/a.sh\n")
    (tmp_path / "state/x/lib").mkdir(parents=True)
    (tmp_path / "state/x/a.sh").write_text('#!/bin/sh\n. $(dirname "$0")/lib/b.sh\n')
    (tmp_path / "state/x/lib/b.sh").write_bytes(SETS[10:])
    assert ask_of(place, run) == f"= doubt {tmp_path}/state/x/./lib/b.sh"


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("./tune", True),
        ("sh tune", True),
        ("/bin/sh 'tune'", True),
        (". bin/tune", True),
        ("rm -f x", False),
        ("cd /; ./tune", False),
    ],
)
def test_what_scripts_of_cron_call_by_a_part_of_a_path(tmp_path: Path, line: str, doubt: bool) -> None:
    place, run = calling(tmp_path)
    run.write_text(f"#!/bin/sh\n{line}\n")
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/tune").write_bytes(SETS)
    assert ask_of(place, run) == (f"= doubt {tmp_path}/home/./bin/tune" if doubt else "")


@pytest.mark.parametrize(
    ("begin", "mode", "doubt"),
    [(b"#!/bin/sh\n", 0o755, True), (b"#!/bin/sh\n", 0o644, False), (b"\x7fELF", 0o755, False)],
)
def test_large_programs_in_a_folder(tmp_path: Path, begin: bytes, mode: int, doubt: bool) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a && ./run\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/run").write_bytes(begin + b"x" * (2 << 20))
    (tmp_path / "a/run").chmod(mode)
    assert ask_of(place, run) == ("= doubt size" if doubt else "")


def test_what_scripts_in_folders_call(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a && ./tune\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/tune").write_text(f"#!/bin/sh\n{tmp_path}/b/x\n")
    assert ask_of(place, run) == f"= doubt {tmp_path}/a/./tune"


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("./tune", True),
        ("bin/tune", True),
        ("sh -e tune", True),
        ("at -f tune now", True),
        ("/bin/bash tune", True),
        ("/usr/bin/env zsh 'bin/tune'", True),
        ('"bin/tune"', True),
        ("(./tune)", True),
        ('PATH="$HOME"/bin:$PATH tune', True),
        ("/usr/bin/true", False),
        ("[ -f /etc/x ] && cd / && run-parts /etc/x", False),
    ],
)
def test_lines_of_cron_start_in_the_home_folder(tmp_path: Path, line: str, doubt: bool) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"*/5 0-23/2 * * * root {line}\n")
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/tune").write_bytes(SETS)
    assert ask_of(place, run) == (f"= doubt {tmp_path}/home/./bin/tune" if doubt else "")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cd /srv; ./tune", "/srv;"),
        ("cd /u01 && ./tune", "/u01 "),
        ("cd /var/scripts|x", "/var/scripts|"),
        ("cd /usr/sap", "/usr/sap"),
        ("cd /usr/share; ./tune", ""),
        ("cd /srv2; ./tune", ""),
    ],
)
def test_folders_that_are_entered(line: str, found: str) -> None:
    grep = subprocess.run(["grep", "-oE", ENTERED_ERE], input=line.encode(), stdout=subprocess.PIPE, check=False)
    assert grep.stdout.decode() == (f"{found}\n" if found else "")


@pytest.mark.parametrize("folder", ["/usr/local/sbin", "/usr/local/bin", "/usr/local/games"])
def test_folders_in_the_path_of_distributions_are_not_entered(folder: str) -> None:
    named = re.search(r'case " (.*) " in [*]" [$]1 "[*][)] return', PROBE_SCRIPT)
    assert named
    assert folder in named[1].split()


@pytest.mark.parametrize(
    "path", ["~/bin:/bin", "/bin:$HOME/bin", '"${{HOME}}/bin"', "%h/bin:/bin", "{0}/home/bin:/bin"]
)
def test_path_with_the_home_folder(tmp_path: Path, path: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"PATH={path.format(tmp_path)}\n@reboot root tune\n")
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/tune").write_bytes(SETS)
    assert ask_of(place, run) == f"= doubt {tmp_path}/home/bin/./tune"


def test_many_names_of_programs(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "local").mkdir()
    for number in range(5000):
        (tmp_path / f"local/{number}").touch()
    assert ask_of(place, run, programs=tmp_path / "local") == "= doubt names"


NAMES = [
    pytest.param(["a", "-exec", "sh", "-c", "touch -- $RAN", ";", "-o", "-name", "q.sh"], id="command"),
    pytest.param(["-bogus", ".sh"], id="option that no program has"),
    pytest.param(["x.sh", ""], id="at the end"),
    pytest.param(["", ".sh"], id="at the begin"),
]


@pytest.mark.parametrize("grep", GREPS)
@pytest.mark.parametrize("folder", ["a", "state/a"])
@pytest.mark.parametrize("words", NAMES)
def test_file_whose_name_has_line_ends(tmp_path: Path, words: list[str], folder: str, grep: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/{folder}; ./x.sh\n@reboot root cd {tmp_path}/b; ./tune\n")
    for path in (folder, "b"):
        (tmp_path / path).mkdir(parents=True)
    ran = tmp_path / "ran"
    (tmp_path / folder / "\n".join(words).replace("$RAN", "$CALLED.ran")).touch()
    (tmp_path / "b/tune").write_bytes(SETS)
    assert ask_of(place, run, grep=grep).startswith("= doubt")
    assert not ran.exists()
    assert not (tmp_path / "run.ran").exists()


@pytest.mark.parametrize(("number", "name"), [(600, "{0}\n"), (998, "z{0}"), (998, "z{0}\nend")])
def test_list_of_files_that_is_cut(tmp_path: Path, number: int, name: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; ./x\n@reboot root cd {tmp_path}/b; ./tune\n")
    for path in ("a", "b"):
        (tmp_path / path).mkdir()
    for one in range(number):
        (tmp_path / "a" / name.format(one)).touch()
    (tmp_path / "a/z\n").touch()
    (tmp_path / "b/tune").write_bytes(SETS)
    assert ask_of(place, run).startswith("= doubt")


@pytest.mark.parametrize("name", ["z\nend", "z\nend\n", "z\nfailed", "z\n/", "z\n/\n", "z\n\n\n"])
@pytest.mark.parametrize("number", [997, 998, 999])
def test_list_of_files_that_is_cut_in_a_name(tmp_path: Path, number: int, name: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; ./x\n@reboot root cd {tmp_path}/b; ./tune\n")
    for path in ("a", "b", "tools"):
        (tmp_path / path).mkdir()
    (tmp_path / "b/tune").write_bytes(SETS)
    names = [*(f"a/./{one}" for one in range(number)), f"a/./{name}", "b/./tune"]
    (tmp_path / "names").write_text("".join(f"{tmp_path}/{one}\n" for one in names))
    find = f'case "$*" in *-xdev*) exec cat {tmp_path}/names ;; *) exec {shutil.which("find")} "$@" ;; esac'
    (tmp_path / "tools/find").write_text(f"#!/bin/sh\n{find}\n")
    (tmp_path / "tools/find").chmod(0o755)
    path = f"PATH={tmp_path}/bin:{tmp_path}/tools:{os.environ['PATH']}"
    assert ask_of(place, run, before=("env", path)) in ("= doubt find", "= doubt folders")


def test_doubt_of_a_name_with_backslashes(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; ./x\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / r"\n= files\n= end 0").write_bytes(SETS)
    assert ask_of(place, run) == rf"= doubt {tmp_path}/a/./\n= files\n= end 0"


def test_large_script_in_a_folder_is_replaced_by_a_fifo(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; ./x\n")
    (tmp_path / "a").mkdir()
    file = tmp_path / "a/large"
    file.write_bytes(b"#!/bin/sh\n" + b"x" * (2 << 20))
    file.chmod(0o755)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/find").write_text(
        f'#!/bin/sh\n{shutil.which("find")} "$@"\ncase "$*" in *-100*) rm "{file}"; mkfifo "{file}" ;; esac\n'
    )
    (tmp_path / "tools/find").chmod(0o755)
    path = f"PATH={tmp_path}/bin:{tmp_path}/tools:{os.environ['PATH']}"
    assert ask_of(place, run, before=("env", path)) == ""


def test_file_of_the_kernel_in_a_folder(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; ./x\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").symlink_to("/proc/self/cmdline")  # which has "sysctl" here, as it is an argument
    assert ask_of(place, run) == ""


@pytest.mark.skipif(not BUSYBOX, reason="there is no BusyBox")
def test_link_whose_target_has_line_ends(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    target = tmp_path / 'x\n-exec\nsh\n-c\ntouch "$CALLED.ran"\n;\n-o\n-name\nq'
    run.rename(target)
    run.symlink_to(target)
    (tmp_path / "crontab").unlink()
    (tmp_path / "crontab").symlink_to(run)
    assert ask_of(place, run, grep=f"{BUSYBOX} grep") == "= doubt readlink"
    assert not (tmp_path / "run.ran").exists()


@pytest.mark.parametrize(("kind", "number"), [("scripts", 12000), ("other files", 1200)])
def test_many_files_in_a_folder_of_state(tmp_path: Path, kind: str, number: int) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/state/a; ./run\n")
    (tmp_path / "state/a").mkdir(parents=True)
    for one in range(number):
        (tmp_path / f"state/a/{one:0>200}{'.sh' if kind == 'scripts' else ''}").touch()
    assert ask_of(place, run) == ("= doubt folders" if kind == "scripts" else "")


def test_folder_with_a_part_that_cannot_be_read(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/a; b/run\n")
    (tmp_path / "a/b").mkdir(parents=True)
    assert ask_of(place, run, before=WITHOUT_RIGHTS) == ""
    shutil.rmtree(tmp_path / "bin")
    (tmp_path / "a/b").chmod(0)
    found = ask_of(place, run, before=WITHOUT_RIGHTS)
    (tmp_path / "a/b").chmod(0o755)
    assert found == "= doubt find"


@pytest.mark.parametrize(
    ("line", "path", "text", "found"),
    [
        ("sysctl -p {0}", "x.conf", b"net.ipv4.tcp_keepalive_time = 9\n", ""),
        ("{0}", "x.sh", SETS, "{0}:2:sysctl -w net.ipv4.tcp_keepalive_time=9\n"),
        ("sh {0}", "x.conf", SETS[10:], "= doubt {0}"),
        ("sysctl -p {0}", "sub/x.conf", b"net.ipv4.tcp_keepalive_time = 9\n", "= doubt {0}"),
        ("{0}", "sub/x.sh", SETS, "{0}:2:sysctl -w net.ipv4.tcp_keepalive_time=9\n"),
    ],
)
def test_files_among_those_of_sysctl(tmp_path: Path, line: str, path: str, text: bytes, found: str) -> None:
    place, run = calling(tmp_path)
    file = tmp_path / "sysctl.d" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(text)
    (tmp_path / "crontab").write_text(f"@reboot root {line.format(file)}\n")
    of_places = re.compile(rf"{re.escape(place)}:.*\n")  # where "sysctl" is
    assert of_places.sub("", ask_of(place, run)) == found.format(file)


def test_many_files_in_a_folder(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"cd {tmp_path}/many && ./run\n")
    (tmp_path / "many").mkdir()
    for number in range(1000):
        (tmp_path / f"many/{number}").write_text("x")
    assert ask_of(place, run) == "= doubt folders"


@pytest.mark.parametrize(
    ("line", "read"),
    [("~/tune", True), ("~root/tune", True), ("$HOME/tune", True), ('"${HOME}/tune"', True), ("a~/x", False)],
)
def test_scripts_in_the_home_folder(tmp_path: Path, line: str, read: bool) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line} -v\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/tune").write_bytes(SETS)
    expected = f"{tmp_path}/home/tune:2:{SETS.splitlines()[1].decode()}\n" if read else ""
    assert ask_of(place, run) == expected


@pytest.mark.parametrize("line", ["~/{0}", "~root/{0}", "$HOME/{0}", '"${{HOME}}/{0}"', "%h/{0}", "$HOME{0}"])
@pytest.mark.parametrize("path", ["bin/root-tune", "root/tune", "rootfs", "x~/HOME/tune"])
def test_script_in_the_home_folder_whose_path_has_the_name_of_the_user(tmp_path: Path, line: str, path: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line.format(path)} -v\n")
    script = tmp_path / "home" / path
    script.parent.mkdir(parents=True)
    script.write_bytes(SETS)
    found = f"{script}:2:{SETS.splitlines()[1].decode()}\n"
    assert ask_of(place, run) == ("" if line == "$HOME{0}" else found)


SET = SETS.splitlines()[1].decode()


@pytest.mark.parametrize("tools", ALL_TOOLS)
@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("app", "{0}/run", ""),
        ("tabs/app", "{0}/run", ""),
        ("app", "cd {0}/a; ./tune", ""),
        ("app", "./tune", ""),
        ("app", "sumo sudox visudo {0}/run", ""),
        ("app", SET, "{0}/spool/app:1:@daily {1}\n"),
        ("app", "sudo {0}/run", "= doubt rights"),
        ("app", "true;/bin/su -c {0}/run", "= doubt rights"),
        ("tabs/app", "doas {0}/run", "= doubt rights"),
        ("root", "{0}/run", "{0}/run:2:{1}\n"),
        ("tabs/root", "{0}/run", "{0}/run:2:{1}\n"),
        ("tabs/root", "./tune", "= doubt {0}/home/./tune"),
        ("root", "su app -c true", ""),
        ("notroot", "{0}/run", ""),
    ],
)
def test_tables_of_cron_of_users(tmp_path: Path, name: str, line: str, found: str, tools: str) -> None:
    _place, run = calling(tmp_path)
    table = tmp_path / "spool" / name
    for path in (table, tmp_path / "a/tune", tmp_path / "home/tune"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SETS)
    table.write_text(f"@daily {line.format(tmp_path)}\n")
    assert ask_of(str(table), run, tools=tools) == found.format(tmp_path, SET)


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("cd ~/rootfs && ./tune", "home/rootfs"),
        ("cd $HOME/root; ./tune", "home/root"),
        ("cd '~/root'; ./tune", "home/root"),
        ("BASE=${{HOME}}/rootfs; $BASE/tune", "home/rootfs"),
        ("BASE=%h/roots", None),
        ("cd {0}/home/root; ./tune", "home/root"),
        ("B={0}/home/~; $B/tune", "home/~"),
        ("cd ~/other; ./tune", None),
    ],
)
def test_folder_with_the_name_of_the_user(tmp_path: Path, line: str, folder: str | None) -> None:
    place, run = calling(tmp_path)
    run.write_text(f"#!/bin/sh\n{line.format(tmp_path)}\n")
    script = tmp_path / (folder or "home/root") / "tune"
    script.parent.mkdir(parents=True)
    script.write_bytes(SETS)
    assert ask_of(place, run) == (f"= doubt {script.parent}/./tune" if folder else "")


@pytest.mark.parametrize("tools", ALL_TOOLS)
@pytest.mark.parametrize(
    "line",
    [
        "~/a; {0}/tune",
        "{0}/tune; ~/a",
        "PATH={0}/b:/usr/bin {0}/tune",
        "cd ~/x; {0}/a; {0}/tune",
        "/srv; $HOME/a; {0}/tune",
        "{0}/a {0}/b;{0}/tune",
    ],
)
def test_all_scripts_that_a_line_calls(tmp_path: Path, line: str, tools: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line.format(tmp_path)} {tmp_path}/none ~/b\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/b").write_bytes(SETS)
    (tmp_path / "tune").write_bytes(SETS)
    sets = SETS.splitlines()[1].decode()
    assert ask_of(place, run, tools=tools) == "".join(f"{tmp_path}/{name}:2:{sets}\n" for name in ("home/b", "tune"))


@pytest.mark.parametrize("line", ["cd ~; ./tune", 'cd "$HOME" && ./tune', "BASE=~; . $BASE/tune"])
def test_the_home_folder(tmp_path: Path, line: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line}\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/tune").write_bytes(SETS)
    assert ask_of(place, run) == f"= doubt {tmp_path}/home/./tune"


@pytest.mark.parametrize("tools", ALL_TOOLS)
@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("tune-net", True),
        ("sh tune-net -v", True),
        ("zzz; tune-net", True),
        ("tune-net; zzz", True),
        ("a && zzz && (tune-net)", True),
        ("tune-network; tune-net", True),
        ("tune-network", False),
        ("zzz; xtune-net", False),
        ("tune", False),
    ],
)
def test_programs_that_lines_name(tmp_path: Path, line: str, read: bool, tools: str) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "crontab").write_text(f"@reboot root {line}\n")
    (tmp_path / "local").mkdir()
    (tmp_path / "local/tune-net").write_bytes(SETS)
    for name in ("a", "zzz", "zzz["):
        (tmp_path / "local" / name).write_text("#!/bin/sh\n")
    expected = f"{tmp_path}/local/tune-net:2:{SETS.splitlines()[1].decode()}\n" if read else ""
    assert ask_of(place, run, programs=tmp_path / "local", tools=tools) == expected


@pytest.mark.skipif(not BUSYBOX, reason="there is no BusyBox")
def test_names_of_programs_in_a_file_that_cannot_be_read_on(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    (tmp_path / "local").mkdir()
    (tmp_path / "local/tune").write_bytes(SETS)
    (tmp_path / "none").mkdir()
    (tmp_path / "none/cat").write_text('#!/bin/sh\ncase "$*" in */crontab*) kill -9 $$ ;; esac\nexec /bin/cat "$@"\n')
    (tmp_path / "none/cat").chmod(0o755)
    path = f"PATH={tmp_path}/bin:{tmp_path}/none:{os.environ['PATH']}"
    found = ask_of(place, run, grep=f"{BUSYBOX} grep", before=("env", path), programs=tmp_path / "local")
    assert found == "= doubt cat"


def test_program_that_a_script_names(tmp_path: Path) -> None:
    place, run = calling(tmp_path)
    run.write_text("#!/bin/sh\ntune-net\n")
    (tmp_path / "local").mkdir()
    (tmp_path / "local/tune-net").write_bytes(SETS)
    found = f"{tmp_path}/local/tune-net:2:{SETS.splitlines()[1].decode()}\n"
    assert ask_of(place, run, programs=tmp_path / "local") == found


def test_values_that_are_no_numbers() -> None:
    kernel = KERNEL.replace(":600", ":-5").replace(":75", ":\u00b2")
    assert parse_probe(packed(kernel, *PARTS[1:])).values() == Values(-5, None, None)
    assert parse_probe(packed(KERNEL.replace(":75", f":{'1' * 30}"), *PARTS[1:])).values() == Values(600, None, None)
