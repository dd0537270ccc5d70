"""What the rules of verify make of the benchmark's parts that were read: a change that costs them shows here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from types import ModuleType

import pytest

READ = ("ninth", "voices", "drill", "seventh", "fifth", "fourth", "grammar", "third", "apart", "dev", "fresh", "tune")
"""Never those of which there are totals only."""
EACH = 60
"""Lies of each kind, and as many truths."""
LEAST, MOST = 0.95, 0.02
"""The share of the lies that is found, and that of the truths that is dropped, of all kinds together."""


@pytest.fixture(scope="module")
def phrasing(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("phrasing")


def shares(phrasing: ModuleType, part: str, each: int) -> tuple[float, float, Counter[str]]:
    """The share of lies found, that of truths dropped, and what went wrong by kind."""
    author = phrasing.Author(part, Random(f"{part} 0"))
    kinds = [kind for kind in phrasing.KINDS if phrasing.NEEDS[kind] in author.words]
    found, wrong = Counter[bool](), Counter[str]()
    for kind in kinds:
        for lie in (True, False):
            for _ in range(each):
                dropped = phrasing.outcome(author.tell(kind, lie)).startswith("dropped")
                found[lie] += dropped
                wrong[f"{kind}: {'lies kept' if lie else 'truths dropped'}"] += lie != dropped
    return found[True] / (each * len(kinds)), found[False] / (each * len(kinds)), wrong


def test_no_part_that_is_held_out_is_read(phrasing: ModuleType) -> None:
    assert not {*READ} & {*phrasing.UNREAD}


def test_lies_are_found_and_truths_stay(phrasing: ModuleType) -> None:
    lies, truths, wrong = shares(phrasing, "ninth", 4)
    assert (lies, truths) == (1.0, 0.0), wrong


@pytest.mark.slow
@pytest.mark.parametrize("part", READ)
def test_of_every_part_that_was_read_lies_are_found_and_truths_stay(phrasing: ModuleType, part: str) -> None:
    lies, truths, wrong = shares(phrasing, part, EACH)
    assert lies >= LEAST, wrong
    assert truths <= MOST, wrong
