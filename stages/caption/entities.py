"""Entities: one name for each person or thing that a video shows again and again."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from ...schemas import Demand, Failed, Reply, Span, Timeline
from ...schemas.settings_model import OnlyWith
from ..prompting.frame_choice import Look, shown_frames
from ..prompting.left_out import count_frames, told_frames
from ..prompting.material import RULES, material
from ..prompting.own_words import PromptSpec
from ..prompting.together import together
from ..stage import Teacher, TeacherStage
from .caption_material import parts
from .entities_words import EDIT, FIND, KNOWN, LIST, LIST_SPEC, MATCH, MATCH_SPEC, RENAME, RENAME_SPEC, UNIFY
from .unify import Items, Mention, Table, assign, changed_facts, fold, mentions_of


class Entities(TeacherStage):
    """Give each person or thing that recurs in a video one name, and rewrite the captions with these names.

    First each caption is read by itself for who and what appears in it; then all mentions are compared and those of
    the same one brought under one name; then the captions that call it otherwise are rewritten (MR. Video). A rewritten
    caption has its old text in the attribute ``before``. A rewriting that changes more than names is not taken, and the
    old caption stays.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"captions", "entities"})

    prompts: ClassVar[dict[str, PromptSpec]] = {"list": LIST_SPEC, "match": MATCH_SPEC, "rename": RENAME_SPEC}

    of: str = Field("captions", min_length=1)
    """The lane of the captions."""
    into: Annotated[str, OnlyWith("rewrite")] = Field("captions", min_length=1)
    """The lane that the captions with the new names are written to; that of ``of`` is replaced."""
    entities: str = Field("entities", min_length=1)
    """The lane of the appearances: a span for each caption that an entity appears in, with its name as the label, how
    it looks in the attribute ``description`` and the words used for it in ``said``."""
    look: Look | None = None
    """Which frames are shown beside each caption when it is read; none: the caption alone."""
    min_appearances: int = Field(2, ge=1)
    """Captions in which an entity must appear."""
    window: int = Field(80, ge=2)
    """Mentions that are compared at a time; the names of the windows before are shown with them."""
    rewrite: bool = True
    """Whether captions are rewritten."""

    @model_validator(mode="after")
    def _agrees(self) -> Entities:
        if self.entities in (self.of, self.into):
            raise ValueError("entities: name a lane other than that of the captions")
        return self

    def asked_prompts(self) -> list[str]:
        return ["list", "match", "rename"] if self.rewrite else ["list", "match"]

    def lanes_read(self) -> set[str]:
        return {self.of} | (self.look.lanes() if self.look else set())

    def lanes_written(self) -> set[str]:
        return {self.entities, self.into} if self.rewrite else {self.entities}

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay entities on *video* and rewrite its captions.

        Raises:
            Failed: no caption could be read, or the mentions could not be compared.
        """
        captions = [caption for caption in video.lane(self.of) if caption.words]
        count_frames(video, captions, self.look)
        mentions = await self._read(video, captions, teacher)
        known = await self._unify(video, mentions, teacher)
        appears = {name: {mention.caption.id for mention in mentions if mention.name == name} for name in known}
        named = [one for one in mentions if one.name and len(appears[one.name]) >= self.min_appearances]
        source = self.teacher or str(getattr(teacher, "name", "") or "teacher")
        video.put(self.entities, _appearances(named, known, source))
        if self.rewrite:
            texts = await self._rewrite(video, captions, named, teacher)
            video.put(self.into, [self._renamed(caption, texts.get(caption.id)) for caption in video.lane(self.of)])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The keyframes that were left out for want of room."""
        return "\n".join(told_frames(self.name(), totals, self.look)) or None

    async def _read(self, video: Timeline, captions: list[Span], teacher: Teacher) -> list[Mention]:
        """The map step: who and what appears in each caption, in time order."""
        requests, prompter, schema = [], self.prompter(video), Items.model_json_schema()
        for caption in captions:
            frames = shown_frames(video, caption.start, caption.end, self.look) if self.look else []
            intro = ["The frames are from the same stretch, in time order."] if frames else []
            texts = [LIST, *intro, material("description", caption.words)]
            known = {"caption": texts[-1]}
            requests.append(prompter.request("list", f"{FIND} {RULES}", parts(texts, frames), known, schema=schema))
        replies = await teacher.ask(requests) if requests else []
        mentions: list[Mention] = []
        failed: list[Reply] = []
        for caption, reply in zip(captions, replies, strict=True):
            if reply.ok:
                mentions += mentions_of(caption, Items.model_validate(reply.value).items)
            else:
                self.reject_reply(video, reply, self.of, caption)
                failed.append(reply)
        if failed and len(failed) == len(captions):
            raise Failed(failed[0].failure, failed[0].detail)
        return mentions

    async def _unify(self, video: Timeline, mentions: list[Mention], teacher: Teacher) -> dict[str, str]:
        """The reduce step: give mentions their names, window by window. Returns how each name looks, in order."""
        known: dict[str, str] = {}
        failed: list[Reply] = []
        for at in range(0, len(mentions), self.window):
            some = mentions[at : at + self.window]
            listed = [f"{n}: {one.item.words} ({one.item.kind}). {one.item.looks}" for n, one in enumerate(some, 1)]
            table = material("names so far", "\n".join(f"{name}: {looks}" for name, looks in known.items()))
            mentioned = material("mentions", "\n".join(listed))
            texts = [MATCH.format(known=KNOWN if known else ""), *([table] if known else []), mentioned]
            request = self.prompter(video).request(
                "match",
                f"{UNIFY} {RULES}",
                parts(texts),
                {"mentions": mentioned, "known": table if known else ""},
                schema=Table.model_json_schema(),
            )
            reply = (await teacher.ask([request]))[0]
            if not reply.ok:
                failed.append(reply)
                continue
            for number in assign(some, Table.model_validate(reply.value), known):
                self._note(video, some[0].caption, "no_such_mention", f"names mention {number} of {len(some)}", number)
        if failed and not known:
            raise Failed(failed[0].failure, failed[0].detail)
        for reply in failed:
            self.reject_reply(video, reply, self.entities)
        return known

    async def _rewrite(
        self, video: Timeline, captions: list[Span], named: list[Mention], teacher: Teacher
    ) -> dict[str, str]:
        """The new texts by caption id. Captions that need none are left out, as are failures and changes of facts."""

        prompter = self.prompter(video)

        async def one(caption: Span) -> str | None:
            pairs = [
                (m.item.words, m.name) for m in named if m.caption is caption and fold(m.name) != fold(m.item.words)
            ]
            if not pairs:
                return None
            names = material("new names", "\n".join(f"{old} -> {new}" for old, new in pairs))
            text = material("description", caption.words)
            request = prompter.request(
                "rename", f"{EDIT} {RULES}", parts([RENAME, names, text]), {"names": names, "caption": text}
            )
            reply = (await teacher.ask([request]))[0]
            if not reply.ok:
                self.reject_reply(video, reply, self.of, caption)
                return None
            if why := changed_facts(caption.words, reply.text, pairs):
                self._note(video, caption, "rewriting_changed_facts", f"{why}: {reply.text}")
                return None
            return reply.text.strip()

        texts = await together(one(caption) for caption in captions)
        return {caption.id: text for caption, text in zip(captions, texts, strict=True) if text is not None}

    def _renamed(self, caption: Span, text: str | None) -> Span:
        attrs = dict(caption.attrs)
        if text is not None and text != caption.text:
            attrs["before"] = caption.words
        own = caption.id if self.into == self.of else ""
        return Span(
            caption.start,
            caption.end,
            text if text is not None else caption.text,
            caption.label,
            caption.score,
            caption.source,
            dict(caption.values),
            attrs,
            own,
        )

    def _note(self, video: Timeline, caption: Span, reason: str, detail: str, value: float | None = None) -> None:
        """A reject of something that a teacher wrote about *caption*, which itself stays."""
        self.reject(video, self.of, Span(caption.start, caption.end), reason, value=value, detail=detail)

    def demand(self, seconds: float) -> Demand:
        """Roughly: a caption for six seconds, three mentions in each, and half of the captions rewritten."""
        captions = max(1.0, seconds / 6)
        windows = max(1.0, 3 * captions / self.window)
        images = captions * self.look.images() if self.look else 0.0
        return Demand(
            captions + windows + (captions / 2 if self.rewrite else 0),
            images,
            captions * 450 + windows * 30 * min(self.window, 3 * captions),
            captions * 170 + windows * 20 * min(self.window, 3 * captions),
        )


def _appearances(mentions: list[Mention], known: dict[str, str], source: str) -> list[Span]:
    """A span for each entity in each caption that mentions it."""
    spans: dict[tuple[str, str], Span] = {}
    for one in mentions:
        at = spans.get((one.name, one.caption.id))
        if at is not None:
            at.attrs["said"] += f"; {one.item.words}"
            continue
        attrs = {"said": one.item.words, "kind": one.item.kind, "caption": one.caption.id}
        attrs["description"] = known[one.name]
        span = Span(one.caption.start, one.caption.end, label=one.name, source=source, attrs=attrs)
        spans[one.name, one.caption.id] = span
    return list(spans.values())
