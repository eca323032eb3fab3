# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out whether the next start of a WSL distribution runs systemd, as the running one does or does not.

WSL reads wsl.conf when a distribution starts: its file src/linux/init/WslDistributionConfig.h says that systemd is off
where nothing turns it on.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.wsl_conf import settings_of
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files

WSL = "/run/WSL"  # is there in each distribution that runs
WSL_CONF = "/etc/wsl.conf"
_NOT_ON = f"{WSL_CONF} does not have systemd=true in the section [boot]"


def next_start_differs(files: Files, *, runs: bool, has_systemd: bool) -> str:
    """Return in words why the next start may have another init; empty where nothing says so.

    ``runs`` says that this is a running system, and ``has_systemd`` that systemd is its init; of one that does not
    run, that /sbin/init is systemd. Such a system is one for WSL where it has a wsl.conf.

    WSL may be too old to start systemd, and other programs than WSL may start it. So what wsl.conf says is certain only
    where it agrees with what runs.
    """
    if runs and not files.isdir(WSL):
        return ""
    conf = files.known(WSL_CONF)
    if conf.kind == "missing" and not runs:
        return ""
    if conf.kind not in ("file", "missing"):
        return f"{WSL_CONF} cannot be read ({printable(conf.reason)}), which says whether WSL starts systemd"
    wanted = _turns_systemd_on(conf.text.decode("utf-8", "replace"))
    if wanted is None:
        return f"{WSL_CONF} does not say clearly whether WSL starts systemd"
    if not wanted and has_systemd and runs:
        return f"systemd runs now, and {_NOT_ON}"
    if not wanted and not runs:
        return f"{_NOT_ON}, so WSL would start no init"
    if wanted and not has_systemd:
        return f"{'systemd does not run now' if runs else 'the init is not systemd'}, and {WSL_CONF} has systemd=true"
    return ""


def _turns_systemd_on(text: str) -> bool | None:
    """Return what a wsl.conf says of systemd; None where releases of WSL may read it in different ways."""
    settings = list(settings_of(text))
    found = {one.value.lower() for one in settings if (one.section, one.key) == ("boot", "systemd")}
    if len(found) > 1 or not found <= {"true", "false"} or not all(one.key for one in settings):
        return None
    return found == {"true"}
