"""A file of questions from the config to the score: samples like others, each reject with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run

ROWS: list[dict[str, Any]] = [
    {"question": "What is seen first?", "options": ["a ball", "a cup", "a box"], "answer": "B", "intervals": [[3, 7]]},
    {"question": "Who holds it?", "options": ["a man", "a dog"], "answer": "a dog", "type": "count"},
    {"question": "What is said?", "answer": "It is over."},
    {"question": "Bad?", "options": ["x", "y"], "answer": "F"},
    {"question": "Late?", "options": ["x", "y"], "answer": "A", "intervals": [[50, 70]]},
]
CONFIG = """\
labels: [{kind: qa, path: qa.jsonl}]
stages:
  - options: {existing: reorder, circular: true}
  - verify: {checks: [text, evidence, times, options, answer, count]}
output: {path: out}
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished build of ROWS about one video of 60 s, without a file of it."""
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    Path("qa.jsonl").write_text("\n".join(json.dumps({"video": "a", "duration": 60, **row}) for row in ROWS))
    Path("c.yaml").write_text(CONFIG)
    assert run(["build", "c.yaml"]) == 0
    return tmp_path / "out"


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [row for file in sorted((folder / name).glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def test_questions_are_built_exported_reported_and_scored(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = rows(built, "data")
    assert sorted(str(row["question"]) for row in samples) == [
        *["What is said?"], *["What is seen first?"] * 3, *["Who holds it?"] * 2,
    ]  # fmt: skip
    assert {row["task"] for row in samples} == {"qa", "count"}
    assert {row["teacher"] for row in samples} == {"imported"}
    assert [(row["stage"], row["reason"]) for row in rows(built, "rejects")] == [
        ("labels", "bad_letter"),
        ("labels", "bad_time"),
    ]
    (timeline,) = rows(built, "timelines")
    spans = timeline["lane_questions"]
    assert sorted((span["start"], span["end"], span["label"]) for span in spans) == [
        (0.0, 60.0, "It is over."),
        (0.0, 60.0, "a dog"),
        (3.0, 7.0, "a cup"),
    ]
    assert run(["report", "out"]) == 0
    assert run(["export", "out", "--format", "rl", "--out", "rl.jsonl"]) == 0
    assert [json.loads(line)["data_type"] for line in Path("rl.jsonl").read_text().splitlines()] == ["gqa"] * 5
    replies = {row["id"]: row["answer"] for row in samples}
    turned = next(row["id"] for row in samples if row["task"] == "count")
    replies[turned] = "a man"
    Path("p.jsonl").write_text("\n".join(json.dumps({"id": key, "reply": text}) for key, text in replies.items()))
    capsys.readouterr()
    assert run(["score", "out", "p.jsonl"]) == 0
    assert "3 items: 66.7% right" in capsys.readouterr().out, "one wrong rotation makes its question wrong"


def test_a_finished_build_does_no_work_until_the_questions_change(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    before = (built / "build.json").read_bytes()
    assert run(["build", "c.yaml"]) == 0
    assert (built / "build.json").read_bytes() == before
    text = Path("qa.jsonl").read_text().replace('"answer": "B"', '"answer": "C"')
    Path("qa.jsonl").write_text(text)
    assert run(["build", "c.yaml", "--overwrite"]) == 0
    assert {row["answer"] for row in rows(built, "data") if row["question"] == "What is seen first?"} == {"a box"}
