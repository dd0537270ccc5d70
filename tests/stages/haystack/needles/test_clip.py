"""Clips that are hidden: what is said of them, what they count as, and clips that cover the frames that are there."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from vdata.schemas import Failed, Media, Span, Timeline
from vdata.stages.haystack.hide import Hide
from vdata.video.edit.edit_list import edit_of

ACTS = ("blinks", "grows", "turns", "falls", "waves")


def video(name: str, seconds: float, *spans: Span) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds)
    made.media = Media(duration=seconds, width=320, height=180, fps=20.0, frames=round(seconds * 20), sha256=name)
    made.put("acts", list(spans))
    return made


def clip(act: str, thing: str) -> Timeline:
    facts = {"does": act, "subject": f"the {thing}"}
    return video(
        f"clip_{act}_{thing}", 3.0, Span(0.0, 3.0, f"The {thing} {act}.", act.rstrip("s") + "ing", attrs=facts)
    )


POOL = [
    *(video(f"v{n}", 30.0) for n in range(3)),
    *(clip(act, thing) for act in ACTS for thing in ("star", "cup", "key")),
]


def plans(task: dict[str, Any], items: int = 12, **more: Any) -> list[Timeline]:
    task = {"items": items, **task, "needle": {"show": "clip", "lane": "acts", **task["needle"]}}
    stage = Hide.model_validate({"tasks": [task], "clips": "clip_*", **more})
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in POOL]
    new = [pair for of in stage.gather(told).values() for pair in of.items()]
    return [stage.apply(Timeline(name, name), plan) for name, plan in new]


def test_any_column_is_what_is_said_and_what_is_asked_about() -> None:
    asks = {"task": "retrieve", "question": "What does {subject} do?", "needle": {"says": "does", "group": "label"}}
    for made in plans(asks):
        (hidden,) = [piece for piece in edit_of(made).pieces if piece.uri.startswith("clip_")]
        _, act, thing = hidden.uri.removesuffix(".mp4").split("_")
        (sample,) = made.samples
        assert (sample.question, sample.answer) == (f"What does the {thing} do?", act)
        assert set(sample.options) < set(ACTS)
        assert len(set(sample.options)) == 4


def test_clips_that_lack_what_the_question_names_are_not_taken() -> None:
    with pytest.raises(Failed, match="too_few_needles: retrieve_clip needs 4 different ones, the pool has 0"):
        plans({"task": "retrieve", "question": "Where does {person} go?", "needle": {}})


def test_different_clips_of_a_class_are_counted() -> None:
    counts = {"task": "count", "number": [1, 3], "distractors": 2, "needle": {"group": "label"}}
    for made in plans(counts, options=3):
        hidden = [piece.uri for piece in edit_of(made).pieces if piece.uri.startswith("clip_")]
        (sample,) = made.samples
        asked = sample.question.rpartition(": ")[2].removesuffix("ing")
        same = [uri for uri in hidden if uri.split("_")[1].startswith(asked)]
        assert len(set(hidden)) == len(hidden) == 3 + 2  # no clip twice, and as many in all whatever the answer
        assert sample.answer == str(len(same))


def test_a_class_beside_which_there_are_too_few_others_is_not_counted() -> None:
    counts = {"task": "count", "number": [1, 3], "distractors": 11, "needle": {"group": "label"}}
    wanted = "needs a class of 3 different ones beside 13 others"
    with pytest.raises(Failed, match=f"too_few_needles: count_clip {wanted}: lower number"):
        plans(counts, options=3)


def test_clips_of_any_length_leave_the_video_as_long_as_it_was() -> None:
    """What is asked for may last longer or shorter than the wrong options: the file does not tell."""
    for task in ({"task": "retrieve", "needle": {"seconds": 9}}, {"task": "order", "needle": {"seconds": 9}}):
        for lengths, known in (([50, 70], {50.0, 70.0}), (None, {60.0})):
            stage = Hide.model_validate(
                {"tasks": [{**task, "items": 9, "needle": {"show": "clip", "lane": "acts", **task["needle"]}}],  # type: ignore[dict-item]
                 "clips": "clip_*", "lengths": lengths, "options": 3}
            )  # fmt: skip
            clips = [video(f"clip_{n}", 9.0, Span(0.0, 2.0 + n, f"Thing {n}.")) for n in range(6)]
            told = [(one.id, stage.digest(one)) for one in [video("v", 60.0), video("w", 60.0), *clips]]
            new = [pair for of in stage.gather(told).values() for pair in of.items()]
            made = [stage.apply(Timeline(name, name), plan) for name, plan in new]
            assert len({sum(one.seconds for one in row.lane("needles")) for row in made}) > 2
            assert {round(row.duration or 0, 3) for row in made} == known


def test_a_class_of_too_few_clips_is_said_and_can_be_repeated() -> None:
    counts = {"task": "count", "number": [1, 4], "needle": {"group": "label"}}
    with pytest.raises(Failed, match="needs a class of 4 different ones: lower number, or set repeat: true"):
        plans(counts)
    most = max(len(made.lane("needles")) for made in plans({**counts, "repeat": True}))
    assert most == 4


@pytest.mark.parametrize("depth", [0.0, 0.37, 1.0])
def test_a_clip_laid_over_the_video_leaves_its_length(depth: float) -> None:
    task = {"task": "retrieve", "needle": {"how": "overlay", "seconds": 1}}
    for made in plans(task, 6, lengths=[7, 45], depths=[depth], options=2):
        length = float(made.attrs["length"])
        pieces = edit_of(made).pieces
        (needle,) = made.lane("needles")
        assert made.duration == pytest.approx(length, abs=1e-4)
        assert all(abs(one.end - other.start) < 2e-5 for one, other in pairwise(pieces))
        assert [(one.start, one.end) for one in pieces if one.uri.startswith("clip_")] == [(needle.start, needle.end)]
        assert needle.start == pytest.approx(depth * (length - 1), abs=0.06)
        source = {one.uri: one.begin - one.start for one in pieces if one.end <= needle.start + 1e-6}
        for one in pieces:  # what was shown at a time before is shown at that time still
            assert one.finish - one.begin == pytest.approx(one.end - one.start, abs=1e-4)
            if one.uri in source and length == 7:
                assert one.begin - one.start == pytest.approx(source[one.uri], abs=1e-4)


def test_no_two_videos_of_a_task_are_the_same() -> None:
    task = {"task": "retrieve", "needle": {"how": "overlay", "seconds": 3}}
    stage = Hide.model_validate(
        {"tasks": [{**task, "items": 16, "needle": {"show": "clip", "lane": "acts", **task["needle"]}}],  # type: ignore[dict-item]
         "clips": "clip_*", "lengths": [3]}
    )  # fmt: skip
    told = [(one.id, stage.digest(one)) for one in POOL]
    new = [plan for of in stage.gather(told).values() for plan in of.values()]
    shown = [json.dumps([plan["pieces"], plan["needles"]]) for plan in new if "problem" not in plan]
    assert len(shown) == len(set(shown)) == 15  # as many as there are clips that cover the whole video
    assert [plan["problem"][0] for plan in new if "problem" in plan] == ["equal_item"]
    places = [question["right"] for plan in new for question in plan.get("asked", ())]
    assert max(places.count(n) for n in range(4)) - min(places.count(n) for n in range(4)) <= 1


def test_a_task_that_made_nothing_is_named() -> None:
    tasks = [{"task": "retrieve"}, {"task": "order", "number": [9], "needle": {"seconds": 5}}]
    stage = Hide.model_validate({"tasks": tasks})
    told = [(one.id, stage.digest(one)) for one in POOL[:3]]
    totals: dict[str, float] = {}
    for of in stage.gather(told).values():
        for new, plan in of.items():
            row = Timeline(new, new)
            if "problem" not in plan:
                stage.apply(row, plan)
            for name, value in row.report.items():
                totals[name] = totals.get(name, 0) + value
    assert stage.summary(totals) == "hide: 1 video of 1 task; order_word made none (the rejects say why)."
    assert stage.summary({}) is None
