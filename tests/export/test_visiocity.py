"""VISIOCITY's generated references: a summary as the numbers of its snippets, with the weights that it is best by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Message, Sample, Timeline

GOLDEN = Path(__file__).parent / "golden" / "visiocity.json"


def test_the_rows_are_those_of_the_authors(
    stored: Callable[[Path, Iterable[Timeline]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = [(5.0, 10.0, "goal"), (20.0, 25.0, "foul, referee"), (25.0, 30.0, "foul"), (60.0, 62.5, "whistle")]
    evidence = [Evidence(start, end, "summary", text, f"s{n}") for n, (start, end, text) in enumerate(parts)]
    params = {"time_format": "seconds", "duration": "62.5", "kind": "label"}
    weights = {
        "snippet_size": "5",
        "budget_seconds": "20",
        "terms": "importance, diversity_concept",
        "lambdas": "0.25, 1",
    }
    messages = [Message("user", "Which parts stay?"), Message("assistant", "")]
    made = Sample("summary_parts", "Which parts stay?", "", 0, 62.5, evidence, {**params, **weights}, messages=messages)
    made.answer = made.messages[1].content = recompute(made)
    assert made.answer == "From 5.0 to 10.0 seconds; from 20.0 to 30.0 seconds; from 60.0 to 62.5 seconds."
    video = Timeline("soccer/match_1.mp4", "0a" * 12, 62.5)
    video.samples = [
        made,
        replace(made, params={**made.params, "lambdas": "all"}),
        replace(made, params={**made.params, "snippet_size": "4"}),
        replace(made, task="question_answer"),
    ]
    stored(tmp_path / "set", [video])
    assert run(["export", "set", "--format", "visiocity", "--out", "out.json"]) == 0
    said = capsys.readouterr().out
    assert all(f"{reason} 1" in said for reason in ("no_weights", "not_of_snippets", "no_summary"))
    assert Path("out.json").read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8")
