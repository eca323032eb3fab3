# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the artifact's metadata may have, and what a release needs."""

from __future__ import annotations

import re
import shutil
import typing as t

import pytest
import yaml

from ansible_collections.linux.tcp.tools import build

if t.TYPE_CHECKING:
    from pathlib import Path

ADDRESSES = {
    "REPOSITORY": "https://example.org/tcp",
    "ISSUES": "https://example.org/tcp/issues",
    "DOCUMENTATION": "https://example.org/docs",
    "HOMEPAGE": "http://example.org:8080/",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for file, text in {
        "galaxy.yml": "version: 1.0.0\n",
        "changelogs/changelog.yaml": "ancestor: null\nreleases: {1.0.0: {}}\n",
        "changelogs/config.yaml": "",
        "CHANGELOG.md": "",
        "README.md": "",
        "collections/ansible_collections/linux/tcp": "",
        "plugins/__pycache__/a.pyc": "",
        "plugins/action/collections": "",
        ".venv/bin/python": "",
        ".ansible-lint": "",
    }.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "changelogs" / "fragments").mkdir()
    return root


def test_addresses() -> None:
    assert build.addresses_of({**ADDRESSES, "HOME": "/root"}) == ADDRESSES
    assert build.addresses_of({"ISSUES": "", "HOME": "/root"}) == {}


@pytest.mark.parametrize(
    "address",
    [
        "example.org/tcp",
        "ftp://example.org/tcp",
        "https://",
        "https:///tcp",
        "https://example.org/a b",
        "https://example.org/\nversion: 2",
        "https://example.org:port/",
        "https://[::1/",
        "https://me:secret@example.org/",
        "https://exämple.org/",
        "javascript:alert(1)",
    ],
)
def test_address_that_cannot_be(address: str) -> None:
    message = f"ISSUES={address!a} is not a web address. Give one without a password, such as ISSUES=https://"
    with pytest.raises(build.BuildError, match=re.escape(message)):
        build.addresses_of({**ADDRESSES, "ISSUES": address})


def test_release(root: Path) -> None:
    build.require_release(root, ADDRESSES)


def test_release_without_addresses(root: Path) -> None:
    message = "A release needs ISSUES, HOMEPAGE. Give each: make release ISSUES=https://… HOMEPAGE=https://…"
    given = {name: ADDRESSES[name] for name in ("REPOSITORY", "DOCUMENTATION")}
    with pytest.raises(build.BuildError, match=f"^{re.escape(message)}$"):
        build.require_release(root, given)


@pytest.mark.parametrize("missing", ["version", "fragment", "page"])
def test_release_without_changelog(root: Path, missing: str) -> None:
    if missing == "version":
        (root / "galaxy.yml").write_text("version: 1.1.0\n", encoding="utf-8")
    elif missing == "fragment":
        (root / "changelogs" / "fragments" / "more.yml").write_text("", encoding="utf-8")
    else:
        (root / "CHANGELOG.md").unlink()
    with pytest.raises(build.BuildError, match="run `make changelog` and commit"):
        build.require_release(root, ADDRESSES)


def test_copy(root: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    build.copy_repository(root, tree, {"ISSUES": ADDRESSES["ISSUES"]})
    assert (tree / "galaxy.yml").read_text(encoding="utf-8") == (
        'version: 1.0.0\nissues: "https://example.org/tcp/issues"\n'
    )
    assert sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()) == [
        ".ansible-lint",
        "CHANGELOG.md",
        "README.md",
        "changelogs/changelog.yaml",
        "changelogs/config.yaml",
        "galaxy.yml",
        "plugins/action/collections",
    ]
    assert (root / "galaxy.yml").read_text(encoding="utf-8") == "version: 1.0.0\n"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("docs/docsite/rst/guide_fleet.rst#the-end", "https://example.org/docs/docsite/guide_fleet.html#the-end"),
        ("docs/images/report-top.png", "https://example.org/docs/_images/report-top.png"),
        ("plugins/modules/keepalive_info.py", "https://example.org/docs/keepalive_info_module.html"),
        ("plugins/filter/keepalive_audit.py", "https://example.org/docs/keepalive_audit_filter.html"),
        ("roles/keepalive/README.md", "https://example.org/docs/keepalive_role.html"),
        ("COPYING", "https://example.org/tcp/blob/HEAD/COPYING"),
        ("#requirements", "#requirements"),
        ("https://example.com/a", "https://example.com/a"),
    ],
)
def test_links(link: str, expected: str) -> None:
    assert build.absolute_links(f"See [it]({link}).", ADDRESSES) == f"See [it]({expected})."


