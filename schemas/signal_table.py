"""The table that one decoding pass leaves: a row a frame, 254 bytes each.

Everything the other media stages need is arithmetic on these columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .rounding import ROUNDING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]
    B1 = NDArray[np.bool_]
    U1 = NDArray[np.uint8]
    U8 = NDArray[np.uint64]

COLOURS = (
    "black", "grey", "white", "brown", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink",
)  # fmt: skip
NOTES = ("detected", "last_seconds", "damaged", "gaps", "faults")
"""What ``Signals`` holds besides columns."""
SCORES, MEASURED = "scores", "measured"
"""The further columns, which not every table has."""


@dataclass(slots=True)
class Signals:
    """Per-frame signals of one video, n frames. "To the frame before" is 0 (or 1 for a similarity) at frame 0."""

    time: F8  # seconds from the start of the video, from PTS, rising
    hue: F4  # mean |ΔH| to the frame before, 0..180 as OpenCV scales hue (PySceneDetect content)
    saturation: F4  # mean |ΔS| to the frame before, 0..255
    luma_change: F4  # mean |ΔV| to the frame before, 0..255
    histogram: F4  # correlation of the luma histograms with the frame before, -1..1
    hash_distance: F4  # Hamming distance of DCT hashes to the frame before, 0..1
    mean: F4  # mean over pixels and colour channels, 0..255 (PySceneDetect threshold)
    koala_histogram: F4  # correlation of the colour histograms with the frame before (Koala-36M)
    koala_ssim: F4  # SSIM of the edge pictures with the frame before (Koala-36M)
    luma: F4  # mean of Y, 0..255
    contrast: F4  # standard deviation of Y, 0..127.5
    sharpness: F4  # variance of the Laplacian of Y
    difference: F4  # mean |ΔY| to the frame before, 0..255
    ssim: F4  # structural similarity with the frame before, -1..1
    dx: F4  # global motion to the right since the frame before, fraction of the width
    dy: F4  # global motion downwards since the frame before, fraction of the height
    zoom: F4  # global growth since the frame before: 0.01 is 1 % larger
    motion: F4  # motion left when the global motion is taken off, mean, fraction of the width
    agreement: F4  # share of what is near the edges of the picture that follows the global motion, 0..1
    background: F4  # share of what is near the edges that looks as the motion of the last half second says, 0..1
    border: U1  # (n, 4) dark border at the top, bottom, left, right, percent of the side
    colours: U1  # (n, 12) share of each of COLOURS, 0..255
    dhash: U8  # 64-bit difference hash
    grid: U1  # (n, 72) luma of 8 x 9 areas row by row, as sqrt(255 Y), which sees as much in the dark as in the light
    texture: U1  # (n, 72) standard deviation of luma within each of those areas, as sqrt(255 s): grids are blind to it
    chroma: U1  # (n, 2) mean of Cb and Cr, 16..240 and 128 for grey
    detected: dict[str, list[float]] = field(default_factory=dict)
    """No column: the seconds at which detectors that the scan fed saw a cut, by what tells such a detector apart."""
    scores: dict[str, F4] = field(default_factory=dict)
    """Further columns: the score that a model gave to each frame, 0..1, by what tells the model apart."""
    measured: B1 | None = None
    """A further column: which frames were decoded. The rows of the others are filled in from those before and after
    them. None: all were."""
    last_seconds: float = 0.0
    """No column: how long the last frame is shown; 0 where nothing tells, and the usual step counts."""
    damaged: list[tuple[float, float, int]] = field(default_factory=list)
    """No column: the stretches of damaged pictures: start, end (seconds), frames."""
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """No column: the stretches without a new picture, in a video whose pictures come evenly: start, end (seconds)."""
    faults: dict[str, float] = field(default_factory=dict)
    """No column: what is wrong with the file, counted: pictures ``damaged``, ``missing`` and (``early``) before the
    first keyframe, packets ``undecodable``, places ``misread``, times ``retimed``, ``bytes_missing`` (below 0: too
    many)."""

    def __len__(self) -> int:
        return len(self.time)

    @property
    def frame_seconds(self) -> float:
        """The usual time from one frame to the next: the median step (0.04 for one frame)."""
        import numpy as np

        return float(np.median(np.diff(self.time))) if len(self) > 1 else 0.04

    @property
    def end(self) -> float:
        """When the last frame stops being shown, seconds."""
        return float(self.time[-1]) + (self.last_seconds or self.frame_seconds)

    def between(self, start: float, end: float) -> Signals:
        """The frames shown at *start* ≤ time < *end*, as views; frame 0 keeps its "frame before" values."""
        import numpy as np

        low, high = np.searchsorted(self.time, [start - ROUNDING, end - ROUNDING])
        return Signals(
            **{name: values[low:high] for name, values in self.columns().items()},
            detected=self.detected,
            scores={name: values[low:high] for name, values in self.scores.items()},
            measured=None if self.measured is None else self.measured[low:high],
            last_seconds=self.last_seconds if high == len(self) else 0.0,
        )

    def notes(self) -> dict[str, Any]:
        """Everything that is no column, by name."""
        return {name: getattr(self, name) for name in NOTES}

    def columns(self) -> dict[str, Any]:
        """Every column by name that every table has."""
        return {name: getattr(self, name) for name in column_names()}


def column_names() -> list[str]:
    """The names of the columns that every table has, in order."""
    return [one.name for one in fields(Signals) if one.name not in (*NOTES, SCORES, MEASURED)]
