"""What is known of benchmarks of multiple choice that a teacher writes, asked of the samples of their recipes."""

from __future__ import annotations

import re
from collections import Counter

from .rows import Rows, at_most, by_task, by_video, letters_by_chance, times_alone


def videochat(rows: Rows) -> None:
    """More descriptions than conversations, of seven to four; each of all of the video, or of several turns."""
    told, talks = by_task(rows, "captioning"), by_task(rows, "conversation")
    at_most(rows, {"captioning": 1, "conversation": 1})
    assert len(told) >= len(talks) >= 1
    assert all((row["start"], row["end"]) == (0, row["duration"]) for row in told)
    for row in talks:
        assert len(row["messages"]) >= 4
        assert {one["lane"] for one in row["evidence"]} <= {"captions", "frame_captions", "speech"}


def valley(rows: Rows) -> None:
    """Three kinds, of descriptions alone: three conversations of several turns at most, two reasonings, one telling."""
    at_most(rows, {"conversation": 3, "complex_reasoning": 2, "detail_description": 1})
    assert {one["lane"] for row in rows for one in row["evidence"]} == {"true_events"}
    for row in rows:
        turns = len(row["messages"]) // 2
        assert 2 <= turns <= 4 if row["task"] == "conversation" else turns == 1
        assert not row["options"]


ACTIONS = ("action_recognition", "action_location", "action_sequence", "action_prediction", "action_count")
EVENTS = ("brief_description", "detailed_description", "event_location", "event_description", "event_sequence")
OBJECTS = (
    *("objects_existence", "objects_count", "objects_temporal_location", "objects_spatial_location"),
    *("objects_spatial_tracking", "objects_temporal_relation", "objects_spatial_relation"),
    "optical_character_recognition",
)
REASONING = ("counterfactual_reasoning", "commonsense_reasoning", "causal_reasoning")


def videovista(rows: Rows) -> None:
    """Four options and two questions of a kind at most, about one to two minutes; of reasoning there are the fewest."""
    at_most(rows, dict.fromkeys((*ACTIONS, *EVENTS, *OBJECTS, *REASONING), 2))
    letters_by_chance(rows)
    shares = [sum(row["task"] in kind for row in rows) for kind in (OBJECTS, ACTIONS, EVENTS, REASONING)]
    assert shares[0] == max(shares)
    assert shares[3] == min(shares)
    for row in rows:
        assert len(row["options"]) == 4
        assert 60 <= row["duration"] <= 120, "the first band"
        if row["task"] in ("action_location", "event_location", "objects_temporal_location"):
            assert times_alone(row["options"])
        if row["task"] in ("action_sequence", "event_sequence"):
            assert {"".join(sorted(re.findall(r"\d", text))) for text in row["options"]} in (
                {"123"},
                {"1234"},
                {"12345"},
            )
        if row["task"] == "action_count":
            assert all(text.isdigit() for text in row["options"])
        assert (row["seen_end"] is not None) == (row["task"] == "action_prediction")


def allvb(rows: Rows) -> None:
    """Nine tasks with five options: of the whole film, of one sub-plot, or of one picture."""
    of_plots = ("scene_recognition", "action_recognition", "event_detection", "video_emotion_recognition")
    of_pictures = ("object_detection_and_tracking", "needle_in_a_haystack")
    whole = {"video_classification": 3, "video_captioning": 3}
    at_most(rows, {**dict.fromkeys((*of_plots, *of_pictures, "temporal_action_localization"), 25), **whole})
    assert len({row["task"] for row in rows}) == 9
    letters_by_chance(rows)
    for row in rows:
        assert len(row["options"]) == 5
        (lane,) = {one["lane"] for one in row["evidence"]}
        assert lane == ("moments" if row["task"] in of_pictures else "plots")
        assert len(row["evidence"]) == 1 or row["task"] in whole
        assert (row["task"] == "temporal_action_localization") == times_alone(row["options"])


