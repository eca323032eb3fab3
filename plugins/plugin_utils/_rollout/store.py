# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Store the checkpoints of hosts in a folder on the controller: one JSON file for each host.

``checkpoint`` is what linux.tcp.restore brings a host back to. ``pending`` is the checkpoint of a change
that was neither committed nor rolled back: it is there before the host is touched, and gone once the
batch is committed or rolled back. So whatever ends a rollout, the next one knows which hosts it left.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import itertools
import json
import os
import stat
import typing as t
import urllib.parse

from ansible_collections.linux.tcp.plugins.module_utils._errors import CheckpointError, FileError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import MOST_FILES
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE
from ansible_collections.linux.tcp.plugins.plugin_utils._files import as_write_error, rename, replace_file

if t.TYPE_CHECKING:
    Json = t.Dict[str, t.Any]


FORMAT = 1
VARIABLE = "keepalive_rollout_folder"  # names the folder
_MOST_OLDER = 1000
_MOST_CHARACTERS = 24 << 20  # what the 16 MiB of all files have in Base64, and some
_SUFFIX = ".json"
_KEYS = {"format", "host", "time", "desired", "before", "checkpoint", "pending", "done", "restored", "replaces"}


def path_of(folder: str, host: str) -> str:
    """Return where the checkpoint of a host is; no name of a host leads out of the folder."""
    name = urllib.parse.quote(host, safe="")
    return os.path.join(folder, f"{name.replace('.', '%2E', name[:1] == '.')}{_SUFFIX}")


def load(folder: str, host: str) -> Json | None:
    """Return the checkpoint of a host, None where there is none.

    :raises FileError: when it cannot be read, or others could have written it.
    :raises CheckpointError: when it is something else.
    """
    path = path_of(folder, host)
    found = _read(path)
    if found is not None and (not isinstance(found, dict) or found.get("host") != host or not _is_entry(found)):
        raise CheckpointError(
            f"{path} is no checkpoint of {host} in format {FORMAT}. Move it away, or give another folder."
        )
    return found


def hosts_in(folder: str) -> list[str]:
    """Return the hosts that have a checkpoint to which they were not restored; what cannot be read is left out.

    :raises FileError: when the folder cannot be read.
    """
    try:
        names = os.listdir(folder)
    except OSError as exc:
        raise FileError(f"{folder} cannot be read: {exc.strerror}. Give keepalive_rollout_folder.") from exc
    hosts = set()
    for name in names:
        with contextlib.suppress(KeepaliveError):
            found = _read(os.path.join(folder, name)) if name.endswith(_SUFFIX) else None
            if isinstance(found, dict) and _is_entry(found) and found["restored"] is None:
                host = str(found["host"])
                if path_of(folder, host) == os.path.join(folder, name):
                    hosts.add(host)
    return sorted(hosts)


def save(folder: str, host: str, *, desired: Json, before: Json, checkpoint: Json, now: str) -> Json:
    """Note that a host is about to be changed, and return the checkpoint to which this change can be rolled back.

    A checkpoint of the same desired state still has the state before the first change. So has, whatever the desired
    state, that of a host that was left pending, and then so has the pending one. What they lack is added.

    :raises KeepaliveError: when the checkpoint cannot be written, or what is there is none.
    """
    path = path_of(folder, host)
    found = load(folder, host)
    if found is not None and found["pending"] is not None:
        pending = _added(path, host, found["pending"], checkpoint)
        merged = _added(path, host, found["checkpoint"], checkpoint)
        _write(path, {**found, "desired": desired, "checkpoint": merged, "pending": pending})
        return pending
    if found is not None and found["restored"] is None and _is_same_state(found["desired"], desired):
        merged = _added(path, host, found["checkpoint"], checkpoint)
        _write(path, {**found, "checkpoint": merged, "pending": checkpoint})
        return checkpoint
    new: Json = {
        "format": FORMAT,
        "host": host,
        "time": now,
        "desired": desired,
        "before": before,
        "checkpoint": checkpoint,
        "pending": checkpoint,
        "done": None,
        "restored": None,
        "replaces": None,
    }
    if found is not None:
        aside = _keep_aside(path, found)
        new["replaces"] = None if found["restored"] else os.path.basename(aside)
    _write(path, new)
    return checkpoint


