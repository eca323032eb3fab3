# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lines of a script do, found in rc.local on a system whose boot gives 600, 75 and 9."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, writers_among
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among, find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

KEY = "net.ipv4.tcp_keepalive_time"
SET = f"sysctl -w {KEY}=60"
FILE = "/proc/sys/net/ipv4/tcp_keepalive_time"
PATH = "/etc/rc.local"
OTHERS: Layout = {"/etc/sysctl.conf": KEY.encode() + b"=60\n", "/opt/60.conf": KEY.encode() + b"=60\n"}


def found(root: Path, script: str) -> list[tuple[int, str]]:
    """Return line and code of what a script does; where it does anything, its single lines have to show that, too."""
    lay_out(root, {**OTHERS, PATH: script.encode()})
    (root / PATH[1:]).chmod(0o755)
    files = Files(str(root))
    tree = files.read_tree()
    rows = [(PATH, number, row) for number, row in enumerate(script.encode().split(b"\n"), 1) if RELEVANT.search(row)]
    writers, in_single_rows = (
        writers_among(search.candidates, BootContext(search.tree, Values(600, 75, 9), hz=250))
        for search in (find_candidates(files, PROCPS, tree), candidates_among(files, rows, tree))
    )
    assert in_single_rows or not writers
    return [(writer.line, getattr(writer, "code", "")) for writer in writers]


# Each sets the host's key: whatever comes before keeps the network namespace and the rights.
SETTING = (
    *(f"{before} {SET}" for before in ("sudo", "sudo -n", "sudo -u root", "sudo -E -- ", "doas", "env A=b", "A=b")),
    *(f"{before} {SET}" for before in ("nice -n 10", "ionice -c 3 nice", "timeout 10", "timeout -k 5 10", "setsid")),
    *(
        f"{before} {SET}"
        for before in ("nohup", "flock /run/lock", "chrt -f 10", "taskset 1", "command", "exec", "busybox")
    ),
    *(
        f"{before} {SET}"
        for before in ("time", "!", "if", "chroot /srv/image", "unshare -m", "unshare --mount --ipc", "stdbuf -oL")
    ),
    *(
        f"{before} {SET}"
        for before in ("nsenter -t 4711 -m", "nsenter -m/proc/4711/ns/mnt", "nsenter -t 1 -a", "nsenter -at1")
    ),
    *(
        f"{before} {SET}"
        for before in ("nsenter --target 1 --net", "nsenter -n/proc/1/ns/net", "nsenter -t1 -m -u -n -i --")
    ),
    *(
        f"{before} {SET}"
        for before in ("systemd-run", "systemd-run --on-boot=60", "systemd-run -p User=root", "systemd-run -M .host")
    ),
    *(
        f"{before} {SET}"
        for before in ("ssh localhost", "ssh root@127.0.0.1", "machinectl shell .host", "ip vrf exec red")
    ),
    *(
        f"{before} {SET}"
        for before in ("su root -c", "xargs -a /dev/null", "systemd-cat -t tune", "runuser -u root --")
    ),
    *(
        f"{before} {SET}"
        for before in ("docker run --rm --privileged --network host alpine", "podman run --net=host --privileged x")
    ),
    *(
        f"{before} {SET}"
        for before in ("ansible localhost -a", "salt-call --local cmd.run", "own_function", "retry 5 sleep 1")
    ),
    *(
        f"{before} '{SET}'"
        for before in ("sh -c", "bash -lc", "su -c", "su - root -c", "eval", "trap", "watch -n 60", "flock /run/l -c")
    ),
    *(
        f"{before} '{SET}'"
        for before in ("sudo sh -c", "nohup bash -c", "script -c", "run", "ssh localhost", "exec /bin/bash -ec")
    ),
    f"true && {SET} || exit 1",
    f"/usr/sbin/{SET}&",
    f"[ -x /sbin/sysctl ] && {SET}",
    f"x=$({SET})",
    f"echo `{SET}`",
    f'echo "$({SET})"',
    f"({SET})",
    f"{{ {SET}; }}",
    f"if true; then {SET}; fi",
    f"for i in 1 2; do {SET}; done",
    f"case $1 in start) {SET} ;; esac",
    f"case $1 in (start|up) {SET};; stop) :;; esac",
    f"tune() {{ {SET}; }}",
    f"echo {KEY}=60 | sysctl -p -",
    f"echo {KEY}=60 | sudo sysctl -p /dev/stdin",
    f"echo {KEY}=60 | xargs sysctl -w",
    f"printf '%s\\n' '{SET}' | sh",
    f"echo '{SET}' | sudo bash",
    f"echo '{SET}' | at now + 1 minute",
    f"sysctl -p - <<< {KEY}=60",
    f"for s in {KEY}=60 vm.swappiness=5; do sysctl -w $s; done",
    f"printf 60 > {FILE}",
    f"echo -n 60 > {FILE}",
    f"docker exec web cat /tcp > {FILE}",
    f"echo '{KEY}=60' > /tmp/x.conf; sysctl -p /tmp/x.conf",
    f"sysctl -n {KEY}=60",
    f"sysctl -qe {KEY}=60",
    f"sysctl -w foo {KEY}=60",
    f"sysctl -w -- {KEY}=60",
    f"sysctl --wri {KEY}=60",
    f"sysctl -w '{KEY} = 60'",
    f"sysctl -r keepalive -w {KEY}=60",
    f"sysctl -w {KEY}=0x3c",
    "sysctl -w $prefix.tcp_keepalive_time=60",
    f"docker run --rm --privileged --pid=host alpine nsenter -t 1 -n {SET}",
    f"echo 60 | tee {FILE}",
    f"echo 60 | sponge {FILE}",
    "echo 60 | tee /proc/sys/net/ipv4/tcp_keepalive_{time,intvl}",
    "for f in /proc/sys/net/ipv4/tcp_keepalive_*; do echo 60 > $f; done",
    'write() { echo "$2" > "/proc/sys/net/ipv4/$1"; }; write tcp_keepalive_time 60',
    f"set_sysctl {KEY} 60",
    f'write() {{ echo "$2" > "$1"; }}; write {FILE} 60',
    f'write() {{ local path=$1; [ -f "$1" ] && chmod 644 "$1"; echo "$2" | tee "$path"; }}; write {FILE} 60',
    f'. /opt/functions; write_sys "{FILE}" "$(conf_get x)"',
    f'put "$value" {FILE}',
    f'declare -A s=([{KEY}]=60); for k in "${{!s[@]}}"; do sysctl -w "$k=${{s[$k]}}"; done',
    f's=("{KEY}=60"); sysctl -w "${{s[@]}}"',
    f'set -- {KEY}=60; sysctl -w "$@"',
    "for f in /proc/sys/net/ipv4/tcp_keepalive_*; do echo 60 | sudo tee $f; done",
    f"f={FILE}; echo 60 > $f",
    f'KEY={KEY}; sysctl -w "$KEY=60"',
    f"export KEY={KEY}; sysctl -w ${{KEY}}=60",
    "prefix=net.ipv4; sysctl -w $prefix.tcp_keepalive_time=60",
    f"value=60; sysctl -w {KEY}=$value",
    f'set_key() {{ sysctl -w "$1=$2"; }}; set_key {KEY} 60',
    f"exec 3> {FILE}; echo 60 >&3",
    f"python3 -c 'import os; os.system(\"{SET}\")'",
    f"SETTINGS='{KEY}=60 vm.swappiness=5'",
    f"export SETTINGS='{KEY}=60 vm.swappiness=5'",
)


