"""Open questions: multiple choice without its options."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from ....rules.in_english import in_english
from ....rules.solve import rule_of
from ....rules.word_count import word_count
from ....schemas import Measured, Message, Sample, Timeline, cited_span
from ....schemas.sample import IMPORTED
from ...stage import Stage
from ..asked_for import add
from .existing_options import LETTER_NAMED, OTHERS_NAMED, THINKING

_CHOICE = (
    r"(?:options?|choices?|statements?|descriptions?|alternatives?|sentences?|captions?|answers?|sequences?|orders?)"
)
_DEPENDS = (
    r"\bwhich (?:one )?of (?:the )?(?:following|these|those|above|below|listed|given|options|choices|statements)\b",
    rf"\b(?:which|what) (?:\w+ )?{_CHOICE} (?:\w+ ){{0,2}}(?:is|are|was|were|best|correctly|accurately|most)\b",
    rf"\b(?:which|what) (?:\w+ )?{_CHOICE} (?:describes?|matches|fits?)\b",
    rf"\b(?:following|listed|given|provided|above|below) (?:\w+ )?{_CHOICE}\b",
    r"\b(?:select|choose|pick) (?:the|one|all|an|from|which)\b",
    r"\bamong (?:the )?(?:following|these|options|choices)\b|\bof the following\b",
    r"\bfrom the (?:options|choices|list)\b",
    r"\bbest (?:describes?|summari[sz]es?|fits|matches)\b",
    r"\b(?:which|who|what)\b[^?]*\b(?:is|are|was|were|does|do|did|has|have|can)(?: not|n['’]t)\b",
    r"(?-i:\bEXCEPT\b|\bNOT\b)|\bexcept\W*$",
    r"以下|下列|下面哪",
    r"\b(?:laquelle|lequel|lesquels|lesquelles) (?:de ces|des)\b|\bsuivant(?:e|s|es)\b",
    r"\bsiguientes?\b|\bde estas opciones\b|\bfolgende[nrs]?\b",
)
"""Words that ask to choose from what is listed, or for what is not so, which only a list can tell: in English, Chinese,
French, Spanish and German."""
_ASKS_TO_CHOOSE = re.compile("|".join(_DEPENDS), re.IGNORECASE)


class OpenQuestions(Stage):
    """Turn multiple choice into open questions: the options go, and the answer is the text of the right one.

    A question that depends on its options (which of the following, which is not …), or an answer that speaks of others
    (both of the above), is rejected as ``depends_on_options``. Of several rotations the first becomes an open question.
    ``max_words`` leaves those with short answers, which can be marked (VideoEval-Pro); the others are ``long_answer``.
    """

    makes_samples: ClassVar[bool] = True

    tasks: list[str] | None = None
    """Tasks to take; ``imported`` stands for the questions of label files. By default all."""
    keep_choice: bool = False
    """Keep the multiple choice beside the open question; what depends on its options is then kept as well."""
    max_words: int | None = Field(None, ge=1)
    """The most words of an answer; a question with a longer one goes, and so does its multiple choice."""

    def run(self, video: Timeline) -> Timeline:
        samples, video.samples = video.samples, []
        seen: set[str] = set()
        for sample in samples:
            if not self._wanted(sample):
                video.samples.append(sample)
                continue
            if self.max_words is not None and (words := word_count(sample.answer)) > self.max_words:
                add(video, "long", 1)
                measured = Measured(
                    value=words, threshold=self.max_words, detail=f"{sample.question} -> {sample.answer}"
                )
                self.reject(video, *cited_span(sample), "long_answer", **measured)
                continue
            if self.keep_choice:
                video.samples.append(sample)
            if sample.group and sample.group in seen:
                continue
            seen.add(sample.group)
            if why := depends_on_options(sample):
                add(video, "depends", 1)
                if not self.keep_choice:
                    detail = f"{why!r} in {sample.task}: {sample.question} -> {sample.answer}"[:1000]
                    self.reject(video, *cited_span(sample), "depends_on_options", detail=detail)
                continue
            add(video, "opened", 1)
            self.add_samples(video, [opened(sample)])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``open_questions: 12 questions were opened; 3 depend on their options and were dropped.``"""
        made, depends = int(totals.get("opened", 0)), int(totals.get("depends", 0))
        parts = [f"{made} questions were opened" if made else "no question was opened"]
        if depends:
            parts.append(f"{depends} depend on their options and {'stay' if self.keep_choice else 'were dropped'}")
        if long := int(totals.get("long", 0)):
            parts.append(f"{long} have answers of more than {self.max_words} words and were dropped")
        return f"{self.name()}: {'; '.join(parts)}."

    def _wanted(self, sample: Sample) -> bool:
        named = self.tasks is None or sample.task in self.tasks
        named = named or (sample.teacher == IMPORTED and IMPORTED in (self.tasks or ()))
        return named and bool(sample.options) and sample.answer_index is not None and not sample.rejected


def depends_on_options(sample: Sample) -> str:
    """The words by which the question, or the answer, needs the options; empty where it can stand without them."""
    sample = in_english(sample)  # of questions by rule in other languages the English ones tell
    family = rule_of(sample.task, sample.params)
    if family is not None and family.answers == "listed":  # its list has become the options
        return "the list"
    found = _ASKS_TO_CHOOSE.search(sample.question) or LETTER_NAMED.search(sample.question)
    found = found or OTHERS_NAMED.search(f"{sample.question}\n{sample.answer}") or LETTER_NAMED.search(sample.answer)
    return found[0] if found else ""


def opened(sample: Sample) -> Sample:
    """*sample* without its options, and with the thought before its reply."""
    system = [turn for turn in sample.messages if turn.role == "system"]
    said = next((turn.content for turn in sample.messages if turn.role == "assistant"), "")
    thought = THINKING.match(said)
    reply = (thought[0] if thought else "") + sample.answer
    return replace(
        sample,
        id="",
        group="",
        options=[],
        answer_index=None,
        messages=[*system, Message("user", sample.question), Message("assistant", reply)],
        evidence=list(sample.evidence),
        params=dict(sample.params),
        checks=list(sample.checks),
    )
