# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets_info
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.module import runner
from ansible_collections.linux.tcp.tests.unit.scene import play

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

NONE = {"sockets": 0, "covered": 0, "not_covered": 0, "unknown": 0}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_sockets_info.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_nothing_selected(run: RunModule, check_mode: bool) -> None:
    # a process cannot have this number: include/linux/threads.h, PID_MAX_LIMIT
    answer = run(pids=[4194305], check_mode=check_mode)
    answer.pop("warnings", None)
    unreadable = answer.pop("unreadable")
    assert all(one["what"] in ("process", "namespace") for one in unreadable)
    assert answer == {"sockets": [], "totals": NONE, "reasons": [], "by_command": [], "by_unit": []}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"local_ports": [0]}, "local_ports has 0: give ports between 1 and 65535."),
        (
            {"remote_addresses": ["db1"]},
            (
                "remote_addresses has 'db1', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up, and interfaces (%eth0) do not count."
            ),
        ),
    ],
)
def test_refused_parameters(run: RunModule, params: dict[str, t.Any], message: str) -> None:
    assert run(**params) == {"failed": True, "msg": message}


COVERED = """
sysctl("time", 7200)
listener = listen()
scene = {}
for name in ("off", "old", "own time", "own user timeout", "sending"):
    scene[name] = connect(listener)[0]
keepalive(*(one for name, one in scene.items() if name != "off"))
scene["own time"].setsockopt(TCP, socket.TCP_KEEPIDLE, 50)
scene["own user timeout"].setsockopt(TCP, socket.TCP_KEEPIDLE, 300)
scene["own user timeout"].setsockopt(TCP, socket.TCP_USER_TIMEOUT, 30000)
sysctl("time", 600)
sysctl("intvl", 60)
sysctl("probes", 5)
scene["new"] = connect(listener)[0]
keepalive(scene["new"])
scene["new"].setsockopt(TCP, socket.TCP_KEEPINTVL, 11)
scene["new"].setsockopt(TCP, socket.TCP_KEEPCNT, 3)
scene["listener"] = listener
scene["listener on"] = listen()
keepalive(scene["listener on"])
scene["accepted"] = connect(scene["listener on"])[1]
send_until_full(scene["sending"])
before = os.listdir("/proc/self/fd")
blocking = [one.getblocking() for one in kept]
found = ask()
assert blocking == [os.get_blocking(one.fileno()) for one in kept]
assert len(os.listdir("/proc/self/fd")) == len(before)
names = {inode(one): name for name, one in scene.items()}
seen = {names[one["inode"]]: one for one in found["sockets"] if one["inode"] in names}
for one in seen.values():
    one["timer"] = one["timer"] and [one["timer"]["kind"], armed(one["timer"]["left"])]
    one["reason"] = one["reason"] and steady(one["reason"]["message"])
shown = ("state", "keepalive", "time", "intvl", "probes", "user_timeout", "timer", "covered", "reason")
answer(
    seen={name: [seen[name][key] for key in shown] for name in scene},
    totals=found["totals"],
    reasons=found["reasons"],
    by_command=[{**one, "command": "me"} for one in found["by_command"]],
    counts=[len(ask(covered=covered)["sockets"]) for covered in (True, False)],
    summary={key: ask(summary_only=True)[key] == found[key] for key in ("totals", "reasons", "by_command", "by_unit")},
    no_sockets=ask(summary_only=True)["sockets"],
    idle=[type(one["idle"]).__name__ for one in (seen["off"], seen["listener"])],
    sorted=[one["state"] for one in found["sockets"]],
)
"""


