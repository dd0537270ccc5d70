"""Questions at times of the video: the answer is what there is by then, and nothing that comes later changes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.query_times import misplaced, until
from vdata.rules.solve import recompute
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.verify.checks.query_time import QueryTimeCheck
from vdata.stages.verify.finding import Facts
from vdata.stages.verify.verify import Verify

ACTS = [(0, 6, "pour"), (6, 11, "stir"), (12, 18, "pour"), (19, 26, "cut"), (27, 33, "pour"), (35, 44, "stir")]
NOW = {"name": "now", "of": "acts", "moment": "now", "ask": "What is being done?", "answer": "{label}"}
LAST = {"name": "last", "of": "acts", "moment": "last", "ask": "What was just done?", "answer": "{label}"}
NEXT = {"name": "next", "of": "acts", "moment": "next", "ask": "What comes next?", "answer": "{label}"}
PAST = {"name": "past", "of": "acts", "moment": "past", "ask": "When was this: {label}?", "answer": "{when}"}
TELL = {"name": "tell", "of": "acts", "moment": "due", "ask": "Say {label} when it comes.", "answer": "{label}"}


def film(spans: Sequence[tuple[float, float, str]] = ACTS) -> Timeline:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.put("acts", [Span(start, end, label=label, id=f"{start:g}") for start, end, label in spans])
    return video


def asked(video: Timeline, tasks: list[Any], at: Any = None, **more: Any) -> list[Sample]:
    given = {"at": at or {"every": 8}, "of": ["acts"], "tasks": tasks, **more}
    video.samples = []
    return Tasks.model_validate(given).run(video).samples


def told(samples: list[Sample]) -> list[tuple[float | None, str]]:
    return [(one.seen_end, one.answer) for one in samples]


def test_the_answer_is_what_there_is_at_the_time() -> None:
    video = film()
    assert told(asked(video, [NOW])) == [(8, "stir"), (16, "pour"), (24, "cut"), (32, "pour"), (40, "stir")]
    assert {one.group for one in video.samples} == {video.samples[0].group} != {""}
    assert len({one.id for one in video.samples}) == 5
    assert told(asked(video, [LAST]))[:4] == [(8, "pour"), (16, "stir"), (24, "pour"), (32, "cut")]
    assert told(asked(video, [NEXT])) == [(8, "pour"), (16, "cut"), (24, "pour"), (32, "stir")]
    assert [one.params["tense"] for one in video.samples] == ["future"] * 4
    assert told(asked(video, [PAST], at={"shares": [0.2, 0.5]})) == [
        *((12, when) for when in ("from 0.0 to 6.0 seconds", "from 6.0 to 11.0 seconds")),
        *((30, when) for when in ("from 6.0 to 11.0 seconds", "from 19.0 to 26.0 seconds")),
    ]
    (middle,) = asked(video, [NOW], at="middle")
    assert (middle.seen, middle.evidence[0].end, middle.answer) == ((0.0, 30.0), 30.0, "pour")
    (late,) = asked(video, [LAST], at={"after": "acts", "delay": 3, "context": 5, "most": 1})
    assert late.seen is not None
    assert late.seen[1] - late.seen[0] == 5


def test_a_count_grows_with_the_time_and_is_one_group() -> None:
    made = asked(film(), ["counting"], at={"after": "acts"}, kinds={"acts": "label"}, repeated="differ")
    by_label: dict[str, list[Sample]] = {}
    for one in made:
        by_label.setdefault(one.params["of"], []).append(one)
    assert {label: [one.answer for one in ones] for label, ones in by_label.items()} == {
        "pour": ["1", "2", "3"],
        "stir": ["1", "2"],
    }
    for ones in by_label.values():
        assert len({(one.group, one.question) for one in ones}) == 1
        assert [len(one.evidence) for one in ones] == [int(one.answer) for one in ones]


def test_one_question_with_other_answers_has_one_set_of_options() -> None:
    options = {"from": "same_lane", "count": 3}
    made = asked(film(), [NOW | {"options": options}], repeated="differ")
    assert [one.answer for one in made] == [one.options[one.answer_index or 0] for one in made]
    assert len({tuple(one.options) for one in made}) == 1
    assert len({one.answer_index for one in made}) == len(made) == 3
    (alone,) = asked(film(), [NOW], repeated="once")
    assert alone.group == ""


def test_what_is_due_is_told_when_it_comes() -> None:
    first, *_ = asked(film(), [TELL])
    assert [(turn.role, turn.time) for turn in first.messages] == [("user", 8.0), ("assistant", 12.5)]
    assert (first.seen, first.answer, first.params["asked_at"]) == ((0.0, 12.5), "pour", "8.0")


def test_nothing_is_asked_of_a_lane_in_which_something_goes_on() -> None:
    video = film()
    assert asked(video, ["counting"], at={"shares": [0.5]}, kinds={"acts": "label"}) == []
    stage = Tasks.model_validate({"at": "middle", "of": ["acts"], "tasks": ["counting"]})
    assert "goes on at the time of the question" in (stage.summary(video.report) or "")
    stage.run(bare := Timeline("w", "w"))
    assert stage.summary(bare.report).splitlines()[-1] == "tasks: 1 video has no time at which `at` would ask."  # type: ignore[union-attr]


SPANS = st.lists(
    st.tuples(st.integers(0, 55), st.integers(1, 20), st.sampled_from(["pour", "stir", "cut", "serve"])), max_size=9
).map(lambda rows: [(start, min(start + long, 60), label) for start, long, label in sorted(set(rows))])
FAMILIES = ["counting", "first_last", "before_after", "event_order", "moment_retrieval"]
KEPT = {"kinds": {"acts": "label"}, "per_task": 999}


def facts(samples: list[Sample], before: float) -> set[tuple[Any, ...]]:
    return {
        (
            one.seen,
            one.task,
            one.question,
            one.answer,
            tuple((item.start, item.end, item.span) for item in one.evidence),
        )
        for one in samples
        if one.seen_end is not None and one.seen_end < before
    }


@settings(max_examples=15, deadline=None)
@given(SPANS, st.integers(10, 60))
def test_what_comes_later_changes_no_answer_about_what_has_been(spans: Any, end: int) -> None:
    video = film(spans)
    whole = asked(video, [*FAMILIES, NOW, LAST, PAST], at={"every": 3}, **KEPT)
    for one in whole:
        assert misplaced(one) is None
        assert recompute(one) == one.answer
        assert QueryTimeCheck().check(one, Facts(video)).outcome == "pass"  # type: ignore[union-attr]
    early = asked(
        replace(until(video, end), duration=60.0, report={}), [*FAMILIES, NOW, LAST, PAST], at={"every": 3}, **KEPT
    )
    assert facts(whole, end - 0.1) == facts(early, end - 0.1)


@settings(max_examples=15, deadline=None)
@given(SPANS)
def test_the_future_rests_on_nothing_that_has_been(spans: Any) -> None:
    video = film(spans)
    for one in asked(video, [NEXT], at={"every": 7}):
        assert misplaced(one) is None
        time = one.seen_end or 0.0
        coming = [span for span in video.lane("acts") if span.start >= time + 0.5]
        assert one.answer == min(coming, key=lambda span: span.start).label
        left = film([span for span in spans if span[0] >= time])
        again = {two.seen_end: two.answer for two in asked(left, [NEXT], at={"every": 7})}
        assert again[time] == one.answer


def test_what_rests_on_the_wrong_side_of_its_time_is_dropped() -> None:
    video = film()
    video.samples = [*asked(video, [NOW]), *asked(video, [NEXT]), *asked(video, [LAST], at={"every": 8, "context": 9})]
    sound = asyncio.run(Verify(checks=["query_time", "evidence", "answer"]).run(video, None))
    assert len(sound.samples) == 5 + 4 + 6
    now, coming, last = sound.samples[0], sound.samples[5], sound.samples[9]
    now.evidence[0].end = now.evidence[0].end + 2.0
    coming.evidence[0].start = 3.0
    last.evidence[0].start = last.evidence[0].end = -5.0
    asyncio.run(Verify(checks=["query_time"]).run(video, None))
    assert [one.reason for one in video.rejects] == ["rests_on_later", "rests_on_earlier", "rests_on_unseen"]


def test_a_count_is_checked_against_what_had_been_by_then() -> None:
    video = film()
    asked(video, ["counting"], at={"after": "acts"}, kinds={"acts": "label"}, per_task=9)
    Options(sources=["same_video"]).run(video)
    made = len(video.samples)
    assert made > 4
    asyncio.run(Verify(checks=["query_time", "evidence", "count", "answer", "options"]).run(video, None))
    assert (len(video.samples), video.rejects) == (made, [])
    assert all(one.seen_end for one in video.samples)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tasks": [NOW]}, "has no effect without at"),
        ({"at": "middle", "tasks": ["captioning"]}, "captioning shows a span alone"),
        ({"at": "middle", "tasks": [{**NOW, "of": None, "answer": "{attr:a}"}]}, "what is known of a whole video"),
        ({"at": "middle", "tasks": [NOW | {"answer": "{when}"}]}, "is not known yet with moment: now"),
        ({"at": "middle", "tasks": [NEXT | {"ask": "What comes at {start}?"}]}, "is not known yet with moment: next"),
        ({"at": "middle", "tasks": [TELL | {"options": "same_lane"}]}, "have no effect with moment: due"),
        ({"at": {"every": 3, "after": "acts"}, "tasks": [NOW]}, "takes one of every, shares and after"),
        ({"at": {"every": 3, "delay": 2}, "tasks": [NOW]}, "delay has no effect"),
        ({"tasks": ["counting"], "repeated": "once"}, "repeated has no effect"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Tasks.model_validate(given)
