# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import STANDARD_INPUT, Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.file_writers import files_written

SYSCTL_D = ("/etc/sysctl.d", False, ["/b/sysctl.d/*.conf"], False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tee /a /b", [("/a", True, [], False), ("/b", True, [], False)]),
        ("tee -a /a", [("/a", True, [], True)]),
        ("sponge /a", [("/a", True, [], False)]),
        ("dd of=/a", [("/a", True, [], False)]),
        ("dd if=/b of=/a oflag=append", [("/a", False, ["/b"], True)]),
        (f"dd if={STANDARD_INPUT} of=/a", [("/a", True, [STANDARD_INPUT], False)]),
        ("curl -sSfo /a http://h/b", [("/a", False, ["$?"], False)]),
        ("curl http://h/b --output /a --output-dir /c", [("/a", False, ["$?"], False), ("/c", False, ["$?"], False)]),
        ("curl -o/a -o - http://h/b", [("/a", False, ["$?"], False)]),
        ("curl -O http://h/b", []),
        ("wget -qO/a http://h/b", [("/a", False, ["$?"], False)]),
        ("wget -qO- -o /a http://h/b", []),
        ("wget --directory-prefix=/a http://h/b", [("/a", False, ["$?"], False)]),
        ("cp /b /c /a", [("/a", False, ["/b", "/c"], False)]),
        (f"cp {STANDARD_INPUT} /a", [("/a", True, [STANDARD_INPUT], False)]),
        ("cp -at /a /b", [("/a", False, ["/b"], False)]),
        ("cp -t /a /b", [("/a", False, ["/b"], False)]),
        ("cp --target-directory=/a -v /b", [("/a", False, ["/b"], False)]),
        ("install -m 644 -o root /b /a", [("/a", False, ["/b"], False)]),
        ("ln -s /b /a", [("/a", False, ["/b"], False)]),
        ("ln -sft /a ../b", [("/a", False, ["../b"], False)]),
        ("ln -t", []),
        ("ln -f -t", [("-t", False, [], False)]),
        ("cp -r /b/. /a", [("/a", False, ["/b/*.conf"], False)]),
        ("cp -r . /a", [("/a", False, ["./*.conf"], False)]),
        ("cp -aT /b /a", [("/a", False, ["/b/*.conf"], False)]),
        ("cp -r /b/ /a", [("/a", False, ["/b/"], False)]),
        ("cp -a /b/sysctl.d /c /etc/", [("/etc/", False, ["/c"], False), SYSCTL_D]),
        ("mv /b/sysctl.d/ /etc", [("/etc", False, [], False), SYSCTL_D]),
        ("cp /b/sysctl.d /etc", [("/etc", False, ["/b/sysctl.d"], False)]),
        ("cp -a /b/sysctl.d /opt", [("/opt", False, ["/b/sysctl.d"], False)]),
        (
            "cp /b/sysctl.conf /etc",
            [("/etc", False, [], False), ("/etc/sysctl.conf", False, ["/b/sysctl.conf"], False)],
        ),
        ("rsync -a /b/ /a/", [("/a/", False, ["/b/*.conf"], False)]),
        ("rsync -a /b/sysctl.d /etc/", [("/etc/", False, [], False), SYSCTL_D]),
        ("rsync -e ssh --exclude x --delete h:/b /c /a", [("/a", False, ["$?", "/c"], False)]),
        ("rsync -a h:/b/ /a/", [("/a/", False, ["$?"], False)]),
        ("rsync -a --mkpath --whole-file --no-implied-dirs /b /a/", [("/a/", False, ["/b"], False)]),
        ("rsync -M--fake-super -ae ssh --suffix .x --out-format %n --stderr e /b /a/", [("/a/", False, ["/b"], False)]),
        ("rsync -rsh /b /a/", [("/a/", False, ["/b"], False)]),
        ("rsync rsync://h/b h::b $h:b [::1]:b $():b /a", [("/a", False, ["$?"] * 5, False)]),
        ("rsync ${d:-/b}/ /a", [("/a", False, ["${d:-/b}/"], False)]),
        ("rsync /b h:/a", []),
        ("rsync -a h:/sysctl.d /etc/", [("/etc/", False, [], False), ("/etc/sysctl.d", False, ["$?"], False)]),
        ("rsync -n h:/b /a", [("/a", False, [], False)]),
        ("scp -rP 22 -oPort=2 -i k h:/b ./c:d /a", [("/a", False, ["$?", "./c:d"], False)]),
        ("scp -r /b/sysctl.d /etc", [("/etc", False, [], False), SYSCTL_D]),
        ("scp /b h:/a", []),
        ("cp h:b /a", [("/a", False, ["h:b"], False)]),
        ("install -Dm 644 -gfoo /b /a", [("/a", False, ["/b"], False)]),
        ("rsync -an /b/ /a/", [("/a/", False, [], False)]),
        ("cp /a", []),
        ("tee", []),
    ],
)
def test_files_written(line: str, expected: list[tuple[str, bool, list[str], bool]]) -> None:
    name, *words = line.split()
    written = files_written(name, [Word(word, 1) for word in words])
    found = [(one.target.text, one.takes_input, [word.text for word in one.sources], one.appends) for one in written]
    assert found == expected


@pytest.mark.parametrize(
    ("line", "is_link"),
    [
        ("ln -s ../b /a", True),
        ("ln -sft /a ../b", True),
        ("ln --symbolic ../b /a", True),
        ("ln ../b /a", False),
        ("ln -sr ../b /a", False),
        ("ln -s --relative ../b /a", False),
        ("cp -s ../b /a", False),
    ],
)
def test_links_that_name_what_is_beside_them(line: str, is_link: bool) -> None:
    name, *words = line.split()
    assert [one.is_link for one in files_written(name, [Word(word, 1) for word in words])] == [is_link]
