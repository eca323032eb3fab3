# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lists import read_list, render_list
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS, Configuration
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.own import MARKER, read_earlier
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import (
    DesiredDefaults,
    plan_defaults,
    plan_engine,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import TABLES, entries_before_own
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    InvalidPathError,
    InvalidValueError,
    OverriddenError,
    remedy_of_denial,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind

VENDOR = "/usr/share/containers/containers.conf"
FOLDER = "/etc/containers/containers.conf.d"
COMMON = "/usr/share/lxc/config/common.conf"
PING = "net.ipv4.ping_group_range=0 0"
TIME, INTVL, PROBES = (f"net.ipv4.tcp_keepalive_{key}" for key in ("time", "intvl", "probes"))
WANT = DesiredDefaults(Values(600, 60, 20))
ABSENT = DesiredDefaults(Values(), absent=True)
SHIPPED = {VENDOR: f'[containers]\ndefault_sysctls = [\n  "{PING}",\n]\n'}
REPEATS = "# This list takes the place of all that are read before it, so it repeats what they have.\n"
LISTS = f"{MARKER}\n{REPEATS}"
EARLIER = "# Earlier values: time 600, intvl 60, probes 20.\n"
OF_OURS = f'  "{TIME}=600",\n  "{INTVL}=60",\n  "{PROBES}=20",\n]\n'
WRITTEN = f'{LISTS}[containers]\ndefault_sysctls = [\n  "{PING}",\n{OF_OURS}'
INCLUDES = {COMMON: f"lxc.include = {COMMON}.d/\n"}


def having(texts: dict[str, str], engine: Engine = "podman") -> Configuration:
    return Configuration(engine, tuple(SysctlFile(path, path, text=text.encode()) for path, text in texts.items()))


def list_of(*texts: str) -> str:
    return f"[containers]\ndefault_sysctls = {list(texts)}\n"


@pytest.mark.parametrize(
    ("engine", "texts", "written"),
    [
        pytest.param("podman", SHIPPED, WRITTEN, id="podman keeps what it ships"),
        pytest.param(
            "podman",
            {**SHIPPED, f"{FOLDER}/50.conf": list_of("net.a=1", f"{TIME}=60")},
            f'{LISTS}[containers]\ndefault_sysctls = [\n  "net.a=1",\n{OF_OURS}',
            id="an earlier list, which has replaced that one already",
        ),
        pytest.param(
            "cri-o",
            {},
            f"{LISTS}[crio.runtime]\ndefault_sysctls = [\n{OF_OURS}",
            id="CRI-O",
        ),
        pytest.param(
            "lxc",
            INCLUDES,
            f"{MARKER}\nlxc.sysctl.{TIME} = 600\nlxc.sysctl.{INTVL} = 60\nlxc.sysctl.{PROBES} = 20\n",
            id="LXC",
        ),
    ],
)
def test_set_and_remove(engine: Engine, texts: dict[str, str], written: str) -> None:
    before = having(texts, engine)
    change = plan_engine(before, WANT)
    assert (change.status, change.old, change.new) == ("set", None, written.encode())
    assert change.after.values == Values(600, 60, 20)
    assert {place.path for place in change.after.places.values()} == {PATHS[engine]}
    after = before.with_own(change.new)
    again = plan_engine(after, WANT)
    assert (again.status, again.new, again.before) == ("already_set", change.new, change.after)
    removed = plan_engine(after, ABSENT)
    assert (removed.status, removed.new, removed.after) == ("removed", None, change.before)
    assert plan_engine(before, ABSENT).status == "already_absent"


def test_without_values_nothing_changes() -> None:
    change = plan_engine(having(SHIPPED), DesiredDefaults(Values()))
    assert (change.status, change.old, change.new) == ("reported", None, None)


def test_keys_that_are_not_named_stay() -> None:
    configuration = having({**SHIPPED, PATHS["podman"]: WRITTEN})
    change = plan_engine(configuration, DesiredDefaults(Values(time=300)))
    assert change.after.values == Values(300, 60, 20)
    assert change.new == f"{MARKER}\n{EARLIER}{WRITTEN[len(MARKER) + 1 :].replace('=600', '=300')}".encode()


@pytest.mark.parametrize("engine", ["podman", "cri-o", "lxc"])
def test_earlier_values_are_kept(engine: Engine) -> None:
    configuration = having(INCLUDES if engine == "lxc" else {}, engine)
    earlier = []
    for time in (600, 300, 200, 300):
        change = plan_engine(configuration, DesiredDefaults(Values(time, 60, 20)))
        configuration = configuration.with_own(change.new)
        assert change.after.values == Values(time, 60, 20)
        earlier.append([values.time for values in read_earlier(change.new or b"")])
    assert earlier == [[], [600], [300, 600], [200, 600]]
    assert plan_engine(configuration, DesiredDefaults(Values(300, 60, 20))).status == "already_set"
    assert plan_engine(configuration, ABSENT).new is None


def test_a_list_that_changed_since_is_repeated_anew() -> None:
    shipped = {VENDOR: list_of("net.ipv4.ping_group_range=0 1", "net.new=1")}
    change = plan_engine(having({**shipped, PATHS["podman"]: WRITTEN}), WANT)
    assert change.new == WRITTEN.replace(f'"{PING}"', '"net.ipv4.ping_group_range=0 1",\n  "net.new=1"').encode()


def test_an_entry_that_only_our_file_has_stays() -> None:
    texts = {PATHS["podman"]: f'{LISTS}[containers]\ndefault_sysctls = [\n  "net.a=1",\n  "{TIME}=600",\n]\n'}
    change = plan_engine(having(texts), ABSENT)
    assert (change.status, change.new) == ("removed", texts[PATHS["podman"]].replace(f'  "{TIME}=600",\n', "").encode())


def test_a_file_that_says_the_same_in_other_words_stays() -> None:
    own = list_of(PING, f"{TIME}=600", f"{INTVL}=60", f"{PROBES}=20")
    assert plan_engine(having({**SHIPPED, PATHS["podman"]: own}), WANT).status == "already_set"


@pytest.mark.parametrize("want", [WANT, ABSENT], ids=["present", "absent"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(f"{WRITTEN}[engine]\n", "has other lines than this module writes", id="another table"),
        pytest.param(f"# Ours.\n{list_of('net.a=1')}", "has other lines than this module writes", id="a comment"),
        pytest.param("[", "line 1 is not understood: there is no key", id="no TOML"),
    ],
)
def test_what_others_wrote_to_our_file_is_not_touched(text: str, message: str, want: DesiredDefaults) -> None:
    configuration = having({**SHIPPED, PATHS["podman"]: text})
    with pytest.raises(InvalidPathError, match=message):
        plan_engine(configuration, DesiredDefaults(Values(time=1)) if want is WANT else want)


@pytest.mark.parametrize(
    ("engine", "texts", "code", "message", "place"),
    [
        pytest.param(
            "podman",
            {f"{FOLDER}/zz.conf": list_of(PING, f"{TIME}=60")},
            "takes_precedence",
            f"{TIME} in new containers of podman would be 60, not 600, because {FOLDER}/zz.conf line 2 takes "
            f"precedence.",
            (f"{FOLDER}/zz.conf", 2),
            id="a later value",
        ),
        pytest.param(
            "podman",
            {f"{FOLDER}/zz.conf": list_of(PING)},
            "list_replaced",
            f"{TIME} in new containers of podman would be 7200, not 600, because the list in {FOLDER}/zz.conf line 2 "
            f"replaces all before it.",
            (f"{FOLDER}/zz.conf", 2),
            id="a later list without it",
        ),
        pytest.param(
            "podman",
            {f"{FOLDER}/zz.conf": "["},
            "not_understood",
            f"It cannot be known whether {TIME} in new containers of podman would be 600: {FOLDER}/zz.conf line 1 is "
            f"not understood: there is no key.",
            (f"{FOLDER}/zz.conf", 1),
            id="a file that is not understood",
        ),
        pytest.param(
            "lxc",
            {COMMON: ""},
            "not_included",
            f"{TIME} in new containers of lxc would be 7200, not 600, because nothing includes {PATHS['lxc']}.",
            (None, None),
            id="a folder that is not included",
        ),
    ],
)
def test_what_takes_precedence_is_named(
    engine: Engine, texts: dict[str, str], code: str, message: str, place: tuple[str | None, int | None]
) -> None:
    with pytest.raises(OverriddenError) as refused:
        plan_defaults([having(texts, engine)], DesiredDefaults(Values(time=600)))
    assert str(refused.value) == f"{message} Correct this, or leave {engine} out of engines. Nothing was changed."
    assert refused.value.details["overridden_by"] == [
        {"engine": engine, "key": "time", "code": code, "message": message, "path": place[0], "line": place[1]}
    ]


@pytest.mark.parametrize(
    ("reason", "denied", "remedy"),
    [
        ("Permission denied", "to_user", "Run as root (become: true)"),
        ("Permission denied", "to_root", f"{remedy_of_denial('to_root')} Correct that"),
        ("it is a device", "", "Correct this"),
    ],
    ids=["denied", "denied to root", "a device"],
)
def test_file_that_cannot_be_read(reason: str, denied: Denied, remedy: str) -> None:
    path = "/root/.config/containers/containers.conf"
    file = SysctlFile(path, "", kind="unreadable", reason=reason, denied=denied)
    with pytest.raises(OverriddenError) as refused:
        plan_defaults(iter([Configuration("podman", (file,))]), DesiredDefaults(Values(time=600)))
    assert str(refused.value) == (
        f"It cannot be known whether {TIME} in new containers of podman would be 600: {file.path} cannot be read: "
        f"{reason}. {remedy}, or leave podman out of engines. Nothing was changed."
    )


@pytest.mark.parametrize("want", [WANT, ABSENT], ids=["set", "absent"])
@pytest.mark.parametrize(
    ("kind", "reason", "denied", "remedy"),
    [
        ("unreadable", "Input/output error", "", "Make it a regular file that can be read."),
        ("unreadable", "Permission denied", "to_user", "Run as root (become: true)."),
        ("directory", "it is a folder", "", "Make it a regular file that can be read."),
    ],
)
def test_own_file_that_cannot_be_read_is_not_taken_for_none(
    want: DesiredDefaults, kind: Kind, reason: str, denied: Denied, remedy: str
) -> None:
    path = PATHS["podman"]
    own = SysctlFile(path, path, kind=kind, reason=reason, denied=denied)
    with pytest.raises(InvalidPathError) as refused:
        plan_defaults([Configuration("podman", (own,))], want)
    assert str(refused.value) == f"{path} cannot be edited: {reason}. {remedy} Nothing was changed."


def test_each_engine_with_its_remedy() -> None:
    path = "/etc/crio/crio.conf"
    file = SysctlFile(path, path, kind="unreadable", reason="Permission denied", denied="to_user")
    podman = having({**SHIPPED, f"{FOLDER}/zz.conf": list_of(f"{TIME}=60")})
    configurations = [having({COMMON: ""}, "lxc"), Configuration("cri-o", (file,)), podman]
    with pytest.raises(OverriddenError) as refused:
        plan_defaults(configurations, DesiredDefaults(Values(time=600)))
    assert str(refused.value) == (
        f"{TIME} in new containers of lxc would be 7200, not 600, because nothing includes {PATHS['lxc']}. "
        f"{TIME} in new containers of podman would be 60, not 600, because {FOLDER}/zz.conf line 2 takes precedence. "
        f"Correct this, or leave lxc and podman out of engines. "
        f"It cannot be known whether {TIME} in new containers of cri-o would be 600: {path} cannot be read: "
        f"Permission denied. Run as root (become: true), or leave cri-o out of engines. Nothing was changed."
    )
    assert [one["engine"] for one in refused.value.details["overridden_by"]] == ["lxc", "cri-o", "podman"]


def test_a_list_that_adds_is_no_hindrance() -> None:
    texts = {f"{FOLDER}/50.conf": "[containers]\ndefault_sysctls = ['net.a=1', {append=true}]\n", **SHIPPED}
    (change,) = plan_defaults([having(texts)], WANT)
    assert change.after.values == Values(600, 60, 20)
    assert b"append" not in (change.new or b"")


def test_others_may_do_as_they_like_once_ours_is_removed() -> None:
    (change,) = plan_defaults([having({f"{FOLDER}/zz.conf": list_of(f"{TIME}=60")})], ABSENT)
    assert (change.status, change.after.values) == ("already_absent", Values(60, 75, 9))


# Entries of random lists, and the files that have them.
ENTRIES = st.lists(st.sampled_from([PING, "net.a=1", f"{TIME}=60", f"{TIME}=600", f"{PROBES}=3"]), max_size=4)
FILES = {
    "podman": [VENDOR, "/etc/containers/containers.conf", f"{FOLDER}/50.conf", f"{FOLDER}/zz.conf"],
    "cri-o": ["/etc/crio/crio.conf", "/etc/crio/crio.conf.d/00-default.conf", "/etc/crio/crio.conf.d/zz"],
}


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    engine: Engine = draw(st.sampled_from(["podman", "cri-o"]))
    paths = draw(st.lists(st.sampled_from(FILES[engine]), unique=True))
    tables = TABLES[engine]
    return having({path: render_list(tables, draw(ENTRIES)) for path in paths}, engine)


def foreign(configuration: Configuration) -> list[tuple[str, str | None]]:
    """Return the entries of other sysctls that a new container gets."""
    return [
        (one.name, one.value)
        for one in entries_before_own(configuration.with_own(None))
        if not one.name.startswith("net.ipv4.tcp_keepalive_")
    ]


@given(configurations())
def test_one_run_is_enough_and_can_be_taken_back(configuration: Configuration) -> None:
    try:
        (change,) = plan_defaults([configuration], WANT)
    except OverriddenError:
        reject()
    after = configuration.with_own(change.new)
    assert change.after.values == WANT.values
    assert (plan_engine(after, WANT).status, plan_engine(after, ABSENT).new) == ("already_set", None)
    assert plan_engine(after, ABSENT).after == change.before
    own = after.own
    assert own is not None
    found = read_list(own, TABLES[configuration.engine], may_append=False)
    assert found is not None
    kept = [(one.name, one.value) for one in found.entries if not one.name.startswith("net.ipv4.tcp_keepalive_")]
    assert kept == foreign(configuration)


def test_what_a_host_says_is_printable() -> None:
    path = f"{FOLDER}/zz\x1b]0;x\x07.conf"
    configuration = having({path: list_of(f"{TIME}=\x1b")})
    with pytest.raises(OverriddenError) as refused:
        plan_defaults([configuration], WANT)
    shown = [str(refused.value), str(refused.value.details), str(plan_engine(configuration, ABSENT).as_dict())]
    assert all("\\x1b" in text and "\x1b" not in text and "\x07" not in text for text in shown)


PARAMS: dict[str, t.Any] = {"time": 600, "intvl": None, "probes": None, "state": "present", "engines": None}


def test_parameters() -> None:
    assert DesiredDefaults.from_params(PARAMS) == DesiredDefaults(Values(time=600))
    absent = DesiredDefaults.from_params({**PARAMS, "state": "absent", "time": 0})
    assert (absent.absent, absent.named()) == (True, {})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"time": 0}, "time is 0: the kernel would take it", id="zero"),
        pytest.param({"engines": []}, "engines is empty, so nothing is set", id="no engine"),
    ],
)
def test_parameters_that_are_refused(params: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        DesiredDefaults.from_params({**PARAMS, **params})
