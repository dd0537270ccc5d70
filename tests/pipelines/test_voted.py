"""People's votes on videos: from a label file to samples of two videos, their authors' rows, and ranks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inline import without_ray
from made_labels import made_labels

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config


def test_votes_become_samples_of_two_videos(
    recipe: Callable[..., Config], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    config = recipe("uve_votes", "voted", *made_labels("uve_votes", clips, tmp_path))
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    out = str(config.output.path)
    assert run(["doctor", out]) == 0, "the other video of a pair, which has no sample of its own, is known"
    assert run(["export", out, "--format", "uve", "--out", str(tmp_path / "uve.json")]) == 0
    rows = json.loads((tmp_path / "uve.json").read_text())
    better = {
        Path(row["video_a" if row["preference"] == "A is better" else "video_b"]).name
        for row in rows.values()
        if "better" in row["preference"]
    }
    assert better == {"carphone_pristine.mp4", "bigbuckbunny.mp4"}
    assert {row["preference"] for row in rows.values()} <= {"A is better", "B is better", "same bad"}
    assert run(["export", out, "--format", "openai", "--out", str(tmp_path / "talk.jsonl")]) == 0
    for line in (tmp_path / "talk.jsonl").read_text().splitlines():
        parts = [part for turn in json.loads(line)["messages"] for part in turn["content"] if part["type"] == "video"]
        assert len(parts) == 2
        assert not any("video_start" in part for part in parts), "both are shown whole"
    verdicts = tmp_path / "verdicts.jsonl"
    assert run(["export", out, "--format", "verdicts", "--out", str(verdicts)]) == 0
    assert run(["arena", str(verdicts), "--out", str(tmp_path)]) == 0
    best, worst = json.loads((tmp_path / "arena.json").read_text())["models"]
    assert (best["model"], best["battles"], best["wins"], best["ties"]) == ("mochi", 6, 4, 2)
    assert worst["model"] == "sora"
