"""How long a container says that it is, and whether all its bytes are there; runs in a child process."""

from __future__ import annotations

import contextlib
import os
import re
from typing import IO, Any

import av

from .packets import TIMELESS

START = 0.001
"""Seconds after 0 at which a Matroska file may begin before it matters that its length can be meant in two ways."""
FAR = 1 << 40
"""Ticks that lie beyond the end of every file."""
PACKET, SYNC = 188, b"G"
"""Bytes of a packet of a transport stream, and its first."""
SEGMENT = b"\x18\x53\x80\x67"


def declared_seconds(container: Any, stream: Any) -> float:
    """How long the container says that it is, seconds; 0 when it does not say.

    Matroska's duration is the length to some programs that write it, and the end, on the clock of the file, to libav.
    Where the file does not begin at 0 the last packets tell which; reading goes on anywhere afterwards.
    """
    start = _start(container)
    if container.duration:
        told = max(0.0, float(container.duration) / 1e6)
        if start > START and _is_matroska(container) and told > start:
            return min((told - start, told), key=lambda one: abs(one - (_last_time(container) - start)))
        return told
    return max(0.0, float(stream.duration * stream.time_base)) if stream.duration else 0.0


def picture_ends(container: Any, stream: Any) -> tuple[list[float], bool]:
    """When the pictures may end by what is said, seconds from the container's start; and whether it is said of them.

    By the stream itself, by its DURATION tag (Matroska, in either meaning), or by the container, which may mean its
    sound. No end where nothing is said.
    """
    start = _start(container)
    begins = 0.0 if stream.start_time is None else float(stream.start_time * stream.time_base) - start
    tag = re.match(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        told = int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
        return [end for end in {told - start, told + begins} if end > 0], True
    if stream.duration:
        told = float(stream.duration * stream.time_base)
        if _is_matroska(container):  # libav's guess from the container's duration
            return [end for end in {told - start, told} if end > 0], len(container.streams) == 1
        if (
            container.format.name in TIMELESS
        ):  # its header counts pictures; the rest may be a guess, if its index is lost
            told = max(told, float(stream.frames * stream.time_base))
        return [told + begins], True
    if container.duration:
        told = float(container.duration) / 1e6
        ends = {told - start, told} if _is_matroska(container) else {told}
        return [end for end in ends if end > 0], len(container.streams) == 1
    return [], False


def bytes_missing(file: IO[bytes]) -> int:
    """By how many bytes *file* is shorter than its container says, or longer (below 0); 0 where it does not say.

    For MP4 (its boxes), Matroska (its segment), AVI (its RIFF chunks) and transport streams (packets of one size).
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(4096)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        at = head.find(SEGMENT)
        if at < 0 or at + 12 > len(head):
            return 0
        length = 9 - head[at + 4].bit_length()
        told = int.from_bytes(head[at + 4 : at + 4 + length], "big") & (1 << 7 * length) - 1
        unknown = not 1 <= length <= 8 or told == (1 << 7 * length) - 1
        return 0 if unknown else at + 4 + length + told - size
    if head[:1] == head[PACKET : PACKET + 1] == head[2 * PACKET : 2 * PACKET + 1] == SYNC:
        return -size % PACKET
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _chain(file, size, "little")
    return _chain(file, size, "big") if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip") else 0


def _chain(file: IO[bytes], size: int, order: Any) -> int:
    """By how many bytes the last of a file's boxes, or chunks, ends behind the file, or before what is no box."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        kind, told = (head[4:8], head[:4]) if order == "big" else (head[:4], head[4:8])
        length = int.from_bytes(told, order)
        if not all(32 <= one < 127 or one == 0xA9 for one in kind):
            return at - size
        if order == "little":
            length += 8 + length % 2
        elif length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            return 0
        if length < 8:
            return at - size
        at += length
    return at - size


def _start(container: Any) -> float:
    return 0.0 if container.start_time is None else float(container.start_time) / 1e6


def _is_matroska(container: Any) -> bool:
    return bool(container.format.name.startswith("matroska"))


def _last_time(container: Any) -> float:
    """When the last packets end that an index leads to, seconds on the clock of the file."""
    last = 0.0
    with contextlib.suppress(av.error.FFmpegError):
        container.seek(FAR, backward=True)
        for packet in container.demux():
            if packet.pts is not None:
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    with contextlib.suppress(av.error.FFmpegError):
        container.seek(0)
    return last
