# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which checkpoints are refused, also those with our form, and that every change of ours can be restored."""

from __future__ import annotations

import base64
import copy
import json
import os
import stat
import tempfile
import typing as t
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    CheckpointError,
    ForeignChangeError,
    KeepaliveError,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.differential.trees import random_tree
from ansible_collections.linux.tcp.tests.unit.host import NOTHING, PROCPS, SYSTEMD, TIME, make_host

if t.TYPE_CHECKING:
    from random import Random

    from ansible_collections.linux.tcp.tests.unit.host import Host

    Json = t.Dict[str, t.Any]

D = "/etc/sysctl.d"
ZZ = f"{D}/zz.conf"
SET = DesiredState(values=Values(600, 60, 20))
STORED: Json = {"content": "Iwo=", "mode": "0644", "owner": 0, "group": 0, "attributes": {}}
FILE: Json = {"path": ZZ, "before": STORED, "left": None, "had_folder": True}


def file_with(**changes: t.Any) -> Json:
    return {"runtime": {}, "files": [{**FILE, **changes}]}


def stored_with(**changes: t.Any) -> Json:
    return file_with(before={**STORED, **changes})


def value_with(key: str, **changes: t.Any) -> Json:
    return {"runtime": {key: {"before": 1, "left": 2, **changes}}, "files": []}


def test_the_rows_begin_with_a_checkpoint() -> None:
    assert parse_checkpoint(file_with()).files[0].name == ZZ
    assert parse_checkpoint(stored_with(attributes={"user.x": ""}, mode="0777")).files
    assert parse_checkpoint(value_with("probes", before=300)).values[0].before == 300
    assert parse_checkpoint(file_with(path="/srv/a", name="/srv/./a"), path="/srv/./a").files[0].path == "/srv/a"
    assert parse_checkpoint(file_with(path="/srv/a", name=f"{D}/a.conf")).files[0].path == "/srv/a"


