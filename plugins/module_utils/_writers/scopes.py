# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a command runs elsewhere: in a container, another network namespace, on another host, or without rights.

A command that changes its root folder or other namespaces keeps the host's network namespace, and so its keys:
chroot(1), nsenter(1) without ``--net``, unshare(1) without ``--net``.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.roots import is_this_root
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import rights_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.users import (
    USERS,
    is_root,
    runs_as_other,
    settings_given,
)

if t.TYPE_CHECKING:
    Predicate = t.Callable[[t.Sequence[str]], bool]

_NAME_USER_LAST = frozenset(("su", "runuser"))  # perhaps behind the command that they run
_MOST_SCOPES = 20  # nobody nests more; each looks at all words behind it
CONTAINERS = frozenset(("docker", "podman", "nerdctl", "finch"))
REMOTE_SHELLS = frozenset(("ssh", "slogin", "sshpass", "autossh", "mosh", "dbclient", "plink"))
_LOCALHOST = re.compile(r"(?:[^@]*@)?(?:localhost|127(?:\.[0-9]+){3}|::1|\[::1\]|ip6-localhost)\Z")
_HOSTS_NETWORK = re.compile(r"(?:--net(?:work)?[= ]|network[=:])[\"']?host\b")
# A folder of the host's, where the container's own is read-only: docker-run(1), podman-run(1).
_OF_HOST = r"/(?:proc(?:/sys(?:/net(?:/ipv4)?)?)?/?)?"
_HAS_RIGHTS = re.compile(
    r"--privileged(?!=false)|systempaths=unconfined|unmask="
    rf"|(?:-v|--volume)[= ][\"']?{_OF_HOST}:(?!\S*:ro\b)"
    rf"|--mount[= ](?!\S*\b(?:ro|readonly)\b)\S*\b(?:src|source)={_OF_HOST}(?:,|\s|\Z)"
)
_HOSTS_PROCESSES = re.compile(r"--pid[= ][\"']?host\b")
_OWN_NETWORK = re.compile(
    r"PrivateNetwork=(?:1|y|yes|t|true|on)\b|NetworkNamespacePath=(?!\s|\Z|/proc/1/)", re.IGNORECASE
)


def name_of(word: str) -> str:
    """Return the name of a program without its folder."""
    return word.rpartition("/")[2]


def runs_elsewhere(words: t.Sequence[str], place: int | None = None) -> bool:
    """Whether a command does not reach the host's keys; its program stands at a place, where that is known."""
    before = words if place is None else words[: place + 1]
    found = ((index, name) for index, name in enumerate(map(name_of, before)) if name in SCOPES)
    return any(
        SCOPES[name]((words if name in _NAME_USER_LAST else before)[index + 1 :])
        for index, name in itertools.islice(found, _MOST_SCOPES)
    )


def changes_root(words: t.Sequence[str]) -> bool:
    """Whether a command has the files of another system, though it may have the host's keys."""
    names = list(map(name_of, words))
    place = next((index for index, name in enumerate(names) if name in ("chroot", "arch-chroot")), len(names))
    folder = next((word for word in words[place + 1 :] if not word.startswith("-")), "")
    return folder.startswith("/") and "$" not in folder and not is_this_root(folder)


def set_in_container(words: t.Sequence[str]) -> t.Iterator[bool]:
    """Yield for each word whether it is a setting for a container: docker-run(1), podman-run(1)."""
    for before, word in zip(("", *words), words):
        yield before == "--sysctl" or word.startswith("--sysctl=")


def _always(_arguments: t.Sequence[str]) -> bool:
    return True


def _of_container(arguments: t.Sequence[str]) -> bool:
    """Whether docker or podman run a command elsewhere than in the host's network, with the right to set its keys."""
    text = " ".join(arguments)
    # with the host's processes, nsenter(1) may enter the namespaces of process 1
    shares = _HOSTS_NETWORK.search(text) or ("nsenter" in arguments and _HOSTS_PROCESSES.search(text))
    return not (("run" in arguments or "create" in arguments) and _HAS_RIGHTS.search(text) and shares)


def _of_nsenter(arguments: t.Sequence[str]) -> bool:
    """Whether nsenter(1) enters another network namespace than that of process 1."""
    enters, target, file = False, "", ""
    index = 0
    while index < len(arguments) and arguments[index].startswith("-"):
        word = arguments[index]
        index += 1
        name, _equals, value = word.partition("=")
        if word == "--":
            break
        if name == "--target":
            target = value or (arguments[index] if index < len(arguments) else "")
            index += not value
        elif name in ("--net", "--all"):
            enters, file = True, value or file
        elif not word.startswith("--"):
            for place, flag in enumerate(word[1:], start=2):
                rest = word[place:].lstrip("=")
                if flag in "tSGN":
                    if flag == "t":
                        target = rest or (arguments[index] if index < len(arguments) else "")
                    index += not rest
                    break
                enters = enters or flag in "na"
                if rest.startswith("/"):
                    file = rest if flag == "n" else file
                    break
    return enters and not (file.startswith("/proc/1/") if file else target == "1")


