# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect to a podman container and pass each module on standard input.

The connection plugin of containers.podman copies a module first and needs five calls of `podman exec` for a task. With
pipelining one call is enough.
"""

from __future__ import annotations

import typing as t

from ansible_collections.containers.podman.plugins.connection.podman import Connection as Podman

DOCUMENTATION = r"""
name: podman_stdin
short_description: Run tasks in a podman container and pass modules on standard input
description:
  - Extends P(containers.podman.podman#connection) by pipelining.
author:
  - linux.tcp contributors (@linux-tcp)
extends_documentation_fragment:
  - connection_pipelining
options:
  remote_addr:
    description: Name of the container.
    default: inventory_hostname
    vars:
      - name: ansible_host
  remote_user:
    description: User who runs the tasks in the container. The default is the default user of the container.
    vars:
      - name: ansible_user
  podman_executable:
    description: Path of the podman program.
    default: podman
    vars:
      - name: ansible_podman_executable
  podman_extra_args:
    description: Arguments for podman, placed before its command.
    default: ""
    vars:
      - name: ansible_podman_extra_args
"""


class Connection(Podman):
    """Pass a module on standard input instead of copying it first."""

    transport = "podman_stdin"
    has_pipelining = True

    def _podman(
        self, cmd: t.Any, cmd_args: t.Any = None, in_data: t.Any = None, use_container_id: bool = True
    ) -> t.Any:
        if in_data is not None and cmd[0] == "exec":
            cmd = ["exec", "--interactive", *cmd[1:]]
        return super()._podman(cmd, cmd_args, in_data, use_container_id)
