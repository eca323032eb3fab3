# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    "path",
    [
        "/etc/systemd/system/tune.service",
        "/etc/systemd/system/ssh.service.d/tune.conf",
        "/etc/systemd/system/service.d/tune.conf",
        "/usr/local/lib/systemd/system/tune.service",
        "/usr/lib/systemd/system/ssh.service.d/tune.conf",
        "/usr/lib/systemd/system/tune@.service",
        "/lib/systemd/system/tune.socket",
        "/etc/systemd/system.control/tune.service",
        "/etc/systemd/system.attached/tune.service",
    ],
)
def test_units(tmp_path: Path, path: str) -> None:
    text = (
        b"[Unit]\nDescription=" + SET + b"\n[Service]\nExecStart=/bin/sh -c 'true; \\\n# no\n " + SET + b"'\nX=" + SET
    )
    layout: Layout = {path: text}
    assert found(tmp_path, layout, init=SYSTEMD, executable=False) == [Writer(path, 6, SET.decode() + "'")]
    assert found(tmp_path, layout, init=PROCPS, executable=False) == []


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({}, False, id="not enabled"),
        pytest.param({"/etc/systemd/system/x.target.wants/a.service": "../a.service"}, True, id="wanted"),
        pytest.param({"/usr/lib/systemd/system/x.target.requires/a.service": "../a.service"}, True, id="required"),
        pytest.param({"/etc/systemd/system/timers.target.wants/a.timer": b""}, True, id="by its timer"),
        pytest.param({"/etc/systemd/system/b.service": "/usr/lib/systemd/system/a.service"}, True, id="by an alias"),
        pytest.param({"/etc/systemd/system/x.target.wants/b.service": b""}, False, id="another one is enabled"),
    ],
)
def test_units_that_have_to_be_enabled(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\nExecStopPost=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    writers = found(tmp_path, {"/usr/lib/systemd/system/a.service": unit, **layout}, init=SYSTEMD)
    assert [writer.line for writer in writers] == ([2] if counts else [])


@pytest.mark.parametrize(
    ("section", "counts"),
    [
        ("Service", True),
        ("Socket", True),
        ("X-Service", False),
        ("Unit", False),
        ("Install", False),
        ("service", False),
    ],
)
def test_sections_whose_commands_are_run(tmp_path: Path, section: str, *, counts: bool) -> None:
    text = f"[Unit]\nDescription=x\n[{section}]\nExecStart={SET.decode()}\n[Service]\nType=oneshot\n"
    layout: Layout = {
        "/etc/systemd/system/a.service": text.encode(),
        "/etc/systemd/system/x.target.wants/a.service": "../a.service",
    }
    assert [writer.line for writer in found(tmp_path, layout, init=SYSTEMD)] == ([4] if counts else [])


def test_an_enabled_instance_enables_its_template(tmp_path: Path) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    layout: Layout = {"/usr/lib/systemd/system/a@.service": unit}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    layout = {"/etc/systemd/system/x.target.wants/a@eth0.service": "/usr/lib/systemd/system/a@.service"}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == 1


@pytest.mark.parametrize(
    ("command", "counts"),
    [
        ("/sbin/sysctl -w $SETTING", True),
        ("/sbin/sysctl ${KEY}=${VALUE}", True),
        ("/sbin/sysctl -w %H", True),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%H", True),
        ("/sbin/sysctl -w %i", False),  # no instance
        ("/sbin/sysctl -p ${FILE}", True),
        ("/sbin/sysctl -p /etc/%H.conf", True),
        ("/sbin/sysctl -p /etc/%N.conf", True),
        ("/sbin/sysctl -p /etc/%N.d/a.conf", False),  # which is not there
        ("/sbin/sysctl -w vm.swappiness=${VALUE}", False),
        ("/bin/sh -c 'for i in a b; do sysctl -w $$i=1; done'", False),
    ],
)
def test_variables_of_units(tmp_path: Path, command: str, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": f"[Service]\nExecStart={command}\n".encode(),
        "/etc/a.conf": b"net.ipv4.tcp_keepalive_time = 60\n",
    }
    assert bool(found(tmp_path, layout, init=SYSTEMD)) is counts


@pytest.mark.parametrize(
    ("command", "instances", "counts"),
    [
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", ["300"], True),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", ["600"], False),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", ["600", "300"], True),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", [], False),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", ["600\\x20"], True),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%%i", ["600"], True),
        ("/sbin/sysctl -q 'net.ipv4.tcp_keepalive_time=%I'", ["300"], True),
        ('/bin/sh -c "sysctl -w net.ipv4.tcp_keepalive_time=%i"', ["300"], True),
        ('/bin/sh -c "sysctl -w net.ipv4.tcp_keepalive_time=%i"', ["600"], False),
        ('/bin/sh -c "echo %i > /proc/sys/net/ipv4/tcp_keepalive_time"', ["600"], False),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_%i=300", ["time"], True),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_%i=600", ["time"], False),
        ("/sbin/sysctl -w net.ipv4.%i=300", ["tcp_keepalive_time"], True),
        ("/sbin/sysctl -w net.ipv4.%i=300", ["tcp_fin_timeout"], False),
        ("/sbin/sysctl -w %I", ["net.ipv4.tcp_keepalive_time\\x3d300"], True),
        ("/sbin/sysctl -w %I", ["vm.swappiness\\x3d1"], False),
        ("/sbin/sysctl -w net.ipv4.tcp_keepalive_time=%i", [str(number) for number in range(30)], True),
        ("/opt/%i.sh", ["tune"], True),
        ("/opt/%i.sh", ["other"], False),
    ],
)
def test_specifiers_of_instances(tmp_path: Path, command: str, instances: list[str], *, counts: bool) -> None:
    layout: Layout = {
        "/etc/systemd/system/a@.service": f"[Service]\nExecStart={command}\n[Install]\nWantedBy=x.target\n".encode(),
        "/opt/tune.sh": b"#!/bin/sh\n" + SET,
        **{f"/etc/systemd/system/x.target.wants/a@{one}.service": "../a@.service" for one in instances},
    }
    assert bool(found(tmp_path, layout, init=SYSTEMD)) is counts


