# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of keepalive and keepalive_info: when a host is asked, and when the module is sent at once."""

from __future__ import annotations

import base64
import gzip
import io
import sys
import tarfile
import typing as t
from pathlib import PurePosixPath
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._probe.script import PROBE_SCRIPT

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import keepalive, keepalive_info
from ansible_collections.linux.tcp.plugins.plugin_utils._probe import action as probing
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.interpreter import guarded

Result = t.Dict[str, t.Any]
SENT = {"changed": True, "from": "module"}


def act(
    plugin: t.Any,
    arguments: Result,
    *,
    output: str = "",
    family: str = "sh",
    run_async: int = 0,
    no_log: bool = False,
    variables: Result | None = None,
) -> tuple[Result, list[str], list[str]]:
    """Run an action whose host prints ``output``; return the result, what was run there, and what is displayed."""
    task = mock.MagicMock(
        args=arguments, check_mode=False, diff=False, async_val=run_async, no_log=no_log, delegate_to=None
    )
    connection = mock.MagicMock(**{"_shell.SHELL_FAMILY": family})
    action = plugin.ActionModule(task, connection, *[mock.MagicMock() for _each in range(4)])
    ask = mock.MagicMock(return_value={"rc": 0, "stdout": output, "stderr": ""})
    send = mock.MagicMock(return_value=dict(SENT))
    display = mock.MagicMock()
    with mock.patch.multiple(action, _low_level_execute_command=ask, _execute_module=send, _display=display):
        result = action.run(task_vars=variables or {})
    if result.get("from") == "module":
        send.assert_called_once_with(task_vars=variables or {}, wrap_async=run_async)
    else:
        send.assert_not_called()
    return result, [call.args[0] for call in ask.call_args_list], [call.args[0] for call in display.vv.call_args_list]


@pytest.mark.parametrize("plugin", [keepalive, keepalive_info], ids=["keepalive", "keepalive_info"])
@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        pytest.param({}, {"run_async": 60}, id="in the background"),
        pytest.param({}, {"family": "powershell"}, id="PowerShell"),
        pytest.param({}, {"family": "csh"}, id="csh"),
        pytest.param({}, {"family": "fish"}, id="fish"),
        pytest.param({"root": "/mnt/image"}, {}, id="another root"),
        pytest.param({"root": "~/image"}, {}, id="a root that the host expands"),
        pytest.param({}, {"variables": {"ansible_python_interpreter": "/opt/in-blue"}}, id="a wrapper"),
    ],
)
def test_host_is_not_asked(plugin: t.Any, arguments: Result, settings: Result) -> None:
    result, asked, _shown = act(plugin, arguments, **settings)
    assert (result, asked) == (SENT, [])


@pytest.mark.parametrize(
    "arguments",
    [{"path": "~/x.conf"}, {"path": "$HOME/x.conf"}],
    ids=lambda arguments: str(*arguments.values()),
)
def test_host_is_not_asked_by_keepalive(arguments: Result) -> None:
    assert act(keepalive, arguments)[:2] == (SENT, [])


@pytest.mark.parametrize("output", ["", "H4sIAAAA", "Welcome\n", "/bin/sh: 1: tar: not found\r\n"], ids=repr)
def test_module_is_sent_where_the_probe_is_inconclusive(output: str) -> None:
    result, asked, shown = act(keepalive_info, {}, output=output)
    assert (result, asked) == (SENT, [PROBE_SCRIPT])
    assert shown
    assert shown[0].startswith("The module is sent: the output ")


MOUNTS = b"22 1 8:1 / / rw - ext4 /dev/sda rw\n21 22 0:20 / /proc rw - proc proc rw\n"
LAYER = b"23 22 0:40 / /etc/sysctl.d rw - overlay overlay rw,upperdir=/" + b"\x1b" * 10_000 + b"\n"
NAME = "\x1b" * 240
SETTING = b"net.ipv4.tcp_keepalive_time=1\n"


def output_of(files: dict[str, bytes], *, mounts: bytes = b"") -> str:
    """Return the output of a probe of a host that systemd has booted."""
    texts = {"run/systemd/system/x": b"", "usr/lib/systemd/systemd-sysctl": b"", **files}
    folders = {str(folder): b"" for path in texts for folder in PurePosixPath(path).parents}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, text in {".": b"", **folders, **texts}.items():
            member = tarfile.TarInfo(path)
            member.type, member.size = tarfile.REGTYPE if path in texts else tarfile.DIRTYPE, len(text)
            tar.addfile(member, io.BytesIO(text))
    values = b"".join(b"/proc/sys/net/ipv4/tcp_keepalive_%s:1\n" % name for name in (b"time", b"intvl", b"probes"))
    shown = b"= kernel\n%scomm systemd\n= mounts\n%s= first\n= paths\n= lines\n" % (values, MOUNTS + mounts)
    output = shown + b"= files\n" + archive.getvalue() + b"= end 0"
    return base64.b64encode(gzip.compress(output, 1)).decode("ascii")


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(output_of({"etc/sysctl.d/a.conf": SETTING}, mounts=LAYER), id="mount"),
        pytest.param(output_of({f"run/sysctl.d/{NAME}{one}.conf": SETTING for one in range(90)}), id="files"),
        pytest.param(
            output_of({f"etc/systemd/system/systemd-sysctl.service.d/{NAME}.conf": b"ExecStart=\n" * 2000}), id="rows"
        ),
        pytest.param(
            output_of({"etc/systemd/system/systemd-sysctl.service.d/a.conf": b"ExecStart=\n" * 15_000}), id="many rows"
        ),
    ],
)
def test_result_of_a_probe_is_reduced_as_that_of_the_module(output: str) -> None:
    """Whatever a host prints, its warnings are as few and as short as the module's."""
    result, _asked, shown = act(keepalive_info, {}, output=output)
    assert "from" not in result, shown
    told = [*result.get("warnings", ()), result.get("msg", "")]
    assert any(told)
    assert len(told) <= 51
    assert max(map(len, told)) <= 2000
    assert "\x1b" not in str(result)


def compute_for_ever(_output: str) -> t.NoReturn:
    while True:
        pass


@pytest.mark.parametrize(
    ("compute", "why"),
    [
        pytest.param(compute_for_ever, "it takes more than 0.05 s of processor time", id="time"),
        pytest.param(
            lambda _output: bytearray(1 << 32),
            "it takes more memory than it may, which is 512 MiB at most",
            id="memory",
        ),
    ],
)
def test_module_is_sent_where_the_probe_takes_too_much(
    monkeypatch: pytest.MonkeyPatch, compute: t.Callable[[str], object], why: str
) -> None:
    """A host may print what takes long to understand."""
    monkeypatch.setattr(probing, "_MOST_SECONDS", 0.05)
    monkeypatch.setattr(probing, "parse_probe", compute)
    assert act(keepalive_info, {}, output="x") == (SENT, [PROBE_SCRIPT], [f"The module is sent: {why}"])


def test_probe_looks_whether_the_configured_python_is_a_wrapper() -> None:
    variables = {"ansible_python_interpreter": "/usr/bin/python3"}
    result, asked, _shown = act(keepalive_info, {}, variables=variables)
    assert (result, asked) == (SENT, [guarded(PROBE_SCRIPT, "/usr/bin/python3")])


def test_nothing_is_told_with_no_log() -> None:
    assert act(keepalive_info, {}, no_log=True)[1:] == ([PROBE_SCRIPT], [])


def test_question_ends_where_ansible_appends_to_it() -> None:
    assert not PROBE_SCRIPT.endswith("\n")
