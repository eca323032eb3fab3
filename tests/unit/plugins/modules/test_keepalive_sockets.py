# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.module import runner
from ansible_collections.linux.tcp.tests.unit.scene import play

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

NOBODY = 4194305  # no process has this number: include/linux/threads.h, PID_MAX_LIMIT
AS_USER = "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_sockets.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_no_socket_is_selected(run: RunModule, check_mode: bool) -> None:
    answer = run(pids=[NOBODY], check_mode=check_mode, diff=True)
    assert "No socket matches these filters." in answer.pop("warnings")
    answer.pop("unreadable")
    assert answer == {
        "changed": False,
        "changed_sockets": [],
        "left_sockets": [],
        "unreachable_sockets": [],
        "totals": {"changed": 0, "left": 0, "unreachable": 0, "gone": 0},
        "diff": {"before_header": "sockets", "after_header": "sockets", "before": "", "after": ""},
    }


NO_FILTER = (
    "No filter is given, so every socket of the host would be selected. Give one of commands, pids, units, users, "
    "local_ports, remote_ports, local_addresses, remote_addresses, or all: true."
)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({}, NO_FILTER, id="no filter"),
        pytest.param({"states": ["established"], "covered": False}, NO_FILTER, id="filters that leave too much"),
        pytest.param(
            {"all": True, "pids": [NOBODY]},
            "all: true means every socket of the host, and a filter is given. Leave one out.",
            id="all and a filter",
        ),
        pytest.param(
            {"pids": [], "commands": ["nobody"]},
            "pids is empty, so no socket is selected. Name some, or leave pids out.",
            id="an empty filter",
        ),
        pytest.param(
            {"commands": ["nginx", ""]},
            "commands has an empty name, which no process has. Name one, or leave commands out.",
            id="an empty name",
        ),
        pytest.param({"pids": [True]}, "pids has True, a boolean: give numbers.", id="a boolean for a number"),
        pytest.param(
            {"pids": [NOBODY], "time": True},
            "time is True, a boolean: give a whole number between 1 and 32767.",
            id="a boolean for a value",
        ),
        pytest.param(
            {"pids": [NOBODY], "time": 0},
            (
                "time is 0, and a socket takes 1 to 32767 seconds for TCP_KEEPIDLE (tcp(7)). Give a number in that "
                "range, or leave time out to keep what is in force."
            ),
            id="no time",
        ),
        pytest.param(
            {"pids": [NOBODY], "interval": 32768},
            (
                "intvl is 32768, and a socket takes 1 to 32767 seconds for TCP_KEEPINTVL (tcp(7)). Give a number in "
                "that range, or leave intvl out to keep what is in force."
            ),
            id="too long an interval",
        ),
        pytest.param(
            {"pids": [NOBODY], "probes": 128},
            (
                "probes is 128, and a socket takes 1 to 127 for TCP_KEEPCNT (tcp(7)). Give a number in that range, or "
                "leave probes out to keep what is in force."
            ),
            id="too many probes",
        ),
        pytest.param(
            {"pids": [NOBODY], "enabled": False, "probes": 3},
            "enabled: false switches keepalive off, where probes has no meaning. Leave one of them out.",
            id="off with a value",
        ),
        pytest.param(
            {"pids": [NOBODY], "enabled": False, "rearm": True},
            "enabled: false switches keepalive off, where rearm has no meaning. Leave one of them out.",
            id="off with a timer",
        ),
    ],
)
def test_refused_parameters(run: RunModule, check_mode: bool, params: dict[str, t.Any], message: str) -> None:
    assert run(check_mode=check_mode, **params) == {"failed": True, "msg": message}


