"""Benchmarks of questions at a moment, in their authors' files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.schemas import Message, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.prerequisites import Prerequisites
from vdata.stages.instruct.by_rule.tasks import Tasks

Store = Callable[[Path, Iterable[Timeline]], Path]
ACTS = [(0, 6, "pour"), (6, 11, "stir"), (12, 18, "serve"), (19, 26, "cut")]


def template(name: str, moment: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "of": "acts", "moment": moment, "ask": f"{name}?", "answer": "{label}", **more}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Store) -> Path:
    """What goes on now at 8, 16 and 24 s, with options, and what is due next; a question about the whole video."""
    monkeypatch.chdir(tmp_path)
    video = Timeline("v.mp4", make_id("v"), 30.0)
    video.put("acts", [Span(start, end, label=label) for start, end, label in ACTS])
    now = template("now", "now", options={"from": "same_lane", "count": 3}, attributes={"type": "Action-TP"})
    told = [now, template("tell", "due", ask="Say {label} when it comes.")]
    asked = {"at": {"every": 8, "context": 9}, "repeated": "differ"}
    Tasks.model_validate({**asked, "tasks": told[:1]}).run(video)
    Tasks.model_validate({**asked, "repeated": "once", "tasks": told[1:], "per_task": 1}).run(video)
    Tasks(of=["acts"], tasks=["moment_retrieval"], per_task=1, kinds={"acts": "label"}).run(video)
    assert [one.task for one in video.samples] == ["now", "now", "now", "tell", "moment_retrieval"]
    return stored(tmp_path / "set", [video])


def exported(folder: Path, name: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows, and what was left out by reason."""
    assert run(["export", str(folder), "--format", name, "--out", f"{name}.json"]) == 0
    left: dict[str, int] = {}
    noted = Path(f"{name}.json.left_out.jsonl")
    for line in noted.read_text().splitlines() if noted.exists() else ():
        reason = json.loads(line)["reason"]
        left[reason] = left.get(reason, 0) + 1
    return json.loads(Path(f"{name}.json").read_text()), left


def test_ovbench_has_the_moment_and_what_may_be_shown(small: Path) -> None:
    rows, left = exported(small, "ovbench")
    assert [(row["start"], row["middle_frame_timestamp"], row["end"]) for row in rows] == [
        (0, 8, 8),
        (7, 16, 16),
        (15, 24, 24),
    ]
    assert [row["answer"] for row in rows] == ["stir", "serve", "cut"]
    assert all(row["answer"] in row["candidates"] and len(row["candidates"]) == 3 for row in rows)
    assert {row["answer_type"] for row in rows} == {"now"}
    assert left == {"no_options": 1, "not_asked_at_a_time": 1}


def test_rtv_bench_counts_the_times_of_a_question(small: Path) -> None:
    rows, left = exported(small, "rtv_bench")
    assert [row["questionID"] for row in rows] == [f"q-group-0-2-option{n}" for n in range(3)]
    assert [row["end_time"] for row in rows] == [8, 16, 24]
    assert [row["options"][row["answer"]] for row in rows] == ["stir", "serve", "cut"]
    assert {row["type"] for row in rows} == {"Action-TP"}
    assert left == {"no_options": 1, "not_asked_at_a_time": 1}


def test_rtv_bench_has_the_basic_questions_of_each_group_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Store
) -> None:
    monkeypatch.chdir(tmp_path)
    videos = []
    for name in ("v", "w"):
        video = Timeline(f"{name}.mp4", make_id(name), 30.0)
        video.put("acts", [Span(start, end, label=label) for start, end, label in ACTS])
        options = {"from": "same_lane", "count": 3}
        asked = template("now", "now", options=options)
        basic = [template(one, "last", options=options, attributes={"level": "basic"}) for one in ("ended", "over")]
        Tasks.model_validate({"at": {"every": 8}, "repeated": "differ", "tasks": [asked]}).run(video)
        Tasks.model_validate({"at": {"every": 15}, "repeated": "once", "tasks": basic}).run(video)
        Prerequisites().run(video)
        videos.append(video)
    rows, left = exported(stored(tmp_path / "set", videos), "rtv_bench")
    assert left == {}
    ids = ["0-option0", "1-option0", *(f"2-option{n}" for n in range(3))]
    assert [row["questionID"] for row in rows] == [f"q-group-{group}-{one}" for group in (0, 1) for one in ids]
    assert {row["question"] for row in rows[:2]} == {"ended?", "over?"}
    assert {row["question"] for row in rows[2:5]} == {"now?"}
    assert len({(row["video"], row["questionID"][:9]) for row in rows}) == 2


def test_streaming_bench_has_stretches_with_their_questions(small: Path) -> None:
    rows, left = exported(small, "streaming_bench")
    assert [row["time"] for row in rows[:3]] == ["[0:00:00 - 0:00:08]", "[0:00:07 - 0:00:16]", "[0:00:15 - 0:00:24]"]
    (first,) = rows[0]["questions"]
    assert (first["task_type"], first["time_stamp"], first["required_ability"]) == ("now", "00:00:08", "working memory")
    assert f"{first['answer']}. stir" in first["options"]
    (due,) = rows[3]["questions"]
    assert due["ground_truth_output"] in ("serve", "cut")
    assert due["time_stamp"] < due["ground_truth_time_stamp"]
    assert "options" not in due
    assert left == {"not_asked_at_a_time": 1}


def test_chains_are_lists_with_an_entry_for_each_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Store
) -> None:
    monkeypatch.chdir(tmp_path)
    video = Timeline("v.mp4", make_id("v"), 40.0)
    for chain, links in (("a", 3), ("b", 2)):
        turns: list[Message] = []
        for n in range(1, links + 1):
            turns = [*turns, Message("user", f"{chain}{n}?\nA. yes\nB. no\nC. so"), Message("assistant", "A. yes")]
            one = Sample("chain", f"{chain}{n}?", "yes", 0, 10 * n, params={"link": str(n)}, messages=turns)
            one.options, one.answer_index, one.group, one.id = ["yes", "no", "so"], 0, chain, f"{chain}{n}"
            one.seen_start, one.seen_end = 0.0, 10.0 * n
            video.samples.append(one)
    video.samples.append(replace(video.samples[0], id="alone", params={}, group=""))
    found, left = exported(stored(tmp_path / "set", [video]), "streaming_bench_sequential")
    rows: list[Any] = [*found]
    told = [[(entry["time"], entry["questions"][0]["question"]) for entry in row] for row in rows]
    assert told == [
        [("[0:00:00 - 0:00:10]", "a1?"), ("[0:00:00 - 0:00:20]", "a2?"), ("[0:00:00 - 0:00:30]", "a3?")],
        [("[0:00:00 - 0:00:10]", "b1?"), ("[0:00:00 - 0:00:20]", "b2?")],
    ]
    assert rows[0][2]["questions"][0]["time_stamp"] == "00:00:30"
    assert rows[0][2]["questions"][0]["answer"] == "A"
    assert left == {"in_no_chain": 1}
    (plain,), left = exported(tmp_path / "set", "streaming_bench")
    assert [one["question"] for one in plain["questions"]] == ["a1?"]
    assert left == {"in_a_chain": 5}
