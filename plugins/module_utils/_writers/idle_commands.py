# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leave out of a text of a shell the commands that call no script of this host, whatever files they name.

These are never reached, run elsewhere, or are of a program that only prints, deletes, packs or changes modes. What is
printed counts unless it is certain that nothing runs it, and a file whose name or folder another command has, too: that
may call it by a path that is not known. Where a text is not understood, all of it counts.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import is_of_other_language
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import ShellError, Word, commands_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import PLAIN_WRAPPERS
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import CONTAINERS, SCOPES, name_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import understood
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import GIVES_RIGHTS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline, Place, Redirection

    _Kind = t.Literal["", "silent", "prints", "elsewhere"]  # empty: it may call a script

_FOLDERS = ("", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/")
_SILENT = frozenset(
    (
        *(":", "true", "false", "test", "[", "[[", "sleep", "logger", "wall", "mail", "mailx", "sendmail"),
        *("rm", "rmdir", "unlink", "shred", "touch", "mkdir", "chmod", "chown", "chgrp", "chattr", "setfacl"),
        *("chcon", "restorecon"),
    )
)
_PRINTERS = frozenset(
    (
        *("echo", "printf", "cat", "head", "tail", "grep", "egrep", "fgrep", "ls", "stat", "file", "wc", "du", "df"),
        *("md5sum", "sha1sum", "sha256sum", "sha512sum", "cksum", "diff", "cmp", "basename", "dirname", "readlink"),
        *("realpath", "which", "type", "pgrep", "pidof", "lsattr", "getfacl"),
    )
)
_PACKERS = frozenset(("tar", "gzip", "bzip2", "xz", "zstd", "zip"))
_RUNS_ANOTHER = re.compile(r"-?\w{0,20}[FIT].*|--(?:use|to|checkpoint|info|new|rsh|rmt|unzip).*")  # of packers
_COPIERS = frozenset(("scp", "rsync"))
_RUNS_SHELL = re.compile(r"-\w*[eSoDF].*|--rs.*")  # of copiers
_REMOTE = re.compile(r"[^/:]+:.*", re.DOTALL)
_BEFORE_PROGRAM = PLAIN_WRAPPERS | {"sudo", "doas", "timeout", "ionice", "builtin", "busybox"}
_FLAG = re.compile(r"-[nEH]|--|-[nc]?[0-9]+|[0-9]+[smhd]?|[A-Za-z_]\w*=.*", re.DOTALL)
# Their inventory may be a script, and their arguments may choose this host.
_MAY_CALL = frozenset(("ansible", "ansible-playbook", "ansible-console", "ansible-pull", "machinectl"))
_OF_USERS = frozenset(("su", "runuser"))  # the user stands among words that may be paths
_CHANGE_USER = frozenset(
    (
        *("sudo", "doas", "su", "runuser", "setuidgid", "s6-setuidgid", "gosu", "su-exec", "chpst", "setpriv"),
        *("start-stop-daemon", "systemd-run"),
    )
)
_THIS_HOST = re.compile(r"(?i)\blocalhost|\b127\.|::1|\bip6-loopback|hostname|\buname\b")
_COMES_BACK = re.compile(
    rf"{_THIS_HOST.pattern}|(?:Proxy|Local|KnownHosts)Command|--share-net|(?<!\S)(?:-(?-i:F)|0(?:\.0\.0\.0)?(?!\S))"
)
_EXPANDS = re.compile(r"[$<>]\(|`|\$\{\w+:?=")
_MOST_WRAPPED = 10
_REMARK = re.compile(r"(?:^|[ \t])#.*", re.MULTILINE)
_NAME = re.compile(r"[\w.+@-]+")
_PATH = re.compile(r"(?:/[\w.+@-]+)+")
_WHOLE_PATH = re.compile(r"(?<![\w.+@$}/-])/[^\s'\"`;|&<>()=:]*")
_COMPUTED = re.compile(r"[$*?\[{\\]")
_MOST_LEVELS = 40  # of folders
# The last argument of the command before, or that command.
_USES_COMMAND_BEFORE = re.compile(r"\$(?:_(?!\w)|\{_\W)|BASH_COMMAND")
_READS_ITSELF = re.compile(
    r"\b(?:sed|awk|tail|head|grep|cat|tac|dd|perl|python[0-9.]*)\b[^\n]{0,200}\$\{?(?:0|BASH_SOURCE)\b"
)
# What is printed there is not run.
_SHOWN = re.compile(
    r"/dev/(?:null|tty\w*|console|kmsg)|/var/log/.+|[^$]+\.log|\$\w{0,20}(?i:log)\w{0,20}|\$\{\w{0,20}(?i:log)\w{0,20}\}"
)


def without_idle(
    texts: t.Iterable[str],
    local_programs: t.Container[str] = (),
    *,
    is_shown: bool,
    is_whole: bool = True,
    around: t.Iterable[str] = (),
) -> list[str]:
    """Return texts with marks in the place of the commands that call no script of this host.

    ``local_programs`` are the names of programs that may be scripts. ``is_shown`` says that nothing runs what a text
    prints, ``is_whole`` that no other text gives its variables values. What stands ``around`` the texts may tell what
    they call.
    """
    found = []
    for text in texts:
        unreached, idle = _places(text, local_programs, is_shown=is_shown, is_whole=is_whole)
        found.append((text, unreached, idle))
    others = [_REMARK.sub("", _marked(text, [*unreached, *idle])) for text, unreached, idle in found]
    may_call = _Computed("\n".join((*around, *others)))
    return [
        _marked(text, [*unreached, *(one for one in idle if not may_call.any_in(text[slice(*one)]))])
        for text, unreached, idle in found
    ]


def _places(
    text: str, local_programs: t.Container[str], *, is_shown: bool, is_whole: bool
) -> tuple[list[Place], list[Place]]:
    """Return the places in a text that are never reached, and those of other commands that call no script."""
    may_call = is_whole or _PATH.search(text) or any(name in local_programs for name in _NAME.findall(text))
    if not may_call or is_of_other_language(text):
        return [], []
    try:
        pipelines, unreached = understood(Word(text, 1))
    except ShellError:
        return [], []
    commands = list(commands_of(pipelines))
    unreached = [] if _READS_ITSELF.search(text) else unreached
    if _USES_COMMAND_BEFORE.search(text) or any(_program(command) == "alias" for command in commands):
        return unreached, []
    names = frozenset(command.function for command in commands)
    may_be_here = not is_whole or _THIS_HOST.search(text) is not None
    is_taken = any(_program(command) == "exec" and not _is_shown(command.redirections) for command in commands)
    script = _Commands(text, names, local_programs, may_be_here=may_be_here)
    return unreached, list(script.idle(pipelines, is_taken=is_taken, may_be_taken=not is_shown))


class _Computed:
    """What other commands name: names of files, and folders in which they may call any file, by a pattern or so."""

    def __init__(self, text: str) -> None:
        self._names = frozenset(_NAME.findall(text))
        words = (_COMPUTED.split(word, maxsplit=1) for word in _WHOLE_PATH.findall(text))
        self._folders = {(posixpath.dirname(word[0]) if word[1:] else word[0]).rstrip("/") for word in words}

    def any_in(self, text: str) -> bool:
        """Whether other commands may call a file that a text names."""
        return any(
            posixpath.basename(path) in self._names or any(one in self._folders for one in _folders_of(path))
            for path in _PATH.findall(text)
        )


def _folders_of(path: str) -> t.Iterator[str]:
    """Yield the folders above a path, the root folder as an empty text."""
    for _level in range(min(path.count("/"), _MOST_LEVELS)):
        path = path.rpartition("/")[0]
        yield path


def _program(command: Command) -> str:
    return command.words[0].clean if command.words else ""


def _marked(text: str, places: t.Iterable[Place]) -> str:
    """Return a text with marks in some places, so that no word changes its line."""
    parts, at = [], 0
    for place in sorted(places):
        begin = max(place.begin, at)
        if place.end > begin:
            parts += [text[at:begin], re.sub(r"\S", "-", text[begin : place.end])]
            at = place.end
    return "".join((*parts, text[at:]))


def _is_shown(redirections: t.Iterable[Redirection]) -> bool:
    """Whether nothing runs what is written into the files of redirections."""
    return all(_SHOWN.fullmatch(one.target.clean) for one in redirections if one.writes)


@dataclasses.dataclass(frozen=True)
class _Commands:
    """The commands of a text with its functions; ``may_be_here`` says that a variable may name this host."""

    text: str
    functions: t.Container[str]
    local_programs: t.Container[str]
    may_be_here: bool

    def idle(self, pipelines: t.Iterable[Pipeline], *, is_taken: bool, may_be_taken: bool) -> t.Iterator[Place]:
        """Yield the places of commands that call no script.

        ``is_taken`` says that something other reads what they print, ``may_be_taken`` that what calls the text may.
        """
        for pipeline in pipelines:
            is_read = is_taken or pipeline[0].is_substituted
            may_be_read = may_be_taken or bool(pipeline[0].function)
            for command in reversed(pipeline):
                takes_output = any(one.takes_output for one in command.redirections)
                is_read = not _is_shown(command.redirections) or (is_read and not takes_output)
                may_be_read = may_be_read and not takes_output
                if command.body is not None:
                    yield from self.idle(command.body, is_taken=is_read, may_be_taken=may_be_read)
                kind = self._kind(command) if command.body is None else ""
                if kind == "silent" or (kind and not is_read and (kind == "elsewhere" or not may_be_read)):
                    yield command.place
                is_read = not kind or (kind == "prints" and is_read)

    def _kind(self, command: Command) -> _Kind:
        if _EXPANDS.search(self.text, *command.place):
            return ""
        words = [word.clean for word in command.words]
        for _layer in range(_MOST_WRAPPED if words else 0):
            name, arguments = name_of(words[0]), words[1:]
            is_known = words[0][: len(words[0]) - len(name)] in _FOLDERS
            if not is_known or name in self.functions or name in self.local_programs:
                return ""
            if name in SCOPES and self._runs_elsewhere(name, arguments):
                return "elsewhere"
            if name not in _BEFORE_PROGRAM or arguments[:1] in (["-v"], ["-V"]):
                return _kind_of_program(name, arguments)
            words = list(itertools.dropwhile(_FLAG.fullmatch, arguments)) or [""]
        return ""

    def _runs_elsewhere(self, name: str, arguments: list[str]) -> bool:
        """Whether a command certainly does not come back to this host."""
        text = " ".join(arguments)
        has_variable = "$" in text and "exec" not in arguments
        may_be_here = has_variable and (self.may_be_here or name in CONTAINERS)
        comes_back = _COMES_BACK.search(text) is not None or (name != "nsenter" and "nsenter" in text)
        comes_back = comes_back or (name in _CHANGE_USER and GIVES_RIGHTS.search(text) is not None)
        if name in _MAY_CALL or may_be_here or comes_back:
            return False
        before = list(itertools.takewhile(lambda word: word.startswith("-") or "/" not in word, arguments))
        return SCOPES[name](arguments) and (name in _OF_USERS or SCOPES[name](before))


def _kind_of_program(name: str, arguments: t.Sequence[str]) -> _Kind:
    if name in _SILENT or (name in _COPIERS and _copies_elsewhere(arguments)):
        return "silent"
    if name == "printf":
        return "" if any(word.startswith("-v") for word in arguments) else "prints"
    is_printer = name in _PRINTERS or (name == "command" and arguments[:1] in (["-v"], ["-V"]))
    is_packer = name in _PACKERS and not any(map(_RUNS_ANOTHER.fullmatch, arguments))
    is_tee = name == "tee" and all(word.startswith("-") or _SHOWN.fullmatch(word) for word in arguments)
    return "prints" if is_printer or is_packer or is_tee else ""


def _copies_elsewhere(arguments: t.Sequence[str]) -> bool:
    is_remote = bool(arguments) and _REMOTE.fullmatch(arguments[-1]) is not None
    text = " ".join(arguments)
    return is_remote and not (_THIS_HOST.search(text) or "$" in text or any(map(_RUNS_SHELL.match, arguments)))
