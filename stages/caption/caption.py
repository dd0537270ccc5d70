"""Captions: what a teacher says of shots, scenes and videos."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ...schemas import Demand, Failed, Reply, Span, Timeline
from ..prompting.frame_choice import Look
from ..prompting.together import together
from ..stage import Teacher, TeacherStage
from .caption_material import Context, human_words
from .caption_words import PARTS
from .drafts import Draft, Drafter

if TYPE_CHECKING:
    from .tree import Node

Name = Annotated[str, StringConstraints(min_length=1)]
OWN = frozenset({"span", "human", "choice", "why", "of"})
"""Attributes of a caption that are no part of a structured one."""
FRAMED = ("grid", "differential")


class Caption(TeacherStage):
    """Have every span of a lane described by a teacher that is shown its frames.

    Each caption is a span over the same stretch, with the id of what it describes in the attribute ``span``. What is
    known besides (speech, on-screen text, labels) can be shown with the frames, and a human label is never
    contradicted. Several teachers can each write a caption, of which one is chosen; the others are kept in the
    attributes ``candidate:…``.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"captions"})
    decodes: ClassVar[bool] = True

    of: str | None = "shots"
    """The lane whose spans are described; null: the whole video is one."""
    into: str = Field("captions", min_length=1)
    """The lane that the captions are written to."""
    mode: Literal["single", "structured", "grid", "differential", "hierarchical", "steps"] = "single"
    """``single``: one text from all frames. ``structured``: named parts. ``grid``: one text from one picture in which
    the frames are tiled. ``differential``: the first frame described, then what changed from each frame to the next,
    then one text of it all (ShareGPT4Video). ``hierarchical``: spans, then groups of them, then the video, each
    summarised from the captions below it; spans that have words already are not described again. ``steps``: no frames;
    from what is said, short captions of what is being done, each at the time of the lines that tell of it
    (HowToCaption)."""
    look: Look | None = Look()
    """Which frames are shown; null: none, so that a caption is written from the material alone."""
    shown: list[Name] = Field([], alias="with")
    """Lanes that are shown as material where they overlap the span: ``[speech, texts]``."""
    facts: list[Name] = Field([])
    """Facts about the video from its manifest that are shown as material: ``[title, description]``."""
    human: str = ""
    """The lane of human labels. Where they disagree with the frames they win, and the caption's attribute ``human``
    keeps them."""
    words: int | None = Field(None, ge=1)
    """About so many words are asked for."""
    min_words: int = Field(3, ge=1)
    """A shorter caption is dropped."""
    parts: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Name] = Field({})
    """The parts of a ``structured`` caption, each with what it is to say; none: subject, action, environment, camera,
    style and overall. They become attributes; the text is the part ``overall``, or else all of them in a row."""
    differences: str = Field("differences", min_length=1)
    """The lane for the descriptions of single frames (``differential``)."""
    group: int = Field(8, ge=2)
    """Captions that are summarised at a time (``hierarchical``)."""
    scenes: str = ""
    """A lane by whose spans the captions are grouped (``hierarchical``); none: by ``group``."""
    scene_captions: str = Field("scene_captions", min_length=1)
    """The lane for the summaries of groups (``hierarchical``)."""
    video_caption: str = Field("video_caption", min_length=1)
    """The lane for the summary of the video (``hierarchical``)."""
    lines: str = Field("speech", min_length=1)
    """The lane of the spoken lines that are numbered and cited (``steps``)."""
    panel: list[Name] = Field([], alias="teachers")
    """Several teachers that each write a caption, in the place of ``teacher``."""
    select: Literal["judge", "similar", "longest_supported"] = "judge"
    """Which of theirs is kept. ``judge``: the one that the teacher ``judge`` picks, shown the frames. ``similar``: the
    one most like the others. ``longest_supported``: the one with the most sentences that ``judge`` finds supported."""
    judge: str = ""
    """The teacher that judges; none: ``teacher``."""
    temperature: float | None = Field(None, ge=0)
    """How freely captions are drawn; none: the teacher's own setting."""

    @field_validator("parts")
    @classmethod
    def _free_names(cls, parts: dict[str, str]) -> dict[str, str]:
        if taken := sorted(OWN & set(parts)):
            raise ValueError(f"parts: {', '.join(taken)} has another meaning among the attributes; name it otherwise")
        return parts

    @model_validator(mode="after")
    def _agrees(self) -> Caption:
        if self.of == "":
            raise ValueError("of: name a lane, or null for the whole video")
        if self.look is None and self.mode in FRAMED:
            raise ValueError(f"look: the mode {self.mode} needs frames")
        if self.panel and len(set(self.panel)) < 2:
            raise ValueError("teachers: name at least two, or one as `teacher`")
        if self.panel and self.mode in ("hierarchical", "steps"):
            raise ValueError(f"teachers: the mode {self.mode} has one `teacher`")
        if self.mode == "steps" and self.of is None:
            raise ValueError("of: the mode steps needs a lane of speech, for example speech_blocks")
        if len(set(self._outputs())) < len(self._outputs()):
            raise ValueError("into: every lane that is written needs a name of its own")
        return self

    def teachers(self) -> list[str]:
        if not self.panel:
            return [self.teacher]
        return list(dict.fromkeys([*self.panel, *([] if self.select == "similar" else [self.judge or self.teacher])]))

    def lanes_read(self) -> set[str]:
        lanes = {*self.shown, *([self.of] if self.of else []), *([self.human] if self.human else [])}
        if self.mode == "steps":
            return lanes | {self.lines}
        if self.mode == "hierarchical" and self.scenes:
            lanes.add(self.scenes)
        return lanes | (self.look.lanes() if self.look else set())

    def lanes_written(self) -> set[str]:
        return set(self._outputs())

    def _outputs(self) -> list[str]:
        if self.mode == "hierarchical":
            return [self.into, self.scene_captions, self.video_caption]
        return [self.into, self.differences] if self.mode == "differential" else [self.into]

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay captions on *video*.

        Raises:
            Failed: no request brought a caption, or ``no_media``: frames are to be shown of what has no file.
        """
        spans = video.lane(self.of) if self.of else [whole(video)]
        if self.mode == "steps":
            await self._steps(video, spans, teacher)
        elif self.mode == "hierarchical":
            await self._tree(video, spans, teacher)
        else:
            self._lay(video, spans, await together(self._best(video, span, teacher) for span in spans), [])
        return video

    # One caption of one span.

    async def _best(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        """The caption of *span*; of several teachers', the one that is chosen."""
        if not self.panel:
            draft = await self._draft(video, span, teacher)
            draft.teacher = self._source(teacher)
            return draft
        drafts = await together(self._draft(video, span, teacher.named(name)) for name in self.panel)
        for draft, name in zip(drafts, self.panel, strict=True):
            draft.teacher = name
        good = [draft for draft in drafts if draft.failure is None and self._says_enough(draft)]
        lost = [(draft.failure, span) for draft in drafts if draft.failure is not None]
        if not good:
            return next((draft for draft in drafts if draft.failure is None), drafts[0])
        best = await self._choose(video, span, good, teacher)
        best.attrs |= {f"candidate:{draft.teacher}": draft.text for draft in good}
        best.failed = [*best.failed, *lost]
        return best

    async def _draft(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        drafter = self._drafter()
        if self.mode == "differential":
            return await drafter.differential(video, span, teacher)
        return await drafter.single(video, span, teacher)

    async def _choose(self, video: Timeline, span: Span, drafts: list[Draft], teacher: Teacher) -> Draft:
        from . import candidate_choice

        context, look = self._context(), self._look()
        if len(drafts) == 1:
            choice = candidate_choice.Choice(0, "only")
        elif self.select == "similar":
            choice = candidate_choice.by_similarity(drafts)
        else:
            judge = teacher.named(self.judge) if self.judge else teacher
            if self.select == "judge":
                rng = video.random(self.key, self.into, span.id)
                choice = await candidate_choice.by_judge(video, span, drafts, judge, context, look, rng)
            else:
                choice = await candidate_choice.by_support(video, span, drafts, judge, context, look)
        best = drafts[choice.best]
        best.attrs |= {"choice": choice.how, **({"why": choice.reason} if choice.reason else {})}
        best.values |= choice.values
        best.failed = [*best.failed, *((reply, span) for reply in choice.failed)]
        return best

    def _drafter(self) -> Drafter:
        parts = (self.parts or PARTS) if self.mode == "structured" else {}
        return Drafter(self._context(), self._look(), self.words, parts, self.name(), self.temperature)

    def _context(self) -> Context:
        lanes = list(self.shown)
        if self.of and self.of not in (*lanes, self.human) and self.mode not in ("hierarchical", "steps"):
            lanes.insert(0, self.of)  # the words of the span itself, where it has any
        return Context(tuple(lanes), self.human, tuple(self.facts))

    def _look(self) -> Look | None:
        if self.look is not None and self.mode == "grid" and not self.look.columns:
            return self.look.model_copy(update={"columns": math.ceil(math.sqrt(self.look.frames()))})
        return self.look

    # What is laid.

    def _lay(self, video: Timeline, spans: list[Span], drafts: list[Draft], beside: list[Span]) -> None:
        """Lay the captions and the steps of *drafts*, and the captions *beside* them; what failed is a reject."""
        captions: list[Span] = []
        steps: list[Span] = []
        refused: list[Reply] = []
        for span, draft in zip(spans, drafts, strict=True):
            for reply, about in draft.failed:
                self.reject_reply(video, reply, (self.of or "") if about is span else self.differences, about)
            if draft.failure is not None:
                self.reject_reply(video, draft.failure, self.of or "", span)
                refused.append(draft.failure)
                continue
            captions.append(self._caption(video, span, draft))
            for step in draft.steps:
                step.source = draft.teacher
                steps.append(step)
        if refused and not captions and not beside:
            raise Failed(refused[0].failure, refused[0].detail)
        video.put(self.into, [*captions, *beside])
        if self.mode == "differential":
            video.put(self.differences, steps)
        self._drop_short(video, self.into)

    def _caption(self, video: Timeline, span: Span, draft: Draft) -> Span:
        attrs = dict(draft.attrs)
        if span.id:
            attrs["span"] = span.id
        if label := human_words(video, span, self.human):
            attrs["human"] = label
        return Span(span.start, span.end, draft.text, source=draft.teacher, values=dict(draft.values), attrs=attrs)

    def _drop_short(self, video: Timeline, lane: str) -> None:
        for span in list(video.lane(lane)):
            if (size := len(span.words.split())) < self.min_words:
                self.drop(video, lane, span, "too_short", value=size, threshold=self.min_words, detail=span.words)

    def _says_enough(self, draft: Draft) -> bool:
        return len(draft.text.split()) >= self.min_words

    def _source(self, teacher: Teacher) -> str:
        """What the teacher is called in the spans' ``source``."""
        return self.teacher or str(getattr(teacher, "name", "") or "teacher")

    # Several levels, and steps.

    async def _tree(self, video: Timeline, spans: list[Span], teacher: Teacher) -> None:
        from .tree import groups_in, groups_of, summarise

        said, silent = [span for span in spans if span.words], [span for span in spans if not span.words]
        captions = said
        if silent:
            drafts = await together(self._best(video, span, teacher) for span in silent)
            self._lay(video, silent, drafts, said if self.of == self.into else [])
            laid = video.lane(self.into)
            captions = laid if self.of == self.into else sorted([*laid, *said], key=lambda span: span.start)
        source, drafter = self._source(teacher), self._drafter()
        groups = groups_in(captions, video.lane(self.scenes)) if self.scenes else groups_of(captions, self.group)
        level = await summarise(video, groups, teacher, source, drafter, "shots")
        video.put(self.scene_captions, self._good(video, level, self.scene_captions))
        scenes = video.lane(self.scene_captions)
        while True:
            nodes = await summarise(video, groups_of(scenes, self.group), teacher, source, drafter, "scenes")
            scenes = self._good(video, nodes, self.video_caption)
            if len(scenes) <= 1:
                break
        video.put(self.video_caption, scenes)

    def _good(self, video: Timeline, nodes: list[Node], lane: str) -> list[Span]:
        for node in nodes:
            if node.failure is not None:
                self.reject_reply(video, node.failure, lane, node.span)
        return [node.span for node in nodes if node.failure is None]

    async def _steps(self, video: Timeline, spans: list[Span], teacher: Teacher) -> None:
        from .steps import steps_of

        source, drafter = self._source(teacher), self._drafter()
        found = await together(steps_of(video, span, self.lines, teacher, source, drafter) for span in spans)
        refused = []
        for span, one in zip(spans, found, strict=True):
            if one.failure is not None:
                self.reject_reply(video, one.failure, self.of or "", span)
                refused.append(one.failure)
            for step, number in one.uncited:
                place = Span(span.start, span.end)
                self.reject(video, self.into, place, "no_such_line", value=number, detail=step.text or "")
        if refused and len(refused) == sum(one.asked for one in found):
            raise Failed(refused[0].failure, refused[0].detail)
        video.put(self.into, [span for one in found for span in one.spans])
        self._drop_short(video, self.into)

    def demand(self, seconds: float) -> Demand:
        """Roughly: a shot is taken to last six seconds, a stretch of speech eighty."""
        length = math.inf if self.of is None else 80.0 if self.mode == "steps" else 6.0
        spans = max(1.0, seconds / length)
        teachers = max(len(self.panel), 1)
        frames, images = (self.look.frames(), self._images()) if self.look and self.mode != "steps" else (0, 0)
        calls, shown = spans, spans * images
        if self.mode == "differential":
            calls, shown = spans * (frames + (frames > 1)), spans * (2 * frames - 1)
        calls, shown = calls * teachers, shown * teachers
        if self.mode == "hierarchical":
            calls += 0.0 if spans == 1 else spans / self.group * (1 + 1 / (self.group - 1))
        if self.panel and self.select != "similar":
            asked = spans * (teachers if self.select == "longest_supported" else 1)
            calls, shown = calls + asked, shown + asked * images
        material = 150 * (len(self.shown) + bool(self.human) + len(self.facts)) + (300 if self.mode == "steps" else 0)
        return Demand(calls, shown, calls * (300 + material), calls * 1.4 * (self.words or 100))

    def _images(self) -> int:
        look = self._look()
        return look.images() if look else 0


def whole(video: Timeline) -> Span:
    """The whole video as one span.

    Raises:
        Failed: ``no_duration``: it is not known how long the video is.
    """
    if not video.seconds:
        raise Failed("no_duration", f"{video.uri}: nobody has said how long it is")
    return Span(0.0, video.seconds)
