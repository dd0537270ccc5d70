"""A room as spans or pieces of evidence tell it: boxes, poses and an area, each by the form of its words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from .solids import AREA, AT, read_area, read_camera, read_solid
from .spatial_answers import SightedSolid, Surroundings


class ToldPart(Protocol):
    """A piece of evidence, or anything with its fields."""

    start: float
    text: str


def told_room(told: Iterable[ToldPart]) -> Surroundings:
    """The room that is *told*; what it is follows from the words: ``at`` of a camera, ``area`` of the room.

    Raises:
        ValueError: a text tells none of these.
    """
    objects, cameras, area = [], [], 0.0
    for one in told:
        kind = next(iter(one.text.partition("|")[2].split()), "")
        if kind == AREA:
            area = read_area(one.text)
        elif kind == AT:
            cameras.append(read_camera(one.text, one.start))
        else:
            objects.append(SightedSolid(read_solid(one.text), one.start))
    return Surroundings(objects, sorted(cameras, key=lambda one: one.time), area)
