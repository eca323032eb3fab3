#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_restore
short_description: Restore what a host had before its TCP keepalive values were changed
version_added: 1.0.0
description:
  - Restores the files and the running values that the playbook C(linux.tcp.rollout) saved in a checkpoint. Files are
    restored byte for byte, with mode, owner and attributes. Files that did not exist are removed.
  - The module restores all or nothing. If a file or value differs from both its state before and its state after the
    change, others have changed it since. Then the module fails and restores nothing. It also fails if it would change
    more than the keepalive settings of a file, or make a file to which others than root may write.
  - Open connections keep the values that they were given.
  - The playbook C(linux.tcp.restore) uses it.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.attributes.action
attributes:
  async:
    support: none
options:
  folder:
    description:
      - The folder on the controller in which the checkpoints are. The module uses the host's own checkpoint. A host
        without one was not changed, and nothing is done.
      - After the host is restored, its checkpoint is marked as restored.
    type: path
  pending:
    description:
      - Whether to roll back a change that was not committed, with its own checkpoint. With V(false) the module uses the
        checkpoint that was saved before all changes.
    type: bool
    default: false
  to:
    description:
      - How many rollouts to undo, if several have changed the host. V(last) restores the state before the last one, and
        each further run restores the state before one more rollout. V(first) restores the state before the first one.
    type: str
    choices:
      - last
      - first
    default: last
  checkpoint:
    description:
      - A checkpoint, as RV(linux.tcp.keepalive_checkpoint#module:checkpoint) returns it, to use instead of the one in
        O(folder).
    type: dict
  path:
    description:
      - The O(linux.tcp.keepalive#module:path) with which the host was changed. Besides this file, only sysctl files in
        the folders of the loaders and V(/etc/sysctl.conf) are restored. The module refuses a checkpoint that names any
        other file.
    type: str
    default: /etc/sysctl.d/99-tcp-keepalive.conf
  force:
    description: Whether to also restore files and values that others have changed since.
    type: bool
    default: false
notes:
  - Needs root's rights, also in check mode, so that both give the same result.
  - In a chroot the module fails if it would restore running values, because the kernel is the one of the machine around
    it. Then it does not restore files either.
seealso:
  - module: linux.tcp.keepalive_checkpoint
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Restore the host
  linux.tcp.keepalive_restore:
    folder: ./keepalive-rollout
"""

RETURN = r"""
foreign:
  description: What others have changed since the rollout. Also returned when the module fails because of it.
  returned: when there was a checkpoint
  type: list
  elements: dict
  contains:
    code:
      description:
        - V(runtime) means that a running value is neither the value that the rollout left nor the value before it.
        - V(created) means that a file is there again, V(removed) that it is gone, and V(content) that it has other
          content. V(metadata) means that it has another mode, owner or extended attribute.
        - V(other_settings) means that restoring the file would change more of it than its keepalive settings, or make a
          file to which others than root may write. These are files of another owner, files to which their group or all
          users may write, and files with an access control list.
        - V(link) means that a link leads away from the file. The module then fails, also with O(force=true).
      returned: always
      type: str
      sample: content
    key:
      description: The key of the running value, V(time), V(intvl) or V(probes).
      returned: with V(runtime)
      type: str
      sample: time
    path:
      description: The file.
      returned: with all other codes
      type: str
      sample: /etc/sysctl.d/99-tcp-keepalive.conf
    message:
      description: What was changed, in words.
      returned: always
      type: str
      sample: /etc/sysctl.d/99-tcp-keepalive.conf has other content than the rollout left
saved:
  description: When the checkpoint was saved, in ISO 8601. The host is restored to this checkpoint.
  returned: when the checkpoint is one of the folder
  type: str
  sample: "2026-01-31T12:00:00+00:00"
older:
  description: How many checkpoints of earlier rollouts are left. The host can be restored to them after this one.
  returned: when the checkpoint is one of the folder
  type: int
  sample: 1
found:
  description: Whether a checkpoint of the host was found.
  returned: when the folder could be read
  type: bool
  sample: true
"""

import contextlib
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_RESTORE
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import initramfs_warnings

# The folder is the controller's, whose action plugin keeps it to itself.
NO_ACTION_PLUGIN = unchanged(
    "Checkpoints need the collection's action plugin, which Ansible has not found. Use the full name of the module,"
    " linux.tcp.keepalive_restore, or add the collection's folder plugins/action to action_plugins in ansible.cfg."
)


def main() -> None:
    module = AnsibleModule(
        argument_spec=KEEPALIVE_RESTORE,
        required_one_of=[["folder", "checkpoint"]],
        supports_check_mode=True,
    )
    if module.params["folder"]:
        module.fail_json(msg=NO_ACTION_PLUGIN)
    try:
        with before_any_change():
            host = LocalHost()
        with contextlib.closing(host):
            done = restore(
                host,
                parse_checkpoint(module.params["checkpoint"] or {}, path=module.params["path"]),
                force=module.params["force"],
                check_mode=module.check_mode,
            )
            texts = [
                (found.text if found else b"", file.before.text if file.before else b"") for file, found in done.files
            ]
            for warning in (*host.files.not_removed.values(), *initramfs_warnings(host, texts)):
                module.warn(warning)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    result: dict[str, t.Any] = {
        "changed": not done.is_empty,
        "foreign": [one.as_dict() for one in done.foreign],
    }
    if module._diff:  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
        result["diff"] = done.diff()
    module.exit_json(**result)


if __name__ == "__main__":
    main()
