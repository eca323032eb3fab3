# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run podman with images, containers and a configuration of its own, in a folder."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import tarfile
import typing as t
from pathlib import Path

# For machines on which podman needs one. It does no harm on others.
CONFIGURATION = Path(__file__).absolute().parents[2] / "extensions" / "molecule" / "images" / "containers.conf"
WRAPPER = '#!/bin/sh\nexec podman --root="{0}/root" --runroot="{0}/runroot" --storage-driver=vfs "$@"\n'


@dataclasses.dataclass(frozen=True)
class Podman:
    """An engine that keeps all of its own in ``folder``. Containers have no network but a namespace of their own."""

    folder: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Podman:
        """Make an engine in an empty folder."""
        text = CONFIGURATION.read_text(encoding="utf-8").replace("[containers]\n", '[containers]\nnetns = "none"\n')
        (folder / "containers.conf").write_text(text, encoding="utf-8")
        wrapper = folder / "bin" / "podman-in-folder"
        wrapper.parent.mkdir()
        wrapper.write_text(WRAPPER.format(folder), encoding="utf-8")
        wrapper.chmod(0o755)
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the programs run."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "CONTAINERS_CONF": str(self.folder / "containers.conf"), "PATH": path}

    @property
    def version(self) -> tuple[int, ...]:
        """The release of podman."""
        return tuple(map(int, re.findall(r"\d+", self.run("--version"))))

    def run(self, *arguments: str) -> str:
        """Run podman and return what it prints."""
        return self._run([str(self.folder / "bin" / "podman-in-folder"), *arguments])

    def run_script(self, script: Path, *, program: str) -> None:
        """Run a script in which ``program`` is this engine."""
        link = self.folder / "bin" / program
        link.symlink_to("podman-in-folder")
        try:
            self._run([str(script)])
        finally:
            link.unlink()

    def make_image(self, name: str) -> None:
        """Make an image that sleeps and has BusyBox in it, with the libraries that it is linked to."""
        busybox = shutil.which("busybox")
        assert busybox, "busybox is not installed"
        libraries = subprocess.run(["ldd", busybox], capture_output=True, text=True, check=False).stdout
        archive = self.folder / "image.tar"
        with tarfile.open(archive, "w", dereference=True) as tar:
            tar.add(busybox, "bin/busybox")
            for library in re.findall(r"/\S+", libraries):
                tar.add(library, library)
        self.run("import", '--change=CMD ["/bin/busybox", "sleep", "3600"]', str(archive), f"{name}:latest")

    def sysctls_of(self, container: str, names: t.Iterable[str]) -> dict[str, str]:
        """Return the values that a running container sees."""
        files = {name: f"/proc/sys/{name.replace('.', '/')}" for name in names}
        return {name: self.run("exec", container, "/bin/busybox", "cat", file) for name, file in files.items()}

    def _run(self, command: t.Sequence[str]) -> str:
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"{' '.join(command)}: {run.stdout}{run.stderr}"
        return run.stdout.strip()
