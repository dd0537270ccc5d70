"""Question chains: each question is asked later than the last, takes its answer up, and rests on nothing later."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from vdata.rules.query_times import LINK, misplaced
from vdata.schemas import Failed, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_teacher.question_chain import QuestionChain

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
MOVES = ("A red ball rolls to the left.", "The ball drops off the table.", "A dog picks it up.", "The dog runs away.")
LINKS: list[dict[str, Any]] = [
    {"question": "What rolls to the left?", "answer": "The red ball", "evidence": ["c1"]},
    {"question": "Where has it gone since?", "answer": "Off the table", "evidence": ["c2"]},
    {"question": "Who picked it up from there?", "answer": "A dog", "evidence": ["c3"]},
    {"question": "What did it do then?", "answer": "Run away", "evidence": ["c4"]},
]
WRONG = {"wrong": ["A blue cube", "Onto a chair", "Some cat"]}


def video_of() -> Timeline:
    video = Timeline("m.mp4", make_id("m"), 40.0)
    video.put("captions", [Span(10.0 * n, 10.0 * n + 10, text) for n, text in enumerate(MOVES)])
    return video


def text_of(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def made(scripted: Scripted, links: list[Any], **settings: Any) -> tuple[Timeline, list[Sample], list[Request]]:
    stage = QuestionChain.model_validate({"at": {"every": 10}, "length": 4, "options": 4, **settings})
    left = iter(links)

    def answer(_: Request) -> Any:
        link = next(left)
        return link if isinstance(link, Reply) else {"items": [{**link, **(WRONG if stage.options else {})}]}

    teacher = scripted(answer)
    video = asyncio.run(stage.run(video_of(), teacher))
    return video, video.samples, teacher.asked


def test_each_takes_up_the_last_answer_and_sees_nothing_later(scripted: Scripted) -> None:
    _, samples, asked = made(scripted, LINKS)
    assert [one.question for one in samples] == [link["question"] for link in LINKS]
    assert len({one.group for one in samples}) == 1
    assert [one.params[LINK] for one in samples] == ["1", "2", "3", "4"]
    assert [one.seen_end for one in samples] == [10, 20, 30, 40]
    for number, (sample, request) in enumerate(zip(samples, asked, strict=True)):
        said = text_of(request)
        assert misplaced(sample) is None
        assert len(sample.options) == 4
        assert sample.options[sample.answer_index or 0] == LINKS[number]["answer"]
        assert [turn.role for turn in sample.messages] == ["user", "assistant"] * (number + 1)
        assert sample.messages[: 2 * number] == (samples[number - 1].messages if number else [])
        assert all(text in said for text in MOVES[: number + 1])
        assert not any(text in said for text in MOVES[number + 1 :])
        assert all(link["answer"] in said and link["question"] in said for link in LINKS[:number])


def test_nobody_is_asked_where_nothing_has_come_since(scripted: Scripted) -> None:
    _, samples, asked = made(scripted, LINKS, at={"every": 5})
    assert [one.seen_end for one in samples] == [10, 20, 30, 40]
    assert len(asked) == 4, "at 15, 25 and 35 s there is nothing new"
    video, stage = video_of(), QuestionChain.model_validate({"at": {"every": 10}})
    video.put("captions", video.lane("captions")[:1])
    asyncio.run(stage.run(video, scripted({"items": []})))
    assert video.samples == []
    assert stage.summary(video.report) == (
        "question_chain: 0 chains with 0 questions; 1 video has fewer than two times with new words by then."
    )


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ({"question": "Where has the red ball gone since?"}, "names_last_answer"),
        ({"question": "Who leaves off last?"}, "refers_to_nothing"),
        ({"question": "Which way does it go?", "evidence": ["c1"], "answer": "To the left"}, "nothing_new"),
        ({"question": "Is it off the table?"}, "answer_in_question"),
        ({"question": "What does it do at 12 seconds?"}, "time_in_text"),
    ],
)
def test_a_question_that_does_not_follow_is_left_out(scripted: Scripted, link: dict[str, Any], reason: str) -> None:
    video, samples, asked = made(scripted, [LINKS[0], {**LINKS[1], **link}, *LINKS[2:]])
    assert [one.reason for one in video.rejects] == [reason]
    assert "item" in json.loads(video.rejects[0].detail)
    assert [one.question for one in samples] == [LINKS[n]["question"] for n in (0, 2, 3)]
    assert [one.params[LINK] for one in samples] == ["1", "2", "3"]
    assert LINKS[0]["answer"] in text_of(asked[2])


def test_a_chain_of_one_is_none(scripted: Scripted) -> None:
    video, samples, _ = made(scripted, [LINKS[0], *[Reply(failure="refused")] * 3])
    assert samples == []
    assert [one.reason for one in video.rejects] == [*["refused"] * 3, "chain_too_short"]
    with pytest.raises(Failed):
        made(scripted, [Reply(failure="refused")] * 4)


def test_chains_in_a_row_open_questions_and_too_few_times(scripted: Scripted) -> None:
    second = [{**LINKS[2], "question": "Who picks a ball up?"}, {**LINKS[3]}]
    _, samples, _ = made(scripted, [LINKS[0], second[0], LINKS[1], second[1]], length=2, per_video=2, options=0)
    assert [one.params[LINK] for one in samples] == ["1", "2", "1", "2"]
    assert len({one.group for one in samples}) == 2
    assert all(not one.options and one.messages[-1].content == one.answer for one in samples)
    video, samples, asked = made(scripted, [], at="middle")
    assert (samples, asked, video.report) == ([], [], {"too_few_times": 1})
    with pytest.raises(ValidationError, match="3 to 10, or 0 for open questions"):
        QuestionChain(options=2)
