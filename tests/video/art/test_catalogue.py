"""The names of the project's own pictures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vdata.video.art import catalogue as pictures


def test_the_pool_is_large() -> None:
    assert len(pictures.classes()) >= 90
    assert len(pictures.names()) >= 300
    assert {"shape", "fruit", "animal", "object", "landmark"} <= set(pictures.kinds())


def test_every_kind_but_few_has_enough_classes_for_options() -> None:
    assert all(len(members) >= 7 for members in pictures.kinds().values())


def test_kinds_hold_every_class_once() -> None:
    listed = [thing for members in pictures.kinds().values() for thing in members]
    assert sorted(listed) == sorted(pictures.classes())
    assert not {*pictures.kinds()} & {*listed}, "a kind and a class of one name cannot be told apart in a config"


def test_every_class_comes_in_two_colours_or_more() -> None:
    for thing, group in pictures.classes().items():
        assert len(set(group)) == len(group) >= 2
        for name in group:
            assert pictures.class_of(name) == thing
            assert pictures.class_of(f"drawn:{name}") == thing
            assert name == f"{pictures.colour_of(name)}_{thing}"


def test_names_are_unlike() -> None:
    assert len(set(pictures.names())) == len(pictures.names())
    labels = [pictures.label(thing) for thing in pictures.classes()]
    assert not [(a, b) for a in labels for b in labels if a != b and f" {a} " in f" {b} "]


def test_words_for_questions() -> None:
    assert pictures.label("drawn:red_hot_air_balloon") == "red hot air balloon"
    assert pictures.plural("hot_air_balloon") == "hot air balloons"
    assert pictures.plural("cherry") == "cherries"
    assert pictures.plural("bunch_of_grapes") == "bunches of grapes"
    assert pictures.plural("cactus") == "cacti"
    wrong = [
        thing
        for thing in pictures.classes()
        if pictures.plural(thing).endswith(("fs", "rys", "lys", "xs", "ss", "chs"))
    ]
    assert wrong == []


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        pictures.class_of("pink_apple")


def test_the_names_load_without_heavy_libraries() -> None:
    code = "import sys, vdata.video.art.catalogue, vdata.stages.haystack.render, vdata.haystack; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"PIL", "numpy", "cv2", "av", "pyarrow"} & set(loaded)
