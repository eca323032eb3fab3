# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs that a command may call, by what they do with their arguments and with the text that they read.

A program that is not named here is taken for one that runs its arguments.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import SHELLS, is_language
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import without_assignments
from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import PLAIN_WRAPPERS, wrapped_command
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import SCOPES, name_of, runs_elsewhere
from ansible_collections.linux.tcp.plugins.module_utils._writers.users import USERS, is_value

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word

# These run the command that stands in their arguments.
WRAPPERS = frozenset(
    (
        *("sudo", "doas", "pkexec", "su", "runuser", "setpriv", "sg", "newgrp", "chpst", "setuidgid", "s6-setuidgid"),
        *("gosu", "su-exec", "fakeroot"),
        *PLAIN_WRAPPERS,
        *("ionice", "chrt", "taskset", "timeout", "flock", "time", "builtin", "eval"),
        *("busybox", "toybox", "chroot", "stdbuf", "script", "watch", "xargs", "parallel"),
        *("systemd-inhibit", "systemd-cat", "cgexec", "prlimit", "numactl", "strace", "ltrace", "setarch", "linux64"),
        *("start-stop-daemon", "daemon", "daemonize", "unbuffer", "retry", "chronic", "cronic", "logsave", "trap"),
        *("schroot", "firejail", "bwrap", "arch-chroot", "salt-call", "up", "down", "pre-up", "post-up", "pre-down"),
        *("post-down", "catchsegv", "on_ac_power", "run-one", "lckdo", "softlimit", "capsh", "ip"),
    )
)
# Without a command of their own, these run what they read, such as sudo -s.
RUN_THEIR_INPUT = WRAPPERS - {"systemd-cat"}
SYSTEMD_SYSCTL = "systemd-sysctl"
_SYSCTL = re.compile(r"sysctl|\$\{?(?:(?!(?i:sysctl))\w)*(?i:sysctl)\w*\}?")
# These run the text that they read, or the file that their arguments name.
TEXT_RUNNERS = frozenset((*SHELLS, "at", "batch", "crontab", "source", "."))
PRINTERS = frozenset(("echo", "printf"))
# These print, and set nothing, whatever their arguments say.
_MUTE = frozenset(
    (
        *(":", "true", "false", "test", "[", "[[", "logger", "wall", "mail", "mailx", "sendmail", "read"),
        *("case", "unset", "alias", "type", "which", "hash", "man", "apropos", "whatis", "history", "ls", "stat"),
        *("dialog", "whiptail", "notify-send", "zenity", "cowsay", "figlet", "plymouth", "wc", "less", "more", "diff"),
        *("git", "rm", "touch", "chmod", "chown", "mkdir", "systemctl", "journalctl", "apt-get", "dnf"),
        *("pgrep", "pkill", "ps", "curl", "wget", "iptables", "ip6tables", "ebtables", "arptables", "nft", "ipset"),
        *("gzip", "bzip2", "xz", "zstd", "tar", "du", "cmp", "md5sum", "sha256sum", "readlink"),
        *("systemd-notify", "xmessage", "zabbix_sender", "etckeeper", "dpkg-query"),
    )
)
# These hand on what they read, perhaps changed.
FILTERS = frozenset(
    (
        *("cat", "grep", "egrep", "fgrep", "zgrep", "rg", "sed", "awk", "gawk", "mawk", "tr", "sort", "uniq", "cut"),
        *("head", "tail", "fold", "nl"),
    )
)
# These can edit the files that their arguments name in place.
EDITORS = frozenset(("sed", "perl"))
AUGTOOL = "augtool"
# These edit the file that their arguments name, by the commands that they read.
LINE_EDITORS = frozenset(("ed", "ex"))
AWKS = frozenset(("awk", "gawk", "mawk"))
# These write the files that their arguments name.
FILE_WRITERS = frozenset(("tee", "sponge", "dd", "cp", "mv", "install", "ln", "rsync", "scp", "curl", "wget"))
# These print another text than that which they read, or one from elsewhere.
_DECODERS = frozenset(
    (
        *("gzip", "gunzip", "zcat", "bzip2", "bunzip2", "bzcat", "xz", "unxz", "xzcat", "zstd", "unzstd", "zstdcat"),
        *("base64", "base32", "openssl", "gpg", "gpg2", "xxd", "uudecode", "tar", "unzip", "cpio"),
    )
)
_FETCHERS = frozenset(("curl", "wget", "git"))
# Commands of a shell, and programs, that print nothing.
_SILENT = frozenset(
    (
        *("alias", "bg", "bind", "break", "cd", "continue", "declare", "disown", "enable", "exec", "exit", "export"),
        *("fc", "fg", "getopts", "kill", "let", "local", "mapfile", "popd", "pushd", "readarray", "readonly"),
        *("return", "set", "shift", "shopt", "sleep", "sync", "trap", "typeset", "ulimit", "umask", "unalias", "wait"),
        *("modprobe", "mount", "umount"),
    )
)
# What these print is no setting: a time, a name, a number.
_NO_SETTING = frozenset(
    (
        *("date", "hostname", "hostnamectl", "id", "uname", "arch", "whoami", "logname", "pwd", "tty", "nproc"),
        *("uptime", "free", "df", "lsblk", "lscpu", "lsmod", "lspci", "mktemp", "uuidgen", "lsb_release", "tput"),
        *(
            "clear",
            "rmdir",
            "mkfifo",
            "mknod",
            "truncate",
            "ldconfig",
            "depmod",
            "insmod",
            "rmmod",
            "swapon",
            "swapoff",
        ),
    )
)
_KNOWN = frozenset((*PRINTERS, *_MUTE, *_DECODERS, *FILTERS, *FILE_WRITERS, *TEXT_RUNNERS, *LINE_EDITORS, AUGTOOL))
_MOST_WRAPPED = 10
BEFORE_MODULE = ("-m", "--module-name", "resource")  # of ansible(1), and of puppet(8)
_FLAGS_OF_SUDO = frozenset(("-n", "-E", "-H", "--"))
_FORMAT = re.compile(r"\+.*[$=]", re.DOTALL)  # of date(1), of which a part is not known, or that may be a setting
# These do what their arguments say, whatever the variables that they inherit; awk(1) reads these by their names.
_USE_NO_VARIABLES = frozenset(
    (
        *(*PRINTERS, *_MUTE, *(FILTERS - AWKS), *FILE_WRITERS, *(_SILENT - WRAPPERS), *_NO_SETTING),
        *("sysctl", SYSTEMD_SYSCTL, ""),
    )
)
_SPEAKS = re.compile(
    r"(?i)(?!.*(?:run|exec|eval|cmd|call|(?:\A|_)(?:do|and|try)(?:_|\Z)))"
    r"(?:.*(?:echo|print|log|msg|messages?|info|warn|warning|err|error|die|fatal|fail|note|notice|hint|say|usage|help|debug"
    r"|banner|title|success|comment|abort|description|desc)|e(?:begin|end)|log_\w+|echo_\w+|print_\w+)"
)
_SYSCTL_IN_NAME = re.compile(r"(?i)sysctl")
# A name has no mark between its words before these: getconf.
_NOUN = re.compile(r"(?i)sysctl|(?:conf|config|value|key|line|param|setting|file)s?(?![a-z])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# The name of a function or script with one of these words says that it only reads, prints, or takes a key out.
_READS = frozenset(
    (
        *("get", "gets", "read", "reads", "show", "shows", "is", "has", "need", "needs", "diff", "cat"),
        *("check", "checks", "checked", "test", "tests", "tested", "verify", "verifies", "verified"),
        *("del", "delete", "deletes", "remove", "removes", "backup", "copy", "print", "prints", "log", "logs"),
    )
)
# Behind one of these a word of the others does not say so: set_test_value.
_SETS = frozenset(("set", "sets", "apply", "write", "update", "add", "append", "put", "replace", "change", "edit"))
_ALSO = frozenset(("and", "or", "then"))
_APPENDS = frozenset(("add", "adds", "append", "appends"))


def is_sysctl(name: str) -> bool:
    """Whether a program is sysctl(8), perhaps by a variable that has its name."""
    return _SYSCTL.fullmatch(name) is not None


def speaks(name: str) -> bool:
    """Whether the name of a function or a variable says that its text is shown."""
    return _SPEAKS.fullmatch(name) is not None


def is_setter(name: str) -> bool:
    """Whether the name of a function says that it sets the key that it is given."""
    return _SYSCTL_IN_NAME.search(name) is not None and not only_reads(name)


def prints_other_text(words: t.Sequence[Word], *, reads: bool) -> bool:
    """Whether a command prints a text that is not known; ``reads`` says that another command gives it one."""
    place = place_of_program(words)
    name = name_of(words[place or 0].clean)
    is_other = name in _DECODERS or (is_language(name) and name not in AWKS)
    if is_other or runs_elsewhere([word.clean for word in words], place):
        return True
    is_known = place is not None and name not in _FETCHERS
    return not (reads or is_known or speaks(name) or _prints_no_setting(words))


def _prints_no_setting(words: t.Sequence[Word]) -> bool:
    """Whether a command prints nothing, or what is never a setting; the format of a date may be one."""
    program = _program_of(words)
    is_format = any(_FORMAT.match(word.clean) for word in words)
    return program in _SILENT or (program in _NO_SETTING and not is_format)


def _program_of(words: t.Sequence[Word]) -> str:
    """Return the name of the program that certainly is the one of a command; one before it may have an option."""
    texts = without_assignments(word.clean for word in words)
    for _layer in range(_MOST_WRAPPED):
        rest = wrapped_command(texts)
        if rest[:1] in (["sudo"], ["doas"]):
            rest = list(itertools.dropwhile(_FLAGS_OF_SUDO.__contains__, rest[1:]))
        if not rest or rest == texts:
            break
        texts = rest
    return name_of(texts[0]) if texts else ""


def uses_no_variables(words: t.Sequence[Word]) -> bool:
    """Whether a command is certain not to use variables that it inherits, but those that its words name."""
    return not any(word.body for word in words) and _program_of(words) in _USE_NO_VARIABLES


def only_reads(name: str) -> bool:
    """Whether the name of a function or script says that it writes nothing."""
    words = _words_of(name)
    first = next((word for word in words if word in _READS or word in _SETS), "")
    return first in _READS and _ALSO.isdisjoint(words)


def appends(name: str) -> bool:
    """Whether the name of a function or script says that it adds a line to what there is."""
    return not _APPENDS.isdisjoint(_words_of(name))


def _words_of(name: str) -> list[str]:
    """Return the words of a name in small letters: get, sysctl and value of ``getsysctl_Value``."""
    return [word.lower() for word in _WORD.findall(_NOUN.sub(r"_\g<0>_", name))]


def place_of_program(words: t.Sequence[Word]) -> int | None:
    """Return where the program stands that decides what a command does; others may stand before it."""
    is_wrapped = True
    changes_user = ""
    for index, word in enumerate(words):
        name = name_of(word.clean)
        if is_value(changes_user, words[index - 1].clean):
            continue
        changes_user = name if name in USERS else changes_user
        if is_sysctl(name) or name == SYSTEMD_SYSCTL:
            is_argument = (not is_wrapped and speaks(name_of(words[0].clean))) or words[
                index - 1
            ].clean in BEFORE_MODULE
            return None if is_argument else index
        if is_wrapped and (name in _KNOWN or is_language(name)):
            return index
        if index == 0:
            is_wrapped = name in WRAPPERS or name in SCOPES
    return None
