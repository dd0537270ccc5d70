"""What share of clips does `quality` measure as frozen, of which all, half or nothing stands still?

    python benchmarks/frozen.py [tune | held] [SEED]

Rendered clips of four seconds with the grain of a sensor, in which everything, the middle half or nothing is frozen;
of the last kind half have a resting camera and one small thing that moves. The parts share no look, mover, seed or
codec; of `held` there are totals only. Exits with 1 when a measured share is off by more than 0.1 in more than one
clip of a hundred.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from vdata.schemas import Span
from vdata.video.signals.quality_measures import measures
from vdata.video.signals.scanner import scan

sys.path[:0] = [str(Path(__file__).parent)]
from camera import SECONDS, camera_of, canvas_of, thing_of  # noqa: E402
from own_thread import in_own_thread  # noqa: E402
from transition_looks import HEIGHT, WIDTH, Rng  # noqa: E402

CODINGS = {
    "tune": [("libx264", 25, {"crf": "23"}), ("libx264", 30, {"crf": "32"}), ("mpeg4", 24, {"qmin": "4"}),
             ("libx264", 25, {"crf": "28", "g": "12"}), ("libvpx", 25, {"b": "500k", "deadline": "realtime"}),
             ("libx264", 50, {"preset": "ultrafast", "crf": "26"})],
    "held": [("mpeg2video", 30, {"b": "1200k"}), ("libx265", 24, {"crf": "24", "preset": "superfast"}),
             ("libvpx-vp9", 25, {"b": "450k", "deadline": "realtime", "cpu-used": "8"}), ("mjpeg", 25, {"b": "4M"}),
             ("libsvtav1", 50, {"crf": "40", "preset": "11"}), ("libx264", 60, {"crf": "18", "tune": "grain"})],
}  # fmt: skip
KINDS = {"all": 1.0, "half": 0.5, "nothing, the camera moves": 0.0, "nothing, a small thing moves": 0.0}
EACH = 12


def main(part: str = "tune", seed: str = "0") -> int:
    table = Table("frozen", "clips", "least measured", "median", "most", "off by more than 0.1", box=None)
    wrong = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mkv"
        for k, (kind, truth) in enumerate(KINDS.items()):
            found = []
            for n in range(EACH):
                rng = np.random.default_rng([{"tune": 99, "held": 4021}[part], int(seed), k, n])
                write(part, rng, kind, path, n)
                signals = scan(str(path), 1 << 26, False, 0.5, 0.5)
                found.append(float(measures(signals, [Span(0.0, signals.end)])["frozen"][0]))
            off = sum(abs(value - truth) > 0.1 for value in found)
            wrong += off
            values = (f"{value:.2f}" for value in (min(found), float(np.median(found)), max(found)))
            table.add_row(kind, str(EACH), *values, str(off))
    Console(width=160).print(table)
    print(f"{part} {seed}: {wrong} of {EACH * len(KINDS)} clips are off by more than 0.1")
    return int(wrong > 0.01 * EACH * len(KINDS))


@in_own_thread
def write(part: str, rng: Rng, kind: str, path: Path, number: int) -> None:
    codec, fps, options = CODINGS[part][number % len(CODINGS[part])]
    small = "small" in kind
    move = "static" if small else ("pan_left", "zoom_in", "static", "tilt_up")[number % 4]
    camera = camera_of(rng, move, canvas_of(part, rng), fps)
    thing = thing_of(part, rng, canvas_of(part, rng), 0.02 if small else 0.1, fps)
    total = SECONDS * fps
    first, last = {"all": (0, total), "half": (total // 4, 3 * total // 4)}.get(kind, (0, 0))
    grain = int(rng.integers(1 << 30))
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options={k: v for k, v in options.items() if k != "b"})
        if "b" in options:
            stream.bit_rate = int(options["b"].replace("k", "000").replace("M", "000000"))
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for n in range(total):
            shown = first if first <= n < last else n
            noise = np.random.default_rng([grain, shown]).normal(0, 1.5, (HEIGHT, WIDTH, 1))
            picture = np.clip(thing(camera(shown), shown) + noise, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
