# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned_profile import (
    Section,
    included_by,
    merge_profile,
)


def merged(*texts: bytes) -> dict[str, tuple[str, bool, dict[str, str], list[str]]]:
    """Return of each section the plugin, whether it is on, its options and its scripts."""
    sections: dict[bytes, Section] = {}
    for text in texts:
        merge_profile(sections, SysctlFile("/p/tuned.conf", "/p/tuned.conf", text=text))
    return {
        name.decode(): (
            section.plugin.decode(),
            section.is_enabled,
            {key.decode(): f"{option.value.decode()}@{option.line}" for key, option in section.options.items()},
            [option.value.decode() for option in section.scripts],
        )
        for name, section in sections.items()
    }


@pytest.mark.parametrize(
    ("texts", "sections"),
    [
        pytest.param([b"a=1\n[s]\n# b=2\n;c=3\nd = 4 \ne\n"], {"s": ("s", True, {"d": "4@5"}, [])}, id="options"),
        pytest.param(
            [b"[s] # x\na=1 # x\nb=2#x\nc=3 ; x\n # d=4\n ; e=5\nf=\t#\n"],
            {"s": ("s", True, {"a": "1@2", "b": "2#x@3", "c": "3 ; x@4", "f": "@7"}, [])},
            id="comments",
        ),
        pytest.param(
            [b"[s]\n  a=1\n   2\n  # x\n\n   3\n  b=4\n5\n"],
            {"s": ("s", True, {"a": "1\n2\n3@2", "b": "4@7"}, [])},
            id="a value of several lines",
        ),
        pytest.param(
            [b"[s]\na=1\n  b=2\n"],
            {"s": ("s", True, {"a": "1@2", "b": "2@3"}, [])},
            id="further in, as old releases read it",
        ),
        pytest.param(
            [b"[s]\na=${i:PROFILE_DIR}/b\nc=\\${i:PROFILE_DIR}\n"],
            {"s": ("s", True, {"a": "/p/b@2", "c": "\\${i:PROFILE_DIR}@3"}, [])},
            id="folder of the profile",
        ),
        pytest.param(
            [b"[s]\na=1\n[t]\nb=2\n[s]\na=3"],
            {"s": ("s", True, {"a": "3@6"}, []), "t": ("t", True, {"b": "2@4"}, [])},
            id="a section twice",
        ),
        pytest.param([b"[s]\ntype=x\nenabled=0"], {"s": ("x", False, {}, [])}, id="plugin"),
        pytest.param(
            [b"[s]\na=1\nb=2", b"[s]\nb=3"], {"s": ("s", True, {"a": "1@2", "b": "3@2"}, [])}, id="later value"
        ),
        pytest.param(
            [b"[s]\ntype=x\nenabled=false\na=1", b"[s]\nb=2"],
            {"s": ("s", True, {"a": "1@4", "b": "2@2"}, [])},
            id="later plugin",
        ),
        pytest.param([b"[s]\na=1", b"[s]\nreplace=true\nb=2"], {"s": ("s", True, {"b": "2@3"}, [])}, id="replaced"),
        pytest.param(
            [b"[s]\na=1\nb=2\nc=3", b"[s]\ndrop=a ;b"],
            {"s": ("s", True, {"c": "3@4"}, [])},
            id="dropped behind a semicolon",
        ),
        pytest.param([b"[s]\na=1\nb=2\nc=3", b"[s]\ndrop=a, b"], {"s": ("s", True, {"c": "3@4"}, [])}, id="dropped"),
        pytest.param(
            [b"[s]\nscript=/a", b"[s]\nscript=/b"], {"s": ("s", True, {"script": "/b@2"}, ["/a", "/b"])}, id="scripts"
        ),
    ],
)
def test_merge(texts: list[bytes], sections: dict[str, tuple[str, bool, dict[str, str], list[str]]]) -> None:
    assert merged(*texts) == sections


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"[main]\ninclude=a, b c\n", ["a", "b c"]),
        (b"[main]\ninclude = a ;-b # c\n", ["a", "-b"]),
        (b"[main]\ninclude=a,;b,\n", ["a", "b"]),
        # where a separator was looked for from each blank, this would take hours
        pytest.param(b"[main]\ninclude=a" + b" " * 200_000 + b"b\n", [f"a{' ' * 200_000}b"], id="many blanks"),
        (b"[main]\ninclude=a,\n\n  b\n", ["a", "b"]),
        (b"[main]\ninclude=a,${f:exec:b,c}\n", ["a,${f:exec:b,c}"]),
        (b"[other]\ninclude=a\n", []),
        (b"[main]\n#include=a\n", []),
        (b"", []),
    ],
)
def test_included_profiles(text: bytes, names: list[str]) -> None:
    assert included_by(SysctlFile("/p", "/p", text=text)) == names
