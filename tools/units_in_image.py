# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit tests on the Python of an image of the scenarios, with the packages that locks/units.txt has for it.

The packages are unpacked on this machine, so that the image needs only Python. The container gets them
and the clone read-only, and has no network. It is privileged, because the tests make namespaces.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "locks" / "units.txt"
PODMAN = ROOT / "extensions" / "molecule" / "bin" / "podman"


def unpack(python: str) -> Path:
    """Return a folder with the locked packages for a release of Python, such as 3.14."""
    folder = ROOT / ".cache" / f"units-{python}"
    stamp, wanted = folder / "lock.txt", LOCK.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--no-build"),
            *(f"--python-version={python}", f"--target={folder}", f"--requirement={LOCK}"),
        ],
        check=True,
    )
    stamp.write_bytes(wanted)
    return folder


def newest_image(name: str) -> str:
    """Return the newest image of that name, as images/build.yml made it."""
    listing = [str(PODMAN), "images", "--format={{.Repository}}:{{.Tag}}", f"--filter=reference=localhost/{name}"]
    images = subprocess.run(listing, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    if not images:
        sys.exit(f"There is no image {name}. extensions/molecule/images/build.yml makes it.")
    return images[0]


def python_of(image: str) -> str:
    """Return the release of Python in an image, such as 3.14."""
    command = [str(PODMAN), "run", "--rm", "--network=none", image, "python3", "--version"]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.match(r"Python (\d+\.\d+)\.", answer)
    if not found:
        sys.exit(f"Python of the image {image} tells no version: {answer!r}")
    return found[1]


def main() -> int:
    """Run the tests; return the exit status of pytest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("image", help="its name without the hash of its recipe, such as linux-tcp-debian14")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="for pytest")
    arguments = parser.parse_args()
    image = newest_image(arguments.image)
    packages = unpack(python_of(image))
    environment = {
        "PYTHONPATH": "/packages",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",
        "STRESS_RUNS": os.environ.get("STRESS_RUNS", "16"),
    }
    command = [
        *(str(PODMAN), "run", "--rm", "--privileged", "--network=none", "--tmpfs=/tmp:exec", "--workdir=/clone"),
        *(f"--volume={ROOT}:/clone:ro", f"--volume={packages}:/packages:ro"),
        *(f"--env={name}={value}" for name, value in environment.items()),
        *(image, "python3", "-m", "pytest", "-o", "cache_dir=/tmp/pytest", *arguments.arguments),
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
