"""What is true of a sample, as plain values, and which samples are one item."""

from __future__ import annotations

import json
from math import isfinite
from typing import Literal

from ..rules.box_format import BOX_FORMAT, box_format_of
from ..rules.box_overlap import Box
from ..rules.clock import clock_of
from ..rules.solve import rule_of
from ..schemas import Sample
from .reply_parsing import before_boxes, boxes_of, number_of, span_of
from .reply_verdict import TrueAnswer


def true_answer(sample: Sample) -> TrueAnswer:
    """What is true of *sample*, as plain values; an open caption with candidates should say which of them is true."""
    if sample.options:
        yes_no = [option.casefold() for option in sample.options] == ["yes", "no"]
        form: Literal["yes_no", "option"] = "yes_no" if yes_no else "option"
        return TrueAnswer(form, sample.answer, tuple(sample.options), sample.answer_index)
    if "candidates" in sample.params:
        return TrueAnswer("candidate", sample.answer, tuple(json.loads(sample.params["candidates"])))
    if is_order(sample):
        return TrueAnswer("order", sample.answer)
    if (boxes := true_boxes(sample)) or boxes_of(sample.answer):
        return TrueAnswer("boxes", sample.answer, boxes=boxes or None, stretch=_stretch_of_tube(sample))
    family = rule_of(sample.task, sample.params)
    if family is not None and family.times:
        return TrueAnswer(family.times, sample.answer, duration=_length(sample))
    if span_of(sample.answer) is None:
        return TrueAnswer("words", sample.answer)
    return TrueAnswer("stretch", sample.answer, duration=_length(sample))


def true_boxes(sample: Sample) -> dict[float, Box]:
    """The boxes that the answer to *sample* writes, as they stand in its evidence, not rounded: in the unit of its
    words, by the times that these write. Empty where the answer is no box, or boxes are not known to be what it says.
    """
    if BOX_FORMAT not in sample.params or sample.options or not (cited := sample.evidence[:1]):
        return {}
    form, clock = box_format_of(sample.params), clock_of(sample.params, float(sample.params.get("duration", "inf")))
    if len(form.read(sample.answer)) != len(cited[0].boxes):
        return {}
    if len(cited[0].boxes) == 1 and not boxes_of(sample.answer):
        return {0.0: form.sides(cited[0].boxes[0])}
    written = (boxes_of(f"{clock.number(box.time)}: {form.write(box)}") for box in cited[0].boxes)
    return {time: form.sides(box) for one, box in zip(written, cited[0].boxes, strict=True) for time in one}


def _stretch_of_tube(sample: Sample) -> tuple[float, float] | None:
    """The stretch that stands before the boxes in the answer of *sample*, where it is asked for."""
    return span_of(before_boxes(sample.answer)) if sample.params.get("ask") == "tube" else None


def _length(sample: Sample) -> float | None:
    """How long the video of *sample* is, as its answer writes times; None: not known."""
    match sample.params.get("time_format", "seconds"):
        case "percent":
            return 100.0
        case "tokens":
            return float(sample.params["tokens"]) - 1
    known = float(sample.params.get("duration", "inf"))
    return known if isfinite(known) else None


def in_words(sample: Sample) -> bool:
    """Whether the answer to *sample* is in words, so that a judge can tell more than a rule: no option, no stretch,
    no order in numbers."""
    return true_answer(sample).form in ("candidate", "words")


def is_order(sample: Sample) -> bool:
    """Whether the open answer to *sample* is an order in numbers."""
    family = rule_of(sample.task, sample.params)
    return family is not None and family.answers == "order"


def item_key(sample: Sample) -> str:
    """What samples share that are one item in several rotations: the group, the task, when it is asked, the options and
    the right one.

    Other samples of a group are items of their own: one question at several times, or what, when and where.
    """
    if not (sample.group and sample.options):
        return sample.id
    return json.dumps(
        [sample.group, sample.task, sample.seen_end, sample.answer, sorted(sample.options)], ensure_ascii=False
    )


def number_in(sample: Sample) -> float | None:
    """The number that the open answer to *sample* is; None: it is none."""
    return number_of(sample.answer) if not sample.options else None
