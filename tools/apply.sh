#!/usr/bin/env bash
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the role of the installed artifact with the choices that `make apply` hands on as variables. With the argument
# "check" it only refuses what cannot be, which takes nothing that has to be installed.
set -euo pipefail

# Other collections stay in reach, for what the inventory names of them.
export ANSIBLE_COLLECTIONS_PATH=$PWD/.collections:${ANSIBLE_COLLECTIONS_PATH:-'~/.ansible/collections:/usr/share/ansible/collections'}
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml
export ANSIBLE_INVENTORY_UNPARSED_FAILED=true
ROLE=roles/keepalive
# Of those that choose how hosts are reached. The names of others cannot be checked here.
OF_ANSIBLE=(
  ansible_become{,_exe,_flags,_method,_pass,_password,_user}
  ansible_{connection,host,password,pipelining,port,private_key_file,python_interpreter,remote_tmp,shell_executable,user}
  ansible_ssh_{args,common_args,extra_args,private_key_file}
)

refuse() {
  echo "$* Nothing was changed." >&2
  exit 1
}

require_known() {
  if [[ $1 == ansible_* ]]; then
    [[ " ${OF_ANSIBLE[*]} " == *" $1 "* ]] ||
      refuse "EXTRA names $1. Of Ansible's variables it takes: ${OF_ANSIBLE[*]}. Give another one by ARGS='-e $1=VALUE'."
  elif [[ $1 != keepalive_hosts ]]; then
    grep --quiet --extended-regexp "^ {6}${1//[^A-Za-z0-9_]/-}:" "$ROLE/meta/argument_specs.yml" ||
      refuse "EXTRA names $1, which neither the role nor the playbook knows. The role has:" \
        "$(grep --only-matching --extended-regexp '^keepalive_[a-z_]+' "$ROLE/defaults/main.yml" | xargs)."
  fi
}

arguments=(--diff)
for name in TIME INTVL PROBES; do
  value=${!name:-}
  [[ -n $value ]] || continue
  # more than digits could be more than one variable; which numbers there can be, the role knows
  [[ $value =~ ^[0-9]+$ ]] || refuse "$name is '$value': give a whole number."
  arguments+=(--extra-vars "keepalive_${name,,}=$value")
done
# What has no such name would be ignored silently.
[[ ! ${EXTRA:-} =~ [[:space:]]=|=([[:space:]]|$) || $EXTRA == "{"* || $EXTRA == "@"* ]] ||
  refuse "EXTRA is '$EXTRA': give NAME=VALUE without blanks around the equals sign."
mapfile -t words < <([[ ${EXTRA:-} == "{"* || ${EXTRA:-} == "@"* ]] || xargs --max-args=1 <<<"${EXTRA:-}")
for word in "${words[@]}"; do
  [[ -n $word ]] || continue
  [[ $word == *=* ]] || refuse "EXTRA has '$word' without a value: give NAME=VALUE."
  require_known "${word%%=*}"
done
[[ ${EXTRA:-} != "@"* || -e ${EXTRA#@} ]] || refuse "EXTRA names the file ${EXTRA#@}, which is not there."
[[ -z ${EXTRA:-} ]] || arguments+=(--extra-vars "$EXTRA")
[[ -z ${LIMIT:-} ]] || arguments+=(--limit "$LIMIT")
check=
case ${CHECK:-} in
  '' | 0 | no | false) ;;
  *)
    check="Check only, nothing will be changed: "
    arguments+=(--check)
    ;;
esac

[[ -z ${LIMIT:-} || -n ${INVENTORY:-} ]] || refuse "LIMIT is '$LIMIT', and there is no INVENTORY that it limits: give one."
reports=
if [[ -n ${INVENTORY:-} ]]; then
  [[ $INVENTORY == *,* || -e $INVENTORY ]] || refuse "There is no inventory $INVENTORY."
  arguments+=(--inventory "$INVENTORY")
  hosts="the hosts of $INVENTORY${LIMIT:+, limited to $LIMIT}"
else
  export ANSIBLE_REMOTE_TMP=${ANSIBLE_HOME:-}/tmp
  # What the environment names as inventory or limit is not this machine.
  arguments+=(--inventory inventory.yml)
  hosts="this machine"
fi
unset ANSIBLE_INVENTORY ANSIBLE_LIMIT ANSIBLE_SUBSET

# Reporting takes no rights.
if [[ -z ${INVENTORY:-} && -n ${TIME:-}${INTVL:-}${PROBES:-}${EXTRA:-} ]] && ((EUID != 0)) &&
  ! sudo --non-interactive true 2>/dev/null; then
  if command -v sudo >/dev/null && [[ -t 0 ]]; then
    arguments+=(--ask-become-pass)
  else
    refuse "Setting kernel values, and checking whether that would work, takes root: run this as root, or as a" \
      "user with sudo (without a password, or in a terminal, where it is asked for)."
  fi
fi
[[ ${1:-} != check ]] || exit 0

if [[ -n ${TIME:-}${INTVL:-}${PROBES:-}${EXTRA:-} ]]; then
  echo "${check}linux.tcp.keepalive on $hosts."
elif [[ -n ${INVENTORY:-} ]]; then
  echo "${check}linux.tcp.keepalive on $hosts, with the keepalive_* variables of the inventory."
  echo "A host without any only reports."
  arguments+=(--verbose)
else
  reports=yes
  echo "What $hosts has now (runtime) and after a reboot (boot), and where these differ (drift). To set values:"
  echo "  make apply TIME=600 INTVL=60 PROBES=20 CHECK=1"
fi

# ARGS is a list of arguments, so it is split into words.
# shellcheck disable=SC2086
[[ -z $reports ]] || exec .venv/bin/ansible localhost --inventory inventory.yml --module-name linux.tcp.keepalive_info ${ARGS:-}
# shellcheck disable=SC2086
exec .venv/bin/ansible-playbook linux.tcp.apply "${arguments[@]}" ${ARGS:-}
