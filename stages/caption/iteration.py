"""Drafts of one caption in a row: each is graded, and the instructions for the next one are written from the grades."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from ...schemas import Reply, Span, Timeline
from ...schemas.settings_model import Settings
from ..prompting.material import RULES, material
from ..stage import Teacher
from .caption_material import parts, sentence_and_media
from .caption_words import COACH, GRADE, IMPROVE, JUDGE
from .drafts import Draft, Drafter

TOP = 10
"""The best grade."""
DESCRIBE = "describe"
"""The prompt whose instructions are written anew."""


class Iterate(Settings):
    """Drafts that follow one another."""

    rounds: int = Field(4, ge=2, le=20)
    """So many drafts at most."""
    enough: int | None = Field(None, ge=1, le=TOP)
    """A grade, of 1 to 10, from which on no further draft is written; none: all rounds are."""
    judge: str = ""
    """The teacher that grades the drafts; none: ``teacher``."""
    optimiser: str = ""
    """The teacher that writes the instructions anew; none: ``teacher``."""


class Mark(BaseModel):
    """A judge's grade."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(description="What is missing, wrong or badly told, in one or two sentences.")
    grade: int = Field(description="The grade: 1 is useless, 10 cannot be bettered.", ge=1, le=TOP)


class Guidance(BaseModel):
    """Instructions for a writer."""

    model_config = ConfigDict(extra="forbid")

    instructions: str = Field(description="The whole instructions, in a few sentences.", min_length=1)


@dataclass(slots=True)
class _Try:
    """A draft, the instructions that it was written by, and its grade."""

    draft: Draft
    instructions: str
    mark: Mark | None = None

    def grade(self) -> int:
        return self.mark.grade if self.mark else 0


@dataclass(frozen=True, slots=True)
class Iteration:
    """Has a caption written again and again, and keeps the best draft (ViSMaP: writer, evaluator, optimiser)."""

    settings: Iterate
    drafter: Drafter

    async def best(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        """The draft with the best grade, of equals the first one, with all ``grades`` in order among its attributes.

        Its own ``grade`` and ``round`` are values, the judge's reason is ``why``. A request that fails ends the rounds.
        """
        tried: list[_Try] = []
        failed: list[Reply] = []
        instructions = self.drafter.prompter.instructions.get(DESCRIBE, "")
        while len(tried) < self.settings.rounds and not failed:
            draft = await self._drafter(instructions).single(video, span, teacher)
            if draft.failure is not None:
                if not tried:
                    return draft
                failed.append(draft.failure)
                break
            tried.append(_Try(draft, instructions))
            reply = await self._grade(video, span, draft, self._named(teacher, self.settings.judge))
            if not reply.ok:
                failed.append(reply)
                break
            tried[-1].mark = Mark.model_validate(reply.value)
            if tried[-1].grade() >= (self.settings.enough or TOP + 1) or len(tried) == self.settings.rounds:
                break
            reply = await self._improve(tried, self._named(teacher, self.settings.optimiser))
            if reply.ok:
                instructions = Guidance.model_validate(reply.value).instructions.strip()
            else:
                failed.append(reply)
        return self._kept(tried, failed, span)

    def _kept(self, tried: list[_Try], failed: list[Reply], span: Span) -> Draft:
        best = max(tried, key=_Try.grade)
        draft = best.draft
        draft.failed = [*draft.failed, *((reply, span) for reply in failed)]
        if best.mark is not None:
            draft.values |= {"grade": float(best.mark.grade), "round": float(tried.index(best) + 1)}
            grades = " ".join(str(one.mark.grade) for one in tried if one.mark is not None)
            draft.attrs |= {"grades": grades, "why": best.mark.reason, "instructions": best.instructions}
        return draft

    def _drafter(self, instructions: str) -> Drafter:
        """A drafter that goes by *instructions* in the place of those of the config."""
        prompter = self.drafter.prompter
        return replace(
            self.drafter, prompter=replace(prompter, instructions={**prompter.instructions, DESCRIBE: instructions})
        )

    async def _grade(self, video: Timeline, span: Span, draft: Draft, judge: Teacher) -> Reply:
        drafter = self.drafter
        seen, media = sentence_and_media(video, span, drafter.look, drafter.hearing)
        told = material("description", draft.text)
        texts = [seen, GRADE.format(top=TOP), *drafter.context.blocks(video, span), told]
        known = {**drafter.context.known(video, span, media), "caption": told, "words": drafter.words or ""}
        system, schema = drafter.context.system(JUDGE), Mark.model_json_schema()
        return (
            await judge.ask([drafter.prompter.request("grade", system, parts(texts, media), known, schema=schema)])
        )[0]

    async def _improve(self, tried: list[_Try], optimiser: Teacher) -> Reply:
        blocks = []
        for n, one in enumerate(tried, 1):
            grade = f"grade {one.mark.grade} of {TOP}: {one.mark.reason}" if one.mark else ""
            texts = (one.instructions or "(none)", one.draft.text, grade)
            shown = zip(("instructions", "description", "judgement"), texts, strict=True)
            blocks += [material(f"{kind} {n}", text) for kind, text in shown]
        notes = "\n\n".join(blocks)
        request = self.drafter.prompter.request(
            "improve",
            f"{COACH} {RULES}",
            parts([IMPROVE, notes]),
            {"notes": notes, "count": len(tried)},
            schema=Guidance.model_json_schema(),
        )
        return (await optimiser.ask([request]))[0]

    @staticmethod
    def _named(teacher: Teacher, name: str) -> Teacher:
        return teacher.named(name) if name else teacher