def test_covered() -> None:
    answer = play(COVERED)
    up, down = "established", "listening"
    old = "the timer was armed with an older value: 7200 s left, 600 s wanted"
    sending = answer["seen"].pop("sending")
    assert answer["seen"] == {
        "off": [up, False, 600, 60, 5, 0, None, False, "keepalive is off"],
        "old": [up, True, 600, 60, 5, 0, ["keepalive", 7200], False, old],
        "own time": [up, True, 50, 60, 5, 0, ["keepalive", 50], True, None],
        "own user timeout": [
            up,
            True,
            300,
            60,
            5,
            30000,
            ["keepalive", 300],
            False,
            "TCP_USER_TIMEOUT takes precedence",
        ],
        "new": [up, True, 600, 11, 3, 0, ["keepalive", 600], True, None],
        "listener": [down, False, 600, 60, 5, 0, None, False, "keepalive is off"],
        "listener on": [down, True, 600, 60, 5, 0, None, True, None],
        "accepted": [up, True, 600, 60, 5, 0, ["keepalive", 600], True, None],
    }
    assert sending[6][0] in ("zero window", "retransmission")
    assert sending[7:] == [False, "data is unacknowledged"]
    # the other ends of the seven connections are off, but for the accepted one, whose client is
    assert answer["totals"] == {"sockets": 16, "covered": 4, "not_covered": 12, "unknown": 0}
    assert answer["reasons"] == [
        {"code": "keepalive_off", "message": "keepalive is off", "sockets": 9},
        {"code": "timer_armed_earlier", "message": "the timer was armed with an older value", "sockets": 1},
        {"code": "unacknowledged_data", "message": "data is unacknowledged", "sockets": 1},
        {"code": "user_timeout", "message": "TCP_USER_TIMEOUT takes precedence", "sockets": 1},
    ]
    assert answer["by_command"] == [{"command": "me", "sockets": 16, "covered": 4, "not_covered": 12, "unknown": 0}]
    assert answer["counts"] == [4, 12]
    assert set(answer["summary"].values()) == {True}
    assert answer["no_sockets"] == []
    assert answer["idle"] == ["float", "NoneType"]
    assert answer["sorted"] == [up] * 14 + [down] * 2


RAISED = """
sysctl("time", 600)
listener = listen()
client, _ = connect(listener)
keepalive(client)
sysctl("time", 7200)
one = ask()["by_inode"][inode(client)]
client.send(b"hello")
answer(time=one["time"], left=armed(one["timer"]["left"]), covered=one["covered"], data=_.recv(9).decode())
"""


def test_raised_value() -> None:
    # it fires earlier than it need, and is armed again
    assert play(RAISED) == {"time": 7200, "left": 600, "covered": True, "data": "hello"}


FAMILIES = """
listener = listen("::", V6)
four = connect(listener, "127.0.0.1", family=V4)
six = connect(listener, "::1")
found = ask()["by_inode"]
shown = lambda one: [found[inode(one)]["local_address"], found[inode(one)]["remote_address"]]
count = lambda **params: ask(**params)["totals"]["sockets"]
port = listener.getsockname()[1]
answer(
    listener=shown(listener),
    four=[shown(one) for one in four],
    six=[shown(one) for one in six],
    counts=[
        count(local_addresses=["127.0.0.0/8"]),
        count(remote_addresses=["::/0"]),
        count(local_addresses=["::"]),
        count(local_ports=[port]),
        count(remote_ports=[port]),
        count(local_ports=[port], states=["established"]),
        count(states=["listening"]),
        count(states=["close_wait"]),
        count(commands=["nobody"]),
        count(commands=["py*", "nobody"]) + count(commands=[open("/proc/self/comm").read().strip()]),
        count(users=[str(os.geteuid())]),
        count(users=["4242424"]),
    ],
)
"""


def test_families_and_filters() -> None:
    v4, v6 = "127.0.0.1", "::1"
    answer = play(FAMILIES)
    counts = answer.pop("counts")
    assert answer == {"listener": ["::", None], "four": [[v4, v4]] * 2, "six": [[v6, v6]] * 2}
    assert counts == [2, 2, 1, 3, 2, 2, 1, 0, 0, counts[9], 5, 0]
    assert counts[9] >= 5


MULTIPATH = """
try:
    with open("/proc/sys/net/mptcp/enabled", "w") as file:
        file.write("1")
except FileNotFoundError:
    answer(skip="this kernel has no MPTCP")
    sys.exit()
sysctl("time", 7200)
listener = listen(protocol=MPTCP)
client, server = connect(listener, protocol=MPTCP)
client.sendall(b"x")
server.recv(1)
keepalive(client)
sysctl("time", 600)
plain, accepted = connect(listener)
found = ask()["by_inode"]
answer(**{
    name: [found[inode(one)][key] for key in ("protocol", "keepalive", "time", "covered", "user_timeout")]
    for name, one in dict(listener=listener, client=client, server=server, plain=plain).items()
}, count=len(found))
"""


