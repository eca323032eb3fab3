# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.boot_scripts import applies_files, calls_of_sysctl

# What the scripts of distributions do, in fewer words.
DEBIAN = """
PATH=/sbin:/bin
[ -r /etc/default/rcS ] || exit 0
. /lib/lsb/init-functions
which sysctl > /dev/null || exit 0
case "$1" in
  start|restart|force-reload)
    quiet="-q"
    if [ "$VERBOSE" = yes ]; then quiet=""; fi
    log_action_begin_msg "Setting kernel variables"
    status=0
    sysctl $quiet --system || status=$?
    log_action_end_msg $status
    ;;
  stop) ;;
  *)
    echo "Usage: $0 {start|stop|restart|force-reload}" >&2
    exit 3
esac
exit 0
"""
DEBIAN_NEW = """#!/bin/sh
if [ true != "$INIT_D_SCRIPT_SOURCED" ] ; then
  set "$0" "$@"; INIT_D_SCRIPT_SOURCED=true . /lib/init/init-d-script
fi
DESC="Setting kernel variables"
DAEMON=/sbin/sysctl
PIDFILE=none
QUIET_SYSCTL="-q"
do_start_cmd() {
  STATUS=0
  $DAEMON $QUIET_SYSCTL --system || STATUS=$?
  return $STATUS
}
do_stop() { return 0; }
do_status() { return 0; }
"""
OPENRC = """#!/sbin/openrc-run
depend()
{
  before bootmisc logger
  keyword -prefix
}
BSD_sysctl()
{
  [ -e /etc/sysctl.conf ] || return 0
  local retval=0 var= comments=
  sed 's/ = /=/' /etc/sysctl.conf | while read var comments; do
    case "$var" in
      ""|"#"*) continue ;;
    esac
    sysctl -w "$var" >/dev/null || retval=1
  done
  return $retval
}
Linux_sysctl()
{
  local quiet
  yesno $rc_verbose || quiet=-q
  sysctl ${quiet} --system
}
start()
{
  ebegin "Configuring kernel parameters"
  case "$RC_UNAME" in
  *BSD|GNU) BSD_sysctl; rc=$? ;;
  Linux)
    if sysctl -V > /dev/null 2>&1; then
      Linux_sysctl; rc=$?
    else
      BSD_sysctl; rc=$?
    fi ;;
  esac
  eend $rc "Unable to configure some kernel parameters"
}
"""
SLACKWARE = """
if [ -x /sbin/sysctl -a -r /etc/sysctl.conf -a -z "$container" ]; then
  echo "Configuring kernel parameters:  /sbin/sysctl -e --system"
  /sbin/sysctl -e --system
elif [ -x /sbin/sysctl ]; then
  /sbin/sysctl -e --system 2> /dev/null | grep -v "Applying /etc/sysctl.conf"
fi
"""
VOID = """
if [ -x /sbin/sysctl -o -x /bin/sysctl ]; then
    msg "Loading sysctl(8) settings..."
    sysctl --system
fi
"""
CHIMERA = """
[ -e /run/dinit/container ] && exit 0
command -v sysctl > /dev/null 2>&1 || exit 0
exec sysctl --system
"""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(DEBIAN, id="Debian, sysvinit"),
        pytest.param(DEBIAN_NEW, id="Debian and Devuan, init-d-script"),
        pytest.param(OPENRC, id="OpenRC"),
        pytest.param(SLACKWARE, id="Slackware"),
        pytest.param(VOID, id="Void"),
        pytest.param(CHIMERA, id="Chimera"),
        pytest.param("sysctl --system", id="bare"),
        pytest.param("/sbin/sysctl -q --system", id="path"),
        pytest.param("/sbin/sysctl -eq --system >/dev/null 2>&1", id="several options"),
        pytest.param("'/sbin/sysctl' \"--system\"", id="quotes"),
        pytest.param("sysctl \\\n  --system", id="continued line"),
        pytest.param("sysctl --system || true", id="alternative"),
        pytest.param("sysctl --system & wait", id="background"),
        pytest.param("(sysctl --system)", id="subshell"),
        pytest.param("{ LC_ALL=C sysctl --system; }", id="group"),
        pytest.param("if sysctl --system; then echo done; fi", id="condition"),
        pytest.param('if ! error=$(sysctl --system 2>&1); then echo "$error"; fi', id="output kept"),
        pytest.param('echo "$(sysctl --system)"', id="output printed"),
        pytest.param("sysctl --system | logger -t sysctl", id="output logged"),
        pytest.param("[ -x /sbin/sysctl ] && sysctl --system", id="where it is installed"),
        pytest.param("[ -x /sbin/sysctl ] || exit 0\nsysctl --system", id="unless it is missing"),
        pytest.param("exec sysctl --system", id="exec"),
        pytest.param("nice sysctl --system; command sysctl -e --system", id="by other programs"),
        pytest.param("nice -n 5 sysctl --system || nohup sysctl --system", id="by other programs with options"),
        pytest.param("env -i B=c nice sysctl --system", id="by other programs with an environment"),
        pytest.param("/usr/bin/nice -n 5 /sbin/sysctl --system", id="by the path of another program"),
        pytest.param("SYSCTL=/sbin/sysctl\n$SYSCTL --system", id="variable"),
        pytest.param('SYSCTL="/sbin/sysctl -q"\n${SYSCTL} --system', id="variable with options"),
        pytest.param("S=/sbin/sysctl\n[ -x $S ] || S=/usr/sbin/sysctl\n$S --system", id="variable with two values"),
        pytest.param('RUN="sysctl --system"\n$RUN', id="variable with the whole call"),
        pytest.param("apply() { sysctl --system; }\napply", id="function"),
        pytest.param('a() { b; }\nb() { sysctl --system; }\n[ "$1" = stop ] || a', id="function of a function"),
        pytest.param("a() { sysctl --system; }\ntrap a EXIT", id="function that is trapped"),
        pytest.param("#!/bin/sh /etc/rc.common\nboot() { sysctl --system; }", id="function that OpenWrt calls"),
        pytest.param("start() { sysctl --system; }\nA=b . /c", id="function that another script may call"),
        pytest.param("#!/sbin/openrc-run\nstart_pre() { sysctl --system; }", id="function that OpenRC calls"),
        pytest.param("echo 'it is done'\nsysctl --system\nexit 0", id="between others"),
        pytest.param("cat <<E\nsysctl -p\nE\nsysctl --system", id="behind a here-document"),
        pytest.param("false && exit\nsysctl --system", id="behind an exit that is not reached"),
        pytest.param("if [ $1 = stop ]; then exit 0; fi\nsysctl --system", id="behind an exit in a branch"),
        pytest.param("if [ a ]; then exit 0; else sysctl --system; fi", id="beside an exit in a branch"),
        pytest.param("case $1 in stop) exit;; start) sysctl --system;; esac", id="beside an exit in a case"),
        pytest.param("case $1 in stop) true; exit;; esac\nsysctl --system", id="behind an exit in a case"),
        pytest.param("if true; [ a ]; then exit; fi\nsysctl --system", id="behind an exit and two conditions"),
        pytest.param("if false; then a; elif b; then exit; fi\nsysctl --system", id="behind an exit in an elif"),
        # loops, subshells and the background
        pytest.param("while true; do a; break; done\nsysctl --system", id="behind a loop with a break"),
        pytest.param("until false; do a && break; exit; done\nsysctl --system", id="behind a break before an exit"),
        pytest.param("while :; do { a; break; }; done; sysctl --system", id="behind a loop with a break in a group"),
        pytest.param("while :; do for i in a; do break; done; sysctl --system; break; done", id="between two breaks"),
        pytest.param("for i in a; do continue; done; sysctl --system", id="behind a loop with a continue"),
        pytest.param(
            "for i in $a; do true; exit; done\nsysctl --system", id="behind an exit in a for that may not run"
        ),
        pytest.param("while a; do exit; done; sysctl --system", id="behind an exit in a while that may not run"),
        pytest.param("(cd /x; exit 0); sysctl --system", id="behind an exit in a subshell"),
        pytest.param("( { exec /x; } )\nsysctl --system", id="behind an exec in a group of a subshell"),
        pytest.param("a() { (return 1); sysctl --system; }\na", id="behind a return in a subshell of a function"),
        pytest.param("a=$(echo b; exit 0)\nsysctl --system", id="behind an exit whose output is kept"),
        pytest.param('[ "$(:)" ] && exit\nsysctl --system', id="behind an exit and a command in a condition"),
        pytest.param("{ a; exit; } &\nsysctl --system", id="behind an exit in the background"),
        pytest.param("true && exit & sysctl --system", id="behind a condition in the background"),
        pytest.param("true && exit && a &\nsysctl --system", id="behind a list in the background"),
        pytest.param("a() { return; }\na\nsysctl --system", id="behind a return in another function"),
        # groups and functions that may go on
        pytest.param("if a; then exit; elif b; then exit; fi\nsysctl --system", id="behind an if without an else"),
        pytest.param("if a; then exit; elif b; then c; else exit; fi\nsysctl --system", id="behind a branch without"),
        pytest.param("if a; then exit; else exit; fi | cat\nsysctl --system", id="behind an if that is piped"),
        pytest.param("case $1 in a) exit;; *) ;; esac\nsysctl --system", id="behind an empty default"),
        pytest.param("case $1 in a) ;; *) exit;; esac\nsysctl --system", id="behind an empty case"),
        pytest.param("case $1 in a) exit;; '*') exit;; esac\nsysctl --system", id="behind a star in quotes"),
        pytest.param("case $1 in ?*) exit;; esac\nsysctl --system", id="behind a star beside another character"),
        pytest.param("case $1 in @(a|*)b) exit;; *(c)) exit;; @(d)*) exit;; esac\nsysctl --system", id="behind stars"),
        pytest.param("a() (exit)\na\nsysctl --system", id="behind an exit in a subshell as a function"),
        pytest.param("a() { exit; } >/a/b\na\nsysctl --system", id="behind a function that may not be redirected"),
        pytest.param("a() { b && return; exit; }\na\nsysctl --system", id="behind a function that may return"),
        pytest.param("a() { exit; }\nb=$(a)\na | b\na & sysctl --system", id="behind a function that runs apart"),
        pytest.param("a() { exit; }\na() { b; }\na\nsysctl --system", id="behind a function that is replaced"),
        pytest.param("a() { b; }\na\na() { exit; }\nsysctl --system", id="behind a function before it is replaced"),
        pytest.param("a\na() { exit; }\nsysctl --system", id="before an exit in a function"),
        pytest.param("b && a() { exit; }\na\nsysctl --system", id="behind a function that may be missing"),
        pytest.param("a() { exit; }\n. /b\na\nsysctl --system", id="behind a function that a script may replace"),
        pytest.param("a() { exit; }\nunset -f a\na\nsysctl --system", id="behind a function that is removed"),
        # ends that not every shell takes
        pytest.param("a && true && exit\nsysctl --system", id="behind a condition before what succeeds"),
        pytest.param("a <<E\n$(exit)\nE\nsysctl --system", id="behind an exit in a here-document"),
        pytest.param("{ exit; } >/a/b\nsysctl --system", id="behind an exit in a group that may not be redirected"),
        pytest.param("exit >/a/b\nsysctl --system", id="behind an exit that may not be redirected"),
        pytest.param("a() { exec -a b; sysctl --system; }\na", id="behind an exec with options only"),
        pytest.param("a() { exit 1 2; sysctl --system; }\na", id="behind an exit that is refused"),
        pytest.param("a() { exec $b; sysctl --system; }\na", id="behind an exec of a variable that may be empty"),
    ],
)
def test_scripts_that_apply_files(script: str) -> None:
    assert applies_files(script.encode())


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("", id="empty"),
        pytest.param("sysctl -p", id="one file"),
        pytest.param("if [ -r /etc/sysctl.conf ]; then sysctl -p; fi", id="one file, perhaps"),
        # printed only
        pytest.param('echo "run (sysctl --system)"', id="parentheses in quotes"),
        pytest.param('log "a | sysctl --system b"', id="pipe in quotes"),
        pytest.param('echo "Hint; sysctl --system "', id="semicolon in quotes"),
        pytest.param("echo 'a\nsysctl --system\nb'", id="quotes over lines"),
        pytest.param("echo a \\\n  sysctl --system", id="continued line"),
        pytest.param("echo sysctl --system", id="echo"),
        pytest.param("printf '%s\\n' \"& sysctl --system \"", id="printf"),
        pytest.param('logger -t boot "; sysctl --system "', id="logger"),
        pytest.param("log_action_msg '(sysctl --system )'", id="a function that prints"),
        pytest.param("cat <<EOF\nsysctl --system\nEOF", id="here-document"),
        pytest.param("cat <<-'EOF' >&2\n\tsysctl --system\n\tEOF", id="here-document, indented"),
        pytest.param(": <<'EOF'\nsysctl --system\nEOF", id="here-document that is discarded"),
        pytest.param('HINT="a; sysctl --system "\necho "$HINT"', id="variable with a text"),
        pytest.param("HINT='sysctl --system'", id="variable that is not run"),
        pytest.param("# (sysctl --system )", id="remark"),
        pytest.param("true # ; sysctl --system", id="remark behind a command"),
        pytest.param('sysctl() { echo "$@"; }\nsysctl --system', id="function of its name"),
        pytest.param("alias sysctl=echo\nsysctl --system", id="alias of its name"),
        pytest.param("SYSCTL='echo sysctl'\n$SYSCTL --system", id="variable that prints"),
        pytest.param("SYSCTL=/sbin/sysctl\nSYSCTL=:\n$SYSCTL --system", id="variable that is changed"),
        pytest.param("$SYSCTL --system", id="variable that is set elsewhere"),
        # not reached
        pytest.param("apply() { sysctl --system; }", id="function that is not called"),
        pytest.param('apply() { echo "$(sysctl --system)"; }', id="its output in such a function"),
        pytest.param("a() { b; }\nb() { sysctl --system; }", id="function of a function that is not called"),
        pytest.param("a() { a; sysctl --system; }", id="function that calls itself only"),
        pytest.param("#!/sbin/openrc-run\nstop() { sysctl --system; }", id="function of a stop"),
        pytest.param("start() { sysctl --system; }", id="function that no init system calls"),
        pytest.param("start() { sysctl --system; }\nls .", id="function that no other script calls"),
        pytest.param("#!/bin/sh -e\nstart() { sysctl --system; }", id="function that the script does not call"),
        pytest.param("#!/usr/bin/env -S bash -e\nstart() { sysctl --system; }", id="function, with a shell by env"),
        pytest.param("#!/bin/busybox sh\nstart() { sysctl --system; }", id="function, with BusyBox's shell"),
        pytest.param("exit 0\nsysctl --system", id="behind an exit"),
        pytest.param("return 0\nsysctl --system", id="behind a return"),
        pytest.param("exec 2>/dev/null /sbin/other\nsysctl --system", id="behind an exec"),
        pytest.param(
            "#!/sbin/openrc-run\nstart() {\n  echo a; return\n  sysctl --system\n}", id="behind a return in a function"
        ),
        pytest.param("#!/sbin/openrc-run\nstart() { exit 0; sysctl --system; }", id="behind an exit in a function"),
        pytest.param("case $1 in start) exit 0; sysctl --system;; esac", id="behind an exit in a case"),
        pytest.param("{ echo a; exit; }\nsysctl --system", id="behind an exit in a group"),
        pytest.param("true && exit 0\nsysctl --system", id="behind an exit that is always reached"),
        pytest.param("true && true && exit\nsysctl --system", id="behind an exit behind two that succeed"),
        pytest.param("a() { B=c exec d; sysctl --system; }\na", id="behind an exec with an environment"),
        pytest.param("{ exit; } 2>/dev/null\nsysctl --system", id="behind an exit in a group that is redirected"),
        pytest.param(
            "if [ -x /a ]; then exec /a; else exit 0; fi\nsysctl --system", id="behind an exit in both branches"
        ),
        pytest.param("if a; then exit; elif b; then exit; else exit; fi\nsysctl --system", id="in all branches"),
        pytest.param("if false; then a; else exit; fi\nsysctl --system", id="in the only branch that is taken"),
        pytest.param("a() { if b; then return; else exit; fi; sysctl --system; }\na", id="behind a return or an exit"),
        pytest.param("case x in *) exit 0;; esac\nsysctl --system", id="behind an exit in a default"),
        pytest.param("case $1 in (a) exit;; b | *) exit; esac\nsysctl --system", id="behind an exit in all cases"),
        pytest.param("fin() { exit 0; }\nfin\nsysctl --system", id="behind a function that exits"),
        pytest.param(
            "a() { if b; then c; exit; fi; exec d; }\ne() { a; }\ne 2>&1\nsysctl --system", id="behind two functions"
        ),
        pytest.param("a() { exit; }\ncase $1 in b) exec c;; *) a;; esac\nsysctl --system", id="behind all of these"),
        pytest.param("if :; then exit 0; fi\nsysctl --system", id="behind an exit in a branch that is always taken"),
        pytest.param("for i in a; do continue; sysctl --system; done", id="behind a continue"),
        pytest.param("while :; do break; sysctl --system; done", id="behind a break"),
        pytest.param("while :; do exit; done\nsysctl --system", id="behind an exit in a loop that always runs"),
        pytest.param("a() { until false; do return; done; sysctl --system; }\na", id="behind a return in such a loop"),
        pytest.param("(exit 0; sysctl --system)", id="behind an exit in the same subshell"),
        pytest.param("{ exit 0; sysctl --system; } &", id="behind an exit in the same group in the background"),
        pytest.param("a & exit\nsysctl --system", id="behind an exit behind the background"),
        pytest.param("if false; then sysctl --system; fi", id="never"),
        pytest.param("true || sysctl --system", id="alternative of what succeeds"),
        # other programs, and other things
        pytest.param("mysysctl --system", id="another program"),
        pytest.param("sysctl.bak --system", id="another name"),
        pytest.param("ip netns exec a sysctl --system", id="another namespace"),
        pytest.param("chroot /srv sysctl --system", id="another root"),
        pytest.param("start-stop-daemon --test --exec /sbin/sysctl -- --system", id="start-stop-daemon, tried only"),
        pytest.param("sysctl --systemd", id="another option"),
        pytest.param("sysctl --system --dry-run", id="tried only"),
        pytest.param("sysctl -N --system --pattern keepalive", id="some keys only"),
        pytest.param("sysctl -qr keepalive --system", id="some keys only, short option"),
        pytest.param("quiet=--dry-run\nsysctl $quiet --system", id="tried only, by a variable"),
        pytest.param("quiet=-q\n[ a ] || quiet='-r x'\nsysctl $quiet --system", id="perhaps some keys only"),
        pytest.param("sysctl --help --system", id="help"),
        pytest.param("sysctl --sistem --system", id="an option that it refuses"),
        pytest.param("sysctl $OPTIONS", id="options that are set elsewhere"),
        pytest.param("if [ -r /a ]; then . /a; else O=--system; fi\nsysctl $O", id="options that may be set elsewhere"),
        # not understood
        pytest.param("echo 'a\nsysctl --system", id="quotes that do not end"),
        pytest.param("if [ a ]; then sysctl --system", id="group that does not end"),
        pytest.param("foreach i (a)\n  sysctl --system\nend", id="another language"),
        pytest.param("true() { a; }\nif false; then sysctl --system; fi", id="another meaning of a command"),
        pytest.param(
            "".join(f"f{number}() {{ f{number + 1}; }}\n" for number in range(70)) + "f0\nsysctl --system",
            id="functions that are nested too deeply",
        ),
        pytest.param("#!/usr/bin/perl\nsysctl --system", id="another interpreter"),
        pytest.param("#!/usr/bin/fish\nsysctl --system", id="another shell"),
    ],
)
def test_scripts_that_apply_no_files_or_perhaps(script: str) -> None:
    assert not applies_files(script.encode())


