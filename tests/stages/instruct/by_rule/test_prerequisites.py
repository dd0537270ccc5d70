"""Questions tied to basic ones: which, how many, and what becomes of those without."""

from __future__ import annotations

from typing import Any

import pytest

from vdata.rules.prerequisites import required
from vdata.schemas import Evidence, Sample, Timeline, make_id
from vdata.stages.instruct.by_rule.prerequisites import Prerequisites


def asked(name: str, start: float, end: float, level: str = "advanced", group: str = "", task: str = "now") -> Sample:
    evidence = [Evidence(start, end, "acts", "")]
    return Sample(task, f"{name}?", "so", start, end, evidence, {"level": level}, id=name, group=group)


def tied(*samples: Sample, **settings: Any) -> tuple[Timeline, dict[str, list[str]], str | None]:
    """The video, what each of its questions requires, and what is said at the end."""
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.samples = list(samples)
    stage = Prerequisites.model_validate(settings)
    stage.run(video)
    return video, {one.id: required(one) for one in video.samples}, stage.summary(dict(video.report))


BASICS = [asked(f"b{n}", 10.0 * n, 10.0 * n + 5, "basic") for n in range(5)]


def test_the_nearest_basic_questions_are_required() -> None:
    _, found, said = tied(*BASICS, asked("x", 32, 34), asked("y", 16, 19))
    assert found["x"][0] == "b3"
    assert set(found["x"]) == {"b3", "b4"}
    assert set(found["y"]) == {"b1", "b2"}
    assert all(found[basic.id] == [] for basic in BASICS)
    assert said == "prerequisites: 2 questions are tied to 2 basic ones each."


def test_one_question_at_several_times_requires_the_same_at_all_of_them() -> None:
    _, found, _ = tied(*BASICS, asked("early", 1, 4, group="g"), asked("late", 41, 44, group="g"))
    assert set(found["early"]) == set(found["late"]) == {"b0", "b4"}


def test_basic_questions_that_ask_different_things_come_first() -> None:
    same = [asked("b0", 0, 5, "basic"), asked("b1", 0, 5, "basic"), asked("b2", 20, 25, "basic")]
    same[1].question = same[0].question
    _, found, _ = tied(*same, asked("x", 1, 4))
    assert "b2" in found["x"], "the nearer one asks the same once more"
    _, found, _ = tied(*same[:2], asked("x", 1, 4))
    assert set(found["x"]) == {"b0", "b1"}


def at(time: float, sample: Sample) -> Sample:
    """*sample*, asked at *time*."""
    sample.seen_start, sample.seen_end = 0.0, time
    return sample


def test_basic_questions_are_asked_no_later_than_what_they_are_for() -> None:
    basics = [at(n, asked(f"b{n}", n - 1.0, n, "basic")) for n in (2, 4, 6, 8)]
    unit = [at(n, asked(f"x{n}", 7, 8, group="g")) for n in (4, 8)]
    _, found, _ = tied(*basics, *unit)
    assert set(found["x4"]) == set(found["x8"]) == {"b2", "b4"}, "b6 and b8 are nearer to what it rests on"
    _, found, _ = tied(*basics[1:], *unit)
    assert set(found["x4"]) == {"b4", "b8"}, "too few: the nearer one of the two that come between its times"
    _, found, _ = tied(basics[0], basics[3], at(3, asked("x3", 0, 3, group="g")), at(9, asked("x9", 8, 9, group="g")))
    assert set(found["x9"]) == {"b2", "b8"}


@pytest.mark.parametrize(("too_few", "left"), [("keep", ["b0", "x"]), ("drop", ["b0"])])
def test_too_few_basic_questions_are_said(too_few: str, left: list[str]) -> None:
    video, found, said = tied(BASICS[0], asked("x", 1, 4), too_few=too_few)
    assert [sample.id for sample in video.samples] == left
    assert found.get("x", ["b0"]) == ["b0"]
    fate = "and they were dropped" if too_few == "drop" else "and they are tied to those that there are"
    assert said == f"prerequisites: 0 of 1 questions are tied to 2 basic ones each; for 1 there are fewer, {fate}."
    rejects = [(one.reason, one.value, one.threshold, one.detail) for one in video.rejects]
    assert rejects == [("too_few_basic_questions", 1, 2, "now: x?")] * (too_few == "drop")


def test_basic_questions_that_nothing_requires_may_be_dropped() -> None:
    video, found, _ = tied(*BASICS, asked("x", 16, 19), unused="drop")
    assert set(found) == {"b1", "b2", "x"}
    assert [(one.reason, one.start) for one in video.rejects] == [("not_required", at) for at in (0, 30, 40)]


def test_tasks_say_what_is_basic_and_what_is_tied() -> None:
    samples = [asked("b", 0, 5, "", task="see"), asked("x", 0, 5, ""), asked("other", 0, 5, "", task="other")]
    _, found, _ = tied(*samples, basic=["see"], tasks=["now"], count=1)
    assert found == {"b": [], "x": ["b"], "other": []}
    _, _, said = tied(samples[0], basic=["see"])
    assert said == "prerequisites: there was no question to tie to basic ones."
