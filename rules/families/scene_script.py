"""Questions for the script of a part of a video: its scenes one after another, each with its caption (Vript)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, line
from ..lane_kinds import say
from ..lane_view import LaneItem, View

GAP = 0.5
"""Seconds that may lie between scenes of one part."""


class SceneScript(Family):
    """The captions of one to six scenes that follow one another, a line each with its time.

    It is made where it is named only: to other lanes than captions of scenes it says what ``dense_caption`` does.
    """

    task = "scene_script"
    kinds = frozenset({"sentence", "description"})
    answers = "long"
    sizes: ClassVar[Sequence[int]] = (1, 2, 3, 4, 5, 6)
    weights: ClassVar[Sequence[int]] = (1, 2, 3, 4, 3, 2)
    """How many scenes a part has, and how often each number is drawn (Vript's first stage of training)."""
    most: ClassVar[int] = 30
    share: ClassVar[float] = 1.5
    """Of n scenes at most n / ``share`` parts are asked for, and at most ``most``."""
    phrasings = (
        "Write the script of the video {when}, scene by scene.",
        "Describe the scenes {when} as a film script does, one line each with its time.",
        "Go through the video {when} and describe each scene in full.",
        "What would the script of the part {when} say? Give every scene with its time.",
        "Break the video down {when} into its scenes and describe every one in detail.",
        "Give a detailed script for the stretch {when}: each scene with its time.",
    )

    def suits(self, view: View, named: bool) -> bool:
        return named and super().suits(view, named)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        drawn: dict[tuple[int, int], None] = {}
        enough = len(items) >= self.sizes[0]
        for _ in range(min(limit, self.most, int(len(items) / self.share) or 1) if enough else 0):
            (size,) = rng.choices(self.sizes, self.weights)
            size = min(size, len(items))
            first = rng.randrange(len(items) - size + 1)
            scenes = items[first : first + size]
            joined = all(-GAP <= later.start - one.end <= GAP for one, later in pairwise(scenes))
            if joined and self.keeps(scenes, rng):
                drawn[first, size] = None
        asks = []
        for first, size in sorted(drawn):
            scenes = items[first : first + size]
            asks.append(Ask(scenes, {"when": clock.when(scenes[0].start, scenes[-1].end)}))
        return asks

    def keeps(self, scenes: Sequence[LaneItem], rng: Random) -> bool:
        """Whether the part that consists of *scenes*, which was drawn, is asked for."""
        return True

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        said = [(item.start, item.end, say(item.text, params["kind"], clock.language)) for item in evidence]
        return "\n".join([line(clock, *one) for one in said])
