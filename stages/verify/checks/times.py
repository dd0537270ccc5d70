"""Are the times right: inside the video, rising, and those of the cited spans?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

from ....rules.bounds import is_when
from ....rules.clock import Clock, clock_of
from ....rules.in_english import in_english
from ....rules.lazy_pattern import lazy
from ....rules.pinned import without_pins
from ....rules.quoted import mask_quotes
from ....rules.residue import unread
from ....rules.stamps import Stamp, stamps
from ....rules.video_parts import VideoPart
from ....schemas import Evidence, Sample
from ....schemas.rounding import FRAME_ROUNDING, ROUNDING
from ..finding import PASS, Facts, Finding, assistant_text, by_rule, cited_words, failure, unsure
from ..mentions import mask_cited, pick
from ..questions import (
    asked_time,
    asks_length,
    asks_roughly,
    counts_to,
    edge_named,
    edges,
    says_edge,
    without_not_until,
)
from ..time_pairs import bounded, ends_asked, says_gone
from ..time_parts import counted_to, not_cited, outside, stretches
from .check import RuleCheck

REASON = "bad_time"
_PURE = frozenset(
    {"moment_retrieval", "step_localisation", "highlight", "extractive_summary", "shot_boundaries", "summary_parts"}
)
"""Tasks made by rule whose answers are times and nothing else."""
_LEADING = frozenset(
    {
        "dense_caption",
        "frame_captions",
        "scene_script",
        "long_scene_script",
        "chapter_titles",
        "temporal_grounded_caption",
    }
)
"""Tasks made by rule whose answers have a time at the start of each line."""
_ASKED = frozenset(
    {
        "grounded_caption",
        "temporal_grounded_caption",
        "dense_caption",
        "frame_captions",
        "scene_script",
        "long_scene_script",
    }
)
"""Tasks made by rule whose questions speak of times."""
_OPEN = lazy(
    r"\W*(?:what (?!time\b|point\b|moment\b)|who|which (?!time|moment)|why|how|tell"
    r"|describe)",
    re.IGNORECASE,
)
"""Questions that do not name what the answer's times are of."""
_CLOCK = lazy(r"(?<![\d:.,])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])(?!\s*(?:Uhr|h\b|時|时|点))")
"""A clock time, as it is written in any language; not the time of day."""
_YES = lazy(r"\W*(?:yes|yeah|yep|indeed|correct|right|true|it does|it did|that is (?:right|correct|so))\b", re.I)
_NO = lazy(r"\W*(?:no|nope|nah|incorrect|wrong|false)\b", re.IGNORECASE)
_EDGE_AT = lazy(
    r"\W*(?:what|which|who)\b(?:\s+(?:of|the|these|those|two|action|activity|event|thing|scene|part|segment|clip|one"
    r"|is|it"
    r"|that|does|in|video|here))*\s+(?:\w+\s+){1,5}(?:at|from|until|till|around|about"
    r"|by)\s+(?:the\s+)?(?:second\s+)?[\W_]*$",
    re.IGNORECASE,
)
"""A question that names nothing but an edge before its time: ``What gets under way at …?``"""
_ROUGH = 6.0
"""Seconds by which a time may be off where the question asks for it roughly."""
_WITHIN = lazy(
    r"\b(?:within|inside)\b|\b(?:past|after|beyond|before|prior to|later than|(?:not|no|neither) (?:before"
    r"|(?:earlier|sooner) than))(?=[^\w.;]*(?:\w+ ?){0,2}$)",
    re.IGNORECASE,
)
"""What may stand before a stretch and moves none of its ends."""
_IN_FULL_SWING = lazy(
    r"[^.;]*\b(?:in full swing|in the middle of|already (?:going on|under ?way"
    r"|at it))\b",
    re.IGNORECASE,
)
_SENTENCE = lazy(r"[.;!?]\s+|\n+")
_SEGMENT = lazy(r"[.;:!?]\s+|\n+|,\s+(?:and|then|while|but|whereas)?\s*|\s+(?:and|while|whereas|but)\s+")


