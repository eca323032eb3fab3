# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out what a new container gets, by the rules of each engine.

podman: containers.conf(5); pkg/config in containers/common v0.50 (podman 4.3) to v0.64 (5.6), and
storage/pkg/configfile in containers/container-libs (podman 6). CRI-O: crio.conf.d(5), pkg/config/config.go. Both decode
one file after the other into the same variables, so a list takes the place of the one before it.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lists import effective
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lxc import predict_lxc
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
    NAMES,
    PATHS,
    Doubt,
    combine,
    reading,
    settle,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
        Configuration,
        Engine,
        Entry,
        Prediction,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Files = t.Sequence[SysctlFile]
    Order = t.Callable[[Files], t.List[SysctlFile]]

TABLES: dict[Engine, tuple[str, ...]] = {"podman": ("containers",), "cri-o": ("crio", "runtime")}
CONTAINERS_CONF = "containers/containers.conf"
# Root's own files, and those of the machine and of its distribution.
USER, ADMIN, VENDOR = (f"{folder}/{CONTAINERS_CONF}" for folder in ("/root/.config", "/etc", "/usr/share"))
ROOTFUL = tuple(path.replace("containers.conf", "containers.rootful.conf") for path in (VENDOR, ADMIN))
CRIO_CONF = "/etc/crio/crio.conf"


def _podman_4(files: Files) -> list[SysctlFile]:
    return [*_main(files, VENDOR), *_main(files, ADMIN), *_drop_ins(files, ADMIN)]


def _podman_5(files: Files) -> list[SysctlFile]:
    return [*_podman_4(files), *_main(files, USER), *_drop_ins(files, USER)]


def _podman_6(files: Files) -> list[SysctlFile]:
    main = next((found for path in (USER, ADMIN, VENDOR) for found in [_main(files, path)] if found), [])
    by_name: dict[str, SysctlFile] = {}
    for path in (VENDOR, ROOTFUL[0], ADMIN, ROOTFUL[1], USER):
        by_name.update((posixpath.basename(one.path), one) for one in _drop_ins(files, path) if not one.is_link)
    return [*main, *(by_name[name] for name in sorted(by_name, key=_bytes))]


# Which files each reads, in their order. 4.9 is as 5.0.
RELEASES: tuple[tuple[str, Order], ...] = (
    ("podman 5", _podman_5),
    ("podman 4", _podman_4),
    ("podman 6", _podman_6),
)


def _main(files: Files, path: str) -> list[SysctlFile]:
    return [file for file in files if file.path == path and file.kind != "missing"]


def _drop_ins(files: Files, path: str) -> list[SysctlFile]:
    """Return the files of the folder of a file, or the folder itself where that is all that is known."""
    folder = f"{path}.d"
    found = [file for file in files if folder in (file.path, posixpath.dirname(file.path))]
    # a link to a folder is taken for a file
    return sorted((one for one in found if one.kind != "directory" or one.is_link), key=lambda one: _bytes(one.path))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _crio(files: Files) -> list[SysctlFile]:
    """Return all files of the folder and the folders in it, as filepath.Walk() of Go comes to them."""
    others = [file for file in files if file.path != CRIO_CONF]
    return [*_main(files, CRIO_CONF), *sorted(others, key=lambda one: [_bytes(part) for part in one.path.split("/")])]


def predict(configuration: Configuration) -> Prediction:
    """Return what a new container of an engine gets."""
    engine, doubts = configuration.engine, configuration.doubts
    if engine == "lxc":
        return predict_lxc(configuration)
    if engine == "cri-o":
        found = effective(_crio(configuration.files), TABLES[engine], may_append=False)
        given = settle(found.entries, (*doubts, *found.doubts), found.last_list)
        others = tuple(_doubts_of_networks(configuration, given))
        return settle(found.entries, (*doubts, *found.doubts, *others), found.last_list) if others else given
    predictions = []
    for release, order in RELEASES:
        found = effective(order(configuration.files), TABLES[engine], may_append=True)
        predictions.append((release, settle(found.entries, (*doubts, *found.doubts), found.last_list)))
    return combine(predictions)


def _doubts_of_networks(configuration: Configuration, given: Prediction) -> t.Iterator[Doubt]:
    """Yield for each key a line of a network that sets another value than the engine.

    runPodSandbox() of CRI-O makes the network namespace with its own values, and then starts CNI's plugins.
    """
    found: dict[Key, Doubt] = {}
    for name, value, place in configuration.of_networks:
        key = NAMES[name]
        if value is not None and reading(key, value) != given.values[key]:
            message = f"{place} has another value for {name}, which CNI sets in the containers of this network."
            found.setdefault(key, Doubt("in_some_containers", message, place, key))
    yield from found.values()


def entries_before_own(configuration: Configuration) -> tuple[Entry, ...]:
    """Return what the lists have that a list in the file of ours replaces, in any release of the engine."""
    engine, path = configuration.engine, PATHS[configuration.engine]
    orders: list[Order] = [_crio] if engine == "cri-o" else [order for _release, order in RELEASES]
    entries: dict[str, Entry] = {}
    for order in reversed(orders):
        files = order(configuration.with_own(b"").files)
        until = [file.path for file in files].index(path)
        found = effective(files[:until], TABLES[engine], may_append=engine == "podman")
        entries.update((entry.name, entry) for entry in found.entries)
    return tuple(entries.values())
