# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the sysctl file that ufw applies; source: ufw-framework(8)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import AppliedFile
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import UFW

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader

_IS_ON = re.compile(rb"^[ \t]*ENABLED=[\"']?yes\b", re.MULTILINE | re.IGNORECASE)
_FILE = re.compile(rb"^[ \t]*IPT_SYSCTL=[\"']?([^\s\"'#\0]*)", re.MULTILINE)


def of_ufw(files: Reader) -> t.Iterator[Candidate]:
    """Yield the sysctl file that ufw applies, where it is on."""
    if _IS_ON.search(files.text(UFW)):
        names = _FILE.findall(files.text("/etc/default/ufw"))
        if names and names[-1].startswith(b"/"):
            yield AppliedFile(files.name_of(names[-1].decode("utf-8", "surrogateescape")))
