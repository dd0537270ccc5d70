"""The questions about a video of a set, in each of the formats."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ...rules.letters import Letters
    from .conflict_sets import ConflictVideo

Format = Literal["multiple_choice", "yes_no", "matching", "caption"]

TRUE = "Is this true of the video? {statement} Answer with yes or no."
FITS = "Which of these captions fits the video?"
DESCRIBE = "Describe the video in a sentence. One of these is true of it, say which: {statements}"


def questions_in(form: Format, video: ConflictVideo, letters: Letters, rng: Random) -> list[dict[str, Any]]:
    """The questions about *video* in the format *form*: one, or one each with the answers yes and no."""
    answers, statements, right = video.answers, video.statements, video.right
    match form:
        case "multiple_choice":
            return [_question(form, video.question, _shuffle_around(answers, right, letters, rng), answers[right])]
        case "matching":
            return [_question(form, FITS, _shuffle_around(statements, right, letters, rng), statements[right])]
        case "yes_no":
            return [
                _question(form, TRUE.format(statement=statements[n]), ["yes", "no"], answer)
                for n, answer in ((right, "yes"), (video.wrong, "no"))
            ]
    mixed = rng.sample(statements, len(statements))
    description = _question(form, DESCRIBE.format(statements=" / ".join(mixed)), [], statements[right])
    return [{**description, "candidates": mixed}]


def _question(form: Format, question: str, options: list[str], answer: str) -> dict[str, Any]:
    return {"format": form, "question": question, "options": options, "answer": answer, "candidates": []}


def _shuffle_around(texts: list[str], right: int, letters: Any, rng: Random) -> list[str]:
    """*texts* in random order, save that the right one stands at each letter equally often."""
    others = [text for n, text in enumerate(texts) if n != right]
    rng.shuffle(others)
    others.insert(letters.next(len(texts)), texts[right])
    return others
