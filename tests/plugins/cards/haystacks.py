"""What is known of systems of haystacks and forms, asked of the samples of their recipes."""

from __future__ import annotations

import re
from pathlib import Path

from .rows import Rows, by_task, params_of


def mmbench_circular(rows: Rows) -> None:
    """As many rows of a question as it has options, each of them right under another letter, in the same cycle."""
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    for turns in groups.values():
        assert sorted(row["answer_index"] for row in turns) == list(range(len(turns[0]["options"])))
        cycles = {"|".join(sorted(["|".join(row["options"][n:] + row["options"][:n]) for n in range(len(turns))]))
                  for row in turns}  # fmt: skip
        assert len(cycles) == 1, "they are shifts of one another"


def mmstar(rows: Rows) -> None:
    """Every question was asked without the video, and none that was answered is there."""
    assert rows
    for row in rows:
        assert row["options"]
        assert [check["verdict"] for check in row["checks"] if check["check"] == "blind"] == ["pass"]


def videoeval_pro(rows: Rows) -> None:
    """Each open question has five words for an answer at most, and its multiple choice beside it."""
    choice = {row["question"].partition("\n")[0]: row["answer"] for row in rows if row["options"]}
    openly = {row["question"]: row["answer"] for row in rows if not row["options"]}
    assert openly
    assert openly.items() <= choice.items()
    assert all(len(answer.split()) <= 5 for answer in openly.values())


def video_reason_bench(rows: Rows) -> None:
    """At most six questions of a video, one of each kind, on three levels; the state is seen at one end alone."""
    by_video: dict[str, Rows] = {}
    for row in rows:
        by_video.setdefault(row["video"], []).append(row)
    levels = {"recall", "inference", "prediction"}
    for asked in by_video.values():
        assert len({row["task"] for row in asked}) == len(asked) >= 4
        told = [{one["name"]: one["value"] for one in row["params"]} for row in asked]
        assert {one["level"] for one in told} == levels
        assert {one["shown"] for one in told} <= {"start", "end"}
        assert all(5 <= int(one["play_moves"]) <= 14 for one in told)
        assert all([item["lane"] for item in row["evidence"]].count("states") == 1 for row in asked)


def lv_haystack(rows: Rows) -> None:
    """Each question has options A to E and a question for its key frames, with a time for each of them."""
    asked, frames = by_task(rows, "qa"), by_task(rows, "key_moments")
    assert len(asked) == len(frames) > 2
    by_group = {row["group"]: row for row in asked}
    for row in frames:
        question = by_group[row["group"]]
        told = {given["name"]: given["value"] for given in question["params"]}
        assert float(told["frame_rate"]) > 0
        times = [float(time) for time in re.findall(r"\d+\.\d", row["answer"])]
        middles = [(span["start"] + span["end"]) / 2 for span in question["evidence"]]
        assert times == [round(middle, 1) for middle in sorted(middles)]
        assert len(question["options"]) in (2, 5)


def v2pe(rows: Rows) -> None:
    """All pictures of a set before each question, which says the number of the one that it is about; any of them is."""
    assert len(rows) == 9
    for row in rows:
        told = params_of(row)
        asked = row["messages"][0]["content"]
        *shown, words = re.split(r"Image \d+: <image>\n", asked)
        assert shown == [""] * len(row["media"])
        assert re.findall(r"\bImage (\d+)\b", words) == [told["part"]]
        assert row["media"][int(told["part"]) - 1]["video"] == told["part_uri"]
        assert (
            len({one["video"] for one in row["media"]})
            == len(row["media"])
            == (6 if "bikes" in told["part_uri"] else 5)
        )
        assert len({Path(one["video"]).stem.partition("_")[0] == "bikes" for one in row["media"]}) == 1
        assert all(one["kind"] == "image" for one in row["media"])
        assert (row["evidence"][0]["start"], row["evidence"][0]["end"]) == (int(told["part"]) - 1, int(told["part"]))
        assert row["question"] in asked
        assert all(f". {option}" in asked for option in row["options"])
    assert sum(len(row["options"]) == 3 for row in rows) == 3
    assert len({params_of(row)["part"] for row in rows}) >= 3
    assert any(params_of(row)["part"] != str(len(row["media"])) for row in rows)


CARDS = (
    mmbench_circular,
    mmstar,
    videoeval_pro,
    video_reason_bench,
    lv_haystack,
    v2pe,
)
