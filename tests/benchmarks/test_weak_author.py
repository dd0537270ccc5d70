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
    assert len(found.survivors) == 5, "ten when they were not yet read for words; as many right"
    assert found.reasons["verify words_not_in_evidence"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(("half", "right"), [("tuning", 14), ("held_out", 8)])
def test_every_survivor_was_judged(weak: ModuleType, half: str, right: int) -> None:
    found = weak.replayed(half)
    assert len(found.survivors) == 30
    assert weak.judged(half, found.survivors) == (right, [])
    count, lost = weak.good_lost(half)
    assert len(lost) <= weak.MOST * count
