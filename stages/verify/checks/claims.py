"""Is each claim of a caption or an answer to be seen? (VideoRefer's reviewer, claim by claim.)"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ....rules.lazy_pattern import lazy
from ....rules.solve import rule_of
from ....schemas import Demand, Part, Sample, Span
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import UNKNOWN, Finding, unsure
from ..video_teacher import VideoTeacher, joined
from .check import TeacherCheck, requests

ROLE = "You check what was written about a video against its frames. You are exact and add nothing of your own."
ROLE_LINES = "You check what was written about a video against what else is known of it. You are exact and add nothing."
SPLIT = (
    "Take the numbered text below apart into atomic claims: each says one thing that is true or false by itself, as a "
    "full sentence with its subject named. Leave nothing out. Give with each the number of the sentence it is from."
)
JUDGE = (
    "Judge each numbered claim by the frames, and by what is said and shown in the material. supported: it can be "
    "seen, read or heard. contradicted: something else is there. not_visible: nothing there says so."
)

JUDGE_LINES = (
    "Judge each numbered claim by the material alone, which says what is known of the video, with times in seconds. "
    "supported: the material says so, or it follows. contradicted: it says something else. not_visible: it says "
    "neither."
)

SHOWS = (
    "Line 1 of the claims describes an event, or asks about one. Judge whether these frames, with what is said and "
    "shown in the material, show that very event. supported: they do. contradicted: they show another. "
    "not_visible: neither."
)
SHOWS_LINES = (
    "Line 1 of the claims describes an event, or asks about one. Judge whether the material, which says what is known "
    "of this stretch, speaks of that very event. supported: it does. contradicted: it speaks of another. "
    "not_visible: neither."
)
_LISTED = lazy(r"^\d{1,2}\. (.+)$", re.MULTILINE)


class Claim(BaseModel):
    """One claim of a text."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="The claim, a full sentence")
    sentence: int = Field(description="Number of the sentence that it is from")


class Claims(BaseModel):
    """The claims of a text."""

    model_config = ConfigDict(extra="forbid")

    claims: list[Claim]


class Judgement(BaseModel):
    """What the frames say of one claim."""

    model_config = ConfigDict(extra="forbid")

    claim: int = Field(description="Number of the claim")
    verdict: Literal["supported", "contradicted", "not_visible"]
    seen: str = Field(description="What is there instead, in a few words; empty when supported")


