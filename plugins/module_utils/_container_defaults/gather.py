# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the container engines of a host, and read the files that say what they give to new containers."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lxc import COMMON, FOLDER
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
    PATHS,
    Configuration,
    Doubt,
    Entry,
    Place,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import (
    ADMIN,
    CRIO_CONF,
    ROOTFUL,
    USER,
    VENDOR,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import FileBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import is_of_this_run
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import rows_with
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files

_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin")
PROGRAMS: dict[str, tuple[str, ...]] = {
    "podman": tuple(f"{folder}/podman" for folder in _FOLDERS),
    "cri-o": tuple(f"{folder}/crio" for folder in _FOLDERS),
    "lxc": tuple(f"{folder}/lxc-start" for folder in _FOLDERS),
    "docker": (*(f"{folder}/dockerd" for folder in _FOLDERS), "/snap/bin/dockerd"),
    "containerd": tuple(f"{folder}/containerd" for folder in _FOLDERS),
    "k3s": tuple(f"{folder}/k3s" for folder in _FOLDERS),
    "k0s": tuple(f"{folder}/k0s" for folder in _FOLDERS),
    # Debian has it in libexec, others' packages in /opt
    "incus": (
        *(f"{folder}/incusd" for folder in _FOLDERS),
        *("/usr/libexec/incus/incusd", "/usr/lib/incus/incusd", "/opt/incus/bin/incusd"),
    ),
    "nspawn": tuple(f"{folder}/systemd-nspawn" for folder in _FOLDERS),
}
# Where an engine can be told to read other files than its own: by its environment, or by options of its unit.
_UNITS = ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_ENVIRONMENT = (
    *("/etc/environment", "/etc/profile", "/etc/profile.d/*", "/etc/environment.d/*.conf"),
    *("/root/.profile", "/root/.bash_profile", "/root/.bashrc"),
    *("/etc/systemd/system.conf", "/etc/systemd/system.conf.d/*.conf"),
    *(f"{folder}/podman*.service" for folder in _UNITS),
    *(f"{folder}/podman*.service.d/*.conf" for folder in _UNITS),
)
_OPTIONS_OF_CRIO = (
    *("/etc/sysconfig/crio", "/etc/default/crio", "/etc/systemd/system.conf", "/etc/systemd/system.conf.d/*.conf"),
    *(f"{folder}/crio.service" for folder in _UNITS),
    *(f"{folder}/crio.service.d/*.conf" for folder in _UNITS),
)
_ELSEWHERE: dict[Engine, tuple[tuple[str, ...], t.Pattern[bytes]]] = {
    "podman": (_ENVIRONMENT, re.compile(rb"(?m)^(?![ \t]*[#;]).*\bCONTAINERS_CONF(?:_OVERRIDE)?\b")),
    "cri-o": (
        _OPTIONS_OF_CRIO,
        re.compile(
            rb"(?m)^(?![ \t]*[#;]).*(?:\bCONTAINER_(?:CONFIG(?:_DIR)?|DEFAULT_SYSCTLS)\b|"
            rb"(?<![\w-])(?:--(?:config(?:-dir)?|default-sysctls)|-[cd])(?![\w-]))"
        ),
    ),
    "lxc": ((), re.compile(rb"(?!)")),
}
# What libcni reads as networks, and the lines of its plugin that sets sysctls.
_NETWORKS = tuple(f"/etc/cni/net.d/*.{suffix}" for suffix in ("conf", "conflist", "json"))
_TUNES = re.compile(rb'"type"\s*:\s*"tuning"')
_OF_NETWORK = re.compile(rb'"(net[./]ipv4[./]tcp_keepalive_(?:time|intvl|probes))"[ \t]*:[ \t]*"([^"\n]*)"')
_DEEPEST = 10
_MOST_BYTES = 4 << 20  # of an engine's files; TOML of this size is understood in ten seconds


def find_engines(files: Files) -> tuple[str, ...]:
    """Return the engines that are installed, by name; docker stands for the containerd that it brings, too.

    :raises FileError: where it cannot be known whether an engine is installed.
    """
    found = [engine for engine, paths in PROGRAMS.items() if any(map(files.exists_for_certain, paths))]
    return tuple(engine for engine in found if engine != "containerd" or "docker" not in found)


def has_own(files: Files, engine: Engine) -> bool:
    """Return whether there is a file of ours for an engine."""
    return files.read(PATHS[engine]).kind != "missing"


def read_configuration(files: Files, engine: Engine) -> Configuration:
    """Read the files that say what an engine gives to new containers."""
    found = {"podman": _podman, "cri-o": _crio, "lxc": _lxc}[engine](files, FileBudget(_MOST_BYTES))
    own = files.read(PATHS[engine])
    if own.kind != "missing" and all(file.path != own.path for file in found):  # there was too much before it
        found.append(own)
    patterns, elsewhere = _ELSEWHERE[engine]
    doubts = []
    for file in (one for pattern in patterns for one in files.matching(pattern)):
        match = elsewhere.search(file.text)
        if match:
            place = Place(file.path, file.text.count(b"\n", 0, match.start()) + 1)
            message = f"{place} may let {engine} read other files, or give it options that take precedence."
            doubts.append(Doubt("other_files", message, place))
    of_networks = tuple(_of_networks(files)) if engine == "cri-o" else ()
    return Configuration(engine, tuple(found), tuple(doubts), of_networks)


def _of_networks(files: Files) -> t.Iterator[Entry]:
    """Yield what networks of CNI set in each of their containers."""
    for file in (one for pattern in _NETWORKS for one in files.matching(pattern)):
        for number, row in rows_with(_OF_NETWORK, file.text) if _TUNES.search(file.text) else ():
            for name, value in _OF_NETWORK.findall(row):
                dotted = name.decode().replace("/", ".")
                yield Entry(dotted, value.decode("utf-8", "surrogateescape"), Place(file.path, number))


def _single(files: Files, budget: FileBudget, *paths: str) -> t.Iterator[SysctlFile]:
    for path in paths:
        if budget.refusal:
            yield SysctlFile(path, path, kind="unreadable", reason=budget.refusal)
            continue
        file = files.read(path)
        budget.spend(file)
        if file.kind != "missing" or file.is_link:
            yield file


def _podman(files: Files, budget: FileBudget) -> list[SysctlFile]:
    folders = [f"{path}.d" for path in (VENDOR, ROOTFUL[0], ADMIN, ROOTFUL[1], USER)]
    single = [*_single(files, budget, VENDOR, ADMIN, USER)]
    return [*single, *(file for folder in folders for file in files.read_folder(folder, budget=budget, suffix=".conf"))]


def _crio(files: Files, budget: FileBudget) -> list[SysctlFile]:
    return [*_single(files, budget, CRIO_CONF), *_below(files, budget, f"{CRIO_CONF}.d", _DEEPEST)]


def _below(files: Files, budget: FileBudget, folder: str, depth: int) -> t.Iterator[SysctlFile]:
    """Yield the files of a folder and of the folders in it; a link to a folder is taken for a file.

    CRI-O reads hidden files, too, so also what a run that was killed has left. What this run will remove is left out.
    """
    for file in files.read_folder(folder, budget=budget, suffix=""):
        if file.kind == "directory" and not file.is_link and depth:
            yield from _below(files, budget, file.path, depth - 1)
        elif not is_of_this_run(posixpath.basename(file.path)):
            yield file


def left_in_crio(files: Files) -> list[str]:
    """Return the hidden files of this run that CRI-O reads, once all that can be removed are."""
    found = files.read_folder(posixpath.dirname(PATHS["cri-o"]), suffix="")
    return [file.path for file in found if is_of_this_run(posixpath.basename(file.path))]


def _lxc(files: Files, budget: FileBudget) -> list[SysctlFile]:
    # shorter names are no files of it: do_includedir() of LXC
    drop_ins = [
        file for file in files.read_folder(FOLDER, budget=budget, suffix=".conf") if file.path != f"{FOLDER}/.conf"
    ]
    others = [path for path in files.paths("/usr/share/lxc/config/*.conf") if path != COMMON]
    return [*_single(files, budget, COMMON, *others, "/etc/lxc/default.conf"), *drop_ins]
