"""The frames of a container's packets, what time each is shown at, and which are damaged; runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av

from .pulse import beat

TIMELESS = ("avi",)
"""Containers that tell when a packet is decoded and not when its picture is shown: with B-frames that is not the same,
and what libav makes up for the time of a picture is out of order."""
MARKING = ("h264",)
"""Decoders that mark every damaged picture, and complain of much besides. What others complain of is damage."""
NOT_CODED = 16
"""Bytes that a packet of MPEG-4 Part 2 may have which only says that the last picture stays."""


def complaints() -> int:
    """How many errors libav has told of so far in this process."""
    return int(av.logging.get_last_error()[0])


class Decoder:
    """Decodes the video *stream* of *container*, and counts what is wrong with it.

    A picture counts as damaged when the decoder marks it, and so does every later one up to the next keyframe: it is
    made from damaged ones. Nothing is made from a B-frame, as a rule, so that a damaged one is damaged alone.
    """

    def __init__(self, container: Any, stream: Any, since: int | None = None) -> None:
        """*since*: the ``complaints`` before the file was opened, if those of opening it count."""
        self.container, self.stream = container, stream
        self.misread = 0
        """Times at which the container's structure made no sense."""
        self._heed(complaints() if since is None else since)
        self.read = 0
        """Packets with data."""
        self.hidden = 0
        """Packets that the container says are decoded and not shown."""
        self.bad = 0
        """Packets that cannot be decoded."""
        self.wrong: Exception | None = None
        """What was wrong with the first of them."""
        self.early = 0
        """Packets before the first picture that can be shown: the file begins within a group of pictures."""
        self.damaged = False
        """Whether the frame that was given last is damaged."""
        self.interlaced = False
        self._timeless = container.format.name in TIMELESS
        self._first: int | None = None  # the time of decoding of the first packet
        self._lag: int | None = None  # ticks from there to the first picture
        self._last = 0
        self._spoiled: float | None = None  # frames from this time on are damaged
        self._blamed: set[int | None] = set()  # times of packets that gave a damaged picture
        self._shown = self._given = 0
        self._before: list[float] | None = []  # times of packets before the first frame

    @property
    def lost(self) -> int:
        """Packets that were decoded without giving a picture, but for those before the first picture."""
        return 0 if self.interlaced else max(0, self._shown - self._given)

    def frames(self) -> Iterator[Any]:
        """The frames from where the container stands, in the order in which they are shown.

        ``pts`` is right where the container tells it; in an AVI it is set here, from the times of decoding.
        """
        for packet in self.packets():
            frames = self.decoded(packet)
            if frames is None:
                return
            yield from frames

    def shown(self) -> Iterator[tuple[Any, int | None, bool]]:
        """Every frame, its time in ticks, and whether it is damaged."""
        for frame in self.frames():
            yield frame, frame.pts, self.damaged

    def packets(self) -> Iterator[Any]:
        """The packets from where the container stands, the last of which is empty."""
        packets = self.container.demux(self.stream)
        while True:
            said = complaints()
            try:
                packet = next(packets, None)
            except av.error.MemoryError:
                raise
            except av.error.FFmpegError as error:
                self._fault(error, None)
                return
            if packet is None:
                return
            beat()
            self._heed(said)
            if packet.size:
                self.read += 1
                self.hidden += packet.is_discard
            if self._first is None:
                self._first = packet.dts
            yield packet

    def decoded(self, packet: Any) -> Iterator[Any] | None:
        """The frames that the decoder gives when it is given *packet*; None when it will give no more."""
        said = complaints()
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return None
        except av.error.InvalidDataError as error:
            self._fault(error, packet.pts)
            return iter(())
        self._count(packet)
        name = self.stream.codec_context.name
        if packet.is_corrupt or (complaints() > said and name not in MARKING and self._before is None):
            self._blamed.add(packet.pts)
        return self._taken(frames)

    def _taken(self, frames: list[Any]) -> Iterator[Any]:
        for frame in frames:
            self._take(frame)
            yield frame

    def _heed(self, said: int) -> None:
        """Count what the container's reader complained of since the complaints were *said*."""
        if (now := complaints()) > said:
            told = av.logging.get_last_error()[1]
            if told is not None and told[1] == self.container.format.name:
                self.misread += now - said

    def _fault(self, error: Exception, pts: int | None) -> None:
        self.bad += 1
        self.wrong = self.wrong or error
        self._spoil(pts)

    def _spoil(self, pts: int | None) -> None:
        at = float("-inf") if pts is None or self._timeless else float(pts)
        self._spoiled = at if self._spoiled is None else min(at, self._spoiled)

    def _count(self, packet: Any) -> None:
        """Count *packet* if it should give a picture."""
        if not packet.size or packet.is_discard:
            return
        name = self.stream.codec_context.name
        if name in ("vp8", "libvpx") and not memoryview(packet)[0] & 16:
            return  # a picture that others are made from, and nobody sees
        if name == "mpeg4" and packet.size <= NOT_CODED:
            return
        self._shown += 1
        if self._before is not None and packet.pts is not None:
            self._before.append(packet.pts)

    def _take(self, frame: Any) -> None:
        marked = frame.is_corrupt or frame.pts in self._blamed
        if self._timeless:
            self._retime(frame)
        if self._before is not None:
            if frame.pts is not None and not self._timeless:
                self.early = sum(pts < frame.pts for pts in self._before)
                self._shown -= self.early
            self._before = None
        self._given += 1
        self.interlaced |= frame.interlaced_frame
        late = self._spoiled is not None and (frame.pts is None or frame.pts >= self._spoiled)
        if late and frame.key_frame and not marked:
            self._spoiled, late = None, False
        if marked and frame.pict_type != av.video.frame.PictureType.B:
            self._spoil(frame.pts)
        self.damaged = late or marked

    def _retime(self, frame: Any) -> None:
        """Set the time of *frame* from when the packet was decoded that made the decoder give it.

        Pictures come in order, one for each packet, some packets late: as late as the first of them. This is libav's
        best effort as well, which leaves that delay in. What the decoder gives at the end comes a tick after the last.
        """
        at = frame.dts
        if self._lag is None:
            self._lag = 0 if at is None or self._first is None else at - self._first
        self._last = self._last + 1 if at is None else at - self._lag
        frame.pts = self._last
