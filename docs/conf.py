# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx renders the pages that antsibull-docs prepares (`make docs`)."""

from __future__ import annotations

import posixpath
import re
import typing as t

from docutils import nodes
from sphinx.util import logging

if t.TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "linux.tcp"
copyright = "linux.tcp contributors"
html_title = "TCP keepalive for Ansible: linux.tcp"
html_short_title = "linux.tcp"

extensions = ["sphinx_antsibull_ext"]
html_theme = "furo"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
antsibull_ext_color_scheme = "default-autodark"
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


# What pages link to by its file, so that a Git host finds it, and its page here, without the ending.
PAGES = {
    r"(\w+)\.(?:rst|html)": r"\1",
    r"\.\./\.\./\.\./plugins/modules/(\w+)\.py": r"../\1_module",
    r"\.\./\.\./\.\./plugins/filter/(\w+)\.py": r"../\1_filter",
    r"\.\./\.\./\.\./roles/(\w+)/README\.md": r"../\1_role",
}


def arrange(app: Sphinx, doctree: nodes.document) -> None:
    """Leave out the contents, which the theme shows beside the page, and begin a role with its main entry point."""
    for topic in list(doctree.findall(nodes.topic)):
        if "contents" in topic["classes"]:
            topic.parent.remove(topic)
    if app.env.docname.endswith("_role"):
        top = next(doctree.findall(nodes.section))
        main = next(one for one in top.findall(nodes.section) if any("entry-point-main" in name for name in one["ids"]))
        top.remove(main)
        top.insert(t.cast("int", top.first_child_matching_class(nodes.section)), main)


def link_to_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Let links to files lead to the pages that are made of these. A file of which no page is made is not copied."""
    folder = posixpath.dirname(app.env.docname)
    for node in doctree.findall(nodes.reference):
        file, mark, anchor = node.get("refuri", "").partition("#")
        if not file or re.match(r"\w+:", file):
            continue
        pages = (match.expand(page) for pattern, page in PAGES.items() if (match := re.fullmatch(pattern, file)))
        page = next(pages, "")
        if posixpath.normpath(posixpath.join(folder, page)) not in app.env.found_docs:
            logging.getLogger(__name__).warning("no page for the link to %s", file, location=node)
        node["refuri"] = f"{page}.html{mark}{anchor}"


def setup(app: Sphinx) -> None:
    """Extend Sphinx, which calls this."""
    app.connect("doctree-read", arrange)
    app.connect("doctree-read", link_to_pages)
    app.connect("missing-reference", link_to_ansible)
