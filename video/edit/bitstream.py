"""H.264 as bytes: NAL units, parameter sets and the record (avcC) in which MP4 and Matroska keep them.

Names and numbers are those of ITU-T H.264 (7.3.2.1.1, E.1.1) and ISO/IEC 14496-15 (5.3.3.1).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SLICE, IDR, SEI, SPS, PPS, DELIMITER = 1, 5, 6, 7, 8, 9
USER_DATA, ORIENTATION = 5, 47
"""SEI messages: what an encoder says of itself; how the picture is to be turned."""
WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
"""Profiles whose SPS says which chroma format it has."""
EXTENDED_SAR = 255
FOUR_FOUR_FOUR = 3
LENGTH = 4
"""Bytes of a NAL unit's length in what is written."""


class BadStream(ValueError):
    """The bytes are not valid H.264."""


@dataclass(frozen=True, slots=True)
class Sps:
    """The fields of a sequence parameter set that copying needs."""

    id: int
    profile: int
    level: int
    references: int
    """Pictures that may be referred to."""
    progressive: bool
    reorder: int | None
    """Pictures that may come before a picture in the stream and after it on the screen; None: not said."""


@dataclass(frozen=True, slots=True)
class Sets:
    """The parameter sets of a stream (NAL units without prefix), and how many bytes its NAL units' lengths have."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    length: int = LENGTH

    @property
    def ids(self) -> set[int]:
        """All ids in use, of sequences and of pictures."""
        return {set_id(nal) for nal in (*self.sps, *self.pps)}


class Bits:
    """Reads bits from the payload of a NAL unit."""

    def __init__(self, nal: bytes, skip: int = 1) -> None:
        data = nal[skip:].replace(b"\0\0\3", b"\0\0")
        self.bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]
        self.at = 0

    def u(self, count: int) -> int:
        """An unsigned number of *count* bits."""
        part = self.bits[self.at : self.at + count]
        if len(part) < count:
            raise BadStream("a parameter set ends early")
        self.at += count
        return int(part, 2) if part else 0

    def ue(self) -> int:
        """An unsigned Exp-Golomb number."""
        one = self.bits.find("1", self.at)
        if one < 0 or one - self.at > 32:
            raise BadStream("a parameter set holds no number where there should be one")
        zeros = one - self.at
        self.at = one
        return self.u(zeros + 1) - 1

    def se(self) -> int:
        """A signed Exp-Golomb number."""
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def read_avcc(data: bytes) -> Sets:
    """The parameter sets in an avcC record.

    Raises:
        BadStream: it is none.
    """
    if len(data) < 7 or data[0] != 1:
        raise BadStream("the stream's header is no avcC record")
    at, found = 5, []
    for mask in (0x1F, 0xFF):
        count, nals = data[at] & mask, []
        at += 1
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            nals.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        if at > len(data) or not all(nals):
            raise BadStream("the avcC record ends early")
        found.append(tuple(nals))
        if at == len(data) and mask == 0x1F:
            raise BadStream("the avcC record has no picture parameter sets")
    return Sets(found[0], found[1], (data[4] & 3) + 1)


def write_avcc(data: bytes, extra: Sets) -> bytes:
    """The avcC record *data* with the parameter sets of *extra* added, for lengths of 4 bytes."""
    own = read_avcc(data)
    tail = data[6 + sum(2 + len(nal) for nal in own.sps) :]
    tail = tail[1 + sum(2 + len(nal) for nal in own.pps) :]  # bit depths, in high profiles
    sps, pps = own.sps + extra.sps, own.pps + extra.pps
    sized = [b"".join(struct.pack(">H", len(nal)) + nal for nal in nals) for nals in (sps, pps)]
    return data[:4] + bytes([0xFF, 0xE0 | len(sps)]) + sized[0] + bytes([len(pps)]) + sized[1] + tail


def nals(payload: bytes | memoryview, length: int) -> Iterator[memoryview]:
    """The NAL units of a packet in which each has its length, of *length* bytes, before it.

    Raises:
        BadStream: the lengths do not add up.
    """
    view, at = memoryview(payload), 0
    while at < len(view):
        size = int.from_bytes(view[at : at + length], "big")
        at += length
        if at + size > len(view):
            raise BadStream("a NAL unit is longer than its packet")
        if size:
            yield view[at : at + size]
        at += size


def annexb(data: bytes) -> Iterator[bytes]:
    """The NAL units of a stream in which start codes part them."""
    start = data.find(b"\0\0\1")
    while start >= 0:
        end = data.find(b"\0\0\1", start + 3)
        nal = data[start + 3 : end if end >= 0 else len(data)].rstrip(b"\0")
        if nal:
            yield nal
        start = end


def join_nals(units: Iterable[bytes | memoryview]) -> bytes:
    """A packet of *units*, each with its length in 4 bytes before it."""
    return b"".join(part for nal in units for part in (struct.pack(">I", len(nal)), bytes(nal)))


def kind(nal: bytes | memoryview) -> int:
    """What a NAL unit is: SLICE, IDR, …"""
    return nal[0] & 0x1F


def set_id(nal: bytes) -> int:
    """The id of an SPS or a PPS."""
    return Bits(nal[:16], 4 if kind(nal) == SPS else 1).ue()


def messages(nal: bytes | memoryview) -> Iterator[int]:
    """The kinds of the messages in an SEI unit."""
    data, at = bytes(nal[1:]).replace(b"\0\0\3", b"\0\0"), 0
    while at + 1 < len(data):  # the last byte only ends the unit
        numbers = []
        for _ in range(2):
            number = 0
            while at < len(data) and data[at] == 0xFF:
                number, at = number + 0xFF, at + 1
            numbers.append(number + (data[at] if at < len(data) else 0))
            at += 1
        yield numbers[0]
        at += numbers[1]


def read_sps(nal: bytes) -> Sps:
    """What the SPS *nal* says.

    Raises:
        BadStream: it cannot be read.
    """
    bits = Bits(nal)
    profile, _, level, own = bits.u(8), bits.u(8), bits.u(8), bits.ue()
    if profile in WITH_CHROMA:
        _skip_format(bits)
    bits.ue()  # bits of frame_num
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1), bits.se(), bits.se()
        for _ in range(bits.ue()):
            bits.se()
    references = bits.ue()
    bits.u(1), bits.ue(), bits.ue()  # gaps, width, height
    progressive = bool(bits.u(1))
    if not progressive:
        bits.u(1)
    bits.u(1)
    if bits.u(1):  # cropping
        for _ in range(4):
            bits.ue()
    reorder = _reorder(bits) if bits.u(1) else None
    return Sps(own, profile, level, references, progressive, reorder)


def _skip_format(bits: Bits) -> None:
    chroma = bits.ue()
    if chroma == FOUR_FOUR_FOUR:
        bits.u(1)
    bits.ue(), bits.ue(), bits.u(1)
    if bits.u(1):
        for n in range(12 if chroma == FOUR_FOUR_FOUR else 8):
            if bits.u(1):
                _skip_scaling(bits, 16 if n < 6 else 64)


def _skip_scaling(bits: Bits, size: int) -> None:
    last = coming = 8
    for _ in range(size):
        if coming:
            coming = (last + bits.se()) % 256
        last = coming or last


def _reorder(bits: Bits) -> int | None:
    """max_num_reorder_frames of the VUI that comes next."""
    if bits.u(1) and bits.u(8) == EXTENDED_SAR:
        bits.u(32)
    if bits.u(1):
        bits.u(1)
    if bits.u(1):
        bits.u(4)
        if bits.u(1):
            bits.u(24)
    if bits.u(1):
        bits.ue(), bits.ue()
    if bits.u(1):
        bits.u(65)
    rates = 0
    for _ in range(2):
        if bits.u(1):
            _skip_rates(bits)
            rates += 1
    if rates:
        bits.u(1)
    bits.u(1)
    if not bits.u(1):
        return None
    bits.u(1)
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_rates(bits: Bits) -> None:
    count = bits.ue() + 1
    bits.u(8)
    for _ in range(count):
        bits.ue(), bits.ue(), bits.u(1)
    bits.u(20)
