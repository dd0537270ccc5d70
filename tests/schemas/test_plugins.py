"""How plugins are found: what counts as one, and what is said of an entry point that cannot be used."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from packages import install

from vdata.schemas.plugins import PluginError, PluginKind, find_classes

FRUITS: PluginKind[Any] = PluginKind(
    "fruit", "orchard", "vdata.test_fruits", lambda: import_module("orchard").Fruit, lambda cls: cls.__name__.lower()
)
BASE = """
from abc import ABC, abstractmethod

class Fruit(ABC):
    @abstractmethod
    def taste(self): ...
"""
CODE = """
from orchard import Fruit

class Stone(Fruit):
    "Abstract: without a taste."

class Plum(Stone):
    def taste(self): return "sweet"

class _Wild(Plum): ...
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An import path with the package ``orchard``, where fruits grow, and the module ``market`` of another package."""
    (tmp_path / "orchard" / "deep").mkdir(parents=True)
    (tmp_path / "orchard" / "__init__.py").write_text(BASE)
    (tmp_path / "orchard" / "deep" / "__init__.py").touch()
    (tmp_path / "orchard" / "deep" / "plums.py").write_text(CODE)
    (tmp_path / "orchard" / "jam.py").write_text("from orchard.deep.plums import Plum\n")
    (tmp_path / "market.py").write_text(CODE.replace("Plum", "Cherry") + "\nPlum = type('Plum', (Cherry,), {})\n")
    for name in (
        "orchard",
        "orchard.deep",
        "orchard.deep.plums",
        "orchard.jam",
        "orchard.deep.pear",
        "orchard.cherry",
        "market",
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    find_classes.cache_clear()
    yield tmp_path
    find_classes.cache_clear()


def test_concrete_public_classes_of_every_module_are_found(site: Path) -> None:
    assert {name: cls().taste() for name, cls in FRUITS.find().items()} == {"plum": "sweet"}


def test_a_class_of_another_package_is_found_by_its_entry_point(site: Path) -> None:
    install(site, "vdata-market", {FRUITS.group: {"cherry": "market:Cherry"}})
    assert list(FRUITS.find()) == ["cherry", "plum"]


def test_a_class_in_a_module_of_its_own_name_is_given_without_importing_the_others(site: Path) -> None:
    (site / "orchard" / "deep" / "pear.py").write_text(CODE.replace("Plum", "Pear"))
    pear = FRUITS.get("pear")
    assert pear is not None
    assert pear.__module__ == "orchard.deep.pear"
    assert "orchard.deep.plums" not in sys.modules
    plum = FRUITS.get("plum")
    assert plum is not None
    assert plum.__module__ == "orchard.deep.plums"
    assert FRUITS.get("quince") is None
    assert FRUITS.find()["pear"] is pear


def test_where_packages_add_to_a_kind_a_name_is_looked_for_among_all(site: Path) -> None:
    (site / "orchard" / "cherry.py").write_text(CODE.replace("Plum", "Cherry"))
    install(site, "vdata-market", {FRUITS.group: {"cherry": "market:Cherry"}})
    with pytest.raises(PluginError, match=re.escape("there is another fruit called cherry: orchard.cherry.")):
        FRUITS.get("cherry")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("market:Apple", "cannot be loaded (AttributeError: module 'market' has no attribute 'Apple')."),
        ("market:Stone", "market:Stone is abstract: it must define taste."),
        ("pathlib:Path", "pathlib:Path is no fruit: it must be a class made from Fruit."),
        ("market:Plum", "there is another fruit called plum: orchard.deep.plums."),
    ],
)
def test_an_entry_point_that_cannot_be_used_names_its_package(site: Path, value: str, why: str) -> None:
    install(site, "vdata-market", {FRUITS.group: {"mine": value}})
    with pytest.raises(PluginError, match=re.escape(f"mine of vdata-market (group vdata.test_fruits): {why}")):
        FRUITS.find()
