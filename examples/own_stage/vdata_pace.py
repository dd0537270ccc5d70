"""A stage of one's own: how fast a video is cut."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from pydantic import Field

from vdata.schemas import Dropped, Span, Timeline
from vdata.stages import Stage


class Pace(Stage):
    """Lay a lane of stretches that are cut fast or slowly, and drop videos that are cut too fast.

    Shots that follow each other and are all shorter than ``fast`` make a fast stretch, the others a slow one.
    """

    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"shots"})
    writes: ClassVar[frozenset[str]] = frozenset({"pace"})

    fast: float = Field(3.0, gt=0)
    """Seconds; shorter shots are fast."""
    max_cuts: float | None = Field(None, gt=0)
    """Cuts a minute; a video with more is dropped. None: no video is."""

    def run(self, video: Timeline) -> Timeline:
        """Lay the lane ``pace``; each stretch has its cuts a minute in ``values``.

        Raises:
            Dropped: ``too_many_cuts``, with the cuts a minute.
        """
        shots = video.lane("shots")
        if self.max_cuts is not None and (cuts := cuts_a_minute(shots)) > self.max_cuts:
            raise Dropped("too_many_cuts", value=cuts, threshold=self.max_cuts)
        stretches = []
        for fast, group in groupby(shots, lambda shot: shot.seconds < self.fast):
            some = list(group)
            text = "The cuts follow each other fast." if fast else "The picture stays for a long time."
            stretch = Span(some[0].start, some[-1].end, text, "fast" if fast else "slow", source="measured")
            stretch.values["cuts_a_minute"] = cuts_a_minute(some)
            stretches.append(stretch)
        video.put("pace", stretches)
        return video


def cuts_a_minute(shots: list[Span]) -> float:
    """Cuts between *shots*, which follow each other, for a minute of them; 0 when there are none."""
    seconds = sum(shot.seconds for shot in shots)
    return round(60 * (len(shots) - 1) / seconds, 3) if seconds > 0 else 0.0
