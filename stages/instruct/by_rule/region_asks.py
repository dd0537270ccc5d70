"""What is asked about the boxes of one object: what the question tells, and the boxes that the answer rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal, Unpack

from ....rules.box_format import BoxFormat
from ....rules.box_overlap import box_iou
from ....rules.clock import Clock, opened
from ....rules.language_words import RegionWords
from ....rules.movement import farthest, movement
from ....rules.track_lines import each, missing, nearest, spread
from ....schemas import Box, Span
from ....schemas.timeline import Measured
from .region_names import ObjectNames, gapped

RegionTask = Literal[
    "spatial_grounding",
    "spatial_video_grounding",
    "tube",
    "tracking",
    "event_in_region",
    "region_name",
    "movement",
    "position_ago",
    "chain",
]
Part = Literal["what", "when", "where"]
APART = 0.5
"""The IoU from which two objects are in one box, so that nothing tells which of them is meant."""
MOVED = 0.7
"""The IoU from which an object is still where it was."""
LIVE: frozenset[RegionTask] = frozenset({"spatial_grounding", "region_name", "movement", "position_ago"})
"""The tasks that can be asked at times of the video, about what is there then."""


class NoQuestion(Exception):
    """A question cannot be asked of an object; the text says why, for people. With a *reason* (snake_case) it is one
    more reject, of what was *measured*."""

    def __init__(self, why: str, reason: str = "", **measured: Unpack[Measured]) -> None:
        super().__init__(why)
        self.reason, self.measured = reason, measured


@dataclass(slots=True)
class RegionAsk:
    """One question before it is worded."""

    task: str
    wording: str
    """The key of its phrasings."""
    form: str
    """What the answer is: the parameter ``ask`` of the family."""
    span: Span
    boxes: list[Box]
    """Those that the answer rests on."""
    slots: dict[str, str]
    text: str = ""
    """What of the span the answer rests on; empty: its words."""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegionAsker:
    """Asks about the objects of one lane."""

    names: ObjectNames
    clock: Clock
    form: BoxFormat
    every: float
    """Seconds from one box to the next."""
    count: int | None
    """So many boxes instead, spread over the object's."""
    ago: Sequence[float]
    least: float
    """The share of the picture by which an object must move to be tracked."""
    rng: Random

    def ask(self, task: RegionTask, span: Span) -> RegionAsk:
        """The question of *task* about *span*, in the whole video.

        Raises:
            NoQuestion: there is none.
        """
        return {
            "spatial_grounding": self._where,
            "spatial_video_grounding": self._where_all,
            "tube": self._tube,
            "tracking": self._track,
            "event_in_region": self._rest,
            "region_name": self._name,
            "movement": self._movement,
        }[task](span)

    def ask_at(self, task: RegionTask, span: Span, time: float) -> Iterator[RegionAsk]:
        """The questions of *task* about *span*, of which nothing after *time* is known.

        Raises:
            NoQuestion: there is none.
        """
        if task in ("spatial_grounding", "region_name"):
            box = nearest(span.boxes, time, 0.5)
            if box is None or box.time > time + 1e-6:
                raise NoQuestion("it has no box at the time of the question")
            yield self._where(span, box) if task == "spatial_grounding" else self._name(span, box)
            return
        for ago in self.ago:
            name = _known(self.names.at(span, time - ago, time))
            told = {"it": name, "ago": self._words.length(ago)}
            if task == "movement":
                boxes = [box for box in span.boxes if time - ago - 0.1 <= box.time <= time]
                if time < ago or len(boxes) < 2 or boxes[-1].time - boxes[0].time < ago / 2:
                    continue  # there was nothing to be seen so long ago, or not of this
                yield RegionAsk(task, "movement_now", "movement", span, _clear(boxes), told)
                continue
            then, now = nearest(span.boxes, time - ago), nearest(span.boxes, time, 0.5)
            if then is None or (now is not None and box_iou(_sides(then), _sides(now)) >= MOVED):
                continue  # nobody would have to remember anything
            yield RegionAsk(task, task, "box", span, [then], told)

    def chain(self, span: Span, order: Sequence[Part], shared: bool) -> list[RegionAsk]:
        """The questions of a chain about *span* in *order*, each of which tells what those before it asked for.

        *shared*: the first question is the same in all orders.

        Raises:
            NoQuestion: one of them cannot be asked.
        """
        known: list[Part] = []
        made = []
        makers: dict[Part, Callable[[Span, Sequence[Part]], RegionAsk]] = {
            "what": self._chain_what,
            "when": self._chain_when,
            "where": self._chain_where,
        }
        for part in order:
            one = makers[part](span, known)
            if known or not shared:
                one.params["chain"] = "_".join(order)
            made.append(one)
            known.append(part)
        return made

    # Single questions.

    def _where(self, span: Span, box: Box | None = None) -> RegionAsk:
        live, box = box is not None, box or self._some(span)
        name = _known(self.names.at(span, box.time, box.time))
        wording = "spatial_grounding_now" if live else "spatial_grounding"
        return RegionAsk("spatial_grounding", wording, "box", span, [box], {"it": name, **self._at(box)})

    def _name(self, span: Span, box: Box | None = None) -> RegionAsk:
        live, box = box is not None, box or self._some(span)
        if not span.label:
            raise NoQuestion("it has no name")
        self._alone(span, box)
        told = {"box": self.form.write(box), **self._at(box)}
        wording = "region_name_now" if live else "region_name"
        return RegionAsk("region_name", wording, "what", span, [box], told, text=span.label)

    def _where_all(self, span: Span) -> RegionAsk:
        boxes, when = self._boxes(span), self._when(span)
        told = {"it": _known(self.names.at(span, span.start, span.end)), "times": self._times(boxes), **when}
        return RegionAsk("spatial_video_grounding", "spatial_video_grounding", "boxes", span, boxes, told)

    def _tube(self, span: Span) -> RegionAsk:
        told = {"it": _known(self.names.whole(span)), "each": self._each}
        return RegionAsk("tube", "tube", "tube", span, self._boxes(span, by_seconds=True), told)

    def _track(self, span: Span) -> RegionAsk:
        first = span.boxes[0]
        boxes = [box for box in self._boxes(span) if box.time > first.time]
        if not boxes:
            raise NoQuestion("it has one box only")
        if (moved := farthest(span.boxes)) < self.least:
            raise NoQuestion("it hardly moves", "hardly_moves", value=round(moved, 4), threshold=self.least)
        told = {
            "it": self.names.called(span.label) if span.label else self._words.something,
            "box": self.form.write(first),
        }
        told |= {"times": self._times(boxes), **self._at(first)}
        self._alone(span, first)
        return RegionAsk("tracking", "tracking", "boxes", span, boxes, told)

    def _rest(self, span: Span) -> RegionAsk:
        if not span.text:
            raise NoQuestion("nothing is told of it")
        first = nearest(span.boxes, span.start, 0.5)
        if first is None:
            raise NoQuestion("it has no box where it begins")
        self._alone(span, first)
        told = {"box": self.form.write(first), "each": self._each, **self._at(replace(first, time=span.start))}
        boxes = self._boxes(span, by_seconds=True)
        return RegionAsk("event_in_region", "event_in_region", "rest", span, boxes, told, text=span.text)

    def _movement(self, span: Span) -> RegionAsk:
        told = {"it": _known(self.names.at(span, span.start, span.end)), **self._when(span)}
        if len(span.boxes) < 2:
            raise NoQuestion("it has one box only")
        return RegionAsk("movement", "movement", "movement", span, _clear(span.boxes), told)

    # Chains.

    def _chain_what(self, span: Span, known: Sequence[Part]) -> RegionAsk:
        if "where" in known:
            asked = self._name(span, self._boxes(span)[0])
            return replace(asked, task="chain_what", wording="chain_what_where")
        asked_by_people, answer = span.attrs.get("question", ""), span.attrs.get("answer", "") or span.label or ""
        if asked_by_people and answer:
            return RegionAsk("chain_what", "", "what", span, [], {"asked": asked_by_people}, text=answer)
        gap = gapped(span)
        if gap is None:
            raise NoQuestion("its text does not hold its name, and it has no question of people (attribute question)")
        if any(gapped(one) == gap and one.label != span.label for one in self.names.spans):
            raise NoQuestion("the same is told of something else")
        told = {"gap": gap, **self._when(span)}
        wording = "chain_what_when" if "when" in known else "chain_what"
        return RegionAsk("chain_what", wording, "what", span, [], told, text=span.label or "")

    def _chain_when(self, span: Span, known: Sequence[Part]) -> RegionAsk:
        told = {"event": self._event(span), "it": self._it(span)}
        if "where" not in known:
            return RegionAsk("chain_when", "chain_when", "when", span, [], told)
        boxes = self._boxes(span)
        if len(boxes) < 2:
            raise NoQuestion("it has one box only")
        told["boxes"] = self.clock.language.answers.comma.join(self.form.write(box) for box in boxes)
        return RegionAsk("chain_when", "chain_when_where", "when", span, boxes, told)

    def _chain_where(self, span: Span, known: Sequence[Part]) -> RegionAsk:
        boxes = self._boxes(span, by_seconds="when" not in known)
        if len(boxes) < 2:
            raise NoQuestion("it has one box only")
        told = {"event": self._event(span), "it": self._it(span), "times": self._times(boxes), **self._when(span)}
        told |= {"count": self._words.boxes(len(boxes)), "each": self._each}
        wording = "chain_where_when" if "when" in known else "chain_where"
        return RegionAsk("chain_where", wording, "boxes", span, boxes, told)

    def _event(self, span: Span) -> str:
        return _known(self.names.event(span), "nothing is told of it, or the same of several stretches")

    def _it(self, span: Span) -> str:
        if not span.label:
            raise NoQuestion("it has no name")
        return self.names.called(span.label)

    # What questions tell.

    def _boxes(self, span: Span, *, by_seconds: bool = False) -> list[Box]:
        """The boxes that an answer lists. *by_seconds*: the question does not list their times."""
        if self.count is not None and not by_seconds:
            if found := spread(span.boxes, self.count):
                return found
            raise NoQuestion("its boxes are at no even steps of time", "uneven_boxes", value=len(span.boxes))
        boxes = each(span.boxes, span.start, span.end, self.every)
        if not boxes:
            raise NoQuestion(f"it has no box at a multiple of {self.every:g} s")
        if by_seconds and (lacks := missing(span.boxes, span.start, span.end, self.every)):
            why = f"it lacks a box at a multiple of {self.every:g} s"
            raise NoQuestion(why, "boxes_missing", value=lacks, threshold=0)
        return boxes

    def _some(self, span: Span) -> Box:
        """One of its boxes, at a time that is written as it is."""
        step = self.clock.resolution
        exact = [box for box in span.boxes if abs(self.clock.parse(self.clock.number(box.time)) - box.time) <= step / 4]
        return self.rng.choice(exact or span.boxes)

    def _alone(self, span: Span, box: Box) -> None:
        """Make sure that no other object is in *box* at its time.

        Raises:
            NoQuestion: there is one.
        """
        for other in self.names.spans:
            beside = nearest(other.boxes, box.time, 0.5) if other is not span else None
            if beside is not None and box_iou(_sides(beside), _sides(box)) > APART:
                raise NoQuestion("another object is in its box")

    def _at(self, box: Box) -> dict[str, str]:
        time = self.clock.when(box.time, box.time)
        return {"time": time, "time_cap": opened(time)}

    def _when(self, span: Span) -> dict[str, str]:
        when = self.clock.when(span.start, span.end)
        return {"when": when, "when_cap": opened(when)}

    def _times(self, boxes: Sequence[Box]) -> str:
        told = self.clock.when_all([box.time for box in boxes])
        return told[:1].lower() + told[1:]

    @property
    def _each(self) -> str:
        return self._words.each(self.every)

    @property
    def _words(self) -> RegionWords:
        return self.clock.language.regions


def _known(name: str | None, why: str = "others are called the same") -> str:
    if name is None:
        raise NoQuestion(why)
    return name


def _clear(boxes: list[Box]) -> list[Box]:
    """*boxes*, if they move in a clear way.

    Raises:
        NoQuestion: they do not.
    """
    try:
        movement(boxes)
    except ValueError as error:
        raise NoQuestion(str(error)) from None
    return boxes


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
