"""How exact are the times that `read_text` gives to words on screen?

    python benchmarks/text_edges.py [tune | held] [SEED] [TOLERANCE]

Rendered videos of three shots, 640x360, with a keyframe every two seconds: lines that come and go at once before a
picture that moves, within a shot or with it; subtitles that follow one another in one place; lines that fade in and
out in half a second (their true edges: the first and the last trace); lines that move. The parts share no word, font,
look, seed or codec; of `held` there are totals only. Each is read with `edges: null` and with the tolerance (0.1 s).
Exits with 1 when more than 5 % of the edges that are said to be right to the tolerance are not, fades aside.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from vdata.schemas import Media, Span, Timeline
from vdata.stages.media.read_text import ReadText
from vdata.video.decode import frames
from vdata.video.decode.ocr import text_similarity

sys.path[:0] = [str(Path(__file__).parent)]
from camera import camera_of, canvas_of  # noqa: E402
from transition_looks import Rng  # noqa: E402

SIZE, SHOT, EVERY, FADE, SAME, FRAME = (640, 360), (3.0, 6.0), 2.0, 0.5, 0.85, 0.04
KINDS = ("within a shot", "with the shot", "subtitles", "fades", "moves")
FADING = "fades"
WORDS = {
    "tune": "river market winter signal garden engine copper window ladder orange thunder village",
    "held": "harbour museum pepper falcon bridge lantern castle velvet morning silver planet quarry",
}
FONTS = {"tune": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), "held": ("DejaVuSerif-Bold.ttf", "STIXGeneralBol.ttf")}
CODINGS = {
    "tune": [("libx264", 25, {"crf": "23"}), ("libx264", 30, {"crf": "28", "g": "30"})],
    "held": [("libx265", 24, {"crf": "26", "preset": "superfast", "x265-params": "log-level=error"}),
             ("mpeg4", 25, {"qmin": "3"}),
             ("libx264", 50, {"crf": "26", "preset": "veryfast"})],
}  # fmt: skip
EACH = {"tune": 2, "held": 3}


def main(part: str = "tune", seed: str = "0", tolerance: str = "0.1") -> int:
    settings: dict[str, float | None] = {"before": None, "after": float(tolerance)}
    errors: dict[tuple[str, str], list[float]] = defaultdict(list)
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    looked: dict[str, list[float]] = {name: [0.0, 0.0, 0.0] for name in settings}
    wrong = told = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video.mkv"
        for k, kind in enumerate(KINDS):
            for n in range(EACH[part]):
                rng = np.random.default_rng([{"tune": 17, "held": 7219}[part], int(seed), k, n])
                video, truth = write(part, rng, kind, path, n)
                lines[kind][0] += len(truth)
                for name, edges in settings.items():
                    found = read(video, edges, looked[name])
                    for line, of in match(found, truth):
                        both = [abs(line.start - of.start), abs(line.end - of.end)]
                        errors[kind, name] += both
                        if edges is None:
                            continue
                        lines[kind][1] += 1
                        for error, within in zip(
                            both, (line.values["start_within"], line.values["end_within"]), strict=True
                        ):
                            lines[kind][2] += within > edges
                            if kind != FADING and within <= edges:
                                told, wrong = told + 1, wrong + (error > edges + FRAME / 2)
    table = Table(
        "lines",
        "true",
        "read",
        "error before, s: median",
        "worst",
        "after: median",
        "worst",
        "edges left wide",
        box=None,
    )
    for kind in KINDS:
        values = (f"{at(errors[kind, name]):.3f}" for name in settings for at in (np.median, max) if errors[kind, name])
        table.add_row(kind, *map(str, lines[kind][:2]), *values, str(lines[kind][2]))
    console = Console(width=160)
    console.print(table)
    for name, (count, passes, cpu) in looked.items():
        print(f"{name}: {count:.0f} frames in {passes:.0f} fetches, {cpu:.1f} s of CPU of the reader")
    edges_of = 2 * sum(read for _, read, _ in lines.values())
    more = looked["after"][0] - looked["before"][0]
    print(f"{more / edges_of:.1f} frames more for each of {edges_of} edges")
    print(f"{part} {seed}: {wrong} of {told} edges said to be right to {tolerance} s are not")
    return int(wrong > 0.05 * told)


def read(video: Timeline, edges: float | None, looked: list[float]) -> list[Span]:
    """The lines of *video*; adds to *looked* the frames fetched, the fetches and the seconds of CPU."""
    fetch = frames.fetch

    def counted(uri: str, times: Sequence[float], width: int | None = None) -> list[Any]:
        looked[0] += len(times)
        looked[1] += 1
        return fetch(uri, times, width)

    frames.fetch = counted
    start = time.process_time()
    try:
        ReadText(edges=edges).run(video)
    finally:
        frames.fetch = fetch
    looked[2] += time.process_time() - start
    return video.lane("texts")


def match(found: list[Span], truth: list[Span]) -> list[tuple[Span, Span]]:
    """Each true line and what was read of it: as alike as one line's readings are, at the same time."""
    pairs = []
    for of in truth:
        for line in found:
            if text_similarity(line.text, of.text) >= SAME and line.start < of.end and of.start < line.end:
                pairs.append((line, of))
                break
    return pairs


