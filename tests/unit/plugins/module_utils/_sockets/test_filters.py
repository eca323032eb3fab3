# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    InvalidValueError,
    NotPermittedError,
    TooDeepError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Socket
from ansible_collections.linux.tcp.tests.unit.host import lay_out
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS, V6

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry, Options


@pytest.mark.parametrize(
    ("options", "entry", "taken"),
    [
        pytest.param({}, ENTRY, True, id="established"),
        pytest.param({}, LISTENER, True, id="listening"),
        pytest.param({}, ENTRY._replace(state=STATES["close_wait"]), False, id="another state"),
        pytest.param({"states": ["close_wait"]}, ENTRY._replace(state=STATES["close_wait"]), True, id="its state"),
        pytest.param({"states": ["listening"]}, ENTRY, False, id="listening only"),
        pytest.param({"local_ports": [1, 5432]}, ENTRY, True, id="its port"),
        pytest.param({"local_ports": [1]}, ENTRY, False, id="another port"),
        pytest.param({"remote_ports": [51034]}, ENTRY, True, id="its remote port"),
        pytest.param({"remote_ports": [5432]}, ENTRY, False, id="another remote port"),
        pytest.param({"remote_ports": [51034], "local_ports": [1]}, ENTRY, False, id="all filters apply"),
        pytest.param({"local_addresses": ["10.0.0.5"]}, ENTRY, True, id="its address"),
        pytest.param({"local_addresses": ["10.0.0.0/24"]}, ENTRY, True, id="its network"),
        pytest.param({"local_addresses": ["10.0.0.77/24"]}, ENTRY, True, id="bits behind the prefix"),
        pytest.param({"local_addresses": ["0.0.0.0"]}, LISTENER, True, id="listener on all addresses"),
        pytest.param({"remote_addresses": ["10.0.0.0/24"]}, ENTRY, False, id="another network"),
        pytest.param({"remote_addresses": ["10.0.0.0/24", "10.0.1.9"]}, ENTRY, True, id="one of two"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, ENTRY, True, id="all of IPv4"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, V6, False, id="all of IPv4, IPv6"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, LISTENER, False, id="listeners have no other end"),
        pytest.param({"remote_addresses": ["2001:db8::/32"]}, V6, True, id="its IPv6 network"),
        pytest.param({"remote_addresses": ["::/0"]}, ENTRY, False, id="all of IPv6, IPv4"),
        pytest.param({"remote_addresses": ["::ffff:10.0.1.9"]}, ENTRY, True, id="its address, mapped"),
        pytest.param({"remote_addresses": ["::ffff:10.0.0.0/112"]}, ENTRY, True, id="its network, mapped"),
        pytest.param({"remote_addresses": ["::ffff:10.0.2.0/120"]}, ENTRY, False, id="another network, mapped"),
    ],
)
def test_take_entry(options: dict[str, t.Any], entry: Entry, taken: bool) -> None:
    assert Filters.from_options(options).take_entry(entry) is taken


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({}, True),
        ({"commands": ["postgres"]}, True),
        ({"commands": ["Postgres"]}, False),
        ({"commands": ["nginx", "post*"]}, True),
        ({"pids": [812]}, True),
        ({"pids": [1]}, False),
        ({"users": ["root"]}, True),
        ({"users": ["0"]}, True),
        ({"users": ["nobody"]}, False),
        ({"units": ["postgresql.service"]}, True),
        ({"units": ["postgresql"]}, True),
        ({"units": ["post*"]}, True),
        ({"units": ["postgresql?"]}, False),
        ({"units": ["postgresql.ser?ice"]}, True),
        ({"units": ["postgresql.socket"]}, False),
        ({"units": ["postgresql"], "pids": [1]}, False),
        ({"containers": ["0123456789ab"]}, True),
        ({"containers": ["0123456789a"]}, False),
        ({"containers": ["ffff", "0123456789abcdef" * 4]}, True),
        ({"containers": ["*cdef"]}, True),
        ({"containers": ["123456789abc"]}, False),
        ({"containers": ["*1234"]}, False),
        ({"containers": ["db"]}, True),
        ({"containers": ["d*"]}, True),
        ({"containers": ["web"]}, False),
    ],
)
def test_take_process(tmp_path: Path, options: dict[str, t.Any], taken: bool) -> None:
    container = Container("0123456789abcdef" * 4, "docker", "db")
    (tmp_path / "cgroup").write_text("0::/system.slice/postgresql.service\n")
    process = Process(812, "postgres", 0, 1, str(tmp_path), container_of=lambda _process: container)
    assert Filters.from_options(options).take_process(process) is taken


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"commands": ["MainThread"]}, True),
        ({"commands": ["a-program-with-a-long-name"]}, True),
        ({"commands": ["a-program-*"]}, True),
        ({"commands": ["a-program-with-"]}, False),
        ({"units": ["ssh"]}, True),
        ({"units": ["session-3.scope"]}, True),
        ({"units": ["cron"]}, False),
    ],
)
def test_take_process_by_its_program_and_by_what_started_it(
    tmp_path: Path, options: dict[str, t.Any], taken: bool
) -> None:
    lay_out(
        tmp_path,
        {
            "7/cgroup": b"0::/user.slice/user-1000.slice/session-3.scope\n",
            "7/status": b"Name:\tx\nPPid:\t5\n",
            "5/cgroup": b"0::/system.slice/ssh.service\n",
        },
    )
    (tmp_path / "7/exe").symlink_to("/opt/a-program-with-a-long-name")
    assert Filters.from_options(options).take_process(Process(7, "MainThread", 0, 1, str(tmp_path / "7"))) is taken


