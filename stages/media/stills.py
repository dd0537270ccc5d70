"""Stills: write frames of what each sample shows as pictures."""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from ...rules import masks
from ...rules.media_groups import members_of
from ...rules.media_parts import is_picture
from ...rules.stretch import Stretch
from ...schemas import Failed, Medium, Sample, Span, Timeline, make_id
from ...schemas.atomic_file import STAGING
from ...schemas.sample import Frame
from ...schemas.teaching import UNMARKED, Marks
from ...schemas.uri import locate
from ...video.decode import sandbox, source
from ...video.decode.cut_edit import cut_edit
from ...video.decode.frames import BASE_SECONDS, MAX_PIXELS, SECONDS_EACH
from ...video.decode.jpegs import Jpegs
from ...video.edit.edit_list import edit_of
from ...video.edit.renderer import local
from ..stage import Stage
from .media_files import FRAMES, file_name, file_path, file_span, own_media, reject_samples, stretches

USUAL = 8
"""The number of pictures of a stretch when neither ``number`` nor ``fps`` is given."""


class Stills(Stage):
    """Write JPEGs of each sample's stretch of its video: media/ID/MILLISECONDS.jpg.

    The stretches are those of ``clips``. ``frames`` of a sample lists its pictures with their times, seconds of the
    whole video, in order; samples of one stretch share them. Each is what a player shows at that time. A video is
    decoded once. Of a pair about one picture that is the picture, and where the worse reply answers spoiled pictures
    (``preferences``: corrupted), those are written beside them and named in its ``params``: ``rejected_frames``.
    A sample whose words have marks for several media has no frames of its own: each picture among its ``media`` has
    its file; one with boxes shows what they hold, cut out of the picture, at twice its size as far as ``size`` allows,
    and regions that one points out are drawn in; of a group of pictures those have files that are none already.
    Pictures of a joined video that has no file are those of its parts.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({FRAMES})
    decodes: ClassVar[bool] = True

    number: int | None = Field(None, ge=1)
    """Pictures of a stretch, each in the middle of an equal part of it; 8 if ``fps`` is not given. With ``fps``: at
    most so many."""
    fps: float | None = Field(None, gt=0)
    """Pictures a second, from the start of the stretch on."""
    size: int = Field(448, ge=16)
    """Pixels of the longer side; smaller pictures keep their size."""
    quality: int = Field(90, ge=1, le=100)
    """Of JPEG."""
    of: list[str] = Field(default_factory=list)
    """Lanes whose spans are shown as well, whether a sample shows them or not: [shots]."""
    tight: bool = True
    """As in ``clips``: show just the stretch from start to end wherever the words allow."""
    timeout: float = Field(120, gt=0)
    """Seconds without progress after which the work counts as hung; it is tried twice."""
    max_memory: int = Field(2048, ge=256)
    """MiB of memory that decoding may take."""

    def lanes_read(self) -> set[str]:
        return {*self.reads, *self.of}

    def run(self, video: Timeline) -> Timeline:
        """Write the pictures, and name them on the samples and in the lane ``frames``.

        When they cannot be read, that is a reject, and the samples are rejected.
        """
        samples_by = stretches(video, self.of, tight=self.tight, points=True)
        pictures = own_media(video, "image")
        for stretch in pictures:
            samples_by.setdefault(stretch, [])
        marks = {_label(one): _marks(one) for media in pictures.values() for one in media}
        wanted = {stretch: self.times(*stretch) for stretch in samples_by}
        names = {
            (stretch, time, edit): file_path(video, f"{self._id(video, stretch)}/{_stem(time, edit)}.jpg")
            for stretch, times in wanted.items()
            for edit in sorted(_variants(samples_by[stretch], pictures.get(stretch, ())))
            for time in times
        }
        try:
            drawn = {label: drawn for label, drawn in marks.items() if drawn != UNMARKED}
            spans = self._write(video, names, drawn) if names else []
            spans += self._write_others(video)
        except Failed as failure:
            reject_samples(video, self.name(), FRAMES, (0.0, video.seconds), list(video.samples), failure)
            video.put(FRAMES, [])
            return video
        for stretch, samples in samples_by.items():
            if not samples and stretch in pictures:
                continue  # its pictures stand among the media of samples
            frames = [Frame(file_name(names[stretch, time, ""], video), time) for time in wanted[stretch]]
            for sample in samples:
                sample.clip_start, sample.clip_end = stretch
                sample.frames = frames
                if edit := _edit(sample):
                    spoiled = [file_name(names[stretch, time, edit], video) for time in wanted[stretch]]
                    sample.params["rejected_frames"] = " ".join(spoiled)
        for stretch, media in pictures.items():
            for medium in media:
                medium.file = file_name(names[stretch, wanted[stretch][0], _label(medium)], video)
        video.put(FRAMES, spans)
        video.report["pictures"], video.report["stretches"] = len(spans), len(samples_by)
        return video

    def times(self, start: float, end: float) -> list[float]:
        """The times of the pictures of a stretch: to the millisecond, all different."""
        length = end - start
        if length <= 0:
            return [round(start, 3)]
        if self.fps is not None:
            count = max(1, math.ceil(length * self.fps - 1e-6))
            if self.number is None or count <= self.number:
                return sorted({round(start + n / self.fps, 3) for n in range(count)})
        count = self.number or USUAL
        return sorted({round(start + length * (n + 0.5) / count, 3) for n in range(count)})

    def _id(self, video: Timeline, stretch: Stretch) -> str:
        return make_id(video.id, "stills", *stretch, self.number, self.fps, self.size, self.quality)

    def _write_others(self, video: Timeline) -> list[Span]:
        """Write the pictures of other videos that *video* is a group of, and name them."""
        members = [one for one in members_of(video) if one.kind == "image" and not is_picture(one.uri)]
        media = [medium for sample in video.samples for medium in sample.media if not medium.file]
        spans: list[Span] = []
        for uri in dict.fromkeys(one.uri for one in members):
            own = [one for one in members if one.uri == uri]
            names = {
                ((one.start, one.start), one.shown, ""): file_path(
                    video, f"{self._id(video, (one.number, one.number))}/{_stem(one.shown, '')}.jpg"
                )
                for one in own
            }
            spans += self._write(video, names, {}, locate(uri, video.base))
            for (_, time, _), path in names.items():
                for medium in media:
                    if medium.video == uri and medium.start == time:
                        medium.file = file_name(path, video)
        return spans

    def _write(
        self,
        video: Timeline,
        names: dict[tuple[Stretch, float, str], Path],
        marks: dict[str, Marks],
        file: str | None = None,
    ) -> list[Span]:
        """Write all pictures beside their folders, and then give each its name. They are not synced one by one: what
        the disk loses is found by its hash, and made again."""
        attempt = f"{os.getpid()}-{uuid.uuid4().hex}"
        staged = {key: str(Path(video.folder) / f"{STAGING}{attempt}-{n}.jpg") for n, key in enumerate(names)}
        by_time: dict[float, list[str]] = {}
        edits = {to: edit for (_, _, edit), to in staged.items() if edit and edit not in marks}
        drawn = {to: marks[edit] for (_, _, edit), to in staged.items() if edit in marks}
        how = Jpegs(self.size, self.quality, edits, drawn, masks.read)
        for (_, time, _), to in staged.items():
            by_time.setdefault(time, []).append(to)
        Path(video.folder).mkdir(parents=True, exist_ok=True)
        spans = []
        try:
            done = self._written(video, file, sorted(by_time.items()), how)
            for (stretch, time, edit), path in names.items():
                path.parent.mkdir(exist_ok=True)
                staged_file = staged[stretch, time, edit]
                os.replace(staged_file, path)
                at = time if file is None else stretch[0]
                spans.append(file_span(at, at, file_name(path, video), edit, *done[staged_file], {}))
        finally:
            for left in staged.values():
                with suppress(FileNotFoundError):
                    os.unlink(left)
        return spans

    def _written(
        self, video: Timeline, file: str | None, wanted: list[tuple[float, list[str]]], how: Jpegs
    ) -> dict[str, tuple[str, int]]:
        """SHA-256 and bytes of each file that a child process wrote, of *video* or of *file*."""
        limits: dict[str, Any] = {"mib": self.max_memory, "silence": self.timeout}
        limits["seconds"] = BASE_SECONDS + SECONDS_EACH * len(wanted)
        done: dict[str, tuple[str, int]]
        if video.planned and file is None:
            with local(edit_of(video, video.base)) as edit:
                done = sandbox.call("vdata.video.edit.edit_jpegs:write", edit, wanted, how, **limits)
        else:
            with source.reachable(file or video.file) as uri:
                done = sandbox.call("vdata.video.decode.jpeg_writer:write", uri, wanted, how, MAX_PIXELS, **limits)
        return done

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``120 pictures of 15 stretches``."""
        if not totals:
            return None
        return f"{totals.get('pictures', 0):.0f} pictures of {totals.get('stretches', 0):.0f} stretches"


