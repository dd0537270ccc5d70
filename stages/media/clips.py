"""Clips: make a file of what each sample shows."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import ClassVar, Literal

from pydantic import Field

from ...rules.stretch import Stretch
from ...schemas import Failed, Sample, Span, Timeline, make_id
from ...schemas.atomic_file import replace_synced, staged
from ...schemas.uri import inner_name
from ...video.decode import source
from ...video.edit.cutter import CUT_WAYS, cut, make_cut
from ...video.edit.renderer import Preset, Renderer, local
from ..stage import Stage
from .media_files import (
    CLIPS,
    FOLDER,
    file_name,
    file_path,
    file_span,
    not_rendered,
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


class Clips(Stage):
    """Cut a clip for each sample: the stretch of its video that its words are about, in a file of its own.

    Which stretch that is, ``rules.stretch`` says: a sample whose words hold times, or depend on more of the
    video, is shown with the whole video, so that nothing it says becomes wrong. ``clip``, ``clip_start`` and
    ``clip_end`` of a sample tell the file and the stretch. All times in the data set stay those of the whole video: a
    moment t is at t - clip_start in the clip. Samples of one stretch share a file. A sample whose words have marks for
    several media has no clip of its own: each clip among its ``media`` has its file.

    A clip has every frame that begins from its start to before its end, and the first of them is shown at 0; where a
    picture stands for longer than two frames, the one that is on the screen at the start comes first. Frames are
    copied bit for bit but for those between an edge and the next closed group of pictures; where that cannot be done,
    all are encoded as H.264, and the lane ``clips`` says why. Sound is copied in packets.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({CLIPS})
    decodes: ClassVar[bool] = True
    needs_file: ClassVar[bool] = True

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
        """
        spans: list[Span] = []
        for stretch, samples in stretches(video, self.of, tight=self.tight).items():
            try:
                spans += self._make(video, stretch, samples)
            except Failed as failure:
                reject_samples(video, self.name(), CLIPS, stretch, samples, failure)
        for stretch, media in own_media(video, "clip").items():
            try:
                made = self._make(video, stretch, [])
            except Failed as failure:
                reject_samples(video, self.name(), CLIPS, stretch, showing(video, media), failure)
                continue
            for medium in media if made else ():
                medium.file = made[0].text or ""
            known = {span.text for span in spans}
            spans += [span for span in made if span.text not in known]
        video.put(CLIPS, spans)
        return video

    def _make(self, video: Timeline, stretch: Stretch, samples: list[Sample]) -> list[Span]:
        start, end = stretch
        media = video.media
        if media is None:
            raise not_rendered(video)
        if stretch == (0.0, round(video.seconds, 6)):
            if video.uri.startswith(f"{FOLDER}/"):  # made for this data set as it is
                span = file_span(start, end, video.uri, "whole", media.sha256, media.bytes, {})
            elif self.whole == "refer":
                video.report["referred"] = video.report.get("referred", 0) + 1
                return []
            else:
                span = self._copy(video)
        else:
            span = self._cut(video, start, end)
        for sample in samples:
            sample.clip, sample.clip_start, sample.clip_end = span.text or "", start, end
        if span.text != video.uri:
            label = span.label or ""
            video.report[label] = video.report.get(label, 0) + 1
        return [span]

    def _copy(self, video: Timeline) -> Span:
        """Copy the whole file as it is, under a name in the data set."""
        media = video.media
        assert media is not None
        suffix = PurePosixPath(inner_name(video.uri)).suffix.lower()
        name = make_id(video.id, "whole") + (suffix if suffix in VIDEO else ".mp4")
        path = file_path(video, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path) as staging:
            with staging.open("wb") as target:
                for block in source.blocks(video.file):
                    target.write(block)
            if source.sha256(str(staging)) != media.sha256:
                raise Failed("changed", f"{video.uri}: is not the file any more that was looked at")
            replace_synced(staging, path)
        return file_span(0.0, video.seconds, file_name(path, video), "whole", media.sha256, media.bytes, {})

    def _cut(self, video: Timeline, start: float, end: float) -> Span:
        renderer = Renderer(self.crf, self.preset, self.slowest, self.timeout, self.max_memory, CUT_WAYS)
        path = file_path(video, f"{make_id(video.id, 'clip', start, end, self.sound, self.crf, self.preset)}.mp4")
        path.parent.mkdir(parents=True, exist_ok=True)
        with local(cut(video, start, end, sound=self.sound)) as edit, staged(path) as staging:
            made = make_cut(renderer, edit, str(staging))
            path = path.with_suffix(SUFFIXES.get(made.media.container, ".mp4"))
            size, sha256 = staging.stat().st_size, source.sha256(str(staging))
            replace_synced(staging, path)
        for name in ("bytes_copied", "bytes_encoded"):
            video.report[name] = video.report.get(name, 0) + made.done.get(name, 0)
        if made.how == "full":
            why = f"why:{made.reason.replace('_', ' ')}"
            video.report[why] = video.report.get(why, 0) + 1
        return file_span(
            start, end, file_name(path, video), made.how, sha256, size, {"reason": made.reason, "detail": made.detail}
        )

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
