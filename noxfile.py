# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of the repository, one session each; the Makefile starts them.

What is installed for a session is locked in the file of the same name in locks/, which `make lock` makes.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
CACHE = ROOT / ".cache"
BUILD = ROOT / ".build"
TREES = CACHE / "trees"
LINK = "collections/ansible_collections/linux/tcp"  # this repository as a collection
TEST_COLLECTIONS = ("ansible/posix", "containers/podman")
TARGET_PYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
# The stress test is long on one only, as what it tries is the kernel's more than Python's.
STRESSED_PYTHON = own if (own := f"3.{sys.version_info.minor}") in TARGET_PYTHONS else TARGET_PYTHONS[-1]
# Its Python is newer than that of most machines.
IMAGE = "debian14"
# These run on the controller only, and with its Python.
CONTROLLER_PLUGINS = ("action", "filter", "plugin_utils")
# The ansible-core releases of the matrix, each with the controllers' Pythons it runs on.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.21": ("3.12", "3.13", "3.14"),
}
MAIN_CORE = "2.19" if sys.version_info < (3, 12) else "2.21"  # the group "apply"
# What a user of the collection gets at the top of the artifact, and nothing else.
ARTIFACT_ROOT = {
    ".ansible-lint",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "COPYING",
    "FILES.json",
    "LICENSES",
    "MAINTAINERS.md",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests",
}
# Of these folders, what begins with one of these names.
ARTIFACT_PARTS = ("changelogs/c", "extensions/eda", "tests/config.yml")

# Run everything, as `make test-all` does, and not only what `make test` promises.
TEST_ALL = os.environ.get("TEST_ALL") == "1"

nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = "GITHUB_ACTIONS" in os.environ  # whose workflows install all
nox.options.reuse_venv = "yes"


def link_pythons() -> None:
    """Put the interpreters that pyenv keeps behind inactive shims on the search path."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    links = CACHE / "pythons"
    links.mkdir(parents=True, exist_ok=True)
    for version in TARGET_PYTHONS:
        found = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
        link = links / f"python{version}"
        if found and not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(found[-1])
    os.environ["PATH"] = f"{links}{os.pathsep}{os.environ['PATH']}"


def hand_pip_settings_to_uv() -> None:
    """Let uv, which does not read pip's configuration, use the index that pip uses."""
    for variable, setting in (
        ("UV_DEFAULT_INDEX", "global.index-url"),
        ("SSL_CERT_FILE", "global.cert"),
    ):
        answer = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", setting],
            capture_output=True,
            check=False,
            text=True,
        )
        if answer.returncode == 0:
            os.environ.setdefault(variable, answer.stdout.strip())


link_pythons()
hand_pip_settings_to_uv()


def install(session: nox.Session, group: str) -> None:
    """Let the session's environment have what is locked for a group, all that this needs, and nothing else."""

    def uv_pip(*arguments: str) -> None:
        python = f"--python={session.virtualenv.location}"
        session.run_install(sys.executable, "-m", "uv", "pip", *arguments, "--quiet", python, external=True)

    uv_pip("sync", "--require-hashes", "--no-build", f"locks/{group}.txt")
    uv_pip("check")


def download(session: nox.Session, lock: str, wheels: Path) -> None:
    """Download the wheels that are locked in a file for the running Python."""
    session.run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--quiet"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps", "--dest", str(wheels)),
        *("--requirement", f"locks/{lock}.txt"),
        external=True,
    )


