"""What is known of systems of streaming, asked of the samples of their recipes."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from .rows import Rows, by_task, params_of


def _turns(row: dict[str, Any]) -> list[tuple[str, float, str]]:
    return [(turn["role"], turn["time"], turn["content"]) for turn in row["messages"]]


def live(rows: Rows) -> None:
    """The user asks up to three questions in between, replies fall within their steps, and nobody tells a time. Some
    replies of dialogues are wrong, by words that are not of their step, and rest on nothing."""
    for row in rows:
        plan = json.loads({given["name"]: given["value"] for given in row["params"]}["stream"])
        one, turns = plan["mistake"], _turns(row)
        wrong = one["turn"] if one and one["kind"] == "other" else None
        if wrong is not None:
            assert turns[wrong][2] not in [text for _, _, text in turns[wrong + 1 : wrong + 2]]
        if one and one["sorry"]:
            assert turns[one["turn"] + (one["kind"] == "other")][2].startswith(one["sorry"])
        replies = [(time, text) for n, (role, time, text) in enumerate(turns) if role == "assistant" and n != wrong]
        assert len(replies) == len(row["evidence"])
        assert all(
            span["start"] < time <= row["duration"] for (time, _), span in zip(replies, row["evidence"], strict=True)
        )
        assert not any(re.search(r"\bseconds?\b|^\d+s", text) for _, _, text in _turns(row))
        asked = sum(role == "user" for role, _, _ in _turns(row))
        assert asked <= (1 if row["task"] == "streaming_narration" else 4)
    talks = [row for row in rows if row["task"] == "streaming_dialogue"]
    assert max(Counter(row["video"] for row in talks).values()) > 3
    assert any(sum(role == "user" for role, _, _ in _turns(row)) > 2 for row in talks)
    assert any('"kind"' in param["value"] for row in talks for param in row["params"])


def mmduet_it(rows: Rows) -> None:
    """One request, before what answers it; replies 25 to 50 % of their shot before its end."""
    several = set()
    for row in rows:
        plan = json.loads({given["name"]: given["value"] for given in row["params"]}["stream"])
        assert [role for role, _, _ in _turns(row)].count("user") == 1
        first, *replies = _turns(row)
        assert first[0] == "user"
        assert first[1] <= 10
        several |= {row["task"]} if len(replies) > 1 else set()
        last = -1.0
        for (_, time, _), span, after in zip(replies, row["evidence"], plan["after"], strict=True):
            start, end = span["start"], span["end"] + after
            assert 0.249 <= (end - time) / (end - start) <= 0.501 or time - last == pytest.approx(1), "or after the gap"
            last = time
    assert several == {"dense_video_captioning", "multi_answer_grounded_qa"}


def rtv_bench(rows: Rows) -> None:
    """Two to four times a question, with the same options and another letter each time; nothing later is shown."""
    groups: dict[str, Rows] = {}
    for row in rows:
        assert 2 <= len(row["options"]) <= 4
        assert row["seen_end"] == float(params_of(row)["asked_at"])
        if row["group"]:
            groups.setdefault(row["group"], []).append(row)
    assert len(groups) >= 3
    for asked in (
        one for one in groups.values() if one[0]["task"] != "counting" and params_of(one[0])["level"] != "basic"
    ):
        assert 2 <= len(asked) <= 4
        assert len({(row["question"], *row["options"]) for row in asked}) == 1
        assert len({row["answer_index"] for row in asked}) == len({row["seen_end"] for row in asked}) == len(asked)
    assert {row["task"] for row in rows} >= {"scene_perception", "temporal_perception", "future_prediction", "counting"}
    by_id = {row["id"]: row for row in rows}
    first = {row["group"]: min(one["seen_end"] for one in rows if one["group"] == row["group"]) for row in rows}
    for row in rows:
        basic = [by_id[name] for name in json.loads(params_of(row).get("requires", "[]"))]
        assert len({one["id"] for one in basic}) == (0 if params_of(row)["level"] == "basic" else 2)
        assert all(params_of(one)["level"] == "basic" and one["video"] == row["video"] for one in basic)
        soon = first[row["group"]] if row["group"] else row["seen_end"]
        early = {
            one["id"]
            for one in rows
            if params_of(one)["level"] == "basic" and one["video"] == row["video"] and one["seen_end"] <= soon
        }
        late = [one["id"] for one in basic if one["id"] not in early]
        assert not late or early <= {one["id"] for one in basic}, "a later one where there are too few"


def ovbench(rows: Rows) -> None:
    """Two to four candidates; the evidence lies before, at or after the moment, as the type says."""
    for row in rows:
        told, time = params_of(row), row["seen_end"]
        assert 2 <= len(row["options"]) <= 4
        assert row["seen_start"] == 0
        sides = (
            {span["start"] >= time for span in row["evidence"]},
            {span["end"] <= time + 0.05 for span in row["evidence"]},
        )
        assert sides == (({True}, {False}) if told["answer_type"] == "future prediction" else ({False}, {True})), row
    types = {params_of(row)["answer_type"] for row in rows}
    boxes = {"spatial perception", "spatio-temporal perception"}
    strangers = {"hallucination"} if len({row["video"] for row in rows}) > 1 else set()
    assert types == {"past memory", "temporal perception", "future prediction"} | boxes | strangers
    for row in by_task(rows, "position_ago"):
        (box,) = row["evidence"][0]["boxes"]
        assert row["seen_end"] - box["time"] == pytest.approx(1 if "1 second" in row["question"] else 2, abs=0.11)


def streaming_bench(rows: Rows) -> None:
    """Four options at a moment, of the last 60 s; what is to be said has the time at which it is due; a chain goes on
    with what has come since, behind its questions and answers so far."""
    linked = by_task(rows, "sequential_question_answering")
    for before, row in pairwise(linked):
        if row["group"] == before["group"]:
            assert row["seen_end"] > before["seen_end"]
            assert row["messages"][: len(before["messages"])] == before["messages"]
            assert max(span["end"] for span in row["evidence"]) > before["seen_end"]
    for row in rows:
        assert row["seen_end"] - row["seen_start"] <= 75.5
        times = [turn["time"] for turn in row["messages"]]
        if row["task"] == "proactive_output":
            assert times[0] < times[1] == row["seen_end"]
            assert row["options"] == []
        else:
            assert len(row["options"]) == 4 or row["task"] == "counting_so_far"
            assert times == [None] * (len(times) if row in linked else 2)
            later = [span for span in row["evidence"] if span["end"] > row["seen_end"] + 0.05]
            assert bool(later) == (row["task"] == "prospective_reasoning")


CARDS = (
    live,
    mmduet_it,
    rtv_bench,
    ovbench,
    streaming_bench,
)
