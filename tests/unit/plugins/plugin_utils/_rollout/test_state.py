# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout through its steps, with hosts that are results only."""

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.state import Rollout, checkpoints_of_others
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import HostStatus, Reason
from ansible_collections.linux.tcp.tests.unit.host import Refusing

if t.TYPE_CHECKING:
    from pathlib import Path

Facts = t.Dict[str, t.Any]
PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
EMPTY: Facts = {"runtime": {}, "files": []}
FORGED: Facts = {
    "runtime": {},
    "files": [{"path": "/etc/cron.d/x", "before": None, "left": None, "had_folder": True}],
}
DIFFERS = {"would_change": True, "checkpoint": EMPTY, "before": {}, "desired": {}}
COMPLIANT = {**DIFFERS, "would_change": False}
FAILED = {"failed": True, "msg": "no"}
LOST = {"unreachable": True, "msg": "No route"}
ILL = {"code": "health_check_failed", "task": "Ask", "result": {"msg": "ill"}}
VERIFIED = {
    "keepalive_result": {"changed": True},
    "__keepalive_checkpoint": {"would_change": False},
    "__keepalive_verification": {"failed": False},
}


def begun(folder: Path, *names: str, check: str = "") -> Rollout:
    checks = dict.fromkeys(names, check) if check else {}
    desired = {name: {"path": PATH} for name in names}
    return Rollout(str(folder), desired, checks, ("hosts.yml",), hosts=dict.fromkeys(names, HostStatus()))


def results(**hosts: Facts) -> dict[str, Facts]:
    return {name: {"__keepalive_checkpoint": result} for name, result in hosts.items()}


def codes(rollout: Rollout) -> dict[str, str]:
    return {name: status.code for name, status in rollout.hosts.items()}


def test_batch_is_committed(tmp_path: Path) -> None:
    rollout = begun(tmp_path, "a", "b", "c", check="/health.yml")
    assert rollout.left_pending() == []
    assert rollout.checkpoint(results(a=DIFFERS, b=COMPLIANT), check_mode=False) == ["a"]
    assert store.is_pending(str(tmp_path), "a")
    facts: Facts = {"a": dict(VERIFIED)}
    assert rollout.verify(facts) == ["a"]
    facts["a"]["__keepalive_connection"] = {"rc": 0}
    assert rollout.commit(facts) == {}
    assert (codes(rollout), rollout.stops) == (
        {"a": "changed", "b": "already_compliant", "c": "not_started"},
        False,
    )
    assert not store.is_pending(str(tmp_path), "a")
    assert rollout.finish({})["summary"] == {"changed": "1: a", "already_compliant": "1: b", "not_started": "1: c"}


def test_forged_checkpoint_is_not_stored(tmp_path: Path) -> None:
    rollout = begun(tmp_path, "a", "b")
    forged = {**DIFFERS, "checkpoint": FORGED}
    assert rollout.checkpoint(results(a=DIFFERS, b=forged), check_mode=False) == []
    reason = rollout.hosts["b"].reason
    assert reason
    assert (codes(rollout)["b"], reason.code) == ("failed", "checkpoint_invalid")
    assert "'/etc/cron.d/x'" in rollout.hosts["b"].message
    assert store.load(str(tmp_path), "b") is None
    assert not store.is_pending(str(tmp_path), "a")


@pytest.mark.parametrize("part", ["before", "checkpoint", "would_change"])
@pytest.mark.parametrize("would_change", [True, False])
@pytest.mark.parametrize("wrong", ["missing", None, 7, "x", []], ids=str)
def test_result_of_which_a_part_is_wrong_ends_nothing(
    tmp_path: Path, part: str, would_change: bool, wrong: object
) -> None:
    rollout = begun(tmp_path, "a", "b")
    rollout.sockets = ("b",)  # then the host is changed even where it is compliant
    result = {**DIFFERS, "would_change": would_change, part: wrong}
    if wrong == "missing":
        del result[part]
    assert rollout.checkpoint(results(a=DIFFERS, b=result), check_mode=False) == []
    assert codes(rollout) == {"a": "not_started", "b": "failed"}
    assert not store.is_pending(str(tmp_path), "a")


