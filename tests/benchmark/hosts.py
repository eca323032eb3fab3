# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders that are the roots of systems: a usual one, an empty one, and those that ask too much."""

from __future__ import annotations

import itertools
import os
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    Build = t.Callable[[Path], None]

USUAL, EMPTY = "usual", "empty"
MANY = 1_000_000
FILE, CRONTAB, UNITS = "etc/sysctl.d/50-much.conf", "etc/crontab", "usr/lib/systemd/system"
SET = "net.ipv4.tcp_keepalive_time = {}\n"

_USUAL_LINES = 25  # of each of 200 files
_USUAL_FOLDERS = {"etc": 80, "run": 10, "usr/local/lib": 30, "usr/lib": 80}
# What stands in a file of a distribution or of an administrator, over and over.
_USUAL_FILE = (
    "# Settings of a package. See sysctl.d(5) and core(5) for their syntax and meaning.",
    "",
    "# Source route verification, on all interfaces that come",
    "net.ipv4.conf.default.rp_filter = 2",
    "-net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.*.rp_filter = 2",
    "",
    "kernel.pid_max = 4194304",
    "fs.inotify.max_user_watches=1048576",
    "; the size of buffers",
    "net.core.rmem_max = 16777216",
    "net.ipv4.tcp_rmem = 4096 131072 16777216",
)
_USUAL_UNIT = """[Unit]
Description=Service {number}
Documentation=man:service(8) https://docs.example.com/service
After=network.target remote-fs.target nss-lookup.target

[Service]
Type=notify
EnvironmentFile=-/etc/default/service
ExecStartPre=/usr/sbin/service --check
ExecStart=/usr/sbin/service --foreground $SERVICE_OPTS
Restart=on-failure
PrivateTmp=yes
ProtectSystem=full
NoNewPrivileges=yes
MemoryDenyWriteExecute=yes

[Install]
WantedBy=multi-user.target
"""
_USUAL_SCRIPT = """#!/bin/sh
# Rotates, sorts and cleans up.
set -e
test -x /usr/sbin/service || exit 0
if [ -d /run/systemd/system ]; then
    exit 0
fi
exec /usr/sbin/service --daily >/dev/null 2>&1
"""
_SCRIPTS = {
    "etc/cron.daily": 8,
    "etc/cron.weekly": 2,
    "etc/network/if-up.d": 4,
    "etc/NetworkManager/dispatcher.d": 3,
    "usr/lib/networkd-dispatcher/routable.d": 2,
}


def empty(root: Path) -> None:
    """Make what each host has: a merged /usr, systemd 252 and procps 4.0.2."""
    for folder in ("etc/sysctl.d", "run", "usr/lib/systemd", "usr/sbin", UNITS):
        (root / folder).mkdir(parents=True)
    for link in ("lib", "sbin"):
        (root / link).symlink_to(f"usr/{link}")
    write(root / "usr/lib/systemd/libsystemd-shared-252.so")
    write(root / "usr/sbin/sysctl", ["\0" * 30_000, "procps-ng 4.0.2"])


def usual(root: Path) -> None:
    """Make 200 files with 5,000 lines, 350 units and some scripts, and keepalive lines in a few of the files."""
    lines = itertools.cycle(_USUAL_FILE)
    for folder, count in _USUAL_FOLDERS.items():
        for number in range(count):
            text = [f"{line}\n" for line in itertools.islice(lines, _USUAL_LINES)]
            if number % 40 == 20:
                text[-1] = SET.format(600 + number)
            write(root / folder / "sysctl.d" / f"{number:02}-{folder.replace('/', '-')}.conf", text)
    for number in range(350):
        write(root / UNITS / f"service{number}.service", [_USUAL_UNIT.format(number=number)])
    for folder, count in _SCRIPTS.items():
        for number in range(count):
            write(root / folder / f"script{number}", [_USUAL_SCRIPT], mode=0o755)
    for number in range(15):
        write(root / f"etc/init.d/service{number}", [_USUAL_SCRIPT * 10], mode=0o755)
        for level in "2345":
            link = root / f"etc/rc{level}.d/S01service{number}"
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(f"../init.d/service{number}")
    write(root / CRONTAB, ["SHELL=/bin/sh\n", "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"])


