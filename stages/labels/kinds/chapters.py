"""Chapters from a video's description, read as VidChapters-7M reads them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from pydantic import Field

from ....schemas import Reject, clean
from ..label_import import STAGE, TO_THE_END, Labelled, SidecarImporter
from ..table_rows import text_of

_URL = re.compile(r"(?:https?://|www\.)\S+")
_TIME = re.compile(r"(?<![0-9:.])(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})(?![0-9:])")
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")


class Chapters(SidecarImporter):
    """Read the lines of a description that begin a chapter: ``0:00 Intro``.

    Taken only when there is more than one, their times rise, and not every title is a single character
    (VidChapters-7M). A chapter ends where the next begins, the last with the video.
    """

    kind: Literal["chapters"] = "chapters"
    lane: str = "chapters"
    """The lane on which the spans are laid."""
    source: str = Field("description", alias="from", min_length=1)
    """The manifest column with the text; without it, the file beside the video with this ending (video.description)."""

    def suffixes(self) -> tuple[str, ...]:
        return (f".{self.source}", f".{self.source}.txt")

    def attr(self) -> str:
        return self.source

    def parse(self, data: bytes, path: str, found: Labelled) -> None:
        chapters = parse_chapters(clean(text_of(data)))
        if not chapters:
            return
        if why := fault(chapters):
            found.rejects.append(Reject(STAGE, "dropped", why, value=float(len(chapters)), lane=self.lane))
            return
        ends = [*(start for start, _ in chapters[1:]), TO_THE_END]
        for (start, title), end in zip(chapters, ends, strict=True):
            found.add(self.lane, start, end, title, text=title)


def parse_chapters(text: str) -> list[tuple[float, str]]:
    """The (start in seconds, title) of every line of *text* with a time and a title, in order."""
    chapters = []
    for line in text.splitlines():
        line = _URL.sub("", line)
        first = _TIME.search(line)
        if first is None:
            continue
        hours, minutes, rest = (int(part or 0) for part in first.groups())
        title = _ENDS.sub("", _TIME.sub("", line))
        if rest < 60 and (minutes < 60 or not hours) and title:
            chapters.append((hours * 3600.0 + minutes * 60 + rest, " ".join(title.split())))
    return chapters


def fault(chapters: list[tuple[float, str]]) -> str:
    """The reason for which lines with times are no chapters; empty if they are."""
    if len(chapters) < 2:
        return "single_chapter"
    if any(later <= sooner for (sooner, _), (later, _) in pairwise(chapters)):
        return "chapters_do_not_rise"
    if all(len(title) == 1 for _, title in chapters):
        return "chapters_without_titles"
    return ""
