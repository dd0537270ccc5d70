"""Which are kept when the vectors of spans are compared: one of those that are alike, or those far from one another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...rules.neighbours.vector_grid import VectorGrid, random_order
from ...rules.neighbours.vector_source import VectorSource
from ...schemas import Span, Timeline
from ...schemas.settings_model import OnlyWith
from .condition import Breach
from .measure import Measure
from .selection import ALMOST, VIDEO, ComparedSpan, LostPlace, MeasureName, Selection


class VectorSelection(Selection):
    """A choice by how far the vectors of spans are from one another: cosine distance, from 0 (the same direction) to
    2."""

    by_vectors: ClassVar[bool] = True

    per: Literal["corpus", "video"] = "corpus"
    """Compare over all videos, or the spans of each video by themselves."""

    @property
    def within_videos(self) -> bool:
        return self.per == VIDEO

    def value(self, measures: Mapping[str, Measure], video: Timeline, span: Span) -> float | None:
        return None if span.vector is None else super().value(measures, video, span)

    def losses_among(
        self, candidates: Sequence[ComparedSpan], source: VectorSource, folder: Path | None, seed: int
    ) -> dict[int, LostPlace]:
        """Those of *candidates* that are not kept, by their index; their vectors come from *source*.

        Args:
            folder: where the vectors lie meanwhile; None: in memory.
        """
        order = random_order(seed, [(one.video, one.place) for one in candidates])
        grid = source.laid([(candidates[n].video, candidates[n].place) for n in order], folder)
        return self.lost_on_grid([candidates[n] for n in order], grid, seed, order)

    def lost_on_grid(
        self, candidates: Sequence[ComparedSpan], grid: VectorGrid, seed: int, names: Sequence[int]
    ) -> dict[int, LostPlace]:
        """Those of *candidates* that are not kept, by their *names*; they are in a random order, that of *grid*."""
        raise NotImplementedError


class Dissimilar(VectorSelection):
    """One of those whose vectors are alike: the best, and no two that are kept are alike."""

    distance: float = Field(0.05, gt=0, lt=1)
    """Two are alike when the cosine distance of their vectors is so small. It depends on the model: look at the values
    of the rejects."""
    by: MeasureName | None = None
    """The measure by which one of those that are alike is the best: ``beauty``; none: a hash of the ids decides."""
    best: Annotated[Literal["highest", "lowest"], OnlyWith("by")] = "highest"
    """Which numbers are the best."""

    def lost_on_grid(
        self, candidates: Sequence[ComparedSpan], grid: VectorGrid, seed: int, names: Sequence[int]
    ) -> dict[int, LostPlace]:
        import numpy as np

        from ...rules.neighbours.alike import keep_apart

        values = np.array([one.value for one in candidates], np.float64)
        order = np.argsort(-values if self.best == "highest" else values, kind="stable")
        found = keep_apart(grid, order, self.distance, seed)
        lost: dict[int, LostPlace] = {}
        for n in np.flatnonzero(found.kept != np.arange(len(candidates))).tolist():
            like = candidates[int(found.kept[n])]
            value = round(float(found.distance[n]), 4)
            lost[names[n]] = LostPlace(self.distance, len(candidates), value, (like.video, like.place))
        return lost

    def breach(self, value: float, loss: LostPlace, where: str) -> Breach:
        video, place = loss.like or ("", 0)
        better = f", which is better by {self.by}" if self.by else ""
        detail = f"like span {place} of {video}{better}; compared with {loss.among} {where}"
        return Breach("alike", loss.value, loss.threshold, detail)


class Diverse(VectorSelection):
    """Those whose vectors are farthest from one another: they cover what all show (greedy k-center)."""

    count: int | None = Field(None, ge=1)
    """How many are kept."""
    share: float | None = Field(None, gt=0, le=1)
    """Which share is kept, in the place of ``count``: 0.3; one at least."""

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("give count or share" if self.count is None else "give count or share, not both")
        return self

    def lost_on_grid(
        self, candidates: Sequence[ComparedSpan], grid: VectorGrid, seed: int, names: Sequence[int]
    ) -> dict[int, LostPlace]:
        import numpy as np

        from ...rules.neighbours.spread import farthest_first

        total = len(candidates)
        most = self.count or max(1, math.floor((self.share or 0) * total + 0.5 + ALMOST))
        if total <= most:
            return {}
        found = farthest_first(grid, most)
        reach = round(float(found.distance.max()), 4)
        lost: dict[int, LostPlace] = {}
        for n in np.setdiff1d(np.arange(total), found.chosen).tolist():
            like = candidates[int(found.kept[n])]
            value = round(float(found.distance[n]), 4)
            lost[names[n]] = LostPlace(reach, total, value, (like.video, like.place))
        return lost

    def breach(self, value: float, loss: LostPlace, where: str) -> Breach:
        video, place = loss.like or ("", 0)
        detail = f"near span {place} of {video}; of {loss.among} {where} none is farther from what is kept"
        return Breach("not_diverse", loss.value, loss.threshold, f"{detail} than {loss.threshold:g}")
