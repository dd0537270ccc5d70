"""Questions about when something happens (TimeIT, VTG-IT and most grounding sets ask them)."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings, hull
from ..lane_view import View


class MomentRetrieval(Family):
    """The start and end of the one span with these words."""

    task = "moment_retrieval"
    kinds = frozenset({"sentence", "step", "label", "title", "speech", "screen", "description"})
    answers = "window"
    phrasings = (
        "Give the start and end time of {it}.",
        "Locate {it} in the video and say when it starts and ends.",
        "Where in the video do you find {it}? Give its start and end.",
        "From when to when does {it} last?",
        "Between which two times does {it} fall?",
        "Mark where {it} begins and where it ends.",
    )
    more: ClassVar[Phrasings] = {
        "sentence": (
            "When does this happen: {q}?",
            "Find the moment that fits this sentence: {q}.",
            "During which part of the video can this be seen: {q}?",
        ),
        "step": ("When is the step {q} carried out?", "At what time is this step shown: {q}?"),
        "label": ("When does {q} occur in the video?", "Which stretch of the video can be labelled {q}?"),
        "title": ("When does the chapter {q} start and end?", "Which stretch of the video is the chapter {q}?"),
        "speech": (
            "When is this said: {q}?",
            "At what time does someone say {q}?",
            "Find the moment when these words are spoken: {q}.",
        ),
        "screen": ("When does the text {q} appear on screen?", "During which part of the video can you read {q}?"),
    }
    instead: ClassVar[Phrasings] = {
        "description": (
            "When does the video look like this? {q}",
            "When is the shot on screen that fits this description? {q}",
            "Find the shot that looks as follows and give its start and end: {q}",
            "One shot of the video fits this description: {q} When does it start and end?",
            "Give the start and end time of the shot described here: {q}",
            "Which stretch of the video looks like this? {q}",
        )
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return [
            Ask([view.items[n]], view.named(n, clock.language))
            for n in view.pick(rng, limit, view.parts(clock.duration))
        ]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        stretch = hull(evidence)  # a teacher's question may cite several spans of one stretch
        return clock.cap(stretch.start, stretch.end) + clock.language.answers.stop
