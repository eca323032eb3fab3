# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the commands of the guide "Run with ansible-pull, ansible-runner, AWX and Automation Platform" in its sample.

The commands are ansible-pull, ansible-runner and ansible-builder. The files and the guide are those of
the collection under test. Only addresses are replaced.
"""

from __future__ import annotations

import ast
import configparser
import contextlib
import dataclasses
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.linux.tcp.tests.fleet.fleet import TARGET_PYTHON, TEST_ALL, Fleet, Run

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Host

TREE = Path(__file__).absolute().parents[2]
# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or TREE / "collections")
COLLECTION = COLLECTIONS / "ansible_collections" / "linux" / "tcp"
SAMPLES = COLLECTION / "docs" / "examples" / "fleet"
GUIDE = (COLLECTION / "docs" / "docsite" / "rst" / "guide_engines.rst").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
VALUES, DEFAULTS = (600, 60, 20), (7200, 75, 9)
CONTAINERS_CONF = TREE / "extensions" / "molecule" / "images" / "containers.conf"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"  # the trusted certificates of Debian
LOCK = TREE / "locks" / "fleet.txt"
INSTALLED = '"/usr/share/ansible/collections"'  # in an image
EVERYBODY = ["host01", "host02", "host03"]
SUMMARY = "Show the status of the fleet"

pytestmark = pytest.mark.test_all("The engines run playbooks that other tests here run without them.")


def shown(line: str) -> list[str]:
    """Return a command of the guide, with the path of its program. Fail unless the guide shows it."""
    assert f"\n   $ {line}\n" in GUIDE
    program, *rest = shlex.split(line)
    return [str(BIN / program), *rest]


def clean_environment() -> dict[str, str]:
    """Return the environment of this process without variables of Ansible."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}


