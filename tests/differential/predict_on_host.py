# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print the prediction for the next boot as JSON. Runs on the host before the boot, with its own Python.

Then set other values in the kernel, so that no old value can be mistaken for one of the boot.
"""

from __future__ import annotations

import json

from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS


def main() -> None:
    host = LocalHost()
    for key, value in KERNEL_DEFAULTS.named().items():
        host.kernel.write(key, value)  # others might come from the start of the container, and nothing be predicted
    snapshot = take_snapshot(host)
    print(json.dumps(snapshot.as_dict()["boot"]))
    for key, value in snapshot.boot.values.named().items():
        host.kernel.write(key, 2 if value == 1 else 1)


if __name__ == "__main__":
    main()
