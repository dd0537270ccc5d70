"""Questions about the best moments and how good each is (TimeIT's highlights, from QVHighlights)."""

from __future__ import annotations

from ...schemas import Evidence
from ..clock import Clock
from .highlight import Highlight


class HighlightScores(Highlight):
    """The spans with the highest score, in time order, each with its score."""

    task = "highlight_scores"
    phrasings = (
        "Pick the {n} best moments of the video. Give the times of each, and its saliency score.",
        "Which {n} moments stand out most, and how much? Give start, end and score of each.",
        "Find the {n} highlights of the video and score each of them.",
        "Give the times of the {n} most striking moments, each with a score.",
        "Choose {n} moments for a highlights reel: a line each, the time first, then how salient it is.",
        "Rate the {n} best moments of the video: when they are, and their saliency.",
    )

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        scores = [float(score) for score in params["scores"].split(",")]
        best = sorted(range(len(evidence)), key=lambda n: -scores[n])[: int(params["n"])]
        stretches = [(clock.cap(evidence[n].start, evidence[n].end), f"{scores[n]:.4g}") for n in sorted(best)]
        line = clock.language.answers.score
        return "\n".join([line.format(when=when, score=score) for when, score in stretches])
