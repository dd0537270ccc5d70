"""Read text: the words that stand in the picture."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import Field

from ...schemas import Failed, MissingExtra, Span, Timeline, make_id
from ..stage import Stage

EXTRA = "read_text needs RapidOCR: pip install 'vdata-toolkit[ocr]'"
MODELS = "read_text needs a RapidOCR that brings its models: pip install --upgrade 'vdata-toolkit[ocr]' rapidocr"
BATCH = 8
"""The number of pictures that are held in memory at a time."""


class ReadText(Stage):
    """Read the words in the keyframes (OCR): signs, titles, slides, subtitles that are part of the picture.

    Lays a span for each line, with its text, its score and its box: the values x0, y0, x1, y1, shares of the picture
    from its upper left corner. A line that several keyframes in a row show is one span. Its times are those for which
    the keyframes stand (half-way to the next, within the shot), so that more keyframes give better times. The models
    (RapidOCR's PP-OCR, Latin and Chinese script) come with its package; nothing is downloaded.
    """

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
    width: int = Field(960, ge=64, le=2000)
    """Pictures that are wider are made this wide, pixels; small print may need more."""
    threads: int = Field(1, ge=1)
    """Threads that the reader may use."""

    def lanes_read(self) -> set[str]:
        return {"media", self.of}

    def lanes_written(self) -> set[str]:
        return {self.into}

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
        from ...video.decode.frames import fetch
        from ...video.decode.ocr import intervals, join, read

        points = self._points(video)
        pages = []
        times = intervals(points, video.lane(self.shots), video.seconds)
        for at in range(0, len(points), BATCH):
            some = points[at : at + BATCH]
            pictures = fetch(video.file, [point.start for point in some], width=self.width)
            for point, picture, (start, end) in zip(some, pictures, times[at : at + BATCH], strict=True):
                try:
                    lines = read(picture, self.threads)
                except Exception as error:
                    raise Failed("not_readable", f"{video.uri} at {point.start:g} s: {error}") from error
                pages.append((start, end, [line for line in lines if self._taken(line)]))
        spans = []
        for run in join(pages, self.same):
            box = dict(zip(("x0", "y0", "x1", "y1"), (round(side, 4) for side in run.line.box), strict=True))
            values = {**box, "frames": float(run.frames)}
            score = round(run.line.score, 4)
            spans.append(Span(run.start, run.end, text=run.line.text, score=score, source="measured", values=values))
        video.put(self.into, spans)
        return video

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
