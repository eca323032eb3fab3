# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the commands in the tables and scripts of a system, and tell what they do to the keepalive keys.

Sources: crontab(5), anacrontab(5), interfaces(5), modprobe.d(5), udev(7), tmpfiles.d(5), wg-quick(8), monit(1), and the
documentation of cloud-init, supervisor and WSL. A line that a format does not know is taken for a command.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.wsl_conf import settings_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import is_of_other_language
from ansible_collections.linux.tcp.plugins.module_utils._shell.lexer import plain_words
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    CONTINUED,
    ShellError,
    Word,
    commands_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX
from ansible_collections.linux.tcp.plugins.module_utils._writers.commands import effects_of, effects_of_words
from ansible_collections.linux.tcp.plugins.module_utils._writers.cron_jobs import effects_of_job
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import (
    Applies,
    Fills,
    Sets,
    loose_effects,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.languages import language_effects
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.patterns import is_matched
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import uses_no_variables
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import parsed
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    Application,
    values_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import GIVES_RIGHTS
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import settings_of as settings_of_unit

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

    Effects = t.Iterator[Effect]
    Format = t.Callable[[str], Effects]

_RELEVANT = re.compile(RELEVANT.pattern.decode())
_REMARK = re.compile(r"[ \t]*[#;]")
_WHEN = r"[ \t]*(?:@\w+|[0-9*~][0-9*/,~-]*(?:[ \t]+[0-9A-Za-z*/,~?#-]+){4})[ \t]+"
_CRON = re.compile(_WHEN)
_CRONS_VARIABLE = re.compile(r"[ \t]*[\"']?([A-Za-z_]\w*)[\"']?[ \t]*=")
_NO_JOB = re.compile(f"{_REMARK.pattern}|{_CRONS_VARIABLE.pattern}")
_NAME = re.compile(r"\w+")
# What cron itself reads, and passes to programs that read no command in it: crontab(5), anacrontab(5).
_OF_CRON = frozenset(
    (
        *("MAILTO", "MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING", "CRON_TZ", "TZ", "RANDOM_DELAY"),
        *("START_HOURS_RANGE", "PREFERRED_JOB", "LOGNAME", "USER"),
    )
)
_SYSTEM_CRON = re.compile(_WHEN + r"(\S+)[ \t]+")
_ANACRON = re.compile(r"[ \t]*(?:[0-9]+|@\w+)[ \t]+[0-9]+[ \t]+\S+[ \t]+")
_MODPROBE = re.compile(r"[ \t]*(?:install|remove)[ \t]+\S+[ \t]+")
_NO_COMMAND_OF_MODPROBE = re.compile(r"[ \t]*(?:options|alias|blacklist|softdep|weakdep|config)\b")
_INTERFACES = re.compile(r"[ \t]*(?:(?:pre|post)-)?(?:up|down)[ \t]+")
_INITTAB = re.compile(r"[^:#]*:[^:]*:[^:]*:")
_NO_BOOT = re.compile(r"[^:]*:[^:]*:(?:off|shutdown|ctrlaltdel):")
_AT_SHUTDOWN = re.compile(r"[^:]*:[06]+:(?!(?:sysinit|boot|bootwait):)")
_UDEV_COMMAND = re.compile(
    r'\b(?:RUN(?:\{program\})?|PROGRAM|IMPORT\{program\})[ \t]*\+?:?=+[ \t]*(e?)"((?:[^"\\]|\\.)*)"'
)
RUNS = re.compile(rb"RUN|PROGRAM|program\}")  # what a row of udev's that runs something has
_UDEV_SYSCTL = re.compile(r'\bSYSCTL\{([^{}]*)\}[ \t]*=(?!=)[ \t]*e?"([^"]*)"')
_UDEV_WANTS = re.compile(rb'\bENV\{SYSTEMD_WANTS\}[ \t]*\+?:?=(?!=)[ \t]*e?"([^"]*)"')
_ESCAPED = re.compile(r"\\([\"'\\])")
_TMPFILES = re.compile(
    r"[ \t]*(?:(w)\S*|F\S*|f\S*\+\S*)[ \t]+(?:\"([^\"]*)\"|'([^']*)'|(\S+))(?:[ \t]+\S+){4}[ \t]+(.*)"
)
_MADE_BY_TMPFILES = re.compile(r"([CLFfw])[-+!=~^?$]*")
_SYSCTL_FILE = re.compile(r"/(?:etc|run|usr/lib|usr/local/lib)/sysctl\.d/[^/]+\.conf")
_PLAIN = re.compile(r"[1-9][0-9]{0,9}")
_WIREGUARD = re.compile(r"[ \t]*(?:Pre|Post)(?:Up|Down)[ \t]*=[ \t]*", re.IGNORECASE)
_SUPERVISOR = re.compile(r"[ \t]*command[ \t]*=[ \t]*")
_MONIT = re.compile(r"\b(?:exec|program)\b[ \t]*(?:=[ \t]*)?(?:\"([^\"]*)\"|'([^']*)')")
_QUADLET = ("Network", "PodmanArgs", "Unmask")
_HOSTS_NETWORK = re.compile(r"--net(?:work)?[= ]host\b")
_YAML_SECTION = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:")
_YAML_ITEM = re.compile(r"([ \t]*-[ \t]+)(.*)", re.DOTALL)
_YAML_BLOCK = re.compile(r"[|>][+-]?[0-9]?[ \t]*\Z")
_YAML_WORD = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'|([^\s,\[\]\"'][^,\]]*)")
_ONCE_BY_ITSELF = re.compile(r"[\[\"' ]*(?:/usr/bin/)?cloud-init-per[\"', ]+(?:once|instance)\b[^;&|\n$`<>(\\]*\Z")
# cloud-init does these at the first boot of an instance only, unless one of these modules of it runs again.
_ONCE = {
    "runcmd": ("runcmd", "scripts_user"),
    "write_files": ("write_files",),
    **dict.fromkeys(("packages", "final_message", "ssh_authorized_keys"), ()),
}


