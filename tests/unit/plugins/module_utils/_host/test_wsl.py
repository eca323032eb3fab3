# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.wsl import WSL, WSL_CONF, next_start_differs
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

ON = b"[boot]\nsystemd=true\n"
OFF = b"[boot]\nsystemd=false\n"
UNCLEAR = "/etc/wsl.conf does not say clearly whether WSL starts systemd"
NO_INIT = "/etc/wsl.conf does not have systemd=true in the section [boot], so WSL would start no init"
NOT_ON = "systemd runs now, and /etc/wsl.conf does not have systemd=true in the section [boot]"


@pytest.mark.parametrize(
    ("conf", "has_systemd", "differs"),
    [
        pytest.param(ON, True, "", id="on"),
        pytest.param(OFF, False, "", id="off"),
        pytest.param(None, False, "", id="no file, off"),
        pytest.param(OFF, True, NOT_ON, id="turned off since the start"),
        pytest.param(None, True, NOT_ON, id="removed since the start"),
        pytest.param(b"", True, NOT_ON, id="emptied since the start"),
        pytest.param(
            ON, False, "systemd does not run now, and /etc/wsl.conf has systemd=true", id="turned on since the start"
        ),
        pytest.param(b"[Boot]\r\n  SystemD = True \r\n", True, "", id="other letters and blanks"),
        pytest.param(b'[boot] # x\nsystemd="true" # x\n', True, "", id="quotes and comments"),
        pytest.param(b"[boot]\n#systemd=true\n", True, NOT_ON, id="commented out"),
        pytest.param(b"[user]\nsystemd=true\n", True, NOT_ON, id="in another section"),
        pytest.param(b"[boot]\n[user]\nsystemd=true\n", True, NOT_ON, id="behind the section"),
        pytest.param(b"systemd=true\n", True, NOT_ON, id="in no section"),
        pytest.param(b"[boot]\ncommand=x \\\nsystemd=true\n", True, NOT_ON, id="in a line that goes on"),
        pytest.param(b"[boot]\n# x \\\nsystemd=true\n", True, "", id="behind a comment"),
        pytest.param(b"[boot]\nsystemd=true\nsystemd=true\n", True, "", id="twice the same"),
        pytest.param(b"[boot]\nsystemd=true\nsystemd=false\n", True, UNCLEAR, id="twice, not the same"),
        pytest.param(b"[boot]\nsystemd=yes\n", True, UNCLEAR, id="no boolean"),
        pytest.param(b"[boot]\nsystemd=yes\n", False, UNCLEAR, id="no boolean, off"),
        pytest.param(b"[boot] x\nsystemd=true\n", True, UNCLEAR, id="no heading"),
        pytest.param(b"[boot]\ncommand=x \\\r\nsystemd=true\r\n", True, "", id="behind a carriage return"),
        pytest.param(b"junk\n[boot]\nsystemd=true\n", True, UNCLEAR, id="behind a line that ends the file for WSL"),
        pytest.param(b'[boot]\nsystemd="true\n', True, UNCLEAR, id="open quote"),
    ],
)
def test_running_distribution(tmp_path: Path, conf: bytes | None, has_systemd: bool, differs: str) -> None:
    layout: Layout = {WSL: None} if conf is None else {WSL: None, WSL_CONF: conf}
    lay_out(tmp_path, layout)
    assert next_start_differs(Files(str(tmp_path)), runs=True, has_systemd=has_systemd) == differs


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {WSL: None, WSL_CONF: None})
    assert next_start_differs(Files(str(tmp_path)), runs=True, has_systemd=True) == (
        "/etc/wsl.conf cannot be read (it is a folder), which says whether WSL starts systemd"
    )


@pytest.mark.parametrize("conf", [ON, OFF])
def test_running_system_that_is_not_of_wsl(tmp_path: Path, conf: bytes) -> None:
    lay_out(tmp_path, {WSL_CONF: conf})
    assert not next_start_differs(Files(str(tmp_path)), runs=True, has_systemd=True)


@pytest.mark.parametrize(
    ("layout", "has_systemd", "differs"),
    [
        pytest.param({}, True, "", id="not of WSL"),
        pytest.param({WSL_CONF: ON}, True, "", id="on"),
        pytest.param({WSL_CONF: OFF}, True, NO_INIT, id="off"),
        pytest.param({WSL_CONF: OFF}, False, NO_INIT, id="off, another init"),
        pytest.param(
            {WSL_CONF: ON}, False, "the init is not systemd, and /etc/wsl.conf has systemd=true", id="no systemd"
        ),
    ],
)
def test_image(tmp_path: Path, layout: Layout, has_systemd: bool, differs: str) -> None:
    lay_out(tmp_path, layout)
    assert next_start_differs(Files(str(tmp_path)), runs=False, has_systemd=has_systemd) == differs
