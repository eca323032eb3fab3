# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and texts of a host with control characters go through everything that prints them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import REFUSED
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace, Origin, Pod
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import Outcome as NamespaceOutcome
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Change as NamespaceChange
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Refusal
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Socket
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import Change as SocketChange
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import DesiredState as DesiredSockets
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import Outcome as SocketOutcome
from ansible_collections.linux.tcp.plugins.module_utils._sockets.summary import CoverageSummary
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview, take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_info_result, build_result
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    HostStatus,
    after_checkpoint,
    after_restoration,
    after_rollback,
    wrong,
)
from ansible_collections.linux.tcp.tests.unit.host import make_host
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, ON

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Host, Layout

HOSTILE = "\x1b]0;x\x07\r\u202e\x9b2J\u2028\ufeff\udcff"
NAME = f"/etc/sysctl.d/zz{HOSTILE}.conf"
BYTES = HOSTILE.encode("utf-8", "surrogateescape")
LAYOUT: Layout = {
    "/etc/sysctl.d/50.conf": b"# " + BYTES + b"\n\tnet.ipv4.tcp_keepalive_time = 60\n",
    NAME: b"net.ipv4.tcp_keepalive_intvl = 5 " + BYTES.replace(b"\r", b"") + b"\n",
    f"/run/sysctl.d/a{HOSTILE}.conf": b"net.ipv4.tcp_keepalive_probes = 3\n",
    "/etc/sysctl.d/zzz.conf": f"/nowhere{HOSTILE}",
    f"/etc/cron.d/x{HOSTILE}": b"* * * * * root sysctl -w net.ipv4.tcp_keepalive_time=7 # " + BYTES + b"\n",
}
# A text of several lines, in which line feeds and tabs are no harm.
OF_LINES = ("before", "after")
LINES = str.maketrans("\n\t", "  ")


def texts(found: object, name: str = "") -> t.Iterator[tuple[str, str]]:
    """Yield all texts of a result, each with the name of the key that it is found at."""
    if isinstance(found, str):
        yield name, found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield "", key
            yield from texts(value, key)
    elif isinstance(found, (list, tuple)):
        for value in found:
            yield from texts(value, name)


def raw(found: object) -> list[str]:
    """Return the texts of a result that are not printable."""
    plain = [text.translate(LINES) if name in OF_LINES else text for name, text in texts(found)]
    return [text for text in plain if printable(text) != text]


def hostile(found: object) -> list[str]:
    """Return the texts of a result in which the hostile name is, as it may be printed."""
    return [text for _name, text in texts(found) if "\\x1b]0;x\\x07" in text]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host(tmp_path, LAYOUT, values=(60, 5, 9))


def test_info(host: Host) -> None:
    found = build_info_result(take_snapshot(host))
    assert raw(found) == []
    assert len(hostile(found[0]["other_writers"])) == 2  # the name and the line
    assert len(hostile(found[0]["settings"])) == 2
    assert len(hostile(found[1])) == 2


def test_change_and_restoration(tmp_path: Path) -> None:
    # the checkpoint of a file with such a name is refused, its content is not
    host = make_host(tmp_path, {path: what for path, what in LAYOUT.items() if path != NAME}, values=(60, 5, 9))
    want = DesiredState(path="/etc/sysctl.d/50.conf", values=Values(600, 60, 20), overrides="take_over")
    checkpoint = take_checkpoint(preview(host, want), host.files)
    found = build_result(ensure(host, want, check_mode=False), want, diff=True)
    assert raw(found) == []
    assert len(hostile(found[0]["diff"])) == 2  # the text of the file, before and after
    undone = restore(host, checkpoint, force=True, check_mode=True).diff()
    assert raw(undone) == []
    assert len(hostile(undone)) == 2


def test_errors(host: Host) -> None:
    with pytest.raises(KeepaliveError) as refused:
        preview(host, DesiredState(path="/etc/sysctl.d/50.conf", values=Values(600, 60, 20)))
    assert raw([str(refused.value), refused.value.details]) == []
    assert hostile(str(refused.value))


def test_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "etc").symlink_to(HOSTILE)
    (tmp_path / HOSTILE).symlink_to("etc")
    with pytest.raises(KeepaliveError) as refused:
        Files(str(tmp_path)).resolve(f"/{HOSTILE}/x")
    assert raw(str(refused.value)) == []


def test_sockets(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_bytes(b"0::/system.slice/x" + BYTES.replace(b"\r", b"") + b".service\n")
    process = Process(812, HOSTILE, 0, 4026531840, str(tmp_path))
    before = Socket(7, 1, (ENTRY,), ((process, 3),), ON._replace(keepalive=False))
    after = Socket(7, 1, (ENTRY,), ((process, 3),), ON)
    summary, outcome = CoverageSummary(), SocketOutcome()
    summary.add(before)
    outcome.changed.append(SocketChange(before, after))
    outcome.leave(after, DesiredSockets())
    found = [before.as_dict(), summary.as_dict(), outcome.as_dict(summary_only=False), outcome.diff()]
    assert raw(found) == []
    assert all(map(hostile, found))


def test_namespaces() -> None:
    containers = (Container(HOSTILE, "lxc", HOSTILE, Pod(HOSTILE, HOSTILE, HOSTILE)),)
    texts = (HOSTILE,)
    one = Namespace(1, names=texts, containers=containers, units=texts, commands=texts, origin=Origin(path=HOSTILE))
    outcome = NamespaceOutcome()
    outcome.add(NamespaceChange(one, Values(600, 60, 20)))
    outcome.add(Refusal(one, REFUSED.because("no")), failed=True)
    found = [one.as_dict(Values()), outcome.as_dict(), outcome.diff(), outcome.failure()]
    assert raw(found) == []
    assert all(map(hostile, found))
    assert len(hostile(found[0])) == 12


def test_reasons_of_a_rollout() -> None:
    lost = {"failed": True, "msg": HOSTILE}
    found = [
        after_checkpoint(lost, must_change=False),
        after_rollback(HostStatus("pending"), lost, restore_command="x"),
        after_restoration({**lost, "msg": [HOSTILE]}, check_mode=False),
    ]
    shown = wrong({str(number): status for number, status in enumerate(found)})
    assert raw(shown) == []
    assert len(hostile(shown)) == len(found)
