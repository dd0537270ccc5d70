"""What a reply is beside the truth, by rule and from plain values: right, wrong, empty or unreadable.

Nothing here knows samples, so that a copy of this code judges in the harnesses of others (``export/harness``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ..rules.box_overlap import Box
from ..rules.stretch import iou
from .measures import keyframes, order_places, shared, tube_iou, video_iou
from .reply_parsing import (
    before_boxes,
    box_of,
    boxes_of,
    option_of,
    order_of,
    plain,
    span_of,
    spans_of,
    times_of,
    without_thinking,
    yes_or_no,
)

ENOUGH = 0.5
"""IoU from which a stretch of time, several of them or boxes are right; F1 from which moments are."""


class TrueAnswer(NamedTuple):
    """What is true, and what a reply must therefore say."""

    form: Literal["option", "yes_no", "candidate", "order", "stretch", "stretches", "moments", "boxes", "words"]
    """One of the options by letter or text; yes or no; one of the options by its text, which were not shown with
    letters; an order in numbers; a start and an end; several of these; points of time; a box at each of several times;
    or the words of the answer."""
    answer: str
    options: Sequence[str] = ()
    place: int | None = None
    """The place of the right option."""
    duration: float | None = None
    """How long the video is, in the unit of the times of the answer."""
    boxes: Mapping[float, Box] | None = None
    """Of boxes: where they are, more exactly than the answer writes it, by the times that the answer writes."""
    stretch: tuple[float, float] | None = None
    """Of boxes: from when to when, in the unit of the answer, where that is asked for too."""


class ReplyVerdict(NamedTuple):
    """How one reply was."""

    status: Literal["right", "wrong", "empty", "unreadable"]
    iou: float | None = None
    """Of a stretch of time with the true one, of several as one answer, or of boxes (the mean over the true times)."""
    places: tuple[bool, ...] = ()
    """Of an order in numbers: whether each place is right."""
    grade: float | None = None
    """Of a scorer's reply: the grade as a share."""
    number: float | None = None
    """Of a rating: the number that was said."""
    covered: tuple[float, float] | None = None
    """Of several stretches as one answer: precision and recall."""
    near: tuple[float, float] | None = None
    """Of moments: precision and recall."""
    tube: tuple[float, float, float] | None = None
    """Of boxes with a stretch of time: the IoU of the stretch, of boxes at common times, and of all boxes together."""


def judge_reply(true: TrueAnswer, reply: str) -> ReplyVerdict:
    """How *reply* answers what *true* is the answer to."""
    if not without_thinking(reply):
        return ReplyVerdict("empty")
    if true.form == "yes_no":
        told = yes_or_no(reply)
        return _verdict(None if told is None else told == true.answer.casefold())
    if true.form in ("option", "candidate"):
        place = option_of(reply, true.options)
        if place is None:
            return ReplyVerdict("unreadable")
        return _verdict(place == true.place if true.form == "option" else true.options[place] == true.answer)
    if true.form == "order":
        said = order_of(reply)
        places = order_places(said, order_of(true.answer))
        return ReplyVerdict(_verdict(all(places) if said else None).status, places=places)
    if true.form == "stretch":
        stretch, wanted = span_of(reply), span_of(true.answer)
        shared = 0.0 if stretch is None or wanted is None else iou(stretch, wanted)
        return ReplyVerdict(_verdict(None if stretch is None else shared >= ENOUGH).status, shared)
    if true.form == "stretches":
        return stretches_verdict(spans_of(reply), true)
    if true.form == "moments":
        return moments_verdict(times_of(reply), true)
    if true.form == "boxes":
        return boxes_verdict(reply, true)
    return _verdict(is_answer(reply, true.answer))


def stretches_verdict(said: Sequence[tuple[float, float]], true: TrueAnswer) -> ReplyVerdict:
    """The verdict on the stretches *said* as one answer."""
    overlap, *covered = shared(said, spans_of(true.answer))
    status = _verdict(overlap >= ENOUGH if said else None).status
    return ReplyVerdict(status, overlap, covered=(covered[0], covered[1]))


def boxes_verdict(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """The verdict on the boxes of *reply*; where one is asked for, the time of it need not be said."""
    wanted = true.boxes or boxes_of(true.answer)
    if not wanted and (only := box_of(true.answer)) is not None:
        wanted = {0.0: only}
    boxes = boxes_of(reply)
    if len(wanted) == 1 and not wanted.keys() & boxes.keys() and (lone := box_of(reply)) is not None:
        boxes = dict.fromkeys(wanted, lone) if len(boxes) < 2 else boxes
    overlap = video_iou(boxes, wanted)
    tube = None
    if true.stretch is not None:
        stretch = span_of(before_boxes(reply))
        tube = (iou(stretch, true.stretch) if stretch else 0.0, *tube_iou(boxes, wanted))
    return ReplyVerdict(_verdict(overlap >= ENOUGH if boxes else None).status, overlap, tube=tube)


def moments_verdict(said: Sequence[float], true: TrueAnswer) -> ReplyVerdict:
    """The verdict on the moments *said*."""
    precision, recall, both = keyframes(said, times_of(true.answer))
    return ReplyVerdict(_verdict(both >= ENOUGH if said else None).status, near=(precision, recall))


def is_answer(reply: str, answer: str) -> bool:
    """Whether an open *reply* is *answer*, or a sentence around it, by its words."""
    words, wanted = plain(without_thinking(reply)), plain(answer)
    return bool(wanted) and f" {wanted} " in f" {words} "


def _verdict(right: bool | None) -> ReplyVerdict:
    """None: it could not be told what the reply says."""
    return ReplyVerdict("unreadable" if right is None else "right" if right else "wrong")
