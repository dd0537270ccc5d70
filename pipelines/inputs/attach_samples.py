"""Questions that a label file has, laid on a timeline: the stretches that they rest on as spans, and the samples."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence

from ...rules.streams import fault_of_turns, spoken
from ...schemas import Evidence, Measured, Reject, Sample, Span, Timeline, make_id
from ...schemas.input_video import ImportedSample, Source
from ...schemas.sample import IMPORTED
from ...schemas.text import clean
from ...stages.labels.label_import import OVERRUN, STAGE, time_fault


def cited_in(source: Source) -> Iterator[Evidence]:
    """The stretches that the questions of *source* rest on."""
    return (item for one in source.samples for item in one.sample.evidence)


def lay_samples(video: Timeline, found: Sequence[ImportedSample], known: float | None) -> None:
    """Lay the questions *found* on *video*, whose length, where it is not from labels, is *known*.

    A question about a stretch outside of the video becomes a reject, and so does one that is there already, and a
    stream with a turn outside of the video.
    """
    lanes: dict[str, dict[str, Span]] = {}
    ids = {sample.id for sample in video.samples}
    for one in found:
        sample = copy.deepcopy(one.sample)
        faults = (time_fault(item.start, item.end, known or None) for item in sample.evidence)
        if why := next((fault for fault in faults if fault), ""):
            ends = [item.end for item in sample.evidence if math.isfinite(item.end)]
            _reject(video, one, "bad_time", why, max(ends, default=None), known)
            continue
        if sample.is_stream and (wrong := fault_of_turns(spoken(sample), known or math.inf, OVERRUN)) is not None:
            _reject(video, one, *wrong, known)
            continue
        _place(video, sample)
        if sample.id in ids:
            _reject(video, one, "doubled_question", "the same question, answer and id are there already")
            continue
        ids.add(sample.id)
        for item in sample.evidence:
            _cite(lanes.setdefault(item.lane, {}), item, sample)
        video.samples.append(sample)
    for lane, spans in lanes.items():
        there = {span.id for span in video.lane(lane)}
        video.put(lane, [*video.lane(lane), *(span for key, span in spans.items() if key not in there)])


def _place(video: Timeline, sample: Sample) -> None:
    """Cut the evidence of *sample* to *video*, and give what has none its stretch, its ids and its length."""
    made_here = sample.teacher == IMPORTED and not any(item.span for item in sample.evidence)
    for item in sample.evidence:
        item.end = max(item.start, min(item.end, video.seconds))
        item.text = clean(item.text)
    if made_here and sample.is_stream:  # it lasts from its first turn to the end of the video, silent at last
        sample.end = max(sample.end, video.seconds)
        for turn in sample.messages if video.seconds else ():
            turn.time = None if turn.time is None else min(turn.time, video.seconds)
    elif made_here:
        sample.start = min(item.start for item in sample.evidence)
        sample.end = max(item.end for item in sample.evidence)
        if video.seconds:
            sample.params.setdefault("duration", repr(video.seconds))
    words = sample.task, sample.question, sample.options, sample.answer, sample.params.get("file_id", "")
    for item in sample.evidence if made_here else ():
        item.span = make_id(video.id, item.lane, *words, item.start, item.end)
    if not sample.id:
        sample.id = make_id(video.id, STAGE, *words, [(item.start, item.end) for item in sample.evidence])


def _cite(spans: dict[str, Span], item: Evidence, sample: Sample) -> None:
    """Lay what *item* cites: for a question made here the question with its answer, else the words that are cited."""
    key = item.span or make_id(item.lane, item.start, item.end, item.text)
    span = spans.get(key)
    if span is None:
        asked = sample.teacher == IMPORTED and bool(item.span) and item.text == sample.answer
        text, label = (sample.question, item.text) if asked else (item.text, None)
        spans[key] = Span(item.start, item.end, text, label, source=IMPORTED, id=key)
    else:  # cited in parts
        span.start, span.end = min(span.start, item.start), max(span.end, item.end)
        span.text = max(span.text or "", item.text, key=len) if span.label is None else span.text


def _reject(
    video: Timeline, one: ImportedSample, reason: str, why: str, value: float | None = None, limit: float | None = None
) -> None:
    detail = clean(f"{one.where}: {one.sample.question[:120]!r}: {why}")
    facts = Measured(value=value, threshold=limit, detail=detail)
    video.rejects.append(Reject(STAGE, "failed", reason, lane=one.lane, **facts))
