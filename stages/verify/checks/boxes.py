"""Do the boxes that an answer rests on lie in the picture, and are they those of what it cites?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.box_format import BOX_FORMAT, box_format_of, outside
from ....schemas import Box, Evidence, Sample
from ..finding import PASS, Facts, Finding, failure
from .check import RuleCheck

NEAR = 0.0005
"""The share of the picture by which a side may differ from that of its span, which is kept with six places."""


class BoxesCheck(RuleCheck):
    """``outside_picture``: a box of the evidence, or in the words, leaves the picture or has no area.
    ``unknown_box``: a box that is cited is none of its span, or lies outside of the cited time.
    """

    name = "boxes"
    position = 25
    reasons: ClassVar = {"outside_picture": "drop", "unknown_box": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        cited = [(item, box) for item in sample.evidence for box in item.boxes]
        if not cited and BOX_FORMAT not in sample.params:
            return None
        for item, box in cited:
            if outside([_sides(box)], 0.0):
                return failure("outside_picture", f"{item.lane} at {box.time:g} s: {_told(box)}")
            if not item.start - 1e-6 <= box.time <= item.end + 1e-6:
                return failure("unknown_box", f"a box at {box.time:g} s, of {item.start:g}-{item.end:g} s", box.time)
            if (fault := _strange(item, box, facts)) is not None:
                return fault
        if BOX_FORMAT in sample.params:
            try:
                form = box_format_of(sample.params)
                words = [sample.question, sample.answer, *sample.options]
                wrong = outside(box for text in words for box in form.read(text))
            except (ValueError, ZeroDivisionError) as error:
                return failure("unknown_box", f"its boxes cannot be read: {error}")
            if wrong:
                return failure("outside_picture", f"its words hold the box {tuple(round(one, 3) for one in wrong[0])}")
        return PASS


def _strange(item: Evidence, box: Box, facts: Facts) -> Finding | None:
    """What is wrong with *box*, which *item* cites: its span has none like it."""
    span = facts.span(item.lane, item.span)
    if span is None:
        return None  # which the check evidence says
    there = next((one for one in span.boxes if abs(one.time - box.time) < 1e-3), None)
    if there is None:
        return failure("unknown_box", f"{item.lane} at {span.start:g} s has no box at {box.time:g} s", box.time)
    apart = max(abs(one - two) for one, two in zip(_sides(there), _sides(box), strict=True))
    if apart > NEAR:
        detail = f"{item.lane} at {box.time:g} s is in {_told(there)}, cited as {_told(box)}"
        return failure("unknown_box", detail, round(apart, 6), NEAR)
    return None


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _told(box: Box) -> str:
    return ", ".join(f"{side:.3f}" for side in _sides(box))
