"""Questions over scene graphs: programs answer them, and who sees the words alone is right by chance."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from pydantic import ValidationError
from scene_graphs import SHARES, THINGS, graphs

from vdata.rules.solve import recompute
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.scoring.baselines import blind_baselines, blind_item, standing_out
from vdata.stages.instruct.by_rule.program_questions import ProgramQuestions
from vdata.stages.verify.checks.answer import check_answer
from vdata.stages.verify.verify import Verify


def asked(stage: ProgramQuestions, videos: list[Timeline]) -> list[Timeline]:
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    return [stage.apply(video, verdicts.get(video.id)) for video in videos]


@cache
def many() -> tuple[Timeline, ...]:
    return tuple(asked(ProgramQuestions(per_video=8), graphs(150)))


def samples() -> list[Sample]:
    return [sample for video in many() for sample in video.samples]


def test_all_tasks_are_asked_and_all_checks_by_rule_pass() -> None:
    assert {one.task for one in samples()} == set(ProgramQuestions().tasks)
    assert len(samples()) > 7 * 150
    for video in map(deepcopy, many()[:60]):
        asyncio.run(Verify.model_validate({}).run(video, None))
        assert [(one.reason, one.detail) for one in video.rejects] == []
        assert all("answer" in {check.check for check in one.checks} for one in video.samples)


def test_the_trace_is_that_of_the_program_and_a_forged_answer_or_step_is_found() -> None:
    for sample in samples():
        assert recompute(sample) == sample.answer == sample.options[sample.answer_index or 0]
        given = [step["value"] for step in json.loads(sample.params["trace"]) if isinstance(step["value"], list)]
        assert {span for value in given for span in value if isinstance(span, str)} == {
            one.span for one in sample.evidence
        }
    sample = next(one for one in samples() if one.task == "relation_exists" and one.answer == "No")
    assert check_answer(replace(sample, answer="Yes")).reason == "wrong_answer"
    trace = json.loads(sample.params["trace"])
    trace[-1]["value"] = True
    forged = replace(sample, params={**sample.params, "trace": json.dumps(trace)})
    assert "not those of the trace" in check_answer(forged).detail


def test_each_question_is_asked_as_often_with_each_answer_among_its_options() -> None:
    """What the words are, but for the phrasing, is the program and the options."""
    answers = defaultdict[tuple[str, ...], Counter[str]](Counter)
    for sample in samples():
        answers[sample.params["program"], *sorted(sample.options)][sample.answer] += 1
    assert all(len(set(told.values())) == 1 and len(told) == len(words) - 1 for words, told in answers.items())


def test_no_baseline_that_sees_the_words_alone_stands_out() -> None:
    items = [blind_item(one.task, one.question, one.answer, one.options, one.answer_index) for one in samples()]
    assert standing_out(blind_baselines([item for item in items if item])) == []


def test_who_knows_what_is_frequent_is_right_by_chance() -> None:
    """Things differ eightfold in how often they come; of options, the most frequent one is right no more often."""
    often = dict(zip(THINGS, SHARES, strict=True))
    rng = Random(0)
    some = [one for one in samples() if set(one.options) <= set(THINGS)]
    hits = sum(max(one.options, key=lambda text: (often[text], rng.random())) == one.answer for one in some)
    chance = sum(1 / len(one.options) for one in some)
    assert len(some) > 200
    assert abs(hits - chance) <= 2 * (chance * 0.75) ** 0.5


def test_questions_are_shared_within_a_split_alone() -> None:
    videos = graphs(60)
    for n, video in enumerate(videos):
        video.attrs["split"] = "test" if n % 3 else "train"
    sides = defaultdict[str, Counter[str]](Counter)
    for video in asked(ProgramQuestions(), videos):
        for sample in video.samples:
            key = json.dumps([sample.params["program"], sorted(sample.options), video.attrs["split"]])
            sides[key][sample.answer] += 1
    assert all(len(set(told.values())) == 1 and len(told) > 1 for told in sides.values())


def test_the_same_questions_whatever_the_order_of_spans_and_without_options() -> None:
    one, other = asked(ProgramQuestions(), graphs(20)), asked(ProgramQuestions(), graphs(20))
    assert [video.samples for video in one] == [video.samples for video in other]
    opened = [sample for video in asked(ProgramQuestions(open=True), graphs(20)) for sample in video.samples]
    assert opened
    assert all(not one.options and one.messages[-1].content == one.answer for one in opened)


def test_what_is_no_fact_is_dropped_and_what_nobody_answers_differently_is_told() -> None:
    video = Timeline("a.mp4", make_id("a"), 10.0)
    video.put("relations", [Span(0, 3, "a cup is held"), Span(0, 4, "person | holding | cup")])
    video.put("actions", [Span(1, 2, "person | running"), Span(4, 9, "person | resting")])
    stage = ProgramQuestions()
    (found,) = asked(stage, [video])
    assert found.samples == []
    assert [(one.reason, one.lane) for one in found.rejects] == [("no_fact", "relations")]
    said = stage.summary(found.report) or ""
    assert "that no other video answers differently: not asked" in said
    assert "nothing was made: action_length, action_order" in said


def test_a_task_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no task first_objekt; did you mean first_object"):
        ProgramQuestions(tasks=["first_objekt"])
