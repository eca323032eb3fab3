# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the command that probes a host, in plain shell.

It needs a POSIX shell, readlink, grep, find, tar, gzip, head and base64, and where there is more to read sort and tr.
It prints what :func:`take_snapshot` reads on a host: the kernel's values, sysctl files, what tells how the host boots,
and the lines elsewhere that may set keepalive keys; compressed, and in letters that no terminal changes. Where the
command is not sure or a tool is missing, the output is not complete, and :func:`parse_probe` refuses it.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.dracut import CONF, CONF_FOLDERS, DRACUT
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import (
    CONTAINER_MARKS,
    DOCKER_MARK,
    DROP_IN_FOLDERS,
    INIT,
    OPENRC,
    RC_FOLDERS,
    SD_BOOTED,
    SYSCTL_PROGRAMS,
    SYSTEMD_SYSCTL,
    UNITS,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.wsl import WSL, WSL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    CREDENTIAL_FOLDERS,
    DIRECTORIES,
    ENCRYPTED_CREDENTIAL_FOLDERS,
    KERNEL_FILES,
    SYSCTL_CONF,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED_ERE,
    ENTERED_ERE,
    FOLDER_PATTERN,
    GIVEN_ERE,
    HOME,
    HOME_ERE,
    LIB_PLACES,
    LOCAL_FOLDERS,
    MOST_CALLED,
    PLACES,
    RELEVANT_ERE,
    RIGHTS_ERE,
    SAPTUNE,
    SCRIPT_OF_STATE,
    SEARCHED_ERE,
    STATE,
    UDEV_PROGRAMS,
    UFW_AND_TUNED,
)

