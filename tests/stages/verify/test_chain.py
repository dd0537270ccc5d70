"""Chains of questions: none stands on one that was dropped, and no earlier turn contradicts or tells an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scripted_teacher import ScriptedTeacher

from vdata.rules.query_times import LINK
from vdata.schemas import Evidence, Message, Request, Sample, Span, Timeline, make_id
from vdata.stages.verify.verify import Verify

TALK = (
    ("What rolls to the left?", "The red ball"),
    ("Where has it gone since?", "Off the table"),
    ("Who picked it up from there?", "A dog"),
    ("What did it do then?", "Run away"),
)


def chain(*talk: tuple[str, str], group: str = "g") -> Timeline:
    """A chain of questions, one every ten seconds, each behind the questions and answers before it."""
    video = Timeline("m.mp4", make_id("m"), 10.0 * len(talk))
    video.put("captions", [Span(10.0 * n, 10.0 * n + 10, f"{answer} is there.") for n, (_, answer) in enumerate(talk)])
    turns: list[Message] = []
    for n, ((question, answer), span) in enumerate(zip(talk, video.lane("captions"), strict=True)):
        turns = [*turns, Message("user", question), Message("assistant", answer)]
        evidence = [Evidence(span.start, span.end, "captions", span.words, span.id)]
        sample = Sample("chain", question, answer, 0.0, span.end, evidence, {LINK: str(n + 1)}, messages=turns)
        sample.group, sample.teacher, sample.id = group, "writer", f"{group}{n}"
        sample.seen_start, sample.seen_end = 0.0, span.end
        video.samples.append(sample)
    return video


def run(video: Timeline, *checks: str, reply: Any = None) -> tuple[list[str], list[tuple[str, str]], ScriptedTeacher]:
    """The questions that are left, the reasons and details of those that are not, and the teacher."""
    teacher = ScriptedTeacher(reply or {"contradicts": 0, "told": 0, "why": ""})
    stage = Verify(checks=list(checks), captions=[])
    asyncio.run(stage.run(video, teacher))
    return [one.question for one in video.samples], [(one.reason, one.detail) for one in video.rejects], teacher


def questions(*numbers: int) -> list[str]:
    return [TALK[number - 1][0] for number in numbers]


def test_a_chain_that_is_whole_passes() -> None:
    video = chain(*TALK)
    left, rejects, _ = run(video, "chain")
    assert (left, rejects) == (questions(1, 2, 3, 4), [])
    assert [[one.verdict for one in sample.checks] for sample in video.samples] == [["pass"]] * 4
    assert run(Timeline("m.mp4", "m", 10.0, samples=[Sample("what", "Who?", "A dog", 0, 1)]), "chain")[0] == ["Who?"]


def test_what_stands_on_a_question_that_was_dropped_is_dropped() -> None:
    video = chain(*TALK)
    del video.samples[1]
    left, rejects, _ = run(video, "chain")
    assert left == questions(1)
    assert [reason for reason, _ in rejects] == ["broken_chain"] * 2
    assert "question 2 of its chain was left out, and question 3 rests on it" in rejects[0][1]


def test_a_chain_is_told_from_others() -> None:
    video, other = chain(*TALK), chain(*TALK, group="other")
    video.samples = [*video.samples[:1], *other.samples]
    assert len(run(video, "chain")[0]) == 5


def test_an_answer_that_is_another_one_by_now_breaks_it() -> None:
    video = chain(*TALK)
    video.samples[1].answer = "Onto a chair"
    left, rejects, _ = run(video, "chain")
    assert left == questions(1, 2)
    assert "the turns before it do not tell the answer to question 2, 'Onto a chair'" in rejects[0][1]


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("Who came?", "The red ball", True),
        ("What is it that rolls?", "the  RED ball.", True),
        ("Who came?", "A dog and a cat", False),
        ("Which way?", "left", False),
    ],
)
def test_an_answer_that_an_earlier_turn_holds(question: str, answer: str, told: bool) -> None:
    left, rejects, _ = run(chain(*TALK[:1], (question, answer)), "chain")
    assert ([reason for reason, _ in rejects] == ["told_before"]) == told
    assert len(left) == (1 if told else 2)


def test_a_teacher_reads_each_answer_behind_the_earlier_ones() -> None:
    left, rejects, teacher = run(chain(*TALK), "consistent")
    assert (left, rejects) == (questions(1, 2, 3, 4), [])
    assert len(teacher.asked) == 3  # the first stands behind nothing
    said = teacher.texts()
    assert ["Off the table" in text for text in said] == [True, True, True]
    assert ["Run away" in text for text in said] == [False, False, True]
    assert not any(teacher.media())


@pytest.mark.parametrize(("fault", "reason"), [("contradicts", "contradicts_earlier"), ("told", "told_before")])
def test_what_a_teacher_finds_takes_along_what_stands_on_it(fault: str, reason: str) -> None:
    def reply(request: Request) -> dict[str, Any]:
        text = "\n".join(part for part in request.turns[0].parts if isinstance(part, str))
        bad = text.rstrip().endswith("A dog\n</material>")
        return {"contradicts": 0, "told": 0, "why": "Nobody was there." if bad else "", fault: 2 if bad else 0}

    left, rejects, _ = run(chain(*TALK), "chain", "consistent", reply=reply)
    assert left == questions(1, 2)
    assert [one for one, _ in rejects] == [reason, "broken_chain"]
    assert "'Off the table': Nobody was there." in rejects[0][1]


def test_what_was_found_by_rule_is_said_once() -> None:
    video = chain(*TALK)
    del video.samples[1]
    stage = Verify(checks=["chain", "consistent"], captions=[], policy={"broken_chain": "tag"})
    asyncio.run(stage.run(video, ScriptedTeacher({"contradicts": 0, "told": 0, "why": ""})))
    failed = [[one.check for one in sample.checks if one.verdict == "fail"] for sample in video.samples]
    assert failed == [[], ["chain"], ["chain"]]


def test_a_number_that_is_no_earlier_question_is_none() -> None:
    left, _, _ = run(chain(*TALK), "consistent", reply={"contradicts": 9, "told": -1, "why": "?"})
    assert left == questions(1, 2, 3, 4)


def test_only_samples_that_are_asked_of_a_teacher_are_paid_for() -> None:
    assert Verify(checks=["chain"]).teachers() == []
    stage = Verify(checks=["consistent"], teacher="judge")
    assert (stage.teachers(), stage.lanes_read(), stage.pictures_to()) == (["judge"], set(), [])