def script(text: str) -> Effects:
    """Yield what a script does, in the language that its first line names."""
    yield from (language if is_of_other_language(text) else effects_of)(text)


def language(text: str) -> Effects:
    """Yield what a script in another language than that of a shell does."""
    yield from language_effects(text)


def loose(text: str) -> Effects:
    """Yield what the lines of a text may do, whatever stands around the commands in them."""
    for number, row in relevant_rows(text):
        yield from loose_effects(row, number)


def lines(text: str) -> Effects:
    """Yield what the lines of a text do, each a command of a shell, whatever word stands before it."""
    for number, row in relevant_rows(text):
        yield from effects_of(row, number)


def relevant_rows(text: str) -> t.Iterator[tuple[int, str]]:
    """Yield the lines that may matter with their numbers; continued ones are one line, and remarks are left out."""
    number = 1
    for row in text.replace("\\\n", CONTINUED).split("\n"):
        if _RELEVANT.search(row) and not _REMARK.match(row):
            yield number, row
        number += 1 + row.count(CONTINUED)


def _rows_of_cron(
    text: str, begin: t.Pattern[str], has_rights: t.Callable[[str], bool] = bool
) -> t.Iterator[tuple[int, str]]:
    """Yield the lines of a table of cron that may matter, without the variables that no job can use.

    ``begin`` is what stands before the command of a job. A job that ``has_rights`` may set the keys with any variable,
    and another one with a variable that has the rights.
    """
    rows = list(relevant_rows(text))
    variables = {number: found[1] for number, row in rows for found in [_CRONS_VARIABLE.match(row)] if found}
    if variables:
        gives_rights = any(_gets_rights(row) for number, row in rows if number in variables)
        jobs = [row for row in text.split("\n") if row.strip() and not _NO_JOB.match(row)]
        jobs = [row[_end(begin, row) :] for row in jobs if gives_rights or has_rights(row)]
        may_use_any = any(map(_may_use_any, jobs))
        used = set(_NAME.findall("\n".join(jobs)))
        unused = {name for name in variables.values() if name in _OF_CRON or not (may_use_any or name in used)}
        rows = [(number, row) for number, row in rows if variables.get(number) not in unused]
    yield from rows


