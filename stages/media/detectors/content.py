"""Cuts where the content score is high (PySceneDetect's ContentDetector)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds, hard_cuts, space_out
from .content_score import ContentScore
from .detector import Length

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Content(ContentScore):
    """Cuts where the content score is high (PySceneDetect ContentDetector)."""

    threshold: float = Field(27.0, gt=0)
    """Least content score of a cut, 0..255."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""
    filter_mode: Literal["merge", "suppress"] = "merge"
    """Cuts that follow too soon: ``merge`` puts one cut at the end of the burst, ``suppress`` at its start."""

    def cuts(self, signals: Signals) -> list[Cut]:
        score = self.score(signals)
        pick = merged if self.filter_mode == "merge" else space_out
        frames = pick(signals.time, score >= self.threshold, as_seconds(signals, self.min_scene_len))
        return hard_cuts(signals, frames, score / self.threshold, self.name())


def merged(time: NDArray[np.float64], met: NDArray[np.bool_], least: float) -> list[int]:
    """The frames of *met*, a burst of which (closer than *least* seconds) becomes one cut at its end.

    PySceneDetect's flash filter in its mode MERGE, moved from frame to frame only where something happens. A burst is
    merged only once a first cut was made, and ends with *least* seconds in which nothing is met.
    """
    import numpy as np

    above = np.flatnonzero(met).tolist()
    if least <= 0:
        return above
    taken: list[int] = []
    last, start, started = float(time[0]), 0.0, False  # the last frame met; where the open burst began
    merging = False
    for n, i in enumerate(above):
        now = float(time[i])
        far, last = now - last >= least, now
        if merging:
            pass
        elif far:
            taken.append(i)
            started = True
        elif started:
            merging, start = True, now
        calm = above[n + 1] - 1 if n + 1 < len(above) else len(time) - 1  # the last frame before the next one met
        if merging and calm > i and time[calm] - now >= least and now - start >= least:
            taken.append(i)
            merging = False
    return taken
