# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold open idle sessions with PostgreSQL, Redis and nginx, and tell what became of them.

usage: sessions.py serve
       sessions.py open NAME ADDRESS   begin one session with each server there; prints server and port at this end
       sessions.py show NAME ADDRESS   prints what PostgreSQL's process says of its own socket
       sessions.py use NAME ADDRESS    go on with them; prints whether each server still knows its session

The first one holds them, and does what the others ask it for.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import typing as t

TALK = "/run/sessions"
PATIENCE = 10.0  # seconds


class Postgresql:
    """A transaction that is left open."""

    def __init__(self, name: str, address: str) -> None:
        self._name = name
        connection = f"host={address} user=postgres application_name={name}"
        self._psql = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", connection]
        self._session = subprocess.Popen(
            [*self._psql, "--set=ON_ERROR_STOP=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(f"BEGIN; CREATE TABLE {name} (owner text); INSERT INTO {name} VALUES ('{name}');", lines=0)
        self.port = int(self._say("SELECT inet_client_port();", lines=1)[0])

    def _say(self, statements: str, *, lines: int) -> list[str]:
        assert self._session.stdin
        assert self._session.stdout
        self._session.stdin.write(f"{statements}\n")
        self._session.stdin.flush()
        return [self._session.stdout.readline().strip() for _line in range(lines)]

    def show(self) -> dict[str, int]:
        """Return what getsockopt(2) tells the server's own process: it asks when it is asked for the first time."""
        keys = {"time": "idle", "intvl": "interval", "probes": "count"}
        statements = " ".join(f"SHOW tcp_keepalives_{name};" for name in keys.values())
        return dict(zip(keys, map(int, self._say(statements, lines=len(keys)))))

    def use(self) -> bool:
        """Commit, and look from another session whether what was written before is there."""
        self._session.communicate("COMMIT;\n", timeout=PATIENCE)
        seen = subprocess.run(
            [*self._psql, f"--command=SELECT owner FROM {self._name}"],
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
        )
        return seen.stdout.strip() == self._name


class Redis:
    """A session that chose another database."""

    def __init__(self, name: str, address: str) -> None:
        self._name, self._address = name, address
        self._session = socket.create_connection((address, 6379), PATIENCE)
        self.port = self._session.getsockname()[1]
        assert self._say(self._session, f"SELECT 5\r\nCLIENT SETNAME {name}") == ["+OK", "+OK"]

    def _say(self, session: socket.socket, commands: str) -> list[str]:
        session.sendall(f"{commands}\r\n".encode())
        with session.makefile(newline="\r\n") as answers:
            return [answers.readline().strip() for _command in commands.splitlines()]

    def use(self) -> bool:
        """Write, and look from another session whether it went to the chosen database."""
        written = self._say(self._session, f"SET owner:{self._name} 1")
        with socket.create_connection((self._address, 6379), PATIENCE) as other:
            return [*written, *self._say(other, f"SELECT 5\r\nEXISTS owner:{self._name}")] == ["+OK", "+OK", ":1"]


class Nginx:
    """A connection that is kept alive between two requests."""

    def __init__(self, _name: str, address: str) -> None:
        self._session = http.client.HTTPConnection(address, timeout=PATIENCE)
        self._serial, requests = self._ask()
        assert requests == "1"
        self._session.auto_open = 0
        self.port = self._session.sock.getsockname()[1]

    def _ask(self) -> list[str]:
        self._session.request("GET", "/")
        return self._session.getresponse().read().decode().split()

    def use(self) -> bool:
        """Ask again: the server tells the connection's number, and which request on it this is."""
        return self._ask() == [self._serial, "2"]


Sessions = t.Tuple[Nginx, Postgresql, Redis]


def answer(held: dict[tuple[str, str], Sessions], verb: str, name: str, address: str) -> t.Any:
    """Do what the usage says of a verb."""
    if verb == "open":
        held[name, address] = Nginx(name, address), Postgresql(name, address), Redis(name, address)
    nginx, postgresql, redis = sessions = held[name, address]
    if verb == "open":
        return [f"{type(session).__name__.lower()} {session.port}" for session in sessions]
    if verb == "show":
        return postgresql.show()
    return {"nginx": nginx.use(), "postgresql": postgresql.use(), "redis": redis.use()}


def serve() -> None:
    """Answer one after the other."""
    held: dict[tuple[str, str], Sessions] = {}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(TALK)
        server.listen()
        while True:
            client, _address = server.accept()
            with client, client.makefile("rw") as talk:
                try:
                    told = answer(held, *json.loads(talk.readline()))
                except (AssertionError, OSError, ValueError, http.client.HTTPException) as exc:
                    told = {"error": repr(exc)}
                print(json.dumps(told), file=talk)


def ask(*question: str) -> None:
    """Print what the program that serves answers."""
    with socket.socket(socket.AF_UNIX) as client, client.makefile("rw") as talk:
        client.connect(TALK)
        print(json.dumps(question), file=talk, flush=True)
        print(json.dumps(json.loads(talk.readline())))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        ask(*sys.argv[1:])