RUN_I = b"[Service]\nExecStart=/sbin/sysctl -w net.ipv4.%i=60\n[Install]\nWantedBy=x.target\n"


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({"a@.service.d/x.conf": RUN_I}, True, id="of all"),
        pytest.param({"a@tcp_keepalive_time.service.d/x.conf": RUN_I}, True, id="drop-in of the instance"),
        pytest.param({"a@tcp_fin_timeout.service.d/x.conf": RUN_I}, False, id="drop-in of another one"),
        pytest.param(
            {
                "a@.service": RUN_I,
                "a@tcp_keepalive_time.service": "/dev/null",
                "x.target.wants/a@tcp_fin_timeout.service": "../a@.service",
            },
            False,
            id="masked",
        ),
        pytest.param(
            {
                "a@.service": RUN_I.replace(b"net.ipv4.%i=60", b"net.ipv4.tcp_keepalive_time=%i"),
                "b@60.service": "a@.service",
                "x.target.wants/a@600.service": "../a@.service",
                "x.target.wants/b@60.service": "../a@.service",
            },
            True,
            id="another name of the template",
        ),
        pytest.param(
            {
                "a@.service": RUN_I,
                "a@tcp_keepalive_time.service": b"[Service]\nExecStart=/bin/true\n",
                "x.target.wants/a@tcp_fin_timeout.service": "../a@.service",
            },
            False,
            id="a unit of its own",
        ),
        pytest.param(
            {
                "a@.service": b"[Service]\nExecStart=/bin/true\n",
                "a@tcp_keepalive_time.service": RUN_I,
            },
            True,
            id="the unit of an instance",
        ),
    ],
)
def test_files_of_instances(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    folder = "/etc/systemd/system"
    before: Layout = {
        f"{folder}/a@.service": b"[Service]\nExecStart=/bin/true\n",
        f"{folder}/x.target.wants/a@tcp_keepalive_time.service": "../a@.service",
    }
    layout = {**before, **{f"{folder}/{name}": what for name, what in layout.items()}}
    assert bool(found(tmp_path, layout, init=SYSTEMD)) is counts


@pytest.mark.parametrize("what", [b"", "/dev/null"])
def test_units_hide_others_of_their_name(tmp_path: Path, what: bytes | str) -> None:
    assert (
        found(tmp_path, {"/usr/lib/systemd/system/a.service": SET, "/etc/systemd/system/a.service": what}, init=SYSTEMD)
        == []
    )


def test_a_masked_unit_takes_its_drop_ins_with_it(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": "/dev/null",
        "/etc/systemd/system/a.service.d/tune.conf": b"ExecStart=" + SET,
    }
    assert found(tmp_path, layout, init=SYSTEMD) == []


def test_a_merged_usr_is_read_once(tmp_path: Path) -> None:
    layout: Layout = {"/lib": "usr/lib", "/usr/lib/systemd/system/a.service": b"ExecStart=" + SET}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ["/usr/lib/systemd/system/a.service"]


UNIT = b"[Service]\nExecStart=/sbin/" + SET + b"\n"


@pytest.mark.parametrize(
    ("unit", "drop_ins", "counts"),
    [
        pytest.param(b"PrivateNetwork=yes", {}, False, id="own network"),
        pytest.param(b"PrivateNetwork=True", {}, False, id="own network, in other letters"),
        pytest.param(b"PrivateNetwork=no", {}, True, id="the host's network"),
        pytest.param(b"PrivateNetwork=yes\nPrivateNetwork=no", {}, True, id="the last one counts"),
        pytest.param(b"# PrivateNetwork=yes", {}, True, id="remark"),
        pytest.param(b"NetworkNamespacePath=/run/netns/blue", {}, False, id="another namespace"),
        pytest.param(b"NetworkNamespacePath=/run/netns/blue\nNetworkNamespacePath=", {}, True, id="taken back"),
        pytest.param(b"NetworkNamespacePath=/proc/1/ns/net", {}, True, id="that of process 1"),
        pytest.param(b"JoinsNamespaceOf=b.service", {}, True, id="joins, but has no own network"),
        pytest.param(b"", {"a.service.d/x.conf": b"PrivateNetwork=yes"}, False, id="by a drop-in"),
        pytest.param(b"PrivateNetwork=yes", {"a.service.d/x.conf": b"PrivateNetwork=no"}, True, id="drop-in says no"),
        pytest.param(b"", {"service.d/x.conf": b"PrivateNetwork=yes"}, False, id="by a drop-in of all services"),
        pytest.param(
            b"",
            {"a.service.d/10-x.conf": b"PrivateNetwork=yes", "a.service.d/20-y.conf": b"PrivateNetwork=no"},
            True,
            id="drop-ins in their order",
        ),
        pytest.param(b"", {"b.service.d/x.conf": b"PrivateNetwork=yes"}, True, id="drop-in of another unit"),
        pytest.param(b"User=nobody", {}, False, id="no rights"),
        pytest.param(b"User=root", {}, True, id="root"),
        pytest.param(b"DynamicUser=yes", {}, False, id="a user of its own"),
        pytest.param(b"User=tune\nAmbientCapabilities=CAP_NET_ADMIN", {}, True, id="a right of root"),
        pytest.param(b"ProtectKernelTunables=yes", {}, False, id="/proc/sys is read-only"),
        pytest.param(b"ReadOnlyPaths=/etc -/proc/sys/", {}, False, id="it is one of several read-only paths"),
        pytest.param(b"ReadOnlyPaths=/proc\nReadOnlyPaths=/etc", {}, False, id="a list in two lines"),
        pytest.param(b"ReadOnlyDirectories=/", {}, False, id="by the old name"),
        pytest.param(b"InaccessiblePaths=+/proc/sys/net", {}, False, id="it cannot be seen"),
        pytest.param(b"ProcSubset=pid", {}, False, id="/proc has processes only"),
        pytest.param(b"", {"a.service.d/x.conf": b"ReadOnlyPaths=/proc"}, False, id="read-only by a drop-in"),
        pytest.param(b"ReadOnlyPaths=/proc\nReadOnlyPaths=", {}, True, id="read-only, taken back"),
        pytest.param(b"ReadOnlyPaths=/proc\nReadWritePaths=/proc/sys/net", {}, True, id="read-only, but not below"),
        pytest.param(b"ReadOnlyPaths=/proc/sys/kernel /proc/sys/net/ipv6", {}, True, id="other keys are read-only"),
        pytest.param(b"ProcSubset=all", {}, True, id="all of /proc"),
        pytest.param(b"RootDirectory=/srv/chroot", {}, True, id="another root folder"),
    ],
)
def test_units_that_cannot_set_the_keys_of_the_host(
    tmp_path: Path, unit: bytes, drop_ins: dict[str, bytes], *, counts: bool
) -> None:
    folder = "/etc/systemd/system"
    layout: Layout = {
        f"{folder}/a.service": UNIT + unit + b"\n",
        **{f"{folder}/{name}": b"[Service]\n" + text + b"\n" for name, text in drop_ins.items()},
    }
    assert [writer.line for writer in found(tmp_path, layout, init=SYSTEMD)] == ([2] if counts else [])


@pytest.mark.parametrize(
    ("settings", "counts"),
    [
        ("", True),
        ("RootDirectory=/srv/chroot", False),
        ("RootImage=/srv/image.raw", False),
        ("RootDirectory=/srv/chroot\nRootDirectory=", True),
        ("RootDirectory=/", True),
        ("RootDirectory=/srv/chroot\nRootDirectoryStartOnly=yes", True),
        ("ReadOnlyPaths=/proc", True),
        ("PrivateNetwork=yes", True),
        ("ProtectKernelTunables=yes\nRootDirectory=/srv/chroot", False),
        ("User=nobody", False),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        "/bin/sh -c 'echo net.ipv4.tcp_keepalive_time=60 > /etc/sysctl.d/9.conf'",
        "/bin/cp /opt/tune.conf /etc/sysctl.d/9.conf",
    ],
)
def test_sysctl_files_that_a_unit_writes(tmp_path: Path, command: str, settings: str, *, counts: bool) -> None:
    tune: Layout = {"/opt/tune.conf": b"net.ipv4.tcp_keepalive_time = 60\n"}
    for prefix, lines in (("", [2] if counts else []), ("+", [2])):
        unit = f"[Service]\nExecStartPre={prefix}{command}\n{settings}\n".encode()
        writers = found(tmp_path, {**tune, "/etc/systemd/system/a.service": unit}, init=SYSTEMD)
        assert [writer.line for writer in writers] == lines


def test_a_drop_in_of_a_unit_with_its_own_network_sets_nothing(tmp_path: Path) -> None:
    layout: Layout = {
        "/usr/lib/systemd/system/a@.service": b"[Service]\nPrivateNetwork=yes\n",
        "/etc/systemd/system/a@.service.d/x.conf": UNIT,
        "/etc/systemd/system/a@b.service.d/x.conf": b"[Service]\nExecStartPre=/opt/tune\n",
        "/opt/tune": b"#!/bin/sh\n" + SET,
        "/usr/lib/systemd/system/c.service": b"[Service]\nNetworkNamespacePath=/run/netns/c\nExecStart=/opt/tune\n",
    }
    assert found(tmp_path, layout, init=SYSTEMD) == []


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        pytest.param([UNIT + b"ExecStart=\nExecStart=/bin/true\n"], [], id="taken back in the unit"),
        pytest.param([UNIT + b"ExecStartPre=\n"], [("a.service", 2)], id="another setting is taken back"),
        pytest.param([UNIT, b"[Service]\nExecStart=\nExecStart=/bin/true\n"], [], id="by a drop-in"),
        pytest.param([UNIT, b"[Service]\nExecStart=\n", UNIT], [("a.service.d/2.conf", 2)], id="and set again"),
        pytest.param([UNIT, UNIT, b"[Service]\nExecStart=\n"], [], id="by the last drop-in"),
    ],
)
def test_commands_of_a_unit_that_are_taken_back(
    tmp_path: Path, texts: list[bytes], places: list[tuple[str, int]]
) -> None:
    folder = "/etc/systemd/system"
    names = ["a.service", *(f"a.service.d/{number}.conf" for number in range(1, len(texts)))]
    layout: Layout = {f"{folder}/{name}": text for name, text in zip(names, texts)}
    writers = found(tmp_path, layout, init=SYSTEMD)
    assert [(writer.path[len(folder) + 1 :], writer.line) for writer in writers] == places