# The same for lines that need no quoting here.
SETTING_TOO = rf"""
echo 60 | tee /proc/sys/net/ipv4/tcp_keepalive_*
echo 60 | sudo tee /proc/sys/net/ipv4/tcp_keep*_time
echo 60 > /proc/sys/net/ipv4/tcp_keepalive_t*
docker run --rm --privileged --pid=host alpine nsenter -t 1 -n {SET}
[ -f /x ] && . /y && {SET}
/bin/sh -c "{SET}" &
nohup sh -c "sleep 60; {SET}" >/dev/null 2>&1 &
(sleep 60; {SET}) &
sleep 60 && {SET} | tee /var/log/x
{SET} | logger -t tune
{SET} || logger failed
test -w {FILE} && echo 60 > {FILE}
/usr/bin/env sysctl -q {KEY}=60
env -i PATH=/sbin {SET}
sudo -H -u root sh -c '{SET}'
sudo bash -c "echo 60 > {FILE}"
echo 60 | sudo -n tee {FILE} >/dev/null
echo '60' >| {FILE}
/bin/echo 60 > {FILE}
printf '%d\n' 60 > {FILE}
cat /etc/tcp_keepalive > {FILE}
echo "60" 1> {FILE}
awk 'BEGIN{{print 60}}' > {FILE}
awk 'BEGIN{{print 60 > "{FILE}"}}'
awk 'BEGIN{{system("{SET}")}}'
awk 'BEGIN{{print "{SET}" | "sh"}}'
for k in time intvl probes; do sysctl -w net.ipv4.tcp_keepalive_$k=60; done
sysctl -w net.ipv4.tcp_keepalive_{{time,intvl}}=60
sysctl -w net.ipv4.tcp_keepalive_{{time=60,intvl=10}}
sysctl -w net.ipv4.tcp_{{keepalive_time,keepalive_intvl}}=60
sysctl -w net.ipv4.tcp_{{fin_timeout=30,keepalive_time=60}}
sysctl -w net.ipv4.{{tcp_keepalive_time=60,ip_forward=1}}
sysctl -w {{net.ipv4.tcp_keepalive_time,net.ipv4.tcp_keepalive_intvl}}=60
sysctl -w net.{{ipv4.tcp_{{mem=1,keepalive_{{time,intvl}}=60}},core.x=1}}
sudo bash -c 'sysctl -w net.ipv4.tcp_{{keepalive_time,fin_timeout}}=60'
{{sysctl,-w,{KEY}=60}}
echo 60 | tee /proc/sys/net/ipv4/{{tcp_keepalive_time,tcp_fin_timeout}}
echo 60 | tee /proc/sys/net/ipv4/tcp_{{keepalive_time,fin_timeout}}
for f in /proc/sys/net/ipv4/tcp_{{keepalive_time,fin_timeout}}; do echo 60 > $f; done
for f in /proc/sys/net/ipv4/tcp_{{fin_timeout,keepalive_time}}; do echo 60 | tee $f; done
for k in tcp_{{keepalive_time,fin_timeout}}; do sysctl -w net.ipv4.$k=60; done
for k in tcp_{{keepalive_time,fin_timeout}}; do echo 60 > /proc/sys/net/ipv4/$k; done
cd /proc/sys/net/ipv4; for k in tcp_{{fin_timeout,keepalive_time}}; do echo 60 > $k; done
a=(tcp_{{keepalive_time,fin_timeout}}); for k in "${{a[@]}}"; do sysctl -w net.ipv4.$k=60; done
while true; do {SET}; sleep 60; done
until {SET}; do sleep 1; done
su -s /bin/sh -c '{SET}'
su -s /bin/sh root -c '{SET}'
systemd-run --no-block --unit=tune {SET}
at -f /x now; {SET}
echo "{SET}" | at -M now
sh -x -c "{SET}"
ash -c '{SET}'
exec {SET}
busybox sysctl -w {KEY}=60
/bin/busybox sh -c '{SET}'
chroot /sysroot /sbin/{SET}
nsenter --mount=/proc/1/ns/mnt {SET}
nsenter --mount=/proc/1/ns/mnt -- {SET}
nsenter -t 1 -m -- {SET}
nsenter -t 1 -m -u -i -n -p -- {SET}
nsenter -t 1 --all -- {SET}
unshare --user --map-root-user {SET}
unshare -p -f {SET}
ip vrf exec mgmt {SET}
cgexec -g cpu:/ {SET}
runuser root -c '{SET}'
setpriv --clear-groups {SET}
stdbuf -o0 {SET}
script -qc '{SET}' /dev/null
expect -c 'spawn {SET}'
perl -e 'system("{SET}")'
php -r 'shell_exec("{SET}");'
ansible localhost -m shell -a '{SET}'
ansible all -i localhost, -c local -m command -a '{SET}'
ansible -c local web1 -a "{SET}"
salt-call cmd.run '{SET}'
ansible localhost -m sysctl -a 'name={KEY} value=60'
sudo ansible -b -m sysctl -a 'name={KEY} value="60" state=present' localhost
ansible localhost -m ansible.posix.sysctl -a 'name={KEY} value=60' -c local
ansible localhost -m ansible.posix.sysctl -a '{{"name": "{KEY}", "value": "60"}}'
k={KEY}; ansible localhost -m sysctl -a "name=$k value=60"
salt-call --local sysctl.assign {KEY} 60
salt-call sysctl.persist {KEY} 60
salt-call --local state.single sysctl.present name={KEY} value=60
salt-call --local state.single sysctl.present {KEY} value=60
puppet resource sysctl {KEY} value=60
sudo puppet resource sysctl {KEY} ensure=present value=60
X=$(echo 60) ; sysctl -w {KEY}=$X
sysctl -w "{KEY}"="60"
sysctl -w {KEY}="$(cat /etc/x)"
sysctl {KEY}=60 >/dev/null 2>&1
sysctl --quiet --write {KEY}=60
sysctl -q -w -e {KEY}=60 vm.swappiness=1
sysctl -w vm.swappiness=1 {KEY}=60 --quiet
sysctl -p - < /dev/null <<< '{KEY}=60'
echo -e 'vm.x=1\n{KEY}=60' | sysctl -p -
printf '{KEY}=60' | sysctl --load=-
cat <(echo x) | {SET}
trap '{SET}' EXIT INT
eval "{SET}"
eval {SET}
time -p {SET}
! {SET}
coproc {SET}
if ! grep -q x /y; then {SET}; fi
[[ -n $1 ]] && {SET}
[ -f /x ] && true || {SET}
if [ -f /x ] || false; then {SET}; fi
{{ {SET}; }} 2>/dev/null
({SET}) 2>/dev/null
function f {{ {SET}; }}
f () {{ {SET}; }}
select x in a; do {SET}; done
case "$1" in start|restart) {SET} ;; *) echo usage ;; esac
case "$1" in "a b") {SET} ;; esac
case $(uname -r) in 6.*) {SET};; esac
x=$(case a in a) {SET};; esac)
logger "starting" && {SET}
logger x; {SET}
echo hi; {SET}
echo hi && {SET}
echo "don't" && {SET}
sysctl=/sbin/sysctl; $sysctl -w {KEY}=60
CMD="{SET}"; $CMD
CMD="{SET}"; eval "$CMD"
RUN="sysctl -w"; $RUN {KEY}=60
SYSCTL="sysctl -w"; $SYSCTL {KEY}=60
sysctl -w {KEY}=60; exit 0
ssh -o StrictHostKeyChecking=no root@localhost '{SET}'
docker run --rm --net=host --privileged alpine sh -c '{SET}'
podman run --privileged --network=host alpine sh -c "echo 60 > {FILE}"
doas -n {SET}
pkexec {SET}
run-one {SET}
own_wrapper --flag {SET}
nice ionice -c2 -n7 {SET}
timeout --signal=KILL 5s {SET}
taskset -c 0 chrt -i 0 {SET}
flock -n /var/lock/x -c "{SET}"
flock /var/lock/x sh -c '{SET}'
setsid -w {SET}
xargs -n 1 sysctl -w <<< {KEY}=60
xargs sysctl -w < <(echo {KEY}=60)
parallel sysctl -w ::: {KEY}=60
echo {KEY}=60 | while read x; do sysctl -w $x; done
tee {FILE} <<< 60
dd if=/x of={FILE} bs=3
cp /x {FILE}
install /x {FILE}
python3 -c "open('{FILE}','w').write('60')"
vconfig add eth0 5 && sysctl -w {KEY}=60
modprobe tcp_x && {SET}
test ! -e /x || {SET}
cd /proc/sys/net/ipv4 && echo 60 > tcp_keepalive_time
cd /proc/sys/net/ipv4; echo 60 | tee tcp_keepalive_time
echo 60 > /proc/1/root{FILE}
echo 60 > /host{FILE}
echo 60 > /proc/self/root{FILE}
sysctl -w net/ipv4/tcp_keepalive_time=60
sysctl -w .net.ipv4.tcp_keepalive_time=60
$(which sysctl) -w {KEY}=60
`which sysctl` -w {KEY}=60
"$(command -v sysctl)" -w {KEY}=60
sys""ctl -w {KEY}=60
'sysctl' '-w' '{KEY}=60'
\sysctl -w {KEY}=60
command sysctl -w {KEY}=60
builtin command sysctl -w {KEY}=60
sudo -- {SET}
sudo A=b {SET}
sudo -iu root {SET}
su -lc '{SET}' root
sudo -g mail {SET}
sudo -p read -u root {SET}
echo '{SET}' | su -s /bin/bash
sudo -u '#0' {SET}
sudo -u $USER {SET}
sudo su -c '{SET}'
sudo su - root -c '{SET}'
echo '{SET}' | sudo -s
echo '{SET}' | sudo su -
echo '{SET}' | su -
sudo sh <<< '{SET}'
bash <(echo '{SET}')
source <(echo '{SET}')
sysctl -p <(echo {KEY}=60)
echo '{SET}' > /tmp/x.sh; sh /tmp/x.sh
echo '{SET}' > /tmp/x && sh /tmp/x
cat > /tmp/x <<< '{SET}'; chmod +x /tmp/x; /tmp/x
T=/tmp/x; echo '{SET}' > $T; sh ${{T}}
T=/tmp/x; echo '{SET}' > "$T"; chmod +x $T; /tmp/x
T=$(mktemp); echo '{SET}' > $T; sh $T
T=$(mktemp); echo '{SET}' > ${{T}}; chmod +x $T; "$T"
echo '{SET}' > $HOME/x; sh $HOME/x
echo '@reboot {SET}' | crontab -
(crontab -l; echo '@reboot {SET}') | crontab -
echo '@reboot root {SET}' > /etc/cron.d/x
echo '{SET}' >> /etc/rc.local
sed -i '$ a {SET}' /etc/rc.local
systemctl set-property x; {SET}
iptables -L; {SET}
systemd-cat {SET}
echo '{SET}' | systemd-cat sh
firejail --join=web {SET}
NS='ip netns exec blue'; [ $1 ] || NS=; $NS {SET}
[ $1 ] && NS='ip netns exec blue'; $NS {SET}
if [ $1 ]; then DRY=echo; fi; $DRY {SET}
f() {{ DRY=echo; }}; $DRY {SET}
(DRY=echo); $DRY {SET}
$DRY {SET}; DRY=echo
DRY=echo; read DRY; $DRY {SET}
DRY=echo; . /etc/default/tune; $DRY {SET}
DRY=echo; export "$1"; $DRY {SET}
DRY=echo; sh -c '$DRY {SET}'
DRY=echo; $DRY '{SET}' | sh
PID=1; E="nsenter -t $PID -n"; $E {SET}
E='sudo -E'; $E {SET}
OPTS='-w {KEY}=60'; sysctl $OPTS
OPTS="${{OPTS:--w {KEY}=60}}"; sysctl $OPTS
SET="${{SET:={SET}}}"; $SET
KEYS="${{KEYS:-{KEY}=60 vm.swappiness=1}}"; for k in $KEYS; do sysctl -w $k; done
$E {SET}
own_function --sysctl {KEY}=60
run() {{ ssh web1 "$@"; }}; run() {{ "$@"; }}; run {SET}
[ $1 ] && sudo() {{ echo "$@"; }}; sudo {SET}
sudo {SET}; sudo() {{ echo "$@"; }}
run() {{ [ $H ] && ssh $H "$@" || "$@"; }}; run {SET}
run() {{ echo "$*" | sh; }}; run {SET}
run() {{ c=$1; ssh web1 true; $c; }}; run '{SET}'
run() {{ echo "$*"; }}; run {SET} | sh
run() {{ echo "$*"; }}; eval "$(run {SET})"
run() {{ echo "$*"; }}; run "$({SET})"
run() {{ ssh "$@"; }}; run localhost {SET}
run() {{ ssh -i key "$@"; }}; run localhost {SET}
run() {{ docker "$@"; }}; run run --privileged --net=host x {SET}
run() {{ nsenter -t 1 -n "$@"; }}; run {SET}
show() {{ echo "$2"; }}; show x 60 > {FILE}
run() {{ echo <("$@"); }}; run {SET}
echo() {{ "$@"; }}; run() {{ echo "$@"; }}; run {SET}
ssh() {{ "$@"; }}; run() {{ ssh web1 "$@"; }}; run {SET}
run() {{ echo "$@"; }}; alias run='sudo'; run {SET}
DRY=echo; alias echo='sudo'; $DRY {SET}
DRY=echo; echo() {{ "$@"; }}; $DRY {SET}
for k in tcp_keepalive_time tcp_keepalive_intvl; do sysctl -w net.ipv4.$k=60; done
for k in tcp_keepalive_time; do sysctl -qw "net.ipv4.${{k}}=60"; done
for k in keepalive_time; do sysctl -w net.ipv4.tcp_$k=60; done
for f in $(ls /proc/sys/net/ipv4/tcp_keepalive_*); do echo 60 > $f; done
for f in `find /proc/sys/net/ipv4 -name 'tcp_keepalive_*'`; do echo 60 > $f; done
for k in $(sysctl -aN | grep tcp_keepalive_time); do sysctl -w $k=60; done
for k in $(ls /proc/sys/net/ipv4 | grep tcp_keepalive_); do sysctl -w net.ipv4.$k=60; done
find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' | while read f; do echo 60 > $f; done
find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' -exec sh -c 'echo 60 > {{}}' \;
ls /proc/sys/net/ipv4/tcp_keepalive_time | xargs -I{{}} sh -c 'echo 60 > {{}}'
for k in tcp_keepalive_{{time,intvl}}; do sysctl -w net.ipv4.$k=60; done
for k in ipv4.tcp_keepalive_time; do sudo sysctl -w net.$k=60; done
for k in tcp_keepalive_time; do echo 60 > /proc/sys/net/ipv4/$k; done
for k in tcp_keepalive_time; do echo 60 | tee /proc/sys/net/ipv4/$k; done
for k in tcp_keepalive_time; do sh -c "sysctl -w net.ipv4.$k=60"; done
for k in tcp_keepalive_time; do sysctl -w net.ipv4.$k=60 || logger no; done
for s in tcp_keepalive_time=60 tcp_keepalive_intvl=5; do sysctl -w net.ipv4.$s; done
KEYS="tcp_keepalive_time tcp_keepalive_intvl"; for k in $KEYS; do sysctl -w net.ipv4.$k=60; done
k=tcp_mem; for k in tcp_keepalive_time; do sysctl -w net.ipv4.$k=60; done
if [ -f /x ]; then k={KEY}; else k=vm.swappiness; fi; sysctl -w $k=60
set -- tcp_keepalive_time; for k; do sysctl -w net.ipv4.$k=60; done
each() {{ for k in "$@"; do sysctl -w net.ipv4.$k=60; done; }}; each tcp_keepalive_time
set_key() {{ sysctl -w "$1=$2"; }}; for k in time; do set_key net.ipv4.tcp_keepalive_$k 60; done
echo tcp_keepalive_time 60 | while read k v; do sysctl -w "net.ipv4.$k=$v"; done
while read k v; do sysctl -w $k=$v; done <<< "{KEY} 60"
while read s; do sysctl -w net.ipv4.$s; done <<< tcp_keepalive_time=60
while read k v; do sysctl -w net.ipv4.$k=$v; done < /etc/tune.conf
while read k v; do sysctl -w $k=$v; done < /etc/tune.conf
while read k v; do echo $v > /proc/sys/net/ipv4/$k; done < /etc/tune.conf
declare -A t; t["{KEY}"]=60; for k in "${{!t[@]}}"; do sysctl -w "$k=${{t[$k]}}"; done
declare -A t=([tcp_keepalive_time]=60); for k in "${{!t[@]}}"; do sysctl -w "net.ipv4.$k=${{t[$k]}}"; done
keys=({KEY}); values=(60); for i in "${{!keys[@]}}"; do sysctl -w "${{keys[$i]}}=${{values[$i]}}"; done
s=(tcp_keepalive_time=60 tcp_mem=5); for x in "${{s[@]}}"; do sysctl -w "net.ipv4.$x"; done
s=(tcp_keepalive_time:60); for x in "${{s[@]}}"; do sysctl -w "net.ipv4.${{x%%:*}}=${{x##*:}}"; done
cd /proc/sys/net/ipv4; for k in tcp_keepalive_time; do echo 60 > $k; done
(cd /proc/sys; for k in tcp_keepalive_time; do echo 60 > net/ipv4/$k; done)
dir=/proc/sys/net/ipv4; for k in tcp_keepalive_time; do echo 60 > $dir/$k; done
a=tcp_keepalive_time; k=$a; sysctl -w net.ipv4.$k=60
a=tcp_keepalive_time; b=tcp_mem; for k in $a $b; do sysctl -w net.ipv4.$k=60; done
a=tcp_keepalive_time; keys=($a); for k in ${{keys[@]}}; do sysctl -w net.ipv4.$k=60; done
keys[0]=tcp_keepalive_time; sysctl -w net.ipv4.${{keys[$i]}}=60
keys_to_check=tcp_keepalive_time,tcp_mem; IFS=,; for k in $keys_to_check; do sysctl -w net.ipv4.$k=60; done
k=${{1:-tcp_keepalive_time}}; sysctl -w net.ipv4.$k=60
k=net.ipv4.tcp_; k+=keepalive_time; sysctl -w $k=60
: ${{k:=tcp_keepalive_time}}; sysctl -w net.ipv4.$k=60
IFS== read -r k v <<< tcp_keepalive_time=60; sysctl -w net.ipv4.$k=$v
mapfile -t keys <<< tcp_keepalive_time; for k in "${{keys[@]}}"; do sysctl -w net.ipv4.$k=60; done
""".strip().split("\n")


