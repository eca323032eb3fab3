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
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT
from ansible_collections.linux.tcp.plugins.module_utils._writers.roots import is_this_root

if t.TYPE_CHECKING:
    Predicate = t.Callable[[t.Sequence[str]], bool]

_MOST_SCOPES = 20  # nobody nests more; each looks at all words behind it
CONTAINERS = frozenset(("docker", "podman", "nerdctl", "finch"))
REMOTE_SHELLS = frozenset(("ssh", "slogin", "sshpass", "autossh", "mosh"))
_LOCALHOST = re.compile(r"(?:[^@]*@)?(?:localhost|127(?:\.[0-9]+){3}|::1|\[::1\]|ip6-localhost)\Z")
_ROOT = ("", "root", "0", "#0", "+0", "root:root", "0:0")
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


def runs_elsewhere(words: t.Sequence[str]) -> bool:
    """Whether a command does not reach the host's keys; the last word is its program, where that is known."""
    found = ((index, name) for index, name in enumerate(map(name_of, words)) if name in SCOPES)
    return any(SCOPES[name](words[index + 1 :]) for index, name in itertools.islice(found, _MOST_SCOPES))


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
    return not re.search(r"(?:\A|\s)(?:localhost\b|-c ?local\b|--connection[= ]local\b)", text)


def _of_machine(arguments: t.Sequence[str]) -> bool:
    return not any(word.endswith(".host") for word in arguments)


def _of_systemd_run(arguments: t.Sequence[str]) -> bool:
    text = " ".join(arguments)
    machine = re.search(r"(?:\A|\s)(?:-[MH] ?|--(?:machine|host)[= ])([^\s]*)", text)
    is_user = "--user" in arguments or re.search(r"--uid[= ](?!root\b|0\b)", text) is not None
    return is_user or _OWN_NETWORK.search(text) is not None or bool(machine and not machine[1].endswith(".host"))


def _user_after(options: t.Sequence[str]) -> Predicate:
    def is_not_root(arguments: t.Sequence[str]) -> bool:
        for index, word in enumerate(arguments):
            name, equals, value = word.partition("=")
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            if word in options:
                return following not in _ROOT and "$" not in following
            if equals and name in options:
                return value not in _ROOT and "$" not in value
            if not word.startswith("-") and not ASSIGNMENT.match(word):
                return False
        return False

    return is_not_root


def _of_su(arguments: t.Sequence[str]) -> bool:
    takes_value = ("-c", "--command", "-s", "--shell", "-g", "-G", "-w")
    pending = iter(arguments)
    for word in pending:
        if word in takes_value:
            next(pending, None)
        elif not word.startswith("-"):
            return word not in _ROOT and "$" not in word and " " not in word
    return False


def _of_runuser(arguments: t.Sequence[str]) -> bool:
    has_user = any(word in ("-u", "--user") or word.startswith("--user=") for word in arguments)
    return (_user_after(("-u", "--user")) if has_user else _of_su)(arguments)


def _of_setuidgid(arguments: t.Sequence[str]) -> bool:
    return bool(arguments) and arguments[0] not in _ROOT and "$" not in arguments[0]


def _of_setpriv(arguments: t.Sequence[str]) -> bool:
    users = (word.partition("=")[2] for word in arguments if word.startswith("--reuid="))
    return any(user not in _ROOT and "$" not in user for user in users) and not any(
        "net_admin" in word for word in arguments
    )


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
            *("limactl", "colima", "docker-machine"),
        ),
        _always,
    ),
    **dict.fromkeys(CONTAINERS, _of_container),
    **dict.fromkeys(REMOTE_SHELLS, _of_ssh),
    **dict.fromkeys(("ansible", "ansible-playbook", "ansible-console", "ansible-pull"), _of_ansible),
    **dict.fromkeys(("sudo", "doas"), _user_after(("-u", "--user"))),
    **dict.fromkeys(("firejail", "bwrap"), _of_sandbox),
    **dict.fromkeys(("start-stop-daemon", "chpst"), _user_after(("-u", "-U", "-c", "--chuid", "--user"))),
    **dict.fromkeys(("setuidgid", "s6-setuidgid", "gosu", "su-exec"), _of_setuidgid),
    "setpriv": _of_setpriv,
    "nsenter": _of_nsenter,
    "unshare": _of_unshare,
    "ip": _of_ip,
    "machinectl": _of_machine,
    "systemd-run": _of_systemd_run,
    "su": _of_su,
    "runuser": _of_runuser,
}