ONLY = (
    f"only sysctl files of the loaders, /etc/sysctl.conf and the persistence file, '{DEFAULT_PATH}', can be restored."
)
NO_PATH = "which is no absolute path."
NO_MODE = "files[0].before.mode is not an octal number between '0000' and '0777'."
NOT_EDITED = "which is not one that is edited."
REFUSED: dict[str, tuple[object, str]] = {
    "no dictionary": ([], "checkpoint is not a dictionary."),
    "empty": ({}, "checkpoint lacks the key 'files'."),
    "unknown key": ({"runtime": {}, "files": [], "run": "x"}, "checkpoint has the unknown key 'run'."),
    "long unknown key": (
        {"runtime": {}, "files": [], "x" * 10_000: "x"},
        f"checkpoint has the unknown key '{'x' * 127}[... 9745 characters left out ...]{'x' * 127}'.",
    ),
    "unknown value": ({"runtime": {"x": {}}, "files": []}, "runtime has the unknown key 'x'."),
    "value without left": ({"runtime": {"time": {"before": 1}}, "files": []}, "runtime.time lacks the key 'left'."),
    **{
        f"value {value!r}": (
            value_with("time", before=value),
            "runtime.time.before is not a whole number between -21474836 and 21474836.",
        )
        for value in (True, "600", 1.5, None, 21474837, -21474837, [1])
    },
    "no list": ({"runtime": {}, "files": {}}, "files is not a list of at most 100."),
    "too many files": ({"runtime": {}, "files": [FILE] * 101}, "files is not a list of at most 100."),
    "one file twice": ({"runtime": {}, "files": [FILE, FILE]}, "files has the same path twice."),
    "unknown key of a file": (file_with(command="x"), "files[0] has the unknown key 'command'."),
    **{
        f"path {path!r}": (file_with(path=path), f"files[0] is {path!r}: {ONLY}")
        for path in (
            *("/etc/shadow", "/etc/cron.d/x", "/root/.ssh/authorized_keys", f"{D}/x", f"{D}/x.conf.d/y.conf"),
            *("/etc/sysctl.d.conf", "/etc/modprobe.d/x.conf", "/proc/sys/kernel/core_pattern", "/", D),
        )
    },
    **{
        f"path {path!r}": (file_with(path=path), f"files[0].path is {str(path)!r}, {NO_PATH}")
        for path in ("", "a.conf", "etc/sysctl.d/a.conf", f"{D}/a\n.conf", f"{D}/a\0.conf", f"{D}/\udcff.conf", 5, None)
    },
    **{
        f"path {path!r}": (file_with(path=path), f"files[0].path is {path!r}, {NOT_EDITED}")
        for path in (
            *(f"{D}/../shadow", f"{D}//x.conf", f"{D}/./x.conf", f"/{ZZ}", f"{D}/../../root/x.conf"),
            *("/etc/credstore/sysctl.extra", "/run/credentials/@system/sysctl.extra"),
        )
    },
    "a name that is none": (file_with(path=ZZ, name="x"), f"files[0].name is 'x', {NO_PATH}"),
    "a name that loaders do not read": (file_with(path="/etc/shadow", name="/etc/x"), f"files[0] is '/etc/x': {ONLY}"),
    "a name that leads out": (
        file_with(path="/etc/shadow", name=f"{D}/../shadow.conf"),
        f"files[0] is '{D}/../shadow.conf': {ONLY}",
    ),
    "a credential's name": (
        file_with(path="/etc/x", name="/etc/credstore/sysctl.extra"),
        f"files[0].path is '/etc/x', {NOT_EDITED}",
    ),
    "had_folder": (file_with(had_folder=1), "files[0].had_folder is neither true nor false."),
    "content": (stored_with(content="?"), "files[0].before.content is not in Base64."),
    "content that is no text": (
        stored_with(content=5),
        "files[0].before.content is not a text in Base64 of at most 4194304 bytes.",
    ),
    "large content": (
        stored_with(content="A" * (6 << 20)),
        "files[0].before.content is not a text in Base64 of at most 4194304 bytes.",
    ),
    **{
        f"mode {mode!r}": (stored_with(mode=mode), NO_MODE)
        for mode in ("4755", "2755", "1777", "04755", "644", "rw-r--r--", 420, None, "0o644", "-644", "0644\n")
    },
    "no owner": (stored_with(owner=None, group=None), "files[0].before has no owner."),
    "half an owner": (
        stored_with(group=None),
        "files[0].before.group is not a whole number between 0 and 4294967294.",
    ),
    "owner -1": (stored_with(owner=-1), "files[0].before.owner is not a whole number between 0 and 4294967294."),
    **{
        f"attribute {name}": (
            stored_with(attributes={name: ""}),
            f"files[0].before.attributes has {name!r}, which is not one that is kept.",
        )
        for name in ("security.capability", "trusted.overlay.opaque", "security.ima", "user.a\n", "user.\udcff")
    },
    "attributes": (stored_with(attributes=[]), "files[0].before.attributes is not a dictionary of at most 32."),
    "long attribute": (
        stored_with(attributes={"user.".ljust(300, "x"): ""}),
        f"files[0].before.attributes has {'user.'.ljust(255, 'x')!r}, which is not one that is kept.",
    ),
    "large attribute": (
        stored_with(attributes={"user.x": "A" * 100000}),
        "files[0].before.attributes.user.x is not a text in Base64 of at most 65536 bytes.",
    ),
}


@pytest.mark.parametrize(("given", "why"), REFUSED.values(), ids=[name[:40] for name in REFUSED])
def test_what_is_refused(given: object, why: str) -> None:
    with pytest.raises(CheckpointError) as caught:
        parse_checkpoint(given)
    assert str(caught.value) == f"This is no checkpoint that a rollout made: {why} Nothing was changed."


def test_all_files_together_are_bounded() -> None:
    content = base64.b64encode(b"#" * (4 << 20)).decode()
    files = [{**FILE, "path": f"{D}/{number}.conf", "before": {**STORED, "content": content}} for number in range(5)]
    parse_checkpoint({"runtime": {}, "files": files[:4]})
    with pytest.raises(CheckpointError, match=r"files has more than 16 MiB in all\."):
        parse_checkpoint({"runtime": {}, "files": files})


def test_the_attributes_of_all_files_together_are_bounded() -> None:
    value = base64.b64encode(b"x" * (1 << 16)).decode()
    before = {**STORED, "attributes": {f"user.{number}": value for number in range(32)}}
    files = [{**FILE, "path": f"{D}/{number}.conf", "before": before} for number in range(9)]
    parse_checkpoint({"runtime": {}, "files": files[:7]})
    with pytest.raises(CheckpointError, match=r"files has more than 16 MiB in all\."):
        parse_checkpoint({"runtime": {}, "files": files})


def checkpoint_of(host: Host, want: DesiredState) -> Json:
    """Return a checkpoint as it comes back from the controller."""
    change = ensure(host, want, check_mode=True).change
    result: Json = json.loads(json.dumps(take_checkpoint(change, host.files).as_dict()))
    return result


