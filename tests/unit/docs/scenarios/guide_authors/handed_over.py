# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hand a socket over to ssl, and switch keepalive on before and after that.

- code: the guide's code
"""

from __future__ import annotations

import ssl

from ansible_collections.linux.tcp.tests.unit.docs.scenarios.guide_authors.guide import load, refusal
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, listen, options, parameters, report, sysctl

guide = load(parameters()["code"])
sysctl("time", 600)
plain, _other = connect(listen())
guide.keep_alive(plain, 120, 15, 4)
context = ssl.create_default_context()
context.check_hostname = False
wrapped = context.wrap_socket(plain, do_handshake_on_connect=False)
late = refusal(guide.keep_alive, plain, 60)
options_before = options(wrapped)
guide.keep_alive(wrapped, 60)
report(late=late, kept=options_before, wrapped=options(wrapped))
