# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which units are started, on a system where a.service can be enabled and is not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers import unit_starts
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_starts import (
    specifiers_of,
    template_of,
    with_specifiers,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting, settings_of
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

ETC, LIB = "/etc/systemd/system", "/usr/lib/systemd/system"
INSTALL = b"\n[Install]\nWantedBy=multi-user.target\n"
WANTS = b"[Unit]\nWants=a.service\n"


def is_started(root: Path, layout: Layout) -> bool:
    unit = b"[Service]\nExecStart=/sbin/" + SET + INSTALL
    writers = found(root, {f"{LIB}/a.service": unit, **layout}, init=SYSTEMD)
    assert [(writer.path, writer.line) for writer in writers] in ([], [(f"{LIB}/a.service", 2)])
    return bool(writers)


@pytest.mark.parametrize("setting", ["Wants", "Requires", "BindsTo", "Upholds", "OnFailure", "OnSuccess"])
def test_settings_that_start_a_unit(tmp_path: Path, setting: str) -> None:
    unit = f"[Unit]\n{setting}=x.mount a.service\n[Service]\nExecStart=/bin/true\n"
    assert is_started(tmp_path, {f"{ETC}/b.service": unit.encode()})


@pytest.mark.parametrize("setting", ["After", "Before", "Requisite", "Conflicts", "PartOf", "#Wants", "Description"])
def test_settings_that_start_no_unit(tmp_path: Path, setting: str) -> None:
    unit = f"[Unit]\n{setting}=a.service\n[Service]\nExecStart=/bin/true\n"
    assert not is_started(tmp_path, {f"{ETC}/b.service": unit.encode()})


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({f"{ETC}/b.service": WANTS + INSTALL}, False, id="by one that is not enabled"),
        pytest.param({f"{ETC}/b.target": WANTS}, False, id="by a target that nothing starts"),
        pytest.param({f"{ETC}/b.timer": b"[Timer]\nUnit=a.service\n" + INSTALL}, False, id="by a disabled timer"),
        pytest.param(
            {f"{ETC}/b.service": WANTS + INSTALL, f"{ETC}/x.target.wants/b.service": "../b.service"},
            True,
            id="by one that is enabled",
        ),
        pytest.param(
            {f"{ETC}/b.service": b"[Unit]\nWants=c.target\n", f"{LIB}/c.target": WANTS}, True, id="over a target"
        ),
        pytest.param(
            {
                f"{ETC}/b.service": b"[Unit]\nWants=c.service\n",
                f"{LIB}/c.service": b"[Unit]\nRequires=b.service d.service\n" + INSTALL,
                f"{LIB}/d.service": WANTS + INSTALL,
            },
            True,
            id="over others, one of which wants the first",
        ),
        pytest.param(
            {f"{ETC}/b.service": b"[Unit]\nWants=c.service\n", f"{ETC}/c.service": "/dev/null"},
            False,
            id="over one that is masked",
        ),
        pytest.param(
            {f"{LIB}/default.target": "b.target", f"{LIB}/b.target": WANTS}, True, id="by the target of the boot"
        ),
        pytest.param(
            {
                f"{LIB}/default.target": "b.target",
                f"{LIB}/b.target": b"[Unit]\nRequires=multi-user.target\n",
                f"{ETC}/multi-user.target.d/x.conf": WANTS,
            },
            True,
            id="by a drop-in of a target",
        ),
        pytest.param(
            {f"{LIB}/runlevel6.target": "reboot.target", f"{LIB}/reboot.target": WANTS}, False, id="at a shutdown"
        ),
        pytest.param(
            {
                f"{LIB}/b.service": b"[Unit]\nWants=c.target\n",
                f"{LIB}/c.target": "d.target",
                f"{LIB}/d.target": WANTS,
            },
            True,
            id="by an alias of a target",
        ),
        pytest.param({f"{ETC}/service.d/x.conf": WANTS, f"{LIB}/b.service": b"[Unit]\n"}, True, id="of all services"),
        pytest.param({f"{ETC}/b.service": b"[Unit]\nWants=c.service \\\n a.service\n"}, True, id="continued"),
        pytest.param({f"{ETC}/b.service": b"[X-Mine]\nWants=a.service\n"}, False, id="in a section that is not read"),
        pytest.param(
            {f"{ETC}/b.timer": b"[Timer]\nUnit=a.service\n", f"{ETC}/timers.target.wants/b.timer": "../b.timer"},
            True,
            id="by a timer of another name",
        ),
        pytest.param(
            {f"{ETC}/a.timer": b"[Timer]\nUnit=b.service\n", f"{ETC}/timers.target.wants/a.timer": "../a.timer"},
            False,
            id="by a timer of its name for another unit",
        ),
        pytest.param(
            {f"{ETC}/b.path": b"[Path]\nUnit=a.service\n", f"{ETC}/x.target.wants/b.path": "../b.path"},
            True,
            id="by a path",
        ),
        pytest.param({f"{ETC}/b.socket": b"[Socket]\nService=a.service\n"}, True, id="by a socket"),
        pytest.param({f"{ETC}/a.socket": b"[Socket]\nListenStream=1\n"}, True, id="by a socket of its name"),
        pytest.param({f"{ETC}/b@.service": b"[Unit]\nWants=%i.service\n"}, False, id="by a template alone"),
        pytest.param(
            {f"{ETC}/b@.service": b"[Unit]\nWants=%i.service\n", f"{ETC}/x.target.wants/b@a.service": "../b@.service"},
            True,
            id="by an instance",
        ),
    ],
)
def test_units_that_others_start(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    assert is_started(tmp_path, layout) is counts


WANTED = b'SUBSYSTEM=="net", TAG+="systemd", ENV{SYSTEMD_WANTS}+="x.service a.service"\n'


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({"/etc/udev/rules.d/9.rules": WANTED}, True, id="rule"),
        pytest.param({"/usr/lib/udev/rules.d/9.rules": WANTED.replace(b"+=", b"=")}, True, id="rule of a package"),
        pytest.param({"/etc/udev/rules.d/9.rules": b"# " + WANTED}, False, id="remark"),
        pytest.param({"/etc/udev/rules.d/9.rules": WANTED.replace(b"S}+=", b"S}==")}, False, id="comparison"),
        pytest.param(
            {"/usr/lib/udev/rules.d/9.rules": WANTED, "/etc/udev/rules.d/9.rules": "/dev/null"}, False, id="hidden rule"
        ),
        pytest.param(
            {"/etc/udev/rules.d/9.rules": WANTED, f"{ETC}/systemd-udevd.service": "/dev/null"},
            False,
            id="udev is masked",
        ),
    ],
)
def test_units_that_udev_starts(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    assert is_started(tmp_path, layout) is counts


@pytest.mark.parametrize(
    ("wanted", "counts"),
    [
        pytest.param("t@%ia.service", False, id="one by one"),
        pytest.param("t@%ia.service t@%ib.service", True, id="more than can be followed"),
    ],
)
def test_instances_that_start_others_without_end(tmp_path: Path, wanted: str, *, counts: bool) -> None:
    template = f"[Unit]\nWants={wanted}\n".encode()
    layout: Layout = {f"{ETC}/t@.service": template, f"{ETC}/x.target.wants/t@a.service": "../t@.service"}
    assert is_started(tmp_path, layout) is counts


def test_a_template_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def count(text: bytes) -> t.Iterator[UnitSetting]:
        parsed.append(text)
        return settings_of(text)

    monkeypatch.setattr(unit_starts, "settings_of", count)
    template, wanted = b"[Unit]\nWants=x.service\n", " ".join(f"t@{number}.service" for number in range(100))
    layout: Layout = {f"{ETC}/t@.service": template, f"{ETC}/b.service": f"[Unit]\nWants={wanted}\n".encode()}
    assert not is_started(tmp_path, layout)
    assert parsed.count(template) == 1


@pytest.mark.parametrize(("most", "counts"), [pytest.param(3, False, id="all"), pytest.param(2, True, id="more")])
def test_units_that_name_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, *, counts: bool) -> None:
    monkeypatch.setattr(unit_starts, "_MOST_NAMED", most)
    assert is_started(tmp_path, {f"{ETC}/b.service": b"[Unit]\nWants=c.service c.service\n"}) is counts


