"""Questions about worlds: the replay gives every answer, and who sees the words alone is right by chance."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.in_english import in_english
from vdata.rules.language_key import CODES
from vdata.rules.solve import recompute
from vdata.rules.worlds.world import WORLDS
from vdata.rules.worlds.world_words import make_world
from vdata.schemas import Failed, Sample, Span, Timeline, make_id
from vdata.schemas.input_video import ROW
from vdata.scoring.baselines import blind_baselines, blind_item, standing_out
from vdata.stages.simulation.simulate import Simulate
from vdata.stages.simulation.world_questions import WorldQuestions
from vdata.stages.verify.checks.answer import check_answer
from vdata.stages.verify.verify import Verify

KINDS = sorted(WORLDS.find())
TASKS = ["world_move", "world_count", "world_state", "world_change", "world_after", "world_plan"]


def simulated(count: int, *kinds: str, shown: tuple[str, ...] = ("start",), seed: int = 0) -> list[Timeline]:
    worlds = [{"kind": kind, "count": count, "moves": 7, "shown": one} for kind in kinds or KINDS for one in shown]
    stage = Simulate.model_validate({"worlds": worlds})
    names = stage.rows_of_its_own()
    made = [Timeline(f"haystack://{make_id(name)}", make_id(name), attrs={ROW: name}, seed=seed) for name in names]
    return [stage.run(video) for video in made]


@cache
def asked() -> tuple[tuple[Timeline, Sample], ...]:
    """Two videos of each kind and way of showing, with their questions but plans, which take the longest."""
    stage = WorldQuestions.model_validate({"tasks": TASKS[:-1]})
    videos = map(stage.run, simulated(2, shown=("start", "end", "all")))
    return tuple((video, sample) for video in videos for sample in video.samples)


def params(sample: Sample) -> dict[str, Any]:
    return {**sample.params, "number": int(sample.params.get("number", 0))}


def test_every_answer_is_that_of_the_replay_and_of_the_lanes() -> None:
    seen = Counter[str]()
    for video, sample in asked():
        seen[sample.task] += 1
        assert recompute(sample) == sample.answer
        assert sample.options[sample.answer_index or 0] == sample.answer
        own, states = params(sample), [span.words for span in video.lane("states")]
        world = make_world(own["world"], int(own["world_size"]))
        if sample.task == "world_move":
            assert sample.answer == video.lane("moves")[own["number"] - 1].text
        if sample.task == "world_count":
            counted = list(world.happenings.values())[int(own["what"])]
            assert sample.answer == str(sum(world.read_move(span.words) in counted for span in video.lane("moves")))
        if sample.task == "world_state":
            assert sample.answer == world.facts(world.read(states[own["number"]]))[int(own["fact"])].value
            hidden = video.lane("states")[own["number"]].attrs["seen"] == "no"
            assert hidden or own["shown"] == "all"
        if sample.task == "world_change":
            one, other = (world.contents(world.read(states[int(own[name])])) for name in ("number", "later"))
            assert sample.answer == str(sum(a != b for a, b in zip(one, other, strict=True)))
        if sample.task == "world_after":
            state = world.read(states[-1])
            for move in json.loads(own["moves"]):
                state = world.play(state, tuple(move))
            assert sample.answer == world.facts(state)[int(own["fact"])].value
    assert all(seen[task] >= 27 for task in TASKS[:-1])


def test_all_checks_by_rule_pass_and_no_question_holds_its_answer() -> None:
    by_video: dict[str, tuple[Timeline, list[Sample]]] = {}
    for video, sample in asked():
        by_video.setdefault(video.id, (video, []))[1].append(sample)
    for video, samples in by_video.values():
        checked = replace(video, samples=[replace(sample) for sample in samples], rejects=[])
        asyncio.run(Verify.model_validate({}).run(checked, None))
        assert [(one.reason, one.detail) for one in checked.rejects] == []
        assert all("answer" in {check.check for check in sample.checks} for sample in checked.samples)


def test_no_baseline_that_sees_the_words_alone_stands_out() -> None:
    items = [
        blind_item(one.task, one.question, one.answer, one.options, one.answer_index) for _, one in asked()
    ]  # fmt: skip
    assert standing_out(blind_baselines([item for item in items if item])) == []


@pytest.mark.slow
def test_the_answer_that_is_most_often_right_of_a_question_is_right_by_chance_among_options() -> None:
    """Over many videos of one kind: what is right most often, learned on half of them, helps not on the others."""
    stage = WorldQuestions.model_validate({"tasks": ["world_count", "world_change"]})
    samples = [
        sample for seed in (0, 1) for video in simulated(60, "chips", seed=seed) for sample in stage.run(video).samples
    ]
    learned = defaultdict[str, Counter[str]](Counter)
    for sample in samples[::2]:
        learned[sample.task][sample.answer] += 1
    rest = samples[1::2]
    hits = sum(max(one.options, key=lambda option: learned[one.task][option]) == one.answer for one in rest)
    chance = sum(1 / len(one.options) for one in rest)
    assert len(rest) >= 100
    assert hits - chance < 2.6 * chance**0.5


def test_evidence_that_was_tampered_with_is_found() -> None:
    sample = next(sample for _, sample in asked() if sample.task == "world_move")
    assert check_answer(sample).outcome == "pass"
    number = int(sample.params["number"])
    moves = sorted((one for one in sample.evidence if one.lane == "moves"), key=lambda one: one.start)
    changed = [replace(one, text="nothing happens") if one is moves[number - 1] else one for one in sample.evidence]
    assert check_answer(replace(sample, evidence=changed)).reason == "wrong_answer"
    shown = [one for one in sample.evidence if one.lane == "moves"]
    assert "no state is shown" in check_answer(replace(sample, evidence=shown)).detail
    assert check_answer(replace(sample, answer="another")).reason == "wrong_answer"


def test_plans_ask_for_one_of_several_continuations_also_in_open_questions() -> None:
    stage = WorldQuestions.model_validate({"tasks": ["world_state", "world_plan"], "open": True, "per_task": 2})
    (video,) = map(stage.run, simulated(1, "cups"))
    by_task = {task: [one for one in video.samples if one.task == task] for task in ("world_state", "world_plan")}
    assert [len(found) for found in by_task.values()] == [2, 2]
    assert len({one.question for one in video.samples}) == 4
    assert all(not one.options and one.messages[1].content == one.answer for one in by_task["world_state"])
    assert all(len(one.options) == 3 and recompute(one) == one.answer for one in by_task["world_plan"])
    assert {one.params["level"] for one in video.samples} == {"inference", "prediction"}


def test_sentences_begin_with_capitals() -> None:
    for _, sample in asked():
        assert sample.question[0].isupper()
        assert not any(end + sign in sample.question for end in ".?" for sign in (" a", " b", " w", " h"))
    for code in ("es", "fr", "de"):
        for sample in asked_in(code):
            assert sample.question.lstrip("¿")[0].isupper(), sample.question
            assert not re.search(r"[.?] ¿?[a-zà-ÿ]", sample.question), sample.question


@cache
def asked_in(language: str) -> list[Sample]:
    """The questions about a video of each kind in *language*."""
    stage = WorldQuestions(language=language)
    return [sample for video in simulated(1, shown=("end",)) for sample in stage.run(video).samples]


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_questions_in_other_languages_ask_the_same_and_are_replayed_too(code: str) -> None:
    english, others = asked_in("en"), asked_in(code)
    assert len(english) == len(others) >= 28
    for one, other in zip(english, others, strict=True):
        assert (one.task, one.answer_index, one.evidence) == (other.task, other.answer_index, other.evidence)
        assert other.id == one.id
        assert other.params["english"] == one.question != other.question
        assert recompute(other) == other.answer == other.options[other.answer_index or 0]
        plain = in_english(other)
        assert (plain.question, plain.answer, plain.options) == (one.question, one.answer, one.options)
        said = f"{other.question} {' '.join(other.options)}"
        assert not re.search(r"\b(the|which|how|is|are|of|and)\b|[{}]|  ", said), said
        if code == "zh":
            assert not re.search(r"[A-Za-z?!,.:;\"']", said), said
        if code == "es":
            assert said.count("?") == said.count("¿"), said
            assert not re.search(r"\b(?:de el|a el)\b", said), said
        if code == "fr":
            assert not re.search(r"(?<!\u00a0)[?!:;»]", said), said
            assert not re.search(r"\b(?:de le|de les|à le)\b|\b(?:de|que|le|la) [aeiouéê]\w*", said), said
    with pytest.raises(ValidationError, match="no questions about worlds in Klingon; there are Chinese, English"):
        WorldQuestions(language="Klingon")


def test_other_videos_are_no_worlds() -> None:
    (video,) = simulated(1, "cups")
    with pytest.raises(Failed, match="no_world"):
        WorldQuestions().run(replace(video, attrs={}))
    video.put("moves", [Span(0, 1, "the cups on the first and the ninth place swap")])
    with pytest.raises(Failed, match="bad_replay"):
        WorldQuestions().run(video)


def test_questions_for_want_of_even_options_are_told() -> None:
    worlds = [{"kind": "cards", "count": 1, "size": 2}]  # two moves are no choice of three
    stage = Simulate.model_validate({"worlds": worlds})
    (name,) = stage.rows_of_its_own()
    video = WorldQuestions.model_validate({"tasks": ["world_move", "world_count"]}).run(
        stage.run(Timeline("haystack://1", "1", attrs={ROW: name}))
    )
    assert [sample.task for sample in video.samples] == ["world_count"]
    assert WorldQuestions().summary(video.report) == (
        "world_questions: videos with fewer questions, for want of options that are even: "
        "world_move in 1 (it made none at all)."
    )
    assert WorldQuestions().summary({"made:world_move": 2}) is None
