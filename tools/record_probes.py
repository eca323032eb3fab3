# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record what the probe prints on hosts of the scenarios, for the unit tests of its parser.

The hosts have to run: `.venv/bin/nox -s molecule -- -s reboot --destroy never` leaves some. Each is
asked with the probe of this clone, and its output becomes the file of its name among the recorded ones.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.linux.tcp.plugins.plugin_utils._probe.script import PROBE_SCRIPT  # noqa: E402 -- needs the path

RECORDED = ROOT / "tests" / "unit" / "plugins" / "plugin_utils" / "_probe" / "recorded"
PODMAN = ROOT / "extensions" / "molecule" / "bin" / "podman"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("containers", nargs="+", help="such as linux-tcp-0a1b2c-debian12; the last part names the file")
    RECORDED.mkdir(exist_ok=True)
    for container in parser.parse_args().containers:
        command = [str(PODMAN), "exec", container, "/bin/sh", "-c", PROBE_SCRIPT]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        (RECORDED / f"{container.rpartition('-')[2]}.txt").write_bytes(output)


if __name__ == "__main__":
    main()
