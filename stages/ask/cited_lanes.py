"""Of which lanes the lines are that spans rest on: which senses a query takes, for example."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...rules.stretch import merged
from ...schemas import Span
from ..instruct.by_teacher.citations import CitedLine

LANES = "lanes"
"""The attribute of spans that names these lanes."""
BOTH, EITHER = "+", "/"
HALF = 0.5


def name_lanes(spans: Sequence[Span], lines: Iterable[CitedLine], lanes: Sequence[str], *, apart: bool) -> None:
    """Set the attribute ``lanes`` of *spans*, which name in ``of`` those of *lines* that they rest on; *lanes* are in
    the order in which they are named.

    ``seen+heard``: lines of both are cited. With *apart*, spans of the same words are the stretches of one answer, and
    a lane is named only if its lines fill more than half of each of them: of two lanes the lines overlap then in each.
    Where no lane does, but one has some stretches and another others, it is ``seen/heard``.
    """
    known = {line.span: line for line in lines}
    answers: dict[object, list[Span]] = {}
    for span in spans:
        if span.attrs.get("of"):
            answers.setdefault((span.text, span.label) if apart else id(span), []).append(span)
    for stretches in answers.values():
        cited = [[known[key] for key in span.attrs["of"].split() if key in known] for span in stretches]
        named = [lane for lane in lanes if any(line.lane == lane for of in cited for line in of)]
        filling = [lane for lane in named if all(_fills(lane, *one) for one in zip(stretches, cited, strict=True))]
        for span in stretches:
            span.attrs[LANES] = BOTH.join(filling if apart else named) or EITHER.join(named)


def _fills(lane: str, span: Span, cited: Iterable[CitedLine]) -> bool:
    """Whether those of the lines *cited* that are of *lane* fill more than half of *span*."""
    own = merged((line.start, line.end) for line in cited if line.lane == lane)
    filled = sum(end - start for start, end in own)
    return filled > HALF * span.seconds or bool(own and span.seconds == 0)