def is_pending(folder: str, host: str) -> bool:
    """Return whether a change of a host was neither committed nor rolled back.

    :raises KeepaliveError: when there is a checkpoint, and it cannot be read.
    """
    found = load(folder, host)
    return found is not None and found["pending"] is not None


def commit(folder: str, host: str, *, now: str) -> None:
    """Note that a change was verified.

    :raises KeepaliveError: when the checkpoint cannot be written.
    """
    found = load(folder, host)
    if found is not None and found["pending"] is not None:
        _write(path_of(folder, host), {**found, "pending": None, "done": found["done"] or now})


def discard(folder: str, host: str, *, checkpoint: Json, now: str) -> None:
    """Note that a change was rolled back to its pending ``checkpoint``.

    A checkpoint that was made for this change alone makes place for the one that it replaced.

    :raises KeepaliveError: when the checkpoint cannot be written.
    """
    found = load(folder, host)
    if found is None or found["pending"] != checkpoint:
        return
    path = path_of(folder, host)
    if found["done"]:
        _write(path, {**found, "pending": None})
    else:
        _end(path, found, now)


def older(folder: str, host: str) -> list[Json]:
    """Return the checkpoints of a host that a later rollout has replaced, the newest first.

    :raises KeepaliveError: when one cannot be read.
    """
    entries: list[Json] = []
    found = load(folder, host)
    while found is not None and found["replaces"] and len(entries) < _MOST_OLDER:
        found = _read(_aside_of(path_of(folder, host), found))
        if not isinstance(found, dict) or found.get("host") != host or not _is_entry(found):
            break
        entries.append(found)
    return entries


def first_of(found: Json, entries: t.Iterable[Json]) -> Json:
    """Return the checkpoint that leads from where the newest one leaves a host to where the first one found it."""
    checkpoint: Json = found["checkpoint"]
    for entry in entries:
        checkpoint = _merged(entry["checkpoint"], checkpoint)
    return checkpoint


def restored(folder: str, host: str, *, checkpoint: Json, now: str, to_first: bool = False) -> None:
    """Note that a host was restored to its ``checkpoint``, or to the first one, where it is still the one that is kept.

    The checkpoint that it replaced takes its place, so that the next restoration goes one rollout further back.

    :raises KeepaliveError: when the checkpoint cannot be written.
    """
    path = path_of(folder, host)
    found = load(folder, host)
    if found is None or found["checkpoint"] != checkpoint:
        return
    _end(path, found, now)
    while to_first and found["replaces"]:
        found = load(folder, host)
        if found is None or found["restored"]:
            break
        _end(path, found, now)


def _end(path: str, found: Json, now: str) -> None:
    """Note that a host is where a checkpoint found it, and let the one that this replaced take its place."""
    ended = {**found, "pending": None, "restored": now}
    if found["replaces"] and _is_there(_aside_of(path, found)):
        _keep_aside(path, ended)  # first, so that the renaming alone makes the difference
        _move(_aside_of(path, found), path)
    else:
        _write(path, ended)


