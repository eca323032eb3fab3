# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read from a process's cgroup which container, pod and unit it belongs to.

Pure: nothing here looks at a host. The engines name cgroups after their containers, by systemd's rules or their own.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

if t.TYPE_CHECKING:
    Parts = t.Tuple[str, ...]
    # of the controllers of a hierarchy the parts of a path
    Roots = t.Mapping[str, Parts]
    # of the controllers of a hierarchy and the parts of a path who made them
    Makers = t.Callable[[str, Parts], "Made"]

# systemd.unit(5): the kinds of units that have processes
UNIT_SUFFIXES = (".service", ".scope", ".socket", ".mount", ".swap")
ENGINES = ("containerd", "cri-o", "docker", "incus", "lxc", "nspawn", "podman")

# docker-ID.scope and the like, by systemd; libpod-ID and crio-ID, by the engine itself; libpod-payload-ID in the cgroup
# of a unit, by --cgroups=split of podman, as Quadlet gives it; SLICE:ENGINE:ID, where systemd and the engine disagree.
# Not libpod-conmon-ID and crio-conmon-ID, which watch over a container from outside.
_NAMED = re.compile(
    r"(?:.*:)?(docker|libpod|libpod-payload|crio|cri-containerd|nerdctl)[-:]([0-9a-f]{64})(?:\.scope)?\Z"
)
_ENGINE_OF = {
    "docker": "docker",
    "libpod": "podman",
    "libpod-payload": "podman",
    "crio": "cri-o",
    "cri-containerd": "containerd",
    "nerdctl": "containerd",
}
_ID = re.compile(r"[0-9a-f]{64}\Z")
# lxc: src/lxc/cgroups/cgfsng.c; lxc.monitor.NAME is outside. Before LXC 4.0 it was /lxc/NAME.
_LXC = re.compile(r"lxc\.payload\.(.+)", re.DOTALL)
# systemd: src/nspawn/nspawn-cgroup.c, create_subcgroup()
_NSPAWN = re.compile(r"(?:machine-(.+)\.scope|systemd-nspawn@(.+)\.service)\Z", re.DOTALL)
_PAYLOAD = "payload"
# kubelet: pkg/kubelet/cm/cgroup_manager_linux.go; systemd's names have no dashes of their own, but those of the slice
# that the kubelet was given as its root, such as kind's: kubelet-kubepods.slice
_KUBEPODS = re.compile(r"(?:.*-)?kubepods", re.DOTALL)
_POD = re.compile(rf"(?:{_KUBEPODS.pattern}.*-)?pod([0-9a-f_-]{{32,36}})(?:\.slice)?\Z", re.DOTALL)
_PODMAN_POD = re.compile(r"(?:.*-)?libpod_pod_([0-9a-f]{64})\.slice\Z", re.DOTALL)
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")
# Users may make cgroups as deep as a path is long. Containers in containers stand at a tenth of this.
_MOST_PARTS = 100


