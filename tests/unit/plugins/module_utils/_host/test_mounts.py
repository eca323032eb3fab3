# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Loss, Mounts, is_chroot
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"
ROOT = "20 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard"
RUN = "21 20 0:20 / /run rw,nosuid - tmpfs tmpfs rw,size=1g"
PI = "20 1 0:30 / / rw,noatime - overlay overlay rw,lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work"
OVERLAYROOT = (
    "20 1 0:30 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/x",
    "22 20 0:31 / /media/root-rw rw - tmpfs tmpfs-root rw",
    "23 20 8:1 / /media/root-ro ro - ext4 /dev/sda1 ro",
)


def mounts_of(*lines: str) -> Mounts:
    return Mounts("".join(f"{line}\n" for line in lines).encode())


# The folders of this process, and where they are once links are followed.
FOLDERS = {
    **{path: path for path in ("/media/root-rw/overlay", "/data/etc", "/run/u", "/inner/u", "/run/a,b", "/run/etc")},
    "/etc": "/etc",
    "/var/lib/overlay/2/etc": "/var/lib/overlay/2/etc",
    "/var/run/etc": "/run/etc",
}


def loss_of(lines: t.Sequence[str], path: str, *, in_container: bool = False) -> Loss | None:
    return mounts_of(*lines).loss(path, in_container=in_container, folder_at=FOLDERS.get)


def over(point: str, kind: str = "tmpfs", options: str = "rw", *, number: int = 30, parent: int = 20) -> str:
    return f"{number} {parent} 0:{number} / {point} rw - {kind} {kind} {options}"


