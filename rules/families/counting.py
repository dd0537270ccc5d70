"""Questions about how many occurrences of a category, shots or chapters there are."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import quote
from ..lane_view import View
from ..repetition import are_verbs, repetition

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
        said = _repeated(view)
        groups = [group for group in view.alike(1, MOST) if not said[group[0].key]]
        rng.shuffle(groups)
        once = [group[0].key for group in groups if len(group) == 1]
        dull = set(once[1:])  # "once" is the answer of one question at most
        chosen = [group for group in groups if group[0].key not in dull][:limit]
        return [
            Ask(group, {"q": quote(group[0].text, "label", clock.language)}, {"of": group[0].text}, whole=True)
            for group in chosen
        ]

    def left_out(self, view: View) -> dict[str, str]:
        if view.kind.name != "label":
            return {}
        labels = {item.key: item.text for item in reversed(view.items)}
        found = {}
        for key, words in sorted(_repeated(view).items()):
            if words:
                by_label = repetition(labels[key], verbs=_verbal(view)) == words
                which = "the label itself tells" if by_label else f'an event under it ("{words}") tells'
                found[quote(labels[key], "label")] = f"{which} of several times"
        return found

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return str(len(evidence))


def _verbal(view: View) -> bool:
    return are_verbs({item.text for item in view.items})


def _repeated(view: View) -> dict[str, str]:
    """For each label of *view* the words by which an item of it tells of several times; empty where none does."""
    verbs, found = _verbal(view), dict[str, str]()
    for item in view.items:
        found[item.key] = found.get(item.key) or repetition(item.text, item.told, verbs=verbs)
    return found
