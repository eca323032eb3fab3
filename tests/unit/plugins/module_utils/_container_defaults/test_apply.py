# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import re
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults import apply
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import DesiredDefaults
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    FileError,
    InvalidPathError,
    InvalidValueError,
    OverriddenError,
    UndoError,
    VerificationError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import Refusing, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Host, Layout

ENGINES: Layout = {
    "/usr/bin/podman": b"",
    "/usr/share/containers/containers.conf": b'[containers]\ndefault_sysctls = ["net.ipv4.ping_group_range=0 0"]\n',
    "/etc/containers": None,
    "/usr/bin/crio": b"",
    "/etc/crio/crio.conf.d": None,
    "/usr/bin/lxc-start": b"",
    "/usr/share/lxc/config/common.conf": b"lxc.include = /usr/share/lxc/config/common.conf.d/\n",
    "/usr/share/lxc/config/common.conf.d/README": b"",
    "/usr/bin/dockerd": b"",
}
WANT = DesiredDefaults(Values(600, 60, 20))
ABSENT = DesiredDefaults(Values(), absent=True)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host(tmp_path, ENGINES)


def statuses(
    host: Host, want: DesiredDefaults, engines: list[str] | None = None, *, check_mode: bool = False
) -> list[str]:
    return [one.status for one in ensure(host, want, engines, check_mode=check_mode).changes]


def test_set_again_and_remove(host: Host) -> None:
    before = host.look()
    assert statuses(host, WANT, check_mode=True) == ["set"] * 3
    assert host.look() == before
    assert statuses(host, WANT) == ["set"] * 3
    assert {f"/root{path} 100644" for path in PATHS.values()} == {
        path for path, what in host.look().items() if isinstance(what, bytes) and path not in before
    }
    after = host.look()
    assert statuses(host, WANT) == ["already_set"] * 3
    assert host.look() == after
    assert statuses(host, ABSENT) == ["removed"] * 3
    # the folder that podman had not stays, as it does for the files of the boot
    assert host.look() == {**before, "/root/etc/containers/containers.conf.d": None}
    assert statuses(host, ABSENT) == ["already_absent"] * 3


def test_report(host: Host) -> None:
    before = host.look()
    outcome = ensure(host, DesiredDefaults(Values()), None, check_mode=False)
    result = outcome.as_dict(diff=True)
    assert (result["changed"], [one["status"] for one in result["engines"]]) == (False, ["reported"] * 3)
    assert (result["cautions"], result["diff"], host.look()) == ([], [], before)


def test_chosen_engines(host: Host) -> None:
    outcome = ensure(host, WANT, ["lxc"], check_mode=False)
    assert ([one.engine for one in outcome.changes], outcome.cautions) == (["lxc"], ())