def test_multipath() -> None:
    answer = play(MULTIPATH)
    for name in ("listener", "client", "server"):
        assert answer[name].pop() in (None, 0)  # not every kernel has it for MPTCP
    assert answer == {
        "listener": ["mptcp", False, 600, False],
        "client": ["mptcp", True, 600, False],
        "server": ["mptcp", False, 600, False],
        "plain": ["tcp", False, 600, False, 0],
        "count": 5,
    }


SHARED = """
listener = listen()
threads, stop = [threading.Thread(target=lambda: stop.wait()) for _ in range(3)], threading.Event()
for thread in threads:
    thread.start()
workers = sorted(child(lambda: None) for _ in range(3))
private = child(listener.close)
twice = os.dup(listener.fileno())
everyone = [os.getpid(), *workers, private]
found = ask(*everyone)
one = found["by_inode"][inode(listener)]
answer(
    count=found["totals"]["sockets"],
    by_command=sum(one["sockets"] for one in found["by_command"]),
    holders=[process["pid"] for process in one["processes"]] == sorted([os.getpid(), *workers]),
    some=[process["pid"] for process in ask(workers[1])["sockets"][0]["processes"]] == workers[1:2],
    none=ask(private)["sockets"],
)
stop.set()
"""


def test_shared_sockets_count_once() -> None:
    assert play(SHARED) == {"count": 1, "by_command": 1, "holders": True, "some": True, "none": []}


ELSEWHERE = """
def work():
    # holds a socket of the namespace that it leaves, and one of its own
    assert LIBC.unshare(0x40000000) == 0
    bring_up_loopback()
    sysctl("time", 300)
    keepalive(listen())

listener = listen()
keepalive(listener)
sysctl("time", 600)
pid = child(work)
listener.close()
mine, its = (os.stat("/proc/%s/ns/net" % who).st_ino for who in ("self", pid))
found = ask(pid)["sockets"]
answer(found=sorted([one["namespace"] == mine, one["namespace"] == its, one["time"], one["covered"]] for one in found))
"""


def test_other_namespaces() -> None:
    assert play(ELSEWHERE) == {"found": [[False, True, 300, True], [True, False, 600, True]]}


QUEUED = """
listener = listen()
for _ in range(2):
    client = socket.create_connection(listener.getsockname())
    kept.append(client)
found = ask(pids=None, local_ports=[listener.getsockname()[1]])
answer(count=found["totals"]["sockets"], unreadable=[one for one in found["unreadable"] if one["what"] == "socket"])
"""


def test_connections_that_wait_to_be_accepted() -> None:
    # other namespaces of the machine have other sockets on that port, if any
    answer = play(QUEUED)
    assert answer["count"] >= 1
    (waiting,) = (one for one in answer["unreadable"] if one["code"] == "not_accepted")
    assert waiting["count"] >= 2


STATES = """
listener = listen()
waiting, closed = connect(listener)
keepalive(waiting)
closed.shutdown(socket.SHUT_WR)
keepalive(closed)
left, _ = connect(listener)
left.close()
kept.remove(left)
full = listen()
full.listen(0)
kept.append(socket.create_connection(full.getsockname()))
sending = socket.socket()
keepalive(sending)
sending.setblocking(False)
sending.connect_ex(full.getsockname())
def full(first):
    # a connection whose data does not get through, so that its end is not acknowledged either
    one, other = connect(listener)
    keepalive(one)
    send_until_full(one)
    for end in (one, other) if first else (other, one):
        end.shutdown(socket.SHUT_WR)
    return one
fin_wait1, _ = connect(listener)
keepalive(fin_wait1)
send_until_full(fin_wait1)
fin_wait1.shutdown(socket.SHUT_WR)
closing, last_ack = full(True), full(False)
found = ask(states=list(STATES))["by_inode"]
lost = ask(pids=None, states=["fin_wait2"], local_addresses=["127.0.0.0/8"])["unreadable"]
answer(
    found={
        name: [
            found[inode(one)]["state"],
            found[inode(one)]["timer"]["kind"],
            (found[inode(one)]["reason"] or {}).get("message"),
        ]
        for name, one in dict(waiting=waiting, closed=closed, sending=sending, fin_wait1=fin_wait1,
                              closing=closing, last_ack=last_ack).items()
    },
    never_heard=found[inode(sending)]["idle"],
    few=[one["state"] for one in ask(states=["close_wait", "fin_wait2"])["sockets"]],
    lost=[one["code"] for one in lost if one["what"] == "socket"],
)
"""


