"""Which frames belong to which span, and means over them: shared by the stages that measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.rounding import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals, Span

    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]


def ranges(signals: Signals, spans: Sequence[Span]) -> tuple[Index, Index]:
    """Frames low..high-1 of every span: those that begin within it, or else the one on the screen when it starts."""
    low = np.searchsorted(signals.time, np.array([span.start for span in spans]) - ROUNDING)
    high = np.searchsorted(signals.time, np.array([span.end for span in spans]) - ROUNDING)
    empty = high <= low
    low = np.where(empty, np.maximum(low - 1, 0), low)
    return low, np.where(empty, low + 1, high)


def total(column: NDArray[Any], low: Index, high: Index) -> F8:
    """The sum of column[low:high] for every span; 0 where the range is empty. *column* may have several columns."""
    if column.ndim > 1:  # one after the other: of hours of video, all at once would be large
        return np.stack([total(column[:, n], low, high) for n in range(column.shape[1])], axis=-1)
    sums = np.zeros(len(column) + 1)
    np.cumsum(column, dtype=np.float64, out=sums[1:])
    result: F8 = sums[np.maximum(low, high)] - sums[low]
    return result


def mean(column: NDArray[Any], low: Index, high: Index) -> F8:
    """The mean of column[low:high] for every span; 0 where the range is empty."""
    count = np.maximum(high - low, 1)
    result: F8 = total(column, low, high) / (count if column.ndim == 1 else count[:, None])
    return result


def flat(low: Index, high: Index) -> tuple[Index, Index, Index]:
    """All ranges in one row: the frame and the span of every entry, and where each span's entries begin."""
    size = high - low
    begin = np.cumsum(size) - size
    owner = np.repeat(np.arange(len(low)), size)
    return np.arange(int(size.sum())) - begin[owner] + low[owner], owner, begin
