# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what the engines' files on the host say of containers. No engine is asked, and none has to run.

The files of users' own engines are not looked at: what they lead to is up to these users.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import json
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_formats import (
    docker_name,
    member,
    name_in,
    names_in,
    pod_in,
    settings_of_bundle,
    settings_of_docker,
    text,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Pod

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Place
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Settings

# The state of containerd: its own, docker's, and those of k3s, k0s and MicroK8s. Below are its namespaces, and their
# containers.
_CONTAINERD = tuple(
    f"{folder}/io.containerd.runtime.v2.task"
    for folder in (
        *("/run/containerd", "/run/docker/containerd/daemon", "/run/k3s/containerd", "/run/k0s/containerd"),
        "/var/snap/microk8s/common/run/containerd",
    )
)
_DOCKER = ("/var/lib/docker", "/var/snap/docker/common/var-lib-docker")
_STORAGE = "/var/lib/containers/storage"
_STORAGE_RUN = "/run/containers/storage"
_GRAPH_ROOT = re.compile(rb"""^[ \t]*graphroot[ \t]*=[ \t]*["'](/[^"'\n]+)["']""", re.MULTILINE)
_INCUS = ("/run/incus", "/var/lib/incus/containers")
_LXC = ("/var/lib/lxc",)
_ADDED_NUMBER = re.compile(r"-[0-9]{1,3}\Z")
_MANAGER = "io.container.manager"  # the annotation of podman, and of no other engine
_DEPTH_OF_ANY_NAME = 2  # /NAMESPACE/NAME of containerd
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")  # containerd: pkg/identifiers


class EngineFiles:
    """The files of the engines among ``files``; each is read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._described: dict[Place, Container | None] = {}

    def container_at(self, place: Place) -> Container | None:
        """Return the container of a process at a place in the tree of cgroups, None for none."""
        if place not in self._described:
            self._described[place] = self._describe(place)
        return self._described[place]

    def _describe(self, place: Place) -> Container | None:
        found = self._outermost(place)
        # what it sets does not count for the network namespace of a container in it
        return dataclasses.replace(found, settings=None) if found and place.is_nested else found

    def _outermost(self, place: Place) -> Container | None:
        above = self._above(place)
        if above or place.container is None:
            return above
        if place.user != 0:  # the id may be that of another container
            return Container(place.container, place.engine, user=place.user)
        if place.engine == "lxc":
            return self._of_lxc(place)
        if place.engine == "nspawn":
            return Container(place.container, "nspawn", place.container)
        bare = Container(place.container, place.engine, None, Pod(place.pod) if place.pod else None)
        return self._by_id(place.container, place) or bare

    def _above(self, place: Place) -> Container | None:
        """Return the container above the cgroups that look like one, or like one and its pod; None for none."""
        found = None
        if place.container is None or place.depth > _DEPTH_OF_ANY_NAME:
            found = self._of_containerd_by_any_name(place)
        if found is None and place.pod and place.parts[place.depth - 2 : place.depth - 1] == (place.pod,):
            found = self._by_id(place.pod, dataclasses.replace(place, engine=None, pod=None))
        return dataclasses.replace(found, settings=None) if found and place.container else found

    def _of_lxc(self, place: Place) -> Container:
        """Return a container of LXC or Incus, which have a folder for each; one without a name where two may be it.

        Where a cgroup with its name was left, LXC adds a number (src/lxc/cgroups/cgfsng.c, cgfsng_payload_create()).
        Or the number is of the name, and the folder is elsewhere.
        """
        cgroup = str(place.container)
        exact = self._lxc_in_folder(cgroup)
        is_unsure = exact is None and self._lxc_in_folder(_ADDED_NUMBER.sub("", cgroup))
        return exact or Container(cgroup, "lxc", None if is_unsure else cgroup)

    def named(self, unsure: Container, name: str | None) -> Container:
        """Return a container of LXC or Incus that has no name yet with the one that its monitor has, if it fits."""
        if not name or name not in (unsure.id, _ADDED_NUMBER.sub("", unsure.id)):
            return unsure
        return self._lxc_in_folder(name) or Container(name, "lxc", name)

    def _lxc_in_folder(self, name: str) -> Container | None:
        for engine, bases in (("incus", _INCUS), ("lxc", _LXC)):
            if name not in ("", ".", "..") and any(self._files.isdir(f"{base}/{name}") for base in bases):
                return Container(name, engine, name)
        return None

    def _by_id(self, identity: str, place: Place) -> Container | None:
        """Return a container whose id has 64 digits, as the files of its engine describe it."""
        finders = {
            "docker": (self._of_docker, self._of_containerd),
            "podman": (self._of_storage,),
            "cri-o": (self._of_storage,),
            "containerd": (self._of_containerd,),
        }
        every = (self._of_docker, self._of_containerd, self._of_storage)
        for finder in finders.get(place.engine or "", every):
            found = finder(identity, place)
            if found:
                return found
        return None

    def _of_docker(self, identity: str, place: Place) -> Container | None:
        folders = (f"{root}/containers/{identity}" for root in self._docker_roots)
        configs = ((folder, self._json(f"{folder}/config.v2.json")) for folder in folders)
        folder, config = next((one for one in configs if isinstance(one[1], dict)), ("", None))
        if config is None:
            return None
        path = f"{folder}/hostconfig.json"
        host_config = self._json(path)
        settings = settings_of_docker(host_config, path) if isinstance(host_config, dict) else None
        labels = member(config, "Config", "Labels")
        return Container(identity, "docker", docker_name(config), pod_in(labels, place.pod), settings)

    def _of_containerd(self, identity: str, place: Place) -> Container | None:
        for base in _CONTAINERD:
            for namespace in self._files.names(base):
                found = self._bundle(f"{base}/{namespace}/{identity}/config.json")
                if found:
                    spec, settings = found
                    labels = member(spec, "annotations")
                    engine = "docker" if namespace == "moby" else "containerd"
                    return Container(identity, engine, name_in(labels), pod_in(labels, place.pod), settings)
        return None

    def _of_containerd_by_any_name(self, place: Place) -> Container | None:
        """Return a container in a cgroup /NAMESPACE/NAME of containerd, where any name may be given (ctr run)."""
        names = place.parts[:_DEPTH_OF_ANY_NAME]
        if len(names) < _DEPTH_OF_ANY_NAME or not all(map(_PLAIN_NAME.match, names)):
            return None
        for base in _CONTAINERD:
            found = self._bundle(f"{base}/{'/'.join(names)}/config.json")
            if found:
                return Container(names[-1], "containerd", names[-1], None, found[1])
        return None

    def _of_storage(self, identity: str, place: Place) -> Container | None:
        """Return a container of podman or CRI-O, which have their files in containers/storage."""
        pattern = f"*-containers/{identity}/userdata/config.json"
        paths = [
            path for base in (*self._storage_roots, _STORAGE_RUN) for path in self._files.paths(f"{base}/{pattern}")
        ]
        for path in paths:
            found = self._bundle(path)
            if found:
                spec, settings = found
                labels = member(spec, "annotations")
                engine = "podman" if member(labels, _MANAGER) == "libpod" else "cri-o"
                name = name_in(labels) if engine == "cri-o" else None
                return Container(
                    identity, engine, name or self._storage_names.get(identity), pod_in(labels, place.pod), settings
                )
        return None

    def _bundle(self, path: str) -> tuple[dict[str, t.Any], Settings] | None:
        """Return an OCI specification and what it does, None where there is none."""
        spec = self._json(path)
        settings = settings_of_bundle(spec, path) if isinstance(spec, dict) else None
        return (spec, settings) if settings else None

    @functools.cached_property
    def _docker_roots(self) -> tuple[str, ...]:
        """The folder of daemon.json, or else the usual ones: that of packages and that of the snap."""
        root = text(member(self._json("/etc/docker/daemon.json"), "data-root"))
        return (root.rstrip("/"),) if root and root.startswith("/") else _DOCKER

    @functools.cached_property
    def _storage_roots(self) -> list[str]:
        """The folder of storage.conf(5), the usual one."""
        told = _GRAPH_ROOT.findall(self._files.text("/etc/containers/storage.conf"))
        return [*(one.decode("utf-8", "surrogateescape") for one in told), _STORAGE]

    @functools.cached_property
    def _storage_names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for base in (*self._storage_roots, _STORAGE_RUN):
            for pattern in ("*-containers/containers.json", "*-containers/volatile-containers.json"):
                for file in self._files.matching(f"{base}/{pattern}"):
                    found.update(names_in(_parsed(file.text)))
        return found

    def _json(self, path: str) -> t.Any:
        """Return what a file has in JSON, None where that cannot be read."""
        return _parsed(self._files.text(path))


def _parsed(content: bytes) -> t.Any:
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
