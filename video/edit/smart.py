"""The smart renderer of made videos: it copies most packets, and encodes only what a needle or a cut changes.

Every part of the video is of one of two kinds. A *copied* part shows a file whose packets fit into the output stream:
in each of its groups of pictures (``gops``) the packets before the first changed frame are copied, and the frames from
there to the end of the group are decoded and encoded again. A *made* part (a still, another file, another speed) is
encoded as a whole. Each run of encoded frames begins with an IDR picture, and has parameter sets with an id of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
import cv2

from ...schemas import Failed
from . import bitstream as h264
from .copied_sound import AacTrack, open_aac
from .copy_plan import CopyStretch, Files, plan, time_in_edit
from .edit_list import Edit
from .edit_reader import frames
from .encode import Coded, Encoder, StretchFormat, free_id
from .gops import CannotCopy, Group, H264Source, open_source
from .mux import DecodeTimer, TrackPacket, create_mp4, track_tick, write
from .planes import Canvas


def render(edit: Edit, out: str, crf: int, preset: str) -> dict[str, float]:
    """Write *edit* to the MP4 file *out*, copying what can be copied.

    Args:
        edit: the video to make.
        out: the path of the file.
        crf: the quality of encoded frames, x264's constant rate factor.
        preset: the preset of x264.

    Returns:
        ``frames_copied``, ``frames_encoded``, ``bytes_copied``, ``bytes_encoded`` (of the video),
        ``seconds_encoded``; ``sound_copied`` and ``sound_encoded``: packets.

    Raises:
        CannotCopy: the video cannot be made this way, or nothing would be copied.
        Failed: a source cannot be read; ``needle_not_shown``: no frame falls into the time of an overlay.
    """
    cv2.setNumThreads(1)
    try:
        with Files(open_source) as files, Files(open_aac) as sounds:
            video = VideoTrack(edit, files, crf, preset)
            with _removed_unless_done(out), create_mp4(out) as target:
                stream = target.add_stream_from_template(files[video.main].stream)
                stream.codec_context.extradata = video.header
                stream.time_base = video.tick
                sound = AacTrack(edit, sounds, target)
                tracks = [(stream, video.packets())]
                if sound.stream is not None:
                    tracks.append((sound.stream, sound.packets()))
                write(target, tracks)
                video.check()
            return video.counted() | {"sound_copied": float(sound.copied), "sound_encoded": float(sound.encoded)}
    except av.error.InvalidDataError as error:
        raise CannotCopy("bad_stream", str(error)) from None


@contextlib.contextmanager
def _removed_unless_done(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
        raise


@dataclass(slots=True)
class PacketStep:
    """A packet of the video, in decoding order, with its time in ticks of the made video."""

    packet: Any
    pts: int
    coded: bool
    duration: int = 1
    """The duration in ticks, which counts for the last frame only: other frames last until the next."""


class VideoTrack:
    """The video track of *edit*: ``packets`` yields it, ``header`` is its avcC record."""

    def __init__(self, edit: Edit, files: Files[H264Source], crf: int, preset: str) -> None:
        self.edit, self.files = edit, files
        self.plan = plan(edit, files)
        known = list(self.plan.traits.values())
        main = known[0]
        self.main = next(iter(self.plan.traits))
        self.tick = track_tick(main.tick)
        self.seconds = float(self.tick)
        own = free_id({taken for one in known for taken in one.sets.ids})
        self.format = StretchFormat(
            main.look, self.tick, self.plan.rate, main.profile, main.references, own, crf, preset
        )
        self.header = h264.write_avcc(main.avcc, self.format.sets())
        self.mixed = len({(one.sets.sps, one.sets.pps) for one in known}) > 1
        self.canvas = Canvas(main.look)
        self.encoder: Encoder | None = None
        self.reached = -1
        self.final: int | None = None
        self.counts: Counter[str] = Counter()
        self.unseen = set(edit.overlays)

    def check(self) -> None:
        """Raise Failed unless every overlay was drawn."""
        if self.unseen:
            one = min(self.unseen, key=lambda one: one.start)
            what = f"between {one.start:g} s and {one.end:g} s, where {one.text or one.picture!r} is hidden"
            raise Failed("needle_not_shown", f"no frame falls {what}")

    def packets(self) -> Iterator[TrackPacket]:
        """The packets of the track with their times, in decoding order."""
        timer = DecodeTimer(self.plan.depth, max(1, round(1 / (self.plan.rate * self.tick))))
        end = round(self.edit.duration / self.tick)
        held: PacketStep | None = None
        for step in self._steps():
            if held is not None:
                yield self._timed(held, timer, step.pts)
            if step.pts == self.final:
                step.duration = max(1, end - step.pts)
            held = step
        if held is not None:
            yield _ended(self._timed(held, timer, end), self.final is None or held.pts == self.final, timer.delay, end)

    def _timed(self, step: PacketStep, timer: DecodeTimer, then: int) -> TrackPacket:
        what = "encoded" if step.coded else "copied"
        self.counts[f"frames_{what}"] += 1
        self.counts[f"bytes_{what}"] += step.packet.size
        if step.coded:
            self.counts["ticks_encoded"] += then - step.pts
        return TrackPacket(step.packet, step.pts, timer.tell(step.pts), self.tick, self.seconds, step.duration)

    def counted(self) -> dict[str, float]:
        """The numbers of frames, bytes and seconds that were copied and encoded."""
        names = ("frames_copied", "frames_encoded", "bytes_copied", "bytes_encoded")
        seconds = float(self.counts["ticks_encoded"] * self.tick)
        return {name: float(self.counts[name]) for name in names} | {"seconds_encoded": seconds}

    def _steps(self) -> Iterator[PacketStep]:
        for stretch in self.plan.stretches:
            if stretch.groups:
                yield from self._copied(stretch)
            else:
                yield from self._made(stretch.start, stretch.until)
        yield from self._flushed()

    def _made(self, start: float, end: float) -> Iterator[PacketStep]:
        for time, picture in frames(self.edit, start, end):
            self.unseen.difference_update(self.edit.at(time))
            yield from self._encoded(self.canvas.frame(picture), max(round(time / self.tick), self.reached + 1))

    def _copied(self, stretch: CopyStretch) -> Iterator[PacketStep]:
        piece, groups = stretch.piece, stretch.groups
        source = self.files[piece.file]
        times = FrameTimes(stretch, source, self.tick, self.reached)
        packets = source.walk(piece.begin)
        for number, group in enumerate(groups):
            if group.encode_all:
                first = stretch.start if number == 0 else times.time(group.begin)
                last = times.time(groups[number + 1].begin) if group is not groups[-1] else stretch.until
                yield from self._made(first, last)
                continue
            if stretch is self.plan.stretches[-1] and group is groups[-1]:
                self.final = times.ticks(group.end)
            yield from self._group(group, times, packets)

    def _group(self, group: Group, times: FrameTimes, packets: Iterator[Any]) -> Iterator[PacketStep]:
        """The packets of *group*, which is the next in *packets*."""
        missing = group.frames
        coming = next((packet for packet in packets if packet.pts == group.start), None)
        for number in range(group.packets):
            packet = coming if number == 0 else next(packets, None)
            if packet is None:
                raise CannotCopy("bad_stream", f"{times.source.uri}: ends earlier when it is read for the second time")
            decoded = packet.decode() if number < group.used else []
            if number < group.copied:
                yield from self._flushed()
                yield self._step(packet, times, packet.is_keyframe or number == 0)
            if number == group.used - 1:
                decoded += times.source.drained()
            for frame in decoded:
                if group.first <= frame.pts <= group.last:
                    missing -= 1
                    overlays = self.edit.at(times.time(frame.pts))
                    self.unseen.difference_update(overlays)
                    picture = self.canvas.drawn(frame, overlays) if overlays else frame
                    yield from self._encoded(picture, times.ticks(frame.pts))
        if missing:
            raise CannotCopy("frames_missing", f"{times.source.uri}: {missing} frames to encode are missing")

    def _step(self, packet: Any, times: FrameTimes, key: bool) -> PacketStep:
        """*packet* with its time in the made video. *key*: whether a decoder may start there."""
        pts = times.ticks(packet.pts)
        self.reached = max(self.reached, pts)
        sets = times.source.sets
        headed = self.mixed and key
        if headed or sets.length != h264.LENGTH:
            packet = av.Packet(_repacked(packet, sets, headed))
        packet.is_keyframe = key
        return PacketStep(packet, pts, False)

    def _encoded(self, frame: Any, pts: int) -> Iterator[PacketStep]:
        self.encoder = self.encoder or Encoder(self.format)
        self.reached = max(self.reached, pts)
        yield from map(_coded, self.encoder.encode(frame, pts))

    def _flushed(self) -> Iterator[PacketStep]:
        """The packets that the encoder still holds. The next frame starts a new encoder."""
        if self.encoder is not None:
            yield from map(_coded, self.encoder.flush())
            self.encoder = None


class FrameTimes:
    """The times of the frames of a copied part. *reached* is the tick of the last frame before it; -1: none."""

    def __init__(self, stretch: CopyStretch, source: H264Source, tick: Fraction, reached: int) -> None:
        self.stretch, self.source = stretch, source
        piece, first = stretch.piece, stretch.groups[0]
        ratio = source.traits.tick / tick
        self.ratio = int(ratio) if ratio.denominator == 1 else ratio
        self.shift = round((piece.start - piece.begin - source.start) / tick)
        self.begin, self.leads = first.begin, reached < 0 and not first.encode_all
        at = self._ticks(first.begin)
        self.at = 0 if self.leads else max(at, round(piece.start / tick), reached + 1)

    def ticks(self, pts: int) -> int:
        """The tick in the made video of the frame at *pts* in the source."""
        return self.at if pts == self.begin else self._ticks(pts)

    def time(self, pts: int) -> float:
        """The same time in seconds, as in ``edit_reader``."""
        if self.leads and pts == self.begin:
            return 0.0
        return time_in_edit(self.stretch.piece, self.source.seconds(pts))

    def _ticks(self, pts: int) -> int:
        return round(pts * self.ratio) + self.shift


def _coded(coded: Coded) -> PacketStep:
    packet = av.Packet(coded.payload)
    packet.is_keyframe = coded.key
    return PacketStep(packet, coded.pts, True)


def _ended(last: TrackPacket, shown_last: bool, delay: int, end: int) -> TrackPacket:
    """The *last* packet, so that the track is *end* ticks long both by the pictures' times and by the sum of the steps
    from one decoding time to the next, the first of which is *delay* before 0: readers take the lesser of the two."""
    dts = max(last.dts, last.pts - delay)
    rest = end - last.pts if shown_last else min(end - last.pts, end - delay - dts)
    return replace(last, dts=dts, duration=max(1, rest))


def _repacked(packet: Any, sets: h264.Sets, headed: bool) -> bytes:
    """The content of *packet* with lengths of 4 bytes; *headed*: after the parameter sets of its stream."""
    units = list(h264.nals(memoryview(packet), sets.length))
    if headed:
        at = 1 if units and h264.kind(units[0]) == h264.DELIMITER else 0
        units[at:at] = [memoryview(nal) for nal in (*sets.sps, *sets.pps)]
    return h264.join_nals(units)
