"""Distinct: captions that say what the caption before them said are dropped."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ...rules.lane_kinds import fold
from ...schemas import Timeline
from ..stage import Stage


class Distinct(Stage):
    """Drop every span whose words are nearly those of the span that was kept before it (VideoEspresso).

    Likeness is that of their words, whatever their order: 0 to 100, rapidfuzz's ``token_sort_ratio``.
    """

    reads: ClassVar[frozenset[str]] = frozenset()

    of: str = Field("captions", min_length=1)
    """The lane."""
    max_similarity: float = Field(85.0, gt=0, le=100)
    """From this likeness on a span is dropped. Spans without words stay."""

    def lanes_read(self) -> set[str]:
        return {self.of}

    def run(self, video: Timeline) -> Timeline:
        from rapidfuzz.fuzz import token_sort_ratio

        kept = ""
        spans = sorted(video.lane(self.of), key=lambda span: (span.start, span.end))
        for span in spans:
            words = fold(span.words)
            likeness = token_sort_ratio(words, kept) if words and kept else 0.0
            if likeness >= self.max_similarity:
                said = round(likeness, 1)
                self.drop(video, self.of, span, "like_the_one_before", value=said, threshold=self.max_similarity)
            else:
                kept = words or kept
        video.report["like_the_one_before"] = float(len(spans) - len(video.lane(self.of)))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``distinct: 12 of captions dropped, which say what the one before says``."""
        dropped = int(totals.get("like_the_one_before", 0))
        return f"{self.name()}: {dropped} of {self.of} dropped, which say what the one before says"
