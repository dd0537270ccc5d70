"""Are the options in order: distinct, with exactly one right one that no length tells, and the right letter?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.figures import WORDS
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.letters import LETTERS
from ....rules.option_lengths import FAR, told_by_length
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure, has_rule
from .check import RuleCheck

_LETTER = lazy(r"^\s*\(?([A-Z])(?:[.):]+\s|[.):]*\s*$)")
_LONE = lazy(r"^\s*\(?[A-Z][.)]?\s*$")


class OptionsCheck(RuleCheck):
    """``too_few_options``, ``duplicate_options``, ``no_right_option``, ``two_right_options``, ``bad_letter``,
    ``told_by_length``: the right one is by far the longest, or the shortest."""

    name = "options"
    position = 100
    reasons: ClassVar = {
        "too_few_options": "drop",
        "duplicate_options": "drop",
        "no_right_option": "drop",
        "two_right_options": "drop",
        "bad_letter": "drop",
        "told_by_length": "tag",
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        options, index = sample.options, sample.answer_index
        if not options:
            return failure("no_right_option", "an answer index without options", index) if index is not None else None
        if len(options) < 2:
            return failure("too_few_options", options[0], len(options), 2)
        if index is None or not 0 <= index < len(options):
            return failure("no_right_option", f"{len(options)} options, index {index}", index)
        rule = has_rule(sample)
        keys = [key(option, rule) for option in options]
        if any(not option.strip() for option in options):
            return failure("duplicate_options", "an empty option", len(options))
        if keys.count(keys[index]) > 1:
            return failure("two_right_options", options[index], keys.count(keys[index]), 1)
        if len(set(keys)) < len(keys):
            double = next(option for n, option in enumerate(options) if keys[n] in keys[:n])
            return failure("duplicate_options", double, len(set(keys)), len(keys))
        answer = key(sample.answer, rule)
        if answer != keys[index] and not _LONE.match(sample.answer):
            right = [n for n, one in enumerate(keys) if one == answer]
            reason = "bad_letter" if right else "no_right_option"
            return failure(
                reason, f"{sample.answer[:80]!r} is not {options[index][:80]!r}", right[0] if right else None, index
            )
        return _letter(sample, len(options), index) or _length(options, index) or PASS


def key(option: str, exact: bool = False) -> str:
    """*option* for comparing: ``Three.``, ``3`` and ``(B) three`` are the same, unless *exact*."""
    if not exact:
        option = re.sub(r"^\s*\(?[A-Z][.):]+\s+", "", option)
    plain = " ".join(option.casefold().split()).strip(" .")
    if exact or re.search(r"\d\W+\d", plain) or not fold(option):  # 12.5 and 12:5 are not the same
        return plain
    return " ".join(str(WORDS.get(word, word)) for word in fold(option).split())


def _length(options: list[str], index: int) -> Finding | None:
    times = told_by_length(options, index)
    if times is None:
        return None
    lengths = [len(option) for option in options]
    way = "long" if lengths[index] == max(lengths) else "short"
    others = ", ".join(str(length) for n, length in enumerate(lengths) if n != index)
    detail = f"the right option is {times:g} times as {way} as any other: {lengths[index]} characters, they {others}"
    return failure("told_by_length", detail, times, FAR)


def _letter(sample: Sample, count: int, index: int) -> Finding | None:
    """The letter that the sample itself gives: as its answer, or in the last turn."""
    turns = [turn.content for turn in sample.messages if turn.role == "assistant"]
    for text in [*turns[-1:], sample.answer if _LONE.match(sample.answer) else ""]:
        letter = _LETTER.match(text)
        if letter is None or text.strip() == sample.options[index].strip():
            continue
        at = LETTERS.find(letter.group(1))
        if at != index:
            return failure("bad_letter", f"{text[:40]!r}, and {LETTERS[index]} of {count} is right", at, index)
    return None
