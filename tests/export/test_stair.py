"""STAIR's layout: the golden file, and programs that are read back as its modules are (so many arguments each)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from scene_graphs import graphs

from vdata.cli import run
from vdata.schemas import Sample, Timeline
from vdata.stages.instruct.by_rule.program_questions import ProgramQuestions

GOLDEN = Path(__file__).parent / "golden" / "stair.jsonl"
ARGUMENTS = {"And": 2, "Xor": 2, "Compare": 3, "Equals": 2, "Exists": 2, "Filter": 2, "Localize": 2, "Count": 1}
ARGUMENTS |= {"Query": 1, "Superlative": 3, "Choose": 3, "Temporal": 3}
"""Of each module, as STAIR's parser counts them; Count and Compare are ours."""


def read(modules: list[str]) -> Any:
    """The program that *modules* in prefix order are, as nested lists."""
    word = modules.pop(0)
    return [word, *(read(modules) for _ in range(ARGUMENTS[word]))] if word in ARGUMENTS else word


def as_stair(node: Any) -> Any:
    """Our program *node* without whom it is about."""
    match node:
        case str():
            return node
        case ["Video"]:
            return "video"
        case ["Localize", _, action]:
            return ["Localize", "video", action]
        case ["Temporal", mode, event]:
            return ["Temporal", mode, "video", as_stair(event)]
        case ["Filter", within, _, relation]:
            return ["Filter", as_stair(within), relation]
    return [node[0], *map(as_stair, node[1:])]


@pytest.fixture
def exported(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], list[Sample]]:
    """The rows, and the samples that they are of."""
    monkeypatch.chdir(tmp_path)
    stage, videos = ProgramQuestions(per_video=5), graphs(40)
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    for video in videos:
        stage.apply(video, verdicts.get(video.id))
    samples = {one.task: one for video in videos for one in video.samples}
    for video in videos:
        video.samples = [one for one in video.samples if samples[one.task] is one]
    videos[0].samples.append(Sample("who", "Who?", "Ada.", 0.0, 1.0))
    stored(tmp_path / "set", videos)
    assert run(["export", "set", "--format", "stair", "--out", "out.jsonl"]) == 0
    left = [json.loads(line) for line in Path("out.jsonl.left_out.jsonl").read_text().splitlines()]
    assert [one["reason"] for one in left] == ["no_program"]
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    return rows, [one for video in videos for one in video.samples if one.task != "who"]


def test_the_file_is_the_golden_one(exported: tuple[list[Any], list[Sample]]) -> None:
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        GOLDEN.write_bytes(Path("out.jsonl").read_bytes())
    assert Path("out.jsonl").read_text() == GOLDEN.read_text()


def test_programs_are_read_back_and_every_step_is_that_of_a_module(exported: tuple[list[Any], list[Sample]]) -> None:
    rows, samples = exported
    assert len(rows) == len(samples) == 15
    by_id = {one.id: one for one in samples}
    for row in rows:
        sample = by_id[row["qa_id"]]
        left = list(row["nmn_program"])
        assert read(left) == as_stair(json.loads(sample.params["program"]))
        assert left == []
        steps = {row["nmn_program"][int(key)]: value for key, value in row["sg_res_by_step"].items()}
        modules = [word for word in row["nmn_program"] if word in ARGUMENTS]
        assert len(row["sg_res_by_step"]) == len(modules)
        assert steps.keys() == set(modules)
        assert [n for n in row["nmn_program_idx"] if n is not None] == sorted(map(int, row["sg_res_by_step"]))
        last = row["sg_res_by_step"]["0"]
        assert ({True: "yes", False: "no"}[last] if isinstance(last, bool) else str(last)) == row["answer"]
        for word, (first, end) in row["nmn_program_span_by_char"].items():
            assert row["question"][first : end + 1].lower() == word.lower()
