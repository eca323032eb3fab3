# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold idle sessions with PostgreSQL, Redis and nginx, and report whether they still work.

usage: sessions.py serve
       sessions.py open NAME ADDRESS   open a session with each server there, print server and local port of each
       sessions.py show NAME ADDRESS   print the keepalive values that PostgreSQL's process reads from its own socket
       sessions.py use NAME ADDRESS    use the sessions again, print whether each server still knows its session

`serve` holds the sessions. The other commands send requests to it.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import typing as t

SOCKET = "/run/sessions"
TIMEOUT = 10.0  # seconds


class Postgresql:
    """A session with an open transaction."""

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
        """Return the values that the server's process reads with getsockopt(2) on the first request for them."""
        keys = {"time": "idle", "intvl": "interval", "probes": "count"}
        statements = " ".join(f"SHOW tcp_keepalives_{name};" for name in keys.values())
        return dict(zip(keys, map(int, self._say(statements, lines=len(keys)))))

    def use(self) -> bool:
        """Commit, and return whether another session sees the row of the transaction."""
        self._session.communicate("COMMIT;\n", timeout=TIMEOUT)
        done = subprocess.run(
            [*self._psql, f"--command=SELECT owner FROM {self._name}"],
            capture_output=True,
            check=False,
            text=True,
            timeout=TIMEOUT,
        )
        return done.stdout.strip() == self._name


class Redis:
    """A session that selected another database."""

    def __init__(self, name: str, address: str) -> None:
        self._name, self._address = name, address
        self._session = socket.create_connection((address, 6379), TIMEOUT)
        self.port = self._session.getsockname()[1]
        assert self._say(self._session, f"SELECT 5\r\nCLIENT SETNAME {name}") == ["+OK", "+OK"]

    def _say(self, session: socket.socket, commands: str) -> list[str]:
        session.sendall(f"{commands}\r\n".encode())
        with session.makefile(newline="\r\n") as responses:
            return [responses.readline().strip() for _command in commands.splitlines()]

    def use(self) -> bool:
        """Write, and return whether another session sees the key in the selected database."""
        written = self._say(self._session, f"SET owner:{self._name} 1")
        with socket.create_connection((self._address, 6379), TIMEOUT) as other:
            return [*written, *self._say(other, f"SELECT 5\r\nEXISTS owner:{self._name}")] == ["+OK", "+OK", ":1"]


class Nginx:
    """A connection that stays open between two requests."""

    def __init__(self, _name: str, address: str) -> None:
        self._session = http.client.HTTPConnection(address, timeout=TIMEOUT)
        self._serial, requests = self._request()
        assert requests == "1"
        self._session.auto_open = 0
        self.port = self._session.sock.getsockname()[1]

    def _request(self) -> list[str]:
        self._session.request("GET", "/")
        return self._session.getresponse().read().decode().split()

    def use(self) -> bool:
        """Send another request. The server returns the number of the connection and of the request on it."""
        return self._request() == [self._serial, "2"]


Sessions = t.Tuple[Nginx, Postgresql, Redis]


def run(held: dict[tuple[str, str], Sessions], verb: str, name: str, address: str) -> t.Any:
    """Run one command of the usage."""
    if verb == "open":
        held[name, address] = Nginx(name, address), Postgresql(name, address), Redis(name, address)
    nginx, postgresql, redis = sessions = held[name, address]
    if verb == "open":
        return [f"{type(session).__name__.lower()} {session.port}" for session in sessions]
    if verb == "show":
        return postgresql.show()
    return {"nginx": nginx.use(), "postgresql": postgresql.use(), "redis": redis.use()}


def serve() -> None:
    """Serve requests, one after the other."""
    held: dict[tuple[str, str], Sessions] = {}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(SOCKET)
        server.listen()
        while True:
            client, _address = server.accept()
            with client, client.makefile("rw") as talk:
                try:
                    response = run(held, *json.loads(talk.readline()))
                except (AssertionError, OSError, ValueError, http.client.HTTPException) as exc:
                    response = {"error": repr(exc)}
                print(json.dumps(response), file=talk)


def send(*request: str) -> None:
    """Send a request to the program that serves, and print its response."""
    with socket.socket(socket.AF_UNIX) as client, client.makefile("rw") as talk:
        client.connect(SOCKET)
        print(json.dumps(request), file=talk, flush=True)
        print(json.dumps(json.loads(talk.readline())))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        send(*sys.argv[1:])
