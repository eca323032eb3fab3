# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set values on machines with kernels of their own, reboot, and compare each boot with its prediction.

The values of a boot are those that the machine prints on its console, without the collection. The kernel command line
has parameters for time and intvl.
"""

from __future__ import annotations

import functools
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.kernels.machine import Machine, require_tools

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.kernels.machine import Figures, Result, Session

TREE = Path(__file__).absolute().parents[2]
DISKS = TREE / ".cache" / "kernels"
# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or TREE / "collections")
KEYS = ("time", "intvl", "probes")
FILE = "/etc/sysctl.d/99-tcp-keepalive.conf"
PARAMETERS = "sysctl.net.ipv4.tcp_keepalive_time=111 sysctl.net/ipv4/tcp_keepalive_intvl=33"
# The values by the kernel and its command line, those to set, and what both give together.
BEFORE, DESIRED, SET = (111, 33, 9), {"time": 600, "probes": 20}, (600, 33, 20)
IN_FILE, ON_COMMAND_LINE = {"path": FILE}, {"path": "/proc/cmdline"}
SOURCES_BEFORE = (ON_COMMAND_LINE, ON_COMMAND_LINE, None)
SOURCES_SET = (IN_FILE, ON_COMMAND_LINE, IN_FILE)

COPY = "copy_in_initramfs"

GATHER: Result = {"linux.tcp.keepalive_info": {}}
ENSURE: Result = {"linux.tcp.keepalive": DESIRED}
REMOVE: Result = {"linux.tcp.keepalive": {"state": "absent"}}


def start(name: str, figures: Figures) -> Machine:
    """Return a machine with a fresh disk."""
    require_tools()
    return Machine(DISKS / f"{name}.ext4", COLLECTIONS, figures, parameters=PARAMETERS)


def by_key(values: dict[str, t.Any]) -> tuple[t.Any, ...]:
    """Return the values of time, intvl and probes."""
    return tuple(values[key] for key in KEYS)


def check(
    info: Result, *, runtime: tuple[int, ...], boot: tuple[int, ...], sources: tuple[t.Any, ...], copied: bool
) -> None:
    """Check what keepalive_info says of a machine.

    Nothing is in doubt, but for what no file sets where the initramfs may have a ``copied`` file that does.
    """
    assert info["boot"]["loader"] == "systemd-sysctl"
    assert by_key(info["runtime"]) == runtime
    is_known = [not copied or source == IN_FILE for source in sources]
    assert by_key(info["boot"]["values"]) == tuple(value if known else None for value, known in zip(boot, is_known))
    found = by_key(info["boot"]["sources"])
    assert tuple(source and {"path": source["path"]} for source in found) == tuple(
        source if known else None for source, known in zip(sources, is_known)
    )
    assert [doubt["code"] for doubt in info["boot"]["doubts"]] == [COPY] * copied
    assert info["drift"] == [
        key for key, now, then, known in zip(KEYS, runtime, boot, is_known) if known and now != then
    ]
    assert info["other_writers"] == []


def set_values(session: Session) -> None:
    """Set values on a machine that has those of its command line."""
    assert session.booted.values == BEFORE
    before, done, again, after = session.play(GATHER, ENSURE, ENSURE, GATHER)
    check(before, runtime=BEFORE, boot=BEFORE, sources=SOURCES_BEFORE, copied=False)
    assert (done["changed"], done.get("warnings", []), again["changed"]) == (True, [], False)
    check(after, runtime=SET, boot=SET, sources=SOURCES_SET, copied=False)


def remove_values(session: Session, *, copied: bool = False) -> list[str]:
    """Check that the values have survived a boot, remove them, and return the warnings of that."""
    assert session.booted.values == SET  # as predicted
    before, again, done, after = session.play(GATHER, ENSURE, REMOVE, GATHER)
    check(before, runtime=SET, boot=SET, sources=SOURCES_SET, copied=copied)
    assert (again["changed"], again.get("warnings", []), done["changed"]) == (False, [], True)
    check(after, runtime=BEFORE, boot=BEFORE, sources=SOURCES_BEFORE, copied=copied)
    warnings: list[str] = done.get("warnings", [])
    return warnings


def check_removed(session: Session, *, copied: bool = False) -> None:
    """Check that the boot gave the values of the command line, as predicted."""
    assert session.booted.values == BEFORE
    info, again = session.play(GATHER, REMOVE)
    check(info, runtime=BEFORE, boot=BEFORE, sources=SOURCES_BEFORE, copied=copied)
    assert again["changed"] is False


@pytest.mark.parametrize(("name", "series"), [("machine11", "5.10."), ("machine12", "6.1.")])
def test_initramfs_tools(name: str, series: str, figures: Figures) -> None:
    with start(name, figures) as machine:
        machine.boot(set_values)
        assert machine.boot(remove_values) == []
        machine.boot(check_removed)
        assert {release.startswith(series) for release in machine.releases} == {True}


def test_dracut(figures: Figures) -> None:
    with start("machine13", figures) as machine:
        machine.boot(set_values_and_copy_them)
        (warning,) = machine.boot(functools.partial(remove_values, copied=True))
        assert "dracut --force" in warning
        machine.boot(rebuild)
        machine.boot(functools.partial(check_removed, copied=True))
        assert {release.startswith("6.12.") for release in machine.releases} == {True}


def set_values_and_copy_them(session: Session) -> None:
    """Set values, and let dracut build the initramfs, as each update of the kernel does.

    Debian's dracut builds one for any machine unless it is told otherwise. Only a host-only one has a copy of
    /etc/sysctl.d.
    """
    set_values(session)
    session.run("cp /usr/lib/dracut/dracut.conf.d/hostonly/50-hostonly.conf /etc/dracut.conf.d && dracut --force")


def rebuild(session: Session) -> None:
    """Check that the boot gave the removed values, as the warning said was possible, and do what it told."""
    assert session.booted.values == SET
    info, again = session.play(GATHER, REMOVE)
    check(info, runtime=SET, boot=BEFORE, sources=SOURCES_BEFORE, copied=True)
    assert (again["changed"], again["warnings"]) == (True, [info["boot"]["doubts"][0]["message"]])
    session.run("dracut --force")
