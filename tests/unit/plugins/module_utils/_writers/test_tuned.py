# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Unseen, Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


TUNED: Layout = {
    "/usr/lib/systemd/system/tuned.service": b"",
    "/etc/systemd/system/multi-user.target.wants/tuned.service": "/usr/lib/systemd/system/tuned.service",
    "/etc/tuned/active_profile": b"mine\n",
}
NO_FILES: Layout = {"/etc/tuned/tuned-main.conf": b"# reapply_sysctl = 1\nreapply_sysctl = 0\n"}
PROFILE = b"[main]\nsummary=x\n[sysctl]\nvm.swappiness=5\nnet.ipv4.tcp_keepalive_time = 60\n"


@pytest.mark.parametrize("folder", ["/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles"])
def test_tuned(tmp_path: Path, folder: str) -> None:
    path = f"{folder}/mine/tuned.conf"
    writers = found(tmp_path, {**TUNED, **NO_FILES, path: PROFILE})
    assert writers == [Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60")]
    assert found(tmp_path, {}, boot=Values(60, 75, 9)) == []


@pytest.mark.parametrize(
    ("files", "is_active", "counts"),
    [
        pytest.param({}, False, True, id="none"),
        pytest.param({"/usr/lib/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n"}, False, True, id="elsewhere"),
        pytest.param({"/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n"}, False, False, id="right value"),
        pytest.param({"/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n"}, True, False, id="other value"),
        pytest.param({"/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_t*=600\n"}, False, True, id="pattern"),
    ],
)
def test_tuned_applies_the_files_in_etc_again(tmp_path: Path, files: Layout, *, is_active: bool, counts: bool) -> None:
    path = "/usr/lib/tuned/mine/tuned.conf"
    assert found(tmp_path, {**TUNED, path: PROFILE, **files}) == [
        *([Writer("/etc/tuned/active_profile", 1, "mine", "applies_files")] if is_active else []),
        *([Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60")] if counts else []),
    ]


@pytest.mark.parametrize(
    ("layout", "places"),
    [
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": b"[vm]\nnet.ipv4.tcp_keepalive_time=5\n"}, [], id="other plugin"
        ),
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": b"[x]\nnet.ipv4.tcp_keepalive_time=5\ntype=sysctl\n"},
            [("mine", 2)],
            id="section of another name",
        ),
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": b"[sysctl]\nenabled=false\nnet.ipv4.tcp_keepalive_time=5\n"},
            [],
            id="section that is switched off",
        ),
        pytest.param({"/usr/lib/tuned/other/tuned.conf": PROFILE}, [], id="not active"),
        pytest.param(
            {
                "/usr/lib/tuned/mine/tuned.conf": b"[main]\ninclude=base, mine\n",
                "/usr/lib/tuned/base/tuned.conf": PROFILE,
            },
            [("base", 5)],
            id="included",
        ),
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": PROFILE, "/etc/tuned/active_profile": b"\n"}, [], id="no profile"
        ),
        pytest.param(
            {
                "/usr/lib/tuned/mine/tuned.conf": (
                    b"[sysctl]\nnet.ipv4.tcp_keepalive_time=>60\nnet.ipv4.tcp_keepalive_intvl=${x}\n"
                )
            },
            [("mine", 2), ("mine", 3)],
            id="values that cannot be read off",
        ),
        pytest.param({"/usr/lib/tuned/mine/tuned.conf": b"[sysctl]\nnet.ipv4.tcp_keepalive_time\n"}, [], id="no value"),
    ],
)
def test_profiles_of_tuned(tmp_path: Path, layout: Layout, places: list[tuple[str, int]]) -> None:
    writers = found(tmp_path, {**TUNED, **NO_FILES, **layout})
    assert [(writer.path, writer.line) for writer in writers] == [
        (f"/usr/lib/tuned/{name}/tuned.conf", line) for name, line in places
    ]


def test_tuned_that_is_switched_off(tmp_path: Path) -> None:
    layout = {**TUNED, **NO_FILES, "/usr/lib/tuned/mine/tuned.conf": PROFILE}
    del layout["/etc/systemd/system/multi-user.target.wants/tuned.service"]
    assert found(tmp_path, layout) == []


