# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.hints import cautions
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Configuration
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import DesiredDefaults, plan_engine
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

WANT = DesiredDefaults(Values(600, 60, 20))
TIME, INTVL, PROBES = (f"net.ipv4.tcp_keepalive_{key}" for key in ("time", "intvl", "probes"))


def test_docker_is_told_how_to_give_the_values() -> None:
    (caution,) = cautions(["docker"], [], WANT, None)
    assert caution == (
        "has_no_defaults",
        "docker",
        (
            "docker has no defaults for sysctls, so new containers get the kernel's values. Give them to each "
            f"container: docker run --sysctl {TIME}=600 --sysctl {INTVL}=60 --sysctl {PROBES}=20, or in a compose "
            f"file:\n"
            f"    sysctls:\n      {TIME}: 600\n      {INTVL}: 60\n      {PROBES}: 20"
        ),
    )


def test_containerd() -> None:
    (caution,) = cautions(["containerd"], [], DesiredDefaults(Values(time=600)), None)
    assert (caution.code, caution.engine) == ("has_no_defaults", "containerd")
    assert f"nerdctl run --sysctl {TIME}=600 or in the securityContext of a pod" in caution.message


@pytest.mark.parametrize(
    ("engine", "what_to_do"),
    [
        ("k3s", "Set them in the securityContext of a pod, or for all of a network by CNI's plugin tuning."),
        ("k0s", "Set them in the securityContext of a pod, or for all of a network by CNI's plugin tuning."),
        (
            "incus",
            (
                f"Give them to a profile, and restart its containers: incus profile set default "
                f"linux.sysctl.{TIME}=600 linux.sysctl.{INTVL}=60 linux.sysctl.{PROBES}=20"
            ),
        ),
        (
            "nspawn",
            "Set them in the container itself, such as by linux.tcp.keepalive with root: /var/lib/machines/NAME.",
        ),
    ],
)
def test_other_engines(engine: str, what_to_do: str) -> None:
    (caution,) = cautions([engine], [], WANT, None)
    said = f"{engine} has no defaults for sysctls, so new containers get the kernel's values. {what_to_do}"
    assert caution == ("has_no_defaults", engine, said)


@pytest.mark.parametrize(
    "want", [DesiredDefaults(Values()), DesiredDefaults(Values(), absent=True)], ids=["report", "absent"]
)
def test_nothing_to_say_without_values(want: DesiredDefaults) -> None:
    assert list(cautions(["docker", "podman"], [plan_engine(Configuration("podman", ()), want)], want, None)) == []


def test_cri_o_is_to_be_restarted_after_a_change() -> None:
    change = plan_engine(Configuration("cri-o", ()), WANT)
    again = plan_engine(Configuration("cri-o", ()).with_own(change.new), WANT)
    assert [caution.code for caution in cautions(["cri-o"], [change], WANT, None)] == ["restart_needed"]
    assert list(cautions(["cri-o"], [again], WANT, None)) == []


@pytest.mark.parametrize(
    ("installed", "engines", "codes"),
    [
        pytest.param([], None, ["no_engine"], id="no engine"),
        pytest.param(["podman"], ["lxc"], [], id="another one"),
        pytest.param([], ["lxc"], [], id="not the one that is named"),
        pytest.param(["docker"], ["lxc"], [], id="one that does not concern the task"),
    ],
)
def test_no_engine(installed: list[str], engines: list[str] | None, codes: list[str]) -> None:
    assert [caution.code for caution in cautions(installed, [], WANT, engines)] == codes
