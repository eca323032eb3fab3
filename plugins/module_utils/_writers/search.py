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
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.applied import with_applied
from ansible_collections.linux.tcp.plugins.module_utils._writers.called import called_by, may_call
from ansible_collections.linux.tcp.plugins.module_utils._writers.candidates import candidates_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.cloud_init import modules_to_run
from ansible_collections.linux.tcp.plugins.module_utils._writers.hiding import is_hidden
from ansible_collections.linux.tcp.plugins.module_utils._writers.idle_commands import without_idle
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import commands_in
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    MOST_OF_A_FILE,
    Applier,
    Called,
    Setter,
    Unseen,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CLOUD_SCRIPTS,
    EXECUTABLES,
    HOME,
    INITTAB,
    LIB_SCRIPTS,
    LIB_TEXTS,
    MOST_CALLED,
    OPENRC_SCRIPTS,
    OPENRC_SOURCED,
    QUADLETS,
    QUADLETS_OF_USERS,
    RC_SCRIPTS,
    SAPTUNE,
    SOURCED_SCRIPTS,
    SYSTEMD_RC_SCRIPTS,
    SYSTEMD_SCRIPTS,
    TEXTS,
    TMPFILES,
    TUNED_ACTIVE,
    UDEV_PROGRAMS,
    UFW,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
from ansible_collections.linux.tcp.plugins.module_utils._writers.runners import Runners
from ansible_collections.linux.tcp.plugins.module_utils._writers.saptune import of_saptune
from ansible_collections.linux.tcp.plugins.module_utils._writers.single_rows import in_single_row
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned import calls_of_tuned, of_tuned
from ansible_collections.linux.tcp.plugins.module_utils._writers.ufw import of_ufw
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import REACHES_HOST
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_starts import is_of_name, patterns_of_name
from ansible_collections.linux.tcp.plugins.module_utils._writers.units import Unit, Units, read_units

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import Format
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned import Named


_MOST_FOLDERS = 100  # in which lines call a script
_MOST_UNKNOWN = 100  # scripts of a unit whose paths have the name of an instance
_OF_ITSELF = re.compile(rb"\$\{?(?:0|BASH_SOURCE)\b")
_OF_HOME = re.compile(rb"~|\$\{?HOME\b|\bcd[ \t]*(?:[;&\n]|\Z)")
_NOTHING = re.compile("")
_ASSIGNED = re.compile(rb"[ \t]*\w+[ \t]*=")
_CRONS_HOME = re.compile(rb"^[ \t]*[\"']?HOME[\"']?[ \t]*=[ \t]*[\"']?(/[^\s\"']*)", re.MULTILINE)
_OF_ROOT = (formats.crontab, formats.busybox_crontab, formats.system_crontab)
_SCRIPT_NAME = re.compile(r"(?:S\d\d)?(.*?)(?:\.sh)?\Z", re.DOTALL)


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
        *(of_saptune(files) if runners.is_read(SAPTUNE) else ()),
    ]
    called: dict[Called, _Script] = {}
    in_scripts = list(_with_called_scripts(files, found, called))
    if runners.is_read(TUNED_ACTIVE[0]):
        run = [*scripts, *texts, *((one.file, formats.script) for one in called.values() if one.is_run)]
        in_scripts += _with_called_scripts(files, of_tuned(files, _calls_of_tuned(files, started, run)), called)
    # what several runlevels start, or several lines call, is one
    candidates = [one for one in dict.fromkeys(in_scripts) if not _fails(one, init)]
    return _search(files, candidates, tree)


@dataclasses.dataclass
class _Script:
    """A script that lines call, and the ``folders`` in which it may run.

    ``new`` are those in which it was not looked for what it calls, ``is_known`` says that its own effects are known.
    """

    called: Called
    file: SysctlFile
    folders: dict[str, None] = dataclasses.field(default_factory=dict)
    new: list[str] = dataclasses.field(default_factory=list)
    is_known: bool = False

    @property
    def is_run(self) -> bool:
        """Whether it is a script, or is given to a program that takes it for one."""
        return bool(self.called.by) or self.file.text.startswith(b"#!")

    @property
    def format(self) -> Format:
        """How it is to be read."""
        return formats.language if self.called.by == "language" else formats.script

    def enters(self, files: Reader, folders: t.Iterable[str]) -> bool:
        """Add folders, and return whether it is to be looked at; of too many the first ones count, which is noted."""
        if not self.is_run:
            return False
        new = [folder for folder in folders if folder not in self.folders]
        room = _MOST_FOLDERS - len(self.folders)
        if len(new) > room:
            place = printable(self.called.path)
            reason = f"Lines call {place} in more than {_MOST_FOLDERS} folders, and only these are looked at."
            files.note_lead(self.called.path, reason)
        self.folders.update(dict.fromkeys(new[:room]))
        self.new += new[:room]
        return bool(self.new) or not self.is_known


