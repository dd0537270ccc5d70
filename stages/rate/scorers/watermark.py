"""Watermarks, by what stays the same in the corners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from ....schemas import Timeline
from .scorer import Over, Rating, Scorer, SpanFrames, batches


class Watermark(Scorer):
    """The value ``watermark``: how much of the most marked corner (0..1) is edges that no shot changes; 0.02 is a mark.

    The attribute ``watermark`` says which corner that is. It is one of the whole video, given to every span: the edges
    of the median picture are those of what stands still while everything else changes. Lines across a whole corner are
    borders of the picture and do not count. It is not known of a video with few spans, or whose middle stays the same.
    Source: the median of gradients over pictures, of Dekel et al., "On the effectiveness of visible watermarks" (2017).
    """

    min_spans: int = Field(8, ge=2)
    """Of fewer spans it is not known: then edges may stay by chance."""
    corner: float = Field(0.3, gt=0, le=0.5)
    """How much of the width and the height a corner has."""

    def values(self) -> set[str]:
        return {"watermark"}

    def attrs(self) -> set[str]:
        return {"watermark"}

    def identity(self) -> str:
        return "1"

    def rate(self, video: Timeline, asked: Sequence[SpanFrames], over: Over | None, device: str) -> list[Rating]:
        from ..lasting_edges import CORNERS, grey, lasting_edges

        if len(asked) < self.min_spans:
            return [Rating() for _ in asked]
        kept: dict[int, Any] = {}  # one picture of each span
        for owners, pictures in batches(asked):
            kept |= {n: grey(picture) for n, picture in zip(owners, pictures, strict=True) if n not in kept}
        if len(kept) < self.min_spans:
            return [Rating() for _ in asked]
        shares = lasting_edges(list(kept.values()), self.corner)
        if shares is None:
            return [Rating() for _ in asked]
        best = max(range(len(CORNERS)), key=lambda n: shares[n])
        where = {"watermark": CORNERS[best]} if shares[best] else {}
        return [Rating({"watermark": shares[best]}, dict(where)) for _ in asked]
