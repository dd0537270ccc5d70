"""Multiple choice that is there: other orders, rotations, and lengths."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from vdata.rules.letters import LETTERS, with_letters
from vdata.rules.option_lengths import told_by_length
from vdata.schemas import Evidence, Message, Sample, Timeline, make_id
from vdata.scoring.items import Prediction, items
from vdata.stages.instruct.by_rule.existing_options import keeps_its_order
from vdata.stages.instruct.by_rule.options import Options

NAMES = ["a red ball", "a blue cup", "a green box", "a dark room"]


def asked(options: list[str], right: int = 1, at: float = 0.0, question: str = "What is seen?") -> Sample:
    """An imported question that rests on ten seconds from *at* on."""
    turns = [Message("user", with_letters(question, options, "Reply.")), Message("assistant", LETTERS[right])]
    sample = Sample("what", question, options[right], at, at + 10, [Evidence(at, at + 10, "questions", "", f"q{at:g}")])
    sample.options, sample.answer_index, sample.messages, sample.teacher = options, right, turns, "imported"
    sample.id = make_id(question, options, at)
    return sample


def video(*samples: Sample) -> Timeline:
    made = Timeline("a.mp4", make_id("a"), 400.0)
    made.samples = list(samples)
    return made


def test_what_has_options_stays_unless_it_is_said() -> None:
    made = Options().run(video(asked(NAMES)))
    assert [sample.options for sample in made.samples] == [NAMES]
    assert made.report == {"have_options": 1}


def test_every_rotation_is_a_sample_of_one_group_and_the_group_is_right_when_all_are() -> None:
    first = asked(NAMES)
    made = Options(existing="reorder", circular=True).run(video(first))
    assert len(made.samples) == 4
    assert {sample.group for sample in made.samples} == {first.id}
    assert len({sample.id for sample in made.samples} - {first.id}) == 4
    assert sorted(sample.answer_index or 0 for sample in made.samples) == [0, 1, 2, 3]
    for sample in made.samples:
        assert sample.options[sample.answer_index or 0] == sample.answer == "a blue cup"
        asked_turn, reply = sample.messages
        assert asked_turn.content == with_letters("What is seen?", sample.options, "Reply.")
        assert reply.content == LETTERS[sample.answer_index or 0]
    right = {sample.id: Prediction(LETTERS[sample.answer_index or 0]) for sample in made.samples}
    assert [item.right for item in items(made.samples, right)] == [True]
    right[made.samples[2].id] = Prediction("A" if made.samples[2].answer_index else "B")
    assert [item.right for item in items(made.samples, right)] == [False]


def test_each_letter_is_right_equally_often() -> None:
    made = Options(existing="reorder").run(video(*(asked(NAMES, 2, n * 10.0) for n in range(12))))
    assert Counter(sample.answer_index for sample in made.samples) == dict.fromkeys(range(4), 3)
    assert Options(existing="reorder").summary(made.report) == "options: 12 samples that had options were reordered."


@pytest.mark.parametrize(
    ("options", "question", "rationale"),
    [
        (["red", "blue", "all of the above"], "What?", ""),
        (["red", "blue", "both A and B"], "What?", ""),
        (["red", "blue", "green"], "Is (A) to be seen?", ""),
        (["red", "blue", "green"], "What?", "Option C is wrong, since no green is there."),
        (["red", "blue", "green"], "What?", "B. blue is seen at the start."),
    ],
)
def test_what_speaks_of_letters_or_other_options_keeps_its_order(
    options: list[str], question: str, rationale: str
) -> None:
    sample = asked(options, question=question)
    sample.rationale = rationale
    assert keeps_its_order(sample)
    made = Options(existing="reorder", circular=True).run(video(sample))
    assert made.samples == [sample]
    assert made.report == {"have_options": 1}


def test_words_that_only_look_like_letters_are_no_hindrance() -> None:
    assert not keeps_its_order(asked(["A man", "I think so", "vitamin C"], question="A choice is made. Which?"))


def test_the_thought_before_a_reply_stays() -> None:
    sample = asked(NAMES)
    sample.messages[1].content = "<think>\nIt is blue.\n</think>\nB. a blue cup"
    for turned in Options(existing="reorder", circular=True).run(video(sample)).samples:
        letter = LETTERS[turned.answer_index or 0]
        assert turned.messages[1].content == f"<think>\nIt is blue.\n</think>\n{letter}. a blue cup"


def test_lengths_are_balanced_with_answers_to_like_questions() -> None:
    """Written as models write: the right option is always the longest by far. Afterwards any is as often."""
    rng, ranks, told = Random(5), Counter[int](), 0
    for n in range(30):
        samples = []
        for k in range(12):
            words = [
                rng.choice(["amber", "birch", "coral", "dune", "ember", "fjord", "grove", "heron"])
                + str(rng.randrange(999))
                for _ in range(12)
            ]
            options = [
                " ".join(words[:2]),
                " ".join(words[2:4]),
                " ".join(words[4 : rng.randint(8, 12)]),
                words[0] + "x",
            ]
            samples.append(asked(options, 2, k * 20.0, f"What does the {words[5]} show in scene {words[6]}?"))
        made = video(*samples)
        made.id = make_id("v", n)
        Options(existing="balance").run(made)
        assert len(made.samples) == 12
        for sample in made.samples:
            assert len(set(sample.options)) == 4
            ranks[sum(len(option) < len(sample.answer) for option in sample.options)] += 1
            told += told_by_length(sample.options, sample.answer_index or 0) is not None
    assert sum(ranks.values()) == 360
    assert all(60 <= ranks[rank] <= 120 for rank in range(4))
    assert told < 18


def test_an_imported_open_question_gets_options_when_it_is_named() -> None:
    samples = []
    for n, words in enumerate(("a red ball", "the blue cup", "one green box", "that dark room")):
        sample = asked([words, "x"], 0, n * 20.0, f"What does the {['man', 'woman', 'child', 'dog'][n]} hold?")
        sample.options, sample.answer_index, sample.params = [], None, {"rule": "", "duration": "400.0"}
        samples.append(sample)
    assert Options().run(video(*samples)).samples == samples
    made = Options(tasks=["imported"]).run(video(*samples))
    assert [sorted(sample.options) for sample in made.samples] == [sorted(sample.answer for sample in samples)] * 4
