"""Options and their letters: which letter is right, and the item that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ..schemas import Message, Sample, seeded
from .in_english import QUESTION
from .language_key import language_of_sample
from .solve import rule_of

LETTERS = "ABCDEFGHIJ"
ASK = (
    "Choose the right option.",
    "Which option is right?",
    "Answer with the letter of the right option and its text.",
    "Pick one of the options above.",
    "Only one of these is right. Which?",
    "Give the letter and the text of the right answer.",
)


def asks_in(params: Mapping[str, str]) -> Sequence[str]:
    """What may stand below the options of a sample with *params*, in its language; empty where that has no words."""
    language = language_of_sample(params)
    return ASK if language.english else language.choose


def drawn_ask(params: Mapping[str, str], rng: Random) -> str:
    """One of these by chance; the draw is the same in every language."""
    asks, number = asks_in(params), rng.randrange(len(ASK))
    return asks[number * len(asks) // len(ASK)] if asks else ""


class Letters:
    """Positions for right options: every block of n items of n options uses each position once, in random order."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._unused: dict[int, list[int]] = {}

    def next(self, size: int) -> int:
        """The position of the right one among *size* options."""
        unused = self._unused.setdefault(size, [])
        if not unused:
            unused += self._rng.sample(range(size), size)
        return unused.pop()


def dealt(turn: int, size: int, *key: object) -> int:
    """The position of the right one among *size* options, of a question by its *turn* among all of *key*: of *size*
    turns that begin at a multiple of it, each position has one, and which it is depends on *key* alone."""
    return seeded(*key, size, turn // size).sample(range(size), size)[turn % size]


def with_letters(question: str, options: Sequence[str], ask: str) -> str:
    """*question*, then its *options* with their letters, a line each, then *ask*, which says what to do with them."""
    lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False)]
    return "\n".join([question, *lines, *([ask] if ask else [])])


def item_of(sample: Sample, options: list[str], ask: str, group: str) -> Sample:
    """*sample* as multiple choice with *options*, among which the right answer is."""
    right = options.index(sample.answer)
    question, params = sample.question, dict(sample.params)
    family = rule_of(sample.task, sample.params)
    if family is not None and family.answers == "listed":  # its list becomes the options
        question = question.partition("\n")[0]
        if QUESTION in params:
            params[QUESTION] = params[QUESTION].partition("\n")[0]
    return Sample(
        sample.task,
        question,
        sample.answer,
        sample.start,
        sample.end,
        list(sample.evidence),
        params,
        options,
        right,
        [
            Message("user", with_letters(question, options, ask)),
            Message("assistant", f"{LETTERS[right]}. {sample.answer}"),
        ],
        rationale=sample.rationale,
        teacher=sample.teacher,
        checks=list(sample.checks),
        group=group,
        seen_start=sample.seen_start,
        seen_end=sample.seen_end,
    )