# What the kernel has, asked by the owner itself and from the kernel's text tables, not by the code under test.
LOOK = """
def look(one):
    values = [one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)]
    pins = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    values += [one.getsockopt(TCP, option) for option in pins]
    return values + [timer(one)]

def timer(one):
    # the seconds that the keepalive timer was armed with, None where it does not run
    for name in ("tcp", "tcp6"):
        with open("/proc/self/net/" + name) as file:
            for line in file.read().splitlines()[1:]:
                fields = line.split()
                if fields[9] == str(inode(one)) and fields[5].startswith("02:"):
                    return armed(int(fields[5][3:], 16) / 100)

def short(found):
    # the sockets that were changed, and the reasons of the others, by the names of the scene
    names = {inode(one): name for name, one in scene.items()}
    tell = lambda state: [state[key] for key in ("keepalive", "time", "intvl", "probes")] + [
        state["timer"] and armed(state["timer"]["left"]), state["covered"]]
    return dict(
        changed=found["changed"],
        sockets={names[one]: [tell(state["before"]), tell(state["after"])]
                 for one, state in found["changed_by_inode"].items() if one in names},
        left={
            names[one]: steady(state["reason"]["message"])
            for one, state in found["left_by_inode"].items()
            if one in names
        },
        totals=found["totals"],
        warnings=found["warnings"],
    )
"""
SCENE = (
    LOOK
    + """
sysctl("time", 7200)
listener = listen()
scene = {name: connect(listener)[0] for name in ("off", "old", "own", "timeout")}
keepalive(*(one for name, one in scene.items() if name != "off"))
scene["own"].setsockopt(TCP, socket.TCP_KEEPIDLE, 50)
scene["timeout"].setsockopt(TCP, socket.TCP_KEEPIDLE, 300)
scene["timeout"].setsockopt(TCP, socket.TCP_USER_TIMEOUT, 30000)
sysctl("time", 600)
scene["new"] = connect(listener)[0]
keepalive(scene["new"])
scene["listener"] = listener
port = listener.getsockname()[1]
before = {name: look(one) for name, one in scene.items()}
"""
)
DESIRED_STATES = (
    SCENE
    + """
want = dict(remote_ports=[port], %s)
planned = short(bring(_ansible_check_mode=True, **want))
untouched = {name: look(one) for name, one in scene.items()} == before
done = short(bring(**want))
answer(
    untouched=untouched,
    same=planned == done,
    done=done,
    now={name: look(one) for name, one in scene.items() if look(one) != before[name]},
    again=short(bring(**want))["totals"],
)
"""
)
OLD = "the timer was armed with an older value: 7200 s left, 600 s wanted"
TIMEOUT = "TCP_USER_TIMEOUT takes precedence"
FINE = "it has the desired state"
KEEPS = "1 connection(s) keep a timer that was armed with an older value. Give rearm: true."


@pytest.mark.parametrize(
    ("want", "sockets", "left", "now", "warnings"),
    [
        pytest.param(
            "",
            {"off": [[False, 600, 75, 9, None, False], [True, 600, 75, 9, 600, True]]},
            {"old": OLD, "own": FINE, "timeout": TIMEOUT, "new": FINE},
            {"off": [1, 600, 75, 9, 600]},
            [KEEPS],
            id="on",
        ),
        pytest.param(
            "rearm=True",
            {
                "off": [[False, 600, 75, 9, None, False], [True, 600, 75, 9, 600, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 600, 75, 9, 600, True]],
            },
            {"own": FINE, "timeout": TIMEOUT, "new": FINE},
            {"off": [1, 600, 75, 9, 600], "old": [1, 600, 75, 9, 600]},
            [],
            id="on, with new timers",
        ),
        pytest.param(
            "time=300",
            {
                "off": [[False, 600, 75, 9, None, False], [True, 300, 75, 9, 300, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 300, 75, 9, 300, True]],
                "own": [[True, 50, 75, 9, 50, True], [True, 300, 75, 9, 300, True]],
                "new": [[True, 600, 75, 9, 600, True], [True, 300, 75, 9, 300, True]],
            },
            {"timeout": TIMEOUT},
            {
                "off": [1, 300, 75, 9, 300],
                "old": [1, 300, 75, 9, 300],
                "own": [1, 300, 75, 9, 300],
                "new": [1, 300, 75, 9, 300],
            },
            [],
            id="a time of their own",
        ),
        pytest.param(
            "intvl=5, probes=4, covered=True",
            {
                "own": [[True, 50, 75, 9, 50, True], [True, 50, 5, 4, 50, True]],
                "new": [[True, 600, 75, 9, 600, True], [True, 600, 5, 4, 600, True]],
            },
            {},
            {"own": [1, 50, 5, 4, 50], "new": [1, 600, 5, 4, 600]},
            [],
            id="other values, for some",
        ),
        pytest.param(
            "time=32767, intvl=32767, probes=127, rearm=True, covered=False",
            {
                "off": [[False, 600, 75, 9, None, False], [True, 32767, 32767, 127, 32767, True]],
                "old": [[True, 600, 75, 9, 7200, False], [True, 32767, 32767, 127, 32767, True]],
                "timeout": [[True, 300, 75, 9, 300, False], [True, 32767, 32767, 127, 32767, False]],
            },
            {},
            {
                "off": [1, 32767, 32767, 127, 32767],
                "old": [1, 32767, 32767, 127, 32767],
                "timeout": [1, 32767, 32767, 127, 32767],
            },
            [],
            id="the highest values",
        ),
        pytest.param(
            "enabled=False",
            {
                "old": [[True, 600, 75, 9, 7200, False], [False, 600, 75, 9, None, False]],
                "own": [[True, 50, 75, 9, 50, True], [False, 50, 75, 9, None, False]],
                "timeout": [[True, 300, 75, 9, 300, False], [False, 300, 75, 9, None, False]],
                "new": [[True, 600, 75, 9, 600, True], [False, 600, 75, 9, None, False]],
            },
            {"off": "keepalive is off"},
            {
                "old": [0, 600, 75, 9, None],
                "own": [0, 50, 75, 9, None],
                "timeout": [0, 300, 75, 9, None],
                "new": [0, 600, 75, 9, None],
            },
            [],
            id="off",
        ),
    ],
)
def test_desired_states(
    want: str, sockets: dict[str, object], left: dict[str, str], now: dict[str, object], warnings: list[str]
) -> None:
    answer = play(DESIRED_STATES % want)
    assert answer["done"] == {
        "changed": True,
        "sockets": sockets,
        "left": left,
        "totals": {"changed": len(sockets), "left": len(left), "unreachable": 0, "gone": 0},
        "warnings": warnings,
    }
    assert answer["now"] == now
    assert answer["untouched"]
    assert answer["same"]
    assert answer["again"]["changed"] == 0


