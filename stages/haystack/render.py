"""Render: make the files of planned videos."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...schemas import Failed, Media, Timeline
from ...schemas.atomic_file import replace_synced, staged
from ...schemas.settings_model import OnlyWith, Without
from ...video.decode import source
from ...video.edit.edit_list import NEEDLES, PIECES, Edit, edit_of, identity
from ...video.edit.renderer import SMART, Preset, Renderer, local
from ..stage import Stage

FOLDER = "media"
"""The name by which rows know ``Timeline.folder``."""


class Render(Stage):
    """Make the planned videos: MP4 files in the output's folder ``media``.

    A file is written whole or not at all, and is looked at afterwards: as long as planned, with as many frames. How
    each was made is in its row, ``render``, and ``render_reason`` says why one could not be made the smart way.
    """

    reads: ClassVar[frozenset[str]] = frozenset({PIECES})
    uses: ClassVar[frozenset[str]] = frozenset({NEEDLES})
    writes: ClassVar[frozenset[str]] = frozenset({"media"})
    decodes: ClassVar[bool] = True

    mode: Literal["plan", "smart", "full"] = "smart"
    """smart: only what a needle or a cut touches is decoded and encoded again, all else is copied bit for bit; where
    that cannot be done right (other codecs than H.264, pieces of different sizes …) the video is made as by full.
    full: everything is encoded. plan: no files; ``vdata.haystack.open`` reads the videos from the plan."""
    encode: Annotated[bool, OnlyWith(mode="smart")] = True
    """Whether what cannot be copied is encoded. If not, a video of which a frame would have to be is a reject, as
    ``not_copied``: what is joined must agree in codec, size and frame rate then."""
    crf: Annotated[int, Without(mode="plan")] = Field(18, ge=0, le=51)
    """Quality of what is encoded: x264's constant rate factor; smaller is better and larger."""
    preset: Annotated[Preset, Without(mode="plan")] = "veryfast"
    """x264's trade of time for size."""
    sound: Annotated[bool, Without(mode="plan")] = True
    """Keep the sound of the pieces, at the pictures' side to the sample. smart copies its packets, so that a reader
    which puts samples one after the other, whatever their times say, is up to 12 ms off behind an inserted picture;
    full encodes them, and such a reader is exact too."""
    slowest: Annotated[float, Without(mode="plan")] = Field(20, gt=0)
    """Seconds that a second of video may take; two minutes are added."""
    timeout: Annotated[float, Without(mode="plan")] = Field(120, gt=0)
    """Seconds without progress after which the work counts as hung; it is tried twice."""
    max_memory: Annotated[int, Without(mode="plan")] = Field(4096, ge=256)
    """MiB of memory that decoding and encoding may take."""

    def lanes_written(self) -> set[str]:
        return set() if self.mode == "plan" else {"media"}

    def run(self, video: Timeline) -> Timeline:
        """Make the file of *video*, set its uri and ``media``, and say how it was made in ``attrs``.

        A video that has a file stays as it is: a part that was joined with no other.

        Raises:
            Failed: a source or picture cannot be read, ``not_copied``, ``needle_not_shown``, ``bad_render``,
                ``not_written``, or ``decoder_…``.
        """
        if not video.planned and video.media is not None and video.media.bytes:
            video.report["there"] = 1
            return video
        edit = self._edit(video)
        video.duration = edit.duration
        if self.mode == "plan":
            video.attrs["render"] = "plan"
            video.report["plan"] = 1
            return video
        path = self._path(video)
        path.parent.mkdir(parents=True, exist_ok=True)
        with local(edit) as reachable, staged(path) as staging:
            rendered = self._renderer().make(reachable, str(staging), whole=self.encode)
            if not self.encode and (frames := rendered.done["frames_encoded"]):
                raise Failed("not_copied", f"{frames:.0f} frames would have to be encoded", value=frames)
            rendered.media.bytes, rendered.media.sha256 = staging.stat().st_size, source.sha256(str(staging))
            replace_synced(staging, path)
        attrs = {"render": rendered.how, "render_reason": rendered.reason, "render_detail": rendered.detail}
        self._lay(video, rendered.media, attrs, rendered.done)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``9 videos made: 7 smart, 2 full (other_codec 2); 91 % of the bytes copied``."""
        if not totals:
            return None
        there = f"{_videos(totals['there'])} had a file" if totals.get("there") else ""
        if totals.get("plan"):
            return f"{_videos(totals['plan'])} planned, no files made: vdata.haystack.open reads them"
        if not (totals.get("smart") or totals.get("full")):
            return there
        smart, whole = totals.get("smart", 0), totals.get("full", 0)
        why = ", ".join(f"{key[4:]} {totals[key]:.0f}" for key in sorted(totals) if key.startswith("why:"))
        copied = totals.get("bytes_copied", 0) / max(1, totals.get("bytes_copied", 0) + totals.get("bytes_encoded", 0))
        ways = [f"{smart:.0f} smart"] if self.mode == "smart" else []
        ways += [f"{whole:.0f} full{f' ({why})' if why else ''}"] if whole or not ways else []
        end = f"; {copied:.0%} of the bytes copied".replace("%", " %") if self.mode == "smart" else ""
        return f"{_videos(smart + whole)} made: {', '.join(ways)}{end}{f'; {there}' if there else ''}"

    # What was made is not made again when a later stage of the config changes, as long as the file is there.

    def cache_key(self, video: Timeline) -> str | None:
        """The identity of the plan; None for a video without one."""
        if self.mode == "plan" or not video.lane(PIECES) or not video.planned:
            return None
        return identity(video)

    def cache_settings(self) -> str:
        return self.model_dump_json(exclude={"encode", "slowest", "timeout", "max_memory"})

    def freeze(self, video: Timeline) -> bytes:
        """The facts of the file, how it was made, and what was counted."""
        assert video.media is not None
        attrs = {name: value for name, value in video.attrs.items() if name.startswith("render")}
        return json.dumps([asdict(video.media), attrs, video.report]).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        """Do what ``run`` does, without making the file if it is still there and the same."""
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

    def _renderer(self) -> Renderer:
        ways = (SMART,) if self.mode == "smart" else ()
        return Renderer(self.crf, self.preset, self.slowest, self.timeout, self.max_memory, ways)

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
