"""Cutting by copying packets alone, for codecs that the smart way does not know; runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

from ...schemas.rounding import ROUNDING
from ..decode.open import open_video
from ..decode.pulse import beat
from .copied_sound import AacTrack, open_aac
from .copy_plan import Files
from .edit_list import Edit
from .gops import CONTAINERS, MAX_PIXELS, CannotCopy, alone
from .mux import DecodeTimer, TrackPacket, create_mp4, track_tick, write
from .render_process import Made, plain_errors

BACK = (0.0, 2.0, 20.0)
"""Seconds before the start at which a keyframe is looked for, before the whole file is."""
IN_MP4 = ("hevc", "av1", "vp9", "mpeg4")
"""Codecs that players expect in MP4; others go into Matroska."""


def copy(edit: Edit, out: str, crf: int, preset: str) -> Made:
    """Write *edit*, one stretch of one file, to *out* by copying packets, or say why that cannot be.

    It can when the first frame of the stretch is a keyframe before which no later packet is shown (a closed group),
    and the packets up to its last frame, in the order of decoding, show nothing from beyond its end.
    """
    try:
        with plain_errors(out):
            return _copy(edit, out), "", ""
    except CannotCopy as unable:
        return {}, unable.reason, unable.detail
    except (ValueError, av.error.FFmpegError) as error:  # what a muxer, or PyAV, does not take
        return {}, "not_copied", str(error)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a packet after it was read once. Times in ticks."""

    pts: int
    key: bool
    size: int


def _copy(edit: Edit, out: str) -> dict[str, float]:
    (piece,) = edit.pieces
    with open_video(piece.file, MAX_PIXELS) as (container, stream), Files(open_aac) as ears:
        alone(container, stream)
        codec = getattr(stream.codec_context.codec, "canonical_name", stream.codec_context.name)
        if codec == "h264":
            raise CannotCopy("h264")  # the smart way has said why not
        if not container.format.name.startswith(CONTAINERS):
            raise CannotCopy("container", f"{piece.uri}: is {container.format.name}, not MP4, MOV or Matroska")
        if (stream.codec_context.width, stream.codec_context.height) != (edit.width, edit.height) or _turned(container):
            raise CannotCopy("turned", f"{piece.uri}: its pictures are to be turned")
        tick, origin = Fraction(stream.time_base), (container.start_time or 0) / 1e6
        begin = piece.begin + origin
        at, seen = _stretch(container, stream, begin, piece.finish + origin, piece.uri)
        with _file(out, codec) as target:
            track = target.add_stream_from_template(stream, opaque=True)  # as it is, with an encoder for it or not
            track.time_base = track_tick(tick)
            voice = AacTrack(edit, ears, target)
            container.seek(at, stream=stream, backward=True)
            tracks = [(track, _sent(_packets(container, stream, piece.uri), seen, tick, begin, edit.duration))]
            if voice.stream is not None:
                tracks.append((voice.stream, voice.packets()))
            write(target, tracks)
    counts = {"frames_copied": len(seen), "bytes_copied": sum(one.size for one in seen)}
    counts |= {"frames_encoded": 0, "bytes_encoded": 0, "sound_copied": voice.copied, "sound_encoded": voice.encoded}
    return {name: float(count) for name, count in counts.items()}


def _turned(container: Any) -> bool:
    stream = next(iter(container.streams.video))
    for packet in container.demux(stream):
        for frame in packet.decode():
            stream.codec_context.flush_buffers()
            return bool(frame.rotation)
    return False


def _file(out: str, codec: str) -> Any:
    if codec in IN_MP4:
        return create_mp4(out)
    return av.open(out, "w", format="matroska", container_options={"fflags": "+bitexact"})


def _stretch(container: Any, stream: Any, begin: float, finish: float, uri: str) -> tuple[int, list[Seen]]:
    """Where to seek to (ticks), and the packets, in their order, of what is shown from *begin* to *finish*.

    Both are seconds as the file counts them.

    Raises:
        CannotCopy: ``edge_within_group``, ``open_group``, ``no_frames``, ``no_times``.
    """
    tick = float(stream.time_base)
    first, over = (begin - ROUNDING) / tick, (finish - ROUNDING) / tick
    at, found = 0, list[Seen]()
    for back in (*BACK, None):
        at = min(stream.start_time or 0, 0) if back is None else int((begin - back) / tick)
        container.seek(at, stream=stream, backward=True)
        found = _read(container, stream, over, uri)
        if found and found[0].pts < first + 1:
            break
    key = next((n for n, one in enumerate(found) if one.pts >= first), len(found))
    inside = [n for n, one in enumerate(found) if n >= key and one.pts < over]
    if not inside:
        raise CannotCopy("no_frames", f"{uri}: no frame begins in the stretch")
    if not found[key].key:
        raise CannotCopy("edge_within_group", f"{uri}: the stretch does not begin at a keyframe")
    taken = found[key : inside[-1] + 1]
    if any(one.pts < found[key].pts for one in found[key:]):
        raise CannotCopy("open_group", f"{uri}: frames are shown before the keyframe that they come after")
    if len(taken) != len(inside):
        raise CannotCopy("edge_within_group", f"{uri}: what is shown beyond the end is needed before it")
    return at, taken


def _read(container: Any, stream: Any, over: float, uri: str) -> list[Seen]:
    """The packets from here on, until none comes that can be shown before *over* ticks."""
    found = []
    for packet in _packets(container, stream, uri):
        if packet.dts is not None and packet.dts >= over and packet.pts >= over:
            break
        found.append(Seen(packet.pts, bool(packet.is_keyframe), packet.size))
    return found


def _packets(container: Any, stream: Any, uri: str) -> Iterator[Any]:
    for packet in container.demux(stream):
        beat()
        if packet.size:
            if packet.pts is None or packet.is_discard:
                raise CannotCopy("no_times", f"{uri}: a packet has no time, or is not to be shown")
            yield packet


def _sent(
    packets: Iterator[Any], seen: list[Seen], tick: Fraction, begin: float, duration: float
) -> Iterator[TrackPacket]:
    """Those of *packets* that were *seen*, with their times from *begin* (seconds) on. The first is shown at 0."""
    unit = track_tick(tick)
    shift, end = round(begin / unit), round(duration / unit)
    times = [0 if n == 0 else max(1, round(one.pts * tick / unit) - shift) for n, one in enumerate(seen)]
    order = sorted(range(len(times)), key=times.__getitem__)
    timer = DecodeTimer(max(n - rank for rank, n in enumerate(order)), max(1, end // len(times)))
    coming = (packet for packet in packets if packet.pts == seen[0].pts)
    for n, time in enumerate(times):
        packet = next(coming if n == 0 else packets, None)
        if packet is None or packet.pts != seen[n].pts:
            raise CannotCopy("bad_stream", "the file is not the same when it is read again")
        yield TrackPacket(
            packet, time, timer.tell(time), unit, float(unit), max(1, end - time) if n == order[-1] else 1
        )