@pytest.mark.parametrize(
    ("lines", "path", "point", "what"),
    [
        pytest.param([ROOT, RUN], f"{D}/x.conf", None, "", id="a disk"),
        pytest.param([ROOT, RUN], "/run/x", "/run", "a tmpfs", id="run"),
        pytest.param([ROOT, RUN], "/runner/x", None, "", id="a name that only begins so"),
        pytest.param([ROOT, over(D)], f"{D}/x.conf", D, "a tmpfs", id="tmpfs"),
        pytest.param([ROOT, over(D, "ramfs")], f"{D}/x.conf", D, "a ramfs", id="ramfs"),
        pytest.param([ROOT, over("/etc")], f"{D}/x.conf", "/etc", "a tmpfs", id="all of etc"),
        pytest.param([over("/", parent=1)], f"{D}/x.conf", "/", "a tmpfs", id="the root"),
        pytest.param([ROOT, over(f"{D}/x.conf")], f"{D}/x.conf", f"{D}/x.conf", "a tmpfs", id="the file itself"),
        pytest.param([ROOT, over(f"{D}/x.conf")], f"{D}/y.conf", None, "", id="another file"),
        pytest.param([ROOT, over(r"/a\040b\011c\134d")], "/a b\tc\\d/x", "/a b\tc\\d", "a tmpfs", id="odd characters"),
        pytest.param(
            [ROOT, f"30 20 0:20 /etc {D} rw - tmpfs tmpfs rw"],
            f"{D}/x.conf",
            D,
            "a tmpfs",
            id="bind mount of a folder of run",
        ),
        pytest.param(
            [ROOT, over(D), f"31 30 8:1 /s {D} rw - ext4 /dev/sda1 rw"],
            f"{D}/x.conf",
            None,
            "",
            id="a disk over a tmpfs",
        ),
        pytest.param(
            [f"31 30 0:9 / {D} rw - tmpfs tmpfs rw", f"30 20 8:1 / {D} rw - ext4 /dev/sda1 rw", ROOT],
            f"{D}/x.conf",
            D,
            "a tmpfs",
            id="a tmpfs over a disk, lines in another order",
        ),
        pytest.param(
            [ROOT, over(D), "31 20 8:1 / /etc rw - ext4 /dev/sda1 rw"],
            f"{D}/x.conf",
            None,
            "",
            id="hidden by a later one above",
        ),
        pytest.param(
            ["1 1 0:2 / / rw - rootfs rootfs rw", "20 1 8:1 / / rw - ext4 /dev/root rw"],
            f"{D}/x.conf",
            None,
            "",
            id="a disk over the rootfs",
        ),
        pytest.param(["1 1 0:2 / / rw - rootfs rootfs rw"], f"{D}/x.conf", "/", "a rootfs", id="the initramfs"),
        pytest.param(
            [ROOT, f"30 20 1:0 / {D} rw - ext4 /dev/ram0 rw"], f"{D}/x", D, "a memory disk (/dev/ram0)", id="RAM disk"
        ),
        pytest.param(
            [ROOT, f"30 20 252:0 / {D} rw - xfs /dev/zram1 rw"], f"{D}/x", D, "a memory disk (/dev/zram1)", id="zram"
        ),
        pytest.param(
            [*OVERLAYROOT],
            f"{D}/x.conf",
            "/",
            "an overlay whose upper layer (/media/root-rw/overlay) is on a tmpfs",
            id="overlayroot",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=/data/etc,workdir=/data/w")],
            f"{D}/x",
            None,
            "",
            id="overlay on a disk",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "ro,lowerdir=/a:/b")],
            f"{D}/x",
            None,
            "",
            id="overlay without an upper layer",
        ),
        pytest.param(
            [
                ROOT,
                RUN,
                over("/inner", "overlay", "rw,lowerdir=/x,upperdir=/run/u,workdir=/run/w"),
                over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=/inner/u,workdir=/inner/w", number=31),
            ],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/inner/u) is on an overlay whose upper layer (/run/u) is on a tmpfs",
            id="overlay on an overlay",
        ),
        pytest.param(
            [ROOT, RUN, over("/etc", "overlay", r"rw,lowerdir=/a\054upperdir=/x,upperdir=/run/a\054b,workdir=/w")],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/run/a,b) is on a tmpfs",
            id="odd characters in a layer",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=/var/run/etc,workdir=/w"), RUN],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/var/run/etc) is on a tmpfs",
            id="upper layer behind a link",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlayfs", "rw,lowerdir=/etc,upperdir=/run/u,workdir=/w"), RUN],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/run/u) is on a tmpfs",
            id="the name of overlay before Linux 3.18",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/sysroot/etc,upperdir=/sysroot/var/lib/overlay/2/etc")],
            f"{D}/x",
            None,
            "",
            id="overlay that dracut's initramfs mounted, on a disk",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/sysroot/usr/share/etc,upperdir=/sysroot/etc")],
            f"{D}/x",
            None,
            "",
            id="overlay over its own upper layer, on a disk",
        ),
        pytest.param(
            [over("/", parent=1, number=20), over("/etc", "overlay", "rw,lowerdir=/a,upperdir=/sysroot/etc")],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/sysroot/etc) is on a tmpfs",
            id="overlay over its own upper layer, in memory",
        ),
        pytest.param(
            [ROOT, RUN, over("/etc", "overlay", "rw,lowerdir=/root/etc,upperdir=/root/run/etc,workdir=/root/run/w")],
            f"{D}/x",
            "/etc",
            "an overlay whose upper layer (/root/run/etc) is on a tmpfs",
            id="overlay that the initramfs of initramfs-tools mounted, in memory",
        ),
        pytest.param(
            ["20 1 1:0 / / rw - ext4 /dev/root rw"],
            f"{D}/x",
            "/",
            "a memory disk (/dev/root)",
            id="RAM disk by another name",
        ),
        pytest.param(
            [ROOT, f"30 20 254:0 /old//deleted {D} rw - ext4 /dev/vda rw"],
            f"{D}/x",
            D,
            "a folder or file that was deleted",
            id="bind mount of a folder that was deleted since",
        ),
        *(
            pytest.param([ROOT, f"30 20 7:0 / /etc ro - {kind} /dev/loop0 ro"], f"{D}/x", None, "", id=kind)
            for kind in ("squashfs", "iso9660", "erofs", "ext4")
        ),
        pytest.param([ROOT, "30 20 8:1 / /etc rw - fuseblk /dev/sda1 rw"], f"{D}/x", None, "", id="FUSE on a disk"),
        pytest.param([ROOT, over("/etc", "squashfs", "ro")], f"{D}/x", None, "", id="read-only image"),
        pytest.param([ROOT, over("/etc", "nfs4")], f"{D}/x", None, "", id="NFS"),
        pytest.param([], f"{D}/x", None, "", id="no mounts"),
        pytest.param(
            [ROOT, over("/", "ext4"), over("/", "ext4", parent=30), over("/", "ext4", parent=30)],
            f"{D}/x",
            None,
            "",
            id="a circle, which no kernel shows",
        ),
        pytest.param(
            ["odd", "1 2 3", "x y 0:1 / / rw - tmpfs t rw", "-"], f"{D}/x", None, "", id="no lines of mountinfo"
        ),
    ],
)
def test_loss(lines: list[str], path: str, point: str | None, what: str) -> None:
    loss = loss_of(lines, path)
    assert (loss and loss.point, loss.what if loss else "") == (point, what)
    assert loss is None or loss.is_certain


