"""What stages that write captions share: what a teacher is shown besides frames, and how captions are laid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from ...rules.word_count import word_count
from ...schemas import Failed, Reply, Span, Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import NoEffect
from ..prompting.frame_choice import Look
from ..prompting.hearing import Hearing
from ..prompting.left_out import count_frames, count_words, told_frames, told_words
from ..prompting.own_words import prompts_by_name
from ..stage import Teacher, TeacherStage
from .caption_material import CaptionContext, human_words
from .drafts import Draft, Drafter

Name = Annotated[str, StringConstraints(min_length=1)]


class Captioner(TeacherStage):
    """A stage that has a teacher write captions of the spans of a lane."""

    version: ClassVar[str] = "2"
    decodes: ClassVar[bool] = True

    of: str | None = "shots"
    """The lane whose spans are described; null: the whole video is one."""
    into: str = Field("captions", min_length=1)
    """The lane that the captions are written to."""
    shown: list[Name] = Field([], alias="with")
    """Lanes that are shown as material where they overlap the span: ``[speech, texts]``. A line of speech belongs to
    the span in which its middle lies."""
    facts: list[Name] = Field([])
    """Facts about the video from its manifest that are shown as material: ``[title, description]``."""
    lane_words: int = Field(800, ge=1)
    """The most words of each of these lanes that are shown for a span, and of human labels, facts and the span's own
    text; what comes after them is cut off, and the summary of the build says how much that was."""
    human: str = ""
    """The lane of human labels. Where they disagree with what else is shown they win, and the caption's attribute
    ``human`` keeps them."""
    min_words: int = Field(3, ge=1)
    """A shorter caption is dropped."""
    temperature: float | None = Field(None, ge=0)
    """How freely captions are drawn; none: the teacher's own setting."""

    @model_validator(mode="after")
    def _lanes_agree(self) -> Captioner:
        if self.of == "":
            raise ValueError("of: name a lane, or null for the whole video")
        if len(set(self._outputs())) < len(self._outputs()):
            raise ValueError("into: every lane that is written needs a name of its own")
        return self

    @model_validator(mode="after")
    def _material_is_shown(self) -> Self:
        """A prompt of one's own that holds no ``{material}`` would show none of what other keys name."""
        for name, own in prompts_by_name(self.prompt, self.asked_prompts()).items():
            if "material" in self.prompts[name].names() and "{material}" not in own.text:
                own_facts = getattr(self, "attrs", [])
                shown = (("with", self.shown), ("facts", self.facts), ("attrs", own_facts), ("human", self.human))
                for key, value in shown:
                    if value:
                        raise NoEffect({key: f"has no effect: the prompt {name} holds no {{material}}"})
        return self

    def lanes_read(self) -> set[str]:
        return {*self.shown, *([self.of] if self.of else []), *([self.human] if self.human else [])}

    def lanes_written(self) -> set[str]:
        return set(self._outputs())

    def names_laid(self) -> KnownLanes:
        return dict.fromkeys(self.lanes_written())

    def _outputs(self) -> list[str]:
        return [self.into]

    def _spans(self, video: Timeline) -> list[Span]:
        """The spans that are described.

        Raises:
            Failed: ``no_duration``: it is the whole video, and it is not known how long that is.
        """
        if self.of:
            return video.lane(self.of)
        if not video.seconds:
            raise Failed("no_duration", f"{video.uri}: nobody has said how long it is")
        return [Span(0.0, video.seconds)]

    def _with_material(self, video: Timeline, spans: list[Span]) -> list[Span]:
        """Those of *spans* of which something is known, where no frame and no sound is shown: of the others a teacher
        could only invent. Each of them is a reject, and stays in its lane."""
        context = self._context()
        known = [bool(context.blocks(video, span)) for span in spans]
        video.report |= {"spans_asked": len(spans), "without_material": known.count(False)}
        for span, has in zip(spans, known, strict=True):
            if not has:
                self.reject(video, self.of or "video", span, "no_material")
        return [span for span, has in zip(spans, known, strict=True) if has]

    def _drafter(
        self,
        video: Timeline,
        look: Look | None = None,
        words: int | None = None,
        parts: dict[str, str] | None = None,
        compose: Sequence[str] = (),
        hearing: Hearing | None = None,
    ) -> Drafter:
        named, context = parts or {}, self._context()
        return Drafter(self.prompter(video), context, look, words, named, tuple(compose), self.temperature, hearing)

    def _context(self) -> CaptionContext:
        return CaptionContext(tuple(self.shown), self.human, tuple(self.facts), most_words=self.lane_words)

    def summary(self, totals: dict[str, float]) -> str | None:
        """The material and the keyframes that were left out for want of room."""
        return "\n".join(self._told_cuts(totals)) or None

    def _told_cuts(self, totals: dict[str, float]) -> list[str]:
        look: Look | None = getattr(self, "look", None)
        words = told_words(self.name(), totals, "lane_words", self.lane_words)
        if silent := int(totals.get("without_material", 0)):
            of = f"{silent:,} of {totals['spans_asked']:,.0f} spans of {self.of or 'the video'}"
            words.insert(0, f"{self.name()}: {of} were not described: there is no material on them.")
        return [*words, *told_frames(self.name(), totals, look)]

    def _count_cuts(self, video: Timeline, spans: Sequence[Span], look: Look | None = None) -> None:
        """Count what the teacher is not shown of *spans*; *look* says which frames it is shown."""
        context = self._context()
        count_words(video, [context.words_left_out(video, span) for span in spans])
        count_frames(video, spans, look)

    def _lay(
        self, video: Timeline, spans: list[Span], drafts: list[Draft], beside: list[Span], frames: str = ""
    ) -> None:
        """Lay the captions of *drafts* together with the captions *beside* them, and reject the drafts that failed.

        *frames* is the lane of the descriptions of single frames.
        """
        captions: list[Span] = []
        refused: list[Reply] = []
        for span, draft in zip(spans, drafts, strict=True):
            for reply, about in draft.failed:
                self.reject_reply(video, reply, (self.of or "") if about is span else frames, about)
            if draft.failure is not None:
                self.reject_reply(video, draft.failure, self.of or "", span)
                refused.append(draft.failure)
            else:
                captions.append(self._caption(video, span, draft))
        if refused and not captions and not beside:
            raise Failed(refused[0].failure, refused[0].detail)
        video.put(self.into, [*captions, *beside])
        self._drop_short(video)

    def _caption(self, video: Timeline, span: Span, draft: Draft) -> Span:
        attrs = dict(draft.attrs)
        if span.id:
            attrs["span"] = span.id
        if label := human_words(video, span, self.human):
            attrs["human"] = label
        values, boxes = dict(draft.values), list(span.boxes)
        return Span(span.start, span.end, draft.text, source=draft.teacher, values=values, attrs=attrs, boxes=boxes)

    def _drop_short(self, video: Timeline) -> None:
        for span in list(video.lane(self.into)):
            if (size := word_count(span.words)) < self.min_words:
                self.drop(video, self.into, span, "too_short", value=size, threshold=self.min_words, detail=span.words)

    def _source(self, teacher: Teacher) -> str:
        """What the teacher is called in the spans' ``source``."""
        return self.teacher or str(getattr(teacher, "name", "") or "teacher")

    def _material_tokens(self) -> int:
        """Roughly, the tokens of the material of one request."""
        return 150 * (len(self.shown) + bool(self.human) + len(self.facts))
