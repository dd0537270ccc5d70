"""Does the answer name things in the order in which they happen? Worked out from the times of the cited spans."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import ClassVar

from ....rules.families.before_after import SLACK
from ....rules.figures import numbers
from ....rules.lazy_pattern import lazy
from ....rules.order_ranks import ranks_told
from ....rules.orders import told_pairs
from ....rules.quoted import mask_quotes
from ....rules.ranks import list_marks, told_rank
from ....rules.solve import rule_of
from ....schemas import Evidence, Sample
from ..finding import PASS, Facts, Finding, asks_for, by_rule, failure, unsure
from ..mentions import MASK, mask_cited, mentions, pick
from ..questions import asks_order, counts_to
from ..sample_lane import lane_items
from .answer import check_answer
from .check import RuleCheck

REASON = "wrong_order"
_NUMBERED = lazy(r"^\s*\(?(\d{1,2}|[A-Ja-j])[.):]\s+(.+?)\s*$", re.MULTILINE)
_LETTERS = lazy(r"(?<![\w'])([A-J])(?![\w'])")
_ANCHOR = lazy(
    r"\b(?P<near>right|just|immediately|directly|shortly)?\s*\b(?P<way>after|following|before|prior to|ahead of)\s+"
    r"(?P<rest>[^?]+)\?",
    re.IGNORECASE,
)
_FIRST = lazy(r"\b(?:first|earliest|opens?|begins? with)\b", re.IGNORECASE)
_LAST = lazy(r"\b(?:last|latest|final|closes?)\b", re.IGNORECASE)
_OF_ALL = lazy(r"\bof (?:the|all|these|those|them)\b", re.IGNORECASE)
"""``the last of the three``: what is not named is compared as well."""
_SEVERAL = lazy(r"\b(?:order|next|then|steps?|sequence|after|before)\b", re.IGNORECASE)
_BACKWARDS = frozenset({"before", "prior to", "ahead of"})


class OrderCheck(RuleCheck):
    """``wrong_order``: the cited spans come in another order, or another span comes between, before or after."""

    name = "order"
    position = 40
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if by_rule(sample):
            return _check_by_rule(sample, facts)
        texts = [item.text for item in sample.evidence]
        family = rule_of(sample.task, sample.params)
        findings = [
            check_answer(sample) if family is not None and family.answers == "order" else None,
            _check_lines(sample, texts) if family is not None else _check_list(sample, texts),
            _check_told(sample, texts),
            _check_rank(sample, texts),
            _check_neighbours(sample, facts),
            _check_extreme(sample, texts),
        ]
        made = [finding for finding in findings if finding is not None]
        return next((finding for finding in made if finding.outcome == "fail"), made[0] if made else None)


def _check_by_rule(sample: Sample, facts: Facts) -> Finding | None:
    family = rule_of(sample.task, sample.params)
    if family is not None and family.answers == "order":
        return check_answer(sample)
    if sample.task not in ("first_last", "before_after") or not sample.evidence:
        return None
    found = [_check_position(sample, view_items) for view_items in lane_items(sample, facts)]
    return next((one for one in found if one.outcome == "pass"), found[0]) if found else None


def _check_position(sample: Sample, items: Sequence[tuple[float, float, str]]) -> Finding:
    """Whether no other span of the lane (start, end, id) comes first, last, or between the two cited."""
    cited = {item.span for item in sample.evidence}
    others = [item for item in items if item[2] not in cited]
    first, last = min(item.start for item in sample.evidence), max(item.end for item in sample.evidence)
    which = sample.params.get("which") or sample.params.get("relation") or ""
    if which == "first":
        wrong = [item for item in others if item[0] < first]
    elif which == "last":
        wrong = [item for item in others if item[1] > last]
    else:
        wrong = [item for item in others if item[0] < last - SLACK and item[1] > first + SLACK]
    if wrong:
        return failure(
            REASON, f"the span at {wrong[0][0]:g}-{wrong[0][1]:g} s stands against {which!r}", wrong[0][0], first
        )
    return PASS


def _check_list(sample: Sample, texts: list[str]) -> Finding | None:
    """``2, 1, 3`` or ``B, A, C`` as the order of a numbered list in the question."""
    lines = dict(_NUMBERED.findall(sample.question))
    if len(lines) < 2:
        return None
    answer = sample.answer
    keys = [str(int(number.value)) for number in numbers(answer)] if "1" in lines else _LETTERS.findall(answer.upper())
    if sorted(keys) != sorted(key.upper() for key in lines):
        return None
    by_key = {key.upper(): text for key, text in lines.items()}
    return _check_sequence([by_key[key] for key in keys], sample.evidence, texts)


def _check_told(sample: Sample, texts: list[str]) -> Finding | None:
    """Whether what the answer names comes in the order told. None: it tells none; unsure: it should, none is read."""
    answer = sample.answer
    for start, end in list_marks(answer):
        answer = answer[:start] + " " * (end - start) + answer[end:]
    found = mentions(answer, texts)
    several = len({one.spans for one in found}) > 1
    if not several:
        return None
    ordered = asks_for(sample) == "order" or asks_order(mask_quotes(sample.question))
    repeats = len({one.spans for one in found}) < len(found)
    pairs = told_pairs(answer, [(one.start, one.end) for one in found], ordered and not repeats)
    for pair in pairs:
        if pair is None:
            continue
        first, second = (found[n] for n in pair)
        begin = min(sample.evidence[n].start for n in first.spans)
        then = max(sample.evidence[n].start for n in second.spans)
        if then <= begin - SLACK:
            detail = f"{answer[first.start : first.end][:60]!r} is told first: {begin:g} s, the other {then:g} s"
            return failure(REASON, detail, begin, then)
    for one, rank in zip(found, ranks_told(answer, [(one.start, one.end) for one in found]), strict=True):
        unnamed = [item for n, item in enumerate(sample.evidence) if not any(n in other.spans for other in found)]
        if ordered and unnamed and rank in (1, 99) and _OF_ALL.search(answer):
            begin = min(sample.evidence[n].start for n in one.spans)
            wrong = next((item for item in unnamed if (item.start < begin - SLACK) == (rank == 1)), None)
            if wrong is not None:
                said = f"{answer[one.start : one.end][:60]!r} is said to come {'first' if rank == 1 else 'last'}"
                return failure(REASON, f"{said}, {wrong.text[:60]!r} is at {wrong.start:g} s", begin, wrong.start)
    if any(pairs):
        return PASS
    return unsure("the order that the answer tells cannot be read") if ordered else None


def _check_rank(sample: Sample, texts: list[str]) -> Finding | None:
    """Whether the one of several cited spans that the answer names is the first, or the last, as it says."""
    found = mentions(sample.answer, texts)
    if (
        len(texts) < 2
        or len(found) != 1
        or len(found[0].spans) != 1
        or (len(texts) > 2 and not _OF_ALL.search(sample.answer))
    ):
        return None
    rank = told_rank(sample.answer, (found[0].start, found[0].end))
    this = sample.evidence[found[0].spans[0]].start
    others = [item.start for n, item in enumerate(sample.evidence) if n != found[0].spans[0]]
    other = min(others) if rank == 1 else max(others)
    if not rank or min(abs(this - one) for one in others) <= SLACK:
        return None
    if (rank == 1) == (this < other):
        return PASS
    said = "first" if rank == 1 else "last"
    return failure(
        REASON, f"{sample.answer[:60]!r} is said to come {said}, at {this:g} s, the other {other:g} s", this, other
    )


def _check_lines(sample: Sample, texts: list[str]) -> Finding | None:
    """Where a rule gives the order: whether line n of the list in the question speaks of cited span n."""
    lines = _NUMBERED.findall(sample.question)
    if len(lines) != len(texts) or len(lines) < 2:
        return None
    for n, (_, line) in enumerate(lines):
        found = pick(line, texts)
        if found and n not in found:
            item = sample.evidence[n]
            return failure(
                REASON, f"{line[:60]!r} is listed for {texts[n][:60]!r}", item.start, sample.evidence[found[0]].start
            )
    return PASS


def _check_sequence(clauses: Sequence[str], evidence: Sequence[Evidence], texts: list[str]) -> Finding | None:
    """Whether the spans that *clauses* speak of can follow one another so. None: fewer than two are recognised."""
    placed = [(clause, pick(clause, texts)) for clause in clauses]
    known = [(clause, [evidence[n] for n in found]) for clause, found in placed if found]
    if len(known) < 2:
        return None
    before = -math.inf
    for clause, spans in known:
        fits = [span.start for span in spans if span.start > before - SLACK]
        if not fits:
            start = max(span.start for span in spans)
            return failure(REASON, f"{clause[:60]!r} comes at {start:g} s, and what is told before it at {before:g} s",
                         start, before)  # fmt: skip
        before = min(fits)
    return PASS


def _check_neighbours(sample: Sample, facts: Facts) -> Finding | None:
    """What comes (right) after, or before, something that the question names?"""
    if counts_to(sample.question):
        return None
    question_text = mask_quotes(sample.question) if '"' not in sample.question else sample.question
    anchor = _ANCHOR.search(question_text)
    named_so = mask_cited(question_text, [item.text for item in sample.evidence])
    if anchor is None or MASK in named_so[anchor.start("way") : anchor.end("way")]:
        return None
    lanes = dict.fromkeys(item.lane for item in sample.evidence)
    cited = {item.span for item in sample.evidence}
    spans = [
        (span.start, span.end, span.words, span.id) for lane in lanes for span in facts.video.lane(lane) if span.words
    ]
    named, answers = _find(anchor.group("rest"), spans, cited), _find(sample.answer, spans, cited)
    if not named or not answers or named == answers:
        return None
    back = anchor.group("way").casefold() in _BACKWARDS
    fits = [
        (one, two)
        for one in named
        for two in answers
        if one[3] != two[3] and (two[0] < one[0] + SLACK if back else two[0] > one[0] - SLACK)
    ]
    if not fits:
        where = f"{answers[0][2][:60]!r} comes at {answers[0][0]:g} s, {named[0][2][:60]!r} at {named[0][0]:g} s"
        return failure(REASON, where, answers[0][0], named[0][0])
    if anchor.group("near") and len(lanes) == 1:
        nearest = [_between(one, two, spans) for one, two in fits]
        if all(nearest):
            return failure(REASON, f"{nearest[0][0][2][:60]!r} comes between", nearest[0][0][0], fits[0][0][0])
    return PASS


_Known = tuple[float, float, str, str]


def _find(clause: str, spans: Sequence[_Known], cited: set[str]) -> list[_Known]:
    """The spans that *clause* speaks of: of those cited, or else of all."""
    for among in ([span for span in spans if span[3] in cited], spans):
        found = [among[n] for n in pick(clause, [words for _, _, words, _ in among])]
        if found:
            return [span for span in found if span[3] in cited] or found
    return []


def _between(one: _Known, two: _Known, spans: Sequence[_Known]) -> list[_Known]:
    first, second = sorted((one, two))
    return [
        span
        for span in spans
        if span[3] not in (one[3], two[3])
        and span[0] >= first[1] - SLACK
        and span[1] <= second[0] + SLACK
        and span[1] > span[0]
    ]


def _check_extreme(sample: Sample, texts: list[str]) -> Finding | None:
    """Which comes first, or last, of those cited?"""
    question = mask_quotes(sample.question)
    first, last = _FIRST.search(question), _LAST.search(question)
    one_thing = re.match(r"which\b|what\b", question, re.IGNORECASE) and not _SEVERAL.search(question)
    if (
        len(sample.evidence) < 2
        or bool(first) == bool(last)
        or not one_thing
        or len(mentions(sample.answer, texts)) > 1
        or _check_rank(sample, texts) is not None
    ):
        return None
    found = pick(sample.answer, texts)
    if not found:
        return None
    starts = [item.start for item in sample.evidence]
    start = min(starts[n] for n in found) if first else max(starts[n] for n in found)
    extreme = min(starts) if first else max(starts)
    if abs(start - extreme) <= SLACK:
        return PASS
    return failure(REASON, f"{sample.answer[:60]!r} comes at {start:g} s, another at {extreme:g} s", start, extreme)
