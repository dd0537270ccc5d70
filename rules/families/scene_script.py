"""Questions for the script of a part of a video: its scenes one after another, each with its caption (Vript)."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View

SIZES = (1, 2, 3, 4, 5, 6)
WEIGHTS = (1, 2, 3, 4, 3, 2)
"""How many scenes a part has, and how often each number is drawn (Vript's first stage of training)."""
MOST = 30
SHARE = 1.5
"""Of n scenes at most n / SHARE parts are asked for, and at most MOST."""
GAP = 0.5
"""Seconds that may lie between scenes of one part."""


class SceneScript(Family):
    """The captions of one to six scenes that follow one another, a line each with its time.

    It is made where it is named only: to other lanes than captions of scenes it says what ``dense_caption`` does.
    """

    task = "scene_script"
    kinds = frozenset({"sentence", "description"})
    answers = "long"
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
        for _ in range(min(limit, MOST, int(len(items) / SHARE) or 1) if items else 0):
            (size,) = rng.choices(SIZES, WEIGHTS)
            size = min(size, len(items))
            first = rng.randrange(len(items) - size + 1)
            scenes = items[first : first + size]
            if all(-GAP <= later.start - one.end <= GAP for one, later in pairwise(scenes)):
                drawn[first, size] = None
        asks = []
        for first, size in sorted(drawn):
            scenes = items[first : first + size]
            asks.append(Ask(scenes, {"when": clock.when(scenes[0].start, scenes[-1].end)}))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        kind = params["kind"]
        return "\n".join([f"{clock.cap(item.start, item.end)}: {say(item.text, kind)}" for item in evidence])