TIME, INTVL = b"net.ipv4.tcp_keepalive_time", b"net.ipv4.tcp_keepalive_intvl"
ACTIVE = "/etc/tuned/active_profile"
MINE, BASE = "/usr/lib/tuned/mine/tuned.conf", "/usr/lib/tuned/base/tuned.conf"
LAST = "/usr/lib/tuned/last/tuned.conf"
INCLUDES = b"[main]\ninclude=base\n"


@pytest.mark.parametrize(
    ("mine", "base", "places"),
    [
        pytest.param(
            INCLUDES + b"[sysctl]\n" + TIME + b"=600\n", PROFILE, [], id="the later value is that of the boot"
        ),
        pytest.param(INCLUDES + b"[sysctl]\n" + TIME + b"=61\n", PROFILE, [(MINE, 4)], id="the later value counts"),
        pytest.param(INCLUDES + b"[sysctl]\n" + INTVL + b"=75\n", PROFILE, [(BASE, 5)], id="another key"),
        pytest.param(INCLUDES + b"[sysctl]\nreplace=1\n", PROFILE, [], id="the section is replaced"),
        pytest.param(INCLUDES + b"[sysctl]\nenabled=false\n", PROFILE, [], id="the section is switched off"),
        pytest.param(INCLUDES + b"[sysctl]\ndrop=" + TIME + b"\n", PROFILE, [], id="the key is dropped"),
        pytest.param(
            INCLUDES + b"[other]\ntype=sysctl\n" + TIME + b"=600\n", PROFILE, [(BASE, 5)], id="another section"
        ),
        pytest.param(
            b"[sysctl]\n" + TIME + b"=61\n" + INCLUDES, PROFILE, [(MINE, 2)], id="wherever the include stands"
        ),
        pytest.param(b"[main]\ninclude=base, last\n", PROFILE, [(LAST, 2)], id="of several the last"),
        pytest.param(b"[sysctl]\n" + TIME + b"=61\n" + TIME + b"=600\n", b"", [], id="the last line of a section"),
        pytest.param(b"[main]\ninclude=base;last\n", PROFILE, [(LAST, 2)], id="behind a semicolon"),
        pytest.param(b"[main]\ninclude=base # last\n", PROFILE, [(BASE, 5)], id="before a comment"),
        pytest.param(b"[main]\ninclude=last,\n  base\n", PROFILE, [(BASE, 5)], id="on a line of its own"),
        pytest.param(b"[main]\ninclude=-base\n", PROFILE, [(BASE, 5)], id="that need not be there"),
        pytest.param(b"[main]\ninclude=/opt/base\n", PROFILE, [(BASE, 5)], id="by its last part"),
        pytest.param(b"[sysctl]  # note\n" + TIME + b"=61\n", b"", [(MINE, 2)], id="comment behind a heading"),
        pytest.param(b"[x]\ntype=sysctl # note\n" + TIME + b"=61\n", b"", [(MINE, 3)], id="comment behind the type"),
        pytest.param(b"[sysctl]\n" + TIME + b"=600\t# note\n", b"", [], id="comment behind the value of the boot"),
        pytest.param(INCLUDES + b"[sysctl]\ndrop=x; " + TIME + b"\n", PROFILE, [], id="dropped behind a semicolon"),
        pytest.param(
            INCLUDES + b"[sysctl]\nreplace=TRUE\n",
            PROFILE,
            [(BASE, 5)],
            id="replaced by a word that tuned does not know",
        ),
    ],
)
def test_what_a_profile_overrides(tmp_path: Path, mine: bytes, base: bytes, places: list[tuple[str, int]]) -> None:
    last = b"[sysctl]\n" + TIME + b"=62\n"
    layout: Layout = {MINE: mine, BASE: base, LAST: last}
    writers = found(tmp_path, {**TUNED, **NO_FILES, **layout})
    assert [(writer.path, writer.line) for writer in writers] == places


