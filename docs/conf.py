# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx renders the pages that antsibull-docs prepares (`make docs`)."""

from __future__ import annotations

import re
import typing as t

from docutils import nodes

if t.TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "linux.tcp"
copyright = "linux.tcp contributors"
html_title = "TCP keepalive for Ansible: linux.tcp"
html_short_title = "linux.tcp"

extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_copy_source = False
html_use_index = False

# A broken link between our pages is an error, and so is one to a page that is not known below.
nitpicky = True

# Ansible's own pages, linked to without fetching their index, so that this renders offline too.
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
ANSIBLE_PAGES = {
    r"action_plugins": "plugins/action.html",
    r"ansible_configuration_settings": "reference_appendices/config.html",
    r"common_return_values": "reference_appendices/common_return_values.html",
    r"ansible_collections\.(ansible)\.(builtin|posix)\.(\w+)": r"collections/\1/\2/\3.html",
}


def link_to_ansible(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.reference | None:
    """Resolve a reference to one of Ansible's own pages."""
    for label, page in ANSIBLE_PAGES.items():
        if match := re.fullmatch(label, str(node["reftarget"])):
            return nodes.reference("", "", text, refuri=f"{ANSIBLE}/{match.expand(page)}")
    return None


def setup(app: Sphinx) -> None:
    """Extend Sphinx, which calls this."""
    app.connect("missing-reference", link_to_ansible)
