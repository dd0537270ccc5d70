"""Packets are put into an MP4 file: they get decoding times, sound lies beside picture, and the index comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush, merge
from typing import Any

import av

from ..decode.pulse import beat

LEAST_RATE, MOST_RATE = 90_000, 1_000_000
"""Ticks a second of a video track: with fewer, pictures that an inserted one pushes along would be further from their
sound than a sample; with many more, a frame that stands for some seconds lasts longer than MP4 can say."""
USUAL_RATE = 90_000


@dataclass(frozen=True, slots=True)
class TrackPacket:
    """A packet of the made video. Times are in ticks of its track."""

    packet: Any
    pts: int
    dts: int
    tick: Fraction
    seconds: float
    """The same tick, not exact."""
    duration: int


class DecodeTimer:
    """Decoding times for packets that come in the order of decoding.

    The packet number n is decoded at the n - *depth*-th of all presentation times in rising order. With the same depth
    that is how libx264 does it, so that the packets of one copied file keep their times.
    """

    def __init__(self, depth: int, step: int) -> None:
        """*depth*: packets by which one comes earlier in the stream than on the screen, at most; *step*: ticks."""
        self.depth, self.step = depth, step
        self.waiting: list[int] = []
        self.count = self.first = 0

    @property
    def delay(self) -> int:
        """Ticks by which decoding begins before the first picture is shown."""
        return self.depth * self.step

    def tell(self, pts: int) -> int:
        """The decoding time of the next packet, which is shown at *pts* ticks."""
        if not self.count:
            self.first = pts
        heappush(self.waiting, pts)
        self.count += 1
        if self.count <= self.depth:
            return self.first - (self.depth + 1 - self.count) * self.step
        return heappop(self.waiting)


def track_tick(tick: Fraction) -> Fraction:
    """The tick of an MP4 track for packets with times in multiples of *tick* seconds: the same, or a part of it."""
    rate = tick.denominator if tick.denominator <= MOST_RATE else USUAL_RATE
    while rate < LEAST_RATE:
        rate *= 2
    return Fraction(1, rate)


def write(out: Any, tracks: list[tuple[Any, Iterator[TrackPacket]]]) -> None:
    """Write the packets of *tracks*, pairs of a stream of *out* and what goes into it, in the order of their times."""

    def track(number: int) -> Iterator[tuple[float, int, Any, TrackPacket]]:
        stream, packets = tracks[number]
        for one in packets:
            yield one.dts * one.seconds, number, stream, one

    for *_, stream, one in merge(*map(track, range(len(tracks))), key=lambda item: item[:2]):
        beat()
        packet = one.packet
        packet.time_base, packet.stream = one.tick, stream
        packet.pts, packet.dts = one.pts, one.dts
        packet.duration = one.duration
        out.mux(packet)


def create_mp4(path: str) -> Any:
    """Open an MP4 file for writing. Its index will come first."""
    return av.open(path, "w", format="mp4", container_options={"movflags": "+faststart", "fflags": "+bitexact"})
