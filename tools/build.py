# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's artifact, with the addresses of its publisher in its metadata.

The repository names no address, because every clone can publish. The environment has them: REPOSITORY, ISSUES,
DOCUMENTATION and HOMEPAGE, each a web address. Those that are given go into the artifact's metadata, and
the relative links of its pages of Markdown lead there, as Galaxy has no page for them. With
``--release`` each is required, and the changelog has to have the version.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("ansible-galaxy")
ADDRESSES = ("REPOSITORY", "ISSUES", "DOCUMENTATION", "HOMEPAGE")  # the keys of the metadata, as settings of make

# A relative link of a page, and which address and page it leads to in the artifact, where Galaxy shows it.
LINKS = {
    r"docs/docsite/rst/(\w+)\.rst": ("DOCUMENTATION", r"docsite/\1.html"),
    r"docs/images/([\w.-]+)": ("DOCUMENTATION", r"_images/\1"),
    r"plugins/modules/(\w+)\.py": ("DOCUMENTATION", r"\1_module.html"),
    r"plugins/filter/(\w+)\.py": ("DOCUMENTATION", r"\1_filter.html"),
    r"roles/(\w+)/README\.md": ("DOCUMENTATION", r"\1_role.html"),
    r"([\w.-]+)": ("REPOSITORY", r"blob/HEAD/\1"),
}


class BuildError(Exception):
    """A setting or the repository does not allow to build."""


def addresses_of(environment: t.Mapping[str, str]) -> dict[str, str]:
    """Return the addresses that are given, by setting."""
    given = {name: environment[name] for name in ADDRESSES if environment.get(name)}
    for name, address in given.items():
        if not is_web_address(address):
            raise BuildError(
                f"{name}={address!a} is not a web address. Give one without a password, "
                f"such as {name}=https://example.org/tcp."
            )
    return given


def is_web_address(text: str) -> bool:
    """Tell whether a text is an address that can be published: http or https, a host, printable ASCII, no user."""
    try:
        url = urlsplit(text)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:
        return False
    is_plain = text.isascii() and text.isprintable() and " " not in text
    return is_plain and url.scheme in ("http", "https") and has_host and "@" not in url.netloc


def require_release(root: Path, given: t.Mapping[str, str]) -> None:
    """Raise an error where something that a release has is missing."""
    if missing := [name for name in ADDRESSES if name not in given]:
        example = " ".join(f"{name}=https://…" for name in missing)
        raise BuildError(f"A release needs {', '.join(missing)}. Give each: make release {example}")
    version = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    changelog = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    fragments = sorted((root / "changelogs" / "fragments").glob("*.yml"))
    if version not in changelog["releases"] or fragments or not (root / "CHANGELOG.md").exists():
        raise BuildError(
            f"The changelog does not have {version} of galaxy.yml yet, or changelogs/fragments has further changes. "
            "Set the version in galaxy.yml, run `make changelog` and commit what it writes."
        )


def copy_repository(root: Path, tree: Path, given: t.Mapping[str, str]) -> None:
    """Copy what can be of the artifact, and write the addresses into the copy."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".") and name != ".ansible-lint"}
        return hidden | ({"collections"} if Path(folder) == root else set()) | {"__pycache__"}

    shutil.copytree(root, tree, symlinks=True, ignore=ignored)
    with (tree / "galaxy.yml").open("a", encoding="utf-8") as file:
        file.writelines(f"{name.lower()}: {json.dumps(address)}\n" for name, address in given.items())
    for page in tree.glob("*.md"):
        page.write_text(absolute_links(page.read_text(encoding="utf-8"), given), encoding="utf-8")
    if "REPOSITORY" in given:
        rules = tree / ".ansible-lint"
        rules.write_text(without_skip(rules.read_text(encoding="utf-8")), encoding="utf-8")


def without_skip(rules: str) -> str:
    """Return the settings of ansible-lint without leave to name no repository."""
    kept = re.sub(r"^  - galaxy\[no-repository\].*\n", "", rules, flags=re.MULTILINE)
    return re.sub(r"^skip_list:\n(?!  - )", "", kept, flags=re.MULTILINE)


def absolute_links(text: str, given: t.Mapping[str, str]) -> str:
    """Return a page of Markdown whose relative links lead to what `make docs` makes, and to the files of a Git host."""

    def replaced(match: re.Match[str]) -> str:
        for pattern, (name, page) in LINKS.items():
            if (file := re.fullmatch(pattern, match["file"])) and name in given:
                return f"]({given[name].rstrip('/')}/{file.expand(page)}{match['anchor'] or ''})"
        return match[0]

    return re.sub(r"\]\((?P<file>[^()#:\s]+)(?P<anchor>#[^()\s]*)?\)", replaced, text)


def build(root: Path, target: Path, given: t.Mapping[str, str]) -> None:
    """Build the artifact of a repository into a folder, where it replaces those of all versions once it is complete."""
    with tempfile.TemporaryDirectory(prefix=".linux-tcp-build-", dir=target) as folder:
        tree, result = Path(folder, "tree"), Path(folder, "result")
        copy_repository(root, tree, given)
        run = subprocess.run(
            [PROGRAM, "collection", "build", "--output-path", result, tree],
            capture_output=True,
            check=False,
            text=True,
        )
        if run.returncode:
            raise BuildError(f"ansible-galaxy failed: {run.stderr.strip()}")
        (artifact,) = result.glob("*.tar.gz")
        built = artifact.replace(target / artifact.name)
    remove_other_artifacts(built)


def remove_other_artifacts(built: Path) -> None:
    """Remove the artifacts of other versions beside one, so that a pattern for their names finds one."""
    for artifact in built.parent.glob("linux-tcp-[0-9]*.tar.gz"):
        if artifact != built:
            artifact.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--release", action="store_true", help="refuse to build what cannot be published")
    parser.add_argument("target", type=Path, help="the folder whose artifact of the collection is replaced")
    arguments = parser.parse_args()
    try:
        given = addresses_of(os.environ)
        if arguments.release:
            require_release(ROOT, given)
        arguments.target.mkdir(parents=True, exist_ok=True)
        build(ROOT, arguments.target, given)
    except BuildError as exc:
        sys.exit(f"{exc} Nothing was built.")


if __name__ == "__main__":
    main()
