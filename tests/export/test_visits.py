"""MMXU's rows: a golden file, and what has no place in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from datasets import load_dataset

from vdata.cli import run
from vdata.schemas import Box, Evidence, Medium, Message, Sample, Timeline

GOLDEN = Path(__file__).parent / "golden" / "mmxu.json"


def change(name: str, options: list[str], *told: tuple[float, str], shown: int = 2) -> Sample:
    marks = "".join(f"Image {n + 1}: <image>\n" for n in range(shown))
    turns = [Message("user", f"{marks}How has the lung changed?"), Message("assistant", "It is clear now.")]
    cited = [Evidence(at, at + 1, "regions", text, boxes=[Box(at, 0.1, 0.2, 0.35, 0.80004)]) for at, text in told]
    sample = Sample("region_change", "How has the lung changed?", "It is clear now.", 0, 2, cited, messages=turns)
    sample.id, sample.options = name, options
    sample.answer_index = options.index(sample.answer) if options else None
    sample.params = {"label": "left lung", "change": "better"}
    sample.rationale = "The shadow is gone."
    sample.media = [Medium("image", f"visit_{n + 1}.png") for n in range(shown)]
    return sample


def test_rows_name_the_current_and_the_earlier_picture(
    stored: Callable[[Path, Iterable[Timeline]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    both = ((0.0, "a shadow"), (1.0, "clear"))
    options = ["It is as before.", "It is clear now.", "It is worse."]
    video = Timeline("visits.json", "0a" * 12, 2.0)
    video.samples = [
        change("two", options, *reversed(both)),
        change("three", options, *both, (2.0, "clear"), shown=3),
        change("open", [], *both),
        change("one", options, both[0], shown=1),
        change("one_visit", options, both[0]),
        change("twice", options, both[0], (0.0, "a line")),
    ]
    stored(Path("set"), [video])
    assert run(["export", "set", "--format", "mmxu", "--out", "out.json", "--media-root", "xrays"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        GOLDEN.write_bytes(Path("out.json").read_bytes())
    assert Path("out.json").read_text() == GOLDEN.read_text()
    left = [json.loads(line) for line in Path("out.json.left_out.jsonl").read_text().splitlines()]
    assert {one["id"]: one["reason"] for one in left} == {
        "open": "no_options",
        "one": "no_two_pictures",
        "one_visit": "no_region_in_each_picture",
        "twice": "no_region_in_each_picture",
    }
    rows = load_dataset("json", data_files="out.json", split="train", cache_dir=str(tmp_path / "cache")).to_list()
    assert rows == json.loads(Path("out.json").read_text())