class Judgements(BaseModel):
    """A judgement of each claim."""

    model_config = ConfigDict(extra="forbid")

    judgements: list[Judgement]


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim with what was found. ``verdict`` is ``not_visible`` where the judge was silent."""

    text: str
    sentence: int
    """From 0."""
    verdict: str
    seen: str = ""

    @property
    def holds(self) -> bool:
        return self.verdict == "supported"


class ClaimsCheck(TeacherCheck):
    """``unsupported``, ``unsupported_caption``: a claim cannot be seen in the video. ``value``: the share that can.

    Where the answer follows from the cited spans by rule, it is right if they show what the question speaks of: that
    is judged for each of them. A question made by rule is not asked about.
    """

    name = "claims"
    position = 10
    reasons: ClassVar = {"unsupported": "drop", "unsupported_caption": "repair"}
    repairs = frozenset({"unsupported", "unsupported_caption"})
    prompts: ClassVar = {
        "claims": PromptSpec("Takes a text apart into claims, in a JSON.", "text question", "text", writes=False),
        "claims_judged": PromptSpec("Judges claims, in a JSON.", "frames material claims", "claims", writes=False),
        "claims_shown": PromptSpec(
            "Judges whether cited frames show an event, in a JSON.", "frames material claims", "claims", writes=False
        ),
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        if rule_of(sample.task, sample.params) is not None:
            return await _check_citations(sample, teacher) if sample.teacher else None
        question = material("question", sample.question)
        said = teacher.words_for(sample)
        shown = [*teacher.frames_for(sample), *said]
        if not shown:
            return unsure(UNKNOWN)
        return finding(sample.answer, await judge(sample.answer, question, shown, joined(said), teacher), "unsupported")

    async def check_caption(self, caption: Span, teacher: VideoTeacher) -> Finding | None:
        text = caption.text or ""
        said = teacher.words(caption.start, caption.end, but=caption)
        shown = [*teacher.frames(caption.start, caption.end), *said]
        if not shown:
            return unsure(UNKNOWN)
        return finding(text, await judge(text, "", shown, joined(said), teacher), "unsupported_caption")

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(2 * (samples + captions), settings.images() / 2)


async def _check_citations(sample: Sample, teacher: VideoTeacher) -> Finding:
    """Whether each cited span shows what the question, or its line of a list in the question, speaks of."""
    lines = [match.group(1) for match in _LISTED.finditer(sample.question)]
    named = lines if len(lines) == len(sample.evidence) > 1 else [sample.question] * len(sample.evidence)
    questions = []
    for item, text in zip(sample.evidence, named, strict=True):
        said, claim = teacher.words(item.start, item.end, [item.lane]), material("claims", f"1. {text}")
        seen = [*teacher.frames(item.start, item.end, about=sample), *said]
        if not seen:
            return unsure(UNKNOWN)
        shown = [*seen, teacher.by(SHOWS, SHOWS_LINES), claim]
        known, role = {"claims": claim, "material": joined(said)}, teacher.by(ROLE, ROLE_LINES)
        request = teacher.request("claims_shown", *shown, role=role, schema=Judgements, known=known)
        questions.append(request)
    judged = []
    for text, reply in zip(named, await teacher.ask(questions), strict=True):
        found = Judgements.model_validate(reply.value).judgements
        judged.append(
            ClaimVerdict(text, 0, found[0].verdict if found else "not_visible", found[0].seen if found else "")
        )
    return replace(finding("", judged, "unsupported"), better="")


def finding(text: str, judged: list[ClaimVerdict], reason: str) -> Finding:
    """What the claims of *text* amount to, with the text without those that do not hold."""
    wrong = [claim for claim in judged if not claim.holds]
    if not wrong:
        return Finding("pass", "", 1.0)
    detail = "; ".join(f"{one.text} ({one.verdict}{': ' + one.seen if one.seen else ''})" for one in wrong)
    return Finding("fail", reason, round(1 - len(wrong) / len(judged), 3), 1.0, detail[:500], cut(text, judged))


async def judge(text: str, question: str, shown: list[Part], said: str, teacher: VideoTeacher) -> list[ClaimVerdict]:
    """The claims of *text*, each judged by what is *shown*: two requests, none when it has no words.

    *question* is what it answers, as material, and *said* what is said and written there; both may be empty.

    Raises:
        Unanswered: the teacher failed.
    """
    parts = sentences(text)
    if not parts:
        return []
    numbered = material("text to check", "\n".join(f"{n}. {part}" for n, part in enumerate(parts, 1)))
    parts_asked = [SPLIT, *([f"It answers this question:\n{question}"] if question else []), numbered]
    role = teacher.by(ROLE, ROLE_LINES)
    asked = teacher.request(
        "claims", *parts_asked, role=role, schema=Claims, known={"text": numbered, "question": question}
    )
    (split,) = await teacher.ask([asked])
    claims = [claim for claim in Claims.model_validate(split.value).claims if claim.text.strip()]
    if not claims:
        claims = [Claim(text=part, sentence=n) for n, part in enumerate(parts, 1)]
    listed = material("claims", "\n".join(f"{n}. {claim.text}" for n, claim in enumerate(claims, 1)))
    told, known = [*shown, teacher.by(JUDGE, JUDGE_LINES), listed], {"claims": listed, "material": said}
    asked = teacher.request("claims_judged", *told, role=role, schema=Judgements, known=known)
    (reply,) = await teacher.ask([asked])
    found = {one.claim: one for one in Judgements.model_validate(reply.value).judgements}
    judged = []
    for n, claim in enumerate(claims, 1):
        one = found.get(n)
        sentence = min(max(claim.sentence, 1), len(parts)) - 1
        judged.append(
            ClaimVerdict(claim.text.strip(), sentence, one.verdict if one else "not_visible", one.seen if one else "")
        )
    return judged


def sentences(text: str) -> list[str]:
    """The sentences of *text*."""
    return [part.strip() for part in re.split(r"(?<=[.!?…])[\"”']?\s+(?=[\"“A-Z0-9])|\n+", text) if part.strip()]


def cut(text: str, judged: list[ClaimVerdict]) -> str:
    """*text* without claims that do not hold: their sentences go; of a sentence that also has others, those stay.

    What stays of a sentence are its claims as they were split, so that nothing new is written.
    """
    kept = []
    for n, sentence in enumerate(sentences(text)):
        claims = [claim for claim in judged if claim.sentence == n]
        if all(claim.holds for claim in claims):
            kept.append(sentence)
        else:
            kept += [_sentence(claim.text) for claim in claims if claim.holds]
    return " ".join(dict.fromkeys(kept))


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?" else text + "."
