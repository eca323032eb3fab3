# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED, NO_TABLE
from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.tables import Tables
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.tables import ReadTable

LIVES = f"/proc/{os.getpid()}"


def tables_of(lines: dict[str, list[Entry] | KeepaliveError], unreadable: Unreadable | None = None) -> Tables:
    """Return the tables of namespace 1, of which each place that leads there tells lines or raises an error."""

    def table(place: str, _namespace: int, _states: t.Collection[int]) -> list[Entry]:
        found = lines[place]
        if isinstance(found, KeepaliveError):
            raise found
        return found

    reader: ReadTable = table
    tables = Tables(reader, unreadable or Unreadable())
    for place in lines:
        tables.add(1, place)
    return tables


def test_selected_sockets_and_those_without_an_inode() -> None:
    waiting = ENTRY._replace(inode=0)
    tables = tables_of({LIVES: [ENTRY, waiting, ENTRY._replace(local_port=1, inode=8), ENTRY._replace(remote_port=1)]})
    selected, unheld = tables.select(Filters.from_options({"local_ports": [ENTRY.local_port]}))
    assert selected == {ENTRY.inode: (1, [ENTRY._replace(remote_port=1), ENTRY])}
    assert unheld == [(1, waiting)]


def test_listeners() -> None:
    assert tables_of({LIVES: [LISTENER]}).listeners(Filters.from_options({})) == {7: (1, LISTENER.local_port)}


@pytest.mark.parametrize(
    ("namespaces", "selected"), [(["/run/netns/*"], {7}), (["net:[1]"], {7}), (["net:[2]"], set())]
)
def test_only_selected_namespaces_are_read(namespaces: list[str], selected: set[int]) -> None:
    tables = tables_of({LIVES: [ENTRY]})
    tables.add_named(1, "/run/netns/a")
    assert set(tables.select(Filters.from_options({"namespaces": namespaces}))[0]) == selected


def test_the_next_process_is_taken_where_one_has_ended() -> None:
    unreadable = Unreadable()
    tables = tables_of({"/proc/0": GoneError("It is gone."), LIVES: [ENTRY]}, unreadable)
    assert tables.still_there([7, 8], [1]) == {7}
    assert unreadable.as_list() == []


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        pytest.param({"/proc/0": GoneError("It is gone.")}, ENDED.code, False, id="ended"),
        pytest.param({LIVES: KeepaliveError("Do this.")}, NO_TABLE.code, True, id="refused"),
        pytest.param({"/proc/0": KeepaliveError("Do this.")}, NO_TABLE.code, False, id="refused and gone"),
    ],
)
def test_a_table_that_cannot_be_read_is_counted(
    lines: dict[str, list[Entry] | KeepaliveError], code: str, says: bool
) -> None:
    unreadable = Unreadable()
    assert tables_of(lines, unreadable).still_there([7], [1]) == set()
    assert [(one["what"], one["code"]) for one in unreadable.as_list()] == [("namespace", code)]
    assert any("Do this." in one for one in unreadable.warnings()) is says
