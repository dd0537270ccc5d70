"""Small programs over facts, in the operations of STAIR, and the trace of a run: what every step gives.

A program is a nested list, ``["Exists", "cup", ["Filter", ["Video"], "person", "holding"]]``. What the facts do not say
for sure (an action that is done twice, two things that come first at once, a moment at the edge), or do not speak of at
all, has no answer: no step rests on what was not noted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import GraphFact

Program = Any
"""A list with an operation and its arguments, each a program or a word."""
Facts = tuple[GraphFact, ...]
Stretch = tuple[float, float]
"""Start and end, seconds; the end may be infinite."""
Value = Facts | Stretch | str | int | bool

APART = 0.5
"""Seconds by which two times or lengths must differ for one to be the earlier or the longer one, and for which
something must go on in a stretch to be in it."""


class Unsure(ValueError):
    """The facts give no sure answer; the text says why."""


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """One operation of a run: its *place* in the program (the operations counted as they are written), and what it
    gave."""

    place: int
    op: str
    words: tuple[str, ...]
    """The words among its arguments."""
    value: Value

    @property
    def facts(self) -> Facts:
        """The facts that it gave, if it gives some."""
        given = self.value if isinstance(self.value, tuple) else ()
        return tuple(one for one in given if isinstance(one, GraphFact))

    def plain(self) -> dict[str, Any]:
        """The step as JSON types: facts by the ids of their spans."""
        told: Any = self.value
        if self.facts:
            told = [fact.span for fact in self.facts]
        elif isinstance(self.value, tuple):
            told = [None if isinstance(edge, float) and math.isinf(edge) else edge for edge in self.value]
        return {"step": self.place, "op": self.op, "words": list(self.words), "value": told}


def run_program(program: Program, facts: Facts) -> tuple[str, list[ProgramStep]]:
    """The answer that *program* gives of *facts*, and its steps in the order in which they are taken.

    Raises:
        Unsure: the facts give none.
        ValueError: it is no program.
    """
    steps: list[ProgramStep] = []
    places = iter(range(10_000))

    def value_of(node: Program) -> Value:
        if isinstance(node, str):
            return node
        if not isinstance(node, list) or not node or node[0] not in OPERATIONS:
            raise ValueError(f"{node!r} is no step of a program: there are {', '.join(OPERATIONS)}")
        place, (op, *rest) = next(places), node
        given = [value_of(one) for one in rest]
        try:
            value = OPERATIONS[op](facts, *given)
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError(f"{op} cannot be given this: {error}") from None
        if op != "Video":
            steps.append(ProgramStep(place, op, tuple(one for one in rest if isinstance(one, str)), value))
        return value

    return said(value_of(program)), steps


def said(value: Value) -> str:
    """*value* as an answer.

    Raises:
        Unsure: it is no single word, number or truth.
    """
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str | int):
        return str(value)
    raise Unsure("the program ends with several things")


def _video(facts: Facts) -> Stretch:
    return 0.0, math.inf


def _localize(facts: Facts, who: str, action: str) -> Facts:
    found = tuple(one for one in facts if one.is_action and one.who == who and one.thing == action)
    if len(found) != 1:
        raise Unsure(f"{who} | {action}: {len(found)} times")
    return found


def _temporal(facts: Facts, mode: str, event: Facts) -> Stretch:
    (one,) = event
    if mode == "while":
        return one.start, one.end
    stretch = {"before": (0.0, one.start), "after": (one.end, math.inf)}[mode]
    if stretch[1] - stretch[0] < APART:
        raise Unsure(f"there is no time {mode} {one.thing}")
    return stretch


def _filter(facts: Facts, within: Stretch, who: str, relation: str) -> Facts:
    found = tuple(one for one in facts if one.who == who and one.relation == relation and _is_in(one, within))
    if not found:
        raise Unsure(f"{who} | {relation}: nothing")
    return found


def _is_in(fact: GraphFact, within: Stretch) -> bool:
    start, end = within
    if start <= fact.start and fact.end <= end:
        return True
    both = min(fact.end, end) - max(fact.start, start)
    if 0 < both < APART:
        raise Unsure(f"{fact.relation} | {fact.thing} goes on for {both:.2f} s of the stretch")
    return both >= APART


def _exists(facts: Facts, thing: str, among: Facts) -> bool:
    return any(one.thing == thing for one in among)


def _count(facts: Facts, among: Facts) -> int:
    return len({one.thing for one in among})


def _query(facts: Facts, among: Facts) -> str:
    things = {one.thing for one in among}
    if len(things) != 1:
        raise Unsure(f"{len(things)} things, not one")
    return things.pop()


def _superlative(facts: Facts, which: str, among: Facts, by: str) -> Facts:
    """The first (min start), the last (max end), the longest or the shortest of *among*."""
    keys: dict[str, Callable[[GraphFact], float]] = {
        "start": lambda one: one.start,
        "end": lambda one: one.end,
        "length": lambda one: sum(other.seconds for other in among if other.thing == one.thing),
    }
    sign, key = {"min": 1, "max": -1}[which], keys[by]
    ordered = sorted(among, key=lambda one: sign * key(one))
    others = [one for one in ordered if one.thing != ordered[0].thing]
    if not others:
        raise Unsure("there is nothing else")
    if abs(key(others[0]) - key(ordered[0])) < APART:
        raise Unsure(f"{others[0].thing} and {ordered[0].thing} are too near to one another")
    if by == "end" and any(one.start > ordered[0].start for one in others):
        raise Unsure(f"{ordered[0].thing} ends last, and something else begins later")
    return (ordered[0],)


def _choose(facts: Facts, one: str, other: str, among: Facts) -> str:
    there = [thing for thing in (one, other) if _exists(facts, thing, among)]
    if len(there) != 1:
        raise Unsure(f"{len(there)} of the two are there")
    return there[0]


def _compare(facts: Facts, by: str, one: Facts, other: Facts) -> str:
    """Which of two actions begins first, or goes on longer."""
    (first,), (second,) = one, other
    a, b = (first.start, second.start) if by == "start" else (second.seconds, first.seconds)
    if abs(a - b) < APART:
        raise Unsure(f"{first.thing} and {second.thing} are too near to one another")
    return first.thing if a < b else second.thing


OPERATIONS: Mapping[str, Callable[..., Value]] = {
    "Video": _video,
    "Localize": _localize,
    "Temporal": _temporal,
    "Filter": _filter,
    "Exists": _exists,
    "Count": _count,
    "Query": _query,
    "Superlative": _superlative,
    "Choose": _choose,
    "Compare": _compare,
    "And": lambda facts, one, other: bool(one and other),
    "Xor": lambda facts, one, other: one != other,
    "Equals": lambda facts, one, other: one == other,
}
"""The operations by name. Video: all of its time; Localize: when an action is done; Temporal: the time before, after or
while; Filter: what is in a relation then; Exists, Count, Query: whether, how many, what; Superlative: the first, last,
longest or shortest; Choose: which of two; Compare: which of two actions is earlier or longer."""


def cited(steps: Sequence[ProgramStep], facts: Facts) -> Facts:
    """Those of *facts* that *steps* found, on which the answer rests."""
    wanted = {fact for step in steps for fact in step.facts}
    return tuple(fact for fact in facts if fact in wanted)
