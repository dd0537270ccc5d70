"""Rows of long texts: T2Vid's pages as pictures, and T3's questions as text alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.schemas.arrow import samples_table
from vdata.schemas.sample import Frame

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def texts(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Timeline:
    """A text of two pages: a question on it, two turns, one without pictures, a pair, and two that are text alone."""
    monkeypatch.chdir(tmp_path)
    pages = [Frame("media/0a/000000.jpg", 0), Frame("media/0a/001000.jpg", 1)]
    turns = [Message("user", "Where did it lie?"), Message("assistant", "At Old Quay.")]
    cited = [Evidence(0, 2, "questions", "At Old Quay.", "s1")]
    asked = Sample("qa", "Where did it lie?", "At Old Quay.", 0, 2, cited, {"rule": ""}, messages=turns, frames=pages)
    more = [*turns, Message("user", "Until when?"), Message("assistant", "Until the tide turned.")]
    alone = replace(asked, task="event_order", params={"media": "none"}, frames=[])
    video = Timeline("media/0a.mp4", "0a" * 12, 2.0)
    video.samples = [
        asked,
        replace(asked, messages=more),
        replace(asked, frames=[]),
        replace(asked, rejected="At sea.", rejected_source="best_of"),
        alone,
        replace(alone, messages=[Message("system", "Be brief."), *turns]),
    ]
    for number, sample in enumerate(video.samples):
        sample.id = f"0-{number}"
    stored(tmp_path / "set", [video])
    write_table(samples_table([video], "frames"), tmp_path / "set/data/train-00000.parquet")
    return video


@pytest.mark.parametrize(
    ("name", "suffix", "left"),
    [
        ("t2vid", ".json", {"no_pictures": 1, "preference_pair": 1, "text_only": 2}),
        ("t3", ".jsonl", {"shows_a_video": 4}),
    ],
)
@pytest.mark.usefixtures("texts")
def test_the_rows_are_those_of_the_authors(
    name: str, suffix: str, left: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    out, golden = Path(f"out{suffix}"), GOLDEN / f"{name}{suffix}"
    assert run(["export", "set", "--format", name, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert all(f"{reason} {count}" in said for reason, count in left.items())
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_each_picture_has_its_mark_before_the_question(texts: Timeline) -> None:
    assert run(["export", "set", "--format", "t2vid", "--out", "out.json"]) == 0
    one, two = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert list(one["image"].values()) == [frame.file for frame in texts.samples[0].frames]
    assert one["conversations"][0]["content"] == "".join(f"{mark}\n" for mark in one["image"]) + "Where did it lie?"
    assert [turn["role"] for turn in two["conversations"]] == ["user", "assistant"] * 2
    assert not any(mark in turn["content"] for turn in two["conversations"][1:] for mark in two["image"])


@pytest.mark.usefixtures("texts")
def test_datasets_reads_the_chats(tmp_path: Path) -> None:
    from datasets import load_dataset

    assert run(["export", "set", "--format", "t3", "--out", "out.jsonl"]) == 0
    rows = load_dataset("json", data_files="out.jsonl", split="train", cache_dir=str(tmp_path / "cache")).to_list()
    assert rows == [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [turn["from"] for turn in rows[1]["conversations"]] == ["system", "human", "gpt"]
