"""Questions about how many occurrences of a category, shots or chapters there are."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import quote
from ..lane_view import LaneItem, View

MOST = 50
"""The most spans that one answer cites: nobody counts more."""


class Counting(Family):
    """The number of spans with one label, or of all spans of the lane."""

    task = "counting"
    kinds = frozenset({"label", "shot", "title"})
    answers = "count"
    phrasings = (
        "How many times does {q} occur in the video?",
        "Count how often {q} comes up.",
        "How often is {q} found in the video?",
        "In how many separate stretches of the video is there {q}?",
        "Give the number of times that {q} is found in the video.",
        "Count the occurrences of {q}.",
    )
    instead: ClassVar[Phrasings] = {
        "all": (
            "How many {many} does the video have?",
            "Count the {many} of the video.",
            "Into how many {many} is the video divided?",
            "How many {many} is this video made of?",
            "Give the number of {many} in the video.",
            "Of how many {many} does the video consist?",
        )
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        if view.kind.name != "label":
            return [Ask(view.items, {}, {"of": "all"}, "all", whole=True)] if 2 <= len(view) <= MOST else []
        groups: dict[str, list[LaneItem]] = {}
        for item in view.items:
            groups.setdefault(item.key, []).append(item)
        keys = [
            key
            for key, group in groups.items()
            if key
            and len(group) <= MOST
            and not any(key != other and (key in other or other in key) for other in groups)
        ]
        rng.shuffle(keys)
        once = [key for key in keys if len(groups[key]) == 1]
        dull = set(once[1:])  # "once" is the answer of one question at most
        chosen = [groups[key] for key in keys if key not in dull][:limit]
        return [Ask(group, {"q": quote(group[0].text, "label")}, {"of": group[0].text}, whole=True) for group in chosen]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return str(len(evidence))
