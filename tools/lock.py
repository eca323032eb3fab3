# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lock every Python package that a session or `make apply` installs, in one file of locks/ for each dependency group.

A lock file has names, releases, hashes and markers, and names no index. Its first lines have the
requirements of the group and a checksum of the rest of the file. ``--check`` compares both, so that an
edit of the group or of the file by hand is found. What is locked already stays so, unless ``--upgrade``
moves everything to the newest release that the groups allow.

ansible-test installs packages of its own into environments of its own. The ansible-core that the group
``sanity`` locks names their releases; each such ansible-core has a lock file of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
import typing as t
from pathlib import Path

from dependency_groups import resolve
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
LICENCE = "".join(Path(__file__).read_text(encoding="utf-8").splitlines(keepends=True)[:3])
NOT_INSTALLED = "collections"  # nor are its dependencies
BESIDE = {"runner": "apply"}  # groups that are installed into one environment, the first after the second
CONTROLLER_PYTHON = ">=3.11"
NEWEST_PYTHON = 14  # 3.14
_ENTRY = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)( ; [^\\]+)? \\")
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


class Group(t.NamedTuple):
    """Requirements that are installed together, and the Pythons that they are installed for."""

    requirements: tuple[str, ...]
    pythons: str

    @property
    def releases_of_python(self) -> list[str]:
        """All Pythons of the matrix that the group is installed for."""
        oldest = int(self.pythons.removeprefix(">=3."))
        return [f"3.{minor}" for minor in range(oldest, NEWEST_PYTHON + 1)]

    @property
    def head(self) -> str:
        """The lines of the group's lock file that tell what was locked, and for which Pythons."""
        rows = [
            f"# Made by `make lock` for Python {self.pythons}, from:",
            *(f"#   {one}" for one in self.requirements),
        ]
        return "".join(f"{row}\n" for row in rows)


def groups() -> dict[str, Group]:
    """Return the dependency groups of pyproject.toml by name, without those that only others include."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tables, settings = pyproject["dependency-groups"], pyproject["tool"]["uv"]["dependency-groups"]
    parts = set(pyproject["tool"]["lock"]["parts"])
    return {
        name: Group(
            tuple(sorted(set(resolve(tables, name)))),
            settings.get(name, {}).get("requires-python", CONTROLLER_PYTHON),
        )
        for name in tables
        if name not in parts
    }


def sealed(text: str) -> str:
    """Return the text of a lock file with the licence and a line in front that has the text's checksum."""
    return f"{LICENCE}\n# sha256 of the following lines: {hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def uv(*arguments: str) -> None:
    """Run uv; it takes wheels only, because a build would need packages that no lock has."""
    subprocess.run([sys.executable, "-m", "uv", "pip", *arguments, "--quiet", "--no-build"], check=True)