FOLLOWS = (
    SCENE
    + """
bring(remote_ports=[port], rearm=True)
bring(remote_ports=[port], commands=["*"], covered=False, time=100)
sysctl("time", 900)
answer(old=look(scene["old"])[1], timeout=look(scene["timeout"])[1])
"""
)


def test_a_new_timer_still_follows_the_sysctl_and_a_pin_does_not() -> None:
    assert play(FOLLOWS) == {"old": 900, "timeout": 100}


INHERIT = (
    SCENE
    + """
unset = connect(listener)[1]
done = short(bring(local_ports=[port], listening=True, time=120, probes=4))
accepted = connect(listener)[1]
only = listen()
untouched = short(bring(local_ports=[only.getsockname()[1]]))
alone = bring(local_ports=[only.getsockname()[1]], states=["listening"])
answer(
    listener=done["sockets"]["listener"],
    changed=done["totals"]["changed"],
    unset=look(unset),
    accepted=look(accepted),
    untouched=untouched["totals"],
    alone=[one["state"] for one in alone["changed_sockets"]],
    later=look(connect(only)[1])[0],
    again=bring(local_ports=[port], listening=True, time=120, probes=4)["changed"],
)
"""
)


def test_listeners_hand_on_what_they_have() -> None:
    assert play(INHERIT) == {
        "listener": [[False, 600, 75, 9, None, False], [True, 120, 75, 4, None, True]],
        "changed": 7,  # the listener, the five connections of the scene, and one more
        "unset": [1, 120, 75, 4, 120],
        "accepted": [1, 120, 75, 4, 120],
        "untouched": {"changed": 0, "left": 0, "unreachable": 0, "gone": 0},
        "alone": ["listening"],
        "later": 1,
        "again": False,
    }


# The listener accepts between the look at everything and the first setting.
ACCEPTED_MEANWHILE = (
    SCENE
    + """
real = apply._require_reachable
def meanwhile(*arguments):
    real(*arguments)
    scene["late"] = connect(listener)[1]
apply._require_reachable = meanwhile
found = bring(local_ports=[port], listening=True)
answer(late=look(scene["late"])[0], counted=inode(scene["late"]) in found["changed_by_inode"])
"""
)


def test_no_connection_slips_through() -> None:
    assert play(ACCEPTED_MEANWHILE) == {"late": 1, "counted": True}


