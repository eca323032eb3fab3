# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Select sockets: the filters that the modules for sockets have in common.

Nothing here looks at a host, but for what a process tells of itself when a filter asks for it.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import UNIT_SUFFIXES
from ansible_collections.linux.tcp.plugins.module_utils._host.patterns import (
    as_unit,
    has_wildcards,
    matches,
    matches_container,
    matches_path,
    require_filter_or_all,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import CRITERIA_OPTIONS, STATES, Criteria
from ansible_collections.linux.tcp.plugins.module_utils._sockets.origin import program_of, unit_that_started

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Container, Process
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry, Socket

    # a packed address, and a port
    End = t.Tuple[bytes, int]
    # the bytes of the addresses, the network's number and its mask
    Network = t.Tuple[int, int, int]


# The options of Filters, as modules take them.
FILTER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "commands": {"type": "list", "elements": "str"},
    "pids": {"type": "list", "elements": "int"},
    "units": {"type": "list", "elements": "str"},
    "users": {"type": "list", "elements": "str"},
    "containers": {"type": "list", "elements": "str"},
    "namespaces": {"type": "list", "elements": "str"},
    "local_ports": {"type": "list", "elements": "int"},
    "remote_ports": {"type": "list", "elements": "int"},
    "local_addresses": {"type": "list", "elements": "str"},
    "remote_addresses": {"type": "list", "elements": "str"},
    "states": {"type": "list", "elements": "str", "choices": list(STATES), "default": ["established", "listening"]},
    "idle_longer_than": {"type": "int"},
    "covered": {"type": "bool"},
    **CRITERIA_OPTIONS,
}

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")

# States, silence, and what is covered, leave too much for a change.
_BROAD = ("states", "idle_longer_than", "covered", *CRITERIA_OPTIONS)
_NARROWING = ", ".join(name for name in FILTER_OPTIONS if name not in _BROAD)

# include/linux/sched.h: TASK_COMM_LEN, with the zero that ends the name
_COMM_LENGTH = 15


def network(option: str, text: str) -> Network:
    """Read an address or a network in CIDR notation; bits behind the prefix do not count.

    IPv4 that is mapped into IPv6 means IPv4, as in the tables (:func:`plain`).

    :raises InvalidValueError: where it is neither, or names an interface, which the tables do not.
    """
    try:
        if "%" in text:
            raise ValueError(text)
        parsed = ipaddress.ip_network(text, strict=False)
        if isinstance(parsed, ipaddress.IPv6Network) and parsed.subnet_of(_MAPPED):
            parsed = ipaddress.ip_network((int(parsed.network_address) & 0xFFFFFFFF, parsed.prefixlen - 96))
    except ValueError as exc:
        raise InvalidValueError(
            f"{option} has '{text}', which is neither an address nor a network. Give one as 192.0.2.7, 192.0.2.0/24 or "
            f"2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
        ) from exc
    return len(parsed.network_address.packed), int(parsed.network_address), int(parsed.netmask)


