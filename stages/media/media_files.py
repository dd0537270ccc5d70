"""The files that are made to show samples: their names, and the lanes that list them.

``clips`` has a span for each stretch that is in a file, ``frames`` a point for each picture: the file is its text,
``sha256`` one of its attrs, ``bytes`` one of its values. Samples refer to the files by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...rules.stretch import Stretch, stretch_of
from ...schemas import Failed, Measured, Medium, Reject, Sample, Span, Timeline

FOLDER = "media"
"""The name by which rows know ``Timeline.folder``."""
CLIPS, FRAMES = "clips", "frames"
LANES = (CLIPS, FRAMES)
NEAR = 0.05
"""Seconds by which a stretch may be shorter than its video and still be the whole video."""


def stretches(
    video: Timeline, lanes: Iterable[str] = (), *, tight: bool, points: bool = False
) -> dict[Stretch, list[Sample]]:
    """The samples of *video* by the stretch that they are shown with (seconds), in order.

    The whole video is 0 to its duration. The spans of *lanes* are stretches too, whether a sample shows them or not.
    With *points*, what is about one picture has a stretch without length.
    """
    end = round(video.seconds, 6)
    by_stretch: dict[Stretch, list[Sample]] = {}

    def of(first: float, last: float, near: float = NEAR) -> list[Sample]:
        first, last = round(max(first, 0.0), 6), round(min(last, end), 6)
        whole = (last <= first and near > 0) or (first <= near and last >= end - near)
        return by_stretch.setdefault((0.0, end) if whole else (first, last), [])

    for span in (span for lane in lanes for span in video.lane(lane)):
        if span.start < min(span.end, end):
            of(span.start, span.end)
    for sample in video.samples:
        if sample.text_only or sample.media:  # the files of media stand with them
            continue
        if points and sample.params.get("medium") == "image":
            point = round(sample.start, 6)
            by_stretch.setdefault((point, point), []).append(sample)
            continue
        if sample.seen is not None:  # not a moment more
            of(*sample.seen, near=0.0).append(sample)
            continue
        of(*(stretch_of(sample, tight=tight) or (0.0, end))).append(sample)
    return dict(sorted(by_stretch.items()))


def own_media(video: Timeline, kind: str) -> dict[Stretch, list[Medium]]:
    """The media of the samples of *video* of this *kind* that show *video* itself, by their stretch, in order."""
    found: dict[Stretch, list[Medium]] = {}
    for medium in (medium for sample in video.samples for medium in sample.media):
        if medium.kind == kind and medium.video in ("", video.uri) and not medium.file:
            found.setdefault((round(medium.start, 6), round(medium.end, 6)), []).append(medium)
    return dict(sorted(found.items()))


def showing(video: Timeline, media: Iterable[Medium]) -> list[Sample]:
    """The samples of *video* that have one of *media*."""
    wanted = {id(medium) for medium in media}
    return [sample for sample in video.samples if any(id(medium) in wanted for medium in sample.media)]


def file_path(video: Timeline, name: str) -> Path:
    """Where the file *name*, below the folder of made files, lies on this machine."""
    if not video.folder or not re.fullmatch(r"\w[\w-]*(?:/\w[\w-]*)?\.\w+", name, re.ASCII):
        raise ValueError(f"{video.uri}: no folder for its files, or {name!r} cannot be a file's name")
    return Path(video.folder) / name


def file_name(path: Path, video: Timeline) -> str:
    """The name in the data set of the made file *path*."""
    return f"{FOLDER}/{path.relative_to(video.folder).as_posix()}"


def files_in_lanes(video: Timeline, lanes: Iterable[str] = LANES) -> dict[str, tuple[str, int]]:
    """SHA-256 and bytes of the files that *lanes* of *video* list, by name in the data set."""
    spans = (span for lane in lanes for span in video.lane(lane))
    return {span.text: (span.attrs["sha256"], int(span.values["bytes"])) for span in spans if span.text}


def file_span(
    start: float, end: float, file: str, label: str, sha256: str, size: int, about: Mapping[str, str]
) -> Span:
    """The span that lists a made file."""
    attrs = {"sha256": sha256, **{name: text for name, text in about.items() if text}}
    return Span(start, end, file, label, source="made", values={"bytes": float(size)}, attrs=attrs)


def reject_samples(
    video: Timeline, stage: str, lane: str, stretch: Stretch, samples: list[Sample], failure: Failed
) -> None:
    """Reject the *samples* whose stretch could not be made."""
    lost = {id(sample) for sample in samples}
    video.samples = [sample for sample in video.samples if id(sample) not in lost]
    measured = Measured(value=failure.value, detail=f"{failure.detail} ({len(samples)} samples)")
    video.rejects.append(Reject.of_span(stage, "failed", failure.reason, lane, Span(*stretch), **measured))