def mvbench(rows: Rows) -> None:
    """Three to five options; three questions of a kind and clip at most; short clips; each letter right equally often
    over all videos, of each task and of each number of options."""
    letters: dict[tuple[str, int], Counter[int]] = {}
    for row in rows:
        letters.setdefault((row["task"], len(row["options"])), Counter())[row["answer_index"]] += 1
    for (task, size), right in letters.items():
        times = [right[n] for n in range(size)]
        assert max(times) - min(times) <= 1, task
    given = {
        "object_existence": {"yes", "no", "not sure"},
        "moving_count": {"0", "1", "2", "3"},
        "egocentric_navigation": {"stop", "move forward", "turn left and move forward", "turn right and move forward"},
    }
    for own in by_video(rows).values():
        assert all(len(by_task(own, task)) <= 3 for task in {row["task"] for row in own})
    for row in rows:
        assert 3 <= len(row["options"]) <= 5, row
        assert 2 <= row["duration"] <= 90
        assert set(row["options"]) == given.get(row["task"], set(row["options"]))
        if row["task"] == "action_localization":
            assert times_alone(row["options"])
        if row["task"] == "action_antonym":
            assert "not sure" in row["options"]
            assert row["answer"] != "not sure"
        assert (row["seen_end"] is not None) == (row["task"] == "action_prediction")


def favor_bench(rows: Rows) -> None:
    """Six kinds with five options, single motions the most and others' the least; the camera from its own notes; each
    asked without the video and of one frame."""
    two, one = ("action_sequence", "single_action_detail", "multiple_action_details"), (
        "holistic_action_classification", "camera_motion", "non_subject_motion")  # fmt: skip
    choices = [row for row in rows if row["task"] != "captioning"]
    at_most(choices, {**dict.fromkeys(two, 2), **dict.fromkeys(one, 1)})
    letters_by_chance(choices)
    assert all(len(by_task(choices, "single_action_detail")) >= len(by_task(choices, task)) for task in one)
    for row in choices:
        assert len(row["options"]) == 5
        lanes = {item["lane"] for item in row["evidence"]}
        assert lanes <= ({"true_camera"} if row["task"] == "camera_motion" else {"true_events", "subjects"})
        assert [check["verdict"] for check in row["checks"] if check["check"] == "blind"] == ["pass"]
    assert all(not row["options"] for row in by_task(rows, "captioning"))


def video_holmes(rows: Rows) -> None:
    """Seven types with six options and an explanation each; orders are of five events, and no question names a time."""
    two = ("social_reasoning", "intention_and_motive_chaining", "temporal_causal_inference")
    few = {"multimodal_hint_reasoning": 3, "physical_anomaly_reasoning": 2, "core_theme_inference": 1}
    at_most(rows, {**dict.fromkeys(two, 2), **few, "timeline_analysis": 1})
    assert len({row["task"] for row in rows}) == 7
    letters_by_chance(rows)
    of = {"multimodal_hint_reasoning": "clues", "physical_anomaly_reasoning": "supernatural"}
    for row in rows:
        assert len(row["options"]) == 6
        assert row["rationale"]
        asked = row["question"].partition("\n")[0]
        assert not re.search(r"\d:\d\d|seconds|\d s\b", asked)
        assert {item["lane"] for item in row["evidence"]} == {of[row["task"]]} if row["task"] in of else row["evidence"]
        if row["task"] == "timeline_analysis":
            assert {"".join(sorted(re.findall(r"\d", text))) for text in row["options"]} == {"12345"}


def mmr_v(rows: Rows) -> None:
    """Ten options, of which one is the answer that was there; the question is as people asked it."""
    letters_by_chance(rows)
    for row in rows:
        assert row["teacher"] == "imported"
        assert len({option.casefold() for option in row["options"]}) == 10
        assert row["options"][row["answer_index"]] == row["answer"]
        assert row["messages"][0]["content"].startswith(row["question"].partition("\n")[0])


OPEN = ("text_recognition", "attribute_based_recognition", "translation")


def mme_videoocr(rows: Rows) -> None:
    """Recognition and translation are open, the rest has four options, or the three parts of a picture; what is read
    stands in what was read."""
    letters_by_chance(rows)
    for own in by_video(rows).values():
        for task in {row["task"] for row in own}:
            assert len(by_task(own, task)) <= (3 if task.endswith("_grounding") else 2)
    for row in rows:
        sizes = {"spatial_grounding": (3,), **dict.fromkeys(OPEN, (0,)), "temporal_grounding": (3, 4)}
        assert len(row["options"]) in sizes.get(row["task"], (4,)), row["task"]
        if row["task"].endswith("recognition") and row["task"] in OPEN:
            assert any(row["answer"].rstrip(".") in item["text"] for item in row["evidence"] if item["lane"] == "texts")
        if row["task"] == "temporal_grounding":
            assert times_alone(row["options"])


CARDS = (
    videochat,
    valley,
    videovista,
    allvb,
    mvbench,
    favor_bench,
    video_holmes,
    mmr_v,
    mme_videoocr,
)
