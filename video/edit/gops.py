"""The groups of pictures of an H.264 file: which of their packets can be copied, and which must be encoded again.

A *group* lasts from one IDR picture to the next. None of its pictures refers to a picture outside of it, so that a
decoder can start at any group. A keyframe that is not an IDR picture (an open GOP) does not begin a group, because
later pictures refer to earlier ones.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import av

from ..decode.container import clockwise
from ..decode.open import open_video
from ..decode.picture import FULL_RANGE, PLANAR
from ..decode.pulse import beat
from . import bitstream as h264

MAX_PIXELS = 1 << 27
CONTAINERS = ("mov", "matroska")
"""The containers with an index whose times are exactly those of the frames."""
BACK = (0.0, 2.0, 20.0)
"""How many seconds before the wanted time an IDR picture is sought, one after the other; then from the file's start."""

Fate = Literal["out", "kept", "drawn"]
"""The use of a frame: ``out`` is not shown, ``kept`` is shown unchanged, ``drawn`` is shown with an overlay."""


class CannotCopy(Exception):
    """The error of an edit that cannot be made by copying packets: *reason* in snake_case, *detail* for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """The properties that pictures must share to follow one another in one stream."""

    width: int
    height: int
    """Width and height are those of the stored picture, before it is turned upright."""
    pixels: str
    turn: int
    """The degrees by which a player turns the pictures clockwise."""
    aspect: Fraction
    """The aspect ratio of a pixel, width to height."""
    full: bool
    """Whether luma has the range 0 to 255 instead of 16 to 235."""
    colours: tuple[int, int, int]
    """The codes of primaries, transfer and matrix in H.264."""

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of the upright picture."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of pictures, and which of it is copied and encoded. Times are in ticks of the source."""

    start: int
    """The time of its first picture in the stream."""
    packets: int
    copied: int
    """The number of packets, from the first on, that are copied."""
    used: int
    """The number of packets, from the first on, that are decoded; 0 when nothing is encoded."""
    frames: int
    """The number of frames that are encoded."""
    first: int
    last: int
    """The frames that are encoded have times from *first* to *last*."""
    end: int
    """The largest time of a frame that is shown."""
    depth: int
    """The largest number of places by which a copied packet is earlier in the stream than on the screen."""
    begin: int
    """The smallest time of a frame that is shown."""
    shown: int
    """The number of frames that are shown."""
    encode_all: bool = False
    """Whether all frames are encoded, because one lasts so long that it is repeated where a needle comes or goes."""

    def fully_encoded(self) -> Group:
        """The same group with every frame encoded anew."""
        return replace(self, copied=0, used=0, frames=0, depth=0, encode_all=True)


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about a source that are needed after it is closed."""

    look: PictureFormat
    tick: Fraction
    """The length of a tick in seconds."""
    avcc: bytes
    """The avcC header of the stream."""
    sets: h264.Sets
    profile: int
    references: int
    reorder: int | None
    """The number of pictures that may be earlier in the stream than on the screen; None: the stream does not say."""


class H264Source:
    """An open H.264 file, from which packets can be copied."""

    def __init__(self, uri: str, container: Any, stream: Any) -> None:
        """Raises CannotCopy: ``container``, ``not_h264``, ``interlaced``, ``pixel_format``, ``bad_stream``."""
        self.uri, self.container, self.stream = uri, container, stream
        context = stream.codec_context
        if context.name != "h264":
            raise CannotCopy("not_h264", f"{uri}: is {context.name}")
        if not container.format.name.startswith(CONTAINERS):
            raise CannotCopy("container", f"{uri}: is {container.format.name}, not MP4, MOV or Matroska")
        avcc = bytes(context.extradata or b"")
        with bad_stream(uri):
            sets = h264.read_avcc(avcc)
            sps = [h264.read_sps(nal) for nal in sets.sps]
        if not all(one.progressive for one in sps):
            raise CannotCopy("interlaced", f"{uri}: may hold fields")
        if not PLANAR.match(context.pix_fmt or "") or context.pix_fmt not in encodable():
            raise CannotCopy("pixel_format", f"{uri}: {context.pix_fmt} cannot be encoded alike")
        tick, start = Fraction(stream.time_base), container.start_time
        self.tick = float(tick)
        self.start = float((stream.start_time or 0) * tick) if start is None else start / 1e6
        self.sets = sets
        self.known = {nal.rstrip(b"\0") for nal in (*sets.sps, *sets.pps)}
        reorder = [one.reorder for one in sps]
        self.traits = Traits(
            _look(container, stream),
            tick,
            avcc,
            sets,
            sps[0].profile,
            max(one.references for one in sps),
            None if None in reorder else max(one or 0 for one in reorder),
        )

    def seconds(self, pts: int) -> float:
        """The time *pts* in seconds from the start of the file."""
        return pts * self.tick - self.start

    def ticks(self, seconds: float) -> int:
        return int((seconds + self.start) / self.tick)

    def walk(self, begin: float) -> Iterator[Any]:
        """The packets of the video from the last IDR picture that is found at or before *begin* seconds."""
        goal = self.ticks(begin)
        for back in BACK:
            self.container.seek(max(goal - int(back / self.tick), 0), stream=self.stream, backward=True)
            packets = self._packets()
            first = next(packets, None)
            if first is None or not self.is_idr(first) or first.pts > goal:
                continue
            yield first
            yield from packets
            return
        self.container.seek(min(self.stream.start_time or 0, 0), stream=self.stream, backward=True)
        yield from self._packets()

    def drained(self) -> list[Any]:
        """The frames that the decoder still holds. It can start afresh afterwards."""
        context = self.stream.codec_context
        frames: list[Any] = context.decode(None)
        context.flush_buffers()
        return frames

    def is_idr(self, packet: Any) -> bool:
        """Whether the first slice in *packet* belongs to an IDR picture.

        Raises:
            CannotCopy: ``bad_stream``; ``parameters_change``: its parameter sets differ from the file's header;
                ``turned_in_stream``: the stream has a message that turns the picture.
        """
        with bad_stream(self.uri):
            for nal in h264.nals(memoryview(packet), self.sets.length):
                what = h264.kind(nal)
                if h264.SLICE <= what <= h264.IDR:
                    return what == h264.IDR
                if what in (h264.SPS, h264.PPS):
                    self._check(bytes(nal))
                elif what == h264.SEI and h264.ORIENTATION in h264.messages(nal):
                    raise CannotCopy("turned_in_stream", f"{self.uri}: the stream has a message that turns the picture")
        return False

    def _check(self, nal: bytes) -> None:
        if nal.rstrip(b"\0") not in self.known:
            raise CannotCopy("parameters_change", f"{self.uri}: its parameter sets change within the stream")

    def _packets(self) -> Iterator[Any]:
        for packet in self.container.demux(self.stream):
            beat()
            if packet.size:
                if packet.pts is None:
                    raise CannotCopy("no_times", f"{self.uri}: a packet has no time")
                yield packet


@contextlib.contextmanager
def open_source(uri: str) -> Iterator[H264Source]:
    """Open the file *uri*. Raises CannotCopy as ``H264Source`` does, Failed as ``open_video`` does."""
    with open_video(uri, MAX_PIXELS) as (container, stream):
        alone(container, stream)
        yield H264Source(uri, container, stream)


def alone(container: Any, stream: Any) -> None:
    """Make the demuxer skip all streams but *stream*."""
    with contextlib.suppress(ImportError):  # old versions of PyAV read the streams and discard them
        from av.stream import Discard

        for other in container.streams:
            other.discard = Discard.default if other.index == stream.index else Discard.all


@contextlib.contextmanager
def bad_stream(uri: str) -> Iterator[None]:
    """Raise CannotCopy where BadStream is raised."""
    try:
        yield
    except h264.BadStream as error:
        raise CannotCopy("bad_stream", f"{uri}: {error}") from None


def survey(
    source: H264Source,
    begin: float,
    finish: float,
    fate: Callable[[float], Fate],
    needs_repeat: Callable[[float, float], bool],
) -> list[Group]:
    """The groups of *source* with frames that are shown from *begin* to *finish* seconds.

    Args:
        source: the file.
        begin: seconds.
        finish: seconds.
        fate: returns the use of a frame, from its time in seconds.
        needs_repeat: whether a frame must be repeated between its time and that of the next frame, both in seconds. The
            first is -inf before the first frame, the second inf after the last one.

    Raises:
        CannotCopy: as ``H264Source`` does; ``times_disordered``: the frames of two groups overlap in time.
    """
    found: list[Group] = []
    for pts, fates, whole in _parts(source, begin, finish, fate):
        group = _group(source, pts, fates, whole, needs_repeat)
        if group is None:
            continue
        before = source.seconds(found[-1].end) if found else -math.inf
        if found and group.begin <= found[-1].end:
            raise CannotCopy("times_disordered", f"{source.uri}: groups of pictures overlap at {before:g} s")
        if needs_repeat(before, source.seconds(group.begin)):
            if found:
                found[-1] = found[-1].fully_encoded()
            else:
                group = group.fully_encoded()
        found.append(group)
    if found and needs_repeat(source.seconds(found[-1].end), math.inf):
        found[-1] = found[-1].fully_encoded()
    return found


def _parts(
    source: H264Source, begin: float, finish: float, fate: Callable[[float], Fate]
) -> Iterator[tuple[list[int], list[Fate], bool]]:
    """The times and uses of the packets of each group, and whether the group begins with an IDR picture."""
    pts: list[int] = []
    fates: list[Fate] = []
    whole, limit = False, source.ticks(finish) + 1
    for packet in source.walk(begin):
        if source.is_idr(packet):
            if pts:
                yield pts, fates, whole
            pts, fates, whole = [], [], True
            if packet.pts > limit:
                break
        elif packet.dts is not None and packet.dts > limit:
            break
        pts.append(packet.pts)
        fates.append("out" if packet.is_discard else fate(source.seconds(packet.pts)))
    if pts:
        yield pts, fates, whole


def _group(
    source: H264Source, pts: list[int], fates: list[Fate], whole: bool, needs_repeat: Callable[[float, float], bool]
) -> Group | None:
    """The group of packets with the times *pts*, in stream order. *whole*: it begins with an IDR picture."""
    shown = [time for time, what in zip(pts, fates, strict=True) if what != "out"]
    if not shown:
        return None
    if len(set(pts)) < len(pts):
        raise CannotCopy("times_disordered", f"{source.uri}: two frames at {pts[0]} or after have the same time")
    copied = _clean(pts, fates) if whole else 0
    taken = max(pts[:copied], default=min(pts) - 1)
    rest = [n for n, what in enumerate(fates) if what != "out" and pts[n] > taken]
    times = [pts[n] for n in rest]
    used = max(rest) + 1 if rest else 0
    first, last = min(times, default=0), max(times, default=0)
    depth, count = _depth(pts[:copied]), len(shown)
    group = Group(pts[0], len(pts), copied, used, len(rest), first, last, max(shown), depth, min(shown), count)
    repeats = any(needs_repeat(*pair) for pair in pairwise(source.seconds(time) for time in sorted(shown)))
    return group.fully_encoded() if repeats else group


def _clean(pts: list[int], fates: list[Fate]) -> int:
    """The largest number of first packets that show only unchanged frames, all before the frames of the others."""
    if all(what == "kept" for what in fates):
        return len(pts)
    latest, highest = [], pts[0]
    for time in pts:
        highest = max(highest, time)
        latest.append(highest)
    lowest = min(time for time, what in zip(pts, fates, strict=True) if what != "kept")
    for count in range(len(pts), 0, -1):
        if latest[count - 1] < lowest:
            return count
        lowest = min(lowest, pts[count - 1])
    return 0


def _depth(pts: list[int]) -> int:
    order = sorted(range(len(pts)), key=pts.__getitem__)
    return max((n - rank for rank, n in enumerate(order)), default=0)


@cache
def encodable() -> set[str]:
    """The pixel formats that libx264 encodes."""
    return {one.name for one in av.codec.Codec("libx264", "w").video_formats or ()}


def _look(container: Any, stream: Any) -> PictureFormat:
    context = stream.codec_context
    aspect = stream.sample_aspect_ratio
    colours = int(context.color_primaries), int(context.color_trc), int(context.colorspace)
    full = context.color_range == FULL_RANGE or "yuvj" in context.pix_fmt
    return PictureFormat(
        context.width, context.height, context.pix_fmt, _turn(container, stream), Fraction(aspect or 1), full, colours
    )


def _turn(container: Any, stream: Any) -> int:
    """The degrees by which pictures are turned clockwise, from the first frame that can be decoded."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            for frame in packet.decode():
                stream.codec_context.flush_buffers()
                return clockwise(frame)
    raise CannotCopy("no_frames", f"{container.name}: no picture could be decoded")
