# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is collected of single calls and writes; how scripts lead to them is told by test_commands.py."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog, has_settings, keeps_text
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import (
    Applies,
    Fills,
    Sets,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Application

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect, KeyValues

SETTING = Word("net.ipv4.tcp_keepalive_time=60", 2)
VALUES: KeyValues = (("time", 60),)


def words(*texts: str) -> list[Word]:
    return [Word(text, 1) for text in texts]


@pytest.mark.parametrize(
    ("path", "text", "effects", "is_run"),
    [
        pytest.param("/etc/sysctl.conf", SETTING, [Fills(2, VALUES, appends=True)], False, id="sysctl file"),
        pytest.param("/proc/sys/net/ipv4/tcp_keepalive_time", Word("60", 2), [Sets(1, VALUES)], False, id="kernel"),
        pytest.param("/etc/rc.local", SETTING, [], True, id="script"),
        pytest.param("/tmp/x", SETTING, [], False, id="another file"),
    ],
)
def test_write(path: str, text: Word, effects: list[Effect], is_run: bool) -> None:
    log = EffectLog()
    assert log.write(Word(path, 1), [text], appends=True) is is_run
    assert log.found == effects


def test_a_file_that_is_written_and_applied() -> None:
    log = EffectLog()
    log.write(Word("/tmp/x", 1), [SETTING], appends=False)
    assert log.texts_of(Word("/tmp/x", 2)) == [SETTING]
    log.call_sysctl(3, "sysctl", words("-p", "/tmp/x"), [])
    assert log.found == [Applies(3, Application("procps", ("/tmp/x",))), Sets(2, VALUES)]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [(words("-w"), [SETTING]), (words("-p", "-"), [])],
    ids=["a text that it does not read", "no text"],
)
def test_a_call_that_does_nothing(arguments: list[Word], given: list[Word]) -> None:
    log = EffectLog()
    log.call_sysctl(1, "sysctl", arguments, given)
    assert log.found == []


@pytest.mark.parametrize(
    ("arguments", "given"),
    [(["-w", SETTING.text], []), (["-p", "-"], [SETTING])],
    ids=["an argument", "the text that it reads"],
)
def test_a_call_that_sets_a_key(arguments: list[str], given: list[Word]) -> None:
    log = EffectLog()
    log.call_sysctl(1, "sysctl", words(*arguments), given)
    assert [one.values for one in log.found if isinstance(one, Sets)] == [VALUES]


@pytest.mark.parametrize(
    ("path", "effects"),
    [
        pytest.param("/etc/sysctl.conf", [Fills(1, VALUES, appends=False)], id="sysctl file"),
        pytest.param("/usr/local/sbin/tune", [Sets(1, VALUES)], id="script"),
        pytest.param("/tmp/x", [], id="another file"),
    ],
)
def test_files_that_are_edited_in_place(path: str, effects: list[Effect]) -> None:
    log = EffectLog()
    log.edit_files(words("-i", f"s/^x.*/{SETTING.text}/", path))
    assert log.found == effects


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["-w", SETTING.text], [SETTING.text]),
        (["net.ipv4.tcp_keepalive_time"], ["net.ipv4.tcp_keepalive_time=$"]),
        (["-w", "net.ipv4.tcp_keepalive_time"], []),
        (["-q", SETTING.text], []),
        (["-p", "/etc/x.conf"], []),
    ],
)
def test_what_a_call_prints(arguments: list[str], printed: list[str]) -> None:
    texts = EffectLog().call_sysctl(1, "sysctl", words(*arguments), [])
    assert [(text.text, text.is_report) for text in texts] == [(text, True) for text in printed]


@pytest.mark.parametrize(("path", "count"), [("/etc/sysctl.conf", 1), ("$LOG", 0)])
def test_a_report_that_is_kept(path: str, count: int) -> None:
    log = EffectLog()
    log.write(Word(path, 1), [Word(SETTING.text, 1, is_report=True)], appends=True)
    assert len(log.found) == count


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        pytest.param("../a/x", "/etc/sysctl.d/9.conf", "/etc/a/x", id="beside the link"),
        pytest.param("../a/x", "/etc/sysctl.d", "/etc/a/x", id="beside a link in a folder"),
        pytest.param("../a/x", "/etc/sysctl.d/", "/etc/a/x", id="beside a link in a folder with a slash"),
        pytest.param("x", "/etc/sysctl.d/9.conf", "/etc/sysctl.d/x", id="in the folder of the link"),
        pytest.param("../a/x", "/tmp/y", "../a/x", id="beside a link in what may be a folder"),
        pytest.param("/a/x", "/etc/sysctl.d", "/a/x", id="a path"),
        pytest.param("$a/x", "/etc/sysctl.d", "$a/x", id="a variable"),
    ],
)
def test_what_a_link_names(name: str, target: str, expected: str) -> None:
    assert EffectLog().linked(words(name), Word(target, 1)) == words(expected)


@pytest.mark.parametrize(
    ("path", "keeps", "has"),
    [
        *((f"/dev/{name}", False, False) for name in ("null", "zero", "full", "urandom", "stdin", "stdout", "stderr")),
        *((f"/dev/{name}", False, False) for name in ("fd/3", "tty", "ttyS0", "pts/0", "console", "kmsg", "log")),
        *((f"/dev/{name}", True, True) for name in ("shm/x.conf", "shm/null", "shm/fd/x", "mqueue/x", "nulls", ".x")),
        ("/proc/self/mounts", True, False),
        ("/tmp/dev/null", True, True),
        ("$T", True, True),
    ],
)
def test_which_files_keep_a_text(path: str, *, keeps: bool, has: bool) -> None:
    assert (keeps_text(path), has_settings(path)) == (keeps, has)


@pytest.mark.parametrize("path", ["/dev/shm/x", "/dev/mqueue/x", "/tmp/x"])
def test_a_copy_of_a_copy(path: str) -> None:
    log = EffectLog()
    log.copy(words("/opt/x.conf"), Word(path, 1))
    log.copy(words(path), Word("/etc/sysctl.d/9.conf", 2))
    assert log.found == [Applies(1, Application("procps", ("/opt/x.conf",)), makes_file=True)]


@pytest.mark.parametrize("path", ["/dev/null", "/dev/tty1"])
def test_a_copy_that_goes_nowhere(path: str) -> None:
    log = EffectLog()
    log.copy(words("/opt/x.conf"), Word(path, 1))
    log.copy(words(path), Word("/etc/sysctl.d/9.conf", 2))
    assert log.found == []
