#!/bin/sh
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Make containers with the clients of their engines, and read the values in them with the engines' own exec.
#
#   engine prepare ENGINE...         configure the engines and start their daemons
#   engine start ENGINE-KIND...      make and start containers. The kind `chosen` gets a time of 60 of its own, others
#                                    have nothing
#   engine restart ENGINE-KIND...    stop and start them
#   engine values ENGINE-KIND...     print "ENGINE-KIND: TIME INTVL PROBES" for each
#   engine connect ENGINE-KIND...    open a TCP connection in each whose both ends are there
#
# The engines are docker, compose, podman, containerd (its kind `chosen` is in a network of CNI that sets the time),
# lxc, nspawn (its kind `old` with a unit of its own, others registered with machined), unit (a systemd unit with
# PrivateNetwork=) and netns (of `ip netns`). All containers have the same root folder.
set -eu
root=/srv/root
keys=net.ipv4.tcp_keepalive_
files=/proc/sys/net/ipv4/tcp_keepalive_

write() {
    mkdir -p "$(dirname "$1")"
    cat > "$1"
}

# systemd mounts the hierarchies of cgroup v1 that the machine has not mounted. These are the machine's, and the engines
# would leave cgroups there.
unmount_hierarchies() {
    for name in hugetlb net_cls,net_prio perf_event; do
        ! mountpoint --quiet /sys/fs/cgroup/$name || umount /sys/fs/cgroup/$name
    done
}

prepare_root() {
    test ! -e $root || return 0
    for folder in bin dev etc proc sys tmp usr; do mkdir -p $root/$folder; done
    cp /bin/busybox $root/bin/
    for name in cat nc sh sleep; do ln -s busybox $root/bin/$name; done
    echo ID=test > $root/etc/os-release
}

prepare_docker() {
    test ! -e /etc/docker/daemon.json || return 0
    echo '{"storage-driver": "vfs"}' | write /etc/docker/daemon.json
    systemctl start docker
    tar -C $root -c . | docker import - box
}

prepare_compose() {
    prepare_docker
    write /srv/compose/compose.yml << END
services:
  old: {image: box, command: /bin/sleep infinity, init: true, network_mode: bridge}
  chosen: {image: box, command: /bin/sleep infinity, init: true, network_mode: bridge, sysctls: {${keys}time: 60}}
END
}

# The options for limits are for machines without CAP_SYS_RESOURCE.
prepare_podman() {
    write /etc/containers/containers.conf << END
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=1000:1000"]
[engine]
runtime = "runc"
END
    write /etc/containers/storage.conf << END
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
END
    tar -C $root -c . | podman import - box
}

prepare_containerd() {
    systemctl start containerd
    mkdir -p /opt/cni
    ln -sfn /usr/lib/cni /opt/cni/bin
    write /etc/cni/net.d/10-chosen.conflist << END
{"cniVersion": "1.0.0", "name": "chosen", "plugins": [
  {"type": "bridge", "bridge": "cni0", "ipam": {"type": "host-local", "subnet": "10.99.0.0/24"}},
  {"type": "tuning", "sysctl": {"${keys}time": "60"}}]}
END
}

prepare_lxc() { :; }
prepare_nspawn() { :; }
prepare_unit() { :; }
prepare_netns() { :; }

start_docker() {
    docker run --detach --name docker-"$1" ${own:+--sysctl=${keys}time=$own} box /bin/sleep infinity
}

start_podman() {
    podman run --detach --name podman-"$1" ${own:+--sysctl=${keys}time=$own} box /bin/sleep infinity
}

start_compose() {
    docker-compose --project-directory /srv/compose --project-name compose up --detach "$1"
}

start_containerd() {
    ctr run --detach ${own:+--cni} --rootfs $root containerd-"$1" /bin/sleep infinity
}

