"""VLM-3R's rows and conversations: golden files, and every row read back as its evaluator reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rooms_3d import room

from vdata.cli import run
from vdata.schemas import Sample, Timeline, make_id
from vdata.scoring.published_rules import RULES
from vdata.scoring.truth import true_answer
from vdata.stages.instruct.by_rule.spatial_questions import SpatialQuestions
from vdata.stages.labels.kinds.scene_3d import SceneLabels

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def samples(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Sample]:
    """One question of each kind in the set ``set``, and one of another stage."""
    monkeypatch.chdir(tmp_path)
    (found,) = SceneLabels(path="s.json").read(json.dumps({"room": room(0, video="room.mp4")}).encode())
    video = Timeline("room.mp4", make_id("room"), 30.0)
    for lane, spans in found.lanes.items():
        for span in spans:
            span.end = min(span.end, 30.0)
        video.put(lane, spans)
    SpatialQuestions(per_task=1).run(video)
    video.samples.append(Sample("who", "Who?", "Ada.", 0.0, 1.0))
    stored(tmp_path / "set", [video])
    return video.samples[:-1]


def exported(name: str) -> list[Any]:
    assert run(["export", "set", "--format", name, "--out", "out.json"]) == 0
    left = [json.loads(line) for line in Path("out.json.left_out.jsonl").read_text().splitlines()]
    assert [one["reason"] for one in left] == ["no_spatial_question"]
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        (GOLDEN / f"{name}.json").write_bytes(Path("out.json").read_bytes())
    assert Path("out.json").read_text() == (GOLDEN / f"{name}.json").read_text()
    rows: list[Any] = json.loads(Path("out.json").read_text())
    return rows


def test_rows_are_read_back(samples: list[Sample]) -> None:
    rows = exported("vlm_3r")
    assert len(rows) == len(samples) >= 12
    by_id = {one.id: one for one in samples}
    for row in rows:
        sample = by_id[row["id"]]
        if row["options"]:
            assert row["options"]["ABCD".index(row["mc_answer"])] == f"{row['mc_answer']}. {row['ground_truth']}"
            assert row["ground_truth"] == sample.answer
            continue
        assert row["mc_answer"] is None
        verdict = RULES["vsi_bench"].verdict(true_answer(sample), f"{row['ground_truth']:.2f} metres")
        assert (verdict.status, verdict.grade) == ("right", 1.0)
    types = {row["question_type"] for row in rows}
    assert {"object_counting", "object_abs_distance", "room_size_estimation", "camera_displacement"} <= types


def test_conversations_are_read_back(samples: list[Sample]) -> None:
    for row, sample in zip(exported("vlm_3r_train"), samples, strict=True):
        human, gpt = row["conversations"]
        assert human["value"] == f"<image>\n{sample.messages[0].content}"
        assert gpt == {"from": "gpt", "value": sample.messages[1].content}
        assert (row["video"], row["scene_name"]) == ("room.mp4", "room")
