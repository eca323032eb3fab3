# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine with a disk that qemu emulates, and Ansible that reaches it by SSH.

Each boot is a cold one. Kernel and initramfs are those that the disk has then; this program does what a boot loader
does. The emulator makes kernels panic at times. A boot that panics is repeated with the disk as it was before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.kernels.console import find_boot, find_panic, has_restarted, plain

if t.TYPE_CHECKING:
    from typing_extensions import Self

    from ansible_collections.linux.tcp.tests.kernels.console import Booted

    Result = t.Dict[str, t.Any]
    T = t.TypeVar("T")

BIN = Path(sys.executable).parent
ATTEMPTS = 5
# These limits end only what hangs. A boot takes a minute on an idle machine.
BOOT_SECONDS = 1800.0
RUN_SECONDS = 1800.0
# Of the processors that qemu can emulate, the one whose kernels panic least.
QEMU = (
    *("nice", "-n", "10", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "Nehalem", "-smp", "1", "-m", "1024"),
    *("-no-user-config", "-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none", "-serial", "stdio"),
    *("-device", "virtio-rng-pci", "-device", "virtio-net-pci,netdev=net,romfile="),
)
# A kernel whose memory or processor the emulator confuses panics, and restarts at once, which ends qemu.
PARAMETERS = "root=/dev/vda rw console=ttyS0 oops=panic panic=-1 quiet mitigations=off"
SSH_OPTIONS = (
    "-F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "
    "-o ConnectTimeout=300 -o ServerAliveInterval=30 -o ServerAliveCountMax=20"
)
CONFIG = """
[defaults]
interpreter_python = /usr/bin/python3
retry_files_enabled = false
timeout = 300
[ssh_connection]
control_path_dir = {folder}/cp
pipelining = true
ssh_common_args = {options}
"""


class MachineError(Exception):
    """The machine did not boot, or did not do what it was told."""


@dataclasses.dataclass
class Figures:
    """How many boots there were, and the panics of those that were repeated."""

    boots: int = 0
    panics: list[str] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.boots} boots, {len(self.panics)} panics of the emulator"


