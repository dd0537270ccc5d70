"""Questions for a summary that is a lane: a stage before has chosen its spans (VISIOCITY)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View

MOST = 400
"""The most spans of a summary."""
TOUCH = 0.01
"""Seconds between two spans up to which they are one part."""


class SummaryParts(Family):
    """All spans of a lane that is a summary, in time order; those that touch are one part. Only where it is named."""

    task = "summary_parts"
    kinds = frozenset({"sentence", "step", "label", "shot", "moment", "description", "title"})
    answers = "long"
    times = "stretches"
    phrasings = (
        "Summarise the video with parts of it. Give the start and end of each.",
        "Which parts of the video would you keep to make it much shorter? Give their times.",
        "Cut the video down to its summary: name the parts that stay.",
        "Choose the parts that a summary of the video is made of, with their times.",
        "Which parts together tell the video in short? Give their times.",
        "Make a short version out of parts of the video: when does each begin and end?",
    )

    def suits(self, view: View, named: bool) -> bool:
        return named and super().suits(view, named)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return [Ask(view.items, {}, whole=True)] if 1 <= len(view) <= MOST else []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        parts: list[tuple[float, float]] = []
        for start, end in sorted((item.start, item.end) for item in evidence):
            if parts and start <= parts[-1][1] + TOUCH:
                parts[-1] = parts[-1][0], max(end, parts[-1][1])
            else:
                parts.append((start, end))
        return clock.listed(parts)