@pytest.mark.parametrize("line", [*SETTING, *SETTING_TOO])
def test_lines_that_set_the_key(tmp_path: Path, line: str) -> None:
    assert {code for _line, code in found(tmp_path, f"#!/bin/sh\n{line}\n")} == {"sets_value"}


# Each does nothing to the host's keys or files.
NOT_SETTING = (
    # in a container
    *(f"{before} {SET}" for before in ("docker exec web", "docker exec -it web", "/usr/bin/docker container exec web")),
    *(
        f"{before} {SET}"
        for before in ("docker run --rm alpine", "docker run --rm --privileged alpine", "podman run --network host x")
    ),
    *(
        f"{before} {SET}"
        for before in ("sudo podman exec web", "nerdctl exec web", "docker compose exec web", "docker-compose exec web")
    ),
    *(
        f"{before} {SET}"
        for before in (
            "kubectl exec pod --",
            "kubectl -n x exec -it deploy/web -c web --",
            "oc exec pod --",
            "k3s kubectl exec pod --",
        )
    ),
    *(
        f"{before} {SET}"
        for before in (
            "crictl exec 1a2b",
            "ctr -n k8s.io tasks exec --exec-id 1 web",
            "lxc exec web --",
            "incus exec web --",
        )
    ),
    *(
        f"{before} {SET}"
        for before in (
            "lxc-attach -n web --",
            "machinectl shell web /usr/sbin/",
            "machinectl shell root@web /bin/sh -c",
            "pct exec 101 --",
        )
    ),
    *(
        f"{before} {SET}"
        for before in (
            "systemd-run --machine=web",
            "systemd-run -M web --wait",
            "systemd-run -p PrivateNetwork=yes",
            "systemd-nspawn -D /srv/x",
        )
    ),
    f"docker service update --sysctl-add {KEY}=60 web",
    f"docker service create --sysctl {KEY}=60 web",
    f"podman create --sysctl={KEY}=60 web",
    f"podman run --sysctl '{KEY}=60' --net=host web",
    f"docker exec web sh -c '{SET}'",
    f"docker exec web sh -c 'echo 60 > {FILE}'",
    f"docker exec -i web sh <<< '{SET}'",
    f"echo '{SET}' | docker exec -i web sh",
    f'kubectl exec pod -- bash -c "{SET} && true"',
    f"for pod in a b; do kubectl exec $pod -- {SET}; done",
    f"if docker ps; then docker exec web {SET}; fi",
    # in another network namespace
    *(
        f"{before} {SET}"
        for before in (
            "ip netns exec blue",
            "sudo ip netns exec blue",
            "ip net exec blue",
            "ip -all netns exec",
            "ip netns e blue",
        )
    ),
    *(
        f"{before} {SET}"
        for before in (
            "nsenter -t 4711 -n",
            "nsenter -t $pid -m -n",
            "nsenter -nt 4711",
            "nsenter --target=4711 --net --",
            "nsenter -a -t 4711",
        )
    ),
    *(
        f"{before} {SET}"
        for before in (
            "nsenter --net=/run/netns/blue",
            "nsenter -n/run/netns/blue",
            "unshare -n",
            "unshare -rn",
            "unshare --net -m",
        )
    ),
    *(
        f"{before} {SET}"
        for before in ("sudo unshare -Urn", "firejail --net=none", "bwrap --unshare-net --", "nice unshare -mn")
    ),
    f"nsenter -t 4711 -n sh -c '{SET}'",
    f"ip netns exec blue sh -c 'echo 60 > {FILE}'",
    f"ip netns exec blue bash <<< '{SET}'",
    f'sudo nsenter --net=/run/netns/blue -- sh -c "{SET}; true"',
    # on another host, or in a virtual machine
    *(
        f"{before} {SET}"
        for before in (
            "ssh web1",
            "ssh -p 22 root@web1",
            "ssh -o BatchMode=yes web1 sudo",
            "sshpass -p x ssh web1",
            "rsh web1",
        )
    ),
    *(
        f"{before} '{SET}'"
        for before in (
            "ssh web1",
            "pssh -h hosts",
            "pdsh -w web[1-9]",
            "clush -a",
            "ansible web -m shell -a",
            "salt '*' cmd.run",
        )
    ),
    *(
        f"{before} '{SET}'"
        for before in (
            "vagrant ssh -c",
            "gcloud compute ssh web --command",
            "multipass exec web -- sh -c",
            "wsl -e sh -c",
        )
    ),
    f'virsh qemu-agent-command web \'{{"arguments": {{"path": "/sbin/sysctl", "arg": ["{KEY}=60"]}}}}\'',
    f"echo '{SET}' | ssh web1 bash",
    f"echo {KEY}=60 | ssh web1 tee -a /etc/sysctl.conf",
    f"ssh web1 'echo {KEY}=60 >> /etc/sysctl.conf'",
    # without rights
    *(
        f"{before} {SET}"
        for before in ("sudo -u nobody", "sudo --user=www-data", "runuser -u nobody --", "doas -u www")
    ),
    f"su nobody -c '{SET}'",
    f"su - postgres -c '{SET}'",
    # prints
    f'echo "Reduce: {SET}"',
    f"echo {SET}",
    f"echo Use {KEY}=60",
    f"printf 'Reduce: %s\\n' '{SET}'",
    f'echo "Reduce: {SET}" >&2',
    f'echo "Reduce: {SET}" > /dev/console',
    f'echo "Reduce: {SET}" >> /var/log/tune.log',
    f'echo "Reduce: {SET}" | logger -t tune',
    f'echo "Reduce: {SET}" | wall',
    f'echo "Reduce: {SET}" | mail -s x root',
    f'echo "Reduce: {SET}" | tee -a /var/log/tune.log',
    f'logger -t tune "{SET}"',
    f'logger "{KEY}=60"',
    f"wall '{SET}'",
    f": {SET}",
    f": '{SET}'",
    f"true {SET}",
    f'log "{SET}"',
    f'log_info "run {SET} to reduce"',
    f'einfo "Reduce: {SET}"',
    f'die "Reduce: {SET}"',
    f"print_usage {SET}",
    f'MESSAGE="Reduce: {SET}"',
    f'USAGE="{SET}"',
    f'[ "$x" = "{SET}" ] && true',
    f"# {SET}",
    f"true # {SET}",
    f"alias tune='{SET}'",
    f'sudo echo "Reduce: {SET}"',
    f'echo "it is {KEY}=60" | grep -q 60',
    f'cat <<< "{SET}"',
    f"grep -q '{SET}' /etc/rc.local",
    f"sed -n '/{KEY}=60/p' /etc/sysctl.conf",
    f"awk '/{KEY}=60/' /etc/sysctl.conf",
    f"awk 'BEGIN{{print \"{SET}\"}}'",
    f'awk \'$1 == "{KEY}=60" {{print 60 > "/tmp/x"}}\' /etc/sysctl.conf',
    f"awk 'BEGIN{{while ((getline x < \"{FILE}\") > 0) print x}}'",
    f"sysctl {KEY} | grep -q '{KEY} = 60'",
    f'test "$(sysctl -n {KEY})" -eq 60',
    f"old=$(sysctl -n {KEY})",
    f"case $x in *{KEY}=60*) true ;; esac",
    # fails
    f"sysctl -w {KEY} = 60",
    f"sysctl -w {KEY} =60",
    f"sysctl -w {KEY}= 60",
    f"sysctl -w {KEY} 60",
    f"sysctl -w {KEY}",
    f"sysctl -w {KEY}=",
    f"sysctl -w {KEY}=60s",
    f"sysctl -w {KEY}=ten",
    f"sysctl -w {KEY}=99999999999",
    f"sysctl --dry-run -w {KEY}=60",
    f"sysctl -Z -w {KEY}=60",
    f"sysctl --bogus {KEY}=60",
    f"sysctl {KEY}=60 -Z",
    f"sysctl -a {KEY}=60",
    f"sysctl -A {KEY}=60",
    f"sysctl -h {KEY}=60",
    f"sysctl -d {KEY}=60",
    f"sysctl -p {KEY}=60",
    f"sysctl -r swap -w {KEY}=60",
    "sysctl -a -p /opt/60.conf",
    "sysctl --dry-run -p /opt/60.conf",
    "sysctl -f/opt/60.conf",
    f"sysctl -w {KEY}==60",
    "sysctl /proc/sys/net/ipv4/tcp_keepalive_time=60",
    f"echo 60s > {FILE}",
    f"echo 600 > {FILE}",
    f"docker run --rm --pid=host alpine nsenter -t 1 -n {SET}",
    f"docker run --rm --privileged --pid=host alpine nsenter -t 4711 -n {SET}",
    # only reads
    "for f in /proc/sys/net/ipv4/tcp_keepalive_*; do cat $f; done",
    f"f={FILE}; cat $f",
    f": <<'REMARK'\n{SET}\nREMARK",
    f"KEY={KEY}; sysctl -n $KEY",
    f"check_sysctl {KEY} 60",
    f"get_sysctl {KEY} default",
    f"get_value {FILE} 60",
    f"cmp {FILE} /tmp/saved.60",
    f"md5sum {FILE} /proc/sys/net/ipv4/tcp_keepalive_intvl",
    f"find {FILE} -mmin -60",
    f"for f in {FILE} $others; do cat $f; done",
    f"export seconds=60 file={FILE} count=5",
    f'show() {{ sysctl -n "$1"; }}; show {KEY}',
    f"sysctl -n {KEY}",
    f"sysctl -a | grep {KEY}",
    f"cat {FILE}",
    f"grep . {FILE} > /tmp/x",
    f"read t < {FILE}",
    # goes to a file that nothing runs
    f"echo {KEY}=60 > /tmp/x",
    f"echo '{SET}' > /root/notes.txt",
    f"sed -i '/{KEY} *=/d' /etc/sysctl.conf",
    f"sed -i '/{KEY}=60/d' /etc/sysctl.conf",
    f"sed -i 's/^{KEY}=60/#&/' /etc/hosts",
    f"grubby --update-kernel=ALL --args=sysctl.{KEY}=60",
)


