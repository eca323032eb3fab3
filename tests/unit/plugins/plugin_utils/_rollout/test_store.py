# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import CheckpointError, FileError, KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store
from ansible_collections.linux.tcp.tests.unit.host import Refusing

if t.TYPE_CHECKING:
    from pathlib import Path

DESIRED = {"time": "600"}
FILE = {"path": "/a", "before": None, "left": {"content": "YQ=="}, "had_folder": True}
CHECKPOINT = {"runtime": {"time": {"before": 7200, "left": 600}}, "files": [FILE]}


def keep(
    folder: Path, *, host: str = "db1", want: t.Any = None, checkpoint: t.Any = None, now: str = "12:00"
) -> dict[str, t.Any]:
    want = DESIRED if want is None else want
    return store.save(
        str(folder), host, desired=want, before={"drift": []}, checkpoint=checkpoint or CHECKPOINT, now=now
    )


def load(folder: Path) -> dict[str, t.Any]:
    found = store.load(str(folder), "db1")
    assert found is not None
    return found


def ended(folder: Path, how: str) -> None:
    """Let the pending change end."""
    if how == "done":
        store.commit(str(folder), "db1", now="12:10")
    elif how == "rolled back":
        store.discard(str(folder), "db1", checkpoint=load(folder)["pending"], now="12:10")
    elif how == "restored":
        store.restored(str(folder), "db1", checkpoint=load(folder)["checkpoint"], now="12:10")


def test_checkpoint_is_for_one_user(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    assert keep(folder) == CHECKPOINT
    path = store.path_of(str(folder), "db1")
    assert path == str(folder / "db1.json")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(str(folder)).st_mode & 0o777 == 0o700
    assert load(folder) == {
        "format": 1,
        "host": "db1",
        "time": "12:00",
        "desired": DESIRED,
        "before": {"drift": []},
        "checkpoint": CHECKPOINT,
        "pending": CHECKPOINT,
        "done": None,
        "restored": None,
        "replaces": None,
    }
    assert os.listdir(str(folder)) == ["db1.json"]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("db1.example.com", "db1.example.com.json"),
        ("../x", "%2E.%2Fx.json"),
        ("::1", "%3A%3A1.json"),
        ("/etc/x", "%2Fetc%2Fx.json"),
        ("a\nb\0", "a%0Ab%00.json"),
        (".", "%2E.json"),
    ],
)
def test_name(host: str, name: str) -> None:
    assert store.path_of("/folder", host) == f"/folder/{name}"


OTHER_FILE = {**FILE, "path": "/b"}
LATER = {
    "runtime": {"time": {"before": 900, "left": 601}, "intvl": {"before": 75, "left": 60}},
    "files": [{**FILE, "before": {"content": "Yg=="}, "left": {"content": "Yw=="}}, OTHER_FILE],
}
BOTH = {
    "runtime": {"time": {"before": 7200, "left": 601}, "intvl": {"before": 75, "left": 60}},
    "files": [{**FILE, "left": {"content": "Yw=="}}, OTHER_FILE],
}
FIRST, NEW = "12:00", "13:00"


@pytest.mark.parametrize(
    ("how", "want", "time", "checkpoint", "pending"),
    [
        ("", DESIRED, FIRST, BOTH, BOTH),
        ("", {"time": "300"}, FIRST, BOTH, BOTH),
        ("done", DESIRED, FIRST, BOTH, LATER),
        ("done", {"time": "300"}, NEW, LATER, LATER),
        ("rolled back", DESIRED, NEW, LATER, LATER),
        ("restored", DESIRED, NEW, LATER, LATER),
    ],
    ids=["pending", "pending, another desired state", "done", "done, another desired state", "rolled back", "restored"],
)
def test_next_attempt(
    tmp_path: Path, how: str, want: dict[str, str], time: str, checkpoint: dict[str, t.Any], pending: dict[str, t.Any]
) -> None:
    """What led back is never lost: it is kept, or kept beside the new checkpoint."""
    keep(tmp_path)
    ended(tmp_path, how)
    assert store.is_pending(str(tmp_path), "db1") == (not how)
    assert keep(tmp_path, want=want, checkpoint=LATER, now=NEW) == pending
    found = load(tmp_path)
    assert (found["time"], found["desired"], found["checkpoint"], found["pending"]) == (time, want, checkpoint, pending)
    assert sorted(os.listdir(str(tmp_path))) == (["db1.1200.json"] if time == NEW else []) + ["db1.json"]
    assert store.is_pending(str(tmp_path), "db1")
    assert found["replaces"] == ("db1.1200.json" if how == "done" and time == NEW else None)