@given(
    tree=st.randoms(use_true_random=False),
    init=st.sampled_from([SYSTEMD, PROCPS, NOTHING]),
    path=st.sampled_from([DEFAULT_PATH, "/etc/sysctl.conf", "/etc/values", f"{D}/./a.conf", "/lib/sysctl.d/a.conf"]),
)
def test_each_change_can_be_restored(tree: Random, init: t.Any, path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        host = make_host(Path(folder), random_tree(tree), init=init)
        want = DesiredState(path=path, values=Values(600, 60, 20), overrides="take_over")
        try:
            given = checkpoint_of(host, want)
        except KeepaliveError:
            given = {}
        assume(given)
        before = host.look()
        ensure(host, want, check_mode=False)
        restored = restore(host, parse_checkpoint(given, path=path), force=False, check_mode=False)
        assert restored.foreign == ()
        assert {name: what for name, what in host.look().items() if what is not None} == {
            name: what for name, what in before.items() if what is not None
        }


@pytest.mark.parametrize(
    ("name", "mode"),
    [pytest.param("\udcff.conf", 0o644, id="name"), pytest.param("zz.conf", 0o4644, id="setuid")],
)
def test_what_could_not_be_restored_is_not_changed(tmp_path: Path, name: str, mode: int) -> None:
    host = make_host(tmp_path, {f"{D}/{name}": TIME + b"=5\n"})
    os.chmod(host.files.on_host(f"{D}/{name}"), mode)
    before = host.look()
    with pytest.raises(
        CheckpointError, match=r"^A change of this host could not be restored: .* Nothing was changed\."
    ):
        checkpoint_of(host, DesiredState(values=Values(600, 60, 20), overrides="take_over"))
    assert host.look() == before


def test_a_name_has_to_lead_there_still(tmp_path: Path) -> None:
    """A forged name leads nowhere on the host: links there are made by root only."""
    host = make_host(tmp_path, {"/etc/shadow": b"root:x\n"})
    forged = file_with(path="/etc/shadow", name=f"{D}/a.conf")
    before = host.look()
    with pytest.raises(ForeignChangeError) as caught:
        restore(host, parse_checkpoint(forged), force=True, check_mode=False)
    assert str(caught.value) == (
        f"{D}/a.conf led to /etc/shadow and leads to {D}/a.conf now. Bring its link back. Nothing was changed."
    )
    assert host.look() == before


FORGERIES: dict[str, Json] = {
    "another setting": {"content": base64.b64encode(b"kernel.core_pattern = |/tmp/x\n").decode()},
    "another mode": {"mode": "0666"},
    "another owner": {"owner": 1000},
    "an attribute": {"attributes": {"user.x": ""}},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=list(FORGERIES))
def test_no_more_is_restored_than_was_changed(tmp_path: Path, forgery: Json) -> None:
    """What is to come back differs from what is there in the keepalive settings only."""
    host = make_host(tmp_path, {DEFAULT_PATH: b"vm.x = 1\n" + TIME + b" = 7\n"})
    given = checkpoint_of(host, SET)
    ensure(host, SET, check_mode=False)
    forged = copy.deepcopy(given)
    forged["files"][0]["before"].update(forgery)
    before = host.look()
    with pytest.raises(ForeignChangeError) as caught:
        restore(host, parse_checkpoint(forged), force=False, check_mode=False)
    message = f"{DEFAULT_PATH} differs from what it was in more than the keepalive settings"
    assert caught.value.details == {"foreign": [{"code": "other_settings", "path": DEFAULT_PATH, "message": message}]}
    assert host.look() == before
    restore(host, parse_checkpoint(given), force=False, check_mode=False)
    assert host.text(DEFAULT_PATH) == b"vm.x = 1\n" + TIME + b" = 7\n"


def test_a_file_that_comes_back_has_keepalive_settings_only(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: TIME + b" = 7\n"})
    ensure(host, SET, check_mode=False)
    given = file_with(path=DEFAULT_PATH, before={**STORED, "content": FORGERIES["another setting"]["content"]})
    os.unlink(host.files.on_host(DEFAULT_PATH))
    with pytest.raises(ForeignChangeError):
        restore(host, parse_checkpoint(given), force=False, check_mode=False)
    assert not os.path.exists(host.files.on_host(DEFAULT_PATH))


def test_a_file_that_comes_back_has_its_mode(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    ensure(host, SET, check_mode=False)
    os.chmod(host.files.on_host(DEFAULT_PATH), 0o640)
    remove = DesiredState(absent=KEYS)
    given = checkpoint_of(host, remove)
    ensure(host, remove, check_mode=False)
    restore(host, parse_checkpoint(given), force=False, check_mode=False)
    assert stat.S_IMODE(os.stat(host.files.on_host(DEFAULT_PATH)).st_mode) == 0o640
