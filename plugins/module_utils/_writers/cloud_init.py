# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which modules of cloud-init run at the next boot that run once by default, for a system or for an instance.

Source: its documentation, "How to change a module's run frequency".
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import CLOUD_SCRIPTS, TEXTS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
    from ansible_collections.linux.tcp.plugins.module_utils._writers.runners import Runners

_MODULES = frozenset((*CLOUD_SCRIPTS, "runcmd", "write_files"))
# It notes there what it has done for an instance, and does not do it again.
_HAS_RUN = "/var/lib/cloud/instances/*/sem/config_*"
_PROGRAM = "/usr/bin/cloud-init"
_REMARK = re.compile(rb"^[ \t]*#.*", re.MULTILINE)
_NAMES = "|".join(sorted(_MODULES)).replace("_", "[-_]").encode()
_ALWAYS = re.compile(rb"\b(" + _NAMES + rb")\b[\s,\"'-]+(?:frequency[\"']?:[\s\"']*)?always\b")


def modules_to_run(files: Reader, runners: Runners) -> frozenset[str]:
    """Return the modules that run once by default and run at the next boot: all at the first one, or as configured."""
    if not files.paths(_HAS_RUN) and files.exists(_PROGRAM, if_unknown=True):
        return _MODULES
    patterns = (pattern for pattern, of in TEXTS.items() if of is formats.cloud_config and runners.is_read(pattern))
    texts = (_REMARK.sub(b"", file.text) for pattern in patterns for file in files.matching(pattern))
    return frozenset(name.decode().replace("-", "_") for text in texts for name in _ALWAYS.findall(text))
