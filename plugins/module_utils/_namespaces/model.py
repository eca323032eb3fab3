# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe network namespaces, and the containers and pods that live there.

Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_ELEMENTS, cut
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import UNKNOWN
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, detection_time
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

    Result = t.Dict[str, t.Any]

_LONGEST_NAME = 256


@dataclasses.dataclass(frozen=True)
class Pod:
    """A pod: its ``id``, which is a UID in Kubernetes, and its ``name`` and ``namespace`` where they are known."""

    id: str
    name: str | None = None
    namespace: str | None = None

    def as_dict(self) -> Result:
        """Return the pod as the module returns it."""
        return {"id": _shown(self.id), "name": _shown(self.name), "namespace": _shown(self.namespace)}


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a container's settings do to its network namespace at each start.

    ``values`` are those that they set. ``may_set`` says that a program in the container can set others, because
    /proc/sys is not read-only for it, or because it has CAP_SYS_ADMIN and can change that. ``is_foreign`` says that the
    namespace is not made for this container. ``path`` is the file that tells.
    """

    path: str
    values: Values = dataclasses.field(default_factory=Values)
    may_set: bool = False
    is_foreign: bool = False


@dataclasses.dataclass(frozen=True)
class Container:
    """A container; ``engine``, ``name``, ``pod`` and ``settings`` are None where they are not known.

    ``user`` is the ID of the user who says that it is one, None where that is not known. Only of root's, 0, is it known
    that no other container is meant.
    """

    id: str
    engine: str | None = None
    name: str | None = None
    pod: Pod | None = None
    settings: Settings | None = None
    user: int | None = 0

    @property
    def title(self) -> str:
        """A few words that tell which container it is."""
        return (self.name or self.id[:12]) + of_user(self.user)

    def as_dict(self) -> Result:
        """Return the container as the module returns it."""
        return {
            "id": _shown(self.id),
            "name": _shown(self.name),
            "engine": self.engine,
            "pod": self.pod and self.pod.as_dict(),
            "user": self.user,
        }


@dataclasses.dataclass(frozen=True)
class Origin:
    """What sets the values of a namespace when it is made anew: ``values`` has None for what is not known."""

    reason: Reason = UNKNOWN
    values: Values = dataclasses.field(default_factory=Values)
    path: str | None = None

    def as_dict(self) -> Result:
        """Return it as the module returns it."""
        path = self.path and printable(self.path)
        return {**self.reason._asdict(), "path": path, "values": self.values.as_dict()}


@dataclasses.dataclass(frozen=True)
class Namespace:
    """A network namespace.

    ``number`` is that of its file. No other namespace has it as long as ``descriptor`` is open. ``names`` are the paths
    to which it is bound. ``user`` is the ID of the user who made its user namespace, and so may set it, None where that
    is not known. ``identity`` is None where nothing tells it from a later namespace with its number.
    ``values`` have None, and ``connections`` is None, where they cannot be read. ``defaults`` are the values that the
    files of keepalive_container_defaults give, or gave before, to its containers. ``trouble`` says why values cannot be
    read, and what to do.
    """

    number: int
    descriptor: int = -1
    is_host: bool = False
    user: int | None = 0
    names: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    units: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    pids: frozenset[int] = frozenset()
    identity: str | None = None
    values: Values = dataclasses.field(default_factory=Values)
    connections: int | None = None
    origin: Origin = dataclasses.field(default_factory=Origin)
    defaults: frozenset[Values] = frozenset()
    trouble: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether all three values are known."""
        return is_whole(self.values)

    @property
    def pods(self) -> list[Pod]:
        """The pods of its containers, each once."""
        found = {one.pod.id: one.pod for one in self.containers if one.pod}
        return [found[key] for key in sorted(found)]

    def lasts(self, values: Values) -> bool | None:
        """Return whether the namespace has these values when it is made anew, None where that is not known."""
        if not (is_whole(values) and is_whole(self.origin.values)):
            return None
        return self.origin.values == values

    def labels(self) -> Result:
        """Return what tells which namespace it is, as the modules return it; ``left_out`` counts what lists lack."""
        texts, left_out = cut(names=self.names, units=self.units, commands=self.commands)
        inhabitants, more_left_out = cut(containers=self.containers, pods=self.pods)
        return {
            "id": self.number,
            **{name: [_shown(text) for text in found] for name, found in texts.items()},
            **{name: [one.as_dict() for one in found] for name, found in inhabitants.items()},
            "processes": len(self.pids),
            "left_out": {**left_out, **more_left_out},
        }

    def same_as(self, host: Values) -> bool | None:
        """Return whether it has the same values as the host's own, None where that is not known."""
        return self.values == host if self.is_readable and is_whole(host) else None

    def as_dict(self, host: Values) -> Result:
        """Return the namespace as the module returns it; ``host`` are the values of the host's own."""
        return {
            **self.labels(),
            "host": self.is_host,
            "connections": self.connections,
            "values": self.values.as_dict(),
            "detection_time": detection_time(self.values),
            "same_as_host": self.same_as(host),
            "lasts": self.lasts(self.values),
            "set_by": self.origin.as_dict(),
        }

    def title(self) -> str:
        """Return a few words that tell which namespace it is, as the diff and messages show it."""
        containers = [one.title for one in self.containers[:MOST_ELEMENTS]]
        names = containers or (self.names or self.units or self.commands)[:MOST_ELEMENTS]
        told = f" ({shortened(', '.join(map(printable, names)), _LONGEST_NAME)})" if names else ""
        return f"net:[{self.number}]{told}"


def of_user(user: int | None) -> str:
    """Return what follows the name of a container to tell whose it is, nothing for root's."""
    if user is None:
        return " of an unknown user"
    return f" of the user with the ID {user}" if user else ""


def is_whole(values: Values) -> bool:
    """Return whether all three values are known."""
    return len(values.named()) == len(KEYS)


def _shown(text: str | None) -> str | None:
    return None if text is None else shortened(printable(text), _LONGEST_NAME)
