# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError, StuckFileError
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
from ansible_collections.linux.tcp.plugins.module_utils._namespaces import remembered
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Remembered
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.remembered import MEMORY_FILE, Memory
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values
from ansible_collections.linux.tcp.tests.unit.host import files_of, look_at

if t.TYPE_CHECKING:
    from pathlib import Path

ENTRY = Remembered(KERNEL_DEFAULTS, Values(600, 60, 20))
PENDING = Remembered(KERNEL_DEFAULTS, Values(300, 60, 20), Values(600, 60, 20))


def memory(root: Path, boot_id: str = "boot") -> Memory:
    found = Memory(files_of(root, {"/run": None}), boot_id)
    found.load()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / MEMORY_FILE.lstrip("/")


def test_what_is_saved_is_loaded(tmp_path: Path, path: Path) -> None:
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    first.note("cookie 2", PENDING)
    first.note(None, ENTRY)
    first.save()
    again = memory(tmp_path)
    assert [again.of(name) for name in ("cookie 1", "cookie 2", "cookie 3", None)] == [ENTRY, PENDING, None, None]
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path / "run") == [path.name]
    saved = path.stat().st_ino
    again.save()
    assert path.stat().st_ino == saved


def test_nothing_to_remember_needs_no_file(tmp_path: Path, path: Path) -> None:
    first = memory(tmp_path)
    first.save()
    assert not path.exists()
    first.note("cookie 1", ENTRY)
    first.save()
    assert path.exists()
    first.note("cookie 1", None)
    first.save()
    assert not path.exists()


def test_namespaces_that_ended_are_forgotten(tmp_path: Path) -> None:
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    first.note("cookie 2", ENTRY)
    first.keep({"cookie 2", "cookie 3"})
    assert [first.of("cookie 1"), first.of("cookie 2")] == [None, ENTRY]


@pytest.mark.parametrize("boot_id", ["later", ""])
def test_another_boot(tmp_path: Path, boot_id: str) -> None:
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    first.save()
    assert memory(tmp_path, boot_id).of("cookie 1") is None


@pytest.mark.parametrize(
    "found",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b'{"boot": "boot"}',
        b'{"boot": "boot", "namespaces": []}',
        b'{"boot": "boot", "namespaces": {"cookie 1": null}}',
        json.dumps({"boot": "boot", "namespaces": {"cookie 1": {"before": {}, "written": {}}}}).encode(),
        json.dumps(
            {
                "boot": "boot",
                "namespaces": {
                    "cookie 1": {
                        "before": {"time": "7200", "intvl": 75, "probes": 9},
                        "written": {"time": True, "intvl": 75, "probes": 9},
                    }
                },
            }
        ).encode(),
    ],
)
def test_files_of_another_shape(tmp_path: Path, path: Path, found: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(found)
    loaded = memory(tmp_path)
    assert loaded.of("cookie 1") is None
    loaded.note("cookie 1", ENTRY)
    loaded.save()
    assert memory(tmp_path).of("cookie 1") == ENTRY


def test_a_file_that_others_may_write_is_not_trusted(tmp_path: Path, path: Path) -> None:
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    first.save()
    path.chmod(0o666)
    assert memory(tmp_path).of("cookie 1") is None


def test_a_link_is_not_followed(tmp_path: Path, path: Path) -> None:
    path.parent.mkdir()
    (tmp_path / "target").write_bytes(b"")
    path.symlink_to(tmp_path / "target")
    with pytest.raises(FileError) as failed:
        memory(tmp_path)
    assert "was replaced by a link" in str(failed.value)


def test_a_file_that_changed_meanwhile(tmp_path: Path, path: Path) -> None:
    first = memory(tmp_path)
    path.write_bytes(b"{}")
    first.note("cookie 1", ENTRY)
    with pytest.raises(FileError):
        first.save()
    assert path.read_bytes() == b"{}"


def test_more_than_can_be_loaded_is_not_saved(tmp_path: Path) -> None:
    first = memory(tmp_path)
    for number in range(40_000):
        first.note(f"cookie {number}", ENTRY)
    with pytest.raises(FileError) as failed:
        first.save()
    assert str(failed.value) == (
        "40000 network namespaces are more than /run/linux.tcp.keepalive.namespaces.json can hold, which must not be "
        "larger than 4 MiB. Find who made so many (lsns -t net), and end them or select fewer."
    )
    assert not list((tmp_path / "run").iterdir())


def test_what_cannot_stand_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that fails must leave what the one before has written, and nothing beside it."""
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    first.save()
    before = look_at(tmp_path)
    first.note("cookie 2", ENTRY)
    monkeypatch.setattr(remembered, "let_stand", mock.Mock(side_effect=FileError("No.")))
    with pytest.raises(FileError):
        first.save()
    assert look_at(tmp_path) == before


@pytest.mark.parametrize(
    ("left", "kind"),
    [
        pytest.param(FileError("It cannot be restored."), StuckFileError, id="stuck"),
        pytest.param(ForeignChangeError("It is left as it is now."), FileError, id="of-another-program"),
    ],
)
def test_what_an_undo_leaves_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: FileError, kind: type[FileError]
) -> None:
    first = memory(tmp_path)
    first.note("cookie 1", ENTRY)
    monkeypatch.setattr(remembered, "let_stand", mock.Mock(side_effect=FileError("No.")))
    monkeypatch.setattr(WritableFiles, "replace", lambda *_given, **_named: Undo(mock.Mock(side_effect=left)))
    with pytest.raises(FileError) as failed:
        first.save()
    assert (str(failed.value), type(failed.value)) == (f"No. {left}", kind)


def test_without_the_id_of_the_boot_nothing_may_be_written(tmp_path: Path) -> None:
    memory(tmp_path).require_writable()
    with pytest.raises(FileError, match=r"/proc/sys/kernel/random/boot_id cannot be read, so what is written"):
        memory(tmp_path, "").require_writable()
