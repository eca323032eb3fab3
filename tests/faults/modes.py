# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the faults for a job from what was seen in a run without any, mode by mode."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.tests.faults.inside import MEMORY
from ansible_collections.linux.tcp.tests.faults.nodes import LOCK
from ansible_collections.linux.tcp.tests.faults.strace import Inject

T = t.TypeVar("T")

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.points import Point

MODES = ("kill", "error", "disk", "signal", "memory", "told", "undo")

# The errors that a call may get on a real host, by the pattern of its name. Those of a call that opens a file for
# writing come after the name "create", those of a call on the kernel's values after "kernel".
_ERRORS = (
    (r"kernel", ("EACCES", "EPERM", "EROFS", "EINVAL", "EIO")),
    (r"create", ("EACCES", "EIO", "EMFILE", "ENOSPC", "EROFS")),
    (r"open.*", ("EIO", "EACCES", "EMFILE", "ENOMEM")),
    (r"p?read(64|link.*)?", ("EIO",)),
    (r"p?writev?(64)?|f?truncate|copy_file_range|fallocate", ("ENOSPC", "EIO", "EDQUOT")),
    (r"fsync|fdatasync", ("EIO", "ENOSPC", "EDQUOT")),
    (r"rename.*|link.*|symlink.*", ("EIO", "ENOSPC", "EACCES", "EBUSY", "EROFS")),
    (r"unlink.*|rmdir", ("EIO", "EACCES", "EBUSY", "EROFS")),
    (r"mkdir.*", ("EIO", "ENOSPC", "EACCES", "EROFS")),
    (r"f?chmod.*|[fl]?chown.*|utimensat", ("EIO", "EPERM", "EROFS")),
    (r"[fl]?setxattr|[fl]?removexattr", ("EIO", "ENOSPC", "EPERM", "EOPNOTSUPP")),
    # EOPNOTSUPP would say that the file system has no attributes, which is then true for every call.
    (r"[fl]?getxattr|[fl]?listxattr", ("EIO",)),
    (r"close", ("EIO", "EINTR")),
    (r"flock", ("EIO", "ENOLCK", "EINTR")),
    (r".*stat.*|.*access.*|getdents.*", ("EIO", "EACCES")),
    (r"setsockopt", ("ENOBUFS", "EPERM", "EINVAL")),
    (r"getsockopt", ("ENOBUFS",)),
    (r"pidfd_open|socket", ("EMFILE", "ENOMEM")),
    (r"setns", ("EPERM", "ENOMEM")),
    (r"pidfd_getfd", ("EPERM", "EMFILE", "ESRCH")),
    (r"send.*|recv.*", ("ENOBUFS", "EINTR")),
)
# The signals that end a process by default: signal(7). The first are sent at every change, the others at one each.
# Those of a crash cannot be held back, and the first two of real time, RT_0 and RT_1, are the C library's own.
CRASHES = ("ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "SYS")
_COMMON_SIGNALS = ("HUP", "INT", "QUIT", "TERM", "USR1", "XCPU")
_OTHER_SIGNALS = (
    *(*CRASHES, "USR2", "PIPE", "ALRM", "STKFLT", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "RT_2", "RT_5", "RT_30"),
)
# What fails on a disk that fails, by the error. A full one still lets names go.
_ON_DISK = (
    *("fsync", "fdatasync", "?rename", "?renameat", "renameat2", "?link", "linkat", "?mkdir", "mkdirat"),
    *("fsetxattr", "ftruncate", "copy_file_range", "?symlink", "symlinkat"),
)
_ON_FAILED_DISK = ("?unlink", "unlinkat", "?rmdir", "fchmod", "?chmod", "fchmodat", "fchown", "fremovexattr")
DISK = "disk"
DISK_ERRORS = ("ENOSPC", "EIO", "EROFS")
MOST_SECONDS = 12  # of the reading calls that fail second, and of the lines in which memory runs out then
_PREPARES = re.compile(r"f?chmod.*|[fl]?chown.*|[fl]?setxattr|[fl]?removexattr")
_MOST_FIRSTS = 4  # of the reading calls of a job that fail first, before a second fault


class Case(t.NamedTuple):
    """A job that runs with faults."""

    job: str
    mode: str
    faults: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the option --only takes."""
        return " ".join((self.job, self.mode, *self.faults))


def _errors_of(point: Point) -> tuple[str, ...]:
    name = point.call.name
    if point.changes and point.target.startswith("/proc/sys/"):
        name = "kernel"
    elif point.changes and name.startswith("open"):
        name = "create"
    errors = next((errors for pattern, errors in _ERRORS if re.fullmatch(pattern, name)), ())
    return errors[:1] if point.call.error else errors  # what is not there is asked for often


def _fault(point: Point, action: str) -> str:
    return Inject(point.call.name, str(point.call.number), action).text


def kills(points: t.Sequence[Point]) -> t.Iterator[tuple[str, ...]]:
    """Kill the process before each change of the host and after it, which is before the next call."""
    for point in points:
        if point.changes or point.after_change or point.call.name == "exit_group":
            yield (_fault(point, "signal=KILL"),)


def errors(points: t.Sequence[Point]) -> t.Iterator[tuple[str, ...]]:
    """Let each call fail with each error that is plausible."""
    for point in points:
        yield from ((_fault(point, f"error={error}"),) for error in _errors_of(point))


def disks(points: t.Sequence[Point]) -> t.Iterator[tuple[str, ...]]:
    """Let the disk fail from each change of a file on."""
    for point in points:
        if point.changes and not point.target.startswith("/proc/") and point.call.name != "setsockopt":
            yield from ((f"{DISK}={error}:{point.call.name}:{point.call.number}",) for error in DISK_ERRORS)


def expanded(faults: t.Sequence[str], points: t.Sequence[Point]) -> list[str]:
    """Replace a disk that fails from a call on by what strace takes. ``points`` are those of a run without faults."""
    found: list[str] = []
    for fault in faults:
        found += _failing_disk(fault, points) if fault.startswith(f"{DISK}=") else [fault]
    return found


def _failing_disk(fault: str, points: t.Sequence[Point]) -> t.Iterator[str]:
    error, name, number = fault.partition("=")[2].split(":")
    at = [(one.call.name, str(one.call.number)) for one in points].index((name, number))
    failing = (*_ON_DISK, *(() if error == "ENOSPC" else _ON_FAILED_DISK))
    if name not in [one.lstrip("?") for one in failing]:  # later calls of this name may be on no disk
        yield _fault(points[at], f"error={error}")
    for one in failing:
        earlier = sum(point.call.name == one.lstrip("?") for point in points[:at])
        yield Inject(one, f"{earlier + 1}+", f"error={error}").text


def signals(points: t.Sequence[Point]) -> t.Iterator[tuple[str, ...]]:
    """Send signals at each change of the host."""
    chosen = [point for point in points if point.changes]
    for point in chosen:
        yield from ((_fault(point, f"signal={name}"),) for name in _COMMON_SIGNALS)
    for number, name in enumerate(_OTHER_SIGNALS):
        yield (_fault(chosen[number % len(chosen)], f"signal={name}"),)


def places(found: t.Sequence[str]) -> t.Iterator[tuple[str, ...]]:
    """Use each place for a fault within Python, a line that is passed often the first time only."""
    yield from ((place,) for place in found if not place.startswith(MEMORY) or place.endswith(":1"))


def firsts(points: t.Sequence[Point]) -> list[str]:
    """Return errors of calls after the first change of the host, which has to be undone then."""
    changing = [at for at, point in enumerate(points) if point.changes and point.target != LOCK]
    if not changing:
        return []
    within = [point for point in points[changing[0] : changing[-1] + 40] if _errors_of(point) and not point.call.error]
    # what fails on a temporary file is undone alike, whichever the call
    changes = [point for point in within if point.changes and not _PREPARES.fullmatch(point.call.name)]
    reads = thinned([point for point in within if not point.changes], _MOST_FIRSTS)
    return [_fault(point, f"error={_errors_of(point)[0]}") for point in (*changes, *reads)]


def thinned(found: t.Sequence[T], most: int = MOST_SECONDS) -> t.Sequence[T]:
    """Return at most so many of what was found, evenly chosen."""
    return found[:: max(1, -(-len(found) // most))]


def seconds(first: str, points: t.Sequence[Point]) -> t.Iterator[tuple[str, ...]]:
    """Let a second call fail, or kill the process, after the ``first`` fault of a run with these calls."""
    at = next((number for number, point in enumerate(points) if point.call.injected), len(points))
    name, action, number = first.split(":")
    reads = [point for point in points[at + 1 :] if not point.changes and not point.after_change]
    left_out = {point.call for point in reads} - {point.call for point in thinned(reads)}
    for point in points[at + 1 :]:
        if point.call in left_out:
            continue
        is_same = point.call.name == name
        if (point.changes or point.after_change) and not is_same:
            yield first, _fault(point, "signal=KILL")
        # strace takes one expression for each name
        error = action if is_same else f"error={(_errors_of(point) or ('EIO',))[0]}"
        if is_same:
            begin = int(number.partition("=")[2])
            yield (Inject(name, f"{begin}..{point.call.number}+{point.call.number - begin}", error).text,)
        elif _errors_of(point):
            yield first, _fault(point, error)
