"""The sound of a made video with its packets copied: each at its own time, in a row that no player can lose.

Every AAC frame is 1024 samples long. The made track has as many as fill its time, and each of a piece's packets takes
that place of the row which is nearest to its time. Its time stays its own to the sample: at a joint one packet lasts
up to half a frame (11 ms at 48 kHz) more or less than 1024 samples. A player that puts samples one after the other,
whatever the times say, is never further off than that, however many joints there are. What is silent is filled with
packets of encoded silence, what another kind of sound is encoded. When the main kind of sound cannot be copied (not
AAC-LC), all of it is encoded.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice, repeat, takewhile
from typing import Any, TypeVar

import av
import numpy as np

from ..decode.open import open_video
from ..decode.pulse import beat
from ..decode.sound_decoder import EARLIER
from .copy_plan import Files
from .edit_list import Edit, Piece, shift
from .edit_sound import LAYOUT, RATE, SIZE, sound
from .gops import alone
from .mux import TrackPacket
from .piece_frames import MAX_PIXELS

T = TypeVar("T")

CONFIG = 2
"""Bytes of an AAC stream's header that say of which kind it is: object type, rate, channels, length of frames."""
REACH = 600
"""Samples by which a packet may be off its place in the row: half a frame, and what gaps make uncertain."""
RUN = 64
"""Packets whose times are compared to find the exact one of the first of them, where the clock is coarse."""
SETTLED = 4
"""Packets after which an encoder that is fed silence gives the same again and again."""


@dataclass(frozen=True, slots=True)
class SoundKind:
    """What AAC streams must have in common so that one can follow another without being encoded again."""

    config: bytes
    rate: int
    layout: str


class AacSource:
    """The sound of an open file; *kind* is None when it is no AAC-LC."""

    def __init__(self, container: Any, stream: Any) -> None:
        self.container, self.stream, self.kind = container, stream, None
        if stream is None or stream.codec_context is None:
            self.stream = None
            return
        context = stream.codec_context
        header = bytes(context.extradata or b"")
        if context.name == "aac" and context.profile == "LC" and len(header) >= CONFIG:
            self.kind = SoundKind(header[:CONFIG], context.sample_rate, context.layout.name)
        self.start = 0.0 if container.start_time is None else container.start_time / 1e6
        self.tick = float(stream.time_base)

    def packets(self, begin: float) -> Iterator[tuple[int, Any]]:
        """Pairs (samples from the file's start, packet) from a little before *begin* seconds on."""
        assert self.kind is not None
        ticks = int((begin - EARLIER + self.start) / self.tick)
        self.container.seek(min(ticks, self.stream.start_time or 0) if begin < EARLIER else ticks, stream=self.stream)
        yield from steadied(self._told(), max(2, math.ceil(self.tick * self.kind.rate)))

    def _told(self) -> Iterator[tuple[int, Any]]:
        """The packets from here on, with the samples from the file's start that their times tell."""
        assert self.kind is not None
        for packet in self.container.demux(self.stream):
            beat()
            if packet.size and packet.pts is not None:
                yield round((packet.pts * self.tick - self.start) * self.kind.rate), packet


@contextmanager
def open_aac(uri: str) -> Iterator[AacSource]:
    """The sound of *uri*. Raises Failed as ``open_video`` does."""
    with open_video(uri, MAX_PIXELS) as (container, _):
        stream = container.streams.best("audio")
        if stream is not None:
            alone(container, stream)
        yield AacSource(container, stream)


def steadied(told: Iterator[tuple[int, T]], slack: int) -> Iterator[tuple[int, T]]:
    """The pairs (samples, packet) of *told* with the times of an unbroken row of frames, 1024 samples each.

    Told times are rounded, in Matroska to a millisecond; the middle of what a run of them allows is nearer to the
    truth. Where one is over *slack* samples off the row, a new row begins.
    """
    ahead: deque[tuple[int, T]] = deque()
    at: int | None = None
    while True:
        ahead.extend(islice(told, RUN - len(ahead)))
        if not ahead:
            return
        if at is None or abs(ahead[0][0] - at) > slack:
            first = ahead[0][0]
            off = [time - first - n * SIZE for n, (time, _) in enumerate(ahead)]
            run = list(takewhile(lambda by: abs(by) <= slack, off))
            at = first + round((min(run) + max(run)) / 2)
        yield at, ahead.popleft()[1]
        at += SIZE


