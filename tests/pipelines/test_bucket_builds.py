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
import openai_server
import pytest
from faults.sitecustomize import session
from object_store import Faults, ObjectStore

from vdata.pipelines.dataset.fetched import local_folder
from vdata.schemas.atomic_file import remove_folder
from vdata.schemas.bucket_path import BucketPath, as_path, is_bucket

OUT, PAID = "s3://lab/sets/demo", "s3://lab/paid/replies"
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
ASKED = """
videos: [{videos}]
teachers: {{scripted: {{kind: openai, model: scripted, base_url: ["{url}"], concurrency: {most}}}}}
stages: [scan, {{shots: {{min_seconds: 0.2, max_seconds: 0.5}}}}, {{caption: {{of: shots}}}}, describe, tasks, split]
output: {{path: {out}}}
cache: {cache}
replies: {replies}
"""
MOST = 2
"""Requests in flight of a build that asks."""
PLAIN = """
labels: [{{kind: activitynet, path: {labels}, lane: events}}]
stages: [{{tasks: {{of: [events]}}}}, options]
output: {{path: {out}}}
cache: {cache}
"""


class Build:
    """Configs in a folder, and ``vdata`` in processes whose working folder that is."""

    def __init__(self, folder: Path, clips: Path | None, videos: int = 0, url: str = "") -> None:
        """*url*: of a teacher that is asked. The caches of a build in the bucket are there too, then."""
        self.folder, self.url = folder, url
        names = CLIPS if clips is not None else [f"v{number:04d}" for number in range(videos)]
        shaped = {
            name: {"duration": 10.0, "timestamps": [[0.5, 1.5], [2, 3]], "sentences": [f"{name} begins.", "It ends."]}
            for name in names
        }
        (folder / "labels.json").write_text(json.dumps(shaped))
        text = PLAIN if clips is None else ASKED if url else CONFIG
        files = ", ".join(str(clips / f"{name}.mp4") for name in CLIPS) if clips is not None else ""
        self.text, self.given = text, {"videos": files, "labels": folder / "labels.json", "cache": folder / "cache"}

    def start(self, out: object, *more: str, name: str = "build") -> subprocess.Popen[bytes]:
        config = self.folder / f"{name}.yaml"
        given = {**self.given, "url": self.url, "most": MOST, "replies": self.folder / "replies"}
        if self.url and is_bucket(str(out)):
            given |= {"cache": "s3://lab/cache", "replies": PAID}
        config.write_text(self.text.format(out=out, **given))
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


def kill_often(build: Build, kills: int, seed: int, longest: float) -> int:
    """Kill builds in the bucket at random moments, and go on; in the end the rows are those of the build on a disk.

    Returns how many came to their end. All that is left of one that is not the last is deleted, its replies too.
    """
    build.built(build.folder / "disk")
    dice, hits, ended = random.Random(seed), 0, 0
    for number in range(kills * 3):
        if hits == kills:
            break
        more = dice.uniform(0.5, longest)
        if not build.killed(OUT, more):
            ended += 1
            forget(OUT)
            forget(PAID)
            continue
        hits += 1
        print(f"kill {hits} of run {number} after {more:.1f} s", flush=True)
    assert hits == kills
    build.built(OUT)
    folder = fetched(build)
    assert rows(folder) == rows(build.folder / "disk")
    assert (killing.duplicates(folder), killing.unreadable(folder), killing.leftovers(folder)) == ([], [], [])
    return ended + 1


def forget(folder: str) -> None:
    remove_folder(as_path(folder))


def kept_in(folder: str) -> int:
    """The number of objects below *folder*."""
    return sum(1 for _ in BucketPath(folder).files())


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


