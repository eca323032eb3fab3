# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of light hosts behind SSH, and functions that read their state without Ansible.

A host is an sshd in network, mount and process namespaces of its own. It has its own sysctls. Its
root is an overlay whose upper layer is in memory, so files that are written there are visible on
this host only. Its /etc and its sysctl files in /usr/lib are on a disk, because the modules refuse a
file that a reboot would take. Outer namespaces contain the hosts, the bridge between them and the
processes of the controller. The first process of the outer namespaces reads from a pipe. The pipe is
closed at the end of the block and at the end of this process, also if it is killed. Then all
processes in the namespaces end and nothing is left.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from typing_extensions import Self

# Whether to run everything, as in `make test-all`.
TEST_ALL = os.environ.get("TEST_ALL") == "1"
ASKED_LIKEWISE = "All playbooks select their hosts with the same tasks, see test_rollout.py."
KEYS = ("time", "intvl", "probes")
TARGET_PYTHON = "/usr/bin/python3"
TOOLS = ("unshare", "nsenter", "mount", "ip", "ssh", "ssh-keygen", "sshd", TARGET_PYTHON)
HIDDEN = ("root", "run", "tmp")  # top folders that each host has for itself
# These limits end only what hangs. They leave enough time for a busy machine.
START_SECONDS = 300.0
PATIENCE_SECONDS = 300.0
RUN_SECONDS = 1800.0
POLL_SECONDS = 0.002

# The script of the outer namespaces. It hides the machine's files, for a task that runs there instead of on a host by
# mistake. The kernel soon forgets its neighbours, so a host without network is unreachable after a second or two.
AROUND = """
set -eu
for folder in /run /etc/sysctl.d; do mount -t tmpfs tmpfs "$folder"; done
mkdir /run/netns /run/fleet
ip link set lo up
ip link add fleet type bridge
echo 300 >/proc/sys/net/ipv4/neigh/fleet/retrans_time_ms
echo 1 >/proc/sys/net/ipv4/neigh/fleet/delay_first_probe_time
echo 1000 >/proc/sys/net/ipv4/neigh/fleet/base_reachable_time_ms
ip address add 10.0.0.1/16 dev fleet
ip link set fleet up
"""
START = """
mkdir -p /run/fleet/{name}/upper /run/fleet/{name}/work /run/fleet/{name}/root
ip netns add {name}
ip link add {name} type veth peer name eth0 netns {name}
ip link set {name} master fleet up
ip -n {name} link set lo up
ip -n {name} address add {address}/16 dev eth0
ip -n {name} link set eth0 up
nsenter --net=/run/netns/{name} unshare --mount --pid --fork --kill-child sh -euc {script} {name} </dev/null \
  >{folder}/{name}.log 2>&1 &
"""
# The script of a host. The host looks as if systemd had booted it, has no sysctl files, and the kernel's defaults.
HOST = """
cd /run/fleet/$0
mount -t overlay overlay -o lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work root
cd root
mount -t proc proc proc
mount --rbind /dev dev
for folder in {hidden}; do mount -t tmpfs tmpfs $folder; done
for folder in {visible}; do
  mkdir -p ".$folder"
  mount --rbind "$folder" ".$folder"
  mount -o remount,bind,ro ".$folder"
done
disk={disk}/$0
mkdir -p $disk/upper $disk/work $disk/lib .$disk usr/lib/sysctl.d
mount --bind $disk .$disk
mount -t overlay overlay -o lowerdir=/etc,upperdir=$disk/upper,workdir=$disk/work etc
for folder in usr/lib/sysctl.d usr/local/lib/sysctl.d; do test ! -d $folder || mount --bind $disk/lib $folder; done
rm -f .dockerenv
mkdir -p run/sshd run/systemd/system etc/sysctl.d usr/lib/systemd
test -e usr/lib/systemd/systemd-sysctl || : >usr/lib/systemd/systemd-sysctl
rm -f etc/sysctl.conf etc/sysctl.d/* etc/systemd/system/systemd-sysctl.service
cp {folder}/sshd_config {folder}/host_key {folder}/key.pub run/sshd
exec chroot . "$(command -v sshd)" -D -e -f /run/sshd/sshd_config
"""
SSHD = """
AuthorizedKeysFile /run/sshd/key.pub
HostKey /run/sshd/host_key
LogLevel ERROR
MaxStartups 100
PermitRootLogin prohibit-password
PidFile none
StrictModes no
Subsystem sftp internal-sftp
UseDNS no
UsePAM no
"""
# SSH gives up a host whose sshd has not answered for 30 seconds: a busy machine answers later than an idle one.
CONFIG = """
[defaults]
callback_result_format = yaml
forks = {forks}
host_key_checking = false
interpreter_python = {python}
retry_files_enabled = false
timeout = 60
[ssh_connection]
control_path_dir = {folder}/cp
pipelining = true
ssh_common_args = -F none -o UserKnownHostsFile={folder}/known_hosts -o LogLevel=ERROR \
 -o ServerAliveInterval=1 -o ServerAliveCountMax=30
"""


