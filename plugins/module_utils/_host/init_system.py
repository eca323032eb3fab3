# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out how a system boots: its init system, the loader of sysctl files that it runs, and that loader's release.

sd_booted(3), systemd-sysctl.service(8), systemd.unit(5).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import FileBudget, too_much
from ansible_collections.linux.tcp.plugins.module_utils._host.wsl import WSL, next_start_differs
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.kernel_cmdline import masks
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mount
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

    Role = t.Literal["init", "entry_point", "unknown"]

# Programs that, as process 1, run a distribution's init scripts. A container's process 1 is
# usually none of them.
_INITS = frozenset(["init", "runit", "runit-init", "openrc-init", "procd"])
INIT = "/sbin/init"  # init/main.c of the kernel: what process 1 is, unless the command line names another program
# What an init executes in its place: runit-init(8), and the init of OpenWrt's procd.
_SUCCESSORS = {"runit-init": "runit", "init": "procd"}
# Where images without that program have their init: NixOS, Guix System, initramfs, and what the kernel tries next.
_OTHER_INITS = ("/nix/var/nix/profiles/system", "/var/guix/profiles/system", "/init", "/etc/init", "/bin/init")
# What podman and systemd (its container interface) leave in a container. What docker leaves counts only on a root file
# system of its storage drivers, because it stays in images of virtual machines that are made of docker's.
CONTAINER_MARKS = ("/run/.containerenv", "/run/systemd/container")
DOCKER_MARK = "/.dockerenv"
_LAYERED = ("overlay", "aufs", "fuse.fuse-overlayfs")
# How the other drivers name the folder (vfs, btrfs), the data set (zfs) or the device of a container.
_OF_DRIVER = re.compile(r"/docker/|/io\.containerd\.snapshotter\.|[/-][0-9a-f]{64}\Z")
# Of a program that was replaced while it runs.
_REPLACED = re.compile(r"(\.dpkg-\w+|;[0-9a-f]{8})? \(deleted\)\Z")

# What tells the releases of the loaders without running them, so that a system below a root can
# be asked, too: the name of a library, and a text within a program.
_SYSTEMD_RELEASE = re.compile(r"libsystemd-shared-(\d+).*\.so\Z")
SYSCTL_PROGRAMS = ("/usr/sbin/sysctl", "/sbin/sysctl", "/usr/bin/sysctl", "/bin/sysctl")
_PROCPS_RELEASE = re.compile(rb"procps-ng (\d+(?:\.\d+)+)")
_BUSYBOX = b"BusyBox v"  # of its banner

SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
SD_BOOTED = "/run/systemd/system"  # sd_booted(3)
# systemd.unit(5): the unit and its drop-ins, by priority, also the drop-ins of all services. Packages have the unit in
# the last two folders, so there it only counts whether it is masked.
_OWN_UNITS = tuple(f"{folder}/systemd/system/systemd-sysctl.service" for folder in ("/etc", "/usr/local/lib"))
UNITS = (*_OWN_UNITS, *(f"{folder}/systemd/system/systemd-sysctl.service" for folder in ("/usr/lib", "/lib")))
DROP_IN_FOLDERS = tuple(
    f"{folder}/systemd/system/{name}.d"
    for names in (("systemd-sysctl.service", "systemd-.service"), ("service",))
    for folder in ("/etc", "/usr/local/lib", "/usr/lib")
    for name in names
)
# What decides whether the service runs, and systemd.exec(5): what it may read and set. An empty value of these, and a
# value that is a default, changes nothing.
_UNIT_CHANGE = re.compile(
    rb"[ \t]*(?:Condition|Assert|Exec(?!Paths)|\w*Credential|CapabilityBoundingSet"
    rb"|(?:Requires|Requisite|BindsTo|User|DynamicUser|SystemCallFilter|RestrictFileSystems|SecureBits"
    rb"|Private(?:Network|Users|PIDs)|NetworkNamespacePath|ProtectKernelTunables|ProtectProc|ProcSubset"
    rb"|(?:ReadOnly|Inaccessible|Exec|NoExec|Bind|BindReadOnly)Paths|TemporaryFileSystem|Root(?:Directory|Image)"
    rb"|(?:Mount|Extension)Images|ExtensionDirectories|SELinuxContext|AppArmorProfile|SmackProcessLabel)"
    rb"[ \t]*=(?![ \t]*(?:(?i:no?|off|f|false|0|root|default|all)[ \t]*)?\r?\Z))"
)
# Folders of the scripts that are run at boot: by sysvinit and runit, and by OpenRC, which an init of another
# package may start. Debian keeps the links of the former up to date where only OpenRC's are used.
RC_FOLDERS = ("/etc/rcS.d", "/etc/rc2.d", "/etc/rc.d/rcS.d")
OPENRC = "/sbin/openrc"
_OPENRC_FOLDERS = ("/etc/runlevels/sysinit", "/etc/runlevels/boot", "/etc/runlevels/default")
# Of Void's runit; of OpenWrt, whose script is S11sysctl; and of Slackware, whose script does other things, too.
_FURTHER_FOLDERS = ("/etc/runit/core-services", "/etc/rc.d")
_BOOT_SCRIPT_NAME = re.compile(r"(S\d\d|\d\d-)?(procps|sysctl)(\.sh)?\Z|rc\.S\Z", re.ASCII)
_MOST_BYTES_OF_SCRIPTS = 1 << 20  # of all: a system has one or two
_BUSYBOX_SCRIPTS = ("/etc/inittab", "/etc/init.d/rcS")


