"""Zoom questions: small things in pictures, looked at more closely step by step before the answer (Chain-of-Focus)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Self

from pydantic import Field, model_validator

from ....rules.box_format import BoxFormat, BoxUnit
from ....rules.lane_kinds import fold
from ....rules.letters import LETTERS, Letters, with_letters
from ....schemas import Box, Dropped, Evidence, Medium, Message, Sample, Span, Timeline
from ...stage import Stage
from ..asked_for import add

TOOL = "image_zoom_in_tool"
"""The tool's name in Chain-of-Focus, and those of its arguments: ``bbox_2d``, ``label``."""
SYSTEM = (
    "You see a picture and may look at parts of it more closely before you answer. Think between <think> and </think>. "
    "Then either use the tool or answer. Tool: {tool}(bbox_2d, label) cuts the rectangle bbox_2d out of the first "
    "picture and gives it back enlarged; label says in a few words what you look for. Use it by JSON between "
    "<tool_call> and </tool_call>. Answer between <answer> and </answer>. {note}"
)
QUESTIONS = (
    "Something small is to be seen {where} of the picture. What is it?",
    "What is the small thing {where} of the picture?",
    "Look {where} of the picture. Which small thing is there?",
    "There is a small thing {where} of the picture. Which of these is it?",
    "Which of these stands, quite small, {where} of the picture?",
    "Say what the small thing {where} of the picture is.",
)
LOOKS = (
    "The question is about something {where}, which takes up little of the picture. I look at that part closely.",
    "What is asked about lies {where}. I cut that part out to see it well.",
    "I look {where} and enlarge what is there before I answer.",
    "To be sure of what is {where}, I look at that part alone.",
)
AGAIN = (
    "It can be seen larger still. I go closer.",
    "Now I see where it is, and can cut it out more tightly.",
    "I look at the middle of this, where the thing itself is.",
)
SEES = (
    "Enlarged, it can be told: {label}.",
    "Now it can be seen well: this is {label}.",
    "In this part there is {label}.",
    "So close it is plain to see: {label}.",
)
ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")
AROUND = 1.5
"""By how much the last rectangle is larger than the thing itself, as that tool does."""


@dataclass(frozen=True, slots=True)
class SmallThing:
    """An object in the picture at the time of its *box*, alone in its part of the picture: *where*."""

    span: Span
    box: Box
    where: str


