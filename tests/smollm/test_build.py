"""``vdata build`` with a real and weak author behind a real server: what it writes is checked, and asked for once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run

EVENTS = {
    "kitchen": ("A woman pours milk into a pan.", "She cracks two eggs.", "A cat drinks water.", "She eats soup."),
    "garage": ("A man lifts a car wheel.", "He paints the door blue.", "A boy sweeps the floor.", "A dog barks."),
}
PROMPT = (
    '<material kind="spans of the video">\n[e1] events, 0.0-4.0 s: A man opens a green door.\n</material>\n'
    'Write 1 question about this.\n{{"items": [{{"question": "What does the man open?", "answer": '
    '"A green door.", "evidence": ["e1"]}}]}}\n\n{lines}\n{task}\n'
)
QUESTIONS = {"from": ["events"], "tasks": ["what", "who"], "per_task": 4, "window": 10, "prompt": {"ask": PROMPT}}
CONFIG: dict[str, Any] = {
    "labels": [{"kind": "table", "path": "events.jsonl", "lane": "events"}],
    "stages": [
        {"tasks": {"of": ["events"], "tasks": ["moment_retrieval"], "per_task": 1}},
        {"questions": QUESTIONS},
        {"verify": {"checks": ["rules"], "captions": []}},
    ],
    "output": {"path": "out"},
    "cache": "cache",
    "replies": "replies",
}


@pytest.fixture
def folder(tmp_path: Path, smollm: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [
        {"video": name, "duration": 40, "start": 10 * n, "end": 10 * n + 8, "text": text}
        for name, lines in EVENTS.items()
        for n, text in enumerate(lines)
    ]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    author = {"kind": "openai", "model": "SmolLM2-135M-Instruct.Q4_1", "base_url": smollm, "temperature": 0}
    author |= {"concurrency": 1, "timeout": 600, "max_tokens": 200, "schema_mode": "response_format", "retries": 0}
    (tmp_path / "c.yaml").write_text(json.dumps(CONFIG | {"teachers": {"author": author}}))
    return tmp_path


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in sorted((folder / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def spent(folder: Path) -> dict[str, int]:
    made = json.loads((folder / "build.json").read_text())
    account = made["teachers"]["author"]["questions"]
    return {key: account[key] for key in ("calls", "failed", "saved_calls")}


def test_what_a_real_author_writes_is_checked_and_asked_for_once(folder: Path) -> None:
    assert run(["build", "c.yaml"]) == 0
    assert spent(folder / "out") == {"calls": 16, "failed": 0, "saved_calls": 0}, "2 families, 4 windows, 2 videos"
    written = [row for row in rows(folder / "out", "data") if row["teacher"]]
    lines = {line for video in EVENTS.values() for line in video}
    for row in written:
        print(f"{row['question']} -> {row['answer']} | {[span['text'] for span in row['evidence']]}")
        assert {span["text"] for span in row["evidence"]} <= lines
        assert {"evidence", "grounding"} <= {check["check"] for check in row["checks"]}
        assert all(check["verdict"] != "fail" for check in row["checks"])
    reasons = sorted(row["reason"] for row in rows(folder / "out", "rejects"))
    print(f"{len(written)} survivors of 16 replies; rejects: {reasons}")
    assert not {"teacher_error", "bad_reply"} & {*reasons}, "a schema holds it"
    assert len(written) + len(reasons) >= 16, "of each request something is known"
    cut_off = reasons.count("truncated")  # half of a reply is none, and is not kept
    assert run(["build", "c.yaml", "--out", "again"]) == 0
    assert spent(folder / "again") == {"calls": cut_off, "failed": 0, "saved_calls": 16 - cut_off}


def test_a_model_of_text_alone_is_found_out_before_it_is_shown_anything(
    folder: Path, clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = json.loads((folder / "c.yaml").read_text())
    del config["labels"]
    config |= {"videos": str(clips / "bikes.mp4"), "stages": ["scan", "shots", {"caption": {"look": {"count": 1}}}]}
    (folder / "c.yaml").write_text(json.dumps(config))
    assert run(["build", "c.yaml"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "teachers.author: its model takes no pictures, and stages.caption.look would show it some" in told
    assert "this server takes text alone, not image_url" in told