@pytest.mark.parametrize(("active", "lines"), [(b"mine base", [5]), (b"base mine", [])])
def test_of_several_active_profiles_the_last_one_counts(tmp_path: Path, active: bytes, lines: list[int]) -> None:
    layout: Layout = {
        "/etc/tuned/active_profile": active,
        MINE: b"[sysctl]\n" + TIME + b"=600\n",
        BASE: PROFILE,
    }
    assert [writer.line for writer in found(tmp_path, {**TUNED, **NO_FILES, **layout})] == lines


def test_a_profile_that_includes_the_one_of_its_name(tmp_path: Path) -> None:
    layout: Layout = {"/etc/tuned/mine/tuned.conf": b"[main]\ninclude=mine\n", MINE: PROFILE}
    writers = found(tmp_path, {**TUNED, **NO_FILES, **layout})
    assert [(writer.path, writer.line) for writer in writers] == [(MINE, 5)]


IN_NONE = "in none of /etc/tuned/profiles, /etc/tuned, /usr/lib/tuned/profiles, /usr/lib/tuned"


@pytest.mark.parametrize(
    ("active", "mine", "places"),
    [
        pytest.param(b"mine", b"[main]\ninclude=base\n", [], id="all are there"),
        pytest.param(b"mine", b"[main]\ninclude=-extra\n", [], id="one that need not be there"),
        pytest.param(b"mine", b"[main]\ninclude=mine\n", [], id="one that includes itself"),
        pytest.param(
            b"mine",
            b"[main]\ninclude=extra, base\n",
            [(MINE, f"{MINE} names the profile extra of tuned, which is {IN_NONE}.")],
            id="one that is not there",
        ),
        pytest.param(
            b"mine",
            b"[main]\ninclude=a;b\n",
            [(MINE, f"{MINE} names the profile {name} of tuned, which is {IN_NONE}.") for name in "ab"],
            id="two that are not there",
        ),
        pytest.param(
            b"gone mine",
            b"",
            [(ACTIVE, f"{ACTIVE} names the profile gone of tuned, which is {IN_NONE}.")],
            id="an active one that is not there",
        ),
        *(
            pytest.param(
                b"mine",
                b"[main]\ninclude=" + value.encode() + b"\n[variables]\nx=base\n",
                [(MINE, f"{MINE} names profiles of tuned by {value}, which is known to tuned only.")],
                id=why,
            )
            for value, why in [
                ("${x}", "a variable"),
                ("${f:virt_check:virtual-guest:network-throughput}", "a function"),
                ("base, ${f:exec:echo,a}", "a function with a comma"),
            ]
        ),
    ],
)
def test_profiles_that_are_not_found(tmp_path: Path, active: bytes, mine: bytes, places: list[tuple[str, str]]) -> None:
    lay_out(tmp_path, {**TUNED, **NO_FILES, ACTIVE: active, MINE: mine, BASE: PROFILE})
    files = Files(str(tmp_path))
    unseen = find_candidates(files, PROCPS, files.read_tree()).unseen
    assert unseen == tuple(Unseen(path, reason, "", is_failure=True) for path, reason in places)


@pytest.mark.parametrize("count", [100, 101])
def test_more_profiles_than_are_read(tmp_path: Path, count: int) -> None:
    names = [f"p{number}" for number in range(count)]
    profiles: Layout = {f"/etc/tuned/{name}/tuned.conf": b"[main]\n" for name in names}
    lay_out(tmp_path, {**TUNED, **NO_FILES, **profiles, ACTIVE: " ".join(names).encode()})
    files = Files(str(tmp_path))
    unseen = find_candidates(files, PROCPS, files.read_tree()).unseen
    reason = f"{ACTIVE} names more than 100 profiles of tuned, with those before it."
    assert unseen == ((Unseen(ACTIVE, reason, "", is_failure=True),) if count > 100 else ())