PROBING = (
    LOOK
    + """
def loopback(flags):
    with socket.socket(V4, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", flags))  # SIOCSIFFLAGS

sysctl("time", 1)
sysctl("intvl", 100)
client, server = connect(listen())
keepalive(client)
loopback(0)
def probed():
    return client.getsockopt(TCP, socket.TCP_INFO, 4)[3]  # struct tcp_info: tcpi_probes
while not probed():
    time.sleep(0.02)
sysctl("intvl", 5)
scene = dict(client=client)
before = steady(ask()["by_inode"][inode(client)]["reason"]["message"])
found = short(bring(remote_ports=[client.getpeername()[1]], rearm=True))
answer(before=before, found=found["left"], changed=found["changed"], timer=timer(client))
"""
)


def test_no_new_timer_while_a_probe_is_unanswered() -> None:
    # the next probe comes after the rest of the old interval; a new timer would ask later still
    old = "the timer was armed with an older value: 100 s left, 5 s wanted"
    assert play(PROBING) == {"before": old, "found": {"client": old}, "changed": False, "timer": 100}


ASKED_AT_ONCE = (
    LOOK
    + """
client, server = connect(listen())
keepalive(client)
def heard():
    return struct.unpack("=52xII", client.getsockopt(TCP, socket.TCP_INFO, 60))[1]
while heard() < 1100:
    time.sleep(0.02)
bring(remote_ports=[client.getpeername()[1]], time=1)
while heard() > 1000:
    time.sleep(0.001)
client.sendall(b"still here")
answer(heard=server.recv(20).decode(), time=look(client)[1])
"""
)


def test_a_peer_that_was_silent_for_longer_is_asked_at_once() -> None:
    assert play(ASKED_AT_ONCE) == {"heard": "still here", "time": 1}


UNTOUCHED_DATA = (
    LOOK
    + """
client, server = connect(listen())
client.setblocking(False)
server.sendall(b"unread")
flags = [fcntl.fcntl(one, fcntl.F_GETFL) for one in (client, server)]
descriptors = len(os.listdir("/proc/self/fd"))
found = bring(pids=[os.getpid()], all=False, listening=True, rearm=True, time=77)
answer(
    changed=found["totals"]["changed"],
    flags=[fcntl.fcntl(one, fcntl.F_GETFL) for one in (client, server)] == flags,
    leaked=len(os.listdir("/proc/self/fd")) - descriptors,
    data=client.recv(20).decode(),
    ends=[server.close(), client.recv(1).decode()][1],
)
"""
)


def test_data_and_descriptors_stay_as_they_are() -> None:
    # the last line ends only if no duplicate keeps the server's end open
    assert play(UNTOUCHED_DATA) == {"changed": 3, "flags": True, "leaked": 0, "data": "unread", "ends": ""}


SHARED = (
    LOOK
    + """
listener = listen()
workers = [child(lambda: None) for _ in range(3)]
found = bring(workers[0], workers[1], states=["listening"])
one = found["changed_sockets"][0]
answer(
    changed=found["totals"]["changed"],
    holders=sorted(process["pid"] for process in one["processes"]) == sorted(workers[:2]),
    on=look(listener)[0],
)
"""
)


def test_a_shared_socket_is_set_once() -> None:
    assert play(SHARED) == {"changed": 1, "holders": True, "on": 1}


ELSEWHERE = (
    LOOK
    + """
def work():
    assert LIBC.unshare(0x40000000) == 0
    bring_up_loopback()
    sysctl("time", 300)
    listen()

pid = child(work)
found = bring(pid, states=["listening"])
again = bring(pid, states=["listening"])
answer(times=[one["after"]["time"] for one in found["changed_sockets"]], again=again["changed"])
"""
)


def test_other_namespaces() -> None:
    assert play(ELSEWHERE) == {"times": [300], "again": False}


MULTIPATH = (
    LOOK
    + """
try:
    with open("/proc/sys/net/mptcp/enabled", "w") as file:
        file.write("1")
except FileNotFoundError:
    answer(skip="this kernel has no MPTCP")
    sys.exit()
sysctl("time", 7200)
client, server = connect(listen(protocol=MPTCP), protocol=MPTCP)
client.sendall(b"x")
server.recv(1)
keepalive(client)
sysctl("time", 600)
port = client.getpeername()[1]
on = bring(remote_ports=[port], rearm=True)
pinned = bring(remote_ports=[port], time=60)
answer(
    on=[one["after"]["covered"] for one in on["changed_sockets"]],
    again=bring(remote_ports=[port], rearm=True)["changed"],
    pinned=[one["after"]["time"] for one in pinned["changed_sockets"]],
    unreachable=[one["reason"]["message"] for one in pinned["unreachable_sockets"]],
)
"""
)


