"""How published evaluators find the letter of an option in a reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..rules.letters import LETTERS
from .reply_verdict import ReplyVerdict, TrueAnswer

Judged = Callable[[str, TrueAnswer], ReplyVerdict]
"""What a reply that is not empty is to what is true."""
WORDY = 10
"""Words from which a reply of MME-VideoOCR without any letter is taken for empty."""

_LEAD_IN = re.compile(
    r"\s*(?:the\s+)?(?:best|correct|right)?\s*(?:answer|option|choice)(?:\s+is)?\s*:?\s*", re.IGNORECASE
)


def letter_verdict(letter: str | None, true: TrueAnswer) -> ReplyVerdict:
    """The verdict on an option's *letter*; None: there is none."""
    place = LETTERS.find(letter) if letter else -1
    if not 0 <= place < len(true.options):
        return ReplyVerdict("unreadable")
    return ReplyVerdict("right" if place == true.place else "wrong")


def by_letter(find: Callable[[str, Sequence[str]], str | None]) -> Judged:
    """A judge of the letter that *find* finds in a reply, given the letters of the options."""

    def judge(reply: str, true: TrueAnswer) -> ReplyVerdict:
        return letter_verdict(find(reply, LETTERS[: len(true.options)]), true)

    return judge


def first_match(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return found[1] if found else None


def first_character(reply: str, letters: Sequence[str]) -> str | None:
    return reply.strip()[:1]


def first_letter(reply: str, letters: Sequence[str]) -> str | None:
    return first_match(r"([^\W\d_])", reply)


def in_double_brackets(reply: str, letters: Sequence[str]) -> str | None:
    return first_match(r"\[\[\s*\(?([A-Z])\)?\s*\]\]", reply)


def in_answer_tag(reply: str, letters: Sequence[str]) -> str | None:
    return first_match(r"<answer>\W*([A-Z])\b", reply)


def bracketed(reply: str, letters: Sequence[str]) -> str | None:
    return first_match(r"\(([A-Z])\)", reply) or first_match(r"([A-Z])\)", reply) or reply.strip()[:1]


def standing_alone(reply: str, letters: Sequence[str]) -> str | None:
    alone = next((found for found in re.findall(r"\b([A-Z])\b", reply) if found in letters), None)
    return alone or first_match(r"(?i)answer:\s*([A-Z])", reply) or reply.strip()[:1]


def after_lead_in(reply: str, letters: Sequence[str]) -> str | None:
    text = _LEAD_IN.sub("", reply.strip(), count=1)
    if len(text.split()) > WORDY and not re.search(r"[A-D]", text):
        return None
    return first_match(r"([A-D])", text)


def starts(reply: str, letters: Sequence[str]) -> str | None:
    text = reply.strip().lower()
    lead = next(one for one in ("the answer is ", "option ", "(", "") if text.startswith(one))
    return text[len(lead) : len(lead) + 1].upper()
