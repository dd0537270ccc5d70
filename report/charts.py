"""Small charts as inline SVG. Colours and letters come from the page's style; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

WIDTH, HEIGHT, LEFT, TOP, FOOT = 320, 128, 6, 20, 22
BINS, FEWEST = 28, 12
LETTER = 6.2
"""Width of a digit in the axis, about."""
RECT = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>')
LONG_TAIL = 3.0
"""When the greatest value is so many times the 99th percentile, what is above that is told in words, not drawn."""


def histogram(
    values: Sequence[float],
    *,
    title: str,
    unit: str = "",
    rejected: Sequence[float] = (),
    limits: Sequence[tuple[float, str]] = (),
    whole: bool = False,
    span: tuple[float, float] | None = None,
) -> Markup:
    """How *values*, and above them the *rejected* ones, are spread; a dashed line at each of *limits*.

    Args:
        values: what was kept.
        title: what is read out instead of the picture.
        unit: written behind the numbers of the axis' ends.
        limits: (value, text).
        whole: the values are counts: no bar is narrower than 1.
        span: the ends of the axis; by default those of the values and limits.
    """
    kept, gone = np.asarray(values, float), np.asarray(rejected, float)
    every = np.concatenate([kept, gone])
    if not len(every):
        return Markup("")
    low, high, above = _range(every, [value for value, _ in limits], span)
    bins, low, high = _bins(low, high, whole)
    counts = [np.histogram(np.clip(part, low, high), bins, (low, high))[0] for part in (kept, gone)]
    most = max(1, int((counts[0] + counts[1]).max()))
    floor, wide = HEIGHT - FOOT, (WIDTH - 2 * LEFT) / bins
    limits = [(value, text) for value, text in limits if low <= value <= high]
    top = TOP + 12 * max(0, len(limits) - 1)  # the limits' texts stand above one another
    parts = []
    for n in range(bins):
        base = float(floor)
        for name, count in zip(("kept", "gone"), (counts[0][n], counts[1][n]), strict=True):
            if count:
                tall = max(1.5, float(count) / most * (floor - top))
                base -= tall
                edges = f"{_short(low + n * (high - low) / bins)} to {_short(low + (n + 1) * (high - low) / bins)}"
                says = f"{edges}{unit}: {count:,}{' rejected' if name == 'gone' else ''}"
                parts.append(RECT.format(name, LEFT + n * wide + 0.5, base, max(1.0, wide - 1), tall, says))

    def across(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - 2 * LEFT)

    parts += [_axis(low, high, across, floor, unit)]
    parts += [_limit(across(value), text, floor, n) for n, (value, text) in enumerate(limits)]
    note = f"; {above:,} above {_short(high)}" if above else ""
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}{}">{}</svg>').format(
        WIDTH, HEIGHT, title, note, Markup("").join(parts)
    )


def _range(every: np.ndarray, limits: list[float], span: tuple[float, float] | None) -> tuple[float, float, int]:
    """Ends of the axis, and how many values lie above it."""
    if span is not None:
        return *span, 0
    low, high = float(every.min()), float(every.max())
    near = float(np.percentile(every, 99))
    above = 0
    if near > 0 and high > LONG_TAIL * near:
        above, high = int((every > near).sum()), near
    reach = high - low
    for limit in limits:  # a limit that nothing comes near would squeeze the values into a corner
        if low - reach <= limit <= high + reach:
            low, high = min(low, limit), max(high, limit)
    if 0 < low < 0.3 * high:
        low = 0.0
    return low, high, above


def _bins(low: float, high: float, whole: bool) -> tuple[int, float, float]:
    if whole:
        step = max(1, math.ceil((high - low + 1) / BINS))
        bins = max(FEWEST, math.ceil((high - low + 1) / step))
        low = max(0, math.floor(low - (bins * step - (high - low + 1)) / 2)) - 0.5  # a number lies in its bar's middle
        return bins, low, low + bins * step
    if high - low <= 1e-6 * max(abs(low), abs(high)):  # as good as the same
        room = abs(low) * 0.1 or 0.5
        return BINS, low - room, high + room
    return BINS, low, high


def _axis(low: float, high: float, across: object, floor: int, unit: str) -> Markup:
    parts = [Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - LEFT, floor, floor)]
    free = 0.0
    for value in ticks(low, high):
        x = across(value)  # type: ignore[operator]
        anchor = "start" if x < 2.5 * LEFT else "end" if x > WIDTH - 2.5 * LEFT else "middle"
        wide = LETTER * len(f"{_short(value)}{unit}")
        begin = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        if begin < free:  # it would stand on the one before
            continue
        free = begin + wide + LETTER
        parts.append(Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}{}</text>').format(
            x, HEIGHT - 7, anchor, _short(value), unit))  # fmt: skip
    return Markup("").join(parts)


def _limit(x: float, text: str, floor: int, number: int) -> Markup:
    side = ("start", 4) if x < WIDTH / 2 else ("end", -4)
    top = TOP - 9 + 11 * number
    return Markup(
        '<line class="limit" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>'
        '<text class="limit" x="{:.1f}" y="{}" text-anchor="{}">{}</text>'
    ).format(x, x, top - 8, floor, x + side[1], top, side[0], text)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from *low* to *high*, about so many."""
    raw = (high - low) / about
    if not math.isfinite(raw) or raw <= 0:
        return [low]
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) + 0.0 for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