@pytest.mark.parametrize(
    ("settings", "drop_in", "counts"),
    [
        ("Type=oneshot", "", True),
        ("Type=oneshot", "RemainAfterExit=yes", False),
        ("Type=oneshot\nRemainAfterExit=yes", "", False),
        ("Type=oneshot\nRemainAfterExit=yes", "RemainAfterExit=no", True),
        ("", "Type=oneshot", True),
        ("Type=simple", "", False),
        ("", "", False),
    ],
)
@pytest.mark.parametrize("name", ["ExecStop", "ExecStopPost"])
def test_commands_at_a_stop(tmp_path: Path, name: str, settings: str, drop_in: str, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": f"[Service]\n{name}={SET.decode()}\n{settings}\n".encode(),
        "/etc/systemd/system/a.service.d/x.conf": f"[Service]\n{drop_in}\n".encode(),
    }
    assert [writer.line for writer in found(tmp_path, layout, init=SYSTEMD)] == ([2] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("ExecStart=+/sbin/sysctl -w net.ipv4.tcp_keepalive_time=60", True),
        ("ExecStartPre=!!/sbin/sysctl -w net.ipv4.tcp_keepalive_time=60", True),
        ("ExecStartPre=-/sbin/sysctl -w net.ipv4.tcp_keepalive_time=60", False),
    ],
)
def test_commands_of_a_unit_with_all_rights(tmp_path: Path, line: str, *, counts: bool) -> None:
    text = f"[Service]\nUser=nobody\n{line}\n".encode()
    writers = found(tmp_path, {"/etc/systemd/system/a.service": text}, init=SYSTEMD)
    assert [writer.line for writer in writers] == ([3] if counts else [])


