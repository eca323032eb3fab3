# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find variables that look like the collection's, and that nothing of it reads: Ansible ignores these in silence."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import PLAYBOOK_VARIABLES

if t.TYPE_CHECKING:
    Variables = t.Mapping[str, t.Any]

_PREFIX = "keepalive_"
# The role has the options of its module; a unit test compares these with the role.
ROLE_VARIABLES = tuple(
    f"{_PREFIX}{name}" for option, spec in KEEPALIVE.items() for name in (option, *spec.get("aliases", ()))
)
# A user's own names with this prefix.
OTHERS = "keepalive_other_variables"
RESULT = "keepalive_result"
KNOWN = (*ROLE_VARIABLES, *PLAYBOOK_VARIABLES, OTHERS, RESULT)
_MOST_NAMES = 5  # in a message
_REMEDY = f"Correct the name, or list a variable of your own in {OTHERS}, which is a list of names."
# What stands before the name of an option, with the playbook's.
_PREFIXES = re.compile(r"keepalive_((audit|rollout|restore)_)?")


def _one_letter_off(word: str) -> t.Iterator[str]:
    """Yield patterns of what a word becomes by one letter that is wrong, missing, too much, or swapped with the next.

    None has a letter after the word: keepalived is a program, whose variables begin with its name.
    """
    for at in range(len(word)):
        before, after = word[:at], word[at + 1 :]
        yield f"{before}[a-z]{after}"
        yield before + after
        yield f"{before}[a-z]{word[at:]}"
        if after:
            yield f"{before}{after[0]}{word[at]}{after[1:]}"


# keep_alive_time and Keepalive_time are misspelt, and so are keepalives_time, keepalive-time, keepailve_time and
# keepaliveTime.
_LIKE_OURS = re.compile(
    f"(?:keep[_-]?alives?|{'|'.join(_one_letter_off('keepalive'))})[_-]"
    f"|keep_?alive(?=(?:{'|'.join(name[len(_PREFIX) :].replace('_', '_?') for name in KNOWN)})$)",
    re.IGNORECASE,
)


def unknown_names(variables: Variables, others: object = None) -> list[str]:
    """Return the names among variables that look like the collection's and are not, but for ``others``.

    ``others`` is the value of :data:`OTHERS`: a list of names, or a text with commas.
    """
    own = {*KNOWN, *_listed(others)}
    return sorted(name for name in variables if name not in own and _LIKE_OURS.match(name))


def _listed(others: object) -> set[str]:
    named = others.split(",") if isinstance(others, str) else others if isinstance(others, (list, tuple)) else ()
    return {str(name).strip() for name in named}


def require_known_names(variables: Variables, others: object = None) -> None:
    """Check that no variable is misspelt.

    :raises InvalidValueError: for names that look like the collection's and are none, but for ``others``.
    """
    unknown = unknown_names(variables, others)
    if unknown:
        raise InvalidValueError(message_about_unknown(unknown))


def read_elsewhere(extra: t.Container[str], known: t.Container[str], others: object = None) -> list[str]:
    """Return the variables of the role and the playbooks that --extra-vars has, but for those ``known`` and others."""
    left_out = {OTHERS, RESULT, *_listed(others)}
    return [name for name in KNOWN if name in extra and name not in known and name not in left_out]


def require_prefixes(
    extra: t.Container[str], known: t.Iterable[str], is_set: t.Callable[[str], bool], others: object = None
) -> None:
    """Check that no variable of --extra-vars has the name of one of the ``known`` without its prefix, or a part of it.

    A name is a user's own where what it could stand for is set, or where it is among ``others``.

    :raises InvalidValueError: for the first such name.
    """
    own = _listed(others)
    bare = [(found, name) for name in known for found in (name[len(_PREFIX) :], _PREFIXES.sub("", name))]
    for found, name in bare:
        if found in extra and found not in own and not is_set(name):
            what = f"{found} is given with --extra-vars, and linux.tcp reads no such variable."
            raise InvalidValueError(f"{what} Did you mean {name}? {_REMEDY}")


def message_about_unknown(names: t.Sequence[str]) -> str:
    """Return what is wrong with variables of these names, and what to do."""
    more = f" There are {len(names) - _MOST_NAMES} more such names." if len(names) > _MOST_NAMES else ""
    return f"{' '.join(map(_about, names[:_MOST_NAMES]))}{more} {_REMEDY}"


def _about(name: str) -> str:
    # the prefix, which all have, would make all of them alike
    rest = _LIKE_OURS.sub("", name).lower().replace("-", "_")
    known = [name[len(_PREFIX) :] for name in KNOWN]
    return f"{printable(name)} is no variable of linux.tcp.{did_you_mean(rest, known, prefix=_PREFIX)}"


def did_you_mean(name: str, known: t.Sequence[str], *, prefix: str = "") -> str:
    """Return the question whether the known name that is nearest to a name was meant, with a blank before it."""
    near = [one for one in known if one.startswith(name)] or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {prefix}{near[0]}?" if near else ""
