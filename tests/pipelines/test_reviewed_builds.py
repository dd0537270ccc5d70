"""What people correct comes back: from a build to Label Studio and into the next build, its card and its diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from inline import without_ray
from reviewing import annotation, task_of

from vdata.cli import run
from vdata.pipelines.build_diff import compare

SAID = {
    "a": ["A man fills a cup.", "The cup is emptied.", "A dog runs in."],
    "b": ["Eggs are cracked.", "An omelette is fried.", "It is eaten."],
}
CONFIG = """
labels:
  - {kind: activitynet, path: labels.json, lane: events}
  - {kind: label_studio, path: said.json}
stages:
  - tasks: {of: [events], tasks: [moment_retrieval], per_task: 3}
  - corrections
output: {path: out}
cache: cache
"""


@pytest.fixture(autouse=True)
def _in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_ray(monkeypatch)
    monkeypatch.chdir(tmp_path)
    times = [[0, 5], [6, 11], [12, 18]]
    said = {name: {"duration": 20.0, "timestamps": times, "sentences": texts} for name, texts in SAID.items()}
    Path("labels.json").write_text(json.dumps(said))
    Path("first.yaml").write_text(
        CONFIG.replace("  - {kind: label_studio, path: said.json}\n", "").replace("  - corrections\n", "")
    )
    Path("c.yaml").write_text(CONFIG)


def build(config: str = "c.yaml", *more: str) -> int:
    return run(["build", config, *more])


def rows(folder: str, table: str = "default") -> list[dict[str, Any]]:
    return list(datasets.load_dataset(folder, table, split="train", cache_dir="hf"))


def shown() -> list[dict[str, Any]]:
    """What the tool shows of the first build."""
    assert build("first.yaml", "--out", "first") == 0
    assert run(["export", "first", "--format", "label_studio", "--out", "review", "--no-media"]) == 0
    return [task["data"] for task in json.loads(Path("review/tasks.json").read_text())]


def test_there_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    items = shown()
    first, second, third = items[:3]
    moved = first["evidence"].replace(first["evidence"].partition(" | ")[0], "1.0 - 4.5")
    gone = {**third, "id": "f" * 24}
    stranger = {**third, "video_name": "c"}
    said = [
        task_of(first, annotation("wrong", "ann@example.org", corrected_evidence=moved)),
        task_of(second, annotation("right", 1), annotation("wrong", 2), annotation("right", 3)),
        task_of(third, annotation("wrong", 1, comment="No.")),
        task_of(gone, annotation("wrong", 1)),
        task_of(stranger, annotation("right", 1)),
    ]
    Path("said.json").write_text(json.dumps(said[:2]))
    assert build("c.yaml", "--fork", "forked", "--out", "first") == 0
    assert "corrections: reviewed by people: 1 right, 0 wrong, 1 corrected\n" in capsys.readouterr().out
    assert build() == 0
    Path("said.json").write_text(json.dumps(said))
    assert build() == 0  # the same settings: the folder goes on with what people said since
    out = " ".join(capsys.readouterr().out.split())
    told = "reviewed by people: 1 right, 1 wrong, 1 corrected; set aside: 1 reviews of what is not there (any more)"
    assert out.count(f"corrections: {told} 3 videos") == 1, out
    kept = {row["id"]: row for row in rows("out")}
    assert kept.keys() == {one["id"] for one in items} - {third["id"]}
    row = kept[first["id"]]
    assert row["answer"] == row["messages"][-1]["content"] == "From 1.0 to 4.5 seconds."
    assert (row["start"], row["end"]) == (1.0, 4.5)
    (was,) = [one["value"] for one in row["params"] if one["name"] == "was"]
    assert json.loads(was)["answer"] == first["answer"]
    assert [(one["check"], one["verdict"]) for one in kept[second["id"]]["checks"]] == [("people", "pass")]
    rejects = {(one["reason"], one["uri"]): one["detail"] for one in rows("out", "rejects")}
    about = third["video_name"]
    assert rejects.keys() == {("found_wrong", about), ("unknown_item", about), ("video_not_found", "c")}
    assert "f" * 24 in rejects["unknown_item", about]
    card = Path("out/README.md").read_text()
    assert f"R{told[1:]} (`corrections`)." in card
    assert "ann@example.org" not in Path("out/build.json").read_text() + card + str(rows("out", "timelines"))
    assert run(["report", "out"]) == 0
    assert f"corrections: {told}." in Path("out/report.html").read_text()
    assert build() == 0
    assert "Nothing to do" in capsys.readouterr().err
    found = compare(Path("first"), Path("out"))
    assert {(one.kind, one.because) for one in found.samples} == {
        ("words", "people (reviews)"),
        ("only_a", "people (reviews)"),
    }


def test_reviews_that_no_stage_acts_on_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("said.json").write_text("[]")
    Path("c.yaml").write_text(CONFIG.replace("  - corrections\n", ""))
    assert run(["check", "c.yaml"]) == 0
    said = capsys.readouterr()
    assert "reviews that no stage acts on. List the stage corrections last." in said.out + said.err