@pytest.mark.parametrize("options", [{"units": ["ssh"]}, {"containers": ["web"]}])
def test_whether_a_process_is_selected_is_unknown_where_its_cgroup_is(
    tmp_path: Path, options: dict[str, t.Any]
) -> None:
    lay_out(tmp_path, {"cgroup": None})
    process = Process(7, "x", 0, 1, str(tmp_path))
    with pytest.raises(NotPermittedError):
        Filters.from_options(options).take_process(process)
    assert not Filters.from_options({**options, "pids": [8]}).take_process(process)
    assert Filters.from_options({"pids": [7]}).take_process(process)
    (tmp_path / "cgroup").rmdir()
    (tmp_path / "cgroup").symlink_to("x" * 300)
    with pytest.raises(TooDeepError):
        Filters.from_options(options).take_process(Process(7, "x", 0, 1, str(tmp_path)))


@pytest.mark.parametrize(
    ("units", "may"),
    [
        (None, False),
        (["ssh"], False),
        (["ssh.socket"], True),
        (["ssh*"], True),
        (["ssh", "*.sock[e]t"], True),
        (["postgresql@*.service"], False),
    ],
)
def test_systemd_is_asked_only_where_a_unit_may_be_a_socket_unit(units: list[str] | None, may: bool) -> None:
    assert Filters.from_options({"units": units}).may_name_socket_units is may


@pytest.mark.parametrize("unit", ["php8.2-fpm", "postgresql@9.6-main", "org.cups.cupsd"])
def test_units_with_dots(tmp_path: Path, unit: str) -> None:
    (tmp_path / "cgroup").write_text(f"0::/system.slice/{unit}.service\n")
    process = Process(812, "x", 0, 1, str(tmp_path))
    assert Filters.from_options({"units": [unit]}).take_process(process)
    assert Filters.from_options({"units": [f"{unit}.service"]}).take_process(process)
    assert not Filters.from_options({"units": [f"{unit}.socket"]}).take_process(process)