def _with_called_scripts(
    files: Reader, found: t.Iterable[Candidate | Called], called: dict[Called, _Script]
) -> t.Iterator[Candidate]:
    """Yield candidates, and what scripts do that lines call, and those that these scripts call in turn.

    ``called`` are those that were looked at, to which these are added. One that is called again is looked at again for
    what it calls in other folders.
    """
    while found:
        leads: dict[Called, _Script] = {}
        for one in found:
            if not isinstance(one, Called):
                yield one
            elif one in called or len(called) < MOST_CALLED:
                if one not in called:
                    called[one] = _Script(one, files.called(one.path, is_given=bool(one.by)))
                if called[one].enters(files, one.folders):
                    leads[one] = called[one]
            else:
                files.note_lead(one.path, f"Lines call more than {MOST_CALLED} files, and only these are looked at.")
        found = [more for script in leads.values() for more in _in_called_script(files, script)]


def _search(files: Reader, candidates: t.Iterable[Candidate], tree: Tree) -> Search:
    """Return candidates, the tree with the files that they apply, and what could not be read meanwhile."""
    kept, tree = with_applied(files, candidates, tree)
    return Search(kept, tree, tuple(files.unseen[path] for path in sorted(files.unseen)))


def read_again(of_system: Files, candidates: t.Iterable[Candidate], tree: Tree) -> Search:
    """Return candidates that were found before, as :func:`find_candidates` does, with what they apply now."""
    return _search(Reader(of_system), candidates, tree)


def _wanted_by_udev(files: Reader, texts: t.Iterable[tuple[SysctlFile, Format]]) -> set[str]:
    """Return the units that rules of udev start."""
    wanted = ((file, set(formats.units_wanted_by(file.text))) for file, of in texts if of is formats.udev_rules)
    return {name for file, names in wanted if names and not is_hidden(files, file.path) for name in names}


def candidates_among(of_system: Files, rows: t.Iterable[tuple[str, int, bytes]], tree: Tree) -> Search:
    """Return what lines may do wherever they stand, with the tree and what is denied as :func:`find_candidates` does.

    ``rows`` are path, number and text of the lines that :data:`RELEVANT` finds in :data:`PLACES` and in
    the scripts that are called there. These are all of the candidates, and perhaps others: whether a
    script is executable, a unit enabled, or a line part of a text that is only printed does not count here.
    """
    files = Reader(of_system)
    candidates: list[Candidate] = []
    for path, number, row in rows:
        candidates += in_single_row(files, SysctlFile(path=path, target=path, kind="file"), number, row)
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
        started += LIB_SCRIPTS if files.resolve("/lib") != files.resolve("/usr/lib") else ()
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
    texts, more = {**TEXTS}, {}
    if init.booted_with_systemd:
        texts.update({**dict.fromkeys(TMPFILES, formats.tmpfiles), **dict.fromkeys(QUADLETS, formats.quadlet)})
    if files.resolve("/lib") != files.resolve("/usr/lib"):
        texts.update(LIB_TEXTS)
    if not init.booted_with_systemd:  # which cron there is, is not known
        more = {pattern: formats.OF_BUSYBOX[of] for pattern, of in texts.items() if of in formats.OF_BUSYBOX}
    for pattern, of in (*texts.items(), *more.items()):
        how = functools.partial(formats.cloud_config, modules=modules) if of is formats.cloud_config else of
        found = files.matching(pattern) if runners.is_read(pattern) else ()
        yield from ((file, how) for file in found if not file.path.startswith(QUADLETS_OF_USERS))
    if init.runs_scripts and not init.booted_with_systemd:
        sourced = OPENRC_SOURCED if init.runs_openrc else SOURCED_SCRIPTS
        yield from ((file, formats.script) for pattern in sourced for file in files.matching(pattern))
        inittab = functools.partial(formats.inittab, has_runlevels=not init.is_busybox)
        yield from ((file, inittab) for file in files.matching(INITTAB))