@pytest.mark.parametrize(
    ("stored", "desired", "is_same"),
    [
        pytest.param({"time": "600"}, {"time": "600", "persistent": True}, True, id="a new option with its default"),
        pytest.param({"time": "600"}, {"time": "600", "persistent": False}, False, id="a new option"),
        pytest.param({"time": "600", "later": 1}, {"time": "600"}, True, id="an option of a later release"),
        pytest.param({"time": "600", "later": 1}, {"time": "600", "later": 2}, False, id="both have it"),
        pytest.param({"time": "600", "intvl": None}, {"time": "600"}, True, id="null"),
    ],
)
def test_option_of_another_release_starts_no_new_checkpoint(
    tmp_path: Path, stored: dict[str, t.Any], desired: dict[str, t.Any], is_same: bool
) -> None:
    keep(tmp_path, want=stored)
    ended(tmp_path, "done")
    keep(tmp_path, want=desired, checkpoint=LATER, now=NEW)
    assert load(tmp_path)["time"] == (FIRST if is_same else NEW)


def test_attempt_that_was_rolled_back_gives_place_to_the_checkpoint_that_it_replaced(tmp_path: Path) -> None:
    """Else linux.tcp.restore could not find the first state."""
    keep(tmp_path)
    ended(tmp_path, "done")
    first = load(tmp_path)
    keep(tmp_path, want={}, checkpoint=LATER, now=NEW)
    ended(tmp_path, "rolled back")
    assert load(tmp_path) == first
    assert sorted(os.listdir(str(tmp_path))) == ["db1.1300.json", "db1.json"]


def test_attempt_on_what_was_done_is_rolled_back(tmp_path: Path) -> None:
    keep(tmp_path)
    ended(tmp_path, "done")
    keep(tmp_path, checkpoint=LATER, now=NEW)
    ended(tmp_path, "rolled back")
    found = load(tmp_path)
    assert (found["checkpoint"], found["pending"], found["restored"]) == (BOTH, None, None)


def test_checkpoints_made_in_one_second_are_all_kept(tmp_path: Path) -> None:
    for number in range(3):
        keep(tmp_path, checkpoint={"runtime": {"time": {"before": 7200, "left": number}}, "files": []})
        ended(tmp_path, "restored")
    assert sorted(os.listdir(str(tmp_path))) == ["db1.1200.2.json", "db1.1200.json", "db1.json"]


def test_way_back_to_another_checkpoint_is_not_noted(tmp_path: Path) -> None:
    keep(tmp_path)
    before = load(tmp_path)
    for note in (store.restored, store.discard):
        note(str(tmp_path), "db1", checkpoint={"runtime": {}, "files": []}, now="12:30")
        note(str(tmp_path), "db2", checkpoint=CHECKPOINT, now="12:30")
    store.commit(str(tmp_path), "db2", now="12:30")
    assert load(tmp_path) == before
    assert os.listdir(str(tmp_path)) == ["db1.json"]