def test_multipath() -> None:
    answer = play(MULTIPATH)
    pinned = answer.pop("pinned"), answer.pop("unreachable")
    assert answer == {"on": [True], "again": False}
    assert pinned in (([60], []), ([], ["this kernel has no TCP_KEEPIDLE for MPTCP"]))


STATES = (
    LOOK
    + """
listener = listen()
waiting, closed = connect(listener)
closed.shutdown(socket.SHUT_WR)
full = listen()
full.listen(0)
kept.append(socket.create_connection(full.getsockname()))
sending = socket.socket()
sending.setblocking(False)
sending.connect_ex(full.getsockname())
def stuck(first, second):
    # a connection whose data does not get through, so that its end is not acknowledged either
    ends = connect(listener)
    send_until_full(ends[0])
    for number in (first, second):
        if number is not None:
            ends[number].shutdown(socket.SHUT_WR)
    return ends[0]
scene = dict(close_wait=waiting, fin_wait2=closed, syn_sent=sending, listening=listener,
             established=connect(listener)[0], fin_wait1=stuck(0, None), closing=stuck(0, 1), last_ack=stuck(1, 0))
everywhere = list(STATES)
done = bring(states=everywhere, time=88)
answer(
    states={name: done["changed_by_inode"][inode(one)]["state"] for name, one in scene.items()},
    now={name: look(one)[:2] for name, one in scene.items()},
    again=bring(states=everywhere, time=88)["totals"]["changed"],
    off=bring(states=everywhere, enabled=False)["totals"]["changed"] == done["totals"]["changed"],
    gone=done["totals"]["gone"],
)
"""
)
HELD = ("close_wait", "fin_wait2", "syn_sent", "listening", "established", "fin_wait1", "closing", "last_ack")


def test_states() -> None:
    # syn_recv, which only TCP Fast Open has in a process's hands, is a state as the others for the module
    assert play(STATES) == {
        "states": {name: name for name in HELD},
        "now": {name: [1, 88] for name in HELD},
        "again": 0,
        "off": True,
        "gone": 0,
    }


# Something happens between the look at the sockets and the setting.
MEANWHILE = (
    LOOK
    + """
listener, other = listen(), listen()
one, its_end = connect(listener)
port = listener.getsockname()[1]
def work():
    one.close()
    one_of_its_own = socket.create_connection(listener.getsockname())
    kept.append(one_of_its_own)
pid = child(work) if %(child)r else None
number = one.fileno()
elsewhere, _ = connect(other)
real = apply._require_reachable
def meanwhile(*arguments):
    real(*arguments)
    %(meddle)s
apply._require_reachable = meanwhile
found = bring(*([pid] if pid else []), remote_ports=[port])
answer(
    changed=found["changed"],
    gone=found["totals"]["gone"],
    failed=found.get("failed", False),
    elsewhere=look(elsewhere)[0],
    again=%(again)s,
)
"""
)


@pytest.mark.parametrize(
    ("meddle", "child", "again"),
    [
        pytest.param(
            "os.dup2(elsewhere.fileno(), number)", False, "look(socket.socket(fileno=number))[0]", id="reused"
        ),
        pytest.param("one.close()", False, "0", id="closed"),
        pytest.param("end(pid)", True, "0", id="the process ends"),
        pytest.param("reconnect(one)", False, "look(one)[0]", id="connected elsewhere"),
        pytest.param(
            "its_end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); its_end.close()",
            False,
            "look(one)[0]",
            id="reset by its peer",
        ),
    ],
)
def test_meanwhile(meddle: str, child: bool, again: str) -> None:
    reconnect = """
def reconnect(one):
    # connect(2): AF_UNSPEC dissolves the association, and the socket stays the same one
    assert LIBC.connect(one.fileno(), struct.pack("=H14x", 0), 16) == 0
    one.connect(other.getsockname())

"""
    script = MEANWHILE % {"meddle": meddle, "child": child, "again": again}
    assert play(reconnect + script) == {"changed": False, "gone": 1, "failed": False, "elsewhere": 0, "again": 0}


