"""What rules make of the replies of a real and weak author, which are kept, and of a good one's samples."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "weak_author.py"


@pytest.fixture(scope="module")
def weak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("weak_author_benchmark", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it
    spec.loader.exec_module(module)
    return module


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
