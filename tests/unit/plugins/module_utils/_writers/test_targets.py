# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import (
    is_kernels_file,
    is_script,
    is_sysctl_file,
    keys_of_file,
    values_printed,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

FOLDER = "/proc/sys/net/ipv4"


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (f"{FOLDER}/tcp_keepalive_time", ("time",)),
        ("//proc/sys//net/ipv4/tcp_keepalive_intvl", ("intvl",)),
        ("tcp_keepalive_probes", ("probes",)),
        ("$dir/tcp_keepalive_time", ("time",)),
        (f"/host{FOLDER}/tcp_keepalive_time", ("time",)),
        (f"{FOLDER}/tcp_keepalive_$k", ("time", "intvl", "probes")),
        (f"{FOLDER}/tcp_keepalive_%i", ("time", "intvl", "probes")),
        (f"{FOLDER}/tcp_fin_%i", ()),
        (f"{FOLDER}/tcp_keepalive_{{}}", ("time", "intvl", "probes")),
        (f"{FOLDER}/tcp_keepalive_{{time,intvl}}", ()),
        (f"{FOLDER}/tcp_keepalive_*", ("time", "intvl", "probes")),
        (f"{FOLDER}/tcp_keep*[el]", ("time", "intvl")),
        (f"{FOLDER}/tcp_k*_x*", ()),
        (f"{FOLDER}/conf/*/tcp_keepalive_time", ()),
        (f"{FOLDER}/tcp_keepalive_times", ()),
        ("/etc/tcp_keepalive_time", ()),
        (f"{FOLDER}/tcp_fin_timeout", ()),
    ],
)
def test_keys_of_file(path: str, keys: tuple[Key, ...]) -> None:
    assert keys_of_file(path) == keys


@pytest.mark.parametrize(
    ("keys", "printed", "values"),
    [
        pytest.param(("time",), ["60"], {"time": 60}, id="value"),
        pytest.param(("time",), ["60\\n"], {"time": 60}, id="value with an escaped line break"),
        pytest.param(("time",), ["%d"], {"time": None}, id="format"),
        pytest.param(("time",), [], {"time": None}, id="not known"),
        pytest.param(("time",), ["x"], {}, id="no value"),
        pytest.param(("time", "intvl"), ["60"], {"time": None, "intvl": None}, id="one of two keys"),
    ],
)
def test_values_printed(keys: tuple[Key, ...], printed: list[str], values: dict[Key, int | None]) -> None:
    assert values_printed(keys, [Word(text, 1) for text in printed]) == values


@pytest.mark.parametrize(
    ("tells", "paths", "other_paths"),
    [
        pytest.param(is_kernels_file, [f"{FOLDER}/tcp_keepalive_*"], [f"{FOLDER}/*"], id="kernel"),
        pytest.param(
            is_sysctl_file,
            [
                "/etc/sysctl.conf",
                "/etc/sysctl.d/9.conf",
                "/etc/sysctl.d//9.conf",
                "/run/sysctl.d/9.conf",
                "/etc/sysctl.d/.9.conf",  # procps reads it
                "/etc/sysctl.d/*.conf",
                "$conf",
                "//etc/sysctl.conf",
                "/./etc/sysctl.d/9.conf",
                "/mnt/../etc/sysctl.conf",
                "/proc/1/root/etc/sysctl.conf",
            ],
            [
                "/etc/sysctl.d/9.txt",
                "/tmp/sysctl.conf",
                "/etc/sysctl.d/old/9.conf",
                "/etc/sysctl.d/9.conf/",
                "/mnt/sysctl.conf",
            ],
            id="sysctl file",
        ),
        pytest.param(
            is_script,
            ["/etc/rc.local", "/usr/local/sbin/tune", "/tmp/tune.sh", "/var/spool/cron/root"],
            ["/tmp/tune", "/etc/motd"],
            id="script",
        ),
    ],
)
def test_names_of_files(tells: t.Callable[[str], bool], paths: list[str], other_paths: list[str]) -> None:
    assert [path for path in paths + other_paths if tells(path)] == paths


def test_no_path_takes_long() -> None:
    assert keys_of_file("/" * 50_000 + "x") == ()
    assert keys_of_file("/" * 50_000 + FOLDER + "/tcp_keepalive_time") == ("time",)
    assert values_printed(("time",), [Word("\\n" * 50_000 + "60", 1)]) == {}
