# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

SCRIPT = b"#!/bin/sh\n" + SET + b"\n"
CFG = "/etc/cloud/cloud.cfg.d/9.cfg"
INSTALLED: Layout = {"/usr/bin/cloud-init": b"", "/var/lib/cloud/instance": "instances/i"}
HAS_RUN: Layout = {**INSTALLED, "/var/lib/cloud/instances/i/sem/config_runcmd": b""}
SCRIPTS: dict[str, Layout] = {
    "scripts-user": {"/var/lib/cloud/instances/i/scripts/part-001": SCRIPT},
    "scripts-vendor": {"/var/lib/cloud/instances/i/scripts/vendor/part-001": SCRIPT},
    "scripts-per-instance": {"/var/lib/cloud/scripts/per-instance/tune": SCRIPT},
    "scripts-per-once": {"/var/lib/cloud/scripts/per-once/tune": SCRIPT},
}
SECTIONS = {
    "runcmd": b"runcmd:\n  - " + SET + b"\n",
    "write-files": b"write_files:\n- path: /etc/sysctl.d/x.conf\n  content: net.ipv4.tcp_keepalive_time=60\n",
}


@pytest.mark.parametrize(
    ("configured", "counts"),
    [
        ("- {}", False),
        ("- [{}, once-per-instance]", False),
        ("# - [{}, always]", False),
        ("- [{}x, always]", False),
        ("- [{}, always]", True),
        ("- [ '{}' , \"always\" ]", True),
        ("-   - {}\n    - always", True),
        ("- name: {}\n  frequency: always", True),
    ],
)
@pytest.mark.parametrize("module", [*SCRIPTS, *SECTIONS])
@pytest.mark.parametrize("dash", ["-", "_"])
def test_modules_that_run_at_each_boot(
    tmp_path: Path, module: str, configured: str, dash: str, *, counts: bool
) -> None:
    text = f"cloud_final_modules:\n{configured.format(module.replace('-', dash))}\n".encode()
    layout: Layout = {**HAS_RUN, **SCRIPTS.get(module, {}), CFG: text + SECTIONS.get(module, b"")}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == counts


def test_users_scripts_run_those_of_runcmd(tmp_path: Path) -> None:
    text = b"cloud_final_modules: [[scripts-user, always]]\n"
    layout: Layout = {**HAS_RUN, CFG: text + SECTIONS["runcmd"]}
    assert [writer.line for writer in found(tmp_path, layout)] == [3]


@pytest.mark.parametrize("module", SCRIPTS)
def test_all_modules_run_at_the_first_boot(tmp_path: Path, module: str) -> None:
    assert len(found(tmp_path, {**INSTALLED, **SCRIPTS[module]})) == 1
    assert found(tmp_path, HAS_RUN) == []


def test_boot_hooks(tmp_path: Path) -> None:
    assert len(found(tmp_path, {**HAS_RUN, "/var/lib/cloud/instances/i/boothooks/part-001": SCRIPT})) == 1


def test_masked_cloud_init_runs_no_module(tmp_path: Path) -> None:
    text = b"cloud_final_modules: [[scripts-user, always]]\n"
    layout: Layout = {**HAS_RUN, **SCRIPTS["scripts-user"], CFG: text, "/etc/cloud/cloud-init.disabled": b""}
    assert found(tmp_path, layout, init=SYSTEMD) == []
