"""Pictures of one plain colour, which have no layout: between two of them it is the colour that counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .layout import FAINT, blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F8 = NDArray[np.float64]

SPREAD = 6.0
"""Spread of the grid's values below which a picture is plain."""
LEAST, OVER_MOTION = 12.0, 3.0
"""A cut has the first as its least change of colour, levels, and the second over the usual change beside it."""
BRIGHTNESS, LIKE = 2.0, 0.1
"""The light alone changed where a factor of brightness, no greater than the first, leaves less than this share of the
change."""
FAR = 40.0
"""Levels between two plain colours that are as far apart as two unrelated pictures are."""


def plain_pictures(layout: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which frames (n,) show one plain colour."""
    plain = np.empty(len(layout), np.bool_)
    for block in blocks(len(layout)):
        plain[block] = layout[block].std(1) < SPREAD / (SPREAD + FAINT)
    return plain


def tones(signals: Signals) -> F8:
    """The mean colour of each frame (n, 3): Y, Cb and Cr, full range, grey has 0 for the last two."""
    chroma = (signals.chroma.astype(np.float64) - 128) * 255 / 224
    return np.concatenate([signals.luma.astype(np.float64)[:, None], chroma], axis=1)


def recoloured(tone: F8, plain: NDArray[np.bool_], usual: Callable[[F8], F8]) -> F8:
    """How much each frame's colour differs from the one before, both *plain*, as a multiple of what makes a cut.

    *usual* gives the usual of a column (n,) beside each frame. A change of the light alone is 0.
    """
    change = np.linalg.norm(np.diff(tone, axis=0, prepend=tone[:1]), axis=1)
    ratio = change / np.maximum(LEAST, OVER_MOTION * usual(change))
    before, after = tone[:-1], tone[1:]
    factor = ((before * after).sum(1) + 1) / ((before**2).sum(1) + 1)
    rest = np.linalg.norm(after - before * np.clip(factor, 1 / BRIGHTNESS, BRIGHTNESS)[:, None], axis=1)
    ratio[1:][~plain[1:] | ~plain[:-1] | (rest < np.maximum(LEAST, LIKE * change[1:]))] = 0
    return np.asarray(ratio, np.float64)