def test_states() -> None:
    answer = play(STATES)
    stuck = [answer["found"].pop(name) for name in ("fin_wait1", "closing", "last_ack")]
    assert [one[0] for one in stuck] == ["fin_wait1", "closing", "last_ack"]
    assert {one[1] for one in stuck} <= {"zero window", "retransmission"}
    assert {one[2] for one in stuck} == {"data is unacknowledged"}
    assert answer == {
        "found": {
            "waiting": ["close_wait", "keepalive", None],
            "closed": ["fin_wait2", "keepalive", None],
            "sending": ["syn_sent", "retransmission", "data is unacknowledged"],
        },
        "never_heard": None,
        "few": ["fin_wait2"] * 3 + ["close_wait"] * 2,
        "lost": ["closed"],
    }


IDLE = """
client, server = connect(listen())
def heard():
    # struct tcp_info: milliseconds since data came, and since an acknowledgement came
    return struct.unpack("=52xII", client.getsockopt(TCP, socket.TCP_INFO, 60))
while heard()[0] < 250:
    time.sleep(0.01)
client.send(b"x")
while heard()[0] - heard()[1] < 250:  # until the acknowledgement came
    time.sleep(0.01)
before = min(heard())
idle = ask()["by_inode"][inode(client)]["idle"] * 1000
answer(idle=before <= round(idle) <= min(heard()))
"""


def test_idle_since_anything_was_heard() -> None:
    assert play(IDLE) == {"idle": True}


UNPRIVILEGED = """
listener = listen()

def work():
    os.setgroups([])
    os.setresuid(65534, 65534, 65534)
    LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after execve(2)
    own = listen()
    keepalive(own)
    os.close(listener.fileno())
    found = ask(os.getpid(), os.getppid())
    mine = found["by_inode"].pop(inode(own))
    everybody = ask(pids=None, local_ports=[port], local_addresses=["127.0.0.1"])
    answer(
        mine=[mine["covered"], mine["time"], [one["user"] for one in mine["processes"]]],
        others=list(found["by_inode"]),
        unreadable=[one for one in found["unreadable"] if one["code"] == "permission_denied"],
        hidden=[one["code"] for one in everybody["unreadable"] if one["what"] == "socket"],
        warnings=found["warnings"],
    )

port = listener.getsockname()[1]
child(work)
"""


@needs_root
def test_unprivileged() -> None:
    assert play(UNPRIVILEGED) == {
        "mine": [True, 7200, ["nobody"]],
        "others": [],
        "unreadable": [{"what": "process", "code": "permission_denied", "message": "permission denied", "count": 1}],
        "hidden": ["holder_hidden"],
        "warnings": [f"1 process(es) could not be read: permission denied. {AS_USER}"],
    }


AS_USER = "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."
REFUSED = """
connect(listen())
seccomp(%d)
found = ask()
answer(
    totals=found["totals"],
    reasons=found["reasons"],
    seen=sorted(
        [one["state"], one["protocol"], one["keepalive"], one["time"], one["covered"], one["reason"]["message"]]
        for one in found["sockets"]
    ),
    filtered=ask(covered=False)["totals"]["sockets"],
    unreadable=[one for one in found["unreadable"] if one["what"] == "socket"],
    warnings=[one for one in found["warnings"] if "socket(s)" in one],
)
"""
AS_ROOT = (
    "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
    "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
    "or run on its host."
)


