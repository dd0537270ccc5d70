"""Multiple choice that is there already: its options in another order, in every order, or of balanced lengths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ....rules.letters import LETTERS, asks_in, with_letters
from ....schemas import Sample

LETTER_NAMED = re.compile(
    r"\b(?i:options?|choices?|answers?|both|neither|either)\s+(?:is\s+)?\(?[A-J]\b(?!')|\([A-J]\)|\b[B-J][.)]\s"
    r"|\b[A-J] (?:and|or|nor) [A-J]\b"
)
"""Words that name options by their letters."""
OTHERS_NAMED = re.compile(
    r"\b(?:all|none|both|any|neither|either) of (?:the )?(?:above|these|them|options|choices)\b|\bthe above\b",
    re.IGNORECASE,
)
"""Words that speak of other options."""
ORDER, GIVEN = "options_order", "given"
"""The parameter of samples whose options stand in the order of a scale, which they keep."""
THINKING = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)
"""What a reply thinks before it answers."""
_LONE = re.compile(r"\W*[A-J]\W*")


def keeps_its_order(sample: Sample) -> bool:
    """Whether the options of *sample* must stay in their order: they are steps of a scale, an option, the question or
    the rationale speaks of others or of letters, or it is one of several rotations already, or one of several questions
    of a dialogue."""
    words = [*sample.options, sample.question]
    reply = [turn.content for turn in sample.messages if turn.role == "assistant"]
    thought = [match[0] for text in reply if (match := THINKING.match(text))]
    return (
        bool(sample.group)
        or sample.params.get(ORDER) == GIVEN
        or len(reply) > 1
        or any(OTHERS_NAMED.search(text) for text in words)
        or any(LETTER_NAMED.search(text) for text in [*words, sample.rationale, *thought])
    )


def with_options(sample: Sample, options: Sequence[str], group: str) -> Sample:
    """*sample* with *options*, among which the right one is, in their order; its turns are as they were otherwise."""
    right = list(options).index(sample.options[sample.answer_index or 0])
    turns = []
    for turn in sample.messages:
        content = turn.content
        if turn.role == "user":
            content = _asked(sample, content, options)
        elif turn.role == "assistant":
            thought = THINKING.match(content)
            said = content[thought.end() :] if thought else content
            letter = LETTERS[right]
            told = letter if _LONE.fullmatch(said) else f"{letter}. {options[right]}"
            content = (thought[0] if thought else "") + told
        turns.append(replace(turn, content=content))
    return replace(
        sample,
        id="",
        group=group,
        options=list(options),
        answer_index=right,
        answer=options[right],
        messages=turns,
        evidence=list(sample.evidence),
        params=dict(sample.params),
        checks=list(sample.checks),
    )


def _asked(sample: Sample, content: str, options: Sequence[str]) -> str:
    """What is asked, with *options* where the sample's were."""
    block, new = (
        "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, some, strict=False))
        for some in (sample.options, options)
    )
    if block in content:
        return content.replace(block, new)
    return with_letters(sample.question, options, (*asks_in(sample.params), "")[0])
