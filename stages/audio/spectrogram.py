"""The log mel spectrogram that YAMNet and VGGish see.

Hershey et al., "CNN architectures for large-scale audio classification" (2017), as in TensorFlow's model garden:
25 ms of sound every 10 ms, 64 bands from 125 to 7500 Hz.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATCH, MELS = 96, 64
"""Rows in time, and bands, of what the network sees of a window."""
LENGTH, STEP = 0.025, 0.010
LOW, HIGH = 125.0, 7500.0
OFFSET = 1e-3


def patches(windows: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The spectrogram of each of *windows* (windows, samples): (windows, 96, 64). What is missing at the end is 0."""
    import numpy as np

    length, step = round(LENGTH * rate), round(STEP * rate)
    size = 1 << (length - 1).bit_length()
    wanted = (PATCH - 1) * step + length
    if windows.shape[1] < wanted:
        windows = np.pad(windows, ((0, 0), (0, wanted - windows.shape[1])))
    rows = np.lib.stride_tricks.sliding_window_view(windows, length, axis=1)[:, ::step][:, :PATCH]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    loud = np.abs(np.fft.rfft(rows * hann, size, axis=-1))
    made: NDArray[np.float32] = np.log(loud @ _bands(size, rate) + OFFSET).astype(np.float32)
    return made


@cache
def _bands(size: int, rate: int) -> NDArray[np.float64]:
    """The triangles over the bins of a transform: (bins, bands)."""
    import numpy as np

    bins = _mel(np.linspace(0.0, rate / 2, size // 2 + 1))
    edges = np.linspace(_mel(np.array(LOW)), _mel(np.array(HIGH)), MELS + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    up = (bins[:, None] - low) / (middle - low)
    down = (high - bins[:, None]) / (high - middle)
    bands: NDArray[np.float64] = np.maximum(0.0, np.minimum(up, down))
    bands[0] = 0.0
    return bands


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    made: NDArray[np.float64] = 1127.0 * np.log1p(hertz / 700.0)
    return made
