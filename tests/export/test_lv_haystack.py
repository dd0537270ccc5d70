"""CG-Bench's and LV-Haystack's rows: what people have marked comes out as it went in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.schemas.sample import FRAME_RATE
from vdata.stages.labels.kinds.qa import Qa


def asked(*spans: tuple[float, float], **params: str) -> Sample:
    evidence = [Evidence(start, end, "questions", "a red ball") for start, end in spans]
    turns = [Message("user", "What bounces?\nA. a red ball\nB. a hat"), Message("assistant", "A. a red ball")]
    sample = Sample("perception", "What bounces?", "a red ball", 0, 60, evidence, params, messages=turns, id="0c" * 12)
    sample.options, sample.answer_index = ["a red ball", "a hat"], 0
    return sample


def test_rows_are_those_of_the_authors_and_come_back(
    stored: Callable[[Path, Iterable[Timeline]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    video = Timeline("long/kitchen.mp4", "0a" * 12, 60.0)
    rated = {FRAME_RATE: "25", "domain": "life", "sub_category": "objects"}
    whole = asked((12.0, 14.0), (50.0, 50.0), **rated)
    video.samples = [
        whole,
        replace(asked((3, 4)), id="1c" * 12),  # without a rate
        replace(asked(), id="2c" * 12),  # without evidence
        replace(asked((3, 4), **rated), options=[], answer_index=None, id="3c" * 12),
    ]
    stored(tmp_path / "set", [video])
    assert run(["export", "set", "--format", "lv_haystack", "--out", "lv.json"]) == 0
    said = capsys.readouterr().out
    assert all(f"{reason} 1" in said for reason in ("no_frame_rate", "no_evidence", "no_options"))
    (row,) = json.loads(Path("lv.json").read_text())
    assert row["options"] == {"A": "a red ball", "B": "a hat"}
    assert row["answer"] == "A"
    assert row["frame_indexes_video"] == row["frame_indexes_vclip"] == [325, 1250]
    assert row["video_metadata"]["frame_rate"] == 25
    assert row["video_metadata"]["CLIP-reference-interval"] == [[12, 14], [50, 50]]
    assert run(["export", "set", "--format", "cg_bench", "--out", "cg.json"]) == 0
    row = json.loads(Path("cg.json").read_text())[0]
    assert row["clue_intervals"] == [[12, 14], [50, 50]]
    assert (row["right_answer"], row["choices"][0]) == ("A", row["answer"])
    assert (row["domain"], row["sub_category"], row["duration"]) == ("life", "objects", 60)
    labels = Qa.model_validate({"path": "cg.json", "attributes": ["domain", "sub_category"]})
    (read,) = labels.read(Path("cg.json").read_bytes())
    back = read.samples[0].sample
    assert (back.question, back.options, back.answer_index) == (whole.question, whole.options, 0)
    assert [(one.start, one.end) for one in back.evidence] == [(12, 14), (50, 50)]
    assert back.params["domain"] == "life"
