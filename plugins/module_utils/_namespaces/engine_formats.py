# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what an engine's files say of a container: its name and pod, and what it sets in a network namespace.

Pure: a file's content comes as an object of JSON. Whatever has another shape than the engine writes tells nothing.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Pod, Settings
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    HZ_HIGHEST,
    KEYS,
    Values,
    kernel_reading,
    sysctl_name,
)

if t.TYPE_CHECKING:
    # an object of JSON
    Json = t.Mapping[str, t.Any]

_PROC_SYS = "/proc/sys"
# Under these names engines bind the namespaces that they make for a container or pod: podman; CNI, which containerd
# uses; CRI-O (internal/config/nsmgr/nsmgr_linux.go); docker, as a snap, too. All others were made by another program,
# and may outlive containers.
_OWN_NAME = re.compile(
    r"(?:/var)?/run/(?:netns/(?:(?:netns|cni)-[0-9a-f-]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|"
    r"(?:snap\.)?docker/netns/[^/]+)\Z"
)
_OF_PROCESS = re.compile(r"/proc/\d+/ns/net\Z")

# Annotations of an OCI specification and labels of docker, with the names of container and pod
_CONTAINER_NAMES = ("io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name")
_POD_KEYS = (
    ("io.kubernetes.cri.sandbox-uid", "io.kubernetes.cri.sandbox-name", "io.kubernetes.cri.sandbox-namespace"),
    ("io.kubernetes.pod.uid", "io.kubernetes.pod.name", "io.kubernetes.pod.namespace"),
)
_KIND = "io.kubernetes.cri.container-type"


def is_made_by_engine(path: str) -> bool:
    """Return whether a namespace that is bound to a path was made by an engine for a container or pod."""
    return bool(_OWN_NAME.match(path))


def member(found: object, *keys: str) -> t.Any:
    """Return what an object of JSON has below these keys, None where there is no such."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def text(found: object) -> str | None:
    """Return a text that is not empty, None for anything else."""
    return found if isinstance(found, str) and found else None


def _strings(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def values_in(sysctls: object) -> Values:
    """Return the values that a mapping of sysctls sets, as the kernel reads them; names may have slashes."""
    by_name = {
        name.replace("/", "."): value
        for name, value in (sysctls.items() if isinstance(sysctls, dict) else ())
        if isinstance(value, str)
    }
    written = (by_name.get(sysctl_name(key)) for key in KEYS)
    return Values(
        *(
            None if value is None else kernel_reading(key, value.encode("utf-8", "replace"), hz=HZ_HIGHEST)
            for key, value in zip(KEYS, written)
        )
    )


def settings_of_bundle(spec: Json, path: str) -> Settings | None:
    """Return what the OCI specification of a container does; None where it is none.

    Source: opencontainers/runtime-spec, config-linux.md.
    """
    linux = member(spec, "linux")
    if not isinstance(linux, dict):
        return None
    namespaces = member(linux, "namespaces")
    networks = [one for one in (namespaces if isinstance(namespaces, list) else ()) if member(one, "type") == "network"]
    joined = text(member(networks[0], "path")) if networks else None
    capabilities = member(spec, "process", "capabilities")
    sets = capabilities.values() if isinstance(capabilities, dict) else ()
    granted = [name for found in sets for name in _strings(found)]
    is_own = joined is None or is_made_by_engine(joined) or bool(_OF_PROCESS.match(joined))
    return Settings(
        path=path,
        values=values_in(member(linux, "sysctl")),
        may_set=_PROC_SYS not in _strings(member(linux, "readonlyPaths")) or _may_mount(granted),
        is_foreign=not is_own,
    )


def settings_of_docker(host_config: Json, path: str) -> Settings:
    """Return what hostconfig.json, which docker uses at each start, does."""
    return Settings(
        path=path,
        values=values_in(member(host_config, "Sysctls")),
        may_set=(
            _PROC_SYS not in _strings(member(host_config, "ReadonlyPaths"))
            or _may_mount(_strings(member(host_config, "CapAdd")))
        ),
    )


def _may_mount(granted: t.Iterable[str]) -> bool:
    """Return whether a program of any user can mount /proc/sys writable again with these capabilities."""
    return any(name.upper() in ("CAP_SYS_ADMIN", "SYS_ADMIN", "ALL") for name in granted)


def name_in(labels: object) -> str | None:
    """Return the name that the annotations or labels of a container give it."""
    if member(labels, _KIND) == "sandbox":
        return None
    return next(filter(None, (text(member(labels, key)) for key in _CONTAINER_NAMES)), None)


def pod_in(labels: object, pod: str | None) -> Pod | None:
    """Return the pod that annotations or labels name, with the id that the cgroup has for it, if any."""
    for uid, name, namespace in _POD_KEYS:
        identity = pod or text(member(labels, uid))
        if identity and text(member(labels, name)):
            return Pod(identity, text(member(labels, name)), text(member(labels, namespace)))
    return Pod(pod) if pod else None


def names_in(containers: object) -> dict[str, str]:
    """Return the names in containers.json of containers/storage by the container's id."""
    found = {}
    for one in containers if isinstance(containers, list) else ():
        identity, names = text(member(one, "id")), _strings(member(one, "names"))
        if identity and names:
            found[identity] = names[0]
    return found


def docker_name(config: Json) -> str | None:
    """Return the name in config.v2.json."""
    name = text(member(config, "Name"))
    return posixpath.basename(name) if name else None
