"""The rooms of the house and what imports what, read from the code; ``docs/make.py`` draws it, a test keeps it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("schemas", "video", "rules", "stages", "scoring", "export", "pipelines", "report", "configs")
"""Folders of the checkout that are packages of ``vdata``; what lies in src/vdata itself is the room ``cli``."""
CLI = "cli"


@dataclass(frozen=True)
class Import:
    """One import of the module *target* by *module*, both dotted below ``vdata``; *names* are taken from it."""

    module: str
    target: str
    names: tuple[str, ...]
    line: int


@cache
def modules() -> dict[str, Path]:
    """Every module of vdata by its dotted name below ``vdata``; those of src/vdata begin with ``cli``."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found[_dotted(path.relative_to(ROOT))] = path
    source = ROOT / "src" / "vdata"
    for path in sorted(source.rglob("*.py")):
        if path.relative_to(source).parts[0] not in ROOMS:  # else it is behind a link to a room
            found[_dotted(Path(CLI, path.relative_to(source)))] = path
    return found


@cache
def imports() -> list[Import]:
    """Every import of one module of vdata by another, wherever it stands in the file."""
    every = modules()
    return [one for name, path in every.items() for one in _imports(name, path, every)]


def room_of(module: str, depth: int, every: Mapping[str, Path]) -> str:
    """The folder that *module* lies in, cut to *depth* parts: ``pipelines.run`` of ``pipelines.run.unit``."""
    folder = module if every[module].name == "__init__.py" else module.rpartition(".")[0]
    return ".".join(folder.split(".")[:depth])


def rooms(depth: int) -> dict[str, set[str]]:
    """The rooms that each room imports, at a depth of so many folders; a room and one inside it count as one."""
    every = modules()
    graph: dict[str, set[str]] = {room_of(module, depth, every): set() for module in every}
    for one in imports():
        here, there = room_of(one.module, depth, every), room_of(one.target, depth, every)
        if here and there and here != there and not _within(here, there) and not _within(there, here):
            graph[here].add(there)
    graph.pop("", None)
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of rooms that reach one another (Tarjan's strongly connected components of more than one)."""
    reach = {room: _reached(room, graph) for room in graph}
    groups = {
        tuple(sorted({room, *(other for other in reach[room] if room in reach.get(other, ()))})) for room in graph
    }
    return sorted(list(group) for group in groups if len(group) > 1)


def drawing(graph: Mapping[str, set[str]]) -> str:
    """*graph* as a Mermaid flow chart, without the arrows that follow from others."""
    reach = {room: _reached(room, graph) for room in graph}
    arrows = [
        f"    {_node(room)} --> {_node(other)}"
        for room in sorted(graph)
        for other in sorted(graph[room])
        if not any(other in reach[between] for between in graph[room] - {other})
    ]
    return "\n".join(["```mermaid", "graph TD", *arrows, "```"])


def _node(room: str) -> str:
    return f"{room.replace('.', '_')}[{room.rpartition('.')[2]}]"


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _within(inner: str, outer: str) -> bool:
    return inner.startswith(f"{outer}.")


def _reached(room: str, graph: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = set(graph.get(room, ()))
    while ahead:
        found |= ahead
        ahead = {after for one in ahead for after in graph.get(one, ())} - found
    return found


def _imports(module: str, path: Path, every: Mapping[str, Path]) -> Iterator[Import]:
    folder = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            taken = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            taken = [(_base(folder, node), alias.name) for alias in node.names]
        else:
            continue
        targets: dict[str, list[str]] = defaultdict(list)
        for base, name in taken:
            base = _below(base)
            whole = f"{base}.{name}" if base else name
            if whole in every:
                targets[whole] += []
            elif base in every:
                targets[base].append(name)
        for target, names in targets.items():
            if target != module:
                yield Import(module, target, tuple(names), node.lineno)


def _base(folder: str, node: ast.ImportFrom) -> str:
    """What an import is from: dotted below ``vdata``, or absolute."""
    if not node.level:
        return node.module or ""
    parts = ["vdata", *([] if folder == CLI else folder.removeprefix(f"{CLI}.").split("."))]
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _below(name: str) -> str:
    """*name* without its ``vdata``, and with the room ``cli`` where it is no other one."""
    if name.partition(".")[0] != "vdata":
        return "-"  # nothing of ours
    rest = name.removeprefix("vdata").removeprefix(".")
    return rest if rest.partition(".")[0] in ROOMS else f"{CLI}.{rest}".removesuffix(".")