@pytest.mark.parametrize(
    ("number", "code", "reason", "remedy"),
    [
        pytest.param(errno.EPERM, "permission_denied", "permission denied", AS_ROOT, id="permission"),
        pytest.param(
            errno.ENOSYS,
            "kernel_too_old",
            "this system has no pidfd_getfd(2)",
            "Linux 5.6 or newer is needed, and in a container a runtime whose seccomp profile knows the call.",
            id="older kernel",
        ),
        pytest.param(
            errno.EMFILE, "refused", "Another process cannot be read: Too many open files", None, id="no room"
        ),
    ],
)
def test_what_cannot_be_read_is_told(number: int, code: str, reason: str, remedy: str | None) -> None:
    unread = [None, None, None, None, f"its options cannot be read: {reason}"]
    assert play(REFUSED % number) == {
        "totals": {"sockets": 3, "covered": 0, "not_covered": 0, "unknown": 3},
        "reasons": [{"code": "options_unreadable", "message": "its options cannot be read", "sockets": 3}],
        "seen": [["established", *unread], ["established", *unread], ["listening", *unread]],
        "filtered": 0,
        "unreadable": [{"what": "socket", "code": code, "message": reason, "count": 3}],
        "warnings": [f"3 socket(s) could not be read: {reason}. {remedy}"] if remedy else [],
    }


# what happens between the look at the descriptors and the duplicate
MEANWHILE = """
listener = listen()
other = listen()
keepalive(other)
port = listener.getsockname()[1]
pid = child(lambda: None)
second = child(lambda: None) if %(second)r else None

class Meanwhile(Processes):
    def sockets(self, process):
        found = super().sockets(process)
        if process.pid == pid:
            %(meddle)s
        return found

scanner = scan.SocketScanner(Meanwhile())
filters = Filters.from_options(dict(pids=[one for one in (pid, second, os.getpid()) if one], local_ports=[port]))
if not %(mine)r:
    filters = Filters.from_options(dict(pids=[one for one in (pid, second) if one], local_ports=[port]))
before = len(os.listdir("/proc/self/fd"))
found = [[one.options.keepalive, len(one.processes)] for one in scanner.sockets(filters)]
assert len(os.listdir("/proc/self/fd")) == before
answer(found=found, unreadable=[one for one in scanner.unreadable.as_list() if one["what"] == "socket"])
"""
ENDED = [{"what": "socket", "code": "ended", "message": "it ended meanwhile", "count": 1}]


@pytest.mark.parametrize(
    ("meddle", "second", "mine", "found", "unreadable"),
    [
        pytest.param("end(pid)", False, False, [], ENDED, id="the process ends"),
        pytest.param("end(pid)", True, False, [[False, 2]], [], id="the process ends, another one shares the socket"),
        pytest.param(
            "os.dup2(other.fileno(), listener.fileno())",
            False,
            True,
            [[False, 2]],
            [],
            id="one of two owners reuses the number",
        ),
    ],
)
def test_meanwhile(meddle: str, second: bool, mine: bool, found: list[object], unreadable: list[object]) -> None:
    assert play(MEANWHILE % {"meddle": meddle, "second": second, "mine": mine}) == {
        "found": found,
        "unreadable": unreadable,
    }


# this process is looked at itself, so that it can change its descriptors at the worst moment
REUSED = """
one, other = listen(), listen()
keepalive(other)
number, port = one.fileno(), one.getsockname()[1]

class Meanwhile(Processes):
    def sockets(self, process):
        found = super().sockets(process)
        %s
        return found

scanner = scan.SocketScanner(Meanwhile())
seen = [one.options for one in scanner.sockets(Filters.from_options(dict(pids=[os.getpid()], local_ports=[port])))]
answer(seen=seen, unreadable=[one for one in scanner.unreadable.as_list() if one["what"] == "socket"])
"""


@pytest.mark.parametrize(
    "meddle",
    [
        pytest.param("os.dup2(other.fileno(), number)", id="another socket"),
        pytest.param("os.dup2(os.open('/dev/null', os.O_RDONLY), number)", id="a file"),
        pytest.param("one.close()", id="closed"),
    ],
)
def test_reused_descriptor(meddle: str) -> None:
    assert play(REUSED % meddle) == {"seen": [], "unreadable": ENDED}