@pytest.mark.parametrize(
    ("rest", "counts"),
    [
        ("", True),
        ("NoNewPrivileges=yes\n", False),
        ("ProtectKernelTunables=yes\n", False),
        ("PrivateNetwork=yes\n", False),
    ],
)
@pytest.mark.parametrize("command", ["/usr/bin/sudo /sbin/{}", "/usr/bin/doas {}", "/bin/sh -c 'true; sudo {}'"])
def test_commands_of_a_user_that_gets_rights(tmp_path: Path, command: str, rest: str, *, counts: bool) -> None:
    text = f"[Service]\nUser=app\nExecStart={command.format(SET.decode())}\n{rest}"
    writers = found(tmp_path, {"/etc/systemd/system/a.service": text.encode()}, init=SYSTEMD)
    assert [writer.line for writer in writers] == ([3] if counts else [])


@pytest.mark.parametrize(
    ("settings", "instances", "counts"),
    [
        ("WorkingDirectory=/opt/%i\nExecStart=/bin/sh ./s.sh", ["a", "b"], True),
        ("WorkingDirectory=-/opt/%i\nExecStart=/bin/sh s.sh", ["b"], True),
        ("WorkingDirectory=/opt/%i\nExecStart=/bin/sh ./s.sh", ["a"], False),
        ("WorkingDirectory=%I\nExecStart=/bin/sh ./s.sh", ["-opt-b"], True),
        ('Environment=D=/opt/%i\nExecStart=/bin/sh -c "$D/s.sh"', ["a", "b"], True),
        ('Environment="D=/opt/%i"\nExecStart=/bin/sh -c "$D/s.sh"', ["a"], False),
        ("User=%i\nExecStart=/opt/b/s.sh", ["root"], True),
        ("User=%i\nExecStart=/opt/b/s.sh", ["app"], False),
        ("RootDirectory=%I\nExecStart=/bin/cp /opt/c /etc/sysctl.d/9.conf", ["-"], True),
        ("RootDirectory=%I\nExecStart=/bin/cp /opt/c /etc/sysctl.d/9.conf", ["srv"], False),
    ],
)
def test_specifiers_of_other_settings(tmp_path: Path, settings: str, instances: list[str], *, counts: bool) -> None:
    layout: Layout = {
        "/etc/systemd/system/a@.service": f"[Service]\n{settings}\n[Install]\nWantedBy=x.target\n".encode(),
        "/opt/b/s.sh": b"#!/bin/sh\n" + SET,
        "/opt/c": b"net.ipv4.tcp_keepalive_time = 60\n",
        **{f"/etc/systemd/system/x.target.wants/a@{one}.service": "../a@.service" for one in instances},
    }
    assert bool(found(tmp_path, layout, init=SYSTEMD)) is counts


