"""What a published evaluator's rule is: which answers it reads, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .letter_reading import Judged
from .reply_parsing import number_of
from .reply_verdict import ReplyVerdict, TrueAnswer

Form = Literal["option", "stretch", "stretches", "moments", "words", "grade", "number"]
Told = Literal["empty", "unreadable", "failed"]
Fate = Literal["right", "left_out", "whole_video"] | int
"""What becomes of a reply as published: right, not counted, taken for the option of this place, or for the whole
video."""
LEFT = "a reply that is empty counts as wrong; there it leaves the denominator"
"""What ours does otherwise than scripts that look at replies alone."""


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
