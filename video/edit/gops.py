"""Groups of pictures of an H.264 file: which packets of a stretch can be copied, and which must be encoded again.

A *group* goes from one IDR picture to the next: nothing in it refers to a picture outside, so that a decoder can start
with it whatever came before. Keyframes that are no IDR (open GOPs) begin no group: pictures after them refer back.
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
"""Those with an index, whose times are those of the frames."""
BACK = (0.0, 2.0, 20.0)
"""Seconds before the wanted time at which an IDR picture is looked for, before the whole file is."""

Fate = Literal["out", "kept", "drawn"]
"""What becomes of a frame: not shown, shown as it is, shown with something over it."""


class CannotCopy(Exception):
    """This edit cannot be made by copying packets: *reason* in snake_case, *detail* for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What pictures must have in common to follow one another in one stream."""

    width: int
    height: int
    """As stored, not as turned upright."""
    pixels: str
    turn: int
    """Degrees clockwise by which a player turns them."""
    aspect: Fraction
    """Of a pixel, width to height."""
    full: bool
    """Whether luma goes from 0 to 255 and not from 16 to 235."""
    colours: tuple[int, int, int]
    """Numbers of primaries, transfer and matrix in H.264."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of pictures. Times are in ticks of the source."""

    start: int
    """Time of the picture that it begins with."""
    packets: int
    copied: int
    """So many packets, from the first, are copied."""
    used: int
    """So many packets, from the first, are to be decoded; 0 when nothing is encoded."""
    frames: int
    """So many frames are encoded, …"""
    first: int
    last: int
    """… with times from *first* to *last*."""
    end: int
    """The greatest time of a shown frame."""
    depth: int
    """Packets by which a copied one comes earlier in the stream than on the screen, at most."""
    begin: int
    """The least time of a shown frame."""
    shown: int
    """So many frames are shown."""
    again: bool = False
    """Whether a frame stands so long that it is to be said again when a needle comes or goes: all are encoded anew."""

    def told_again(self) -> Group:
        return replace(self, copied=0, used=0, frames=0, depth=0, again=True)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is kept of a source after it is closed."""

    look: PictureFormat
    tick: Fraction
    """Seconds."""
    avcc: bytes
    """The header of the stream."""
    sets: h264.Sets
    profile: int
    references: int
    reorder: int | None
    """Pictures that may come earlier in the stream than on the screen, as it says; None: it does not say."""


class H264Source:
    """An open H.264 file."""

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
        """Seconds from the start of the file."""
        return pts * self.tick - self.start

    def ticks(self, seconds: float) -> int:
        return int((seconds + self.start) / self.tick)

    def walk(self, begin: float) -> Iterator[Any]:
        """The packets of the video from an IDR picture on that is not after *begin* seconds."""
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
        """The frames that the decoder still holds; it can begin anew then."""
        context = self.stream.codec_context
        shown: list[Any] = context.decode(None)
        context.flush_buffers()
        return shown

    def is_idr(self, packet: Any) -> bool:
        """Whether the first slice in *packet* is of an IDR picture.

        Raises:
            CannotCopy: ``bad_stream``; ``parameters_change``: its parameter sets are not those in the file's header;
                ``turned_in_stream``.
        """
        with bad_stream(self.uri):
            for nal in h264.nals(memoryview(packet), self.sets.length):
                what = h264.kind(nal)
                if h264.SLICE <= what <= h264.IDR:
                    return what == h264.IDR
                if what in (h264.SPS, h264.PPS):
                    self._check(bytes(nal))
                elif what == h264.SEI and h264.ORIENTATION in h264.messages(nal):
                    raise CannotCopy("turned_in_stream", f"{self.uri}: its stream itself says how to turn the picture")
        return False

    def _check(self, nal: bytes) -> None:
        if nal.rstrip(b"\0") not in self.known:
            raise CannotCopy("parameters_change", f"{self.uri}: its parameter sets change on the way")

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
    """Let the demuxer pass over all streams but *stream* without reading them."""
    with contextlib.suppress(ImportError):  # of old PyAV, which reads them and throws them away
        from av.stream import Discard

        for other in container.streams:
            other.discard = Discard.default if other.index == stream.index else Discard.all


@contextlib.contextmanager
def bad_stream(uri: str) -> Iterator[None]:
    """Turn BadStream into CannotCopy."""
    try:
        yield
    except h264.BadStream as error:
        raise CannotCopy("bad_stream", f"{uri}: {error}") from None


def survey(
    source: H264Source,
    begin: float,
    finish: float,
    fate: Callable[[float], Fate],
    stands: Callable[[float, float], bool],
) -> list[Group]:
    """The groups that show something from *begin* to *finish* seconds.

    Args:
        fate: what becomes of a frame, by its time.
        stands: whether a frame is to be said again between its time and that of the next. Both may be infinite: before
            the first frame, after the last one.

    Raises:
        CannotCopy: as ``H264Source``; ``times_disordered``: a group's frames are not all before the next one's.
    """
    found: list[Group] = []
    for pts, fates, whole in _parts(source, begin, finish, fate):
        group = _group(source, pts, fates, whole, stands)
        if group is None:
            continue
        before = source.seconds(found[-1].end) if found else -math.inf
        if found and group.begin <= found[-1].end:
            raise CannotCopy("times_disordered", f"{source.uri}: groups of pictures overlap at {before:g} s")
        if stands(before, source.seconds(group.begin)):
            if found:
                found[-1] = found[-1].told_again()
            else:
                group = group.told_again()
        found.append(group)
    if found and stands(source.seconds(found[-1].end), math.inf):
        found[-1] = found[-1].told_again()
    return found


def _parts(
    source: H264Source, begin: float, finish: float, fate: Callable[[float], Fate]
) -> Iterator[tuple[list[int], list[Fate], bool]]:
    """Times and fates of each group's packets, and whether it begins with an IDR picture."""
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
    source: H264Source, pts: list[int], fates: list[Fate], whole: bool, stands: Callable[[float, float], bool]
) -> Group | None:
    """The group of packets with times *pts*, in the order of the stream; *whole*: it begins with an IDR picture."""
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
    again = any(stands(*pair) for pair in pairwise(source.seconds(time) for time in sorted(shown)))
    return group.told_again() if again else group


def _clean(pts: list[int], fates: list[Fate]) -> int:
    """The most packets from the first that show nothing but untouched frames, all before the other packets' frames."""
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
    """The pixel formats that libx264 takes."""
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
    """Degrees clockwise, from the first frame that can be decoded."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            for frame in packet.decode():
                stream.codec_context.flush_buffers()
                return clockwise(frame)
    raise CannotCopy("no_frames", f"{container.name}: no picture could be decoded")
