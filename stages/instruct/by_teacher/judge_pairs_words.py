"""What a judge of pairs is told, and the shape of its reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....rules.pair_verdicts import OVERALL
from ...prompting.material import RULES
from ...prompting.own_words import PromptSpec

FAIR = (
    "You are fair: the order in which the two are shown says nothing about them, and neither length nor a sure tone is "
    "a merit. Say that neither is better only where that is so."
)
ROLE_REPLIES = f"You judge two replies to a question about a video.\n{FAIR}\n{RULES}"
ROLE_CLIPS = f"You compare two clips of video, of which you are shown frames in the order of time.\n{FAIR}\n{RULES}"
QUESTION, FIRST, SECOND = "The question:", "The first reply:", "The second reply:"
ASKS = "Who asks:"
FIRST_CLIP, SECOND_CLIP = "The first clip:", "The second clip:"
FROM_FRAMES = "Judge by what can be seen in the frames."
FROM_LINES = "Judge by what the material says of the video."
REASON = "What decides between the two, in a sentence or two"
TOGETHER = "which of the two is the better, everything together"
COMPARED = "Say for each of these points which of the two is the better:"
MARKED = "Mark each of the two on each of these points, from 1 (bad) to {marks} (faultless):"
CHOICES = "Answer each point with one of these words:"
WORDS = {"first": "the first is better", "second": "the second is better"}
SPECS = {
    "judge": PromptSpec(
        "Says by each criterion which of two replies is the better, in a JSON; asked in both orders.",
        "frames question reply other criteria",
        "question reply other criteria",
        writes=False,
    ),
    "clips": PromptSpec(
        "Says by each criterion which of two clips is the better, in a JSON; asked in both orders. The frames of the "
        "first clip come first, then as many of the second.",
        "frames material criteria",
        "criteria",
        writes=False,
    ),
}
"""The prompts of the stage."""


def listed(criteria: Mapping[str, str], ties: Mapping[str, str], marks: int | None) -> str:
    """What is to be judged, by the names of the reply's fields, and in which words or marks."""
    lines = [f"- {name}: {about}" if about else f"- {name}" for name, about in criteria.items()]
    if marks is not None:
        return "\n".join([MARKED.format(marks=marks), *lines])
    words = [f"- {word}: {about}" for word, about in {**WORDS, **ties}.items()]
    return "\n".join([COMPARED, *lines, CHOICES, *words])


def schema_of(names: Sequence[str], ties: Sequence[str], marks: int | None) -> dict[str, Any]:
    """The JSON schema of a reply: a reason, then for each of *names* a word, or two marks."""
    if marks is None:
        one: dict[str, Any] = {"type": "string", "enum": [*WORDS, *ties]}
    else:
        mark = {"type": "integer", "minimum": 1, "maximum": marks}
        one = _table("Marks", dict.fromkeys(WORDS, mark))
    return _table("Comparison", {"reason": {"type": "string", "description": REASON}, **dict.fromkeys(names, one)})


def _table(title: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


RESERVED = {"reason", OVERALL}
"""Names that a criterion cannot have."""
