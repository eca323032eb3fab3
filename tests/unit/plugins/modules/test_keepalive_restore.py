# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keepalive_restore, on a host of folders."""

from __future__ import annotations

import base64
import os
import typing as t

import pytest
import yaml

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.modules import keepalive_checkpoint, keepalive_restore
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host, needs_root
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Host
    from ansible_collections.linux.tcp.tests.unit.module import Result, RunModule

ZZ = "/etc/sysctl.d/zz.conf"
USER = 4242


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    host = make_host(tmp_path)
    for module in (keepalive_checkpoint, keepalive_restore):
        monkeypatch.setattr(module, "LocalHost", lambda: host)
    return host


@pytest.fixture
def checkpoint(host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Result:
    """What a rollout keeps of the host before it sets time to 600."""
    del host  # the module reads it
    saved: Result = runner(keepalive_checkpoint.main, monkeypatch, capsys)(time=600)["checkpoint"]
    return saved


@pytest.fixture
def restore(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_restore.main, monkeypatch, capsys)


def test_restore(host: Host, checkpoint: Result, restore: RunModule) -> None:
    assert restore(checkpoint=checkpoint) == {"changed": False, "foreign": []}
    host.kernel.write("time", 600)
    assert restore(checkpoint=checkpoint, check_mode=True) == {"changed": True, "foreign": []}
    assert host.shown() == [600, 75, 9]
    assert len(restore(checkpoint=checkpoint, diff=True)["diff"]) == 1
    assert host.shown() == [7200, 75, 9]


def test_an_initramfs_that_keeps_what_a_restoration_removes(host: Host, checkpoint: Result, restore: RunModule) -> None:
    host.meanwhile(
        {"/usr/lib/dracut/modules.d": None, "/etc/dracut.conf.d/h.conf": b"hostonly=yes\n", DEFAULT_PATH: b""}
    )
    assert "warnings" not in restore(checkpoint=checkpoint, force=True, check_mode=True)
    host.meanwhile({DEFAULT_PATH: TIME + b" = 600\n"})
    (warning,) = restore(checkpoint=checkpoint, force=True)["warnings"]
    assert "the initramfs that dracut builds has a copy of /etc/sysctl.d" in warning


def test_an_initramfs_that_cannot_be_looked_for_is_no_error(
    host: Host, checkpoint: Result, restore: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.meanwhile({DEFAULT_PATH: TIME + b" = 600\n"})

    def refuse(*_anything: object) -> t.NoReturn:
        raise KernelError("/proc/1/comm cannot be read.")

    monkeypatch.setattr("ansible_collections.linux.tcp.plugins.module_utils._state.preview.take_snapshot", refuse)
    restored = restore(checkpoint=checkpoint, force=True)
    assert "failed" not in restored
    what = "It is not known whether this host boots with an initramfs that has the keys: /proc/1/comm cannot be read."
    assert restored["warnings"] == [f"{what} If dracut builds it, rebuild it: dracut --force."]


def test_what_others_have_changed(host: Host, checkpoint: Result, restore: RunModule) -> None:
    host.kernel.write("time", 60)
    before = host.look()
    refused = restore(checkpoint=checkpoint)
    assert refused["failed"]
    message = (
        "net.ipv4.tcp_keepalive_time is 60 in the running kernel, neither 600 as the rollout left it nor 7200 as it was"
    )
    assert refused["foreign"] == [{"code": "runtime", "key": "time", "message": message}]
    described = yaml.safe_load(keepalive_restore.RETURN)["foreign"]["contains"]
    assert {*refused["foreign"][0], "path"} == described.keys()
    assert host.look() == before
    assert restore(checkpoint=checkpoint, force=True)["changed"]
    assert host.shown() == [7200, 75, 9]


def forged(*, mode: str = "0644", owner: int | None = None, group: int | None = None, **attributes: bytes) -> Result:
    """Return the checkpoint of a host that says that it had a file with keepalive keys only, which is to be made."""
    before = {
        "content": base64.b64encode(TIME + b" = 60\n").decode(),
        "mode": mode,
        "owner": os.geteuid() if owner is None else owner,
        "group": os.getegid() if group is None else group,
        "attributes": {
            f"system.{name}": base64.b64encode(attribute).decode() for name, attribute in attributes.items()
        },
    }
    return {"runtime": {}, "files": [{"path": ZZ, "before": before, "left": None, "had_folder": True}]}


@pytest.mark.parametrize(
    "checkpoint",
    [
        pytest.param(forged(owner=USER), id="owner"),
        pytest.param(forged(owner=USER, mode="0400"), id="owner who may give a mode"),
        pytest.param(forged(mode="0666"), id="all"),
        pytest.param(forged(mode="0620"), id="group"),
        pytest.param(forged(mode="0602"), id="others"),
        pytest.param(forged(posix_acl_access=b"\2\0\0\0"), id="access control list"),
    ],
)
def test_no_file_is_made_that_others_may_write(host: Host, restore: RunModule, checkpoint: Result) -> None:
    """A forged checkpoint could let root make a file in which a user then sets any sysctl."""
    before = host.look()
    message = f"{ZZ} is not there, and would be made as a file to which others than root may write"
    for check_mode in (True, False):
        refused = restore(checkpoint=checkpoint, check_mode=check_mode)
        assert refused["msg"] == (
            f"Changed by others since the rollout: {message}. Check it, or give force: true "
            f"(keepalive_restore_force=true to the playbook linux.tcp.restore). Nothing was changed."
        )
        assert refused["foreign"] == [{"code": "other_settings", "path": ZZ, "message": message}]
    assert host.look() == before


@pytest.mark.parametrize(
    "checkpoint",
    [
        pytest.param(forged(), id="usual"),
        pytest.param(forged(mode="0600"), id="closed"),
        pytest.param(forged(mode="0755"), id="executable"),
        pytest.param(forged(group=USER), id="another group that may read", marks=needs_root),
    ],
)
def test_a_file_that_only_its_owner_may_write_is_made(host: Host, restore: RunModule, checkpoint: Result) -> None:
    assert restore(checkpoint=checkpoint) == {"changed": True, "foreign": []}
    assert host.text(ZZ) == TIME + b" = 60\n"


@needs_root
def test_a_file_of_a_user_is_made_with_force(host: Host, restore: RunModule) -> None:
    made = restore(checkpoint=forged(owner=USER, group=USER, mode="0666"), force=True)
    assert [one["code"] for one in made["foreign"]] == ["other_settings"]
    found = (host.folder / "root" / ZZ[1:]).stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (USER, USER, 0o666)


@pytest.mark.parametrize("given", [{}, {"pending": True}], ids=["nothing", "pending only"])
def test_without_a_checkpoint(host: Host, restore: RunModule, given: dict[str, t.Any]) -> None:
    before = host.look()
    result = restore(**given)
    assert (result["failed"], result["msg"]) == (True, "one of the following is required: folder, checkpoint")
    assert host.look() == before


def test_without_the_action_plugin(host: Host, restore: RunModule) -> None:
    """As when a short name is used and Ansible was told of the modules only: nothing would be noted."""
    before = host.look()
    result = restore(folder="/checkpoints")
    assert (result["failed"], result["msg"]) == (True, keepalive_restore.NO_ACTION_PLUGIN)
    assert host.look() == before


def test_the_kernel_of_the_machine_around_a_chroot_is_not_restored(
    host: Host, checkpoint: Result, restore: RunModule
) -> None:
    host.init = InitSystem(booted_with_systemd=True, has_systemd_sysctl=True, runs=False, in_chroot=True)
    assert restore(checkpoint=checkpoint) == {"changed": False, "foreign": []}
    host.kernel.write("time", 600)
    before = host.look()
    for check_mode in (True, False):
        result = restore(checkpoint=checkpoint, force=True, check_mode=check_mode)
        assert result["failed"]
        assert result["msg"] == (
            "This is a chroot: its root folder is not that of process 1, or it has no /proc. This run would set the "
            "running kernel of the machine around it. Restore it outside of the chroot. Nothing was changed."
        )
    assert host.look() == before
