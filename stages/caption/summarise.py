"""Summaries: what a teacher makes of the captions of shots, first of each scene and then of the whole video."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ...schemas import Demand, Span, Timeline
from ..prompting.frame_choice import Look
from ..prompting.hearing import Hearing
from ..prompting.own_words import PromptSpec
from ..prompting.together import together
from ..stage import Teacher
from .caption_words import DESCRIBE_SPEC, SUMMARY_SPEC
from .captioner import Captioner
from .tree import Node, groups_in, groups_of, summaries


class Summarise(Hearing, Captioner):
    """Have captions summarised: of groups of spans, and of the whole video from those.

    Spans that have words already, such as captions, are taken as they are; the others are first described from their
    frames, as the stage ``caption`` does. The attribute ``of`` of a summary names the spans that it was made from.
    """

    key: ClassVar[str] = "caption"
    formerly: ClassVar[dict[str, dict[str, str]]] = {"caption": {"mode": "hierarchical"}}
    writes: ClassVar[frozenset[str]] = frozenset({"captions", "scene_captions", "video_caption"})

    prompts: ClassVar[dict[str, PromptSpec]] = {"summary": SUMMARY_SPEC, "describe": DESCRIBE_SPEC}

    look: Look | None = Look()
    """Which frames are shown of a span without words; null: none."""
    words: int | None = Field(None, ge=1)
    """About so many words are asked for."""
    group: int = Field(8, ge=2)
    """Captions that are summarised at a time."""
    scenes: str = ""
    """A lane by whose spans the captions are grouped; none: by ``group``, as are the scenes."""
    scene_captions: str = Field("scene_captions", min_length=1)
    """The lane for the summaries of groups."""
    video_caption: str = Field("video_caption", min_length=1)
    """The lane for the summary of the video."""

    def lanes_read(self) -> set[str]:
        scenes = {self.scenes} if self.scenes else set()
        return super().lanes_read() | scenes | (self.look.lanes() if self.look else set()) | self.lanes_heard()

    def _outputs(self) -> list[str]:
        return [self.into, self.scene_captions, self.video_caption]

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay captions and summaries on *video*.

        Raises:
            Failed: no request brought a caption, or ``no_media``: frames are to be shown of what has no file.
        """
        spans = self._spans(video)
        worded, silent = [span for span in spans if span.words], [span for span in spans if not span.words]
        source, drafter = self._source(teacher), self._drafter(video, self.look, self.words, hearing=self)
        captions = worded
        self._count_cuts(video, silent, self.look)
        if silent:
            drafts = await together(drafter.single(video, span, teacher) for span in silent)
            for draft in drafts:
                draft.teacher = source
            self._lay(video, silent, drafts, worded if self.of == self.into else [])
            written = video.lane(self.into)
            captions = written if self.of == self.into else sorted([*written, *worded], key=lambda span: span.start)
        groups = groups_in(captions, video.lane(self.scenes)) if self.scenes else groups_of(captions, self.group)
        held = {id(span) for group in groups for span in group}
        video.report["outside_scenes"] = sum(id(span) not in held for span in captions)
        video.report["all_captions"] = len(captions)
        level = await summaries(video, groups, teacher, source, drafter, "shots")
        self._count_cuts(video, [node.span for node, group in zip(level, groups, strict=True) if len(group) > 1])
        video.put(self.scene_captions, self._good(video, level, self.scene_captions))
        scenes = video.lane(self.scene_captions)
        while True:
            at_a_time = groups_of(scenes, self.group)
            nodes = await summaries(video, at_a_time, teacher, source, drafter, "scenes")
            self._count_cuts(video, [node.span for node, some in zip(nodes, at_a_time, strict=True) if len(some) > 1])
            scenes = self._good(video, nodes, self.video_caption)
            if len(scenes) <= 1:
                break
        video.put(self.video_caption, scenes)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The captions that no scene holds, and the material that was left out for want of room."""
        lines = self._told_cuts(totals)
        if outside := int(totals.get("outside_scenes", 0)):
            told = f"{outside} of {totals['all_captions']:.0f} captions lie in no span of {self.scenes}"
            lines.append(f"{self.name()}: {told}, and are in no summary.")
        return "\n".join(lines) or None

    def _good(self, video: Timeline, nodes: list[Node], lane: str) -> list[Span]:
        """The spans of *nodes*; a summary that failed is a reject."""
        for node in nodes:
            if node.failure is not None:
                self.reject_reply(video, node.failure, lane, node.span)
        return [node.span for node in nodes if node.failure is None]

    def demand(self, seconds: float) -> Demand:
        """Roughly: a shot is taken to last six seconds."""
        spans = 1.0 if self.of is None else max(1.0, seconds / 6)
        calls = spans + (0.0 if spans == 1 else spans / self.group * (1 + 1 / (self.group - 1)))
        sent = spans * (self.look.images() if self.look else 0)
        tokens, heard = calls * (300 + self._material_tokens()), spans * self.seconds_heard(seconds / spans)
        return Demand(calls, sent, tokens, calls * 1.4 * (self.words or 100), heard)
