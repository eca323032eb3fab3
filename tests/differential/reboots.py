# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Boot a container for real with random trees of files, and compare with what was predicted there.

For each tree the collection's own code answers on the host, as it does for a user: it finds out
the loader and its release, and reads the files. What the boot has given is read from /proc/sys.
"""

from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import json
import pprint
import random
import re
import shlex
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._state import snapshot
from ansible_collections.linux.tcp.tests.differential import target
from ansible_collections.linux.tcp.tests.differential.layouts import fitted, packed
from ansible_collections.linux.tcp.tests.differential.trees import (
    CREDENTIAL,
    DIRECTORIES,
    KEYS,
    SYSCTL_CONF,
    random_tree,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.differential.layouts import Tree

_SECONDS = 120  # for one command, which takes a second or two
_CODE = "/srv/linux.tcp"  # where the host has it
_PACKAGE = "ansible_collections/linux/tcp"
# Folders of /proc/sys that a container, unlike its own /proc/sys/net, shares with the machine.
_SHARED = (b"abi", b"crypto", b"debug", b"dev", b"fs", b"kernel", b"sunrpc", b"user", b"vm")

_FIRST_PROCESS = "cut -d ' ' -f 22 /proc/1/stat"  # when it was started, proc_pid_stat(5)
_VALUES = "cd /proc/sys/net/ipv4 && cat " + " ".join(f"tcp_keepalive_{key.decode()}" for key in KEYS)


class BootError(Exception):
    """A host that cannot be asked, or a boot that does not count."""


@dataclasses.dataclass(frozen=True)
class Boot:
    """What was predicted for a boot, and what it gave: time, intvl and probes."""

    predicted: tuple[int, ...]
    outcome: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Host:
    """A container that boots like a host.

    ``loader`` is what applies its files at boot, ``wait`` a shell script that ends once it has booted.
    """

    podman: str
    container: str
    loader: str
    wait: str

    def prepare(self) -> None:
        """Copy what answers there: the collection's code as it is installed, and what calls it."""
        installed = Path(str(snapshot.__file__)).parents[1]  # module_utils
        code: Tree = {
            f"{_CODE}/{_PACKAGE}/plugins/module_utils/{path.relative_to(installed)}": path.read_bytes()
            for path in sorted(installed.rglob("*.py"))
        }
        code[f"{_CODE}/{_PACKAGE}/tests/differential/target.py"] = Path(str(target.__file__)).read_bytes()
        self._shell("tar --extract --directory=/", packed(code))

    def has_merged_usr(self) -> bool:
        """Return whether its /lib is a link to /usr/lib."""
        return self._shell("if test -L /lib; then echo merged; fi") != ""

    def boot(self, tree: Tree) -> Boot:
        """Boot with a tree of files, which takes the place of every sysctl file that was there.

        :raises BootError: where it cannot be told what a boot with these files gave.
        """
        if outside := names_outside(tree):
            raise BootError(f"the tree may reach sysctls that are not the container's own: {outside}")
        before, text = self._shell(
            f"""set -e
            rm -rf {shlex.join((*DIRECTORIES, SYSCTL_CONF, CREDENTIAL))}
            tar --extract --directory=/
            {_FIRST_PROCESS}
            PYTHONPATH={_CODE} python3 -m {f"{_PACKAGE}/tests/differential/target".replace("/", ".")}""",
            packed(tree),
        ).splitlines()
        answer = json.loads(text)
        if answer["loader"] != self.loader:
            raise BootError(f"the collection takes the loader for {answer['loader']}, and it is {self.loader}")
        self._run("restart", "--time=0", self.container)
        after, *values = self._shell(f"({self.wait}) >&2 && {_FIRST_PROCESS} && {_VALUES}").split()
        if after == before:
            raise BootError("it was not booted: its first process is still the same")
        return Boot(tuple(answer["values"][key.decode()] for key in KEYS), tuple(map(int, values)))

    def _shell(self, script: str, text: bytes = b"") -> str:
        return self._run("exec", "--interactive", self.container, "/bin/sh", "-c", script, text=text)

    def _run(self, *arguments: str, text: bytes = b"") -> str:
        done = subprocess.run([self.podman, *arguments], input=text, capture_output=True, timeout=_SECONDS, check=False)
        if done.returncode != 0:
            raise BootError(f"{shlex.join(('podman', *arguments))}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode()


def names_outside(tree: Tree) -> list[bytes]:
    """Return what in a tree may lead a key out of /proc/sys/net: names, and patterns that fit them.

    Root in a container writes there for the whole machine.
    """
    text = b"\n".join(node for node in tree.values() if isinstance(node, bytes))
    parts = set(re.split(rb"[./=\s-]+", text))
    # braces may become anything; fnmatch knows the other negation only
    globs = {part: re.sub(rb"\{.*\}", b"*", part).replace(b"[^", b"[!").replace(b"\\", b"") for part in parts}
    fitting = {part for part, glob in globs.items() if any(fnmatch.fnmatchcase(name, glob) for name in _SHARED)}
    return sorted(fitting.union(re.findall(rb"\b(?:%s)\b" % b"|".join(_SHARED), text)))


def main() -> int:
    """Return 1 where there is any disagreement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help="of the host, for the report")
    parser.add_argument("seeds", type=int, nargs="+", help="of the trees")
    parser.add_argument("--podman", default="podman", help="the program (default: %(default)s)")
    parser.add_argument("--container", required=True, help="which runs")
    parser.add_argument("--loader", required=True, help="what applies the files when it boots")
    parser.add_argument("--wait", required=True, help="a shell script that ends once it has booted")
    arguments = parser.parse_args()
    host = Host(arguments.podman, arguments.container, arguments.loader, arguments.wait)
    boots = disagreements = 0
    start = time.monotonic()
    try:
        host.prepare()
        has_merged_usr = host.has_merged_usr()
        for seed in arguments.seeds:
            tree = fitted(random_tree(random.Random(seed)), has_merged_usr=has_merged_usr)
            tree.pop("/lib", None)  # is that link already
            try:
                boot = host.boot(tree)
            except BootError as exc:
                raise BootError(f"seed {seed}: {exc}") from exc
            boots += 1
            if boot.predicted != boot.outcome:
                disagreements += 1
                print(f"{arguments.name}, seed {seed}: predicted {boot.predicted}, the boot gave {boot.outcome}")
                print(f"{pprint.pformat(tree)}\n")
    except BootError as exc:
        sys.exit(f"{arguments.name}: {exc}")
    seconds = (time.monotonic() - start) / boots
    print(f"{arguments.name}: {boots} boots, {disagreements} disagreements ({seconds:.1f} seconds a boot)")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
