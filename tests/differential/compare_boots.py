# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Boot a container with random trees of files, and compare each boot with the prediction on the host.

For each tree the code of the collection runs on the host, as for a user. It detects the loader and its
release, and reads the files. The values after the boot are read from /proc/sys.
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
from ansible_collections.linux.tcp.tests.differential import predict_on_host
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
_CODE = "/srv/linux.tcp"  # the folder of the code on the host
_PACKAGE = "ansible_collections/linux/tcp"
# Folders of /proc/sys that a container, unlike its own /proc/sys/net, shares with the machine.
_SHARED = (b"abi", b"crypto", b"debug", b"dev", b"fs", b"kernel", b"sunrpc", b"user", b"vm")

_FIRST_PROCESS = "cut -d ' ' -f 22 /proc/1/stat"  # when it was started, proc_pid_stat(5)
_VALUES = "cd /proc/sys/net/ipv4 && cat " + " ".join(f"tcp_keepalive_{key.decode()}" for key in KEYS)


class BootError(Exception):
    """The host does not answer, or a boot is not valid for a comparison."""


@dataclasses.dataclass(frozen=True)
class Boot:
    """The predicted values of a boot and those after it: time, intvl and probes."""

    predicted: tuple[int, ...]
    outcome: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Host:
    """A container that boots like a host.

    ``loader`` applies its files at boot. ``wait`` is a shell script that ends when it has booted.
    """

    podman: str
    container: str
    loader: str
    wait: str

    def prepare(self) -> None:
        """Copy the installed code of the collection and the program that calls it to the host."""
        installed = Path(str(snapshot.__file__)).parents[1]  # module_utils
        code: Tree = {
            f"{_CODE}/{_PACKAGE}/plugins/module_utils/{path.relative_to(installed)}": path.read_bytes()
            for path in sorted(installed.rglob("*.py"))
        }
        code[f"{_CODE}/{_PACKAGE}/tests/differential/predict_on_host.py"] = Path(
            str(predict_on_host.__file__)
        ).read_bytes()
        self._shell("tar --extract --directory=/", packed(code))

    def has_merged_usr(self) -> bool:
        """Return whether its /lib is a link to /usr/lib."""
        return self._shell("if test -L /lib; then echo merged; fi") != ""

    def boot(self, tree: Tree) -> Boot:
        """Boot with a tree of files, which replaces all sysctl files of the host.

        :raises BootError: when the values after the boot cannot be read or are not those of a boot.
        """
        if outside := names_outside(tree):
            raise BootError(f"the tree may reach sysctls that are not the container's own: {outside}")
        before, text = self._shell(
            f"""set -e
            rm -rf {shlex.join((*DIRECTORIES, SYSCTL_CONF, CREDENTIAL))}
            tar --extract --directory=/
            {_FIRST_PROCESS}
            PYTHONPATH={_CODE} python3 -m {f"{_PACKAGE}/tests/differential/predict_on_host".replace("/", ".")}""",
            packed(tree),
        ).splitlines()
        prediction = json.loads(text)
        if prediction["loader"] != self.loader:
            raise BootError(f"the collection detects the loader {prediction['loader']}, not {self.loader}")
        self._run("restart", "--time=0", self.container)
        after, *values = self._shell(f"({self.wait}) >&2 && {_FIRST_PROCESS} && {_VALUES}").split()
        if after == before:
            raise BootError("the host was not booted, its first process is still the same")
        return Boot(tuple(prediction["values"][key.decode()] for key in KEYS), tuple(map(int, values)))

    def _shell(self, script: str, text: bytes = b"") -> str:
        return self._run("exec", "--interactive", self.container, "/bin/sh", "-c", script, text=text)

    def _run(self, *arguments: str, text: bytes = b"") -> str:
        done = subprocess.run([self.podman, *arguments], input=text, capture_output=True, timeout=_SECONDS, check=False)
        if done.returncode != 0:
            raise BootError(f"{shlex.join(('podman', *arguments))}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode()


def names_outside(tree: Tree) -> list[bytes]:
    """Return the names and patterns of a tree that may match keys outside /proc/sys/net.

    Root in a container writes these keys for the whole machine.
    """
    text = b"\n".join(node for node in tree.values() if isinstance(node, bytes))
    parts = set(re.split(rb"[./=\s-]+", text))
    # braces may become anything; fnmatch knows the other negation only
    globs = {part: re.sub(rb"\{.*\}", b"*", part).replace(b"[^", b"[!").replace(b"\\", b"") for part in parts}
    fitting = {part for part, glob in globs.items() if any(fnmatch.fnmatchcase(name, glob) for name in _SHARED)}
    return sorted(fitting.union(re.findall(rb"\b(?:%s)\b" % b"|".join(_SHARED), text)))


def main() -> int:
    """Return 1 if there is a disagreement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help="name of the host in the report")
    parser.add_argument("seeds", type=int, nargs="+", help="seeds of the trees")
    parser.add_argument("--podman", default="podman", help="the program (default: %(default)s)")
    parser.add_argument("--container", required=True, help="name of the running container")
    parser.add_argument("--loader", required=True, help="loader that applies the files at boot")
    parser.add_argument("--wait", required=True, help="shell script that ends when the host has booted")
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
