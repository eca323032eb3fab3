# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the keys whose value at the next boot cannot be known, and say why."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.findings import Finding
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, KEYS, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Initramfs, LostPlace
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values


class Unknown(t.NamedTuple):
    """A doubt, and the keys whose value at the next boot cannot be known because of it."""

    finding: Finding
    keys: frozenset[Key]


def by_release(loader: Loader, boots: t.Sequence[Prediction]) -> t.Iterator[Unknown]:
    """Yield the keys for which releases of a loader, each with its prediction, give different values."""
    for key in KEYS:
        values = list(dict.fromkeys(str(boot.values[key]) for boot in boots))
        source = next((boot.sources[key] for boot in reversed(boots) if key in boot.sources), None)
        if len(values) > 1 and source is not None:
            message = (
                f"The release of {loader} cannot be told, and releases read {printable(source.path)} line "
                f"{source.line} in different ways: {sysctl_name(key)} would be {' or '.join(values)} at the next boot."
            )
            yield Unknown(Finding("release_unknown", source.path, source.line, message), frozenset([key]))


def by_next_kernel(boots: t.Sequence[Prediction]) -> t.Iterator[Unknown]:
    """Yield the keys for which kernels, each with its own sysctl files and a prediction, give different values."""
    for key in KEYS:
        values = list(dict.fromkeys(str(boot.values[key]) for boot in boots))
        source = next((boot.sources[key] for boot in reversed(boots) if key in boot.sources), None)
        if len(values) > 1 and source is not None:
            message = (
                f"{printable(source.path)} line {source.line} counts for one kernel only, and which one boots next is "
                f"not known: {sysctl_name(key)} would be {' or '.join(values)}."
            )
            yield Unknown(Finding("kernel_unknown", source.path, source.line, message), frozenset([key]))


def by_loader(searched: str) -> Unknown:
    """Return that it is unknown what applies the files. ``searched`` says what was looked for."""
    message = (
        f"It is not known what applies sysctl files when this system boots: {searched}. So the values of the next boot "
        f"are not known."
    )
    return Unknown(Finding("loader_unknown", None, None, message), frozenset(KEYS))


def by_reboot(lost: t.Iterable[LostPlace], boots: t.Sequence[Prediction]) -> t.Iterator[Unknown]:
    """Yield a doubt for each file system that does not survive a reboot, or of which that is not known.

    ``boots`` are the predictions without what is there, and with what may be there again.
    """
    places: dict[tuple[str, str, bool, bool], list[str]] = {}
    for place in lost:
        places.setdefault(place[1:], []).append(place.path)
    differing = frozenset(key for key in KEYS if len({boot.values[key] for boot in boots}) > 1)
    for (point, what, may_stay, is_certain), paths in places.items():
        loss = "What is written there is gone after a reboot, and what the next boot finds there cannot be known."
        if not is_certain:
            loss = "Whether what is written there survives a reboot cannot be known."
        message = (
            f"{', '.join(map(printable, paths))} {'is' if len(paths) == 1 else 'are'} on {printable(what)}, mounted at "
            f"{printable(point)}. {loss}"
        )
        finding = Finding("volatile_file_system", paths[0], None, message)
        yield Unknown(finding, differing if may_stay else frozenset())


def by_container(runtime: Values, set_by_files: t.Container[Key]) -> t.Iterator[Unknown]:
    """Yield the keys of a container that no file sets, and that have another running value than the kernel's own."""
    for key, value in runtime.named().items():
        if key not in set_by_files and value != KERNEL_DEFAULTS[key]:
            message = (
                f"{sysctl_name(key)} is {value}, and no file sets it. The container may have been started with this "
                f"value (--sysctl), so what the next start gives cannot be known."
            )
            yield Unknown(Finding("set_when_the_container_started", None, None, message), frozenset([key]))


def by_initramfs(initramfs: Initramfs, set_later: t.Container[Key], in_usr: t.Container[Key]) -> t.Iterator[Unknown]:
    """Yield the keys that the initramfs of dracut may set, and that no file of the system sets later.

    ``in_usr`` are those that the files in /usr/lib/sysctl.d set, were they not hidden.
    """
    where, keys = "/usr/lib/sysctl.d", [key for key in KEYS if key in in_usr and key not in set_later]
    path, line = None, None
    if initramfs.host_only:
        where, keys = "/etc/sysctl.d", [key for key in KEYS if key not in set_later]
        path, line = initramfs.host_only
    if keys:
        names = " or ".join(map(sysctl_name, keys))
        message = (
            f"No file that is applied when this system boots sets {names}, but the initramfs that dracut builds has "
            f"a copy of {where} from its build. If this copy sets it, the next boot gives the value of the copy. "
            f"Rebuild the initramfs (dracut --force) after a value was removed, or set one."
        )
        yield Unknown(Finding("copy_in_initramfs", path, line, message), frozenset(keys))