def test_one_host_that_cannot_be_changed_keeps_its_batch_from_it(tmp_path: Path) -> None:
    rollout = begun(tmp_path / "store", "a", "b", "c")
    assert rollout.checkpoint(results(a=DIFFERS, b=FAILED, c=LOST), check_mode=False) == []
    assert codes(rollout) == {"a": "not_started", "b": "failed", "c": "unreachable"}
    assert rollout.stops
    assert not (tmp_path / "store").exists()


def test_unreachable_host_ends_nothing(tmp_path: Path) -> None:
    rollout = begun(tmp_path, "a")
    rollout.checkpoint(results(a=LOST), check_mode=False)
    assert not rollout.stops


def test_batch_that_fails_is_rolled_back(tmp_path: Path) -> None:
    rollout = begun(tmp_path, "a", "b")
    assert rollout.checkpoint(results(a=DIFFERS, b=DIFFERS), check_mode=False) == ["a", "b"]
    facts: Facts = {"a": dict(VERIFIED), "b": {**VERIFIED, "__keepalive_reason": ILL}}
    assert rollout.verify(facts) == []
    assert rollout.commit(facts) == {}
    assert (rollout.pending, rollout.stops) == (["a", "b"], True)
    facts["a"]["__keepalive_rollback"] = {"found": True}
    facts["b"]["__keepalive_rollback"] = {"found": True}
    told = rollout.finish(facts)
    assert told["summary"] == {
        "rolled_back": "1: a",
        "failed": {"b": "The health check failed: Ask: ill. It was rolled back."},
    }
    assert list(told["wrong"]) == ["a", "b"]


def test_batch_that_was_left_in_the_middle_ends_the_rollout(tmp_path: Path) -> None:
    """As where the health check ended the play or the batch."""
    rollout = begun(tmp_path, "a", "b", check="/health.yml")
    rollout.checkpoint(results(a=DIFFERS), check_mode=False)
    rollout.verify({"a": VERIFIED})
    assert rollout.checkpoint(results(b=DIFFERS), check_mode=False) == []
    assert rollout.stops
    assert rollout.judge({"a": VERIFIED})["a"] == Reason(
        "health_check_ended",
        "The health check ended the play before its last task (meta: end_host, end_batch or end_play).",
    )
    wrong = rollout.finish({"a": {"__keepalive_rollback": LOST}})["wrong"]
    restore = """ansible-playbook linux.tcp.restore -i hosts.yml -e '{"keepalive_hosts": "a", """
    assert restore + f'"keepalive_rollout_folder": "{tmp_path}"}}\'' in wrong["a"]["message"]


def test_host_that_an_earlier_rollout_left_is_changed_even_if_it_is_compliant(tmp_path: Path) -> None:
    begun(tmp_path, "a").checkpoint(results(a=DIFFERS), check_mode=False)
    rollout = begun(tmp_path, "a", "b")
    assert rollout.left_pending() == ["a"]
    facts = results(a=COMPLIANT, b=COMPLIANT)
    rollout.sockets = ("b",)
    assert rollout.checkpoint(facts, check_mode=False) == ["a", "b"]
    assert rollout.commit({"a": {**VERIFIED, "keepalive_result": {"changed": False}}, "b": VERIFIED}) == {}
    assert codes(rollout) == {"a": "already_compliant", "b": "changed"}


def test_host_that_an_earlier_rollout_left_stays_pending_where_its_batch_cannot_be_stored(tmp_path: Path) -> None:
    begun(tmp_path, "a").checkpoint(results(a=DIFFERS), check_mode=False)
    (tmp_path / "b.json").mkdir()
    rollout = begun(tmp_path, "a", "b")
    assert rollout.checkpoint(results(a=DIFFERS, b=DIFFERS), check_mode=False) == []
    assert store.is_pending(str(tmp_path), "a")


