"""Which packets hold a picture that no other picture is made from: told by their headers, nothing is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

CODECS = ("h264", "hevc")
START = b"\0\0\1"
H264_SLICES = range(1, 6)
"""Types of NAL units that hold a part of a picture, in H.264 (7.4.1) …"""
HEVC_SLICES = range(32)
"""… and in HEVC (7.4.2.2), where those of even number below 16 are referred to by no picture of their own sub-layer."""
HEVC_TRAILING = range(0, 16, 2)
HEVC_SPS = 33

Test = Callable[[Any], bool]


def unreferenced(stream: Any) -> Test | None:
    """A test whether a packet of *stream* holds a picture that no other is made from; None: its codec does not tell."""
    context = stream.codec_context
    if context.name not in CODECS:
        return None
    head = bytes(context.extradata or b"")
    sized = bool(head) and head[0] == 1  # an avcC or hvcC record; else start codes part the units
    if context.name == "h264":
        length = (head[4] & 3) + 1 if sized and len(head) > 4 else 0
        return lambda packet: _all_of(_units(packet, length), _is_spare_h264)
    length = (head[21] & 3) + 1 if sized and len(head) > 21 else 0
    layers = (head[21] >> 3) & 7 if length else _layers(head)
    return lambda packet: _all_of(_units(packet, length), lambda unit: _is_spare_hevc(unit, layers))


def _all_of(units: Iterator[memoryview], spare: Callable[[memoryview], bool | None]) -> bool:
    """Whether every part of a picture among *units* is *spare* (None: it is no part of one), and there is one."""
    found = [told for unit in units if (told := spare(unit)) is not None]
    return bool(found) and all(found)


def _is_spare_h264(unit: memoryview) -> bool | None:
    return not unit[0] & 0x60 if unit[0] & 0x1F in H264_SLICES else None


def _is_spare_hevc(unit: memoryview, layers: int) -> bool | None:
    """Pictures of a lower sub-layer may be referred to by those of a higher one."""
    kind, layer = unit[0] >> 1 & 0x3F, unit[1] & 7
    if kind not in HEVC_SLICES:
        return None
    return kind in HEVC_TRAILING and layer >= layers


def _layers(head: bytes) -> int:
    """The temporal sub-layers that the sequence's parameters in *head* tell; more than there can be if none do."""
    at = head.find(START)
    while at >= 0 and at + 5 < len(head):
        if head[at + 3] >> 1 & 0x3F == HEVC_SPS:
            return (head[at + 5] >> 1 & 7) + 1
        at = head.find(START, at + 3)
    return 8


def _units(packet: Any, length: int) -> Iterator[memoryview]:
    """The NAL units of *packet*: each after its size in *length* bytes, or, if that is 0, after a start code."""
    view = memoryview(packet)
    if length:
        at = 0
        while at + length + 2 <= len(view):
            yield view[at + length :]
            at += length + int.from_bytes(view[at : at + length], "big")
        return
    data = bytes(view)
    at = data.find(START)
    while 0 <= at < len(data) - 5:
        yield view[at + 3 :]
        at = data.find(START, at + 3)