# The same for lines that need no quoting here.
NOT_SETTING_TOO = rf"""
sysctl -w "net.ipv4.tcp_{{keepalive_time,fin_timeout}}=60"
sysctl -w net.ipv4.tcp_'{{'keepalive_time,fin_timeout}}=60
sysctl -n net.ipv4.tcp_{{keepalive_time,fin_timeout}}
cat /proc/sys/net/ipv4/tcp_{{keepalive_time,fin_timeout}}
for f in /proc/sys/net/ipv4/tcp_{{keepalive_time,fin_timeout}}; do cat $f; done
echo 60 | tee /proc/sys/net/ipv4/tcp_{{fin_timeout,orphan_retries}}
cp /opt/60.conf{{,.old}}
for f in $(ls /proc/sys/net/ipv4/tcp_keepalive_*); do cat $f; done
for k in $(sysctl -aN | grep tcp_keepalive_time); do sysctl -n $k; done
find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' | while read f; do cat $f >> $log; done
ls /proc/sys/net/ipv4/tcp_keepalive_time | xargs -I{{}} sh -c 'cat {{}}'
cp /etc/sysctl.d/60.conf{{,.old}}
echo 60 | tee /proc/sys/net/ipv4/tcp_f*
cat /proc/sys/net/ipv4/tcp_keep*
docker service update --sysctl-add '{KEY}=60' --detach web >/dev/null
docker stack deploy -c x.yml web; echo "{KEY}=60"
/usr/bin/podman run -d --name web --sysctl {KEY}=60 --sysctl net.ipv4.tcp_keepalive_intvl=5 nginx
podman pod create --sysctl={KEY}=60 --name x
O="${{O:---sysctl {KEY}=60}}"; docker run $O nginx
O=${{O-"-d --sysctl {KEY}=60 -p 80:80"}}; docker run $O nginx
docker container update x && docker exec x bash -lc '{SET}'
docker exec "$(docker ps -q | head -1)" {SET}
docker exec $(docker ps -qf name=web) sh -c "{SET}"
docker ps -q | xargs -I{{}} docker exec {{}} {SET}
for c in $(docker ps -q); do docker exec $c {SET}; done
docker inspect -f x web | xargs -I{{}} nsenter -t {{}} -n {SET}
pid=$(docker inspect -f '{{{{.State.Pid}}}}' web); nsenter -t "$pid" -n {SET}
nsenter --target "$PID" --net {SET}
nsenter -n -t $PID {SET}
nsenter --net=/var/run/netns/blue -- {SET}
nsenter -N 5 -n/var/run/netns/blue {SET}
sudo -E ip netns exec blue sudo {SET}
ip -n blue link set up; ip netns exec blue {SET}
ip netns | xargs -I{{}} ip netns exec {{}} {SET}
unshare --net=/run/netns/x true; unshare -n {SET}
unshare --mount --net -- sh -c '{SET}'
kubectl debug node/x -it --image=alpine -- {SET}
kubectl get pods -o name | xargs -I{{}} kubectl exec {{}} -- {SET}
microk8s kubectl exec x -- {SET}
sudo k3s crictl exec x {SET}
lxc-attach --name=web -- {SET}
lxc exec web -- sh -c '{SET}'
lxc config set web linux.sysctl.{KEY} 60
lxc config set web linux.sysctl.{KEY}=60
incus config set web linux.sysctl.{KEY}=60
lxc-execute -n web -s lxc.sysctl.{KEY}=60 true
machinectl shell root@web /bin/sh -c '{SET}'
systemd-run -q -t -M web {SET}
systemd-run --machine web /sbin/{SET}
systemd-run --property=PrivateNetwork=yes {SET}
systemd-run -p NetworkNamespacePath=/run/netns/x {SET}
systemd-run -H root@web1 {SET}
systemd-nspawn -M web --private-network {SET}
virsh qemu-agent-command web '{{"execute":"guest-exec","arguments":{{"path":"sysctl","arg":["-w","{KEY}=60"]}}}}'
qm guest exec 100 -- {SET}
pct exec 100 -- {SET}
vagrant ssh web -c "{SET}"
ssh -i key user@host.example {SET}
su -s /bin/bash -c '{SET}' joe
su -s /bin/sh nobody -c '{SET}'
runuser -s /bin/sh joe -c '{SET}'
su -lc '{SET}' joe
sudo -g mail echo {SET}
sudo -u mail {SET}
echo '{SET}' | su -c sh joe
sudo -iu joe {SET}
sudo -Hu joe sh -c '{SET}'
setpriv --reuid 1000 {SET}
chroot --userspec=joe / {SET}
capsh --user=nobody -- -c '{SET}'
systemd-run -p User=nobody {SET}
parallel -S host {SET}
juju exec '{SET}'
ssh user@host.example "sudo {SET}"
ssh "$HOST" "{SET}"
for h in web1 web2; do ssh $h '{SET}'; done
while read h; do ssh -n $h {SET}; done < hosts
scp x web1: && ssh web1 {SET}
sshpass -p x ssh -o A=b web1 {SET}
parallel-ssh -i -H web1 '{SET}'
pdsh -w web '{SET}'
ansible all -b -m shell -a '{SET}'
ansible web -m sysctl -a 'name={KEY} value=60'
ansible localhost -m sysctl -a 'name={KEY} state=absent'
ansible localhost -m sysctl -a 'name={KEY} value=60' --check
ansible localhost -m sysctl -a 'name=vm.swappiness value=60'
salt-call --local sysctl.get {KEY}
salt-call --local sysctl.show
salt web sysctl.assign {KEY} 60
puppet resource sysctl {KEY}
puppet resource sysctl {KEY} ensure=absent
puppet resource sysctl {KEY} value=60 --noop
ansible-playbook x.yml -e cmd='{SET}'
salt 'web*' cmd.run '{SET}'
clush -w web[1-9] {SET}
rsh web {SET}
gcloud compute ssh web --command='{SET}'
aws ssm send-command --parameters commands='{SET}'
echo '{SET}' | ssh web1 sudo bash
cat <<< '{SET}' | ssh web1 sh
tee /tmp/x <<< '{SET}'
echo "run: {SET}" | tee /dev/kmsg
echo "run: {SET}" > /dev/kmsg
echo "run: {SET}" > /etc/motd
echo "run: {SET}" >> $LOG
echo "{KEY}=60"
echo -e "{KEY}=60\n"
printf "{KEY}=60\n"
printf '%s\n' "{SET}"
/bin/echo "{SET}"
command echo {SET}
builtin echo {SET}
exec echo {SET}
sudo echo {SET}
env echo "{SET}"
busybox echo "{SET}"
nohup echo {SET} &
timeout 5 echo {SET}
echo `echo "{SET}"`
echo "$(echo "{SET}")"
cat /etc/issue; echo '{SET}'
logger -p user.info -t tune -- "{SET}"
systemd-cat echo "{SET}"
systemd-cat -t tune echo '{SET}'
wall "{SET}"
write root <<< '{SET}'
mail -s "{SET}" root < /dev/null
mail -s x root <<< '{SET}'
sendmail root <<< "{SET}"
notify-send "{SET}"
whiptail --msgbox "{SET}" 8 8
: "${{X:={SET}}}"
true || {SET} --help
[ -n "{SET}" ]
[[ "$x" == *"{KEY}=60"* ]]
test "$x" = "{KEY}=60"
if grep -q "{KEY}=60" /etc/sysctl.conf; then echo ok; fi
if ! grep -q "^{KEY} *= *60" /etc/sysctl.conf; then echo missing; fi
grep -rn "{SET}" /etc
egrep '{KEY}=60|x' /etc/sysctl.conf
sed -n "s/{KEY}=60/x/p" /etc/sysctl.conf
sed -i "/{KEY}=60/d" /etc/sysctl.conf
sed "s/.*/{KEY}=60/" /etc/x > /tmp/y
awk -F= '$1=="{KEY}"{{print $2}}' /etc/sysctl.conf
find / -name '*{KEY}=60*'
log() {{ echo "$@"; }}; log "{SET}"
usage() {{ echo "usage: {SET}"; }}
log_daemon_msg "Setting {KEY}=60"
log_action_msg "{SET}"
einfo "{SET}"
ewarn {SET}
die '{SET}'
fail "use {SET}"
info "{SET}"
debug "{SET}"
warn "{SET}"
msg "{SET}"
say "{SET}"
print "{SET}"
export HELP="{SET}"
readonly MSG='{SET}'
local message="{SET}"
DESCRIPTION="{SET}"
# shellcheck disable=SC2 {SET}
sysctl -w "{KEY} 60"
sysctl -w {KEY}:60
sysctl -w {KEY} '=' 60
sysctl -w {KEY}='60s'
sysctl -w {KEY}='"60"'
sysctl -w {KEY}=-1x
sysctl -w {KEY}=1e3
sysctl -q {KEY} = 60
sysctl -n {KEY} {KEY}
sysctl -ar keepalive
sysctl -a --pattern {KEY}=60
sysctl -N -a | grep {KEY}=60
sysctl --help {KEY}=60
sysctl --version {KEY}=60
sysctl -w {KEY}=60 --dry-run
sysctl -y {KEY}=60
sysctl -k {KEY}=60
sysctl --values -a {KEY}=60
sysctl net.ipv6.tcp_keepalive_time=60
sysctl -w net.ipv4.tcp_keepalive_time_x=60
sysctl -w x.net.ipv4.tcp_keepalive_time=60
su alice -c '{SET}'
su -l alice -c "{SET}"
sudo -u alice sh -c '{SET}'
sudo --user alice {SET}
runuser -l alice -c '{SET}'
runuser -u alice {SET}
setpriv --reuid=alice {SET}
chpst -u alice {SET}
setuidgid alice {SET}
start-stop-daemon --start -c alice --exec /sbin/sysctl -- -w {KEY}=60
firejail --net=eth0 {SET}
bwrap --ro-bind / / --unshare-net {SET}
bwrap --unshare-all {SET}
apptainer exec --net x.sif {SET}
flatpak run x {SET}
toolbox run {SET}
distrobox enter x -- {SET}
wsl -d Debian -- {SET}
adb shell {SET}
sudo docker compose exec -T web {SET}
docker-compose run web {SET}
oc rsh pod {SET}
nomad alloc exec x {SET}
tsh ssh web {SET}
mosh web -- {SET}
autossh -M 0 web {SET}
sshfs x y; ssh -F /dev/null web {SET}
virt-customize -a x.img --run-command '{SET}'
guestfish -a x sh '{SET}'
vzctl exec 101 {SET}
xe host-call-plugin host-uuid=x fn='{SET}'
qemu-system-x86_64 -append "sysctl.{KEY}=60"
kexec -l x --append="sysctl.{KEY}=60"
git commit -m "{SET}"
git log --grep="{KEY}=60"
history | grep "{SET}"
limactl shell default sudo {SET}
colima ssh -- sudo {SET}
docker-machine ssh web sudo {SET}
firejail --join-network=web {SET}
echo '{SET}' | systemd-cat
systemd-cat -t tune <<< '{SET}'
systemd-notify --status="{SET}"
iptables -A INPUT -m comment --comment "{SET}" -j ACCEPT
nft add rule inet f c comment "{SET}"
ipset add web 10.0.0.1 comment "{SET}"
etckeeper commit "{SET}"
zabbix_sender -k tune -o "{SET}"
dpkg-query -S "{SET}"
export HINT='{SET}'
python3 -c "import logging; logging.warning('set {KEY} = 60')"
NS='ip netns exec blue'; $NS {SET}
readonly NS=blue; E="nsenter --net=/run/netns/$NS"; ${{E}} sh -c '{SET}'
DOCKER=/usr/bin/docker; $DOCKER run --sysctl {KEY}=60 nginx
DRY=echo; $DRY {SET}
in_ns() {{ ip netns exec blue "$@"; }}; in_ns {SET}
in_web() {{ local c=$1; shift; [ "$c" ] && docker exec "$c" "$@"; }}; in_web web {SET}
remote() {{ ssh -o ConnectTimeout=5 web1 "$@" 2>/dev/null; }}; remote '{SET}'
run() {{ echo "would run: $*" >&2; }}; run {SET}
DOCKER=$(command -v docker); $DOCKER run --sysctl {KEY}=60 nginx
OPTS='--sysctl {KEY}=60'; OPTS="$OPTS -d --sysctl={KEY}=60"; docker run $OPTS nginx
echo '{KEY}=60' > $ROOTFS/etc/sysctl.d/x.conf
CHROOT=$(mktemp -d); echo '{KEY}=60' | tee -a "${{CHROOT}}/etc/sysctl.conf"
chroot /mnt sh -c 'echo {KEY}=60 >> /etc/sysctl.conf'
chroot /mnt tee -a /etc/sysctl.conf <<< '{KEY}=60'
pgrep -f "{SET}"
pkill -f "{SET}"
ps aux | grep "{SET}"
which sysctl
man sysctl
type sysctl
bash -c 'ssh db1 {SET}'
su -c 'ssh db1 {SET}'
sudo sh -c 'podman exec web {SET}'
env X=1 sh -c 'ip netns exec blue {SET}'
timeout 5 sh -c 'kubectl exec pod -- {SET}'
eval 'ssh db1 {SET}'
flock /run/x -c 'ssh db1 {SET}'
retry 5 'ssh db1 {SET}'
su -c 'logger {SET}'
X='ssh db1 {SET}'; $X
help=a; help+=' Reduce it: {SET}'
sh -c 'true || {SET}'
true || {SET}
false && {SET}
if false; then {SET}; fi
whatis {SET}
T=/tmp/x; echo '{SET}' > $T; rm -f ${{T}}
T=/tmp/x; echo '{SET}' > $T; sh /tmp/y
T=$(mktemp); echo '{SET}' > $T; rm -f $T
T=$(mktemp); echo '{SET}' > $T; ssh web1 sh $T
T=$(mktemp); echo 'logger {SET}' > $T; sh $T
T=$(mktemp); U=$(mktemp); echo '{SET}' > $T; sh $U
LOG=/var/log/x; echo "Setting {KEY}=60" > $LOG; gzip -f $LOG
LOG=/var/log/x; sysctl {KEY} > $LOG; upload $LOG
LOG=$1; sysctl {KEY} >> $LOG; upload $LOG
LOG=/var/log/x; echo "Setting {KEY}=60" > $LOG; scp $LOG web1:/var/log/
LOG=/var/log/x; echo "Setting {KEY}=60" > $LOG; tar czf x.tgz $LOG
for k in tcp_keepalive_time; do ssh web1 "sysctl -w net.ipv4.$k=60"; done
for k in tcp_keepalive_time; do ip netns exec blue sysctl -w net.ipv4.$k=60; done
NS="ip netns exec blue"; for k in tcp_keepalive_time; do $NS sysctl -w net.ipv4.$k=60; done
in_ns() {{ ip netns exec blue "$@"; }}; for k in tcp_keepalive_time; do in_ns sysctl -w net.ipv4.$k=60; done
for k in tcp_keepalive_time; do echo "sysctl -w net.ipv4.$k=60"; done
for k in tcp_keepalive_time; do sysctl -n net.ipv4.$k; done
for k in tcp_keepalive_time; do sysctl "net.ipv4.$k" >> $LOG; done
for k in tcp_keepalive_time; do cat /proc/sys/net/ipv4/$k > /var/backups/$k; done
d=/proc/sys/net/ipv4; for i in a b; do echo 1 > $d/conf/$i/x; done; for k in tcp_keepalive_time; do cat $d/$k; done
for i in a b; do sysctl -w net.ipv4.conf.$i.x=1; done; for k in tcp_keepalive_time; do sysctl -n net.ipv4.$k; done
for k in tcp_mem; do sysctl -w net.ipv4.$k=5; done; grep tcp_keepalive_time /etc/x; [ $x = tcp_keepalive_time ]
for k in tcp_mem; do sysctl -w net.ipv4.$k=5; done; k2={KEY}; sysctl -w $k2=600
for k in $(cat /opt/keys); do sysctl -n $k; done
put() {{ sysctl -w "net.ipv4.$1=$2"; }}; show() {{ sysctl -n net.ipv4.$1; }}; show tcp_keepalive_time
""".strip().split("\n")


