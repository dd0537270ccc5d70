"""Questions about rooms in three dimensions. The stage spatial_questions asks them, not tasks."""

from __future__ import annotations

import json
from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View


class SpatialSolution(Family):
    """What boxes and poses of the camera, which are the evidence, give for a question."""

    task = "spatial"
    kinds = frozenset()

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself asks about the whole room."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """Work the answer out again.

        Raises:
            ValueError: there is no sure one, or the evidence is no room.
        """
        from ..space.spatial_answers import SpatialInquiry, spatial_answer
        from ..space.told_rooms import told_room

        given = json.loads(params["inquiry"])
        inquiry = SpatialInquiry(given["ask"], tuple(given["names"]), tuple(given["times"]), tuple(given["choices"]))
        return spatial_answer(told_room(evidence), inquiry)
