"""What a sample by rule in another language says in English: its words are other ones, and nothing else is.

So its id is that of the English sample, and checks that read English judge it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..schemas import Message, Sample
from .clock import Clock, clock_of, opened
from .language_words import IN_ENGLISH
from .solve import rule_of

QUESTION = "english"
"""The parameter of a sample in another language that keeps its question in English."""


def english_words(sample: Sample) -> tuple[str, str, list[str]]:
    """The question, the answer and the options of *sample* in English, as far as rules have made them."""
    if QUESTION not in sample.params:
        return sample.question, sample.answer, sample.options
    said = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    plain = replace(said, language=IN_ENGLISH)
    family = rule_of(sample.task, sample.params)
    answer = sample.answer
    if family is not None and family.solve(sample.evidence, sample.params, said) == answer:
        answer = family.solve(sample.evidence, sample.params, plain)
    form, kind = family.answers if family else "text", sample.params.get("kind", "")
    options = [
        answer if option == sample.answer else _in_english(option, form, kind, said, plain) for option in sample.options
    ]
    return sample.params[QUESTION], answer, options


def in_english(sample: Sample) -> Sample:
    """*sample* in English, its turns as well; the same object where it is."""
    if QUESTION not in sample.params:
        return sample
    question, answer, options = english_words(sample)
    pairs = [(sample.question, question), (sample.answer, answer), *zip(sample.options, options, strict=True)]
    turns = []
    for turn in sample.messages:
        content = turn.content
        for one, other in pairs:
            content = content.replace(one, other) if one else content
        turns.append(Message(turn.role, content))
    params = {name: text for name, text in sample.params.items() if name not in (QUESTION, "language", "words")}
    return replace(sample, question=question, answer=answer, options=options, messages=turns, params=params)


def _in_english(option: str, form: str, kind: str, said: Clock, plain: Clock) -> str:
    """A wrong *option* in English: a stretch of time, or the words of a span."""
    answers = said.language.answers
    if form == "window":
        for mine, theirs in ((said.words.between, plain.words.between), (said.words.at, plain.words.at)):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(opened(mine) + answers.stop))
            if found := re.fullmatch(pattern, option):
                return opened(theirs.format(**found.groupdict())) + plain.language.answers.stop
    before, after = answers.quotes
    if kind in ("speech", "screen") and option.startswith(before) and option.endswith(after):
        return f'"{option[len(before) : len(option) - len(after)]}"'
    if kind == "label":
        return next((label for label, words in answers.labels.items() if words == option), option)
    return option
