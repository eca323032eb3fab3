# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lists import effective
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
    PATHS,
    Configuration,
    Doubt,
    Place,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import (
    ADMIN,
    CRIO_CONF,
    RELEASES,
    ROOTFUL,
    TABLES,
    USER,
    VENDOR,
    entries_before_own,
    predict,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

PING = "net.ipv4.ping_group_range=0 0"
TIME = "net.ipv4.tcp_keepalive_time"


def podman(texts: dict[str, str | None], *, links: tuple[str, ...] = ()) -> Configuration:
    """Return podman's files, each with a list of these entries; None is a folder."""
    files = [
        SysctlFile(path, path, kind="directory", is_link=path in links)
        if entries is None
        else SysctlFile(
            path, path, text=f"[containers]\ndefault_sysctls = [{entries}]\n".encode(), is_link=path in links
        )
        for path, entries in texts.items()
    ]
    return Configuration("podman", tuple(files))


@pytest.mark.parametrize(
    ("texts", "value", "place"),
    [
        pytest.param({}, 7200, None, id="nothing"),
        pytest.param({VENDOR: f"'{PING}'"}, 7200, None, id="what the distribution ships"),
        pytest.param({VENDOR: f"'{TIME}=60'"}, 60, Place(VENDOR, 2), id="the distribution's"),
        pytest.param({VENDOR: f"'{TIME}=60'", ADMIN: f"'{TIME}=70'"}, 70, Place(ADMIN, 2), id="the machine's"),
        pytest.param(
            {f"{ADMIN}.d/9.conf": f"'{TIME}=60'", f"{ADMIN}.d/10.conf": f"'{TIME}=70'"},
            60,
            Place(f"{ADMIN}.d/9.conf", 2),
            id="names are sorted by bytes",
        ),
        pytest.param({f"{ADMIN}.d/a.conf": f"'{TIME}=60'", f"{ADMIN}.d/b.conf": ""}, 7200, None, id="an empty list"),
        pytest.param(
            {f"{ADMIN}.d/a.conf": f"'{TIME}=60'", f"{ADMIN}.d/b.conf": None},
            60,
            Place(f"{ADMIN}.d/a.conf", 2),
            id="a folder",
        ),
    ],
)
def test_podman(texts: dict[str, str | None], value: int, place: Place | None) -> None:
    found = predict(podman(texts))
    assert (found.values, found.places.get("time"), found.doubts) == (Values(value, 75, 9), place, ())


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(
            {f"{ADMIN}.d/a.conf": f"'{TIME}=60'", USER: f"'{TIME}=70'"},
            f"podman 5 gives 70 ({USER} line 2), podman 4 gives 60 ({ADMIN}.d/a.conf line 2).",
            id="podman 4 does not read root's own file, 6 reads it before the others",
        ),
        pytest.param(
            {VENDOR: f"'{TIME}=60'", USER: "'net.a=1'"},
            f"podman 5 gives 7200, podman 4 gives 60 ({VENDOR} line 2).",
            id="an empty list has a place, too",
        ),
        pytest.param(
            {f"{VENDOR}.d/a.conf": f"'{TIME}=60'"},
            f"podman 5 gives 7200, podman 6 gives 60 ({VENDOR}.d/a.conf line 2).",
            id="folders that podman 6 reads",
        ),
        pytest.param(
            {f"{ROOTFUL[1]}.d/a.conf": f"'{TIME}=60'"},
            f"podman 5 gives 7200, podman 6 gives 60 ({ROOTFUL[1]}.d/a.conf line 2).",
            id="folders for root",
        ),
    ],
)
def test_releases_of_podman_differ(texts: dict[str, str | None], message: str) -> None:
    found = predict(podman(texts))
    assert (found.values, [doubt.code for doubt in found.doubts]) == (Values(None, 75, 9), ["depends_on_release"])
    assert found.doubts[0].message == f"{TIME} depends on the release: {message}"


def test_podman_6_reads_no_links() -> None:
    found = predict(podman({f"{ADMIN}.d/a.conf": f"'{TIME}=60'"}, links=(f"{ADMIN}.d/a.conf",)))
    assert [doubt.code for doubt in found.doubts] == ["depends_on_release"]


def test_a_link_to_a_folder_is_no_file() -> None:
    found = predict(podman({f"{ADMIN}.d/a.conf": None}, links=(f"{ADMIN}.d/a.conf",)))
    assert (found.values, [doubt.code for doubt in found.doubts]) == (Values(), ["unreadable"])


