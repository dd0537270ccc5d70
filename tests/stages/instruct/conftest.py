"""Timelines with lanes of every kind, made up or drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from vdata.schemas import Span, Timeline, make_id

WORDS = [
    "man",
    "dog",
    "pours",
    "runs",
    "waxes",
    "board",
    "slowly",
    "river",
    "brushes",
    "smiles",
    "paints",
    "two",
    "red",
]
LANES = ("events", "steps", "chapters", "speech", "texts", "descriptions", "labels", "shots", "highlights")

Make = Callable[[int], Timeline]


def rich_video(n: int) -> Timeline:
    """A video of 92.4 s with a lane of every kind."""
    video = Timeline(f"v{n}.mp4", make_id("rich", n), 92.4)
    video.put(
        "events",
        [
            Span(0, 14.2, "A man is seen speaking to the camera."),
            Span(14.2, 40.1, "He then pours wax along the bottom of a snowboard."),
            Span(40.5, 55, "the man scrapes the wax off the board"),
            Span(55.3, 80, "He brushes the board down while music plays."),
            Span(80, 92.4, "The man holds up the snowboard and smiles."),
        ],
    )
    video.put("chapters", [Span(0, 20, "Intro"), Span(20, 50, "What you need: iron"), Span(50, 92.4, "Scraping!")])
    speech = (
        "Hey guys, welcome back.",
        "today I'll show you how to wax",
        "Are you ready?",
        "First let the iron heat up.",
    )
    video.put("speech", [Span(5 * k, 5 * k + 4, text) for k, text in enumerate(speech)])
    acts = (
        (15, 20, "pouring_wax"),
        (25, 30, "ironing"),
        (31, 38, "ironing"),
        (41, 50, "ScrapingOff"),
        (60, 70, "brushing"),
    )
    video.put("actions", [Span(start, end, label=label) for start, end, label in acts])
    video.put("shots", [Span(0, 14.2), Span(14.2, 40.3), Span(40.3, 80), Span(80, 92.4)])
    video.put("texts", [Span(2, 5, "HOW TO WAX"), Span(86, 92, "Subscribe!")])
    steps = "heat the iron", "spread the wax evenly", "scrape off the excess"
    video.put("steps", [Span(15 + 10 * k, 24 + 10 * k, text) for k, text in enumerate(steps)])
    changes = (0, 0, "A man in a red coat."), (0, 4, "He has raised his hand."), (4, 9, "He is gone.")
    video.put("differences", [Span(start, end, text) for start, end, text in changes])
    scores = 0.3, 0.8, 0.5, 0.9, 0.1, 0.2, 0.7
    video.put("classes", [Span(0, 92.4, label="waxing")])
    asked = (("What does he pour?", "wax"), ("Where is the iron?", "on the table"), ("How many boards are there?", "1"))
    video.put("questions", [Span(9 * k, 9 * k + 6, ask, attrs={"answer": said}) for k, (ask, said) in enumerate(asked)])
    video.put("highlights", [Span(14 + 6 * k, 20 + 6 * k, score=score) for k, score in enumerate(scores)])
    return video


@pytest.fixture(scope="session")
def rich() -> Make:
    """Makes video number n, always the same one, with a lane of every kind."""
    return rich_video


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """A video with lanes that may hold repeated texts, overlapping spans, points and texts inside others."""
    duration = draw(st.floats(5, 400))
    video = Timeline("v.mp4", make_id("drawn", draw(st.integers(0, 99))), duration, seed=draw(st.integers(0, 9)))
    sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
    for lane in draw(st.lists(st.sampled_from(LANES), unique=True, max_size=4)):
        spans = []
        for _ in range(draw(st.integers(0, 9))):
            start = draw(st.floats(0, 1)) * duration * 1.1
            end = start + draw(st.sampled_from([0.0, 0.04, 1.0, 5.0, 30.0]))
            span = Span(start, end, score=draw(st.none() | st.floats(0, 1)))
            if lane in ("labels", "highlights"):
                span.label = draw(st.sampled_from(WORDS))
            elif lane != "shots":
                span.text = draw(sentence)
            spans.append(span)
        video.put(lane, spans)
    return video


@pytest.fixture(scope="session")
def drawn() -> st.SearchStrategy[Timeline]:
    """Timelines drawn by hypothesis."""
    return timelines()
