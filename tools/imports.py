# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print which package of plugins/ imports which, and fail on an import that points upward or in a circle.

An import counts whether it is for types only or not. What is pure may only import what computes. What runs on the
controller imports nothing that writes there; types alone write nothing.
"""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).parents[1]
PREFIX = "ansible_collections.linux.tcp.plugins."
# From the lowest up. A file may import from lower layers and from its own package; those of one row know nothing of
# each other.
LAYERS = (
    ("module_utils._text",),
    ("module_utils._budget",),
    ("module_utils._errors",),
    ("module_utils._shell", "module_utils._sysctl"),
    ("module_utils._host",),
    ("module_utils._sockets", "module_utils._writers"),
    ("module_utils._state",),
    ("module_utils._container_defaults",),
    ("module_utils._namespaces",),
    ("plugin_utils._files", "plugin_utils._further"),
    ("plugin_utils._input",),
    ("plugin_utils._trust",),
    (
        "plugin_utils._probe",
        "plugin_utils._audit",
        "plugin_utils._containers",
        "plugin_utils._rollout",
    ),
    ("modules", "action", "filter", "doc_fragments"),
)
# These may import each other, this part of Python, and what else is pure.
PURE = (
    "module_utils._text",
    "module_utils._budget",
    "module_utils._errors",
    "module_utils._shell",
    "module_utils._sysctl",
    "module_utils._writers.command_kinds",
    "module_utils._writers.commands",
    "module_utils._writers.cron_jobs",
    "module_utils._writers.effect_log",
    "module_utils._writers.effects",
    "module_utils._writers.file_editors",
    "module_utils._writers.file_writers",
    "module_utils._writers.formats",
    "module_utils._writers.idle_commands",
    "module_utils._writers.key_choice",
    "module_utils._writers.languages",
    "module_utils._writers.model",
    "module_utils._writers.patterns",
    "module_utils._writers.places",
    "module_utils._writers.programs",
    "module_utils._writers.roots",
    "module_utils._writers.scopes",
    "module_utils._writers.script_names",
    "module_utils._writers.settled",
    "module_utils._writers.lines",
    "module_utils._writers.loops",
    "module_utils._writers.sysctl_call",
    "module_utils._writers.targets",
    "module_utils._writers.text_budget",
    "module_utils._writers.texts",
    "module_utils._writers.tuned_profile",
    "module_utils._writers.unit_paths",
    "module_utils._writers.unit_rights",
    "module_utils._writers.unit_starts",
    "module_utils._writers.unit_text",
    "module_utils._writers.users",
    "module_utils._writers.variables",
    "module_utils._host.cgroups",
    "module_utils._host.patterns",
    "module_utils._host.reasons",
    "module_utils._host.unreadable",
    "module_utils._host.wsl_conf",
    "module_utils._namespaces.engine_formats",
    "module_utils._namespaces.filters",
    "module_utils._namespaces.lasts",
    "module_utils._namespaces.model",
    "module_utils._namespaces.monitors",
    "module_utils._namespaces.outcome",
    "module_utils._namespaces.plan",
    "module_utils._namespaces.reasons",
    "module_utils._sockets.reasons",
    "module_utils._container_defaults.hints",
    "module_utils._container_defaults.lists",
    "module_utils._container_defaults.lxc",
    "module_utils._container_defaults.model",
    "module_utils._container_defaults.own",
    "module_utils._container_defaults.plan",
    "module_utils._container_defaults.predict",
    "module_utils._container_defaults.toml_reader",
    "module_utils._container_defaults.toml_strings",
    "module_utils._state.desired",
    "module_utils._state.deviations",
    "module_utils._state.diff",
    "module_utils._state.findings",
    "module_utils._state.options",
    "module_utils._state.order",
    "module_utils._state.plan",
    "module_utils._state.precedence",
    "module_utils._state.snapshot",
    "module_utils._state.unknown",
    "plugin_utils._input.numbers",
    "plugin_utils._trust.facts",
    "plugin_utils._trust.results",
    "plugin_utils._audit.criteria",
    "plugin_utils._audit.host",
    "plugin_utils._audit.judge",
    "plugin_utils._audit.reasons",
    "plugin_utils._audit.results",
    "plugin_utils._audit.csv_report",
)
COMPUTES = {
    *("__future__", "abc", "base64", "binascii", "collections", "contextlib", "csv", "dataclasses", "decimal"),
    *("errno", "fnmatch", "functools", "io", "itertools", "math", "posixpath", "re", "shlex", "stat", "string"),
    *("types", "typing", "zlib"),
}

# What runs on the controller, and what writes on the host that it runs on.
CONTROLLER = ("plugin_utils", "action", "filter")
WRITES = (
    "module_utils._host.folder",
    "module_utils._host.replace",
    "module_utils._host.replacement",
    "module_utils._sockets.apply",
    "module_utils._container_defaults.apply",
    "module_utils._namespaces.apply",
    "module_utils._state.apply",
    "module_utils._state.checkpoint",
)


def modules() -> dict[str, Path]:
    """Return the files of plugins/ by their names without the collection's."""
    return {
        ".".join(path.relative_to(ROOT / "plugins").with_suffix("").parts): path
        for path in sorted((ROOT / "plugins").rglob("*.py"))
    }