def _end(begin: t.Pattern[str], row: str) -> int:
    found = begin.match(row)
    return found.end() if found else 0


def _may_use_any(command: str) -> bool:
    """Whether a command may use any variable that cron gives to it, as a script may."""
    try:
        pipelines, _certain = parsed(Word(command, 1))
    except ShellError:
        return True
    commands = list(commands_of(pipelines))
    given = [redirection.target for one in commands for redirection in one.redirections]
    return any(word.body for word in given) or not all(uses_no_variables(one.words) for one in commands if not one.body)


def crontab(text: str) -> Effects:
    """Yield what a user's table of cron does."""
    for number, row in _rows_of_cron(text, _CRON):
        yield from effects_of_job(row[_end(_CRON, row) :], number)


def busybox_crontab(text: str) -> Effects:
    """Yield what root's table of BusyBox's cron does, to which ``%`` is like any other character."""
    return _after(_CRON, text)


def users_crontab(text: str) -> Effects:
    """Yield what a table of cron of another user than root does: what it calls with root's rights."""
    for number, row in _rows_of_cron(text, _CRON):
        if _gets_rights(row):
            yield from effects_of_job(row[_end(_CRON, row) :], number)


def busybox_users_crontab(text: str) -> Effects:
    """Yield what a table of BusyBox's cron of another user than root does."""
    for number, row in _rows_of_cron(text, _CRON):
        if _gets_rights(row):
            yield from effects_of(row[_end(_CRON, row) :], number)


def _gets_rights(row: str) -> bool:
    """Whether a line of another user than root calls something with root's rights."""
    return GIVES_RIGHTS.search(row) is not None


def anacrontab(text: str) -> Effects:
    """Yield what the table of anacron does."""
    return _after(_ANACRON, text)


def inittab(text: str, *, has_runlevels: bool = True) -> Effects:
    """Yield what the table of init does at a boot; runlevels 0 and 6 are no part of one, and BusyBox ignores them."""
    for number, row in relevant_rows(text):
        is_at_end = _NO_BOOT.match(row) or (has_runlevels and _AT_SHUTDOWN.match(row))
        if not is_at_end:
            found = _INITTAB.match(row)
            yield from effects_of(row[found.end() if found else 0 :], number)


def _after(begin: t.Pattern[str], text: str) -> Effects:
    for number, row in _rows_of_cron(text, begin):
        yield from effects_of(row[_end(begin, row) :], number)


def system_crontab(text: str) -> Effects:
    """Yield what a table of cron does whose lines name the user; no other user than root may set the keys."""
    for number, row in _rows_of_cron(text, _SYSTEM_CRON, _is_of_root):
        if _is_of_root(row):
            yield from effects_of_job(row[_end(_SYSTEM_CRON, row) :], number)


def _is_of_root(row: str) -> bool:
    """Whether a line of a table whose lines name the user runs as root, or gets root's rights."""
    found = _SYSTEM_CRON.match(row)
    return not found or found[1] in ("root", "*") or _gets_rights(row[found.end() :])


def modprobe(text: str) -> Effects:
    """Yield what the commands do that run in place of modprobe."""
    for number, row in relevant_rows(text):
        if not _NO_COMMAND_OF_MODPROBE.match(row):
            found = _MODPROBE.match(row)
            yield from effects_of(row[found.end() if found else 0 :], number)


