"""How likely each label is in each window of a sound, and the stretches that follow from it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Stretch(NamedTuple):
    """A stretch in which a label is there, seconds."""

    start: float
    end: float
    score: float
    """The mean over its windows, 0..1."""


@dataclass(slots=True)
class ScoredSound:
    """The scores of a sound, a row for each window, a column for each label."""

    labels: list[str]
    scores: NDArray[np.float32]
    """(windows, labels), 0..1."""
    step: float
    """Seconds from one window to the next."""
    window: float
    """Seconds that a window is long; longer than a step where windows overlap."""
    seconds: float
    """The length of the sound."""

    def together(self, names: list[str]) -> NDArray[np.float32]:
        """The greatest of the scores of the labels *names* in each window; 0 where there are none."""
        import numpy as np

        columns = [n for n, label in enumerate(self.labels) if label in names]
        if not columns:
            return np.zeros(len(self.scores), np.float32)
        best: NDArray[np.float32] = self.scores[:, columns].max(axis=1)
        return best

    def stretches(
        self, scores: NDArray[np.float32], threshold: float, hold: float, min_seconds: float, max_gap: float
    ) -> list[Stretch]:
        """Where *scores* (one for each window) say that something is there.

        A stretch begins with a score of at least *threshold*, and ends before the first that is more than *hold* under
        it. Stretches that are at most *max_gap* seconds apart are one; then those shorter than *min_seconds* are left
        out. A window stands for the *step* in its middle, the first and the last one for the sound's ends besides.
        """
        found: list[tuple[int, int]] = []  # first window, and the one after the last
        for first, last in _runs(scores, threshold, hold):
            if found and self._begin(first) - self._finish(found[-1][1]) <= max_gap:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        made = [
            Stretch(self._begin(first), self._finish(last), float(scores[first:last].mean())) for first, last in found
        ]
        return [one for one in made if one.end - one.start >= max(min_seconds, 1e-6)]

    def _begin(self, first: int) -> float:
        return 0.0 if first == 0 else min(self.seconds, first * self.step + (self.window - self.step) / 2)

    def _finish(self, last: int) -> float:
        if last >= len(self.scores):
            return self.seconds
        return min(self.seconds, last * self.step + (self.window - self.step) / 2)

    def to_bytes(self) -> bytes:
        """The scores as a compressed npz, in half precision."""
        import numpy as np

        file = io.BytesIO()
        facts = np.array([self.step, self.window, self.seconds])
        labels = np.array(self.labels, dtype=np.str_)
        np.savez_compressed(file, labels=labels, scores=self.scores.astype(np.float16), facts=facts)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> ScoredSound:
        """Read what ``to_bytes`` wrote."""
        import numpy as np

        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            step, window, seconds = kept["facts"].tolist()
            return cls(kept["labels"].tolist(), kept["scores"].astype(np.float32), step, window, seconds)


def _runs(scores: NDArray[np.float32], threshold: float, hold: float) -> Iterator[tuple[int, int]]:
    """The first window of each run, and the one after its last."""
    first = -1
    for n, score in enumerate(scores.tolist()):
        if first < 0 and score >= threshold:
            first = n
        elif first >= 0 and score < threshold - hold:
            yield first, n
            first = -1
    if first >= 0:
        yield first, len(scores)
