"""What an annotation tool is given to review: samples, or spans of a lane, as texts, with the files that it shows."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from ..rules.reviews import OF_SAMPLE, OF_SPAN, content_of, content_of_span, evidence_text, lines_of, times_text
from ..schemas.ids import make_id
from ..schemas.name_hashes import NameSet
from ..schemas.uri import inner_name, is_url
from .format import ExportItem, Format, Omit, Shards
from .lane_format import ExportVideo, LaneFormat, OmitVideo

MEDIA = "media"
"""The folder of the videos and clips in a folder to review."""
PLAYED = (".mp4", ".m4v", ".webm", ".ogv", ".mov")
"""The endings of files that browsers play."""
MEDIA_FILES = f"{MEDIA}/{'[0-9a-f]' * 24}.*"
"""A pattern of the files in it."""


class ReviewFolder(Format):
    """A format that writes a folder to review: what is to be read, and the videos in a folder ``media`` of it."""

    folder = True
    suffix = ""
    words = False

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        media = MediaFolder(path / MEDIA, shards.media)
        self.lay(path, sample_items(items, media, leave), titles(None), "vdata_samples")

    def lay(self, path: Path, items: Iterable[ReviewItem], names: Mapping[str, str], dataset: str) -> None:
        """Write what the tool reads into the folder *path*.

        *names* are the texts that can be corrected, with their titles; *dataset* is how the whole is called.
        """
        raise NotImplementedError

    def strange(self, folder: Path) -> str:
        """As for other formats, file by file: what people have put between the media is not replaced."""
        there = [
            path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir() or not any(path.iterdir())
        ]
        names = ((path.relative_to(folder).as_posix(), path.is_file()) for path in sorted(there))
        return next((name for name, file in names if not file or not self._owns(name)), "")

    def _owns(self, name: str) -> bool:
        return any(fnmatchcase(name, own) and name.count("/") == own.count("/") for own in self.own_files)


class ReviewLaneFolder(ReviewFolder, LaneFormat):
    """The same of the spans of a lane."""

    lane: str | None = "captions"

    def write_videos(self, videos: Iterable[ExportVideo], path: Path, leave: OmitVideo, shards: Shards) -> None:
        path.mkdir()
        lane, media = self.lane or "", MediaFolder(path / MEDIA, shards.media)
        self.lay(path, span_items(videos, lane, media, leave), titles(lane), f"vdata_{lane}")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to review."""

    id: str
    video: str
    """What is shown: a URL, or a path of the media folder."""
    known: dict[str, Any]
    """What identifies it when it comes back; texts and numbers."""
    texts: dict[str, str]
    """What can be corrected: the names are those of OF_SAMPLE or OF_SPAN."""


@dataclass(slots=True)
class MediaFolder:
    """Lays the files that items show into the folder *path*: as links where the file system has them, or as copies."""

    path: Path
    wanted: bool = True
    """Whether files are laid there; otherwise items name them where they are."""
    _there: NameSet = field(default_factory=NameSet)

    def place(self, video: str) -> str | None:
        """What to show for *video*, a path or a URL; None: there is no such file."""
        if is_url(video) or not self.wanted:
            return video
        ending = PurePosixPath(inner_name(video)).suffix.lower()
        ending = ending if re.fullmatch(r"\.[a-z0-9]{1,10}", ending) else ".mp4"
        name = make_id(video) + ending
        if video not in self._there:
            file = Path(video)
            if not file.is_file():
                return None
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file.resolve(), self.path / name)
            except OSError:  # another file system, or one without links
                shutil.copyfile(file, self.path / name)
            self._there.add(video)
        return f"{MEDIA}/{name}"


def sample_items(items: Iterable[ExportItem], media: MediaFolder, leave: Omit) -> Iterator[ReviewItem]:
    """The samples in *items* that a person can review, and that can come back."""
    for item in items:
        sample = item.sample
        if item.made:
            leave(item, "made_video")
        elif (video := media.place(item.video)) is None:
            leave(item, "no_video_file")
        else:
            texts = {
                "question": sample.question,
                "options": lines_of(sample.options),
                "answer": sample.answer,
                "evidence": evidence_text(sample.evidence),
            }
            shift = sample.clip_start or 0.0 if sample.clip else 0.0
            known = _known("", content_of(sample), item.source_uri, sample.start + shift, sample.end + shift, shift)
            yield ReviewItem(sample.id, video, {**known, "task": sample.task}, texts)


def span_items(videos: Iterable[ExportVideo], lane: str, media: MediaFolder, leave: OmitVideo) -> Iterator[ReviewItem]:
    """The spans of *lane* with words, of the *videos* that have a file."""
    for video in videos:
        spans = [span for span in video.timeline.lane(lane) if span.words]
        if not spans:
            leave(video, f"no_{lane}")
        elif (shown := media.place(video.video)) is None:
            leave(video, "no_video_file")
        else:
            for span in spans:
                known = _known(lane, content_of_span(span), video.timeline.uri, span.start, span.end, 0.0)
                yield ReviewItem(span.id, shown, known, {"text": span.words, "times": times_text(span.start, span.end)})


def _known(lane: str, content: str, uri: str, start: float, end: float, shift: float) -> dict[str, Any]:
    times = {"start": round(start, 6), "end": round(end, 6), "shift": round(shift, 6)}
    return {"lane": lane, "content": content, "video_name": uri, **times}


def titles(lane: str | None) -> Mapping[str, str]:
    """The texts that can be corrected, with their titles: those of samples, or those of spans of *lane*."""
    return OF_SAMPLE if lane is None else OF_SPAN


def unplayed_hint(folder: Path) -> str:
    """What to say of files in *folder* that browsers may not play; empty where there are none."""
    endings = sorted({file.suffix for file in (folder / MEDIA).glob("*")} - set(PLAYED))
    if not endings:
        return ""
    return f" Browsers may not play {', '.join(endings)}: export a build with output: {{media: clips}}, or as mp4."
