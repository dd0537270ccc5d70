"""CompositionCap's captions of regions by attribute (adobe-research/CompositionCap)."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ...rules import masks
from ...rules.caption_parts import is_part
from ...schemas import Box, Span
from ..format import Unsupported
from ..lane_format import ExportVideo, LaneFormat

LANE, WHOLE = "attributes", "overview"


class CompositionCap(LaneFormat):
    """CompositionCap: file_name, height, width, entities (mask, attributes by name, dense caption), global caption.

    A JSON array, a row a picture or video. The lane ``attributes`` has a caption of each region in parts, ``overview``
    one of the whole. A mask is that at the middle of the region's time, written as the authors do: the bytes of height
    x width zeros and ones, gzip, base64; a region without an outline has the rectangle of its box. ``time`` is ours.
    """

    name = "compositioncap"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        regions = [span for span in video.timeline.lane(LANE) if span.boxes]
        if not regions:
            raise Unsupported("no_regions")
        media = video.timeline.media
        if media is None or not media.width or not media.height:
            raise Unsupported("picture_size_unknown")
        yield {
            "file_name": PurePosixPath(video.timeline.uri).name,
            "height": media.height,
            "width": media.width,
            "entities": [_entity(span, media.width, media.height) for span in regions],
            "global_caption": " ".join(span.text for span in video.timeline.lane(WHOLE) if span.text),
        }


def _entity(span: Span, width: int, height: int) -> dict[str, Any]:
    middle = (span.start + span.end) / 2
    box = min(span.boxes, key=lambda one: abs(one.time - middle))
    told = {name: text for name, text in span.attrs.items() if is_part(name) and text}
    dense = told.pop("overall", "") or span.text or ""
    return {
        "mask": packed(box, width, height),
        "attribute_captions": told,
        "dense_caption": dense,
        "time": round(box.time, 3),
    }


def packed(box: Box, width: int, height: int) -> str:
    """The outline of *box*, or its rectangle, in a picture of this size: base64 of gzip of its bytes, row by row."""
    import numpy as np

    if box.mask:
        grid = masks.read(box.mask)
    else:
        grid = np.zeros((height, width), bool)
        rows, columns = (
            (round(box.top * height), round(box.bottom * height)),
            (round(box.left * width), round(box.right * width)),
        )
        grid[slice(*rows), slice(*columns)] = True
    return base64.b64encode(gzip.compress(grid.astype(np.uint8).tobytes(), mtime=0)).decode()
