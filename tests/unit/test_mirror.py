# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests mirror the plugins: each file has a file of tests at the same place, and each of these its file."""

from __future__ import annotations

from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parent
PLUGINS = UNIT.parents[1] / "plugins"
FOLDERS = ("action", "filter", "module_utils", "modules", "plugin_utils")
FILES = [
    str(path.relative_to(PLUGINS))
    for folder in FOLDERS
    for path in sorted((PLUGINS / folder).rglob("*.py"))
    if path.name != "__init__.py"
]


# Files of tests that are named after no file, with the reason.
EXCEPTIONS = {
    "module_utils/_state/test_properties.py": "properties of plan, apply and preview together",
    "modules/test_keepalive_sockets_stress.py": "keepalive_sockets and keepalive_sockets_info together",
}
TESTS = [str(path.relative_to(UNIT / "plugins")) for path in sorted((UNIT / "plugins").rglob("test_*.py"))]


@pytest.mark.parametrize("file", FILES)
def test_file_has_tests(file: str) -> None:
    tests = Path(file).with_name(f"test_{Path(file).name}")
    assert str(tests) in TESTS, f"plugins/{file} has no tests: add tests/unit/plugins/{tests}."
    assert "\ndef test_" in (UNIT / "plugins" / tests).read_text(encoding="utf-8")


@pytest.mark.parametrize("tests", sorted({*TESTS, *EXCEPTIONS}))
def test_tests_have_a_file(tests: str) -> None:
    file = Path(tests).with_name(Path(tests).name[len("test_") :])
    assert (str(file) in FILES) is (tests not in EXCEPTIONS), f"plugins/{file} is not there: move {tests}."
    assert tests in TESTS, f"{tests} is not there: it is no exception."


def test_each_folder_of_plugins_is_known() -> None:
    # doc_fragments has documentation only; test_options.py compares it with the options
    assert {path.name for path in PLUGINS.iterdir() if any(path.rglob("*.py"))} == {*FOLDERS, "doc_fragments"}
