# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define what an audit holds a fleet against, and read it from what a user gave."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._input.numbers import require_no_leading_zero


@dataclasses.dataclass(frozen=True)
class Criteria:
    """What the fleet is held against; None is not judged, only shown.

    ``limit`` is the longest acceptable detection time and ``idle_timeout`` when the path forgets an idle
    connection, both in seconds; ``covered`` is the least share of connections covered, in per cent. ``strict`` takes
    what only root may see, and what is empty on every plain host, for a doubt. ``max_age`` is how old the result of an
    earlier audit may be, in seconds. ``namespaces`` wants the host's values in each of its network namespaces.
    """

    limit: int | None = None
    idle_timeout: int | None = None
    covered: float | None = None
    strict: bool = False
    max_age: int | None = None
    namespaces: bool = False

    def __str__(self) -> str:
        """Return what is judged beside what always is."""
        judged = [
            *([f"limit {self.limit} s"] if self.limit is not None else []),
            *([f"idle timeout {self.idle_timeout} s"] if self.idle_timeout is not None else []),
            *([f"at least {self.covered:g} % of connections covered"] if self.covered is not None else []),
            *(["the values of the host in each network namespace"] if self.namespaces else []),
            *([f"results at most {self.max_age} s old"] if self.max_age is not None else []),
        ]
        return ", ".join(judged) or "no limit, no idle timeout, no coverage"

    @classmethod
    def from_options(
        cls,
        *,
        limit: object = None,
        idle_timeout: object = None,
        covered: object = None,
        strict: object = False,
        max_age: object = None,
        namespaces: object = False,
    ) -> Criteria:
        """Narrow what a user gave, as text or as numbers; empty is not given.

        :raises InvalidValueError: for the first that makes no sense, with what to give instead.
        """
        return cls(
            limit=_seconds("keepalive_audit_limit", limit),
            idle_timeout=_seconds("keepalive_audit_idle_timeout", idle_timeout),
            covered=_share("keepalive_audit_covered", covered),
            strict=_truth("keepalive_audit_strict", strict),
            max_age=_seconds("keepalive_audit_max_age", max_age),
            namespaces=_truth("keepalive_audit_namespaces", namespaces),
        )


def _seconds(name: str, value: object) -> int | None:
    text = _text(value)
    if not text:
        return None
    require_no_leading_zero(name, text)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise InvalidValueError(f"{name} is '{text}': give seconds, a whole number from 1 on, or leave it out.")
    return int(text)


def _share(name: str, value: object) -> float | None:
    text = _text(value)
    if not text:
        return None
    require_no_leading_zero(name, text)
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise InvalidValueError(f"{name} is '{text}': give per cent, a number from 0 to 100, or leave it out.")
    return share


def _truth(name: str, value: object) -> bool:
    text = _text(value).lower()
    if text in ("", "false", "no", "off", "0"):
        return False
    if text in ("true", "yes", "on", "1"):
        return True
    raise InvalidValueError(f"{name} is '{text}': give true or false, or leave it out.")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
