"""``match: {mode: score}``: how well the text of each span fits its frames, or the nearest text of another lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...schemas import Span, Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.vectors import cosine, unpack
from .embedding import chosen_times, of_texts, of_times, pooled, same_length

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..stage import Teacher
    from .match import Match


async def run(stage: Match, video: Timeline, teacher: Teacher) -> None:
    """Give the spans of *video* their value."""
    spans = [span for span in video.lane(stage.lane) if span.words]
    others = [span for span in video.lane(stage.against) if span.words] if stage.against else []
    texts = await of_texts(teacher, [span.words for span in (*spans, *others)], stage.name())
    texts.count_cut(video)
    said = texts.expect_some().vectors
    times = [] if stage.against else chosen_times(video, spans, stage.look)
    frames = await of_times(teacher, video, [time for own in times for time in own], stage.look.size, stage.name())
    seen = frames.expect_some().vectors
    same_length([*said.values(), *seen.values()])
    scores, ours = [], list[bytes | None]()
    for n, span in enumerate(spans):
        own = said.get(span.words)
        if stage.against:
            early, late = span.start - stage.near - ROUNDING, span.end + stage.near + ROUNDING
            near = [one for one in others if one is not span and one.start < late and one.end > early]
            rivals, failed = [said[one.words] for one in near if one.words in said], texts.failure([span.words])
            ours.append(own)
        else:
            mean = pooled(seen, times[n])
            rivals, failed = [mean] if mean else [], texts.failure([span.words]) or frames.failure(times[n])
            ours.append(mean or None)
        if stage.keep_vectors:
            span.vector = own
        if own is not None and rivals:
            span.values[stage.value] = score = round(max(cosine(own, one) for one in rivals), 4)
            scores.append(score)
        elif failed is not None:
            stage.reject_reply(video, failed, stage.lane, span)
    if stage.matrix:
        _lay_rows(stage, spans, ours, [said.get(one.words) for one in (others if stage.against else spans)])
    without = len(video.lane(stage.lane)) - len(scores)
    video.report |= {"done": len(scores), "sum": sum(scores), "without": without}


def _lay_rows(stage: Match, spans: Sequence[Span], ours: Sequence[bytes | None], texts: Sequence[bytes | None]) -> None:
    """Give each of *spans* the cosines of its vector in *ours* with those of all *texts*, and the rank of its own."""
    import numpy as np

    known = [n for n, text in enumerate(texts) if text is not None]
    if not known:
        return
    held = _unit(unpack([text for text in texts if text is not None]))
    for n, (span, own) in enumerate(zip(spans, ours, strict=True)):
        if own is None:
            continue
        row = np.full(len(texts), np.nan)
        row[known] = np.round(held @ _unit(unpack([own]))[0], 4)
        span.attrs[f"{stage.value}_row"] = " ".join(f"{cell:g}" for cell in row)
        if not stage.against and texts[n] is not None:
            span.values[f"{stage.value}_rank"] = float(1 + (row > row[n]).sum())


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """*vectors* of unit length, which float16 has rounded."""
    import numpy as np

    wide = vectors.astype(np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)  # type: ignore[no-any-return]
