"""``match: {mode: align}``: spans move to where their text fits best, by the frames or by the texts of another lane."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...schemas import Span, Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.vectors import cosine
from .embedding import Vectors, of_texts, of_times, pooled, same_length

if TYPE_CHECKING:
    from ..stage import Teacher
    from .match import Match


@dataclass(frozen=True, slots=True)
class FitPlace:
    """Where a span may go, in seconds, and the vector of what is there."""

    start: float
    end: float
    vector: bytes


async def run(stage: Match, video: Timeline, teacher: Teacher) -> None:
    """Move the spans of *video*, or lay moved ones on another lane."""
    spans = [span for span in video.lane(stage.lane) if span.words]
    others = [span for span in video.lane(stage.against) if span.words] if stage.against else []
    texts = await of_texts(teacher, [span.words for span in (*spans, *others)], stage.name())
    texts.count_cut(video)
    said = texts.expect_some().vectors
    wanted = [] if stage.against else [list(_frames(span, video.seconds, stage)) for span in spans]
    frames = await of_times(teacher, video, [time for own in wanted for time in own], stage.size, stage.name())
    seen = frames.expect_some().vectors
    same_length([*said.values(), *seen.values()])
    moved, scores, placed, done = 0, [], [], set[str]()
    for n, span in enumerate(spans):
        own = said.get(span.words)
        places = _beside(span, others, said, stage) if stage.against else _along(span, seen, video.seconds, stage)
        best, score = _best(span, own, places) if own is not None else (None, 0.0)
        if best is None:
            failed = texts.failure([span.words]) or (frames.failure(wanted[n]) if wanted else None)
            if failed is not None:
                stage.reject_reply(video, failed, stage.lane, span)
            continue
        moved += abs(best.start - span.start) > ROUNDING or abs(best.end - span.end) > ROUNDING
        scores.append(score)
        done.add(span.id)
        placed.append(_moved(span, best, score, stage))
        if stage.keep_vectors:
            placed[-1].vector = own
    left = [span for span in video.lane(stage.lane) if span.id not in done]
    video.put(stage.lane_into, [*placed, *(left if stage.lane_into == stage.lane else [])])
    without = len(video.lane(stage.lane)) - len(scores)
    video.report |= {"done": len(scores), "sum": sum(scores), "without": without, "moved": moved}


def _moved(span: Span, place: FitPlace, score: float, stage: Match) -> Span:
    """*span* at *place*: itself, on the same lane, else a copy that names it."""
    attrs = {**span.attrs, "from": f"{span.start:.3f}-{span.end:.3f}"}
    values = {**span.values, stage.value: score}
    if stage.lane_into == stage.lane:
        return replace(span, start=place.start, end=place.end, attrs=attrs, values=values)
    attrs["of"] = span.id
    return replace(span, start=place.start, end=place.end, attrs=attrs, values=values, id="", vector=None)


def _starts(span: Span, seconds: float, stage: Match) -> list[float]:
    """Where *span* may begin, as far as the video goes: where it does, and at steps from there."""
    steps = int(stage.reach / stage.every + ROUNDING)
    last = max(seconds - (stage.window or span.seconds), 0.0)
    return sorted({round(min(max(span.start + n * stage.every, 0.0), last), 6) for n in range(-steps, steps + 1)})


def _frames(span: Span, seconds: float, stage: Match) -> Iterator[float]:
    """The times of the frames of all places where *span* may go: the same grid for all spans of a video."""
    for start in _starts(span, seconds, stage):
        yield from _inside(start, _end(start, span, seconds, stage), stage.every)


def _end(start: float, span: Span, seconds: float, stage: Match) -> float:
    return round(min(start + (stage.window or span.seconds), seconds or math.inf), 6)


def _inside(start: float, end: float, every: float) -> list[float]:
    """The frames of a grid of *every* seconds, which begins at half of that, from *start* to *end*; the one that is
    nearest to the middle where there is none."""
    first = math.ceil(start / every - 0.5 - ROUNDING)
    after = math.ceil(end / every - 0.5 - ROUNDING)
    if first >= after:
        return [round((max(0, round((start + end) / 2 / every - 0.5)) + 0.5) * every, 6)]
    return [round((n + 0.5) * every, 6) for n in range(max(0, first), after)]


def _along(span: Span, seen: Vectors, seconds: float, stage: Match) -> list[FitPlace]:
    """The places of *span* by the frames that are seen there."""
    places = []
    for start in _starts(span, seconds, stage):
        end = _end(start, span, seconds, stage)
        if vector := pooled(seen, _inside(start, end, stage.every)):
            places.append(FitPlace(start, end, vector))
    return places


def _beside(span: Span, others: Sequence[Span], said: Mapping[str, bytes], stage: Match) -> list[FitPlace]:
    """The places of *span* at the *others* in its reach, by what is *said* there."""
    reach = stage.reach + ROUNDING
    return [
        FitPlace(one.start, one.start + stage.window if stage.window else one.end, said[one.words])
        for one in others
        if one is not span and one.words in said and one.start < span.end + reach and one.end > span.start - reach
    ]


def _best(span: Span, own: bytes, places: Sequence[FitPlace]) -> tuple[FitPlace | None, float]:
    """The place of *span* that fits its vector *own* best, of equal ones the nearest, and the cosine there."""
    scored = [(round(cosine(own, one.vector), 4), one) for one in places]
    if not scored:
        return None, 0.0
    score, best = min(scored, key=lambda one: (-one[0], abs(one[1].start - span.start), one[1].start))
    return best, score
