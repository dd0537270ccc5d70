"""``match: {mode: curves}``: how much of each concept is seen, step by step."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from ...schemas import Failed, Span, Timeline
from ...schemas.vectors import unpack
from .embedding import of_texts, of_times, same_length

if TYPE_CHECKING:
    from ..stage import Teacher
    from .match import Match

CONCEPT = "{concept}"
AT_ONCE = 4096
"""Concepts whose cosines are worked out together."""


async def run(stage: Match, video: Timeline, teacher: Teacher) -> None:
    """Lay the curves on *video*, a span for each step, and the windows if they are asked for.

    Raises:
        Failed: a concept has no vector, or no frame has.
    """
    concepts = list(dict.fromkeys(one.strip() for one in stage.concepts if one.strip()))
    asked = {one: stage.template.replace(CONCEPT, one) for one in concepts}
    texts = await of_texts(teacher, asked.values(), stage.name())
    texts.count_cut(video)
    if (failed := texts.failure(asked.values())) is not None:
        raise Failed(failed.failure, failed.detail)
    steps = [(n * stage.every, min((n + 1) * stage.every, video.seconds)) for n in range(_count(stage, video))]
    times = [round((start + end) / 2, 6) for start, end in steps]
    frames = await of_times(teacher, video, times, stage.size, stage.name())
    seen = frames.expect_some().vectors
    same_length([*texts.vectors.values(), *seen.values()])
    at = [time for time in times if time in seen]
    shown = _most_seen([texts.vectors[text] for text in asked.values()], [seen[time] for time in at], stage.top)
    curves = {concepts[n]: dict(zip(at, curve, strict=True)) for n, curve in shown.items()}
    spans = []
    for (start, end), time in zip(steps, times, strict=True):
        span = Span(start, end, source="measured")
        if time in seen:
            span.values = {one: curve[time] for one, curve in curves.items()}
            span.label = max(span.values, key=lambda one: span.values[one])
            span.score = span.values[span.label]
            span.vector = seen[time] if stage.keep_vectors else None
            spans.append(span)
        else:
            stage.reject_reply(video, frames.replies[time], stage.lane_into, span)
    video.put(stage.lane_into, spans)
    if stage.windows:
        video.put(stage.windows, [span for one in _by_sum(curves) for span in _windows(one, spans, stage.level)])
    video.report |= {"done": len(spans), "without": len(steps) - len(spans)}


def _most_seen(texts: list[bytes], frames: list[bytes], top: int | None) -> dict[int, list[float]]:
    """The curves of the *top* of *texts* whose sums are the largest, or of all, by their places, in the order of these.

    There may be many thousand texts, of which only those curves are held.
    """
    import numpy as np

    if not frames:
        return {}
    pictures = unpack(frames).astype(np.float64).T

    def cosines(chosen: list[bytes]) -> Any:
        return np.round((unpack(chosen).astype(np.float64) @ pictures).clip(-1, 1), 4)

    sums = [cosines(texts[n : n + AT_ONCE]).sum(axis=1) for n in range(0, len(texts), AT_ONCE)]
    best = sorted(np.argsort(-np.concatenate(sums), kind="stable")[:top].tolist())
    return dict(zip(best, cosines([texts[n] for n in best]).tolist(), strict=True))


def _by_sum(curves: dict[str, dict[float, float]]) -> list[str]:
    """The concepts, what is seen most first."""
    return sorted(curves, key=lambda one: -sum(curves[one].values()))


def _count(stage: Match, video: Timeline) -> int:
    """Steps; the rest of the video that is no whole step is one if it is at least half as long."""
    return max(1, round(video.seconds / stage.every + 1e-9)) if video.seconds > 0 else 0


def _windows(concept: str, spans: list[Span], level: float) -> list[Span]:
    """The stretches where the curve of *concept* is on its highest level."""
    levels = [span.values[concept] // level for span in spans]
    found = []
    for highest, group in groupby(zip(spans, levels, strict=True), key=lambda one: one[1] == max(levels)):
        own = [span for span, _ in group]
        if highest:
            mean = sum(span.values[concept] for span in own) / len(own)
            found.append(Span(own[0].start, own[-1].end, label=concept, score=round(mean, 4), source="measured"))
    return found
