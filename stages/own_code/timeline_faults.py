"""What is wrong with a timeline that somebody else's code has changed, in words for them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...rules.media_parts import MarksDiffer, media_parts
from ...schemas import Box, Evidence, Medium, Message, Reject, Sample, Span, Timeline

SLACK = 0.01
"""Seconds by which a time may lie beyond the end of the video: lengths are rounded."""


def first_fault(before: Timeline, after: Timeline, writes: Collection[str]) -> str:
    """The first thing that is wrong with *after*, which code has made of *before*; empty: nothing.

    *writes* are the lanes that it may add.
    """
    return next(_faults(before, after, writes), "")


def _faults(before: Timeline, after: Timeline, writes: Collection[str]) -> Iterator[str]:
    for name in ("id", "uri"):
        if getattr(before, name) != getattr(after, name):
            yield f"the {name} of a timeline does not change: it was {getattr(before, name)!r}"
    if after.state != "kept":
        yield "state is set by vdata: return False, or raise Dropped"
    kinds = (("lanes", dict), ("samples", list), ("rejects", list), ("attrs", dict), ("report", dict))
    for name, kind in kinds:
        if not isinstance(getattr(after, name), kind):
            yield f"{name} must be a {kind.__name__}, and is {_kind(getattr(after, name))}"
            return
    for lane, spans in after.lanes.items():
        if not isinstance(lane, str):
            yield f"a lane is called by a text, not {lane!r}"
        elif lane not in before.lanes and lane not in writes:
            yield f"the lane {lane} is not among those that it says it writes: add it to writes"
        elif not isinstance(spans, list):
            yield f"lane {lane} must be a list of spans, and is {_kind(spans)}"
        elif spans != before.lanes.get(lane):
            yield from _of_spans(lane, spans, after.seconds)
    known = {one.id for one in before.samples}
    for n, sample in enumerate(after.samples, 1):
        if not isinstance(sample, Sample):
            yield f"sample {n} must be a Sample, and is {_kind(sample)}"
        elif not sample.id or sample.id not in known:
            yield from (f"sample {n}: {fault}" for fault in _of_sample(sample, after.seconds))
    yield from _of_texts("attrs", after.attrs)
    yield from _of_numbers("report", after.report)
    if not all(isinstance(one, Reject) for one in after.rejects):
        yield "rejects must be Rejects: drop a span with video.drop_span, and a video with Dropped"


def _of_spans(lane: str, spans: list[Any], seconds: float) -> Iterator[str]:
    for n, span in enumerate(spans, 1):
        where = f"lane {lane}, span {n}"
        if not isinstance(span, Span):
            yield f"{where} must be a Span, and is {_kind(span)}"
            continue
        yield from (f"{where}: {fault}" for fault in _of_times(span.start, span.end, seconds))
        for name in ("text", "label"):
            if not isinstance(getattr(span, name), (str, type(None))):
                yield f"{where}: {name} must be a text or None, and is {_kind(getattr(span, name))}"
        if span.score is not None and not _is_number(span.score):
            yield f"{where}: score must be a number or None, and is {span.score!r}"
        if not isinstance(span.source, str) or not isinstance(span.id, str):
            yield f"{where}: source and id are texts"
        yield from (f"{where}: {fault}" for fault in _of_numbers("values", span.values))
        yield from (f"{where}: {fault}" for fault in _of_texts("attrs", span.attrs))
        yield from (f"{where}: {fault}" for fault in _of_boxes(span.boxes))


def _of_boxes(boxes: Any) -> Iterator[str]:
    if not isinstance(boxes, list) or not all(isinstance(one, Box) for one in boxes):
        yield "boxes must be a list of Box"
        return
    for one in boxes:
        numbers = (one.time, one.left, one.top, one.right, one.bottom)
        if not all(map(_is_number, numbers)) or not (0 <= one.left < one.right <= 1 and 0 <= one.top < one.bottom <= 1):
            yield f"the sides of a box are shares of the picture, 0 to 1, and it has an area: {one}"
            return


def _of_times(start: Any, end: Any, seconds: float) -> Iterator[str]:
    if not _is_number(start) or not _is_number(end):
        yield f"start and end must be finite numbers of seconds, and are {start!r} and {end!r}"
    elif start < 0 or end < start:
        yield f"it must start at 0 or later and end after that, and is {start:g} to {end:g} s"
    elif seconds and end > seconds + SLACK:
        yield f"it ends at {end:g} s, after the video, which is {seconds:g} s long"


def _of_sample(sample: Sample, seconds: float) -> Iterator[str]:
    yield from _of_times(sample.start, sample.end, seconds)
    if sample.seen_start is not None or sample.seen_end is not None:
        start = 0.0 if sample.seen_start is None else sample.seen_start
        yield from (f"seen: {one}" for one in _of_times(start, sample.seen_end, seconds))
    for name in ("task", "question", "answer"):
        if not isinstance(getattr(sample, name), str) or not getattr(sample, name).strip():
            yield f"{name} must be a text with something in it, and is {getattr(sample, name)!r}"
    if not isinstance(sample.options, list) or not all(isinstance(one, str) for one in sample.options):
        yield "options must be a list of texts"
    elif sample.options and sample.answer_index not in range(len(sample.options)):
        yield f"answer_index must be 0 to {len(sample.options) - 1}, and is {sample.answer_index!r}"
    for name, kind in (("evidence", Evidence), ("messages", Message), ("media", Medium)):
        if not isinstance(own := getattr(sample, name), list) or not all(isinstance(one, kind) for one in own):
            yield f"{name} must be a list of {kind.__name__}"
            return
    times = [turn.time for turn in sample.messages if turn.time is not None]
    for time in times:
        if not _is_number(time) or time < 0 or (seconds and time > seconds + SLACK):
            yield f"the time of a message must be a second of the video, 0 to {seconds:g}, or None, and is {time!r}"
            return
    if times != sorted(times):
        yield f"the times of its messages must rise, and are {', '.join(f'{time:g}' for time in times)} s"
    try:
        media_parts(sample)
    except MarksDiffer as why:
        yield str(why)


def _of_texts(name: str, given: Any) -> Iterator[str]:
    if not isinstance(given, Mapping):
        yield f"{name} must be names with texts, and is {_kind(given)}"
        return
    for key, value in given.items():
        if not isinstance(key, str) or not isinstance(value, str):
            yield f"{name} must be names with texts, and {key!r} is {value!r}"


def _of_numbers(name: str, given: Any) -> Iterator[str]:
    if not isinstance(given, Mapping):
        yield f"{name} must be names with numbers, and is {_kind(given)}"
        return
    for key, value in given.items():
        if not isinstance(key, str) or not _is_number(value):
            yield f"{name} must be names with numbers, and {key!r} is {value!r}"


def _is_number(value: Any) -> bool:
    """Whether it is a finite number; those of numpy count, and truths do not."""
    if isinstance(value, (bool, str, bytes)) or value is None:
        return False
    try:
        return math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def unstorable(video: Timeline) -> str:
    """Why *video* cannot be written to a table; empty: it can."""
    from ...schemas.arrow import rejects_table, samples_table, timelines_table

    try:
        timelines_table([video], list(video.lanes))
        samples_table([video])
        rejects_table([video])
    except Exception as error:  # pyarrow has many kinds
        return " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return ""