def test_an_engine_that_is_not_installed(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/usr/bin/podman": b"", "/etc/containers": None})
    with pytest.raises(InvalidValueError, match="engines has lxc, which is not installed"):
        ensure(host, WANT, ["podman", "lxc"], check_mode=False)
    assert statuses(host, ABSENT, ["podman", "lxc"]) == ["already_absent"]
    assert ensure(host, ABSENT, ["lxc"], check_mode=False).cautions == ()


def test_the_file_of_an_engine_that_is_gone_is_removed(host: Host) -> None:
    statuses(host, WANT)
    (host.folder / "root/usr/bin/crio").unlink()
    assert statuses(host, ABSENT) == ["removed"] * 3


def test_diff_and_cautions(host: Host) -> None:
    result = ensure(host, WANT, None, check_mode=True).as_dict(diff=True)
    assert [one["after_header"] for one in result["diff"]] == sorted(PATHS.values())
    assert [(one["code"], one["engine"]) for one in result["cautions"]] == [
        ("has_no_defaults", "docker"),
        ("restart_needed", "cri-o"),
    ]


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_takes_precedence_is_refused_before_anything_is_touched(host: Host, check_mode: bool) -> None:
    host.meanwhile({"/etc/containers/containers.conf.d/zz.conf": b"[containers]\ndefault_sysctls = []\n"})
    before = host.look()
    with pytest.raises(OverriddenError, match=r"zz\.conf line 2 replaces all before it"):
        ensure(host, WANT, None, check_mode=check_mode)
    assert host.look() == before


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_no_file_is_refused(host: Host, check_mode: bool) -> None:
    host.meanwhile({PATHS["podman"]: None})
    before = host.look()
    with pytest.raises((InvalidPathError, OverriddenError)):
        ensure(host, WANT, None, check_mode=check_mode)
    assert host.look() == before


@pytest.mark.parametrize("check_mode", [True, False], ids=["check mode", "run"])
def test_owner_that_cannot_be_kept(host: Host, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    statuses(host, WANT)
    before = host.look()

    def refuse_owner(target: str) -> None:
        raise FileError(f"{target} is root's.")

    monkeypatch.setattr(host.files, "require_owner", refuse_owner)
    with pytest.raises(FileError) as caught:
        statuses(host, DesiredDefaults(Values(300, 60, 20)), check_mode=check_mode)
    assert str(caught.value).endswith(" is root's. Nothing was changed.")
    assert host.look() == before
    assert statuses(host, ABSENT, check_mode=check_mode) == ["removed"] * 3


def test_when_one_cannot_be_written_none_is(host: Host) -> None:
    before = host.look()
    host.files.refused = {PATHS["lxc"]: FileError("No space.")}
    with pytest.raises(FileError, match=r"^No space\.$"):
        ensure(host, WANT, None, check_mode=False)
    assert host.look() == before


def test_what_cannot_be_undone_is_named(host: Host) -> None:
    host.files.refused = {PATHS["lxc"]: FileError("No space.")}
    host.files.immovable = {PATHS["cri-o"]: FileError("No more.")}
    with pytest.raises(UndoError, match=r"99-tcp-keepalive\.conf is there, and was not there before"):
        ensure(host, WANT, None, check_mode=False)


def test_what_others_made_of_our_file_meanwhile_is_left(host: Host) -> None:
    host.files.refused = {PATHS["lxc"]: FileError("No space.")}
    host.files.meddle = lambda target: host.meanwhile({target: b"# theirs\n"} if target == PATHS["podman"] else {})
    with pytest.raises(UndoError, match=rf"^No space\. {PATHS['podman']} was changed by another program"):
        ensure(host, WANT, None, check_mode=False)
    assert host.text(PATHS["podman"]) == b"# theirs\n"
    assert not (host.folder / f"root{PATHS['cri-o']}").exists()


def test_what_changes_meanwhile_is_noticed(host: Host) -> None:
    before = host.look()

    def meddle(target: str) -> None:
        if target == PATHS["podman"]:
            host.meanwhile({"/etc/crio/crio.conf.d/zz": b"[crio.runtime]\ndefault_sysctls = []\n"})

    host.files.meddle = meddle
    with pytest.raises(VerificationError, match=r"^New containers of cri-o would get other values than planned"):
        ensure(host, WANT, None, check_mode=False)
    after = host.look()
    assert after.pop("/root/etc/crio/crio.conf.d/zz 100644")
    assert after == before


def test_what_cannot_be_looked_for_once_all_is_done_is_no_failure(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure(host, WANT, None, check_mode=False)
    error = ExhaustedError("/etc cannot be opened: Too many open files. Close some.")
    monkeypatch.setattr(apply, "left_in_crio", mock.Mock(side_effect=error))
    outcome = ensure(host, ABSENT, None, check_mode=False)
    assert [change.status for change in outcome.changes] == ["removed"] * len(outcome.changes)
    (caution,) = (one for one in outcome.cautions if one.code == "leftover")
    assert caution.message == (
        "Look for files /etc/crio/crio.conf.d/.linux.tcp.*.tmp, which CRI-O reads, and remove them. They could not be "
        "looked for: /etc cannot be opened: Too many open files. Close some."
    )


@pytest.mark.parametrize("fails", [False, True], ids=["done", "undone"])
def test_hidden_file_that_stays_and_that_an_engine_reads_is_named(
    host: Host, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    ensure(host, WANT, None, check_mode=False)
    monkeypatch.setattr(Folder, "discard", lambda *_: None)  # as on a disk that has become read-only
    if fails:
        monkeypatch.setattr(Folder, "move", Refusing(print, 1, errno.EIO))
        with pytest.raises(UndoError) as raised:
            ensure(host, DesiredDefaults(Values(300, 30, 5)), ["cri-o"], check_mode=False)
        found = [str(raised.value)]
    else:
        found = [one.message for one in ensure(host, ABSENT, None, check_mode=False).cautions if one.code == "leftover"]
    (text,) = found
    message = r"/etc/crio/crio\.conf\.d/\.linux\.tcp\.\w+\.tmp could not be removed, and CRI-O reads it\. Remove it\.\Z"
    assert re.search(message, text)
