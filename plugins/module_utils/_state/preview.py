# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a host, and plan the change that it needs, without touching it."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.chroot import refusal
from ansible_collections.linux.tcp.plugins.module_utils._host.dracut import read_initramfs
from ansible_collections.linux.tcp.plugins.module_utils._host.editable import require_editable
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import detect_loader
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import plan
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.volatile import find_lost
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import depends_on_version
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import rules_of, statements
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree, marked
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import loaders_called

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import Host
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import LostPlace, SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate


def take_snapshot(
    host: Host, *, path: str | None = None, loader: BootLoader | t.Literal["auto"] | None = "auto"
) -> Snapshot:
    """Read a host. ``loader`` is the one to predict for; ``auto`` finds out which one its boot uses.

    With a ``path`` that file is read as the one that is to keep the values. A kernel's values belong to
    the running system; they are left out for any other one.
    """
    files = host.files
    init = host.init_system()
    command_line = host.command_line() if init.runs else b""
    if loader == "auto":
        loader = detect_loader(init)
    candidates, tree, unseen = host.writers(init, files.read_tree())
    file = None if path is None else files.read(path)
    lost: tuple[LostPlace, ...] = ()
    if init.runs:
        read = (*tree.files, *([file] if file else []))
        lost = find_lost(files, host.mounts(), read, in_container=init.in_container)
    tree = tree.marked(lost)
    of_kernels = host.kernel_files() if loader == "systemd-sysctl" else []
    return Snapshot(
        runs=init.runs,
        runtime=host.values() if init.runs else Values(),
        runtime_writable=init.runs and init.proc_sys_writable,
        loader=loader,
        tree=tree,
        hz=host.hz(),
        file=file and marked(file, lost),
        versions=_versions(host, loader, candidates, (*tree.files, *of_kernels)),
        command_line=command_line,
        candidates=tuple(candidates),
        unseen=unseen,
        unit_changes=init.unit_changes,
        searched=init.searched if loader == "unknown" else "",
        lost=lost,
        of_kernels=tuple(of_kernels),
        in_chroot=init.in_chroot,
        in_container=init.in_container,
        initramfs=read_initramfs(files) if init.booted_with_systemd and not init.in_container else None,
    )


def _versions(
    host: Host, loader: BootLoader | None, candidates: t.Collection[Candidate], files: tuple[SysctlFile, ...]
) -> dict[Loader, Version | None]:
    """Return the releases of what applies some files, as far as these make a difference."""
    known = None if loader == "unknown" else loader
    # where no boot applies the files, they are judged as procps would apply them
    loaders = loaders_called(candidates) | {known or "procps"} if loader or candidates else set()
    return {one: host.version_of(one) for one in sorted(loaders) if depends_on_version(Tree(files), one)}


def initramfs_warnings(host: Host, texts: t.Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return a warning where sysctl files, each with its text before and after, lose keys that an initramfs has.

    The host is changed already, so it is no error where this cannot be known.
    """
    removed = {key for before, after in texts for key in _keys_in(before) - _keys_in(after)}
    if not removed:
        return []
    try:
        have = take_snapshot(host)
    except KeepaliveError as exc:
        what = f"It is not known whether this host boots with an initramfs that has the keys: {exc}"
        return [f"{what} If dracut builds it, rebuild it: dracut --force."]
    return [one.finding.message for one in have.copied if one.keys & removed]


def _keys_in(text: bytes) -> set[Key]:
    return {key for one in statements(text, rules_of("systemd-sysctl")) for key in KEYS if one.concerns(key)}


def preview(host: Host, want: DesiredState) -> Change:
    """Read a host and compute the change that brings it to a desired state, without touching it.

    :raises InvalidPathError: when the persistence file cannot be edited.
    :raises KernelError: in a chroot, whose kernel is the one of the machine around it.
    :raises KeepaliveError: see :func:`plan`.
    """
    have = take_snapshot(host, path=want.path)
    if have.in_chroot and want.runtime and not want.is_empty:
        raise refusal("set the running kernel", "Give runtime: false to write only the file.")
    file = t.cast("SysctlFile", have.file)
    has_nothing = file.kind == "missing" or file.target == "/dev/null"
    if want.persistent and not want.is_empty and (want.values.named() or not has_nothing):
        require_editable(host.files, file)
    change = plan(have, want)
    # a line that is brought back may be the first one that releases read differently
    versions = _versions(host, have.loader, have.candidates, (*change.after.tree.files, *have.of_kernels))
    if versions.keys() <= have.versions.keys():
        return change
    return plan(dataclasses.replace(have, versions={**versions, **have.versions}), want)
