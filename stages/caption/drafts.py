"""One caption of one span by one teacher: from all its frames at once, or frame by frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from ...schemas import Part, Reply, Span, Timeline
from ..prompting.frame_choice import Look, at_times, times_of
from ..prompting.hearing import Hearing
from ..prompting.marks import told_mark
from ..prompting.material import material
from ..prompting.own_words import Prompter
from ..stage import Teacher
from .caption_material import CaptionContext, parts, sentence_and_media
from .caption_words import ABOUT, FIRST, MERGE, NEXT, POINT, REGION, ROLE, SINGLE, STRUCTURED, WRITER, seconds


@dataclass(slots=True)
class Draft:
    """A caption of one span, or the failure that stands in its place."""

    text: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    teacher: str = ""
    steps: list[Span] = field(default_factory=list)
    """The descriptions of single frames that the caption was made from."""
    failed: list[tuple[Reply, Span]] = field(default_factory=list)
    """Requests about these that failed on the way."""
    failure: Reply | None = None
    """Set when there is no caption."""


@dataclass(frozen=True, slots=True)
class Drafter:
    """Asks a teacher for captions, with the settings that all captions of a stage have in common."""

    prompter: Prompter
    context: CaptionContext
    look: Look | None
    words: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    """The named parts of a structured caption; empty: plain text."""
    compose: tuple[str, ...] = ()
    """The pieces of which its text is made; empty: the part ``overall``, or else all parts in a row."""
    temperature: float | None = None
    hearing: Hearing | None = None
    """Whether the sound is sent, too, of what is described at once."""

    async def single(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        """A caption from one request with all frames, and the sound; with ``parts``, the reply has named parts."""
        point = POINT if self.words else FIRST
        plain = SINGLE if span.end > span.start else point
        if self.look is not None and self.look.how():
            plain = REGION
        what = STRUCTURED if self.parts else plain
        task = " ".join([what, self.length()])
        seen, media = sentence_and_media(video, span, self.look, self.hearing)
        texts = [seen, task, *self.context.blocks(video, span)]
        schema = parts_schema(self.parts) if self.parts else None
        known = self._known(video, span, media)
        reply = await self._ask(teacher, "describe", texts, media, ROLE, known, schema)
        if not reply.ok:
            return Draft(failure=reply)
        if not self.parts:
            return Draft(reply.text.strip())
        named = {name: str(reply.value[name]).strip() for name in self.parts}
        return Draft(composed(self.compose, named), named)

    async def differential(self, video: Timeline, span: Span, teacher: Teacher) -> Draft:
        """A caption made of a description of the first frame and of what changed from each frame to the next.

        Each difference is asked for with the frame before and what was noted last (ShareGPT4Video). A frame whose
        request failed is passed over: the next one is compared with the last that was described.
        """
        assert self.look is not None
        draft = Draft()
        known: float | None = None
        noted = ""
        boxes = [span.boxes]
        for time in times_of(video, span.start, span.end, self.look, boxes):
            if known is None:
                seen = f"You see a frame of a video, taken at {seconds(time)} s."
                texts = [seen, *told_mark(self.look), FIRST, *self.context.blocks(video, span)]
                times, name = [time], "first"
                told = {**self._known(video, span), "time": seconds(time)}
            else:
                seen = f"You see two frames of a video, taken at {seconds(known)} s and at {seconds(time)} s."
                note = material("note", f"{seconds(known)} s: {noted}")
                texts = [seen, *told_mark(self.look), NEXT, note]
                times, name = [known, time], "change"
                told = {"times": ", ".join(map(seconds, times)), "notes": note}
            step = Span(times[0], time, attrs={"span": span.id, "kind": "change" if known is not None else "first"})
            shown = at_times(video, times, self.look, boxes=boxes)
            reply = await self._ask(teacher, name, texts, [shown], ROLE, told)
            if not reply.ok:
                draft.failed.append((reply, step))
                continue
            step.text = noted = reply.text.strip()
            known = time
            draft.steps.append(step)
        if not draft.steps:
            draft.failure = draft.failed[0][0]
            draft.failed = []
        elif len(draft.steps) == 1:
            draft.text = draft.steps[0].text or ""
        else:
            notes = [f"{seconds(step.end)} s: {step.text}" for step in draft.steps]
            task = MERGE.format(start=seconds(span.start), end=seconds(span.end))
            reply = await self.write(teacher, "merge", task, notes, video, span)
            draft.text = reply.text.strip() if reply.ok else ""
            draft.failure = None if reply.ok else reply
        return draft

    async def write(
        self, teacher: Teacher, name: str, task: str, notes: list[str], video: Timeline, span: Span
    ) -> Reply:
        """A text on *span* that the teacher makes of *notes*, without frames, by the prompt *name*."""
        blocks, listed = self.context.blocks(video, span), material("note", "\n\n".join(notes))
        known = {**self._known(video, span), "notes": listed, "count": len(notes)}
        return await self._ask(teacher, name, [f"{task} {self.length()}", *blocks, listed], [], WRITER, known)

    def _known(self, video: Timeline, span: Span, media: Sequence[Part] = ()) -> dict[str, object]:
        """What a prompt of one's own may hold about *span*."""
        return {**self.context.known(video, span, media), "words": self.words or ""}

    def length(self) -> str:
        if not self.words:
            return ""
        where = " in the part overall" if "overall" in self.parts else " in all parts together" if self.parts else ""
        return ABOUT.format(words=self.words, where=where)

    async def _ask(
        self,
        teacher: Teacher,
        name: str,
        texts: list[str],
        media: Sequence[Part],
        role: str,
        known: Mapping[str, object],
        schema: dict[str, Any] | None = None,
    ) -> Reply:
        system, shown = self.context.system(role), parts(texts, media)
        request = self.prompter.request(name, system, shown, known, schema=schema, temperature=self.temperature)
        return (await teacher.ask([request]))[0]


def slots(pieces: Iterable[str]) -> set[str]:
    """The names in braces in *pieces*."""
    return {name for piece in pieces for _, name, _, _ in Formatter().parse(piece) if name is not None}


def composed(pieces: Sequence[str], named: Mapping[str, str]) -> str:
    """The text of a structured caption: *pieces* with its parts in their slots, without those that stay empty.

    A full stop of a part is dropped before one of the piece. Without pieces: ``overall``, or all parts in a row.
    """
    if not pieces:
        return named.get("overall") or " ".join(text for text in named.values() if text)
    filled = []
    for piece in pieces:
        held = slots([piece])
        if not held or any(named[name] for name in held):
            filled.append(re.sub(r"([.!?…])\.(?=\s|$)", r"\1", piece.format(**named)))
    return " ".join(filled)


def parts_schema(named: Mapping[str, str]) -> dict[str, Any]:
    """The JSON schema of a reply in named parts, each a text with its description."""
    return {
        "title": "Caption",
        "type": "object",
        "properties": {name: {"type": "string", "description": meaning} for name, meaning in named.items()},
        "required": list(named),
        "additionalProperties": False,
    }