def add_test_collections(session: nox.Session) -> None:
    """Take the collections that only the tests use out of the package that carries them."""
    target = CACHE / "collections" / "ansible_collections"
    stamp, wanted = target / "lock.txt", (ROOT / "locks" / "collections.txt").read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    session.log(f"Taking {', '.join(TEST_COLLECTIONS)} out of the package that carries them.")
    wheels = CACHE / "wheels" / "collections"
    download(session, "collections", wheels)
    shutil.rmtree(target, ignore_errors=True)
    with zipfile.ZipFile(next(wheels.glob("ansible-*.whl"))) as wheel:
        prefixes = tuple(f"ansible_collections/{name}/" for name in TEST_COLLECTIONS)
        wheel.extractall(target.parent, [name for name in wheel.namelist() if name.startswith(prefixes)])
    shutil.rmtree(wheels)
    stamp.write_text(wanted, encoding="utf-8")


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Lock the packages of all groups; uv gets the same index as for their installation."""
    session.run(sys.executable, "tools/lock.py", *session.posargs)


@nox.session(venv_backend="none")
def collections(session: nox.Session) -> None:
    """Take the collections that only the tests use out of the package that carries them."""
    add_test_collections(session)


def copy_as_collection(session: nox.Session) -> Path:
    """Copy the files that Git takes, less the link, to where a collection's folder is expected.

    Some tools resolve the link and then miss the folder names `ansible_collections/linux/tcp`.
    The copy is a Git checkout, as ansible-test wants it; what tools leave there unversioned
    stays from run to run. Each session has its own, because several run side by side.
    """
    collection = TREES / session.name / "ansible_collections" / "linux" / "tcp"
    collection.mkdir(parents=True, exist_ok=True)

    def git(*arguments: str) -> str:
        output = session.run("git", *arguments, external=True, silent=True, log=False)
        return str(output)

    listing = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    with session.chdir(collection):
        git("init", "--quiet")
        git("rm", "-r", "--force", "--quiet", "--ignore-unmatch", ".")
        for name in sorted(set(listing.split("\0")) - {"", LINK}):
            if (ROOT / name).is_file():
                (collection / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, collection / name, follow_symlinks=False)
        git("add", "--all")
    return collection


def ansible_env(*collections: Path) -> dict[str, str]:
    """Return the variables with which Ansible sees these collections and no other ones."""
    return {
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, collections)),
        "ANSIBLE_HOME": str(CACHE / "ansible"),
    }


def own_home() -> Path:
    """Make a home directory for the tools that write to it, so that yours stays as it is."""
    home = CACHE / "tool-home"  # not "home", which had links to your own settings once
    home.mkdir(exist_ok=True)
    return home


@nox.session
def style(session: nox.Session) -> None:
    """Check formatting and style, the lock files, the imports and the workflows."""
    session.run(sys.executable, "tools/lock.py", "--check", external=True)
    session.run(sys.executable, "tools/imports.py", external=True)
    install(session, "style")
    session.run("ruff", "format", "--check", "--diff", ".")
    session.run("ruff", "check", ".")
    session.run("yamllint", "--strict", ".")
    session.run("python", "tools/lint_yaml_in_docs.py")
    workflows = sorted(map(str, Path(".github/workflows").glob("*.yml")))
    session.run("check-jsonschema", "--builtin-schema=vendor.github-workflows", *workflows)
    templates = Path(".github/ISSUE_TEMPLATE")
    forms = sorted(str(path) for path in templates.glob("*.yml") if path.stem != "config")
    session.run("check-jsonschema", "--builtin-schema=vendor.github-issue-forms", *forms)
    session.run("check-jsonschema", "--builtin-schema=vendor.github-issue-config", f"{templates}/config.yml")
    session.run("zizmor", "--offline", "--quiet", ".github")


@nox.session
def lint(session: nox.Session) -> None:
    """Check the playbooks and roles, the changelog's fragments and what the artifact contains."""
    install(session, "lint")
    add_test_collections(session)
    examples = sorted(map(str, Path("docs/examples/fleet").glob("*.yml")))  # excluded in .ansible-lint
    for files in ((), examples):
        session.run(
            *("ansible-lint", "--offline", "--strict", *files),
            env=ansible_env(ROOT / "collections", CACHE / "collections"),
        )
    session.run("antsibull-changelog", "lint")
    folder = BUILD / "lint"  # a newer artifact in .build would be installed in the middle of other steps
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "tools/build.py", str(folder))
    (artifact,) = folder.glob("linux-tcp-*.tar.gz")
    partial = {part.partition("/")[0] + "/" for part in ARTIFACT_PARTS}
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    surplus = {root for name in names if (root := name.partition("/")[0]) not in ARTIFACT_ROOT}
    surplus |= {name for name in names if name.startswith(tuple(partial)) and not name.startswith(ARTIFACT_PARTS)}
    if surplus:
        session.error(f"{artifact.name} contains {sorted(surplus)}: add to build_ignore?")


