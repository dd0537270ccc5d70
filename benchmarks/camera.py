"""What does `camera` say of cameras whose move is known, with things of many sizes moving before them?

    python benchmarks/camera.py [tune | school | drill | held | fresh | later] [SEED]

Rendered clips of four seconds: a camera that rests, pans, tilts or zooms over a canvas, and one mover that covers a
share of the picture. The parts share no look, mover, seed or coding; of `held`, `fresh` and `later` there are totals
only. `fresh` was written when the limits on the agreement of the background were already there, `later` before the
background was compared over half a second. In `drill` and `later` movers may stand anywhere, so that they cover whole
edges of the picture. A camera may be said to do what it does or nothing; saying anything else is wrong. Exits with 1
when more than 2 % of what is said is wrong with movers of up to a third of the picture, or more than 5 % with greater
ones, or less than 90 % of the clips without a mover are named.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from vdata.schemas import Span, Timeline
from vdata.stages.media.camera import Camera
from vdata.video.signals.scanner import scan

sys.path[:0] = [str(Path(__file__).parent)]
import transition_apart as apart  # noqa: E402
import transition_beyond as beyond  # noqa: E402
import transition_further as further  # noqa: E402
from transition_looks import HEIGHT, LOOKS, WIDTH, Picture, Rng  # noqa: E402

SECONDS = 4
SHARES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7)
MOVES = ("static", "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out")
CODINGS = {
    "tune": [("libx264", 25, {"crf": "23"}), ("libx264", 30, {"crf": "32"}), ("mpeg4", 24, {"qmin": "6"})],
    "school": [("libx264", 25, {"crf": "26", "preset": "ultrafast"}), ("libx264", 30, {"crf": "21", "preset": "fast"}),
               ("libx264", 24, {"crf": "33", "preset": "ultrafast"})],
    "held": [("libx265", 25, {"crf": "28", "preset": "superfast"}), ("libx264", 50, {"crf": "20"}),
             ("libvpx-vp9", 30, {"crf": "34", "b": "0", "deadline": "realtime", "cpu-used": "8"})],
    "fresh": [("libx264", 24, {"crf": "30", "preset": "veryfast"}), ("mpeg2video", 30, {"qmin": "5"}),
              ("libx265", 30, {"crf": "24", "preset": "ultrafast"}), ("libvpx", 25, {"crf": "18", "b": "1M"})],
    "drill": [("libx264", 25, {"crf": "24", "preset": "superfast"}), ("mpeg4", 30, {"qmin": "4"}),
              ("libx264", 24, {"crf": "31", "preset": "veryfast", "tune": "film"})],
    "later": [("libx265", 24, {"crf": "30", "preset": "superfast"}), ("libx264", 30, {"crf": "27", "preset": "fast"}),
              ("mpeg1video", 25, {"qmin": "6"}), ("libvpx-vp9", 25, {"crf": "38", "b": "0", "deadline": "realtime",
              "cpu-used": "7"})],
}  # fmt: skip
EACH = 3
"""Clips of each move and share; with a large mover twice as many."""
LARGE = 0.4
SEEDS = {"tune": 5, "school": 31337, "held": 977, "fresh": 60601, "drill": 8128, "later": 440_977}
TUNED = "tune", "school", "drill"
ANYWHERE = "drill", "later"
"""The parts whose movers may stand anywhere."""
MOVERS = {
    "tune": ("sway", "cross", "rise"), "school": ("rise", "cross", "loom", "lean", "bob", "leave", "roam", "creep"),
    "held": ("sway", "walk", "turn"),
    "fresh": ("nod", "breathe", "slope", "drive_by", "dance"),
    "drill": ("sway", "creep", "lean", "roam", "climb", "stop", "loom", "wag"),
    "later": ("swing", "shuttle", "near", "halt", "spiral", "tumble", "trundle"),
}  # fmt: skip


def main(part: str = "tune", seed: str = "0") -> int:
    table = Table("share of the picture that moves", "clips", "right", "nothing said", "wrong", "wrong words", box=None)
    wrong, said, named, plain = [0, 0], [0, 0], 0, 0
    with TemporaryDirectory() as folder:
        for s, share in enumerate(SHARES):
            counts: Counter[str] = Counter()
            words: Counter[str] = Counter()
            for m, move in enumerate(MOVES):
                for n in range(2 * EACH if share > LARGE else EACH):
                    rng = np.random.default_rng([SEEDS[part], int(seed), s, m, n])
                    path = Path(folder) / "clip.mkv"
                    write(part, rng, move, share, path, s + m + n)
                    found = told(path)
                    kind = "nothing" if not found else "right" if found == move else "wrong"
                    counts[kind] += 1
                    if kind == "wrong":
                        words[f"{move}: {found}"] += 1
            total = counts.total()
            rest = ", ".join(f"{word} {n}" for word, n in words.most_common(4)) if part in TUNED else ""
            table.add_row(f"{share:.0%}", str(total), *(str(counts[k]) for k in ("right", "nothing", "wrong")), rest)
            wrong[share > LARGE] += counts["wrong"]
            said[share > LARGE] += total - counts["nothing"]
            if not share:
                named, plain = counts["right"], total
    Console(width=160).print(table)
    print(f"{part} {seed}: {wrong[0]} of {said[0]} statements are wrong with no mover or one of up to a third of the")
    print(f"picture, {wrong[1]} of {said[1]} with a greater one; {named} of {plain} clips without a mover are named")
    return int(wrong[0] > 0.02 * said[0] or wrong[1] > 0.05 * said[1] or named < 0.9 * plain)


def told(path: Path) -> str:
    """What the stage says of the one shot that *path* is; empty for nothing."""
    signals = scan(str(path), 1 << 26, False, 0.5, 0.5)
    video = Timeline(id="v", uri=str(path), signals=signals, lanes={"shots": [Span(0.0, signals.end, id="s")]})
    return Camera().run(video).lane("shots")[0].attrs.get("camera", "")


def write(part: str, rng: Rng, move: str, share: float, path: Path, number: int) -> None:
    """A clip in which the camera does *move* and a thing of *share* of the picture goes to and fro."""
    canvas, skin = (canvas_of(part, rng) for _ in range(2))
    codec, fps, options = CODINGS[part][number % len(CODINGS[part])]
    camera, thing = camera_of(rng, move, canvas, fps), thing_of(part, rng, skin, share, fps)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for n in range(SECONDS * fps):
            picture = thing(camera(n), n) if share else camera(n)
            picture = picture + rng.normal(0, 1.5, (HEIGHT, WIDTH, 1))
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def canvas_of(part: str, rng: Rng) -> Picture:
    """A frame of a real clip, or a look of `transition_looks` with the fine grain that what is filmed has."""
    if part == "fresh":  # photographs, and pictures with as much to see in them
        choices = [beyond.photograph, beyond.photograph, *beyond.DRAWN]
        return np.float32(choices[int(rng.integers(len(choices)))](rng, rng))
    if part in ANYWHERE:
        stills = apart.LOOKS if part == "drill" else further.STILLS
        return np.float32(stills[int(rng.integers(len(stills)))](rng, rng))
    *looks, real = LOOKS["tune" if part == "school" else part]
    if rng.random() < 0.4:
        return cv2.resize(real(rng, rng)(0), (960, 540), interpolation=cv2.INTER_CUBIC)
    canvas = looks[int(rng.integers(len(looks)))](rng, rng)
    for size in (30, 60, 120, 240):
        grain = rng.normal(0, rng.uniform(3, 9), (size * 9 // 16, size)).astype(np.float32)
        canvas = canvas + cv2.resize(grain, (960, 540), interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(canvas, 0, 255)


def camera_of(rng: Rng, move: str, canvas: Picture, fps: int) -> Callable[[int], Picture]:
    high, wide = canvas.shape[:2]
    speed = rng.uniform(0.06, 0.16)  # of the picture's width or height a second
    ways = {"pan_left": (-1, 0), "pan_right": (1, 0), "tilt_up": (0, -1), "tilt_down": (0, 1)}
    way = np.array(ways.get(move, (0, 0))) * speed * (WIDTH, HEIGHT)
    growth = {"zoom_in": 1, "zoom_out": -1}.get(move, 0) * rng.uniform(0.06, 0.16)
    middle = np.array([wide / 2, high / 2]) + rng.uniform(-40, 40, 2)

    def draw(n: int) -> Picture:
        t = n / fps - SECONDS / 2
        zoom = float(np.exp(growth * t)) * (1.25 if growth else 1.0)
        matrix = np.array([[zoom, 0, 0], [0, zoom, 0]], np.float64)
        matrix[:, 2] = np.array([WIDTH / 2, HEIGHT / 2]) - zoom * (middle + way * t)
        return cv2.warpAffine(canvas, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)

    return draw


def thing_of(part: str, rng: Rng, skin: Picture, share: float, fps: int) -> Callable[[Picture, int], Picture]:
    """Puts something of *share* of the picture before it, which moves by itself."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    area = share * WIDTH * HEIGHT
    tall = min(0.98 * HEIGHT, np.sqrt(area) * rng.uniform(0.8, 1.2))
    broad = area / max(tall, 1)
    kind = str(rng.choice(MOVERS[part]))
    speed, phase = rng.uniform(0.08, 0.25) * WIDTH, rng.uniform(0, 6.28)
    home = np.array([WIDTH * rng.uniform(0.35, 0.65), HEIGHT * rng.uniform(0.45, 0.55)])
    sign = rng.choice([-1, 1])
    shape = float(rng.choice([2.5, 4.0, 8.0])) if part == "school" else 0.0
    lobes, bulge = 0, 0.0
    if part in ANYWHERE:
        home = np.array([WIDTH, HEIGHT]) * rng.uniform(0.15, 0.85, 2)
        lobes, bulge = int(rng.integers(2, 6)), float(rng.uniform(0, 0.25))

    def put(picture: Picture, n: int) -> Picture:
        t, angle, grown = n / fps, 0.0, 1.0
        at = home.copy()
        if kind == "sway":
            at += np.array([0.12 * WIDTH * np.sin(2.2 * t + phase), 0.04 * HEIGHT * np.sin(1.3 * t + phase)])
        elif kind in ("cross", "walk"):
            at[0] += sign * speed * (t - SECONDS / 2)
            at[1] += 0 if kind == "cross" else 4 * np.sin(9 * t)
        elif kind == "rise":
            at[1] += sign * 0.4 * speed * (t - SECONDS / 2)
        elif kind == "loom":  # it comes nearer, or goes
            grown = float(np.exp(sign * 0.08 * (t - SECONDS / 2)))
        elif kind == "lean":
            at[0] += 0.06 * WIDTH * np.sin(1.5 * t + phase)
            angle = 5 * np.sin(1.1 * t)
        elif kind == "bob":
            at[1] += 0.06 * HEIGHT * np.sin(4 * t + phase)
        elif kind == "leave":
            at += sign * 0.4 * speed * t * np.array([np.cos(phase), np.sin(phase)])
        elif kind == "roam":
            at += 0.1 * WIDTH * np.sin(np.array([1.1, 0.7]) * t + phase)
        elif kind == "creep":
            at[0] += sign * 0.05 * WIDTH * (t - SECONDS / 2)
        elif kind == "nod":
            at[1] += 0.1 * HEIGHT * np.sin(3.1 * t + phase)
            angle = 8 * np.sin(2 * t)
        elif kind == "breathe":
            grown = 1 + 0.12 * np.sin(1.7 * t + phase)
        elif kind == "slope":
            at += sign * speed * (t - SECONDS / 2) * np.array([0.6, 0.25])
        elif kind == "drive_by":  # it stands, and drives off
            at[0] += sign * speed * 1.5 * max(0.0, t - 1.5)
        elif kind == "dance":
            at += 0.07 * WIDTH * np.sin(np.array([4.4, 3.7]) * t + phase)
        elif kind == "climb":
            at += sign * speed * 0.5 * (t - SECONDS / 2) * np.array([0.3, 0.6])
        elif kind == "stop":
            at[0] += sign * speed * min(t, 2.2)
        elif kind == "wag":
            angle = 9 * np.sin(2.6 * t + phase)
            at += 0.03 * WIDTH * np.sin(np.array([2.6, 1.3]) * t + phase)
        elif kind == "swing":  # from a point above it
            angle = 14 * np.sin(1.9 * t + phase)
            at[0] += 0.7 * HEIGHT * np.sin(np.radians(angle))
        elif kind == "shuttle":
            at[0] += sign * 0.3 * speed * (2 * abs((0.4 * t + phase) % 2 - 1) - 1) * 2.5
        elif kind == "near":
            grown = float(np.exp(0.11 * sign * (t - SECONDS / 2)))
            at += 0.25 * speed * (t - SECONDS / 2) * np.array([np.cos(phase), np.sin(phase)])
        elif kind == "halt":
            at += 0.6 * speed * np.clip(t - 1, 0, 1.6) * np.array([np.cos(phase), 0.5 * np.sin(phase)])
        elif kind == "spiral":
            at += 0.025 * t * WIDTH * np.array([np.cos(1.7 * t + phase), np.sin(1.7 * t + phase)])
        elif kind == "tumble":
            angle = 12 * t * sign
            at[1] += sign * 0.25 * speed * (t - SECONDS / 2)
        elif kind == "trundle":
            at[0] += sign * 0.35 * speed * (t - SECONDS / 2)
            at[1] += 2 * np.sin(6 * t + phase)
        else:
            angle = 25 * t * sign
        u, v = (x - at[0]) / (grown * broad / 2), (y - at[1]) / (grown * tall / 2)
        # an area of 4/pi of the ellipse's for the same share
        inside = np.hypot(u, v) < 1.128 if part == "tune" else np.maximum(abs(u), abs(v)) < 1
        if part == "fresh":  # between the two
            inside = abs(u) ** 3 + abs(v) ** 3 < 1.2
        if part == "school":
            inside = abs(u) ** shape + abs(v) ** shape < 1.15
        if part in ANYWHERE:  # with bulges and bays
            inside = np.hypot(u, v) < 1.11 * (1 + bulge * np.cos(lobes * np.arctan2(v, u) + phase))
        matrix = cv2.getRotationMatrix2D((480, 270), angle, grown)
        matrix[:, 2] += at - (480, 270)
        own = cv2.warpAffine(skin, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)
        mask = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8)[..., None]
        return picture * (1 - mask) + own * mask

    return put


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