def test_check_mode_stores_nothing(tmp_path: Path) -> None:
    rollout = begun(tmp_path / "store", "a", "b", "c")
    facts = results(a=DIFFERS, b=COMPLIANT, c=FAILED)
    rollout.sockets = ("b",)
    assert rollout.checkpoint(facts, check_mode=True) == []
    assert codes(rollout) == {"a": "would_change", "b": "already_compliant", "c": "failed"}
    assert not (tmp_path / "store").exists()


def test_checkpoints_of_a_batch_are_stored_wholly_or_not(tmp_path: Path) -> None:
    rollout = begun(tmp_path, "a", "b")
    (tmp_path / "b.json").mkdir()
    assert rollout.checkpoint(results(a=DIFFERS, b=DIFFERS), check_mode=False) == []
    why = f"{tmp_path}/b.json cannot be read: Is a directory. Nothing was changed."
    assert (codes(rollout)["a"], rollout.hosts["b"]) == ("not_started", HostStatus.failed("checkpoint_not_stored", why))
    assert os.listdir(str(tmp_path)) == ["b.json"]


def test_checkpoints_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "b.json").mkdir()
    (tmp_path / "c.json").write_text("{")
    with pytest.raises(KeepaliveError) as refused:
        begun(tmp_path, "a", "b", "c").left_pending()
    assert str(refused.value).startswith(
        f"b: {tmp_path}/b.json cannot be read: Is a directory. c: {tmp_path}/c.json is no"
    )
    assert str(refused.value).endswith("Leave these hosts out otherwise, with --limit.")


def reworded(result: t.Any, words: str) -> t.Any:
    """Return a result with other words in place of each message, as a later release may have them."""
    if isinstance(result, dict):
        return {key: words if key in ("message", "msg") else reworded(value, words) for key, value in result.items()}
    return [reworded(one, words) for one in result] if isinstance(result, list) else result


ENDINGS: dict[str, Facts] = {
    "verified": {},
    "the role failed": {"__keepalive_reason": {"code": "role_failed", "task": "Set", "result": {"msg": "no"}}},
    "ill": {"__keepalive_reason": ILL},
    "lost": {"keepalive_result": LOST},
    "lost before it was verified": {"__keepalive_checkpoint": {**DIFFERS, **LOST}},
    "deviates": {"__keepalive_verification": {"failed": True, "msg": "The values did not hold."}},
    "not verified": {"__keepalive_verification": {}},
    "the check ended": {"__keepalive_connection": {"skipped": True}},
    "lost in the check": {"__keepalive_connection": LOST},
}
ROLLBACKS: dict[str, Facts] = {
    "rolled back": {"found": True, "changed": True, "msg": "Done."},
    "refused": {
        **FAILED,
        "found": True,
        "foreign": [{"code": "content", "path": "/a", "message": "has other content"}],
    },
    "no checkpoint": {"found": False, "changed": False, "msg": "There is no checkpoint."},
    "lost": LOST,
    "none": {},
}


