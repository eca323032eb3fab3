# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    CheckpointError,
    FileError,
    ForeignChangeError,
    KernelError,
    UndoError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
from ansible_collections.linux.tcp.plugins.module_utils._state import checkpoint as checkpoint_module
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import (
    restore,
    take_checkpoint,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import Restoration
    from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import Checkpoint
    from ansible_collections.linux.tcp.tests.unit.host import Host, Layout

PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
ZZ = "/etc/sysctl.d/zz.conf"
NAME = TIME.decode()
DESIRED = DesiredState(values=Values(600, 60, 20))


def change(host: Host, want: DesiredState = DESIRED) -> Checkpoint:
    """Checkpoint a host, change it, and return the checkpoint as it comes back from the controller."""
    plan = ensure(host, want, check_mode=True).change
    checkpoint = take_checkpoint(plan, host.files)
    ensure(host, want, check_mode=False)
    return parse_checkpoint(json.loads(json.dumps(checkpoint.as_dict())))


def restored(host: Host, checkpoint: Checkpoint, *, force: bool = False, check_mode: bool = False) -> Restoration:
    return restore(host, checkpoint, force=force, check_mode=check_mode)


LAYOUTS: dict[str, Layout] = {
    "no file": {},
    "a file": {PATH: b"# \xff ours\n" + TIME + b" = 900"},
    "an empty file": {PATH: b""},
    "a link": {PATH: "/etc/keepalive.conf", "/etc/keepalive.conf": b"# ours\n"},
    "another file": {ZZ: b"# theirs\n" + TIME + b" = 60\n"},
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_way_back(tmp_path: Path, layout: Layout) -> None:
    host = make_host(tmp_path, layout)
    for path, what in layout.items():
        if isinstance(what, bytes):
            os.chmod(str(tmp_path / "root" / path.lstrip("/")), 0o640)
    before = host.look()
    checkpoint = change(host, DesiredState(values=Values(600, 60, 20), overrides="take_over"))
    after = host.look()
    assert after != before
    planned = restored(host, checkpoint, check_mode=True)
    assert host.look() == after
    assert restored(host, checkpoint).diff() == planned.diff()
    assert host.look() == before
    assert restored(host, checkpoint).is_empty


def test_way_back_while_another_file_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_host: Host) -> t.NoReturn:
        raise FileError("/srv/app.log cannot be read: Invalid argument.")

    host = make_host(tmp_path, {ZZ: TIME + b" = 60\n"})
    before = host.look()
    checkpoint = change(host, DesiredState(values=Values(600, 60, 20), overrides="take_over"))
    assert len(checkpoint.files) == 2
    monkeypatch.setattr(checkpoint_module, "take_snapshot", fail)
    assert [file.path for file, _found in restored(host, checkpoint).files] == [ZZ, PATH]
    assert host.look() == before


def test_way_back_to_a_missing_folder(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    (tmp_path / "root/etc/sysctl.d").rmdir()
    before = host.look()
    checkpoint = change(host)
    restored(host, checkpoint)
    assert host.look() == before


def test_way_back_that_was_cut_before_the_folder_was_removed(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    (tmp_path / "root/etc/sysctl.d").rmdir()
    before = host.look()
    checkpoint = change(host)
    restored(host, checkpoint)
    (tmp_path / "root/etc/sysctl.d").mkdir()
    assert not restored(host, checkpoint).is_empty
    assert host.look() == before
    host.meanwhile({ZZ: b""})
    assert restored(host, checkpoint).is_empty  # the folder is of another program now


def test_way_back_from_absent(tmp_path: Path) -> None:
    """A file that the change removes comes back with its mode, and its folder with it."""
    host = make_host(tmp_path)
    change(host)
    os.chmod(str(tmp_path / "root" / PATH.lstrip("/")), 0o600)
    before = host.look()
    checkpoint = change(host, DesiredState(absent=("time", "intvl", "probes")))
    assert host.shown() == [7200, 75, 9]
    (tmp_path / "root/etc/sysctl.d").rmdir()
    restored(host, checkpoint)
    assert host.look() == before


def test_diff(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    checkpoint = change(host, DesiredState(values=Values(time=600)))
    text = host.text(PATH).decode()
    assert restored(host, checkpoint).diff() == [
        {
            "before_header": "running kernel",
            "after_header": "running kernel",
            "before": "net.ipv4.tcp_keepalive_time = 600\n",
            "after": "net.ipv4.tcp_keepalive_time = 7200\n",
        },
        {"before_header": PATH, "after_header": PATH, "before": text, "after": ""},
    ]


@pytest.mark.parametrize(
    ("absent", "meanwhile", "values", "foreign"),
    [
        (
            False,
            {PATH: b"# theirs\n"},
            None,
            {"code": "content", "path": PATH, "message": f"{PATH} has other content than the rollout left"},
        ),
        (
            False,
            {},
            (30, 60, 20),
            {
                "code": "runtime",
                "key": "time",
                "message": f"{NAME} is 30 in the running kernel, neither 600 as the rollout left it nor 7200 as it was",
            },
        ),
        (
            True,
            {PATH: b"# theirs\n"},
            None,
            {"code": "created", "path": PATH, "message": f"{PATH} is there again, and the rollout removed it"},
        ),
    ],
    ids=["content", "value", "is there again"],
)
def test_foreign_change(
    tmp_path: Path, absent: bool, meanwhile: Layout, values: tuple[int, int, int] | None, foreign: dict[str, str]
) -> None:
    host = make_host(tmp_path)
    checkpoint = change(host)
    wanted = {PATH: host.text(PATH)} if absent else {}
    if absent:
        checkpoint = change(host, DesiredState(absent=("time", "intvl", "probes")))
    host.meanwhile(meanwhile)
    for key, value in zip(KEYS, values or ()):
        host.kernel.write(key, value)
    found = host.look()
    with pytest.raises(ForeignChangeError) as refused:
        restored(host, checkpoint)
    assert str(refused.value) == (
        f"Changed by others since the rollout: {foreign['message']}. Check it, or give force: true "
        "(keepalive_restore_force=true to the playbook linux.tcp.restore). Nothing was changed."
    )
    assert refused.value.details == {"foreign": [foreign]}
    assert host.look() == found
    assert [one.as_dict() for one in restored(host, checkpoint, force=True).foreign] == [foreign]
    assert restored(host, checkpoint).is_empty
    if wanted:
        assert host.text(PATH) == wanted[PATH]


def test_foreign_mode_and_missing_file(tmp_path: Path) -> None:
    host = make_host(tmp_path, {PATH: b"# ours\n"})
    checkpoint = change(host)
    os.chmod(str(tmp_path / "root" / PATH.lstrip("/")), 0o600)
    with pytest.raises(ForeignChangeError, match="has another mode, owner or attribute than the rollout left"):
        restored(host, checkpoint)
    (tmp_path / "root" / PATH.lstrip("/")).unlink()
    with pytest.raises(ForeignChangeError, match="is gone, and the rollout left it there"):
        restored(host, checkpoint)


@pytest.mark.parametrize("name", ["etc/sysctl.d/99-tcp-keepalive.conf", "etc/sysctl.d"], ids=["file", "folder"])
@pytest.mark.parametrize("force", [True, False])
def test_link_in_the_way_is_not_followed(tmp_path: Path, name: str, force: bool) -> None:
    """A checkpoint is free of links; who has put one there since must not lead root elsewhere."""
    host = make_host(tmp_path, {PATH: b"# ours\n", "/srv/99-tcp-keepalive.conf": b"# theirs\n"})
    checkpoint = change(host)
    place = tmp_path / "root" / name
    place.rename(tmp_path / "moved")
    place.symlink_to("/srv/99-tcp-keepalive.conf" if name.endswith(".conf") else "/srv")
    with pytest.raises(ForeignChangeError) as refused:
        restored(host, checkpoint, force=force)
    there = "/srv/99-tcp-keepalive.conf"
    assert str(refused.value) == (
        f"{PATH} leads to {there} now, by a link that was not there. Remove it. Nothing was changed."
    )
    assert [(one["code"], one["path"]) for one in refused.value.details["foreign"]] == [("link", PATH)]
    assert host.shown() == [600, 60, 20]
    assert (tmp_path / "root/srv/99-tcp-keepalive.conf").read_bytes() == b"# theirs\n"


def test_owner_that_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path, LAYOUTS["a file"])
    checkpoint = change(host)
    asked: list[object] = []

    def refuse_owner(target: str, owner: object) -> None:
        asked.append(owner)
        raise FileError(f"{target} is root's.")

    monkeypatch.setattr(host.files, "require_owner", refuse_owner)
    after = host.look()
    for check_mode in (True, False):
        with pytest.raises(FileError) as caught:
            restored(host, checkpoint, check_mode=check_mode)
        assert (str(caught.value), host.look()) == (f"{PATH} is root's. Nothing was changed.", after)
    assert asked == [(os.geteuid(), os.getegid())] * 2


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was restored is undone when a later step fails."""
    host = make_host(tmp_path, {ZZ: TIME + b" = 60\n"})
    checkpoint = change(host, DesiredState(values=Values(600, 60, 20), overrides="take_over"))
    after = host.look()
    real = host.files.restore

    def refuse(target: str, *arguments: t.Any, **options: t.Any) -> t.Any:
        if target == ZZ:
            raise FileError("no")
        return real(target, *arguments, **options)

    monkeypatch.setattr(host.files, "restore", refuse)
    with pytest.raises(FileError, match="no"):
        restored(host, checkpoint)
    assert host.look() == after
    host.kernel.refused.add(("probes", 9))
    with pytest.raises(KernelError, match="no probes of 9"):
        restored(host, checkpoint)
    assert host.look() == after


def test_what_an_undo_leaves_to_another_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path, LAYOUTS["a file"])
    checkpoint = change(host)
    undo = Undo(mock.Mock(side_effect=ForeignChangeError("It is left as it is now.")))
    monkeypatch.setattr(host.files, "restore", lambda *_given, **_named: undo)
    with pytest.raises(UndoError) as caught:
        restored(host, checkpoint)
    assert str(caught.value) == (
        f"{PATH} is not what was written a moment before: another program writes it. Find that program. It is left as "
        f"it is now."
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"runtime": {"time": {"before": 1}}, "files": []},
        {"runtime": {}, "files": [{"path": "/x"}]},
        {
            "runtime": {},
            "files": [
                {
                    "path": "/x",
                    "before": {"content": "?", "mode": "0644", "owner": 0, "group": 0, "attributes": {}},
                    "left": None,
                    "had_folder": True,
                }
            ],
        },
        {"runtime": [], "files": 1},
    ],
)
def test_no_checkpoint(given: dict[str, t.Any]) -> None:
    with pytest.raises(CheckpointError, match="This is no checkpoint that a rollout made: "):
        parse_checkpoint(given)
