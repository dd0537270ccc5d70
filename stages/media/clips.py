"""Clips: make a file of what each sample shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from pydantic import Field

from ...rules.stretch import Stretch
from ...schemas import Failed, Medium, Sample, Span, Timeline, make_id
from ...schemas.atomic_file import replace_synced, staged
from ...schemas.uri import inner_name
from ...video.decode import source
from ...video.edit.cutter import CUT_WAYS, excerpt, make_cut
from ...video.edit.renderer import Preset, Renderer, local
from ..stage import Stage
from .cut_source import CutSource, clips_of_group
from .media_files import (
    CLIPS,
    FOLDER,
    file_name,
    file_path,
    file_span,
    own_media,
    reject_samples,
    showing,
    stretches,
)

SUFFIXES = {"mov": ".mp4", "matroska": ".mkv"}
VIDEO = frozenset(
    [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".flv", ".wmv", ".ogv", ".gif"]
)
"""Endings that the copy of a whole video keeps."""
_Wanted = tuple[CutSource, Stretch, list[Sample], list[Medium]]
"""A stretch of a video, and the samples and the media that show it."""


class Clips(Stage):
    """Cut a clip for each sample: the stretch of its video that its words are about, in a file of its own.

    Which stretch that is, ``rules.stretch`` says: a sample whose words hold times, or depend on more of the
    video, is shown with the whole video, so that nothing it says becomes wrong. ``clip``, ``clip_start`` and
    ``clip_end`` of a sample tell the file and the stretch. All times in the data set stay those of the whole video: a
    moment t is at t - clip_start in the clip. Samples of one stretch share a file. A sample whose words have marks for
    several media has no clip of its own: each clip among its ``media`` has its file; of a group each is cut from its
    own video. Clips of a joined video that has no file are cut from its parts.

    A clip has every frame that begins from its start to before its end, and the first of them is shown at 0; where a
    picture stands for longer than two frames, the one that is on the screen at the start comes first. Frames are
    copied bit for bit but for those between an edge and the next closed group of pictures; where that cannot be done,
    all are encoded as H.264, and the lane ``clips`` says why. Sound is copied in packets.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({CLIPS})
    decodes: ClassVar[bool] = True

    of: list[str] = Field(default_factory=list)
    """Lanes whose spans are cut as well, whether a sample shows them or not: [shots]."""
    tight: bool = True
    """Cut to the stretch from start to end wherever the words allow. false: only what must be shown alone, a
    description of one span or a prediction; all else with the whole video."""
    whole: Literal["copy", "refer"] = "copy"
    """What is shown whole: copy the file as it is, so that the data set needs no other; refer to the video (clip is
    empty then)."""
    sound: bool = True
    """Keep the sound."""
    crf: int = Field(18, ge=0, le=51)
    """Quality of what is encoded: x264's constant rate factor; smaller is better and larger."""
    preset: Preset = "veryfast"
    """x264's trade of time for size."""
    slowest: float = Field(20, gt=0)
    """Seconds that a second of a clip may take; two minutes are added."""
    timeout: float = Field(120, gt=0)
    """Seconds without progress after which the work counts as hung; it is tried twice."""
    max_memory: int = Field(4096, ge=256)
    """MiB of memory that decoding and encoding may take."""

    def lanes_read(self) -> set[str]:
        return {*self.reads, *self.of}

    def run(self, video: Timeline) -> Timeline:
        """Make the files, and name them on the samples and in the lane ``clips``.

        A stretch that cannot be cut is a reject, and so are the samples that need it.

        Raises:
            Failed: ``no_media``: its file has not been probed.
        """
        own = CutSource.of(video)
        wanted: list[_Wanted] = []
        for stretch, samples in stretches(video, self.of, tight=self.tight).items():
            wanted.append((own, stretch, samples, []))
        for stretch, media in own_media(video, "clip").items():
            wanted.append((own, stretch, [], media))
        for member, media in clips_of_group(video):
            wanted.append((CutSource.of_member(video, member), (member.begin, member.finish), [], media))
        spans: dict[str, Span] = {}
        for shown, stretch, samples, media in wanted:
            try:
                span = self._make(video, shown, stretch)
            except Failed as failure:
                lost = samples or showing(video, media)
                reject_samples(video, self.name(), CLIPS, shown.place or stretch, lost, failure)
                continue
            if span is None:
                continue
            name = span.text or ""
            for sample in samples:
                sample.clip, (sample.clip_start, sample.clip_end) = name, stretch
            for medium in media:
                medium.file = name
            spans.setdefault(name, span)
        video.put(CLIPS, spans.values())
        return video

    def _make(self, video: Timeline, shown: CutSource, stretch: Stretch) -> Span | None:
        """The span of the file that shows *stretch* of *shown*; None where that is referred to as it is."""
        place = shown.place or stretch
        if stretch == (0.0, round(shown.seconds, 6)) and (shown.file or self.whole == "refer"):
            if video.media is not None and shown.uri.startswith(f"{FOLDER}/"):  # made for this data set as it is
                return file_span(*place, shown.uri, "whole", shown.content, video.media.bytes, {})
            how = "whole" if self.whole == "copy" else "referred"
            video.report[how] = video.report.get(how, 0) + 1
            return self._copy(video, shown, place) if how == "whole" else None
        span = self._cut(video, shown, stretch, place)
        how = span.label or ""
        video.report[how] = video.report.get(how, 0) + 1
        return span

    def _copy(self, video: Timeline, shown: CutSource, place: Stretch) -> Span:
        """Copy the whole file as it is, under a name in the data set."""
        suffix = PurePosixPath(inner_name(shown.uri)).suffix.lower()
        path = file_path(video, make_id(shown.id, "whole") + (suffix if suffix in VIDEO else ".mp4"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path) as staging:
            with staging.open("wb") as target, source.reachable(shown.file) as uri:
                for block in source.blocks(uri):
                    target.write(block)
            if source.sha256(str(staging)) != shown.content:
                raise Failed("changed", f"{shown.uri}: is not the file any more that was looked at")
            size = staging.stat().st_size
            replace_synced(staging, path)
        return file_span(*place, file_name(path, video), "whole", shown.content, size, {})

    def _cut(self, video: Timeline, shown: CutSource, stretch: Stretch, place: Stretch) -> Span:
        renderer = Renderer(self.crf, self.preset, self.slowest, self.timeout, self.max_memory, CUT_WAYS)
        path = file_path(video, f"{make_id(shown.id, 'clip', *stretch, self.sound, self.crf, self.preset)}.mp4")
        path.parent.mkdir(parents=True, exist_ok=True)
        edit = excerpt(shown.edit, *stretch)
        with local(replace(edit, sound=edit.sound and self.sound)) as there, staged(path) as staging:
            made = make_cut(renderer, there, str(staging))
            path = path.with_suffix(SUFFIXES.get(made.media.container, ".mp4"))
            size, sha256 = staging.stat().st_size, source.sha256(str(staging))
            replace_synced(staging, path)
        for name in ("bytes_copied", "bytes_encoded"):
            video.report[name] = video.report.get(name, 0) + made.done.get(name, 0)
        if made.how == "full":
            why = f"why:{made.reason.replace('_', ' ')}"
            video.report[why] = video.report.get(why, 0) + 1
        about = {"reason": made.reason, "detail": made.detail}
        return file_span(*place, file_name(path, video), made.how, sha256, size, about)

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``12 clips: 9 smart, 2 copy, 1 full (not h264 1); 88 % of the bytes copied. 5 whole videos``."""
        if not totals:
            return None
        ways = [f"{totals[way]:.0f} {way}" for way in ("smart", "copy", "full") if totals.get(way)]
        count = sum(totals.get(way, 0) for way in ("smart", "copy", "full"))
        why = ", ".join(f"{key[4:]} {totals[key]:.0f}" for key in sorted(totals) if key.startswith("why:"))
        share = totals.get("bytes_copied", 0) / max(1, totals.get("bytes_copied", 0) + totals.get("bytes_encoded", 0))
        parts = []
        if count:
            cut_clips = (
                f"{count:.0f} clip{'' if count == 1 else 's'} cut: {', '.join(ways)}{f' ({why})' if why else ''}"
            )
            parts.append(cut_clips + f"; {share:.0%} of the bytes copied".replace("%", " %"))
        for name, verb in (("whole", "copied whole"), ("referred", "shown whole, from where they are")):
            if many := totals.get(name):
                parts.append(f"{many:.0f} video{'' if many == 1 else 's'} {verb}")
        return ". ".join(parts)