def _in_unit(files: Reader, unit: Unit) -> t.Iterator[Candidate | Called]:
    """Yield what a unit's commands do, the scripts that they call, and the files with variables for these."""
    if may_call(files, b"\n".join((unit.file.text, *unit.environment)), unit.folders):
        commands = list(unit.commands())
        for may_set in (True, False):
            rows = [command.written for command in commands if command.may_set is may_set]
            around = (*unit.folders, *(one.decode("utf-8", "surrogateescape") for one in unit.environment))
            calls = _without_idle(files, rows, around=around)
            called = called_by(files, unit.file, calls, unit.folders, unit.environment) if rows else []
            if unit.environment_files and any(_is_run(files, one) for one in called):
                paths = itertools.chain.from_iterable(map(files.paths, unit.environment_files))
                called += [Called(path, "shell") for path in paths]
            yield from (dataclasses.replace(one, only_writes=not may_set) for one in called)
            _note_unknown_names(files, unit, called)
    yield from candidates_of(files, unit.file, unit.effects)


def _note_unknown_names(files: Reader, unit: Unit, called: t.Iterable[Called]) -> None:
    """Note that a unit may call scripts whose path, or folder, has the name of an instance that is not known."""
    scripts = [one for one in called if is_of_name(one.path)]
    folders = [one for one in unit.folders if is_of_name(one)] if scripts or any(unit.commands()) else []
    unknown = next((one.path for one in scripts[:_MOST_UNKNOWN] if _may_be_script(files, one)), "")
    unknown = unknown or next((one for one in folders if any(map(files.paths, patterns_of_name(one)))), "")
    if unknown or len(scripts) > _MOST_UNKNOWN:
        reason = (
            f"{printable(unit.file.path)} names {printable(unknown or scripts[0].path)} for more instances than are "
            f"looked at, or for some that are not known. Call the scripts by their whole path."
        )
        files.note_lead(unit.file.path, reason)


def _may_be_script(files: Reader, called: Called) -> bool:
    """Whether there is a script that a path with the name of an instance may mean."""
    paths = (path for pattern in patterns_of_name(called.path) for path in files.paths(pattern))
    return any(_is_run(files, dataclasses.replace(called, path=path)) for path in paths)


def _is_run(files: Reader, called: Called) -> bool:
    return _Script(called, files.called(called.path, is_given=bool(called.by))).is_run


def _in_text(files: Reader, file: SysctlFile, of: Format) -> t.Iterator[Candidate | Called]:
    """Yield what a script does, or another text with commands, and the scripts that it calls."""
    if not is_hidden(files, file.path):
        yield from _called_by_text(files, file, of, _folders_of(files, file, of), is_shown=True)
        yield from _done_by_text(files, file, of)


def _folders_of(files: Reader, file: SysctlFile, of: Format) -> list[str]:
    """Return the folders in which the commands of a text run: crontab(5) on HOME."""
    homes = [HOME] if of in _OF_ROOT and files.sees_home else []
    if of in _OF_ROOT or of in formats.RIGHTS:
        homes += (found.decode("utf-8", "surrogateescape") for found in _CRONS_HOME.findall(file.text))
    return homes


def _called_by_text(
    files: Reader, file: SysctlFile, of: Format, folders: t.Sequence[str], *, is_shown: bool
) -> t.Iterator[Called]:
    """Yield the scripts that a text calls; ``is_shown`` says that nothing runs what it prints."""
    if of in (formats.tmpfiles, formats.quadlet):  # these name files, or call those of a container
        return
    if may_call(files, file.text, folders):
        rows = _commands_of(files, file, of, folders, is_shown=is_shown)
        yield from called_by(files, file, rows, folders, _assigned_in(file, of))
    if of is formats.udev_rules:
        names = files.computed(
            file.path, lambda: dict.fromkeys(formats.programs_of_udev(file.text)), MOST_OF_A_FILE, what="run programs"
        )
        yield from (Called(f"{folder}/{name}") for name in names for folder in UDEV_PROGRAMS)


