#!/usr/bin/env bash
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs the system packages that the tests need and that are missing, and says which. More can be named as arguments.
set -euo pipefail

# The containers (podman to mmdebstrap), ansible-test (git, shellcheck), tests in namespaces (procps and systemd have the
# loaders), faults in system calls (strace, libseccomp2), hosts behind SSH.
packages=(podman runc netavark aardvark-dns iptables mmdebstrap git shellcheck iproute2 procps systemd strace
  libseccomp2 busybox openssh-client openssh-server "$@")

if ! command -v apt-get >/dev/null; then
  missing=()
  for tool in podman runc iptables mmdebstrap git shellcheck ip sysctl strace busybox ssh sshd "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if ((${#missing[@]})); then
    echo "Missing: ${missing[*]}. This system has no apt-get: install them with its own package manager." >&2
    exit 1
  fi
  echo "All the tools that the tests need are here."
  exit
fi

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
if ! ((${#missing[@]})); then
  echo "All the system packages that the tests need are installed."
  exit
fi

as_root=()
if ((EUID != 0)); then
  as_root=(sudo)
  if ! sudo --non-interactive true 2>/dev/null && ! { command -v sudo >/dev/null && [[ -t 0 ]]; }; then
    echo "Missing system packages. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi
echo "Installing the system packages ${missing[*]}."
# The tests start an sshd of their own. That of the system is not to be started because its package is installed.
policy=/usr/sbin/policy-rc.d
if [[ " ${missing[*]} " == *' openssh-server '* && ! -e $policy ]]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --option=DPkg::Lock::Timeout=300 --yes -qq --no-install-recommends "${missing[@]}" >/dev/null
