"""What a scene graph says of a video, as facts that programs filter and compare: read from the words of spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

BAR = "|"
"""What stands between the parts of a fact: ``person | holding | cup``, ``person | opening a door``."""
ACTIONS = "actions"
"""The relation of what somebody does."""


@dataclass(frozen=True, slots=True)
class GraphFact:
    """Between *start* and *end* (seconds), *who* stands in the *relation* to the *thing*, or does it (``ACTIONS``)."""

    start: float
    end: float
    who: str
    relation: str
    thing: str
    span: str = ""
    """The id of the span that says so."""

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def is_action(self) -> bool:
        return self.relation == ACTIONS

    def plain(self) -> list[Any]:
        """The fact as JSON types, for ``of_plain``."""
        return [self.start, self.end, self.who, self.relation, self.thing, self.span]


class SaidFact(Protocol):
    """A piece of evidence, or anything with its fields."""

    start: float
    end: float
    text: str
    span: str


def of_plain(rows: Iterable[list[Any]]) -> tuple[GraphFact, ...]:
    """The facts that ``plain`` wrote."""
    return tuple(GraphFact(*row) for row in rows)


def read_fact(text: str) -> tuple[str, str, str]:
    """Who, the relation and the thing of a fact in words.

    Raises:
        ValueError: it has neither two parts nor three, or an empty one.
    """
    parts = [" ".join(part.split()) for part in text.split(BAR)]
    if len(parts) not in (2, 3) or not all(parts):
        raise ValueError(f"{text!r} is no fact: write `person | holding | cup`, or `person | opening a door`")
    return (parts[0], ACTIONS, parts[1]) if len(parts) == 2 else (parts[0], parts[1], parts[2])


def facts_of(said: Iterable[SaidFact]) -> tuple[GraphFact, ...]:
    """The facts that are *said*, in order of time.

    Raises:
        ValueError: a text is no fact.
    """
    found = [GraphFact(one.start, one.end, *read_fact(one.text), one.span) for one in said]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.who, one.relation, one.thing)))
