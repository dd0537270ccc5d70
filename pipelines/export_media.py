"""What an export opens for samples whose words have marks for several pictures and clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from ..export.format import ExportItem, Format, MediumFile, Unsupported, find_formats
from ..rules.media_parts import MarksDiffer, is_picture, media_parts
from ..schemas import Media, Medium, Message, Sample
from ..schemas.name_hashes import NameSet, NameTable
from ..schemas.sample import MEDIA_MARKS
from ..stages.media.media_files import CLIPS, LANES, NEAR
from .export_rows import video_batches
from .yaml.complaints import listed

CLIP = f"lane_{CLIPS}"
SEVERAL, IMAGE = "several_media", "shows_an_image"
"""Why a layout that shows one video leaves samples out."""


def shows_others(sample: Sample) -> bool:
    """Whether all that *sample* shows is of other videos, or in files, so that its own row needs none."""
    return bool(sample.media) and all(medium.video or medium.file for medium in sample.media)


def with_image(sample: Sample) -> Sample:
    """*sample*, which is about an image, with its mark before the first question, as trainers want it."""
    if sample.media or sample.text_only:
        return sample
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    first = next((n for n, turn in enumerate(turns) if turn.role == "user"), 0)
    marked = replace(turns[first], content=f"{MEDIA_MARKS['image']}\n{turns[first].content}")
    return replace(sample, messages=[*turns[:first], marked, *turns[first + 1 :]], media=[Medium("image")])


def media_hint(left: Mapping[str, int], name: str) -> str:
    """Which formats have a place for what the format *name* has *left* out for want of one; empty: nothing."""
    if not (several := left.get(SEVERAL, 0)) and not left.get(IMAGE, 0):
        return ""
    able = sorted(one for one, format in find_formats().items() if format.holds_media)
    what = "several pictures or clips" if several else "a picture"
    return f"{name} shows one video and has no place for {what}: take {listed(able)}."


class MediaFiles:
    """The files of the media of samples of the data set in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def shown(self, item: ExportItem, format: Format, find: Callable[[str], str]) -> ExportItem:
        """*item* with the files of its media, where it has some or is about an image; *find* gives what is opened.

        Raises:
            Unsupported: *format* has no place for them, or they are not what the words have marks for.
        """
        item = replace(item, image=item.uri in self.stills and not item.sample.text_only)
        if item.image and format.holds_media:
            item = replace(item, sample=with_image(item.sample))
        elif item.image and not (format.of_pictures or item.sample.media):
            raise Unsupported(IMAGE)
        if not item.sample.media:
            return item
        if not format.holds_media:
            raise Unsupported(SEVERAL)
        try:
            media_parts(item.sample)
        except MarksDiffer:
            raise Unsupported("marks_differ") from None
        return replace(item, media=tuple(self.files(item.sample, item.uri, find)))

    def files(self, sample: Sample, own: str, find: Callable[[str], str]) -> Iterator[MediumFile]:
        """The file of each of the media of *sample*, of the video *own*; *find* gives what is opened for a uri.

        A picture of a video that was not written has no path.
        """
        for medium in sample.media:
            uri = medium.video or own
            file = medium.file or (self._written.get((uri, medium.start, medium.end), "") if medium.video else "")
            if file or medium.kind == "image":
                known = file or (uri if is_picture(uri) else "")
                yield MediumFile(medium.kind, find(known) if known else "")
                continue
            length = (self._lengths.get(uri) or [0.0])[0]
            whole = medium.start <= NEAR and 0 < length <= medium.end + NEAR
            yield MediumFile("clip", find(uri), None if whole else (medium.start, medium.end))

    @cached_property
    def _written(self) -> dict[tuple[str, float, float], str]:
        """The files that show a stretch or a moment of a video, by its uri and their times."""
        found = {}
        lanes = sorted(f"lane_{lane}" for lane in LANES)
        for batch in video_batches(self.folder, ["uri", *lanes], "files of videos"):
            there = [lane for lane in lanes if lane in batch.schema.names]
            for row in batch.to_pylist() if there else ():
                for span in (span for lane in there for span in row[lane] or () if not span["label"] or lane == CLIP):
                    if (self.folder / span["text"]).is_file():  # a mixture has those of its own samples alone
                        found[row["uri"], span["start"], span["end"]] = span["text"]
        return found

    @cached_property
    def stills(self) -> NameSet:
        """The uris of the videos that are images."""
        found = NameSet()
        for batch in video_batches(self.folder, ["uri", "media"], "kinds of videos"):
            for uri, media in zip(batch.column("uri").to_pylist(), batch.column("media").to_pylist(), strict=True):
                if media and Media(**media).is_still:
                    found.add(uri)
        return found

    @cached_property
    def _lengths(self) -> NameTable:
        """The seconds of every video, by uri, those without samples of their own too; 0: not known."""
        rows = video_batches(self.folder, ["uri", "duration"], "lengths of videos", ended=True)
        return NameTable(
            (one.column("uri").to_pylist(), [length or 0.0 for length in one.column("duration").to_pylist()])
            for one in rows
        )
