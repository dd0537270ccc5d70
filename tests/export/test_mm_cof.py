"""Chain-of-Focus' rows: golden files, every mark with its picture, and the reward's truth."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.schemas import Box, Media, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.zoom_questions import ZoomQuestions

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def samples(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Sample]:
    """Two dialogues, one of which has no pictures yet, and a question of another stage."""
    monkeypatch.chdir(tmp_path)
    video = Timeline("a.mp4", make_id("a"), 10.0, media=Media(width=640, height=360, duration=10.0))
    things = (("a cup", 0.1), ("a key", 0.8))
    video.put("tracks", [Span(0, 8, label=name, boxes=[Box(2.0, x, 0.1, x + 0.05, 0.2)]) for name, x in things])
    ZoomQuestions(steps=2).run(video)
    for n, medium in enumerate(video.samples[0].media):
        medium.file = f"media/{n}.jpg"
    video.samples.append(Sample("who", "Who?", "Ada.", 0.0, 1.0))
    stored(tmp_path / "set", [video])
    return video.samples


def exported(name: str, suffix: str) -> list[Any]:
    assert run(["export", "set", "--format", name, "--out", f"out{suffix}"]) == 0
    left = [json.loads(line) for line in Path(f"out{suffix}.left_out.jsonl").read_text().splitlines()]
    assert sorted(one["reason"] for one in left) == ["no_zooming", "picture_not_written"]
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        (GOLDEN / f"{name}{suffix}").write_bytes(Path(f"out{suffix}").read_bytes())
    text = Path(f"out{suffix}").read_text()
    assert text == (GOLDEN / f"{name}{suffix}").read_text()
    return json.loads(text) if suffix == ".json" else [json.loads(line) for line in text.splitlines()]


def test_messages_have_a_mark_for_each_picture(samples: list[Sample]) -> None:
    (row,) = exported("mm_cof", ".json")
    assert [turn["role"] for turn in row["messages"]] == ["system", "user", *["assistant", "user"] * 2, "assistant"]
    assert sum(turn["content"].count("<image>") for turn in row["messages"]) == len(row["images"]) == 3
    assert [turn["content"] for turn in row["messages"]] == [turn.content for turn in samples[0].messages]


def test_rewards_have_the_letter_and_the_picture_alone(samples: list[Sample]) -> None:
    (row,) = exported("mm_cof_rl", ".jsonl")
    assert [turn["role"] for turn in row["prompt"]] == ["system", "user"]
    letter = row["reward_model"]["ground_truth"]
    assert f"{letter}. {samples[0].answer}" in row["prompt"][1]["content"]
    assert len(row["images"]) == row["prompt"][1]["content"].count("<image>") == 1
