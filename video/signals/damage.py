"""What is wrong with a video that was decoded, and whether that is too much; runs in a child process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from ...schemas import Failed
from ...schemas.rounding import ROUNDING
from ...schemas.signal_table import Signals
from ..decode.frame_clock import FrameClock
from ..decode.lengths import bytes_missing
from ..decode.packets import Decoder

HELD = ("mov", "matroska")
"""Containers that tell how long the last picture stands."""
STEADY, WITHIN = 0.95, 0.1
"""Frames come evenly when this share of the steps is within this share of the median step."""
GAP = 1.9
"""Median steps without a picture that are a gap where frames come evenly."""
SHORTEST = 0.0009
"""Seconds from one picture to the next, below which the rate that the file tells is damaged."""
FEW, FEW_SHARE = 3, 0.01
"""As many gaps, or as large a share of the steps, are told: with more it is how the video was made."""
SLACK = 0.75
"""Median steps by which pictures may end before the time that is said of them."""


@dataclass(frozen=True, slots=True)
class FaultLimits:
    """How much may be wrong: the share of the declared time that must be decoded, and of what may be bad.

    Pictures that are missing at the end count as bad as well, unless *min_decoded* lets more of an end be missing.
    """

    min_decoded: float
    max_corrupt: float


def judge(
    uri: str,
    file: IO[bytes],
    container: Any,
    stream: Any,
    decoder: Decoder,
    clock: FrameClock,
    signals: Signals,
    ends: tuple[list[float], bool],
    limits: FaultLimits,
) -> None:
    """Set when the last picture of *signals* ends and what is wrong with the file.

    Args:
        ends: as ``picture_ends`` gives them.

    Raises:
        Failed: ``truncated`` when too little of the time that is said was decoded; ``corrupt`` when too many pictures
            are damaged or missing, or too many times.
    """
    step = signals.frame_seconds
    cut = bytes_missing(file)
    damaged = sum(count for _, _, count in signals.damaged)
    short = max(0, stream.frames - decoder.read) if container.format.name.startswith(HELD) else 0
    sound = not (decoder.bad or damaged or decoder.lost or clock.strange or short or decoder.misread or cut > 0)
    told, of_pictures = ends
    end = signals.end
    said = min(told, key=lambda one: abs(one - end), default=0.0)
    if said > end and sound and container.format.name.startswith(HELD):
        if of_pictures:
            signals.last_seconds += said - end
        said = end = signals.end
    elif end > said > float(signals.time[-1]) and sound and container.format.name.startswith("mov"):
        signals.last_seconds = said - float(signals.time[-1])  # a duration of decoding, out of order
    word = f" ({decoder.wrong})" if decoder.wrong else ""
    first = float(signals.time[0])
    if end - first < limits.min_decoded * (said - first) - step:
        what = f"{uri}: {end - first:.2f} of {said - first:.2f} seconds could be decoded{word}"
        raise Failed("truncated", what, value=(end - first) / (said - first))
    late = round((said - end) / step) if of_pictures and said - end > SLACK * step else 0
    ended = max(short, late)
    missing = max(decoder.lost, ended)
    total = len(signals) + missing + decoder.bad
    spare = 1 - limits.min_decoded
    at_end = Failed(
        "truncated", f"{uri}: {ended} of {total} pictures are missing at the end{word}", value=ended / total
    )
    if ended > max(spare, limits.max_corrupt) * total + 1:
        raise at_end
    counted = missing if spare <= limits.max_corrupt + ROUNDING else missing - ended
    if max(damaged + counted, decoder.bad) > limits.max_corrupt * total:
        if ended > max(damaged + missing - ended, decoder.bad):
            raise at_end
        what = f"{uri}: of {total} pictures {damaged} are damaged and {missing} missing{word}"
        if decoder.bad > damaged + counted:
            what = f"{uri}: {decoder.bad} of {decoder.read} packets cannot be decoded{word}"
        raise Failed("corrupt", what, value=max(damaged + counted, decoder.bad) / total)
    if step < SHORTEST:
        raise Failed(
            "corrupt", f"{uri}: its pictures come every {step:.6f} seconds, as no camera gives them", value=step
        )
    if clock.repaired > max(1, limits.max_corrupt * len(signals)):
        what = f"{uri}: {clock.repaired} of {len(signals)} frames have no usable time"
        raise Failed("corrupt", what, value=clock.repaired / len(signals))
    counts = {
        "damaged": damaged,
        "missing": missing,
        "early": decoder.early,
        "undecodable": decoder.bad,
        "misread": decoder.misread,
        "retimed": clock.strange,
        "bytes_missing": cut,
    }
    signals.faults = {name: float(count) for name, count in counts.items() if count}
    signals.gaps = gaps(signals)


def gaps(signals: Signals) -> list[tuple[float, float]]:
    """Stretches (start, end in seconds) without a new picture in a video whose pictures else come evenly, if few."""
    steps = np.diff(signals.time)
    if len(steps) < 3:
        return []
    usual = float(np.median(steps))
    even = np.abs(steps - usual) <= max(WITHIN * usual, 0.0015)
    found = np.flatnonzero(steps > GAP * usual)
    if even.mean() < STEADY or len(found) > max(FEW, FEW_SHARE * len(steps)):
        return []
    return [(float(signals.time[n]), float(signals.time[n + 1])) for n in found]


def stretches(times: list[float], marks: list[bool], end: float) -> list[tuple[float, float, int]]:
    """The stretches (start, end in seconds, frames) of the marked ones of the frames at *times*, the last to *end*."""
    found: list[tuple[float, float, int]] = []
    begin: int | None = None
    for n, mark in enumerate([*marks, False]):
        if mark and begin is None:
            begin = n
        elif not mark and begin is not None:
            found.append((times[begin], times[n] if n < len(times) else end, n - begin))
            begin = None
    return found
