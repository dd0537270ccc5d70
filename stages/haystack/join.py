"""Join: videos that belong together become one, with all that is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...schemas import Dropped, Failed, Media, Span, Timeline, make_id, seeded
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import OnlyWith
from ...schemas.uri import inner_name
from ...video.edit.edit_list import NEEDLES, PIECES, Edit, Piece, identity, lay_pieces
from ..joining import Joining
from ..media.media_files import LANES
from .join_plan import Band, JoinGroup, JoinPart, JoinRun, fault, in_order, packed
from .moved import MovedPart
from .pool import playing_seconds

URI, RANDOM = "uri", "random"
"""What ``order`` may name besides columns."""
NOT_SAID = "the manifest says nothing in its column"


class Join(Joining):
    """Put videos that belong together into one, one after the other: episodes of their clips, hours of short ones.

    What lies on them moves with them, later by what comes before: every lane, and the samples with what they cite. The
    lane ``parts`` has a span for each, with what the manifest says of it. A sample whose words would not be true of the
    whole (they hold times, or its answer follows by rule from the lanes of one part) is a reject: make it behind
    ``join``. Nothing stands between two parts. What is joined is a plan: teachers are shown its frames from the parts;
    ``render`` behind it makes files, by copying where codecs and sizes agree. Parts of one split are joined only. The
    videos that came in end here; what is in no joined video is a reject with its reason.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({PIECES})

    by: list[str] = Field([])
    """Columns of the manifest: videos that agree in all of them are joined, like [show, season, episode]; ``uri``: each
    video alone. By default all videos are joined; with ``of``, the stretches of each."""
    order: list[str] = Field([])
    """Columns by which the parts are put in order, the first first; clip_9 comes before clip_10. ``uri``: their names;
    ``random``, alone: any order, drawn by the seed. By default the order of the inputs."""
    of: str = ""
    """A lane: its spans are the parts, in the order of time, and what lies between them is left out."""
    bands: list[Band] = Field([])
    """The least and the most seconds of the joined videos: [[600, 1200]]. Parts are put together until a length is
    reached that is drawn from the band; every band is made of all parts. By default each group is one video."""
    min_parts: int = Field(2, ge=1)
    """The least parts of a joined video. With 1, a single video that is whole stays as it is, with its file."""
    count: Annotated[str, OnlyWith("by")] = ""
    """The column that says how many videos there are with the same ``by``; where fewer came, they are not joined."""
    missing: Annotated[Literal["refuse", "join"], OnlyWith("by")] = "refuse"
    """What becomes of a group of which an input cannot be read, or was dropped: ``refuse`` it, or ``join`` the rest."""
    differing: Literal["refuse", "scale", "apart"] = "refuse"
    """What becomes of videos of one group whose sizes or frame rates differ: ``refuse`` them; ``scale`` them to the
    size of the first, on black, each at its own rate; or join each size and rate ``apart``."""
    size: Annotated[tuple[int, int] | None, OnlyWith(differing="scale")] = None
    """Width and height in pixels in the place of the first's."""
    sound: bool = True
    """Keep the videos' sound."""
    about: Literal["whole", "part"] = "whole"
    """Samples are asked of the ``whole`` joined video, and their evidence says where the answer lies; or are about
    their ``part`` of it, as before."""
    into: str = Field("parts", min_length=1)
    """The lane that says where each part begins and ends, and what it is."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for least, most in self.bands:
            if not 0 < least <= most:
                raise ValueError(f"bands: {least:g} to {most:g} s is no band: the least seconds, then the most")
        if RANDOM in self.order and len(self.order) > 1:
            raise ValueError("order: random stands alone")
        if self.into in (PIECES, NEEDLES):
            raise ValueError(f"into: {self.into} is what the joined video is made of: take another name")
        if self.size and any(side % 2 for side in self.size):
            raise ValueError("size: takes even numbers of pixels")
        return self

    def lanes_read(self) -> set[str]:
        return {"media", *([self.of] if self.of else [])}

    def lanes_written(self) -> set[str]:
        return {PIECES, self.into}

    def digest(self, video: Timeline) -> Any:
        """What is needed to know with what *video* is joined, and where it comes.

        Raises:
            Dropped: ``no_group``, ``no_place``: its manifest does not say; ``no_part``: the lane ``of`` is empty.
            Failed: ``made_video``: it is made of others itself.
        """
        media = video.media
        assert media is not None
        if video.lane(PIECES):
            raise Failed("made_video", f"{video.uri}: is made of other videos itself, and cannot be a part of another")
        group = [self._column(video, name, "no_group") for name in self.by]
        place = [self._column(video, name, "no_place") for name in self._columns]
        end = playing_seconds(media)
        parts = [[0.0, end]]
        if self.of:
            spans = sorted((max(0.0, one.start), min(one.end, end)) for one in video.lane(self.of))
            parts = [[start, finish] for start, finish in spans if finish - start > ROUNDING]
            if not parts:
                raise Dropped("no_part", detail=f"the lane {self.of} has no span")
        return {
            "group": group or ([video.id] if self.of else []),
            "place": place,
            "count": self._column(video, self.count, "no_count") if self.count else "",
            "split": video.attrs.get("split", ""),
            "seed": video.seed,
            "parts": parts,
            "shown": {
                "uri": video.uri,
                "content": media.sha256,
                "width": media.width - media.width % 2,
                "height": media.height - media.height % 2,
                "fps": 0.0 if media.variable_fps else round(media.fps, 6),
                "sound": media.has_audio,
            },
        }

    @property
    def _columns(self) -> list[str]:
        return [name for name in self.order if name != RANDOM]

    def _column(self, video: Timeline, name: str, reason: str) -> str:
        if name == URI:
            return video.uri
        if not (said := video.attrs.get(name, "").strip()):
            raise Dropped(reason, detail=f"{NOT_SAID} {name}")
        return said

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """A plan for each joined video, and one with its problem for what cannot be joined."""
        groups: dict[tuple[str, ...], JoinGroup] = {}
        seed = 0
        for video, one in digests:
            seed = one["seed"]
            group = groups.setdefault((one["split"], *one["group"]), JoinGroup())
            place, count = tuple(one["place"]), one["count"]
            group.parts += [JoinPart(video, begin=b, finish=f, **one["shown"], place=place, count=count)
                            for b, f in one["parts"]]  # fmt: skip
        for uri, attrs in self.ended() if self.by else ():
            key = tuple(uri if name == URI else attrs.get(name, "").strip() for name in self.by)
            for found in (group for (_, *names), group in groups.items() if tuple(names) == key):
                found.lost.append(uri)
        plans: dict[str, dict[str, Any]] = {}
        for (_, *names), group in groups.items():
            for run in self._runs(group, seeded(self.key, seed, names)):
                plan = self._plan(run, names if self.by else [])
                plans.setdefault(run.parts[0].id, {})[make_id(self.key, json.dumps(plan, sort_keys=True))] = plan
        return plans

    def _runs(self, group: JoinGroup, rng: Any) -> Iterator[JoinRun]:
        ordered = RANDOM not in self.order
        problem = fault(
            group,
            least=1 if self.bands else self.min_parts,
            refuse_missing=self.missing == "refuse",
            refuse_differing=self.differing == "refuse",
            ordered=bool(self._columns),
        )
        if problem:
            yield JoinRun(group.parts, None, problem)
            return
        parts = in_order(group.parts) if self._columns else group.parts
        parts = parts if ordered else rng.sample(parts, len(parts))
        alike: dict[Any, list[JoinPart]] = {}
        for part in parts:
            alike.setdefault(part.look if self.differing == "apart" else None, []).append(part)
        for some in alike.values():
            if not self.bands:
                small = fault(JoinGroup(some), least=self.min_parts, refuse_missing=False, refuse_differing=False,
                              ordered=False)  # fmt: skip
                yield JoinRun(some, None, small)
            for band in self.bands:
                yield from packed(some, band, self.min_parts, rng, ordered=ordered)

    def _plan(self, run: JoinRun, names: list[str]) -> dict[str, Any]:
        attrs = {name: said for name, said in zip(self.by, names, strict=False) if name != URI} | {
            "joined": str(len(run.parts))
        }
        attrs |= {"band": f"{run.band[0]:g}-{run.band[1]:g}"} if run.band else {}
        if run.problem:
            one = run.problem
            return {
                "attrs": attrs,
                "problem": {"reason": one.reason, "detail": one.detail, "value": one.value, "threshold": one.threshold},
                "of": sorted({part.uri for part in run.parts}),
            }
        return {"attrs": attrs, "parts": [part.plain for part in run.parts]}

    def made_of(self, plan: Any) -> list[str]:
        return list(dict.fromkeys(part["id"] for part in plan.get("parts", ())))

    def compose(self, video: Timeline, plan: Any, parts: Mapping[str, Timeline]) -> Timeline:
        """Lay the parts of *plan* on the new row *video*, with what lies on them.

        Raises:
            Dropped: ``group_of_one``, ``too_few_parts``, ``part_missing``, ``same_place``, ``different_size``,
                ``different_rate``, ``band_not_reached``, ``longer_than_band``: these are not joined.
        """
        video.attrs |= plan["attrs"]
        if problem := plan.get("problem"):
            raise Dropped(**problem)
        joined = [JoinPart(**part) for part in plan["parts"]]
        video.attrs = _agreed([parts[part.id].attrs for part in joined]) | video.attrs
        edit = self._edit(joined)
        lay_pieces(video, edit)
        video.media = self._media(video, edit, joined)
        if len(edit.pieces) == 1 and self._is_whole(whole := parts[joined[0].id], edit):
            video.uri, video.media, video.duration = whole.uri, whole.media, whole.duration
        ids = {part.uri: part.id for part in joined}
        facts = {name: plan["attrs"][name] for name in self.by if name != URI}
        lanes: dict[str, list[Span]] = {}
        for number, piece in enumerate(edit.pieces, 1):
            move = MovedPart(parts[ids[piece.uri]], video, number, piece.begin, piece.finish, piece.start, facts)
            for lane, moved in move.lanes().items():
                if lane not in LANES:
                    lanes.setdefault(lane, []).extend(moved)
            self._move_samples(video, move)
        start, spans = 0.0, list[Span]()
        for number, part in enumerate(joined, 1):
            spans.append(_part_span(parts[part.id], part, number, start))
            start = spans[-1].end
        for lane, moved in lanes.items():
            video.put(lane, moved)
        video.put(self.into, spans)
        video.report = {**video.report, "videos": 1, "parts": len(joined), "seconds": video.seconds}
        return video

    def _edit(self, joined: list[JoinPart]) -> Edit:
        """The parts one after the other; two stretches of one video that follow each other in it are one piece."""
        pieces: list[Piece] = []
        start = 0.0
        for part in joined:
            end = round(start + part.seconds, 6)
            last = pieces[-1] if pieces else None
            if last is not None and last.uri == part.uri and abs(last.finish - part.begin) < ROUNDING:
                pieces[-1] = replace(last, end=end, finish=part.finish)
            else:
                pieces.append(Piece(start, end, part.uri, content=part.content, begin=part.begin, finish=part.finish))
            start = end
        first = joined[0]
        width, height = self.size or (first.width, first.height)
        return Edit(tuple(pieces), (), width, height, first.fps or 25.0, self.sound)

    def _is_whole(self, part: Timeline, edit: Edit) -> bool:
        """Whether *edit* shows all of *part* as it is."""
        media, piece = part.media, edit.pieces[0]
        assert media is not None
        same = self.sound and self.size in (None, (media.width, media.height))
        return same and piece.begin == 0 and piece.finish >= playing_seconds(media) - ROUNDING

    def _media(self, video: Timeline, edit: Edit, joined: list[JoinPart]) -> Media:
        steady = len({part.fps for part in joined}) == 1 and joined[0].fps > 0
        return Media(
            sha256=identity(video),
            duration=edit.duration,
            fps=edit.fps,
            variable_fps=not steady,
            width=edit.width,
            height=edit.height,
            has_audio=self.sound and any(part.sound for part in joined),
        )

    def _move_samples(self, video: Timeline, move: MovedPart) -> None:
        for sample in move.source.samples:
            try:
                video.samples.append(move.sample(sample, whole=self.about == "whole"))
            except Failed as failure:
                cited = sample.evidence[0].lane if sample.evidence else ""
                place = Span(move.at(sample.start), move.at(sample.end))
                detail = f"{sample.question[:120]!r} of {move.source.uri}: {failure.detail}"
                self.reject(video, cited or "samples", place, failure.reason, detail=detail)
                video.report["left"] = video.report.get("left", 0) + 1

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``join: 2 videos of 12 parts, 0.4 h; 3 samples of parts left out (the rejects say why).``"""
        if not totals:
            return None
        videos = int(totals.get("videos", 0))
        parts = int(totals.get("parts", 0))
        line = f"join: {videos} video{'' if videos == 1 else 's'} of {parts} part{'' if parts == 1 else 's'}"
        line += f", {totals.get('seconds', 0) / 3600:.2g} h"
        if left := int(totals.get("left", 0)):
            line += f"; {left} sample{'' if left == 1 else 's'} of parts left out (the rejects say why)"
        return f"{line}."


def _agreed(attrs: list[dict[str, str]]) -> dict[str, str]:
    """What all of *attrs* say."""
    first, *others = attrs
    return {name: text for name, text in first.items() if all(one.get(name) == text for one in others)}


def _part_span(source: Timeline, part: JoinPart, number: int, start: float) -> Span:
    """The span of a part: its name, and what the manifest says of it."""
    name = source.attrs.get("title") or PurePosixPath(inner_name(part.uri)).stem
    attrs = {**source.attrs, "uri": part.uri, "content": part.content}
    values = {"number": float(number), "begin": part.begin, "finish": part.finish}
    return Span(start, round(start + part.seconds, 6), name, None, source="planned", values=values, attrs=attrs)