@dataclasses.dataclass(frozen=True)
class Process1:
    """What a running system shows of its first process.

    ``name`` is that of the process, ``program`` the file that it runs, ``container`` the variable of this name in its
    environment; each is empty where it is hidden from the caller.
    """

    name: str = ""
    program: str = ""
    container: str = ""


@dataclasses.dataclass(frozen=True)
class InitSystem:
    """What tells how a system boots.

    ``process_1`` is the name of the first process, or of the program behind /sbin/init where no
    system runs (``runs`` is false: another ``root``, or a chroot); ``role`` says whether this is an
    init, or the entry point of a container, which starts no script; ``booted_with_systemd`` is
    sd_booted(3); ``runs_openrc`` says that OpenRC runs the init scripts; ``has_systemd_sysctl`` says
    that the program is there and its unit is not masked, ``is_masked`` that the unit is; ``scripts``
    are the texts of the init scripts for sysctl that the boot runs; ``is_busybox`` says that the init
    is BusyBox's; ``has_busybox_sysctl`` says that the scripts call BusyBox's, which has no
    ``--system`` (options "neAapwq" of its procps/sysctl.c), and is False where systemd booted;
    ``proc_sys_writable`` says that the boot will be able to write (systemd-sysctl.service has
    ConditionPathIsReadWrite=/proc/sys/net/); ``unit_changes`` are the places, path and line, that
    give that unit other conditions, commands, credentials or rights than it comes with; ``next_start`` says
    in words why the next boot may start another init, and is empty where nothing says so.
    """

    process_1: str = ""
    booted_with_systemd: bool = False
    runs_openrc: bool = False
    has_systemd_sysctl: bool = False
    scripts: tuple[bytes, ...] = ()
    has_busybox_sysctl: bool = False
    proc_sys_writable: bool = True
    unit_changes: tuple[tuple[str, int], ...] = ()
    runs: bool = True
    in_chroot: bool = False
    in_container: bool = False
    role: Role = "init"
    is_masked: bool = False
    is_busybox: bool = False
    next_start: str = ""

    @property
    def runs_scripts(self) -> bool:
        """Whether process 1 is one that runs a distribution's init scripts."""
        return self.process_1 in _INITS and self.role == "init"

    @property
    def searched(self) -> str:
        """What was looked for, in words, to find the loader, where it is unknown."""
        if self.next_start:
            return self.next_start
        if self.booted_with_systemd:
            return f"the boot is systemd's, and {' or '.join(SYSTEMD_SYSCTL)} is not there, nor one beside process 1"
        if self.runs_scripts:
            folders = ", ".join(_OPENRC_FOLDERS if self.runs_openrc else (*RC_FOLDERS, *_FURTHER_FOLDERS))
            return f"no script for sysctl in {folders} applies files in a way that is known here"
        return f"process 1 ({printable(self.process_1) or 'hidden'}) is no init that is known here"


