"""Samples that are text alone: formats that have a place for them hold no video of theirs, others leave them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import ExportItem, find_formats
from vdata.export.harness.benchmark_rows import benchmark_row
from vdata.export.lane_format import LaneFormat
from vdata.pipelines.evaluation.predict import Sight, request_of
from vdata.schemas import Frames, Message, Sample, Span, Timeline

SHOWN = 'Why does he wait?\nSubtitles: "It is still hot."'
HOLD = {"dpo", "jsonl", "llama_factory", "llama_factory_dpo", "llava", "llava_video", "ms_swift", "ms_swift_dpo"}
HOLD |= {"hf_messages", "openai", "qwen_vl", "t3", "tsv", "verdicts"}


def sample(**more: Any) -> Sample:
    turns = [Message("user", SHOWN), Message("assistant", "So that he is not burnt.")]
    params = {"asked": "Why does he wait?", **more.pop("params", {})}
    return Sample("why", SHOWN, turns[1].content, 0, 60, params=params, messages=turns, teacher="t", id="one", **more)


@pytest.fixture
def both(stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path) -> Path:
    """A data set with a sample that has a video, one that is text alone, and a pair of replies that is."""
    video = Timeline("a.mp4", "0a" * 12, 60.0)
    video.put("speech", [Span(0, 12, "It is still hot.")])
    alone = sample(params={"media": "none"})
    pair = sample(params={"media": "none"}, rejected="No reason.", rejected_source="best_of")
    alone.id, pair.id = "two", "three"
    video.samples = [sample(), alone, pair]
    return stored(tmp_path / "both", [video])


def test_formats_that_hold_text_alone() -> None:
    assert {name for name, one in find_formats().items() if one.text_only} == HOLD


@pytest.mark.parametrize("name", sorted(HOLD - {"t3", "verdicts"}))  # which have rows of text alone
def test_text_alone_has_no_video(both: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"out{find_formats()[name].suffix}"
    assert run(["export", str(both), "--format", name, "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    if name == "tsv":
        rows: list[Any] = [line for line in text.split("\n") if "\ttwo\t" in line]
        assert rows
        assert "a.mp4" not in rows[0]
        return
    rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    told = [json.dumps(row) for row in rows]
    assert all("Subtitles: " in row for row in told)
    pairs = name.endswith("dpo")
    assert len(rows) == 1 if pairs else len(rows) == (3 if name == "jsonl" else 2)
    alone = rows[-1 if pairs else 1]
    if name == "jsonl":
        assert (alone["video_path"], alone["video"]) == ("", "a.mp4")
        return
    assert "a.mp4" not in json.dumps(alone)
    assert "<video>" not in json.dumps(alone)
    assert "<image>" not in json.dumps(alone)
    assert alone.get("videos", []) == []
    if not pairs:
        assert "a.mp4" in told[0]


@pytest.mark.parametrize("name", ["rl", "videochat2", "webdataset", "lmms_eval", "vlmevalkit", "videoespresso"])
def test_other_formats_leave_text_alone_out(both: Path, tmp_path: Path, name: str) -> None:
    run(["export", str(both), "--format", name, "--out", str(tmp_path / "out")])
    notes = (tmp_path / "out.left_out.jsonl").read_text(encoding="utf-8").splitlines()
    reasons = {row["id"]: row["reason"] for row in map(json.loads, notes)}
    assert (reasons["two"], reasons["three"]) == ("text_only", "text_only")
    assert not isinstance(find_formats()[name], LaneFormat)


def test_harnesses_and_models_are_given_the_lines() -> None:
    assert benchmark_row(ExportItem(sample(), "a.mp4", "a.mp4", "0a", 60.0))["prompt"] == SHOWN
    alone = request_of("nobody opened it", sample(params={"media": "none"}), {}, Sight())
    assert [part for turn in alone.turns for part in turn.parts] == [SHOWN]
    assert not any(isinstance(part, Frames) for turn in alone.turns for part in turn.parts)
