# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the writers of a system in a folder."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, Writer, writers_among
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.tests.unit.host import Layout


SET = b"sysctl -w net.ipv4.tcp_keepalive_time=60"


def found(
    root: Path,
    layout: Layout,
    *,
    init: InitSystem = PROCPS,
    executable: bool = True,
    boot: Values = Values(600, 75, 9),  # noqa: B008 -- it is frozen
    command_line: bytes = b"",
) -> list[Writer]:
    """Return the writers of a system whose boot gives these values; all its files are executable, or none is."""
    lay_out(root, layout)
    for path, what in layout.items():
        if isinstance(what, bytes):
            (root / path.lstrip("/")).chmod(0o755 if executable else 0o644)
    files = Files(str(root))
    candidates, tree, _unseen = find_candidates(files, init, files.read_tree(), command_line)
    return writers_among(candidates, BootContext(tree, boot, hz=250))