def detect_loader(init: InitSystem) -> BootLoader | None:
    """Return the loader that a system's boot uses, None where nothing will apply files."""
    if not init.proc_sys_writable:
        return None
    if init.next_start:
        return "unknown"
    if init.has_systemd_sysctl and init.booted_with_systemd:
        return "systemd-sysctl"
    if init.role == "entry_point" or (init.booted_with_systemd and init.is_masked):
        return None
    if init.booted_with_systemd or not init.runs_scripts:
        return "unknown"
    if init.scripts:
        from ansible_collections.linux.tcp.plugins.module_utils._host.boot_scripts import (  # noqa: PLC0415 -- most hosts boot with systemd
            loader_of,
        )

        return loader_of(init.scripts, is_busybox=init.has_busybox_sysctl)
    # OpenRC starts what its runlevels name, and BusyBox's init what its own scripts do; both have been searched
    return None if init.is_busybox or init.runs_openrc else "unknown"


def read_init_system(
    files: Files,
    process: Process1 | None,
    *,
    proc_sys_writable: bool = True,
    root: Mount | None = None,
    command_line: bytes = b"",
    in_chroot: bool = False,
) -> InitSystem:
    """Read how a system boots.

    ``process``, ``proc_sys_writable``, ``root``, the mount of the root folder, and ``command_line`` are the running
    kernel's. Without a ``process`` the system does not run.
    """
    in_container = process is not None and is_container(files, process, root)
    if process is None:
        process_1 = _program_of_image(files)
        init = files.known(INIT)
        has_init = init.kind != "missing" or init.is_link
        booted_with_systemd = process_1 == "systemd" or not has_init
        role: Role = "init" if has_init or any(map(files.exists, _OTHER_INITS)) else "entry_point"
    else:
        process_1 = process.name
        is_entry_point = in_container and process_1 not in ("", "systemd")  # it may see the /run of its host
        booted_with_systemd = files.isdir(SD_BOOTED) and not is_entry_point
        role = "init" if booted_with_systemd else _role(files, process, in_container=in_container)
    masked = booted_with_systemd and (_is_masked(files) or masks(command_line, "systemd-sysctl"))
    runs_openrc = process_1 == "openrc-init" or (process_1 == "init" and files.known(OPENRC).kind == "file")
    is_busybox = not booted_with_systemd and role == "init" and process_1 == "init" and _has_busybox(files, (INIT,))
    return InitSystem(
        process_1=process_1,
        booted_with_systemd=booted_with_systemd,
        runs_openrc=runs_openrc and not booted_with_systemd,
        has_systemd_sysctl=not masked and _has_systemd_sysctl(files, process if booted_with_systemd else None),
        scripts=() if booted_with_systemd else _boot_scripts(files, is_busybox=is_busybox, runs_openrc=runs_openrc),
        has_busybox_sysctl=not booted_with_systemd and _has_busybox(files, SYSCTL_PROGRAMS),
        proc_sys_writable=proc_sys_writable,
        unit_changes=tuple(_unit_changes(files)) if booted_with_systemd else (),
        runs=process is not None,
        in_chroot=in_chroot,
        in_container=in_container,
        role=role,
        is_masked=masked,
        is_busybox=is_busybox,
        next_start=next_start_differs(files, runs=process is not None, has_systemd=booted_with_systemd),
    )


def is_container(files: Files, process: Process1, root: Mount | None) -> bool:
    """Return whether a running system is a container. ``root`` is the mount of its root folder."""
    return bool(process.container) or bool(container_marks(files, root))


def container_marks(files: Files, root: Mount | None) -> list[str]:
    """Return the marks of a container that a system has, whose root folder is on this mount."""
    may_be_dockers = root is not None and (
        root.kind in _LAYERED or any(map(_OF_DRIVER.search, (root.root, root.source)))
    )
    return list(filter(files.exists, (*CONTAINER_MARKS, *([DOCKER_MARK] if may_be_dockers else []))))


def _program_of_image(files: Files) -> str:
    program = posixpath.basename(files.resolve(INIT))
    return "init" if program == "busybox" else program  # BusyBox is what its link is called