def test_names_that_the_kernel_cuts_within_a_character() -> None:
    written = "\u00e4" * 10
    shown = written.encode()[:15].decode(errors="surrogateescape")
    assert Filters.from_options({"commands": [written]}).take_process(Process(1, shown, 0, 1, "/nowhere"))
    assert not Filters.from_options({"commands": ["\udcff"]}).take_process(Process(1, shown, 0, 1, "/nowhere"))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (["7"], True),
        (["net:[7]"], True),
        (["blue"], True),
        (["red", "blue"], True),
        (["/run/netns/blue"], True),
        (["bl*"], True),
        (["8"], False),
        (["net:[8]"], False),
        (["net:7"], False),
        (["/run/blue"], False),
        ([], True),
    ],
)
def test_take_namespace(given: list[str], taken: bool) -> None:
    filters = Filters.from_options({"namespaces": given or None})
    assert filters.take_namespace(7, {"/run/netns/blue", "/run/netns/green"}) is taken
    assert filters.narrow_down is bool(given)


@pytest.mark.parametrize(
    ("entry", "options", "taken"),
    [
        (ENTRY, ON._replace(idle=60.5), True),
        (ENTRY, ON._replace(idle=60.0), False),
        (ENTRY, ON._replace(idle=None), False),
        (ENTRY, None, False),
        (LISTENER, ON._replace(idle=99.0), False),
        (ENTRY._replace(state=STATES["syn_sent"]), ON._replace(idle=99.0), False),
    ],
)
def test_idle_longer_than(entry: Entry, options: Options | None, taken: bool) -> None:
    filters = Filters.from_options({"idle_longer_than": 60})
    assert filters.take_socket(Socket(7, 1, (entry,), ((PROCESS, 3),), options)) is taken
    assert not filters.narrow_down


def test_names_are_as_long_as_the_kernels() -> None:
    process = Process(1, "systemd-journal", 0, 1, "/nowhere")
    assert Filters.from_options({"commands": ["systemd-journald"]}).take_process(process)
    assert not Filters.from_options({"commands": ["systemd-journald*"]}).take_process(process)
    assert not Filters.from_options({"units": ["*"]}).take_process(process)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"remote_addresses": ["10.0.0.0/33"]},
            (
                "remote_addresses has '10.0.0.0/33', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
            ),
        ),
        (
            {"local_addresses": ["::1", "db1"]},
            (
                "local_addresses has 'db1', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
            ),
        ),
        (
            {"local_addresses": ["fe80::1%eth0"]},
            (
                "local_addresses has 'fe80::1%eth0', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
            ),
        ),
        ({"commands": []}, "commands is empty, so no socket is selected. Name some, or leave commands out."),
        ({"states": []}, "states is empty, so no socket is selected. Name some, or leave states out."),
        ({"idle_longer_than": -1}, "idle_longer_than is -1: give seconds, a whole number from 0 on, or leave it out."),
        (
            {"idle_longer_than": True},
            "idle_longer_than is True: give seconds, a whole number from 0 on, or leave it out.",
        ),
        ({"local_ports": [80, 0]}, "local_ports has 0: give ports between 1 and 65535."),
        ({"remote_ports": [65536]}, "remote_ports has 65536: give ports between 1 and 65535."),
    ],
)
def test_refused_filters(options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Filters.from_options(options)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("options", "accepted"),
    [
        pytest.param({}, None, id="all"),
        pytest.param({"states": ["established"]}, None, id="connections only"),
        pytest.param({"states": ["listening"], "covered": False}, {}, id="listeners only"),
        pytest.param({"states": ["listening"], "pids": [7]}, {"pids": frozenset([7])}, id="of a process"),
        pytest.param({"local_addresses": ["0.0.0.0"]}, {}, id="on all addresses"),
    ],
)
def test_of_accepted(options: dict[str, t.Any], accepted: dict[str, t.Any] | None) -> None:
    expected = None
    if accepted is not None:
        expected = Filters(states=frozenset([STATES["established"]]), local_ports=frozenset([80]), **accepted)
    assert Filters.from_options(options).of_accepted([80]) == expected
