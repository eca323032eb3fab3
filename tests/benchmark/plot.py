# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation's plot of what plays cost."""

from __future__ import annotations

import typing as t

import matplotlib as mpl
from matplotlib.figure import Figure

from ansible_collections.linux.tcp.tests.benchmark.report import PAGE

IMAGE = PAGE.parents[2] / "images" / "benchmark.svg"
COLORS = ("#b8c0cc", "#7a869a", "#4c78a8", "#7fcf9f", "#2a9d5c", "#12613a", "#e0a030", "#8e6bb0", "#c44e52")


def draw(seconds: t.Mapping[tuple[str, str], float], per_host: t.Mapping[int, float], *, hosts: int) -> None:
    """Write :data:`IMAGE`: the seconds of each play in each setting, and the milliseconds a host by size of fleet.

    ``hosts`` is the size of the fleet in the first.
    """
    settings, cases = (list(dict.fromkeys(names)) for names in zip(*seconds))  # the first setting has all cases
    with mpl.rc_context({"svg.hashsalt": "linux.tcp", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=(10, 10), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(4, 1))
        width = 0.8 / len(cases)
        for index, (case, color) in enumerate(zip(cases, COLORS)):
            bars_of = {
                row + index * width: seconds[one, case] for row, one in enumerate(settings) if (one, case) in seconds
            }
            bars = above.barh(list(bars_of), list(bars_of.values()), width * 0.9, color=color, label=case)
            above.bar_label(bars, fmt="%.1f s", padding=3, fontsize=8)
        above.set_yticks([row + 0.4 - width / 2 for row in range(len(settings))], settings)
        above.invert_yaxis()
        above.set_xlabel(f"seconds for the whole command, {hosts} hosts")
        above.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, fontsize=8, frameon=False)
        below.plot(list(per_host), list(per_host.values()), "o-", color=COLORS[4])
        below.set_ylim(0, 1.3 * max(per_host.values()))
        below.set_xticks(list(per_host))
        below.set_xlabel("hosts in the fleet")
        below.set_ylabel("ms a host")
        below.set_title("role, nothing to change, Ansible's own start taken off", fontsize=9)
        for axes in (above, below):
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(IMAGE, format="svg", metadata={"Date": None})