@pytest.mark.parametrize(
    ("settings", "variables", "counts"),
    [
        ("EnvironmentFile=/etc/default/k\nExecStart=/opt/s.sh", "X=net.ipv4.tcp_keepalive_time=60", True),
        ("EnvironmentFile=-/etc/default/k\nExecStart=/bin/sh /opt/s.sh", "X=-w net.ipv4.tcp_keepalive_time=60", True),
        ("EnvironmentFile=/etc/default/*\nExecStart=/opt/s.sh", "X='sysctl net.ipv4.tcp_keepalive_time=60'", True),
        ("EnvironmentFile=/etc/default/%p\nExecStart=/opt/s.sh", "X=net.ipv4.tcp_keepalive_time=60", True),
        ("EnvironmentFile=/etc/default/k\nExecStart=/opt/s.sh", "# X=net.ipv4.tcp_keepalive_time=60", False),
        ("EnvironmentFile=/etc/default/k\nExecStart=/opt/s.sh", "X=net.ipv4.tcp_fin_timeout=60", False),
        ("EnvironmentFile=/etc/default/k\nExecStart=/opt/none.sh", "X=net.ipv4.tcp_keepalive_time=60", False),
        ("EnvironmentFile=/etc/default/k\nExecStart=/usr/sbin/x $X", "X=net.ipv4.tcp_keepalive_time=60", False),
        ("EnvironmentFile=/etc/default/k\nUser=u\nExecStart=/opt/s.sh", "X=net.ipv4.tcp_keepalive_time=60", False),
    ],
)
def test_files_with_variables_for_scripts(tmp_path: Path, settings: str, variables: str, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/systemd/system/k.service": f"[Service]\n{settings}\n".encode(),
        "/etc/default/k": f"{variables}\n".encode(),
        "/opt/s.sh": b'#!/bin/sh\nsysctl -w "$X"\n',
    }
    assert [one.path for one in found(tmp_path, layout, init=SYSTEMD)] == (["/etc/default/k"] if counts else [])