CHURN = """
listener = listen()
steady, _ = connect(listener)
keepalive(steady)

def work():
    def churn():
        while True:
            one = socket.create_connection(listener.getsockname())
            other, _ = listener.accept()
            other.close()
            one.close()
    for _ in range(2):
        threading.Thread(target=churn, daemon=True).start()

pid = child(work)
answers = [ask(os.getpid(), pid) for _ in range(30)]
answer(
    failed=[one["msg"] for one in answers if one.get("failed")],
    always=all(one["by_inode"][inode(steady)]["covered"] for one in answers),
    reasons=sorted({one["code"] for found in answers for one in found["unreadable"] if one["what"] == "socket"}),
    sums=all(sum(found["totals"][key] for key in ("covered", "not_covered", "unknown")) == len(found["sockets"])
             for found in answers),
)
"""


def test_churn() -> None:
    answer = play(CHURN)
    assert set(answer.pop("reasons")) <= {"ended", "not_accepted"}
    assert answer == {"failed": [], "always": True, "sums": True}


HIDING = """
def rename():
    LIBC.prctl(15, b"\\rUid:\\t0\\t0", 0, 0, 0)  # PR_SET_NAME
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    listen()

pid = child(rename)
found = {user: ask(pid, users=[user])["totals"]["sockets"] for user in ("root", "nobody")}
answer(found=found, command=ask(pid)["sockets"][0]["processes"][0]["command"])
"""


@needs_root
def test_a_name_does_not_pass_for_another_user() -> None:
    assert play(HIDING) == {"found": {"root": 0, "nobody": 1}, "command": "\rUid:\t0\t0"}


SURVIVOR = """
def work():
    # the first thread ends as by pthread_exit(3), which leaves it a zombie, and another one goes on
    keepalive(listen())
    def wait():
        while open("/proc/self/status").read().split("State:\\t")[1][0] != "Z":
            time.sleep(0.01)
        os.write(writing, b"x")
        signal.pause()
    threading.Thread(target=wait).start()
    LIBC.syscall(93 if os.uname().machine == "aarch64" else 60, 0)

reading, writing = os.pipe()
pid = os.fork()
if pid == 0:
    work()
atexit.register(end, pid)
os.read(reading, 1)
found = ask(pid)
answer(
    pids=[process["pid"] for one in found["sockets"] for process in one["processes"]],
    mine=[pid],
    seen=[[one["keepalive"], (one["reason"] or {}).get("message")] for one in found["sockets"]],
    unreadable=[one["message"] for one in found["unreadable"] if one["what"] == "socket"],
)
"""


def test_a_process_whose_first_thread_has_ended() -> None:
    answer = play(SURVIVOR)
    assert answer.pop("pids") == answer.pop("mine")
    old = "the first thread of its process has ended, and the kernel is older than Linux 6.9"
    assert answer in (
        {"seen": [[True, None]], "unreadable": []},
        {"seen": [[None, f"its options cannot be read: {old}"]], "unreadable": [old]},
    )


NAMED = """
def bind():
    assert LIBC.unshare(0x40000000) == 0
    assert LIBC.mount(b"/proc/self/ns/net", b"/mnt/name space", None, 4096, None) == 0  # MS_BIND

assert LIBC.mount(b"tmpfs", b"/mnt", b"tmpfs", 0, None) == 0
with open("/mnt/name space", "w"):
    pass
end(child(bind))

def work():
    # holds a socket of a namespace in which no process lives
    home, blue = os.open("/proc/self/ns/net", 0), os.open("/mnt/name space", 0)
    assert LIBC.setns(blue, 0x40000000) == 0
    bring_up_loopback()
    listen()
    assert LIBC.setns(home, 0x40000000) == 0
    os.close(home)
    os.close(blue)

pid = child(work)
found = ask(pid)["sockets"]
answer(
    found=[[one["state"], one["namespace"] == os.stat("/mnt/name space").st_ino] for one in found],
    changed=run(keepalive_sockets, dict(pids=[pid], listening=True))["totals"]["changed"],
)
"""