def test_profiles_that_are_too_large_in_all(tmp_path: Path) -> None:
    """The tree of another system may have a hundred that are links to one."""
    large = b"#" * (600 << 10)
    lay_out(tmp_path, {**TUNED, **NO_FILES, MINE: INCLUDES + large, BASE: PROFILE + large})
    files = Files(str(tmp_path))
    (unseen,) = find_candidates(files, PROCPS, files.read_tree()).unseen
    assert (unseen.path, unseen.reason, unseen.is_failure) == (
        BASE,
        f"{BASE} cannot be read: the files are larger than 1 MiB in all. Remove what does not belong there.",
        True,
    )


SCRIPT = b"#!/bin/bash\n. /usr/lib/tuned/functions\nstart() {\n  sysctl -w " + TIME + b"=60\n}\nprocess $@\n"


@pytest.mark.parametrize(
    ("mine", "base", "scripts"),
    [
        pytest.param(b"[script]\nscript=${i:PROFILE_DIR}/s.sh\n", b"", ["mine"], id="beside the profile"),
        pytest.param(b"[script]\nscript=/usr/lib/tuned/base/s.sh\n", b"", ["base"], id="by its whole path"),
        pytest.param(b"[x]\ntype=script\nscript=/usr/lib/tuned/base/s.sh\n", b"", ["base"], id="by the type"),
        pytest.param(b"[script]\nenabled=0\nscript=${i:PROFILE_DIR}/s.sh\n", b"", [], id="switched off"),
        pytest.param(b"[sysctl]\nscript=${i:PROFILE_DIR}/s.sh\n", b"", [], id="another section"),
        pytest.param(
            INCLUDES + b"[script]\nscript=${i:PROFILE_DIR}/s.sh\n",
            b"[script]\nscript=${i:PROFILE_DIR}/s.sh\n",
            ["base", "mine"],
            id="of the included profile, too",
        ),
        pytest.param(
            b"[script]\nscript=/usr/lib/tuned/base/s.sh, /usr/lib/tuned/mine/s.sh\n",
            b"",
            [],
            id="a comma is part of the name",
        ),
        pytest.param(b"[script]\nscript=s.sh\n", b"", ["mine"], id="by its name"),
        pytest.param(b"[script]\nscript = ./../base/s.sh\n", b"", ["base"], id="from the profile's folder"),
        pytest.param(
            INCLUDES + b"[script]\nscript=s.sh\n",
            b"[script]\nscript=s.sh\n",
            ["base", "mine"],
            id="each in the folder of its profile",
        ),
        pytest.param(b"[script]  # note\nscript=s.sh  # note\n", b"", ["mine"], id="before comments"),
        pytest.param(b"[x]\ntype=script # note\nscript=s.sh\n", b"", ["mine"], id="by the type, before a comment"),
    ],
)
def test_scripts_of_tuned(tmp_path: Path, mine: bytes, base: bytes, scripts: list[str]) -> None:
    layout: Layout = {
        MINE: mine,
        BASE: base,
        "/usr/lib/tuned/mine/s.sh": SCRIPT,
        "/usr/lib/tuned/base/s.sh": SCRIPT,
    }
    writers = found(tmp_path, {**TUNED, **layout})
    assert [(writer.path, writer.line) for writer in writers] == [
        (f"/usr/lib/tuned/{name}/s.sh", 4) for name in scripts
    ]


SERVICE: Layout = {"/usr/lib/systemd/system/tuned.service": b"[Service]\nExecStart=/usr/sbin/tuned -l -P\n[Install]\n"}
OWN_UNIT = "/etc/systemd/system/own.service"
OWN_UNIT_IS_ON: Layout = {"/etc/systemd/system/multi-user.target.wants/own.service": OWN_UNIT}
AFTER = b"\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"