@pytest.mark.parametrize(
    ("settings", "instances", "is_noted"),
    [
        ("ExecStart=/opt/%i.sh", 26, True),
        ("ExecStart=/bin/sh /opt/%i", 26, True),
        ("ExecStart=/opt/%I", 26, True),
        ("ExecStart=/opt/d/%i.sh", 26, False),  # there is none
        ("ExecStart=/usr/bin/x --file /opt/%i.conf", 26, False),  # no program
        ("ExecStart=/usr/bin/x --folder /opt/x%i", 26, False),
        ("ExecStart=/opt/d/%I.sh", 26, False),
        ("ExecStart=/%I.sh", 26, False),  # no folder of scripts
        ("ExecStart=/opt/y/%I/s.sh", 26, True),
        ("ExecStart=/opt/y/%I.sh", 26, True),
        ("\n".join(f"ExecStart=/opt/{number}-%i.sh" for number in range(101)), 26, True),
        ("ExecStart=/opt/%i.sh", 3, False),
        ("ExecStart=/opt/%I.sh", 3, False),
        ("ExecStart=/opt/%H.sh", 26, False),
        ("User=app\nExecStart=/opt/%i.sh", 26, False),
        ("WorkingDirectory=/opt/%i\nExecStart=/bin/sh ./s.sh", 26, True),
        ("WorkingDirectory=/opt/%i\nExecStart=/bin/sh ./s.sh", 3, False),
        ("WorkingDirectory=/opt/%i\nExecStart=/bin/sh ./s.sh\nUser=app", 26, False),
        ("WorkingDirectory=/opt/d/%i\nExecStart=/bin/sh ./s.sh", 26, False),  # there is none
        ('Environment=D=/opt/%i\nExecStart=/bin/sh -c "$D/s.sh"', 26, True),
    ],
)
def test_scripts_of_more_instances_than_are_looked_at(
    tmp_path: Path, settings: str, instances: int, *, is_noted: bool
) -> None:
    layout: Layout = {
        "/etc/systemd/system/a@.service": f"[Service]\n{settings}\n[Install]\nWantedBy=x.target\n".encode(),
        "/opt/1.sh": b"#!/bin/sh\n",
        "/opt/1.conf": b"a = b\n",
        "/opt/x/s.sh": b"#!/bin/sh\n",
        "/opt/y/z/s.sh": b"#!/bin/sh\n",
        "/opt/x1": None,
        **{f"/etc/systemd/system/x.target.wants/a@{one}.service": "../a@.service" for one in range(instances)},
    }
    lay_out(tmp_path, layout)
    files = Files(str(tmp_path))
    search = find_candidates(files, SYSTEMD, files.read_tree())
    assert [one.path for one in search.unseen] == (["/etc/systemd/system/a@.service"] if is_noted else [])
    assert all(one.is_failure for one in search.unseen)


