"""Compare: how well a lane agrees with another one that is taken for the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...schemas import Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import OnlyWith
from ..stage import Stage
from .lane_agreement import edges, gaps, match, meeting, pieces, windows

AS = " taken for "


class Compare(Stage):
    """Say how well a lane agrees with a lane that is known to be true; change nothing.

    A video without the true lane is passed over. The counts go into the row's trail, and their sum over all videos
    into the closing summary. To try settings against the truth, put several of them in one YAML.
    """

    renamed: ClassVar[Mapping[str, str]] = {"soft": "transitions"}

    writes: ClassVar[frozenset[str]] = frozenset()

    lane: str = Field("shots", min_length=1)
    """The lane that is judged."""
    truth: str = Field("true_shots", min_length=1)
    """The lane that is true, for example imported labels."""
    on: Literal["boundaries", "starts", "labels", "time"] = "boundaries"
    """What must agree. ``boundaries``: where spans start or end, the video's own start and end left out. ``starts``:
    where they start. ``labels``: their labels, or else their texts, by the time for which they are the same. ``time``:
    when there is a span at all."""
    tolerance: Annotated[float, OnlyWith(on=("boundaries", "starts"))] = Field(0.1, ge=0)
    """Seconds by which a boundary or start may be off; each is matched once."""
    gap: Annotated[float, OnlyWith(on="boundaries")] = Field(0.0, ge=0)
    """Seconds up to which what lies between two spans of the judged lane is one boundary and not two, found by a true
    one anywhere in it: for shots that a detector trims, as ``koala`` does, or between which it leaves a transition.
    What is left before the first span and after the last one is none."""
    transitions: Annotated[str | None, OnlyWith(on=("boundaries", "starts"))] = None
    """A lane of fades and dissolves: a true boundary within one of its spans may be found anywhere in that span."""

    def lanes_read(self) -> set[str]:
        return {self.lane}

    def names_laid(self) -> KnownLanes:
        return {}

    def run(self, video: Timeline) -> Timeline:
        if not video.lane(self.truth):
            return video
        counts = {"boundaries": self._points, "starts": self._points, "labels": self._labels, "time": self._time}
        for name, value in {"videos": 1.0, **counts[self.on](video)}.items():
            video.report[name] = video.report.get(name, 0.0) + round(value, 6)
        return video

    def _points(self, video: Timeline) -> dict[str, float]:
        """Count the times that are found, missed and extra, and add up the errors of those found, in seconds."""
        spans, true = video.lane(self.lane), video.lane(self.truth)
        soft = list(video.lane(self.transitions)) if self.transitions else []
        if self.on == "starts":
            found, truth = [span.start for span in spans], [span.start for span in true]
        else:
            end = video.seconds or max(span.end for span in [*spans, *true])
            between = gaps(spans, self.gap)
            found, truth = edges(meeting(spans, between, self.gap, end), end), edges(true, end)
            soft += between
        pairs = match(truth, found, windows(truth, self.tolerance, soft))
        error = sum(abs(truth[a] - found[b]) for a, b in pairs)
        return {
            "hits": len(pairs),
            "missed": len(truth) - len(pairs),
            "extra": len(found) - len(pairs),
            "error": error,
        }

    def _labels(self, video: Timeline) -> dict[str, float]:
        """Add up the seconds with a true label, with the same one found, and with each mistake."""
        counts = {"seconds": 0.0, "same": 0.0}
        for seconds, (found, true) in pieces(video.lane(self.lane), video.lane(self.truth)):
            if not true:
                continue
            counts["seconds"] += seconds
            if found & true:
                counts["same"] += seconds
            else:
                mistake = f"{', '.join(sorted(true))}{AS}{', '.join(sorted(found)) or 'nothing'}"
                counts[mistake] = counts.get(mistake, 0.0) + seconds
        return counts

    def _time(self, video: Timeline) -> dict[str, float]:
        """Add up the seconds with a span in both lanes, in the true one only, and in the judged one only."""
        counts = {"hits": 0.0, "missed": 0.0, "extra": 0.0}
        for seconds, (found, true) in pieces(video.lane(self.lane), video.lane(self.truth)):
            if found or true:
                counts["missed" if not found else "hits" if true else "extra"] += seconds
        return counts

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``shots against true_shots: 14 of 14 found, 0 extra (F1 1.00, off by 0.02 s)``."""
        start = f"{self.lane} against {self.truth}: "
        if not totals.get("videos"):
            return f"{start}no video has {self.truth}"
        if self.on == "labels":
            share = totals["same"] / totals["seconds"] if totals["seconds"] else 0.0
            mistakes = {name: value for name, value in totals.items() if AS in name}
            worst = max(sorted(mistakes), key=lambda name: mistakes[name], default="")
            most = f"; most often {worst} ({mistakes[worst]:.1f} s)" if worst else ""
            return f"{start}the same for {share:.1%} of {totals['seconds']:.1f} s{most}"
        hits, missed, extra = (totals.get(name, 0.0) for name in ("hits", "missed", "extra"))
        scores = f"F1 {f1(hits, missed, extra):.2f}"
        if self.on == "time":
            return f"{start}{hits:.1f} of {hits + missed:.1f} s found, {extra:.1f} s extra ({scores})"
        off = f", off by {totals.get('error', 0.0) / hits:.2f} s" if hits else ""
        return f"{start}{hits:.0f} of {hits + missed:.0f} found, {extra:.0f} extra ({scores}{off})"


def f1(hits: float, missed: float, extra: float) -> float:
    """The harmonic mean of precision and recall, 0..1; 1 where nothing was to be found and nothing was found."""
    return 2 * hits / (2 * hits + missed + extra) if hits + missed + extra else 1.0
