# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what sets keepalive keys once a system has booted: scripts, cron, units, ufw, tuned, saptune.

:func:`find_candidates` reads the places where such lines stand; :func:`writers_among` tells, without
another look at the host, which of them matter. What the process may not see is named. Sources:
rc.local(8), crontab(5), systemd.unit(5), udev(7), interfaces(5), NetworkManager-dispatcher(8),
ufw-framework(8), tuned-main.conf(5).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    MOST_STATEMENTS,
    count_statements,
    rows_with,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.cloud_init import modules_to_run
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Applies, Fills
from ansible_collections.linux.tcp.plugins.module_utils._writers.hiding import is_hidden
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
    applications,
    command_of,
    has_too_many_calls,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    MOST_OF_A_FILE,
    AppliedFile,
    Applier,
    Called,
    Setter,
    Unseen,
    writer_at,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED,
    CLOUD_SCRIPTS,
    EXECUTABLES,
    GIVEN_TO_SHELL,
    INITTAB,
    LIB_TEXTS,
    MOST_CALLED,
    OPENRC_SCRIPTS,
    OPENRC_SOURCED,
    QUADLETS,
    RC_SCRIPTS,
    SAPTUNE,
    SCRIPT_OF_STATE,
    SOURCED_SCRIPTS,
    STATE,
    SYSTEMD_RC_SCRIPTS,
    SYSTEMD_SCRIPTS,
    TEXTS,
    TMPFILES,
    TUNED_ACTIVE,
    UFW,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