@pytest.mark.parametrize(
    ("settings", "script", "counts"),
    [
        ("PrivateNetwork=yes", "echo net.ipv4.tcp_keepalive_time=60 > /etc/sysctl.d/9.conf", True),
        ("ProtectKernelTunables=yes", "cp /opt/c /etc/sysctl.d/9.conf", True),
        ("PrivateNetwork=yes", ". /opt/lib.sh", True),
        ("PrivateNetwork=yes", SET.decode(), False),
        ("PrivateNetwork=yes", f"nsenter -t 1 -n {SET.decode()}", True),
        ("PrivateNetwork=yes\nUser=app", "cp /opt/c /etc/sysctl.d/9.conf", False),
        ("", SET.decode(), True),
    ],
)
def test_scripts_of_units_that_can_only_write_files(
    tmp_path: Path, settings: str, script: str, *, counts: bool
) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": f"[Service]\n{settings}\nExecStart=/opt/s.sh\n".encode(),
        "/opt/s.sh": f"#!/bin/sh\n{script}\n".encode(),
        "/opt/lib.sh": b"cp /opt/c /etc/sysctl.d/9.conf\n" + SET,
        "/opt/c": b"net.ipv4.tcp_keepalive_time = 60\n",
    }
    writers = found(tmp_path, layout, init=SYSTEMD)
    assert len(writers) == (1 if counts else 0)
    other = {"/etc/systemd/system/b.service": b"[Service]\nExecStart=/opt/s.sh\n"}  # may do all that the script does
    assert {*writers} <= {*found(tmp_path, {**layout, **other}, init=SYSTEMD)} != set()
