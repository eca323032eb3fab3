# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out which sysctl files a loader reads, in which order, and which hide others: sysctl.d(5), systemd.exec(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    RELEVANT,
    releases,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    CREDENTIAL,
    CREDENTIAL_FOLDERS,
    DIRECTORIES,
    ENCRYPTED_CREDENTIAL_FOLDERS,
    SYSCTL_CONF,
    VOLATILE,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
        Loader,
        Rules,
        Statement,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree

# The folders of which Alpine's /etc/init.d/sysctl applies the files, and OpenWrt's.
_FOLDERS_OF_SCRIPTS: dict[Loader, tuple[str, ...]] = {
    "alpine": ("/lib/sysctl.d", "/usr/lib/sysctl.d", "/etc/sysctl.d", "/run/sysctl.d"),
    "openwrt": ("/etc/sysctl.d",),
}

# src/shared/creds-util.h: CREDENTIALS_TOTAL_SIZE_MAX, of names and contents together
_CREDENTIALS_MAX = 1 << 20


def folders_of(rules: Rules) -> tuple[str, ...]:
    """Return the folders of which a loader reads the files that end in ``.conf``."""
    return _FOLDERS_OF_SCRIPTS.get(rules.loader, DIRECTORIES)


def is_dotfile(name: bytes, rules: Rules) -> bool:
    """Whether a loader passes over a file because of the dot at the begin of its name."""
    return rules.passes_over_hidden and name.startswith(b".")


def files_read(tree: Tree, rules: Rules) -> list[SysctlFile]:
    """Return the files a loader reads, in its order, without those that others hide; none where it cannot start.

    A file hides those of its name in the folders of lower priority, whatever it is.
    """
    if rules.loader in _FOLDERS_OF_SCRIPTS:
        return _read_by_script(tree, rules)
    if obstacle(tree, rules) is not None:
        return []
    by_folder: dict[str, list[tuple[bytes, SysctlFile]]] = {directory: [] for directory in DIRECTORIES}
    for file in tree.files:
        name = file.name
        is_dropped = rules.passes_over_loops and file.is_loop
        if name.endswith(b".conf") and not is_dotfile(name, rules) and not is_dropped:
            by_folder.get(posixpath.dirname(file.path), []).append((name, file))
    by_name: dict[bytes, SysctlFile] = {}
    for directory in sorted(DIRECTORIES, key=lambda path: rules.reads_run_first and not path.startswith(VOLATILE)):
        for name, file in by_folder[directory]:
            by_name.setdefault(name, file)
    files = [by_name[name] for name in sorted(by_name)]
    conf = tree.get(SYSCTL_CONF)
    if rules.loader == "procps" and conf is not None and conf.kind in ("file", "unreadable"):
        files.append(conf)
    return files + [file for file in _credentials(tree, rules) if posixpath.basename(file.path) == CREDENTIAL]


def _read_by_script(tree: Tree, rules: Rules) -> list[SysctlFile]:
    """Return the files that a script applies, folder after folder, those of /run behind /etc/sysctl.conf.

    A file is hidden by one of its name in /run, and one outside /etc and /run by one in /etc, too.
    """
    files = sorted((file for file in tree.files if file.kind in ("file", "unreadable")), key=lambda file: file.name)
    found = {
        folder: [
            file
            for file in files
            if posixpath.dirname(file.path) == folder
            and file.name.endswith(b".conf")
            and not is_dotfile(file.name, rules)
        ]
        for folder in folders_of(rules)
    }
    last = found.pop("/run/sysctl.d", [])
    hidden = {file.name for file in last}
    applied: list[SysctlFile] = []
    for folder in reversed(list(found)):  # /etc/sysctl.d is the last of them
        applied = [file for file in found[folder] if file.name not in hidden] + applied
        hidden |= {file.name for file in found[folder] if folder.startswith("/etc/")}
    return [*applied, *(file for file in files if file.path == SYSCTL_CONF), *last]


def _credentials(tree: Tree, rules: Rules) -> list[SysctlFile]:
    """Return the credentials that the loader's service is handed, one of each name."""
    if not rules.takes_credential:
        return []
    credentials = [file for file in tree.files if file.is_credential]
    if not credentials:
        return []
    folders = CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS if rules.imports_credentials else CREDENTIAL_FOLDERS
    by_name: dict[str, SysctlFile] = {}
    for folder in folders:
        for file in credentials:
            place, name = posixpath.split(file.path)
            is_taken = rules.imports_credentials or (name == CREDENTIAL and not file.leads_nowhere)
            if place == folder and is_taken:
                by_name.setdefault(name, file)
    return list(by_name.values())


def obstacle(tree: Tree, rules: Rules) -> SysctlFile | None:
    """Return the credential that keeps systemd-sysctl.service from starting (status 243/CREDENTIALS), if one does."""
    credentials = _credentials(tree, rules)
    sizes = {file: len(file.name) + len(file.text) for file in credentials}
    if sum(sizes.values()) > _CREDENTIALS_MAX:
        return max(credentials, key=lambda file: sizes[file])
    return next((file for file in credentials if file.kind in ("directory", "missing")), None)


def depends_on_version(tree: Tree, loader: Loader) -> bool:
    """Whether releases of a loader read other files, or one differently as far as the keepalive keys go."""
    own = releases(loader)
    readers = {
        (rules.reads_run_first, rules.passes_over_loops, rules.takes_credential, rules.imports_credentials): rules
        for rules in own
    }
    if len({tuple(file.path for file in files_read(tree, rules)) for rules in readers.values()}) > 1:
        return True
    parsers = {
        (rules.knows_patterns, rules.excludes_by_pattern, rules.follows_parents): rules for rules in own
    }.values()
    return any(_differs(file.text, parsers) for file in tree.files if RELEVANT.search(file.text))


def _differs(text: bytes, parsers: t.Iterable[Rules]) -> bool:
    first, *others = (rules for rules in parsers if rules.follows_parents or b".." in text)
    found = _concerning(text, first)
    return any(_concerning(text, rules) != found for rules in others)


def _concerning(text: bytes, rules: Rules) -> list[Statement]:
    """Return the statements that name a key: without one of these, no other makes a difference."""
    return [statement for statement in statements(text, rules) if any(map(statement.concerns, KEYS))]
