"""Questions about how many occurrences of a category, shots or chapters there are."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import quote
from ..lane_view import LaneItem, View
from ..repetition import repetition

MOST = 50
"""The most spans that one answer cites: nobody counts more."""


class Counting(Family):
    """The number of spans with one label, or of all spans of the lane.

    A label is not counted where an event under it tells of several times of its own (``blinks three times``): then the
    number of spans is not the number of times.
    """

    task = "counting"
    kinds = frozenset({"label", "shot", "title"})
    answers = "count"
    phrasings = (
        "How many times does {q} occur in the video?",
        "Count how often {q} comes up.",
        "How many separate events of the kind {q} does the video have?",
        "How many separate parts of the video can be labelled {q}?",
        "Give the number of times that {q} occurs in the video.",
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
        groups = _groups(view)
        keys = [
            key
            for key, group in groups.items()
            if key
            and not _repeats(group)
            and len(group) <= MOST
            and not any(key != other and (key in other or other in key) for other in groups)
        ]
        rng.shuffle(keys)
        once = [key for key in keys if len(groups[key]) == 1]
        dull = set(once[1:])  # "once" is the answer of one question at most
        chosen = [groups[key] for key in keys if key not in dull][:limit]
        return [Ask(group, {"q": quote(group[0].text, "label")}, {"of": group[0].text}, whole=True) for group in chosen]

    def left_out(self, view: View) -> dict[str, str]:
        if view.kind.name != "label":
            return {}
        said = {quote(group[0].text, "label"): _repeats(group) for group in _groups(view).values()}
        return {label: f'an event under it tells of several times: "{words}"' for label, words in said.items() if words}

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return str(len(evidence))


def _groups(view: View) -> dict[str, list[LaneItem]]:
    """The items of *view* by their words."""
    groups: dict[str, list[LaneItem]] = {}
    for item in view.items:
        groups.setdefault(item.key, []).append(item)
    return groups


def _repeats(group: list[LaneItem]) -> str:
    """The words by which an item of *group* tells of several times; empty where none does."""
    return next(filter(None, (repetition(item.text, item.told) for item in group)), "")
