"""Detect: find things in frames, and follow them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from ...schemas import Box, Demand, Failed, Request, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith, Without
from ..chosen_plugin import ChosenPlugin, choice_of
from ..prompting.frame_choice import Look, at_times
from ..prompting.material import RULES
from ..prompting.own_words import PromptSpec
from ..stage import Misfit, Teacher, TeacherStage
from .box_links import ObjectTrack, link
from .box_replies import FIND, FIND_SPEC, ROLE, SeenBoxes, fault, read_boxes
from .object_detectors.object_detector import OBJECT_DETECTORS, FoundThing, ObjectDetector

if TYPE_CHECKING:
    DetectorChoice = ChosenPlugin
else:
    DetectorChoice = choice_of(
        OBJECT_DETECTORS,
        "teacher",
        "Who finds them: ``teacher`` (a model that gives boxes), or ``detr`` (a network of the DETR family).",
        also=("teacher",),
    )
GPU_DETECTORS = tuple(sorted(name for name, cls in OBJECT_DETECTORS.find().items() if cls.on_gpu))
DETECTORS_BY = tuple(sorted(OBJECT_DETECTORS.find()))
Name = Annotated[str, StringConstraints(min_length=1)]
Job = tuple[Span, float, list[str]]
"""A frame that is looked at: its span, its time, and the names of what is looked for."""
SAME = 0.85
"""The overlap from which two boxes of one name in one frame are one thing."""
AT_ONCE = 8
"""Pictures that are held in memory at a time."""


class Detect(TeacherStage, DetectorChoice):
    """Find things in frames of each span of a lane, and follow them: a span for each thing, with its boxes.

    Frames are taken every ``every`` seconds. Boxes of the same label that overlap from frame to frame are one thing, a
    track, which ends with the span that it was found in; its label is what it is, its values are ``boxes``, how many it
    has, and ``area``, the mean share of the picture. A box outside the picture, without an area, or of a thing that
    nobody asked for is a reject.
    """

    decodes: ClassVar[bool] = True
    shorthand: ClassVar[str] = "labels"
    shorthand_example: ClassVar[str] = "[person, dog]"
    prompts: ClassVar[Mapping[str, PromptSpec]] = {"find": FIND_SPEC}

    of: str | None = "shots"
    """The lane in whose spans things are followed; null: the whole video is one."""
    into: str = Field("tracks", min_length=1)
    """The lane of the tracks."""
    labels: list[Name] = Field([])
    """The things that are looked for, by their names: [dog, person with a hat]. None, with a detector that has classes
    of its own: all of these."""
    labels_of: str = ""
    """A lane whose spans name more of them, by label or else text, where they overlap: nouns of the captions."""
    every: float = Field(1.0, gt=0)
    """Seconds from frame to frame."""
    max_frames: int = Field(32, ge=1)
    """Frames of a span at most, evenly spread over it."""
    size: int = Field(768, ge=32, le=4096)
    """Longest side of a picture, pixels."""
    min_score: Annotated[float, OnlyWith(by=DETECTORS_BY)] = Field(0.5, ge=0, le=1)
    """What a detector is less sure of is not taken."""
    min_area: float = Field(0.001, ge=0, lt=1)
    """A box that covers a smaller share of the picture is a reject."""
    max_area: float = Field(0.95, gt=0, le=1)
    """One that covers a larger share is a reject: it says no more than that the thing is there."""
    min_iou: float = Field(0.3, gt=0, le=1)
    """The overlap (intersection over union) from which two boxes of frames that follow one another are one thing; with
    the place where it was last, or would be if it had moved on."""
    gap: int = Field(1, ge=0)
    """Frames in a row in which a thing may be missed and is still the same."""
    min_boxes: int = Field(2, ge=1)
    """A thing that was found in fewer frames of the span is a reject, unless no more are looked at."""
    device: Annotated[str, OnlyWith(by=GPU_DETECTORS)] = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the detector runs: cpu, cuda, cuda:1; ``auto``: cuda where there is one."""
    gpu: Annotated[float, OnlyWith(by=GPU_DETECTORS)] = Field(0.0, ge=0, le=1)
    """The share of a GPU that is set aside for each worker; 0.25: four share one. 0: none is."""
    temperature: Annotated[float | None, Without(by=DETECTORS_BY)] = Field(None, ge=0)
    """How freely replies are drawn; none: the teacher's own setting."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.of == "":
            raise ValueError("of: name a lane, or null for the whole video")
        if self.min_area >= self.max_area:
            raise ValueError("max_area: must be more than min_area")
        return self

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        if self.asks and not (self.labels or self.labels_of):
            yield Misfit(
                ("labels",), "a teacher must be told what to look for.", "Name it, or in labels_of a lane that does."
            )

    @property
    def asks(self) -> bool:
        """Whether a teacher is asked."""
        return bool(self.by == "teacher")  # type: ignore[attr-defined]

    @property
    def detector(self) -> ObjectDetector:
        found: ObjectDetector = self.chosen
        return found

    def asked_prompts(self) -> Sequence[str]:
        return ["find"] if self.asks else []

    def teachers(self) -> list[str]:
        return [self.teacher] if self.asks else []

    def pictures_to(self) -> list[str]:
        return self.teachers()

    def lanes_read(self) -> set[str]:
        return {"media", *filter(None, (self.of, self.labels_of))}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        own = {"label", "boxes"} | (set() if self.asks else {"score"})
        return {self.into: LaneNames.of(values={"boxes", "area"}, attrs={"span"}, own=own)}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {} if self.asks else {(self.detector.name(), *at): path for at, path in self.detector.paths().items()}

    def extras(self) -> set[str]:
        return set() if self.asks else self.detector.extras()

    def gpus(self) -> float:
        return self.gpu

    def ready(self) -> None:
        if self.asks:
            return
        self.detector.ready()
        if (known := self.detector.labels()) is None:
            return
        from ...schemas import NotReady

        names = {one.casefold() for one in known}
        if strange := [one for one in self.labels if one.casefold() not in names]:
            told = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
            raise NotReady(
                f"detect: labels: {strange[0]} is none of the {len(known)} of {self.detector.name()}: {told}"
            )

    def demand(self, seconds: float) -> Demand:
        """Roughly: a shot is taken to last six seconds."""
        if not self.asks:
            return Demand()
        spans = max(1.0, seconds / 6) if self.of else 1.0
        frames = spans * min(self.max_frames, max(1.0, seconds / spans / self.every))
        return Demand(frames, frames, frames * 250, frames * 80)

    async def run(self, video: Timeline, teacher: Teacher | None) -> Timeline:
        """Lay the tracks on *video*.

        Raises:
            Failed: not one request brought a reply; ``no_duration``, ``no_media``, ``no_model``; or the pictures cannot
                be decoded.
        """
        if not self.of and not video.seconds:
            raise Failed("no_duration", f"{video.uri}: nobody has said how long it is")
        spans = video.lane(self.of) if self.of else [Span(0.0, video.seconds)]
        jobs: list[Job] = []
        for span in spans:
            wanted = self._wanted(video, span)
            if wanted or not (self.asks or self.labels_of):
                jobs += [(span, time, wanted) for time in self.times(span)]
        found = await (self._asked(video, jobs, teacher) if self.asks else self._detected(video, jobs))
        tracks: list[Span] = []
        for span in spans:
            frames = [(time, things) for (one, time, _), things in zip(jobs, found, strict=True) if one is span]
            tracks += self._tracks(video, span, frames)
        video.put(self.into, tracks)
        video.report |= {"frames": len(jobs), "things": len(tracks), "nothing_wanted": int(bool(spans) and not jobs)}
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """How many things were found in how many frames, and the videos in which nothing was looked for."""
        lines = [f"{self.name()}: {totals.get('things', 0):,.0f} things in {totals.get('frames', 0):,.0f} frames"]
        if silent := int(totals.get("nothing_wanted", 0)):
            many = f"{silent:,} video{'' if silent == 1 else 's'}"
            lines.append(f"{self.name()}: nothing was looked for in {many}: no span of {self.labels_of} names anything")
        return "\n".join(lines) if totals else None

    def times(self, span: Span) -> list[float]:
        """The times of the frames of *span* that are looked at."""
        count = min(self.max_frames, max(1, math.floor(span.seconds / self.every + 0.5)))
        return [round(span.start + (n + 0.5) * span.seconds / count, 6) for n in range(count)]

    def _wanted(self, video: Timeline, span: Span) -> list[str]:
        """What is looked for in *span*, each name once."""
        there = [one for one in video.lane(self.labels_of) if one.start < span.end and one.end > span.start]
        names = [*self.labels, *((one.label or one.text or "").strip() for one in there if self.labels_of)]
        return list({name.casefold(): name for name in reversed(names) if name}.values())[::-1]

    async def _asked(self, video: Timeline, jobs: Sequence[Job], teacher: Teacher | None) -> list[list[FoundThing]]:
        if teacher is None:
            raise Failed("no_teacher", "there is no teacher to ask")
        replies = await teacher.ask([self._request(video, time, wanted) for _, time, wanted in jobs]) if jobs else []
        if replies and not any(reply.ok for reply in replies):
            raise Failed(replies[0].failure, replies[0].detail)
        found: list[list[FoundThing]] = []
        for (_, time, wanted), reply in zip(jobs, replies, strict=True):
            found.append([])
            if not reply.ok:
                self.reject_reply(video, reply, self.into, Span(time, time))
                continue
            found[-1] = self._taken(video, time, wanted, read_boxes(reply.value))
        return found

    def _request(self, video: Timeline, time: float, wanted: Sequence[str]) -> Request:
        names, at = "; ".join(wanted), f"{time:.1f}"
        frames = at_times(video, [time], Look(size=self.size))
        told = {"time": at, "names": names}
        more: dict[str, Any] = {"schema": SeenBoxes.model_json_schema(), "temperature": self.temperature}
        parts = (FIND.format(time=at, wanted=names), frames)
        return self.prompter().request("find", f"{ROLE} {RULES}", parts, told, **more)

    async def _detected(self, video: Timeline, jobs: Sequence[Job]) -> list[list[FoundThing]]:
        """The same by the detector, away from the event loop."""
        found: list[list[FoundThing]] = []
        for at in range(0, len(jobs), AT_ONCE):
            some = jobs[at : at + AT_ONCE]
            seen = await asyncio.to_thread(self._look, video, some)
            for (_, time, wanted), things in zip(some, seen, strict=True):
                sure = [(one, f"{one.label} {one.score}") for one in things if (one.score or 0.0) >= self.min_score]
                found.append(self._taken(video, time, wanted, sure))
        return found

    def _look(self, video: Timeline, jobs: Sequence[Job]) -> list[list[FoundThing]]:
        times = [time for _, time, _ in jobs]
        if video.planned:
            from ...video.edit import edit_frames
            from ...video.edit.edit_list import edit_of

            pictures = edit_frames.fetch(edit_of(video, video.base), times, longest=self.size)
        else:
            from ...video.decode.frames import fetch

            pictures = fetch(video.file, times, width=self.size)
        found: list[list[FoundThing]] = []
        for (_, _, wanted), picture in zip(jobs, pictures, strict=True):
            found += self.detector.find([picture], wanted, self.device)
        return found

    def _taken(
        self, video: Timeline, time: float, wanted: Sequence[str], things: Iterable[tuple[FoundThing, str]]
    ) -> list[FoundThing]:
        """Those of *things* that were seen at *time* that keep the rules, by the names of *wanted*; others are rejects,
        with what was said of them."""
        named, taken = {one.casefold(): one for one in wanted}, list[FoundThing]()
        for one, said in things:
            reason, value, limit = fault(one, wanted, self.min_area, self.max_area)
            if reason:
                where = Span(time, time)
                self.reject(video, self.into, where, reason, value=value, threshold=limit, detail=said)
                continue
            same = max(
                (one.overlap(other) for other in taken if other.label.casefold() == one.label.casefold()), default=0
            )
            if same >= SAME:
                self.reject(video, self.into, Span(time, time), "said_twice", value=same, threshold=SAME, detail=said)
                continue
            label = named.get(one.label.casefold(), one.label)
            taken.append(FoundThing(label, one.left, one.top, one.right, one.bottom, one.score))
        return taken

    def _tracks(self, video: Timeline, span: Span, frames: Sequence[tuple[float, Sequence[FoundThing]]]) -> list[Span]:
        """The things that are followed in *span*. Each box stands for the time up to half-way to the next frame."""
        half = span.seconds / len(frames) / 2 if frames else 0.0
        source = (self.teacher or "teacher") if self.asks else self.detector.name()
        laid = []
        for track in link(frames, self.min_iou, self.gap):
            one = _span(track, span, half, source)
            if len(track.boxes) < min(self.min_boxes, len(frames)):
                told = f"{track.label}: found in so many of the {len(frames)} frames of its stretch"
                measured: dict[str, Any] = {"value": len(track.boxes), "threshold": self.min_boxes, "detail": told}
                self.reject(video, self.into, one, "seen_too_briefly", **measured)
            else:
                laid.append(one)
        return laid


def _span(track: ObjectTrack, within: Span, half: float, source: str) -> Span:
    boxes = [
        Box(time, round(one.left, 4), round(one.top, 4), round(one.right, 4), round(one.bottom, 4))
        for time, one in track.boxes
    ]
    scores = [one.score for _, one in track.boxes if one.score is not None]
    values = {"boxes": float(len(boxes)), "area": round(sum(one.area for _, one in track.boxes) / len(boxes), 6)}
    return Span(
        max(within.start, boxes[0].time - half),
        min(within.end, boxes[-1].time + half),
        label=track.label,
        score=round(sum(scores) / len(scores), 4) if scores else None,
        source=source,
        values=values,
        attrs={"span": within.id} if within.id else {},
        boxes=boxes,
    )