def _role(files: Files, process: Process1, *, in_container: bool) -> Role:
    """Return what process 1 is: the init that /sbin/init leads to, or what replaces it; or something else."""
    init = ""
    with contextlib.suppress(FileError):  # a loop of links
        init = files.resolve(INIT)
    name = posixpath.basename(init)
    program = _REPLACED.sub("", process.program)
    names = {name, _SUCCESSORS.get(name, name)}
    if program:
        is_init = program == init or posixpath.basename(program) in names - {name}
    else:  # the kernel names it by the link that it starts
        is_init = process.name in names or (process.name == "init" and name != "systemd")
    if is_init and init and files.exists(init):
        return "init"
    return "entry_point" if in_container or files.isdir(WSL) else "unknown"


def _is_masked(files: Files) -> bool:
    """Whether the first unit that is there is empty, or a link to /dev/null: systemd.unit(5)."""
    unit = next((one for one in map(files.known, UNITS) if one.kind != "missing"), None)
    return unit is not None and unit.kind == "file" and not unit.text


def _has_systemd_sysctl(files: Files, process: Process1 | None) -> bool:
    if any(map(files.exists, SYSTEMD_SYSCTL)):
        return True
    # NixOS has systemd's programs in a folder of the store
    folder = posixpath.dirname(process.program) if process else ""
    return bool(folder) and files.exists(f"{folder}/systemd-sysctl")


def _unit_changes(files: Files) -> t.Iterator[tuple[str, int]]:
    units = [file for pattern in _OWN_UNITS for file in files.matching(pattern)]
    drop_ins: dict[str, SysctlFile] = {}  # of those with one name the first counts
    for folder in DROP_IN_FOLDERS:
        for file in files.matching(f"{folder}/*.conf"):
            drop_ins.setdefault(posixpath.basename(file.path), file)
    for file in (*units[:1], *drop_ins.values()):
        rows = file.text.split(b"\n")
        yield from ((file.path, number) for number, row in enumerate(rows, start=1) if _UNIT_CHANGE.match(row))


def _boot_scripts(files: Files, *, is_busybox: bool, runs_openrc: bool) -> tuple[bytes, ...]:
    """Return the scripts for sysctl that the boot runs, from further folders where the usual ones have none."""
    found = tuple(_scripts_in(files, _OPENRC_FOLDERS if runs_openrc else RC_FOLDERS))
    if found or runs_openrc:
        return found
    found = tuple(_scripts_in(files, _FURTHER_FOLDERS))
    if is_busybox:
        found += tuple(_scripts_in(files, ("/etc/init.d",), starts=True))
        scripts = map(files.known, _BUSYBOX_SCRIPTS)
        found += tuple(one.text for one in scripts if one.kind == "unreadable" or b"sysctl" in one.text)
    return found


def _scripts_in(files: Files, folders: t.Iterable[str], *, starts: bool = False) -> t.Iterator[bytes]:
    """Yield the scripts for sysctl in some folders; with ``starts`` those whose name says that they are started.

    :raises FileError: where there is more than can be looked at.
    """
    budget = FileBudget(_MOST_BYTES_OF_SCRIPTS)
    for folder in folders:
        for name in files.names(folder):
            if _BOOT_SCRIPT_NAME.match(name) and (name.startswith("S") or not starts):
                if budget.refusal:
                    raise too_much(f"{folder}/{name}", budget.refusal)
                file = files.known(f"{folder}/{name}")
                budget.spend(file)
                yield file.text


def _has_busybox(files: Files, programs: t.Iterable[str]) -> bool:
    """Whether the first of these programs that is there is BusyBox: a link to it, a hard link or a copy."""
    found = next((file for file in map(files.known, programs) if file.kind == "file"), None)
    return found is not None and _BUSYBOX in found.text


def read_version(files: Files, loader: Loader) -> Version | None:
    """Return the release of the loader that is installed, None where it cannot be told."""
    if loader == "procps":
        texts = (files.text(path) for path in SYSCTL_PROGRAMS)
        release = next(filter(None, map(_PROCPS_RELEASE.search, texts)), None)
        return tuple(map(int, release[1].split(b"."))) if release else None
    libraries = [f"/usr/lib/{name}" for name in files.names("/usr/lib") if "-linux-" in name]
    folders = [f"{library}/systemd" for library in ("/usr/lib", "/usr/lib64", "/lib", *libraries)]
    found = [_SYSTEMD_RELEASE.match(name) for folder in folders for name in files.names(folder)]
    return max(((int(release[1]),) for release in found if release), default=None)
