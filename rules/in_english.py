"""What a sample by rule in another language says in English: its words are other ones, and nothing else is.

So its id is that of the English sample, and checks that read English judge it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..schemas import Sample
from .clock import Clock, clock_of, opened
from .family import Family
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
    options = [
        answer if option == sample.answer else _said(option, family, sample.params, said, plain)
        for option in sample.options
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
        turns.append(replace(turn, content=content))
    params = {name: text for name, text in sample.params.items() if name not in (QUESTION, "language", "words")}
    return replace(sample, question=question, answer=answer, options=options, messages=turns, params=params)


def options_in(options: Sequence[str], sample: Sample) -> list[str]:
    """*options* of *sample*, which are in English, in its language."""
    said = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    plain, family = replace(said, language=IN_ENGLISH), rule_of(sample.task, sample.params)
    return [_said(option, family, sample.params, plain, said) for option in options]


def _said(option: str, family: Family | None, params: Mapping[str, str], here: Clock, there: Clock) -> str:
    """*option*, a stretch of time or the words of a span, which is as clock *here* writes, as clock *there* does."""
    if family is not None and (own := family.reworded(option, params, here, there)) is not None:
        return own
    form, kind = family.answers if family else "text", params.get("kind", "")
    one, two = here.language.answers, there.language.answers
    if form == "window":
        for mine, theirs in ((here.words.between, there.words.between), (here.words.at, there.words.at)):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(opened(mine) + one.stop))
            if found := re.fullmatch(pattern, option):
                return opened(theirs.format(**found.groupdict())) + two.stop
    if kind in ("speech", "screen") and option.startswith(one.quotes[0]) and option.endswith(one.quotes[1]):
        return two.quotes[0] + option[len(one.quotes[0]) : len(option) - len(one.quotes[1])] + two.quotes[1]
    if kind == "label":
        plain = next((label for label, words in one.labels.items() if words == option), option)
        return two.labels.get(plain, plain)
    return option
