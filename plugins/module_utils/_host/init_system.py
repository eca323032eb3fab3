# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out how a system boots: its init system, the loader of sysctl files that it runs, and that loader's release.

sd_booted(3), systemd-sysctl.service(8), systemd.unit(5).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version

# Programs that, as process 1, run a distribution's init scripts. A container's process 1 is
# usually none of them.
_INITS = frozenset(["init", "runit", "runit-init", "openrc-init"])
_PROGRAM = re.compile(rb"\bsysctl\b|\$\{?(\w+)")
_SYSTEM = re.compile(rb"\s--system\b")
_PROGRAM_VARIABLE = re.compile(rb"^[ \t]*(\w+)=\S*\bsysctl\b", re.MULTILINE)

# What tells the releases of the loaders without running them, so that a system below a root can
# be asked, too: the name of a library, and a text within a program.
_SYSTEMD_RELEASE = re.compile(r"libsystemd-shared-(\d+).*\.so\Z")
SYSCTL_PROGRAMS = ("/usr/sbin/sysctl", "/sbin/sysctl", "/usr/bin/sysctl", "/bin/sysctl")
_PROCPS_RELEASE = re.compile(rb"procps-ng (\d+(?:\.\d+)+)")
_BUSYBOX = b"BusyBox v"  # of its banner

SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
SD_BOOTED = "/run/systemd/system"  # sd_booted(3)
UNIT = "/etc/systemd/system/systemd-sysctl.service"
DROP_IN_FOLDERS = tuple(
    f"{folder}/systemd/system/systemd-sysctl.service.d" for folder in ("/etc", "/usr/local/lib", "/usr/lib")
)
_UNIT_CHANGE = re.compile(rb"[ \t]*(Condition|Assert|Exec|\w*Credential)")
# Folders of the scripts that are run at boot: by sysvinit and runit, and by OpenRC, which an init of another
# package may start. Debian keeps the links of the former up to date where only OpenRC's are used.
RC_FOLDERS = ("/etc/rcS.d", "/etc/rc2.d", "/etc/rc.d/rcS.d")
OPENRC = "/sbin/openrc"
_OPENRC_FOLDERS = ("/etc/runlevels/sysinit", "/etc/runlevels/boot", "/etc/runlevels/default")
_BOOT_SCRIPT_NAME = re.compile(r"(S\d\d)?(procps|sysctl)(\.sh)?\Z")


@dataclasses.dataclass(frozen=True)
class InitSystem:
    """What tells how a system boots.

    ``process_1`` is the name of the first process, or of the program behind /sbin/init where no
    system runs (``root``); ``booted_with_systemd`` is sd_booted(3); ``runs_openrc`` says that OpenRC
    runs the init scripts; ``has_systemd_sysctl`` says that the program is there and its unit is not
    masked; ``scripts`` are the texts of the init scripts for sysctl that the boot runs;
    ``has_busybox_sysctl`` says that they call BusyBox's, which has no ``--system`` (options "neAapwq"
    of its procps/sysctl.c), and is False where systemd booted; ``proc_sys_writable`` says that the
    boot will be able to write (systemd-sysctl.service has ConditionPathIsReadWrite=/proc/sys/net/);
    ``unit_changes`` are the places, path and line, that give that unit other conditions, commands or
    credentials than it comes with.
    """

    process_1: str = ""
    booted_with_systemd: bool = False
    runs_openrc: bool = False
    has_systemd_sysctl: bool = False
    scripts: tuple[bytes, ...] = ()
    has_busybox_sysctl: bool = False
    proc_sys_writable: bool = True
    unit_changes: tuple[tuple[str, int], ...] = ()

    @property
    def runs_scripts(self) -> bool:
        """Whether process 1 is one that runs a distribution's init scripts."""
        return self.process_1 in _INITS


def detect_loader(init: InitSystem) -> Loader | None:
    """Return the loader that a system's boot uses, None where nothing will apply files."""
    if not init.proc_sys_writable:
        return None
    if init.booted_with_systemd:
        return "systemd-sysctl" if init.has_systemd_sysctl else None
    if init.runs_scripts and not init.has_busybox_sysctl and any(map(_applies_files, init.scripts)):
        return "procps"
    return None


