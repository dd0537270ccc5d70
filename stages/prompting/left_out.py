"""What a teacher was not shown for want of room: counted for each video, and said once with the key to raise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...schemas import Span, Timeline
from ...schemas.rounding import ROUNDING
from .frame_choice import Look
from .hearing import told_sounds
from .marks import told_boxless


def count_words(video: Timeline, left_out: Iterable[int]) -> None:
    """Count the words of material that were *left_out*, one number for each span that is described."""
    cut = [words for words in left_out if words]
    if cut:
        _add(video, "cut_spans", len(cut))
        _add(video, "cut_words", sum(cut))


def count_frames(video: Timeline, spans: Iterable[Span], look: Look | None) -> None:
    """Count the *spans* with more keyframes than *look* shows of one, and those that have none."""
    if look is None or look.which != "keyframes":
        return
    points = [point.start for point in video.lane(look.lane)]
    for span in spans:
        held = sum(span.start - ROUNDING <= point < max(span.end, span.start + ROUNDING) for point in points)
        if held > look.count:
            _add(video, "thinned_spans", 1)
            _add(video, "thinned_frames", held - look.count)
        elif not held:
            _add(video, "spans_without_keyframes", 1)


def count_stretches(video: Timeline, stretches: Iterable[tuple[float, float]], look: Look | None) -> None:
    """The same of *stretches*, each a start and an end in seconds; one that comes up again counts once."""
    count_frames(video, [Span(start, end) for start, end in dict.fromkeys(stretches)], look)


def told_words(name: str, totals: Mapping[str, float], key: str, limit: int) -> list[str]:
    """The sentence for the words that a limit of *limit* words, the setting *key* of the stage *name*, cut off."""
    if not (spans := int(totals.get("cut_spans", 0))):
        return []
    lost, verb = _many(totals["cut_words"], "word"), _were(totals["cut_words"])
    return [f"{name}: {lost} of the material of {_many(spans, 'span')} {verb} cut off; raise {key}, which is {limit}."]


def told_frames(name: str, totals: Mapping[str, float], look: Look | None) -> list[str]:
    """The sentences for keyframes that *look* left out, and for spans that were shown other frames instead; and those
    for sound that was not sent, and for spans without a box."""
    lines = [*told_sounds(name, totals), *told_boxless(name, totals)]
    if look is not None and (spans := int(totals.get("thinned_spans", 0))):
        lost, verb = _many(totals["thinned_frames"], "keyframe"), _were(totals["thinned_frames"])
        more = f"raise look: {{count: {look.count}}} to show all"
        lines.append(f"{name}: {lost} of {_many(spans, 'span')} {verb} not shown, evenly left out; {more}.")
    if look is not None and (spans := int(totals.get("spans_without_keyframes", 0))):
        instead = f"{_many(look.count, 'frame')}, evenly spread, instead"
        lines.append(f"{name}: {_many(spans, 'span')} without a point in {look.lane} had {instead}.")
    return lines


def _many(count: float, noun: str) -> str:
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"


def _were(count: float) -> str:
    return "was" if count == 1 else "were"


def _add(video: Timeline, key: str, count: float) -> None:
    video.report[key] = video.report.get(key, 0) + count
