"""Multiple choice without its options, and what cannot be asked without them."""

from __future__ import annotations

import pytest

from vdata.rules.letters import with_letters
from vdata.schemas import Evidence, Message, Sample, Timeline, make_id
from vdata.stages.instruct.by_rule.open_questions import OpenQuestions, depends_on_options
from vdata.stages.instruct.by_rule.options import Options

COLOURS = ["red", "blue", "green"]


def asked(question: str = "What colour is the ball?", options: list[str] = COLOURS, right: int = 1) -> Sample:
    said = f"<think>\nIt rolls by.\n</think>\n{'ABC'[right]}. {options[right]}"
    turns = [Message("user", with_letters(question, options, "Choose.")), Message("assistant", said)]
    sample = Sample("what", question, options[right], 0.0, 9.0, [Evidence(0.0, 9.0, "questions", "", "q1")])
    sample.options, sample.answer_index, sample.messages, sample.teacher = options, right, turns, "imported"
    sample.id = make_id(question, options)
    return sample


def video(*samples: Sample) -> Timeline:
    made = Timeline("a.mp4", make_id("a"), 60.0)
    made.samples = list(samples)
    return made


def test_the_options_go_and_the_thought_stays() -> None:
    made = OpenQuestions().run(video(asked()))
    (sample,) = made.samples
    assert (sample.options, sample.answer_index, sample.answer, sample.group) == ([], None, "blue", "")
    assert [(turn.role, turn.content) for turn in sample.messages] == [
        ("user", "What colour is the ball?"),
        ("assistant", "<think>\nIt rolls by.\n</think>\nblue"),
    ]
    assert sample.id != asked().id
    assert OpenQuestions().summary(made.report) == "open_questions: 1 questions were opened."


def test_a_question_with_a_long_answer_goes_with_its_choice() -> None:
    long = asked(options=["red", "blue with a white line", "green"])
    made = OpenQuestions(max_words=3, keep_choice=True).run(video(asked(), long))
    assert [sample.answer for sample in made.samples] == ["blue", "blue"]
    (reject,) = made.rejects
    assert (reject.reason, reject.value, reject.threshold) == ("long_answer", 5, 3)
    said = OpenQuestions(max_words=3).summary(made.report)
    assert said == ("open_questions: 1 questions were opened; 1 have answers of more than 3 words and were dropped.")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which of the following is seen first?", "Which of the following"),
        ("Which option best describes the scene?", "Which option best"),
        ("What statement is true of the man?", "What statement is"),
        ("Choose the right title.", "Choose the"),
        ("Which colour is not to be seen?", "Which colour is not"),
        ("All of these are shown EXCEPT", "EXCEPT"),
        ("Among these, who leaves first?", "Among these"),
        ("What best describes his mood?", "best describes"),
        ("Is (B) heavier?", "(B)"),
        ("以下哪一个最先出现?", "以下"),
        ("Lequel des objets suivants est rouge ?", "Lequel des"),
        ("¿Cuál de los siguientes objetos es rojo?", "siguientes"),
        ("Welcher der folgenden Gegenstände ist rot?", "folgenden"),
    ],
)
def test_a_question_that_depends_on_its_options_is_rejected(question: str, said: str) -> None:
    made = OpenQuestions().run(video(asked(question)))
    assert made.samples == []
    (reject,) = made.rejects
    assert (reject.stage, reject.reason) == ("open_questions", "depends_on_options")
    assert reject.detail.casefold().startswith(f"{said!r} in what: ".casefold())


@pytest.mark.parametrize("answer", ["all of the above", "Both A and B", "None of these"])
def test_an_answer_that_speaks_of_others_is_rejected(answer: str) -> None:
    assert depends_on_options(asked(options=["red", answer, "green"]))


@pytest.mark.parametrize(
    "question",
    [
        "Which ball is red?",
        "Why does the man not stop?",
        "What happens after the following car stops?",
        "What did she choose for dinner?",
        "How does the order of events end?",
        "What is written above the door?",
    ],
)
def test_a_question_that_stands_alone_is_opened(question: str) -> None:
    assert depends_on_options(asked(question)) == ""


def test_the_choice_may_stay_and_rotations_give_one_question() -> None:
    turned = Options(existing="reorder", circular=True).run(video(asked()))
    assert len(turned.samples) == 3
    made = OpenQuestions(keep_choice=True).run(turned)
    assert [bool(sample.options) for sample in made.samples] == [True, False, True, True]
    kept = OpenQuestions(keep_choice=True).run(video(asked("Which of the following is red?")))
    assert (len(kept.samples), kept.rejects) == (1, [])
    assert OpenQuestions(keep_choice=True).summary(kept.report) == (
        "open_questions: no question was opened; 1 depend on their options and stay."
    )
    other = OpenQuestions(tasks=["why"]).run(video(asked()))
    assert other.samples[0].options
    assert not OpenQuestions(tasks=["imported"]).run(video(asked())).samples[0].options
