# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens when an emulated kernel panics, with scripts in place of the emulator and of SSH."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.tests.kernels.machine import ATTEMPTS, Figures, Machine, MachineError

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.kernels.machine import Session

PANIC = "Kernel panic - not syncing: Attempted to kill init!"
# The first starts panic, and each leaves something on the disk. The others boot, and restart when SSH says so.
QEMU = """\
#!/bin/sh
echo start >> {folder}/starts
disk=$(printf '%s\\n' "$@" | sed -n 's/.*,file=//p')
echo written >> "$disk"
if test $(wc -l < {folder}/starts) -le {panics}; then echo '{panic}'; exit; fi
echo 'machine: booted 6.1, keepalive 7200 75 9.'
read line < {folder}/restart
echo 'reboot: Restarting system'
"""
PROGRAMS = {
    "qemu-system-x86_64": QEMU,
    "ssh": "#!/bin/sh\necho >{folder}/restart\n",
    "debugfs": "#!/bin/sh\nprintf '%s\\n' /1/100644/0/0/vmlinuz-6.1/5/ /2/100644/0/0/initrd.img-6.1/5/\n",
    "nice": '#!/bin/sh\nshift 2; exec "$@"\n',
}


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[int, Figures], Machine]:
    """Return a function that makes a machine whose first boots panic."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def make(panics: int, figures: Figures) -> Machine:
        for name, text in PROGRAMS.items():
            program = folder / name
            program.write_text(text.format(folder=tmp_path, panics=panics, panic=PANIC))
            program.chmod(0o755)
        os.mkfifo(tmp_path / "restart")
        (tmp_path / "disk").write_text("new\n")
        return Machine(tmp_path / "disk", tmp_path, figures)

    return make


def values(session: Session) -> tuple[int, ...]:
    return session.booted.values


@pytest.mark.parametrize("panics", [0, 1, ATTEMPTS - 1])
def test_panic_is_counted_and_the_boot_repeated(start: t.Callable[[int, Figures], Machine], panics: int) -> None:
    figures = Figures()
    with start(panics, figures) as machine:
        assert machine.boot(values) == (7200, 75, 9)
        assert machine.disk.read_text() == "new\nwritten\n"  # without what the panics left
    assert (figures.boots, figures.panics, machine.releases) == (1, [PANIC] * panics, ["6.1"])


def test_panics_without_end(start: t.Callable[[int, Figures], Machine]) -> None:
    figures = Figures()
    with start(ATTEMPTS, figures) as machine, pytest.raises(MachineError, match=f"panicked {ATTEMPTS} times"):
        machine.boot(values)
    assert (figures.boots, len(figures.panics)) == (0, ATTEMPTS)


def test_failure_without_a_panic_is_not_repeated(start: t.Callable[[int, Figures], Machine], tmp_path: Path) -> None:
    def fail(_session: Session) -> None:
        raise AssertionError("other values")

    figures = Figures()
    with start(0, figures) as machine, pytest.raises(AssertionError, match="other values"):
        machine.boot(fail)
    assert (figures.boots, figures.panics, (tmp_path / "starts").read_text()) == (0, [], "start\n")