# The process that was found ends, and another one with its number holds another connection by the same descriptor.
REUSED_NUMBER = (
    LOOK
    + """
listener, other = listen(), listen()
ends = [socket.create_connection(one.getsockname()) for one in (listener, other)]
def hold(one):
    os.dup2(one.fileno(), 100)
    for each in ends:
        each.close()
last = "/proc/sys/kernel/ns_last_pid"  # of this PID namespace only
if not os.path.exists(last):
    answer(skip="this kernel has no ns_last_pid")
    sys.exit()
pids = [child(lambda: hold(ends[0]))]
ends[0].close()
real = apply._require_reachable
def meanwhile(*arguments):
    real(*arguments)
    end(pids[0])
    with open(last, "w") as file:
        file.write(str(pids[0] - 1))
    pids.append(child(lambda: hold(ends[1])))
apply._require_reachable = meanwhile
found = bring(pids[0], remote_ports=[listener.getsockname()[1]])
answer(
    same=pids[0] == pids[1],
    changed=found["changed"],
    gone=found["totals"]["gone"],
    failed=found.get("failed", False),
    other=look(ends[1])[0],
)
"""
)


def test_another_process_has_the_number_meanwhile() -> None:
    assert play(REUSED_NUMBER, alone=True) == {"same": True, "changed": False, "gone": 1, "failed": False, "other": 0}


REFUSED = (
    SCENE
    + """
%s
found = bring(%s)
answer(
    failed=found.get("failed", False),
    msg=found.get("msg"),
    untouched={name: look(one) for name, one in scene.items()} == before,
)
"""
)
IN_CONTAINER = (
    "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
    "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
    "or run on its host."
)
TOO_OLD = (
    "Sockets cannot be set: this system has no pidfd_getfd(2). Nothing was changed. Linux 5.6 or newer is needed, and "
    "in a container a runtime whose seccomp profile knows the call."
)
DENIED = "Permission denied to read processes whose sockets the filters may select. Nothing was changed. "
# as setpriv(1): keeps root, without the capability
WITHOUT_CAPABILITY = """
other = child(lambda: os.setresuid(65534, 65534, 65534))
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
data = (ctypes.c_uint32 * 6)()
assert LIBC.capget(ctypes.byref(Header(0x20080522, 0)), data) == 0
for at in (0, 1, 2):
    data[at] &= ~(1 << 19)
assert LIBC.capset(ctypes.byref(Header(0x20080522, 0)), data) == 0
"""
AS_NOBODY = """
other = os.getppid()
os.setgroups([])
os.setresuid(65534, 65534, 65534)
LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after execve(2)
"""


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("setting", "filters", "message"),
    [
        pytest.param(
            f"seccomp({errno.ENOSYS})",
            "remote_ports=[port]",
            TOO_OLD,
            id="older kernel",
        ),
        pytest.param(
            f"seccomp({errno.ENOSYS})",
            "remote_ports=[port], covered=False",
            TOO_OLD,
            id="older kernel, only what is not covered",
        ),
        pytest.param(
            f"seccomp({errno.EPERM})",
            "remote_ports=[port], covered=False",
            DENIED + IN_CONTAINER,
            id="seccomp, likewise",
        ),
        pytest.param(f"seccomp({errno.EPERM})", "remote_ports=[port]", DENIED + IN_CONTAINER, id="seccomp"),
        pytest.param(
            *(WITHOUT_CAPABILITY, "os.getpid(), other, listening=True", DENIED + IN_CONTAINER),
            id="no capability",
            marks=needs_root,
        ),
        pytest.param(AS_NOBODY, "os.getpid(), other", DENIED + AS_USER, id="not root", marks=needs_root),
    ],
)
def test_nothing_is_changed_without_permission(check_mode: bool, setting: str, filters: str, message: str) -> None:
    script = REFUSED % (setting, f"{filters}, _ansible_check_mode={check_mode}")
    assert play(script) == {"failed": True, "msg": message, "untouched": True}


@needs_root
def test_users_may_set_their_own_sockets() -> None:
    answer = play(REFUSED % (AS_NOBODY, "remote_ports=[port], local_addresses=['127.0.0.0/8']"))
    assert answer == {"failed": False, "msg": None, "untouched": False}


