"""What is measured at a frame that may begin another picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .layout import ROWS, apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

COLUMNS = 9
LEAST_CHANGE, LEAST_UNLIKE, OVER_USUAL = 0.04, 0.04, 1.2
"""What is measured differs from the frame before by the first in layout, or the second in structure (1 - SSIM), and by
the third over what is usual beside it."""
BESIDE, NEAR, WIDE = 0.16, 0.12, 0.45
"""Seconds on either side of a frame: of the usual change, and of the greatest changes that it is compared with."""
HOLDS = 0.08, 0.2, 0.4
"""Seconds before and after a cut at which the two pictures are still not alike."""
REACHES = 0.1, 0.6
"""Seconds on either side within which the old picture may be back, beside those of a flash."""
RETURN, RETURN_LOOKS = 1.6, 10
"""Seconds after a change in which each area may be as it was, and how many frames are looked at."""
FLAT, WRITTEN = 1.5, 0.25
"""Standard deviation of luma of an area in which nothing is seen, and the change of its logarithm from which an area
shows something else."""
TEXTURE_HOLDS = 0.08, 0.3, 0.8
"""Seconds before and after a cut at which the textures are still not alike."""


def cut_measures(signals: Signals, layout: F4, change: F8, frames: Index, flash: float) -> dict[str, F8]:
    """What is measured at *frames* (each from 1), whose *change* (n,) is how far each layout is from the one before.

    A picture may be back within *flash* seconds.
    """
    step, last = signals.frame_seconds, len(signals) - 1
    own, before = change[frames], frames - 1
    found = {"change": own, "step": np.full(len(frames), np.log(step))}
    contrast = signals.contrast.astype(np.float64)
    columns = {
        "change": (change, 0.02),
        "unlike": (1 - signals.ssim.astype(np.float64), 0.01),
        "edges": (1 - signals.koala_ssim.astype(np.float64), 0.01),
        "pixels": (signals.difference / (contrast + 3), 0.01),
    }
    for name, (column, least) in columns.items():
        usual, most_before, most_after = _beside(column, frames, step)
        found |= {
            f"{name} over usual": np.log((column[frames] + least) / (usual + least)),
            f"{name} over near": np.log((column[frames] + least) / (_most(column, frames, NEAR, step) + least)),
            f"{name} over most": np.log((column[frames] + least) / (np.maximum(most_before, most_after) + least)),
            f"{name} over one side": np.log((column[frames] + least) / (np.minimum(most_before, most_after) + least)),
        }
    found |= {
        "unlike": 1 - signals.ssim[frames].astype(np.float64),
        "edges": 1 - signals.koala_ssim[frames].astype(np.float64),
        "pixels": columns["pixels"][0][frames],
        "histogram": 1 - signals.histogram[frames].astype(np.float64),
        "colour histogram": 1 - signals.koala_histogram[frames].astype(np.float64),
        "hash": signals.hash_distance[frames].astype(np.float64),
        "hue": np.log1p(signals.hue[frames].astype(np.float64)),
        "saturation": np.log1p(signals.saturation[frames].astype(np.float64)),
        "chroma": np.log1p(np.abs(signals.chroma[frames].astype(np.float64) - signals.chroma[before]).sum(1)),
    }
    for seconds in HOLDS:
        k = max(1, round(seconds / step))
        old, new = np.maximum(0, before - k), np.minimum(last, frames + k)
        found |= {
            f"holds {seconds}": apart(layout, old, new) / (own + 0.02),
            f"drifts {seconds}": np.maximum(apart(layout, old, before), apart(layout, frames, new)) / (own + 0.02),
        }
    reaches = {"back at once": REACHES[0], "back": flash, "back late": REACHES[1]}
    for name, seconds in reaches.items():
        found[name] = _back(layout, frames, max(1, round(seconds / step))) / (own + 0.02)
    return found | _areas(signals, frames, step) | _textures(signals, frames, step) | _light(signals, frames, step)


def _beside(column: F8, frames: Index, step: float) -> tuple[F8, F8, F8]:
    """The usual value of *column* beside *frames*, on the side where it is more, and the most on either side."""
    near, wide = max(3, round(BESIDE / step)), max(3, round(WIDE / step))
    padded = np.pad(column, wide)
    views = np.lib.stride_tricks.sliding_window_view(padded, wide)
    old, new = views[frames], views[frames + wide + 1]  # the frames before, the frames after
    usual = np.maximum(np.median(old[:, wide - near :], axis=1), np.median(new[:, :near], axis=1))
    return usual, old.max(1), new.max(1)


def _most(column: F8, frames: Index, seconds: float, step: float) -> F8:
    """The most of *column* within *seconds* of *frames*, the frames themselves left out."""
    reach = max(1, round(seconds / step))
    at = frames[:, None] + np.array([k for k in range(-reach, reach + 1) if k])
    return np.asarray(np.where((at > 0) & (at < len(column)), column[at.clip(0, len(column) - 1)], 0).max(1))


def _back(layout: F4, frames: Index, reach: int) -> F8:
    """How near a picture of the *reach* frames from each of *frames* comes to one of as many before it."""
    looks = np.unique(np.rint(np.linspace(0, reach, min(reach, 9) + 1)).astype(np.intp))
    nearest = np.full(len(frames), 9.0)
    for sooner in np.maximum(0, frames - 1 - looks[:, None]):
        for later in np.minimum(len(layout) - 1, frames + looks[:, None]):
            nearest = np.minimum(nearest, apart(layout, sooner, later))
    return nearest


def _areas(signals: Signals, frames: Index, step: float) -> dict[str, F8]:
    """Where in the picture the grid changes, and how much of it is back later or was there before."""
    grid, last = signals.grid, len(signals) - 1
    old, new = (grid[at].astype(np.float32) for at in (frames - 1, frames))
    moved = new - old
    moved_alone = np.abs(moved - np.median(moved, axis=1, keepdims=True))
    ordered = np.sort(moved_alone, axis=1)[:, ::-1]
    top = np.maximum(1.5, 0.15 * ordered[:, :1])
    seen = (moved_alone >= top).reshape(len(frames), ROWS, COLUMNS)
    size = np.abs(moved)
    later, sooner = size.copy(), size.copy()
    for k in range(1, RETURN_LOOKS + 1):
        off = max(1, round(RETURN / step * k / RETURN_LOOKS))
        later = np.minimum(later, np.abs(grid[np.minimum(last, frames + off)] - old))
        sooner = np.minimum(sooner, np.abs(grid[np.maximum(0, frames - 1 - off)] - new))
    all_ = size.sum(1) + 1
    return {
        "moved most": np.log1p(ordered[:, 0].astype(np.float64)),
        "moved 9th": np.log1p(ordered[:, 8].astype(np.float64)),
        "moved 21st": np.log1p(ordered[:, 20].astype(np.float64)),
        "moved half": np.log1p(ordered[:, 35].astype(np.float64)),
        "moved 54th": np.log1p(ordered[:, 53].astype(np.float64)),
        "light moved": np.log1p(np.abs(np.median(moved, axis=1)).astype(np.float64)),
        "rows": seen.any(2).sum(1).astype(np.float64),
        "columns": seen.any(1).sum(1).astype(np.float64),
        "areas": seen.sum((1, 2)).astype(np.float64),
        "returns": (np.minimum(later.sum(1), sooner.sum(1)) / all_).astype(np.float64),
        "returns once": (np.minimum(later, sooner).sum(1) / all_).astype(np.float64),
    }


def _textures(signals: Signals, frames: Index, step: float) -> dict[str, F8]:
    """How much is to be seen within each area, which tells written lines from other ones on the same page."""
    texture, last = np.log(signals.texture.astype(np.float32) ** 2 / 255 + FLAT), len(signals) - 1

    def beside(k: int) -> F4:
        return np.asarray(texture[(frames + k).clip(0, last)])

    old, new = beside(-1), beside(0)
    moved = new - old
    size = np.abs(moved)
    ordered = np.sort(size, axis=1)[:, ::-1]
    up, down = np.maximum(moved, 0).sum(1), np.maximum(-moved, 0).sum(1)
    seen, all_ = (size > WRITTEN).reshape(len(frames), ROWS, COLUMNS), size.sum(1) + 1
    found = {f"texture {n}": ordered[:, n - 1] for n in (1, 5, 12, 27, 50)} | {
        "texture more": up,
        "texture less": down,
        "texture other": np.minimum(up, down) / (np.maximum(up, down) + 0.5),
        "flat": (np.minimum(old, new) < np.log(2 * FLAT)).mean(1),
        "texture areas": seen.sum((1, 2)),
        "texture rows": seen.any(2).sum(1),
        "texture columns": seen.any(1).sum(1),
    }
    for seconds in TEXTURE_HOLDS:
        k = max(1, round(seconds / step))
        early, late = beside(-1 - k), beside(k)
        drift = np.maximum(np.abs(late - new).sum(1), np.abs(old - early).sum(1))
        found[f"texture holds {seconds}"] = np.abs(late - early).sum(1) / all_
        found[f"texture drifts {seconds}"] = drift / all_
    later, sooner = size.copy(), size.copy()
    for n in range(1, RETURN_LOOKS + 1):
        k = max(1, round(RETURN / step * n / RETURN_LOOKS))
        later, sooner = np.minimum(later, np.abs(beside(k) - old)), np.minimum(sooner, np.abs(beside(-1 - k) - new))
    change = np.concatenate([[0.0], np.abs(np.diff(texture, axis=0)).sum(1)])
    found["texture returns"] = np.minimum(later.sum(1), sooner.sum(1)) / all_
    near = np.max([change[(frames + k).clip(0, last)] * ((frames + k) <= last) for k in (-2, -1, 1, 2)], axis=0)
    found["texture over near"] = np.log((change[frames] + 0.3) / (near + 0.3))
    return {name: np.asarray(value, np.float64) for name, value in found.items()}


def _light(signals: Signals, frames: Index, step: float) -> dict[str, F8]:
    """The light, the contrast, the sharpness and the camera beside a change."""
    last, near = len(signals) - 1, max(2, round(0.3 / step))
    luma, contrast = signals.luma.astype(np.float64), signals.contrast.astype(np.float64)
    sharp = np.log(signals.sharpness.astype(np.float64) + 5)
    at = (frames[:, None] + np.arange(-near, near + 1)).clip(0, last)
    old, new = np.maximum(0, frames - near), np.minimum(last, frames + near)
    sides = np.maximum(luma[old], luma[new])
    six = np.maximum(0, frames - 2), np.minimum(last, frames + max(2, round(0.24 / step)))
    colours = signals.colours.astype(np.float64) / 255
    shift = np.abs(signals.dx.astype(np.float64)) + np.abs(signals.dy.astype(np.float64))
    return {
        "brighter": luma[at].max(1) - sides,
        "luma": np.log1p(np.abs(luma[frames] - luma[frames - 1])),
        "luma apart": np.log1p(np.abs(luma[old] - luma[new])),
        "contrast": np.log((contrast[frames] + 1) / (contrast[frames - 1] + 1)),
        "least contrast": np.log(np.minimum(contrast[frames], contrast[frames - 1]) + 1),
        "blurred": sharp[at].max(1) - np.minimum(sharp[frames], sharp[frames - 1]),
        "sharper": np.abs(sharp[frames] - sharp[frames - 1]),
        "colours": np.abs(colours[six[0]] - colours[six[1]]).sum(1) / 2,
        "agreement": np.minimum(signals.agreement[old], signals.agreement[new]).astype(np.float64),
        "shift": np.log(np.maximum(shift[old], shift[new]) / step + 0.01),
        "flow": np.log(np.maximum(signals.motion[old], signals.motion[new]).astype(np.float64) / step + 0.01),
    }


def candidates(signals: Signals, change: F8) -> Index:
    """The frames, from 1, that differ from the one before by more than those beside them do."""
    beside, unlike = max(3, round(BESIDE / signals.frame_seconds)), 1 - signals.ssim.astype(np.float64)
    differs = change > LEAST_CHANGE + OVER_USUAL * usual(change, beside)
    differs |= unlike > LEAST_UNLIKE + OVER_USUAL * usual(unlike, beside)
    return np.flatnonzero(differs[1:]) + 1


def usual(column: F8, width: int) -> F8:
    """The usual value of *column* in the *width* frames before or after each frame, whichever is more."""
    padded = np.concatenate([np.zeros(width), column, np.zeros(width)])
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)
    return np.asarray(np.maximum(middle[: len(column)], middle[width + 1 : width + 1 + len(column)]))