# What is read as a whole: files, and folders with all that is in them.
_ROOTS = (
    *DIRECTORIES,
    SYSCTL_CONF,
    *UNITS,
    *DROP_IN_FOLDERS,
    *RC_FOLDERS,
    *(f"/etc/init.d/{name}" for name in ("procps", "procps.sh", "sysctl", "sysctl.sh")),
    *UFW_AND_TUNED,
    *(CONF, *CONF_FOLDERS),
    WSL_CONF,
)
_CREDENTIALS = CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS
# OpenRC also where the links of a merged /usr lead. Where it is, the module reads on.
_PROBED = (
    *("/dev/null", SD_BOOTED, *SYSTEMD_SYSCTL, *SYSCTL_PROGRAMS, OPENRC, f"/usr{OPENRC}"),
    *(*CONTAINER_MARKS, DOCKER_MARK, WSL, DRACUT, INIT, f"/usr{INIT}"),
)
# Of these, as patterns of a shell, what names sysctl in any case.
_READ_ANYWAY = "|".join((SYSCTL_CONF, "/etc/ufw/sysctl.conf", *(f"{folder}/*" for folder in DIRECTORIES)))
_FURTHER_DOWN = "|".join(f"{folder}/*/*" for folder in DIRECTORIES)
# What is short, and the lines of it that count: values, whether there may be the variable, and what is mounted at /.
_SHORT = (*(f"/proc/sys/{SYSCTL_PREFIX}{key}" for key in KEYS), "/proc/1/environ", "/proc/1/mountinfo")
_SHORT_ERE = "^-?[0-9]+$|container=|^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / .*"
# The largest output, compressed.
_MOST_BYTES = 400_000
# What a program of the probe may use, memory in KiB and processor time in seconds: a user of the host may replace a
# file by a huge one just before it is read.
_MOST_MEMORY = 128 << 10
_MOST_SECONDS = 20
# The largest place, and the largest script that is called, that is read here, in bytes.
_MOST_OF_A_PLACE = 1 << 20
# Where lines call programs by their names alone.
_OF_NAMES = LOCAL_FOLDERS + UDEV_PROGRAMS
# What lines call, or the folder in which they may do so, some with a mark behind their names, or the list in PATH.
# One pattern: of several, BusyBox's grep -o finds only the first one of a line.
_CALLED = shlex.quote(f"{CALLED_ERE}|{HOME_ERE}|{ENTERED_ERE}")
_SEARCHED = shlex.quote(SEARCHED_ERE)  # by itself, as it may hide another one in its line
# Where programs have what is theirs, as patterns of a shell.
_STATE = "|".join(f"{folder}*" for folder in STATE)
_IN_STATE = " -o ".join(f"-path '{folder}*'" for folder in STATE)
_SCRIPTS_OF_STATE = "|".join(f"{folder}*{SCRIPT_OF_STATE}" for folder in STATE)
# A line that may enter a folder, or give a variable its name, or run all files in it, or has a specifier. Cron, systemd
# and supervisor take blanks before "=", cron also quotes.
_NO_REMARK_ERE = "^[[:space:]]*([^#[:space:]].*)?"
_ENTERS_ERE = (
    f"{_NO_REMARK_ERE}((cd|pushd|chdir|run-parts|find|for|-C)[[:space:]]|[[:alnum:]_]['\"]?[[:space:]]*=|%[iIjJnNpP])"
)
# A script that a line of cron, which starts in the home folder, calls by a part of its path; and what a script that it
# calls does so, unless that enters another folder.
_BEFORE = "[[:space:];&|('\"]"
_INTERPRETERS_ERE = "(ba|da|a|k|mk|z|fi|c|tc)?sh|python[0-9.]*|perl|ruby|node|php|lua|tclsh"
_A_PART_ERE = "([[:space:]]+[-+][[:alnum:]]+)*[[:space:]]+['\"]?[[:alpha:]_.]"
_RELATIVE_ERE = (
    f"{_BEFORE}(\\./|[[:alpha:]_][[:alnum:]_.-]*/[[:alnum:]_])|({_BEFORE}|/)({_INTERPRETERS_ERE}|-f){_A_PART_ERE}"
)
_CALLS_BY_A_PART_ERE = (
    f"^([[:space:]]*[^#[:space:]].*{_BEFORE}|[[:space:]]*)\\./[[:alnum:]_]"
    f"|^([[:space:]]*[^#[:space:]].*({_BEFORE}|/)|[[:space:]]*)({_INTERPRETERS_ERE}|source|\\.){_A_PART_ERE}"
)
_LEAVES_ERE = "(^|[[:space:];&|({])(cd|pushd)[[:space:]]"
_MOST_IN_FOLDERS, _MOST_LARGE = 1000, 20
_MOST_NAMES = 5000
# Folders that scripts of distributions name, in which nothing is run that is not looked at. A hidden one, such as
# ~/.cargo, has what is a program's own.
_NAMED = (
    *(*DIRECTORIES, *LOCAL_FOLDERS, "/etc", "/etc/init.d", "/etc/profile.d", "/etc/default", "/etc/sysconfig"),
    *("/etc/binfmt.d", "/etc/modules-load.d", "/etc/polkit-1/rules.d", "/usr/local", "/usr/local/games"),
)


def _above(paths: t.Iterable[str]) -> list[str]:
    """Return the folders above some paths, but the root."""
    folders = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder != "/":
            folders.add(folder)
            folder = posixpath.dirname(folder)
    return sorted(folders)


def _words(words: t.Iterable[str]) -> str:
    return " ".join(words)


# Where mounts may have sysctl files.
_MOUNTS_OF_FILES = ("/", *DIRECTORIES, *_above((*DIRECTORIES, SYSCTL_CONF)))