@pytest.mark.parametrize(
    ("layout", "is_on"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({OWN_UNIT: b"[Unit]\nRequires=tuned.service" + AFTER, **OWN_UNIT_IS_ON}, True, id="a unit"),
        pytest.param({OWN_UNIT: b"[Unit]\nRequires=tuned.service" + AFTER}, False, id="a unit that is switched off"),
        pytest.param({OWN_UNIT: b"[Unit]\nAfter=tuned.service" + AFTER, **OWN_UNIT_IS_ON}, False, id="only an order"),
        pytest.param(
            {"/usr/lib/systemd/system/multi-user.target.wants/tuned.service": "../tuned.service"},
            True,
            id="the distribution",
        ),
        pytest.param(
            {
                "/usr/lib/systemd/system/tuned-ppd.service": b"[Unit]\nRequires=tuned.service" + AFTER,
                "/etc/systemd/system/graphical.target.wants/tuned-ppd.service": (
                    "/usr/lib/systemd/system/tuned-ppd.service"
                ),
            },
            True,
            id="the service of power profiles",
        ),
        *(
            pytest.param({"/etc/rc.local": b"#!/bin/sh\n" + command + b"\n"}, is_on, id=command.decode())
            for command, is_on in [
                (b"tuned-adm profile mine", True),
                (b"/usr/sbin/tuned -d -p mine", True),
                (b"/usr/sbin/tuned", True),
                (b"systemctl restart --no-block tuned.service", True),
                (b"systemctl start tuned-ppd", True),
                (b"service tuned start", True),
                (b"# tuned-adm profile mine", False),
                (b"tuned-adm off; systemctl stop tuned", False),
                (b"apt-get install tuned -y", False),
                (b"restart x; rm -r /etc/tuned", False),
            ]
        ),
        pytest.param(
            {"/etc/rc.local": b"#!/bin/sh\n/opt/x\n", "/opt/x": b"#!/bin/sh\ntuned-adm profile mine\n"},
            True,
            id="script that is called",
        ),
        pytest.param(
            {"/etc/rc.local": b"#!/bin/sh\ncat /opt/x\n", "/opt/x": b"tuned-adm profile mine\n"},
            False,
            id="text that is no script",
        ),
        pytest.param({"/etc/cloud/cloud.cfg": b"runcmd:\n- [tuned-adm, profile, mine]\n"}, True, id="cloud-init"),
    ],
)
def test_what_starts_tuned(tmp_path: Path, layout: Layout, *, is_on: bool) -> None:
    profile: Layout = {ACTIVE: b"mine\n", MINE: PROFILE}
    writers = found(tmp_path, {**SERVICE, **NO_FILES, **profile, **layout}, init=SYSTEMD)
    assert [(writer.path, writer.line) for writer in writers] == ([(MINE, 5)] if is_on else [])


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (b"tuned-adm profile mine", MINE),
        (b"tuned-adm profile base mine >/dev/null", MINE),
        (b"tuned-adm profile base>/dev/null", None),
        (b"tuned-adm profile base 2>/dev/null; echo mine", None),
        (b"tuned --profile=mine -d", MINE),
        (b"tuned -p 'mine'", MINE),
        (b"tuned-adm profile $X", "/etc/rc.local"),
    ],
)
def test_profile_of_a_command(tmp_path: Path, command: bytes, path: str | None) -> None:
    layout: Layout = {"/etc/rc.local": b"#!/bin/sh\n" + command + b"\n", MINE: PROFILE, BASE: b"[main]\n"}
    writers = found(tmp_path, {**NO_FILES, **layout})
    files = Files(str(tmp_path))
    unseen = find_candidates(files, PROCPS, files.read_tree()).unseen
    assert [*(one.path for one in writers), *(one.path for one in unseen)] == ([path] if path else [])


@pytest.mark.parametrize(
    ("settings", "counts"),
    [
        ("ExecStart=/usr/sbin/tuned-adm profile mine", True),
        ("User=u\nExecStart=/usr/sbin/tuned-adm profile mine", False),
        ("User=u\nExecStart=+/usr/sbin/tuned-adm profile mine", True),
        ("User=u\nExecStart=sudo tuned-adm profile mine", True),
    ],
)
def test_profile_of_a_unit(tmp_path: Path, settings: str, *, counts: bool) -> None:
    unit: Layout = {"/etc/systemd/system/a.service": f"[Service]\n{settings}\n".encode()}
    writers = found(tmp_path, {**NO_FILES, **unit, MINE: PROFILE}, init=SYSTEMD)
    assert [writer.path for writer in writers] == ([MINE] if counts else [])


