"""Good videos that are then damaged: in their bytes, or packet by packet while the container stays sound."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import av
from odd_videos import ONE_THREAD, Kind

COUNT = 100
GOP = {"g": "25"}
TIMES = tuple(Fraction(n, 25) for n in range(COUNT))
SOUND = (Fraction(0), Fraction(4))
LEAP = Fraction("9.2")
"""Seconds by which one time is wrong."""

Packets = list[tuple[bytes, int, int, bool]]
"""Content, PTS, DTS, whether it is a keyframe."""


def whole_kinds() -> list[Kind]:
    """The 17 good videos."""
    quick = {"deadline": "realtime", "cpu-used": "8", **GOP}
    av1 = {"preset": "12", "g": "25", "svtav1-params": "lp=1"}
    hevc = {"x265-params": "keyint=25:" + ONE_THREAD}
    x264 = {"bf": "2", **GOP}
    kinds = [
        Kind("h264.mp4", options=x264, sound=SOUND),
        Kind("h264.mkv", options=x264),
        Kind("h264.ts", options=x264, base=Fraction(1, 90000)),
        Kind("h264.flv", options=x264),
        Kind("h264.avi", options=x264, exact=False),
        Kind("hevc.mp4", "libx265", options=hevc),
        Kind("hevc.mkv", "libx265", options=hevc),
        Kind("hevc.ts", "libx265", options=hevc, base=Fraction(1, 90000)),
        Kind("vp9.webm", "libvpx-vp9", options=quick, sound=SOUND, voice="libopus"),
        Kind("vp8.webm", "libvpx", options={**quick, "auto-alt-ref": "0"}),
        Kind("av1.mp4", "libsvtav1", options=av1),
        Kind("av1.webm", "libsvtav1", options=av1),
        Kind("mpeg4.avi", "mpeg4", options=x264, exact=False, sound=SOUND, voice="pcm_s16le"),
        Kind("mjpeg.avi", "mjpeg", "yuvj420p", exact=False),
        Kind("mpeg2.mpg", "mpeg2video", options=x264, exact=False),
        Kind("mpeg4.mp4", "mpeg4", options=x264),
        Kind("ffv1.mkv", "ffv1", options=GOP),
    ]
    for kind in kinds:
        kind.times = TIMES
    return kinds


def _within(data: bytearray, size: int, rng: Random) -> int:
    """Where *size* bytes begin that lie between the first tenth and the last twentieth, past most headers."""
    return rng.randrange(len(data) // 10, max(len(data) // 10 + 1, len(data) * 19 // 20 - size))


def flips(count: int) -> Callable[[bytearray, Random], bytearray]:
    def change(data: bytearray, rng: Random) -> bytearray:
        for _ in range(count):
            data[_within(data, 1, rng)] ^= rng.randrange(1, 256)
        return data

    return change


def overwrite(size: int, noise: bool) -> Callable[[bytearray, Random], bytearray]:
    def change(data: bytearray, rng: Random) -> bytearray:
        at = _within(data, size, rng)
        data[at : at + size] = rng.randbytes(size) if noise else bytes(size)
        return data

    return change


def cut(share: float) -> Callable[[bytearray, Random], bytearray]:
    return lambda data, rng: data[: round(len(data) * (share - rng.random() / 200))]


def hole(size: int) -> Callable[[bytearray, Random], bytearray]:
    def change(data: bytearray, rng: Random) -> bytearray:
        at = _within(data, size, rng)
        return data[:at] + data[at + size :]

    return change


def doubled(data: bytearray, rng: Random) -> bytearray:
    at = _within(data, 500, rng)
    return data[: at + 500] + data[at:]


def head(data: bytearray, rng: Random) -> bytearray:
    for _ in range(3):
        data[rng.randrange(min(400, len(data)))] ^= rng.randrange(1, 256)
    return data


def _middle(packets: Packets, rng: Random, key: bool, run: int = 1) -> int:
    """A packet, a keyframe or not, of which a tenth of the packets lie on either side."""
    margin = len(packets) // 10
    places = [n for n in range(margin, len(packets) - margin - run) if packets[n][3] == key]
    return rng.choice(places or list(range(margin, len(packets) - margin - run)))


def without(run: int, key: bool) -> Callable[[Packets, Random], Packets]:
    def change(packets: Packets, rng: Random) -> Packets:
        at = _middle(packets, rng, key, run)
        return packets[:at] + packets[at + run :]

    return change


def swapped(packets: Packets, rng: Random) -> Packets:
    at = _middle(packets, rng, False, 1)
    (one, *here), (other, *there) = packets[at], packets[at + 1]
    packets[at : at + 2] = [(other, *here), (one, *there)]  # type: ignore[list-item]
    return packets


def halved(packets: Packets, rng: Random) -> Packets:
    at = _middle(packets, rng, False)
    data, *rest = packets[at]
    packets[at] = (data[: len(data) // 2] + bytes(len(data) - len(data) // 2), *rest)  # type: ignore[assignment]
    return packets


def leaping(packets: Packets, rng: Random, tick: Fraction) -> Packets:
    at = _middle(packets, rng, False)
    data, pts, dts, key = packets[at]
    packets[at] = data, pts + int(LEAP / tick), dts, key
    return packets


def twice(packets: Packets, rng: Random) -> Packets:
    at = _middle(packets, rng, False)
    data, _, _, _ = packets[at]
    _, pts, dts, key = packets[at + 1]
    packets[at + 1] = data, pts, dts, key
    return packets


IN_BYTES: dict[str, Callable[[bytearray, Random], bytearray]] = {
    "1 byte changed": flips(1),
    "10 bytes changed": flips(10),
    "100 bytes changed": flips(100),
    "64 bytes zero": overwrite(64, False),
    "2,000 bytes zero": overwrite(2000, False),
    "500 bytes of noise": overwrite(500, True),
    "cut at 99 %": cut(0.995),
    "cut at 96 %": cut(0.965),
    "cut at 70 %": cut(0.7),
    "200 bytes missing": hole(200),
    "2,000 bytes missing": hole(2000),
    "500 bytes doubled": doubled,
    "3 bytes of the header changed": head,
}
IN_PACKETS: dict[str, Callable[..., Packets]] = {
    "a packet missing": without(1, False),
    "8 packets missing": without(8, False),
    "a keyframe missing": without(1, True),
    "2 packets swapped": swapped,
    "half of a packet zero": halved,
    "a time wrong by 9.2 s": leaping,
    "a packet over the next": twice,
}


def mutate(whole: Path, how: str, seed: str, path: Path) -> Path:
    """Write to *path* what becomes of the video *whole* by the mutation *how*, drawn by *seed*."""
    rng = Random(seed)
    if how in IN_BYTES:
        path.write_bytes(IN_BYTES[how](bytearray(whole.read_bytes()), rng))
        return path
    with av.open(str(whole)) as source:
        stream = source.streams.video[0]
        tick: Any = stream.time_base
        packets: Packets = []
        found = [packet for packet in source.demux() if packet.size]
        others = [packet for packet in found if packet.stream is not stream]
        ours = [packet for packet in found if packet.stream is stream]
        step = ours[len(ours) // 2].duration or 1
        known = next(n for n, packet in enumerate(ours) if packet.dts is not None)
        for n, packet in enumerate(ours):  # Matroska does not tell when the first ones are decoded
            dts = ours[known].dts - (known - n) * step if packet.dts is None else packet.dts
            packets.append((bytes(packet), dts if packet.pts is None else packet.pts, dts, packet.is_keyframe))
        change = IN_PACKETS[how]
        packets = change(packets, rng, tick) if how.startswith("a time") else change(packets, rng)
        with av.open(str(path), "w") as target:
            tracks = {one.index: target.add_stream_from_template(one, opaque=True) for one in source.streams}
            written = list(others)
            for data, pts, dts, key in packets:
                packet = av.Packet(data)
                packet.pts, packet.dts, packet.time_base, packet.is_keyframe = pts, dts, tick, key
                packet.stream, packet.duration = stream, step
                written.append(packet)
            for packet in sorted(written, key=lambda one: one.dts * one.time_base):
                packet.stream = tracks[packet.stream.index]
                target.mux(packet)
    return path
