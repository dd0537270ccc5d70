"""Spatial questions: distances, sizes, directions and movements, worked out from boxes and poses of a camera."""

from __future__ import annotations

import json
from dataclasses import asdict
from random import Random
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ....rules.letters import LETTERS, Letters, drawn_ask, with_letters
from ....rules.space.spatial_answers import NUMBERS, Ambiguous, SpatialInquiry, Surroundings, spatial_answer
from ....rules.space.spatial_draws import DrawnFrom, shared_numbers, spatial_question, wrong_answers
from ....rules.space.told_rooms import told_room
from ....schemas import Evidence, Message, Sample, Span, Timeline
from ...stage import Stage
from ..asked_for import add, count_made, nothing_made

SpatialTask = Literal[
    "object_count",
    "object_abs_distance",
    "object_rel_distance",
    "object_rel_direction",
    "object_size",
    "room_size",
    "appearance_order",
    "camera_displacement",
    "camera_object_distance",
    "camera_object_nearest",
    "left_right",
    "up_down",
    "near_far",
    "camera_movement",
]
OF_ROOMS = ("room_size", "object_rel_distance", "camera_object_nearest")
"""Kinds of questions to whose answer the area belongs: how far apart distances must be follows from it."""
DIRECTIONS = ("object_rel_direction", "camera_movement")
"""Kinds of questions whose options are always the same, so that each is asked for as often as there are such."""
TRIES = 200
"""Questions of a kind that are drawn of a video at most."""
NEAR = 0.05
"""Seconds from a pose at which an object has a box if it is seen then."""


