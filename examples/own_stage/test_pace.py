"""A stage is tested without files: lay lanes on a timeline, run it, look."""

from __future__ import annotations

import pytest
from vdata_pace import Pace

from vdata.schemas import Dropped, Span, Timeline


def timeline(*ends: float) -> Timeline:
    """A video whose shots end at *ends*, in seconds."""
    video = Timeline("some.mp4", "some id", ends[-1])
    video.put("shots", [Span(start, end) for start, end in zip((0, *ends), ends, strict=False)])
    return video


def test_fast_and_slow_stretches() -> None:
    video = Pace(fast=2).run(timeline(1, 2, 3, 9, 10))
    found = [(span.start, span.end, span.label) for span in video.lane("pace")]
    assert found == [(0, 3, "fast"), (3, 9, "slow"), (9, 10, "fast")]
    assert video.lane("pace")[0].values == {"cuts_a_minute": 40.0}


def test_a_video_with_too_many_cuts_is_dropped_with_what_was_measured() -> None:
    with pytest.raises(Dropped) as dropped:
        Pace(max_cuts=20).run(timeline(1, 2, 3))
    assert (dropped.value.reason, dropped.value.value, dropped.value.threshold) == ("too_many_cuts", 40.0, 20)


def test_a_video_without_shots() -> None:
    video = Timeline("some.mp4", "some id", 1)
    assert Pace(max_cuts=1).run(video).lane("pace") == []
