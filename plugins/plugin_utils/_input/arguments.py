# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the arguments of a task on the controller, before anything is sent to a host.

Ansible checks them too, later, on the host. Its messages have no value in ansible-core 2.16 and name no near option.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import DesiredDefaults
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS
from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces import filters as namespaces_filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces import plan as namespaces_plan
from ansible_collections.linux.tcp.plugins.module_utils._sockets import filters as sockets_filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets import plan as sockets_plan
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import NUMBERS
from ansible_collections.linux.tcp.plugins.plugin_utils._further.options import (
    NAMESPACES_ELEMENT,
    wanted_defaults,
    wanted_namespaces,
    wanted_sockets,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import ROLE_VARIABLES, did_you_mean
from ansible_collections.linux.tcp.plugins.plugin_utils._input.numbers import with_whole_numbers

if t.TYPE_CHECKING:
    Arguments = t.Mapping[str, t.Any]
    Spec = t.Mapping[str, t.Mapping[str, t.Any]]

_OPTIONS = "|".join(name.partition("_")[2] for name in ROLE_VARIABLES)
# What follows these is about another module's options, in a message or at its beginning.
_ELEMENT = re.compile(r"(?<![\w./'\"-])(?=(?:sockets|namespaces)\[\d|container_defaults: )")
_KEEPALIVE = "linux.tcp.keepalive"
_NAMESPACES = "linux.tcp.keepalive_namespaces here"  # where values and overrides are those of keepalive
# An option where a message says what it is, or what to do: "time is 0", "give overrides: ignore", "leave time out".
# A unit test fails for a message of the collection that names an option in another form.
_IN_A_MESSAGE = re.compile(
    rf"(?<![\w./'\"-])(?=(?:{_OPTIONS})(?: is |: \S|=(?:absent|present)|\[\d| has no effect))"
    rf"|(?<=leave )(?=(?:{_OPTIONS}) out)"
)

# keepalive_time is the role's name of an option, net.ipv4.tcp_keepalive_time the kernel's.
_UP_TO_PREFIX = re.compile(r".*keepalive[_-](?=.)")


def _read_state(params: Arguments) -> None:
    """Read the desired state of a host, but for the path, which only the host can expand."""
    DesiredState.from_params({**params, "path": DEFAULT_PATH})


# What each module makes of its options before it looks at the host.
_READ: dict[str, tuple[t.Callable[[Arguments], object], ...]] = {
    "keepalive": (_read_state,),
    "keepalive_checkpoint": (_read_state,),
    "keepalive_sockets": (sockets_plan.DesiredState.from_params, sockets_filters.Filters.for_change),
    "keepalive_sockets_info": (sockets_filters.Filters.from_options,),
    "keepalive_namespaces": (namespaces_plan.DesiredState.from_params, namespaces_filters.Filters.for_change),
    "keepalive_namespaces here": (namespaces_filters.Filters.for_change,),
    "keepalive_namespaces_info": (namespaces_filters.Filters.from_options,),
    "keepalive_container_defaults": (DesiredDefaults.from_params,),
}


def checked(arguments: Arguments, spec: Spec, *, module: str) -> dict[str, t.Any]:
    """Return the arguments of a task with whole numbers, each under one name.

    :raises InvalidValueError: for the first that the module would refuse, with what to give instead.
    """
    _require_options(arguments, spec, module)
    found = _without_aliases(with_whole_numbers(arguments, spec), spec)
    for name in (name for name in found if name in spec):
        require_valid(name, found[name], spec[name])
    if "sockets" in spec:
        _require_sockets(found.get("sockets"))
        _require_namespaces(found.get("namespaces"))
        _require_defaults(found.get("container_defaults"))
    validated = ArgumentSpecValidator(dict(spec)).validate(found)
    if validated.error_messages:
        raise InvalidValueError("; ".join(validated.error_messages))
    for read in _READ.get(module.rpartition(".")[2], ()):
        read(validated.validated_parameters)
    if module == _KEEPALIVE and validated.validated_parameters["state"] == "present":
        _require_values(found)
    return found


def require_valid(name: str, value: object, option: t.Mapping[str, t.Any]) -> None:
    """Check a value against the choices of an option, or that it is a boolean where one is needed.

    :raises InvalidValueError: which names what can be given.
    """
    if value is None and option.get("default") is None:
        return
    choices = option.get("choices")
    if choices and option["type"] == "str" and str(value) not in choices:
        raise InvalidValueError(f"{name} is {value!r}: give {', '.join(choices[:-1])} or {choices[-1]}.")
    if option["type"] == "bool":
        try:
            boolean(value)
        except TypeError as exc:
            raise InvalidValueError(f"{name} is {value!r}: give true or false.") from exc


def as_variables(message: str) -> str:
    """Return a message about options of keepalive with the names of the role's variables in their place."""
    element = _ELEMENT.search(message)
    start = element.start() if element else len(message)
    return _IN_A_MESSAGE.sub("keepalive_", message[:start]) + _ELEMENT.sub("keepalive_", message[start:])


def _require_options(arguments: Arguments, spec: Spec, module: str) -> None:
    known = [name for option, described in spec.items() for name in (option, *described.get("aliases", ()))]
    unknown = [name for name in arguments if name not in known]
    if unknown:
        near = did_you_mean(_UP_TO_PREFIX.sub("", unknown[0].lower()), known) or f" It has {', '.join(sorted(known))}."
        raise InvalidValueError(f"{unknown[0]} is no option of {module}.{near}")


def _without_aliases(arguments: Arguments, spec: Spec) -> dict[str, t.Any]:
    """Return the arguments without the aliases of options that are given, too.

    :raises InvalidValueError: where the two have different values.
    """
    found = dict(arguments)
    for option, described in spec.items():
        for alias in described.get("aliases", ()):
            if found.get(option) is None or found.get(alias) is None:
                continue
            if str(found[option]) != str(found[alias]):
                raise InvalidValueError(
                    f"{option} is {found[option]!r} and {alias} is {found[alias]!r}, and both are names of one option: "
                    f"give one of them."
                )
            del found[alias]
    return found


def _require_sockets(elements: object) -> None:
    for index, element in enumerate(wanted_sockets(elements)):
        _require_element(index, element)


def _require_element(index: int, element: Arguments) -> None:
    try:
        checked(element, KEEPALIVE_SOCKETS, module="linux.tcp.keepalive_sockets")
    except InvalidValueError as exc:
        raise InvalidValueError(f"sockets[{index}]: {exc}") from exc


def _require_namespaces(given: object) -> None:
    for index, element in enumerate(wanted_namespaces(given)):
        _require_filters(index, element)


def _require_filters(index: int, element: Arguments) -> None:
    try:
        checked(element, NAMESPACES_ELEMENT, module=_NAMESPACES)
    except InvalidValueError as exc:
        raise InvalidValueError(f"namespaces[{index}]: {exc}") from exc


def _require_defaults(given: object) -> None:
    wanted = wanted_defaults(given) or {}
    try:
        checked(wanted, KEEPALIVE_CONTAINER_DEFAULTS, module="linux.tcp.keepalive_container_defaults")
    except InvalidValueError as exc:
        raise InvalidValueError(f"container_defaults: {exc}") from exc


def _require_values(found: Arguments) -> None:
    """Check that there are values for containers, which have none of their own.

    :raises InvalidValueError: where there is none.
    """
    if any(found.get(name) is not None for name in NUMBERS):
        return
    for name, wanted in (("namespaces", wanted_namespaces), ("container_defaults", wanted_defaults)):
        if wanted(found.get(name)) not in ([], None):
            raise InvalidValueError(
                f"{name} is given without a value to set: give time: 600, intvl: 60 or probes: 20, or leave {name} out."
            )
