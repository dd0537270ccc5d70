"""Captions: what a teacher says of the frames of shots, scenes or a whole video."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ...rules.caption_parts import is_part
from ...rules.word_count import word_count
from ...schemas import Demand, Span, Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import OnlyWith, Without
from ..prompting.frame_choice import MarkedLook
from ..prompting.hearing import Hearing
from ..prompting.marks import unmarkable, with_boxes
from ..prompting.own_words import PromptSpec
from ..prompting.span_facts import SpanFacts, count_facts, told_facts
from ..prompting.together import together
from ..stage import Misfit, Teacher
from . import caption_words as words
from .caption_material import CaptionContext
from .captioner import Captioner, Name
from .drafts import Draft, slots
from .iteration import Iterate, Iteration

FRAMED = ("grid", "differential")


class Caption(Hearing, SpanFacts, Captioner):
    """Have every span of a lane described by a teacher that is shown its frames.

    Each caption is a span over the same stretch, with the id of what it describes in the attribute ``span``. What is
    known besides (speech, on-screen text, labels) can be shown with the frames, and a human label is never
    contradicted. Several teachers can each write a caption, of which one is chosen; the others are kept in the
    attributes ``candidate:…``.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"captions"})
    prompts: ClassVar[dict[str, PromptSpec]] = {
        "describe": words.DESCRIBE_SPEC,
        "first": words.FIRST_SPEC,
        "change": words.CHANGE_SPEC,
        "merge": words.MERGE_SPEC,
        "choose": words.CHOOSE_SPEC,
        "support": words.SUPPORT_SPEC,
        "grade": words.GRADE_SPEC,
        "improve": words.IMPROVE_SPEC,
    }

    mode: Literal["single", "structured", "grid", "differential"] = "single"
    """``single``: one text from all frames. ``structured``: named parts. ``grid``: one text from one picture in which
    the frames are tiled. ``differential``: the first frame described, then what changed from each frame to the next,
    then one text of it all (ShareGPT4Video)."""
    look: MarkedLook | None = MarkedLook()
    """Which frames are shown; null: none, so that a caption is written from the material alone, and none where there is
    no material. Not in the modes ``grid`` and ``differential``, which are ways to show frames."""
    sound: Annotated[bool, Without(mode="differential")] = False
    """Send the sound of the span too, mono at 16 kHz, to teachers that hear (``hears: true``). A video without sound is
    described without it, and that is said."""
    words: int | None = Field(None, ge=1)
    """About so many words are asked for."""
    parts: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Name], OnlyWith(mode="structured")
    ] = Field({})
    """The parts of a caption, each with what it is to say; none: subject, action, environment, camera, style and
    overall. They become attributes; the text is the part ``overall``, or else all of them in a row."""
    compose: Annotated[list[Name], OnlyWith(mode="structured")] = Field([])
    """How the text is put together from the parts: pieces that follow one another, such as ``"Camera: {camera}."``; a
    piece whose parts are all empty is left out. None: as ``parts`` says."""
    differences: Annotated[str, OnlyWith(mode="differential")] = Field("differences", min_length=1)
    """The lane for the descriptions of single frames."""
    panel: list[Name] = Field([], alias="teachers")
    """Several teachers that each write a caption, in the place of ``teacher``."""
    select: Annotated[Literal["judge", "similar", "longest_supported"], OnlyWith("panel")] = "judge"
    """Which of theirs is kept. ``judge``: the one that the teacher ``judge`` picks, shown the frames. ``similar``: the
    one most like the others. ``longest_supported``: the one with the most sentences that ``judge`` finds supported."""
    judge: Annotated[str, OnlyWith("panel"), Without(select="similar")] = ""
    """The teacher that judges; none: ``teacher``."""
    iterate: Annotated[Iterate | None, Without("panel"), Without(mode="differential")] = None
    """Drafts of one teacher in a row, of which the best is kept: each is graded, and the instructions for the next one
    are written anew from the grades (ViSMaP): {rounds: 4}. All grades are in the attribute ``grades``."""

    @field_validator("parts")
    @classmethod
    def _free_names(cls, parts: dict[str, str]) -> dict[str, str]:
        if taken := sorted(name for name in parts if not is_part(name)):
            raise ValueError(f"parts: {', '.join(taken)} has another meaning among the attributes; name it otherwise")
        return parts

    @model_validator(mode="after")
    def _agrees(self) -> Caption:
        if self.look is None and self.mode in FRAMED:
            raise ValueError(
                f"look: the mode {self.mode} is a way to show frames; without any, use single or structured"
            )
        if unknown := sorted(slots(self.compose) - set(self.parts or words.PARTS)):
            raise ValueError(f"compose: {', '.join(unknown)} is no part; known: {', '.join(self.parts or words.PARTS)}")
        if self.panel and len(set(self.panel)) < 2:
            raise ValueError("teachers: name at least two, or one as `teacher`")
        return self

    def asked_prompts(self) -> list[str]:
        asked = ["first", "change", "merge"] if self.mode == "differential" else ["describe"]
        judged = {"judge": ["choose"], "longest_supported": ["support"]}.get(self.select, []) if self.panel else []
        return [*asked, *judged, *(["grade", "improve"] if self.iterate else [])]

    def teachers(self) -> list[str]:
        if not self.panel:
            others = [self.iterate.judge, self.iterate.optimiser] if self.iterate else []
            return list(dict.fromkeys([self.teacher, *filter(None, others)]))
        return list(dict.fromkeys([*self.panel, *([] if self.select == "similar" else [self.judge or self.teacher])]))

    def lanes_read(self) -> set[str]:
        return super().lanes_read() | (self.look.lanes() if self.look else set()) | self.lanes_heard()

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        yield from self.facts_unknown(known)
        yield from unmarkable(self.look, [self.of], known)

    def _told_cuts(self, totals: dict[str, float]) -> list[str]:
        return [*super()._told_cuts(totals), *told_facts(self.name(), totals)]

    def _outputs(self) -> list[str]:
        return [self.into, self.differences] if self.mode == "differential" else [self.into]

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay captions on *video*.

        Raises:
            Failed: no request brought a caption, or ``no_media``: frames are to be shown of what has no file.
        """
        spans = with_boxes(self, video, self.of or "video", self._spans(video), self.look)
        silent = video.media is not None and not video.media.has_audio
        if self.look is None and (silent or not self.sound):
            spans = self._with_material(video, spans)
        self._count_cuts(video, spans, self.look)
        count_facts(video, spans, self.attrs)
        drafts = await together(self._best(video, span, teacher) for span in spans)
        self._lay(video, spans, drafts, [], self.differences)
        if self.mode == "differential":
            for draft in drafts:
                for step in draft.steps:
                    step.source = draft.teacher
            steps = [step for draft in drafts if draft.failure is None for step in draft.steps]
            video.put(self.differences, steps)
        return video

    async def _best(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        """The caption of *span*: with several teachers, the one that is chosen."""
        if not self.panel:
            draft = await self._draft(video, span, teacher)
            draft.teacher = self._source(teacher)
            return draft
        drafts = await together(self._draft(video, span, teacher.named(name)) for name in self.panel)
        for draft, name in zip(drafts, self.panel, strict=True):
            draft.teacher = name
        good = [draft for draft in drafts if draft.failure is None and word_count(draft.text) >= self.min_words]
        lost = [(draft.failure, span) for draft in drafts if draft.failure is not None]
        if not good:
            return next((draft for draft in drafts if draft.failure is None), drafts[0])
        best = await self._choose(video, span, good, teacher)
        best.attrs |= {f"candidate:{draft.teacher}": draft.text for draft in good}
        best.failed = [*best.failed, *lost]
        return best

    async def _draft(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        parts = (self.parts or words.PARTS) if self.mode == "structured" else {}
        drafter = self._drafter(video, self._look(), self.words, parts, self.compose, self)
        if self.iterate:
            return await Iteration(self.iterate, drafter).best(video, span, teacher)
        if self.mode == "differential":
            return await drafter.differential(video, span, teacher)
        return await drafter.single(video, span, teacher)

    async def _choose(self, video: Timeline, span: Span, drafts: list[Draft], teacher: Teacher) -> Draft:
        from . import candidate_choice

        context, look = self._context(), self._look()
        if len(drafts) == 1:
            choice = candidate_choice.DraftChoice(0, "only")
        elif self.select == "similar":
            choice = candidate_choice.by_similarity(drafts)
        else:
            judge = teacher.named(self.judge) if self.judge else teacher
            if self.select == "judge":
                rng = video.random(self.key, self.into, span.id)
                choice = await candidate_choice.by_judge(
                    video, span, drafts, judge, self.prompter(video), context, look, self, rng
                )
            else:
                choice = await candidate_choice.by_support(
                    video, span, drafts, judge, self.prompter(video), context, look, self
                )
        best = drafts[choice.best]
        best.attrs |= {"choice": choice.how, **({"why": choice.reason} if choice.reason else {})}
        best.values |= choice.values
        best.failed = [*best.failed, *((reply, span) for reply in choice.failed)]
        return best

    def _context(self) -> CaptionContext:
        context = super()._context()
        of = self.of if self.of and self.of != self.human else ""
        return replace(context, own=tuple(self.attrs), of=of)

    def _look(self) -> MarkedLook | None:
        if self.look is not None and self.mode == "grid" and not self.look.columns:
            return self.look.model_copy(update={"columns": math.ceil(math.sqrt(self.look.frames()))})
        return self.look

    def demand(self, seconds: float) -> Demand:
        """Roughly: a shot is taken to last six seconds."""
        spans = 1.0 if self.of is None else max(1.0, seconds / 6)
        teachers, look = max(len(self.panel), 1), self._look()
        frames, images = (look.frames(), look.images()) if look else (0, 0)
        calls, images_sent = spans, spans * images
        if self.mode == "differential":
            calls, images_sent = spans * (frames + (frames > 1)), spans * (2 * frames - 1)
        calls, images_sent = calls * teachers, images_sent * teachers
        if self.iterate:  # drafts and their grades with frames, instructions without
            calls, images_sent = calls * (3 * self.iterate.rounds - 1), 2 * images_sent * self.iterate.rounds
        if self.panel and self.select != "similar":
            asked = spans * (teachers if self.select == "longest_supported" else 1)
            calls, images_sent = calls + asked, images_sent + asked * images
        tokens, heard = calls * (300 + self._material_tokens()), calls * self.seconds_heard(seconds / spans)
        return Demand(calls, images_sent, tokens, calls * 1.4 * (self.words or 100), heard)
