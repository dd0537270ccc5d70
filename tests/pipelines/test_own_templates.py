"""Own templates from the config to the score: every mistake at once, and a data set that is worked out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run

ACTS = {"bikes": ["ride_bike", "cross_street", "wait"], "bigbuckbunny": ["wake_up", "stretch"]}
GOOD = """\
videos: {clips}/b*.mp4
labels:
  - {{kind: table, path: acts.jsonl, lane: acts}}
stages:
  - probe
  - tasks:
      tasks:
        - name: act
          of: acts
          ask: ["What is done {{when}}?"]
          answer: "{{label}}"
          options: other_videos
        - name: people
          of: acts
          ask: How many take part?
          answer: "{{value:people}}"
          options: {{bins: [0, 2, 4, 6]}}
        - {{name: mood, of: acts, ask: "How does it feel?", answer: "{{attr:mood}}"}}
  - verify: {{checks: [evidence, answer, leak, options, times]}}
output: {{path: out}}
"""
BAD = """\
labels:
  - {kind: table, path: acts.jsonl, lane: acts}
stages:
  - tasks:
      tasks:
        - countin
        - {name: act, of: act, ask: "What?", answer: "{label}"}
        - name: slot
          of: acts
          ask: ["What?", "What is {lable}?"]
          answer: "{label}"
        - name: bins
          of: acts
          ask: How many?
          answer: "{value:people}"
          options:
            bins: ["0 to 5", "4 to 8"]
output: {path: out}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with labels of acts."""
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    rows = [
        {"video": video, "start": n, "end": n + 1, "label": label, "people": 2 * n + 1}
        for video, labels in ACTS.items()
        for n, label in enumerate(labels)
    ]
    Path("acts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def rows(name: str) -> list[dict[str, Any]]:
    return [row for file in sorted(Path("out", name).glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


@pytest.mark.usefixtures("folder")
def test_own_questions_are_built_verified_and_scored(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text(GOOD.format(clips=clips))
    assert run(["build", "c.yaml"]) == 0
    assert "nothing was made: mood (5 × no {attr:mood})" in " ".join(capsys.readouterr().out.split())
    samples = rows("data")
    assert [row["task"] for row in samples].count("people") == 5
    assert all(check["verdict"] == "pass" for row in samples for check in row["checks"])
    acts = {label.replace("_", " ") for labels in ACTS.values() for label in labels}
    for row in samples:
        if row["task"] == "act":
            own = {label.replace("_", " ") for label in ACTS[Path(row["video"]).stem]}
            assert set(row["options"]) <= acts
            assert set(row["options"]) & own == {row["answer"]}
    asked = [row for row in samples if row["task"] == "act"]
    assert {len(row["options"]) for row in asked} == {3, 4}
    lines = [{"id": row["id"], "reply": row["options"][row["answer_index"]]} for row in samples]
    lines[0]["reply"] = "none of these"
    Path("p.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert run(["score", "out", "p.jsonl"]) == 0
    assert "10 items: 90.0% right" in capsys.readouterr().out
    assert run(["doctor", "out"]) == 0


@pytest.mark.usefixtures("folder")
def test_check_finds_every_mistake_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text(BAD)
    assert run(["check", "c.yaml"]) == 2
    said = capsys.readouterr().err
    for part in (
        "c.yaml:4: stages.tasks: reads the lane act, which nothing before it writes. Did you mean acts?",
        "c.yaml:6: stages.tasks.tasks.0: unknown task countin; did you mean counting?",
        "c.yaml:10: stages.tasks.tasks.2.ask.1: unknown slot {lable}; did you mean {label}?",
        "c.yaml:17: stages.tasks.tasks.3.options.bins: 0 to 5 and 4 to 8 overlap.",
    ):
        assert part in said, said
