# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand for the Python of a host: run the real one, and add keys to the result of each module.

/etc/hostile.json has these keys, and a part of the code of the one module to which they apply; an empty
text for all modules.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

code = b"" if sys.argv[1:] else sys.stdin.buffer.read()
done = subprocess.run(["/usr/bin/python3", *sys.argv[1:]], input=code, stdout=subprocess.PIPE, check=False)
text = done.stdout.decode()
with open("/etc/hostile.json", encoding="utf-8") as file:
    hostile = json.load(file)
for path in filter(os.path.isfile, sys.argv[1:]):
    with open(path, "rb") as sent:
        code += sent.read()
if hostile["module"].encode() in code and "{" in text:
    start = text.index("{")
    text = text[:start] + json.dumps({**json.loads(text[start:]), **hostile["keys"]})
sys.stdout.write(text)
sys.exit(done.returncode)