# A process costs the host about a millisecond, so there are as few as possible.
# Where this user may not look at a place, the host is left to the module, which says so. A test of the shell does not
# tell why it finds nothing, but ls does.
# Where an overlay keeps what is written to it may be memory, so the folders above are looked at, too.
# find prints a script that is too large twice.
# Programs that lines call by their names alone are looked for in their folders. A file that may matter leaves the host
# to the module if it is in a folder that lines name, or in that of a script which looks for its own.
# What lines call is read, and what that calls in turn, up to the fourth in a row; but not what lines of tmpfiles.d do,
# and those of users' tables of cron (u), which the module follows where they may get root's rights. What has a line
# that counts and does not begin as a script may be given to a program, so that the module has to see how.
# The variables of more than a few lines are:
#   d n u h e   an option of grep, a line end; folders of overlays and of credentials; folders that ls looks at
#   w y z       the places, those that are there, and the folders above them; w is later the scripts that call others,
#               and y has them, too
#   c s t       what lines call, what they give to a shell, and the folders that they name
#   l q m       what is called and there, in this turn and before; what is missing
#   k g r x     of these the small ones, the large ones, those with a line that counts, those that begin as a script
#   o           the names of programs that lines call without their folder, at first with udev's, and x without
# The folder of a unit's EnvironmentFile= is entered as FOLDER/., since by its own name it may be one that is left out.
# Only with GNU grep, what is behind a zero byte is seen (environ), and all names of a list that a line has (named).
# A line "= NAME" begins each part. Every line of a part has a form that no "= NAME" has.
# A shell's own read takes single bytes, and the kernel gives its values only to the first.
# Users of the host choose the names in their folders: of these no word of a command is made before it is known to be
# the path of a file in a folder that a line names. A name that has a line end leaves the host to the module, and so
# does a list that does not end as it has to, with a line that is in no name.
# Users of the host may replace what a line calls at any time, such as by a link to a device, which to open may do harm.
# So what lines call is read only where root alone can replace each folder, link and file on the way (alone): in a
# folder with the sticky bit, nobody replaces what is root's, but may put something of root's there just before find(1)
# sees it, so that the way is walked again behind that. The places are root's anyway, and GNU grep -D skip does
# not wait for a FIFO, but others do.
# A file of /proc has 0 bytes, whatever can be read from it.
# There is no line end at the end, as Ansible appends "&& sleep 0" where ssh has a terminal.
PROBE_SCRIPT = f"""\
LC_ALL=C; export LC_ALL; unset TAR_OPTIONS GREP_OPTIONS GZIP POSIXLY_CORRECT; cd / || exit 1
doubt() {{ printf '= doubt %s\\n' "$*"; exit 0; }}
n='
'
short() {{
  IFS=$n; set -f
  for v in $values; do case $v in $1*) printf '%s\\n' "${{v#"$2"}}" ;; esac; done
  unset IFS; set +f
}}
walk() {{
  while [ "$1" ]; do
    case $n$a in *"$n$1$n"*) break ;; esac
    a=$a$1$n
    if [ -L "$1" ]; then
      p=$(readlink "$1") || doubt readlink
      case $p in *"$n"*) doubt readlink ;; /*) walk "$p" ;; *) walk "${{1%/*}}/$p" ;; esac
    fi
    set -- "${{1%/*}}"
  done
}}
given() {{
  [ "$s" ] || s=$(grep $d -ahoE {shlex.quote(GIVEN_ERE)} $w /dev/null) || [ $? = 1 ] || doubt grep
  s=${{s%"$n"}}$n
  case $s in *[[:space:]\\'\\"]"$1$n"*) return 0 ;; *) return 1 ;; esac
}}
calls() {{
  c=$(grep $d -ahoE {_CALLED} "$@" /dev/null); [ $? -gt 1 ] && doubt grep
  p=$(grep $d -ahoE {_SEARCHED} "$@" /dev/null); [ $? -gt 1 ] && doubt grep
  c=$c$n$p
}}
named() {{
  [ "$o" ] || return 0
  if [ "$d" ]; then
    p=$(grep $d -ahowF -e "$o" "$@" /dev/null); [ $? -gt 1 ] && doubt grep
  else
    b=$n$(cat "$@" /dev/null)$n || doubt cat
    p=; for f in $o; do case $b in *[!A-Za-z0-9_]"$f"[!A-Za-z0-9_]*) p=$p$f$n ;; esac; done
  fi
  case $p in *"$n"*) p=$(printf '%s\\n' "$p" | sort -u) && [ "$p" ] || doubt sort ;; esac
  for f in $p; do
    for p in {_words(_OF_NAMES)}; do [ -f "$p/$f" ] && c=$c$n$p/$f; done
  done
}}
enters() {{
  [ "$j" ] || j=$(grep $d -ahE {shlex.quote(_ENTERS_ERE)} $w /dev/null) || [ $? = 1 ] || doubt grep
  j=${{j%"$n"}}$n
}}
entered() {{
  case " {_words(_NAMED)} " in *" $1 "*) return ;; esac
  case $1 in {HOME}/*) case $1 in */.[!./]*) return ;; esac ;; esac
  [ -d "$1" ] || return 0
  [ -r "$1" ] || doubt "$1"
  case $n$t in *"$n$1/.$n"*) ;; *) t=$t$1/.$n ;; esac
}}
searched() {{
  IFS=" \t:\\"'"
  for p in $1; do
    case $p in '~'/* | '~root'/* | '$HOME'/* | '${{HOME}}'/* | %h/*) p={HOME}/${{p#*/}} ;; esac
    case $p/ in {FOLDER_PATTERN}) entered "${{p%/}}" ;; esac
  done
  IFS=$n
}}
folders() {{
  x=$({{
    find $t -xdev '(' {_IN_STATE} ')' ! -type d ! -name '*{SCRIPT_OF_STATE}' -prune \\
      -o '(' -type f -o -type l ')' -print && echo // || echo failed
  }} | head -n {_MOST_IN_FOLDERS})
  case $n$x in *"$n$n"* | *"$n"failed) doubt find ;; *"$n"//) x=${{x%//}} ;; *) doubt folders ;; esac
  i=1; l=; for f in $x; do
    i=$((i + 1))
    case $f in */./*) ;; *) doubt find ;; esac
    [ ! -f "$f" ] || l=$l$f$n
  done
  [ $i -lt {_MOST_IN_FOLDERS} ] || doubt folders
  x=$l; [ "$x" ] || return 0
  g=$(find -L $x -prune -size +{_MOST_OF_A_PLACE}c -perm -100 -print) || doubt find
  x=$(find -L $x -prune -size +0c ! -size +{_MOST_OF_A_PLACE}c -print) || doubt find
  l=$g$n$x; alone
  i=0; for f in $g; do
    i=$((i + 1)); [ $i -lt {_MOST_LARGE} ] || doubt size
    case $(grep $d -am1 '' "$f") in '#!'*) doubt size ;; esac
  done
  [ "$x" ] || return 0
  p=$(grep $d -alE -e '{RELEVANT_ERE}' -e {_CALLED} -e {_SEARCHED} $x /dev/null); [ $? -gt 1 ] && doubt grep
  x=$(grep $d -alE '{RELEVANT_ERE}' $x /dev/null); [ $? -gt 1 ] && doubt grep
  [ ! "$p" ] || p=$(grep $d -alE '^#!' $p /dev/null) || [ $? = 1 ] || doubt grep
  for f in $x $p; do
    case $n$q$n$y in *"$n${{f%/./*}}/${{f##*/./}}$n"*) ;; *) doubt "$f" ;; esac
  done
}}
alone() {{
  a=; for f in $l; do walk "$f"; done
  set -- "$a"
  p=$(find $a -prune '(' ! -user 0 -o ! -type l ! -perm -1000 '(' -perm -020 -o -perm -002 ')' ')' && echo alone)
  [ "$p" = alone ] || doubt writable
  a=; for f in $l; do walk "$f"; done
  [ "$a" = "$1" ] || doubt writable
}}
{{
ulimit -v {_MOST_MEMORY}; ulimit -t {_MOST_SECONDS}
d=; case $(grep -V) in 'grep (GNU grep) '*) d=-Dskip ;; esac
echo "= kernel"
values=$(grep -asoE '{_SHORT_ERE}' {_words(_SHORT)})
short /proc/sys/
v=; {{ IFS= read -r v; IFS= read -r p && doubt comm; }} < /proc/1/comm; printf 'comm %s\\n' "$v"
v=$(readlink /proc/1/exe) || readlink /proc/self/exe > /dev/null || doubt readlink; printf 'exe %s\\n' "$v"
case $d,$values in ,* | *environ:*container=*)
  {{ tr '\\0\\n' '\\n\\0' | grep -as '^container='; }} < /proc/1/environ ;;
esac
if [ -e /proc/sys/net/core/dev_weight ]; then
  v=; {{ IFS= read -r v; IFS= read -r p && doubt cmdline; }} < /proc/cmdline; printf 'cmdline %s\\n' "$v"
fi
echo "= mounts"
mounts=$(cat /proc/self/mountinfo) || doubt mounts
printf %s "${{mounts:+$mounts$n}}"
echo "= first"
short /proc/1/mountinfo /proc/1/mountinfo:
echo "= paths"
h=
for p in {_words(_CREDENTIALS)}; do
  if [ -d "$p" ]; then
    [ -r "$p" ] || doubt "$p"; h="$h $p/"
    for f in "$p"/sysctl.*; do [ -e "$f" ] || [ -L "$f" ] && doubt "$p"; done
    echo "empty $p"
  elif [ -e "$p" ] || [ -L "$p" ]; then doubt "$p"
  else echo "none $p"; fi
done
for f in {SAPTUNE}; do [ -e "$f" ] && doubt "$f"; done
for f in {_words(KERNEL_FILES)}; do
  [ -e "$f" ] || continue
  grep $d -asqE 'tcp_keepalive_|[*?[\\]' {_words(KERNEL_FILES)} && doubt kernel
  break
done
u=
case $mounts in *' - overlay'*)
  IFS=$n; set -f
  for v in $mounts; do
    case $v in *' - overlay'*) p=${{v#* * * * }} ;; *) continue ;; esac
    case ' {_words(_MOUNTS_OF_FILES)} ' in *" ${{p%% *}} "*) ;; *) continue ;; esac
    while case $v in *upperdir=/*) ;; *) break ;; esac; do
      v=/${{v#*upperdir=/}}; p=${{v%%[!A-Za-z0-9/._-]*}}
      while [ "$p" ]; do u="$u $p"; p=${{p%/*}}; done
    done
  done
  unset IFS; set +f ;;
esac
set --
for p in {_words(_above((*_ROOTS, *_CREDENTIALS, *_PROBED)))} {_words(_PROBED)} $u; do
  if [ -L "$p" ]; then set -- "$@" "${{p#/}}"
  elif [ -d "$p" ]; then [ -x "$p" ] || doubt "$p"; echo "folder $p"
  elif [ -e "$p" ]; then echo "file $p"
  else echo "none $p"; fi
done
for p in {_words(_ROOTS)}; do
  if [ -L "$p" ] || [ -e "$p" ]; then set -- "$@" "${{p#/}}"; else echo "none $p"; fi
done
for p in {_words(DIRECTORIES)}; do for f in "$p"/*; do [ -S "$f" ] && doubt "$f"; done; done
if [ -d {SD_BOOTED} ]; then
  w='{_words(PLACES[True])}'
  [ /lib -ef /usr/lib ] || w="$w {_words(LIB_PLACES[True])}"
else
  w='{_words(PLACES[False])}'
  [ /lib -ef /usr/lib ] || w="$w {_words(LIB_PLACES[False])}"
  for p in {_words(SYSCTL_PROGRAMS)}; do
    [ -L "$p" ] && break
    [ -f "$p" ] || continue
    if grep $d -q 'BusyBox v' "$p"; then echo "busybox $p"; else echo "other $p"; fi
    break
  done
  p=$(readlink -f {INIT})
  if [ -f "$p" ]; then
    if grep $d -q 'BusyBox v' "$p"; then echo "busybox $p"; else echo "other $p"; fi
    while p=${{p%/*}}; [ "$p" ]; do echo "folder $p"; done
  fi
fi
echo "= lines"
z=; p=
set -f
for f in $w; do
  f=${{f%/*}}; [ "$f" = "$p" ] && continue
  p=$f
  while [ "$f" ]; do case "$z " in *" $f "*) break ;; esac; z="$z $f"; f=${{f%/*}}; done
done
set +f
e=
for f in $z $h; do
  [ ! -d "$f" ] || [ -r "$f" ] || doubt ls
  e=$e$f$n
done
l=
for f in $w; do
  case $f in *:*) [ -e "$f" ] && doubt "$f" ;; esac
  if [ -f "$f" ]; then [ -r "$f" ] || doubt "$f"; l=$l$f$n
  else [ -e "$f" ] && [ ! -d "$f" ] && ! [ "$f" -ef /dev/null ] && doubt "$f"; fi
done
for f in {_words(LOCAL_FOLDERS)}; do [ ! -d "$f" ] || [ -r "$f" ] || doubt "$f"; done
o=; x=; i=0
for f in {_words(f"{folder}/*" for folder in _OF_NAMES)}; do
  i=$((i + 1)); [ $i -lt {_MOST_NAMES} ] || doubt names
  [ -f "$f" ] || continue
  o=${{o:+$o$n}}${{f##*/}}
  case $f in */udev/*) ;; *) x=${{x:+$x$n}}${{f##*/}} ;; esac
done
IFS=$n; set -f
if [ "$l" ]; then
  [ "$d" ] || alone
  p=$(find -L $l -prune -size +{_MOST_OF_A_PLACE}c) && [ ! "$p" ] || doubt size
fi
grep $d -anE '{RELEVANT_ERE}' $l /dev/null; [ $? -gt 1 ] && doubt grep
y=$l; w=; i=0; q=; m=; s=; t=; r=
u=; for f in $l; do
  case $f in
    */tmpfiles.d/*) continue ;;
    /etc/crontab | /etc/cron.d/* | /etc/crontabs/root | /var/spool/cron/root | /var/spool/cron/*/root) r=$r$f$n ;;
    /etc/crontabs/* | /var/spool/cron/*) u=$u$f$n; continue ;;
  esac
  w=$w$f$n
done
if [ "$u" ]; then
  grep $d -aqwE '{RIGHTS_ERE}' $u /dev/null
  case $? in 0) doubt rights ;; 1) ;; *) doubt grep ;; esac
fi
calls $w; named $w; o=$x; tables=$r
if [ "$r" ]; then
  grep $d -aqE {shlex.quote(_RELATIVE_ERE)} $r /dev/null
  case $? in 0) entered {HOME} ;; 1) ;; *) doubt grep ;; esac
fi
for v in 1 2 3 4; do
  for f in $c; do i=$((i + 1)); done
  if [ $i -ge {MOST_CALLED} ]; then
    [ $v = 1 ] || doubt called
    c=$(printf '%s\\n' "$c" | sort -u) && [ "$c" ] || doubt sort
    i=0; for f in $c; do i=$((i + 1)); done
    [ $i -lt {MOST_CALLED} ] || doubt called
  fi
  l=; j=
  for f in $c; do
    b=
    case $f in *[[:space:]\\'\\"\\`\\;\\|\\&\\)\\\\]) f=${{f%?}} ;; esac
    case $f in {_SCRIPTS_OF_STATE}) ;; {_STATE}) [ -d "$f" ] || continue ;;
      /*) ;; *PATH*=*) searched "${{f#*PATH*=}}"; continue ;;
      *) p=${{f%%/*}} b=1; f=${{f#"$p"}}; case $p in *'~' | *'~root' | *HOME | *HOME'}}' | *%h) f={HOME}$f ;; esac ;;
    esac
    if [ -f "$f" ]; then
      case $n$l$y in *"$n$f$n"*) continue ;; esac
      case $n$q in *"$n$f$n"*) given "$f" || continue ;; esac
      [ -r "$f" ] || doubt "$f"; l=$l$f$n; q=$q$f$n
    elif [ -d "$f" ]; then
      f=${{f%/}}
      [ "$b" ] && {{ entered "$f"; continue; }}
      enters
      case $j in *"$f"[!A-Za-z0-9_./-]* | *"$f"/[!A-Za-z0-9_.%-]*) entered "$f" ;; esac
    elif [ ! -e "$f" ] && [ ! -L "$f" ]; then
      case $n$m in *"$n$f$n"*) ;; *) m=$m$f$n ;; esac
      case $f in
        *[-._]) entered "${{f%/*}}" ;;
        *%[iIjJnNpP]*)
          enters; p=${{f%%%*}}; p=${{p%/*}}
          for b in $j; do
            case $b in *"$f"*) b=${{b%"$f"*}} ;; *) continue ;; esac
            case $b in
              *EnvironmentFile*) p=$p/. ;; *Exec* | *WorkingDirectory* | *Environment*) ;; *=*) continue ;;
            esac
            entered "$p"; break
          done ;;
      esac
    fi
  done
  [ "$l" ] || break
  [ $v -lt 4 ] || doubt called
  l=$(find -L $l -prune -type f -size +0c -print -size +{_MOST_OF_A_PLACE}c -print) || doubt find
  [ "$l" ] || break
  alone
  g=; k=; p=
  for f in $l; do
    if [ "$f" = "$p" ]; then g=$g$f$n; k=${{k%"$f$n"}}; else k=$k$f$n; fi
    p=$f
  done
  for f in $g; do
    case $(grep $d -am1 '' "$f") in '#!'*) doubt size ;; *) given "$f" && doubt size ;; esac
  done
  [ "$k" ] || break
  r=$(grep $d -alE '{RELEVANT_ERE}' $k /dev/null); [ $? -gt 1 ] && doubt grep
  case $r in *"$n"*) r=$(printf '%s\\n' "$r" | sort) && [ "$r" ] || doubt sort ;; esac
  for f in $r; do
    case $f in *:*) doubt "$f" ;; esac
    case $(grep $d -am1 '' "$f") in
      '#!'*) grep $d -anE '{RELEVANT_ERE}' "$f" /dev/null; [ $? -gt 1 ] && doubt grep ;;
      "$(printf '\\177')ELF"*) given "$f" && doubt "$f" ;;
      *) case $f in {_FURTHER_DOWN}) doubt "$f" ;; {_READ_ANYWAY}) given "$f" && doubt "$f" ;; *) doubt "$f" ;; esac ;;
    esac
  done
  x=$(grep $d -alE '^#!' $k /dev/null); [ $? -gt 1 ] && doubt grep
  l=
  for f in $k; do
    case $n$x$n in *"$n$f$n"*) l=$l$f$n ;; *) given "$f" && l=$l$f$n ;; esac
  done
  [ "$l" ] || break
  p=$(grep $d -alE '[$][{{]?(0|BASH_SOURCE)[^0-9]' $l /dev/null); [ $? -gt 1 ] && doubt grep
  for f in $p; do entered "${{f%/*}}"; done
  w=$l; y=$y$l; s=
  if [ "$tables" ]; then
    p=$(grep $d -alE {shlex.quote(_CALLS_BY_A_PART_ERE)} $w /dev/null); [ $? -gt 1 ] && doubt grep
    [ ! "$p" ] || x=$(grep $d -alE {shlex.quote(_LEAVES_ERE)} $p /dev/null) || [ $? = 1 ] || doubt grep
    for f in $p; do case $n$x$n in *"$n$f$n"*) ;; *) entered {HOME}; break ;; esac; done
  fi
  calls $w; named $w
done
[ ! "$t" ] || folders
for p in $(ls $e $m 2>&1 > /dev/null); do
  case $p in *'No such file or directory' | *'Not a directory') ;; *) doubt ls ;; esac
done
echo "= files"
if [ $# -gt 0 ]; then tar -cf - "$@"; fi
echo "= end $?"
}} 2>/dev/null | gzip -c | head -c {_MOST_BYTES} | base64"""