def udev_rules(text: str) -> Effects:
    """Yield what rules of udev run and set."""
    for number, row in relevant_rows(text):
        for found in _UDEV_SYSCTL.finditer(row):
            values = values_of(f"{found[1]}={found[2]}")
            if values:
                yield Sets(number + row.count(CONTINUED, 0, found.start()), tuple(values.items()))
        for found in _UDEV_COMMAND.finditer(row):
            command = _ESCAPED.sub(r"\1", found[2]) if found[1] else found[2]
            yield from command_line(command, number + row.count(CONTINUED, 0, found.start()))


def programs_of_udev(text: bytes) -> t.Iterator[str]:
    """Yield the programs that rules of udev run by their name alone: udev has a folder of its own for these."""
    for row in text.decode("utf-8", "surrogateescape").split("\n"):
        for found in _UDEV_COMMAND.finditer(row) if not _REMARK.match(row) else ():
            name = found[2].partition(" ")[0]
            if name and "/" not in name:
                yield name


def units_wanted_by(text: bytes) -> t.Iterator[str]:
    """Yield the units that rules of udev start: systemd.device(5)."""
    for row in text.split(b"\n"):
        for found in _UDEV_WANTS.finditer(row) if row.lstrip()[:1] != b"#" else ():
            yield from found[1].decode("utf-8", "surrogateescape").split()


def tmpfiles(text: str) -> Effects:
    """Yield what the lines of tmpfiles.d write into the files of keys; ``w`` takes patterns."""
    for number, row in enumerate(text.split("\n"), start=1):
        yield from made_by_tmpfiles(row, number)
        found = _TMPFILES.match(row)
        if found:
            path = found[2] or found[3] or found[4] or ""
            value = found[5].strip()
            read = int(value) if _PLAIN.fullmatch(value) else None
            files = ((key, f"/proc/sys/{SYSCTL_PREFIX}{key}") for key in KEYS)
            keys = [key for key, file in files if path == file or (found[1] and is_matched(file, path))]
            if keys:
                yield Sets(number, tuple((key, read) for key in keys))


def made_by_tmpfiles(row: str, number: int) -> Effects:
    """Yield what a line of tmpfiles.d makes as a sysctl file: a link, a copy, or one with the text of the line."""
    fields = row.split(None, 6)
    kind = _MADE_BY_TMPFILES.fullmatch(fields[0]) if len(fields) > 1 else None
    path = fields[1].strip("\"'") if kind else ""
    if kind is None or not _SYSCTL_FILE.fullmatch(path):
        return
    argument = fields[6].strip() if len(fields) == 7 else "-"
    if kind[1] in "CL":
        source = f"/usr/share/factory{path}" if argument == "-" else posixpath.join(posixpath.dirname(path), argument)
        yield Applies(number, Application("systemd-sysctl", (posixpath.normpath(source),)), makes_file=True)
    else:
        values = {key: value for setting in argument.split("\\n") for key, value in values_of(setting).items()}
        if values:
            yield Fills(number, tuple(values.items()), appends=kind[1] == "w")


def command_line(text: str, number: int) -> Effects:
    """Yield what a command does that no shell reads, as in a unit: quotes count, and ``;`` begins another one."""
    try:
        words = plain_words(text, number)
    except ShellError:
        yield from loose_effects(text, number)
        return
    command: list[Word] = []
    for word in (*words, Word(";", number)):
        if word.text != ";":
            command.append(word)
        elif command:
            yield from effects_of_words(command)
            command = []


def quadlet(text: str) -> Effects:
    """Yield what a container of podman-systemd.unit(5) does in the host's network, with the right to set its keys."""
    settings = [one for one in settings_of_unit(text.encode("utf-8", "surrogateescape")) if one.section == "Container"]
    values = {name: " ".join(one.value for one in settings if one.name == name) for name in _QUADLET}
    options = values["PodmanArgs"]
    in_network = "host" in values["Network"].split() or _HOSTS_NETWORK.search(options)
    if in_network and ("--privileged" in options or values["Unmask"]):
        for one in settings:
            if one.name == "Exec":
                yield from command_line(one.value, one.line)


