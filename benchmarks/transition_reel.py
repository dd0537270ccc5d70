"""A film whose boundaries are known frame by frame: shots, how they are joined, and what lies over all of them.

The parts `crossing` and `passing` of `transitions.py` are made of such films. What lies over the film (a ticker, a
passer-by, grain) takes no notice of its boundaries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from own_thread import in_own_thread

Picture = Any
"""(height, width, 3) float32, RGB, 0..255."""
Rng = np.random.Generator
Draw = Callable[[int], Picture]
"""What is seen so many frames after a shot begins; before that, and after its end, while a transition lasts."""
Change = Callable[[Picture, int], Picture]
Known = tuple[str, int, int]
"""Kind of a boundary, the first frame at which it is seen, and the last before the new picture is all there is."""
QUICK = 15
"""Cuts fewer frames apart than these are told apart from other cuts."""


@dataclass
class Reel:
    """A film: its shots with their lengths in frames, and the transition before each but the first."""

    size: tuple[int, int]
    """Width and height in pixels."""
    fps: int
    codec: tuple[str, dict[str, str]]
    shots: list[tuple[int, Draw]]
    joins: list[tuple[str, int]]
    """By shot but the first: the name of the transition, and for how many frames it is seen (0 of a cut)."""
    mix: Callable[[Picture, Picture, float, str, int], Picture]
    over: list[Change] = field(default_factory=list)

    @property
    def starts(self) -> list[int]:
        return [0, *np.cumsum([size for size, _ in self.shots]).tolist()]

    @property
    def known(self) -> list[Known]:
        starts, found = self.starts, []
        for n, (how, size) in enumerate(self.joins, 1):
            at, near = starts[n], min(self.shots[n - 1][0], self.shots[n][0] if n < len(self.joins) else QUICK)
            if size:
                found.append((how, at - size // 2, at - size // 2 + size - 1))
            else:
                found.append(("quick" if near < QUICK else "cut", at, at))
        return found

    def bare(self, frame: int) -> Picture:
        """The picture at *frame* without what lies over the film."""
        starts = self.starts
        for n, (how, size) in enumerate(self.joins, 1):
            done = frame - (starts[n] - size // 2)
            if 0 <= done < size:
                one = self.shots[n - 1][1](frame - starts[n - 1])
                two = self.shots[n][1](frame - starts[n])
                return self.mix(one, two, (done + 1) / (size + 1), how, n)
        n = int(np.searchsorted(starts, frame, side="right")) - 1
        return self.shots[n][1](frame - starts[n])

    def pictures(self) -> Iterator[Picture]:
        for frame in range(self.starts[-1]):
            shown = self.bare(frame)
            for change in self.over:
                shown = change(shown, frame)
            yield np.clip(shown, 0, 255).astype(np.uint8)

    def write(self, path: Path) -> None:
        """Encode the film to *path*."""
        encode(path, self.size, self.fps, self.codec, self.pictures())


@in_own_thread
def encode(
    path: Path, size: tuple[int, int], fps: int, codec: tuple[str, dict[str, str]], shown: Iterable[Any]
) -> None:
    """Write *shown*, pictures of uint8, to *path*; *codec* is a name with its options, of which ``b`` is a bit rate."""
    name, options = codec
    with av.open(str(path), "w") as out:
        stream = out.add_stream(name, rate=fps, options={k: v for k, v in options.items() if k != "b"})
        if "b" in options:
            stream.bit_rate = int(options["b"].replace("k", "000").replace("M", "000000"))
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if name == "mjpeg" else "yuv420p"
        for number, picture in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def lengths(rng: Rng, fps: int, total: int, low: float, high: float, quick: float = 0.0) -> list[int]:
    """Frames of shots that together are *total*: *low* to *high* seconds each, a share *quick* of 5 to 14 frames."""
    made: list[int] = []
    while (left := total - sum(made)) > 0:
        size = (
            int(rng.integers(5, QUICK)) if rng.random() < quick else max(QUICK + 1, int(rng.uniform(low, high) * fps))
        )
        if left - size < 2 * QUICK:
            size = left
        made.append(size)
    return made


def joined(rng: Rng, sizes: list[int], fps: int, ways: list[str], low: float, high: float) -> list[tuple[str, int]]:
    """Joins of shots of *sizes* frames: each one of *ways*, *low* to *high* seconds long, as far as the shots allow."""
    joins = []
    for n in range(1, len(sizes)):
        how, most = str(rng.choice(ways)), int(0.6 * min(sizes[n - 1 : n + 1]))
        size = min(most, round(fps * low * (high / low) ** rng.uniform(0, 1)))
        joins.append((how, size) if how != "cut" and size >= 5 else ("cut", 0))
    return joins


def witnessed(reel: Reel) -> list[str]:
    """What of the known boundaries is not seen in the pictures themselves, before any coding; nothing, when all is.

    A cut at frame *f* is seen when *f* differs from the frame before in at least 0.5 % of the pixels, and what lies on
    either side differs less from its own neighbour. A transition is seen when the frame before its first is the old
    shot's own and the one after its last the new shot's, and when between these something of both is in each picture.
    """
    missed, starts = [], reel.starts

    def apart(one: Picture, two: Picture, levels: float = 6.0) -> float:
        return float((np.abs(np.clip(one, 0, 255) - np.clip(two, 0, 255)).max(-1) > levels).mean())

    for n, (kind, first, last) in enumerate(reel.known, 1):
        before, after = reel.shots[n - 1][1], reel.shots[n][1]
        if kind in ("cut", "quick"):
            p, q, r, s = (reel.bare(max(0, min(first + i, starts[-1] - 1))) for i in (-2, -1, 0, 1))
            if apart(q, r) < 0.005 or apart(q, r) < max(apart(p, q), apart(r, s)):
                missed.append(f"{kind} at {first}: {apart(p, q):.3f} {apart(q, r):.3f} {apart(r, s):.3f}")
            continue
        old, new = first - starts[n - 1], last - starts[n]
        if apart(reel.bare(first - 1), before(old - 1)) or apart(reel.bare(last + 1), after(new + 1)):
            missed.append(f"{kind} from {first} to {last}: mixed beyond its ends")
        at = (first + last) // 2
        middle, former, latter = reel.bare(at), before(at - starts[n - 1]), after(at - starts[n])
        if min(apart(middle, former, 1.0), apart(middle, latter, 1.0)) < 0.01:
            missed.append(f"{kind} from {first} to {last}: nothing is mixed at {at}")
        if apart(reel.bare(first), after(first - starts[n]), 1.0) < 0.3 * apart(middle, latter, 1.0):
            missed.append(f"{kind} from {first}: most of it is seen at once")
    return missed
