"""Families of questions of one's own, from YAML alone: what the server sees, and what of its replies is kept."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from openai_server import Server

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config_reader import load_config

YAML = """
videos: in
labels: [{{kind: subtitles, lane: captions}}]
output: {{path: out}}
cache: cache
teachers:
  watcher: {{kind: openai, model: scripted, base_url: "{url}"}}
stages:
  - questions:
      per_task: 1
      tasks:
        - {{name: direction, ask: Ask which way it goes., options: 3, distractors: the same move the other way}}
        - {{name: repetition, ask: Ask how often it goes., form: count}}
        - {{name: turning, ask: Ask when it turns., form: when}}
        - {{name: sequence, ask: Ask how the moves follow., form: order}}
        - {{name: outcome, ask: Ask where it ends., form: prediction}}
  - options: {{tasks: [turning, repetition]}}
  - verify: {{checks: [evidence, times, answer, order, leak], captions: []}}
"""
LINES = ("A ball rolls left.", "It halts at a wall.", "It turns about.", "It rolls right.", "It drops into a hole.")
REPLIES: dict[str, dict[str, Any]] = {
    "which way it goes": {
        "question": "Which way is the ball rolling to begin with?",
        "answer": "To the left",
        "evidence": ["c1"],
        "wrong": ["To the right", "Up the wall"],
    },
    "how often it goes": {"question": "How many times does the ball roll?", "evidence": ["c1", "c4"], "count": 2},
    "when it turns": {"question": "When does the ball change its mind?", "evidence": ["c3"]},
    "how the moves follow": {
        "question": "What comes after what?",
        "events": [{"text": "a drop", "tag": "c5"}, {"text": "a halt", "tag": "c2"}, {"text": "a roll", "tag": "c4"}],
    },
    "where it ends": {
        "question": "Where will the ball end up?",
        "answer": "In a hole.",
        "seen": ["c1", "c2"],
        "evidence": ["c5"],
    },
}


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def reply(body: dict[str, Any]) -> dict[str, Any]:
    asked = str(body["messages"])
    return {"items": [next(item for words, item in REPLIES.items() if words in asked)]}


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [
        row for path in sorted((folder / "out" / name).glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_own_families_are_asked_worked_out_turned_into_options_and_verified(
    tmp_path: Path, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    make_videos.plain(tmp_path / "in" / "a.mp4", frames=125)
    lines = [f"{n + 1}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{text}\n" for n, text in enumerate(LINES)]
    (tmp_path / "in" / "a.srt").write_text("\n".join(lines))
    with Server(answer=reply) as server:
        (tmp_path / "c.yaml").write_text(YAML.format(url=server.url), encoding="utf-8")
        config = load_config(tmp_path / "c.yaml", base=tmp_path)
        assert run_build(config, limit=None, address=None, overwrite=True) == 0
        said = {
            next(words for words in REPLIES if words in str(body)): str(body["messages"])
            for body in server.counters.bodies
        }
    assert set(said) == set(REPLIES), "each family is one request"
    assert "What the wrong answers shall be: the same move the other way" in said["which way it goes"]
    assert "write 2 wrong answers too" in said["which way it goes"]
    assert "cite every one of these spans, and no other, and give the number" in said["how often it goes"]
    found = {row["task"]: row for row in rows(tmp_path, "data")}
    assert set(found) == {"direction", "repetition", "turning", "outcome"}
    assert sorted(found["direction"]["options"]) == ["To the left", "To the right", "Up the wall"]
    assert found["repetition"]["answer"] == "2"
    assert found["turning"]["answer"] == "From 2.0 to 3.0 seconds."
    for task in ("repetition", "turning"):
        options = found[task]["options"]
        assert options[found[task]["answer_index"]] == found[task]["answer"]
        assert len(options) == 4
    assert (found["outcome"]["start"], found["outcome"]["end"]) == (0.0, 2.0)
    assert [(row["reason"], '"task": "sequence"' in row["detail"]) for row in rows(tmp_path, "rejects")] == [
        ("wrong_order", True)
    ]
    told = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "questions: asked for, and nothing was made: sequence (1 × wrong_order)." in told
