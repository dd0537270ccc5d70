"""Conflict: videos that differ in one fact about time, asked the same questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...schemas import Dropped, Evidence, Failed, Message, Sample, Timeline, make_id, seeded
from ...schemas.settings_model import OnlyWith
from ...video.edit.edit_list import PIECES, Edit, Piece, lay_pieces
from ..stage import Spawn

Kind = Literal["direction", "speed", "order"]
Format = Literal["multiple_choice", "yes_no", "matching", "caption"]

QUESTIONS = {
    "direction": "In which direction is this video played?",
    "speed": "The same scene is shown twice, above and below. Which half plays faster?",
    "order": "Two things happen in this video: “{a}” and “{b}”. Which comes first?",
}
ANSWERS = {
    "direction": ("Forwards", "Backwards"),
    "speed": ("The upper half", "The lower half", "Both play at the same speed"),
    "order": ("“{a}”", "“{b}”", "Both happen at the same time"),
}
STATEMENTS = {
    "direction": ("The video is played forwards.", "The video is played backwards."),
    "speed": (
        "The upper half plays faster than the lower half.",
        "The lower half plays faster than the upper half.",
        "Both halves play at the same speed.",
    ),
    "order": (
        "First this happens: “{a}” Then this: “{b}”",
        "First this happens: “{b}” Then this: “{a}”",
        "These happen at the same time: “{a}” and “{b}”",
    ),
}
TRUE = "Is this true of the video? {statement} Answer with yes or no."
FITS = "Which of these captions fits the video?"
LETTER = "Answer with the letter of the right option."
DESCRIBE = "Describe the video in a sentence. One of these is true of it, say which: {statements}"


class Conflict(Spawn):
    """Make sets of videos from the same clips that differ only in time: backwards, half of it faster, in another order.

    Every video of a set is asked the same, and each answer is right once, so that neither a single frame nor the
    question gives it away (TempCompass).
    """

    writes: ClassVar[frozenset[str]] = frozenset({PIECES})
    makes_samples: ClassVar[bool] = True

    of: str = ""
    """The lane whose spans are the clips and say what happens in them; by default clips are whole videos, and there
    is no ``order``."""
    kinds: list[Kind] = Field(["direction", "speed"], min_length=1)
    """direction: forwards or backwards; speed: the same clip in two halves, one of them faster; order: two clips one
    after the other, the other way round, or side by side."""
    formats: list[Format] = Field(["multiple_choice", "yes_no", "matching", "caption"], min_length=1)
    """How each fact is asked for: options with letters, a true and a false statement, captions to choose from, or an
    open caption."""
    items: int = Field(50, ge=1)
    """Sets of videos of each kind, at most; each clip, or pair of clips, is in one of a kind."""
    factor: Annotated[float, OnlyWith(kinds="speed")] = Field(2.0, gt=1)
    """How much faster the faster half plays."""
    min_seconds: float = Field(2.0, gt=0)
    """Shorter clips are not used."""
    max_seconds: float = Field(20.0, gt=0)
    """Longer clips are cut."""
    circular: Annotated[bool, OnlyWith(formats=("multiple_choice", "matching"))] = False
    """Ask with every rotation of the options, under one group."""

    @model_validator(mode="after")
    def _order_has_lane(self) -> Self:
        if "order" in self.kinds and not self.of:
            raise ValueError("order needs of: the lane that says what happens in the clips")
        return self

    def lanes_read(self) -> set[str]:
        return {"media", *([self.of] if self.of else [])}

    def digest(self, video: Timeline) -> Any:
        """The clips of *video*.

        Raises:
            Dropped: ``no_clip``: none is long enough.
        """
        media = video.media
        assert media is not None
        spans: list[tuple[float, float, str]] = [(0.0, media.duration, "")]
        if self.of:
            spans = [(one.start, min(one.end, media.duration), one.words) for one in video.lane(self.of) if one.words]
        clips = [
            [start, min(end, start + self.max_seconds), text]
            for start, end, text in spans
            if end - start >= self.min_seconds
        ]
        if not clips:
            raise Dropped("no_clip", value=media.duration, threshold=self.min_seconds)
        size = [media.width - media.width % 2, media.height - media.height % 2]
        fps = 25.0 if media.variable_fps else round(media.fps, 6) or 25.0
        return {"uri": video.uri, "content": media.sha256, "size": size, "fps": fps, "clips": clips, "seed": video.seed}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Plan every set.

        Raises:
            Failed: ``no_pair``: ``order`` needs two clips that say different things.
        """
        from ...rules.letters import Letters

        rows = list(digests)
        clips = [{**one, "owner": owner, "clip": clip} for owner, one in rows for clip in one["clips"]]
        plans: dict[str, dict[str, Any]] = {}
        for kind in self.kinds:
            rng = seeded(self.key, rows[0][1]["seed"] if rows else 0, kind)
            letters = Letters(rng)
            for number, chosen in enumerate(self._clip_sets(kind, clips, rng)):
                for variant in range(len(STATEMENTS[kind])):
                    plan = self._plan(kind, variant, number, chosen, letters, rng)
                    new = make_id(self.key, json.dumps(plan, sort_keys=True))
                    plans.setdefault(chosen[0]["owner"], {})[new] = plan
        return plans

    def _clip_sets(self, kind: Kind, clips: list[Any], rng: Random) -> list[list[Any]]:
        """The clips, or pairs of clips, of each set."""
        mixed = rng.sample(clips, len(clips))
        if kind != "order":
            return [[clip] for clip in mixed[: self.items]]
        pairs: list[list[Any]] = []
        while mixed and len(pairs) < self.items:
            one = mixed.pop(0)
            other = next((n for n, clip in enumerate(mixed) if clip["clip"][2] != one["clip"][2]), None)
            if other is not None:
                pairs.append([one, mixed.pop(other)])
        if not pairs:
            raise Failed("no_pair", f"order needs two clips whose {self.of} say different things")
        return pairs

    def _plan(
        self, kind: Kind, variant: int, number: int, chosen: list[Any], letters: Any, rng: Random
    ) -> dict[str, Any]:
        pieces = _pieces(kind, variant, chosen, self.factor)
        texts = {"a": chosen[0]["clip"][2], "b": chosen[-1]["clip"][2]}
        statements = [_fill(text, texts) for text in STATEMENTS[kind]]
        answers = [_fill(text, texts) for text in ANSWERS[kind]]
        questions = []
        for form in self.formats:
            questions += _questions_in(form, _fill(QUESTIONS[kind], texts), answers, statements, variant, letters, rng)
        width, height = chosen[0]["size"]
        return {
            "attrs": {"kind": kind, "item": str(number), "variant": str(variant), "pair": make_id(kind, number)},
            "pieces": [asdict(piece) for piece in pieces],
            "width": width,
            "height": height,
            "fps": chosen[0]["fps"],
            "asked": questions,
        }

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Lay the plan *verdict* on the new row *video*."""
        video.attrs |= verdict["attrs"]
        pieces = tuple(Piece(**piece) for piece in verdict["pieces"])
        lay_pieces(video, Edit(pieces, (), verdict["width"], verdict["height"], verdict["fps"], sound=False))
        for number, question in enumerate(verdict["asked"]):
            self.add_samples(video, self._samples(video, question, make_id(video.id, number)))
        return video

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


def _pieces(kind: Kind, variant: int, chosen: list[Any], factor: float) -> list[Piece]:
    first, last = chosen[0], chosen[-1]
    if kind == "direction":
        return [_piece(first, 0.0, backwards=bool(variant))]
    if kind == "speed":  # both halves last as long: what the faster one shows in that time is the whole clip
        start, end, _ = first["clip"]
        lasts = round((end - start) / factor, 6)
        speeds = [(factor, 1.0), (1.0, factor), (factor, factor)][variant]
        return [
            _piece(first, 0.0, lasts=lasts, speed=speed, slot=slot)
            for slot, speed in zip(("top", "bottom"), speeds, strict=True)
        ]
    if variant == 2:
        lasts = min(clip["clip"][1] - clip["clip"][0] for clip in chosen)
        return [_piece(first, 0.0, lasts=lasts, slot="top"), _piece(last, 0.0, lasts=lasts, slot="bottom")]
    one, other = (first, last) if variant == 0 else (last, first)
    before = _piece(one, 0.0)
    return [before, _piece(other, before.end)]


def _piece(clip: Any, at: float, lasts: float | None = None, speed: float = 1.0, **more: Any) -> Piece:
    begin, end, _ = clip["clip"]
    lasts = (end - begin) / speed if lasts is None else lasts
    finish = round(begin + lasts * speed, 6)
    return Piece(at, round(at + lasts, 6), clip["uri"], "", clip["content"], begin, finish, speed, **more)


def _questions_in(
    form: Format, question: str, answers: list[str], statements: list[str], right: int, letters: Any, rng: Random
) -> list[dict[str, Any]]:
    """The questions about a fact in the format *form*: one, or one each with the answers yes and no."""
    match form:
        case "multiple_choice":
            options = _shuffle_around(answers, right, letters, rng)
            return [_question(form, question, options, answers[right])]
        case "matching":
            options = _shuffle_around(statements, right, letters, rng)
            return [_question(form, FITS, options, statements[right])]
        case "yes_no":
            wrong = rng.choice([text for n, text in enumerate(statements) if n != right])
            return [
                _question(form, TRUE.format(statement=text), ["yes", "no"], answer)
                for text, answer in ((statements[right], "yes"), (wrong, "no"))
            ]
    mixed = rng.sample(statements, len(statements))
    description = _question(form, DESCRIBE.format(statements=" / ".join(mixed)), [], statements[right])
    return [{**description, "candidates": mixed}]


def _question(form: Format, question: str, options: list[str], answer: str) -> dict[str, Any]:
    return {"format": form, "question": question, "options": options, "answer": answer, "candidates": []}


def _shuffle_around(texts: list[str], right: int, letters: Any, rng: Random) -> list[str]:
    """*texts* in random order, save that the right one stands at each letter equally often."""
    others = [text for n, text in enumerate(texts) if n != right]
    rng.shuffle(others)
    others.insert(letters.next(len(texts)), texts[right])
    return others


def _fill(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