def _of_unshare(arguments: t.Sequence[str]) -> bool:
    options = (word for word in arguments if word.startswith("-"))
    return any(word.startswith("--net") or re.match(r"-[a-zA-Z]*n", word) for word in options)


def _of_ip(arguments: t.Sequence[str]) -> bool:
    return any(
        len(first) > 1 and "netns".startswith(first) and second and "exec".startswith(second)
        for first, second in zip(arguments, arguments[1:])
    )


def _of_ssh(arguments: t.Sequence[str]) -> bool:
    return not any(map(_LOCALHOST.match, arguments))


def _of_ansible(arguments: t.Sequence[str]) -> bool:
    text = " ".join(arguments)
    return not re.search(r"(?:\A|\s)(?:(?:localhost|127\.0\.0\.1)\b|-c ?local\b|--connection[= ]local\b)", text)


def _of_machine(arguments: t.Sequence[str]) -> bool:
    return not any(word.endswith(".host") for word in arguments)


def _of_systemd_run(arguments: t.Sequence[str]) -> bool:
    text = " ".join(arguments)
    machine = re.search(r"(?:\A|\s)(?:-[MH] ?|--(?:machine|host)[= ])([^\s]*)", text)
    is_elsewhere = "--user" in arguments or _OWN_NETWORK.search(text) or (machine and not machine[1].endswith(".host"))
    if is_elsewhere:
        return True
    settings = settings_given(arguments)
    unknown = {one.name for one in settings if "$" in one.value}
    given = [one for one in settings if one.name not in unknown]
    users = [one.value for one in given if one.name == "User"][-1:] or [""]
    roots = [one.value for one in given if one.name == "RootDirectory"][-1:] or [""]
    rights = rights_of(given, users, roots, posixpath.normpath)
    may_write = rights.may_write("ExecStart", "", text) and not (arguments and name_of(arguments[-1]) == "sysctl")
    return not (rights.may_set("ExecStart", "", text) or may_write)


def _of_parallel(arguments: t.Sequence[str]) -> bool:
    """Whether parallel(1) runs a command on other hosts only: ``:`` is this one."""
    hosts = re.findall(r"(?:\A|\s)(?:-S ?|--sshlogin[= ])(\S+)", " ".join(arguments))
    return bool(hosts) and not any("$" in one or ":" in one.split(",") for one in hosts)


def _as_other(name: str) -> Predicate:
    return lambda arguments: runs_as_other(name, arguments)


def _of_setuidgid(arguments: t.Sequence[str]) -> bool:
    return bool(arguments) and not is_root(arguments[0])


def _of_sandbox(arguments: t.Sequence[str]) -> bool:
    return any(word.startswith(("--net", "--join-network", "--unshare-net", "--unshare-all")) for word in arguments)


SCOPES: dict[str, Predicate] = {
    **dict.fromkeys(
        (
            *("kubectl", "oc", "crictl", "ctr", "k3s", "k0s", "microk8s", "minikube", "kind", "helm", "docker-compose"),
            *("podman-compose", "buildah", "lxc", "incus", "lxc-attach", "lxc-execute", "lxc-start", "lxc-run", "runc"),
            *("crun", "systemd-nspawn", "virsh", "vagrant", "multipass", "pct", "qm", "vzctl", "prlctl", "xl"),
            *("rsh", "rexec", "pssh", "parallel-ssh", "pdsh", "clush", "dsh", "mussh", "salt", "salt-ssh", "mco"),
            *("bolt", "fab", "knife", "gcloud", "aws", "az", "doctl", "flyctl", "guestfish", "virt-customize"),
            *("qemu-ga-client", "qemu-agent-command", "distrobox", "toolbox", "flatpak", "jexec", "wsl", "wsl.exe"),
            *("adb", "lxc-cgroup", "apptainer", "singularity", "nomad", "balena", "xe", "tsh", "teleport"),
            *("limactl", "lima", "colima", "docker-machine", "juju"),
        ),
        _always,
    ),
    **dict.fromkeys(CONTAINERS, _of_container),
    **dict.fromkeys(REMOTE_SHELLS, _of_ssh),
    **dict.fromkeys(("ansible", "ansible-playbook", "ansible-console", "ansible-pull"), _of_ansible),
    **{name: _as_other(name) for name in USERS},
    **dict.fromkeys(("firejail", "bwrap"), _of_sandbox),
    **dict.fromkeys(("setuidgid", "s6-setuidgid", "gosu", "su-exec"), _of_setuidgid),
    "nsenter": _of_nsenter,
    "unshare": _of_unshare,
    "ip": _of_ip,
    "machinectl": _of_machine,
    "systemd-run": _of_systemd_run,
    "parallel": _of_parallel,
}
