# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is private to the collection: it may change at any time.

"""The folder on the controller in which a rollout records what its hosts had: one JSON file a host."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t
import urllib.parse

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, RecordError

if t.TYPE_CHECKING:
    Json = t.Dict[str, t.Any]

FORMAT = 1


def path_of(folder: str, host: str) -> str:
    """Return where the record of a host is; no name of a host leads out of the folder."""
    name = urllib.parse.quote(host, safe="")
    return os.path.join(
        os.path.abspath(os.path.expanduser(folder)), f"{name.replace('.', '%2E', name[:1] == '.')}.json"
    )


def load(folder: str, host: str) -> Json | None:
    """Return the record of a host, None where there is none.

    :raises FileError: when it cannot be read.
    :raises RecordError: when it is something else.
    """
    path = path_of(folder, host)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise FileError(f"{path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise RecordError(f"{path} is no record: {exc}. Move it away, or give another folder.") from exc
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("host") != host:
        raise RecordError(f"{path} is no record of {host} in format {FORMAT}. Move it away, or give another folder.")
    return found


def keep(folder: str, host: str, *, wish: Json, before: Json, record: Json, now: str) -> str:
    """Record a host before it is changed and return the file's path.

    A record of the same wish that did not lead to the way back yet stays what it is, but for what it lacks.

    :raises KeepaliveError: when the record cannot be written, or what is there is none.
    """
    path = path_of(folder, host)
    found = load(folder, host)
    if found is not None and found["wish"] == wish and not found["restored"]:
        known = found["record"]
        paths = {file["path"] for file in known["files"]}
        left = {file["path"]: file["left"] for file in record["files"]}
        files = [{**file, "left": left.get(file["path"], file["left"])} for file in known["files"]]
        files += [file for file in record["files"] if file["path"] not in paths]
        found["record"] = {"runtime": {**record["runtime"], **known["runtime"]}, "files": files}
        _write(path, found)
        return path
    if found is not None:
        aside = f"{path[: -len('.json')]}.{found['time'].replace(':', '')}.json"
        _move(path, aside)
    new = {
        "format": FORMAT,
        "host": host,
        "time": now,
        "wish": wish,
        "before": before,
        "record": record,
        "restored": None,
    }
    _write(path, new)
    return path


def mark_restored(folder: str, host: str, *, record: Json, now: str) -> None:
    """Note that a host was put back to a record, where that is the one that is kept.

    :raises KeepaliveError: when the record cannot be written.
    """
    found = load(folder, host)
    if found is not None and found["record"] == record:
        _write(path_of(folder, host), {**found, "restored": now})


def _move(path: str, aside: str) -> None:
    try:
        os.rename(path, aside)
    except OSError as exc:
        raise FileError(f"{path} cannot be renamed to {aside}: {exc.strerror}.") from exc


def _write(path: str, content: Json) -> None:
    """Replace a file in one step. Others cannot read it, for a file on the host may not be for everybody."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2, sort_keys=True)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as exc:
        raise FileError(f"{path} cannot be written: {exc.strerror}. Nothing was changed.") from exc
