"""What rules make of the replies of a real and weak author, which are kept, and of a good one's samples."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def weak(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("weak_author")


def test_survivors_of_one_video_are_those_that_were_judged(weak: ModuleType) -> None:
    found = weak.replayed("held_out", 1)
    assert found.asked == 29
    assert weak.judged("held_out", found.survivors) == (2, [])
    assert len(found.survivors) == 3, "ten when they were not read for words, five when not for grammar; as many right"
    assert found.reasons["verify words_not_in_evidence"] > 0
    assert found.reasons["verify broken_question"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("half", "right", "survivors"), [("tuning", 14, 18), ("held_out", 8, 12), ("second", 43, 55), ("third", 48, 69)]
)
def test_every_survivor_was_judged(weak: ModuleType, half: str, right: int, survivors: int) -> None:
    found = weak.replayed(half)
    assert len(found.survivors) == survivors
    assert weak.judged(half, found.survivors) == (right, [])


@pytest.mark.slow
def test_a_good_author_loses_little(weak: ModuleType) -> None:
    found = [weak.good_lost(half) for half in weak.HALVES]
    assert sum(len(lost) for _, lost in found) <= weak.MOST * sum(count for count, _ in found)
