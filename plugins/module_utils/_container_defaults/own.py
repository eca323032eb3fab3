# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the file of ours: what it gives to new containers, and what it gave before.

Podman fixes the values when a container is created, so older containers have what the file gave then. Comments keep
that. Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lists import read_list, render_list
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lxc import PREFIX, read_lines
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Entry, Place, settle
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import TABLES
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

MARKER = "# Written by Ansible, module linux.tcp.keepalive_container_defaults. Keep other settings in other files."
_OF_LISTS = "# This list takes the place of all that are read before it, so it repeats what they have."
_EARLIER = "# Earlier values: time {time}, intvl {intvl}, probes {probes}."
_EARLIER_LINE = re.compile(rb"(?m)^# Earlier values: time (\d{1,10}), intvl (\d{1,10}), probes (\d{1,10})\.$")
_MOST_EARLIER = 10  # so that the file cannot grow for ever


def read_entries(own: SysctlFile, engine: Engine) -> list[Entry]:
    """Return the sysctls that the file of ours gives.

    :raises ConfigurationSyntaxError: where it is not understood.
    """
    if engine == "lxc":
        return [one._replace(name=one.name[len(PREFIX) :]) for one in read_lines(own) if one.name.startswith(PREFIX)]
    found = read_list(own, TABLES[engine], may_append=engine == "podman")
    return list(found.entries) if found else []


def read_earlier(text: bytes) -> tuple[Values, ...]:
    """Return what the file of ours gave before, the newest first."""
    return tuple(Values(*map(int, found)) for found in _EARLIER_LINE.findall(text))


def all_given(entries: t.Mapping[str, str | None], text: bytes) -> tuple[Values, ...]:
    """Return what the file of ours gives and gave, the newest first; it has these entries in this content."""
    now = settle(Entry(name, value, Place("", 0)) for name, value in entries.items()).values
    known = (now,) if len(now.named()) == len(KEYS) else ()
    return tuple(dict.fromkeys((*known, *read_earlier(text))))


def given_by(own: SysctlFile, engine: Engine) -> frozenset[Values]:
    """Return all that the file of ours gives to containers of an engine, or gave before.

    Empty where there is no such file, or it is not understood.
    """
    if own.kind != "file":
        return frozenset()
    try:
        entries = read_entries(own, engine)
    except ConfigurationSyntaxError:
        return frozenset()
    return frozenset(all_given({one.name: one.value for one in entries}, own.text))


def render(engine: Engine, entries: t.Mapping[str, str | None], earlier: t.Iterable[Values] = ()) -> bytes:
    """Return the content of the file of ours, with these entries and what it gave earlier."""
    comments = [_EARLIER.format(**one.as_dict()) for one in earlier][:_MOST_EARLIER]
    if engine == "lxc":
        text = "".join(f"{PREFIX}{name} = {'' if value is None else value}\n" for name, value in entries.items())
    else:
        comments.append(_OF_LISTS)
        text = render_list(TABLES[engine], [f"{name}={value}" for name, value in entries.items()])
    lines = "".join(f"{line}\n" for line in (MARKER, *comments))
    return f"{lines}{text}".encode("utf-8", "surrogateescape")
