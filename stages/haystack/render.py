"""Render: make the files of planned videos."""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from ...schemas import Media, Timeline
from ..base import Failed, Stage
from ..media import sandbox, source
from .edit import NEEDLES, PIECES, Edit, edit_of, identity

FOLDER = "media"
"""The name by which rows know ``Timeline.folder``."""
STAGING = ".staging-"
"""What the names of files begin with that are being written; a build deletes those that a killed one left."""
SPARE = 120.0
"""Seconds that any video may take."""
OUTLIVED = ("decoder_crashed", "decoder_timeout", "decoder_out_of_memory", "bad_render")
"""Failures of the smart way after which the other is tried."""

Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]


class Render(Stage):
    """Make the planned videos: MP4 files in the output's folder ``media``.

    A file is written whole or not at all, and is looked at afterwards: as long as planned, with as many frames. How
    each was made is in its row, ``render``, and ``render_reason`` says why one could not be made the smart way.
    """

    reads: ClassVar[frozenset[str]] = frozenset({PIECES})
    uses: ClassVar[frozenset[str]] = frozenset({NEEDLES})
    writes: ClassVar[frozenset[str]] = frozenset({"media"})
    decodes: ClassVar[bool] = True
    ways: ClassVar[tuple[str, ...]] = (f"{__package__}._render:smart",)
    """Functions that are tried in turn before everything is encoded: ``package.module:way``."""

    mode: Literal["plan", "smart", "full"] = "smart"
    """smart: only what a needle or a cut touches is decoded and encoded again, all else is copied bit for bit; where
    that cannot be done right (other codecs than H.264, pieces of different sizes …) the video is made as by full.
    full: everything is encoded. plan: no files; ``vdata.haystack.open`` reads the videos from the plan."""
    crf: int = Field(18, ge=0, le=51)
    """Quality of what is encoded: x264's constant rate factor; smaller is better and larger."""
    preset: Preset = "veryfast"
    """x264's trade of time for size."""
    sound: bool = True
    """Keep the sound of the pieces."""
    slowest: float = Field(20, gt=0)
    """Seconds that a second of video may take; two minutes are added."""
    timeout: float = Field(120, gt=0)
    """Seconds without progress after which the work counts as hung; it is tried twice."""
    max_memory: int = Field(4096, ge=256)
    """MiB of memory that decoding and encoding may take."""

    def lanes_written(self) -> set[str]:
        return set() if self.mode == "plan" else {"media"}

    def run(self, video: Timeline) -> Timeline:
        """Make the file of *video*, set its uri and ``media``, and say how it was made in ``attrs``.

        Raises:
            Failed: a source or picture cannot be read, ``needle_not_shown``, ``bad_render``, or ``decoder_…``.
        """
        edit = self._edit(video)
        video.duration = edit.duration
        if self.mode == "plan":
            video.attrs["render"] = "plan"
            video.report["plan"] = 1
            return video
        with local(edit) as reachable, staged(self._path(video)) as staging:
            how, reason, detail, done, media = self.make(reachable, staging)
            media.bytes, media.sha256 = os.path.getsize(staging), source.sha256(staging)
            settle(staging, self._path(video))
        self._lay(video, media, {"render": how, "render_reason": reason, "render_detail": detail}, done)
        return video

    def make(self, edit: Edit, staging: str) -> tuple[str, str, str, dict[str, float], Media]:
        """How *edit* was made at *staging*, why not the smart way, what was done, and the facts of the file."""
        reason = detail = ""
        for way in self.ways if self.mode == "smart" else ():
            try:
                done, why, more = self._call(way, edit, staging)
                if not why:
                    return way.rpartition(":")[2], "", "", done, self._check(edit, staging, done)
            except Failed as failure:
                if failure.reason not in OUTLIVED:
                    raise
                why, more = failure.reason, failure.detail
            reason, detail = reason or why, f"{detail}; {why}: {more}" if detail and more else detail or more
            with contextlib.suppress(FileNotFoundError):
                os.remove(staging)
        done, _, _ = self._call(f"{__package__}._render:full", edit, staging)
        return "full", reason, detail, done, self._check(edit, staging, done)

    def _call(self, way: str, edit: Edit, staging: str) -> tuple[dict[str, float], str, str]:
        made: tuple[dict[str, float], str, str] = sandbox.call(
            way,
            edit,
            staging,
            self.crf,
            self.preset,
            seconds=SPARE + self.slowest * edit.duration,
            mib=self.max_memory,
            silence=self.timeout,
        )
        return made

    def _check(self, edit: Edit, staging: str, done: dict[str, float]) -> Media:
        frames = done["frames_encoded"] + done.get("frames_copied", 0)
        name = f"{__package__}._render:check"
        media: Media = sandbox.call(name, staging, edit, frames, mib=self.max_memory, silence=self.timeout, seconds=600)
        return media

    def summary(self, totals: dict[str, float]) -> str | None:
        """``9 videos made: 7 smart, 2 full (other_codec 2); 91 % of the bytes copied``."""
        if not totals:
            return None
        if totals.get("plan"):
            return f"{_videos(totals['plan'])} planned, no files made: vdata.haystack.open reads them"
        smart, whole = totals.get("smart", 0), totals.get("full", 0)
        why = ", ".join(f"{key[4:]} {totals[key]:.0f}" for key in sorted(totals) if key.startswith("why:"))
        copied = totals.get("bytes_copied", 0) / max(1, totals.get("bytes_copied", 0) + totals.get("bytes_encoded", 0))
        ways = [f"{smart:.0f} smart"] if self.mode == "smart" else []
        ways += [f"{whole:.0f} full{f' ({why})' if why else ''}"] if whole or not ways else []
        end = f"; {copied:.0%} of the bytes copied".replace("%", " %") if self.mode == "smart" else ""
        return f"{_videos(smart + whole)} made: {', '.join(ways)}{end}"

    # What was made is not made again when a later stage of the config changes, as long as the file is there.

    def cache_key(self, video: Timeline) -> str | None:
        """The plan."""
        if self.mode == "plan" or not video.lane(PIECES):
            return None
        return identity(video)

    def cache_settings(self) -> str:
        return self.model_dump_json(exclude={"slowest", "timeout", "max_memory"})

    def freeze(self, video: Timeline) -> bytes:
        """The facts of the file, how it was made, and what was counted."""
        assert video.media is not None
        attrs = {name: value for name, value in video.attrs.items() if name.startswith("render")}
        return json.dumps([asdict(video.media), attrs, video.report]).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        """As ``run``, and without work if the file is there and is the same."""
        media, attrs, report = json.loads(data)
        path = self._path(video)
        try:
            same = source.facts(str(path))[0] == media["bytes"] and source.sha256(str(path)) == media["sha256"]
        except Failed:
            same = False
        if not same:
            self.run(video)
            return
        video.duration = self._edit(video).duration
        self._lay(video, Media(**media), attrs, {})
        video.report = report

    def _edit(self, video: Timeline) -> Edit:
        edit = edit_of(video, video.base)
        return edit if self.sound else replace(edit, sound=False)

    def _path(self, video: Timeline) -> Path:
        if not video.folder or not re.fullmatch(r"[\w-]+", video.id):
            raise ValueError(f"{video.uri}: no folder for its file, or no id that could be a file's name")
        return Path(video.folder) / f"{video.id}.mp4"

    def _lay(self, video: Timeline, media: Media, attrs: dict[str, str], done: dict[str, float]) -> None:
        path = self._path(video)
        video.media, video.uri, video.path = media, f"{FOLDER}/{path.name}", str(path)
        video.attrs = {name: value for name, value in video.attrs.items() if not name.startswith("render")}
        video.attrs |= {name: value for name, value in attrs.items() if value}
        video.report[attrs["render"]] = 1
        for name in {"bytes_copied", "bytes_encoded", "frames_encoded"} & done.keys():
            video.report[name] = done[name]
        if attrs.get("render_reason"):
            video.report[f"why:{attrs['render_reason'].replace('_', ' ')}"] = 1


def _videos(number: float) -> str:
    return f"{number:.0f} video{'' if number == 1 else 's'}"


@contextmanager
def local(edit: Edit) -> Iterator[Edit]:
    """*edit* with files that another process can open."""
    with ExitStack() as stack:
        there = {file: stack.enter_context(source.reachable(file)) for file in {p.file for p in edit.pieces if p.uri}}
        yield replace(edit, pieces=tuple(replace(piece, file=there.get(piece.file, "")) for piece in edit.pieces))


@contextmanager
def staged(path: Path) -> Iterator[str]:
    """A name beside *path* that nobody else uses; what is left there in the end is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f"{STAGING}{path.stem}-{os.getpid()}-{uuid.uuid4().hex}.mp4")
    try:
        yield str(staging)
    finally:
        staging.unlink(missing_ok=True)


def settle(staging: str, path: Path) -> None:
    """Give *staging* its name, in the place of any file of that name.

    A file that is there already came of an earlier attempt at this very row, or of other settings: the row that is
    stored next tells the hash of this one.
    """
    with open(staging, "rb") as file:
        os.fsync(file.fileno())
    os.replace(staging, path)
    with contextlib.suppress(OSError):  # not every system lets a folder be synced
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