def test_hosts_in(tmp_path: Path) -> None:
    for host in ("db2", "../x", "db1", "gone"):
        keep(tmp_path, host=host)
    store.restored(str(tmp_path), "gone", checkpoint=CHECKPOINT, now="12:30")
    (tmp_path / "copy.json").write_bytes((tmp_path / "db2.json").read_bytes())
    (tmp_path / "bad.json").write_text("[]")
    (tmp_path / "worse.json").write_text("{")
    (tmp_path / "notes.txt").write_text("")
    assert store.hosts_in(str(tmp_path)) == ["../x", "db1", "db2"]
    with pytest.raises(FileError, match="/none cannot be read: No such file or directory"):
        store.hosts_in(str(tmp_path / "none"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2, "host": "db1"}',
        '{"format": 1, "host": "db2"}',
        '{"format": 1, "host": "db1"}',
        "[" * 10**5,
    ],
    ids=["empty", "list", "format", "host", "keys", "deep"],
)
def test_what_is_no_checkpoint_is_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "db1.json").write_text(text)
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        keep(tmp_path)
    assert (tmp_path / "db1.json").read_text() == text


@pytest.mark.parametrize("mode", [0o707, 0o770], ids=["everybody", "the group"])
@pytest.mark.parametrize("name", ["", "db1.json"], ids=["folder", "file"])
def test_what_others_can_write_is_not_believed(tmp_path: Path, name: str, mode: int) -> None:
    """A checkpoint says what root is to write on the host."""
    keep(tmp_path)
    os.chmod(str(tmp_path / name), mode)
    with pytest.raises(FileError) as refused:
        load(tmp_path)
    assert str(refused.value) == (
        f"Other users can write to {tmp_path / name}, and could change the checkpoints. Remove this right: chmod go-w."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away takes root")
@pytest.mark.parametrize("name", ["", "db1.json"], ids=["folder", "file"])
def test_what_others_own_is_not_believed(tmp_path: Path, name: str) -> None:
    keep(tmp_path)
    os.chown(str(tmp_path / name), 4711, -1)
    with pytest.raises(FileError) as refused:
        load(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path / name} belongs to user 4711, who could change the checkpoints. Make yourself its owner: chown."
    )


def test_nothing_is_written_where_others_can(tmp_path: Path) -> None:
    os.chmod(str(tmp_path), 0o777)
    with pytest.raises(FileError, match="Other users can write to"):
        keep(tmp_path)
    assert os.listdir(str(tmp_path)) == []


def test_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError) as refused:
        keep(tmp_path / "file")
    assert str(refused.value) == f"{tmp_path}/file/db1.json cannot be read: Not a directory."
    os.mkdir(str(tmp_path / "db1.json"))
    with pytest.raises(FileError, match="cannot be read: Is a directory"):
        keep(tmp_path)


def test_name_that_is_too_long_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"x\.json cannot be read: File name too long"):
        keep(tmp_path, host="x" * 300)
    assert os.listdir(str(tmp_path)) == []


def test_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    keep(tmp_path)
    ended(tmp_path, "done")
    before = load(tmp_path)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(KeepaliveError, match=r"cannot be written: No space left on device\.") as caught:
        keep(tmp_path)
    assert str(caught.value).endswith(
        f" Make the folder {tmp_path} on the controller writable for your user, and make room on its disk, or give "
        f"another keepalive_rollout_folder."
    )
    with pytest.raises(KeepaliveError, match=r"db1\.1200\.json cannot be written: No space left on device\."):
        keep(tmp_path, want={})
    assert load(tmp_path) == before
    assert os.listdir(str(tmp_path)) == ["db1.json"]


def test_a_checkpoint_that_cannot_be_looked_for_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path)
    ended(tmp_path, "done")
    before = sorted(os.listdir(tmp_path))
    monkeypatch.setattr(os, "lstat", Refusing(os.lstat, 1, errno.EIO))
    with pytest.raises(FileError, match=r"db1\.1200\.json cannot be read: Input/output error\."):
        keep(tmp_path, want={})
    assert sorted(os.listdir(tmp_path)) == before


