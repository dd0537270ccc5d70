"""Questions put into conversations: every one once, with its answer and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.stages.instruct.by_rule.conversations import Conversations


def asked(n: int, **more: Any) -> Sample:
    turns = [Message("user", f"Question {n}?"), Message("assistant", f"Answer {n}.")]
    cited = [Evidence(n, n + 1, "pages", f"page {n}", f"s{n}")]
    return Sample("what", turns[0].content, turns[1].content, n, n + 1, cited, messages=turns, teacher="t", **more)


def video(*samples: Sample) -> Timeline:
    return Timeline("a", "a", 20.0, samples=list(samples))


def test_every_question_is_asked_once_with_its_answer() -> None:
    made = Conversations(turns=4).run(video(*(asked(n) for n in range(10)))).samples
    assert [len(one.messages) // 2 for one in made] == [4, 4, 2]
    pairs = [
        (one.content, other.content)
        for sample in made
        for one, other in zip(sample.messages[::2], sample.messages[1::2], strict=True)
    ]
    assert sorted(pairs) == [(f"Question {n}?", f"Answer {n}.") for n in range(10)]
    assert pairs != sorted(pairs), "in an order that is drawn"
    for sample in made:
        assert sample.task == "conversation"
        assert [turn.role for turn in sample.messages] == ["user", "assistant"] * (len(sample.messages) // 2)
        assert {item.span for item in sample.evidence} == {
            f"s{turn.content.split()[1][:-1]}" for turn in sample.messages[::2]
        }
        assert sample.start == min(item.start for item in sample.evidence)
        assert sample.question.count("\n") == len(sample.messages) // 2 - 1


def test_by_time_they_come_in_the_order_of_the_text() -> None:
    (made,) = Conversations(order="time", turns=9).run(video(*(asked(n) for n in (3, 1, 2)))).samples
    assert made.question == "Question 1?\nQuestion 2?\nQuestion 3?"


def test_what_one_turn_was_written_from_is_said_of_all() -> None:
    (made,) = Conversations().run(video(asked(1), asked(2, params={"written_from": "frames"}))).samples
    assert made.params == {"questions": "2", "written_from": "frames"}


def test_what_cannot_be_a_turn_stays_as_it_is() -> None:
    pair = asked(1, rejected="No.", rejected_source="best_of")
    part, alone = asked(2, params={"about": "spans"}), asked(3, params={"media": "none"})
    other = replace(asked(4), task="when")
    kept = [pair, part, alone, other]
    made = Conversations(tasks=["what"]).run(video(*kept, asked(5), asked(6))).samples
    assert made[:4] == kept
    assert [one.task for one in made[4:]] == ["conversation"]
