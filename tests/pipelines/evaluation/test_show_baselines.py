"""``vdata baselines``, and where its scores are shown besides."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from records import write_record

from vdata.cli import run
from vdata.pipelines.dataset import baseline_scores
from vdata.pipelines.dataset.baseline_scores import baseline_table, measure, remarks
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Sample, Timeline
from vdata.schemas.arrow import samples_table
from vdata.scoring.baselines import DURATION


def write(folder: Path, tasks: tuple[str, ...] = ("what", "why"), told: str = "what", count: int = 60) -> Path:
    """A data set of *count* questions a task; in the task *told*, the longest option is right."""
    rng = Random(0)
    video = Timeline("v.mp4", "id", 60.0)
    for task in tasks:
        for n in range(count):
            options = [f"a {rng.randrange(10**6):06d}" for _ in range(4)]
            right = n % 4
            options[right] += " and more" if task == told else ""
            sample = Sample(task, f"Question {n}?", options[right], 0, 9, options=options, answer_index=right)
            video.samples.append(replace(sample, id=f"{task}{n}"))
    (folder / "data").mkdir(parents=True)
    write_table(samples_table([video]), folder / "data" / "train.parquet")
    write_record(folder)
    return folder


def test_the_command_shows_what_stands_out_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "d")
    assert run(["baselines", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "longest option" in told
    assert "100*" in told
    (line,) = (line for line in told.splitlines() if line.startswith("Blind baseline above chance: longest option"))
    assert "of what in 100.0 % of 60 (interval 8" in line
    assert "verify: {policy: {told_by_length: drop}}" in line
    assert "always A" in told
    assert run(["baselines", str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["task"] for row in rows} == {"", "what", "why"}
    assert [row["accuracy"] for row in rows if (row["task"], row["baseline"]) == ("what", "longest option")] == [1.0]


def test_score_prints_them_and_keeps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "d")
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "what0", "reply": "A"}) + "\n")
    assert run(["score", str(folder), str(tmp_path / "p.jsonl")]) == 0
    assert "Blind baseline above chance: longest option" in capsys.readouterr().out
    kept = json.loads((tmp_path / "p.score.json").read_text())["baselines"]
    assert {row["baseline"] for row in kept} >= {"always A", "longest option", "most common answer"}


def test_fair_questions_and_questions_that_cannot_be_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["baselines", str(write(tmp_path / "fair", told=""))]) == 0
    assert "Blind baselines: none of 9 is above chance; the best, " in capsys.readouterr().out
    folder = tmp_path / "open"
    video = Timeline("v.mp4", "id", 60.0)
    video.samples.append(Sample("what", "What?", "A dog barks.", 0, 9, id="a"))
    (folder / "data").mkdir(parents=True)
    write_table(samples_table([video]), folder / "data" / "train.parquet")
    write_record(folder)
    assert measure([folder / "data" / "train.parquet"]) is None
    assert run(["baselines", str(folder)]) == 0
    assert "nothing can be guessed" in capsys.readouterr().out
    assert (remarks([]), baseline_table([]).rows) == ([], [])


def test_the_length_of_what_is_shown_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown of these samples is longer the more there is to count: a whole video, a part, a span alone."""
    rng = Random(0)
    options = [str(n) for n in range(1, 5)]
    videos = []
    for n in range(90):
        right = rng.randrange(4)
        for task in ("whole", "part", "span", "text"):
            video = Timeline(f"{task}{n}.mp4", f"{task}{n}", 60.0 + right if task == "whole" else rng.uniform(60, 90))
            sample = Sample(task, "How many?", options[right], 2.0, 4.0 + right, options=options, answer_index=right)
            if task == "part":
                sample.seen_start, sample.seen_end = 1.0, 11.0 + right
            sample.params = {"span": {"about": "spans"}, "text": {"media": "none"}}.get(task, {})
            video.samples.append(replace(sample, id=f"{task}{n}"))
            videos.append(video)
    (tmp_path / "data").mkdir()
    write_table(samples_table(videos), tmp_path / "data" / "train.parquet")
    found = {one.task: one for one in measure([tmp_path / "data" / "train.parquet"]) or () if one.baseline == DURATION}
    assert {task: one.accuracy for task, one in found.items()} == {"": 1.0, "whole": 1.0, "part": 1.0, "span": 1.0}
    write_record(tmp_path)
    assert run(["baselines", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "Blind baseline above chance: length of the video is right in 100.0 % of 270" in told
    assert "duration" in told


def test_of_a_large_data_set_a_part_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [write(tmp_path / "d", count=200) / "data" / "train.parquet"]
    monkeypatch.setattr(baseline_scores, "MOST", 100)
    found = {one.baseline: one for one in measure(paths) or () if one.task == ""}
    assert 60 <= found["longest option"].items <= 140
    assert measure(paths) == measure(paths)
