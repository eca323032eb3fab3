# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what the lines of a script in another language than that of a shell may do, such as Python or Perl.

Where the script sets keys whose names it puts together, each line may be the one that names a key for that.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Sets, loose_effects

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

_REMARK = re.compile(r"(?:^[ \t]*|[ \t])(?:#|//).*", re.DOTALL)
_NAMED = re.compile(r"(?<![\w-])tcp_keepalive_(time|intvl|probes)(?![\w-])")
# A call that sets what an expression says, with the begin of the key's name as far as it stands there.
_CALL = re.compile(
    r"(?i:sysctl)[\"']?[\s,]{1,40}(?:[\"']?-{1,2}[a-z]{0,3}[wq][a-z]{0,4}[\"']?[\s,]{1,40}){1,3}"
    r"(?:\w{0,2}[\"']([\w./-]{0,60})[{%$#\"']|[A-Za-z_][\w.]{0,60}\s{0,9}[+,\])%(]|([\w./-]{0,60})(?:[{%$#]|[\"']\s{0,9}[+.%]))"
)
_WRITES = re.compile(
    r"[\"'](?:[bt]?[wa]|r\+)[bt+]{0,2}[\"']|\.write_(?:text|bytes)\(|[\"']\s{0,9}\+?>>?\s{0,9}[\"'],|>\s{0,9}/proc/sys"
    r"|O_WRONLY|O_RDWR|File\.write\(|writeFile(?:Sync)?\(|file_put_contents\("
)
_PATH = re.compile(r"[\"'`> ](/[\w/.-]{0,60})[\"'{%$#]")
_OPENED = re.compile(r"\bopen\(\s{0,9}(?:[A-Za-z_]|[\"']%s)|\.write_(?:text|bytes)\(")
_KEY = "net.ipv4.tcp_keepalive_"
_FILE = "/proc/sys/net/ipv4/tcp_keepalive_"
_FOLDER = "/proc/sys"


def language_effects(text: str, line: int = 1) -> list[Effect]:
    """Return what a script may do, whose first line has this number."""
    text = text.replace(CONTINUED, "\n")
    found = loose_effects(text, line)
    begins = [*_keys_of_calls(text, line), *_files_written(text, line)]
    if begins:
        known = {one.line for one in found}
        keys = {number: tuple(KEYS) for number, begin in begins if begin.endswith("_")}
        for number, row in enumerate(text.split("\n"), start=line):
            named = _NAMED.search(_REMARK.sub("", row)) if "tcp_keepalive_" in row else None
            if named:
                keys.setdefault(number, (t.cast("Key", named[1]),))
        found += [Sets(number, tuple((key, None) for key in keys[number])) for number in sorted(keys.keys() - known)]
    return found


def _keys_of_calls(text: str, line: int) -> t.Iterator[tuple[int, str]]:
    """Yield how the keys that calls of sysctl(8) set may begin, with the lines of the calls."""
    counted = 0
    for found in _CALL.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        begin = (found[1] or found[2] or "").replace("/", ".").lstrip("-")
        if _KEY.startswith(begin):
            yield line, begin


def _files_written(text: str, line: int) -> t.Iterator[tuple[int, str]]:
    """Yield how the paths of files that are written may begin, with their lines."""
    if _FOLDER not in text:
        return
    for number, row in enumerate(text.split("\n"), start=line):
        if _WRITES.search(row):
            paths = _PATH.findall(row)
            yield from ((number, path) for path in paths if path.startswith(_FOLDER) and _FILE.startswith(path))
            if not paths and _OPENED.search(row):
                yield number, ""
