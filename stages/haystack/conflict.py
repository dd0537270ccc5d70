"""Conflict: videos that differ in one fact about time, asked the same questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from random import Random
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from ...schemas import Dropped, Evidence, Failed, Message, Sample, Span, Timeline, make_id, seeded
from ...schemas.settings_model import OnlyWith
from ...video.edit.edit_list import PIECES, Edit, Piece, lay_pieces
from ..stage import Spawn
from .conflict_questions import Format, questions_in
from .conflict_sets import ConflictClip, Kind, sets_of

LETTER = "Answer with the letter of the right option."
COLUMNS = ("subject", "does", "backwards", "aspect")
"""What labels say of a clip beside its text and its class."""
NEEDS: dict[Kind, str] = {
    "action": "labels with subject, does and aspect: action, of two classes or more",
    "direction": "labels with subject, does, backwards and aspect: direction",
    "attribute_change": "labels with subject, does, backwards and aspect: attribute_change",
    "speed": "clips",
    "order": "two clips that say different things",
}
"""What clips must have for each kind."""


class Conflict(Spawn):
    """Make sets of videos from the same clips that differ only in time: backwards, half of it faster, in another order.

    What is asked with the same options has each answer right equally often, so that neither a single frame nor the
    question gives it away (TempCompass). Questions of an action, a direction or a change follow from the columns of the
    clips' labels: *subject* (the star), *does* (moves from left to right), *aspect* (action, direction or
    attribute_change) and for the latter two *backwards*, what is seen when the clip is played backwards (moves from
    right to left). Clips that do not say so are not asked about, and that is said.
    """

    version: ClassVar[str] = "3"
    writes: ClassVar[frozenset[str]] = frozenset({PIECES})
    makes_samples: ClassVar[bool] = True

    of: str = ""
    """The lane whose spans are the clips and say what happens in them; of those of a video that say the same, the first
    is taken. By default clips are whole videos, and there is speed only."""
    kinds: list[Kind] = Field(["speed"], min_length=1)
    """action: what is done, as it is; direction and attribute_change: which way something moves or changes, forwards
    and backwards, with directions of the same kind of movement as options (what begins with the same word: moves
    upwards, moves downwards); speed: the same clip in two halves, one of them faster; order: two clips one after the
    other, the other way round, or side by side and twice, so that all last the same."""
    formats: list[Format] = Field(["multiple_choice", "yes_no", "matching", "caption"], min_length=1)
    """How each fact is asked for: options with letters, a true and a false statement, captions to choose from, or an
    open caption."""
    items: int = Field(50, ge=1)
    """Clips, or for order pairs of clips, of each kind, at most; each is in one set of a kind. Of action there are as
    many as fill sets of four, which are asked about with the same options, and one set at least."""
    factor: Annotated[float, OnlyWith(kinds="speed")] = Field(2.0, gt=1)
    """How much faster the faster half plays."""
    min_seconds: float = Field(2.0, gt=0)
    """Shorter clips are not used."""
    max_seconds: float = Field(20.0, gt=0)
    """Longer clips are cut."""
    circular: Annotated[bool, OnlyWith(formats=("multiple_choice", "matching"))] = False
    """Ask with every rotation of the options, under one group."""

    @model_validator(mode="after")
    def _clips_say_something(self) -> Self:
        if not self.of and (mute := [kind for kind in self.kinds if kind != "speed"]):
            raise ValueError(f"{' and '.join(mute)} needs of: the lane that says what happens in the clips")
        return self

    def lanes_read(self) -> set[str]:
        return {"media", *([self.of] if self.of else [])}

    def digest(self, video: Timeline) -> Any:
        """The clips of *video*; of those that say the same the first.

        Raises:
            Dropped: ``no_clip``: none is long enough.
        """
        media = video.media
        assert media is not None
        spans = [Span(0.0, media.duration)]
        if self.of:
            spans = [replace(one, end=min(one.end, media.duration)) for one in video.lane(self.of) if one.words]
        clips: dict[str, Any] = {}
        for one in spans:
            if one.end - one.start >= self.min_seconds:
                facts = {name: one.attrs[name] for name in COLUMNS if one.attrs.get(name)}
                facts |= {"label": one.label} if one.label else {}
                end = min(one.end, one.start + self.max_seconds)
                clips.setdefault(one.words, {"start": one.start, "end": end, "text": one.words, "facts": facts})
        if not clips:
            raise Dropped("no_clip", value=media.duration, threshold=self.min_seconds)
        size = [media.width - media.width % 2, media.height - media.height % 2]
        fps = 25.0 if media.variable_fps else round(media.fps, 6) or 25.0
        whole = {"uri": video.uri, "content": media.sha256, "size": size, "fps": fps}
        return {**whole, "clips": list(clips.values()), "seed": video.seed}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Plan every set.

        Raises:
            Failed: ``no_set``: no clip says what any of the kinds asks.
        """
        rows = list(digests)
        seed = rows[0][1]["seed"] if rows else 0
        clips = [
            ConflictClip(owner, one["uri"], one["content"], tuple(one["size"]), one["fps"], **clip)
            for owner, one in rows
            for clip in one["clips"]
        ]
        plans: dict[str, dict[str, Any]] = {}
        for kind in self.kinds:
            for plan in self._plans(kind, clips, seeded(self.key, seed, kind)):
                owner = plan.pop("owner")
                plans.setdefault(owner, {})[make_id(self.key, json.dumps(plan, sort_keys=True))] = plan
        if not plans:
            wanted = "; ".join(f"{kind}: {NEEDS[kind]}" for kind in self.kinds)
            raise Failed("no_set", f"no two clips of {self.of or 'whole videos'} say what is needed ({wanted})")
        return plans

    def _plans(self, kind: Kind, clips: list[ConflictClip], rng: Random) -> Iterator[dict[str, Any]]:
        from ...rules.letters import Letters

        letters = {form: Letters(rng) for form in self.formats}
        telling = [clip for clip in clips if clip.says(kind)]
        counts = {f"{kind}: silent": len(clips) - len(telling)}
        for number, videos in enumerate(sets_of(kind, telling, self.items, self.factor, rng)):
            for variant, video in enumerate(videos):
                facts = {"kind": kind, "item": str(number), "variant": str(variant), "pair": make_id(kind, number)}
                yield {
                    "owner": video.clip.owner,
                    "attrs": facts,
                    "pieces": [asdict(piece) for piece in video.pieces],
                    "width": video.clip.size[0],
                    "height": video.clip.size[1],
                    "fps": video.clip.fps,
                    "asked": [one for form in self.formats for one in questions_in(form, video, letters[form], rng)],
                    "counts": counts,
                }
                counts = {}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Lay the plan *verdict* on the new row *video*."""
        video.attrs |= verdict["attrs"]
        video.report = {**verdict["counts"], verdict["attrs"]["kind"]: 1}
        pieces = tuple(Piece(**piece) for piece in verdict["pieces"])
        lay_pieces(video, Edit(pieces, (), verdict["width"], verdict["height"], verdict["fps"], sound=False))
        for number, question in enumerate(verdict["asked"]):
            self.add_samples(video, self._samples(video, question, make_id(video.id, number)))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``conflict: 24 videos of direction (42 clips left out; it takes …); order made none (…).``"""
        if not totals:
            return None
        parts = []
        for kind in self.kinds:
            silent = int(totals.get(f"{kind}: silent", 0))
            if not (made := int(totals.get(kind, 0))):
                parts.append(f"{kind} made none (it takes {NEEDS[kind]})")
            else:
                clips = f"{silent} clip{'' if silent == 1 else 's'} left out; it takes {NEEDS[kind]}"
                parts.append(f"{made} videos of {kind}{f' ({clips})' if silent else ''}")
        return f"conflict: {'; '.join(parts)}."

    def _samples(self, video: Timeline, question: dict[str, Any], group: str) -> Iterator[Sample]:
        from ...rules.letters import LETTERS, with_letters

        end, options = video.seconds, question["options"]
        evidence = [
            Evidence(one.start, one.end, PIECES, f"{one.attrs['uri']} from {one.values['begin']:g} s", one.id)
            for one in video.lane(PIECES)
        ]
        lettered = question["format"] in ("multiple_choice", "matching")
        params = {**video.attrs, "format": question["format"], "duration": f"{end:g}"}
        params |= {"candidates": json.dumps(question["candidates"])} if question["candidates"] else {}
        for turn in range(len(options)) if self.circular and lettered else (0,):
            rotated = options[turn:] + options[:turn]
            place = rotated.index(question["answer"]) if rotated else None
            prompt, answer = question["question"], question["answer"]
            if lettered and place is not None:
                prompt, answer = with_letters(prompt, rotated, LETTER), f"{LETTERS[place]}. {answer}"
            yield Sample(
                f"{video.attrs['kind']}_{question['format']}",
                question["question"],
                question["answer"],
                0.0,
                end,
                evidence,
                {**params, "rotation": str(turn)},
                rotated,
                place,
                [Message("user", prompt), Message("assistant", answer)],
                group=group if self.circular and lettered else "",
            )