def test_a_namespace_that_has_a_name_and_no_process() -> None:
    assert play(NAMED) == {"found": [["listening", True]], "changed": 1}


UNSEEN = """
denied = "permission_denied"
listener = listen()
port = listener.getsockname()[1]

def work():
    assert LIBC.unshare(0x40000000) == 0
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after execve(2)
    os.close(listener.fileno())
    found = ask(os.getppid(), local_ports=[port])
    answer(sockets=found["sockets"], unreadable=[one for one in found["unreadable"] if one["code"] == denied])

child(work)
"""


@needs_root
def test_denied_processes_count_even_if_no_socket_is_seen() -> None:
    denied = {"what": "process", "code": "permission_denied", "message": "permission denied", "count": 1}
    assert play(UNSEEN) == {"sockets": [], "unreadable": [denied]}


HIDDEN = """
assert LIBC.mount(b"proc", b"/proc", b"proc", 0, b"hidepid=2") == 0
port = listen().getsockname()[1]
def work():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after execve(2)
    kept[0].close()
    found = ask(pids=None, local_ports=[port])
    unreadable = [[one["what"], one["code"]] for one in found["unreadable"] if one["what"] != "namespace"]
    answer(unreadable=unreadable, warnings=len(found["warnings"]))

child(work)
"""


@needs_root
def test_hidden_processes_are_told() -> None:
    assert play(HIDDEN) == {
        "unreadable": [
            ["process", "processes_hidden"],
            ["socket", "holder_hidden"],
        ],
        "warnings": 1,
    }


STARTED_MEANWHILE = """
listener = listen()
first = child(lambda: None)
started = []

class Meanwhile(Processes):
    # hands the socket on to a new process just before the old one is looked at
    def sockets(self, process):
        if process.pid == first:
            started.append(child(lambda: None))
            listener.close()
            end(first)
        return super().sockets(process)

scanner = scan.SocketScanner(Meanwhile())
own = open("/proc/self/comm").read().strip()
found = list(scanner.sockets(Filters.from_options(dict(commands=[own], local_ports=[listener.getsockname()[1]]))))
answer(held=started[0] in [process.pid for one in found for process in one.processes])
"""


def test_a_process_that_starts_meanwhile() -> None:
    assert play(STARTED_MEANWHILE) == {"held": True}


PROTECTED = """
def work():
    LIBC.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    keepalive(listen())

def live_apart():
    assert LIBC.unshare(0x10000000 | 0x40000000) == 0
    keepalive(listen())

answer(found=[[one["keepalive"] for one in ask(child(one))["sockets"]] for one in (work, live_apart)])
"""


def test_processes_that_are_not_dumpable_or_have_users_of_their_own() -> None:
    assert play(PROTECTED) == {"found": [[True], [True]]}


LINGERING = """
client, server = connect(listen())
send_until_full(client)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 100000))
with signals.waits_cut_short():
    copy = pidfd.Duplicator().duplicate(inode(client), [(os.getpid(), client.fileno())])
    client.close()
    copy.close()
answer(handler=signal.getsignal(signal.SIGALRM) == signal.SIG_DFL, timer=signal.getitimer(signal.ITIMER_REAL))
"""


def test_a_lingering_socket_does_not_hold_up_its_last_holder() -> None:
    # without the timer this takes a day
    assert play(LINGERING) == {"handler": True, "timer": [0.0, 0.0]}


ENDED_MEANWHILE = """
listener = listen()
port = listener.getsockname()[1]

class Meanwhile(Processes):
    def sockets(self, process):
        listener.close()
        return super().sockets(process)

scanner = scan.SocketScanner(Meanwhile())
found = list(scanner.sockets(Filters.from_options(dict(local_ports=[port], local_addresses=["127.0.0.1"]))))
answer(found=len(found), unreadable=[one["code"] for one in scanner.unreadable.as_list() if one["what"] == "socket"])
"""


def test_a_socket_that_ends_before_its_holder_is_found() -> None:
    assert play(ENDED_MEANWHILE) == {"found": 0, "unreadable": ["ended"]}
