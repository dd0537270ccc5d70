"""Valid videos that are odd, made with their truth: when each picture is shown, which one it is, how long all lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from own_thread import in_own_thread

WIDE, HIGH, BITS = 160, 96, 8
ONE_THREAD = "log-level=none:pools=1:frame-threads=1"
"""For x265: the same file every time."""
BLOCK = WIDE // BITS
FPS = 25
TURN = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
"""How an upright picture is stored that a player is to turn clockwise by so much."""

Picture = np.ndarray[Any, Any]


@dataclass
class Odd:
    """A video and the truth about it; times in seconds from the container's start."""

    path: Path
    times: list[float]
    end: float
    """When the last picture ends."""
    length: float
    """Of the whole, sound included."""
    size: tuple[int, int] = (WIDE, HIGH)
    first: int = 0
    """The number that is painted on the first picture that is shown."""


@dataclass
class Kind:
    """How a video is encoded and laid into its container."""

    name: str
    codec: str = "libx264"
    pixels: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    times: Sequence[Fraction] = tuple(Fraction(n, FPS) for n in range(60))
    last: Fraction = Fraction(1, FPS)
    """How long the last picture stands."""
    start: Fraction = Fraction(0)
    """Where the file's own clock begins."""
    sound: tuple[Fraction, Fraction] | None = None
    """From when to when there is sound, on the clock of the pictures."""
    voice: str = "aac"
    rotation: int = 0
    size: tuple[int, int] = (WIDE, HIGH)
    rate: Fraction = Fraction(FPS)
    base: Fraction | None = None
    exact: bool = True
    """Whether the container keeps times to a millisecond; else frames come evenly."""
    template: str = ""
    """A name to give the muxer in place of the suffix."""
    alter: Callable[[Path], None] | None = None
    skipped: int = 0
    """Pictures at the start that the container says are not to be shown."""


def paint(number: int, size: tuple[int, int] = (WIDE, HIGH)) -> Picture:
    """Upright RGB picture *number*: its bits in blocks along the top, over a scene that moves and now and then cuts."""
    wide, high = size
    y, x = np.mgrid[:high, :wide]
    scene, shift = number // 45, number * 2
    waves = 110 + 50 * np.sin((x + shift) / (7 + 3 * scene)) + 40 * np.sin(y / (5 + scene) + (x + shift) / 23)
    picture = np.stack([waves, waves * 0.7 + 30 * (scene % 3), 230 - waves], -1)
    picture[(x - wide / 2) ** 2 + (y - (40 + 2 * number) % high) ** 2 < 100] = (250, 240, 90)
    for bit in range(BITS):
        picture[:20, bit * BLOCK : (bit + 1) * BLOCK] = 235 if number >> bit & 1 else 20
    picture[-10:, :BLOCK] = (235, 30, 30)  # red at the lower left tells which way is up
    return picture.clip(0, 255).astype(np.uint8)


def number_of(picture: Picture) -> int:
    """The number painted on upright RGB *picture*; -1 when it does not stand upright."""
    low = picture[picture.shape[0] - 7 :, 4 : BLOCK - 4].reshape(-1, 3).mean(axis=0)
    if low[0] < low[2] + 60:
        return -1
    tops = [picture[6:14, bit * BLOCK + 5 : (bit + 1) * BLOCK - 5].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, level in enumerate(tops) if level > 128)


