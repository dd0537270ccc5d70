"""Where the content changes: the published rules, as arithmetic on the columns of the scan's table.

Frame i stands for the change from frame i-1 to frame i. Times are seconds, lengths are compared as times, so that
a video whose frame rate varies is cut by what a viewer sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ...schemas import Signals

    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

KOALA = 4.61480465, 3.75211168, -5.485968377115124
"""Koala-36M's line between "cut" and "no cut": weights of the histogram and of the edges, and the offset."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A boundary. The shot before ends at *before*, the shot after begins at *after*; one time if it is a hard cut."""

    before: float
    after: float
    strength: float
    """What was measured, as a multiple of what was asked for; 1 is just enough."""
    kind: str = "cut"
    detector: str = ""
    first: float = 0.0
    """Between *first* and *last* the picture is neither shot: a fade, a dissolve."""
    last: float = 0.0
    darkest: float | None = None
    """When a fade is darkest."""


def hard(signals: Signals, frames: Iterable[int], strength: F8, detector: str) -> list[Cut]:
    """Cuts at *frames*; *strength* holds a value for every frame of the video."""
    return [Cut(t, t, float(strength[i]), "cut", detector, t, t) for i in frames for t in [float(signals.time[i])]]


def length(signals: Signals, least: int | float) -> float:
    """*least* (an int counts frames, a float seconds) as seconds, less a hair so that a length just met is met."""
    if isinstance(least, int):
        return max(0.0, (least - 0.5) * signals.frame_seconds)
    return max(0.0, least - 1e-6)


def content(signals: Signals, weights: tuple[float, float, float]) -> F8:
    """PySceneDetect's content score: the weighted mean of the changes of hue, saturation and luma (n,), 0..255."""
    columns = np.stack([signals.hue, signals.saturation, signals.luma_change]).astype(np.float64)
    score: F8 = np.asarray(weights) @ columns / np.abs(weights).sum()
    return score


def ratio(score: F8, width: int, least: float) -> F8:
    """PySceneDetect's adaptive ratio: each score over the mean of the *width* on either side, 0..255, 0 at the ends."""
    out = np.zeros(len(score))
    if len(score) <= 2 * width:
        return out
    inner = score[width : len(score) - width]
    around = np.zeros(len(inner))
    for shift in range(2 * width + 1):
        if shift != width:
            around += score[shift : shift + len(inner)]
    around /= 2 * width
    nothing = np.abs(around) < 1e-5
    quotient = np.minimum(inner / np.where(nothing, 1.0, around), 255.0)
    out[width : len(score) - width] = np.where(nothing, np.where(inner >= least, 255.0, 0.0), quotient)
    return out


def spaced(time: F8, met: NDArray[np.bool_], least: float) -> list[int]:
    """The frames of *met*, in order, that come at least *least* seconds after the one taken before (or frame 0)."""
    taken, last = [], float(time[0])
    for i in np.flatnonzero(met).tolist():
        if time[i] - last >= least:
            taken.append(i)
            last = float(time[i])
    return taken


def merged(time: F8, met: NDArray[np.bool_], least: float) -> list[int]:
    """The frames of *met*, a burst of which (closer than *least* seconds) becomes one cut at its end.

    PySceneDetect's flash filter in its mode MERGE, moved from frame to frame only where something happens. A burst is
    merged only once a first cut was made, and ends with *least* seconds in which nothing is met.
    """
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


def fades(
    signals: Signals, threshold: float, least: float, out: float, bias: float, ceiling: bool, final: bool
) -> list[Cut]:
    """PySceneDetect's threshold detector: the picture passes *threshold* (0..255) and comes back."""
    time, mean = signals.time, signals.mean.astype(np.float64)
    faded = mean >= threshold if ceiling else mean < threshold
    flips = [0, *(np.flatnonzero(np.diff(faded.astype(np.int8))) + 1).tolist(), len(mean)]
    cuts: list[Cut] = []
    last = float(time[0])
    for low, high in pairwise(flips):
        if not faded[low]:
            continue
        ending = high == len(mean)
        start, end = float(time[low]), signals.end if ending else float(time[high])
        if (ending and not final) or end - last < least or end - start < out:
            continue
        deepest = low + int(np.argmax(mean[low:high]) if ceiling else np.argmin(mean[low:high]))
        limit = 255.0 - threshold if ceiling else threshold
        strength = 1 + abs(mean[deepest] - threshold) / max(limit, 1e-9)
        split = low if ending else _between(time, low, high, (1 + bias) / 2)
        when = float(time[split])
        cuts.append(Cut(when, when, float(strength), "fade", "fade", start, end, float(time[deepest])))
        last = end
    return cuts


def _between(time: F8, low: int, high: int, share: float) -> int:
    """The frame nearest to *share* (0..1) of the time from frame *low* to *high*; half a frame rounds to even."""
    when = time[low] + (time[high] - time[low]) * share
    return low + round(round(float(np.interp(when, time[low : high + 1], np.arange(high - low + 1))), 6))


