"""Questions that a teacher asks of a whole video by itself, from what it is shown of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ....rules.lane_kinds import fold
from ....schemas import Failed, Part, Reply
from ...prompting.own_words import Prompter
from ...stage import Teacher
from . import preferences_words as words
from .prompt_injection import gives_commands


@dataclass(slots=True)
class VideoQuestions:
    """The questions, each with its kind, and what came to none."""

    questions: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    """The reason, and what was written."""
    failed: list[Reply] = field(default_factory=list)


async def video_questions(
    teacher: Teacher, prompter: Prompter, system: str, shown: Sequence[Part], kinds: Mapping[str, str], per_kind: int
) -> VideoQuestions:
    """*per_kind* questions of each of *kinds*, by name with what they are to be about (VideoSAVi).

    Raises:
        Failed: not one request brought a reply.
    """
    schema, asks = words.Questions.model_json_schema(), []
    for about in kinds.values():
        text = words.ASKING.format(n=per_kind, words=about)
        asks.append(prompter.request("ask", system, [*shown, text], {"n": per_kind, "task": about}, schema=schema))
    replies = await teacher.ask(asks)
    if not any(reply.ok for reply in replies):
        raise Failed(replies[0].failure, replies[0].detail)
    known, found = set[str](), VideoQuestions()
    for kind, reply in zip(kinds, replies, strict=True):
        if not reply.ok:
            found.failed.append(reply)
            continue
        for n, said in enumerate(words.Questions.model_validate(reply.value).questions):
            question = " ".join(said.split())
            faults = {
                "more_than_asked": n >= per_kind,
                "empty_text": not fold(question),
                "command_in_question": gives_commands(question),
                "duplicate_question": fold(question) in known,
            }
            if fault := next((reason for reason, holds in faults.items() if holds), ""):
                found.rejected.append((fault, f"{kind}: {said}"))
                continue
            known.add(fold(question))
            found.questions.append((kind, question))
    return found
