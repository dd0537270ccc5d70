"""Replies with the marks of a judge, for training that is conditioned on them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from datasets import load_dataset

from vdata.cli import run
from vdata.rules.marked_replies import MARKED, MarkedReply, marked_text
from vdata.schemas import Message, Sample, Timeline

GOLDEN = Path(__file__).parent / "golden" / "steerlm.jsonl"
Store = Callable[[Path, Iterable[Timeline]], Path]
REPLIES = [
    MarkedReply("It rains.", {"correctness": 9, "verbosity": 8}),
    MarkedReply("Wet, I think.", {"correctness": 6, "verbosity": 7}),
    MarkedReply("No idea.", {"correctness": 1, "verbosity": 10}),
]


def marked(name: str, replies: list[MarkedReply], rejected: str = "No idea.") -> Sample:
    turns = [Message("user", "Why?"), Message("assistant", "It rains.")]
    params = {MARKED: marked_text(replies)} if replies else {}
    return Sample("preference", "Why?", "It rains.", 0, 60, [], params, messages=turns, rejected=rejected, id=name)


def test_every_marked_reply_is_a_row_the_best_first(
    stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    video = Timeline("a.mp4", "0a" * 12, 60.0)
    odd = [REPLIES[0], MarkedReply("<video> so", {"correctness": 1, "verbosity": 1})]
    video.samples = [
        marked("three", REPLIES),
        marked("spoiled", []),
        marked("plain", [], ""),
        marked("placeholder", odd),
    ]
    folder = stored(Path("set"), [video])
    assert run(["export", str(folder), "--format", "steerlm", "--out", "out.jsonl"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        GOLDEN.write_bytes(Path("out.jsonl").read_bytes())
    assert Path("out.jsonl").read_text() == GOLDEN.read_text()
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    cache = str(tmp_path / "cache")
    assert load_dataset("json", data_files="out.jsonl", split="train", cache_dir=cache).to_list() == rows
    assert rows[0] == {
        "system": "",
        "mask": "User",
        "type": "VALUE_TO_TEXT",
        "conversations": [
            {"from": "User", "value": "<video>\nWhy?", "label": None},
            {"from": "Assistant", "value": "It rains.", "label": "correctness:9,verbosity:8"},
        ],
        "video": "a.mp4",
    }
    assert [row["conversations"][-1]["label"] for row in rows] == [
        "correctness:9,verbosity:8",
        "correctness:6,verbosity:7",
        "correctness:1,verbosity:10",
    ]
    left = [json.loads(line)["reason"] for line in Path("out.jsonl.left_out.jsonl").read_text().splitlines()]
    assert Counter(left) == {"not_marked": 1, "no_preference_pair": 1, "placeholder_in_text": 1}
