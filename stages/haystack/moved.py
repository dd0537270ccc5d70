"""What lies on a video that becomes a part of another, moved with it: spans, samples, and what they cite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...rules.box_fit import fitted
from ...rules.clock import clock_of
from ...rules.query_times import ASKED_AT
from ...rules.quoted import mask_quotes
from ...rules.solve import rule_of
from ...rules.stamps import holds_time
from ...rules.streams import STREAM, with_ids
from ...rules.track_lines import moved
from ...schemas import Box, Evidence, Failed, Sample, Span, Timeline, make_id
from ...schemas.rounding import ROUNDING

_FIGURE = re.compile(r"\d[.:]\d")
"""What may be a time in another language than English."""
HALF = 0.5
"""The share of a span that must lie in a part, which then has what lies in it."""


@dataclass(slots=True)
class MovedPart:
    """The way of the stretch *begin* to *finish* of *source* (seconds) into *video*, where it begins at *start*."""

    source: Timeline
    video: Timeline
    number: int
    """Which piece of *video* it is, from 1."""
    begin: float
    finish: float
    start: float
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the samples say besides: the columns in which the parts agree that are joined."""
    ids: dict[str, str] = field(default_factory=dict)
    """The new id of each span that is moved, by its old one."""

    def lanes(self) -> dict[str, list[Span]]:
        """The spans of each lane that lie in the stretch, at their new times; of one that its edge cuts, the larger
        half."""
        found = {lane: [one for one in spans if self._within(one)] for lane, spans in self.source.lanes.items()}
        for span in (span for spans in found.values() for span in spans):
            self.ids[span.id] = make_id(self.video.id, self.number, span.id)
        return {lane: [self._span(span) for span in spans] for lane, spans in found.items() if spans}

    def at(self, time: float) -> float:
        """The new time of *time* (seconds of the source), which is moved to the nearest edge when it lies outside."""
        return round(min(max(time, self.begin), self.finish) - self.begin + self.start, 6)

    def sample(self, sample: Sample, *, whole: bool) -> Sample:
        """*sample*, asked of the new video. *whole*: it is about all of it, and its evidence says where it lies.

        Raises:
            Failed: ``outside_part``, ``times_in_words``, ``answer_of_one_part``, ``stream_of_one_part``: it would not
                be true there.
        """
        cited = sample.evidence or [Evidence(sample.start, sample.end, "", "")]
        if any(one.start < self.begin - ROUNDING or one.end > self.finish + ROUNDING for one in cited):
            raise Failed("outside_part", "what it rests on lies outside of the part that is joined")
        if rule_of(sample.task, sample.params) is not None:
            raise Failed(
                "answer_of_one_part", "its answer follows from the lanes of its part: ask it behind join or group"
            )
        if whole and sample.is_stream:
            raise Failed(
                "stream_of_one_part", "its requests stand until the end of the video: list stream behind join or group"
            )
        if not self.source.is_still and _holds_time(sample):
            raise Failed("times_in_words", "its words hold times of its part: ask it behind join or group")
        end = self.video.seconds
        evidence = [
            replace(
                one,
                start=self.at(one.start),
                end=self.at(one.end),
                span=self.ids.get(one.span, ""),
                boxes=self._boxes(one.boxes),
            )
            for one in sample.evidence
        ]
        params = {**sample.params, **self.facts, "part": str(self.number), "part_uri": self.source.uri}
        params = with_ids(params, self.ids) if STREAM in params else params
        params |= {"part_start": f"{self.start - self.begin:g}", "duration": f"{end:g}"}
        if ASKED_AT in params:
            params[ASKED_AT] = repr(self.at(float(params[ASKED_AT])))
        return replace(
            sample,
            id=make_id(self.video.id, sample.id),
            group=make_id(self.video.id, sample.group) if sample.group else "",
            start=0.0 if whole else self.at(sample.start),
            end=end if whole else self.at(sample.end),
            evidence=evidence,
            params=params,
            messages=[replace(one, time=self._moved(one.time)) for one in sample.messages],
            clip_start=self._moved(sample.clip_start),
            clip_end=self._moved(sample.clip_end),
            seen_start=self._moved(sample.seen_start),
            seen_end=self._moved(sample.seen_end),
            frames=[replace(one, time=self.at(one.time)) for one in sample.frames],
            media=[
                one if one.video else replace(one, start=self.at(one.start), end=self.at(one.end))
                for one in sample.media
            ],
        )

    def _moved(self, time: float | None) -> float | None:
        return None if time is None else self.at(time)

    def _within(self, span: Span) -> bool:
        inside = min(span.end, self.finish) - max(span.start, self.begin)
        if span.seconds <= ROUNDING:  # a point at the edge of two stretches is the first frame of the later one
            last = self.finish >= self.source.seconds - ROUNDING
            return self.begin - ROUNDING <= span.start and (
                span.start < self.finish - ROUNDING or (last and span.start <= self.finish + ROUNDING)
            )
        return inside > HALF * span.seconds - ROUNDING

    def _span(self, span: Span) -> Span:
        attrs = {name: _renamed(text, self.ids) for name, text in span.attrs.items()}
        place = {"start": self.at(span.start), "end": self.at(span.end), "id": self.ids[span.id]}
        boxes = self._boxes(span.boxes)
        return replace(span, **place, values=dict(span.values), attrs=attrs, boxes=boxes)  # type: ignore[arg-type]

    def _boxes(self, boxes: list[Box]) -> list[Box]:
        """Those of *boxes* that lie in the stretch, at their new times and in the shape of the new picture."""
        kept = moved(boxes, self.begin, self.finish, self.start - self.begin)
        old, new = self.source.media, self.video.media
        return fitted(kept, (old.width, old.height), (new.width, new.height)) if kept and old and new else kept


def _renamed(text: str, ids: Mapping[str, str]) -> str:
    """*text*, in which spans are named by their new ids when it is made of ids."""
    if text.partition(" ")[0] not in ids:
        return text
    return " ".join(ids.get(one, one) for one in text.split(" "))


def _holds_time(sample: Sample) -> bool:
    texts = [sample.question, sample.answer, sample.rationale, sample.rejected, *sample.options]
    texts += [turn.content for turn in sample.messages]
    if "time_format" not in sample.params:
        return holds_time(texts, None)
    clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    strange = not clock.language.english and any(_FIGURE.search(mask_quotes(text)) for text in texts)
    return strange or holds_time(texts, clock)
