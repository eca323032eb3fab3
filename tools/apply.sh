#!/usr/bin/env bash
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the role of the installed artifact with the choices that `make apply` hands on as variables.
set -euo pipefail

export ANSIBLE_COLLECTIONS_PATH=$PWD/.collections
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml

arguments=(--diff)
[[ -z ${TIME:-} ]] || arguments+=(--extra-vars "keepalive_time='$TIME'")
[[ -z ${INTVL:-} ]] || arguments+=(--extra-vars "keepalive_intvl='$INTVL'")
[[ -z ${PROBES:-} ]] || arguments+=(--extra-vars "keepalive_probes='$PROBES'")
[[ -z ${EXTRA:-} ]] || arguments+=(--extra-vars "$EXTRA")
[[ -z ${CHECK:-} || ${CHECK} == 0 ]] || arguments+=(--check)
[[ -z ${LIMIT:-} ]] || arguments+=(--limit "$LIMIT")

reports=
if [[ -z ${TIME:-}${INTVL:-}${PROBES:-}${EXTRA:-} ]]; then
  echo "No value given: this reports what is set and changes nothing. To set values, for example:"
  echo "  make apply TIME=600 INTVL=60 PROBES=5 CHECK=1"
  arguments+=(--verbose)
  reports=yes
fi

if [[ -n ${INVENTORY:-} ]]; then
  arguments+=(--inventory "$INVENTORY")
  echo "Applying linux.tcp.keepalive to the hosts of $INVENTORY${LIMIT:+, limited to $LIMIT}."
else
  echo "Applying linux.tcp.keepalive to this machine."
  export ANSIBLE_REMOTE_TMP=$ANSIBLE_HOME/tmp
  if ((EUID == 0)) || sudo --non-interactive true 2>/dev/null; then
    :
  elif [[ -n $reports ]]; then
    arguments+=(--extra-vars '{"ansible_become": false}')
  elif command -v sudo >/dev/null && [[ -t 0 ]]; then
    arguments+=(--ask-become-pass)
  else
    echo "Setting kernel values takes root: run this as root, or as a user with sudo" \
      "(without a password, or in a terminal, where it is asked for)." >&2
    exit 1
  fi
fi

# ARGS is a list of arguments, so it is split into words.
# shellcheck disable=SC2086
exec .venv/bin/ansible-playbook linux.tcp.apply "${arguments[@]}" ${ARGS:-}