class FleetError(Exception):
    """The fleet could not be started."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file, link or folder: kind and mode as in stat(2), owner and group, bytes of a file or target of a link."""

    mode: int
    owner: tuple[int, int]
    content: bytes | None


@dataclasses.dataclass(frozen=True)
class Look:
    """The state of a host: the values of the kernel, and all entries in the folders for sysctl files."""

    values: tuple[int, ...]
    files: t.Mapping[str, Entry]


@dataclasses.dataclass(frozen=True)
class Run:
    """The exit status and the output of a command on the controller."""

    status: int
    output: str


class Host:
    """One host. Its namespaces are entered by the ID of its first process."""

    def __init__(self, name: str, address: str, pid: int) -> None:
        self.name, self.address, self.pid = name, address, pid

    @property
    def root(self) -> Path:
        """The host's root folder, as a path of this process."""
        return Path(f"/proc/{self.pid}/root")

    def run(self, script: str) -> str:
        """Run a shell script as root in all of the host's namespaces and return what it prints.

        :raises subprocess.CalledProcessError: when it fails.
        """
        inside = ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", "--root", "--wd"]
        done = subprocess.run([*inside, "sh", "-euc", script], capture_output=True, check=True, text=True)
        return done.stdout

    def values(self) -> tuple[int, ...]:
        """Return the kernel's time, intvl and probes."""
        paths = " ".join(f"/proc/sys/net/ipv4/tcp_keepalive_{key}" for key in KEYS)
        return tuple(map(int, self.run(f"cat {paths}").split()))

    def look(self) -> Look:
        """Return the state that a rollout can change."""
        files = {}
        for top in ("etc", "usr/lib/sysctl.d"):
            for folder, folders, names in os.walk(self.root / top):
                for name in folders + names:
                    path = os.path.join(folder, name)
                    if "sysctl" in path:
                        files[path[len(str(self.root)) :]] = _entry(path)
        return Look(self.values(), files)

    def sessions(self) -> list[int]:
        """Return the IDs of the first processes of the SSH sessions."""
        return _children(self.pid)

    def processes(self) -> list[str]:
        """Return the command lines of all processes except those of sshd."""
        lines = self.run("for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null || :").splitlines()
        return [line for line in lines if line.strip() and "sshd" not in line and "/proc/[0-9]*" not in line]

    def wait_for_processes(self) -> None:
        """Wait until all processes except those of sshd have ended."""
        wait_until(lambda: not self.processes())

    def openers(self, name: str) -> int:
        """Return how many processes have a file of that name open."""
        return int(self.run(f"ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c -F {shlex.quote(name)} || :"))

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        """Write a file on the host without Ansible, as another program does."""
        place = self.root / path.lstrip("/")
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def make_read_only(self, path: str) -> None:
        """Mount a folder over itself, read-only."""
        self.run(f"mount --bind {path} {path}; mount -o remount,bind,ro {path}")

    def disconnect(self) -> None:
        """Set the link of the host down."""
        self.run("ip link set eth0 down")

    def connect(self) -> None:
        """Set the link of the host up."""
        self.run("ip link set eth0 up")

    def cut_sessions(self) -> None:
        """Kill the open SSH sessions. The processes that they started keep running."""
        self._signal_sessions(signal.SIGKILL)

    def stop_sessions(self) -> None:
        """Stop the open SSH sessions. The processes that they started keep running."""
        self._signal_sessions(signal.SIGSTOP)

    def _signal_sessions(self, number: signal.Signals) -> None:
        for pid in self.sessions():
            for child in [*_children(pid), pid]:
                if b"sshd" in _command_line(child):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, number)

    @contextlib.contextmanager
    def once(self, path: str | Path, do: t.Callable[[], None]) -> t.Iterator[threading.Event]:
        """Call ``do`` as soon as a file exists on the host while the block runs. The event is set after the call.

        A ``Path`` is a path of this machine.
        """
        place = path if isinstance(path, Path) else self.root / path.lstrip("/")
        ended, done = threading.Event(), threading.Event()

        def watch() -> None:
            while not ended.is_set():
                if os.path.lexists(place):
                    do()
                    done.set()
                    return
                time.sleep(POLL_SECONDS)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield done
        finally:
            ended.set()
            watcher.join()