@nox.session(python="3.11")
def reuse(session: nox.Session) -> None:
    """Check that each file has a licence and a copyright line: where the tool has a wheel, see the group."""
    if platform.machine() != "x86_64":
        session.skip("the tool has no wheel for this machine")
    install(session, "reuse")
    session.run("reuse", "lint")


@nox.session
def importer(session: nox.Session) -> None:
    """Import the artifact as Galaxy and Automation Hub do, which runs ansible-lint on it; a warning is an error."""
    install(session, "importer")
    folder, temporary = BUILD / "importer", CACHE / "importer"
    shutil.rmtree(folder, ignore_errors=True)
    session.run(
        *("python", "tools/build.py", str(folder)),
        env={
            name: f"https://example.org/{name.lower()}"
            for name in ("REPOSITORY", "ISSUES", "DOCUMENTATION", "HOMEPAGE")
        },
    )
    (artifact,) = folder.glob("linux-tcp-*.tar.gz")
    with session.chdir(folder):  # which gets the result too
        output = session.run(
            *("python", "-m", "galaxy_importer.main", artifact.name),
            env={
                "HOME": str(own_home()),
                "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": str(temporary),
                "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true",
                "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true",
            },
            silent=True,
        )
    lines = str(output).splitlines()
    print("\n".join(line for line in lines if not line.startswith("Loading ")))
    if warnings := [line for line in lines if line.startswith(("WARNING", "ERROR", "CRITICAL"))]:
        session.error(f"galaxy-importer warns {len(warnings)} times, see above.")


