"""How far sound and picture of a made video are apart, after 0, 1, 5 and 20 pictures were inserted.

    python benchmarks/sync.py [--seed 1] [--only WORDS] [--inserts 0,1,5,20] [--seconds 24]

Each source is a film of its own kind (codec, container, frame rate, rate and channels of its sound, with B-frames or
without) in which about every second one frame is white, and a chirp of 40 ms begins in the sound with that very frame.
Pictures are inserted at seeded places for seeded times. In the made video every white frame and every chirp is looked
for (the peak of the sound's correlation with the chirp, each decoded frame of sound where its time says), and the
chirp must begin with the white frame. Printed for each source and way of making it:

  source  - by how much sound and picture are apart in the source itself, at most (ms): the clock of its container,
  apart   - the same in the made video, for each number of inserts,
  in a row- the same when all samples are put one after the other, whatever their times say (ms),
  warned  - lines that libav logged as a warning or worse when the file was made and read.

Exits 1 when frames or chirps are missing, libav warned, or the made video is further from its source than a sample
(sources in MP4), a millisecond (others).
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from own_thread import in_own_thread

from vdata.video.edit import full, render_process, smart
from vdata.video.edit.edit_list import Edit, Piece
from vdata.video.edit.gops import CannotCopy
from vdata.video.edit.piece_frames import decode_stretch

WIDTH, HEIGHT = 96, 64
RATE = 48000
"""Samples a second at which the sound is measured."""
CHIRP, LOW, HIGH = 0.04, 300.0, 5000.0
"""Seconds, and the tones in Hz from which to which it rises."""
WHITE = 200
NEAR = 0.2
"""Seconds around a white frame in which its chirp is looked for."""
SAMPLE, MILLISECOND = 1.05 / RATE, 0.001
"""Seconds that a made video may add: a sample, with what the measurement itself is unsure of."""
CRF, PRESET = 30, "ultrafast"

Samples = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Form:
    """What a source is."""

    name: str
    video: str = "libx264"
    sound: str = "aac"
    fps: Fraction = Fraction(25)
    rate: int = 48000
    layout: str = "stereo"
    bframes: int = 0
    variable: bool = False

    def __str__(self) -> str:
        parts = [self.name, self.video, f"{float(self.fps):g} fps", self.sound, f"{self.rate} Hz", self.layout]
        parts += [f"{self.bframes} B-frames"] if self.bframes else []
        return " ".join(parts + (["variable"] if self.variable else []))


NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
FORMS = [
    Form("mp4"),
    Form("mp4", bframes=3),
    Form("mp4", fps=Fraction(24), rate=44100),
    Form("mp4", fps=Fraction(30), layout="mono", bframes=2),
    Form("mp4", fps=NTSC, rate=44100, layout="mono", bframes=3),
    Form("mp4", fps=FILM),
    Form("mp4", variable=True, bframes=2),
    Form("mp4", sound="libmp3lame", rate=44100),
    Form("mp4", sound="libopus"),
    Form("mov", bframes=2),
    Form("mkv"),
    Form("mkv", fps=NTSC, rate=44100, bframes=3),
    Form("mkv", fps=Fraction(24), sound="libopus", variable=True),
    Form("mkv", sound="flac"),
    Form("mp4", "libx265", fps=Fraction(30)),
    Form("mp4", "libsvtav1", fps=Fraction(24)),
    Form("mp4", "mpeg4", bframes=2),
    Form("webm", "libvpx-vp9", "libopus"),
    Form("webm", "libvpx-vp9", "libopus", fps=Fraction(24)),
    Form("webm", "libvpx-vp9", "libopus", fps=Fraction(30), layout="mono"),
    Form("webm", "libvpx-vp9", "libopus", fps=NTSC),
    Form("webm", "libvpx-vp9", "libopus", variable=True),
    Form("webm", "libvpx", "vorbis", fps=Fraction(30), rate=44100),
    Form("webm", "libvpx", "vorbis"),
    Form("webm", "libsvtav1", "libopus", fps=Fraction(60)),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="measure sources whose name has all these words")
    parser.add_argument("--inserts", default="0,1,5,20", help="how many pictures are inserted")
    parser.add_argument("--seconds", type=float, default=24.0, help="length of a source")
    given = parser.parse_args()
    os.environ["SVT_LOG"] = "1"
    counts = [int(part) for part in given.inserts.split(",")]
    forms = [form for form in FORMS if all(word in str(form).split() for word in given.only.split())]
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        print(f"{'source':<58} way       source  apart after {given.inserts} inserts (ms); in a row; warned")
        for number, form in enumerate(forms):
            folder = Path(name) / str(number)
            folder.mkdir()
            wrong += measured(form, folder, counts, f"{given.seed} {form}", given.seconds)
    return int(bool(wrong))


def measured(form: Form, folder: Path, inserts: list[int], seed: str, seconds: float) -> int:
    """Make and measure the videos of one source; prints its lines and gives the number of those that are wrong."""
    source = made(form, folder / f"source.{form.name}", seconds, seed)
    still = str(folder / "still.png")
    cv2.imwrite(still, np.full((HEIGHT, WIDTH, 3), (90, 20, 60), np.uint8))
    own = apart(source)
    allowed = SAMPLE if form.name in ("mp4", "mov") else MILLISECOND
    wrong = 0
    for way in ("smart", "full"):
        cells, rows, said, why = [], [], 0, ""
        for count in inserts:
            out = folder / f"{way}{count}.mp4"
            plan = planned(source, still, count, f"{seed} {count}")
            try:
                with av.logging.Capture() as lines:
                    counts = (smart.render if way == "smart" else full.render)(plan, str(out), CRF, PRESET)
                    found, rowed = apart(out), apart(out, row=True)
                render_process.check(str(out), plan, counts["frames_encoded"] + counts.get("frames_copied", 0))
            except CannotCopy as unable:
                why = unable.reason
                break
            warned = {line[2].strip() for line in lines if line[0] <= av.logging.WARNING}
            said += len(warned)
            why = why or next(iter(warned), "")
            worst = max(abs(one - other) for one, other in zip(found, own, strict=False)) if found else float("inf")
            wrong += len(found) != len(own) or worst > allowed or bool(warned)
            cells.append(max(map(abs, found), default=float("nan")))
            rows.append(max(map(abs, rowed), default=float("nan")))
        told = " / ".join(f"{1000 * cell:.3f}" for cell in cells) or "-"
        row = " / ".join(f"{1000 * cell:.2f}" for cell in rows)
        print(f"{form!s:<58} {way:<6} {1000 * max(map(abs, own)):9.3f}  {told}; {row}; {said}  {why}", flush=True)
    return wrong


def planned(source: Path, still: str, inserts: int, seed: str) -> Edit:
    """The whole of *source*, with stills of seeded lengths at its frames, but not within a chirp."""
    times = [time for time, _ in decode_stretch(str(source), 0.0, 1e9)]
    end = times[-1] + times[-1] - times[-2]
    whites = [time for time, white in zip(times, _white(source), strict=True) if white]
    free = [time for time in times if not any(-CHIRP < time - white < 2 * CHIRP for white in whites)]
    rng = random.Random(seed)
    cuts = [0.0, *(round(time, 6) for time in sorted(rng.sample(free[1:-1], inserts))), round(end, 6)]
    pieces: list[Piece] = []
    at = 0.0
    for number, (begin, finish) in enumerate(pairwise(cuts)):
        if number:
            seconds = rng.choice((0.2, 0.5, 1.0, rng.uniform(0.2, 1.2)))
            pieces.append(Piece(at, at := round(at + seconds, 6), picture=still))
        over = round(at + finish - begin, 6)
        pieces.append(Piece(at, over, source.name, str(source), "", begin, finish))
        at = over
    return Edit(tuple(pieces), (), WIDTH, HEIGHT, _fps(source))


def _fps(source: Path) -> float:
    with av.open(str(source)) as file:
        return float(file.streams.video[0].average_rate or 25)


def _white(path: Path) -> Iterator[bool]:
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield float(frame.to_ndarray(format="gray8")[:, : WIDTH // 2].mean()) > WHITE


def apart(path: Path, row: bool = False) -> list[float]:
    """Seconds by which each chirp is later than its white frame. *row*: samples lie one after the other."""
    with av.open(str(path)) as file:
        times = [float(frame.pts * frame.time_base) for frame in file.decode(video=0)]
    whites = [time for time, white in zip(times, _white(path), strict=True) if white]
    sound, start = heard(path, row)
    model = chirp(RATE)
    found = []
    for time in whites:
        first = round((time - start - NEAR) * RATE)
        part = sound[max(first, 0) : round((time - start + NEAR + CHIRP) * RATE)]
        if len(part) <= len(model):
            continue
        alike = np.correlate(part, model, "valid")
        peak = int(np.argmax(alike))
        if alike[peak] < 0.3 * float(model @ model) * 0.7:
            continue
        found.append((max(first, 0) + peak + _between(alike, peak)) / RATE + start - time)
    return found


def _between(values: Samples, peak: int) -> float:
    """How far the top of the parabola through three values lies from *peak*."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, middle, right = (float(values[peak + side]) for side in (-1, 0, 1))
    return 0.5 * (left - right) / (left - 2 * middle + right)


