"""Questions for a summary made of parts of the video, within a budget of time (SumMe, TVSum, V2Xum)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View
from .highlight import MOST, scored

SHARES = (10, 15, 20, 30)
"""Percent of the video that the summary may fill; TVSum uses 15."""


class ExtractiveSummary(Family):
    """The spans of a summary in time order: they are taken by falling score, each if it still fits the budget."""

    task = "extractive_summary"
    kinds = frozenset({"sentence", "step", "label", "shot", "moment", "description"})
    answers = "long"
    phrasings = (
        "Summarise the video with parts of it that fill at most {share}% of its length. Give their times.",
        "Which parts would you keep to shorten the video to {share}% of its length?",
        "Cut the video down to {share}% of its length: name the parts to keep.",
        "Choose the most important parts, together no more than {share}% of the video.",
        "Select parts for a summary that takes up at most {share}% of the video's time.",
        "Make a short version, no longer than {share}% of the video, and give the times of its parts.",
    )

    def suits(self, view: View, named: bool) -> bool:
        return super().suits(view, named) and scored(view, named)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        scores = [item.score or 0.0 for item in view.items]
        if not 3 <= len(scores) <= MOST or len(set(scores)) < len(scores) or clock.duration == float("inf"):
            return []
        shortest = min(item.seconds for item in view.items)
        shares = [share for share in SHARES if shortest <= share / 100 * clock.duration]
        listed = ",".join([repr(score) for score in scores])
        return [
            Ask(view.items, {"share": str(share)}, {"share": str(share), "scores": listed}, whole=True)
            for share in rng.sample(shares, min(limit, len(shares)))
        ]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        scores = [float(score) for score in params["scores"].split(",")]
        budget, kept = int(params["share"]) / 100 * clock.duration, []
        for n in sorted(range(len(evidence)), key=lambda n: -scores[n]):
            seconds = evidence[n].end - evidence[n].start
            if seconds <= budget + 1e-9:
                budget -= seconds
                kept.append(n)
        return clock.listed((evidence[n].start, evidence[n].end) for n in sorted(kept))
