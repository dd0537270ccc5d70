"""How published evaluators read replies, by name, for ``vdata score --rules``: facts of their scripts, in code of ours.

Each rule reads a reply as its evaluator does. What such a script does besides with a reply that is empty or cannot be
read (it counts as right, as option E, or not at all) flatters who says nothing: here it is wrong, unless the score is
to be as published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil, floor

from ..rules.stretch import iou
from .letter_reading import (
    first_match,
)
from .measures import relative_accuracy
from .option_rules import OPTION_RULES
from .published_rule import LEFT, PublishedRule
from .reply_parsing import number_of, span_of, spans_of, times_of, without_thinking
from .reply_verdict import ENOUGH, ReplyVerdict, TrueAnswer, moments_verdict, stretches_verdict

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
NEAR_RATING = 10.0
"""How far a rating from 0 to 100 may be from the true one to be right: half a level of five."""
TOP_MATCH = 5
"""The highest score of VDCscore's judge."""
MOST_CLUES = 5
"""The stretches of a reply that CG-Bench looks at."""
TOP_SCORE = 6
"""The highest grade of MMIE's scorer."""


def _parts(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """MME-VideoOCR: every part of the answer between semicolons is in the reply."""
    said, wanted = (text.lower().replace("’", "'") for text in (reply, true.answer))
    return ReplyVerdict("right" if all(part.strip() in said for part in wanted.split(";")) else "wrong")


def _two_numbers(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """V-STaR: a stretch is told by exactly two numbers."""
    numbers, wanted = [float(one) for one in _NUMBER.findall(reply)], span_of(true.answer)
    if len(numbers) != 2 or wanted is None:
        return ReplyVerdict("unreadable")
    start, end = numbers
    shared = iou((start, end), wanted) if start <= end else 0.0
    return ReplyVerdict("right" if shared >= ENOUGH else "wrong", shared)


def _stretch(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """LITA: the first two times of the reply are the stretch."""
    said, wanted = span_of(reply), span_of(true.answer)
    if said is None or wanted is None:
        return ReplyVerdict("unreadable")
    shares = iou(said, wanted)
    return ReplyVerdict("right" if shares >= ENOUGH else "wrong", shares)


def whole_video(true: TrueAnswer) -> ReplyVerdict:
    """The verdict on a reply that is taken for the stretch of the whole video."""
    wanted = span_of(true.answer)
    if wanted is None or true.duration is None:
        return ReplyVerdict("unreadable")
    shares = iou((0.0, true.duration), wanted)
    return ReplyVerdict("right" if shares >= ENOUGH else "wrong", shares)


def _ranges(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """VUE-TR: all stretches of the reply, to whole seconds outwards, are one answer."""
    return stretches_verdict([(float(floor(start)), float(ceil(end))) for start, end in spans_of(reply)], true)


def _clues(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """CG-Bench: the first five stretches of the reply are one answer."""
    return stretches_verdict(spans_of(reply)[:MOST_CLUES], true)


def score_of(reply: str) -> int | None:
    """The grade in the *reply* of MMIE's scorer, 0 to 6: the first number behind ``### Score``, rounded; or None."""
    _, mark, told = reply.partition("### Score")
    found = _NUMBER.search(told) if mark else None
    grade = round(float(found[0])) if found else -1
    return grade if 0 <= grade <= TOP_SCORE else None


def _graded(reply: str, true: TrueAnswer) -> ReplyVerdict:
    grade = score_of(reply)
    if grade is None:
        return ReplyVerdict("unreadable")
    return ReplyVerdict("right" if grade == TOP_SCORE else "wrong", grade=grade / TOP_SCORE)


def _judged(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """VDCscore: the reply of its judge holds ``'pred': 'yes'`` or ``'no'``, and ``'score'`` from 0 to 5."""
    told = first_match(r"""['"]pred['"]\s*:\s*['"](yes|no)['"]""", reply.lower())
    score = first_match(r"""['"]score['"]\s*:\s*['"]?(\d+(?:\.\d+)?)""", reply.lower())
    if told is None or score is None or float(score) > TOP_MATCH:
        return ReplyVerdict("unreadable")
    return ReplyVerdict("right" if told == "yes" else "wrong", grade=float(score) / TOP_MATCH)


def _rated(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """LMM-VQA: the first number of the reply is the rating."""
    found, wanted = _NUMBER.search(without_thinking(reply)), number_of(true.answer)
    if found is None or wanted is None:
        return ReplyVerdict("unreadable")
    said = float(found[0])
    return ReplyVerdict("right" if abs(said - wanted) <= NEAR_RATING else "wrong", number=said)


def _relative(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """VSI-Bench: mean relative accuracy of the first number of the reply."""
    found, wanted = _NUMBER.search(without_thinking(reply)), number_of(true.answer)
    if found is None or wanted is None:
        return ReplyVerdict("unreadable", grade=0.0)
    share = relative_accuracy(float(found[0]), wanted)
    return ReplyVerdict("right" if share >= ENOUGH else "wrong", grade=share)


_RULES = (
    *OPTION_RULES,
    PublishedRule(
        "lmm_vqa",
        "LMM-VQA",
        "number",
        "the first number of the reply is the rating, of which the rank and the linear correlation with the true ones "
        "are taken (SRCC, PLCC)",
        _rated,
        differs="a reply without a number is taken for the wrong end of the scale, of which nothing is published; the "
        "share of right answers is ours: within half a level, 10 of 100",
    ),
    PublishedRule(
        "vsi_bench",
        "VSI-Bench and VSTI-Bench (VLM-3R), numbers",
        "number",
        "the first number of the reply; its grade is the mean relative accuracy, over ten levels of error",
        _relative,
        differs="right by itself from half of the levels on, of which nothing is published",
        scale="0 is off by half or more, 100 % is off by less than a twentieth",
    ),
    PublishedRule(
        "vdcscore",
        "VDC (AuroraCap)",
        "grade",
        "with --judge that model answers the questions from the predicted captions alone and compares; else each reply "
        "is that of such a judge: pred, yes or no, and score, from 0 to 5",
        _judged,
        {"empty": "left_out", "unreadable": "left_out"},
        "a verdict that cannot be read counts as no; there all questions on its video leave the means, which are taken "
        "over the videos that have anything right; --as-published leaves out the one verdict",
        "5 is 100 %; the score does not say what is right, pred does",
        of_captions=True,
    ),
    PublishedRule(
        "mmie",
        "MMIE",
        "grade",
        "each reply is that of its scorer: the first number behind ### Score, rounded, from 0 to 6",
        _graded,
        {"empty": "left_out", "unreadable": "left_out"},
        "a reply without such a grade counts as 0; there it leaves the mean",
        "0 is 0 %, 6 is 100 %; only 6 is right",
    ),
    PublishedRule(
        "v_star",
        "V-STaR, when",
        "stretch",
        "a stretch counts only if the reply holds exactly two numbers, in seconds",
        _two_numbers,
        {"empty": "left_out"},
        LEFT,
    ),
    PublishedRule(
        "lita_rtl",
        "LITA, ActivityNet-RTL",
        "stretch",
        "the first two times of the reply are the stretch; right from an IoU of 0.5",
        _stretch,
        {"empty": "whole_video", "unreadable": "whole_video"},
        "a reply without two times is wrong; there it is taken for the whole video. IoU and precision are means of all "
        "questions; there of videos, each the mean of its questions",
    ),
    PublishedRule(
        "vue_tr",
        "VUE-TR (Vidi)",
        "stretches",
        "all stretches of the reply, to whole seconds outwards and merged, are one answer; IoU, precision and recall "
        "as areas under their curves over 101 levels; right from an IoU of 0.5",
        _ranges,
        differs="a query without stretches in its reply has no precision and no recall; there it leaves the mean of "
        "precision",
    ),
    PublishedRule(
        "cg_bench",
        "CG-Bench, clues",
        "stretches",
        "the first five stretches of the reply, merged, are one answer; rec@IoU and acc@IoU are means over the levels "
        "0.1 to 0.5, which must be reached; right by itself from an IoU of 0.5",
        _clues,
        differs="a reply without a stretch has an IoU of 0",
    ),
    PublishedRule(
        "lv_haystack",
        "LV-Haystack, key frames",
        "moments",
        "all times of the reply are key frames; one is a hit at 5 s or less from a true one; right from an F1 of 0.5",
        lambda reply, true: moments_verdict(times_of(reply), true),
        differs="the likeness of pictures (SSIM) and the nearest distance are not taken",
    ),
    PublishedRule(
        "mme_videoocr",
        "MME-VideoOCR, recognition",
        "words",
        "every part of the answer between semicolons is part of the reply, in lower case",
        _parts,
    ),
)
RULES: Mapping[str, PublishedRule] = {rule.name: rule for rule in sorted(_RULES, key=lambda rule: rule.name)}
"""The rules by name."""