def heard(path: Path, row: bool) -> tuple[Samples, float]:
    """The sound, mono at ``RATE``, and the time of its first sample in seconds."""
    runs: list[tuple[float, Samples]] = []
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        runs += [(float(frame.pts * frame.time_base), _mono(frame)) for frame in file.decode(stream)]
        own = stream.rate
    start = runs[0][0]
    if row:
        whole = np.concatenate([run for _, run in runs])
    else:
        whole = np.zeros(max(round((time - start) * own) + len(run) for time, run in runs), np.float32)
        for time, run in runs:
            at = round((time - start) * own)
            whole[at : at + len(run)] = run
    if own != RATE:  # by whole waves, so that nothing moves
        size = len(whole) // own * own + own
        wave = np.fft.rfft(np.pad(whole, (0, size - len(whole))))
        to = size // own * RATE
        whole = np.fft.irfft(np.pad(wave, (0, to // 2 + 1 - len(wave))), to).astype(np.float32) * (to / size)
    return whole, start


def _mono(frame: Any) -> Samples:
    samples = frame.to_ndarray()
    channels = frame.layout.nb_channels
    samples = samples if frame.format.is_planar else samples.reshape(-1, channels).T
    scale = 1.0 if samples.dtype.kind == "f" else 2.0 ** (8 * samples.dtype.itemsize - 1)
    return np.asarray(samples.mean(axis=0) / scale, np.float32)


def chirp(rate: int, late: float = 0.0) -> Samples:
    """The sound that begins with each white frame; *late*: shares of a sample by which it begins later."""
    at = (np.arange(round(CHIRP * rate) + 1) - late) / rate
    tone = np.sin(2 * np.pi * (LOW * at + (HIGH - LOW) * at**2 / (2 * CHIRP)))
    inside = np.clip(at / CHIRP, 0, 1)
    return (0.7 * tone * np.sin(np.pi * inside) ** 2).astype(np.float32)


@in_own_thread
def made(form: Form, path: Path, seconds: float, seed: str) -> Path:
    """Write the film of *form* to *path*."""
    rng = random.Random(seed)
    count = round(seconds * form.fps)
    times = [Fraction(n) / form.fps for n in range(count)]
    if form.variable:
        times = [time + Fraction(rng.randrange(0, 12), 1000) for time in times]
        times[0] = Fraction(0)
    every = round(form.fps)
    whites = set(range(rng.randrange(3, every), count - every, every))
    size = round(seconds * form.rate)
    mono = np.zeros(size + form.rate, np.float32)
    for n in whites:
        exact = times[n] * form.rate
        first = int(exact)
        model = chirp(form.rate, float(exact - first))
        mono[first : first + len(model)] += model
    noise = np.random.default_rng(rng.randrange(1 << 30)).normal(size=len(mono)) * 0.002
    mono = (mono + noise).astype(np.float32)[:size]
    with av.open(str(path), "w") as out:
        tick = Fraction(1, 90000) if form.variable else 1 / form.fps
        options = {"libx264": {"crf": "28", "preset": "ultrafast", "g": str(2 * every), "bf": str(form.bframes)},
                   "libx265": {"crf": "32", "preset": "ultrafast", "x265-params": "log-level=none"},
                   "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "g": str(4 * every)},
                   "libvpx": {"deadline": "realtime", "cpu-used": "8", "g": str(4 * every)},
                   "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"}}  # fmt: skip
        picture = out.add_stream(form.video, rate=form.fps, options=options.get(form.video, {}))
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.codec_context.time_base = tick
        if form.bframes and form.video == "mpeg4":
            picture.codec_context.max_b_frames = form.bframes
        voice = out.add_stream(form.sound, rate=form.rate, layout=form.layout)
        voice.codec_context.bit_rate = 96000
        if form.sound == "vorbis":
            voice.codec_context.options = {"strict": "experimental"}
        resampler = av.AudioResampler(format=voice.codec_context.format, layout=form.layout, rate=form.rate)
        channels = voice.codec_context.layout.nb_channels
        fifo = av.AudioFifo()
        at = 0

        def sounded(until: int, last: bool = False) -> None:
            nonlocal at
            while at < until:
                part = mono[at : min(at + 1024, size)]
                frame = av.AudioFrame.from_ndarray(np.stack([part] * channels), format="fltp", layout=form.layout)
                frame.rate, frame.pts, frame.time_base = form.rate, at, Fraction(1, form.rate)
                at += len(part)
                for one in resampler.resample(frame):
                    one.pts = None
                    fifo.write(one)
            step = voice.codec_context.frame_size or 1024
            while (one := fifo.read(step, partial=last)) is not None:
                one.pts, one.time_base = sounded.done, Fraction(1, form.rate)  # type: ignore[attr-defined]
                sounded.done += one.samples  # type: ignore[attr-defined]
                out.mux(voice.encode(one))

        sounded.done = 0  # type: ignore[attr-defined]
        for n, time in enumerate(times):
            shade = np.full((HEIGHT, WIDTH, 3), 20 + (n * 7) % 60, np.uint8)
            if n in whites:
                shade[:] = 255
            shade[:, WIDTH * 3 // 4 :] = (n * 37 % 256, 90, 160)
            frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
            frame.pts, frame.time_base = round(time / tick), tick
            sounded(min(size, round(float(time) * form.rate)))
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        sounded(size, True)
        out.mux(voice.encode(None))
    return path


if __name__ == "__main__":
    sys.exit(main())