@pytest.mark.slow
def test_what_cannot_be_done_in_a_bucket_is_told_before_any_work(object_store: ObjectStore, tmp_path: Path) -> None:
    build = Build(tmp_path, None, 3)
    refused = build.start("s3://nowhere/demo")
    assert refused.wait(LONG) == 2
    assert "there is no bucket nowhere: make it first" in build.said()
    refused = build.start("gs://lab/demo")
    assert refused.wait(LONG) == 2
    assert "must be a local folder, or s3://BUCKET/FOLDER" in build.said()
    with object_store.failing(Faults(ignores=1.0)):
        refused = build.start("s3://lab/demo")
        assert refused.wait(LONG) == 2
    assert "this store cannot put if absent (If-None-Match)" in build.said()
    assert "The build has not begun" in build.said()
    assert kept_in("s3://lab") == 0
    refused = build.call("why", "s3://lab/nothing", "a.mp4")
    assert refused.wait(LONG) == 2
    assert "holds no finished build" in build.said()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"), [(OUT, "s3://lab/sets/new"), ("old", "s3://lab/sets/new"), (OUT, "new")], ids=str
)
def test_a_fork_goes_from_and_to_a_bucket(
    object_store: ObjectStore, clips: Path, tmp_path: Path, old: str, new: str
) -> None:
    build, change = Build(tmp_path, clips), ("--set", "options.keep_open=false")
    build.built(tmp_path / "fresh", *change)
    build.built(old)
    said = build.built(old, "--fork", new, *change)
    assert "taken over" in said
    folder = local_folder(new, tmp_path / "fetches") if is_bucket(new) else tmp_path / new
    assert rows(folder) == rows(tmp_path / "fresh")
    assert killing.unreadable(folder) == []
    assert len(list((folder / "media").rglob("*.mp4"))) == len(CLIPS)
    assert "sound" in build.run("doctor", new)
    assert "Nothing to do" in build.built(old), "what was forked is as it was"


@pytest.mark.slow
def test_a_build_of_which_all_is_in_a_bucket_is_that_of_a_disk(
    object_store: ObjectStore, clips: Path, tmp_path: Path
) -> None:
    """A second one, on a machine that has never seen it, asks nothing and decodes nothing."""
    with openai_server.running() as url:
        Build(tmp_path, clips, url=url).built(tmp_path / "disk")
    expected = rows(tmp_path / "disk")
    with openai_server.running() as url:
        build = Build(tmp_path, clips, url=url)
        (tmp_path / "cache").rename(tmp_path / "of-the-disk")
        assert "not written any more" not in build.built(OUT)
        assert not (tmp_path / "cache").exists()
        folder = fetched(build)
        assert rows(folder) == expected
        calls = openai_server.counters(url)["calls"]
        assert calls > 20
        assert kept_in(f"{PAID}/replies") == calls
        assert kept_in("s3://lab/cache") >= 2 * len(CLIPS), "media facts and frame tables"
        assert not list(tmp_path.glob("s3:*"))

        forget(OUT)
        (tmp_path / "elsewhere").mkdir()
        other = Build(tmp_path / "elsewhere", clips, url=url)
        other.built(OUT)
        assert openai_server.counters(url)["calls"] == calls
        assert rows(fetched(other)) == expected
        made = json.loads((fetched(other) / "build.json").read_text())
        cached = {line["stage"]: line["cached"] for line in made["funnel"]}
        assert cached["scan"] == len(CLIPS), cached

        assert "entries are sound" in build.run("doctor", OUT, "--cache")
        assert "replied:" in build.run("why", OUT, "bikes.mp4")
        said = build.run("prompts", str(tmp_path / "build.yaml"), "--video", "bikes.mp4")
        assert openai_server.counters(url)["calls"] == calls
        assert "kept" in said


@pytest.mark.slow
def test_what_was_paid_for_is_in_the_bucket_whatever_is_killed(
    object_store: ObjectStore, clips: Path, tmp_path: Path
) -> None:
    kills = 10
    with openai_server.running(mean=0.4, sigma=0.2) as url:
        build = Build(tmp_path, clips, url=url)
        ended = kill_often(build, kills, 3, 30.0)
        seen = openai_server.counters(url)
    asked = kept_in(f"{PAID}/replies")
    again = seen["calls"] - asked * (1 + ended)  # the build on the disk has asked each once, too
    print(f"{asked} requests of each of {ended} builds, {again} asked again after {kills} kills", flush=True)
    assert 0 <= again <= kills * MOST


@pytest.mark.slow
def test_replies_and_caches_survive_a_store_that_fails(object_store: ObjectStore, clips: Path, tmp_path: Path) -> None:
    faults = Faults(refused=0.03, lost=0.05, slow=0.05, lag=3.0, seed=4)
    with openai_server.running() as url:
        build = Build(tmp_path, clips, url=url)
        build.built(tmp_path / "disk")
        asked = openai_server.counters(url)["calls"]
        with object_store.failing(faults):
            build.killed(OUT, 15.0)
            build.built(OUT)
        again = openai_server.counters(url)["calls"] - 2 * asked
    assert min(faults.made[what] for what in ("refused", "lost", "slow", "lag")) > 3
    assert 0 <= again <= MOST, "what was in flight at the kill"
    assert rows(fetched(build)) == rows(tmp_path / "disk")