@nox.session
def changelog(session: nox.Session) -> None:
    """Gather the changelog's fragments into CHANGELOG.md."""
    install(session, "lint")
    session.run("antsibull-changelog", "release", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly: what runs on targets for Python 3.8, everything else for the controller's.

    For 3.8 only ansible-core's own types are followed, because the other packages may be written for
    the controller's Python. What the unit tests use must exist in 3.8 too: `make units` shows that.
    """
    install(session, "types")
    add_test_collections(session)

    def collected(*folders: str) -> list[str]:
        return [f"{LINK}/{name}" for name in folders if any((ROOT / name).rglob("*.py"))]

    on_controller = [f"plugins/{name}" for name in CONTROLLER_PLUGINS]
    exclude = f"/({'|'.join(on_controller)})/"
    session.run("mypy", "--follow-imports=skip", f"--exclude={exclude}", *collected("plugins"))
    session.run(
        *("mypy", f"--python-version=3.{sys.version_info.minor}"),
        *collected(*on_controller, "extensions", "tests"),
        *("noxfile.py", *map(str, sorted(Path("tools").glob("*.py")))),
        env={"MYPYPATH": str(CACHE / "collections")},
    )


@nox.session(python=TARGET_PYTHONS)
def units(session: nox.Session) -> None:
    """Run the unit tests on one interpreter.

    The running one runs all of them. The oldest leaves out the random searches, the newest all that tell the same on
    any Python, and the others do not run. With TEST_ALL=1 each runs all but the searches, and the running one searches
    for longer and has the long stress test.
    """
    newest = next((version for version in reversed(TARGET_PYTHONS) if shutil.which(f"python{version}")), None)
    if not TEST_ALL and session.python not in (TARGET_PYTHONS[0], STRESSED_PYTHON, newest):
        session.skip("`make test-all` runs it. The oldest, the newest and the running Python run here")
    install(session, "units")
    pytest = ("-m", "pytest", *session.posargs)
    if session.python == STRESSED_PYTHON:
        # To watch takes as long as to run, and there is nothing to see of tests in another process.
        coverage_file = f"{CACHE}/coverage/data.{session.python}"
        session.run("coverage", "run", *pytest, "-m", "not any_python", env={"COVERAGE_FILE": coverage_file})
        env = {"STRESS_RUNS": "200" if TEST_ALL else "16"}
        session.run("python", *pytest, "-m", "any_python", env=env)
        if TEST_ALL:
            session.run("python", *pytest, "-k", "properties", "--hypothesis-profile=thorough")
    else:
        marks = "not search" if TEST_ALL or session.python == TARGET_PYTHONS[0] else "not any_python"
        session.run("python", *pytest, "-m", marks, env={"STRESS_RUNS": "16"})


@nox.session(name="units-own")
def units_own(session: nox.Session) -> None:
    """Run the unit tests on the running Python, without coverage."""
    install(session, "units")
    session.run("python", "-m", "pytest", *session.posargs, env={"STRESS_RUNS": "16"})


@nox.session(name="units-in-image")
def units_in_image(session: nox.Session) -> None:
    """Run the unit tests on the Python of Debian testing, in its image."""
    install(session, "differential")
    add_test_collections(session)
    images = Path("extensions/molecule/images")
    session.run(
        *("ansible-playbook", "--inventory=extensions/molecule/inventory/hosts.yml"),
        # podman is tried with the image of debian12
        *(
            f"--limit=localhost,debian12,{IMAGE}",
            *(str(images / f"{name}.yml") for name in ("build", "configure_podman")),
        ),
        env=ansible_env(CACHE / "collections"),
    )
    session.run(
        *(sys.executable, "tools/units_in_image.py", f"linux-tcp-{IMAGE}", *session.posargs),
        external=True,
    )


@nox.session
def coverage(session: nox.Session) -> None:
    """Combine and report the coverage of the interpreters that keep it."""
    install(session, "coverage")
    env = {"COVERAGE_FILE": f"{CACHE}/coverage/data"}
    session.run("coverage", "combine", "--keep", f"{CACHE}/coverage", env=env)
    session.run("coverage", "report", env=env)


@nox.session
def browser(session: nox.Session) -> None:
    """Look at the audit's report with Chromium, and keep pictures of it."""
    install(session, "browser")
    session.run(
        *("pytest", "tests/browser", *session.posargs),
        env={"KEEPALIVE_PICTURES": str(BUILD / "browser")},
    )


@nox.session
def examples(session: nox.Session) -> None:
    """Check the examples for containers with the programs and schemas that they are for."""
    install(session, "examples")
    session.run("pytest", "tests/examples", *session.posargs)


def prepare_pip_of_ansible_test(session: nox.Session, home: Path) -> None:
    """Let ansible-test, which makes environments of its own, install what is locked for its release, from a folder.

    It begins with a script that it would fetch to install pip; the pip that comes with Python does the same.
    """
    (metadata,) = Path(session.virtualenv.location).glob("lib/python*/site-packages/ansible_core-*.dist-info")
    release = metadata.name.removeprefix("ansible_core-").removesuffix(".dist-info")
    wheels = CACHE / "wheels" / f"ansible-test-{release}"
    shutil.rmtree(wheels, ignore_errors=True)
    download(session, f"ansible-test-{release}", wheels)
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n", encoding="utf-8")
    (needs,) = metadata.parent.glob("ansible_test/_internal/python_requirements.py")
    pip = re.search(r"\bpip='([0-9.]+)'", needs.read_text(encoding="utf-8"))
    if not pip:
        session.error("ansible-test no longer installs pip as it did; change this function.")
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{pip[1].replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("import ensurepip\n\nensurepip.bootstrap()\n", encoding="utf-8")


@nox.session
def sanity(session: nox.Session) -> None:
    """Run all sanity tests of ansible-test, without ignores."""
    install(session, "sanity")
    collection = copy_as_collection(session)
    home = own_home()
    prepare_pip_of_ansible_test(session, home)
    with session.chdir(collection):
        session.run(
            *("ansible-test", "sanity", "--venv", "--color", "no"),
            *("--python", f"{sys.version_info.major}.{sys.version_info.minor}", *session.posargs),
            env={"HOME": str(home)},
        )


@nox.session(name="docs-lint")
def docs_lint(session: nox.Session) -> None:
    """Check the modules' documentation, the role's and the guides."""
    install(session, "docs")
    collection = copy_as_collection(session)
    session.run(
        *("antsibull-docs", "lint-collection-docs", "--plugin-docs"),
        *("--validate-collection-refs=all", "--check-extra-docs-refs", str(collection)),
        env=ansible_env(TREES / session.name) | {"HOME": str(own_home())},
    )
    for guide in sorted(Path("docs/docsite/rst").glob("*.rst")):  # as a Git host renders it, without Sphinx
        session.run("python", "-m", "docutils", "--halt=warning", "--report=warning", str(guide), os.devnull, log=False)


@nox.session
def docs(session: nox.Session) -> None:
    """Render the guides and the reference to HTML; a warning is an error."""
    install(session, "docs")
    copy_as_collection(session)
    source = BUILD / "docs"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True, mode=0o755)
    session.run(
        *("antsibull-docs", "--config-file", "docs/antsibull-docs.cfg"),
        *("collection", "--use-current", "--squash-hierarchy"),
        *("--fail-on-error", "--cleanup", "everything", "--dest-dir", str(source), "linux.tcp"),
        env=ansible_env(TREES / session.name) | {"HOME": str(own_home())},
    )
    # The front page is ours, with the sidebar. Of the one that antsibull-docs made, the list of plugins is left.
    made = (source / "index.rst").read_text(encoding="utf-8")
    plugins = made[made.index(".. _module_plugins_in_linux.tcp:") :]
    (source / "plugins.rst").write_text(f"Modules, filters and the role\n{'=' * 29}\n\n{plugins}", encoding="utf-8")
    shutil.copy("docs/site/index.rst", source)
    shutil.copytree("docs/images", BUILD / "images", dirs_exist_ok=True)  # antsibull-docs takes text only
    html = BUILD / "html"
    session.run(
        *("sphinx-build", "-b", "html", "-c", "docs", "-d", str(CACHE / "doctrees")),
        *("--fail-on-warning", "--keep-going", "--quiet", str(source), str(html)),
    )
    session.log(f"The documentation is {html / 'index.html'}")


def run_molecule(session: nox.Session, group: str, *arguments: str, hosts: str = "sample") -> None:
    """Run scenarios on the installed artifact with the ansible-core of a dependency group."""
    install(session, group)
    add_test_collections(session)
    session.run("make", "install", external=True)
    session.run(
        *("molecule", "test", *(arguments or ("--all",))),
        env={
            **ansible_env(ROOT / ".collections", CACHE / "collections"),
            "LINUX_TCP_HOSTS": "everything" if TEST_ALL else hosts,
        },
    )


@nox.session
def molecule(session: nox.Session) -> None:
    """Run every scenario on containers that boot like hosts."""
    run_molecule(session, "molecule", *session.posargs)


@nox.session
def differential(session: nox.Session) -> None:
    """Compare predicted boots with the real loaders, and the controller with the modules, on random trees of files."""
    install(session, "differential")
    add_test_collections(session)
    roots = CACHE / "roots"
    images = Path("extensions/molecule/images")
    session.run(
        *("ansible-playbook", "--inventory=extensions/molecule/inventory/hosts.yml"),
        *(f"--extra-vars=roots={roots}", *(str(images / f"{name}.yml") for name in ("build", "unpack"))),
        env=ansible_env(CACHE / "collections"),
    )
    for program, trees in (
        ("compare_loaders", 2000 if TEST_ALL else 100),
        ("compare_modules", 200 if TEST_ALL else 40),
    ):
        session.run(
            *("python", "-m", f"ansible_collections.linux.tcp.tests.differential.{program}"),
            *(str(roots), f"--trees={trees}", *(session.posargs if program == "compare_loaders" else ())),
            env={"PYTHONPATH": "collections"},
        )


@nox.session
def faults(session: nox.Session) -> None:
    """Run the modules with faults in their system calls and judge what they leave: a sample, all with TEST_ALL=1."""
    install(session, "differential")
    chosen = any(argument.startswith(("--only", "--sample")) for argument in session.posargs)
    session.run(
        *("python", "-m", "ansible_collections.linux.tcp.tests.faults.run"),
        *(*session.posargs, *(() if chosen or TEST_ALL else ("--sample=500",))),
        env={"PYTHONPATH": "collections"},
    )


@nox.session
def fleet(session: nox.Session) -> None:
    """Roll out to hosts behind SSH, some of which fail on purpose, audit and ask them, all of it with TEST_ALL=1."""
    install(session, "fleet")
    session.run("make", "install", external=True)
    session.run("python", "-m", "pytest", "tests/fleet", *session.posargs, env=ansible_env(ROOT / ".collections"))


@nox.session
def eda(session: nox.Session) -> None:
    """Run the rulebook with ansible-rulebook, which needs Java, on hosts behind SSH."""
    install(session, "eda")
    session.run("make", "install", external=True)
    session.run("python", "-m", "pytest", "tests/eda", *session.posargs, env=ansible_env(ROOT / ".collections"))


@nox.session
def kernels(session: nox.Session) -> None:
    """Set values and reboot on machines that qemu emulates, each with the kernel of its release of Debian."""
    install(session, "differential")
    add_test_collections(session)
    session.run("make", "install", external=True)
    images = Path("extensions/molecule/images")
    session.run(
        *("ansible-playbook", "--inventory=extensions/molecule/inventory/machines.yml"),
        *(f"--extra-vars=disks={CACHE / 'kernels'}", *(str(images / f"{name}.yml") for name in ("build", "disks"))),
        env=ansible_env(CACHE / "collections"),
    )
    session.run("python", "-m", "pytest", "tests/kernels", *session.posargs, env=ansible_env(ROOT / ".collections"))


def python_for(core: str) -> str:
    """Choose the interpreter for an ansible-core: the running one where it fits."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    fitting = sorted(CORES[core], key=lambda version: version != own)
    return next((v for v in fitting if shutil.which(f"python{v}")), fitting[0])


OLDEST_CORE, NEWEST_CORE = min(CORES), max(CORES)
OTHER_CORES = [core for core in CORES if core != MAIN_CORE and (TEST_ALL or core in (OLDEST_CORE, NEWEST_CORE))]


@nox.session
@nox.parametrize(("python", "core"), [(python_for(core), core) for core in OTHER_CORES])
def cores(session: nox.Session, core: str) -> None:
    """Set and reboot with the oldest and the newest ansible-core, less the one that all scenarios run with."""
    hosts = "oldest" if core == OLDEST_CORE else "newest"
    run_molecule(session, f"core-{core}", "--scenario-name", "reboot", hosts=hosts)


@nox.session
def benchmark(session: nox.Session) -> None:
    """Measure plays beside their peers, predictions, connections, containers and a merged audit; print the tables."""
    install(session, "benchmark")
    add_test_collections(session)
    session.run("make", "install", external=True)
    benchmarks = "ansible_collections.linux.tcp.tests.benchmark"
    session.run(
        *("python", "-m", f"{benchmarks}.plays", *session.posargs),
        env={**ansible_env(ROOT / ".collections", CACHE / "collections"), "PYTHONPATH": "collections"},
    )
    write_page = [argument for argument in session.posargs if argument == "--write-page"]
    session.run(*("python", "-m", f"{benchmarks}.prediction", *write_page), env={"PYTHONPATH": "collections"})
    session.run(*("python", "-m", f"{benchmarks}.sockets", *write_page), env={"PYTHONPATH": "collections"})
    session.run(*("python", "-m", f"{benchmarks}.namespaces", *write_page), env={"PYTHONPATH": "collections"})
    session.run(*("python", "-m", f"{benchmarks}.audit"), env={"PYTHONPATH": "collections"})
