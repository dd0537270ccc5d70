"""Questions for the evidence of questions: their answers, their groups, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Media, Message, Sample, Timeline, make_id
from vdata.scoring.items import Prediction, items, score
from vdata.scoring.truth import true_answer
from vdata.stages.instruct.by_rule.evidence_questions import EvidenceQuestions


def asked(*spans: tuple[float, float], name: str = "first", **params: str) -> Sample:
    evidence = [Evidence(start, end, "questions", "a ball") for start, end in spans]
    turns = [Message("user", "What bounces?"), Message("assistant", "a ball")]
    known = {"rule": "", **params}
    return Sample("qa", "What bounces?", "a ball", 0, 100, evidence, known, messages=turns, teacher="imported", id=name)


def run(*samples: Sample, **settings: Any) -> Timeline:
    video = Timeline("v.mp4", make_id("v"), 100.0)
    video.media = Media(duration=100.0, fps=25.0, width=64, height=64, frames=2500, sha256="0")
    video.samples = list(samples)
    return EvidenceQuestions.model_validate(settings).run(video)


def test_stretches_are_asked_for_beside_the_question() -> None:
    first, made = run(asked((30, 40), (10, 20), (15, 25))).samples
    assert first.id == "first"
    assert first.group == made.group == "first"
    assert made.task == "clue_stretches"
    assert "What bounces?" in made.question
    assert made.answer == made.messages[-1].content == "From 10.0 to 25.0 seconds; from 30.0 to 40.0 seconds."
    assert recompute(made) == made.answer
    assert (made.start, made.end, made.teacher) == (0, 100, "")
    assert true_answer(made).form == "stretches"
    assert first.params["frame_rate"] == made.params["frame_rate"] == "25"


def test_moments_are_the_middles_of_the_evidence() -> None:
    _, made = run(asked((30, 40), (12.5, 12.5)), form="moments").samples
    assert (made.task, made.answer) == ("key_moments", "At 12.5, 35.0 seconds.")
    assert recompute(made) == made.answer
    assert true_answer(made).form == "moments"


def test_what_has_no_place_is_left_alone_or_dropped() -> None:
    given = [asked((0, 95)), asked((1, 2), name="when", rule="moment_retrieval"), replace(asked((1, 2)), evidence=[])]
    assert run(*given).samples == given
    video = run(*given, others="drop")
    assert [one.id for one in video.samples] == ["when", "first"]
    assert [one.reason for one in video.rejects] == ["no_place"]
    assert run(asked((1, 2)), tasks=["why"]).samples == [asked((1, 2))]


def test_rotations_are_asked_about_once() -> None:
    turns = [replace(asked((1, 2), name=f"t{n}"), group="g", options=["a", "b"], answer_index=n) for n in range(2)]
    found = run(*turns).samples
    assert [one.task for one in found] == ["qa", "clue_stretches", "qa"]
    assert {one.group for one in found} == {"g"}


@pytest.mark.parametrize(("language", "begins"), [("German", "Von"), ("Chinese", "从")])
def test_a_question_in_another_language_is_asked_in_it(language: str, begins: str) -> None:
    _, made = run(asked((10, 20), language=language)).samples
    assert made.answer.startswith(begins)
    assert recompute(made) == made.answer


@pytest.mark.parametrize(("form", "half"), [("stretches", "10 to 20 s"), ("moments", "15 s")])
def test_perfect_replies_score_1_half_is_less_and_none_is_0(form: str, half: str) -> None:
    samples = run(asked((10, 20), (60, 70)), form=form).samples
    samples[1].id = "clues"
    perfect = score(items(samples, {one.id: Prediction(one.answer) for one in samples}))["chains"]
    assert perfect["acc_at_iou"] == perfect["rec_at_iou"] == perfect["mam"] == 1
    part = score(items(samples, {"first": Prediction("a ball"), "clues": Prediction(half)}))["chains"]
    assert part["by_chain"][""]["when"] == pytest.approx(0.5 if form == "stretches" else 2 / 3)
    wrong = score(items(samples, {"clues": Prediction(samples[1].answer)}))["chains"]
    assert (wrong["rec_at_iou"], wrong["acc_at_iou"]) == (1, 0)
    assert score(items(samples, {}))["chains"]["mam"] == 0
