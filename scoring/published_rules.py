"""How published evaluators read replies, by name, for ``vdata score --rules``: facts of their scripts, in code of ours.

Each rule reads a reply as its evaluator does. What such a script does besides with a reply that is empty or cannot be
read (it counts as right, as option E, or not at all) flatters who says nothing: here it is wrong, unless the score is
to be as published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor
from typing import Literal

from ..rules.letters import LETTERS
from ..rules.stretch import iou
from .letter_reading import (
    Judged,
    after_lead_in,
    bracketed,
    by_letter,
    first_character,
    first_match,
    standing_alone,
    starts,
)
from .measures import relative_accuracy
from .reply_parsing import number_of, option_of, span_of, spans_of, times_of, without_thinking
from .reply_verdict import ENOUGH, ReplyVerdict, TrueAnswer, moments_verdict, stretches_verdict

Form = Literal["option", "stretch", "stretches", "moments", "words", "grade", "number"]
Told = Literal["empty", "unreadable", "failed"]
Fate = Literal["right", "left_out", "whole_video"] | int
"""What becomes of a reply as published: right, not counted, taken for the option of this place, or for the whole
video."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
NEAR_RATING = 10.0
"""How far a rating from 0 to 100 may be from the true one to be right: half a level of five."""
TOP_MATCH = 5
"""The highest score of VDCscore's judge."""
MOST_CLUES = 5
"""The stretches of a reply that CG-Bench looks at."""
TOP_SCORE = 6
"""The highest grade of MMIE's scorer."""


@dataclass(frozen=True, slots=True)
class PublishedRule:
    """How the evaluator of one benchmark reads a reply."""

    name: str
    of: str
    """The benchmarks."""
    form: Form
    """The answers that it reads; others are read by our rules."""
    reads: str
    """How, for people."""
    judge: Judged
    """What a reply is that is not empty."""
    published: Mapping[Told, Fate] = field(default_factory=dict)
    """What becomes of a reply that says nothing, where the score is as published; else it is wrong."""
    differs: str = "no difference: what it cannot read is wrong there too"
    """What ours does otherwise on purpose."""
    scale: str = ""
    """What its grades mean."""
    of_captions: bool = False
    """Whether, with a judge, captions are scored by what it can answer from them."""

    def fits(self, true: TrueAnswer) -> bool:
        """Whether it reads replies to what *true* is the answer to."""
        if self.form == "grade":
            return True
        if self.form == "number":
            return true.form == "words" and number_of(true.answer) is not None
        also = {"option": "yes_no", "stretches": "stretch"}.get(self.form)
        return true.form in (self.form, also)

    def verdict(self, true: TrueAnswer, reply: str) -> ReplyVerdict:
        """How *reply* answers what *true* is the answer to."""
        return self.judge(reply, true) if reply.strip() else ReplyVerdict("empty")

    def fate(self, told: str, true: TrueAnswer) -> Literal["right", "wrong", "left_out", "whole_video"] | None:
        """What is made of what was *told* of a reply where the score is as published; None: what it is."""
        made = self.published.get(told)  # type: ignore[call-overload]
        return ("right" if made == true.place else "wrong") if isinstance(made, int) else made


