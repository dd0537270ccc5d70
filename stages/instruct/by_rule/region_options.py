"""Wrong options of questions about regions: other places, other objects, other ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ....rules.box_format import BoxFormat
from ....rules.box_overlap import box_iou
from ....rules.lane_kinds import fold
from ....rules.movement import STAYS, WAYS
from ....schemas import Box, Span
from .region_asks import RegionAsk

MAX_IOU = 0.3
"""The most that two boxes among the options may have in common."""
OPTIONAL = frozenset({"box", "what", "movement"})
"""The forms of answers that can be options."""


def wrong_options(
    ask: RegionAsk, spans: Sequence[Span], form: BoxFormat, count: int, rng: Random, said: Mapping[str, str]
) -> list[str]:
    """At most *count* wrong answers to *ask*: boxes of the same and of other objects that hardly share anything with
    the right one and with one another, other names, or other ways, which *said* has in the language of *ask*."""
    if ask.form == "movement":
        return [said.get(way, way) for way in rng.sample([*WAYS, STAYS], len(WAYS) + 1)]
    if ask.form == "what":
        names = {fold(one.label): one.label for one in spans if one.label}
        names.pop(fold(ask.text), None)
        fit = [name for key, name in names.items() if key not in fold(ask.text) and fold(ask.text) not in key]
        return rng.sample(fit, min(count, len(fit)))
    taken = [ask.boxes[0]]
    for box in _places(ask, spans, rng):
        if len(taken) > count:
            break
        if all(box_iou(_sides(box), _sides(one)) <= MAX_IOU for one in taken):
            taken.append(box)
    return [form.write(box) for box in taken[1:]]


def _places(ask: RegionAsk, spans: Sequence[Span], rng: Random) -> Iterator[Box]:
    """Where the object is at other times, where others are, and where it never is."""
    right = ask.boxes[0]  # of all its places, also of those to come: else the right one would lie at one end of them
    own = [box for one in spans if one.id == ask.span.id for box in one.boxes if box is not right]
    others = [box for one in spans if one.id != ask.span.id for box in one.boxes]
    for some in (own, others):
        yield from rng.sample(some, len(some))
    width, height = right.right - right.left, right.bottom - right.top
    for _ in range(40):
        left, top = rng.random() * (1 - width), rng.random() * (1 - height)
        yield Box(right.time, left, top, left + width, top + height)


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
