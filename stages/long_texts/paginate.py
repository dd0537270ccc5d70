"""Paginate: long texts as pages on a planned timeline, to be read or to be seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Annotated, Self

from pydantic import Field, model_validator

from ...rules.lazy_pattern import lazy
from ...schemas import Dropped, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import Without
from ...schemas.uri import PACKAGE, PLANNED, locate, to_uri
from ...video.edit.edit_list import PIECES, Edit, Piece, lay_pieces
from ..labels.text_rows import DOCUMENTS
from ..stage import Stage

_WORD = lazy(r"\S+")


class Paginate(Stage):
    """Lay texts on pages, which follow one another on a planned timeline: a text becomes a video.

    The lane ``pages`` has what stands on each page, and from when to when it is shown; each text begins on a page of
    its own, and gets the time of its pages. Words follow one another in lines, black on white; nothing is cut off: what
    has no room comes on the next page. ``render`` makes the files. With ``frame: null`` nothing is drawn: pages are
    stretches of the text, as for questions on parts of it. What lies on the video moves with its text; what holds for
    all of it, as questions of label files, holds for all of its pages.
    """

    of: str = Field(DOCUMENTS, min_length=1)
    """The lane of the texts."""
    into: str = Field("pages", min_length=1)
    """The lane of the pages."""
    words: int | None = Field(115, ge=1)
    """At most so many words on a page; null: as many as there is room for."""
    seconds: float = Field(1.0, gt=0)
    """Seconds for which a page is shown."""
    frame: tuple[int, int] | None = (448, 448)
    """Width and height of the pictures, pixels; null: there are none."""
    fps: Annotated[float, Without(frame=None)] = Field(1.0, gt=0, le=60)
    """Frames a second of the video."""
    font_size: Annotated[int, Without(frame=None)] = Field(20, ge=8, le=400)
    """Size of the letters, pixels."""
    margin: Annotated[int, Without(frame=None)] = Field(20, ge=0)
    """Pixels from the edges that are kept free."""
    font: Annotated[str, Without(frame=None)] = ""
    """A .ttf or .otf file, or one in an installed package: pkg://matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf. Without
    it pages are written in letters that have English only; a text with others (é, —, 漢) is a reject, ``no_glyph``."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.frame is None:
            if self.words is None:
                raise ValueError("words: null needs pictures, whose size says how many words have room; set frame too")
            return self
        width, height = self.frame
        if min(width, height) < 64 or width % 2 or height % 2:
            raise ValueError("frame: width and height must be even numbers of 64 or more")
        if min(width, height) - 2 * self.margin < 2 * self.font_size:
            raise ValueError(f"frame: {width} x {height} has no room for letters of {self.font_size} in such a margin")
        if self.seconds * self.fps < 1 - ROUNDING:
            raise ValueError(f"fps: a page of {self.seconds:g} s is not shown at {self.fps:g} frames a second")
        if self.into == self.of:
            raise ValueError(f"into: {self.of} is the lane of the texts: take another name")
        return self

    def lanes_read(self) -> set[str]:
        return {self.of}

    def lanes_written(self) -> set[str]:
        return {self.into, *([PIECES] if self.frame else [])}

    def names_laid(self) -> KnownLanes:
        pages = LaneNames.of(values={"words"}, attrs={"number", "text_number"}, own={"text"})
        return {self.into: pages, self.of: None, **({PIECES: None} if self.frame else {})}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("font",): self.font} if self.font else {}

    def run(self, video: Timeline) -> Timeline:
        """Lay pages, and the plan of their pictures.

        Raises:
            Dropped: ``no_text``: no text of the lane has a word.
            Failed: ``no_glyph``: the font lacks a letter; ``not_found``, ``not_a_font``.
        """
        texts = [span for span in video.lane(self.of) if (span.text or "").strip()]
        if not texts:
            raise Dropped("no_text", detail=f"no span of the lane {self.of} has a text")
        pages: list[Span] = []
        pieces: list[Piece] = []
        moved: list[tuple[Span, float, float]] = []
        numbers = count(1)
        for n, text in enumerate(texts, 1):
            first = len(pages)
            for words, size, picture in self._pages(text.text or "", video.base):
                start = pages[-1].end if pages else 0.0
                end = round(start + self._page_seconds, 6)
                attrs = {"number": str(next(numbers)), "text_number": str(n)}
                pages.append(Span(start, end, words, source="planned", values={"words": float(size)}, attrs=attrs))
                pieces.append(Piece(start, end, picture=picture))
            moved.append((text, pages[first].start, pages[-1].end))
        _move(video, moved, pages)
        video.put(self.into, pages)
        video.duration = pages[-1].end
        video.attrs["text_uri"] = video.uri
        if self.frame:
            video.uri = f"{PLANNED}{video.id}"
            lay_pieces(video, Edit(tuple(pieces), (), *self.frame, self.fps, sound=False))
        video.report |= {"texts": len(texts), "pages": len(pages)}
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``paginate: 3 texts on 120 pages.``"""
        if not totals:
            return None
        return f"{self.name()}: {totals['texts']:.0f} texts on {totals['pages']:.0f} pages."

    @property
    def _page_seconds(self) -> float:
        """Seconds of a page: whole frames."""
        return max(1, round(self.seconds * self.fps)) / self.fps if self.frame else self.seconds

    def _pages(self, text: str, base: str) -> Iterator[tuple[str, int, str]]:
        """The words of each page of *text*, how many they are, and the name of its picture."""
        if self.frame is None:
            found = list(_WORD.finditer(text))
            for n in range(0, len(found), self.words or 1):
                some = found[n : n + (self.words or 1)]
                yield text[some[0].start() : some[-1].end()], len(some), ""
            return
        from ...video.edit.text_page import PageLayout

        uri = self.font if self.font.startswith(PACKAGE) or not self.font else to_uri(os.path.expanduser(self.font))
        layout = PageLayout(*self.frame, self.font_size, self.margin, locate(uri, base) if uri else "")
        for page in layout.pages(text, self.words):
            view = replace(layout.view(page), font=uri)
            yield text[page.start : page.end], page.words, view.name()


def _move(video: Timeline, texts: list[tuple[Span, float, float]], pages: list[Span]) -> None:
    """Give *texts* their new times, and all else that lies on *video* that of the texts at whose edges it lay, or of
    the pages on which the words are among which it lay."""
    starts: dict[float, float] = {}
    ends: dict[float, float] = {}
    inner: list[tuple[float, float, list[Span]]] = []
    for text, start, stop in texts:
        starts.setdefault(text.start, start)
        ends[text.end] = stop
        inner.append((text.start, text.end, [page for page in pages if start <= page.start < stop]))
    whole, end = video.seconds, pages[-1].end

    def start_of(time: float) -> float:
        if time in starts:
            return starts[time]
        page = _page_at(time, inner, 0.5)
        return page.start if page else 0.0 if time <= 0 else end

    def end_of(time: float) -> float:
        if time in ends:
            return ends[time]
        page = _page_at(time, inner, -0.5)
        return page.end if page else end if time >= whole else 0.0

    kept = {id(text) for text, _, _ in texts}
    for text, start, stop in texts:
        text.start, text.end = start, stop
    for lane, spans in list(video.lanes.items()):
        for span in spans:
            if id(span) not in kept:
                span.start, span.end = start_of(span.start), end_of(span.end)
        video.put(lane, spans)
    for sample in video.samples:
        sample.start, sample.end = start_of(sample.start), end_of(sample.end)
        for item in sample.evidence:
            item.start, item.end = start_of(item.start), end_of(item.end)
        sample.params["duration"] = repr(end)


def _page_at(time: float, texts: list[tuple[float, float, list[Span]]], aside: float) -> Span | None:
    """The page with the word at *time*, which lies in one of *texts* (start, end, pages), and *aside* words from it."""
    for start, end, pages in texts:
        if start < time < end:
            left = (time - start) / (end - start) * sum(page.values["words"] for page in pages) + aside
            for page in pages:
                left -= page.values["words"]
                if left < 0:
                    return page
            return pages[-1]
    return None
