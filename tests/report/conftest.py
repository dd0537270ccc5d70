"""Builds that are written down, not built: their tables and their build.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from records import write_record

from vdata.schemas import Evidence, Media, Message, Reject, Sample, Span, Timeline, Verdict
from vdata.schemas.arrow import REJECTS, SAMPLES, rejects_table, samples_table, timelines_schema, timelines_table

Write = Callable[..., Path]
QUALITY = {"stage": "quality", "of": "shots", "min_brightness": 20.0, "max_brightness": None}
LANES = ("captions", "shots")


def write_build(folder: Path, chunks: Iterable[list[Timeline]], **facts: Any) -> Path:
    """A finished build in *folder* of the videos of *chunks*, each a row group; *facts* go into its build.json."""
    tables: dict[str, tuple[Any, Callable[[list[Timeline]], Any]]] = {
        "data": (SAMPLES, samples_table),
        "timelines": (timelines_schema(LANES), lambda videos: timelines_table(_kept(videos), LANES)),
        "rejects": (REJECTS, rejects_table),
    }
    writers = {}
    for name, (schema, _) in tables.items():
        (folder / name).mkdir(parents=True)
        writers[name] = pq.ParquetWriter(folder / name / "0.parquet", schema)
    videos, samples, tasks = 0, 0, dict[str, int]()
    for chunk in chunks:
        videos += len(chunk)
        for sample in (sample for video in chunk for sample in video.samples):
            samples, tasks[sample.task] = samples + 1, tasks.get(sample.task, 0) + 1
        for name, (_, table) in tables.items():
            writers[name].write_table(table(chunk))
    for writer in writers.values():
        writer.close()
    counts = {"inputs": videos, "kept": videos, "hours": videos / 60, "hours_kept": videos / 60, "samples": samples}
    write_record(folder, **{**counts, "tasks": tasks, "seconds": 1.5, "settings": {"stages": [QUALITY]}, **facts})
    return folder


def _kept(videos: Iterable[Timeline]) -> list[Timeline]:
    return [video for video in videos if video.state == "kept"]


def make_video(n: int, samples: int = 3, uri: str = "", words: str = "a cat runs") -> Timeline:
    """A minute with six shots, of which the fourth was too dark, a caption for each, and questions about them."""
    video = Timeline(uri or f"videos/{n}.mp4", f"id{n:06d}", 60.0, Media(duration=60.0, width=320, height=180))
    video.put("shots", [Span(10.0 * k, 10.0 * k + 10, values={"brightness": 50.0 + 10 * k}) for k in range(6)])
    video.put("captions", [Span(10.0 * k, 10.0 * k + 10, f"{words} {n} {k}", source="watcher") for k in range(6)])
    video.drop_span("shots", video.lane("shots")[3], "too_dark", stage="quality", value=5.0 + n % 10, threshold=20.0)
    for k in range(samples):
        span = video.lane("captions")[k % 6]
        evidence = [Evidence(span.start, span.end, "captions", span.words, span.id)]
        options = [f"{words} {n} {k}", "a dog sits", "nothing"]
        sample = Sample(("what", "when", "why")[k % 3], f"{words}, question {k}?", options[0], 0.0, 60.0, evidence)
        sample.options, sample.answer_index = (options, 0) if k % 3 == 0 else ([], None)
        sample.rationale, sample.teacher, sample.id = f"because {words}", "watcher", f"s{n}-{k}"
        sample.messages = [Message("user", sample.question), Message("assistant", sample.answer)]
        sample.checks = [Verdict("times", "pass"), Verdict("blind", "fail" if k % 2 else "pass", 0.5, f"{words} twice")]
        video.samples.append(sample)
    return video


def failed_video(n: int) -> Timeline:
    """A video that could not be read."""
    video = Timeline(f"videos/{n}.mp4", f"id{n:06d}", state="failed")
    video.rejects = [Reject("probe", "failed", "unreadable", detail="moov atom not found")]
    return video


@pytest.fixture(scope="session")
def write() -> Write:
    return write_build


@pytest.fixture(scope="session")
def video() -> Callable[..., Timeline]:
    return make_video


@pytest.fixture(scope="session")
def failed() -> Callable[[int], Timeline]:
    return failed_video
