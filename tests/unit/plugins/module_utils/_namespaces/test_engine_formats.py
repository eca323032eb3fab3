# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_formats import (
    docker_name,
    is_made_by_engine,
    member,
    name_in,
    names_in,
    pod_in,
    settings_of_bundle,
    settings_of_docker,
    text,
    values_in,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Pod, Settings
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

TIME = "net.ipv4.tcp_keepalive_time"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/run/netns/netns-ed7c797b-cfd8-9cf4-ede6-f8496b6d0ad8", True),
        ("/var/run/netns/cni-ed7c797b-cfd8-9cf4-ede6-f8496b6d0ad8", True),
        ("/run/docker/netns/f2a1b9c0d3e4", True),
        ("/run/snap.docker/netns/f2a1b9c0d3e4", True),
        ("/run/netns/ed7c797b-cfd8-4cf4-ade6-f8496b6d0ad8", True),
        ("/run/netns/qrouter-ed7c797b-cfd8-4cf4-ade6-f8496b6d0ad8", False),
        ("/run/netns/ed7c797b", False),
        ("/run/netns/blue", False),
        ("/run/netns/netns-blue", False),
        ("/home/x/run/netns/netns-1", False),
    ],
)
def test_is_made_by_engine(path: str, expected: bool) -> None:
    assert is_made_by_engine(path) is expected


@pytest.mark.parametrize("found", [None, [], "x", 1, {"a": None}, {"a": [1]}, {"a": {"c": 1}}])
def test_member_of_another_shape(found: object) -> None:
    assert member(found, "a", "b") is None


@pytest.mark.parametrize("found", [None, "", 1, ["x"], {"x": "y"}])
def test_no_text(found: object) -> None:
    assert text(found) is None


@pytest.mark.parametrize(
    ("sysctls", "expected"),
    [
        ({}, Values()),
        (None, Values()),
        (["x"], Values()),
        ({TIME: "60", "net.ipv4.ip_forward": "1"}, Values(time=60)),
        ({"net/ipv4/tcp_keepalive_probes": "0x5"}, Values(probes=5)),
        ({TIME: 60}, Values()),
        ({TIME: "many"}, Values()),
    ],
)
def test_values_in(sysctls: object, expected: Values) -> None:
    assert values_in(sysctls) == expected


def bundle(**linux: object) -> dict[str, t.Any]:
    return {"linux": {"readonlyPaths": ["/proc/bus", "/proc/sys"], **linux}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"linux": []}, None, id="nonsense"),
        pytest.param(bundle(), Settings("p"), id="plain"),
        pytest.param(bundle(sysctl={TIME: "60"}), Settings("p", Values(time=60)), id="sysctl"),
        pytest.param({"linux": {}}, Settings("p", may_set=True), id="privileged"),
        pytest.param(bundle(readonlyPaths=["/proc/bus"]), Settings("p", may_set=True), id="unmasked"),
        pytest.param(
            {**bundle(), "process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN"]}, "user": {"uid": 1000}}},
            Settings("p", may_set=True),
            id="no root, but a capability",
        ),
        pytest.param(
            {**bundle(), "process": {"capabilities": {"effective": ["CAP_CHOWN"], "bounding": None}}},
            Settings("p"),
            id="root without the capability",
        ),
        pytest.param({**bundle(), "process": {"capabilities": []}}, Settings("p"), id="no capabilities"),
        pytest.param(bundle(namespaces=[{"type": "pid"}, {"type": "network"}]), Settings("p"), id="new namespace"),
        pytest.param(
            bundle(namespaces=[{"type": "network", "path": "/run/netns/netns-ed7c797b"}]), Settings("p"), id="podman's"
        ),
        pytest.param(
            bundle(namespaces=[{"type": "network", "path": "/proc/812/ns/net"}]), Settings("p"), id="of its pod"
        ),
        pytest.param(
            bundle(namespaces=[{"type": "network", "path": "/run/netns/blue"}]),
            Settings("p", is_foreign=True),
            id="another program's",
        ),
        pytest.param(bundle(namespaces=["x", 1]), Settings("p"), id="no namespaces"),
    ],
)
def test_settings_of_bundle(spec: dict[str, t.Any], expected: Settings | None) -> None:
    assert settings_of_bundle(spec, "p") == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"Sysctls": None, "ReadonlyPaths": ["/proc/sys"]}, Settings("p")),
        ({"Sysctls": {TIME: "60"}, "ReadonlyPaths": ["/proc/sys"]}, Settings("p", Values(time=60))),
        ({"Privileged": True, "ReadonlyPaths": None}, Settings("p", may_set=True)),
        ({}, Settings("p", may_set=True)),
        ({"ReadonlyPaths": ["/proc/sys"], "CapAdd": ["SYS_ADMIN"]}, Settings("p", may_set=True)),
        ({"ReadonlyPaths": ["/proc/sys"], "CapAdd": ["CAP_SYS_ADMIN"]}, Settings("p", may_set=True)),
        ({"ReadonlyPaths": ["/proc/sys"], "CapAdd": ["all"]}, Settings("p", may_set=True)),
        ({"ReadonlyPaths": ["/proc/sys"], "CapAdd": ["NET_ADMIN"]}, Settings("p")),
    ],
)
def test_settings_of_docker(config: dict[str, t.Any], expected: Settings) -> None:
    assert settings_of_docker(config, "p") == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (None, None),
        ({"io.kubernetes.cri.container-name": "web"}, "web"),
        ({"io.kubernetes.container.name": "web"}, "web"),
        ({"nerdctl/name": "web"}, "web"),
        ({"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.container-name": "x"}, None),
        ({"name": "web"}, None),
    ],
)
def test_name_in(labels: object, expected: str | None) -> None:
    assert name_in(labels) == expected


@pytest.mark.parametrize(
    ("labels", "pod", "expected"),
    [
        (None, None, None),
        (None, "1", Pod("1")),
        (
            {"io.kubernetes.cri.sandbox-name": "web", "io.kubernetes.cri.sandbox-namespace": "shop"},
            "1",
            Pod("1", "web", "shop"),
        ),
        ({"io.kubernetes.pod.name": "web", "io.kubernetes.pod.uid": "2"}, None, Pod("2", "web")),
        ({"io.kubernetes.pod.name": "web"}, None, None),
    ],
)
def test_pod_in(labels: object, pod: str | None, expected: Pod | None) -> None:
    assert pod_in(labels, pod) == expected


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        (None, {}),
        ([1, {}, {"id": "1"}, {"id": "1", "names": []}, {"id": 2, "names": ["x"]}], {}),
        ([{"id": "1", "names": ["web", "other"]}], {"1": "web"}),
    ],
)
def test_names_in(containers: object, expected: dict[str, str]) -> None:
    assert names_in(containers) == expected


@pytest.mark.parametrize(("name", "expected"), [("/web", "web"), ("web", "web"), (None, None), ("", None)])
def test_docker_name(name: object, expected: str | None) -> None:
    assert docker_name({"Name": name}) == expected
