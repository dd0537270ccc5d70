"""Is the number right? Counted again in the lane of the cited spans."""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.figures import list_sizes, numbers, values, without_looks
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.quantities import Amount, amounts, worked_out
from ....rules.quoted import mask_quotes
from ....rules.solve import rule_of
from ....rules.stamps import spoken_times
from ....schemas import Sample
from ....schemas.rounding import ROUNDING
from ..finding import PASS, Facts, Finding, by_rule, failure, unsure
from ..mentions import pick, without_particles
from ..questions import asks_length
from ..sample_lane import lane_views
from .answer import check_answer
from .check import RuleCheck

REASON = "wrong_count"
ASKS = lazy(r"\bhow many\b|\bhow often\b|\bcount\b|\bnumber of\b", re.IGNORECASE)
_STRETCHES = lazy(
    r"\bhow often\b|\bhow many (?:\w+ )?(?:times|shots|scenes|clips|events|moments|occasions|chapters|segments"
    r"|instances|occurrences|captions|lines|sentences)\b|\boccurrences\b|\bnumber of times\b",
    re.IGNORECASE,
)
_PART = lazy(
    r"\b(?:between|during|within|from|until|before|after|half|third|minute|seconds?|beginning|end|while)\b",
    re.IGNORECASE,
)
_NONE = lazy(r"\b(?:none|no|not once|not at all|nobody|nothing)\b", re.IGNORECASE)
_SINGLE = lazy(r"\b(?:a single|only one|just one|one)\b", re.IGNORECASE)


class CountCheck(RuleCheck):
    """``wrong_count``: another number of such spans is in the lane, or the cited words have another number."""

    name = "count"
    position = 50
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if by_rule(sample):
            return _check_by_rule(sample, facts)
        if not ASKS.search(sample.question) or asks_length(sample.question) or not sample.evidence:
            return None
        strangers = _check_strangers(sample, facts)
        if strangers is not None:
            return strangers
        amount = stated_amount(
            without_particles(sample.answer, [item.text for item in sample.evidence]), sample.question
        )
        if amount is None:
            return unsure("no number can be read in the answer")
        right = _right_numbers(sample, facts)
        if any(amount.holds(number) for number in right):
            return PASS
        number = amount.least
        if not right:
            return unsure("nothing at hand can be counted", number)
        known = ", ".join(f"{n:g}" for n in sorted(right))
        nearest = min(right, key=lambda n: abs(n - number))
        said = f"{number:g}" if amount.least == amount.most else f"{number:g} to {amount.most:g}"
        return failure(REASON, f"says {said}, the evidence {known}", number, nearest)


_NOT_BUT = lazy(r"\bnot\s+(?:just\s+|only\s+)?(?:once|twice|[\w-]+ times),?\s+but\b", re.IGNORECASE)


def _counted(answer: str) -> str:
    """*answer* without numbers that it only turns down, or that tell how often somebody looked, unless no other is."""
    left = _NOT_BUT.sub(" ", without_looks(answer))
    return left if numbers(left) or amounts(left) else answer


def stated_amount(text: str, question: str = "") -> Amount | None:
    """What an answer to "how many" says; None when it gives no number. Those of the *question* come last."""
    answer = worked_out(mask_quotes(_counted(text)))
    times, vague = spoken_times(answer), amounts(answer)
    taken = [*times, *((one.start, one.end) for one in vague)]
    found = [one for one in numbers(answer) if not any(at <= one.start < until for at, until in taken)]
    often = [one for one in found if one.how == "often"]
    asked = values(numbers(mask_quotes(question)))
    found = [one for one in found if one.value not in asked or one.how == "often"] or found
    sure = [one for one in found if one.word != "one"] or (found if not vague else [])
    exact = [Amount(one.value, one.value, one.start, one.end) for one in often or sure]
    told = [one for one in vague if not any(at <= one.start < until for at, until in times)]
    if often or not told:
        if exact:
            summed = len(exact) > 2 and exact[-1].least == sum(one.least for one in exact[:-1])
            return exact[-1] if summed and not often else exact[0]
        return (
            Amount(1, 1, 0, 0)
            if _SINGLE.search(answer)
            else Amount(0, 0, 0, 0)
            if _NONE.match(answer.strip())
            else None
        )
    return min([*exact, *told], key=lambda one: one.start)


def _check_by_rule(sample: Sample, facts: Facts) -> Finding | None:
    """Worked out from the evidence, and the evidence counted in the lane."""
    family = rule_of(sample.task, sample.params)
    if family is None or family.answers != "count":
        return None
    worked = check_answer(sample)
    if worked.outcome == "fail" or not sample.evidence:
        return worked
    of = sample.params.get("of", "all")
    counts = []
    for view in lane_views(sample, facts):
        if view.kind.name == "label":
            counts.append(sum(fold(item.text) == fold(of) for item in view.items))
        else:
            counts.append(len(view))
    if not counts or str(sample.answer) in [str(count) for count in counts]:
        return worked
    return failure(REASON, f"says {sample.answer}, the lane {sample.evidence[0].lane} has {counts[0]}",
                 float(sample.answer), counts[0])  # fmt: skip


def _right_numbers(sample: Sample, facts: Facts) -> set[float]:
    """The numbers that the evidence allows as the answer."""
    cited = [item.text for item in sample.evidence]
    in_question = values(numbers(sample.question))
    stated = [number for text in dict.fromkeys(cited) for number in numbers(mask_quotes(text))]
    stated = [number for number in stated if number.value not in in_question]
    spans = float(_in_lane(sample, facts))
    if _STRETCHES.search(mask_quotes(sample.question)):
        often = {number.value for number in stated if number.how == "often"}
        return often if often and len(cited) == 1 else {spans}
    right = values(stated) | {float(n) for text in cited for n in list_sizes(text)}
    if len(stated) > 1:
        right.add(sum(number.value for number in stated))
    if not right or len(cited) > 1:
        right |= {spans, float(len(cited)), float(len({fold(text) for text in cited}))}
    return right


def _check_strangers(sample: Sample, facts: Facts) -> Finding | None:
    """Cited spans that do not say what the question speaks of, where several spans of the lane clearly do."""
    spans = [(lane, span) for lane in dict.fromkeys(item.lane for item in sample.evidence)
             for span in facts.video.lane(lane) if span.words]  # fmt: skip
    meant = [spans[n] for n in pick(sample.question, [span.words for _, span in spans])]
    known = {(lane, span.id) for lane, span in meant}
    cited = {(item.lane, item.span) for item in sample.evidence}
    if len(meant) < 2 or not cited & known or cited <= known:
        return None
    other = next(item for item in sample.evidence if (item.lane, item.span) not in known)
    return failure(REASON, f"{other.text[:80]!r} is counted too", len(sample.evidence), len(cited & known))


def _in_lane(sample: Sample, facts: Facts) -> int:
    """Spans that say what a cited one says: of the lane, or of the sample's stretch if the question names a part."""
    keys = {(item.lane, fold(item.text)) for item in sample.evidence}
    whole = not _PART.search(mask_quotes(sample.question))
    count = 0
    for lane in dict.fromkeys(item.lane for item in sample.evidence):
        for span in facts.video.lane(lane):
            inside = span.end > sample.start - ROUNDING and span.start < sample.end + ROUNDING
            assistant_text = [span.text, span.label, f"{span.label}: {span.text}"] if span.words else [""]
            count += (whole or inside) and any(
                (lane, fold(text)) in keys for text in assistant_text if text is not None
            )
    return count