class TimesCheck(RuleCheck):
    """``bad_time``: a time outside the video, an end before its start, or one that no cited span has."""

    name = "times"
    position = 30
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        wrong = _check_stretches(sample, facts)
        if wrong is not None:
            return wrong
        if by_rule(sample):
            sample = in_english(sample)
        clock = clock_of(sample.params, float(sample.params.get("duration", facts.duration)))
        return _check_by_rule(sample, facts, clock) if by_rule(sample) else _check_prose(sample, facts, clock)

    def check_figures(self, sample: Sample, facts: Facts) -> Finding | None:
        """The stretches, and whether each time such as 1:05 lies in a cited span, or is its start or end."""
        wrong = _check_stretches(sample, facts)
        if wrong is not None:
            return wrong
        answer, cited = mask_quotes(assistant_text(sample)), cited_words(sample)
        for match in _CLOCK.finditer(answer):
            time = float(sum(60**n * int(part) for n, part in enumerate(reversed(match[0].split(":")))))
            slack = facts.settings.tolerance + ROUNDING
            apart = min((max(item.start - time - 1, time - item.end, 0.0) for item in sample.evidence), default=slack)
            if apart > slack and match[0] not in cited:
                return failure(REASON, f"{match[0]!r} is {apart:.1f} s from what is cited", round(apart, 3), slack)
        return None


def _check_stretches(sample: Sample, facts: Facts) -> Finding | None:
    """Whether the sample and what it cites lie in the video."""
    for start, end, what in [
        (sample.start, sample.end, "the sample"),
        *((item.start, item.end, item.lane) for item in sample.evidence),
    ]:
        wrong = _check_bounds(start, end, FRAME_ROUNDING, facts.duration, what)
        if wrong is not None:
            return wrong
    return None


def _check_by_rule(sample: Sample, facts: Facts, clock: Clock) -> Finding:
    """Where an answer by rule has times: all of it, or the start of each line. The rest is words of spans."""
    written: list[tuple[str, list[Stamp]]] = []
    if sample.task in _PURE:
        written.append((sample.answer, stamps(sample.answer, clock)))
    if sample.task in _LEADING:
        written += [(line, _leading_stamp(line, clock)) for line in sample.answer.split("\n")]
    for text, marks in written:
        if not marks:
            return failure(REASON, f"no time can be read in {text[:60]!r}")
    if sample.task in _ASKED:
        question = mask_quotes(sample.question)
        written.append((question, stamps(question, clock)))
    for text, marks in written:
        for mark in marks:
            wrong = _check_stamp(mark, text, "", sample, facts, clock.resolution)
            if wrong is not None:
                return wrong
    return PASS


def _check_prose(sample: Sample, facts: Facts, clock: Clock) -> Finding:
    answer, question = without_pins(mask_quotes(assistant_text(sample))), mask_quotes(sample.question)
    cited = cited_words(sample)
    resolution = max(clock.resolution if math.isfinite(clock.duration) else 0.0, _ROUGH * asks_roughly(question))
    texts = [item.text for item in sample.evidence]
    asked = mask_cited(question, texts)
    marks = not_cited(stamps(answer, clock, asked_time(asked)), answer, cited)
    marks = marks or (counted_to(answer) if counts_to(question) else [])
    whole = bounded(marks, answer) if len(texts) == 1 and asked_time(asked) and not edge_named("", asked) else None
    marks = [whole] if whole else marks
    windows = (
        []
        if whole or _are_edges(marks, sample, facts, resolution)
        else stretches(answer, question, sample, facts, clock)
    )
    marks = [mark for mark in marks if not any(mark.at < one.until and one.at < mark.until for one in windows)]
    if ends_asked(asked, mask_cited(answer, texts), marks, len(sample.evidence)):
        marks = _paired(marks, mask_cited(answer, texts))
    if _are_edges(marks, sample, facts, resolution):
        marks = []
    doubt: Finding | None = None
    for mark in marks:
        hint = asked if len(marks) == 1 else ""
        skip = mark.point and asks_length(question) and not says_edge(answer[: mark.at])
        wrong = None if skip else _check_stamp(mark, answer, hint, sample, facts, resolution)
        plain = mask_cited(answer, texts) if mark.point else _WITHIN.sub(_blank, mask_cited(answer, texts)[: mark.at])
        plain += mask_cited(answer, texts)[len(plain) :]
        sure = mark is whole or is_when(answer, mark) or says_gone(answer, answer[: mark.at])
        left = unread(plain, mark.at, mark.until) if wrong is not None and not sure else ""
        if left:
            doubt = unsure(f"{answer[mark.at : mark.until]!r} is read without {left!r} beside it", mark.start)
        elif wrong is not None:
            return wrong
    told = stretches(question, "", sample, facts, clock)
    if _YES.match(answer) and not marks and not windows:
        windows, answer = told, question
    for mark in not_cited(stamps(question, clock), question, cited):
        if _NO.match(answer) or any(mark.at < one.until and one.at < mark.until for one in told):
            continue
        edge = _EDGE_AT.match(mask_cited(question[: mark.at], texts))
        hint = edge_named(edge[0], "") if edge else ""
        wrong = _check_stamp(mark, question, hint, sample, facts, resolution, whole=not hint)
        if wrong is not None:
            return wrong
    wrong = _check_parts(windows, answer, edge_named(mask_cited(answer, texts), asked), sample, facts)
    if wrong is not None:
        left = next(
            (
                left
                for one in windows
                if not one.whole and (left := unread(mask_cited(answer, texts), one.at, one.until))
            ),
            "",
        )
        if not left:
            return wrong
        doubt = unsure(f"{answer!r} is read without {left!r}")
    wrong = _check_place(sample, answer, question, marks, facts, resolution) or _check_rising(answer, clock)
    if wrong is not None:
        return wrong
    for mark in not_cited(stamps(mask_quotes(sample.rationale), clock), sample.rationale, cited):
        wrong = _check_bounds(
            mark.start, mark.end, max(facts.settings.tolerance, mark.slack), facts.duration, "the rationale"
        )
        if wrong is not None:
            return wrong
    return doubt or PASS


