"""Which of the numbered regions of another picture is the marked object. The stage same_object asks it, not tasks."""

from __future__ import annotations

import json
from random import Random

from ...schemas import Box, Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View

REGIONS = "regions"
"""The parameter with the numbered regions, as a JSON list of [number, left, top, right, bottom]."""
NONE = "None of them"


class SameRegion(Family):
    """The number of the region that is the object's box at the second time (CoLVA's MMVM)."""

    task = "same_object"
    kinds = frozenset()
    answers = "listed"

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself draws the times and the regions."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """The number of the region where the last box of *evidence* is; where there is none, that it is none."""
        box = evidence[-1].boxes[-1]
        return next((str(row[0]) for row in json.loads(params[REGIONS]) if row[1:] == sides(box)), NONE)


def sides(box: Box) -> list[float]:
    """Left, top, right and bottom of *box*, as they are written down."""
    return [round(side, 4) for side in (box.left, box.top, box.right, box.bottom)]
