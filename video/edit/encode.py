"""Encoding stretches of frames by libx264 so that they fit between copied packets of another encoder's stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

from ..decode.picture import FULL_RANGE
from . import bitstream as h264
from .gops import CannotCopy, PictureFormat

PROFILES = {66: "baseline", 77: "main", 88: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444"}
"""x264's names of H.264's profiles."""
REFERENCES = {"ultrafast": 1, "superfast": 1, "veryfast": 1, "faster": 2, "fast": 2, "medium": 3, "slow": 5}
"""Pictures that x264's presets refer to; the slower ones to 8 and more."""
GLOBAL_HEADER = 1 << 22


@dataclass(frozen=True, slots=True)
class Coded:
    """An encoded frame: a packet's content with NAL units' lengths in 4 bytes, its time in ticks, whether it is IDR."""

    payload: bytes
    pts: int
    key: bool


@dataclass(frozen=True, slots=True)
class StretchFormat:
    """How stretches are encoded: like *look*, with parameter sets of the id *own*, which no source has."""

    look: PictureFormat
    tick: Fraction
    rate: Fraction
    profile: int
    references: int
    own: int
    crf: int
    preset: str

    def context(self, flags: int = 0) -> Any:
        """An encoder, not yet open."""
        look = self.look
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = look.width, look.height, look.pixels
        context.time_base, context.framerate = self.tick, self.rate
        context.sample_aspect_ratio = look.aspect
        if look.full:
            context.color_range = FULL_RANGE
        context.color_primaries, context.color_trc, context.colorspace = look.colours
        context.thread_count = 1  # the same bytes on every machine, and no time lost between threads
        context.flags |= flags
        references = min(self.references, REFERENCES.get(self.preset, 8)) or 1
        settings = f"sps-id={self.own}:bframes=0:open-gop=0:ref={references}:force-cfr=0"
        context.options = {"crf": str(self.crf), "preset": self.preset, "x264-params": settings}
        if self.profile in PROFILES:
            context.options = {**context.options, "profile": PROFILES[self.profile]}
        return context

    def sets(self) -> h264.Sets:
        """The parameter sets that encoded stretches have."""
        context = self.context(GLOBAL_HEADER)
        context.open()
        units = list(h264.annexb(bytes(context.extradata)))
        sps, pps = (tuple(nal for nal in units if h264.kind(nal) == what) for what in (h264.SPS, h264.PPS))
        return h264.Sets(sps, pps)


class Encoder:
    """Encodes one stretch: its first frame is an IDR picture, its packets are in the order of its frames."""

    def __init__(self, form: StretchFormat) -> None:
        self.form = form
        self.context = form.context()
        self.times: deque[int] = deque()
        self.last: int | None = None

    def encode(self, frame: Any, pts: int) -> Iterator[Coded]:
        """Take *frame*, to be shown at *pts* ticks, and give what is ready."""
        if self.last is not None and pts <= self.last:
            raise CannotCopy("times_disordered", f"a frame for {pts} ticks comes after the one for {self.last}")
        frame.pts, frame.time_base, frame.pict_type = pts, self.form.tick, 0
        self.last = pts
        self.times.append(pts)
        for packet in self.context.encode(frame):
            yield self._coded(packet)

    def flush(self) -> Iterator[Coded]:
        """The frames that the encoder still holds."""
        if self.last is not None:
            for packet in self.context.encode(None):
                yield self._coded(packet)
        if self.times:
            raise CannotCopy("encoder_lost_frames", f"{len(self.times)} frames did not come out of the encoder")

    def _coded(self, packet: Any) -> Coded:
        pts = self.times.popleft()
        if packet.pts != pts:
            raise CannotCopy("encoder_lost_frames", f"the encoder gives a frame for {packet.pts} ticks, not for {pts}")
        units = [nal for nal in h264.annexb(bytes(packet)) if not _is_about_x264(nal)]
        return Coded(h264.join_nals(units), pts, packet.is_keyframe)


def _is_about_x264(nal: bytes) -> bool:
    """Whether *nal* only says what encoded it: decoders work around faults of the encoder they saw last."""
    return h264.kind(nal) == h264.SEI and set(h264.messages(nal)) == {h264.USER_DATA}


def free_id(taken: set[int]) -> int:
    """An id for parameter sets that is not *taken*."""
    return max(set(range(32)) - taken)
