"""Small videos, good and faulty, whose truth is known. Tests get this module as the fixture ``make_videos``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, FPS = 192, 108, 25
RED, GREEN, BLUE = (200, 30, 30), (30, 180, 40), (40, 50, 210)
ENCODERS = {  # container and pixel format in which each is tried
    "libx264": ("mp4", "yuv420p"),
    "libx265": ("mp4", "yuv420p"),
    "mpeg4": ("avi", "yuv420p"),
    "mjpeg": ("avi", "yuvj420p"),
    "libvpx": ("webm", "yuv420p"),
    "libvpx-vp9": ("webm", "yuv420p"),
    "libsvtav1": ("mp4", "yuv420p"),
    "ffv1": ("mkv", "yuv420p"),
    "prores_ks": ("mov", "yuv422p10le"),
    "gif": ("gif", "rgb8"),
}
BAD_FILES = ("truncated", "flipped", "empty", "text", "sound", "nothing")

Picture = np.ndarray[Any, np.dtype[np.uint8]]


def scene(n: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """Frame *n* of a textured scene that pans right by a pixel a frame, with a bright disc that falls."""
    y, x = np.mgrid[:height, :width]
    waves = 90 + 40 * np.sin((x + n) / 7) + 40 * np.sin(y / 5 + (x + n) / 23)
    picture = np.stack([waves, waves * 0.8, 220 - waves], -1)
    picture[(x - width / 2) ** 2 + (y - (5 + 2 * n) % height) ** 2 < (height / 10) ** 2] = (250, 240, 90)
    return picture.clip(0, 255).astype(np.uint8)


def flat(colour: tuple[int, int, int], width: int = WIDTH, height: int = HEIGHT) -> Picture:
    return np.full((height, width, 3), colour, np.uint8)


def encode(
    path: Path,
    pictures: Iterable[tuple[Fraction, Picture]],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    rotation: int = 0,
    sound: bool = False,
    interlaced: bool = False,
    container: dict[str, str] | None = None,
) -> Path:
    """Write *pictures* with their times (seconds); *rotation*: degrees clockwise that a player is to turn them by.

    Opened by root, libsvtav1 makes its thread a real-time one, which would take the processors from all others, and so
    would all threads and processes that come of it. So this is a thread that ends with the file.
    """
    with ThreadPoolExecutor(1) as thread:
        how = (codec, pixels, options, rotation, sound, interlaced, container)
        return thread.submit(_encode, path, pictures, *how).result()


def _encode(
    path: Path,
    pictures: Iterable[tuple[Fraction, Picture]],
    codec: str,
    pixels: str,
    options: dict[str, str] | None,
    rotation: int,
    sound: bool,
    interlaced: bool,
    container: dict[str, str] | None,
) -> Path:
    settings = dict(options or {})
    if interlaced:
        settings |= {"flags": "+ildct+ilme"}
    with av.open(str(path), "w", options=container) as target:
        stream: Any = None
        voice: Any = target.add_stream("aac", rate=48000, layout="mono") if sound else None
        last = Fraction(0)
        for time, picture in pictures:
            if stream is None:
                stream = target.add_stream(codec, rate=FPS, options=settings)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt, stream.codec_context.time_base = pixels, Fraction(1, 600)
                if path.suffix in (".avi", ".gif"):
                    stream.codec_context.time_base = Fraction(1, FPS)
                if rotation:
                    stream.set_display_rotation(-rotation)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            base = stream.codec_context.time_base
            frame.pts, frame.time_base, last = round(time / base), base, time
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        if voice is not None:
            for n in range(int(last * 48000) // 1024):
                wave = np.sin(np.arange(n * 1024, (n + 1) * 1024) / 20).astype(np.float32)[None] * 0.2
                heard = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                heard.rate, heard.pts = 48000, n * 1024
                target.mux(voice.encode(heard))
            target.mux(voice.encode(None))
    return path


def plain(path: Path, frames: int = 50, *, make: Callable[[int], Picture] = scene, **kind: Any) -> Path:
    """*frames* of ``scene`` (or of *make*) at 25 a second."""
    return encode(path, ((Fraction(n, FPS), make(n)) for n in range(frames)), **kind)


def variable(path: Path) -> Path:
    """1 frame a second for 5 s in red, 60 for 5 s in green, 1 for 5 s in blue: cuts at 5 s and 10 s."""
    times = [Fraction(n) for n in range(5)]
    times += [5 + Fraction(n, 60) for n in range(300)]
    times += [Fraction(10 + n) for n in range(5)]
    pictures = ((time, flat(RED if time < 5 else GREEN if time < 10 else BLUE)) for time in times)
    return encode(path, pictures, options={"x264-params": "force-cfr=0"})


def truncated(path: Path, whole: Path, size: int) -> Path:
    """The first *size* bytes of *whole*."""
    path.write_bytes(whole.read_bytes()[:size])
    return path


def flipped(path: Path, whole: Path, flips: int = 200, seed: int = 0, first: int = 0) -> Path:
    """*whole* with *flips* of its bytes, none before *first*, inverted."""
    data = np.frombuffer(whole.read_bytes(), np.uint8).copy()
    data[np.random.default_rng(seed).integers(first, len(data), flips)] ^= 0xFF
    path.write_bytes(data.tobytes())
    return path


def sound_only(path: Path) -> Path:
    """One second of a tone."""
    with av.open(str(path), "w") as target:
        voice = target.add_stream("aac", rate=48000, layout="mono")
        for n in range(47):
            wave = np.sin(np.arange(n * 1024, (n + 1) * 1024) / 20).astype(np.float32)[None]
            heard = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            heard.rate, heard.pts = 48000, n * 1024
            target.mux(voice.encode(heard))
        target.mux(voice.encode(None))
    return path


def huge(path: Path, width: int = 60000, height: int = 60000) -> Path:
    """A small clip whose header claims *width* x *height* pixels: its sample entry and track header are patched."""
    plain(path, 25, codec="mjpeg", pixels="yuvj420p")
    data = bytearray(path.read_bytes())
    entry = data.index(b"stsd") + 12  # past the box's own header and count: size, format, …
    entry += 4 + 4 + 24
    assert int.from_bytes(data[entry : entry + 2], "big") == WIDTH
    data[entry : entry + 4] = width.to_bytes(2, "big") + height.to_bytes(2, "big")
    track = data.index(b"tkhd") + 4 + 76
    assert int.from_bytes(data[track : track + 2], "big") == WIDTH
    data[track : track + 8] = width.to_bytes(2, "big") + b"\0\0" + height.to_bytes(2, "big") + b"\0\0"
    path.write_bytes(data)
    return path


def bomb(path: Path, side: int = 60000) -> Path:
    """A motion JPEG whose header is honest and whose pictures each claim *side* x *side* pixels."""
    plain(path, 25, codec="mjpeg", pixels="yuvj420p")
    data = path.read_bytes()
    at = data.find(b"\xff\xc0")
    while at >= 0:
        data = data[: at + 5] + side.to_bytes(2, "big") * 2 + data[at + 9 :]
        at = data.find(b"\xff\xc0", at + 9)
    path.write_bytes(data)
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path
