"""HowToCaption's pairs of clips and captions (ninatu/howtocaption)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..lane_format import ExportVideo, LaneFormat
from ..row_text import json_object


class HowToCaption(LaneFormat):
    """HowToCaption: {video: {start [seconds], end [seconds], text [[captions]]}}; a JSON object.

    Captions of the lane ``captions`` that lie on the same stretch stand together; where a caption has a score, or else
    a value ``match``, that stands beside them (``score``, null where it has none).
    """

    name = "howtocaption"

    def encode(self, rows: Iterable[tuple[str, Any]]) -> Iterator[str]:
        return json_object(rows)

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        clips: dict[tuple[float, float], list[tuple[str, float | None]]] = {}
        for caption in video.captions():
            stretch = round(caption.start, 3), round(caption.end, 3)
            score = caption.values.get("match") if caption.score is None else caption.score
            clips.setdefault(stretch, []).append((caption.words, score))
        row: dict[str, Any] = {
            "start": [start for start, _ in clips],
            "end": [end for _, end in clips],
            "text": [[text for text, _ in told] for told in clips.values()],
        }
        if any(score is not None for told in clips.values() for _, score in told):
            row["score"] = [[score for _, score in told] for told in clips.values()]
        yield video.name, row
