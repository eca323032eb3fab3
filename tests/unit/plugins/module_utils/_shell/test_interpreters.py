# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which interpreter a script names, and which programs are one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import (
    is_language,
    is_of_other_language,
    is_of_shell,
)


@pytest.mark.parametrize(
    ("tells", "names", "other_names"),
    [
        pytest.param(is_language, ["python3", "python3.11", "perl", "ruby"], ["sh", "pythonic"], id="language"),
        pytest.param(is_language, ["node", "php8.2", "lua5.4", "tclsh8.6", "awk"], ["csh", "tclshell"], id="others"),
    ],
)
def test_names(tells: t.Callable[[str], bool], names: list[str], other_names: list[str]) -> None:
    assert [name for name in names + other_names if tells(name)] == names


SHELLS = (
    *(
        "",
        "\n",
        "a\n#!/bin/fish",
        "#!/bin/sh",
        "#! /bin/bash -eu",
        "#!/bin/dash\r",
        "#!/usr/bin/env ksh",
        "#!/bin/zsh -f",
    ),
    *(
        "#!/usr/bin/env -S bash -e",
        "#!/usr/bin/env -Sash",
        "#!/bin/env -i A=/usr/bin/perl mksh",
        "#!/opt/perl/bin/rbash",
        "#!/bin/busybox sh",
        "#!/usr/bin/env -S /usr/bin/busybox ash -e",
    ),
)
# They read the script as a shell does, and may call its functions.
OTHERS = (
    *("#!/sbin/openrc-run", "#!/sbin/runscript", "#!/bin/sh /etc/rc.common", "#!/bin/busybox", "#!/bin/sh /x/perl"),
)
LANGUAGES = (
    *("#!/usr/bin/python3", "#!/usr/bin/env perl -w", "#!/usr/bin/env -S A=b ruby", "#!/usr/bin/env -u A node"),
    *("#!/usr/bin/nodejs", "#!/usr/libexec/platform-python", "#! /usr/bin/php8.2", "#!/usr/bin/lua5.4 -W"),
    *("#!/usr/bin/tclsh8.6", "#!/usr/bin/expect -f", "#!/usr/bin/awk -f", "#!/usr/bin/mawk -f", "#!/bin/csh -f"),
    *("#!/bin/tcsh", "#!/usr/bin/fish", "#!/usr/bin/nice python3", "#!/bin/busybox awk -f", "#!/usr/bin/python3.13t"),
)


@pytest.mark.parametrize(
    ("lines", "of_shell", "of_other_language"),
    [
        pytest.param(SHELLS, True, False, id="a shell"),
        pytest.param(OTHERS, False, False, id="another program that reads shell scripts"),
        pytest.param(LANGUAGES, False, True, id="an interpreter of another language"),
    ],
)
def test_interpreters(lines: tuple[str, ...], *, of_shell: bool, of_other_language: bool) -> None:
    scripts = [f"{line}\n# /usr/bin/perl\n" for line in lines]
    assert [line for line, script in zip(lines, scripts) if is_of_shell(script) is not of_shell] == []
    assert [line for line, script in zip(lines, scripts) if is_of_other_language(script) is not of_other_language] == []