def lock(group: Group, requirements: Path, file: Path, *, upgrade: bool) -> None:
    """Write the lock file of what ``requirements`` asks for; what the file locks already stays, unless ``upgrade``."""
    beside = BESIDE.get(file.stem)
    with tempfile.NamedTemporaryFile("w+", prefix="linux-tcp-lock-") as locked:
        if file.exists():  # releases only: hashes always come from the index
            locked.writelines(f"{entry.group().rstrip(' ' + chr(92))}\n" for entry in entries_of(file))
            locked.flush()
        uv(
            *("compile", str(requirements), f"--output-file={locked.name}", "--universal", "--generate-hashes"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            f"--python-version={group.pythons.removeprefix('>=')}",
            *(("--no-deps",) if file.stem == NOT_INSTALLED else ()),
            *((f"--constraint={LOCKS / beside}.txt",) if beside else ()),
            *(("--upgrade",) if upgrade else ()),
        )
        file.write_text(sealed(group.head + Path(locked.name).read_text(encoding="utf-8")), encoding="utf-8")


def require_wheels(group: Group, file: Path, folder: Path) -> None:
    """Find out whether each Python of a group has a wheel of everything that is locked for it."""
    for python in group.releases_of_python:
        uv(
            *("install", "--dry-run", "--no-deps", "--require-hashes", f"--requirement={file}"),
            *(f"--python-version={python}", f"--target={folder / python}"),
        )


def lock_all(*, upgrade: bool) -> None:
    """Write all lock files, and remove those of groups that are gone."""
    LOCKS.mkdir(exist_ok=True)
    known = groups()
    with tempfile.TemporaryDirectory(prefix="linux-tcp-lock-") as folder:
        requirements = Path(folder, "requirements.in")
        for name, group in known.items():
            requirements.write_text("\n".join(group.requirements), encoding="utf-8")
            lock(group, requirements, LOCKS / f"{name}.txt", upgrade=upgrade)
            require_wheels(group, LOCKS / f"{name}.txt", Path(folder, name))
        for release in releases_of("ansible-core", LOCKS / "sanity.txt"):
            target = Path(folder, release)
            uv("install", f"--target={target}", "--no-deps", "--python-version=3.14", f"ansible-core=={release}")
            requirements.write_text("\n".join(asked := ansible_test_requirements(target)), encoding="utf-8")
            group = Group(tuple(asked), python_of(target))
            lock(group, requirements, LOCKS / f"ansible-test-{release}.txt", upgrade=upgrade)
    for file in set(LOCKS.iterdir()) - lock_files(known):
        file.unlink()


def ansible_test_requirements(target: Path) -> list[str]:
    """Return what the sanity tests of an ansible-core install, whose wheel lies in a folder."""
    files = (target / "ansible_test" / "_data" / "requirements").glob("sanity.*.txt")
    lines = {line.partition("#")[0].strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    return sorted(lines - {""}, key=str.lower)


def python_of(target: Path) -> str:
    """Return the oldest Python that the ansible-core in a folder runs on, as `>=3.11`."""
    (metadata,) = target.glob("ansible_core-*.dist-info/METADATA")
    found = re.search(r"^Requires-Python: (>=\d+\.\d+)", metadata.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, metadata
    return found[1]


def lock_files(known: t.Iterable[str]) -> set[Path]:
    """Return the lock files that have to be there."""
    of_ansible_test = {f"ansible-test-{release}" for release in releases_of("ansible-core", LOCKS / "sanity.txt")}
    return {LOCKS / f"{name}.txt" for name in {*known} | of_ansible_test}


def entries_of(file: Path) -> list[re.Match[str]]:
    """Return the packages of a lock file, none where there is no such file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [entry for entry in map(_ENTRY.fullmatch, lines) if entry]


def releases_of(name: str, file: Path) -> list[str]:
    """Return the releases of a package that a lock file has, for different Pythons."""
    return [entry["version"] for entry in entries_of(file) if entry["name"] == canonicalize_name(name)]


def problems() -> t.Iterator[str]:
    """Tell where lock files and groups do not fit, and what a lock file must not have."""
    known = groups()
    there, wanted = set(LOCKS.iterdir()), lock_files(known)
    for file in sorted(there ^ wanted):
        yield f"locks/{file.name} {'has no dependency group' if file in there else 'is missing'}"
    for file in sorted(there & wanted):
        text = file.read_text(encoding="utf-8")
        body = text[len(LICENCE) + 1 :].partition("\n")[2]
        if text != sealed(body):
            yield f"locks/{file.name} was edited by hand after `make lock` had written it"
        for number, line in enumerate(text.splitlines(), start=1):
            if not (line == "" or line.startswith("#") or _ENTRY.fullmatch(line) or _HASH.fullmatch(line)):
                yield f"locks/{file.name} line {number} is not of a lock: {line}"
        if file.stem not in known:
            continue
        group = known[file.stem]
        if group.head != "".join(f"{line}\n" for line in body.splitlines() if line.startswith("#")):
            yield f"locks/{file.name} does not match the group {file.stem} in pyproject.toml"
            continue
        for requirement in map(Requirement, group.requirements):
            if not any(requirement.specifier.contains(release) for release in releases_of(requirement.name, file)):
                yield f"locks/{file.name} has no release of {requirement}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="move everything to the newest release")
    parser.add_argument("--check", action="store_true", help="only compare the lock files with the groups")
    arguments = parser.parse_args()
    if arguments.check:
        if found := list(problems()):
            sys.exit("\n".join([*found, "Run `make lock` and commit what it changes."]))
        return
    try:
        lock_all(upgrade=arguments.upgrade)
    except subprocess.CalledProcessError as exc:
        sys.exit(f"uv failed, see above: {shlex.join(exc.cmd)}")


if __name__ == "__main__":
    main()