def wait_until(condition: t.Callable[[], bool]) -> None:
    """Wait until a condition holds.

    :raises TimeoutError: when it does not hold within PATIENCE_SECONDS.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The condition did not hold within {PATIENCE_SECONDS:.0f} seconds.")
        time.sleep(POLL_SECONDS)


class Fleet:
    """Hosts ``host01``, ``host02`` and so on, which run while the block runs. Needs root.

    ``folder`` belongs to the controller. It contains inventory, keys and ansible.cfg, and commands run in it.
    A host sees the root file system of this machine, but nothing below /root, /run and /tmp. ``visible`` names folders
    that it sees in any case.

    :raises FleetError: when a program is missing or a host does not start.
    """

    def __init__(
        self, size: int, *, forks: int = 10, collections: Path | None = None, visible: t.Iterable[Path] = ()
    ) -> None:
        self._names = [f"host{number:02}" for number in range(1, size + 1)]
        self._forks = forks
        paths = {path for folder in visible for path in (folder.absolute(), folder.resolve())}
        self._visible = sorted(str(path) for path in paths if _is_out_of_sight(path))
        self._collections = collections
        self._stack = contextlib.ExitStack()
        self._holder = 0
        self.folder = Path()
        self.hosts: dict[str, Host] = {}

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise FleetError("Only root can create the namespaces of the hosts. Run this as root.")
        missing = [tool for tool in TOOLS if not shutil.which(tool, path=_search_path())]
        if missing:
            raise FleetError(f"Missing: {', '.join(missing)}. Run tools/install_packages.sh.")
        with contextlib.ExitStack() as stack:
            # a short path, because paths of sockets are limited to 107 bytes
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linux-tcp-fleet-", dir="/tmp")))
            disk = stack.enter_context(tempfile.TemporaryDirectory(prefix="linux-tcp-fleet-", dir="/var/tmp"))
            self._write_files()
            self._start(stack, disk)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    @property
    def inventory(self) -> Path:
        """The inventory file of the hosts."""
        return self.folder / "inventory.json"

    def look(self) -> dict[str, Look]:
        """Return the states of all hosts."""
        return {name: host.look() for name, host in self.hosts.items()}

    def run(
        self,
        *command: str,
        env: t.Mapping[str, str] | None = None,
        timeout: float = RUN_SECONDS,
        namespaces: t.Iterable[str] = ("net", "mount", "pid"),
    ) -> Run:
        """Run a command on the controller and return its exit status and its output, with stderr."""
        enter = [f"--{namespace}" for namespace in namespaces]
        done = subprocess.run(
            ["nsenter", f"--target={self._holder}", *enter, f"--wd={self.folder}", *command],
            env={**self._environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=timeout,
            text=True,
        )
        return Run(done.returncode, done.stdout)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
        found = {"ANSIBLE_COLLECTIONS_PATH": str(self._collections)} if self._collections else {}
        return {
            **kept,
            **found,
            "PATH": _search_path(),
            "PWD": str(self.folder),
            "HOME": str(self.folder),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_INVENTORY": str(self.inventory),
        }

    def _write_files(self) -> None:
        for name in ("key", "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        config = CONFIG.format(folder=self.folder, forks=self._forks, python=TARGET_PYTHON)
        (self.folder / "ansible.cfg").write_text(config, encoding="utf-8")
        (self.folder / "sshd_config").write_text(SSHD, encoding="utf-8")
        hosts = {
            name: {
                "ansible_host": _address(number),
                "ansible_user": "root",
                "ansible_ssh_private_key_file": str(self.folder / "key"),
            }
            for number, name in enumerate(self._names)
        }
        self.inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")

    def _start(self, stack: contextlib.ExitStack, disk: str) -> None:
        namespaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        with (self.folder / "fleet.log").open("wb") as log:
            around = subprocess.Popen(
                [*namespaces, "sh", "-s"], stdin=subprocess.PIPE, stdout=log, stderr=log, env=self._environment()
            )
        stack.callback(_end, around)
        assert around.stdin is not None
        script = HOST.format(folder=self.folder, disk=disk, hidden=" ".join(HIDDEN), visible=shlex.join(self._visible))
        lines = [
            START.format(name=name, address=_address(number), folder=self.folder, script=shlex.quote(script))
            for number, name in enumerate(self._names)
        ]
        around.stdin.write("".join([AROUND, *lines]).encode())
        around.stdin.flush()
        deadline = time.monotonic() + START_SECONDS
        waiting = dict(enumerate(self._names))
        while waiting:
            if time.monotonic() > deadline or around.poll() is not None:
                raise FleetError(f"{', '.join(waiting.values())} did not start:\n{self._logs(waiting.values())}")
            time.sleep(0.05)
            self._holder = next(iter(_children(around.pid)), 0)
            first = _first_processes(self._holder) if self._holder else {}
            for number, name in list(waiting.items()):
                if name in first and _listens(first[name]):
                    self.hosts[name] = Host(name, _address(number), first[name])
                    del waiting[number]
        self.hosts = {name: self.hosts[name] for name in self._names}

    def _logs(self, names: t.Iterable[str]) -> str:
        logs = [self.folder / f"{name}.log" for name in ("fleet", *names)]
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs if log.exists())


def _address(number: int) -> str:
    return f"10.0.{1 + number // 200}.{1 + number % 200}"


def _is_out_of_sight(path: Path) -> bool:
    """Return whether a host does not see a folder, because it is hidden or on another file system than /."""
    return path.parts[1] in HIDDEN or path.stat().st_dev != Path("/").stat().st_dev


def _search_path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def _end(around: subprocess.Popen[bytes]) -> None:
    """Close the pipe, which ends all processes in the namespaces."""
    assert around.stdin is not None
    with contextlib.suppress(OSError):
        around.stdin.close()
    try:
        around.wait(timeout=60)
    except subprocess.TimeoutExpired:
        around.kill()
        around.wait()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _first_processes(holder: int) -> dict[str, int]:
    """Return the first process of each started host. Its name is the last word of the parent's command line."""
    return {
        _command_line(pid).rstrip(b"\0").rpartition(b"\0")[2].decode(): child
        for pid in _children(holder)
        for child in _children(pid)
    }


def _listens(pid: int) -> bool:
    """Return whether a socket listens on port 22 in the network namespace of a process: state 0A (tcp_states.h)."""
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()
    except OSError:
        return False
    return any(line.split()[1].endswith(":0016") and line.split()[3] == "0A" for line in lines[1:])


def _entry(path: str) -> Entry:
    found = os.lstat(path)
    content = None
    if stat.S_ISLNK(found.st_mode):
        content = os.readlink(os.fsencode(path))
    elif stat.S_ISREG(found.st_mode):
        content = Path(path).read_bytes()
    return Entry(found.st_mode, (found.st_uid, found.st_gid), content)