def _applies_files(script: bytes) -> bool:
    """Whether an init script calls ``sysctl --system``, as Debian's does by ``$DAEMON``.

    Each command is looked at once from its first program on: a script may have any number of names in a line.
    """
    variables = {b"sysctl", *_PROGRAM_VARIABLE.findall(script)}
    for line in script.split(b"\n"):
        command = line.partition(b"#")[0]
        programs = (found for found in _PROGRAM.finditer(command) if found[1] is None or found[1] in variables)
        program = next(programs, None)
        if program and _SYSTEM.search(command, program.end()):
            return True
    return False


def read_init_system(files: Files, *, process_1: str, proc_sys_writable: bool) -> InitSystem:
    """Read how a system boots.

    ``process_1`` and ``proc_sys_writable`` are the running kernel's; they do not count for a
    system that does not run.
    """
    if files.is_running_system:
        booted_with_systemd = files.isdir(SD_BOOTED)
    else:
        program = posixpath.basename(files.resolve("/sbin/init"))
        process_1 = "init" if program == "busybox" else program  # BusyBox is what its link is called
        booted_with_systemd = process_1 == "systemd" or not files.exists("/sbin/init")
        proc_sys_writable = True
    unit = files.read(UNIT)
    masked = unit.kind == "file" and not unit.text  # systemd.unit(5): empty, or a link to /dev/null
    runs_openrc = process_1 == "openrc-init" or (process_1 == "init" and files.read(OPENRC).kind == "file")
    script_folders = _OPENRC_FOLDERS if runs_openrc else RC_FOLDERS
    return InitSystem(
        process_1=process_1,
        booted_with_systemd=booted_with_systemd,
        runs_openrc=runs_openrc and not booted_with_systemd,
        has_systemd_sysctl=any(map(files.exists, SYSTEMD_SYSCTL)) and not masked,
        scripts=() if booted_with_systemd else tuple(_boot_scripts(files, script_folders)),
        has_busybox_sysctl=not booted_with_systemd and _has_busybox_sysctl(files),
        proc_sys_writable=proc_sys_writable,
        unit_changes=tuple(_unit_changes(files)) if booted_with_systemd else (),
    )


def _unit_changes(files: Files) -> t.Iterator[tuple[str, int]]:
    for pattern in (UNIT, *(f"{folder}/*.conf" for folder in DROP_IN_FOLDERS)):
        for file in files.matching(pattern):
            rows = file.text.split(b"\n")
            yield from ((file.path, number) for number, row in enumerate(rows, start=1) if _UNIT_CHANGE.match(row))


def _boot_scripts(files: Files, folders: t.Iterable[str]) -> t.Iterator[bytes]:
    for folder in folders:
        for name in files.names(folder):
            if _BOOT_SCRIPT_NAME.match(name):
                yield files.read(f"{folder}/{name}").text


def _has_busybox_sysctl(files: Files) -> bool:
    """Whether the first ``sysctl`` found is BusyBox's: a link to it, a hard link or a copy."""
    found = next((file for file in map(files.read, SYSCTL_PROGRAMS) if file.kind == "file"), None)
    return found is not None and _BUSYBOX in found.text


def read_version(files: Files, loader: Loader) -> Version | None:
    """Return the release of the loader that is installed, None where it cannot be told."""
    if loader == "procps":
        texts = (files.read(path).text for path in SYSCTL_PROGRAMS)
        release = next(filter(None, map(_PROCPS_RELEASE.search, texts)), None)
        return tuple(map(int, release[1].split(b"."))) if release else None
    libraries = [f"/usr/lib/{name}" for name in files.names("/usr/lib") if "-linux-" in name]
    folders = [f"{library}/systemd" for library in ("/usr/lib", "/usr/lib64", "/lib", *libraries)]
    found = [_SYSTEMD_RELEASE.match(name) for folder in folders for name in files.names(folder)]
    return max(((int(release[1]),) for release in found if release), default=None)
