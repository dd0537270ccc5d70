"""The parts of a video in which an answer says that something happens, and how far what is cited is outside."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...rules.bounds import bounds
from ...rules.clock import Clock
from ...rules.lazy_pattern import lazy
from ...rules.stamps import Stamp, durations, stamps
from ...rules.video_parts import VideoPart, parts
from ...schemas import Evidence, Sample
from .finding import Facts, cited_words
from .mentions import mask_cited
from .questions import asked_time, asks_length, asks_order, edge_named
from .time_pairs import says_gone

_COARSE = 5.0
"""Seconds of slack from which a time is coarse."""
_LOOSE = 4.0
"""Seconds by which a start or an end may lie outside a part of the video that is named in round words."""
_ANY_FROM = lazy(r"(?:\banywhere\s+)?(?:\bfrom\s+)?$", re.IGNORECASE)
_UNIT = lazy(r"\d|minute|second|hour", re.IGNORECASE)


def stretches(answer: str, question: str, sample: Sample, facts: Facts, clock: Clock | None = None) -> list[VideoPart]:
    """The parts of the video, and the bounds, within which *answer* says that something happens."""
    texts, cited = [item.text for item in sample.evidence], cited_words(sample)
    asked = asked_time(mask_cited(question, texts))
    masked = mask_cited(answer, texts)
    marks = not_cited(stamps(answer, clock, asked), answer, cited)
    told = _without(marks, masked)
    named = asked != "stretch" and edge_named(told, mask_cited(question, texts)) != ""
    bounding = [mark for mark in marks if not says_gone(answer, answer[: mark.at])]
    found = [] if asks_length(question) else bounds(masked, bounding, named, facts.duration)
    found += [
        part
        for part in parts(masked, facts.duration, asked != "" and len(sample.evidence) == 1)
        if not any(_taken(part, mark) for mark in marks)
        and (len(texts) < 2 or asked or not asks_order(question) or _UNIT.search(masked[part.at : part.until]))
    ]
    return [one for one in found if answer[one.at : one.until] not in cited]


def counted_to(answer: str) -> list[Stamp]:
    """The lengths of time in *answer* as points from the start of the video: ``How long do we wait? For 9 s.``"""
    told = durations(answer, asked=True)
    return [Stamp(one.named, one.named, True, one.at, one.until, (one.most - one.least) / 2) for one in told]


def _without(marks: Sequence[Stamp], text: str) -> str:
    """*text* with spaces for its *marks*: ``12 seconds from the start`` is not about a start."""
    for mark in marks:
        at = mark.at if mark.point else _ANY_FROM.search(text[: mark.at]).start()  # type: ignore[union-attr]
        text = text[:at] + " " * (mark.until - at) + text[mark.until :]
    return text


def _taken(part: VideoPart, mark: Stamp) -> bool:
    """Whether *part* is a piece of what *mark* is, or is cut into by a time that is no coarse one."""
    inside = mark.at <= part.at and part.until <= mark.until
    return inside or (mark.at < part.until and part.at < mark.until and mark.slack < _COARSE)


def outside(part: VideoPart, item: Evidence, edge: str) -> float:
    """Seconds by which *item*, or the *edge* of it that is spoken of, lies outside *part*."""
    if part.whole:
        return max(item.end - part.end, part.start - item.start)
    if edge:
        time = item.start if edge == "start" else item.end
        return max(time - part.end, part.start - time) - _LOOSE
    return max(item.start - part.end, part.start - item.end)


def not_cited(marks: list[Stamp], text: str, cited: str) -> list[Stamp]:
    """Without those that a cited span itself speaks of: ``the shop opens at 9:30``."""
    return [mark for mark in marks if text[mark.at : mark.until] not in cited]
