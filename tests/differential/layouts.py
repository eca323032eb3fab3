# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert trees to the layout of a system, and to archives."""

from __future__ import annotations

import io
import tarfile
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.differential.trees import Node

    Tree = t.Dict[str, Node]


def fitted(tree: Tree, *, has_merged_usr: bool) -> Tree:
    """Return the tree in the layout of a system, whose /lib may be a link to /usr/lib."""
    if not has_merged_usr:
        return tree
    return {**{path: node for path, node in tree.items() if not path.startswith("/lib/")}, "/lib": "usr/lib"}


def packed(tree: Tree) -> bytes:
    """Return the tree as a tar archive, which does not need its folders to exist."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        for path, node in tree.items():
            member = tarfile.TarInfo(path.lstrip("/"))
            if node is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(node, str):
                member.type, member.linkname = tarfile.SYMTYPE, node
            else:
                member.size = len(node)
            tar.addfile(member, io.BytesIO(node) if isinstance(node, bytes) else None)
    return archive.getvalue()