# Where mountinfo does not show what keeps the files, nothing is known of them, and nothing is promised.
@pytest.mark.parametrize(
    ("lines", "what"),
    [
        pytest.param(
            [PI, RUN],
            "an overlay whose upper layer (/upper/data) is on no mount that is visible",
            id="overlay of an initramfs, Raspberry Pi",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=upper,workdir=work")],
            "an overlay whose upper layer (upper) is on no mount that is visible",
            id="relative upper layer",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=/rw/etc,workdir=/rw/work")],
            "an overlay whose upper layer (/rw/etc) is on no mount that is visible",
            id="upper layer in a folder that is not there",
        ),
        pytest.param(
            [ROOT, over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=,workdir=/w")],
            "an overlay whose upper layer () is on no mount that is visible",
            id="empty upper layer",
        ),
        pytest.param(
            [
                ROOT,
                over("/inner", "overlay", "rw,lowerdir=/x,upperdir=upper,workdir=work"),
                over("/etc", "overlay", "rw,lowerdir=/etc,upperdir=/inner/u,workdir=/inner/w", number=31),
            ],
            "an overlay whose upper layer (/inner/u) is on an overlay whose upper layer (upper) is on no mount that is "
            "visible",
            id="overlay on a relative one",
        ),
        *(
            pytest.param(
                [ROOT, over("/etc", kind, "rw")],
                f"a file system ({kind}) that does not show where its files are",
                id=kind,
            )
            for kind in (
                *("aufs", "unionfs", "fuse", "fuse.unionfs", "fuse.unionfs-fuse", "fuse.overlayfs"),
                *("fuse.fuse-overlayfs", "fuse.mergerfs", "fuse.sshfs"),
            )
        ),
        *(
            pytest.param(
                [ROOT, f"30 20 7:0 / /etc rw - ext4 {source} rw"],
                f"a device ({source}) that does not show where its data is",
                id=source,
            )
            for source in ("/dev/loop0", "/dev/loop12p3", "/dev/mapper/live-rw", "/dev/mapper/live-base")
        ),
        pytest.param(
            [ROOT, "30 20 7:0 / /etc ro - ext4 /dev/loop0 rw"],
            "a device (/dev/loop0) that does not show where its data is",
            id="loop device, read-only here and not elsewhere",
        ),
    ],
)
def test_what_cannot_be_known(lines: list[str], what: str) -> None:
    loss = loss_of(lines, f"{D}/x")
    assert loss is not None
    assert (loss.what, loss.may_stay, loss.is_certain) == (what, True, False)


# The layers of a container's root folder lie where the container does not see them.
@pytest.mark.parametrize(
    ("lines", "is_lost"),
    [
        pytest.param([PI], False, id="overlay"),
        pytest.param([over("/", "aufs", "rw,si=9b2f", parent=1)], False, id="aufs"),
        pytest.param([over("/", "fuse.fuse-overlayfs", parent=1)], False, id="podman of a user"),
        pytest.param(["20 1 7:0 / / rw - ext4 /dev/loop0 rw"], False, id="systemd-nspawn of an image"),
        pytest.param(
            [PI, over("/etc", "overlay", "rw,lowerdir=/a,upperdir=/b,workdir=/c")], True, id="overlay of its own"
        ),
        pytest.param([PI, over("/etc", "fuse.mergerfs")], True, id="FUSE of its own"),
        pytest.param([PI, over(D)], True, id="tmpfs"),
        pytest.param(OVERLAYROOT, True, id="upper layer that is visible"),
    ],
)
def test_loss_in_a_container(lines: list[str], is_lost: bool) -> None:
    assert (loss_of(lines, f"{D}/x", in_container=True) is not None) == is_lost


@pytest.mark.parametrize(
    ("own", "first", "expected"),
    [
        pytest.param([ROOT, RUN], [ROOT], False, id="the same"),
        pytest.param(["99 98 254:0 / / rw - ext4 /dev/vda rw"], [ROOT], False, id="in a mount namespace of its own"),
        pytest.param([RUN], [ROOT], True, id="in a folder that is no mount"),
        pytest.param(
            ["40 20 254:0 /srv/image / rw - ext4 /dev/vda rw"], [ROOT], True, id="in a folder that is a mount"
        ),
        pytest.param(["40 20 7:0 / / rw - ext4 /dev/loop0 rw"], [ROOT], True, id="in an image"),
        pytest.param([], [], True, id="without proc"),
        pytest.param([ROOT], [], False, id="process 1 hidden"),
    ],
)
def test_is_chroot(own: list[str], first: list[str], expected: bool) -> None:
    assert is_chroot(mounts_of(*own), mounts_of(*first)) is expected


def test_the_kernels_own_mounts(tmp_path: Path) -> None:
    kind = subprocess.run(["stat", "--file-system", "--format=%T", str(tmp_path)], stdout=subprocess.PIPE, check=True)
    if kind.stdout.strip() in (b"tmpfs", b"ramfs"):
        pytest.skip("the folder of this test is itself in memory")
    assert run_isolated(SCENARIOS / "real_mounts.py", root=str(tmp_path)) == {
        "losses": ["a tmpfs", "an overlay whose upper layer (/memory/upper) is on a tmpfs", None],
        "shown_over_the_tmpfs": "/lower",
    }