def write(part: str, rng: Rng, kind: str, path: Path, number: int) -> tuple[Timeline, list[Span]]:
    """A video with lines of *kind*, and the lines."""
    codec, fps, options = CODINGS[part][number % len(CODINGS[part])]
    counts = [int(rng.uniform(*SHOT) * fps) for _ in range(3)]
    starts = [0, *np.cumsum(counts).tolist()]
    cameras = [
        camera_of(rng, str(rng.choice(["static", "pan_left", "zoom_in"])), canvas_of(part, rng), fps) for _ in counts
    ]
    shots = [Span(a / fps, b / fps, id=f"s{n}") for n, (a, b) in enumerate(pairwise(starts))]
    lines = [line for n, count in enumerate(counts) for line in lines_of(part, rng, kind, starts[n], count, fps)]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        if codec == "mpeg4":
            stream.bit_rate = 3_000_000
        for n in range(starts[-1]):
            at_shot = next(s for s in range(3) if n < starts[s + 1])
            picture = cv2.resize(
                cameras[at_shot](n - starts[at_shot]).astype(np.float32), SIZE, interpolation=cv2.INTER_CUBIC
            )
            for first, last, _, mask, shift in lines:
                if first <= n < last:
                    picture = put(picture, mask, kind, n, first, last, shift, fps)
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    video = Timeline(str(path), id="v", duration=starts[-1] / fps)
    video.media = Media(sha256="v", duration=video.duration, width=SIZE[0], height=SIZE[1])
    video.put("shots", shots)
    points = []
    for shot in shots:
        count = max(1, round(shot.seconds / EVERY))
        times = [shot.start + (n + 0.5) * shot.seconds / count for n in range(count)]
        points += [Span(t, t, attrs={"shot": shot.id}) for t in times]
    video.put("keyframes", points)
    return video, [Span(first / fps, last / fps, text=text) for first, last, text, *_ in lines]


def lines_of(
    part: str, rng: Rng, kind: str, start: int, count: int, fps: int
) -> list[tuple[int, int, str, Any, float]]:
    """The lines of one shot: first frame, the frame after the last, words, where they are, and pixels a second."""
    if kind == "with the shot":
        times = [(start, start + count)]
    elif kind == "subtitles":
        edges = [
            start + int(share * count) for share in (rng.uniform(0, 0.2), rng.uniform(0.4, 0.6), rng.uniform(0.8, 1))
        ]
        times = [(edges[0], edges[1]), (edges[1], edges[2])]
    else:
        times = [(start + int(rng.uniform(0.05, 0.3) * count), start + int(rng.uniform(0.7, 0.95) * count))]
    height, size = int(rng.uniform(60, 300)), int(rng.uniform(24, 40))
    lines = []
    for first, last in times:
        text = " ".join(str(word) for word in rng.choice(WORDS[part].split(), 3, replace=False))
        lines.append(
            (
                first,
                last,
                text,
                mask_of(part, rng, text, size, height),
                float(rng.choice([-1, 1]) * rng.uniform(40, 160)),
            )
        )
    return lines


def mask_of(part: str, rng: Rng, text: str, size: int, height: int) -> Any:
    """Ink and its dark outline, shares of each pixel (height, width, 2)."""
    fonts = Path(matplotlib.get_data_path()) / "fonts/ttf"
    font = ImageFont.truetype(str(fonts / str(rng.choice(FONTS[part]))), size)
    masks = []
    for outline in (0, 2):
        image = Image.new("L", SIZE)
        ImageDraw.Draw(image).text((SIZE[0] / 2, height), text, 255, font, "mm", stroke_width=outline)
        masks.append(np.asarray(image, np.float32) / 255)
    return np.stack(masks, -1)


def put(picture: Any, mask: Any, kind: str, n: int, first: int, last: int, shift: float, fps: int) -> Any:
    """*picture* with the line on it."""
    if kind == "moves":
        way = np.array([[1, 0, shift * (n - (first + last) / 2) / fps], [0, 1, 0]])
        mask = cv2.warpAffine(mask, way, SIZE)
    light = min(1.0, (n - first) / fps / FADE, (last - n) / fps / FADE) if kind == "fades" else 1.0
    ink, outline = light * mask[..., :1], light * mask[..., 1:]
    return (picture * (1 - outline)) * (1 - ink) + 240.0 * ink


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