@pytest.mark.parametrize("words", ["", "other words", "Failed. ok"], ids=repr)
@pytest.mark.parametrize("rollback", ROLLBACKS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_words_decide_nothing(tmp_path: Path, ending: str, rollback: str, words: str) -> None:
    def run(folder: Path, say: t.Callable[[t.Any], t.Any]) -> list[t.Any]:
        rollout = begun(folder, "a", "b", "c", check="/health.yml")
        facts = say(results(a=DIFFERS, b=DIFFERS))
        seen: list[t.Any] = [rollout.checkpoint(facts, check_mode=False)]
        for known in facts.values():
            known.update(say({**VERIFIED, "__keepalive_connection": {"rc": 0}}))
        facts["a"].update(say(ENDINGS[ending]))
        seen += [rollout.verify(facts), sorted(rollout.commit(facts)), rollout.stops, rollout.pending]
        for known in facts.values():
            known["__keepalive_rollback"] = say(ROLLBACKS[rollback])
        wrong = rollout.finish(facts)["wrong"]
        return [*seen, codes(rollout), {name: (one["code"], one["reason"]) for name, one in wrong.items()}]

    expected = run(tmp_path / "first", lambda result: result)
    assert run(tmp_path / "second", lambda result: reworded(result, words)) == expected
    assert expected[-2]["a"] == ("changed" if ending == "verified" else expected[-2]["a"])
    assert (ending == "verified") == (expected[-1] == {"c": ("not_started", None)})


def test_checkpoint_that_cannot_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.save

    def save(folder: str, host: str, **given: t.Any) -> t.Any:
        if host == "b":
            raise KeepaliveError("No space.")
        return real(folder, host, **given)

    monkeypatch.setattr(store, "save", save)
    rollout = begun(tmp_path, "a", "b")
    assert rollout.checkpoint(results(a=DIFFERS, b=DIFFERS), check_mode=False) == []
    assert rollout.hosts == {
        "a": HostStatus(),
        "b": HostStatus.failed("checkpoint_not_stored", "No space. Nothing was changed."),
    }
    assert not store.is_pending(str(tmp_path), "a")


def test_checkpoint_that_was_stored_and_told_as_an_error_is_discarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.save

    def save(folder: str, host: str, **given: t.Any) -> t.NoReturn:
        real(folder, host, **given)
        raise FileError("Input/output error.")

    monkeypatch.setattr(store, "save", save)
    rollout = begun(tmp_path, "a")
    assert rollout.checkpoint(results(a=DIFFERS), check_mode=False) == []
    assert not store.is_pending(str(tmp_path), "a")


def test_commit_that_cannot_be_noted(tmp_path: Path) -> None:
    """The host is changed all the same; the next rollout only checks it again."""
    rollout = begun(tmp_path, "a")
    rollout.checkpoint(results(a=DIFFERS), check_mode=False)
    os.chmod(str(tmp_path / "a.json"), 0o666)
    assert list(rollout.commit({"a": VERIFIED})) == ["a"]
    assert codes(rollout) == {"a": "changed"}


def test_state_is_kept_between_steps(tmp_path: Path) -> None:
    path = str(tmp_path / "state.json")
    with pytest.raises(KeepaliveError, match=r"^No rollout has begun"):
        Rollout.load(path)
    rollout = begun(tmp_path, "a", check="/health.yml")
    rollout.hosts["a"] = HostStatus("pending", Reason("role_failed", "\u00fcber"), would_change=True)
    rollout.keep(path)
    assert Rollout.load(path) == rollout
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_checkpoints_of_others(tmp_path: Path) -> None:
    for name in ("a", "b", "gone"):
        store.save(str(tmp_path), name, desired={}, before={}, checkpoint=EMPTY, now="12:00")
    assert checkpoints_of_others(str(tmp_path), hosts={"a"}, known={"a", "b"}) == {
        "not_selected": ["b"],
        "not_in_inventory": ["gone"],
    }
    with pytest.raises(KeepaliveError, match="none cannot be read"):
        checkpoints_of_others(str(tmp_path / "none"), hosts=(), known=())


@pytest.mark.parametrize("name", ["fsync", "rename"])
def test_a_state_that_cannot_be_kept_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = str(tmp_path / "rollout.json")
    begun(tmp_path, "a").keep(path)
    monkeypatch.setattr(os, name, Refusing(getattr(os, name), 1, errno.ENOSPC))
    with pytest.raises(FileError) as failed:
        begun(tmp_path, "b").keep(path)
    assert str(failed.value) == (
        f"{path} cannot be written: No space left on device. Make the folder {tmp_path} on the controller writable for "
        f"your user, and make room on its disk, or give another folder by local_tmp in ansible.cfg."
    )
    assert (os.listdir(tmp_path), codes(Rollout.load(path))) == (["rollout.json"], {"a": "not_started"})


def test_a_state_that_was_kept_and_told_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, rename = str(tmp_path / "rollout.json"), os.rename

    def told(*arguments: t.Any) -> None:
        rename(*arguments)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "rename", told)
    begun(tmp_path, "a").keep(path)
    assert codes(Rollout.load(path)) == {"a": "not_started"}