def wireguard(text: str) -> Effects:
    """Yield what the commands of wg-quick do."""
    for number, row in relevant_rows(text):
        found = _WIREGUARD.match(row)
        if found:
            yield from effects_of(row[found.end() :], number)


def supervisor(text: str) -> Effects:
    """Yield what the programs do that supervisor starts."""
    for number, row in relevant_rows(text):
        found = _SUPERVISOR.match(row)
        if found:
            yield from command_line(row[found.end() :], number)


def monit(text: str) -> Effects:
    """Yield what the programs do that monit starts."""
    for number, row in relevant_rows(text):
        for found in _MONIT.finditer(row):
            yield from command_line(found[1] or found[2] or "", number)


def wsl(text: str) -> Effects:
    """Yield what ``command=`` in the section ``[boot]`` of wsl.conf does, at the line where it begins."""
    for setting in settings_of(text):
        if (setting.section, setting.key) == ("boot", "command"):
            yield from (dataclasses.replace(effect, line=setting.line) for effect in effects_of(setting.value))


def cloud_config(text: str, *, modules: t.AbstractSet[str] = frozenset()) -> Effects:
    """Yield what a configuration of cloud-init does at a boot.

    ``modules`` are those that run then although they run once by default, such as ``runcmd``.
    """
    section = ""
    rows = text.split("\n")
    index = 0
    while index < len(rows):
        row = rows[index]
        begins = index
        index += 1
        heading = _YAML_SECTION.match(row)
        section = heading[1] if heading else section
        if row.lstrip().startswith("#") or (section in _ONCE and modules.isdisjoint(_ONCE[section])):
            continue
        item = _YAML_ITEM.match(row)
        if item is None or section not in ("bootcmd", "runcmd"):
            yield from loose_effects(row, begins + 1)
            continue
        while index < len(rows) and (not rows[index].strip() or _indent(rows[index]) > _indent(row)):
            index += 1
        following = rows[begins + 1 : index]
        if modules or not _ONCE_BY_ITSELF.match("\n".join((item[2], *following)).strip()):
            yield from _yaml_item(item[2], following, begins + 1)


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _yaml_item(value: str, following: list[str], number: int) -> Effects:
    """Yield what one command of a list does: a text for a shell, or a list of words."""
    if _YAML_BLOCK.match(value):
        yield from effects_of("\n".join(following), number + 1)
    elif any(row.strip() for row in following) and not value.startswith("["):
        yield from loose_effects("\n".join([value, *following]), number)
    elif value.startswith("["):
        found_in = ((place, row) for place, row in enumerate([value, *following], start=number))
        words = [(place, found) for place, row in found_in for found in _YAML_WORD.finditer(row)]
        yield from effects_of_words([Word((one[1] or one[2] or one[3] or "").strip(), place) for place, one in words])
    else:
        found = _YAML_WORD.fullmatch(value.strip()) if value[:1] in "\"'" else None
        command = value if found is None else found[1] or (found[2] or "").replace("''", "'")
        yield from effects_of(command, number)


# What stands before the command in a line that has one.
BEGINS: dict[Format, t.Pattern[str]] = {
    crontab: _CRON,
    users_crontab: _CRON,
    system_crontab: _SYSTEM_CRON,
    anacrontab: _ANACRON,
    modprobe: _MODPROBE,
    wireguard: _WIREGUARD,
    lines: _INTERFACES,
    inittab: _INITTAB,
    supervisor: _SUPERVISOR,
}
# Of which lines the commands can set the host's keys, where not all do.
RIGHTS: dict[Format, t.Callable[[str], bool]] = {
    users_crontab: _gets_rights,
    busybox_users_crontab: _gets_rights,
    system_crontab: _is_of_root,
}
# The same tables as another cron reads them.
OF_BUSYBOX: dict[Format, Format] = {crontab: busybox_crontab, users_crontab: busybox_users_crontab}