REFUSED_SETTING = (
    SCENE
    + """
seccomp(%d, SETSOCKOPT, %s)
found = bring(remote_ports=[port], time=300, intvl=7, commands=["*"])
answer(
    changed=found["changed"],
    reasons=sorted({one["reason"]["message"] for one in found["unreachable_sockets"]}),
    totals=found["totals"],
    warnings=found["warnings"],
    now={name: look(one)[:4] for name, one in scene.items()} == {name: look[:4] for name, look in before.items()},
)
"""
)


def test_what_is_refused_is_put_back() -> None:
    reason = "the kernel refused to set it: Operation not permitted"
    pinned = f"{reason}; what it had is pinned to it now and no longer follows the sysctl: time"
    assert play(REFUSED_SETTING % (errno.EPERM, "socket.TCP_KEEPINTVL")) == {
        "changed": False,
        "reasons": [reason, pinned],  # one has that time already
        "totals": {"changed": 0, "left": 0, "unreachable": 5, "gone": 0},
        "warnings": [
            f"1 socket(s) were left as they were: {reason}.",
            f"4 socket(s) were left as they were: {pinned}.",
        ],
        "now": True,
    }


DIFF = (
    LOOK
    + """
sysctl("time", 7200)
listener = listen("::", V6)
client, server = connect(listener, "::1")
keepalive(client)
sysctl("time", 600)
found = bring(_ansible_diff=True, _ansible_check_mode=%s, listening=True, rearm=True)
sides = [found["diff"][side] for side in ("before", "after")]
for text, stand_in in ((inode(listener), "L"), (inode(client), "C"), (inode(server), "S"), (os.getpid(), "PID"),
                       (listener.getsockname()[1], "LP"), (client.getsockname()[1], "CP")):
    sides = [side.replace(str(text), stand_in) for side in sides]
answer(sides=[sorted(steady(side).splitlines()) for side in sides], comm=open("/proc/self/comm").read().strip())
"""
)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_diff(check_mode: bool) -> None:
    answer = play(DIFF % check_mode)
    sides = [[line.replace(answer["comm"], "me") for line in side] for side in answer["sides"]]
    rest = "intvl 75, probes 9, timer"
    assert sides[0] == [
        f"established [::1]:CP [::1]:LP inode C me[PID]: keepalive on, time 600, {rest} keepalive in 7200 s",
        f"established [::1]:LP [::1]:CP inode S me[PID]: keepalive off, time 600, {rest} none",
        f"listening [::]:LP inode L me[PID]: keepalive off, time 600, {rest} none",
    ]
    assert sides[1] == [
        f"established [::1]:CP [::1]:LP inode C me[PID]: keepalive on, time 600, {rest} keepalive in 600 s",
        f"established [::1]:LP [::1]:CP inode S me[PID]: keepalive on, time 600, {rest} keepalive in 600 s",
        f"listening [::]:LP inode L me[PID]: keepalive on, time 600, {rest} none",
    ]


SUMMARY = (
    SCENE
    + """
found = bring(remote_ports=[port], summary_only=True)
again = bring(remote_ports=[port], summary_only=True, _ansible_check_mode=True)
answer(
    lists=[found[key] for key in ("changed_sockets", "left_sockets", "unreachable_sockets")],
    totals=found["totals"],
    again=again["totals"],
)
"""
)


def test_summary_only() -> None:
    assert play(SUMMARY) == {
        "lists": [[], [], []],
        "totals": {"changed": 1, "left": 4, "unreachable": 0, "gone": 0},
        "again": {"changed": 0, "left": 5, "unreachable": 0, "gone": 0},
    }


CHANGED_AFTERWARDS = (
    SCENE
    + """
real = apply._set_all
def meanwhile(*arguments):
    real(*arguments)
    scene["off"].setsockopt(TCP, socket.TCP_KEEPIDLE, 50)
apply._set_all = meanwhile
found = bring(remote_ports=[port], commands=["*"], covered=False)
answer(timer=armed(found["changed_by_inode"][inode(scene["off"])]["after"]["timer"]["left"]))
"""
)


def test_timers_are_told_as_they_are_in_the_end() -> None:
    assert play(CHANGED_AFTERWARDS) == {"timer": 50}


PROTECTED = (
    LOOK
    + """
def protect():
    LIBC.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE

def become_nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)

def become_nobody_and_protect():
    become_nobody()
    protect()

def live_apart():
    assert LIBC.unshare(0x10000000) == 0  # CLONE_NEWUSER

listener = listen()
pid = child(%s)
answer(changed=bring(pid, listening=True)["totals"]["changed"], on=look(listener)[0])
"""
)


