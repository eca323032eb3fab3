# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the YAML that the guides and the Markdown files show, by the rules of .yamllint.

What is shown is a part of a file or of a result, so it needs no first line `---`, and its lines may be long. All other
rules hold.
"""

from __future__ import annotations

import re
import sys
import textwrap
import typing as t
from pathlib import Path

from yamllint import linter
from yamllint.config import YamlLintConfig

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / ".yamllint"
RST = re.compile(
    r"^(?P<indent> *)\.\. code-block:: ya?ml *\n(?:\1 +:.*\n)*\n*(?P<text>(?:(?:\1 +\S.*)?\n)+)", re.MULTILINE
)
MARKDOWN = re.compile(r"^(?P<indent> *)```ya?ml\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, pattern: re.Pattern[str]) -> t.Iterator[tuple[int, str]]:
    """Yield the YAML of each block, with the number of lines before it."""
    for found in pattern.finditer(text):
        yield text.count("\n", 0, found.start("text")), textwrap.dedent(found["text"]).rstrip("\n") + "\n"


def problems(path: Path, config: YamlLintConfig) -> t.Iterator[str]:
    """Yield what yamllint finds in a file, with its line there."""
    pattern = RST if path.suffix == ".rst" else MARKDOWN
    for before, block in blocks(path.read_text(encoding="utf-8"), pattern):
        for problem in linter.run(block, config):
            yield f"{path}:{before + problem.line}: {problem.desc} ({problem.rule})"


def main() -> None:
    config = YamlLintConfig(CONFIG.read_text(encoding="utf-8"))
    config.rules["document-start"] = config.rules["line-length"] = False
    files = [*ROOT.glob("*.md"), *(ROOT / "roles").rglob("*.md"), *(ROOT / "docs").rglob("*.rst")]
    if found := [problem for path in sorted(files) for problem in problems(path, config)]:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