def _variants(samples: Sequence[Sample], media: Sequence[Medium]) -> set[str]:
    """The pictures of one moment that are wanted: as it is (empty), spoiled, or with regions drawn in."""
    plain = {""} if samples or not media else set()
    return {*plain, *map(_edit, samples), *map(_label, media)}


def _marks(medium: Medium) -> Marks:
    """What is drawn into the picture *medium*."""
    return (medium.mark, tuple(medium.regions)) if medium.mark and medium.regions else UNMARKED


def _label(medium: Medium) -> str:
    """What tells the picture *medium* from others of its moment: nothing where it is shown whole and as it is."""
    drawn = _marks(medium)
    return _cut(medium) if drawn == UNMARKED else f"marked-{make_id(*drawn)[:8]}"


def _edit(sample: Sample) -> str:
    """How the pictures were spoiled that the worse reply of a pair answers; their order needs no other pictures."""
    edit = sample.params.get("edit", "") if sample.rejected else ""
    return "" if edit == "shuffled" else edit


def _cut(medium: Medium) -> str:
    """What is cut out of the picture for *medium*, as an edit of it; nothing: the whole of it is shown."""
    return cut_edit(medium.boxes) if medium.boxes else ""


def _stem(time: float, edit: str) -> str:
    """A picture's file, without its ending."""
    return f"{round(time * 1000):06d}{edit and '-'}{edit}"