@pytest.mark.parametrize(
    "work",
    [
        "protect",
        pytest.param("become_nobody", marks=needs_root),
        pytest.param("become_nobody_and_protect", marks=needs_root),
        "live_apart",
    ],
)
def test_processes_of_other_users_and_those_that_are_not_dumpable(work: str) -> None:
    assert play(PROTECTED % work) == {"changed": 1, "on": 1}


# A thread opens the socket; in the second case the first thread has ended, as by pthread_exit(3).
THREADS = (
    LOOK
    + """
listener = listen()
reading, writing = os.pipe()
pid = os.fork()
if pid == 0:
    def work():
        while %(ends)r and open("/proc/self/status").read().split("State:\\t")[1][0] != "Z":
            time.sleep(0.01)
        one = socket.create_connection(listener.getsockname())
        os.write(writing, b"x")
        signal.pause()
    threading.Thread(target=work).start()
    if %(ends)r:
        LIBC.syscall(93 if os.uname().machine == "aarch64" else 60, 0)
    signal.pause()
atexit.register(end, pid)
os.read(reading, 1)
found = bring(pid, remote_ports=[listener.getsockname()[1]], time=77)
answer(
    pids=[process["pid"] for one in found["changed_sockets"] + found["unreachable_sockets"]
          for process in one["processes"]] == [pid],
    times=[one["after"]["time"] for one in found["changed_sockets"]],
    unreachable=[one["reason"]["message"] for one in found["unreachable_sockets"]],
    again=bring(pid, remote_ports=[listener.getsockname()[1]], time=77)["changed"],
)
"""
)


@pytest.mark.parametrize("ends", [False, True], ids=["threads", "the first has ended"])
def test_a_socket_of_a_thread(ends: bool) -> None:
    old = "the first thread of its process has ended, and the kernel is older than Linux 6.9"
    answer = play(THREADS % {"ends": ends})
    reached = answer.pop("times"), answer.pop("unreachable")
    assert answer == {"pids": True, "again": False}
    assert reached == ([77], []) or (ends and reached == ([], [old]))


WHOLE_HOST = (
    LOOK
    + """
nothing = bring(all=True, pids=None, listening=True, states=list(STATES), rearm=True, time=77)
listener = listen()
pid = child(lambda: LIBC.unshare(0x40000000))
found = bring(all=True, pids=None, listening=True)
answer(nothing={key: nothing[key] for key in ("changed", "changed_sockets", "left_sockets", "unreachable_sockets")},
       failed=nothing.get("failed", False), found=list(found["changed_by_inode"]) == [inode(listener)],
       on=look(listener)[0])
"""
)


def test_a_host_without_sockets_and_one_with() -> None:
    # alone, because without a PID namespace of its own this would set the machine's sockets
    assert play(WHOLE_HOST, alone=True) == {
        "nothing": {"changed": False, "changed_sockets": [], "left_sockets": [], "unreachable_sockets": []},
        "failed": False,
        "found": True,
        "on": 1,
    }


WAIT = "2 connection(s) wait to be accepted, and have what their listener had when they came. Run again once they are."
# A connection that its listener has not accepted yet has what the listener had when it came.
WAITING = (
    LOOK
    + """
listener = listen()
port = listener.getsockname()[1]
waiting = [socket.create_connection(listener.getsockname()) for _ in range(2)]
kept.extend(waiting)
planned = bring(listening=True, local_ports=[port], _ansible_check_mode=True)
done = bring(listening=True, local_ports=[port])
accepted = [listener.accept()[0] for _ in waiting]
again = bring(listening=True, local_ports=[port])
answer(
    same=[planned["totals"] == done["totals"], planned["warnings"] == done["warnings"]],
    totals=done["totals"],
    unreadable=[[one["code"], one["count"]] for one in done["unreadable"] if one["what"] == "socket"],
    warnings=done["warnings"],
    then=[look(one)[0] for one in accepted],
    again=again["totals"]["changed"],
)
"""
)


def test_connections_that_wait_to_be_accepted_are_told() -> None:
    assert play(WAITING) == {
        "same": [True, True],
        "totals": {"changed": 1, "left": 0, "unreachable": 2, "gone": 0},
        "unreadable": [["not_accepted", 2]],
        "warnings": [WAIT],
        "then": [1, 1],
        "again": 2,
    }
