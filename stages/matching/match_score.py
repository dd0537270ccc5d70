"""``match: {mode: score}``: how well the text of each span fits its frames, or the nearest text of another lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas import Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.vectors import cosine
from .embedding import chosen_times, of_texts, of_times, pooled, same_length

if TYPE_CHECKING:
    from ..stage import Teacher
    from .match import Match


async def run(stage: Match, video: Timeline, teacher: Teacher) -> None:
    """Give the spans of *video* their value."""
    spans = [span for span in video.lane(stage.lane) if span.words]
    others = [span for span in video.lane(stage.against) if span.words] if stage.against else []
    texts = await of_texts(teacher, [span.words for span in (*spans, *others)], stage.name())
    said = texts.expect_some().vectors
    times = [] if stage.against else chosen_times(video, spans, stage.look)
    frames = await of_times(teacher, video, [time for own in times for time in own], stage.look.size, stage.name())
    seen = frames.expect_some().vectors
    same_length([*said.values(), *seen.values()])
    scores = []
    for n, span in enumerate(spans):
        own = said.get(span.words)
        if stage.against:
            early, late = span.start - stage.near - ROUNDING, span.end + stage.near + ROUNDING
            near = [one for one in others if one is not span and one.start < late and one.end > early]
            rivals, failed = [said[one.words] for one in near if one.words in said], texts.failure([span.words])
        else:
            mean = pooled(seen, times[n])
            rivals, failed = [mean] if mean else [], texts.failure([span.words]) or frames.failure(times[n])
        if stage.keep_vectors:
            span.vector = own
        if own is not None and rivals:
            span.values[stage.value] = score = round(max(cosine(own, one) for one in rivals), 4)
            scores.append(score)
        elif failed is not None:
            stage.reject_reply(video, failed, stage.lane, span)
    without = len(video.lane(stage.lane)) - len(scores)
    video.report |= {"done": len(scores), "sum": sum(scores), "without": without}