def _are_edges(marks: list[Stamp], sample: Sample, facts: Facts, resolution: float) -> bool:
    """Whether two times of an answer, whatever stands around them, are when a cited span starts and when it ends."""
    if len(marks) != 2 or not all(mark.point for mark in marks):
        return False
    first, last = sorted(mark.start for mark in marks)
    slack = max(facts.settings.tolerance, resolution, *(mark.slack for mark in marks)) + ROUNDING
    return any(max(abs(first - item.start), abs(last - item.end)) <= slack for item in sample.evidence)


def _paired(marks: list[Stamp], text: str) -> list[Stamp]:
    """Two times that answer a question for a stretch as that stretch: ``It enters at 0:12 and exits at 0:20.``"""
    if len(marks) != 2 or not all(mark.point for mark in marks) or marks[0].start >= marks[1].start:
        return marks
    one, two = marks
    if _hint(one, text, "", False) == "end" or _hint(two, text, "", False) == "start":
        return marks
    return [replace(one, end=two.end, point=False, until=two.until, slack=max(one.slack, two.slack))]


def _check_bounds(start: float, end: float, slack: float, duration: float, what: str) -> Finding | None:
    if not (math.isfinite(start) and math.isfinite(end)):
        return failure(REASON, f"{what}: a time that is no number")
    if end < start - ROUNDING:
        return failure(REASON, f"{what}: ends at {end:g} s, before it starts at {start:g} s", end, start)
    if start < -slack:
        return failure(REASON, f"{what}: starts before the video", start, 0.0)
    if end > duration + slack:
        return failure(REASON, f"{what}: {end:g} s is after the end of the video", end, duration)
    return None


def _check_stamp(
    mark: Stamp, text: str, question: str, sample: Sample, facts: Facts, resolution: float, whole: bool = False
) -> Finding | None:
    """Why *mark* is wrong, or None. *whole*: it may lie anywhere in the sample's stretch."""
    slack = max(facts.settings.tolerance, resolution, mark.slack) + ROUNDING
    wrong = _check_bounds(mark.start, mark.end, slack, facts.duration, repr(text[mark.at : mark.until]))
    if wrong is not None or not sample.evidence:
        return wrong
    if whole and sample.start - slack <= mark.start and mark.end <= sample.end + slack:
        return None
    around = mask_cited(text, [item.text for item in sample.evidence])
    apart = min(
        (_distance(mark, item, _hint(mark, around, question, by_rule(sample))) for item in sample.evidence),
        default=math.inf,
    )
    if not mark.point:
        apart = min(apart, _distance_joined(mark, sample.evidence))
    if apart <= slack:
        return None
    written = text[mark.at : mark.until]
    return failure(REASON, f"{written!r} is {apart:.1f} s from what is cited", round(apart, 3), round(slack, 3))