def git(folder: Path, *words: str) -> None:
    """Run Git with the name and the address of an author."""
    who = ["-c", "user.name=admin", "-c", "user.email=admin@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, origin: Path) -> None:
    """Commit all files of a folder and push them."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--message=Change it")
    git(folder, "push", f"file://{origin}", "HEAD:main")


@dataclasses.dataclass(frozen=True)
class Project:
    """The sample repository with the collection in it: a work tree, and the repository to push to."""

    folder: Path
    origin: Path
    collection: Path  # the Git repository for the address in requirements.yml
    git_config: Path  # makes Git use that repository


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    top = tmp_path_factory.mktemp("engines")
    made = Project(top / "project", top / "fleet.git", top / "linux.tcp.git", top / "gitconfig")

    def unwanted(folder: str, names: list[str]) -> set[str]:
        """Return the names that a clone must not contain: generated folders, and the link back to it."""
        at_top = Path(folder) == COLLECTION
        return {name for name in names if name.startswith(".") or (name == "collections" and at_top)}

    source = top / "source"
    shutil.copytree(COLLECTION, source, ignore=unwanted)
    shutil.copytree(SAMPLES, made.folder)
    for folder, origin in ((source, made.collection), (made.folder, made.origin)):
        git(top, "init", "--bare", str(origin))
        git(folder, "init")
    commit(source, made.collection)
    (requirement,) = yaml.safe_load((SAMPLES / "collections" / "requirements.yml").read_text())["collections"]
    made.git_config.write_text(f'[url "file://{made.collection}"]\ninsteadOf = {requirement["name"]}\n')
    env = {**clean_environment(), "GIT_CONFIG_GLOBAL": str(made.git_config), "ANSIBLE_HOME": str(top / "ansible")}
    command = shown("ansible-galaxy collection install -r collections/requirements.yml -p collections")
    subprocess.run(command, cwd=made.folder, env=env, check=True, capture_output=True)
    commit(made.folder, made.origin)
    return made


def assert_values(host: Host, values: tuple[int, ...]) -> None:
    """Fail unless a host has the values in the kernel and in the file."""
    assert (host.name, host.values()) == (host.name, values)
    lines = (host.root / PATH.lstrip("/")).read_text(encoding="utf-8").splitlines()[1:]
    expected = zip(("time", "intvl", "probes"), values)
    assert lines == [f"net.ipv4.tcp_keepalive_{key} = {value}" for key, value in expected]


def unit(kind: str) -> configparser.ConfigParser:
    """Return one of the sample units."""
    found = configparser.ConfigParser(interpolation=None)
    found.read(SAMPLES / f"keepalive-pull.{kind}")
    return found


def pull(host: Host, origin: Path, *more: str, without: str = "") -> Run:
    """Run the command of the service on the host, in the environment of the service."""
    service = unit("service")["Service"]
    words = [word for word in shlex.split(service["ExecStart"]) if word != without]
    (program,) = (number for number, word in enumerate(words) if word.endswith("/ansible-pull"))
    (url,) = (number for number, word in enumerate(words) if word.startswith("--url="))
    words[program] = str(BIN / "ansible-pull")
    words[url] = f"--url=file://{origin}"
    environment = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", service["Environment"]]
    line = shlex.join([*environment, *words, *more])
    output = host.run(f"mkdir -p /var/lib/{service['StateDirectory']}; {line} 2>&1 || echo status=$?")
    _output, failed, status = output.rpartition("status=")
    return Run(int(status) if failed else 0, output)


def test_pull(project: Project, tmp_path: Path) -> None:
    """The host fixes drift and follows the repository, also while the repository cannot be reached."""
    origin = tmp_path / "fleet.git"
    git(tmp_path, "clone", "--bare", str(project.origin), str(origin))
    work = tmp_path / "work"
    git(tmp_path, "clone", str(origin), str(work))
    away = tmp_path / "away.git"
    with Fleet(1, visible=[Path(sys.prefix), Path(sys.base_prefix), tmp_path]) as fleet:
        host = fleet["host01"]
        run = pull(host, origin)
        assert (run.status, run.output.count("changed=1")) == (0, 1), run.output
        assert_values(host, VALUES)
        before = host.look()
        run = pull(host, origin)
        assert (run.status, run.output.count("changed=0")) == (0, 1), run.output
        assert host.look() == before

        playbook = work / "local.yml"
        playbook.write_text(playbook.read_text().replace("keepalive_time: 600", "keepalive_time: 300"))
        commit(work, origin)
        run = pull(host, origin, "--only-if-changed")
        assert (run.status, run.output.count("changed=1")) == (0, 1), run.output
        assert_values(host, (300, 60, 20))

        drift = "echo 7200 >/proc/sys/net/ipv4/tcp_keepalive_time"
        host.run(drift)
        run = pull(host, origin, "--only-if-changed")
        assert (run.status, host.values()[0]) == (0, 7200)
        assert "Repository has not changed" in run.output
        assert pull(host, origin).status == 0
        assert_values(host, (300, 60, 20))

        host.run(drift)
        origin.rename(away)
        run = pull(host, origin, without="--force")
        assert (run.status, host.values()[0]) == (2, 7200), run.output
        run = pull(host, origin)
        assert run.status == 0, run.output
        assert "Unable to update repository" in run.output
        assert_values(host, (300, 60, 20))


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze, which checks the units, is not installed"
)
def test_units(tmp_path: Path) -> None:
    for kind in ("service", "timer"):
        text = (SAMPLES / f"keepalive-pull.{kind}").read_text()
        (tmp_path / f"keepalive-pull.{kind}").write_text(text.replace("/usr/bin/ansible-pull", "/usr/bin/env"))
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], check=False, capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "keepalive-pull" in line]
    assert (done.returncode, ours) == (0, [])


def needs() -> dict[str, str]:
    """Return the settings of Ansible that the fleet needs."""
    return {
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": TARGET_PYTHON,
        "ANSIBLE_SSH_EXTRA_ARGS": "-F none -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
    }


def private_data(fleet: Fleet, project: Project, **variables: object) -> Path:
    """Create the private data folder of ansible-runner, as in the guide."""
    folder = fleet.folder / "runner"
    shutil.copytree(project.folder, folder / "project")
    (folder / "inventory" / "group_vars").mkdir(parents=True)
    (folder / "env").mkdir()
    addresses = {host.name: {"ansible_host": host.address, "ansible_user": "root"} for host in fleet.hosts.values()}
    (folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": addresses}}))
    (folder / "inventory" / "group_vars" / "all.yml").write_text("keepalive_audit_limit: 1800\n")
    (extravars,) = re.findall(r"^   # runner/env/extravars\n((?:   .*\n)+)", GUIDE, re.MULTILINE)
    given = {**yaml.safe_load(textwrap.dedent(extravars)), **variables}
    (folder / "env" / "extravars").write_text(yaml.safe_dump(given))
    (folder / "env" / "envvars").write_text(yaml.safe_dump(needs()))
    (folder / "env" / "settings").write_text("job_timeout: 600\n")
    shutil.copy(fleet.folder / "key", folder / "env" / "ssh_key")
    return folder


def as_job() -> dict[str, str]:
    """Return an environment without the configuration of the fleet."""
    return {"ANSIBLE_CONFIG": "", "ANSIBLE_INVENTORY": "", "PATH": f"{BIN}:{os.environ['PATH']}:/usr/sbin:/sbin"}


def from_python(fleet: Fleet, playbook: str) -> Run:
    """Run the Python program of the guide with a playbook."""
    (program,) = re.findall(r"^\.\. code-block:: python\n\n((?:   .*\n|\n)+)", GUIDE, re.MULTILINE)
    assert program.count('playbook="rollout.yml"') == 1
    program = textwrap.dedent(program).replace("rollout.yml", playbook)
    return fleet.run(sys.executable, "-c", program, env=as_job())


def events(folder: Path, ident: str) -> list[dict[str, t.Any]]:
    """Return the events of a job, in their order."""
    files = (folder / "artifacts" / ident / "job_events").glob("*.json")
    return sorted((json.loads(file.read_text()) for file in files), key=lambda event: event["counter"])


def test_runner(project: Project) -> None:
    with Fleet(3) as fleet:
        rollout, audit = fleet.folder / "checkpoints", fleet.folder / "reports"
        folders = {"keepalive_rollout_folder": str(rollout), "keepalive_audit_folder": str(audit)}
        folder = private_data(fleet, project, keepalive_rollout_batches="100%", **folders)
        before = fleet.look()

        command = shown("ansible-runner run runner -p rollout.yml")
        run = fleet.run(*command[:-1], "audit.yml", env=as_job())
        assert run.status == 2, run.output
        assert "Not compliant: 3 of 3 hosts" in " ".join(run.output.split())
        assert json.loads((audit / "report.json").read_text())["criteria"]["limit"] == 1800
        assert fleet.look() == before

        apply = shown("ansible-runner run runner -p linux.tcp.apply")
        run = fleet.run(*apply, "--ident=apply", "--limit=host01", env=as_job())
        assert run.status == 0, run.output
        assert_values(fleet["host01"], VALUES)
        artifacts = folder / "artifacts" / "apply"
        assert (artifacts / "status").read_text() == "successful"
        assert (artifacts / "rc").read_text() == "0"
        assert "host01" in (artifacts / "stdout").read_text()
        changed = [
            event["event_data"]["host"]
            for event in events(folder, "apply")
            if event["event"] == "runner_on_ok" and event["event_data"]["res"]["changed"]
        ]
        assert changed == ["host01"]

        # this file has no effect, see the guide
        (folder / "project" / "group_vars").mkdir()
        (folder / "project" / "group_vars" / "all.yml").write_text("keepalive_audit_limit: 1\n")
        fleet["host03"].write("/etc/sysctl.d/zz-local.conf", "net.ipv4.tcp_keepalive_time = 60\n")
        run = from_python(fleet, "rollout.yml")
        status, *failures, summary = run.output.splitlines()
        found = {outcome: hosts for outcome, hosts in ast.literal_eval(summary).items() if hosts}
        assert (run.status, status) == (0, "failed 2")
        assert failures == [
            "host03 failed: checkpoint_failed, see the summary below. Remove the cause, and run the same command again."
        ]
        assert found.keys() == {"already_compliant", "failed", "not_started"}
        assert (found["already_compliant"], found["not_started"]) == ("1: host01", "1: host02")
        assert "/etc/sysctl.d/zz-local.conf line 1 has '60' and takes precedence" in found["failed"]["host03"]
        fleet["host03"].run("rm /etc/sysctl.d/zz-local.conf")

        run = fleet.run(*command, "--ident=rollout", env=as_job())
        assert run.status == 0, run.output
        for host in fleet.hosts.values():
            assert_values(host, VALUES)
        (outcomes,) = (
            event["event_data"]["res"]["msg"]
            for event in events(folder, "rollout")
            if event["event"] == "runner_on_ok" and event["event_data"]["task"] == SUMMARY
        )
        done = {outcome: hosts for outcome, hosts in outcomes.items() if hosts}
        assert done == {"already_compliant": "1: host01", "changed": "2: host02, host03"}
        assert sorted(path.name for path in rollout.iterdir()) == ["host02.json", "host03.json"]

        run = from_python(fleet, "audit.yml")
        assert (run.status, run.output) == (0, "successful 0\n")
        assert json.loads((audit / "report.json").read_text())["in_order"] is True

        run = from_python(fleet, "restore.yml")
        summary = "{'restored': '2: host02, host03', 'no_checkpoint': '1: host01'}"
        assert (run.status, run.output) == (0, f"successful 0\n{summary}\n")
        assert {name: fleet[name].look() for name in EVERYBODY[1:]} == {name: before[name] for name in EVERYBODY[1:]}
        assert_values(fleet["host01"], VALUES)


def test_settings(project: Project) -> None:
    """The sample ansible.cfg is valid and in use, and the playbook sets values with it."""
    sample = configparser.ConfigParser(interpolation=None)
    sample.read(SAMPLES / "ansible.cfg")
    with Fleet(3) as fleet:
        folder = fleet.folder / "project"
        shutil.copytree(project.folder, folder)
        env = {**needs(), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
        run = fleet.run(str(BIN / "ansible-config"), "validate", "--type=all", env=env)
        assert run.status == 0, run.output
        dump = [str(BIN / "ansible-config"), "dump", "--only-changed", "--type=all", "--format=json"]
        run = fleet.run(*dump, env=env)
        found = list(settings(json.loads(run.output)))
        ours = {setting["name"]: setting["value"] for setting in found if setting["origin"] == env["ANSIBLE_CONFIG"]}
        assert len({name.lower() for name in ours}) == sum(len(sample[section]) for section in sample.sections())
        shared = [f"{fleet.folder}/.ansible/collections", "/usr/share/ansible/collections"]
        assert ours == {
            "COLLECTIONS_PATHS": [f"{folder}/collections", *shared],
            "DEFAULT_FORKS": 50,
            "DEFAULT_GATHERING": "explicit",
            "DEFAULT_STRATEGY": "ansible.builtin.linear",
            "DISPLAY_SKIPPED_HOSTS": False,
            "HOST_PATTERN_MISMATCH": "error",
            "INVENTORY_ANY_UNPARSED_IS_FAILED": True,
            "display_skipped_hosts": False,
            "pipelining": True,
            "result_format": "yaml",
            "ssh_common_args": "-o ServerAliveInterval=5 -o ServerAliveCountMax=3",
        }
        command = [str(BIN / "ansible-playbook"), "linux.tcp.apply"]
        run = fleet.run(*command, "--extra-vars=keepalive_time=600", "-vvv", env=env)
        assert run.status == 0, run.output
        assert re.search(r"SSH: EXEC ssh .* -o ServerAliveInterval=5 -o ServerAliveCountMax=3 ", run.output)
        assert [host.values() for host in fleet.hosts.values()] == [(600, 75, 9)] * 3
        run = fleet.run(str(BIN / "ansible"), "nobody", "--module-name=linux.tcp.keepalive_info", env=env)
        assert (run.status, "nobody" in run.output) == (1, True)


def settings(tree: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Return the settings in the output of ``ansible-config dump``, which nests those of plugins by kind and name."""
    for found in tree.values() if isinstance(tree, dict) else tree:
        if "origin" in found:
            yield found
        else:
            yield from settings(found)


def test_what_an_image_needs(project: Project, tmp_path: Path) -> None:
    """The image needs the collection, and nothing that the collection depends on."""
    command = [str(BIN / "ansible-builder"), "create", "--file=execution-environment.yml", f"--context={tmp_path}"]
    subprocess.run(command, cwd=project.folder, check=True, capture_output=True)
    steps = (tmp_path / "Containerfile").read_text().splitlines()
    assert steps[0] == 'ARG EE_BASE_IMAGE="debian:13"'
    assert any(step.endswith(f"-r requirements.yml --collections-path {INSTALLED}") for step in steps)
    files = {path.name for path in (tmp_path / "_build").iterdir()}
    assert files == {"requirements.yml", "scripts"}
    listed = yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text())
    assert listed == yaml.safe_load((SAMPLES / "collections" / "requirements.yml").read_text())
    command = [str(BIN / "ansible-builder"), "introspect", str(project.folder / "collections")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert yaml.safe_load(done.stdout) == {"python": [], "system": []}


@dataclasses.dataclass(frozen=True)
class Podman:
    """The environment with which podman works on this machine, and an image of Debian 13 from no registry."""

    env: t.Mapping[str, str]
    base: str

    def run(self, *words: str) -> str:
        """Run podman and return its output."""
        env = {**os.environ, **self.env}
        return subprocess.run(["podman", *words], env=env, check=True, capture_output=True, text=True).stdout


def leave_out(reason: str) -> t.NoReturn:
    """Skip the test. Fail it with TEST_ALL=1, which runs everything."""
    (pytest.fail if TEST_ALL else pytest.skip)(reason)


@pytest.fixture
def podman() -> Podman:
    if not shutil.which("podman"):
        leave_out("podman is not installed, so no image is built")
    names = Podman({}, "").run("images", "--format={{.Repository}}:{{.Tag}}", "--filter=reference=linux-tcp-debian13")
    if not names:
        leave_out("no image is built, because its base linux-tcp-debian13 is missing; `make molecule` builds it")
    found = [Podman({}, names.split()[0]), Podman({"CONTAINERS_CONF": str(CONTAINERS_CONF)}, names.split()[0])]
    for each in found:
        with contextlib.suppress(subprocess.CalledProcessError):
            each.run("run", "--rm", "--network=none", each.base, "true")
            return each
    leave_out("podman cannot run containers here, so no image is built")


def download(podman: Podman, folder: Path, wheels: Path) -> None:
    """Download the locked packages for the Python of the image. The build installs from this folder only."""
    wheels.mkdir()
    # the container uses the package index and the certificates of this machine
    pip = {"index-url": os.environ.get("UV_DEFAULT_INDEX"), "cert": "/run/ca.crt"}
    lines = [f"{name} = {value}\n" for name, value in pip.items() if value]
    (folder / "download.conf").write_text("".join(["[global]\n", *lines]))
    volumes = {
        folder / "download.conf": "/etc/pip.conf",
        LOCK: "/run/lock.txt",
        Path(os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or CERTIFICATES): "/run/ca.crt",
    }
    script = """
        apt-get update --quiet=2
        apt-get install --quiet=2 --yes --no-install-recommends python3-pip
        pip download --no-deps --require-hashes --only-binary=:all: --dest=/srv/wheels --requirement=/run/lock.txt
    """
    mounts = [f"--volume={here}:{there}:ro" for here, there in volumes.items()]
    podman.run(
        *("run", "--rm", "--network=host", *mounts, f"--volume={wheels}:/srv/wheels"),
        *(podman.base, "sh", "-euc", script),
    )


def test_image(project: Project, podman: Podman, tmp_path: Path) -> None:
    """Build the image, and run a rollout on the fleet from a container of it, as AWX does."""
    context = tmp_path / "context"
    context.mkdir()
    text = (SAMPLES / "execution-environment.yml").read_text()
    assert text.count("name: debian:13\n") == 1
    (context / "execution-environment.yml").write_text(text.replace("debian:13", podman.base))
    shutil.copytree(SAMPLES / "collections", context / "collections")
    (requirement,) = yaml.safe_load((SAMPLES / "collections" / "requirements.yml").read_text())["collections"]
    (tmp_path / "gitconfig").write_text(f'[url "file:///srv/linux.tcp.git"]\ninsteadOf = {requirement["name"]}\n')
    wheels = tmp_path / "wheels"
    download(podman, tmp_path, wheels)
    (tmp_path / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /run/wheels\n")
    volumes = {
        project.collection: "/srv/linux.tcp.git",
        tmp_path / "gitconfig": "/etc/gitconfig",
        tmp_path / "pip.conf": "/etc/pip.conf",
        wheels: "/run/wheels",
    }
    extra = shlex.join(
        ["--network=host", "--layers=false", *(f"--volume={here}:{there}:ro" for here, there in volumes.items())]
    )
    image = f"localhost/linux-tcp-{tmp_path.name}-{os.getpid()}".replace("_", "-")
    build = shown("ansible-builder build --file execution-environment.yml --tag fleet-ee")
    build = [image if word == "fleet-ee" else word for word in build]
    done = subprocess.run(
        [*build, "--container-runtime=podman", f"--extra-build-cli-args={extra}", "-v3"],
        cwd=context,
        env={**os.environ, **podman.env},
        check=False,
        timeout=1800,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    try:
        roll_out_from_container(project, podman, image)
    finally:
        podman.run("rmi", "--force", image)


def roll_out_from_container(project: Project, podman: Podman, image: str) -> None:
    """Run the rollout with the collection in the image."""
    line = "ansible-runner run runner -p rollout.yml --process-isolation --container-image fleet-ee"
    command = [image if word == "fleet-ee" else word for word in shown(f"{line} --container-option=--user=root")]
    with Fleet(2) as fleet:
        checkpoints = fleet.folder / "checkpoints"
        checkpoints.mkdir()
        folder = private_data(fleet, project, keepalive_rollout_folder="/srv/keepalive/rollout")
        shutil.rmtree(folder / "project" / "collections" / "ansible_collections")
        # podman needs its own files below /run, so it shares only the network with the fleet
        run = fleet.run(
            *command,
            "--container-option=--network=host",
            f"--container-volume-mount={checkpoints}:/srv/keepalive",
            env={**as_job(), **podman.env},
            namespaces=["net"],
        )
        assert run.status == 0, run.output
        for host in fleet.hosts.values():
            assert_values(host, VALUES)
        assert sorted(path.name for path in (checkpoints / "rollout").iterdir()) == ["host01.json", "host02.json"]