start_lxc() {
    {
        printf '%s\n' 'lxc.include = /usr/share/lxc/config/common.conf' "lxc.uts.name = lxc-$1" \
            "lxc.rootfs.path = dir:$root" 'lxc.net.0.type = empty' "lxc.init.cmd = /bin/sleep infinity"
        if test "$own"; then echo "lxc.sysctl.${keys}time = $own"; fi
    } | write /var/lib/lxc/lxc-"$1"/config
    # LXC gives its cgroup another name if one was left.
    cgroups=/sys/fs/cgroup
    if test -d $cgroups/cpu; then cgroups=$cgroups/cpu; fi
    mkdir -p $cgroups/lxc.payload.lxc-old
    lxc-start --name lxc-"$1"
}

start_nspawn() {
    case $1 in
        old) set -- "$1" --register=no --keep-unit ;;
    esac
    name=nspawn-$1
    shift
    systemd-run --quiet --unit="$name" --service-type=notify --property=Delegate=yes \
        systemd-nspawn --quiet --directory=$root --ephemeral --machine="$name" --private-network "$@" \
        /bin/sh -c "${own:+echo $own > ${files}time;} exec /bin/sleep infinity"
}

start_unit() {
    systemd-run --quiet --unit=unit-"$1" --property=PrivateNetwork=yes \
        ${own:+--property=ExecStartPre="sysctl -w ${keys}time=$own"} /bin/sleep infinity
}

start_netns() {
    ip netns add netns-"$1"
    if test "$own"; then in_netns netns-"$1" sysctl -w ${keys}time="$own"; fi
}

restart_docker() { docker restart --time=0 docker-"$1"; }
restart_compose() { docker-compose --project-directory /srv/compose --project-name compose restart --timeout=0 "$1"; }
restart_podman() { podman restart --time=0 podman-"$1"; }
restart_nspawn() { systemctl restart nspawn-"$1"; }
restart_unit() { systemctl restart unit-"$1"; }

restart_netns() {
    ip netns delete netns-"$1"
    start_netns "$1"
}

restart_containerd() {
    ctr task kill --signal=SIGKILL containerd-"$1"
    until ctr task ls | grep -q "containerd-$1 .*STOPPED"; do sleep 0.1; done
    ctr container rm containerd-"$1"
    start_containerd "$1"
}

restart_lxc() {
    lxc-stop --kill --name lxc-"$1"
    lxc-start --name lxc-"$1"
}

in_docker() { docker exec "$@"; }
in_podman() { podman exec "$@"; }
in_netns() { ip netns exec "$@"; }
in_containerd() { ctr task exec --exec-id "exec$$" "$@"; }

in_lxc() {
    name=$1
    shift
    lxc-attach --quiet --name "$name" -- "$@"
}

in_compose() {
    service=${1#compose-}
    shift
    docker-compose --project-directory /srv/compose --project-name compose exec -T "$service" "$@"
}

# systemd-nspawn has no exec of its own for a container without an init.
in_nspawn() {
    monitor=$(systemctl show --property=MainPID --value "$1")
    shift
    nsenter --all --target="$(pgrep --parent "$monitor")" "$@"
}

in_unit() {
    unit=$1.service
    shift
    systemd-run --quiet --wait --pipe --property=PrivateNetwork=yes --property=JoinsNamespaceOf="$unit" "$@"
}

unmount_hierarchies
prepare_root
job=$1
shift
for which in "$@"; do
    engine=${which%%-*}
    kind=${which#*-}
    own=
    if test "$kind" = chosen; then own=60; fi
    # The clients must not take what remains of the standard input.
    case $job in
        prepare) prepare_"$engine" ;;
        start) start_"$engine" "$kind" > /dev/null ;;
        restart) restart_"$engine" "$kind" > /dev/null ;;
        values)
            values=$(in_"$engine" "$which" /bin/cat ${files}time ${files}intvl ${files}probes | tr '\n' ' ')
            echo "$which: $values"
            ;;
        connect)
            ends='nc -l -p 99 -e sleep infinity & until nc 127.0.0.1 99 < /dev/zero; do sleep 0.1; done'
            in_"$engine" "$which" sh -c "$ends" &
            ;;
    esac < /dev/null
done
