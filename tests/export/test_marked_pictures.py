"""MMVM's table: a golden file, read as VLMEvalKit and datasets read it, and what has no place in it."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from datasets import load_dataset

from vdata.cli import run
from vdata.schemas import Medium, Message, Sample, Timeline

GOLDEN = Path(__file__).parent / "golden" / "mmvm.tsv"


def same(name: str, task: str = "same_object", cues: str = "", written: bool = True) -> Sample:
    words = "First picture: <image>\nSecond picture: <image>\nWhich number has it?"
    turns = [Message("user", f"{words}\nA. 1\nB. 2\nC. 3"), Message("assistant", "B. 2")]
    sample = Sample(task, "Which number has it?", "2", 1, 3, messages=turns, id=name)
    sample.options, sample.answer_index = ["1", "2", "3"], 1
    sample.params = {"match_type": cues} if cues else {}
    files = [f"media/{name}_{n}.jpg" if written else "" for n in range(2)]
    sample.media = [Medium("image", "", time, time, file) for time, file in zip((1, 3), files, strict=True)]
    return sample


def test_rows_name_both_pictures_and_cues(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    video = Timeline("a.mp4", "0a" * 12, 60.0)
    video.samples = [
        same("plain"),
        same("other", "region_name"),
        same("cued", cues="CL, SP"),
        same("bare", "", "", False),
    ]
    video.samples[-1].task = "same_object"
    stored(Path("set"), [video])
    assert run(["export", "set", "--format", "mmvm", "--out", "out.tsv"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        GOLDEN.write_bytes(Path("out.tsv").read_bytes())
    assert Path("out.tsv").read_text() == GOLDEN.read_text()
    left = [json.loads(line) for line in Path("out.tsv.left_out.jsonl").read_text().splitlines()]
    assert {one["id"]: one["reason"] for one in left} == {
        "other": "no_marked_object",
        "bare": "picture_not_written",
    }
    with Path("out.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [json.loads(row["image_path"]) for row in rows] == [
        [f"media/{name}_{n}.jpg" for n in range(2)] for name in ("plain", "cued")
    ]
    assert [json.loads(row["match_type"]) for row in rows] == [[], ["CL", "SP"]]
    table = load_dataset("csv", data_files="out.tsv", split="train", sep="\t", cache_dir=str(tmp_path / "cache"))
    assert table["index"][:] == [0, 1]
    assert table["question"][:] == ["Which number has it?\nA. 1\nB. 2\nC. 3"] * 2
    assert table["answer"][:] == ["B", "B"]
