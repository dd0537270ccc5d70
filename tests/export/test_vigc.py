"""VIGC's rows: a question about a picture with its first answer and the one that was written again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.schemas.arrow import samples_table
from vdata.schemas.sample import Frame

GOLDEN = Path(__file__).parent / "golden" / "vigc.json"


def test_the_rows_are_those_of_the_authors(
    stored: Callable[[Path, Iterable[Timeline]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    sentences = ("A dog lies on a rug.", "It is brown.")
    question, answer = "What is on the rug?", " ".join(sentences)
    known = {
        "instruction": "Ask about the picture.",
        "original_answer": "A cat sits on a rug.",
        "answer_given_question": "A dog lies on a rug. It sleeps.",
    }
    evidence = [Evidence(2, 2, "detail", text, "s1") for text in sentences]
    messages = [Message("user", question), Message("assistant", answer)]
    picture = [Frame("clips/room/2.jpg", 2)]
    made = Sample("detailed_description", question, answer, 2, 2, evidence, known, messages=messages, frames=picture)
    video = Timeline("clips/room.mp4", "0a" * 12, 10.0)
    video.samples = [made, replace(made, frames=[]), replace(made, params={})]
    stored(tmp_path / "set", [video])
    write_table(samples_table([video], "frames"), tmp_path / "set/data/train-00000.parquet")
    assert run(["export", "set", "--format", "vigc", "--out", "out.json"]) == 0
    said = capsys.readouterr().out
    assert "no_single_picture 1" in said
    assert "no_original_answer 1" in said
    assert Path("out.json").read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8")
    (row,) = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert row["answer"] == " ".join(row["answer_lst"]) == answer