from ansible_collections.linux.tcp.plugins.module_utils._writers.runners import Runners
from ansible_collections.linux.tcp.plugins.module_utils._writers.saptune import (
    of_saptune,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned import (
    calls_of_tuned,
    of_tuned,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.units import (
    Unit,
    Units,
    read_units,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import Format
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
        Code,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned import Named


_PLAIN_SETTINGS = re.compile(
    rb"\bnet[./]+ipv4[./]+tcp_keepalive_(time|intvl|probes)[\"']?\s*=\s*[\"']?([1-9][0-9]{0,9})(?=[\"']?(?:[\s;&|)]|\Z))"
)
# What a call of sysctl(8) consists of, one behind the other, whose files or settings its line does not tell: those of
# a variable, of another command, or of a text that it reads.
_UNKNOWN = (
    (re.compile(rb"(?i:sysctl)"), re.compile(rb"[ \t](?:-[a-zA-Z]*[pf]|--l)"), re.compile(rb"\$")),
    (re.compile(rb"systemd-sysctl"), re.compile(rb"[ \t][\"']?\$")),
    (
        re.compile(rb"(?i:sysctl)"),
        re.compile(
            rb"[ \t][\"']?(?:\$\{?\w+\}?(?:=|[\"']?(?:\s*(?:[<>)]|\Z)|\s+[0-9]>))|\$\(|`|%\w)"
            rb"|[p \t]-(?:[\s\"'<]|\Z)|/dev/"
        ),
    ),
    (re.compile(rb"xargs|parallel"), re.compile(rb"(?i:sysctl)")),
)
_COMMAND_END = re.compile(rb"[;|&\n]")
_PATTERN = re.compile(rb"/proc/sys/net/[^ /]*/[^ /]*[*?[]")  # of files, which is part of RELEVANT
_CALLS_SYSCTL = re.compile(rb"(?i:sysctl)[\w}\"']*[\s\\]")
_MOST_NAMES = 100  # of the files that a call applies: each is read, and once more for each time that it is named
_LONGEST_NAME = 4096  # limits.h: PATH_MAX
_SCRIPT_NAME = re.compile(r"(?:S\d\d)?(.*?)(?:\.sh)?\Z", re.DOTALL)

_UFW_IS_ON = re.compile(rb"^[ \t]*ENABLED=[\"']?yes\b", re.MULTILINE | re.IGNORECASE)
_UFW_FILE = re.compile(rb"^[ \t]*IPT_SYSCTL=[\"']?([^\s\"'#\0]*)", re.MULTILINE)


class Search(t.NamedTuple):
    """What may set the keys, the tree with the sysctl files that this applies, and the places that cannot be read."""

    candidates: list[Candidate]
    tree: Tree
    unseen: tuple[Unseen, ...] = ()


def find_candidates(of_system: Files, init: InitSystem, tree: Tree, command_line: bytes = b"") -> Search:
    """Find the post-boot writers of keepalive keys on a system that boots with ``init``.

    ``command_line`` is that of the running kernel.
    """
    files = Reader(of_system)
    units = read_units(files) if init.booted_with_systemd else Units({})
    runners = Runners(files, units.is_masked, command_line)
    modules = modules_to_run(files, runners)
    again = tuple(CLOUD_SCRIPTS[name] for name in sorted(modules & set(CLOUD_SCRIPTS)))
    scripts = [(file, formats.script) for file in _scripts(files, init, runners, units.is_masked, again)]
    texts = list(_texts(files, init, runners, modules))
    started = units.started(_wanted_by_udev(files, texts))
    found: list[Candidate | Called] = [
        *(candidate for unit in started for candidate in _in_unit(files, unit)),
        *(candidate for file, of in (*scripts, *texts) for candidate in _in_text(files, file, of)),
        *(of_ufw(files) if runners.is_read(UFW) else ()),
        *(of_tuned(files, _calls_of_tuned(started, [*scripts, *texts])) if runners.is_read(TUNED_ACTIVE[0]) else ()),
        *(of_saptune(files) if runners.is_read(SAPTUNE) else ()),
    ]
    # what several runlevels start, or several lines call, is one
    direct = [one for one in found if not isinstance(one, Called)]
    in_scripts = _in_called_scripts(files, [one for one in found if isinstance(one, Called)])
    candidates = [one for one in dict.fromkeys([*direct, *in_scripts]) if not _fails(one, init)]
    return _search(files, candidates, tree)


def _in_called_scripts(files: Reader, leads: list[Called]) -> t.Iterator[Candidate]:
    """Yield what scripts do that lines call, and those that these scripts call in turn."""
    called: dict[str, bool] = {}
    while leads:
        new: dict[str, bool] = {}
        for one in leads:
            if one.path in called and (called[one.path] or not one.by_shell):
                continue
            if one.path in called or len(called) < MOST_CALLED:
                called[one.path] = new[one.path] = one.by_shell
            else:
                files.note_lead(one.path, f"Lines call more than {MOST_CALLED} files, and only these are looked at.")
        leads = []
        for path, by_shell in new.items():
            for found in _in_called_script(files, path, by_shell=by_shell):
                if isinstance(found, Called):
                    leads.append(found)
                else:
                    yield found


def _search(files: Reader, candidates: t.Iterable[Candidate], tree: Tree) -> Search:
    """Return candidates, the tree with the files that they apply, and what could not be read meanwhile."""
    kept, tree = _with_applied(files, candidates, tree)
    return Search(kept, tree, tuple(files.unseen[path] for path in sorted(files.unseen)))


def read_again(of_system: Files, candidates: t.Iterable[Candidate], tree: Tree) -> Search:
    """Return candidates that were found before, as :func:`find_candidates` does, with what they apply now."""
    return _search(Reader(of_system), candidates, tree)


def _wanted_by_udev(files: Reader, texts: t.Iterable[tuple[SysctlFile, Format]]) -> set[str]:
    """Return the units that rules of udev start."""
    wanted = ((file, set(formats.units_wanted_by(file.text))) for file, of in texts if of is formats.udev_rules)
    return {name for file, names in wanted if names and not is_hidden(files, file.path) for name in names}


def _with_applied(files: Reader, candidates: t.Iterable[Candidate], tree: Tree) -> tuple[list[Candidate], Tree]:
    """Return candidates, and a tree to which the sysctl files are added that they apply.

    A call may apply anything if its files, with those of the calls before it, are more than are looked at.
    """
    applied = _Applied(files, {file.path: file for file in tree.files})
    kept: list[Candidate] = []
    for candidate in candidates:
        if isinstance(candidate, Applier) and not applied.add(candidate.application.names or ()):
            kept.append(Setter(candidate.writer, tuple((key, None) for key in KEYS)))
            continue
        if isinstance(candidate, AppliedFile) and not applied.add((candidate.path,)):
            path = printable(candidate.path)
            files.note_lead(candidate.path, f"{path} has too much to be read with the other files that are applied.")
            continue
        kept.append(candidate)
    return kept, Tree(tuple(applied.known.values()))


@dataclasses.dataclass
class _Applied:
    """The files that calls apply, with all that are ``known``, by path.

    Each call compares its names with all files, and parses those that it applies. ``left`` says for how many
    files, KiB and statements this is still done.
    """

    files: Reader
    known: dict[str, SysctlFile]
    left: int = MOST_STATEMENTS
    judged: dict[tuple[str, ...], bool] = dataclasses.field(default_factory=dict)
    costs: dict[str, int] = dataclasses.field(default_factory=dict)

    def add(self, names: tuple[str, ...]) -> bool:
        """Read the files that a call names, and return whether it can be judged."""
        if names not in self.judged:
            self.judged[names] = all(map(self._add, names))
        return self.judged[names]

    def _add(self, name: str) -> bool:
        if self.left > 0 and name not in self.costs:
            found = self.files.matching(name)
            cost = sum((len(file.text) >> 10) + count_statements(file.text, MOST_STATEMENTS) for file in found)
            self.costs[name] = cost
            if cost < self.left:
                self.known.update((file.path, file) for file in found if file.path not in self.known)
        self.left -= len(self.known) + self.costs.get(name, 0)
        return self.left > 0


def candidates_among(of_system: Files, rows: t.Iterable[tuple[str, int, bytes]], tree: Tree) -> Search:
    """Return what lines may do wherever they stand, with the tree and what is denied as :func:`find_candidates` does.

    ``rows`` are path, number and text of the lines that :data:`RELEVANT` finds in :data:`PLACES` and in
    the scripts that are called there. These are all of the candidates, and perhaps others: whether a
    script is executable, a unit enabled, or a line part of a text that is only printed does not count here.
    """
    files = Reader(of_system)
    candidates: list[Candidate] = []
    for path, number, row in rows:
        candidates += _in_single_row(files, SysctlFile(path=path, target=path, kind="file"), number, row)
    # where saptune is, or a profile of tuned, a probe has a doubt
    candidates += [*of_ufw(files), *(one for one in of_tuned(files) if not isinstance(one, Called))]
    return _search(files, candidates, tree)


def _fails(candidate: Candidate, init: InitSystem) -> bool:
    """Whether a line calls ``sysctl --system``, which BusyBox's does not know."""
    return isinstance(candidate, Applier) and candidate.application.names is None and init.has_busybox_sysctl


def _scripts(
    files: Reader, init: InitSystem, runners: Runners, units: t.Container[str], of_cloud_init: tuple[str, ...]
) -> t.Iterator[SysctlFile]:
    """Yield the scripts that run; ``units`` are names of systemd's, which go before scripts of the same name."""
    started: tuple[str, ...] = ()
    if init.booted_with_systemd:
        started = SYSTEMD_RC_SCRIPTS + SYSTEMD_SCRIPTS
    elif init.runs_openrc:
        started = OPENRC_SCRIPTS
    elif init.runs_scripts:
        started = RC_SCRIPTS
    for pattern in filter(runners.is_read, started + EXECUTABLES + of_cloud_init):
        for file in files.executables(pattern):
            name = _SCRIPT_NAME.sub(r"\1.service", posixpath.basename(file.path), count=1)
            is_replaced = pattern in SYSTEMD_RC_SCRIPTS and init.booted_with_systemd and name in units
            if not is_replaced:
                yield file


def _texts(
    files: Reader, init: InitSystem, runners: Runners, modules: t.AbstractSet[str]
) -> t.Iterator[tuple[SysctlFile, Format]]:
    texts = {**TEXTS}
    if init.booted_with_systemd:
        texts.update({**dict.fromkeys(TMPFILES, formats.tmpfiles), **dict.fromkeys(QUADLETS, formats.quadlet)})
    if files.resolve("/lib") != files.resolve("/usr/lib"):
        texts.update(LIB_TEXTS)
    for pattern, of in texts.items():
        how = functools.partial(formats.cloud_config, modules=modules) if of is formats.cloud_config else of
        yield from ((file, how) for file in (files.matching(pattern) if runners.is_read(pattern) else ()))
    if init.runs_scripts and not init.booted_with_systemd:
        sourced = OPENRC_SOURCED if init.runs_openrc else SOURCED_SCRIPTS
        yield from ((file, formats.script) for pattern in sourced for file in files.matching(pattern))
        inittab = functools.partial(formats.inittab, has_runlevels=not init.is_busybox)
        yield from ((file, inittab) for file in files.matching(INITTAB))


def _in_unit(files: Reader, unit: Unit) -> t.Iterator[Candidate | Called]:
    """Yield what a unit's commands do, and the scripts that they call."""
    if unit.may_set_with_rights and CALLED.search(unit.file.text):
        commands = (command.encode("utf-8", "surrogateescape") for _number, command in unit.commands())
        yield from _called(files, unit.file, commands)
    yield from _candidates(files, unit.file, unit.effects)


def _in_text(files: Reader, file: SysctlFile, of: Format) -> t.Iterator[Candidate | Called]:
    """Yield what a script does, or another text with commands, and the scripts that it calls."""
    if not (RELEVANT.search(file.text) or CALLED.search(file.text)) or is_hidden(files, file.path):
        return
    if of not in (formats.tmpfiles, formats.quadlet):  # the lines name files, or call those of a container
        rows = (command_of(row) for _number, row in rows_with(CALLED, file.text))
        if of is formats.users_crontab:
            rows = (row for row in rows if formats.GIVES_RIGHTS.search(row.decode("utf-8", "surrogateescape")))
        yield from _called(files, file, rows)
    yield from _candidates(files, file, lambda: of(file.text.decode("utf-8", "surrogateescape")))


def _calls_of_tuned(started: t.Iterable[Unit], texts: t.Iterable[tuple[SysctlFile, Format]]) -> t.Iterator[list[Named]]:
    for unit in started:
        rows = ((number, command.encode("utf-8", "surrogateescape")) for number, command in unit.commands())
        yield from calls_of_tuned(unit.file, rows)
    for file, of in texts:
        if of is not formats.tmpfiles:
            yield from calls_of_tuned(file)


def _called(files: Reader, file: SysctlFile, rows: t.Iterable[bytes]) -> list[Called]:
    """Return the scripts that lines of a file call, of too many the first ones; that there are more is noted."""
    calls = (one for row in rows for one in _called_by(row))
    found = files.computed(file.path, lambda: dict.fromkeys(calls), len(file.text))
    if len(found) > MOST_OF_A_FILE:
        reason = f"{printable(file.path)} may call more than {MOST_OF_A_FILE} files, and only these are looked at."
        files.note_lead(file.path, reason)
    return found[:MOST_OF_A_FILE]


def _called_by(row: bytes) -> t.Iterator[Called]:
    given = {found[1] for found in GIVEN_TO_SHELL.finditer(row)}
    for found in dict.fromkeys(CALLED.findall(row)):
        path = found.decode("utf-8", "surrogateescape")
        if not path.startswith(STATE) or path.endswith(SCRIPT_OF_STATE):
            yield Called(path, found in given)


def _candidates(files: Reader, file: SysctlFile, effects: t.Callable[[], t.Iterable[Effect]]) -> t.Iterator[Candidate]:
    """Yield what a file does as candidates, with the lines that do it; ``effects`` computes what it does."""
    if not RELEVANT.search(file.text):
        return
    rows = file.text.split(b"\n")
    for effect in files.computed(file.path, effects, MOST_OF_A_FILE):
        row = rows[min(effect.line, len(rows)) - 1]
        if isinstance(effect, Applies):
            names = effect.application.names
            if not effect.application.is_known or (names is not None and not _are_few(files, names)):
                yield Setter(writer_at(file, effect.line, row, "applies_files"), tuple((key, None) for key in KEYS))
                continue
            # a loader may know the folder by another name
            names = None if names is None else tuple(map(files.name_of, names))
            application = dataclasses.replace(effect.application, names=names)
            yield Applier(writer_at(file, effect.line, row, "applies_files"), application)
        else:
            code: Code = "sets_value"
            if isinstance(effect, Fills):
                code = "appends_to_file" if effect.appends else "writes_file"
            yield Setter(writer_at(file, effect.line, row, code), effect.values)


def _are_few(files: Reader, names: tuple[str, ...]) -> bool:
    """Whether the names that a call applies, and all names with them, are as few and short as are looked at."""
    is_short = len(names) <= _MOST_NAMES and all(len(name) <= _LONGEST_NAME for name in names)
    return is_short and files.may_name(names)


def _in_called_script(files: Reader, path: str, *, by_shell: bool) -> t.Iterator[Candidate | Called]:
    script = files.called(path, by_shell=by_shell)
    if by_shell or script.text.startswith(b"#!"):
        yield from _in_text(files, script, formats.script)


def _in_single_row(files: Reader, file: SysctlFile, number: int, row: bytes) -> t.Iterator[Candidate]:
    """Yield what a line may do whose neighbours are not known, at worst anything."""
    if row.lstrip()[:1] == b"#":
        return
    plain = _PLAIN_SETTINGS.findall(row)
    if len(plain) == row.count(b"tcp_keepalive_"):
        if plain:
            values = tuple((t.cast("Key", key.decode()), int(value)) for key, value in plain)
            yield Setter(writer_at(file, number, row), values)
    else:
        yield Setter(writer_at(file, number, row), tuple((key, None) for key in KEYS))
    continues = row.endswith(b"\\") and _CALLS_SYSCTL.search(row)
    if continues or _may_set_unknown(row) or _PATTERN.search(row) or has_too_many_calls(row):
        yield Setter(writer_at(file, number, row), tuple((key, None) for key in KEYS))
    applied = dataclasses.replace(file, text=b"\n" * (number - 1) + row)
    calls = applications(row, anywhere=True)
    yield from _candidates(files, applied, lambda: (Applies(number, application) for application in calls))
    yield from _candidates(files, applied, lambda: formats.made_by_tmpfiles(row.decode("utf-8", "replace"), number))


def _may_set_unknown(row: bytes) -> bool:
    """Whether a command of a line may set what the line does not tell."""
    return any(_has_in_order(command, parts) for command in _COMMAND_END.split(row) for parts in _UNKNOWN)


def _has_in_order(text: bytes, parts: t.Iterable[t.Pattern[bytes]]) -> bool:
    """Whether each part stands somewhere behind the one before; each is looked for once, so that no text takes long."""
    end = 0
    for part in parts:
        found = part.search(text, end)
        if found is None:
            return False
        end = found.end()
    return True


def of_ufw(files: Reader) -> t.Iterator[Candidate]:
    """Yield the sysctl file that ufw applies, where it is on."""
    if _UFW_IS_ON.search(files.text(UFW)):
        names = _UFW_FILE.findall(files.text("/etc/default/ufw"))
        if names and names[-1].startswith(b"/"):
            yield AppliedFile(files.name_of(names[-1].decode("utf-8", "surrogateescape")))
