"""How published evaluators read replies, by name, for ``vdata score --rules``: facts of their scripts, in code of ours.

Each rule reads a reply as its evaluator does. What such a script does besides with a reply that is empty or cannot be
read (it counts as right, as option E, or not at all) flatters who says nothing: here it is wrong, unless the score is
to be as published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..rules.letters import LETTERS
from ..rules.stretch import iou
from .reply_parsing import span_of
from .reply_verdict import ENOUGH, ReplyVerdict, TrueAnswer

Form = Literal["option", "stretch", "words", "grade"]
Told = Literal["empty", "unreadable", "failed"]
Fate = Literal["right", "left_out"] | int
"""What becomes of a reply as published: right, not counted, or taken for the option of this place."""
Judged = Callable[[str, TrueAnswer], ReplyVerdict]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEAD_IN = re.compile(
    r"\s*(?:the\s+)?(?:best|correct|right)?\s*(?:answer|option|choice)(?:\s+is)?\s*:?\s*", re.IGNORECASE
)
WORDY = 10
"""Words from which a reply of MME-VideoOCR without any letter is taken for empty."""
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

    def fits(self, true: TrueAnswer) -> bool:
        """Whether it reads replies to what *true* is the answer to."""
        if self.form == "grade":
            return True
        return true.form == self.form or (self.form == "option" and true.form == "yes_no")

    def verdict(self, true: TrueAnswer, reply: str) -> ReplyVerdict:
        """How *reply* answers what *true* is the answer to."""
        return self.judge(reply, true) if reply.strip() else ReplyVerdict("empty")

    def fate(self, told: str, true: TrueAnswer) -> Literal["right", "wrong", "left_out"] | None:
        """What is made of what was *told* of a reply where the score is as published; None: what it is."""
        made = self.published.get(told)  # type: ignore[call-overload]
        return ("right" if made == true.place else "wrong") if isinstance(made, int) else made


def _letter(letter: str | None, true: TrueAnswer) -> ReplyVerdict:
    """The verdict on an option's *letter*; None: there is none."""
    place = LETTERS.find(letter) if letter else -1
    if not 0 <= place < len(true.options):
        return ReplyVerdict("unreadable")
    return ReplyVerdict("right" if place == true.place else "wrong")


def _by(find: Callable[[str, Sequence[str]], str | None]) -> Judged:
    """A judge of the letter that *find* finds in a reply, given the letters of the options."""

    def judge(reply: str, true: TrueAnswer) -> ReplyVerdict:
        return _letter(find(reply, LETTERS[: len(true.options)]), true)

    return judge


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return found[1] if found else None


def _first_character(reply: str, letters: Sequence[str]) -> str | None:
    return reply.strip()[:1]


def _bracketed(reply: str, letters: Sequence[str]) -> str | None:
    return _first(r"\(([A-Z])\)", reply) or _first(r"([A-Z])\)", reply) or reply.strip()[:1]


def _standing_alone(reply: str, letters: Sequence[str]) -> str | None:
    alone = next((found for found in re.findall(r"\b([A-Z])\b", reply) if found in letters), None)
    return alone or _first(r"(?i)answer:\s*([A-Z])", reply) or reply.strip()[:1]


def _after_lead_in(reply: str, letters: Sequence[str]) -> str | None:
    text = _LEAD_IN.sub("", reply.strip(), count=1)
    if len(text.split()) > WORDY and not re.search(r"[A-D]", text):
        return None
    return _first(r"([A-D])", text)


def _starts(reply: str, letters: Sequence[str]) -> str | None:
    text = reply.strip().lower()
    lead = next(one for one in ("the answer is ", "option ", "(", "") if text.startswith(one))
    return text[len(lead) : len(lead) + 1].upper()


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


LEFT = "a reply that is empty counts as wrong; there it leaves the denominator"
_RULES = (
    PublishedRule(
        "streamingbench",
        "StreamingBench",
        "option",
        "the first character of the reply is the letter",
        _by(_first_character),
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
        "storyteller",
        "MovieQA101 of StoryTeller",
        "option",
        "the reply is a letter and nothing else",
        _by(lambda reply, letters: reply.strip() if len(reply.strip()) == 1 else None),
        {"empty": 4, "unreadable": 4, "failed": 0},
        "a reply of more than a letter, or of none, is wrong; there it is option E, and a failed call is option A",
    ),
    PublishedRule(
        "rtv_bench",
        "RTV-Bench",
        "option",
        "the first capital that stands alone and is an option, else the one behind answer:, else the first character",
        _by(_standing_alone),
        differs="each question counts by itself; there one counts only if the two basic ones of its group are right, "
        "and a missing one passes",
    ),
    PublishedRule(
        "videoespresso",
        "VideoEspresso, close-ended",
        "option",
        "the first of A, B, C and D anywhere in the reply, in a word too",
        _by(lambda reply, letters: _first(r"([A-D])", reply)),
    ),
    PublishedRule(
        "videorefer",
        "VideoRefer-Bench-Q",
        "option",
        "the first (X), else the first X), else the first character",
        _by(_bracketed),
    ),
    PublishedRule(
        "vnbench",
        "VNBench",
        "option",
        "the first of A, B, C and D before the first full stop; an item is right if all its rotations are",
        _by(lambda reply, letters: _first(r"([A-D])", reply.split(".")[0])),
    ),
    PublishedRule(
        "mlvu",
        "MLVU, multiple choice",
        "option",
        "the first (X)",
        _by(lambda reply, letters: _first(r"\(([A-Z])\)", reply)),
    ),
    PublishedRule(
        "mmstar",
        "MMStar",
        "option",
        "the character with which the reply begins, behind (, option or the answer is, whatever follows",
        _by(_starts),
    ),
    PublishedRule(
        "mme_videoocr_choice",
        "MME-VideoOCR, multiple choice",
        "option",
        "the first of A, B, C and D behind a lead-in; more than ten words without any of them are empty",
        _by(_after_lead_in),
    ),
    PublishedRule(
        "mme_videoocr",
        "MME-VideoOCR, recognition",
        "words",
        "every part of the answer between semicolons is part of the reply, in lower case",
        _parts,
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
