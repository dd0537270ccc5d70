"""Numbers of cities that were hidden in a text. The stage magic_numbers asks for them, not tasks."""

from __future__ import annotations

import json
from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View
from ..lazy_pattern import lazy

HIDDEN = "The magic number for {city} is {number}."
"""The sentence that is hidden."""
_READ = lazy(r"\bmagic number for (.+?) is (\d+)")


class HiddenNumber(Family):
    """The numbers of the cities that the parameter ``cities`` lists, as the sentences that are the evidence say."""

    task = "magic_number"
    kinds = frozenset()

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage that hides the sentences asks for them."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """The number, or ``Oslo: 1234567; Lima: 7654321`` where several are asked for.

        Raises:
            KeyError: no evidence tells of one of the cities.
        """
        told: dict[str, str] = {found[1]: found[2] for item in evidence if (found := _READ.search(item.text))}
        cities: list[str] = json.loads(params["cities"])
        if len(cities) == 1:
            return told[cities[0]]
        return "; ".join(f"{city}: {told[city]}" for city in cities)
