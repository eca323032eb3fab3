# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a host, and plan the change that it needs, without touching it."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import detect_loader
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import plan
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import depends_on_version
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import loaders_called

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import Host
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile


def take_snapshot(
    host: Host, *, path: str | None = None, loader: Loader | t.Literal["auto"] | None = "auto"
) -> Snapshot:
    """Read a host. ``loader`` is the one to predict for; ``auto`` finds out which one its boot uses.

    With a ``path`` that file is read as the one that is to keep the values. A kernel's values belong to
    the running system; they are left out for any other one.
    """
    files = host.files
    runs = files.is_running_system
    init = host.init_system()
    if loader == "auto":
        loader = detect_loader(init)
    candidates, tree = host.writers(init, files.read_tree())
    # where no boot applies the files, they are judged as procps would apply them
    loaders = loaders_called(candidates) | {loader or "procps"} if loader or candidates else set()
    return Snapshot(
        runs=runs,
        runtime=host.values() if runs else Values(),
        runtime_writable=runs and init.proc_sys_writable,
        loader=loader,
        tree=tree,
        hz=host.hz(),
        file=None if path is None else files.read(path),
        versions={one: host.version_of(one) for one in sorted(loaders) if depends_on_version(tree, one)},
        command_line=host.command_line() if runs else b"",
        candidates=tuple(candidates),
        unit_changes=init.unit_changes,
    )


def preview(host: Host, want: DesiredState) -> Change:
    """Read a host and compute the change that brings it to a desired state, without touching it.

    :raises InvalidPathError: when the persistence file cannot be edited.
    :raises KeepaliveError: see :func:`plan`.
    """
    have = take_snapshot(host, path=want.path)
    file = t.cast("SysctlFile", have.file)
    has_nothing = file.kind == "missing" or file.target == "/dev/null"
    if want.persistent and not want.is_empty and (want.values.named() or not has_nothing):
        host.files.require_editable(file)
    return plan(have, want)
