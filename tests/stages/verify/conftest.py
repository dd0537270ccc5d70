"""Timelines whose lanes try to mislead the rule checks."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from vdata.schemas import Span, Timeline, make_id

PIECES = (
    *(
        "a man waves",
        "the dog barks twice",
        "two dogs run",
        "3 of 5 shots",
        "12:30",
        "at 5 seconds",
        "from 1 to 9 seconds",
    ),
    *("50%", "12.5%", "<42>", '"hello"', "he says 'go'", "I'm sorry, I cannot see it", "SALE ENDS NOW", "O'Brien"),
    *(
        "then the cat",
        "before the rain",
        "after lunch",
        "first",
        "the second one",
        "once more",
        "how many",
        "B. it",
        "A)",
    ),
    *("1. start", "Paris in May", "no", "«oui»", "…", "basketball_dunk", "BasketballDunk", "for 3 seconds", "0:05"),
    *(
        "A man is seen, and a dog",
        "2 minutes",
        "wer weiß",
        "日本語",
        "“quoted”",
        "yes",
        "unknown",
        "none",
        "twenty-four",
    ),
)
LANES = ("events", "steps", "chapters", "speech", "texts", "descriptions", "labels", "actions", "shots", "highlights")


@st.composite
def _misleading(draw: st.DrawFn) -> Timeline:
    duration = draw(st.sampled_from([5.0, 9.7, 33.333, 61.0, 400.0]) | st.floats(5, 4000))
    video = Timeline("v.mp4", make_id("drawn", draw(st.integers(0, 99))), duration, seed=draw(st.integers(0, 9)))
    text = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(" ".join)
    for lane in draw(st.lists(st.sampled_from(LANES), unique=True, min_size=1, max_size=4)):
        spans = []
        for _ in range(draw(st.integers(1, 8))):
            start = draw(st.floats(0, 1)) * duration * 1.1
            end = start + draw(st.sampled_from([0.0, 0.04, 1.0, 5.0, 30.0]))
            span = Span(start, end, score=draw(st.none() | st.floats(0, 1)))
            if lane in ("labels", "actions", "highlights"):
                span.label = draw(text)
            elif lane != "shots":
                span.text = draw(text)
                span.label = draw(st.none() | text)
            spans.append(span)
        video.put(lane, spans)
    return video


@pytest.fixture(scope="session")
def misleading() -> st.SearchStrategy[Timeline]:
    """Timelines whose texts hold times, numbers, quotes, names and refusals of their own."""
    return _misleading()
