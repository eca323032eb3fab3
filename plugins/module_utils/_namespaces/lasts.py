# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out what sets the values of a network namespace when it is made anew, as far as that can be known.

Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_formats import is_made_by_engine
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Origin
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CONTAINER_SETTINGS,
    HOST_BOOT,
    KERNEL_DEFAULTS,
    SET_WHILE_RUNNING,
    UNIT_COMMANDS,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS as DEFAULTS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Remembered

_READ_AT_EACH_START = ("cri-o", "lxc")


def origin_of(one: Namespace, remembered: Remembered | None, unit_file: str | None) -> Origin:
    """Return what sets a namespace when it is made anew.

    ``remembered`` is what this collection wrote there, ``unit_file`` a file of its units that names the keys.
    """
    if one.is_host:
        return Origin(HOST_BOOT)
    if unit_file:
        return Origin(UNIT_COMMANDS, path=unit_file)
    before = remembered.before if remembered and remembered.explains(one.values) else None
    of_containers = _of_containers(one, before or one.values)
    if of_containers:
        return of_containers
    return origin_once_set(one, before) if before else Origin()


def origin_once_set(one: Namespace, before: Values) -> Origin:
    """Return what sets a namespace of which no more is known than that this collection set it, and the values before.

    LXC and CRI-O read their defaults when they make it anew, so what it had before tells nothing of that.
    """
    if any(container.engine in _READ_AT_EACH_START for container in one.containers):
        return Origin()
    return Origin(SET_WHILE_RUNNING, before)


def _of_containers(one: Namespace, made: Values) -> Origin | None:
    """Return what the settings of all containers in a namespace set; None where they do not tell.

    They tell where they are known for each container, no program in one may set the values, and the namespace is made
    for them. ``made`` are the values that it had before this collection set it.
    """
    settings = [container.settings for container in one.containers]
    known = [found for found in settings if found and not found.may_set and not found.is_foreign]
    if not known or len(known) < len(settings) or not all(map(is_made_by_engine, one.names)):
        return None
    path, values = known[0].path, Values()
    for found in known:
        for key, value in found.values.named().items():
            if values[key] not in (None, value):
                return None  # the one that starts last wins
            values, path = values.updated({key: value}), found.path
    rest = DEFAULTS.updated(values.named())
    others_set = any(made[key] not in (None, rest[key]) for key in KEYS if values[key] is None)
    if any(_is_partly_known(container, others_set=others_set) for container in one.containers):
        return Origin(CONTAINER_SETTINGS, values, path) if values.named() else None
    reason = CONTAINER_SETTINGS if values.named() else KERNEL_DEFAULTS
    return Origin(reason, rest, path)


def _is_partly_known(one: Container, *, others_set: bool) -> bool:
    """Return whether more than its settings may set the values of a container.

    CRI-O may set those of a pod by another program. With CNI a network may set them, by the plugin tuning; docker has
    such networks in pods of Kubernetes. That shows in a value that no settings set and that is not the kernel's.
    """
    has_network_of_cni = one.engine == "containerd" or (one.engine == "docker" and one.pod is not None)
    return one.engine == "cri-o" or (has_network_of_cni and others_set)