class Import(t.NamedTuple):
    """What a file imports: of the collection by the names of :func:`modules`."""

    name: str
    line: int
    at_run_time: bool


def imports_of(path: Path, known: t.Container[str]) -> t.Iterator[Import]:
    """Yield what a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    for_types = {inner for node in guarded for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, node not in for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = str(node.module).removeprefix(PREFIX)
            # what is imported from a package is a file of it
            names = [name if name in known else f"{name}.{alias.name}" for alias in node.names]
            yield from (Import(name, node.lineno, node not in for_types) for name in names)


def layer_of(module: str) -> tuple[int, str]:
    """Return the number of the layer that a module is of, and its package's name."""
    for number, packages in enumerate(LAYERS):
        for package in packages:
            if f"{module}.".startswith(f"{package}."):
                return number, package
    raise SystemExit(f"plugins/{module.replace('.', '/')}.py is of no package that {Path(__file__).name} knows.")


def is_of(module: str, names: t.Iterable[str]) -> bool:
    """Whether a module is one of these, or of a package among them."""
    return any(f"{module}.".startswith(f"{name}.") for name in names)


def is_pure(module: str) -> bool:
    """Whether a module only computes."""
    return is_of(module, PURE)


def ways_to_write(imports: t.Mapping[str, t.Collection[str]], path: tuple[str, ...]) -> t.Iterator[tuple[str, ...]]:
    """Yield how a module comes to one that writes on the host on which it runs."""
    for other in sorted(imports[path[-1]]):
        if other in WRITES:
            yield (*path, other)
        elif other not in path:
            yield from ways_to_write(imports, (*path, other))


def circle(imports: t.Mapping[str, t.Collection[str]], start: str, path: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return a way from a module back to itself, none where there is none."""
    for other in sorted(imports[path[-1] if path else start]):
        if other == start:
            return (*path, other)
        if other not in path and (found := circle(imports, start, (*path, other))):
            return found
    return ()


def main() -> int:
    """Print the arrows and what is wrong with them; return the exit status."""
    known = modules()
    arrows: dict[str, set[str]] = {}
    imports: dict[str, set[str]] = {name: set() for name in known}
    at_run_time: dict[str, set[str]] = {name: set() for name in known}
    wrong = []
    for name, path in known.items():
        layer, package = layer_of(name)
        for other, line, runs in imports_of(path, known):
            place = f"plugins/{name.replace('.', '/')}.py line {line}"
            if other not in known:
                if is_pure(name) and other.split(".")[0] not in COMPUTES and not is_pure(other):
                    wrong.append(f"{place}: {other} does more than compute")
                continue
            imports[name].add(other)
            if runs:
                at_run_time[name].add(other)
            other_layer, other_package = layer_of(other)
            if other_package != package:
                arrows.setdefault(package, set()).add(other_package)
                if other_layer >= layer:
                    wrong.append(f"{place}: {other_package} is not below {package}")
            if is_pure(name) and not is_pure(other):
                wrong.append(f"{place}: {other} does more than compute")
    for package in sorted(arrows, key=lambda package: (-layer_of(package)[0], package)):
        print(f"{package:<24} -> {', '.join(sorted(arrows[package], key=layer_of, reverse=True))}")
    circles = {frozenset(found): found for name in known if (found := circle(imports, name))}
    wrong += [
        f"the controller would write on itself: {' -> '.join(way)}"
        for name in known
        if is_of(name, CONTROLLER)
        for way in [next(ways_to_write(at_run_time, (name,)), ())]
        if way
    ]
    wrong += [f"a circle: {' -> '.join((found[-1], *found))}" for found in circles.values()]
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
