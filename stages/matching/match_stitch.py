"""``match: {mode: stitch}``: neighbouring shots that look alike become one event."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas import Span, Timeline
from ...schemas.vectors import cosine
from .embedding import of_times, pooled, same_length

if TYPE_CHECKING:
    from ..stage import Teacher
    from .match import Match


@dataclass(slots=True)
class Ends:
    """Shots that belong together, with the vectors of the first frame and of the last, and of all."""

    shots: list[Span]
    first: bytes
    last: bytes
    all: list[bytes]

    @property
    def change(self) -> float:
        return apart(self.first, self.last)


def apart(one: bytes, other: bytes) -> float:
    """The distance of two vectors of unit length, 0..2."""
    return round(math.sqrt(max(0.0, 2 - 2 * cosine(one, other))), 4)


async def run(stage: Match, video: Timeline, teacher: Teacher) -> None:
    """Lay the events of *video*."""
    shots = video.lane(stage.lane)
    ends = [_ends(shot, stage.edge) for shot in shots]
    frames = await of_times(teacher, video, [time for own in ends for time in own], stage.size, stage.name())
    seen = frames.expect_some().vectors
    same_length(list(seen.values()))
    found: list[Ends | None] = []
    for shot, (start, end) in zip(shots, ends, strict=True):
        if start in seen and end in seen:
            found.append(Ends([shot], seen[start], seen[end], [seen[start], seen[end]]))
        elif (failed := frames.failure((start, end))) is not None:
            stage.reject_reply(video, failed, stage.lane, shot)
            found.append(None)
    events = _kept(stage, video, _joined(stage, video, found))
    video.put(stage.lane_into, events)
    video.report |= {"done": len(events), "without": found.count(None)}


def _ends(shot: Span, edge: float) -> tuple[float, float]:
    return round(shot.start + edge * shot.seconds, 6), round(shot.end - edge * shot.seconds, 6)


def _joined(stage: Match, video: Timeline, found: list[Ends | None]) -> Iterator[Ends]:
    """Events of the shots *found*; a transition, or a shot of which nothing is known, parts those beside it."""
    event: Ends | None = None
    for shot in found:
        if shot is not None and stage.transition is not None and shot.change > stage.transition:
            measured = {"value": shot.change, "threshold": stage.transition}
            stage.reject(video, stage.lane, shot.shots[0], "transition", **measured)  # type: ignore[arg-type]
            shot = None
        if event is not None and shot is not None and _belong(stage, event, shot):
            event = Ends(event.shots + shot.shots, event.first, shot.last, event.all + shot.all)
            continue
        if event is not None:
            yield event
        event = shot
    if event is not None:
        yield event


def _belong(stage: Match, event: Ends, shot: Ends) -> bool:
    near = shot.shots[0].start - event.shots[-1].end <= stage.gap
    return near and apart(event.last, shot.first) <= stage.distance


def _kept(stage: Match, video: Timeline, events: Iterator[Ends]) -> list[Span]:
    """The *events* that are neither still nor repeated, as spans; the others are rejects of their first shot."""
    kept: list[tuple[Span, bytes]] = []
    for event in events:
        first, last = event.shots[0], event.shots[-1]
        if stage.still is not None and event.change < stage.still:
            stage.reject(video, stage.lane, first, "still", value=event.change, threshold=stage.still)
            continue
        mean = pooled(dict(enumerate(event.all)), range(len(event.all)))
        near = min(((apart(mean, other), span.id) for span, other in kept if mean and other), default=None)
        if stage.repeated is not None and near is not None and near[0] < stage.repeated:
            like = next(span for span, _ in kept if span.id == near[1])
            detail = f"as from {like.start:g} to {like.end:g} s"
            stage.reject(video, stage.lane, first, "repeated", value=near[0], threshold=stage.repeated, detail=detail)
            continue
        start, end = first.start, last.end
        end = min(end, start + stage.max_seconds) if stage.max_seconds else end
        cut = stage.trim * (end - start)
        values = {"shots": float(len(event.shots)), "change": event.change}
        span = Span(start + cut, end - cut, source=first.source, values=values, id=f"{len(kept)}")
        kept.append((span, mean))
    for span, mean in kept:
        span.id, span.vector = "", (mean or None) if stage.keep_vectors else None
    return [span for span, _ in kept]
