"""Whether a label can be recovered from what a teacher answered, by rule (Video-STaR)."""

from __future__ import annotations

import re
from typing import Literal

from ..schemas import Sample
from .clock import clock_of
from .lane_kinds import fold
from .lazy_pattern import lazy
from .letters import LETTERS
from .solve import rule_of
from .stamps import Stamp, stamps

How = Literal["exact", "number", "iou"]

TOLERANCE = 0.1
"""An answer may miss a number by this share of it."""
NEAR = 1.0
"""Seconds by which two points of time may differ and be the same."""
MIN_IOU = 0.5
"""Two stretches of time are the same from this intersection over union on."""

_NUMBER = lazy(r"(?<![\w.])-?\d+(?:[.,]\d+)?(?![\w:])")
_CLOCK = lazy(r"\b(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)\b")
_LETTER = lazy(rf"^\W*([{LETTERS}])(?:\W|$)")


def answer_of(sample: Sample) -> str:
    """The right answer to a sample's question: where there are options, the text of the right one."""
    return sample.options[sample.answer_index] if sample.options and sample.answer_index is not None else sample.answer


def same_answer(sample: Sample, conclusion: str) -> bool:
    """Whether *conclusion* is the right answer or the letter of it; case and punctuation are ignored."""
    right = fold(answer_of(sample))
    if fold(conclusion) == right:
        return True
    letter = _LETTER.match(conclusion.strip())
    if not sample.options or letter is None or sample.answer_index is None:
        return False
    named = LETTERS.index(letter.group(1)) == sample.answer_index
    rest = fold(conclusion.strip()[letter.end() :])
    return named and rest in ("", right)


def match_answer(sample: Sample, conclusion: str) -> How | None:
    """How the sample's label is found in *conclusion*: equal words, a number within 10 %, a stretch of IoU over 0.5.

    None means that no rule finds it. ``rules_decide`` says whether a judge is worth asking then.
    """
    if same_answer(sample, conclusion):
        return "exact"
    family = rule_of(sample.task, sample.params)
    if sample.options or not conclusion:
        return None
    if family is not None and family.answers == "window":
        return "iou" if _iou(sample, conclusion) > MIN_IOU else None
    number = _only_number(sample.answer)
    if number is not None:
        numbers = [_number(text) for text in _NUMBER.findall(conclusion)]
        return "number" if any(abs(one - number) <= TOLERANCE * abs(number) for one in numbers) else None
    return None


_GLUE = frozenset(
    {"about", "also", "answer", "because", "being", "clear", "clearly", "correct", "follow", "follows", "given"}
    | {
        "hence",
        "happens",
        "here",
        "indeed",
        "label",
        "must",
        "question",
        "right",
        "seen",
        "shown",
        "shows",
        "since",
        "some",
    }
    | {"such", "that", "their", "them", "then", "there", "therefore", "these", "they", "this", "those", "thus"}
    | {"video", "what", "when", "where", "which", "will", "with"}
)
"""Words that say nothing of what is seen."""


def adds_words(sample: Sample, text: str) -> int:
    """How many different words of *text* are no forms of words of the sample's question or answer.

    Short words, and those with which an answer is only announced, do not count. 0: *text* is an echo.
    """
    asked = sample.messages[-2].content if len(sample.messages) > 1 else sample.question
    known = fold(f"{asked} {answer_of(sample)}").split()
    said = {word for word in fold(text).split() if (len(word) > 3 or not word.isascii()) and word not in _GLUE}
    return sum(not any(_alike(word, other) for other in known) for word in said)


def _alike(word: str, other: str) -> bool:
    """Whether two folded words may be forms of one: they share four letters, or one begins with the other."""
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) > 2 and long.startswith(short)) or (len(short) > 4 and long[:4] == short[:4])


def rules_decide(sample: Sample) -> bool:
    """Whether the rules have the last word: for options, times, orders and numbers, which need no judge."""
    family = rule_of(sample.task, sample.params)
    by_rule = family is not None and family.answers in ("window", "order", "count")
    return bool(sample.options) or by_rule or _only_number(sample.answer) is not None


def times_missed(sample: Sample, conclusion: str) -> bool:
    """Whether *conclusion* lacks a time of the answer, where that is several lines or times: no judge is asked then."""
    family = rule_of(sample.task, sample.params)
    if sample.options or family is None or family.answers != "long":
        return False
    clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    said = stamps(conclusion, clock)
    return any(not any(_same_time(one, other) for other in said) for one in stamps(answer_of(sample), clock))


def _same_time(one: Stamp, other: Stamp) -> bool:
    if one.point or other.point:
        return max(abs(one.start - other.start), abs(one.end - other.end)) <= NEAR
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > MIN_IOU * (max(one.end, other.end) - min(one.start, other.start))


def _only_number(text: str) -> float | None:
    numbers = _NUMBER.findall(text)
    return _number(numbers[0]) if len(numbers) == 1 and not re.sub(r"[\d.,%\s-]", "", text) else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _iou(sample: Sample, conclusion: str) -> float:
    times = _times(sample, conclusion)
    start, end = min(item.start for item in sample.evidence), max(item.end for item in sample.evidence)
    if not times:
        return 0.0
    first, last = times[0], times[1] if len(times) > 1 else times[0]
    if first == last or start == end:  # a point lies in a stretch or not
        return float(start <= first <= end and start <= last <= end)
    shared = min(end, last) - max(start, first)
    return max(shared, 0.0) / (max(end, last) - min(start, first))


def _times(sample: Sample, text: str) -> list[float]:
    """The times in *text*, in seconds: as the sample's clock writes them, as a clock's 1:05, or as numbers."""
    clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    if clock.format == "tokens":
        before, _, after = clock.token.partition("{}")
        found = re.findall(re.escape(before) + r"(\d+)" + re.escape(after), text)
        if found:
            return [clock.parse(clock.token.format(number)) for number in found]
    if _CLOCK.search(text):
        return [int(h or 0) * 3600 + int(m) * 60 + float(s) for h, m, s in _CLOCK.findall(text)]
    numbers = [_number(number) for number in _NUMBER.findall(text)]
    return [number / 100 * clock.duration for number in numbers] if "%" in text else numbers