def _distance(mark: Stamp, item: Evidence, hint: str) -> float:
    """Seconds between *mark* and a cited span: of its bounds, or for a point of the nearest moment of the span."""
    if not mark.point:
        return max(abs(mark.start - item.start), abs(mark.end - item.end))
    if hint == "start":
        return abs(mark.start - item.start)
    if hint == "end":
        return abs(mark.start - item.end)
    return max(item.start - mark.start, mark.start - item.end, 0.0)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _check_parts(windows: Sequence[VideoPart], answer: str, edge: str, sample: Sample, facts: Facts) -> Finding | None:
    """A part of the video in which something is said to happen, or to start, and in which nothing cited does."""
    for part in windows:
        apart = min((outside(part, item, edge) for item in sample.evidence), default=0.0)
        written = answer[part.at : part.until]
        if apart > facts.settings.tolerance:
            return failure(REASON, f"nothing that is cited lies {written!r}", round(apart, 3), facts.settings.tolerance)
    return None


def _distance_joined(mark: Stamp, evidence: Sequence[Evidence]) -> float:
    """Seconds between a stretch and the nearest one from the start of a cited span to the end of a later one."""
    return min(
        max(abs(mark.start - one.start), abs(mark.end - two.end))
        for one in evidence
        for two in evidence
        if two.end >= one.start
    )


def _hint(mark: Stamp, text: str, question: str, rule: bool) -> str:
    """Whether a point is said to be where something starts, or where it ends."""
    if says_gone(text, text[: mark.at]):
        return "end"
    if _IN_FULL_SWING.match(text[mark.until :]):
        return ""
    before = re.split(r"[.;\n]\s|,\s(?!which\b|that\b)", without_not_until(text)[: mark.at][-48:])[-1]
    after = re.split(r"[.;\n](?:\s|$)|\band\b|\d", text[mark.until :])[0]
    if text[mark.until - 1] == "." and re.match(r"\s+[A-Z]", text[mark.until :]):
        after = ""
    for around in (before, question, "" if rule else after):
        starts, ends = edges(around)
        if min(starts, ends) >= 0 and around != before:
            return ""
        if starts != ends:
            return "start" if starts > ends else "end"
    return ""


def _check_place(
    sample: Sample, answer: str, question: str, marks: list[Stamp], facts: Facts, resolution: float
) -> Finding | None:
    """A time that stands with the words of one cited span and belongs to another."""
    if len(sample.evidence) < 2:
        return None
    texts = [item.text for item in sample.evidence]
    for mark in marks:
        spoken_of = next((found for clause in _clauses(mark, marks, answer) if (found := pick(clause, texts))), [])
        if not spoken_of and not pick(answer, texts) and not _OPEN.match(question):
            spoken_of = pick(question, texts)
        slack = max(facts.settings.tolerance, resolution, mark.slack)
        if spoken_of and all(_distance(mark, sample.evidence[n], "") > slack for n in spoken_of):
            item = sample.evidence[spoken_of[0]]
            written = answer[mark.at : mark.until]
            detail = f"{written!r} is said of {item.text[:60]!r}, which is at {item.start:g}-{item.end:g} s"
            return failure(REASON, detail, mark.start, item.start)
    return None


def _clauses(mark: Stamp, marks: list[Stamp], text: str) -> list[str]:
    """The clause, the sentence and the text around *mark*, as far as no other time stands in them."""
    around = []
    for pattern in (_SEGMENT, _SENTENCE):
        for start, end in _segments(text, pattern):
            if start <= mark.at and mark.until <= end:
                inside = [other for other in marks if start <= other.at and other.until <= end]
                around += [text[start:end]] if len(inside) == 1 else []
    return [*around, text] if len(marks) == 1 else around


def _segments(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    bounds = [0, *(at for match in pattern.finditer(text) for at in match.span()), len(text)]
    return [(bounds[n], bounds[n + 1]) for n in range(0, len(bounds) - 1, 2)]


def _check_rising(answer: str, clock: Clock) -> Finding | None:
    """A list with a time at the start of each line must rise."""
    lines = [line for line in answer.split("\n") if line.strip()]
    leads = [_leading_stamp(line, clock) for line in lines]
    if len(lines) < 2 or not all(leads):
        return None
    for one, two in pairwise(lead[0] for lead in leads):
        if two.start < one.start - ROUNDING:
            return failure(REASON, f"{two.start:g} s is listed after {one.start:g} s", two.start, one.start)
    return None


def _leading_stamp(line: str, clock: Clock) -> list[Stamp]:
    """The time at the start of *line*; a colon or dash after it belongs to the text."""
    head = re.split(r":\s|\s-\s", line)[0]
    return [mark for mark in stamps(head, clock) if mark.at <= len("from ")][:1]