def _contained(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """MVBench: the first word of the reply within the right letter in brackets, or that within it."""
    begun = reply.lower().strip().removeprefix("best option:(")  # as its prompt has every reply begin
    first, gold = (begun.split() or [""])[0].replace(".", ""), f"({LETTERS[true.place or 0].lower()})"
    return ReplyVerdict("right" if first in gold or gold in first else "wrong")


def _option_text(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """FAVOR-Bench: the text of the right option is in the reply, and no longer option that contains it."""
    said, right = reply.casefold(), true.options[true.place or 0].casefold()
    there = [option.casefold() for option in true.options if option.casefold() in said]
    if not there:
        return ReplyVerdict("unreadable")
    longer = any(right in option and right != option for option in there)
    return ReplyVerdict("right" if right in there and not longer else "wrong")


def _nearest(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """Video-Bench: the option that the reply is most like; a reply like two of them tells nothing."""
    from rapidfuzz import fuzz, utils

    place = option_of(reply, true.options)
    if place is None:
        likeness = [fuzz.ratio(reply, option, processor=utils.default_process) for option in true.options]
        likest = [n for n, one in enumerate(likeness) if one == max(likeness)]
        place = likest[0] if len(likest) == 1 else None
    return ReplyVerdict("unreadable" if place is None else "right" if place == true.place else "wrong")


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


LEFT = "a reply that is empty counts as wrong; there it leaves the denominator"
_RULES = (
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
        "streamingbench",
        "StreamingBench",
        "option",
        "the first character of the reply is the letter",
        by_letter(first_character),
        {"empty": "left_out"},
        LEFT,
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
        "mvbench",
        "MVBench",
        "option",
        "the first word without its full stop stands in the right letter in brackets, or that in it: (b), b, B.",
        _contained,
        {"empty": "right"},
        "a reply that is empty counts as wrong; there as right, since nothing is part of every text",
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
        "storyteller",
        "MovieQA101 of StoryTeller",
        "option",
        "the reply is a letter and nothing else",
        by_letter(lambda reply, letters: reply.strip() if len(reply.strip()) == 1 else None),
        {"empty": 4, "unreadable": 4, "failed": 0},
        "a reply of more than a letter, or of none, is wrong; there it is option E, and a failed call is option A",
    ),
    PublishedRule(
        "rtv_bench",
        "RTV-Bench",
        "option",
        "the first capital that stands alone and is an option, else the one behind answer:, else the first character",
        by_letter(standing_alone),
        differs="questions that require basic ones are scored with them besides, and one without a prediction is "
        "wrong; there it passes, which is printed where there are any",
    ),
    PublishedRule(
        "videoespresso",
        "VideoEspresso, close-ended",
        "option",
        "the first of A, B, C and D anywhere in the reply, in a word too",
        by_letter(lambda reply, letters: first_match(r"([A-D])", reply)),
    ),
    PublishedRule(
        "videorefer",
        "VideoRefer-Bench-Q",
        "option",
        "the first (X), else the first X), else the first character",
        by_letter(bracketed),
    ),
    PublishedRule(
        "vnbench",
        "VNBench",
        "option",
        "the first of A, B, C and D before the first full stop; an item is right if all its rotations are",
        by_letter(lambda reply, letters: first_match(r"([A-D])", reply.split(".")[0])),
    ),
    PublishedRule(
        "mlvu",
        "MLVU, multiple choice",
        "option",
        "the first (X)",
        by_letter(lambda reply, letters: first_match(r"\(([A-Z])\)", reply)),
    ),
    PublishedRule(
        "mmstar",
        "MMStar",
        "option",
        "the character with which the reply begins, behind (, option or the answer is, whatever follows",
        by_letter(starts),
    ),
    PublishedRule(
        "mme_videoocr_choice",
        "MME-VideoOCR, multiple choice",
        "option",
        "the first of A, B, C and D behind a lead-in; more than ten words without any of them are empty",
        by_letter(after_lead_in),
    ),
    PublishedRule(
        "mme_videoocr",
        "MME-VideoOCR, recognition",
        "words",
        "every part of the answer between semicolons is part of the reply, in lower case",
        _parts,
    ),
    PublishedRule(
        "video_bench",
        "Video-Bench",
        "option",
        "the option that the reply names, by letter or by text, or else the one that it is most like",
        _nearest,
        differs="likeness is of letters and words, there of T5's embeddings (or ChatGPT says which option is meant), "
        "so that an empty reply has an option there, too",
    ),
    PublishedRule(
        "favor_bench",
        "FAVOR-Bench, close-ended",
        "option",
        "the text of the right option is in the reply, and no longer option that contains it",
        _option_text,
    ),
)
RULES: Mapping[str, PublishedRule] = {rule.name: rule for rule in sorted(_RULES, key=lambda rule: rule.name)}
"""The rules by name."""
