"""The house: what may import what, which names are private, and that no name stands for two things."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from vdata.stages import find_stages

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "schemas": set[str](),
    "configs": set[str](),
    "video": {"schemas"},
    "rules": {"schemas"},
    "scoring": {"schemas", "rules"},
    "stages": {"schemas", "video", "rules"},
    "export": {"schemas", "rules", "scoring"},
    "pipelines": {"schemas", "video", "rules", "stages", "scoring", "export"},
    "report": {"schemas", "video", "rules", "stages", "pipelines"},
    "cli": {"schemas", "video", "rules", "stages", "scoring", "export", "pipelines", "report", "configs"},
}
"""The rooms below each room."""
OUTSIDE = {"ray": "pipelines", "click": "cli", "rich": "pipelines"}
"""Libraries that only this room, and those above it, may know."""
DEPTHS = (1, 2, 3, 4)
NAMED_AS_IN_YAML = (
    "export/formats",
    "pipelines/teachers/kinds",
    "rules/families",
    "stages/haystack/needles",
    "stages/labels/kinds",
    "stages/media/detectors",
    "stages/media/object_detectors",
    "stages/rate/scorers",
    "stages/audio/taggers",
    "stages/verify/checks",
)
"""Folders in which a file bears the name that its class has in YAML; a thing of another kind may have it as well."""
CLASSES_NAMED_AS_IN_YAML = {"OpenAI", "TranscriptOrder"}
"""An export format and a kind of teacher; a family of questions and a stage."""
PUBLIC = {"haystack"}
"""Modules of the public face that are named after the room that they open to users."""
LONGEST = 400
"""Lines."""


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs" / "house.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    return module


house = _load()


def test_every_import_is_seen() -> None:
    """So that the other tests cannot pass for want of imports."""
    seen = {(one.module, one.target) for one in house.imports()}
    assert len(seen) > 1000
    assert ("stages.media.scan", "video.decode.sandbox") in seen
    assert ("cli.commands.builds", "pipelines.build") in seen


@pytest.mark.parametrize("depth", DEPTHS)
def test_there_is_no_circle(depth: int) -> None:
    assert house.circles(house.rooms(depth)) == []


def test_a_circle_would_be_found() -> None:
    assert house.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_arrows_point_down_only(room: str) -> None:
    assert house.rooms(1)[room] <= MAY_IMPORT[room]


def test_what_is_private_is_imported_in_its_own_folder_only() -> None:
    wrong = []
    for one in house.imports():
        private = [
            part for part in [*one.target.split("."), *one.names] if part.startswith("_") and not part.startswith("__")
        ]
        if private and one.module.rpartition(".")[0] != one.target.rpartition(".")[0]:
            wrong.append(f"{one.module}:{one.line} imports {', '.join(private)} of {one.target}")
    assert wrong == []


def test_a_library_is_known_in_its_room_and_above_only() -> None:
    wrong = []
    for module, path in house.modules().items():
        room = module.partition(".")[0]
        for library, lowest in OUTSIDE.items():
            allowed = room == lowest or lowest in MAY_IMPORT[room]
            text = path.read_text(encoding="utf-8")
            if not allowed and any(
                line.split()[:2] in (["import", library], ["from", library]) for line in text.splitlines()
            ):
                wrong.append(f"{module} imports {library}")
    assert wrong == []


def test_no_module_name_stands_for_two_things() -> None:
    stages = {cls.__module__.removeprefix("vdata.") for cls in find_stages().values()}
    named: dict[str, list[str]] = defaultdict(list)
    for module, path in house.modules().items():
        folder, _, name = module.rpartition(".")
        in_yaml = module in stages or path.relative_to(ROOT).parent.as_posix() in NAMED_AS_IN_YAML
        of_its_room = path.name != "__init__.py" and folder.rpartition(".")[2] == name
        if not in_yaml and not of_its_room and name not in ("__main__", *PUBLIC):
            named[name].append(module)
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_no_class_name_stands_for_two_things() -> None:
    """Replies of teachers are left out: their names are part of the requests, and so of the caches of users."""
    defined: dict[str, list[str]] = defaultdict(list)
    for module, path in house.modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and [ast.unparse(base) for base in node.bases] != ["BaseModel"]:
                defined[node.name].append(module)
    assert len(defined) > 300
    twice = {name: places for name, places in defined.items() if len(places) > 1}
    assert sorted(twice.keys() - CLASSES_NAMED_AS_IN_YAML) == []


def test_no_file_is_long() -> None:
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in house.modules().items()}
    assert {module: count for module, count in lines.items() if count > LONGEST} == {}


def test_tests_stand_in_the_folders_of_what_they_test() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert len(folders) > 20
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()] == [
        "export/trainers",
        "smollm",
        "vllm",
    ], "and those alone"
