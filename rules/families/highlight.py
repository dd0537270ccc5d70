"""Questions about the best moments, by their scores (QVHighlights, YouTube Highlights)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View

MOST = 60
LANES = frozenset({"highlights", "highlight", "saliency"})
"""Lanes whose scores say how good a moment is. In other lanes a score may be a detector's confidence."""


def scored(view: View, named: bool) -> bool:
    """Whether the scores of *view* rank its moments: by the lane's name, or because the user says so."""
    return (named or view.lane in LANES) and all(item.score is not None for item in view.items)


class Highlight(Family):
    """The spans with the highest score, in time order."""

    task = "highlight"
    kinds = frozenset({"sentence", "step", "label", "shot", "moment", "description", "title"})
    answers = "long"
    phrasings = (
        "Pick the {n} best moments of the video and give their times.",
        "Which {n} moments stand out most? Give the start and end of each.",
        "Find the {n} highlights of the video.",
        "If you could show only {n} moments of this video, which would they be?",
        "Give the times of the {n} most striking moments.",
        "Choose {n} moments for a highlights reel; name their start and end.",
    )

    def suits(self, view: View, named: bool) -> bool:
        return super().suits(view, named) and scored(view, named)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        scores = sorted([item.score or 0.0 for item in view.items], reverse=True)
        sizes = [n for n in (2, 3, 4, 5) if n < len(scores) <= MOST and scores[n - 1] > scores[n]]
        params = ",".join([repr(item.score) for item in view.items])
        return [
            Ask(view.items, {"n": str(n)}, {"n": str(n), "scores": params}, whole=True)
            for n in rng.sample(sizes, min(limit, len(sizes)))
        ]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        scores = [float(score) for score in params["scores"].split(",")]
        best = sorted(range(len(evidence)), key=lambda n: -scores[n])[: int(params["n"])]
        return clock.listed((evidence[n].start, evidence[n].end) for n in sorted(best))
