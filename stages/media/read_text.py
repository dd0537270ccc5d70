"""Read text: the words that stand in the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import Field

from ...schemas import Failed, MissingExtra, Span, Timeline, make_id
from ...schemas.lane_names import KnownLanes, LaneNames
from ..stage import Stage

EXTRA = "read_text needs RapidOCR: pip install 'vdata-toolkit[ocr]'"
MODELS = "read_text needs a RapidOCR that brings its models: pip install --upgrade 'vdata-toolkit[ocr]' rapidocr"
BATCH = 8
"""The number of pictures that are held in memory at a time."""
ROUNDED = 1e-3
"""Seconds; what is wider than asked for by less is so by rounding."""


class ReadText(Stage):
    """Read the words in the keyframes (OCR): signs, titles, slides, subtitles that are part of the picture.

    Lays a span for each line, with its text, its score and its box: the values x0, y0, x1, y1, shares of the picture
    from its upper left corner. A line that several keyframes in a row show is one span. Between the last keyframe
    without it and the first that has it the start is looked for, and its end likewise, by reading its box again in a
    few frames between (see ``edges``); the values start_within and end_within say by how many seconds either may still
    be wrong. Where that cannot be told, as of a line that moves, the times are those for which the keyframes stand
    (half-way to the next, within the shot). The models (RapidOCR's PP-OCR, Latin and Chinese script) come with its
    package; nothing is downloaded.
    """

    version: ClassVar[str] = "2"

    reads: ClassVar[frozenset[str]] = frozenset({"media", "keyframes"})
    uses: ClassVar[frozenset[str]] = frozenset({"shots"})
    writes: ClassVar[frozenset[str]] = frozenset({"texts"})
    decodes: ClassVar[bool] = True

    of: str = Field("keyframes", min_length=1)
    """The lane of the points in time that are read."""
    shots: str = Field("shots", min_length=1)
    """The lane of the shots that the points belong to."""
    into: str = Field("texts", min_length=1)
    """The lane that the lines are written to."""
    min_score: float = Field(0.7, ge=0, le=1)
    """Readings with a lower score are not taken."""
    min_letters: int = Field(2, ge=1)
    """Readings with fewer letters and digits are not taken."""
    same: float = Field(0.85, ge=0, le=1)
    """Likeness from which the lines of two keyframes in a row are the same line."""
    max_frames: int = Field(120, ge=1)
    """At most so many keyframes of a video are read, evenly chosen; reading one takes some tenths of a second."""
    edges: float | None = Field(0.1, ge=0)
    """Start and end of a line are right to so many seconds; a cut at which it comes or goes is exact.

    Reading a box again takes some hundredths of a second. 0.1 takes about six frames for each edge when keyframes are
    two seconds apart; of lines that come or go together, one is looked for and two frames of each other are read. It
    is some three times the work of reading the keyframes alone where every keyframe has a line of its own, and none
    where none has. 0 or null: edges are not looked for.
    """
    width: int = Field(960, ge=64, le=2000)
    """Pictures that are wider are made this wide, pixels; small print may need more."""
    threads: int = Field(1, ge=1)
    """Threads that the reader may use."""

    def lanes_read(self) -> set[str]:
        return {"media", self.of}

    def extras(self) -> set[str]:
        return {"ocr"}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        values = {"x0", "y0", "x1", "y1", "frames", "start_within", "end_within"}
        return {self.into: LaneNames.of(values=values, own={"text", "score"})}

    def ready(self) -> None:
        from importlib.util import find_spec

        if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
            raise MissingExtra(EXTRA)
        from ...video.decode.ocr import models

        if not models():
            raise MissingExtra(MODELS)

    def run(self, video: Timeline) -> Timeline:
        """Lay the lines on *video*.

        Raises:
            Failed: the pictures cannot be decoded, or ``not_readable``: the reader broke off.
        """
        from ...video.decode.ocr import intervals, join

        points = self._points(video)
        times = [point.start for point in points]
        pages: list[Any] = []
        for at in range(0, len(times), BATCH):
            some = times[at : at + BATCH]
            for time, picture in zip(some, self._pictures(video, some), strict=True):
                pages.append([line for line in self._lines(video, picture, time) if self._taken(line)])
        stretches = intervals(points, video.lane(self.shots), video.seconds)
        pages = [(start, end, lines) for (start, end), lines in zip(stretches, pages, strict=True)]
        runs = join(pages, self.same)
        within = self._edges(video, times, pages, runs) if self.edges else []
        spans = []
        for n, run in enumerate(runs):
            values = dict(zip(("x0", "y0", "x1", "y1"), (round(side, 4) for side in run.line.box), strict=True))
            values["frames"] = float(run.frames)
            if within:
                values["start_within"], values["end_within"] = (round(seconds, 4) for seconds in within[n])
            score = round(run.line.score, 4)
            spans.append(Span(run.start, run.end, text=run.line.text, score=score, source="measured", values=values))
        video.put(self.into, spans)
        self._report(video)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """How many edges of lines could not be told better than by the keyframes."""
        if not (wide := int(totals.get("wide", 0))):
            return None
        return (
            f"{self.name()}: {wide} of {totals['edges']:.0f} starts and ends of lines are as wide as the keyframes are "
            "apart, for the lines move; the values start_within and end_within say how wide"
        )

    def _edges(self, video: Timeline, times: list[float], pages: list[Any], runs: list[Any]) -> list[Any]:
        """Give *runs* their edges; by how many seconds each start and end may be wrong."""
        from ...video.decode.ocr import read_again, text_similarity
        from ...video.decode.text_edges import EdgeFinder

        def has(picture: Any, line: Any, time: float) -> bool:
            text = self._reading(video, time, read_again, picture, line, self.threads)
            return text_similarity(text, line.text) >= self.same

        def shows(picture: Any, line: Any, time: float) -> bool:
            lines = self._lines(video, picture, time)
            return any(text_similarity(one.text, line.text) >= self.same for one in lines)

        def look(some: list[float]) -> list[Any]:
            return self._pictures(video, some)

        cuts = sorted(shot.start for shot in video.lane(self.shots))
        finder = EdgeFinder(times, pages, cuts, self.edges or 0.0, look, has, shows, BATCH)
        return finder.find(runs)

    def _report(self, video: Timeline) -> None:
        """Count the edges of the lines that were looked for, and those that stayed wide."""
        lines = [line.values for line in video.lane(self.into) if "start_within" in line.values]
        within = [values[name] for values in lines for name in ("start_within", "end_within")]
        if self.edges and within:
            video.report["edges"] = len(within)
            video.report["wide"] = sum(seconds > self.edges + ROUNDED for seconds in within)

    def _pictures(self, video: Timeline, times: list[float]) -> list[Any]:
        from ...video.decode.frames import fetch

        if video.planned:
            from ...video.edit import edit_frames
            from ...video.edit.edit_list import edit_of

            return edit_frames.fetch(edit_of(video, video.base), times, width=self.width)
        return fetch(video.file, times, width=self.width)

    def _lines(self, video: Timeline, picture: Any, time: float) -> list[Any]:
        from ...video.decode.ocr import read

        found: list[Any] = self._reading(video, time, read, picture, self.threads)
        return found

    def _reading(self, video: Timeline, time: float, reader: Callable[..., Any], *given: Any) -> Any:
        """What *reader* makes of what is *given*."""
        try:
            return reader(*given)
        except Exception as error:
            raise Failed("not_readable", f"{video.uri} at {time:g} s: {error}") from error

    def _points(self, video: Timeline) -> list[Span]:
        """The points that are read."""
        points = video.lane(self.of)
        count = min(self.max_frames, len(points))
        return [points[int((n + 0.5) * len(points) / count)] for n in range(count)]

    def _taken(self, line: Any) -> bool:
        return line.score >= self.min_score and sum(map(str.isalnum, line.text)) >= self.min_letters

    # The result is kept by content: reading is the dearest of the stages without a teacher.

    def cache_key(self, video: Timeline) -> str | None:
        if video.media is None or not video.media.sha256:
            return None
        points = [(point.start, point.attrs.get("shot", "")) for point in video.lane(self.of)]
        shots = [(shot.id, shot.start, shot.end) for shot in video.lane(self.shots)]
        return make_id(video.media.sha256, points, shots, video.seconds)

    def cache_settings(self) -> str:
        from importlib.metadata import version

        return f"{self.model_dump_json(exclude={'threads'})} rapidocr {version('rapidocr')}"

    def freeze(self, video: Timeline) -> bytes:
        lines = [(line.start, line.end, line.text, line.score, line.values) for line in video.lane(self.into)]
        return json.dumps(lines).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        spans = [
            Span(start, end, text=text, score=score, source="measured", values=values)
            for start, end, text, score, values in json.loads(data)
        ]
        video.put(self.into, spans)
        self._report(video)
