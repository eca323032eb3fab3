# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all modules of the collection document alike: their attributes, and options they share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragments C(linux.tcp.attributes) and C(linux.tcp.attributes.root)."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the same answer without changing the host.
    support: full
  diff_mode:
    description: Returns what has changed, or in C(check_mode) what would change, when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row, the second run changes nothing and says so.
    support: full
  platform:
    description: Operating systems that the module works on.
    support: full
    platforms: Linux
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
    details: The module changes nothing.
"""

    ROOT = r"""
options:
  root:
    description:
      - Work on the system tree below this folder, such as an image that is being built, instead of the running system.
      - Paths are then those inside of that tree, and links are followed within it.
      - Only files count there; the running kernel is neither read nor changed.
    type: path
    default: /
"""