def test_checkpoint_is_there_when_the_one_that_replaces_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path)
    ended(tmp_path, "done")
    before = load(tmp_path)
    real = os.rename

    def rename(source: str, target: str) -> None:
        if target.endswith("/db1.json"):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(KeepaliveError, match=r"db1\.json cannot be written: No space left on device\."):
        keep(tmp_path, want={})
    assert load(tmp_path) == before


def rolled_out(folder: Path) -> list[dict[str, t.Any]]:
    """Roll three desired states out, one after the other, and return the checkpoint of each."""
    values = [7200, 600, 300, 100]
    checkpoints = [
        {"runtime": {"time": {"before": old, "left": new}}, "files": []} for old, new in zip(values, values[1:])
    ]
    for number, checkpoint in enumerate(checkpoints):
        keep(folder, want={"time": values[number + 1]}, checkpoint=checkpoint, now=f"1{number}:00")
        ended(folder, "done")
    return checkpoints


@pytest.mark.parametrize("how", ["", "done"], ids=["pending", "done"])
@pytest.mark.parametrize(
    ("files", "content", "limit"),
    [
        pytest.param(60, "", "100 files", id="too many files"),
        pytest.param(1, "x" * 600, "0 MiB", id="too large"),
    ],
)
def test_a_host_that_returns_other_files_each_time_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, files: int, content: str, limit: str
) -> None:
    if content:
        monkeypatch.setattr(store, "_MOST_CHARACTERS", 1000)

    def checkpoint(name: str) -> dict[str, t.Any]:
        left = {"content": content}
        return {"runtime": {}, "files": [{**FILE, "path": f"/{name}{number}", "left": left} for number in range(files)]}

    keep(tmp_path, checkpoint=checkpoint("a"))
    ended(tmp_path, how)
    before = load(tmp_path)
    assert keep(tmp_path, checkpoint=checkpoint("a"), now=NEW) == checkpoint("a")  # the same files again are no more
    ended(tmp_path, how)
    assert load(tmp_path) == before
    with pytest.raises(CheckpointError) as failed:
        keep(tmp_path, checkpoint=checkpoint("b"), now=NEW)
    assert str(failed.value) == (
        f"With the files that db1 returned now, its checkpoint {tmp_path}/db1.json would have more than {limit}. Find "
        f"out why db1 returns other files than before, and restore it first with linux.tcp.restore."
    )
    assert load(tmp_path) == before


def test_each_restoration_goes_one_rollout_further_back(tmp_path: Path) -> None:
    first, second, third = rolled_out(tmp_path)
    for checkpoint, older in ((third, [second, first]), (second, [first]), (first, [])):
        assert (load(tmp_path)["checkpoint"], load(tmp_path)["restored"]) == (checkpoint, None)
        assert [entry["checkpoint"] for entry in store.older(str(tmp_path), "db1")] == older
        assert store.hosts_in(str(tmp_path)) == ["db1"]
        ended(tmp_path, "restored")
    assert load(tmp_path)["restored"]
    assert store.hosts_in(str(tmp_path)) == []


def test_restoration_to_what_the_first_rollout_found(tmp_path: Path) -> None:
    first, _second, third = rolled_out(tmp_path)
    entries = store.older(str(tmp_path), "db1")
    assert store.first_of(load(tmp_path), entries) == {"runtime": {"time": {"before": 7200, "left": 100}}, "files": []}
    store.restored(str(tmp_path), "db1", checkpoint=third, now="13:00", to_first=True)
    assert (load(tmp_path)["checkpoint"], load(tmp_path)["restored"]) == (first, "13:00")
    assert store.older(str(tmp_path), "db1") == []


def test_older_checkpoint_that_is_gone_is_not_missed(tmp_path: Path) -> None:
    rolled_out(tmp_path)
    (tmp_path / load(tmp_path)["replaces"]).unlink()
    assert store.older(str(tmp_path), "db1") == []
    ended(tmp_path, "restored")
    assert load(tmp_path)["restored"]