def test_no_link_of_a_page_is_left_relative(root: Path, tmp_path: Path) -> None:
    pages = [path.name for path in build.ROOT.glob("*.md")]
    assert "README.md" in pages
    for name in pages:
        shutil.copy(build.ROOT / name, root)
    build.copy_repository(root, tmp_path / "tree", ADDRESSES)
    texts = [(tmp_path / "tree" / name).read_text(encoding="utf-8") for name in pages]
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", "".join(texts)) == []


@pytest.mark.parametrize(
    ("given", "more", "expected"),
    [
        ({}, "", {"skip_list": ["galaxy[no-repository]"]}),
        ({"ISSUES": ADDRESSES["ISSUES"]}, "", {"skip_list": ["galaxy[no-repository]"]}),
        (ADDRESSES, "", {}),
        (ADDRESSES, "  - yaml\n", {"skip_list": ["yaml"]}),
    ],
    ids=["no address", "another address", "repository", "repository, and another rule"],
)
def test_rules_of_the_linter(
    root: Path, tmp_path: Path, given: dict[str, str], more: str, expected: dict[str, list[str]]
) -> None:
    rules = (build.ROOT / ".ansible-lint").read_text(encoding="utf-8")
    (root / ".ansible-lint").write_text(f"{rules}{more}", encoding="utf-8")
    build.copy_repository(root, tmp_path / "tree", given)
    shipped = yaml.safe_load((tmp_path / "tree" / ".ansible-lint").read_text(encoding="utf-8"))
    others = {name: value for name, value in yaml.safe_load(rules).items() if name != "skip_list"}
    assert shipped == {**others, **expected}


def test_links_without_addresses() -> None:
    assert build.absolute_links("See [it](COPYING).", {}) == "See [it](COPYING)."


@pytest.fixture
def target(tmp_path: Path) -> Path:
    target = tmp_path / "target"
    target.mkdir()
    for name in ("linux-tcp-0.9.0.tar.gz", "linux-tcp-1.0.0.tar.gz", "linux-tcp-notes.tar.gz", "other-1.0.0.tar.gz"):
        (target / name).write_text("old\n", encoding="utf-8")
    return target


def galaxy(folder: Path, status: int) -> Path:
    """Return a program that builds like ansible-galaxy, and then ends with a status."""
    program = folder / "ansible-galaxy"
    text = f'#!/bin/sh\nmkdir "$4"\necho new >"$4/linux-tcp-1.0.0.tar.gz"\necho "No space" >&2\nexit {status}\n'
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return program


def contents(target: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in target.iterdir()}


def test_an_artifact_replaces_those_of_all_versions(
    root: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "PROGRAM", galaxy(tmp_path, 0))
    build.build(root, target, {})
    assert contents(target) == {
        "linux-tcp-1.0.0.tar.gz": "new\n",
        "linux-tcp-notes.tar.gz": "old\n",
        "other-1.0.0.tar.gz": "old\n",
    }


def test_a_failure_leaves_the_artifacts(
    root: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(target)
    monkeypatch.setattr(build, "PROGRAM", galaxy(tmp_path, 1))
    with pytest.raises(build.BuildError, match=r"^ansible-galaxy failed: No space$"):
        build.build(root, target, {})
    assert contents(target) == before
