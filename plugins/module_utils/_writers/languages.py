# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what the lines of a script in another language than that of a shell may do, such as Python or Perl.

Where the script sets keys whose names it puts together, each line may be the one that names a key for that.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Sets, loose_effects

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

_REMARK = re.compile(r"(?:^[ \t]*|[ \t])(?:#|//).*", re.DOTALL)
_REMARK_LINE = re.compile(r"^[ \t]*(?:#(?!\{)|//(?!\s*\{)).*|[ \t](?:#(?!\{)|//)[^\"'`\n]{0,200}$", re.MULTILINE)
# A command as a list of words.
_LIST = re.compile(
    r"[\[(][ \t]*[\"'][\w./-]{1,60}[\"'](?:[ \t]*,[ \t]*[\"'][^\"'\n\\]{0,200}[\"']){1,30}(?:[ \t]*,)?[ \t]*[\])]"
)
_BETWEEN_WORDS = re.compile(r"[\"'][ \t]*,[ \t]*[\"']")
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
# The file of a key by its whole path, and what stands around one that is written.
_KEY_FILE = re.compile(r"/proc/sys/net/ipv4/tcp_keepalive_(time|intvl|probes)(?![\w.*?{$-])")
_GIVEN = re.compile(
    r"(?:\b(?:File|IO)\.(?:bin)?write|\b(?:write|append)File(?:Sync)?|\bcreateWriteStream|\bfile_put_contents)"
    r"[ \t]{0,9}\(?\s{0,40}[\"'`]\Z"
    r"|[\"'](?:\+?>>?|\+<)[\w:() -]{0,40}[\"']\s{0,40},\s{0,40}[\"']\Z|[\"']\+<[ \t]{0,9}\Z"
)
_COPIED = re.compile(
    r"\b(?:copy(?:2|file)?|move|cp|mv|rename|replace|copyFile(?:Sync)?)\([^()\n]{1,100},\s{0,40}[\"']\Z"
)
_MODE = re.compile(
    r"[\"'`]\s{0,40}\)?(?:\s{0,40},|\s{0,9}\.open\()\s{0,40}(?:(?:mode|flags)\s{0,9}=\s{0,9})?"
    r"(?:[\"'][bt]?(?:[wax+]|r[bt]?\+)[bte+xsnr]{0,3}(?::[^\"'\n]{0,20})?[\"']|[\w.:| \t]{0,60}O_(?:WRONLY|RDWR))"
    r"|[\"'`]\s{0,9}\)?\s{0,9}\.write"
)
_OPENED_BY_TCL = re.compile(r"\bopen[ \t]{1,9}[\"{]?\Z")
_MODE_OF_TCL = re.compile(r"[\"}]?[ \t]{1,9}[\"{]?(?:[wa]|r\+)")
_VARIABLE = re.compile(
    r"(?<![\w$])(?:set[ \t]{1,9}([A-Za-z_]\w{0,40})[ \t]{1,9}"
    r"|\$?([A-Za-z_]\w{0,40})[ \t]{0,9}=[ \t]{0,9}(?:[\w.]{0,40}\()?)"
    r"([\"'`{]?/proc/sys/net/ipv4/tcp_keepalive_(?:time|intvl|probes)[\"'`}]?)(?=[\s;)]|\Z)"
)
_MOST_VARIABLES = 10
_MOST_USES = 1000  # of a variable
_KEY = "net.ipv4.tcp_keepalive_"
_FILE = "/proc/sys/net/ipv4/tcp_keepalive_"
_FOLDER = "/proc/sys"


def language_effects(text: str, line: int = 1) -> list[Effect]:
    """Return what a script may do, whose first line has this number."""
    text = _REMARK_LINE.sub("", text.replace(CONTINUED, "\n"))
    found = loose_effects(_LIST.sub(_joined, text), line)
    known = {one.line for one in found}
    written = {number: key for number, key in _key_files_written(text, line) if number not in known}
    found += [Sets(number, ((key, None),)) for number, key in sorted(written.items())]
    begins = [*_keys_of_calls(text, line), *(one for one in _files_written(text, line) if one[0] not in written)]
    if begins:
        known = {one.line for one in found}
        keys = {number: tuple(KEYS) for number, begin in begins if begin.endswith("_")}
        for number, row in enumerate(text.split("\n"), start=line):
            named = _NAMED.search(_REMARK.sub("", row)) if "tcp_keepalive_" in row else None
            if named:
                keys.setdefault(number, (t.cast("Key", named[1]),))
        found += [Sets(number, tuple((key, None) for key in keys[number])) for number in sorted(keys.keys() - known)]
    return found


def _joined(found: t.Match[str]) -> str:
    """Return a list of words as a shell has them, if it calls sysctl(8)."""
    words = found.group()
    return f"({_BETWEEN_WORDS.sub(' ', words[1:-1]).strip(' ,')})" if "sysctl" in words else words


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


def _key_files_written(text: str, line: int) -> t.Iterator[tuple[int, Key]]:
    """Yield the keys whose files are written by their whole paths, or by variables for these, with their lines."""
    counted = 0
    text = _with_paths(text)
    for found in _KEY_FILE.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        before, after = text[max(0, found.start() - 200) : found.start()], text[found.end() : found.end() + 200]
        if (
            _GIVEN.search(before)
            or _MODE.match(after)
            or (_OPENED_BY_TCL.search(before) and _MODE_OF_TCL.match(after))
            or (_COPIED.search(before) and after[1:].lstrip().startswith((")", ",")))
        ):
            yield line, t.cast("Key", found[1])


def _with_paths(text: str) -> str:
    """Return a text with the paths of keys' files in place of the variables that have no other value."""
    variables = {
        found[1] or found[2]: found[3] for found in itertools.islice(_VARIABLE.finditer(text), _MOST_VARIABLES)
    }
    for name, path in variables.items():
        if len(re.findall(rf"(?<!\w){name}[ \t]{{0,9}}=(?![=~])", text)) < 2 and text.count(name) <= _MOST_USES:
            quoted = '"' + path.strip("\"'`{}") + '"'
            text = re.sub(rf"(?<![\w$])\$?{name}(?!\w|[ \t]{{0,9}}=[^=])", quoted, text)
    return text
