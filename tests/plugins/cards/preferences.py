"""What is known of systems of preferences and reinforcement learning, asked of the samples of their recipes."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from made_labels import VIDEO_BENCH

from .rows import Rows, by_task, params_of


def videochat_r1(rows: Rows) -> None:
    """Eight boxes at most behind the first one; five options at most; a stretch that is a part of the video."""
    assert {row["task"] for row in rows} == {"tracking", "moment_retrieval", "qa"}
    for row in by_task(rows, "tracking"):
        boxes = row["evidence"][0]["boxes"]
        assert 1 <= len(boxes) <= 8
        assert row["answer"].count("[") == len(boxes)
    assert max(len(row["evidence"][0]["boxes"]) for row in by_task(rows, "tracking")) == 8
    assert all(3 <= len(row["options"]) <= 5 for row in by_task(rows, "qa"))
    assert all(row["evidence"][0]["end"] - row["evidence"][0]["start"] < 69 for row in rows)


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """The verdicts on *row*, which was judged in both orders by each criterion."""
    found: dict[str, Any] = json.loads(next(one["value"] for one in row["params"] if one["name"] == "judged"))
    asked = Counter((one["criterion"], one["order"]) for one in found["verdicts"])
    assert set(asked.values()) == {1}
    assert {order for _, order in asked} == {"ab", "ba"}
    for name, settled in found["settled"].items():
        said = {one["verdict"] for one in found["verdicts"] if one["criterion"] == name}
        assert not said or settled == (said.pop() if len(said) == 1 else "tie")
    return found


def video_auto_arena(rows: Rows) -> None:
    """Battles of two of three models on questions of personas, each followed by a harder one of the same persona."""
    told = {row["id"]: {one["name"]: one["value"] for one in row["params"]} for row in rows}
    assert {known["about"] for known in told.values()} == {"persona", "harder"}
    rivals = set()
    for row in rows:
        found, known = judged(row), told[row["id"]]
        assert set(found["settled"]) == {
            *("instruction_following", "accuracy", "relevance", "helpfulness", "overall"),
        }
        assert found["winner"] == found["settled"]["overall"]
        if found["winner"] == "tie":
            assert not row["rejected"]
        else:
            best = "ab".index(found["winner"])
            assert (row["answer"], row["rejected"]) == (found["replies"][best], found["replies"][1 - best])
            assert (known["chosen_source"], row["rejected_source"]) == (found["ab"[best]], found["ba"[best]])
        assert found["a"] != found["b"]
        rivals |= {found["a"], found["b"]}
        if known["about"] == "harder":
            assert told[known["sample"]]["persona"] == known["persona"]
    assert rivals == {"one", "two", "three"}


def mllm_dpo(rows: Rows) -> None:
    """Open questions; the best of up to four answers against the worst, by the mean of five marks."""
    asked = {row["question"] for row in VIDEO_BENCH if not row["options"]}
    assert {row["question"] for row in rows} <= asked
    for row in rows:
        told = params_of(row)
        replies = json.loads(told["marked_replies"])
        means = [sum(one["marks"].values()) / 5 for one in replies]
        assert 2 <= len(replies) <= 4
        assert means == sorted(means, reverse=True)
        assert means[0] - means[-1] >= 2
        assert (row["answer"], row["rejected"]) == (replies[0]["reply"], replies[-1]["reply"])
        assert {*replies[0]["marks"]} == {"helpfulness", "correctness", "coherence", "complexity", "verbosity"}
    assert rows


def right_answer(row: dict[str, Any]) -> str:
    """The words of the right answer of *row*, one of VIDEO_BENCH."""
    answer: str = row["answer"]
    return row["options"]["ABCDEF".index(answer)] if row["options"] else answer


def stic_described(rows: Rows) -> None:
    """The description stands before the question; options and answer are those that the row had, in their order."""
    kept = {row["question"]: right_answer(row) for row in VIDEO_BENCH}
    letters = Counter(row["answer_index"] for row in rows if len(row["options"]) > 1)
    assert len(letters) > 2
    assert max(letters.values()) <= letters.total() / 2, "no letter tells the answer"
    given = {row["question"]: row["options"] for row in VIDEO_BENCH}
    for row in rows:
        described, _, question = row["question"].rpartition("\n\n")
        assert row["answer"] == kept[question]
        assert row["options"] == given[question]
        assert re.fullmatch(r'What the video shows: ".{40,}"', described)
        assert row["messages"][0]["content"].startswith(row["question"])
    assert len(rows) > 5


def uve(rows: Rows) -> None:
    """Each pair of one prompt by four aspects with the sub-aspects of UVE-Bench, four verdicts."""
    criteria = Counter(given["value"] for row in rows for given in row["params"] if given["name"] == "criterion")
    assert set(criteria) <= {"tv_alignment", "static_visual_quality", "temporal_visual_quality", "dynamic_degree"}
    assert sum(criteria.values()) >= 6
    points = set()
    for row in rows:
        found = judged(row)
        points |= {name.partition(".")[2] for name in found["settled"]}
        assert {found["a"], found["b"]} == {"mochi", "sora"}
        assert row["question"].startswith(f"Both clips were made to show this: {found['prompt']}\n")
        assert row["options"][:2] == ["The first clip", "The second clip"]
        assert len(row["options"]) == 4
        best = {"a": 0, "b": 1}.get(found["winner"])
        assert row["answer_index"] == best if best is not None else row["answer_index"] > 1
        assert [medium["kind"] for medium in row["media"]] == ["clip", "clip"]
        assert len(found["videos"]) == 2
    assert points - {""} == {
        *("tv_alignment_appearance", "tv_alignment_motion", "aesthetic_quality", "technical_quality"),
        *("structural_correctness", "appearance_consistency", "flickering", "motion_naturalness"),
        *("subject_motion_degree", "camera_motion_degree", "light_change"),
    }


def uve_votes(rows: Rows) -> None:
    """What more than half of the votes say, of both videos; a draw of votes is no sample."""
    settled = {}
    for row in rows:
        (found,) = [json.loads(one["value"]) for one in row["params"] if one["name"] == "judged"]
        assert {found["a"], found["b"]} == {"mochi", "sora"}
        assert [medium["kind"] for medium in row["media"]] == ["clip", "clip"]
        assert row["options"][2:] == ["Both are equally good or strong", "Both are equally bad or weak"]
        best = {"a": 0, "b": 1}.get(found["winner"])
        assert row["answer_index"] == best if best is not None else row["answer_index"] > 1
        winner = found[found["winner"]] if best is not None else found["winner"]
        settled[params_of(row)["criterion"]] = winner, len(found["verdicts"]), row["answer"]
    assert settled.pop("dynamic_degree") == ("tie", 1, "Both are equally bad or weak")
    assert {name: said[:2] for name, said in settled.items()} == {
        "static_visual_quality": ("mochi", 3),
        "tv_alignment": ("mochi", 2),
    }


def mj_bench_video(rows: Rows) -> None:
    """Each pair of one prompt by five aspects and overall, each with a question of its own; 28 criteria."""
    asked = {params_of(row)["criterion"]: row["question"].partition("\n")[2] for row in rows}
    assert len(set(asked.values())) == len(asked) >= 5
    assert all(re.match(r"(All in all, w|W|In w)hich .*clip.*\?$", question) for question in asked.values()), asked
    points: dict[str, set[str]] = {}
    for row in rows:
        for name in judged(row)["settled"]:
            aspect, _, point = name.partition(".")
            points.setdefault(aspect, set()).update({point} - {""})
    sizes = {"alignment": 5, "safety": 6, "quality": 5, "cc": 7, "bias": 5, "overall": 0}
    assert {aspect: len(some) for aspect, some in points.items()} == sizes


CARDS = (
    videochat_r1,
    video_auto_arena,
    mllm_dpo,
    stic_described,
    uve,
    uve_votes,
    mj_bench_video,
)
