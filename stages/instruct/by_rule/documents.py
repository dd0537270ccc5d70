"""Documents: texts in the order of time, each with pictures or the clip that it is about (interleaved documents)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ....rules.interleaving import LAYOUT, Segment, document, middle
from ....rules.template_slots import fill, lane_named, slots_of
from ....schemas import Evidence, Medium, Message, Sample, Span, Timeline, seeded
from ....schemas.lane_names import KnownLanes
from ....schemas.sample import MEDIA_MARKS
from ....schemas.settings_model import OnlyWith
from ...stage import Stage

TASK = "document"
Seconds = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(min_length=1)]


def _listed(given: Any) -> Any:
    return ([given] if given else []) if isinstance(given, str) else given


class Documents(Stage):
    """Make interleaved documents: what lanes say, in the order of time, each segment with its pictures or its clip.

    A segment is one text, or all texts whose middle lies in one stretch of ``per``. Each is a line of the sample's
    words, with the marks <image> or <video> of its ``media``; a picture lies between the start of the first text of its
    segment and the end of the last, and every text is cited. ``output.media: frames`` or ``clips`` writes the files. A
    document ends where the next segment would make it too long.

    Rejected: spans without a text (``no_text``) or with a mark in it (``placeholder_in_text``); segments whose pictures
    lie beyond the video (``no_such_frame``) or before those of the segment before (``goes_back``: texts within others),
    or that are too long for any document (``too_long``); documents that are too short (``too_short``), show nothing
    (``no_media``), or have no words for a slot of ``ask`` (``no_words_for_slot``).
    """

    makes_samples: ClassVar[bool] = True

    of: list[Name] = Field(["speech"], min_length=1)
    """The lanes whose texts make the document."""
    per: Seconds | Name | None = None
    """Put the texts together: those of so many seconds, or of a span of this lane (shots, scenes); none: each text is a
    segment of its own."""
    show: Literal["image", "clip"] = "image"
    """Pictures, or the clip of the stretch: of ``per``, or of the text."""
    count: Annotated[int, OnlyWith(show="image")] = Field(1, ge=1)
    """Pictures of a segment, at most."""
    at: Annotated[Literal["middle", "start"], OnlyWith(show="image", frames=None)] = "middle"
    """Where they lie: in the middles, or at the starts, of so many equal parts."""
    frames: Annotated[Name | None, OnlyWith(show="image")] = None
    """Take them from this lane of points (keyframes) in place of that; a segment without any has no picture."""
    by: Annotated[Name | None, OnlyWith("frames")] = None
    """Of more points than ``count``, those with the highest of this value (sharpness); none: evenly chosen."""
    layout: Literal["media_first", "text_first"] = "media_first"
    """What stands first in a segment."""
    ask: Annotated[list[Name], BeforeValidator(_listed)] = Field(default_factory=list)
    """Questions that a document answers, one of them by chance, with slots: {lane:topics}, what that lane says
    meanwhile, or {attr:title}, an attribute of the video. None: it is a document alone, as for pretraining."""
    max_words: int | None = Field(None, ge=1)
    """The most words of a document."""
    max_media: int | None = Field(None, ge=1)
    """The most pictures, or clips, of a document."""
    min_words: int = Field(1, ge=1)
    """A document with fewer words is rejected."""
    min_segments: int = Field(2, ge=1)
    """A document with fewer segments is rejected."""

    @field_validator("ask")
    @classmethod
    def _slots(cls, asked: list[str]) -> list[str]:
        for slot in (one for text in asked for one in slots_of(text)):
            kind, _, name = slot.partition(":")
            if kind not in ("lane", "attr") or not name:
                raise ValueError(f"unknown slot {{{slot}}}; there are {{lane:NAME}} and {{attr:NAME}}")
        return asked

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.max_words is not None and self.max_words < self.min_words:
            raise ValueError(f"max_words: must not be less than min_words, which is {self.min_words}")
        most = self.count if self.show == "image" else 1
        if self.max_media is not None and self.max_media < most:
            raise ValueError(f"max_media: must not be less than what one segment has, {most}")
        return self

    def lanes_read(self) -> set[str]:
        stretches = {self.per} if isinstance(self.per, str) else set()
        stretches |= {lane for text in self.ask for slot in slots_of(text) if (lane := lane_named(slot))}
        return {*self.of, *stretches, *({self.frames} if self.frames else ())}

    def names_laid(self) -> KnownLanes:
        return {}

    def run(self, video: Timeline) -> Timeline:
        """Add the documents; what cannot be part of one is a reject."""
        held: list[Segment] = []
        words = media = 0
        for segment in self._segments(video):
            too_many = self.max_media is not None and media + len(segment.media) > self.max_media
            if held and (too_many or (self.max_words is not None and words + segment.words > self.max_words)):
                self._add(video, held)
                held, words, media = [], 0, 0
            held.append(segment)
            words, media = words + segment.words, media + len(segment.media)
        if held:
            self._add(video, held)
        return video

    def _segments(self, video: Timeline) -> Iterator[Segment]:
        """The segments in order, with their media."""
        points = sorted(video.lane(self.frames), key=lambda span: span.start) if self.frames else []
        latest = 0.0
        for stretch, told in self._told(video):
            segment = Segment(told)
            over = Span(segment.start, segment.end)
            lane = told[0].lane
            if self.max_words is not None and segment.words > self.max_words:
                self.reject(video, lane, over, "too_long", value=segment.words, threshold=self.max_words)
                continue
            segment.media = self._media(segment, stretch, points)
            length = video.seconds
            if length and any(medium.start >= length or medium.end > length for medium in segment.media):
                last = max(medium.end for medium in segment.media)
                self.reject(video, lane, over, "no_such_frame", value=last, threshold=length)
                continue
            if segment.media:
                if segment.media[0].start < latest:
                    self.reject(video, lane, over, "goes_back", value=segment.media[0].start, threshold=latest)
                    continue
                latest = segment.media[-1].start
            yield segment

    def _told(self, video: Timeline) -> list[tuple[Span, list[Evidence]]]:
        """The texts of each stretch, in the order of time."""
        found: list[tuple[Span, list[Evidence]]] = []
        stretches: dict[float, tuple[Span, list[Evidence]]] = {}
        known = video.lane(self.per) if isinstance(self.per, str) else []
        for one in self._evidence(video):
            if self.per is None:
                found.append((Span(one.start, one.end), [one]))
                continue
            at = middle(one)
            if isinstance(self.per, str):
                within = next((span for span in known if span.start <= at < max(span.end, span.start + 1e-6)), None)
            else:
                start = at // self.per * self.per
                within = Span(start, min(start + self.per, video.seconds or start + self.per))
            if within is not None:
                stretches.setdefault(within.start, (within, []))[1].append(one)
        return found or [stretches[start] for start in sorted(stretches)]

    def _evidence(self, video: Timeline) -> list[Evidence]:
        """The spans with a text, in the order of time."""
        found = []
        for lane in self.of:
            for span in video.lane(lane):
                text = " ".join((span.text or "").split())
                if not text:
                    self.reject(video, lane, span, "no_text")
                elif any(mark in text for mark in MEDIA_MARKS.values()):
                    self.reject(video, lane, span, "placeholder_in_text", detail=text[:200])
                else:
                    found.append(Evidence(span.start, span.end, lane, text, span.id))
        return sorted(found, key=lambda one: (middle(one), one.start))

    def _media(self, segment: Segment, stretch: Span, points: list[Span]) -> list[Medium]:
        """What is shown of *segment*."""
        if self.show == "clip":
            return [Medium("clip", "", round(stretch.start, 6), round(stretch.end, 6))]
        start, end = max(stretch.start, segment.start), min(stretch.end, segment.end)
        if self.frames is not None:
            inside = [point for point in points if start <= point.start < end or point.start == start]
            return [Medium("image", "", time, time) for time in self._chosen(inside)]
        share = 0.5 if self.at == "middle" else 0.0
        times = [round(start + (end - start) * (n + share) / self.count, 3) for n in range(self.count)]
        return [Medium("image", "", time, time) for time in sorted({min(time, end) for time in times})]

    def _chosen(self, points: list[Span]) -> list[float]:
        """The times of ``count`` of *points*, in order."""
        if len(points) > self.count:
            if self.by is not None:
                name = self.by
                points = sorted(points, key=lambda point: -point.values.get(name, float("-inf")))[: self.count]
            else:
                points = [points[int((n + 0.5) * len(points) / self.count)] for n in range(self.count)]
        return sorted({point.start for point in points})

    def _add(self, video: Timeline, segments: list[Segment]) -> None:
        """Add the document of *segments*, or reject it."""
        told = [one for segment in segments for one in segment.told]
        media = [medium for segment in segments for medium in segment.media]
        whole = Span(segments[0].start, max(segment.end for segment in segments))
        words = sum(segment.words for segment in segments)
        if words < self.min_words or len(segments) < self.min_segments:
            short = words if words < self.min_words else len(segments)
            least = self.min_words if words < self.min_words else self.min_segments
            self.reject(video, told[0].lane, whole, "too_short", value=short, threshold=least)
            return
        if not media:
            self.reject(video, told[0].lane, whole, "no_media")
            return
        written = document(segments, self.layout)
        try:
            question = self._question(video, whole)
        except KeyError as lacking:
            self.reject(video, told[0].lane, whole, "no_words_for_slot", detail=f"{{{lacking.args[0]}}}")
            return
        messages = [Message("user", question)] if question else []
        sample = Sample(TASK, question, "\n".join(segment.text for segment in segments), whole.start, whole.end, told)
        sample.params = {LAYOUT: self.layout}
        sample.messages = [*messages, Message("assistant", written)]
        sample.media = media
        self.add_samples(video, [sample])
        for name, count in (("documents", 1), ("segments", len(segments)), ("media", len(media))):
            video.report[name] = video.report.get(name, 0) + count

    def _question(self, video: Timeline, whole: Span) -> str:
        """What the document of the stretch *whole* answers; nothing where nothing is asked.

        Raises:
            KeyError: a slot for which there are no words.
        """
        if not self.ask:
            return ""
        text = seeded(self.key, video.seed, video.id, whole.start).choice(self.ask)
        return fill(text, {slot: words for slot in slots_of(text) if (words := _words(video, slot, whole))})

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``12 documents of 140 segments, with 150 pictures``."""
        if not totals:
            return None
        count, segments, media = (int(totals.get(name, 0)) for name in ("documents", "segments", "media"))
        shown = "pictures" if self.show == "image" else "clips"
        return f"{count} document{'' if count == 1 else 's'} of {segments} segments, with {media} {shown}"


def _words(video: Timeline, slot: str, whole: Span) -> str:
    """What fills *slot* in the stretch *whole*: what its lane says most of that time; or nothing."""
    kind, _, name = slot.partition(":")
    if kind == "attr":
        return " ".join(video.attrs.get(name, "").split())
    shares = [(min(span.end, whole.end) - max(span.start, whole.start), span) for span in video.lane(name) if span.text]
    share, most = max(shares, key=lambda one: one[0], default=(0.0, whole))
    return " ".join((most.text or "").split()) if share > 0 else ""
