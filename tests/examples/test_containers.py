# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples for containers are what the programs or schemas that they are for accept, with the values."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import botocore.loaders
import botocore.model
import botocore.validate
import kubernetes_validate
import pytest
import yaml

from ansible_collections.linux.tcp.tests.examples.podman import Podman

EXAMPLES = Path(__file__).absolute().parents[2] / "docs" / "examples" / "containers"
GENERATORS = [Path("/usr/lib/systemd/system-generators/podman-system-generator"), Path("/usr/libexec/podman/quadlet")]
GIVEN = yaml.safe_load((EXAMPLES / "values.yml").read_text(encoding="utf-8"))
SYSCTLS = {f"net.ipv4.tcp_{name}": str(value) for name, value in GIVEN.items()}
POD = yaml.safe_load((EXAMPLES / "pod.yml").read_text(encoding="utf-8"))
TASK_DEFINITION = json.loads((EXAMPLES / "task-definition.json").read_text(encoding="utf-8"))
# The sysctls are safe, and so allowed without more, from the first one on.
KUBERNETES = ["1.29", kubernetes_validate.latest_version()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Podman:
    if not shutil.which("podman"):
        pytest.skip("podman is not installed")
    if os.geteuid() != 0:
        pytest.skip("podman is run as root only")
    made = Podman.in_folder(tmp_path_factory.mktemp("podman"))
    made.make_image("registry.example.com/client")
    return made


@pytest.fixture
def podman(engine: Podman) -> t.Iterator[Podman]:
    yield engine
    engine.run("pod", "rm", "--all", "--force", "--time=0")
    engine.run("rm", "--all", "--force", "--time=0")


def errors_of_ecs(definition: dict[str, t.Any]) -> str:
    """Return what Amazon's description of the service finds wrong with a task definition."""
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("ecs", "service-2"))
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    return str(botocore.validate.ParamValidator().validate(definition, shape).generate_report())


def test_compose_accepts_the_file() -> None:
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed")
    command = ["docker-compose", f"--file={EXAMPLES / 'compose.yml'}", "config"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert yaml.safe_load(run.stdout)["services"]["client"]["sysctls"] == SYSCTLS


def test_script_starts_a_container_with_the_values(podman: Podman) -> None:
    podman.run_script(EXAMPLES / "run.sh", program="docker")
    assert podman.sysctls_of("client", SYSCTLS) == SYSCTLS


def test_podman_accepts_the_pod(podman: Podman) -> None:
    podman.run("kube", "play", "--start=false", "--network=none", str(EXAMPLES / "pod.yml"))
    assert podman.run("pod", "inspect", "--format={{.Name}} {{.State}}", "client") == "client Created"


def test_podman_starts_the_pod_with_the_values(podman: Podman) -> None:
    if podman.version < (4, 6):
        pytest.skip(f"podman is {podman.run('--version')}: it ignores sysctls of a pod before 4.6")
    podman.run("kube", "play", "--network=none", str(EXAMPLES / "pod.yml"))
    assert podman.sysctls_of("client-client", SYSCTLS) == SYSCTLS


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_accepts_the_pod(version: str) -> None:
    kubernetes_validate.validate(POD, version, strict=True)
    assert {one["name"]: one["value"] for one in POD["spec"]["securityContext"]["sysctls"]} == SYSCTLS


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_refuses_numbers(version: str) -> None:
    pod = copy.deepcopy(POD)
    pod["spec"]["securityContext"]["sysctls"][0]["value"] = 170
    with pytest.raises(kubernetes_validate.ValidationError, match="170 is not of type 'string'"):
        kubernetes_validate.validate(pod, version, strict=True)


def test_ecs_accepts_the_task_definition() -> None:
    assert errors_of_ecs(TASK_DEFINITION) == ""
    (container,) = TASK_DEFINITION["containerDefinitions"]
    assert {one["namespace"]: one["value"] for one in container["systemControls"]} == SYSCTLS


@pytest.mark.parametrize(
    ("control", "error"),
    [
        pytest.param(
            {"namespace": "net.ipv4.tcp_keepalive_time", "value": 170}, "systemControls[0].value", id="a number"
        ),
        pytest.param(
            {"name": "net.ipv4.tcp_keepalive_time"}, "Unknown parameter in containerDefinitions[0]", id="name"
        ),
    ],
)
def test_ecs_refuses(control: dict[str, t.Any], error: str) -> None:
    definition = copy.deepcopy(TASK_DEFINITION)
    definition["containerDefinitions"][0]["systemControls"] = [control]
    assert error in errors_of_ecs(definition)


def test_quadlet_gives_the_values_to_podman(tmp_path: Path) -> None:
    generator = next((path for path in GENERATORS if path.exists()), None)
    if not generator:
        pytest.skip("Quadlet is not installed: podman has it from 4.4 on")
    shutil.copy(EXAMPLES / "client.container", tmp_path)
    env = {**os.environ, "QUADLET_UNIT_DIRS": str(tmp_path)}
    run = subprocess.run([str(generator), "--dryrun"], env=env, capture_output=True, text=True, check=True)
    (start,) = re.findall(r"^ExecStart=(.*)$", run.stdout, re.MULTILINE)
    assert dict(one.split("=") for one in re.findall(r"--sysctl[ =](\S+)", start)) == SYSCTLS
