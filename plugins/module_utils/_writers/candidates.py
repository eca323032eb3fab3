# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which lines of a file may set keys, given what its commands do."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Applies, Fills
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import MOST_OF_A_FILE, Applier, Setter, writer_at

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate, Code
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


def candidates_of(
    files: Reader, file: SysctlFile, effects: t.Callable[[], t.Iterable[Effect]]
) -> t.Iterator[Candidate]:
    """Yield what a file does as candidates, with the lines that do it; ``effects`` computes what it does."""
    if not RELEVANT.search(file.text):
        return
    rows = file.text.split(b"\n")
    for effect in files.computed(file.path, effects, MOST_OF_A_FILE):
        row = rows[min(effect.line, len(rows)) - 1]
        code: Code
        if isinstance(effect, Applies):
            code = "writes_file" if effect.makes_file else "applies_files"
            names = effect.application.names
            if not effect.application.is_known or (names is not None and not files.may_name(names)):
                yield Setter(writer_at(file, effect.line, row, code), tuple((key, None) for key in KEYS))
                continue
            # a loader may know the folder by another name
            names = None if names is None else tuple(map(files.name_of, names))
            application = dataclasses.replace(effect.application, names=names)
            yield Applier(writer_at(file, effect.line, row, code), application)
        else:
            code = "sets_value"
            if isinstance(effect, Fills):
                code = "appends_to_file" if effect.appends else "writes_file"
            yield Setter(writer_at(file, effect.line, row, code), effect.values)