@pytest.mark.parametrize(
    ("counts", "place", "what"),
    [
        ({"/etc/profile": 1000}, "", ""),
        ({"/etc/profile": 1001}, "/etc/profile", "/etc/profile may call tuned"),
        ({"/etc/profile": 1002}, "/etc/profile", "/etc/profile may call tuned"),
        ({"/etc/profile": 600, "/etc/bash.bashrc": 401}, "/etc/tuned/tuned-main.conf", "Lines call tuned"),
    ],
)
def test_more_calls_than_are_looked_at(tmp_path: Path, counts: dict[str, int], place: str, what: str) -> None:
    files_that_call: Layout = {path: b"tuned-adm profile base\n" * count for path, count in counts.items()}
    lay_out(tmp_path, {**NO_FILES, BASE: b"[main]\n", **files_that_call})
    files = Files(str(tmp_path))
    unseen = find_candidates(files, PROCPS, files.read_tree()).unseen
    reason = f"{what} more than 1000 times, and only these are looked at."
    assert unseen == ((Unseen(place, reason, "", is_failure=True),) if place else ())


RECOMMENDS, MODE = "/etc/tuned/recommend.conf", "/etc/tuned/profile_mode"
MORE, MORE_OF_DISTRIBUTION = (f"{folder}/tuned/recommend.d/50-tuned.conf" for folder in ("/etc", "/usr/lib"))
# As tuned comes; not all of these profiles are installed.
OF_DISTRIBUTION: Layout = {
    MORE_OF_DISTRIBUTION: b"[gone]\nvirt=\n[base,1]\nvirt=.+\n[base,2]\nsystem=.*\n[balanced]\n",
    BASE: b"[main]\ninclude=balanced\n",
    "/usr/lib/tuned/balanced/tuned.conf": b"[sysctl]\nvm.swappiness=5\n",
}


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({}, False, id="those of the distribution"),
        pytest.param({ACTIVE: b"base\n", MODE: b"auto\n"}, False, id="those of the distribution, and one was chosen"),
        pytest.param({RECOMMENDS: b"[mine]\n"}, True, id="another one"),
        pytest.param({RECOMMENDS: b"[mine]\n", ACTIVE: b"base\n", MODE: b"auto\n"}, True, id="one was chosen"),
        pytest.param({RECOMMENDS: b"[mine]\n", ACTIVE: b"base\n"}, False, id="one is set"),
        pytest.param({RECOMMENDS: b"[mine]\n", ACTIVE: b"base\n", MODE: b"manual\n"}, False, id="one is set, as told"),
        pytest.param({RECOMMENDS: b"[mine]\n", MODE: b"manual\n"}, False, id="none is set"),
        pytest.param({RECOMMENDS: b"[base]\n[mine]\n"}, False, id="behind one without a condition"),
        pytest.param({RECOMMENDS: b"[base]\n/etc/x=y\n[mine,x]\n/a=b\n"}, True, id="behind a condition"),
        pytest.param({MORE: b"[mine]\n"}, True, id="in place of the distribution's"),
        pytest.param({"/usr/lib/tuned/recommend.d/60-x.conf": b"[mine]\n"}, False, id="behind the distribution's"),
        pytest.param({MORE: b"", "/usr/lib/tuned/balanced/tuned.conf": PROFILE}, True, id="the default"),
    ],
)
def test_profiles_that_tuned_chooses(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    tuned = {**TUNED, **NO_FILES, MINE: PROFILE, **OF_DISTRIBUTION}
    del tuned[ACTIVE]
    assert len(found(tmp_path, {**tuned, **layout})) == counts
    files = Files(str(tmp_path))
    assert find_candidates(files, PROCPS, files.read_tree()).unseen == ()


def test_files_that_a_chosen_profile_applies(tmp_path: Path) -> None:
    layout: Layout = {"/etc/tuned/tuned-main.conf": b"", "/etc/sysctl.conf": TIME + b"=60\n", **OF_DISTRIBUTION}
    tuned = {**TUNED, **layout}
    del tuned[ACTIVE]
    (writer,) = found(tmp_path, tuned)
    assert (writer.path, writer.line, writer.code) == (MORE_OF_DISTRIBUTION, 1, "applies_files")


@pytest.mark.parametrize(
    ("folders", "path"),
    [
        (b"/usr/lib/tuned,/opt/tuned", "/opt/tuned/mine/tuned.conf"),
        (b"/opt/tuned; /usr/lib/tuned  # the last one", MINE),
        (b"/usr/lib/tuned" + b",/gone" * 19, MINE),
    ],
)
def test_folders_of_profiles(tmp_path: Path, folders: bytes, path: str) -> None:
    conf = b"reapply_sysctl=no\nprofile_dirs = " + folders + b"\n"
    layout: Layout = {"/etc/tuned/tuned-main.conf": conf, MINE: PROFILE, "/opt/tuned/mine/tuned.conf": PROFILE}
    assert [writer.path for writer in found(tmp_path, {**TUNED, **layout})] == [path]


def test_more_folders_than_are_looked_at(tmp_path: Path) -> None:
    conf = "/etc/tuned/tuned-main.conf"
    folders = b"/opt/tuned" + b",/gone" * 19 + b",/usr/lib/tuned"
    lay_out(tmp_path, {**TUNED, conf: b"profile_dirs=" + folders + b"\n", MINE: PROFILE})
    files = Files(str(tmp_path))
    unseen = find_candidates(files, PROCPS, files.read_tree()).unseen
    reason = f"{conf} names more than 20 folders, and only the last ones are looked at."
    assert unseen == (Unseen(conf, reason, "", is_failure=True),)


@pytest.mark.parametrize(
    ("excluded", "counts"),
    [
        (b"", False),
        (TIME, True),
        (b"vm.swappiness, net.ipv4.*", True),
        (b"net.ipv6.conf.*.forwarding;" + INTVL, False),
        (b"net.ipv4", False),
    ],
)
def test_keys_that_tuned_does_not_apply_again(tmp_path: Path, excluded: bytes, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/tuned/tuned-main.conf": b"reapply_sysctl_exclude = " + excluded + b"\n",
        "/etc/sysctl.d/a.conf": TIME + b"=600\n",
        MINE: PROFILE,
    }
    assert len(found(tmp_path, {**TUNED, **layout})) == counts


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        pytest.param(["tuned-adm profile base"] * 200, "", id="one often"),
        pytest.param([f"tuned-adm profile base a{number}" for number in range(40)], "a0", id="many"),
        pytest.param(
            [f"tuned-adm profile base a{number}" for number in range(99)], "more than 100 profiles", id="too many"
        ),
    ],
)
def test_lines_that_name_profiles_hide_no_profile(tmp_path: Path, lines: list[str], reason: str) -> None:
    tuned = {**TUNED, **NO_FILES, MINE: PROFILE, **OF_DISTRIBUTION, RECOMMENDS: b"[mine]\n"}
    del tuned[ACTIVE]
    layout: Layout = {**tuned, "/etc/cron.d/a": "".join(f"@reboot root {line}\n" for line in lines).encode()}
    assert [writer.path for writer in found(tmp_path, layout)] == [MINE]
    files = Files(str(tmp_path))
    reasons = [one.reason for one in find_candidates(files, PROCPS, files.read_tree()).unseen]
    assert any(reason in one for one in reasons) if reason else reasons == []


@pytest.mark.parametrize(("line", "counts"), [("tuned-adm profile mine", False), ("sudo tuned-adm profile mine", True)])
@pytest.mark.parametrize("place", ["/var/spool/cron/crontabs/u", "/etc/cron.d/a"])
def test_lines_of_users_name_no_profile(tmp_path: Path, place: str, line: str, *, counts: bool) -> None:
    row = f"@reboot {'u ' if place.startswith('/etc') else ''}{line}\n".encode()
    writers = found(tmp_path, {**SERVICE, **NO_FILES, MINE: PROFILE, place: row}, init=SYSTEMD)
    assert [writer.path for writer in writers] == ([MINE] if counts else [])
