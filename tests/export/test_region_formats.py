"""Questions about boxes in their authors' files, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.pipelines.inputs.attach import attach
from vdata.schemas import Box, Media, Span, Timeline, make_id
from vdata.schemas.input_video import Source
from vdata.stages.instruct.by_rule.regions import Regions
from vdata.stages.labels.kinds.tracks import TrackLabels

Store = Callable[[Path, Iterable[Timeline]], Path]
FORMATS = ("shares", "thousandths", "pixels")


def video() -> Timeline:
    found = Timeline("v.mp4", make_id("v"), 10.0, media=Media(duration=10, fps=10, width=200, height=100, frames=100))
    boxes = [Box(time, time / 10, 0.2, (time + 1) / 10, 0.6) for time in (1.0, 2.0, 3.0)]
    found.put("tracks", [Span(1.0, 3.5, "a dog runs", "dog", boxes=boxes)])
    return found


@pytest.fixture(params=FORMATS)
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Store) -> Path:
    monkeypatch.chdir(tmp_path)
    tasks: Any = ["chain", "tube", "spatial_video_grounding", "event_in_region", "spatial_grounding", "tracking"]
    return stored(tmp_path / "set", [Regions(tasks=tasks, box_format=request.param).run(video())])


def exported(folder: Path, name: str) -> list[dict[str, Any]]:
    out = Path(f"{name}.json")
    assert run(["export", str(folder), "--format", name, "--out", str(out)]) == 0
    text = out.read_text()
    return [json.loads(line) for line in text.splitlines()] if name == "rl" else json.loads(text)


def back(name: str) -> Timeline:
    """The rows of the file as labels."""
    (found,) = TrackLabels(path=f"{name}.json").read(Path(f"{name}.json").read_bytes())
    again = Timeline("v.mp4", make_id("v"), 10.0, media=video().media)
    attach(again, Source("v.mp4", tracks=found.tracks, rejects=found.rejects))
    assert again.rejects == []
    return again


def test_v_star(folder: Path) -> None:
    (row,) = exported(folder, "v_star")
    asked = {name: row.pop(name) for name in list(row) if "question" in name}
    assert row == {
        "vid": "v",
        "domain": "",
        "fps": 10.0,
        "width": 200,
        "height": 100,
        "frame_count": 100,
        "chain": "",
        "object": "dog",
        "answer": "dog",
        "timestamps": [1.0, 3.5],
        "bboxes": [
            {"timestamp": 1.0, "frame_index": 10, "xmin": 20.0, "ymin": 20.0, "xmax": 40.0, "ymax": 60.0},
            {"timestamp": 2.0, "frame_index": 20, "xmin": 40.0, "ymin": 20.0, "xmax": 60.0, "ymax": 60.0},
            {"timestamp": 3.0, "frame_index": 30, "xmin": 60.0, "ymin": 20.0, "xmax": 80.0, "ymax": 60.0},
        ],
    }
    assert "dog" not in asked["question"]
    assert "1.0 to 3.5" in asked["spatial_question"]
    assert "1.0" not in asked["spatial_question_2"]
    assert not any("Boxes are written" in text for text in asked.values())
    (span,) = back("v_star").lane("tracks")
    assert (span.start, span.end, span.label) == (1.0, 3.5, "dog")
    assert span.boxes == video().lane("tracks")[0].boxes
    assert span.attrs["question"] == asked["question"]


def test_st_align(folder: Path) -> None:
    by_task = {row["meta"]["task"]: row for row in exported(folder, "st_align")}
    assert by_task.keys() == {"STVG", "SVG", "ELC"}
    boxes = {"10": [20.0, 20.0, 20.0, 40.0], "20": [40.0, 20.0, 20.0, 40.0], "30": [60.0, 20.0, 20.0, 40.0]}
    for task, row in by_task.items():
        human, reply = (turn["value"] for turn in row["conversations"])
        meta = row["meta"]
        assert (meta["split"], meta["width"], meta["height"]) == ([0, 99], 200, 100)
        assert meta["time_token"] == {"<s>": 10, "<e>": 35}
        assert meta["spatial_token"]["<bboxes>"] == boxes
        assert human.startswith("<video>\n")
        assert not any(text in human + reply for text in ("1.0", "3.5 ", "Boxes are written", "[0", "[1", "[2"))
        slots = {"STVG": ((), ("<s>", "<e>", "<bboxes>")), "SVG": (("<s>", "<e>"), ("<bboxes>",))}
        inside = slots.get(task, (("<s>", "<bbox>"), ("<e>", "a dog runs", "<bboxes>")))
        assert all(slot in human for slot in inside[0])
        assert all(slot in reply for slot in inside[1])
    assert by_task["ELC"]["meta"]["spatial_token"]["<bbox>"] == pytest.approx([20.0, 20.0, 20.0, 40.0], abs=0.2)
    for span in back("st_align").lane("tracks"):
        assert span.boxes == video().lane("tracks")[0].boxes


def test_rl_has_boxes_to_compare(folder: Path) -> None:
    rows = {row["data_type"]: row for row in exported(folder, "rl") if row["data_type"] == "track"}
    (row,) = rows.values()
    assert row["reward"]["kind"] == "box_iou"
    assert all(len(box) == 4 and max(box) <= 1 for box in row["reward"]["boxes"])


def test_samples_without_the_size_of_the_picture_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Store
) -> None:
    monkeypatch.chdir(tmp_path)
    found = video()
    found.media = None
    stored(tmp_path / "set", [Regions(tasks=["chain", "tube"]).run(found)])
    for name, reasons in (
        ("v_star", {"no_picture_size", "no_chain"}),
        ("st_align", {"no_picture_size", "no_boxes_over_time"}),
    ):
        run(["export", "set", "--format", name, "--out", f"{name}.json"])
        left = [json.loads(line) for line in Path(f"{name}.json.left_out.jsonl").read_text().splitlines()]
        assert {row["reason"] for row in left} == reasons