@pytest.mark.parametrize(
    "line",
    [
        f"root=/; echo {KEY}=60 > $root/etc/sysctl.conf",
        f"echo {KEY}=60 > $PREFIX/etc/sysctl.conf",
        f"ROOTFS=; [ $1 ] && ROOTFS=/mnt; echo {KEY}=60 > $ROOTFS/etc/sysctl.conf",
        f"ROOTFS=${{1:-/}}; echo {KEY}=60 > $ROOTFS/etc/sysctl.conf",
        f"chroot / sh -c 'echo {KEY}=60 > /etc/sysctl.conf'",
        f"chroot $1 sh -c 'echo {KEY}=60 > /etc/sysctl.conf'",
    ],
)
def test_lines_that_may_write_below_this_root(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, f"#!/bin/sh\n{line}\n") == [(2, "writes_file")]


@pytest.mark.parametrize("line", [*NOT_SETTING, *NOT_SETTING_TOO])
def test_lines_that_do_nothing_to_the_key(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, f"#!/bin/sh\n{line}\n") == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(f"docker service update \\\n  --sysctl-add {KEY}=60 \\\n  web", [], id="continued, elsewhere"),
        pytest.param(f"ssh web1 \\\n  {SET}", [], id="continued, another host"),
        pytest.param(f"echo \\\n  '{SET}'", [], id="continued, printed"),
        pytest.param(f"sysctl \\\n  -w \\\n  {KEY}=60", [(3, "sets_value")], id="continued"),
        pytest.param(
            f"sysctl -w vm.x=1 \\\n  {KEY}=60 \\\n  net.ipv4.tcp_keepalive_intvl=5",
            [(2, "sets_value"), (3, "sets_value")],
            id="continued, two keys",
        ),
        pytest.param("sysctl -q \\\n  -p \\\n /opt/60.conf", [(1, "applies_files")], id="continued, applies a file"),
        pytest.param(f"# remark \\\n{SET}", [(2, "sets_value")], id="a remark is not continued"),
        pytest.param(f"echo 60 \\\n > {FILE}", [(2, "sets_value")], id="continued, writes the file"),
        pytest.param(f"cat <<EOF\n{SET}\nEOF", [], id="here document that is printed"),
        pytest.param(f"cat <<EOF\n{SET}\nEOF\n{SET}", [(4, "sets_value")], id="behind a here document"),
        pytest.param(f"cat <<'A' && cat <<-B\n{SET}\nA\n\t{SET}\n\tB\ntrue", [], id="two here documents"),
        pytest.param(f"cat > /tmp/notes <<EOF\n{SET}\nEOF", [], id="here document in a file that nothing runs"),
        pytest.param(
            f"cat > /usr/local/sbin/tune <<EOF\n{SET}\nEOF", [(2, "sets_value")], id="here document in a script"
        ),
        pytest.param(
            f"cat <<EOF >> /etc/cron.d/tune\n@reboot root {SET}\nEOF", [(2, "sets_value")], id="in a table of cron"
        ),
        pytest.param(f"sh <<EOF\ntrue\n{SET}\nEOF", [(3, "sets_value")], id="here document that a shell runs"),
        pytest.param(f"sudo -s <<EOF\n{SET}\nEOF", [(2, "sets_value")], id="here document that root runs"),
        pytest.param(f"ssh web1 <<EOF\n{SET}\nEOF", [], id="here document that another host runs"),
        pytest.param(f"ssh web1 sudo bash -s <<'EOF'\n{SET}\nEOF", [], id="that a shell of another host runs"),
        pytest.param(f"docker exec -i web sh <<EOF\n{SET}\nEOF", [], id="that a container runs"),
        pytest.param(f"ip netns exec blue sh <<EOF\n{SET}\nEOF", [], id="that another namespace runs"),
        pytest.param(
            f"sysctl -p - <<EOF\nvm.x=1\n{KEY} = 60\nEOF", [(3, "sets_value")], id="here document of settings"
        ),
        pytest.param(f"sysctl -p - <<EOF\n# {KEY} = 60\nEOF", [], id="here document with a remark"),
        pytest.param(
            f"while read s; do sysctl -w $s; done <<EOF\n{KEY}=60\nEOF", [(2, "sets_value")], id="loop over settings"
        ),
        pytest.param(f"while read s; do echo $s; done <<EOF\n{KEY}=60\nEOF", [], id="loop that prints"),
        pytest.param(
            f"cat >> /etc/sysctl.conf <<EOF\n{KEY}=60\nEOF", [(2, "appends_to_file")], id="appended here document"
        ),
        pytest.param(
            f"cat <<EOF | sudo tee /etc/sysctl.d/99-x.conf\n{KEY} = 60\nEOF",
            [(2, "writes_file")],
            id="written here document",
        ),
        pytest.param(
            f"sudo tee -a /etc/sysctl.conf > /dev/null <<EOF\n# x\n{KEY} = 60\nEOF",
            [(3, "appends_to_file")],
            id="tee -a",
        ),
        pytest.param(f"echo {KEY}=60 >> /etc/sysctl.conf", [(1, "appends_to_file")], id="appended line"),
        pytest.param(
            f'echo "{KEY} = 60" | sudo tee -a /etc/sysctl.conf', [(1, "appends_to_file")], id="appended line, by tee"
        ),
        pytest.param(
            f"echo '{KEY}=60' >> /etc/sysctl.d/99-x.conf",
            [(1, "appends_to_file")],
            id="appended to a file of the folder",
        ),
        pytest.param(f"printf '{KEY}=%s\\n' 60 >> /etc/sysctl.conf", [(1, "appends_to_file")], id="appended by printf"),
        pytest.param(
            f"printf '%s\\n' {KEY}=60 vm.x=1 >> /etc/sysctl.conf",
            [(1, "appends_to_file")],
            id="appended by printf, two lines",
        ),
        pytest.param(
            f"printf 'vm.x=1\\n{KEY}=60\\n' >> /etc/sysctl.conf",
            [(1, "appends_to_file")],
            id="appended by printf, as its format",
        ),
        pytest.param(
            f'echo "{KEY}=60" >> "$CONF"', [(1, "appends_to_file")], id="appended to a file whose name is not known"
        ),
        pytest.param(
            f"sh -c 'echo {KEY}=60 >> /etc/sysctl.conf'", [(1, "appends_to_file")], id="appended by another shell"
        ),
        pytest.param(
            f"sh -c 'echo {KEY}=60' >> /etc/sysctl.conf", [(1, "appends_to_file")], id="printed by another shell"
        ),
        pytest.param(
            f"{{ echo vm.x=1\necho {KEY}=60\n}} >> /etc/sysctl.conf", [(2, "appends_to_file")], id="appended by a group"
        ),
        pytest.param(f"echo {KEY}=60 > /etc/sysctl.d/99-x.conf", [(1, "writes_file")], id="written line"),
        pytest.param(f"echo {KEY}=600 >> /etc/sysctl.conf", [], id="appended, the value of the boot"),
        pytest.param(f"echo '# {KEY}=60' >> /etc/sysctl.conf", [], id="appended remark"),
        pytest.param(f"echo {KEY}=60s >> /etc/sysctl.conf", [], id="appended, no value"),
        pytest.param(
            f"echo {KEY}=60 >> /etc/sysctl.conf && sysctl -p",
            [(1, "appends_to_file"), (1, "applies_files")],
            id="appended and applied",
        ),
        pytest.param(f"sed -i 's/^{KEY}.*/{KEY} = 60/' /etc/sysctl.conf", [(1, "writes_file")], id="changed by sed"),
        pytest.param(
            f"perl -pi -e 's/^{KEY}.*/{KEY}=60/' /etc/sysctl.conf", [(1, "writes_file")], id="changed by perl"
        ),
        pytest.param(f"sed -i '$ a {KEY}=60' /etc/sysctl.conf", [(1, "writes_file")], id="added by sed"),
        pytest.param(
            f"grep -q keepalive /etc/sysctl.conf || echo {KEY}=60 >> /etc/sysctl.conf",
            [(1, "appends_to_file")],
            id="appended where it is missing",
        ),
        pytest.param(f"echo '\n{SET}\n'", [], id="quotes over lines that are printed"),
        pytest.param(f"sh -c '\ntrue\n{SET}\n'", [(3, "sets_value")], id="quotes over lines that are run"),
        pytest.param(f"ssh web1 '\n{SET}\n'", [], id="quotes over lines of another host"),
        pytest.param(f"cat <<EOF\nit's\nEOF\n{SET}", [(4, "sets_value")], id="an apostrophe in a here document"),
        pytest.param(f"# it's\n{SET}", [(2, "sets_value")], id="an apostrophe in a remark"),
        pytest.param(f"echo 'never ends\n{SET}", [(2, "sets_value")], id="quotes that do not end"),
        pytest.param(f"usage() {{\n  echo '{SET}'\n}}\ntune() {{\n  {SET}\n}}", [(5, "sets_value")], id="functions"),
        pytest.param(
            f"if [ -d /proc/sys ]; then\n  docker exec web {SET}\nelse\n  {SET}\nfi", [(4, "sets_value")], id="branches"
        ),
        pytest.param(
            f"case $1 in\n  a) echo '{SET}' ;;\n  b)\n    {SET}\n    ;;\nesac", [(4, "sets_value")], id="cases"
        ),
        pytest.param(f'log() {{ echo "$@"; "$@"; }}\nlog {SET}', [(2, "sets_value")], id="a log that runs, too"),
        pytest.param(
            f'info() {{ logger "$*"; eval "$*"; }}\ninfo "{SET}"', [(2, "sets_value")], id="an info that runs a text"
        ),
        pytest.param(
            f'debug() {{ [ -n "$DEBUG" ] && shift; sudo -n "$@"; }}\ndebug a {SET}',
            [(2, "sets_value")],
            id="a debug that runs as root",
        ),
        pytest.param(f'say() {{ sh -c "$1"; }}\nsay "{SET}"', [(2, "sets_value")], id="a say that starts a shell"),
        pytest.param(f'log() {{ $logger "$@"; }}\nlog "{SET}"', [], id="a log by a variable"),
        pytest.param(
            f"L=/usr/bin/echo R='{SET}'\n$R", [(1, "sets_value"), (2, "sets_value")], id="given beside a program's path"
        ),
        pytest.param(f"L=/usr/bin/echo\n$L '{SET}'", [], id="a program that prints, by its path in a variable"),
        pytest.param(f"alias tune='{SET}'\ntune", [(1, "sets_value")], id="an alias that is used"),
        pytest.param(f"alias tune='{SET}'\necho tune", [], id="an alias that is not used"),
        pytest.param("alias a=a b='a; b'\na\nb sysctl", [], id="aliases of themselves"),
        *(
            pytest.param(line, [(1, "sets_value")], id=f"output that is run: {line.split()[0]}")
            for line in (
                f'eval "$(echo {SET})"',
                f"sh -c \"$(printf '%s' '{SET}')\"",
                f"$(echo {SET})",
                f"sysctl -w `echo {KEY}=60`",
            )
        ),
        pytest.param(f'eval "$(cat <<E\n{SET}\nE\n)"', [(2, "sets_value")], id="output that is run: a text"),
        *(
            pytest.param(line, [], id=f"output that is not run: {line.split()[0]}")
            for line in (f'echo "$(echo {SET})"', f'logger "$(echo {SET})"', f'a="$(echo {SET})"')
        ),
        pytest.param(f"; {SET}\n{SET}", [(2, "sets_value")], id="a line that no shell takes"),
        pytest.param(f"docker exec web true && {SET}", [(1, "sets_value")], id="behind what runs elsewhere"),
        pytest.param(f"{SET}\r\n{SET}\r", [(1, "sets_value"), (2, "sets_value")], id="line ends of Windows"),
        pytest.param(f"sysctl -p; {SET}", [(1, "applies_files"), (1, "sets_value")], id="two things in a line"),
        pytest.param("conf=/opt/60.conf\nsysctl -p $conf", [(2, "applies_files")], id="a file by a variable"),
        *(
            pytest.param(line, [(1, "applies_files")], id=f"a file whose name is not known: {line}")
            for line in (
                "cd /opt; sysctl -p 60.conf",
                "sysctl -p ~/60.conf",
                'sysctl -p "$(dirname "$0")/60.conf"',
                "sysctl -p /opt/$HOSTNAME.conf",
                "sysctl -p /opt/{60,x}.conf",
                "sysctl -p $(ls /opt/*.conf)",
                "find /opt -name '*.conf' | xargs -n1 sysctl -p",
                "find /opt | while read f; do sysctl -p $f; done",
                "for f in $(ls /opt); do sysctl -p /opt/$f; done",
                'for f; do sysctl -p "$f"; done',
                "/usr/lib/systemd/systemd-sysctl 60.conf",
                "echo vm.swappiness=1 >> $x; sysctl -p $x",
                'echo "$settings" > $x; sysctl -p $x',
            )
        ),
        *(
            pytest.param(line, [(1, "applies_files")], id=f"a file whose name is known: {line}")
            for line in (
                "for f in /opt/*.conf; do [ -r $f ] && sysctl $quiet -p $f; done",
                "d=/opt; for f in $d/*.conf; do sysctl -e -p ${f}; done",
                "name=60; sysctl -p /opt/$name.conf",
                "for f in /usr/lib/sysctl.d/*.conf /opt/*.conf; do sysctl -p $f; done",
            )
        ),
        *(
            pytest.param(line, [(1, "applies_files")], id=f"settings of a file: {line}")
            for line in (
                "cat /opt/60.conf | sysctl -p -",
                "sh -c 'cat /opt/60.conf | sysctl -qp -'",
                "cat /opt/*.conf | sudo sysctl -p /dev/stdin",
                "sysctl -p - < /opt/60.conf",
                "f=/opt/60.conf; sysctl -p- < $f",
                "grep -v '^#' /opt/60.conf | xargs -n1 sysctl -w",
                "xargs sysctl < /opt/60.conf",
                "sed -e 's/ = /=/' -e '/^$/d' /opt/60.conf | sysctl -e -p -",
                'while read k; do sudo -n sysctl -w "$k"; done < /opt/60.conf',
                'grep = /opt/60.conf | while IFS== read -r k v; do sysctl -q "$k=$v"; done',
                "sysctl -w $(cat /opt/60.conf)",
                "sudo sysctl -w `grep -v '^#' /opt/60.conf`",
                "cat $1 | sysctl -p -",
                "cat tune.conf | sysctl -p -",
                'for f in /srv/*; do cat "$f/60.conf" | sysctl -p -; done',
                "cat /opt/60.conf > $x; sysctl -p $x",
            )
        ),
        *(
            pytest.param(line, [(1, "applies_files")], id=f"settings that another program prints: {line}")
            for line in (
                "curl -s http://conf/s.conf | sysctl -p -",
                "curl -s http://conf/s.conf | xargs -n1 sysctl -w",
                "curl -s http://conf/s.conf | xargs -I{} sysctl -w {}",
                "curl -s http://conf/s.conf | while read -r s; do sysctl -w $s; done",
                "for s in $(curl -s http://conf/s.conf); do sysctl -w $s; done",
                "sysctl -p <(curl -s http://conf/s.conf)",
                "sysctl -w $(/opt/gen.sh)",
                "/opt/gen.sh | sysctl -p -",
                "/opt/gen.sh < /dev/null | sysctl -p -",
                "/opt/gen.sh | grep -v ^# | sudo sysctl -p -",
                "python3 /opt/gen.py | sysctl -p -",
                "gunzip -c /opt/s.conf.gz | sysctl -p -",
                "cat /opt/s.conf.gz | gzip -dc | sysctl -p -",
                "echo eA== | base64 -d | sysctl -p -",
                "ssh conf cat /etc/s.conf | sysctl -p -",
                "cat /opt/60.conf | envsubst | sysctl -p -",
            )
        ),
        *(
            pytest.param(line, [(1, "writes_file")], id=f"a sysctl file with what a program prints: {line}")
            for line in (
                "curl -s http://conf/s.conf > /etc/sysctl.d/9.conf",
                "{ echo '# x'; curl -s http://conf/s.conf; } > /etc/sysctl.d/9.conf",
                "/opt/gen.sh | tee /etc/sysctl.d/9.conf",
                "exec /opt/gen.sh > /etc/sysctl.d/9.conf",
                f"date '+{KEY}=%S' > /etc/sysctl.d/9.conf",
                'date "+$FORMAT" > /etc/sysctl.d/9.conf',
                "curl -s http://conf/s.conf > /tmp/x; cp /tmp/x /etc/sysctl.d/9.conf",
                "envsubst < /opt/60.conf > /etc/sysctl.d/9.conf",
                "cat /opt/60.conf | envsubst > /etc/sysctl.d/9.conf",
                f"gen() {{ echo {KEY}=60; }}; gen > /etc/sysctl.d/9.conf",
                f"gen() {{ local x; cat <<< {KEY}=60; }}; gen | tee /etc/sysctl.d/9.conf",
            )
        ),
        *(
            pytest.param(script, [(1, code)], id=f"a function whose output goes to a file: {script}")
            for script, code in (
                (f"gen() {{ echo {KEY}=60; }} > /etc/sysctl.d/9.conf\ngen", "writes_file"),
                (f"gen() {{ echo {KEY}=60; }} >> /etc/sysctl.conf\ngen", "appends_to_file"),
                (f"function gen {{ echo {KEY}=60; }} >> $1\ngen", "appends_to_file"),
                (f"gen() (echo {KEY}=60) > /etc/sysctl.d/9.conf\ngen", "writes_file"),
                (f"gen() {{ echo {KEY}=60; }} > /tmp/x.conf; gen; sysctl -p /tmp/x.conf", "sets_value"),
                (f"gen() {{ echo 60; }} > {FILE}\ngen", "sets_value"),
                ("gen() { cat; } < /opt/60.conf > /etc/sysctl.d/9.conf\ngen", "writes_file"),
                ("gen() { curl -s http://conf/s.conf; } > /etc/sysctl.d/9.conf\ngen", "writes_file"),
                (f"gen() {{ echo {KEY}=60; }} 2> /dev/null\ngen > /etc/sysctl.d/9.conf", "writes_file"),
            )
        ),
        pytest.param(
            f"gen() {{\ncat <<X\n{KEY}=60\nX\n}} > /etc/sysctl.d/9.conf\ngen",
            [(3, "writes_file")],
            id="a function whose here document goes to a file",
        ),
        pytest.param(
            f'say() {{ echo "$@"; }}; gen() {{ say <(echo {KEY}=60); }}; gen > /etc/sysctl.d/9.conf',
            [],
            id="a function that prints the name of a file with what a command prints",
        ),
        pytest.param(
            f"gen() {{ echo {KEY}=60; }} > /tmp/x\ngen > /etc/sysctl.d/9.conf",
            [],
            id="a function whose output goes to another file",
        ),
        *(
            pytest.param(line, [(1, "writes_file")], id=f"sysctl files that are copied: {line}")
            for line in (
                "cp -r /opt/. /etc/sysctl.d/",
                "cp -rT /opt /etc/sysctl.d",
                "rsync -a /opt/ /etc/sysctl.d/",
                "rsync -a -e ssh --exclude '*.bak' /opt/ /etc/sysctl.d/",
                "rsync /opt/60.conf /etc/sysctl.d/9.conf",
                "rsync -a --mkpath /opt/60.conf /etc/sysctl.d/",
                "rsync -a --whole-file /opt/60.conf /etc/sysctl.d/",
                "rsync -a conf:/opt/ /etc/sysctl.d/",
                "rsync -a $conf:/opt/ /etc/sysctl.d/",
                "rsync -a rsync://conf/opt/ /tmp/x; cp /tmp/x /etc/sysctl.d/9.conf",
                "rsync -a ${D:-/opt}/ /etc/sysctl.d/",
                "scp -q conf:/opt/60.conf /etc/sysctl.d/9.conf",
                "scp /opt/60.conf /etc/sysctl.d/",
                "dd if=/opt/60.conf of=/etc/sysctl.d/9.conf",
                "curl -s http://conf/s.conf | dd if=/dev/stdin of=/etc/sysctl.d/9.conf",
                "curl -fsS -o /etc/sysctl.d/9.conf http://conf/s.conf",
                "wget -O /etc/sysctl.d/9.conf http://conf/s.conf",
                "wget -qO /tmp/x http://conf/s.conf; cp /tmp/x /etc/sysctl.d/9.conf",
            )
        ),
        pytest.param('echo "$settings" | sysctl -p -', [(1, "sets_value")], id="settings of a variable"),
        pytest.param(f"/usr/lib/systemd/systemd-sysctl --inline {KEY}=60", [(1, "sets_value")], id="inline"),
        *(
            pytest.param(line, [], id=f"no other values: {line}")
            for line in (
                "for f in /srv/*.conf; do sysctl -p $f; done",
                "name=x; sysctl -p /opt/$name.conf",
                "cat /opt/x.conf | sysctl -p -",
                "x='vm.swappiness=1'; echo \"$x\" | sysctl -p -",
                "sysctl -p - < /dev/null",
                "cat /opt/60.conf | grep -v x",
                "cut -d= -f1 /opt/60.conf | xargs sysctl -n",
                'while read -r k; do sysctl -n "$k"; done < $1',
                'while read -r i; do sysctl -w "net.ipv4.conf.$i.forwarding=1"; done < $1',
                "sysctl -w vm.swappiness=$(cat $1)",
                "sysctl -n $(cat $1)",
                "sudo -s < /opt/60.conf",
                "sysctl -a | grep x | sysctl -p -",
                "sysctl -a | column -t > /etc/sysctl.d/9.conf",
                "cat /opt/x.conf | envsubst > /etc/sysctl.d/9.conf",
                "gen() { echo vm.swappiness=1; }; gen | sysctl -p -",
                'say() { echo "$1"; }; say vm.swappiness=1 | sysctl -p -',
                "{ cd /x; umask 022; echo vm.swappiness=1; } > /etc/sysctl.d/9.conf",
                "{ echo vm.swappiness=$(compute); } > /etc/sysctl.d/9.conf",
                "nproc | awk '{print \"kernel.x=\" $1}' > /etc/sysctl.d/9.conf",
                *(
                    f"{{ {command}; echo vm.swappiness=1; }} > /etc/sysctl.d/9.conf"
                    for command in ("date", "date +%F", "hostname", "id -u", "uname -r", "whoami", "pwd", "true")
                ),
                "LC_ALL=C date > /etc/sysctl.d/9.conf",
                "exec > /etc/sysctl.d/9.conf",
                "ip -o link | awk '{print $2}' | xargs -I{} sysctl -w net.ipv4.conf.{}.rp_filter=0",
                "for i in $(interfaces); do sysctl -w net.ipv4.conf.$i.rp_filter=0; done",
                "interfaces | while read i; do sysctl -w net.ipv4.conf.$i.rp_filter=0; done",
                "curl -s http://conf/motd > /etc/motd; sysctl -n vm.swappiness",
                "compute > /dev/null; cp /dev/null /etc/sysctl.d/50-sysctl.conf",
                "cp -r /opt /etc/sysctl.d/",
                "cp -r /srv/. /etc/sysctl.d/",
                "cp /opt/. /etc/sysctl.d/",
                "rsync -an /opt/ /etc/sysctl.d/",
                "rsync -a /opt/ conf:/etc/sysctl.d/",
                "scp /opt/60.conf conf:/etc/sysctl.d/",
                "scp conf:/x /tmp/x",
                "dd if=/dev/zero of=/etc/sysctl.d/9.conf count=0",
                "curl -so /dev/null http://conf/; cp /dev/null /etc/sysctl.d/9.conf",
                "wget -O - http://conf/s.conf",
                "rsync -a --dry-run conf:/opt/ /etc/sysctl.d/",
                'cat "$1" > /tmp/x',
                # the branch of OpenRC's script for BusyBox
                "x=$(mktemp); echo vm.swappiness=1 > $x; sysctl -p $x",
                "x=$(mktemp); echo vm.swappiness=1 > ${x}; sysctl -p $x",
                "x=$(mktemp); echo vm.swappiness=1 > $x; mv ${x} /etc/sysctl.d/9.conf",
                "sysctl -p vm.swappiness=1",
                "/usr/lib/systemd/systemd-sysctl --prefix net/ipv4/conf/eth0",
                "/usr/lib/systemd/systemd-sysctl --cat-config 60.conf",
                # so do the scripts of distributions what the boot does
                "for f in /lib/sysctl.d/*.conf; do [ -f /etc/sysctl.d/${f##*/} ] || sysctl $quiet -p $f; done",
            )
        ),
        *(
            pytest.param(line, [(1, "applies_files")], id=line)
            for line in (
                "sysctl -w $(< /opt/60.conf)",
                'run() { sysctl "$@"; }; run -p /opt/60.conf',
                'run() { sudo sysctl -q "${@}" || true; }; run -p /opt/60.conf',
                "alias s=sysctl; s -p /opt/60.conf",
                "alias s='sudo sysctl -q'; s -p /opt/60.conf",
                "xargs -a /opt/60.conf -n1 sysctl -w",
                "xargs --arg-file=/opt/60.conf sysctl -w",
                'for s in $(cat /opt/60.conf); do sysctl -w "$s"; done',
                "for s in `grep -v ^# /opt/60.conf`; do sysctl -w $s; done",
                "while IFS== read k v; do sysctl -w $k=$v; done < /opt/60.conf",
            )
        ),
        pytest.param(
            "while IFS== read k v; do\nsysctl net.ipv4.$k=$v\ndone <<E\n# tcp_keepalive_time\ntcp_keepalive_time=6\nE",
            [(5, "sets_value")],
            id="rows of a text",
        ),
        pytest.param(
            "for k in \\\n  tcp_keepalive_time \\\n  tcp_mem\ndo\n  sysctl -w net.ipv4.$k=60\ndone",
            [(2, "sets_value")],
            id="continued, names of a loop",
        ),
        pytest.param(
            f"keys=(\n  {KEY}\n  vm.swappiness\n)\nfor k in ${{keys[@]}}; do sysctl -w $k=60; done",
            [(2, "sets_value")],
            id="names of an array",
        ),
        pytest.param(
            f"declare -A t=(\n  [{KEY}]=600\n)\nfor k in ${{!t[@]}}; do sysctl -w $k=${{t[$k]}}; done",
            [],
            id="an array with the boot's value",
        ),
        *(
            pytest.param(line, [(1, "writes_file")], id=line)
            for line in (
                "cp /opt/60.conf /etc/sysctl.d/",
                "cp -a /opt/*.conf /etc/sysctl.d",
                "D=/opt; cp $D/60.conf /run/sysctl.d/9.conf",
                "cp -t /etc/sysctl.d /opt/60.conf",
                "install -m 644 -o root /opt/60.conf /etc/sysctl.d/9.conf",
                "ln -sf /opt/60.conf /etc/sysctl.d/9.conf",
                "ln -s ../../opt/60.conf /etc/sysctl.d/9.conf",
                "D=/etc/sysctl.d; ln -s ../../opt/60.conf $D/9.conf",
                "ln -s ../../opt/60.conf /etc/sysctl.d",
                "D=/etc/sysctl.d; ln -sf ../../opt/60.conf $D",
                "ln -s ../etc/../../opt/60.conf /run/sysctl.d/",
                "cd /opt; ln -s 60.conf /opt/y; mv /opt/y /etc/sysctl.d/9.conf",
                "cat 60.conf > /tmp/x; ln -s /tmp/x /etc/sysctl.d/9.conf",
                f"echo {KEY}=60 > /etc/sysctl.d/x; ln -s x /etc/sysctl.d/9.conf",
                "cd /opt/x; ln ../60.conf /etc/sysctl.d/",
                "cd /opt/x; ln -sr ../60.conf /etc/sysctl.d/",
                "cd /opt/x; cp ../60.conf /etc/sysctl.d/9.conf",
                "cd /opt/x; cat ../60.conf > /etc/sysctl.d/9.conf",
                "cd /opt/x; grep -v x ../60.conf | tee /etc/sysctl.d/9.conf",
                "cp $1 /etc/sysctl.d/",
                "cat /opt/60.conf > /etc/sysctl.d/9.conf",
                "grep -v x /opt/60.conf | tee /etc/sysctl.d/9.conf",
                "sed s/a/b/ /opt/60.conf > /tmp/x; mv /tmp/x /etc/sysctl.d/9.conf",
                "curl -s https://a.example > $tmp; mv $tmp /etc/sysctl.d/9.conf",
                'T=/tmp/x; cat /opt/60.conf > ${T}; mv "$T" /etc/sysctl.d/9.conf',
                "T=/tmp/x; cat /opt/60.conf > /tmp/x; mv $T /etc/sysctl.d/9.conf",
                f"T=/tmp/x; echo {KEY}=60 > $T; mv $T /etc/sysctl.d/9.conf",
                "cp /opt/60.conf /dev/shm/x; cp /dev/shm/x /etc/sysctl.d/9.conf",
                "cat /opt/60.conf > /dev/shm/x; cat /dev/shm/x > /etc/sysctl.d/9.conf",
                "T=/dev/shm/x; curl -s https://a.example > $T; mv /dev/shm/x /etc/sysctl.d/9.conf",
            )
        ),
        *(
            pytest.param(line, [], id=line)
            for line in (
                "cp /opt/60.conf /opt/sysctl.conf",
                "cp /opt/60.conf /etc/sysctl.d/60.conf.bak",
                "cp /opt/gone.conf /etc/sysctl.d/",
                "cp /opt/60.conf $D/sysctl.d/9.conf",
                "install -m 644 /opt/gone.conf /etc/sysctl.d/9.conf",
                "ln -s /dev/null /etc/sysctl.d/9.conf",
                "ln -s ../../opt/gone.conf /etc/sysctl.d/9.conf",
                "ln -s ../opt/60.conf /etc/sysctl.d",
                "ln -st /etc/sysctl.d/ ../../opt/gone.conf",
                "cd /opt/x; cp ../60.conf ../61.conf",
                "cat /opt/60.conf > /tmp/sysctl.conf",
                'grep x /etc/sysctl.conf > "$tmp"',
                "tmp=$(mktemp); sed s/a/b/ /etc/sysctl.d/9.conf > $tmp; mv $tmp /etc/sysctl.d/9.conf",
                "echo vm.swappiness=1 > /tmp/x; cp /tmp/x /etc/sysctl.d/9.conf",
                "echo vm.swappiness=1 > /dev/shm/x; cp /dev/shm/x /etc/sysctl.d/9.conf",
                "cat /opt/60.conf > /dev/stderr; cat /dev/zero > /etc/sysctl.d/9.conf",
                "cat /opt/60.conf > /dev/tty; cat /dev/tty > /etc/sysctl.d/9.conf",
                "T=/tmp/x; echo vm.swappiness=1 > ${T}; mv $T /etc/sysctl.d/9.conf",
                "T=/tmp/x; cat /opt/60.conf > $T; mv /tmp/y /etc/sysctl.d/9.conf",
            )
        ),
        pytest.param(
            f"install -m 644 /dev/stdin /etc/sysctl.d/9.conf <<EOF\n{KEY}=60\nEOF",
            [(2, "writes_file")],
            id="installed here document",
        ),
        pytest.param(
            f"echo {KEY}=60 > /tmp/x\nsysctl -p /tmp/x", [(1, "sets_value")], id="a file that is written and applied"
        ),
        pytest.param(
            "ssh web1 sysctl -p /opt/60.conf\nssh localhost sysctl -p /opt/60.conf",
            [(2, "applies_files")],
            id="applied elsewhere and here",
        ),
    ],
)
def test_scripts(tmp_path: Path, script: str, expected: list[tuple[int, str]]) -> None:
    assert found(tmp_path, script) == expected


