"""Builds of simulated worlds: a stage gives the rows, files are made of them, and answers are replayed."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import datasets
import pyarrow.parquet as pq
import pytest
from cards import CARDS
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.errors import ConfigError
from vdata.pipelines.evaluation.score import load_samples
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.rules.solve import recompute
from vdata.schemas import Sample

Recipe = Callable[..., Config]

FEW = "simulate.worlds=[{kind: cups, count: 1, moves: 5}, {kind: tiles, count: 1, moves: 5, shown: end}]"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text + "output: {path: out}\n", encoding="utf-8")
    return path


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / name).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_the_recipe_makes_videos_of_nothing_and_asks_on_three_levels(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    config = recipe("video_reason_bench", "out", FEW, "simulate.fps=5")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    out = config.output.path
    made = json.loads((out / "build.json").read_text())
    assert (made["inputs"], made["kept"], made["failed"]) == (2, 2, 0)
    samples = load_samples(out)
    assert all(recompute(sample) == sample.answer for sample in samples)
    CARDS["video_reason_bench"](rows(out, "data"))
    for video in rows(out, "timelines"):
        with av.open(str(out / video["uri"])) as container:
            times = [float(frame.time) for frame in container.decode(video=0)]
        assert times[-1] == pytest.approx(video["duration"] - 1 / 5, abs=0.01)
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    assert json.loads((out / "build.json").read_text())["samples"] == made["samples"]
    read_back(out, {sample.id: sample for sample in samples}, tmp_path)


def read_back(out: Path, samples: dict[str, Sample], folder: Path) -> None:
    """What training and evaluation read of the worlds in *out*: messages, rewards by rule, and a task of lmms-eval."""
    for name, path in (("openai", "talk.jsonl"), ("rl", "rewards.jsonl"), ("lmms_eval", "task")):
        assert run(["export", str(out), "--format", name, "--out", str(folder / path)]) == 0
    talks = datasets.load_dataset("json", data_files=str(folder / "talk.jsonl"), split="train", cache_dir=str(folder))
    assert set(talks["id"]) == set(samples)
    for row in talks:
        sample = samples[row["id"]]
        (shown, words), (reply,) = (turn["content"] for turn in row["messages"])
        assert shown["type"] == "video"
        assert av.open(shown["video"]).streams.video[0].frames > 50
        assert [words["text"], reply["text"]] == [turn.content for turn in sample.messages]
    for line in (folder / "rewards.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sample = samples[row["id"]]
        letter = "ABCD"[sample.answer_index or 0]
        assert (row["problem"], row["solution"], row["reward"]["letter"]) == (sample.question, letter, letter)
        assert row["options"][sample.answer_index or 0] == f"{letter}. {sample.answer}"
        assert all([start, end] in row["glue"] for start, end in {(one.start, one.end) for one in sample.evidence})
    docs = pq.read_table(folder / "task" / "test.parquet").to_pylist()
    assert {doc["id"] for doc in docs} == set(samples)
    task = runpy.run_path(str(folder / "task" / "utils.py"))
    for doc in docs:
        sample = samples[doc["id"]]
        assert task["doc_to_text"](doc, {}) == sample.messages[0].content
        assert av.open(task["doc_to_visual"](doc)[0]).streams.video[0].frames > 50
        right, wrong = ("ABCD"[((sample.answer_index or 0) + n) % len(sample.options)] for n in (0, 1))
        said = {reply: task["process_results"](doc, [reply])["accuracy"]["status"] for reply in (right, wrong)}
        assert said == {right: "right", wrong: "wrong"}


def test_without_files_the_plan_stays_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.chdir(tmp_path)
    text = (
        "stages:\n- simulate: {worlds: [{kind: chips, count: 2, moves: 3}]}\n- world_questions: {tasks: [world_move]}\n"
    )
    config = load_config(written(tmp_path, text))
    assert run_build(config, limit=1, address=None, overwrite=False) == 0
    (video,) = rows(tmp_path / "out", "timelines")
    assert video["uri"] == f"haystack://{video['id']}"
    assert [sample.task for sample in load_samples(tmp_path / "out")] == ["world_move"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("videos: v.txt\nstages: [{simulate: {worlds: [{kind: cups}]}}]\n", "no others can come in"),
        ("stages: [world_questions, {simulate: {worlds: [{kind: cups}]}}]\n", "no others can come in"),
        ("stages: [scan]\n", "there is nothing to read"),
        ("stages: [{simulate: {worlds: [{kind: cup}]}}]\n", "did you mean cups"),
    ],
)
def test_a_stage_with_rows_of_its_own_comes_first_and_alone(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "v.txt").write_text("a.mp4\n")
    with pytest.raises(ConfigError, match=why):
        load_config(written(tmp_path, text))
