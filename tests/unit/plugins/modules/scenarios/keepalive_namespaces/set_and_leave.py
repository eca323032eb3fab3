# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set all namespaces, and restore them.

One has the kernel's values, one those of others, one the desired ones.
"""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.tests.unit.namespace_tools import (
    MEMORY,
    change,
    choose,
    codes,
    number,
    own_values,
    process_in_namespace,
    values,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import report

WANT: dict[str, t.Any] = {"time": 600, "intvl": 60, "probes": 20}

fresh, chosen, compliant = process_in_namespace(), process_in_namespace(60), process_in_namespace(*WANT.values())
names = {number(fresh): "fresh", number(chosen): "chosen", number(compliant): "compliant", number("self"): "host"}


def named(found: dict[int, t.Any]) -> dict[str, t.Any]:
    return {names[one]: code for one, code in found.items()}


checked = change(all=True, check_mode=True, diff=True, **WANT)
untouched = [values(fresh), MEMORY.exists()]
first = change(all=True, diff=True, **WANT)
(changed,) = first["changed_namespaces"]
after = [values(one) for one in (fresh, chosen, compliant)]
again = change(all=True, diff=True, **WANT)
ours = change(all=True, time=300)
moved = [values(one) for one in (fresh, chosen, compliant)]
taken = change(all=True, overrides="take_over", **WANT)
for found in (checked, first):
    found.pop("unreadable")
final = [values(one) for one in (fresh, chosen, compliant)]
change(pids=[compliant], overrides="take_over", time=60)
choose(compliant, "time", 90)
would_restore = change(all=True, state="absent", check_mode=True)
restored = change(all=True, state="absent", time=600, intvl=60, probes=20)
again_absent = change(all=True, state="absent")
for found in (would_restore, restored):
    found.pop("unreadable")
report(
    same_in_check_mode=checked == first,
    untouched=untouched,
    changed=[names[changed["id"]], changed["before"], changed["after"], changed["lasts"], changed["set_by"]["code"]],
    diff=[[one["before"], one["after"]] for one in first["diff"]],
    totals=first["totals"],
    left=named(codes(first)),
    after=after,
    again=[again["changed"], again["diff"], named(codes(again)), len(again["warnings"])],
    ours=[[names[one["id"]], one["set_by"]["code"], one["lasts"]] for one in ours["changed_namespaces"]],
    ours_left=named(codes(ours)),
    moved=moved,
    taken=sorted(names[one["id"]] for one in taken["changed_namespaces"]),
    final=final,
    absent=[
        would_restore == restored,
        named({one["id"]: one["lasts"] for one in restored["changed_namespaces"]}),
        named(codes(restored)),
        len(restored["warnings"]),
        [values(one) for one in (fresh, chosen, compliant)],
    ],
    absent_again=[again_absent["changed"], named(codes(again_absent)), MEMORY.exists()],
    host=own_values(),
)
