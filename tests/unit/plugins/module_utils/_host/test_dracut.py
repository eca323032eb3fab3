# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.dracut import read_initramfs
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Initramfs
from ansible_collections.linux.tcp.tests.unit.host import files_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

HERE, USR = "/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d"
CONF = "/etc/dracut.conf"


def test_without_dracut(tmp_path: Path) -> None:
    assert read_initramfs(files_of(tmp_path, {CONF: b"hostonly=yes\n"})) is None


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        pytest.param({}, None, id="nothing said"),
        pytest.param({f"{USR}/01-dist.conf": b'\n# Fedora\nhostonly="yes"\n'}, (f"{USR}/01-dist.conf", 3), id="Fedora"),
        pytest.param({f"{USR}/01-dist.conf": b"hostonly='yes' # ours\n"}, (f"{USR}/01-dist.conf", 1), id="quoted"),
        pytest.param({f"{HERE}/a.conf": b"hostonly=-h\n"}, (f"{HERE}/a.conf", 1), id="what dracut itself makes of it"),
        pytest.param({f"{HERE}/a.conf": b"hostonly=Yes\n"}, None, id="no yes"),
        pytest.param({f"{HERE}/a.conf": b'#hostonly="yes"\n'}, None, id="commented out"),
        pytest.param({f"{HERE}/a.conf": b"hostonly_cmdline=yes\nnohostonly=yes\n"}, None, id="other names"),
        pytest.param({f"{HERE}/a.conf": b"x=1; hostonly=yes; y=2\n"}, (f"{HERE}/a.conf", 1), id="behind another one"),
        pytest.param({f"{HERE}/a.conf": b"export hostonly=yes\n"}, (f"{HERE}/a.conf", 1), id="exported"),
        pytest.param({f"{HERE}/a.conf": b"hostonly=$x\n"}, (f"{HERE}/a.conf", 1), id="a variable"),
        pytest.param({f"{HERE}/a.conf": b"hostonly+=yes\n"}, (f"{HERE}/a.conf", 1), id="appended"),
        pytest.param({CONF: b"hostonly=yes\n", f"{USR}/a.conf": b"hostonly=no\n"}, None, id="folders come later"),
        pytest.param({CONF: b"hostonly=no\n", f"{USR}/a.conf": b"hostonly=yes\n"}, (f"{USR}/a.conf", 1), id="and win"),
        pytest.param(
            {f"{HERE}/10-generic.conf": b"hostonly=no\n", f"{USR}/50-x.conf": b"hostonly=yes\n"},
            (f"{USR}/50-x.conf", 1),
            id="by name, not by folder",
        ),
        pytest.param(
            {f"{USR}/01-dist.conf": b"hostonly=yes\n", f"{USR}/02-generic-image.conf": b'hostonly="no"\n'},
            None,
            id="dracut-config-generic",
        ),
        pytest.param({f"{HERE}/a.conf": b"", f"{USR}/a.conf": b"hostonly=yes\n"}, None, id="hidden"),
        pytest.param({f"{HERE}/a.conf": "/dev/null", f"{USR}/a.conf": b"hostonly=yes\n"}, None, id="hidden by a link"),
        pytest.param({f"{HERE}/.a.conf": b"hostonly=yes\n", f"{HERE}/a.txt": b"hostonly=yes\n"}, None, id="not read"),
        pytest.param({f"{USR}/hostonly/50-hostonly.conf": b"hostonly=yes\n"}, None, id="a folder to be added"),
        pytest.param(
            {f"{HERE}/a.conf": b"hostonly=yes\nif [ -e /x ]; then\n  hostonly=no\nfi\n[ -e /y ] && hostonly=no\n"},
            (f"{HERE}/a.conf", 1),
            id="perhaps taken back",
        ),
    ],
)
def test_host_only(tmp_path: Path, layout: Layout, place: tuple[str, int] | None) -> None:
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, **layout})
    assert read_initramfs(files) == Initramfs(place)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"if [ -e /x ]; then\n\thostonly=no\nfi\n", id="in a condition, by a tab"),
        pytest.param(b"if [ -e /x ]; then\n hostonly=no\nfi\n", id="in a condition, by a blank"),
        pytest.param(b"if [ -e /x ]; then\nhostonly=no\nfi\n", id="in a condition, not indented"),
        pytest.param(b"[ -e /x ] &&\nhostonly=no\n", id="behind and"),
        pytest.param(b"[ -e /x ] || \\\nhostonly=no\n", id="behind or"),
        pytest.param(b"hostonly=no && true\n", id="before and"),
        pytest.param(b"hostonly=no true\n", id="for one command"),
        pytest.param(b"hostonly=no | cat\n", id="in a pipe"),
        pytest.param(b"x='\nhostonly=no\n'\n", id="in quotes"),
        pytest.param(b"cat <<END\nhostonly=no\nEND\n", id="in a here-document"),
        pytest.param(b"f() {\nhostonly=no\n}\n", id="in a function"),
        pytest.param(b"return\nhostonly=no\n", id="behind the end"),
        pytest.param(b'hostonly=no\nx="${hostonly:=yes}"\n', id="with an expansion"),
        pytest.param(b"x=\\\nhostonly=no\n", id="continued"),
    ],
)
def test_what_is_not_plain_takes_nothing_back(tmp_path: Path, text: bytes) -> None:
    layout = {f"{USR}/01-dist.conf": b'hostonly="yes"\n', f"{HERE}/99.conf": text}
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, **layout})
    assert read_initramfs(files) == Initramfs((f"{USR}/01-dist.conf", 1))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'  hostonly="no"\n', id="indented"),
        pytest.param(b"\thostonly='no' # generic\n", id="by a tab, with a comment"),
        pytest.param(b'# ours; all\n\nadd_drivers+=" xfs ext4 "\nhostonly=no\ncompress=zstd\n', id="among others"),
        pytest.param(b"hostonly=\n", id="empty"),
    ],
)
def test_what_is_plain_takes_it_back(tmp_path: Path, text: bytes) -> None:
    layout = {f"{USR}/01-dist.conf": b'hostonly="yes"\n', f"{HERE}/99.conf": text}
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, **layout})
    assert read_initramfs(files) == Initramfs(None)


@pytest.mark.parametrize(
    "line",
    [
        *(b'eval "hostonly=yes"', b"{ hostonly=yes;}", b'x="a #b"; hostonly=yes', b"true; hostonly+=yes"),
        *(b". /etc/sysconfig/dracut", b"\tsource x.conf # ours", b"[ -e /x ] && . /x", b"if true; then source /x; fi"),
        *(b'eval "$x"', b"[[ -e /x ]] || builtin . /x", b"for i in /x/*; do . $i; done"),
    ],
    ids=str,
)
def test_what_may_set_it(tmp_path: Path, line: bytes) -> None:
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, CONF: b"x=1\n" + line + b"\n"})
    assert read_initramfs(files) == Initramfs((CONF, 2))


@pytest.mark.parametrize(
    "line", [b"[ -e ./x ] && y=.", b'echo "a . b"', b"cp /x . ", b'open-source=1; resource "a"'], ids=str
)
def test_what_sources_nothing(tmp_path: Path, line: bytes) -> None:
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, CONF: b"x=1\n" + line + b"\n"})
    assert read_initramfs(files) == Initramfs(None)


def test_a_configuration_that_cannot_be_read_may_say_anything(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/usr/lib/dracut/modules.d": None, HERE: HERE})
    assert read_initramfs(files) == Initramfs((HERE, None))
