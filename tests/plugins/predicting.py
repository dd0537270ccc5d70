"""A small finished build, and ``vdata predict`` on it by a scripted server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openai_server import Server
from records import write_record

from vdata.cli import run
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Timeline
from vdata.schemas.arrow import samples_table, timelines_table


def written(folder: Path, videos: list[Timeline], lanes: list[str]) -> Path:
    """A finished build of *videos*."""
    for table in ("data", "timelines"):
        (folder / table).mkdir(parents=True)
    write_table(samples_table(videos), folder / "data" / "train.parquet")
    write_table(timelines_table(videos, lanes), folder / "timelines" / "timelines.parquet")
    write_record(folder)
    return folder


def predict(bench: Path, server: Server, *more: str) -> int:
    teacher = json.dumps(
        {"kind": "openai", "model": "scripted", "base_url": server.url, "retries": 0, "format_retries": 0}
    )
    return run(["predict", str(bench), "--teacher", teacher, *more])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def images(body: dict[str, Any]) -> int:
    return sum(part.get("type") == "image_url" for turn in body["messages"] for part in turn["content"])