def _file(lines: t.Callable[[], t.Iterable[str]], path: str = FILE) -> Build:
    """Return what makes one file of these lines."""

    def build(root: Path) -> None:
        write(root / path, lines())

    return build


def _too_large(root: Path) -> None:
    with (root / FILE).open("wb") as file:
        file.truncate(100 << 20)


def _large() -> t.Iterator[str]:
    other = "".join(f"{line}\n" for line in _USUAL_FILE) * 10
    size = 0
    for number in itertools.count(1):
        text = other + SET.format(number)
        size += len(text)
        if size > 4 << 20:
            return
        yield text


def _long_lines() -> t.Iterator[str]:
    for number in range(3):
        line = SET.format(number)
        yield line.replace(" ", " " * (1 + ((1 << 20) - len(line)) // 2), 2)


def _folder_loop(root: Path) -> None:
    for name, target in (("sysctl.d", "ring"), ("ring", "ring2"), ("ring2", "sysctl.d")):
        path = root / "etc" / name
        if path.exists():
            path.rmdir()
        path.symlink_to(f"/etc/{target}")
    (root / UNITS / "ring.service.d").symlink_to(".")


def _dead_links(root: Path) -> None:
    for number in range(1000):
        (root / "etc/sysctl.d" / f"{number}.conf").symlink_to(f"/nowhere/{number}")


def _folder(root: Path) -> None:
    (root / FILE).mkdir()


def _pipe(root: Path) -> None:
    os.mkfifo(root / FILE)


def _many_files(root: Path) -> None:
    for number in range(10_000):
        write(root / "etc/sysctl.d" / f"{number}.conf", ["# one value\n", SET.format(number)])


def _many_units(root: Path) -> None:
    for number in range(10_000):
        write(root / UNITS / f"service{number}.service", [_USUAL_UNIT.format(number=number)])


BAD: dict[str, Build] = {
    "a file of 100 MB": _too_large,
    "a million lines": _file(lambda: map(SET.format, range(MANY))),
    "100,000 lines, just not too large": _file(lambda: map(SET.format, range(100_000))),
    "4 MiB with some lines that matter": _file(_large),
    "80,000 patterns": _file(
        lambda: (f"net.*.tcp_[i-k]?ep*{'xe'[number % 100 == 0]}_* = {number}\n" for number in range(80_000))
    ),
    "10,000 different patterns": _file(lambda: (f"net.*.tcp_*{number}* = 1\n" for number in range(10_000))),
    "3 lines of 1 MiB": _file(_long_lines),
    "a pattern of 40 stars": _file(lambda: [f"net.ipv4.{'*' * 40}x = 1\n"]),
    "a pattern of 40 braces": _file(lambda: [f"net.ipv4.tcp_*{'{a,b}' * 40} = 1\n"]),
    "a pattern of 1 MB": _file(lambda: [f"net.ipv4.{'[' * MANY} = 1\n"]),
    "a loop of folders": _folder_loop,
    "1,000 links to nowhere": _dead_links,
    "a folder named x.conf": _folder,
    "a pipe named x.conf": _pipe,
    "10,000 files": _many_files,
    "a crontab of 60,000 lines": _file(
        lambda: (f"* * * * * root sysctl -w net.ipv4.tcp_keepalive_time={number}\n" for number in range(60_000)),
        CRONTAB,
    ),
    "100,000 calls of sysctl": _file(lambda: itertools.repeat("* * * * * root sysctl --system\n", 100_000), CRONTAB),
    "10,000 units": _many_units,
}


def build(name: str, root: Path) -> None:
    """Make a host of :data:`BAD`, the usual or the empty one, in a folder that is not there yet."""
    empty(root)
    if name == USUAL:
        usual(root)
    elif name != EMPTY:
        BAD[name](root)


def write(path: Path, lines: t.Iterable[str] = (), *, mode: int = 0o644) -> None:
    """Make a file, line by line, so that this process stays small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines)
    path.chmod(mode)