@in_own_thread
def write(folder: Path, kind: Kind) -> Odd:
    """Make the video of *kind* in *folder*."""
    path = folder / kind.name
    base = kind.base or Fraction(1, 1000 if kind.exact else 1) / (1 if kind.exact else kind.rate)
    with av.open(str(path), "w", format=kind.template or None, container_options=kind.container) as target:
        stream: Any = target.add_stream(kind.codec, rate=kind.rate, options=kind.options)
        stored = paint(0, kind.size)
        stored = cv2.rotate(stored, TURN[kind.rotation]) if kind.rotation else stored
        stream.height, stream.width = stored.shape[:2]
        stream.codec_context.thread_count = 1  # the same file every time
        stream.pix_fmt, stream.codec_context.time_base = kind.pixels, base
        if kind.rotation:
            stream.set_display_rotation(-kind.rotation)
        voice: Any = target.add_stream(kind.voice, rate=48000, layout="mono") if kind.sound else None
        holds = {}
        packets = []
        for n, time in enumerate(kind.times):
            picture = paint(n, kind.size)
            picture = cv2.rotate(picture, TURN[kind.rotation]) if kind.rotation else picture
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(time / base), base
            over = kind.times[n + 1] if n + 1 < len(kind.times) else time + kind.last
            holds[frame.pts] = round(over / base) - frame.pts
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for packet in packets:
            if packet.pts in holds:
                packet.duration = holds[packet.pts]
        packets += _heard(voice, kind.sound) if kind.sound else []
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            shift = round(kind.start / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            target.mux(packet)
    if kind.alter:
        kind.alter(path)
    return truth(path, kind)


def truth(path: Path, kind: Kind) -> Odd:
    """What is true of the video of *kind*, by how it was made."""
    times = list(kind.times[kind.skipped :])
    over = kind.times[-1] + kind.last
    begin = min(times[0], kind.sound[0]) if kind.sound else times[0]
    length = max(over, kind.sound[1] if kind.sound else over) - begin
    shown = [float(time - begin) for time in times]
    return Odd(path, shown, float(over - begin), float(length), kind.size, kind.skipped)


def _heard(voice: Any, stretch: tuple[Fraction, Fraction]) -> list[Any]:
    packets, size = [], 1024
    first, count = round(stretch[0] * 48000), int((stretch[1] - stretch[0]) * 48000)
    for at in range(0, count, size):
        wave = np.sin(np.arange(at, at + size) / 20)[None] * 0.2
        planar = voice.codec_context.format.name
        wave = (wave * 32767).astype(np.int16) if planar.startswith("s16") else wave.astype(np.float32)
        heard = av.AudioFrame.from_ndarray(wave, format=planar, layout="mono")
        heard.rate, heard.pts, heard.time_base = 48000, first + at, Fraction(1, 48000)
        packets += voice.encode(heard)
    packets += voice.encode(None)
    return packets


def zero_matrix(path: Path) -> None:
    """Make the display matrix of an MP4's track header all zeros."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = bytes(36)
    path.write_bytes(data)


def pack_b_frames(path: Path) -> None:
    """Lay each B-frame of an AVI with one between two others into the packet before it, as DivX does."""
    label = b"\0\0\1\xb2DivX503b1393p\0"
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        data = [bytes(packet) for packet in source.demux(stream) if packet.size]
        kinds = [one[one.index(b"\0\0\1\xb6") + 4] >> 6 for one in data]  # 0 I, 1 P, 2 B
        packed: list[bytes] = []
        for one, what in zip(data, kinds, strict=True):
            if what == 2:
                packed[-1] += one
                packed.append(b"\0\0\1\xb6\x51\0\0")  # a picture that is not coded
            else:
                at = one.index(b"\0\0\1\xb6")
                packed.append(one[:at] + (label if what == 0 else b"") + one[at:])
        other = path.with_suffix(".packed.avi")
        with av.open(str(other), "w") as target:
            track = target.add_stream_from_template(stream)
            track.codec_context.codec_tag = "DX50"
            for n, one in enumerate(packed):
                packet = av.Packet(one)
                packet.pts = packet.dts = n
                packet.time_base, packet.stream = stream.time_base, track
                packet.is_keyframe = b"\0\0\1\xb2DivX" in one
                target.mux(packet)
    other.replace(path)


def _seconds(*values: float | str) -> tuple[Fraction, ...]:
    return tuple(Fraction(value) for value in values)


def _every(step: str, count: int, start: str = "0") -> tuple[Fraction, ...]:
    return tuple(Fraction(start) + n * Fraction(step) for n in range(count))


def _without(*gone: range) -> tuple[Fraction, ...]:
    return tuple(Fraction(n, FPS) for n in range(80) if not any(n in one for one in gone))


GOP = {"g": "15"}
B = {"bf": "2", "g": "15"}
VARIABLE = tuple(_every("1/2", 4)) + tuple(2 + n * Fraction(1, 50) for n in range(40)) + _every("1/2", 3, "3")
UNEVEN = tuple(Fraction(40 * n + (7 * n * n) % 23, 1000) for n in range(60))
SLIDES = _seconds(0, 3, 10, 12, 22)
LATE = Fraction(1, 2)


def valid_kinds() -> list[Kind]:
    """The 58 odd but valid ones."""
    full = (Fraction(0), Fraction("2.4"))
    longer = (Fraction(0), Fraction(6))
    vp9 = {"codec": "libvpx-vp9", "options": {**GOP, "deadline": "realtime", "cpu-used": "8"}}
    vp8 = {"codec": "libvpx", "options": {**GOP, "deadline": "realtime", "auto-alt-ref": "0"}}
    mpeg4 = {"codec": "mpeg4", "exact": False}
    two, thirty = _seconds(0, 1), Fraction(29)
    minute = (*_every("1/2", 110), Fraction("54.98"))
    kinds = [
        Kind("b1.avi", options={"bf": "1", **GOP}, **mpeg4),
        Kind("b2.avi", options=B, **mpeg4),
        Kind("packed.avi", options={"bf": "1", **GOP}, alter=pack_b_frames, **mpeg4),
        Kind("b2_sound.avi", options=B, sound=full, voice="pcm_s16le", **mpeg4),
        Kind("b2_ntsc.avi", "mpeg4", options=B, exact=False, rate=Fraction(30000, 1001), times=_every("1001/30000", 60),
             last=Fraction(1001, 30000)),
        Kind("h264_b.avi", options={"bf": "3", **GOP}, exact=False),
        Kind("h264_sound.avi", options={"bf": "3", **GOP}, exact=False, sound=full, voice="pcm_s16le"),
        Kind("divx3.avi", "msmpeg4", exact=False),
        Kind("mjpeg.avi", "mjpeg", "yuvj420p", exact=False),
        *(Kind(f"start_{at}.mkv", options=GOP, start=Fraction(at)) for at in ("0.5", "2", "3600")),
        *(Kind(f"start_{at}.webm", start=Fraction(at), **vp9) for at in ("0.5", "2", "3600")),
        Kind("sound_first.mkv", options=GOP, times=_every("1/25", 60, "0.5"), sound=(Fraction(0), Fraction("2.9"))),
        Kind("sound_first.webm", times=_every("1/25", 60, "2"), sound=(Fraction(0), Fraction("4.4")),
             voice="libopus", **vp9),
        Kind("sound_first.mp4", options=GOP, times=_every("1/25", 60, "0.5"), sound=(Fraction(0), Fraction("2.9"))),
        Kind("sound_first_at_20.mkv", options=GOP, times=_every("1/25", 60, "2"), start=Fraction(20),
             sound=(Fraction(0), Fraction("4.4"))),
        Kind("start_3600.ts", options=GOP, start=Fraction(3600), exact=False, base=Fraction(1, 90000)),
        Kind("start_2.flv", "flv", options=GOP, start=Fraction(2)),
        Kind("two.mp4", times=two, last=thirty),
        Kind("two.mkv", times=two, last=thirty),
        Kind("two.webm", times=two, last=thirty, **vp9),
        Kind("two.gif", "gif", "rgb8", times=two, last=thirty, base=Fraction(1, 100)),
        Kind("slides.mp4", options={"bf": "0"}, times=SLIDES, last=Fraction(38)),
        Kind("slides.mkv", times=SLIDES, last=Fraction(38)),
        Kind("slides.webm", times=SLIDES, last=Fraction(38), **vp9),
        Kind("minute.mp4", options={"bf": "0"}, times=minute, last=60 - minute[-1]),
        Kind("minute.mkv", times=minute, last=60 - minute[-1]),
        *(Kind(f"turned_{angle}.mp4", options=GOP, rotation=angle) for angle in (90, 180, 270)),
        Kind("turned_90.mov", "mpeg4", options=GOP, rotation=90),
        Kind("no_matrix.mp4", options=GOP, alter=zero_matrix),
        Kind("pyramid.mp4", options={"bf": "5", "x264-params": "b-pyramid=normal:keyint=20"}),
        Kind("open_gop.mp4", options={"bf": "3", "x264-params": "open-gop=1:keyint=15"}),
        Kind("open_gop.mkv", options={"bf": "3", "x264-params": "open-gop=1:keyint=15"}),
        Kind("hevc_open.mp4", "libx265", options={"x265-params": "open-gop=1:keyint=15:" + ONE_THREAD}),
        Kind("hevc.mkv", "libx265", options={"x265-params": "keyint=15:" + ONE_THREAD}),
        Kind("h264.ts", options={"bf": "3", **GOP}, exact=False, base=Fraction(1, 90000)),
        Kind("mpeg2.ts", "mpeg2video", options=B, exact=False),
        Kind("mpeg2_sound.mpg", "mpeg2video", options=B, exact=False, voice="mp2",
             sound=(Fraction(481, 48000), Fraction("2.4"))),
        Kind("variable.mp4", times=VARIABLE, last=LATE),
        Kind("variable.mkv", times=VARIABLE, last=LATE),
        Kind("uneven.webm", times=UNEVEN, **vp9),
        Kind("pause.mp4", times=_without(range(30, 70)), options=GOP),
        Kind("pauses.mkv", times=_without(range(10, 14), range(30, 50), range(61, 75)), options=GOP),
        Kind("slow.mp4", times=_every("5", 6), last=Fraction(5)),
        Kind("quick.mp4", times=_every("1/120", 90), last=Fraction(1, 120), base=Fraction(1, 12000), options=GOP),
        Kind("one.mp4", times=_seconds(0), last=Fraction(5)),
        Kind("live.mkv", options=GOP, container={"live": "1"}),
        Kind("fragments.mp4", options=GOP, container={"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
        Kind("long_sound.mp4", options=GOP, sound=longer),
        Kind("long_sound.mkv", options=GOP, sound=longer),
        Kind("trimmed.mp4", options={"bf": "2", "g": "60"}, times=_every("1/25", 60, "-1"), skipped=25,
             container={"use_editlist": "1", "avoid_negative_ts": "disabled"}),
        Kind("vp8.webm", **vp8),
        Kind("av1.mp4", "libsvtav1", options={"preset": "12", "g": "15", "svtav1-params": "lp=1"}),
    ]  # fmt: skip
    assert len(kinds) == 58, len(kinds)
    return kinds
