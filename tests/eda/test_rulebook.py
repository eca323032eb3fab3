# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook, run by ansible-rulebook: what deviates is found and set, all else stays as it is."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from ansible_collections.linux.tcp.tests.fleet.fleet import Fleet

# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PROGRAM = str(Path(sys.executable).with_name("ansible-rulebook"))
VALUES = {"keepalive_time": 600, "keepalive_intvl": 60, "keepalive_probes": 20}
DEFAULTS = (7200, 75, 9)


def check_once(fleet: Fleet) -> str:
    """Run the rulebook for one check; return what it prints."""
    run = fleet.run(
        *(PROGRAM, "--rulebook=linux.tcp.drift", f"--inventory={fleet.inventory}"),
        *(f"--vars={fleet.folder / 'vars.yml'}", "--shutdown-delay=300"),
        env={"ANSIBLE_NOCOLOR": "1"},
    )
    assert run.status == 0, run.output
    assert run.output.count("PLAY [Check the TCP keepalive values]") == 1, run.output
    return run.output


def test_drift_is_found_and_set() -> None:
    with Fleet(3, collections=COLLECTIONS) as fleet:
        inventory = json.loads(fleet.inventory.read_text(encoding="utf-8"))
        inventory["all"]["vars"] = VALUES
        fleet.inventory.write_text(json.dumps(inventory), encoding="utf-8")
        (fleet.folder / "vars.yml").write_text("check_count: 1\n", encoding="utf-8")
        applied = fleet.run("ansible-playbook", "linux.tcp.apply", "--limit=host01")
        assert applied.status == 0, applied.output
        fleet["host03"].disconnect()
        compliant = fleet["host01"].look()
        assert fleet["host02"].values() == DEFAULTS

        output = check_once(fleet)
        assert fleet["host02"].values() == tuple(VALUES.values()), output
        assert "The check failed on host03." in output
        plays = output.split("PLAY [Apply the TCP keepalive values]")[1:]
        assert [set(re.findall(r"host\d+", play.partition("[debug]")[0])) for play in plays] == [{"host02"}], output

        output = check_once(fleet)
        assert "The check failed on host03." in output
        assert "PLAY [Apply the TCP keepalive values]" not in output
        assert fleet["host01"].look() == compliant