def crio(texts: dict[str, str]) -> Configuration:
    files = [
        SysctlFile(path, path, text=f"[crio.runtime]\ndefault_sysctls = [{entries}]\n".encode())
        for path, entries in texts.items()
    ]
    return Configuration("cri-o", tuple(files))


FOLDER = f"{CRIO_CONF}.d"


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        pytest.param([CRIO_CONF], CRIO_CONF, id="the main file"),
        pytest.param([f"{FOLDER}/0", CRIO_CONF], f"{FOLDER}/0", id="the folder comes later, whatever the name"),
        pytest.param([f"{FOLDER}/a.b", f"{FOLDER}/a/z"], f"{FOLDER}/a.b", id="folders stand at their own name"),
        pytest.param([f"{FOLDER}/a/z", f"{FOLDER}/b"], f"{FOLDER}/b", id="files after them"),
    ],
)
def test_cri_o(texts: list[str], place: str) -> None:
    found = predict(crio({path: f"'{TIME}={60 + number}'" for number, path in enumerate(texts)}))
    assert (found.places, found.doubts) == ({"time": Place(place, 2)}, ())


def test_what_is_doubtful_from_the_start() -> None:
    doubt = Doubt("other_files", "x", Place("/etc/environment", 1))
    for engine in PATHS:
        found = predict(Configuration(engine, (), (doubt,)))
        assert (found.values, found.doubts) == (Values(), (doubt,))


def test_entries_that_a_list_of_ours_replaces() -> None:
    texts: dict[str, str | None] = {
        VENDOR: f"'{PING}'",
        f"{ADMIN}.d/50.conf": f"{{append=true}}, '{TIME}=60'",
        f"{ADMIN}.d/zz.conf": "'net.later=1'",
    }
    found = entries_before_own(podman(texts))
    assert [f"{one.name}={one.value}" for one in found] == [PING, f"{TIME}=60"]


def test_entries_that_some_release_would_read() -> None:
    """Podman 6 leaves the distribution's file out where the machine has one; older releases read both."""
    found = entries_before_own(podman({VENDOR: f"'{PING}'", ADMIN: "{append=true}"}))
    assert [f"{one.name}={one.value}" for one in found] == [PING]


# Files of which random trees are made: those that each release reads, and others.
READ = [
    f"[containers]\ndefault_sysctls = ['{PING}']\n",
    f'[containers]\ndefault_sysctls = [\n  "{TIME}=60", # x\n]\n',
    f'[Containers]\nDefault_Sysctls = ["""{TIME}=70"""]\n',
    f"containers.default_sysctls = ['net.a=1', '{TIME}=80']\n",
    "containers = {default_sysctls = []}\n",
    "[containers]\npids_limit = 7\n[engine]\nretry = 3\n",
    "",
]
TEXTS = [
    *READ,
    *READ,
    "[containers]\ndefault_sysctls = ['net.b=1', {append = true}]\n",
    "[containers]\ndefault_sysctls = 'net.b=1'\n",
    "[containers]\n[containers]\n",
    "default_sysctls = [\n",
]
NAMES_OF_TREES = ("9.conf", "10.conf", ".x.conf", "Z.conf", "y.cnf")
PATHS_OF_TREES = (VENDOR, ADMIN, *(f"{ADMIN}.d/{name}" for name in NAMES_OF_TREES), USER)


@needs_root
def test_podman_reads_what_is_predicted() -> None:
    """Podman itself has the list that is worked out for its release; where it is not known, podman may fail."""
    chance = random.Random(1)
    trees = [{path: chance.choice(TEXTS) for path in PATHS_OF_TREES if chance.random() < 0.4} for _number in range(16)]
    result = run_isolated(Path(__file__).parent / "scenarios" / "ask_podman.py", trees=trees)
    release = tuple(map(int, result["version"].split(".")[:2]))
    order = dict(RELEASES)["podman 4" if release < (4, 9) else "podman 5" if release < (6, 0) else "podman 6"]
    certain = 0
    for tree, found in zip(trees, result["lists"]):
        # a folder has no other names for podman than these
        files = [SysctlFile(path, path, text=text.encode()) for path, text in tree.items() if path.endswith(".conf")]
        predicted = effective(order(files), TABLES["podman"], may_append=release >= (4, 8))
        if not predicted.doubts:
            assert found == " ".join(f"{one.name}={one.value}" for one in predicted.entries), tree
            certain += 1
    assert 4 < certain < len(trees)
