"""Captions that exist become pairs of a video or clip and its caption, as sets like WebVid and Panda-70M have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run

ALT_TEXTS = {
    "bikes": "People on bicycles cross a busy street",
    "bigbuckbunny": "Big white rabbit waking up in a meadow, 3d animation",
}
WEBVID = """\
videos: {clips}/b*.mp4
labels:
  - {{kind: table, path: webvid.csv, lane: captions, columns: {{video: videoid, text: name}}}}
stages:
  - tasks: {{tasks: [captioning], captioning: {{pool: brief}}}}
output: {{path: out}}
"""
PANDA = """\
videos: {clips}/bikes.mp4
labels:
  - {{kind: table, path: panda.jsonl, lane: captions}}
stages:
  - probe
  - tasks:
      tasks: [captioning]
      captioning: {{parts: [camera]}}
      phrasings: {{captioning: [Tell me what you see.]}}
  - verify: {{checks: [evidence, answer, leak, times]}}
output: {{path: out}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a build that starts no Ray."""
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    return tmp_path


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for file in sorted((folder / "data").glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def exported(form: str) -> list[dict[str, Any]]:
    assert run(["export", "out", "--format", form, "--out", f"{form}.jsonl"]) == 0
    text = Path(f"{form}.jsonl").read_text()
    return list(json.loads(text)) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def test_alt_texts_of_a_table_become_pairs_of_video_and_caption(folder: Path, clips: Path) -> None:
    lines = ["videoid,contentUrl,duration,name"]
    lines += [f'{name},https://example.org/{name},PT00H00M10S,"{text}"' for name, text in ALT_TEXTS.items()]
    Path("webvid.csv").write_text("\n".join(lines))
    Path("c.yaml").write_text(WEBVID.format(clips=clips))
    assert run(["build", "c.yaml"]) == 0
    made = {Path(row["video"]).stem: row for row in rows(folder / "out")}
    assert {name: row["answer"] for name, row in made.items()} == ALT_TEXTS
    assert all("video" in row["question"] or "seen" in row["question"] for row in made.values())
    pairs = exported("ms_swift")
    assert {Path(pair["videos"][0]).stem: pair["messages"][-1]["content"] for pair in pairs} == ALT_TEXTS
    assert run(["doctor", "out"]) == 0


def test_spans_become_pairs_of_clip_and_caption_and_no_question_holds_a_time(folder: Path, clips: Path) -> None:
    spans = [
        {"video": "bikes", "start": 0, "end": 3, "text": "A bus passes", "camera": "It does not move."},
        {"video": "bikes", "start": 2, "end": 6.5, "text": "Cyclists wait at a red light."},
    ]
    Path("panda.jsonl").write_text("\n".join(map(json.dumps, spans)))
    Path("c.yaml").write_text(PANDA.format(clips=clips))
    assert run(["build", "c.yaml"]) == 0
    made = sorted((row["start"], row["end"], row["answer"]) for row in rows(folder / "out"))
    assert made == [(0.0, 3.0, "A bus passes"), (0.0, 3.0, "It does not move."), (2.0, 6.5, spans[1]["text"])]
    asked = {row["answer"]: row["question"] for row in rows(folder / "out")}
    assert asked["A bus passes"] == "Tell me what you see."
    assert "the camera work" in asked["It does not move."]
    assert not any(letter.isdigit() for question in asked.values() for letter in question)
    assert all(check["verdict"] == "pass" for row in rows(folder / "out") for check in row["checks"])
    shown = sorted((row["QA"][0]["a"], row["start"], row["end"]) for row in exported("videochat2"))
    assert shown == sorted((answer, start, end) for start, end, answer in made)