def test_an_instance_that_another_unit_wants(tmp_path: Path) -> None:
    template = f"{LIB}/c@.service"
    layout: Layout = {template: b"[Service]\nExecStart=/sbin/" + SET + INSTALL}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    writers = found(tmp_path, {f"{ETC}/b.service": b"[Unit]\nWants=c@eth0.service\n"}, init=SYSTEMD)
    assert [writer.path for writer in writers] == [template]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a@b.service", "a@.service"),
        ("a@b.c@d.service", "a@.service"),
        ("a@.service", "a@.service"),
        ("a.service", "a.service"),
        ("a.b@c", "a.b@c"),
        ("@" * 50_000, "@" * 50_000),
    ],
    ids=["instance", "instance with a mark", "template", "no instance", "no kind", "marks only"],
)
def test_template_of(name: str, template: str) -> None:
    assert template_of(name) == template


@pytest.mark.parametrize(
    ("name", "text", "expanded"),
    [
        ("a-b@c-d\\x2d.service", "%n %N %p %i %j", "a-b@c-d\\x2d.service a-b@c-d\\x2d a-b c-d\\x2d b"),
        ("a-b@c-d\\x2d.service", "%P %I %J %H %%i", "a/b c/d- b %H %%i"),
        ("a.service", "%n %N %p %i.", "a.service a a ."),
        ("a@.service", "%n %i", "%n %i"),
    ],
    ids=["instance", "unescaped", "no instance", "template"],
)
def test_specifiers(name: str, text: str, expanded: str) -> None:
    assert with_specifiers(text, specifiers_of(name)) == expanded