class AacTrack:
    """The sound of *edit*. ``stream`` is None when it has none."""

    def __init__(self, edit: Edit, ears: Files[AacSource], target: Any) -> None:
        """*target*: the container to be written, which is given a stream for the sound."""
        self.edit, self.ears = edit, ears
        self.copied = self.encoded = 0
        self.stream: Any = None
        self.pieces = [one for one in sorted(edit.pieces, key=lambda one: one.start) if edit.sound and one.plain]
        self.pieces = [one for one in self.pieces if ears[one.file].stream is not None]
        if not self.pieces:
            return
        self.kinds = {one.file: ears[one.file].kind for one in self.pieces}
        kind = self._main()
        encoder = _encoder(kind.rate, kind.layout) if kind else None
        if kind is not None and encoder is not None and bytes(encoder.extradata)[:CONFIG] == kind.config:
            main = next(one.file for one in self.pieces if self.kinds[one.file] == kind)
            self.stream = target.add_stream_from_template(ears[main].stream)
            self.kind: SoundKind | None = kind
            self.rate, self.silence = kind.rate, _silence(kind)
        else:
            self.stream = target.add_stream("aac", rate=RATE, layout=LAYOUT)
            self.kind, self.rate = None, RATE

    def packets(self) -> Iterator[TrackPacket]:
        """The packets with their times."""
        tick, end = Fraction(1, self.rate), round(self.edit.duration * self.rate)
        last = -RUN * SIZE
        for at, packet in self._row(end) if self.kind else self._encoded():
            at = max(at, last + 1)
            if at < end:
                last = at
                yield TrackPacket(packet, at, at, tick, 1 / self.rate, min(SIZE, end - at))

    def _main(self) -> SoundKind | None:
        """The kind of the sound that lasts longest."""
        seconds: dict[SoundKind | None, float] = {}
        for piece in self.pieces:
            kind = self.kinds[piece.file]
            seconds[kind] = seconds.get(kind, 0.0) + piece.end - piece.start
        return max(seconds, key=lambda kind: seconds[kind])

    def _encoded(self) -> Iterator[tuple[int, Any]]:
        for frame in chain(sound(self.edit), [None]):
            for packet in self.stream.encode(frame):
                self.encoded += 1
                yield packet.pts, packet

    def _row(self, end: int) -> Iterator[tuple[int, Any]]:
        """The packets for the places of the row up to *end* samples, with their times."""
        at = self._first()
        for piece, until in self._parts(end):
            places = range(at, min(end, until - SIZE // 2), SIZE)
            if not places:
                continue
            copy = piece is not None and self.kinds[piece.file] == self.kind
            found = iter(()) if piece is None else (self._copies if copy else self._foreign)(piece, places)
            for place, (time, payload) in zip(places, chain(found, repeat((None, self.silence))), strict=False):
                if copy and time is not None:
                    self.copied += 1
                else:
                    self.encoded += 1
                yield place if time is None else time, av.Packet(payload)
            at = places[-1] + SIZE

    def _parts(self, end: int) -> Iterator[tuple[Piece | None, int]]:
        """Pieces, and None for what is silent between them, and where each ends (samples)."""
        for piece in self.pieces:
            if piece.start > 0:
                yield None, round(piece.start * self.rate)
            last = round(piece.end * self.rate)
            yield piece, last if last < end - SIZE else end + SIZE
        yield None, end + SIZE

    def _first(self) -> int:
        """Where the row begins, at 0 or before: so that the packets of the first copied piece are in their places."""
        piece = next(one for one in self.pieces if self.kinds[one.file] == self.kind)
        shift = self._shift(piece)
        times = [at + shift for at, _ in islice(self.ears[piece.file].packets(piece.begin), 64)]
        if not times:
            return 0
        phase = times[0] % SIZE
        first = phase - SIZE if phase else 0
        # One more for the decoder to begin with, where there is one: AAC frames overlap.
        lead = any(abs(at - (first - SIZE)) <= REACH for at in times) and piece.start <= 0
        return first - SIZE if lead else first

    def _shift(self, piece: Piece) -> int:
        """Samples from a time in the source to that in the made video."""
        return round((piece.start - piece.begin) * self.rate)

    def _copies(self, piece: Piece, places: range) -> Iterator[tuple[int | None, bytes]]:
        """For each of *places* the time and content of the packet that belongs there; silence where there is none."""
        shift = self._shift(piece)
        packets = self.ears[piece.file].packets(places[0] / self.rate - piece.start + piece.begin if places else 0.0)
        coming = next(packets, None)
        for place in places:
            while coming is not None and coming[0] + shift < place - SIZE / 2:
                coming = next(packets, None)
            if coming is None or coming[0] + shift > place + REACH:
                yield None, self.silence
                continue
            yield coming[0] + shift, bytes(coming[1])
            coming = next(packets, None)

    def _foreign(self, piece: Piece, places: range) -> Iterator[tuple[int | None, bytes]]:
        """Packets for *places* with the sound of *piece*, encoded; their times are those of the places."""
        assert self.kind is not None
        if not places:
            return
        late = places[0] / self.rate - piece.start
        if late > 0:
            piece = replace(piece, start=piece.start + late, begin=piece.begin + late)
        alone = replace(self.edit, pieces=(shift(piece, -places[0] / self.rate),), overlays=())
        encoder = _encoder(self.kind.rate, self.kind.layout)
        resampler = av.AudioResampler(format="fltp", layout=self.kind.layout, rate=self.kind.rate)
        runs = (run for frame in chain(sound(alone), [None]) for run in resampler.resample(frame))
        made = (packet for run in runs for packet in encoder.encode(run))
        try:
            next(made, None)  # what comes before the first sample
            yield from ((None, bytes(packet)) for packet in made)
        finally:
            rest = encoder.encode(None)
        yield from ((None, bytes(packet)) for packet in rest)


def _encoder(rate: int, layout: str) -> Any:
    """An open AAC encoder."""
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = rate, layout, "fltp"
    context.time_base = Fraction(1, rate)
    context.flags |= 1 << 22  # its header in extradata
    context.open()
    return context


def _silence(kind: SoundKind) -> bytes:
    """The content of a packet of silence."""
    encoder, packets = _encoder(kind.rate, kind.layout), []
    for n in range(2 * SETTLED):
        channels = len(encoder.layout.channels)
        frame = av.AudioFrame.from_ndarray(np.zeros((channels, SIZE), np.float32), format="fltp", layout=kind.layout)
        frame.rate, frame.pts = kind.rate, n * SIZE
        packets += encoder.encode(frame)
    encoder.encode(None)
    return bytes(packets[SETTLED])