class Machine:
    """A machine that exists as long as the block runs: a copy of a disk, and a folder for the controller's files.

    :param disk: an ext4 file system, with the key of its root beside it.
    :param parameters: what is added to the kernel command line.
    """

    def __init__(self, disk: Path, collections: Path, figures: Figures, *, parameters: str = "") -> None:
        self._original, self._collections, self._figures = disk, collections, figures
        self._parameters = f"{PARAMETERS} {parameters}"
        self._stack = contextlib.ExitStack()
        self.folder = Path()
        self.releases: list[str] = []  # of the kernels that have booted

    def __enter__(self) -> Self:
        # a short path, because paths of sockets are limited to 107 bytes
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="linux-tcp-", dir="/var/tmp")))
        _copy(self._original, self.disk)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def disk(self) -> Path:
        """The disk that the machine boots from."""
        return self.folder / "disk"

    def boot(self, work: t.Callable[[Session], T]) -> T:
        """Boot, call a function on the booted machine, tell the machine to restart, and wait until it has shut down.

        All of it is repeated where the kernel panics.

        :raises MachineError: when the machine does not boot, does not restart, or panics each time.
        """
        before = self.folder / "before"
        _copy(self.disk, before)
        panic = None
        for _attempt in range(ATTEMPTS):
            console = _Console()
            try:
                with self._started(console) as session:
                    result = work(session)
                    session.restart()
                    self.releases.append(session.booted.release)
                self._figures.boots += 1
                return result
            except Exception:
                panic = console.panic()
                if panic is None:
                    raise
            self._figures.panics.append(panic)
            _copy(before, self.disk)
        raise MachineError(f"{self._original.name} has panicked {ATTEMPTS} times, at last with: {panic}")

    @contextlib.contextmanager
    def _started(self, console: _Console) -> t.Iterator[Session]:
        """Start qemu and wait until the machine has booted."""
        port = _free_port()
        options = {
            **self._boot_files(),
            "-append": self._parameters,
            "-drive": f"if=virtio,format=raw,cache=unsafe,file={self.disk}",
            "-netdev": f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:22",
        }
        process = subprocess.Popen(
            [*QEMU, *(word for option in options.items() for word in option)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        console.follow(process)
        try:
            yield Session(self, console, console.wait_for_boot(), port)
        finally:
            process.kill()
            process.wait()

    def _boot_files(self) -> dict[str, str]:
        """Copy the kernel and the initramfs from the disk and return the options that name them."""
        names = re.findall(r"/((vmlinuz|initrd\.img)-[^/]+)/", self._debugfs("ls -p /boot"))
        if sorted(kind for _name, kind in names) != ["initrd.img", "vmlinuz"]:
            raise MachineError(f"{self._original} has not one kernel and one initramfs in /boot, but {names}.")
        options = {"vmlinuz": "-kernel", "initrd.img": "-initrd"}
        for name, kind in names:
            self._debugfs(f"dump /boot/{name} {self.folder / kind}")
        return {options[kind]: str(self.folder / kind) for _name, kind in names}

    def _debugfs(self, request: str) -> str:
        return _run(["debugfs", "-R", request, str(self.disk)])

    def prepare(self, port: int) -> None:
        """Write the controller's files for a machine that is reached at a port."""
        config = CONFIG.format(folder=self.folder, options=SSH_OPTIONS)
        (self.folder / "ansible.cfg").write_text(config, encoding="utf-8")
        host = {
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": f"{self._original}.key",
        }
        inventory = {"all": {"hosts": {"machine": host}}}
        (self.folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the variables of the controller's programs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        return {
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_INVENTORY": str(self.folder / "inventory.json"),
        }

    def ssh(self, port: int) -> list[str]:
        """Return the command that runs another one on the machine."""
        return ["ssh", *shlex.split(SSH_OPTIONS), "-i", f"{self._original}.key", "-p", str(port), "root@127.0.0.1"]


class Session:
    """One boot of a machine. ``booted`` is what the machine printed at the end of that boot."""

    def __init__(self, machine: Machine, console: _Console, booted: Booted, port: int) -> None:
        self._machine, self._console, self._port = machine, console, port
        self.booted = booted
        machine.prepare(port)

    def play(self, *tasks: Result) -> list[Result]:
        """Run a play of tasks, each a module with its options, on the machine and return their results."""
        results = self._machine.folder / "results.json"
        names = [f"result_{number}" for number in range(len(tasks))]
        keep = {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(results), "mode": "0600"}
        steps: list[Result] = [{**task, "register": name} for task, name in zip(tasks, names)]
        steps.append({"ansible.builtin.copy": keep, "delegate_to": "localhost"})
        playbook = self._machine.folder / "play.json"
        play = {"hosts": "machine", "gather_facts": False, "tasks": steps}
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        _run([str(BIN / "ansible-playbook"), str(playbook)], env=self._machine.environment())
        found: list[Result] = json.loads(results.read_text(encoding="utf-8"))
        return found

    def run(self, script: str) -> str:
        """Run a shell script as root and return what it prints."""
        return _run([*self._machine.ssh(self._port), script])

    def restart(self) -> None:
        """Tell the machine to restart, and wait until it has shut down."""
        self.run("systemd-run --quiet --no-block systemctl reboot")
        self._console.wait_for_restart()


class _Console:
    """What a machine prints, as lines of text."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._text = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._has_ended = False

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Read what qemu prints until it ends."""
        self._process = process
        self._reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._changed:
                self._text += plain(line.decode("utf-8", "replace"))
                self._changed.notify_all()
        process.wait()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _wait_for(self, condition: t.Callable[[], bool], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: condition() or self._has_ended, BOOT_SECONDS) or not condition():
                tail = "\n".join(self._text.splitlines()[-30:])
                raise MachineError(f"The machine has not {what}. Its console ends with:\n{tail}")

    def wait_for_boot(self) -> Booted:
        """Wait until the machine has booted.

        :raises MachineError: when it ends, or does not boot in time.
        """
        self._wait_for(lambda: find_boot(self._text) is not None, "booted")
        booted = find_boot(self._text)
        assert booted is not None
        return booted

    def wait_for_restart(self) -> None:
        """Wait until the machine has shut down.

        :raises MachineError: when it ends in another way, or does not shut down in time.
        """
        self._wait_for(lambda: self._has_ended and has_restarted(self._text), "shut down")

    def panic(self) -> str | None:
        """Return the panic of the kernel, or the signal that ended qemu. It has ended."""
        if self._process is None or self._reader is None:
            return None
        self._reader.join()
        if panic := find_panic(self._text):
            return panic
        status = self._process.returncode
        # its end after an error elsewhere is the work of this program
        return f"qemu got {signal.Signals(-status).name}" if status < 0 and status != -signal.SIGKILL else None


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _copy(source: Path, target: Path) -> None:
    """Copy a disk, of which only what is in use takes room."""
    _run(["cp", "--sparse=always", str(source), str(target)])


def _run(command: list[str], *, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it prints.

    :raises MachineError: when it fails.
    """
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
    if done.returncode != 0:
        raise MachineError(f"{shlex.join(command)} has failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def require_tools() -> None:
    """Raise a MachineError where a program is missing."""
    missing = [tool for tool in ("qemu-system-x86_64", "debugfs", "ssh") if not shutil.which(tool)]
    if missing:
        raise MachineError(f"Missing: {', '.join(missing)}. Run make kernels, which installs them.")
