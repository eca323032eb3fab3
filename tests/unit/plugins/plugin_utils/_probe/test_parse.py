# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of the probe that tools/record_probes.py has recorded on the hosts of the scenarios."""

from __future__ import annotations

import base64
import gzip
import io
import re
import tarfile
import typing as t
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.parse import parse_probe

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader

RECORDED = Path(__file__).with_name("recorded")
LOADERS: dict[str, Loader | None] = {
    "debian11": "systemd-sysctl",
    "debian12": "systemd-sysctl",
    "debian13": "systemd-sysctl",
    "debian14": "systemd-sysctl",
    "sysvinit12": "procps",
    "runit12": "procps",
    "initless12": None,
    "busybox12": None,
}
# OpenRC boots it; only the module itself reads on.
INCONCLUSIVE = {"openrc12"}


def test_every_host_is_recorded() -> None:
    assert {path.stem for path in RECORDED.iterdir()} == {*LOADERS, *INCONCLUSIVE}


@pytest.mark.parametrize("name", LOADERS)
def test_recorded_host(name: str) -> None:
    host = parse_probe((RECORDED / f"{name}.txt").read_text(encoding="ascii"))
    snapshot = take_snapshot(host)
    host.require_certain(snapshot)
    assert (snapshot.loader, snapshot.boot.values, snapshot.runtime) == (
        LOADERS[name],
        KERNEL_DEFAULTS,
        KERNEL_DEFAULTS,
    )
    assert (snapshot.runtime_writable, snapshot.warnings(), snapshot.other_writers) == (True, [], [])


@pytest.mark.parametrize("name", sorted(INCONCLUSIVE))
def test_inconclusive_host(name: str) -> None:
    with pytest.raises(InconclusiveProbeError):
        take_snapshot(parse_probe((RECORDED / f"{name}.txt").read_text(encoding="ascii")))


def unpacked(name: str) -> bytes:
    return gzip.decompress(base64.b64decode((RECORDED / f"{name}.txt").read_text(encoding="ascii")))


def packed(output: bytes) -> str:
    return base64.b64encode(gzip.compress(output, 1)).decode("ascii")


def rebuilt(name: str, files: t.Mapping[str, bytes | str] | None = None, *, lines: bytes = b"") -> str:
    """Return a recorded output with other files (bytes) and links (texts), and with more lines that may set values."""
    text, heading, rest = unpacked(name).partition(b"\n= files\n")
    archive = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(rest)) as old, tarfile.open(
        fileobj=archive, mode="w", format=tarfile.GNU_FORMAT
    ) as new:
        for member in old:
            new.addfile(member, old.extractfile(member) if member.isreg() else None)
        for path, what in (files or {}).items():
            member = tarfile.TarInfo(path)
            if isinstance(what, str):
                member.type, member.linkname = tarfile.SYMTYPE, what
                new.addfile(member)
            else:
                member.size = len(what)
                new.addfile(member, io.BytesIO(what))
    return packed(text + lines + heading + archive.getvalue() + b"= end 0")


def stretched(line: bytes, more: bytes) -> str:
    """Return the output of a host whose init is not known, with more behind a line."""
    output = unpacked("initless12").replace(b"\ncontainer=", b"\ncmdline quiet\ncontainer=", 1)
    assert line in output
    return packed(output.replace(line, line + more, 1))


