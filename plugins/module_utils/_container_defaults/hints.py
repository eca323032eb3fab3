# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say what a file cannot do: engines without defaults, and when the defaults of the others count."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import (
        DesiredDefaults,
        EngineChange,
    )


class Caution(t.NamedTuple):
    """What there is to say of an engine."""

    code: str
    engine: str
    message: str


def cautions(
    installed: t.Collection[str],
    changes: t.Sequence[EngineChange],
    want: DesiredDefaults,
    engines: t.Collection[str] | None,
) -> t.Iterator[Caution]:
    """Yield what to say of the engines that are installed, and of those that were changed.

    ``engines`` are the ones that concern, None all.
    """
    named = {sysctl_name(key): value for key, value in want.named().items()}
    for engine in installed if engines is None else ():
        if engine not in PATHS and named:
            yield Caution("has_no_defaults", engine, _without_defaults(engine, named))
    if engines is None and not installed and not want.absent:
        message = "None of the engines that this module knows is installed, so there is nothing to set."
        yield Caution("no_engine", "", message)
    for change in changes:
        if change.engine == "cri-o" and change.new != change.old:
            message = "CRI-O reads its files when it starts. Restart it: systemctl restart crio."
            yield Caution("restart_needed", "cri-o", message)


def _without_defaults(engine: str, named: t.Mapping[str, int]) -> str:
    """Return what to do for an engine that has no file of defaults for sysctls."""
    options = " ".join(f"--sysctl {name}={value}" for name, value in named.items())
    lines = "".join(f"\n      {name}: {value}" for name, value in named.items())
    keys = " ".join(f"linux.sysctl.{name}={value}" for name, value in named.items())
    in_pods = "in the securityContext of a pod, or for all of a network by CNI's plugin tuning."
    what_to_do = {
        "docker": f"Give them to each container: docker run {options}, or in a compose file:\n    sysctls:{lines}",
        "containerd": f"Set them where containers are made, with nerdctl run {options} or {in_pods}",
        "incus": f"Give them to a profile, and restart its containers: incus profile set default {keys}",
        "nspawn": "Set them in the container itself, such as by linux.tcp.keepalive with root: /var/lib/machines/NAME.",
    }
    done = what_to_do.get(engine, f"Set them {in_pods}")
    return f"{engine} has no defaults for sysctls, so new containers get the kernel's values. {done}"
