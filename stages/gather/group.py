"""Group: pictures and clips that belong together become one row, whose samples show them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...rules.media_groups import GROUP, GroupMember, member_span
from ...schemas import Dropped, Failed, Media, Sample, Span, Timeline, make_id, seeded
from ...schemas.rounding import ROUNDING
from ...schemas.timeline import STILL_SECONDS
from ...schemas.uri import inner_name
from ...video.edit.edit_list import PIECES, Edit, Piece, identity, lay_pieces
from ..haystack.join_plan import natural
from ..haystack.moved import MovedPart
from ..joining import Joining
from ..media.media_files import LANES
from .group_questions import NAME, QUESTION, MovedImage, asked_of_group

URI, RANDOM, TIME = "uri", "random", "time"
"""What ``by`` and ``order`` may name besides columns, attributes and values."""
NOT_SAID = "neither the manifest nor the span says"
NAMED = 3
"""The most of a group that a reject names."""


@dataclass(frozen=True, slots=True)
class GroupPart:
    """An image, or a stretch of a video (*begin* to *finish*, seconds), that is to be one of a group."""

    id: str
    """Of its row."""
    uri: str
    content: str
    kind: Literal["image", "clip"]
    begin: float
    finish: float
    shown: float
    """The time of the picture, seconds."""
    file: bool
    """Whether it is a picture file, and no frame of a video."""
    width: int
    height: int
    fps: float
    length: float
    """Seconds of its video, all of it."""

    @property
    def seconds(self) -> float:
        """How long it stands in the row of the group: an image, which has no time, as others do."""
        return STILL_SECONDS if self.kind == "image" else self.finish - self.begin

    def piece(self, start: float, end: float) -> Piece:
        """What is shown of it from *start* to *end* (seconds) of the row, by whoever sees that as a video."""
        if self.file:
            return Piece(start, end, content=self.content, picture=self.uri)
        if self.kind == "clip":
            return Piece(start, end, self.uri, content=self.content, begin=self.begin, finish=self.finish)
        frame = 1 / self.fps  # one, for as long as the image stands
        finish, speed = round(self.shown + frame, 6), frame / STILL_SECONDS
        return Piece(start, end, self.uri, content=self.content, begin=self.shown, finish=finish, speed=speed)


class GroupMedia(Joining):
    """Put pictures, or clips, that belong together into one row: those alike in a column, a cluster, or of one video.

    Every sample that is made of such a row has them all as its ``media``, named by number before the first question
    (in a dialogue, before the first that calls for each): "Image 1: <image>". Teachers are shown each behind its name.
    What lies on the parts moves with them: a caption of the second is that of Image 2. An image is shown as its file
    has it; of a video a frame from the middle, or the clip. The spans of a lane (``of``) are the parts: keyframes,
    shots; a caption of more than the part stays behind. For parts that look alike put ``embed`` and ``clusters`` before
    it, and group ``by: [cluster]``. Questions that the rows came with are asked of the group, of the part by its name
    (``ask``), or are rejects. The rows end here; what is in no group, and each group of one, is a reject. Parts of one
    split are grouped only.
    """

    keeps_files: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({GROUP, PIECES})

    by: list[str] = Field([URI])
    """What parts of a group agree in: columns of the manifest, like [patient, visit], or attributes of the spans of
    ``of``, like [cluster]; ``uri``: each video by itself; an empty list: all belong together."""
    order: list[str] = Field([TIME])
    """What parts are in order by, the first first: such names, values of the spans too; 9 comes before 10. ``time``: as
    the inputs are in order, and within a video by time; ``random``, alone: drawn by the seed."""
    of: str | None = Field("keyframes", min_length=1)
    """A lane whose spans are the parts, or null: each video, or image, is one."""
    show: Literal["image", "clip"] = "image"
    """What is shown of a video: the picture in the middle of the part, or all of it. Images are shown as they are."""
    size: tuple[Annotated[int, Field(ge=2)], Annotated[int, Field(ge=2)]] = (2, 8)
    """The least and the most parts. A larger group is divided in its order, into numbers drawn from these."""
    shared: int = Field(0, ge=0)
    """So many of the last parts of a group are the first ones of the next: with size [2, 2] and 1 each two that follow
    one another are a group."""
    per_video: int | None = Field(None, ge=1)
    """At most so many parts of one video in a group; the others go to the next."""
    ask: list[str] = Field(default_factory=list)
    """How a question about one part is asked of all of them, one of these by chance: ["Look at {name}. {question}"];
    {name} is what the part is called. None: such questions are rejects. So are those about a video of which one
    picture is shown."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.size[0] > self.size[1]:
            raise ValueError("size: [least, greatest]")
        if self.shared >= self.size[0]:
            raise ValueError("shared: must be less than the least size")
        if RANDOM in self.order and len(self.order) > 1:
            raise ValueError("order: random stands alone")
        if self.of is None and self.by == [URI]:
            raise ValueError("by: uri groups the parts of one video; name the lane that they are on, or other columns")
        for text in self.ask:
            if lacking := [slot for slot in (NAME, QUESTION) if slot not in text]:
                raise ValueError(f"ask: {text!r} must have {lacking[0]}")
        return self

    @classmethod
    def name(cls) -> str:
        return "group"

    def lanes_read(self) -> set[str]:
        return {"media", *([self.of] if self.of else [])}

    def digest(self, video: Timeline) -> Any:
        """The parts of *video*, and what they are grouped by.

        Raises:
            Failed: ``made_video``: it is made of others itself.
            Dropped: ``no_part``: its lane is empty; ``no_group``, ``no_place``: nobody says by what it is grouped.
        """
        media = video.media
        assert media is not None
        if video.lane(PIECES):
            raise Failed("made_video", f"{video.uri}: is made of other videos itself, and cannot be a part of another")
        spans = video.lane(self.of) if self.of else [Span(0.0, media.duration)]
        if not spans:
            raise Dropped("no_part", detail=f"the lane {self.of} has no span")
        parts = []
        for span in spans:
            begin, finish = max(0.0, span.start), min(max(span.end, span.start), media.duration)
            if begin > media.duration - ROUNDING:
                continue
            point = finish - begin <= ROUNDING  # a keyframe: it stands for a moment
            kind = "image" if media.is_still or self.show == "image" or point else "clip"
            shown = begin if media.is_still or point else round((begin + finish) / 2, 6)
            finish = min(begin + 1 / max(media.fps, 1.0), media.duration) if point else finish
            group = [self._said(video, span, name, "no_group") for name in self.by]
            place = [self._said(video, span, name, "no_place") for name in self._columns]
            parts.append([group, place, kind, round(begin, 6), round(finish, 6), shown])
        fps = media.fps if media.fps > 0 else 25.0
        facts = [video.uri, media.sha256, media.is_still, media.width, media.height, fps, round(media.duration, 6)]
        return {"split": video.attrs.get("split", ""), "seed": video.seed, "parts": parts, "facts": facts}

    @property
    def _columns(self) -> list[str]:
        return [name for name in self.order if name not in (RANDOM, TIME)]

    def _said(self, video: Timeline, span: Span, name: str, reason: str) -> str:
        if name == URI:
            return video.uri
        value = span.values.get(name)
        said = video.attrs.get(name, "").strip() or span.attrs.get(name, "").strip()
        said = said or (span.label or "" if name == "label" else "")
        if not said and value is None:
            raise Dropped(reason, detail=f"{NOT_SAID} its {name}")
        return said or repr(value)

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """A plan for each group, and one with its problem for what is in none."""
        groups: dict[tuple[str, ...], list[tuple[list[str], GroupPart]]] = {}
        seed = 0
        for video, one in digests:
            seed = one["seed"]
            uri, content, still, *look = one["facts"]
            for group, place, kind, begin, finish, shown in one["parts"]:
                part = GroupPart(video, uri, content, kind, begin, finish, shown, still, *look)
                groups.setdefault((one["split"], *group), []).append((place, part))
        plans: dict[str, dict[str, Any]] = {}
        for (_, *names), found in groups.items():
            rng = seeded(self.key, seed, names)
            told = {name: said for name, said in zip(self.by, names, strict=True) if name != URI}
            for parts, problem in self._divided(self._ordered(found, rng), rng):
                plan = {"attrs": told, "parts": [asdict(part) for part in parts], "problem": problem}
                plans.setdefault(parts[0].id, {})[make_id(self.key, json.dumps(plan, sort_keys=True))] = plan
        return plans

    def _ordered(self, found: list[tuple[list[str], GroupPart]], rng: Random) -> list[GroupPart]:
        if RANDOM in self.order:
            return rng.sample([part for _, part in found], len(found))
        named = sorted(found, key=lambda one: tuple(map(natural, one[0])))
        return [part for _, part in named]

    def _divided(self, parts: list[GroupPart], rng: Random) -> Iterator[tuple[list[GroupPart], str]]:
        """*parts* in groups of the size, each with its problem, which is empty for those that are made."""
        least, most = self.size
        waiting, carried = parts, 0
        while len(waiting) > carried:
            wanted = min(rng.randint(least, most), len(waiting)) if len(waiting) > most else len(waiting)
            next_ones = len(waiting) - wanted + self.shared
            if self.shared < next_ones < least <= wanted - (least - next_ones):
                wanted -= least - next_ones  # so that what follows is a group too
            taken, later = self._taken(waiting, wanted)
            if len(taken) < least:
                alone = taken[carried:] or later[:1]  # the others are in a group already
                yield alone, "group_of_one" if len(alone) == 1 else "too_few_parts"
                waiting, carried = later if taken[carried:] else later[1:], 0
            else:
                yield taken, ""
                carried = self.shared
                waiting = [*taken[len(taken) - carried :], *later]

    def _taken(self, parts: list[GroupPart], wanted: int) -> tuple[list[GroupPart], list[GroupPart]]:
        """The first *wanted* of *parts*, with no more of one video than may be, and the others."""
        counts: dict[str, int] = {}
        taken, later = list[GroupPart](), list[GroupPart]()
        for part in parts:
            full = self.per_video is not None and counts.get(part.id, 0) >= self.per_video
            if len(taken) < wanted and not full:
                taken.append(part)
                counts[part.id] = counts.get(part.id, 0) + 1
            else:
                later.append(part)
        return taken, later

    def made_of(self, plan: Any) -> list[str]:
        return [] if plan["problem"] else list(dict.fromkeys(part["id"] for part in plan["parts"]))

    def compose(self, video: Timeline, plan: Any, parts: Mapping[str, Timeline]) -> Timeline:
        """Lay the parts of *plan* on the new row *video*, with what lies on them.

        Raises:
            Dropped: ``group_of_one``, ``too_few_parts``: they are no group.
        """
        video.attrs |= plan["attrs"]
        members = [GroupPart(**part) for part in plan["parts"]]
        if plan["problem"]:
            named = ", ".join(part.uri for part in members[:NAMED])
            raise Dropped(plan["problem"], value=len(members), threshold=self.size[0], detail=named)
        attrs = [parts[part.id].attrs for part in members]
        video.attrs = {
            k: said for k, said in attrs[0].items() if all(one.get(k) == said for one in attrs)
        } | video.attrs
        pieces, spans, lanes = list[Piece](), list[Span](), dict[str, list[Span]]()
        moves = list[tuple[GroupMember, GroupPart, MovedPart]]()
        start = 0.0
        for number, part in enumerate(members, 1):
            source, end = parts[part.id], round(start + part.seconds, 6)
            pieces.append(part.piece(start, end))
            stretch = (part.begin, part.finish, part.shown, start, end)
            look = (part.length, part.width, part.height, part.fps)
            member = GroupMember(number, part.kind, part.uri, part.content, *stretch, *look)
            title = source.attrs.get("title") or PurePosixPath(inner_name(part.uri)).stem
            spans.append(member_span(member, title, source.attrs))
            moving = MovedImage if part.kind == "image" else MovedPart
            move = moving(source, video, number, part.begin, part.finish, start)
            for lane, moved in move.lanes().items():
                if lane not in LANES:
                    lanes.setdefault(lane, []).extend(moved)
            moves.append((member, part, move))
            start = end
        first = members[0]
        even = first.width // 2 * 2, first.height // 2 * 2
        edit = Edit(tuple(pieces), (), *even, first.fps, sound=False)
        for lane, moved in lanes.items():
            video.put(lane, moved)
        lay_pieces(video, edit)
        video.put(GROUP, spans)
        video.media = Media(
            sha256=identity(video), duration=edit.duration, fps=edit.fps, width=edit.width, height=edit.height
        )
        for member, part, move in moves:
            self._ask(video, member, part, move)
        video.report = {**video.report, "groups": 1, "parts": len(members), "asked": len(video.samples)}
        return video

    def _ask(self, video: Timeline, member: GroupMember, part: GroupPart, move: MovedPart) -> None:
        """Ask the questions about *part*, which is called as *member* is, of the group *video*; or reject them."""
        for sample in move.source.samples:
            try:
                asked = asked_of_group(sample, self._wording(video, sample), member.name, move, lone=_lone(part))
            except Failed as failure:
                place = Span(member.start, member.end)
                detail = f"{sample.question[:120]!r} of {part.uri}: {failure.detail}"
                self.reject(video, "samples", place, failure.reason, detail=detail)
            else:
                self.add_samples(video, [asked])

    def _wording(self, video: Timeline, sample: Sample) -> str:
        return seeded(self.key, video.seed, video.id, sample.id).choice(self.ask) if self.ask else ""

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``group: 12 groups of 40 pictures or clips.``"""
        if not totals:
            return None
        groups, parts, asked = (int(totals.get(name, 0)) for name in ("groups", "parts", "asked"))
        told = f"; {asked} questions about one of them" if asked else ""
        return f"group: {groups} group{'' if groups == 1 else 's'} of {parts} pictures or clips{told}."


def _lone(part: GroupPart) -> bool:
    """Whether *part* is one picture of a video, which shows less than was asked about."""
    return part.kind == "image" and not part.file
