"""Questions for the script of a long part of a video: up to twenty scenes, each with its caption (Vript)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import ClassVar

from ..lane_view import LaneItem
from .scene_script import SceneScript

LONG, LONG_SCENES, FEW = 600.0, 50.0, 0.1
"""Seconds of a part, and of its scenes on average, below which only this share of the parts is kept."""


class LongSceneScript(SceneScript):
    """The captions of two to twenty scenes that follow one another; of parts shorter than ten minutes, or of scenes
    shorter than 50 s on average, one in ten.

    It is made where it is named only.
    """

    task = "long_scene_script"
    made_none = "no part has 10 minutes in scenes of 50 s, and of the others one in ten is drawn"
    sizes: ClassVar[Sequence[int]] = range(2, 21)
    weights: ClassVar[Sequence[int]] = (*(1,) * 7, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1)
    most: ClassVar[int] = 120
    share: ClassVar[float] = 1.2

    def keeps(self, scenes: Sequence[LaneItem], rng: Random) -> bool:
        total = scenes[-1].end - scenes[0].start
        return total >= max(LONG, LONG_SCENES * len(scenes)) or rng.random() < FEW
