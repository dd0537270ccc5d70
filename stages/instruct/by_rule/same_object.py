"""Same object: which of the numbered regions of another picture is the marked object (CoLVA's MMVM)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ....rules.families.same_object import NONE, REGIONS, sides
from ....rules.letters import drawn_ask, item_of
from ....schemas import Box, Evidence, Medium, Message, Sample, Span, Timeline, make_id
from ....schemas.rounding import FRAME_ROUNDING
from ....schemas.teaching import COLOURS, Region
from ...prompting.frame_choice import frame_seconds
from ...stage import Stage
from ..asked_for import add

TASK = "same_object"
CYAN = list(COLOURS).index("cyan")
"""The colour of what is asked for; nothing in the second picture has it."""
DRAWS = 40
"""Pairs of times of one object that are tried."""
SHOWN = "First picture: <image>\nSecond picture: <image>"
ASKED = (
    "One thing in the first picture is {marked} in cyan. Which of the numbered things in the second picture is it?",
    "Look at what is {marked} in cyan in the first picture. Which number does it have in the second one?",
    "Find the thing that is {marked} in cyan again: what is its number in the second picture?",
    "Both pictures are from the same video. Which of the numbered things is the one that is {marked} in cyan?",
    "Which number in the second picture stands at the very thing that is {marked} in cyan in the first?",
    "The thing {marked} in cyan in the first picture may be seen again in the second. Which of the numbers is it?",
)
MARKED = {"box": "framed", "mask": "outlined"}


@dataclass(slots=True)
class _Found:
    """One object at two times, and what is numbered at the second."""

    track: Span
    first: Box
    second: Box
    others: list[Box]
    near: bool
    """Whether of all that is numbered it is the nearest to where it was."""


class SameObject(Stage):
    """Ask which of the numbered regions of another picture is the object that is marked in a first one.

    An object that is followed (labels of the kind ``tracks``) is framed in a picture of one time; at a later time it
    and others are framed in other colours, each with a number. The pictures are the sample's ``media``, and `stills`
    behind this stage draws and writes them. The answer follows from the tracks. Numbers and colours are by chance; how
    often the region nearest to where the object was is the right one is said at the end of the build, and ``nearest``
    leaves such questions out, which then are rejects (``nearest_is_right``).
    """

    makes_samples: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({"media"})

    of: str = Field("tracks", min_length=1)
    """The lane of objects with boxes."""
    mark: Literal["box", "mask"] = "box"
    """``box``: rectangles; ``mask``: outlines, where they are known."""
    gap: float = Field(1.0, gt=0)
    """Seconds from the first picture to the second, at least."""
    candidates: int = Field(4, ge=2, le=7)
    """Numbered regions, at most."""
    least: int = Field(2, ge=2, le=7)
    """An object with fewer is not asked about."""
    none: float = Field(0.0, ge=0, le=1)
    """The share of questions in which the object is not among the numbered ones, though it is to be seen; then all
    have the option that it is none of them."""
    min_area: float = Field(0.002, ge=0, lt=1)
    """The least share of the picture that a box must take."""
    overlap: float = Field(0.3, ge=0, le=1)
    """The greatest IoU of two numbered boxes."""
    nearest: Literal["keep", "balance", "drop"] = "keep"
    """What becomes of questions whose answer is the region nearest to where the object was: ``balance`` keeps so many
    that the nearest region is right as often as one that is drawn."""
    per_object: int = Field(1, ge=1)
    """Questions about one object."""
    per_video: int | None = Field(None, ge=1)
    """At most so many questions of a video, chosen by chance."""

    @model_validator(mode="after")
    def _least_fits(self) -> Self:
        if self.least > self.candidates:
            raise ValueError("least: no more than candidates")
        return self

    def lanes_read(self) -> set[str]:
        return {*self.reads, self.of}

    def run(self, video: Timeline) -> Timeline:
        rng, frame = video.random(self.key), frame_seconds(video)
        tracks = [span for span in video.lane(self.of) if span.boxes]
        found = [one for track in tracks for one in self._pairs(track, tracks, frame, rng)]
        if self.nearest != "keep":
            found = self._without_shortcut(video, found, rng)
        add(video, "objects", len(tracks))
        add(video, "asked", len({one.track.id for one in found}))
        if self.per_video is not None and len(found) > self.per_video:
            found = [found[n] for n in sorted(rng.sample(range(len(found)), self.per_video))]
        add(video, "questions", len(found))
        add(video, "near", sum(one.near for one in found))
        self.add_samples(video, [self._sample(video, one, rng) for one in found])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``same_object: 9 questions about 9 of 20 objects; in 5 the right region is the nearest to where it was.``"""
        count = {name: int(value) for name, value in totals.items()}
        if not count.get("objects"):
            return f"{self.name()}: there is no object with boxes in {self.of}."
        told = f"{count.get('questions', 0)} questions about {count.get('asked', 0)} of {count['objects']} objects"
        if left := count.get("left_out"):
            told += f" ({left} left out, as the right region is the nearest)"
        if not count.get("questions") and not left:
            return f"{self.name()}: {told}: none is seen {self.gap:g} s later with others beside it."
        near = f"in {count.get('near', 0)} the right region is the nearest to where the object was"
        return f"{self.name()}: {told}; {near}."

    def _pairs(self, track: Span, tracks: Sequence[Span], frame: float, rng: Random) -> list[_Found]:
        """At most ``per_object`` pairs of times of *track*."""
        boxes = [box for box in track.boxes if _area(box) >= self.min_area]
        found: list[_Found] = []
        for _ in range(DRAWS):
            enough = sum(self.nearest == "keep" or not one.near for one in found)
            if len(boxes) < 2 or enough == self.per_object:
                break
            first, second = sorted(rng.sample(boxes, 2), key=lambda box: box.time)
            if second.time - first.time < self.gap or any(
                (one.first.time, one.second.time) == (first.time, second.time) for one in found
            ):
                continue
            others = self._others(track, tracks, second, frame, rng)
            near = all(_distance(first, second) <= _distance(first, other) for other in others)
            if len(others) + 1 >= self.least:
                found.append(_Found(track, first, second, others, near))
        return sorted(found, key=lambda one: one.near)[: self.per_object] if self.nearest != "keep" else found

    def _without_shortcut(self, video: Timeline, found: list[_Found], rng: Random) -> list[_Found]:
        """*found* without those that ``nearest`` leaves out, which are rejects."""
        near = [one for one in found if one.near]
        # where chance is right once in n, one question that the nearest region hits goes with n - 1 that it misses
        share = sum(1 / len(one.others) for one in found if not one.near) if self.nearest == "balance" else 0.0
        kept = {id(one) for one in rng.sample(near, min(len(near), int(share + rng.random())))}
        for one in near:
            if id(one) not in kept:
                place = Span(one.first.time, one.second.time)
                add(video, "left_out", 1)
                self.reject(video, self.of, place, "nearest_is_right", detail=one.track.text or one.track.label or "")
        return [one for one in found if not one.near or id(one) in kept]

    def _others(self, track: Span, tracks: Sequence[Span], second: Box, frame: float, rng: Random) -> list[Box]:
        """The boxes of other objects at the time of *second* that can be numbered beside it."""
        chosen: list[Box] = []
        for other in rng.sample(tracks, len(tracks)):
            if other is track or len(chosen) == self.candidates - 1:
                continue
            box = min(other.boxes, key=lambda one: abs(one.time - second.time))
            there = abs(box.time - second.time) <= frame / 2 + FRAME_ROUNDING and _area(box) >= self.min_area
            if there and all(_iou(box, one) <= self.overlap for one in (second, *chosen)):
                chosen.append(box)
        return chosen

    def _sample(self, video: Timeline, one: _Found, rng: Random) -> Sample:
        """The question; numbers and colours are drawn."""
        hidden = rng.random() < self.none and len(one.others) >= self.least
        shown = [*one.others, *([] if hidden else [one.second])]
        rng.shuffle(shown)
        colours = rng.sample([n for n in range(len(COLOURS)) if n != CYAN], len(shown))
        options = [str(n) for n in range(1, len(shown) + 1)] + ([NONE] if self.none else [])
        answer = NONE if hidden else str(1 + next(n for n, box in enumerate(shown) if box is one.second))
        rows = [[n, *sides(box)] for n, box in enumerate(shown, 1)]
        params = {REGIONS: json.dumps(rows), "mark": self.mark, "nearest": "yes" if one.near else "no"}
        words = one.track.text or one.track.label or ""
        cited = [Evidence(box.time, box.time, self.of, words, one.track.id, [box]) for box in (one.first, one.second)]
        question = rng.choice(ASKED).format(marked=MARKED[self.mark])
        item = Sample(TASK, question, answer, one.first.time, one.second.time, cited, params)
        sample = item_of(item, options, drawn_ask(params, rng), "")
        sample.id = make_id(video.id, self.key, one.track.id, one.first.time, one.second.time)
        sample.messages[0] = Message("user", f"{SHOWN}\n{sample.messages[0].content}")
        regions = [_region(box, colour, n) for n, (box, colour) in enumerate(zip(shown, colours, strict=True), 1)]
        sample.media = [
            Medium("image", "", box.time, box.time, mark=self.mark, regions=marked)
            for box, marked in ((one.first, [_region(one.first, CYAN, 0)]), (one.second, regions))
        ]
        return sample


def _region(box: Box, colour: int, tag: int) -> Region:
    return Region(box.left, box.top, box.right, box.bottom, box.mask, colour, tag)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _distance(one: Box, other: Box) -> float:
    """From the middle of one to that of the other, as a share of the picture's sides."""
    across = (one.left + one.right - other.left - other.right) / 2
    down = (one.top + one.bottom - other.top - other.bottom) / 2
    return math.hypot(across, down)


def _iou(one: Box, other: Box) -> float:
    wide = max(0.0, min(one.right, other.right) - max(one.left, other.left))
    high = max(0.0, min(one.bottom, other.bottom) - max(one.top, other.top))
    return wide * high / (_area(one) + _area(other) - wide * high or 1.0)
