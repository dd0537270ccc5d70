"""CPU of fetching 8 frames of a 1080p file of ten minutes, as teachers are shown them, against decord and torchcodec.

    python benchmarks/fetch.py [--repeat 3]

Prints CPU seconds (user and system, the child included; the least of the repeats) of the same times in one run:
vdata's ``fetch``, decord's ``get_batch`` in one thread, and torchcodec's ``get_frames_played_at`` where it is installed
and can be loaded (it wants FFmpeg's libraries, and a torch of its kind, of CUDA or not). Exits 1 when ``fetch`` costs
over 1.05 times the best of the others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from clips import repeated
from rich.console import Console
from rich.table import Table
from scan_films import pictures

from vdata.video.decode import frames, sandbox

SIZE, SECONDS, COUNT, LIMIT = (1920, 1080), 600, 8, 1.05
RATE = 25
OURS = "vdata"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder))
        others: dict[str, Callable[[list[float]], object]] = {"decord's batch": lambda times: decord(path, times)}
        if loads_torchcodec():
            others["torchcodec"] = lambda times: torchcodec(path, times)
        else:
            print("torchcodec is not installed here, or cannot be loaded")
        best = dict.fromkeys([*others, OURS], float("inf"))
        draws = np.random.default_rng(3)
        for _ in range(args.repeat):
            times = sorted(draws.uniform(1, SECONDS - 2, COUNT).tolist())
            for name, work in {**others, OURS: lambda times: frames.fetch(str(path), times)}.items():
                before = cpu()
                work(times)
                best[name] = min(best[name], cpu() - before)
    least = min(best[name] for name in others)
    table = Table("", "CPU s", "x the best other", box=None)
    for name, seconds in best.items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds / least:.2f}")
    Console().print(table)
    return int(best[OURS] > LIMIT * least)


def made(folder: Path) -> Path:
    """A real clip of 1080p H.264, over and over."""
    clip = folder / "clip.mp4"
    with av.open(str(clip), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "23"})
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        for n, picture in enumerate(pictures("bigbuckbunny.mp4")):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(*SIZE, format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return repeated(clip, folder / "long.mp4", SECONDS)


def cpu() -> float:
    """CPU seconds of this process and of the sandbox's child."""
    child: float = sandbox.call("time:process_time")
    return time.process_time() + child


def decord(path: Path, times: list[float]) -> object:
    import decord as library

    reader = library.VideoReader(str(path), ctx=library.cpu(0), num_threads=1)
    return reader.get_batch([int(time * RATE) for time in times]).asnumpy()


def loads_torchcodec() -> bool:
    try:
        import torchcodec.decoders  # noqa: F401
    except Exception:  # its libraries may not be loaded, for one reason or another
        return False
    return True


def torchcodec(path: Path, times: list[float]) -> object:
    import torch
    from torchcodec.decoders import VideoDecoder

    torch.set_num_threads(1)
    return VideoDecoder(str(path), num_ffmpeg_threads=1).get_frames_played_at(times).data


if __name__ == "__main__":
    sys.exit(main())