def _commands_of(
    files: Reader, file: SysctlFile, of: Format, folders: t.Iterable[str], *, is_shown: bool
) -> t.Iterator[bytes]:
    """Yield the lines of a text that run something, and have the rights that it takes to set the host's keys."""
    text = file.text
    if of is formats.script:
        own = map(posixpath.dirname, (file.path, file.target)) if _OF_ITSELF.search(text) else ()
        around = (*folders, *own, HOME if _OF_HOME.search(text) else "")
        texts = [text.decode("utf-8", "surrogateescape")]
        (whole,) = without_idle(texts, files.local_programs, is_shown=is_shown, around=around)
        text = whole.encode("utf-8", "surrogateescape")
    is_run = formats.RUNS.search if of is formats.udev_rules else bool
    rows = [row for row in commands_in(text) if is_run(row) and _may_set(row, of)]
    begin = formats.BEGINS.get(getattr(of, "func", of))
    yield from _without_idle(files, rows, begin) if begin else rows


def _without_idle(
    files: Reader, rows: t.Iterable[bytes], begin: t.Pattern[str] = _NOTHING, around: t.Iterable[str] = ()
) -> t.Iterator[bytes]:
    """Yield lines without the commands that call no script, where what stands before them is known."""
    texts = [row.decode("utf-8", "surrogateescape") for row in rows]
    ends = [found.end() if found else len(text) for text in texts for found in [begin.match(text)]]
    heads = [text[:end] for text, end in zip(texts, ends)]
    commands = (text[end:] for text, end in zip(texts, ends))
    kept = without_idle(commands, files.local_programs, is_shown=True, is_whole=False, around=(*around, *heads))
    yield from ((head + command).encode("utf-8", "surrogateescape") for head, command in zip(heads, kept))


def _assigned_in(file: SysctlFile, of: Format) -> t.Iterator[bytes]:
    """Yield the lines of a table that give variables their values, whatever the rights of the others."""
    if of in formats.RIGHTS:
        yield from filter(_ASSIGNED.match, commands_in(file.text))


def _done_by_text(files: Reader, file: SysctlFile, of: Format) -> t.Iterator[Candidate]:
    return candidates_of(files, file, lambda: of(file.text.decode("utf-8", "surrogateescape")))


def _may_set(row: bytes, of: Format) -> bool:
    """Whether a line of a text with this format has the rights that it takes to set the host's keys."""
    return of not in formats.RIGHTS or formats.RIGHTS[of](row.decode("utf-8", "surrogateescape"))


def _calls_of_tuned(
    files: Reader, started: t.Iterable[Unit], texts: t.Iterable[tuple[SysctlFile, Format]]
) -> t.Iterator[list[Named]]:
    for unit in started:
        # tuned runs outside of the unit
        yield from calls_of_tuned(unit.file, ((command.line, command.written) for command in unit.commands()))
    for file, of in texts:
        if of is not formats.tmpfiles and b"tuned" in file.text:
            lines = enumerate(file.text.split(b"\n"), start=1)
            calls = calls_of_tuned(file, ((number, row) for number, row in lines if _may_set(row, of)))
            yield from files.computed(file.path, functools.partial(iter, calls), MOST_CALLED, what="call tuned")


def _in_called_script(files: Reader, script: _Script) -> t.Iterator[Candidate | Called]:
    """Yield the scripts that a script calls in its new folders, and once what it does itself."""
    folders, script.new = script.new, []
    only_writes = script.called.only_writes
    for one in _called_by_text(files, script.file, script.format, folders, is_shown=False):
        yield dataclasses.replace(one, only_writes=only_writes)
    if not script.is_known:
        script.is_known = True
        found = _done_by_text(files, script.file, script.format)
        yield from (one for one in found if not only_writes or _is_done_anywhere(one))


def _is_done_anywhere(one: Candidate) -> bool:
    """Whether a line writes a sysctl file, or goes to the host's namespaces first."""
    writer = one.writer if isinstance(one, (Setter, Applier)) else None
    is_write = writer is not None and writer.code in ("appends_to_file", "writes_file")
    return is_write or (writer is not None and REACHES_HOST.search(writer.text) is not None)
