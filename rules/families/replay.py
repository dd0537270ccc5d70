"""Questions about a small world, whose answers follow from a replay. The stage world_questions asks them, not tasks."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View


class WorldReplay(Family):
    """What a replay of the moves tells: the state that is shown, and every move, are the evidence."""

    task = "replay"
    kinds = frozenset()

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself asks about the whole play."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """Replay the moves from, or back from, the state that the evidence shows.

        Raises:
            ValueError: the evidence is no such play.
        """
        from ..worlds.inquiries import Inquiry, answer
        from ..worlds.replay_play import played
        from ..worlds.world_words import make_world

        world = make_world(params["world"], int(params["world_size"]))
        play = played(world, evidence, params["shown"])
        right = answer(world, play, Inquiry(params["ask"], params))
        return world.in_words_of(make_world(world.kind, world.size, clock.language.name), right)

    def reworded(self, option: str, params: Mapping[str, str], here: Clock, there: Clock) -> str | None:
        from ..worlds.world_words import make_world

        one, other = (
            make_world(params["world"], int(params["world_size"]), clock.language.name) for clock in (here, there)
        )
        return one.in_words_of(other, option)
