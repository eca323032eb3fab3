# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on a host before it is booted, with the host's own Python: say what the boot will give, as JSON.

Then give the kernel other values, so that none of those that were there can pass for the boot's.
"""

from __future__ import annotations

import json

from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot


def main() -> None:
    host = LocalHost()
    snapshot = take_snapshot(host)
    print(json.dumps(snapshot.as_dict()["boot"]))
    for key, value in snapshot.boot.values.named().items():
        host.kernel.write(key, 2 if value == 1 else 1)


if __name__ == "__main__":
    main()