@pytest.mark.parametrize(
    ("before", "is_reached"),
    [
        pytest.param("exit 0", False, id="at the end"),
        pytest.param("exit", False, id="without a status"),
        pytest.param("true; exit $?; # done", False, id="behind another command"),
        pytest.param("[ -e /x ] ||\n  true\nexit 1", False, id="behind a condition that has ended"),
        pytest.param("true &\nexit", False, id="behind a command in the background"),
        pytest.param("if :; then\n  exit 0\nfi", True, id="in a group"),
        pytest.param("stop() {\n  exit 0\n}", True, id="in a function"),
        pytest.param("(exit 0)", True, id="in a process of its own"),
        pytest.param("[ -e /x ] && exit 0", True, id="if"),
        pytest.param("[ -e /x ] ||\n\n# or\nexit 1", True, id="if not, in the next line"),
        pytest.param("exit 0 || true", True, id="with an alternative, odd as it is"),
        pytest.param("exit 0 &", True, id="in the background"),
        pytest.param("exit 0 | true", True, id="in a pipeline"),
        pytest.param("case $1 in\n  x) exit 0 ;;\nesac", True, id="in a case"),
        pytest.param("cat <<EOF >/dev/null\nexit 0\nEOF", True, id="in a text"),
        pytest.param("# exit 0", True, id="in a remark"),
        pytest.param("echo exit 0", True, id="printed"),
    ],
)
def test_what_stands_behind_an_exit(tmp_path: Path, before: str, is_reached: bool) -> None:
    line = before.count("\n") + 3
    script = f"#!/bin/sh -e\n{before}\n{SET}\n"
    assert found(tmp_path, script) == ([(line, "sets_value")] if is_reached else [])


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        pytest.param(
            f"#!/usr/bin/python3\nimport subprocess\nsubprocess.run(['sysctl', '-w', '{KEY}=60'])", [3], id="python"
        ),
        pytest.param(f"#!/usr/bin/env python3\nopen('{FILE}', 'w').write('60')", [2], id="python, the file"),
        pytest.param(f"#!/usr/bin/python3\nprint(open('{FILE}').read())", [], id="python that reads"),
        pytest.param(
            f"#!/usr/bin/python3\nx = '''it\\'s'''\nPath('{FILE}').write_text('60')", [3], id="python, a path"
        ),
        pytest.param(f"#!/usr/bin/perl\nopen(my $f, '>', '{FILE}'); print $f 60;", [2], id="perl, the file"),
        pytest.param(f"#!/usr/bin/perl\nsystem('{SET}');", [2], id="perl"),
        pytest.param(f"#!/sbin/openrc-run\nstart() {{\n  ebegin '{SET}'\n  {SET}\n}}", [4], id="a script of OpenRC"),
        pytest.param(f"#!/usr/bin/env bash\n{SET}", [2], id="bash"),
        pytest.param(f"#!/usr/bin/fish\necho 'it\\'s'\n{SET}\n# don't", [3], id="fish"),
        pytest.param(f'#!/bin/tcsh -f\necho "a\\"\n{SET}\necho "b\\"', [3], id="tcsh"),
        pytest.param(f"#!/usr/bin/env -S expect -f\nsend_log {{it's}}\nspawn {SET}\n# it's", [3], id="expect"),
        pytest.param(
            "#!/usr/bin/python3\nfor k in ['tcp_keepalive_time']:\n  run(['sysctl', '-w', f'net.ipv4.{k}=60'])",
            [2],
            id="python, a loop",
        ),
        pytest.param(
            "#!/bin/csh\nforeach k (tcp_keepalive_time)\n  sysctl -w net.ipv4.$k=60\nend", [2], id="csh, a loop"
        ),
        pytest.param(
            "python3 - <<E\nfor k in ['tcp_keepalive_time']:\n  open('/proc/sys/net/ipv4/' + k, 'w').write('60')\nE",
            [2],
            id="python that a shell runs, a loop",
        ),
        pytest.param(f"#!/opt/perl/bin/bash\nk={KEY}\nsysctl -w $k=60", [3], id="bash in the folder of a language"),
    ],
)
def test_languages(tmp_path: Path, script: str, lines: list[int]) -> None:
    assert [line for line, _code in found(tmp_path, script)] == lines


@pytest.mark.parametrize(
    "piece",
    [
        "$(",
        "(",
        "{ ",
        '"$(',
        "`",
        "${",
        "$((",
        "if ",
        "case x in ",
        "<<a\n",
        "\\\n",
        "sh -c '",
        "a() { ",
        "<<<",
        "${a:-",
        "[[ ",
        "a=(",
    ],
)
def test_no_script_takes_long(tmp_path: Path, piece: str) -> None:
    # without bounds for what is nested these would take hours, or all of the stack
    found(tmp_path, piece * 20_000 + SET)
    found(tmp_path, piece * 200_000 + SET)
