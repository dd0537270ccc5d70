"""What is installed is what lies in the folders."""

from __future__ import annotations

import ast
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vdata.rules.language_key import CODES
from vdata.video.art.catalogue import kinds

ROOT = Path(__file__).parent.parent
ROOMS = ("configs", "export", "pipelines", "report", "rules", "schemas", "scoring", "stages", "video")
FOLDERS = {"vdata": "src/vdata", **{f"vdata.{room}": room for room in ROOMS}}


def setuptools() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_package_on_disk_is_listed() -> None:
    """One that is missing works in an editable install and is absent from the wheel."""
    found = set()
    for name, folder in FOLDERS.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            found.add(".".join([name, *init.parent.relative_to(ROOT / folder).parts]))
    assert sorted(found) == sorted(setuptools()["packages"])


def test_every_folder_with_modules_is_a_package() -> None:
    for folder in FOLDERS.values():
        for module in (ROOT / folder).rglob("*.py"):
            assert (module.parent / "__init__.py").is_file(), f"{module.parent} has no __init__.py"


def test_the_folders_are_mapped_into_the_package() -> None:
    assert setuptools()["package-dir"] == FOLDERS


def test_links_for_type_checkers_point_at_the_folders() -> None:
    for room in ROOMS:
        link = ROOT / "src" / "vdata" / room
        if not link.is_symlink():
            pytest.skip("this checkout has no symlinks")
        assert os.readlink(link) == f"../../{room}"


def test_ray_is_imported_inside_functions_only() -> None:
    """Importing it costs seconds, which checks and help must not pay."""
    wrong = []
    for module in sorted([*(ROOT / "pipelines").rglob("*.py"), *(ROOT / "src" / "vdata").rglob("*.py")]):
        if module.stem.startswith("ray_"):  # what runs on Ray; itself imported inside a function
            continue
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{module.relative_to(ROOT)}:{node.lineno}" for name in names if name.split(".")[0] == "ray"]
    assert wrong == []


def test_recipes_travel_with_the_package() -> None:
    data = setuptools()["package-data"]["vdata.configs"]
    assert data == ["*.yaml", "shared/*.yaml", "mixtures/*.yaml", "figures.json"]


def test_languages_travel_with_the_package() -> None:
    given = setuptools()["package-data"]["vdata.rules"]
    assert set(given) == {
        f"{path.parent.relative_to(ROOT / 'rules')}/*.yaml" for path in (ROOT / "rules").rglob("*.yaml")
    }
    assert {path.name for path in (ROOT / "rules" / "worlds" / "words").iterdir()} >= {"en.yaml"}
    there = {path.stem for path in (ROOT / "rules" / "languages").iterdir()}
    assert there == set(CODES) - {"en"}


def test_drawings_travel_with_the_package() -> None:
    art = ROOT / "video" / "art"
    (pattern,) = setuptools()["package-data"]["vdata.video.art"]
    carried = {path.relative_to(art / "svg").as_posix() for path in art.glob(pattern)}
    assert carried == {f"{kind}/{thing}.svg" for kind, members in kinds().items() for thing in members}
    assert carried == {path.relative_to(art / "svg").as_posix() for path in (art / "svg").rglob("*.*")}