class ZoomQuestions(Stage):
    """Ask what a small thing in a picture is, in a dialogue that zooms in on it before it answers (Chain-of-Focus).

    Things are spans with boxes (labels of the kind ``tracks``, or ``detect``); each is asked for by its part of the
    picture, where no other one is. Each step is a call of the tool with a rectangle, and the picture that comes back;
    ``stills`` writes the pictures. Questions of a video share their options, each of which is right once, so that the
    words tell nothing. The answer and the rectangles follow from the boxes, which are the evidence.
    """

    makes_samples: ClassVar[bool] = True

    of: str = "tracks"
    """The lane whose spans have boxes; their labels are what is asked for."""
    area: tuple[float, float] = (0.0005, 0.05)
    """How much of the picture a thing takes up, the least and the most: a larger one need not be looked at closely.
    What can be told without zooming follows from the picture, too: give less, as [0.0002, 0.005], for photographs."""
    per_video: int = Field(8, ge=1)
    """Questions of a video at most."""
    options: int = Field(4, ge=2, le=len(LETTERS))
    """Options of a question at most; there are fewer where a video shows fewer small things."""
    steps: int = Field(1, ge=1, le=3)
    """How often the dialogue zooms in, each time by the same share."""
    box_format: BoxUnit = "pixels"
    """How rectangles are written: pixels of the video's picture (then ``stills`` must not make it smaller), shares of
    it or thousandths."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not 0 <= self.area[0] < self.area[1] <= 1:
            raise ValueError("area: give the least share of the picture, then the most: [0.0005, 0.05]")
        return self

    def lanes_read(self) -> set[str]:
        return {self.of}

    def run(self, video: Timeline) -> Timeline:
        """Add the dialogues about *video*.

        Raises:
            Dropped: ``no_picture_size``: boxes are in pixels, and its size is not known.
        """
        media = video.media
        if self.box_format == "pixels" and (media is None or not media.width or not media.height):
            raise Dropped("no_picture_size", detail="box_format pixels needs the size of the picture: probe the video")
        form = BoxFormat(self.box_format, media.width if media else 0, media.height if media else 0)
        rng, letters = video.random(self.key), Letters(video.random(self.key, "letters"))
        things = self._things(video, rng)
        groups: list[list[SmallThing]] = []
        for one in things:
            fits = (
                some
                for some in groups
                if len(some) < self.options and fold(_name(one)) not in map(fold, map(_name, some))
            )
            group = next(fits, None)
            if group is None:
                groups.append(group := [])
            group.append(one)
        add(video, "alone", sum(len(group) == 1 for group in groups))
        made = [
            self._sample(one, [_name(other) for other in group], form, video.seconds, letters, rng)
            for group in groups
            if len(group) > 1
            for one in group
        ]
        self.add_samples(video, made)
        add(video, "made", len(made))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """Says where nothing was made, and how many things had no other one to be told from."""
        if alone := totals.get("alone"):
            return (
                f"{self.name()}: {alone:.0f} small things have no other one in their video to be told from: not asked."
            )
        if totals and not totals.get("made"):
            return f"{self.name()}: {self.of} has no thing that is small enough, and alone in its part of the picture."
        return None

    def _things(self, video: Timeline, rng: Random) -> list[SmallThing]:
        """Small things, each at one of its times, in random order."""
        spans = [span for span in video.lane(self.of) if span.boxes]
        found = []
        for span in spans:
            if not (span.label or "").strip():
                continue
            small = [box for box in span.boxes if self.area[0] <= _area(box) <= self.area[1]]
            for box in rng.sample(small, len(small)):
                others = [_at(other, box.time) for other in spans if other is not span]
                where = _where(box)
                if all(other is None or (_where(other) != where and not _meet(other, box)) for other in others):
                    found.append(SmallThing(span, box, where))
                    break
        return rng.sample(found, min(len(found), self.per_video))

    def _sample(
        self, thing: SmallThing, names: list[str], form: BoxFormat, duration: float, letters: Letters, rng: Random
    ) -> Sample:
        name, time = _name(thing), thing.box.time
        place = letters.next(len(names))
        options = rng.sample([one for one in names if one != name], len(names) - 1)
        options.insert(place, name)
        question = rng.choice(QUESTIONS).format(where=thing.where)
        shown = with_letters(question, options, "Answer with the letter alone.")
        turns = [Message("system", SYSTEM.format(tool=TOOL, note=form.note)), Message("user", f"<image>\n{shown}")]
        media = [Medium("image", "", time, time)]
        thoughts = [rng.choice(LOOKS).format(where=thing.where), *rng.sample(AGAIN, self.steps - 1)]
        for step, thought in enumerate(thoughts, 1):
            box = zoomed(thing.box, step / self.steps)
            sides = [round(side, 3) if form.unit == "shares" else round(side) for side in form.sides(box)]
            call = {"name": TOOL, "arguments": {"bbox_2d": sides, "label": f"the small thing {thing.where}"}}
            said = f"<think>{thought}</think>\n<tool_call>\n{json.dumps(call)}\n</tool_call>"
            turns += [Message("assistant", said), Message("user", "<tool_response>\n<image>\n</tool_response>")]
            media.append(Medium("image", "", time, time, boxes=[box]))
        sees = rng.choice(SEES).format(label=name)
        turns.append(Message("assistant", f"<think>{sees}</think>\n<answer>{LETTERS[place]}</answer>"))
        params = {"rule": "regions", "ask": "what", "where": thing.where, "duration": f"{duration:g}", **form.params()}
        params |= {"zoom_steps": str(self.steps)}
        cited = Evidence(thing.span.start, thing.span.end, self.of, name, thing.span.id, [thing.box])
        start, end = min(time, cited.start), max(time, cited.end)
        return Sample("zoom", question, name, start, end, [cited], params, options, place, turns, media=media)


def zoomed(box: Box, share: float) -> Box:
    """The rectangle at *share* of the way from the whole picture (0) to what is around *box* (1), in thousandths."""
    sides = []
    for low, high in ((box.left, box.right), (box.top, box.bottom)):
        length = min(1.0, AROUND * (high - low)) ** share
        first = min(max((low + high - length) / 2, 0.0), 1.0 - length)
        sides.append((round(first, 3), round(first + length, 3)))
    (left, right), (top, bottom) = sides
    return Box(box.time, left, top, right, bottom)


def _name(thing: SmallThing) -> str:
    return " ".join((thing.span.label or "").split())


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _where(box: Box) -> str:
    """The ninth of the picture that the middle of *box* lies in."""
    across, down = ((one + other) / 2 for one, other in ((box.left, box.right), (box.top, box.bottom)))
    row, column = ROWS[min(2, int(3 * down))], COLUMNS[min(2, int(3 * across))]
    return "in the middle" if row == column == "middle" else f"in the {row} {column}"


def _meet(one: Box, other: Box) -> bool:
    """Whether *one* reaches into what is cut out around *other*."""
    near = zoomed(other, 1.0)
    return one.left < near.right and near.left < one.right and one.top < near.bottom and near.top < one.bottom


def _at(span: Span, time: float) -> Box | None:
    """The box of *span* at *time*, or the nearest one; None: it is not to be seen then."""
    if not span.start <= time <= span.end:
        return None
    return min(span.boxes, key=lambda box: abs(box.time - time))
