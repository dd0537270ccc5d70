"""How a teacher is asked where things are in a picture, and what is made of its replies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from ..prompting.own_words import PromptSpec
from .object_detectors.object_detector import FoundThing

UNITS = 1000
"""Sides are given in thousandths of the picture, as models that were trained to give boxes do."""
ROLE = (
    "You find things in pictures and say exactly where they are. You leave out what you do not see, and you invent "
    "nothing."
)
FIND = (
    "You see one frame of a video, taken at {time} s. Find each of these in it that can be seen: {wanted}. For each "
    "one give its name as it stands here, and the sides of the smallest upright rectangle that holds all of it that "
    "can be seen, in thousandths of the picture: left and right from 0 at its left edge to 1000 at its right edge, top "
    "and bottom from 0 at its upper edge to 1000 at its lower edge. Where there are several of a kind, give each of "
    "them. An empty list is a good reply."
)
FIND_SPEC = PromptSpec(
    "Asks where the wanted things are in one frame, in a JSON with the sides of each.",
    "frames time names",
    "names",
    writes=False,
)


class SeenBox(BaseModel):
    """One thing that can be seen."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Which of the wanted things it is")
    left: float = Field(description="Its left side, 0 to 1000")
    top: float = Field(description="Its upper side, 0 to 1000")
    right: float = Field(description="Its right side, 0 to 1000")
    bottom: float = Field(description="Its lower side, 0 to 1000")


class SeenBoxes(BaseModel):
    """What can be seen in a frame, and where."""

    model_config = ConfigDict(extra="forbid")

    things: list[SeenBox] = Field(max_length=60)


def read_boxes(value: object) -> Iterator[tuple[FoundThing, str]]:
    """What a reply that fits SeenBoxes says, with its own words for the rejects."""
    for one in SeenBoxes.model_validate(value).things:
        sides = (one.left / UNITS, one.top / UNITS, one.right / UNITS, one.bottom / UNITS)
        yield FoundThing(one.name.strip(), *sides), json.dumps(one.model_dump(), ensure_ascii=False)


def fault(
    found: FoundThing, wanted: Sequence[str], smallest: float, largest: float
) -> tuple[str, float | None, float | None]:
    """The reason for which *found* is not taken, what was measured and the limit; an empty reason: it is taken."""
    if wanted and found.label.casefold() not in {one.casefold() for one in wanted}:
        return "not_wanted", None, None
    sides = (found.left, found.top, found.right, found.bottom)
    if min(sides) < 0 or max(sides) > 1:
        return "outside_picture", min(sides) if min(sides) < 0 else max(sides), 0.0 if min(sides) < 0 else 1.0
    if found.left >= found.right or found.top >= found.bottom:
        return "empty_box", None, None
    if found.area < smallest:
        return "box_too_small", round(found.area, 6), smallest
    if found.area > largest:
        return "box_too_large", round(found.area, 6), largest
    return "", None, None