class Made(t.NamedTuple):
    """Who made a path of cgroups: root made the first ``depth`` parts, and ``user`` could make those below.

    ``user`` is the ID of a user, 0 where root made all, None where that is not known.
    """

    depth: int
    user: int | None


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a process is: its ``unit`` on the host, and the ``container`` with its ``pod``, as its engine names them.

    ``engine`` is None where the cgroup does not tell. The container is the outermost one: root in it may give any name
    to the cgroups below. ``is_nested`` says that the process is in another one there, or in what is named like one.
    ``parts`` are the names of the cgroups that root made, for engines that use any name; ``depth`` is how many parts
    the container's own path has. ``user`` is the ID of the user who made the container's cgroup, and so says that it is
    one: 0 is root, None is not known.
    """

    unit: str | None = None
    engine: str | None = None
    container: str | None = None
    pod: str | None = None
    is_nested: bool = False
    parts: tuple[str, ...] = ()
    depth: int = 0
    user: int | None = 0


_NOWHERE = Place()


def by_root(_controllers: str, parts: Parts) -> Made:
    """Say of each cgroup that root made it."""
    return Made(len(parts), 0)


def roots_of(cgroup: str) -> Roots:
    """Return where the host itself is in each hierarchy, if it is a container, by the cgroup of its process 1.

    Where a container has no cgroup namespace of its own, the cgroups that it sees begin with its own one.
    """
    return {
        controllers: parts[: max((depth for depth, _engine, _identity in _containers(parts)), default=0)]
        for controllers, parts in _paths(cgroup)
    }


def place_of(cgroup: str, roots: Roots, makers: Makers) -> Place:
    """Return what /proc/PID/cgroup tells (cgroups(7)), below the ``roots`` of the host; ``makers`` say who made it.

    systemd's own hierarchy, ``name=systemd`` in version 1 and the one without a name in version 2, has the units. A
    container may stand in any hierarchy. The outermost one counts, and no unit inside of one. What root made counts
    more than what a user made, who can make no unit.
    """
    unit: str | None = None
    best = _NOWHERE
    for controllers, parts in _paths(cgroup):
        root = roots.get(controllers, ())
        below = parts
        while root and below[: len(root)] == root:  # systemd-nspawn repeats it in version 1
            below = below[len(root) :]
        if not below:
            continue  # it tells nothing, as most hierarchies of version 1 do
        made = makers(controllers, parts)
        found = _read_path(below, made.depth - len(parts) + len(below))
        if controllers in ("", "name=systemd") and unit is None:
            unit = found.unit
        if found.user != 0:
            found = dataclasses.replace(found, user=made.user)
        best = max(best, found, key=_weight)
    return dataclasses.replace(best, unit=unit)


def _weight(place: Place) -> tuple[bool, bool, int]:
    return place.container is not None, place.user == 0, len(place.parts)


def _paths(cgroup: str) -> t.Iterator[tuple[str, Parts]]:
    """Yield the controllers of each hierarchy and the parts of the path there, the first ones of a deep one."""
    for line in cgroup.split("\n"):  # a name may have other line ends
        fields = line.split(":", 2)  # number, controllers, path
        if len(fields) == 3:
            yield fields[1], tuple(filter(None, fields[2].split("/", _MOST_PARTS + 1)[: _MOST_PARTS + 1]))


def _read_path(parts: Parts, count: int) -> Place:
    """Return what the parts of a path tell, of which root made the first ``count``; any other user is None here."""
    found = Place(parts=parts[: max(count, 0)])
    for depth, engine, identity in _containers(parts):
        if found.container is not None:
            found = dataclasses.replace(found, is_nested=True)
            break
        user = 0 if depth <= count else None
        found = dataclasses.replace(found, engine=engine, container=identity, depth=depth, user=user)
    outside = parts[: found.depth] if found.container is not None else parts
    pod = None if found.container is None else _pod(outside)
    return dataclasses.replace(found, unit=_unit(outside[: max(count, 0)]), pod=pod)


def _unit(parts: Parts) -> str | None:
    """Return the first unit in a path."""
    for part in parts:
        name = part[1:] if part.startswith("_") else part  # systemd: src/basic/cgroup-util.c, cg_unescape()
        if name.endswith(UNIT_SUFFIXES):
            return name
    return None


def _pod(parts: Parts) -> str | None:
    """Return the last pod in a path."""
    pod: str | None = None
    of_kubernetes = False
    for number, part in enumerate(parts):
        of_kubernetes = of_kubernetes or bool(_KUBEPODS.match(part))
        found = _PODMAN_POD.match(part) or (_POD.match(part.partition(":")[0]) if of_kubernetes else None)
        if found:
            pod = found.group(1).replace("_", "-")
        elif _is_pod_of_podman(parts, number):
            pod = part
    return pod


def _containers(parts: Parts) -> t.Iterator[tuple[int, str | None, str]]:
    """Yield how deep the containers in a path are, with their engines and ids, from the outermost one on."""
    for number in range(len(parts)):
        found = None if _is_pod_of_podman(parts, number) else _container(parts, number)
        if found:
            yield (number + 1, *found)


def _is_pod_of_podman(parts: Parts, number: int) -> bool:
    """Return whether a part of a path is the bare id of a pod, not of a container."""
    above, below = parts[number - 1] if number else "", parts[number + 1] if number + 1 < len(parts) else ""
    return bool(_ID.match(parts[number])) and (
        above == "libpod_parent" or (above != "docker" and below.startswith("libpod-"))
    )


def _container(parts: Parts, number: int) -> tuple[str | None, str] | None:
    """Return the engine, None where it is not known, and the id of the container that a part of a path names."""
    part, above = parts[number], parts[number - 1] if number else ""
    named = _NAMED.match(part)
    if named:
        return _ENGINE_OF[named.group(1)], named.group(2)
    if _ID.match(part):
        return ("docker" if above == "docker" else None), part
    payload = _LXC.match(part)
    if payload:
        return "lxc", payload.group(1)
    if above in ("lxc", "lxc.payload") and number == 1:
        return "lxc", part
    machine = _NSPAWN.match(above)
    if machine and part == _PAYLOAD:
        # the template gives the instance's name to --machine= as it is
        return "nspawn", machine.group(2) or _unescaped(machine.group(1))
    return None


def _unescaped(name: str) -> str:
    """Return what systemd-escape(1) made a unit's name of."""
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), name.replace("-", "/"))