def test_calls_have_the_values_of_variables() -> None:
    script = b"S='/sbin/sysctl -e'\nq=-q\n$S $q $r -p \"$f\"\nsysctl -a"
    assert calls_of_sysctl(script) == [["-e", "-q", "$r", "-p", "$f"], ["-a"]]


WORDS = "a " * 200


@pytest.mark.parametrize(
    ("script", "calls"),
    [
        pytest.param(f"a='{WORDS}'\n: {'$a ' * 200}\nsysctl -a", [["-a"]], id="of another program"),
        pytest.param(f"a='{WORDS}'\nsysctl $a", [WORDS.split()], id="once"),
        pytest.param(f"a='{WORDS}'\nsysctl {'$a ' * 200}", [], id="again and again"),
        pytest.param(f"a='{WORDS}'\n{'sysctl $a;' * 200}", [], id="in many calls"),
        pytest.param(f"a='sysctl {WORDS}'\n{'$a;' * 200}", [], id="of the program in many calls"),
        pytest.param(f"a='{WORDS}'\nexec {'$a ' * 200}", [], id="of a program that is run by another"),
        pytest.param(f"exec nice -n 5 {WORDS}sysctl -a", [], id="of which another one is the program"),
        pytest.param("exec nice -n 5 sysctl -a", [["-a"]], id="behind those that run it"),
    ],
)
def test_words_of_calls_are_bounded(script: str, calls: list[list[str]]) -> None:
    assert calls_of_sysctl(script.encode()) == calls


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"a='{'a ' * 4_000}'\n: {'$a ' * 4_000}\nsysctl", id="words of a variable"),
        pytest.param("a=;" * 4_000 + f"sysctl {'$a ' * 4_000}", id="values of a variable"),
        pytest.param("a=sysctl;" * 2_000 + "$a;" * 4_000, id="values of a program"),
        pytest.param("exec " * 10_000 + "sysctl", id="programs that run others"),
    ],
)
def test_no_variable_takes_long(script: str) -> None:
    # what is read of a script again and again would take minutes, and gigabytes
    calls_of_sysctl(script.encode())


@pytest.mark.parametrize("piece", ["a() { b; }; a; ", "$a ", "a=$a; ", "if a; then ", "( "])
def test_no_script_takes_long(piece: str) -> None:
    assert not applies_files(f"a() {{ {piece * 20_000}".encode())
