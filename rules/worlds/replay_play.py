"""The play that spans of lanes tell: moves in words, and a state in words that they start from or lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .world import Play, World, follow, trace_back

MOVES, STATES = "moves", "states"
"""The lanes of a world's video: one span for each move, and one for each state between them."""


class ToldSpan(Protocol):
    """A piece of evidence, or anything with its fields."""

    start: float
    lane: str
    text: str


def played(world: World, told: Sequence[ToldSpan], shown: str) -> Play:
    """The play of *world* that is *told*: every move in order of time, from the first state, or back from the last one.

    *shown*: ``end`` where the state after the last move is known; else that before the first one.

    Raises:
        ValueError: no state is told, or the moves cannot be made from it.
    """
    moves = [world.read_move(one.text) for one in sorted(told, key=lambda one: one.start) if one.lane == MOVES]
    states = [one for one in sorted(told, key=lambda one: one.start) if one.lane == STATES]
    if not states:
        raise ValueError("no state is shown that the moves could be replayed from")
    if shown == "end":
        return trace_back(world, world.read(states[-1].text), moves)
    return follow(world, world.read(states[0].text), moves)