CONF = "etc/sysctl.d/a.conf"
ROW = b"\n/etc/crontab:1:sysctl -w x=1"
MANY = "the lines that may set values are too many or too long"
PATTERNS = "the lines that may set values have too many patterns"
LINKS = {f"etc/sysctl.d/{number:03}.conf": f"{number + 1:03}.conf" for number in range(500)}


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param("A" * 600_001, "the output is too long", id="printed"),
        pytest.param(packed(bytes(3 << 20)), "the output is cut, or too long", id="unpacked"),
        pytest.param(rebuilt("debian12", {CONF: b"net.ipv4.tcp_keepalive_time=1\n" * 101}), MANY, id="settings"),
        pytest.param(rebuilt("debian12", {CONF: b"#" + b"*" * 1001}), MANY, id="long pattern"),
        pytest.param(rebuilt("debian12", {CONF: b"*{a,b}\n" * 11}), PATTERNS, id="braces"),
        pytest.param(rebuilt("debian12", {CONF: b"-net*" + b"[" * 101}), PATTERNS, id="brackets"),
        pytest.param(rebuilt("debian12", lines=ROW * 101), MANY, id="other lines"),
        pytest.param(rebuilt("debian12", lines=ROW + b"x" * 1000), MANY, id="other long line"),
        pytest.param(rebuilt("debian12", LINKS), "there are too many links or names", id="links"),
        pytest.param(stretched(b"\ncomm sleep", b"\x1b" * 11), "comm is too long", id="name of process 1"),
        pytest.param(stretched(b"\nexe /", b"x" * 4096), "exe is too long", id="program of process 1"),
        pytest.param(stretched(b"\ncontainer=podman", b"x" * 60), "container is too long", id="container"),
        pytest.param(stretched(b"\ncmdline quiet", b" x" * 2048), "cmdline is too long", id="command line"),
        *(
            pytest.param(
                stretched(b"\n= %s\n" % part.encode(), b"none /" + b"x" * (16 << 10) + b"\n"),
                f"a line of the part {part} is too long",
                id=f"line of {part}",
            )
            for part in ("mounts", "first", "paths")
        ),
        pytest.param(stretched(b"\n= first\n", b"x\n" * 2000), "the mounts are too many", id="mounts of process 1"),
    ],
)
def test_what_would_take_long_is_for_the_host_to_read(output: str, message: str) -> None:
    with pytest.raises(InconclusiveProbeError, match=f"^{re.escape(message)}$"):
        take_snapshot(parse_probe(output))


def outcome(output: str) -> str:
    """Return what an output leads to, which is a snapshot or an error of the collection, and nothing else."""
    try:
        host = parse_probe(output)
    except InconclusiveProbeError:
        return "inconclusive"
    try:
        snapshot = take_snapshot(host)
        host.require_certain(snapshot)
        snapshot.as_dict()
    except KeepaliveError:
        return "uncertain"
    return "certain"


PIECES = st.binary(max_size=20) | st.sampled_from(
    [b"\n", b"\0", b"= files\n", b"= end 0", b"= kernel\n", b"none /etc\n", b"\xff" * 12, b"9" * 5000, b":1:"]
)


def pax(content: bytes) -> bytes:
    header = tarfile.TarInfo("x")
    header.type, header.size = b"x", len(content)
    return header.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(rebuilt("debian12", lines=b"\n/x:" + b"9" * 5000 + b":sysctl"), id="number"),
        pytest.param(
            packed(unpacked("debian12").replace(b"\n= files\n", b"\n= files\n" + pax(b"") * 2000)), id="chain"
        ),
        pytest.param(packed(b"\n= doubt " + b"x" * 100_000), id="doubt"),
        pytest.param(packed(b"= x\n" * 100_000 + b"\n= files\n= end 0"), id="parts"),
    ],
)
def test_output_is_refused_in_few_words(output: str) -> None:
    with pytest.raises(InconclusiveProbeError) as refused:
        parse_probe(output)
    assert len(str(refused.value)) < 2000


@given(text=st.text(max_size=60) | st.binary(max_size=60).map(packed))
def test_any_output_is_read_or_refused(text: str) -> None:
    assert outcome(text) == "inconclusive"


@given(
    name=st.sampled_from([*LOADERS, *sorted(INCONCLUSIVE)]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 600), PIECES), min_size=1, max_size=3),
    is_text=st.booleans(),
)
def test_mutated_output_is_read_or_refused(name: str, changes: list[tuple[float, int, bytes]], is_text: bool) -> None:
    """The parts before the archive are short, so half of the changes are made there."""
    output = unpacked(name)
    for share, length, piece in changes:
        end = output.find(b"= files") if is_text else len(output)
        place = int(share * max(end, 0))
        output = output[:place] + piece + output[place + length :]
    event(outcome(packed(output)))