def koala(signals: Signals, cutoff: float, deviations: float, past: int) -> list[Cut]:
    """Koala-36M: a hard cut where the score is below 0, a soft one where it falls out of the *past* scores' range."""
    colour, edges, offset = KOALA
    score = colour * signals.koala_histogram[1:].astype(np.float64) + edges * signals.koala_ssim[1:] + offset
    found = score < 0
    if len(score) > past:
        smooth = score.copy()
        smooth[1:-1] = (score[:-2] + score[1:-1] + score[2:]) / 3
        low = np.flatnonzero(smooth[past:] < cutoff)
        before = np.sort(sliding_window_view(smooth, past)[low], axis=1)[:, int(past * 0.2) : int(past * 0.8)]
        limit = before.mean(1) - deviations * np.maximum(0.2, before.std(1))
        found[low + past] |= smooth[low + past] < limit
    cuts = []
    edge = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(np.int8), [0]])))
    for low, high in zip(edge[::2].tolist(), edge[1::2].tolist(), strict=True):
        first, last = float(signals.time[low + 1]), float(signals.time[high])
        strength = 1 + max(0.0, float(-score[low:high].min()))
        # smoothing spreads a hard cut to its neighbours: it is one where the score itself is below 0 once
        kind = "cut" if np.count_nonzero(score[low:high] < 0) == 1 else "transition"
        cuts.append(Cut(first, last, strength, kind, "koala", first, last))
    return cuts


Likeness = Literal["both", "colours", "structure"]


def likeness(signals: Signals, frames: Index, kind: Likeness) -> F8:
    """How alike each of *frames* (m,) is to the next (m-1,), 0..1: cosine of colour shares, agreement of dhashes."""
    from .hashes import hamming

    hashes, colours = signals.dhash[frames], signals.colours[frames].astype(np.float64)
    colours /= np.maximum(np.linalg.norm(colours, axis=1, keepdims=True), 1e-9)
    tint = (colours[1:] * colours[:-1]).sum(1)
    shape = 1 - hamming(hashes[1:], hashes[:-1]) / 64
    alike: F8 = tint if kind == "colours" else shape if kind == "structure" else (tint + shape) / 2
    return alike


def depth(similarity: F8) -> F8:
    """How deep the valley is at each point: the peaks climbed to on its left and right, less twice the point itself."""
    return _climb(similarity) + _climb(similarity[::-1])[::-1] - 2 * similarity


def _climb(similarity: F8) -> F8:
    """The height reached by walking left from each point for as long as it does not go down."""
    peaks = similarity.copy()
    for i in range(1, len(peaks)):
        if similarity[i - 1] >= similarity[i]:
            peaks[i] = peaks[i - 1]
    return peaks


def valleys(signals: Signals, rate: float, kind: Likeness, deviations: float, least: float, most: int) -> list[Cut]:
    """SceneTilling's rule (VideoLLaMB): boundaries where the depth score is more than its mean + *deviations* · std."""
    wanted = np.arange(float(signals.time[0]), signals.end, 1 / rate)
    frames = np.unique(np.searchsorted(signals.time, wanted + 1e-6, side="right") - 1)
    if len(frames) < 3:
        return []
    deep = depth(likeness(signals, frames, kind))
    limit = max(float(deep.mean() + deviations * deep.std(ddof=1)), least)
    found = np.flatnonzero((deep > limit) & (deep > 1e-9))
    found = np.sort(found[np.argsort(-deep[found], kind="stable")][: most - 1])
    change = content(signals, (1.0, 1.0, 1.0))
    cuts = []
    for i in found.tolist():
        low, high = int(frames[i]) + 1, int(frames[i + 1]) + 1
        when = float(signals.time[low + int(np.argmax(change[low:high]))])
        cuts.append(Cut(when, when, float(deep[i]) / max(limit, 1e-9), "valley", "depth", when, when))
    return cuts


def union(found: list[list[Cut]], near: float) -> list[Cut]:
    """The cuts of several detectors in time order.

    What two detectors see within *near* seconds is one boundary: the one that takes up more time, or else that of the
    detector named first.
    """
    if len(found) == 1:
        return found[0]
    ranked = [(cut.first, rank, cut) for rank, cuts in enumerate(found) for cut in cuts]
    kept: list[tuple[int, Cut]] = []
    for first, rank, cut in sorted(ranked, key=lambda item: item[:2]):
        if not kept or kept[-1][0] == rank or first > kept[-1][1].last + near:
            kept.append((rank, cut))
            continue
        other, seen = kept[-1]
        if (cut.first - cut.last, rank) < (seen.first - seen.last, other):
            kept[-1] = rank, cut
    return [cut for _, cut in kept]
