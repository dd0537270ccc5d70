"""Recipes of captioned clips on the film and on real clips: what their cards say, and their authors' tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from openai_server import Server

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config

Build = Callable[[str], Path]


@pytest.fixture
def built(
    recipe: Callable[..., Config], film_server: Server, film: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> Build:
    """``built("scenewalk")``: the folder of its build on the film and the four clips."""
    without_ray(monkeypatch)

    def build(name: str) -> Path:
        videos = json.dumps([str(film / "film.mp4"), str(clips / "*.mp4")])
        config = recipe(name, f"{name}_clips", f"videos={videos}")
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        return Path(config.output.path)

    return build


def lane(folder: Path, name: str) -> list[dict[str, Any]]:
    """The spans of a published lane, with their attributes as a dictionary."""
    tables = [pq.read_table(path).to_pylist() for path in sorted((folder / "timelines").glob("*.parquet"))]
    spans = [span for rows in tables for row in rows for span in row.get(f"lane_{name}") or []]
    return [{**span, "attrs": {one["name"]: one["value"] for one in span["attrs"] or []}} for span in spans]


def exported(folder: Path, name: str, out: Path) -> str:
    assert run(["export", str(folder), "--format", name, "--out", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(keepends=True)))


@pytest.mark.slow
def test_scenewalk(built: Build, tmp_path: Path) -> None:
    """A row a scene; its scores are with every caption of its video; videos without transitions are left out."""
    folder = built("scenewalk")
    made = json.loads((folder / "build.json").read_text())
    assert made["inputs"] == 5
    rows = [json.loads(line) for line in exported(folder, "scenewalk", tmp_path / "s.jsonl").splitlines()]
    by_video: dict[str, list[Any]] = {}
    for row in rows:
        by_video.setdefault(row["id"], []).append(row)
    assert len(by_video) == made["kept"] < 5
    for scenes in by_video.values():
        assert len(scenes) >= 4
        for n, row in enumerate(scenes):
            assert len(row["v2t_score"]) == len(row["t2t_score"]) == len(scenes)
            assert row["t2t_score"][n] == 1.0
            assert row["time_stamp"]["end_frame"] > row["time_stamp"]["start_frame"]


@pytest.mark.slow
def test_videoufo(built: Build, tmp_path: Path) -> None:
    """Each clip has a topic, two captions and six values, lasts 2.5 to 60 s, and was found to be of its topic."""
    folder = built("videoufo")
    rows = table(exported(folder, "videoufo", tmp_path / "v.csv"))
    assert rows
    assert all(cell for row in rows for cell in row.values())
    assert len({row["Topic"] for row in rows}) > 1
    captions = lane(folder, "captions")
    assert len(captions) == len(rows)
    assert all(2.5 <= span["end"] - span["start"] <= 60 and span["attrs"]["fits"] == "yes" for span in captions)


@pytest.mark.slow
def test_mmtrail(built: Build, tmp_path: Path) -> None:
    """Each clip has three frames told of, a caption, a better one and one of it all; music only where it is heard."""
    folder = built("mmtrail")
    rows = json.loads(exported(folder, "mmtrail", tmp_path / "m.json"))
    assert rows
    for row in rows:
        assert row["basic"]["clip_duration"] >= 1
        assert 1 <= len(row["misc"]["frame_caption"]) <= 3
        assert row["scene"]["ocr_score"] <= 0.3
        assert row["scene"]["objects"]
        assert all(row["scene"][name] for name in ("background", "caption", "polish_caption", "merge_caption"))
        assert row["basic"]["imaging_quality"] >= 30
    heard = lane(folder, "music")
    assert heard
    assert {span["attrs"]["music"] for span in heard} == {"yes"}
    assert sum(len(row["misc"]["music_caption"]) for row in rows) == len(heard)


@pytest.mark.slow
def test_koala_split(built: Build, tmp_path: Path) -> None:
    """Every clip that is captioned has four scores, of which the one of suitability is 2.5 or more."""
    folder = built("koala_split")
    rows = table(exported(folder, "koala_36m", tmp_path / "k.csv"))
    assert rows
    for row in rows:
        assert float(row["VTSS"]) >= 2.5
        assert 0 <= float(row["clarity_score"]) <= 1
        assert 1 <= float(row["aesthetic_score"]) <= 10
        assert float(row["motion_score"]) >= 0
    parts = {"subject", "action", "environment", "camera", "style", "overall"}
    assert all(span["attrs"].keys() >= parts for span in lane(folder, "captions"))


@pytest.mark.slow
def test_storyteller(built: Build, tmp_path: Path) -> None:
    """A clip is a list of scenes with times, one after the other; names stand where somebody speaks alone."""
    folder = built("storyteller")
    clips = json.loads(exported(folder, "storyteller", tmp_path / "s.json"))
    clips = {Path(name).name: scenes for name, scenes in clips.items()}
    assert clips.keys() == {"film", "bikes", "bigbuckbunny", "carphone_pristine", "carphone_distorted"}
    for name, scenes in clips.items():
        assert all(scene.keys() == {"start_time", "end_time", "text"} and scene["text"] for scene in scenes)
        assert all(before["end_time"] <= after["start_time"] for before, after in pairwise(scenes))
        assert any("speaks" in scene["text"] for scene in scenes) == (name == "film")
    spoken = lane(folder, "speech")
    speakers = lane(folder, "speakers")
    assert [(one["start"], one["end"]) for one in speakers] == [(one["start"], one["end"]) for one in spoken]
    assert {one["label"] for one in speakers} == {"Ada", "Ben"}
