"""Harder questions, made of those that two replies so far were given to, from what is wrong with the replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ....rules.lane_kinds import fold
from ....rules.pair_verdicts import judged_pair
from ....schemas import Failed, Part, Reply, Sample, Timeline
from ...prompting.material import material
from ...prompting.own_words import Prompter
from ...stage import Teacher
from .prompt_injection import gives_commands
from .reply_rules import BadReply

HARDEN = (
    "Above are a question about the video and two replies to it. Say first what is wrong with each reply: what does "
    "not agree with the video, what is missing, what does not serve whoever asked. Say then, in general, what such "
    "replies are weak at. Write last one new question about the video that is harder just there. It stands for "
    "itself: it does not follow on from the old one, and does not speak of replies. Only somebody who has watched the "
    "video can answer it, and it tells nothing of the answer. If there is nothing wrong, write another, harder "
    "question all the same."
)
ASKER = "It is asked by the same person:"
COMPARE = (
    "Which of these two questions about the video is the harder one to answer for somebody who has watched it: which "
    "needs more to be seen, held together and thought through? The order in which they stand says nothing, and neither "
    "does their length."
)
QUESTION, FIRST, SECOND = "The question:", "The first reply:", "The second reply:"
FIRST_QUESTION, SECOND_QUESTION = "The first question:", "The second question:"


class Hardened(BaseModel):
    """A harder question, and what it comes from."""

    model_config = ConfigDict(extra="forbid")

    first_faults: list[str] = Field(description="What is wrong with the first reply; may be empty")
    second_faults: list[str] = Field(description="What is wrong with the second reply; may be empty")
    weaknesses: list[str] = Field(description="What such replies are weak at, in general")
    question: str = Field(description="The new question alone")


class HarderOf(BaseModel):
    """Which of two questions is the harder one."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(description="What decides, in a sentence")
    harder: Literal["first", "second", "neither"]


@dataclass(slots=True)
class HarderFound:
    """What came of the pairs: each is in one of these."""

    questions: list[tuple[Sample, str]] = field(default_factory=list)
    """The pairs with the harder question that was made of each."""
    rejected: list[tuple[Sample, BadReply]] = field(default_factory=list)
    failed: list[tuple[Sample, Reply]] = field(default_factory=list)


async def harder_questions(
    video: Timeline,
    teacher: Teacher,
    prompter: Prompter,
    shown: Callable[[Timeline, float, float], list[Part]],
    system: str,
) -> HarderFound:
    """A harder question for each pair of replies of *video* of which none was made yet (VideoAutoArena).

    It is kept only where *teacher* calls it harder than the old one in both orders. *shown* gives what is shown of a
    stretch.

    Raises:
        Failed: not one request brought a reply.
    """
    found = HarderFound()
    made = {sample.params.get("sample", "") for sample in video.samples if sample.params.get("about") == "harder"}
    pairs = [one for one in video.samples if one.id not in made and len(_replies(one)) == 2]
    if not pairs:
        return found
    schema, asks, stretches = Hardened.model_json_schema(), [], []
    for sample in pairs:
        first, second = _replies(sample)
        question = material("question", sample.question)
        reply, other = material("first reply", first), material("second reply", second)
        text = f"{QUESTION}\n{question}\n{FIRST}\n{reply}\n{SECOND}\n{other}\n{HARDEN}"
        if persona := sample.params.get("persona", ""):
            text += f" {ASKER} {material('persona', persona)}"
        stretches.append(shown(video, sample.start, sample.end))
        known = {"question": question, "reply": reply, "other": other}
        asks.append(prompter.request("harden", system, [*stretches[-1], text], known, schema=schema))
    replies = await teacher.ask(asks)
    if not any(reply.ok for reply in replies):
        raise Failed(replies[0].failure, replies[0].detail)
    known_questions = {fold(sample.question) for sample in video.samples}
    written: list[tuple[Sample, str, list[Part]]] = []
    for sample, answer, stretch in zip(pairs, replies, stretches, strict=True):
        if not answer.ok:
            found.failed.append((sample, answer))
            continue
        new = " ".join(Hardened.model_validate(answer.value).question.split())
        faults = {
            "empty_text": not fold(new),
            "command_in_question": gives_commands(new),
            "duplicate_question": fold(new) in known_questions,
        }
        if fault := next((reason for reason, holds in faults.items() if holds), ""):
            found.rejected.append((sample, BadReply(fault, detail=new)))
            continue
        known_questions.add(fold(new))
        written.append((sample, new, stretch))
    await _compared(teacher, prompter, system, written, found)
    return found


async def _compared(
    teacher: Teacher, prompter: Prompter, system: str, written: list[tuple[Sample, str, list[Part]]], found: HarderFound
) -> None:
    """Keep those of the questions that were *written* that are called harder in both orders."""
    asks, schema = [], HarderOf.model_json_schema()
    for sample, new, stretch in written:
        for first, second in ((new, sample.question), (sample.question, new)):
            one, two = material("first question", first), material("second question", second)
            text = f"{FIRST_QUESTION}\n{one}\n{SECOND_QUESTION}\n{two}\n{COMPARE}"
            known = {"question": one, "other": two}
            asks.append(prompter.request("harder", system, [*stretch, text], known, schema=schema))
    replies = iter(await teacher.ask(asks) if asks else [])
    for sample, new, _ in written:
        both = next(replies), next(replies)
        if failed := next((reply for reply in both if not reply.ok), None):
            found.failed.append((sample, failed))
        elif [HarderOf.model_validate(reply.value).harder for reply in both] == ["first", "second"]:
            found.questions.append((sample, new))
        else:
            found.rejected.append((sample, BadReply("not_harder", detail=new)))


def _replies(sample: Sample) -> list[str]:
    """The two replies of a pair, also of one that was judged a tie; none for another sample."""
    judged = judged_pair(sample)
    if judged is not None:
        return judged.replies
    return [sample.answer, sample.rejected] if sample.rejected else []