@dataclasses.dataclass(frozen=True)
class Filters:
    """Select sockets: those to which each filter that is given applies, by any of its elements.

    Empty means that the filter is not given; ``states`` are always given. ``commands``, ``units``, ``containers`` and
    the paths in ``namespaces`` may have the wildcards of fnmatch(3); ``users`` and ``namespaces`` may be numbers.
    ``criteria`` say what is ``covered``.
    """

    commands: tuple[str, ...] = ()
    pids: frozenset[int] = frozenset()
    units: tuple[str, ...] = ()
    users: frozenset[str] = frozenset()
    containers: tuple[str, ...] = ()
    namespaces: frozenset[str] = frozenset()
    local_ports: frozenset[int] = frozenset()
    remote_ports: frozenset[int] = frozenset()
    local_addresses: tuple[Network, ...] = ()
    remote_addresses: tuple[Network, ...] = ()
    states: frozenset[int] = frozenset((STATES["established"], STATES["listening"]))
    idle_longer_than: int | None = None
    covered: bool | None = None
    criteria: Criteria = Criteria()  # noqa: RUF009 -- it never changes

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Filters:
        """Read the options that the modules have in common.

        :raises InvalidValueError: for a port, an address or a criterion that cannot be one, and for a filter without
            elements: one that a template left empty must not mean all sockets.
        """
        for name in FILTER_OPTIONS:
            given_ones = options.get(name)
            if given_ones == []:
                raise InvalidValueError(f"{name} is empty, so no socket is selected. Name some, or leave {name} out.")
            if isinstance(given_ones, list):
                _require_elements(name, given_ones)

        def given(name: str) -> list[t.Any]:
            return options.get(name) or []

        def ports(name: str) -> frozenset[int]:
            for port in given(name):
                if not 0 < port < 65536:
                    raise InvalidValueError(f"{name} has {port}: give ports between 1 and 65535.")
            return frozenset(given(name))

        def networks(name: str) -> tuple[Network, ...]:
            return tuple(network(name, text) for text in given(name))

        return cls(
            commands=tuple(given("commands")),
            pids=frozenset(given("pids")),
            units=tuple(map(as_unit, given("units"))),
            users=frozenset(given("users")),
            containers=tuple(given("containers")),
            namespaces=frozenset(given("namespaces")),
            local_ports=ports("local_ports"),
            remote_ports=ports("remote_ports"),
            local_addresses=networks("local_addresses"),
            remote_addresses=networks("remote_addresses"),
            states=frozenset(STATES[name] for name in given("states")) or cls.states,
            idle_longer_than=_seconds("idle_longer_than", options.get("idle_longer_than")),
            covered=options.get("covered"),
            criteria=Criteria.from_options(options),
        )

    @classmethod
    def for_change(cls, options: t.Mapping[str, t.Any]) -> Filters:
        """Read the options of a module that changes sockets: ``all`` and ``listening`` beside the others.

        :raises InvalidValueError: as :meth:`from_options`; and where neither a filter nor ``all`` is given, or both.
        """
        filters = cls.from_options(options)
        require_filter_or_all(
            is_filtered=filters.narrow_down, is_all=options["all"], everything="socket of the host", filters=_NARROWING
        )
        listening = {STATES["listening"]} if options["listening"] else set()
        return dataclasses.replace(filters, states=filters.states | listening)

    def without_state(self, state: int) -> Filters:
        """Return the same filters for all other states."""
        return dataclasses.replace(self, states=self.states - {state})

    def of_accepted(self, ports: t.Iterable[int]) -> Filters | None:
        """Return the same filters for connections that listeners on these ports have accepted.

        None where these filters select such connections themselves.
        """
        if STATES["established"] in self.states and not self.local_addresses:
            return None
        states, ports = frozenset([STATES["established"]]), frozenset(ports)
        return dataclasses.replace(self, states=states, local_ports=ports, local_addresses=(), covered=None)

    @property
    def narrow_down(self) -> bool:
        """Whether less than all sockets of the host are selected, whatever their states."""
        return self.concern_processes or bool(self.namespaces) or not self.concern_processes_only

    @property
    def concern_processes_only(self) -> bool:
        """Whether all sockets of the selected processes are selected, whatever their ends."""
        return not (self.local_ports or self.remote_ports or self.local_addresses or self.remote_addresses)

    @property
    def concern_processes(self) -> bool:
        """Whether it matters which process holds a socket."""
        return bool(self.commands or self.pids or self.units or self.users or self.containers)

    @property
    def may_name_socket_units(self) -> bool:
        """Whether a socket unit of systemd may be among the units."""
        return any(
            pattern.endswith(".socket") or (has_wildcards(pattern) and not pattern.endswith(UNIT_SUFFIXES))
            for pattern in self.units
        )

    def ends_of_units(self, ends: t.Mapping[str, list[End]]) -> list[End]:
        """Return where the selected socket units listen."""
        return [end for name, listening in ends.items() if matches(name, self.units) for end in listening]

    def of_any_unit(self) -> Filters:
        """Return the same filters for processes of all units."""
        return dataclasses.replace(self, units=())

    def take_process(self, process: Process) -> bool:
        """Return whether a process is selected. Its program and its cgroup are looked at last and only if asked for.

        :raises NotPermittedError: where that depends on its cgroup, and the kernel does not tell it.
        :raises TooDeepError: where it does not because the path is too long, as users can make it.
        """
        return (
            (not self.pids or process.pid in self.pids)
            and (not self.users or bool(self.users & {process.user, str(process.uid)}))
            and (
                not self.commands
                or matches(process.command, tuple(map(_as_comm, self.commands)))
                or matches(program_of(process), self.commands)
            )
            and (not (self.units or self.containers) or self._take_cgroup(process))
        )

    def _take_cgroup(self, process: Process) -> bool:
        if not process.known_cgroup:
            return False  # it has ended
        return (
            not self.units or matches(process.unit, self.units) or matches(unit_that_started(process), self.units)
        ) and (not self.containers or self._take_container(process.container))

    def _take_container(self, one: Container | None) -> bool:
        return one is not None and one.user == 0 and matches_container(one.id, one.name, self.containers)

    def take_socket(self, found: Socket) -> bool:
        """Return whether a socket that was looked at is selected."""
        if self.idle_longer_than is not None and not (found.idle or 0) > self.idle_longer_than:
            return False
        return self.covered is None or found.verdict.covered is self.covered

    def take_namespace(self, number: int, paths: t.Iterable[str]) -> bool:
        """Return whether a network namespace is selected, by its number or by one of the paths to which it is bound."""
        return (
            not self.namespaces
            or not self.namespaces.isdisjoint((str(number), f"net:[{number}]"))
            or any(matches_path(path, self.namespaces) for path in paths)
        )

    def take_entry(self, entry: Entry) -> bool:
        """Return whether a socket is selected, as far as its table tells."""
        return (
            entry.state in self.states
            and (not self.local_ports or entry.local_port in self.local_ports)
            and (not self.remote_ports or entry.remote_port in self.remote_ports)
            and (not self.local_addresses or _within(entry.local_address, self.local_addresses))
            and (
                not self.remote_addresses
                or (not entry.is_listening and _within(entry.remote_address, self.remote_addresses))
            )
        )


def _require_elements(name: str, elements: list[t.Any]) -> None:
    """Raise InvalidValueError for elements that a template got wrong."""
    for element in elements:
        if element == "":
            raise InvalidValueError(f"{name} has an empty name, which no process has. Name one, or leave {name} out.")
        if isinstance(element, bool):
            raise InvalidValueError(f"{name} has {element}, a boolean: give numbers.")


def _as_comm(pattern: str) -> str:
    """Cut a command's name as the kernel does; a pattern with wildcards stays."""
    if has_wildcards(pattern):
        return pattern
    return pattern.encode(errors="surrogateescape")[:_COMM_LENGTH].decode(errors="surrogateescape")


def _seconds(name: str, value: int | None) -> int | None:
    if value is not None and (isinstance(value, bool) or value < 0):
        raise InvalidValueError(f"{name} is {value}: give seconds, a whole number from 0 on, or leave it out.")
    return value


def _within(packed: bytes, networks: tuple[Network, ...]) -> bool:
    number = int.from_bytes(packed, "big")
    return any(len(packed) == length and number & mask == base for length, base, mask in networks)