class SpatialQuestions(Stage):
    """Ask about rooms in three dimensions, as VLM-3R and VSI-Bench do; no model writes anything.

    Objects are spans with a box in words (``chair | centre 1.2 0.4 0.5 | size 0.5 0.5 1``, metres, z upwards), poses
    of the camera points (``camera | at 0 0 1.6 | axes 1 0 0 0 0 -1 0 1 0``: its right, down and forward); labels of the
    kind ``scene_3d`` lay both. What is too near to another answer is not asked: distances within 0.15 m of one another
    (0.3 m in rooms of more than 40 square metres), directions within 10 degrees of a border, objects whose name is not
    unique. A camera that mostly goes forward gives that answer most often: see ``vdata report``. The check ``answer``
    works each answer out again.
    """

    makes_samples: ClassVar[bool] = True

    objects: str = "objects"
    """The lane of objects."""
    cameras: str = "cameras"
    """The lane of poses; without it nothing is asked about the camera."""
    rooms: str = "rooms"
    """The lane with the room's area: ``room | area 23.5``."""
    tasks: list[SpatialTask] = Field(list(SpatialTask.__args__), min_length=1)  # type: ignore[attr-defined]
    """Of the room: ``object_count``, ``object_abs_distance`` and ``object_rel_distance`` (between nearest points),
    ``object_rel_direction``, ``object_size`` (the longest side, in centimetres), ``room_size``, ``appearance_order``.
    Of the camera: ``camera_displacement``, ``camera_object_distance``, ``camera_object_nearest``, ``left_right``,
    ``up_down``, ``near_far``, ``camera_movement``."""
    per_task: int = Field(6, ge=1)
    """Questions of each kind for a video at most."""
    options: int = Field(4, ge=2, le=4)
    """Options of a question at most."""
    numbers: Literal["open", "options"] = "open"
    """Whether numbers are asked for openly, or among the answers to other questions of their kind and video, each of
    which is right once (areas and counts: among others that are greater and less)."""
    apart: tuple[int, int] = (5, 30)
    """Between how many poses two moments lie of which the movement is asked, the least and the most."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not 1 <= self.apart[0] <= self.apart[1]:
            raise ValueError("apart: give the least number of poses, then the most: [5, 30]")
        return self

    def lanes_read(self) -> set[str]:
        return {self.objects}

    def run(self, video: Timeline) -> Timeline:
        """Add the questions about *video*; a span that tells no box, pose or area is dropped (``no_geometry``)."""
        lanes = (self.objects, self.cameras, self.rooms)
        told = [item for lane in lanes for span in list(video.lane(lane)) if (item := self._told(video, lane, span))]
        room = told_room(told)
        boxed = {_name(span.words): span for span in video.lane(self.objects)}
        drawn = DrawnFrom(room, lambda time: _seen(boxed, time), self.options, self.apart)
        letters, made = Letters(video.random(self.key, "letters")), list[Sample]()
        for task in self.tasks:
            rng = video.random(self.key, task)
            asked = self._asked(video, room, drawn, task, rng)
            for (inquiry, answer), wrong in zip(asked, self._wrong(task, asked, rng), strict=True):
                if task in NUMBERS and self.numbers == "options" and not wrong:
                    add(video, "ambiguous", 1)  # no other number is far enough
                    continue
                made.append(self._sample(video, inquiry, answer, wrong, told, letters, rng))
        self.add_samples(video, made)
        count_made(video, self.tasks, made)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """Says how many questions were too near to another answer, and which kinds were never asked."""
        lines = []
        if number := totals.get("ambiguous"):
            lines.append(f"{self.name()}: {number:.0f} questions were drawn whose answer is not sure: not asked.")
        if nothing := nothing_made(totals):
            lines.append(f"{self.name()}: asked for, and nothing was made: {', '.join(sorted(nothing))}.")
        return "\n".join(lines) or None

    def _asked(
        self, video: Timeline, room: Surroundings, drawn: DrawnFrom, task: str, rng: Random
    ) -> list[tuple[SpatialInquiry, str]]:
        """Questions of the kind *task* with their answers."""
        found: dict[str, tuple[SpatialInquiry, str]] = {}
        for _ in range(TRIES):
            inquiry = drawn.draw(task, rng)
            if len(found) == self.per_task:
                break
            if inquiry is None:
                continue
            wanted = rng.choice(inquiry.choices) if task in DIRECTIONS else ""
            named = (*inquiry.names, *(inquiry.choices if task not in DIRECTIONS else ()))
            key = json.dumps([sorted(named), [] if named else inquiry.times])  # of the same things once, at any time
            try:
                answer = spatial_answer(room, inquiry)
            except Ambiguous:
                add(video, "ambiguous", key not in found)
                continue
            if wanted in ("", answer) and answer not in [f"{time:.1f}" for time in inquiry.times]:
                found.setdefault(key, (inquiry, answer))  # all directions are as frequent, and no time is the answer
        return list(found.values())

    def _wrong(self, task: str, asked: list[tuple[SpatialInquiry, str]], rng: Random) -> list[list[str]]:
        """The wrong options of each of the questions that are *asked*; none of open ones."""
        if task in NUMBERS and self.numbers == "open":
            return [[] for _ in asked]
        if task in NUMBERS and task not in ("object_count", "room_size"):
            return shared_numbers([answer for _, answer in asked], self.options)
        return [wrong_answers(inquiry, answer, self.options, rng) for inquiry, answer in asked]

    def _told(self, video: Timeline, lane: str, span: Span) -> Evidence | None:
        item = Evidence(span.start, span.end, lane, span.words, span.id)
        try:
            told_room([item])
        except ValueError as error:
            self.drop(video, lane, span, "no_geometry", detail=str(error))
            return None
        return item

    def _sample(
        self,
        video: Timeline,
        inquiry: SpatialInquiry,
        answer: str,
        wrong: list[str],
        told: list[Evidence],
        letters: Letters,
        rng: Random,
    ) -> Sample:
        names = {*inquiry.names, *inquiry.choices}
        cited = [
            one
            for one in told
            if (one.lane == self.objects and _name(one.text) in names)
            or (one.lane == self.cameras and one.start in inquiry.times)
            or (one.lane == self.rooms and inquiry.ask in OF_ROOMS)
        ]
        params = {"rule": "spatial", "inquiry": json.dumps(asdict(inquiry)), "duration": f"{video.seconds:g}"}
        question = spatial_question(inquiry, rng)
        asked, reply, place, options = question, answer, None, list[str]()
        if wrong:
            place = letters.next(len(wrong) + 1)
            options = rng.sample(wrong, len(wrong))
            options.insert(place, answer)
            asked, reply = with_letters(question, options, drawn_ask(params, rng)), f"{LETTERS[place]}. {answer}"
        messages = [Message("user", asked), Message("assistant", reply)]
        end = max([video.seconds, *(one.end for one in cited)])
        return Sample(inquiry.ask, question, answer, 0.0, end, cited, params, options, place, messages)


def _name(text: str) -> str:
    return " ".join(text.partition("|")[0].split())


def _seen(spans: dict[str, Span], time: float) -> list[str]:
    """The names of what is seen at *time*: it has a box then, or, without boxes, lasts over it."""
    return [
        name
        for name, span in spans.items()
        if (any(abs(box.time - time) <= NEAR for box in span.boxes) if span.boxes else span.start <= time <= span.end)
    ]
