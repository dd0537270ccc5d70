"""Builds in a bucket: the rows of a build on a disk, whatever is killed and whatever the store does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import killing
import pytest
from faults.sitecustomize import session
from object_store import Faults, ObjectStore

from vdata.pipelines.dataset.fetched import local_folder

OUT = "s3://lab/sets/demo"
LONG = 300.0
CLIPS = ("bikes", "carphone_pristine", "carphone_distorted")
CONFIG = """
videos: [{videos}]
labels: [{{kind: activitynet, path: {labels}, lane: events}}]
stages:
  - scan
  - shots
  - quality
  - describe
  - tasks: {{of: [events, descriptions]}}
  - options: {{keep_open: true}}
  - split
output: {{path: {out}, media: clips}}
cache: {cache}
"""
PLAIN = """
labels: [{{kind: activitynet, path: {labels}, lane: events}}]
stages: [{{tasks: {{of: [events]}}}}, options]
output: {{path: {out}}}
cache: {cache}
"""


class Build:
    """Configs in a folder, and ``vdata`` in processes whose working folder that is."""

    def __init__(self, folder: Path, clips: Path | None, videos: int = 0) -> None:
        self.folder = folder
        names = CLIPS if clips is not None else [f"v{number:04d}" for number in range(videos)]
        shaped = {
            name: {"duration": 10.0, "timestamps": [[0.5, 1.5], [2, 3]], "sentences": [f"{name} begins.", "It ends."]}
            for name in names
        }
        (folder / "labels.json").write_text(json.dumps(shaped))
        text = PLAIN if clips is None else CONFIG
        files = ", ".join(str(clips / f"{name}.mp4") for name in CLIPS) if clips is not None else ""
        self.text, self.given = text, {"videos": files, "labels": folder / "labels.json", "cache": folder / "cache"}

    def start(self, out: object, *more: str, name: str = "build") -> subprocess.Popen[bytes]:
        config = self.folder / f"{name}.yaml"
        config.write_text(self.text.format(out=out, **self.given))
        return self.call("build", str(config), *more)

    def call(self, *words: str) -> subprocess.Popen[bytes]:
        log = self.folder / "log"
        with log.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "vdata", *words],
                cwd=self.folder,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def run(self, *words: str) -> str:
        process = self.call(*words)
        status = process.wait(LONG)
        assert status == 0, self.said()
        return self.said()

    def built(self, out: object, *more: str) -> str:
        process = self.start(out, *more)
        assert process.wait(LONG) == 0, self.said()
        return self.said()

    def said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def killed(self, out: object, seconds: float) -> bool:
        """Kill all processes of a build after so many *seconds*; whether it was still at work."""
        process = self.start(out)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        at_work = process.poll() is None
        while left := [pid for pid in session(process.pid) if command(pid)]:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.poll()
            time.sleep(0.02)
        process.wait()
        return at_work


def command(pid: int) -> bytes:
    """The command line of a process; empty for one that is dead."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def rows(folder: Path) -> Any:
    return killing.logical(folder), killing.funnel(folder)


def fetched(build: Build) -> Path:
    return local_folder(OUT, build.folder / "fetches")


@pytest.mark.slow
def test_a_build_of_real_clips_in_a_bucket_is_that_of_a_disk(
    object_store: ObjectStore, clips: Path, tmp_path: Path
) -> None:
    """With media files, and again: nothing is left to do. What reads builds reads it, ``datasets`` too."""
    build = Build(tmp_path, clips)
    build.built(tmp_path / "disk")
    said = build.built(OUT)
    assert "needs s3fs" not in said
    folder = fetched(build)
    assert rows(folder) == rows(tmp_path / "disk")
    assert killing.unreadable(folder) == []
    media = sorted(path.relative_to(folder).as_posix() for path in (folder / "media").rglob("*.mp4"))
    assert media == sorted(
        path.relative_to(tmp_path / "disk").as_posix() for path in (tmp_path / "disk/media").rglob("*.mp4")
    )
    assert len(media) == 3
    assert "Nothing to do" in build.built(OUT)
    assert not list(tmp_path.glob("s3:*")), "nothing of it is written to a local folder"

    assert "sound" in build.run("doctor", OUT)
    build.run("report", OUT)
    assert (tmp_path / "demo.report.html").stat().st_size > 10_000
    assert "carphone_pristine" in build.run("why", OUT, "carphone_pristine.mp4", "--no-prompts")
    build.run("export", OUT, "--format", "jsonl", "--out", "rows.jsonl")
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == len(killing.logical(folder)["data"])
    refused = build.call("drop", OUT, "bikes.mp4")
    assert refused.wait(LONG) == 2
    assert "changes a build on a disk only" in build.said()

    import datasets

    call = next(line for line in said.splitlines() if "load_dataset(" in line).split("Load it:")[1].strip()
    loaded = eval(call, {"datasets": datasets})
    assert loaded.num_rows == len(killing.logical(folder)["data"])


def kill_often(build: Build, kills: int, seed: int, longest: float) -> None:
    """Kill builds in the bucket at random moments, and go on; in the end the rows are those of the build on a disk."""
    build.built(build.folder / "disk")
    dice, hits = random.Random(seed), 0
    for number in range(kills * 3):
        if hits == kills:
            break
        more = dice.uniform(0.5, longest)
        if not build.killed(OUT, more):
            subprocess.run([sys.executable, "-c", FORGET, OUT], check=True)
            continue
        hits += 1
        print(f"kill {hits} of run {number} after {more:.1f} s", flush=True)
    assert hits == kills
    build.built(OUT)
    folder = fetched(build)
    assert rows(folder) == rows(build.folder / "disk")
    assert (killing.duplicates(folder), killing.unreadable(folder), killing.leftovers(folder)) == ([], [], [])


FORGET = """
import sys
from vdata.schemas.atomic_file import remove_folder
from vdata.schemas.bucket_path import as_path
remove_folder(as_path(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "seed"), [(30, 1)])
def test_a_build_survives_kills(object_store: ObjectStore, clips: Path, tmp_path: Path, kills: int, seed: int) -> None:
    kill_often(Build(tmp_path, clips), kills, seed, 25.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        Faults(refused=0.03, lost=0.03, slow=0.05, delay=0.3, seed=1),
        Faults(lag=5.0),
        Faults(refused=0.02, lost=0.05, lag=2.0, seed=2),
    ],
    ids=["errors", "lagging lists", "both"],
)
def test_a_build_survives_a_store_that_fails(
    object_store: ObjectStore, clips: Path, tmp_path: Path, faults: Faults
) -> None:
    build = Build(tmp_path, clips)
    build.built(tmp_path / "disk")
    with object_store.failing(faults):
        while not (tmp_path / "done").exists():
            build.killed(OUT, 15.0)
            build.built(OUT)
            (tmp_path / "done").touch()
    assert sum(faults.made.values()) > 3
    assert rows(fetched(build)) == rows(tmp_path / "disk")


def test_what_cannot_be_done_in_a_bucket_is_told_before_any_work(object_store: ObjectStore, tmp_path: Path) -> None:
    build = Build(tmp_path, None, 3)
    refused = build.start("s3://nowhere/demo")
    assert refused.wait(LONG) == 2
    assert "there is no bucket nowhere: make it first" in build.said()
    refused = build.start("gs://lab/demo")
    assert refused.wait(LONG) == 2
    assert "must be a local folder, or s3://BUCKET/FOLDER" in build.said()
    refused = build.call("why", "s3://lab/nothing", "a.mp4")
    assert refused.wait(LONG) == 2
    assert "holds no finished build" in build.said()