def _is_there(path: str) -> bool:
    """Return whether there is something at a path.

    :raises FileError: where the system does not tell.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise FileError(f"{path} cannot be read: {exc.strerror}.") from exc
    return True


def _aside_of(path: str, found: Json) -> str:
    return os.path.join(os.path.dirname(path), os.path.basename(found["replaces"]))


def _merged(known: Json, checkpoint: Json) -> Json:
    """Return what leads from where ``checkpoint`` leaves a host to where ``known`` found it."""
    runtime = {**checkpoint["runtime"], **known["runtime"]}
    values = {key: {**value, "left": checkpoint["runtime"].get(key, value)["left"]} for key, value in runtime.items()}
    left = {file["path"]: file["left"] for file in checkpoint["files"]}
    files = [{**file, "left": left.pop(file["path"], file["left"])} for file in known["files"]]
    return {"runtime": values, "files": files + [file for file in checkpoint["files"] if file["path"] in left]}


def _added(path: str, host: str, known: Json, checkpoint: Json) -> Json:
    """Return a checkpoint that is merged with a later one, of a host that may return other files each time.

    :raises CheckpointError: where that is more than a restoration takes.
    """
    merged = _merged(known, checkpoint)
    too_much = ""
    if len(merged["files"]) > MOST_FILES:
        too_much = f"{MOST_FILES} files"
    elif len(json.dumps(merged)) > _MOST_CHARACTERS:
        too_much = f"{_MOST_CHARACTERS >> 20} MiB"
    if too_much:
        raise CheckpointError(
            f"With the files that {host} returned now, its checkpoint {path} would have more than {too_much}. Find out "
            f"why {host} returns other files than before, and restore it first with linux.tcp.restore."
        )
    return merged


def _is_same_state(one: Json, other: Json) -> bool:
    """Compare desired states. An option that an earlier or later release did not have counts with its default."""
    names = {*DESIRED_STATE, *(one.keys() & other.keys())}
    defaults = {name: option.get("default") for name, option in DESIRED_STATE.items()}
    return all(one.get(name, defaults.get(name)) == other.get(name, defaults.get(name)) for name in names)


def _is_entry(found: Json) -> bool:
    return found.get("format") == FORMAT and found.keys() >= _KEYS


def _read(path: str) -> t.Any:
    """Return what a file holds, None where there is none.

    Anyone who can write a checkpoint controls what root writes on the host.
    """
    try:
        # not to be held up by a pipe
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), encoding="utf-8") as file:
            for status, name in (
                (os.stat(os.path.dirname(path)), os.path.dirname(path)),
                (os.fstat(file.fileno()), path),
            ):
                require_own(status, name)
            return json.load(file)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise FileError(f"{path} cannot be read: {exc.strerror}.") from exc
    except (ValueError, RecursionError) as exc:
        raise CheckpointError(f"{path} is no checkpoint: {exc}. Move it away, or give another folder.") from exc


def require_own(status: os.stat_result, name: str) -> None:
    """Check that only the caller and root can write what is at a path.

    :raises FileError: when others can.
    """
    if status.st_uid not in (os.geteuid(), 0):
        raise FileError(
            f"{name} belongs to user {status.st_uid}, who could change the checkpoints. Make yourself its owner: chown."
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FileError(
            f"Other users can write to {name}, and could change the checkpoints. Remove this right: chmod go-w."
        )


def _keep_aside(path: str, found: Json) -> str:
    """Give a checkpoint a second path, by the time at which it was made, and return that path.

    So it is there whatever becomes of the file that takes its place.
    """
    stem = f"{path[: -len(_SUFFIX)]}.{str(found['time']).replace(':', '').replace('/', '')}"
    names = itertools.chain([stem], (f"{stem}.{number}" for number in itertools.count(2)))
    for name in names:
        aside = f"{name}{_SUFFIX}"
        if not _is_there(aside):
            _write(aside, found)
        elif _read(aside) != found:  # it is the same where an earlier run was killed after it had written this
            continue
        return aside
    raise AssertionError("numbers do not end")


def _move(path: str, to: str) -> None:
    try:
        rename(path, to)
    except OSError as exc:
        raise FileError(f"{path} cannot be renamed to {to}: {exc.strerror}.") from exc


def _write(path: str, content: Json) -> None:
    """Replace a file in one step. Others cannot read it, for a file on the host may not be for everybody."""
    folder = os.path.dirname(path)
    with as_write_error(path, VARIABLE):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        require_own(os.stat(folder), folder)
    text = json.dumps(content, indent=2, sort_keys=True)
    replace_file(path, f"{text}\n", mode=0o600, variable=VARIABLE)
