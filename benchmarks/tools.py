"""Peak memory and time of what is done with a finished build, on builds of two sizes.

    python benchmarks/tools.py [--sizes 20000,200000] [--only doctor,mix] [--folder KEPT]

Both are data sets as a build publishes them: samples of four kinds with options, evidence, turns and checks, a quarter
as many videos with three lanes, a reject for each video, a card. Each tool runs as a command in a process of its own;
``push`` goes to the tests' own server that speaks the Hub's API, ``mix`` puts the build together with one of a tenth
of its size. Printed are the peak of the resident memory and the seconds at both sizes, and by how many bytes memory
grows a sample. Exits 1 when that is over 64 bytes; ``score`` holds every item, and has no limit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from vdata.schemas import Sample, Timeline

LIMIT = 64.0
"""Bytes a sample."""
FREE = ("score",)
HERE = Path(__file__).resolve()
PLUGINS = HERE.parent.parent / "tests" / "plugins"
SERVE = """
import time
from hub_server import HubServer
with HubServer() as hub:
    print(hub.url, flush=True)
    time.sleep(1e6)
"""
PER_VIDEO = 4
A_SHARD = 10_000
"""Rows of a shard. A build writes 200,000: what is known of one while it is open grows until then, to some megabytes,
and would hide what grows with the samples."""
TOGETHER = 500
"""Videos that are made at a time."""
TASKS = ("order", "when", "what_happens", "count")
PEOPLE = ("A man", "A woman", "A child", "The cook", "An old man", "The dancer", "A girl in red", "Two friends")
ACTIONS = ("opens the door", "pours water", "cuts an onion", "waves to the camera", "sits down", "reads a letter",
           "folds a towel", "ties a knot", "lights a candle", "puts on a hat")  # fmt: skip


# The builds


def make(folder: Path, samples: int, name: str) -> None:
    """Write a finished build of so many *samples* to *folder*; *name* makes its videos others than those of another."""
    from vdata.pipelines.card.card import metadata
    from vdata.pipelines.dataset import publish as publishing
    from vdata.pipelines.dataset.publish import publish
    from vdata.pipelines.dataset.splits import publish_splits
    from vdata.schemas.arrow import (
        REJECTS,
        SAMPLES,
        published_schema,
        rejects_table,
        samples_table,
        timelines_table,
        with_ends,
        with_stated,
    )
    from vdata.schemas.build_record import RECORD, BuildRecord

    publishing.ROWS_A_SHARD = A_SHARD
    videos = samples // PER_VIDEO
    lanes = ("captions", "shots", "transcript")

    def chunks(split: str = "") -> Iterator[list[Timeline]]:
        for first in range(0, videos, TOGETHER):
            numbers = range(first, min(first + TOGETHER, videos))
            some = [video(n, name) for n in numbers if split in ("", split_of(n))]
            if some:
                yield some

    def split_of(number: int) -> str:
        return "validation" if number % 20 == 7 else "train"

    def answered(split: str) -> Iterator[pa.Table]:
        with (folder / "predictions.jsonl").open("a", encoding="utf-8") as file:
            for some in chunks(split):
                file.writelines(json.dumps({"id": o.id, "reply": o.answer}) + "\n" for v in some for o in v.samples)
                yield samples_table(some)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "predictions.jsonl").unlink(missing_ok=True)
    files = publish_splits(folder, SAMPLES, answered, "bench")
    stated = {"licence": "cc-by-4.0", "source": "made up"}
    rows = (with_ends(with_stated(timelines_table(some, lanes), stated), {}) for some in chunks())
    timelines = publish(folder, "timelines", published_schema(lanes), rows, "bench")
    rejects = publish(folder, "rejects", REJECTS, map(rejects_table, chunks()), "bench")
    lost = {"stage": "quality", "rows": videos, "kept": videos, "reasons": {"too_dark": videos}}
    record = BuildRecord.model_validate(
        {
            **{"inputs": videos, "kept": videos, "dropped": 0, "failed": 0, "seconds": 1.0, "versions": {}},
            **{"hours": videos / 60, "hours_kept": videos / 60, "samples": files.rows, "splits": files.splits},
            **{"tasks": dict.fromkeys(TASKS, files.rows // PER_VIDEO), "rejects": rejects.rows},
            **{"generation": "bench", "config": {"name": name}, "settings": {"stages": []}},
            **{"funnel": [lost], "files": files.files | timelines.files | rejects.files},
        }
    )
    (folder / RECORD).write_bytes(record.to_json())
    text = f"{metadata(folder, name, 'cc-by-4.0', record)}\n# {name}\n\nMade up, to measure tools.\n"
    (folder / "README.md").write_text(text, encoding="utf-8")


def video(number: int, name: str) -> Timeline:
    """A minute or two with captions, shots and speech, a reject, and four samples on it."""
    from vdata.schemas import Media, Span, Timeline, make_id

    rng = random.Random(f"{name} {number}")
    uri = f"{name}/{number % 97:02d}/clip_{number:07d}.mp4"
    length = 60.0 + rng.randrange(600) / 10
    media = Media(duration=length, width=1280, height=720, fps=30.0, frames=int(30 * length), codec="h264",
                  bytes=10_000_000 + number, sha256=make_id(uri) * 2 + "0" * 16)  # fmt: skip
    one = Timeline(uri, make_id(uri), length, media)
    places = [length * k / 8 for k in range(9)]
    said = [f"{rng.choice(PEOPLE)} {rng.choice(ACTIONS)} beside {rng.choice(PEOPLE).lower()}." for _ in range(8)]
    stretches = list(pairwise(places))
    one.put("shots", [Span(start, end, values={"brightness": 40.0 + rng.random() * 90}) for start, end in stretches])
    one.put("captions", [Span(*times, text, source="watcher") for times, text in zip(stretches, said, strict=True)])
    one.put("transcript", [Span(start, start + 2.5, rng.choice(ACTIONS), source="whisper") for start, _ in stretches])
    one.drop_span("shots", one.lane("shots")[3], "too_dark", stage="quality", value=11.0, threshold=20.0)
    one.samples = [sample(one, k, rng) for k in range(PER_VIDEO)]
    return one


def sample(one: Timeline, k: int, rng: random.Random) -> Sample:
    """The sample number *k* of a video."""
    from vdata.schemas import Evidence, Message, Sample, Verdict, make_id

    span = rng.choice(one.lane("captions"))
    evidence = [Evidence(span.start, span.end, "captions", span.words, span.id)]
    options = [span.words, *(f"{rng.choice(PEOPLE)} {rng.choice(ACTIONS)} alone." for _ in range(3))]
    right = rng.randrange(4)
    options[0], options[right] = options[right], options[0]
    asked = f"What happens {k + 1} times between {span.start:.1f} and {span.end:.1f} seconds of the video?"
    made = Sample(TASKS[k], asked, span.words, 0.0, one.duration or 0.0, evidence)
    if k % 2 == 0:
        made.options, made.answer_index = options, right
    made.id, made.group, made.teacher = make_id(one.id, k), f"{one.id}-{k}", "watcher"
    made.params = {"time_format": "seconds", "event": span.words}
    made.rationale = f"The lane of captions says so from {span.start:.1f} on: {span.words}"
    made.messages = [Message("user", made.question), Message("assistant", made.answer)]
    made.checks = [Verdict("times", "pass"), Verdict("blind", "pass" if rng.random() < 0.8 else "fail", 0.5, "guessed")]
    return made


# The tools


@contextmanager
def hub(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which the Hub is a server of our own, which runs in a process of its own meanwhile."""
    away = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    away |= {"PYTHONPATH": str(PLUGINS), "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1"}
    away |= {"HF_TOKEN": "hf_me", "NO_PROXY": "127.0.0.1,localhost"}
    server = subprocess.Popen([sys.executable, "-c", SERVE], env=away, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield {**away, "HF_ENDPOINT": server.stdout.readline().strip()}
    finally:
        server.kill()
        server.wait()


def commands(build: Path, other: Path, place: Path) -> dict[str, list[str]]:
    """The command of each tool on *build*; what it writes goes to *place*."""
    mixed = place / "mix.yaml"
    sources = [{"build": str(build)}, {"build": str(other)}]
    mixed.write_text(json.dumps({"sources": sources, "output": {"path": str(place / "mixed")}}))  # JSON is YAML

    def export(layout: str, *more: str) -> list[str]:
        out = ["--out", str(place / layout), "--overwrite"]
        return ["export", str(build), "--format", layout, "--split", "all", *out, *more]

    return {
        "doctor": ["doctor", str(build)],
        "report": ["report", str(build), "--out", str(place / "report.html")],
        "export ms_swift": export("ms_swift"),
        "export rl": export("rl"),
        "export webdataset": export("webdataset", "--no-media"),
        "export activitynet_lane": export("activitynet_lane"),
        "push": ["push", str(build), "--repo", "me/bench"],
        "mix": ["mix", str(mixed), "--overwrite"],
        "why": ["why", str(build), "clip_0000011", "--no-prompts"],
        "score": ["score", str(build), str(build / "predictions.jsonl"), "--out", str(place)],
    }


def measured(command: list[str], env: dict[str, str]) -> tuple[float, float, int]:
    """The peak in bytes, the seconds and the exit status of *command* of vdata."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-m", "vdata", *command], env=env, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            said.seek(0)
            print(said.read().decode(errors="replace")[-2000:], file=sys.stderr)
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_maxrss * unit, time.monotonic() - began, process.returncode


def made(folder: Path, samples: int, name: str) -> Path:
    """The build of so many *samples* in *folder*, made in a process of its own: the memory of this one stays small."""
    build = folder / f"{name}{samples}"
    if not (build / "README.md").exists():
        code = f"import tools; from pathlib import Path; tools.make(Path({str(build)!r}), {samples}, {name!r})"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=HERE.parent)
    return build


def run(folder: Path, sizes: tuple[int, int], only: Callable[[str], bool]) -> dict[str, float]:
    """Measure, and print. Returns the bytes by which the memory of each tool grows, a sample."""
    builds = [(made(folder, size, "first"), made(folder, size // 10, "second")) for size in sizes]
    print(f"{'':26}{'MiB':>18}{'ratio':>8}{'bytes a sample':>16}{'seconds':>18}", flush=True)
    growth = {}
    for name in filter(only, commands(*builds[0], folder)):
        found = []
        for pair in builds:
            command = commands(*pair, folder)[name]
            with hub(folder) as env:
                peak, seconds, status = measured(command, env)
            if status:
                raise SystemExit(f"vdata {' '.join(command)} ended with {status}")
            found.append((peak, seconds))
        (before, quick), (after, slow) = found
        growth[name] = (after - before) / (sizes[1] - sizes[0])
        peaks, times = f"{before / 2**20:.0f} -> {after / 2**20:.0f}", f"{quick:.1f} -> {slow:.1f}"
        print(f"{name:26}{peaks:>18}{after / before:>8.2f}{growth[name]:>16.0f}{times:>18}", flush=True)
    return growth


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="20000,200000", help="samples of the two builds")
    parser.add_argument("--only", default="", help="the tools, by how their names begin, with commas between")
    parser.add_argument("--folder", type=Path, help="where the builds are kept, or are from another time")
    given = parser.parse_args()
    small, large = (int(size) for size in given.sizes.split(","))
    chosen = tuple(given.only.split(","))
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        growth = run(folder, (small, large), lambda name: name.startswith(chosen))
    over = [name for name, grows in growth.items() if grows > LIMIT and name not in FREE]
    print(f"over {LIMIT:.0f} bytes a sample: {', '.join(over)}" if over else f"none over {LIMIT:.0f} bytes a sample")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
