"""Letters over all videos: each is right equally often, and nothing else about a sample changes."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdata.rules.letters import ASK, LETTERS, dealt, item_of
from vdata.schemas import Evidence, Message, Sample, Span, Timeline
from vdata.stages.instruct.by_rule.deal_letters import DealLetters
from vdata.stages.instruct.by_rule.tasks import Tasks


def question(task: str, n: int, size: int = 4, right: int = 0) -> Sample:
    options = [f"thing {k} of {n}" for k in range(size)]
    evidence = [Evidence(0.0, 2.0, "acts", options[right], "span")]
    sample = Sample(task, f"What is in {n}?", options[right], 0.0, 2.0, evidence, id=f"{task}{n}")
    sample.messages = [Message("user", sample.question), Message("assistant", sample.answer)]
    made = item_of(sample, options, ASK[0], "")
    made.id = sample.id
    return made


def video(n: int, *samples: Sample) -> Timeline:
    made = Timeline(f"{n}.mp4", f"id{n}", 3.0)
    made.samples = list(samples)
    return made


def deal(*videos: Timeline) -> list[Sample]:
    stage = DealLetters()
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]
    verdicts = json.loads(json.dumps(stage.gather(told)))
    return [sample for one in videos for sample in stage.apply(one, verdicts.get(one.id)).samples]


def letters(samples: list[Sample], task: str, size: int = 4) -> Counter[int | None]:
    return Counter(one.answer_index for one in samples if one.task == task and len(one.options) == size)


def spread(counts: Counter[int | None], size: int) -> int:
    return max(counts[n] for n in range(size)) - min(counts[n] for n in range(size))


def test_with_a_question_a_video_each_letter_is_right_equally_often() -> None:
    made = deal(*(video(n, question("what", n)) for n in range(54)))
    assert sorted(letters(made, "what").values()) == [13, 13, 14, 14]
    runs = "".join(LETTERS[one.answer_index or 0] for one in made)
    assert len({runs[n : n + 4] for n in range(0, 52, 4)}) > 5  # in no order that one could go by


def test_a_sample_is_the_same_but_for_the_order_of_its_options() -> None:
    for n, one in enumerate(deal(*(video(n, question("what", n)) for n in range(8)))):
        was = question("what", n)
        assert (one.id, one.question, one.answer, one.evidence) == (was.id, was.question, was.answer, was.evidence)
        assert sorted(one.options) == was.options
        assert one.options[one.answer_index or 0] == one.answer
        lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, one.options, strict=False)]
        assert one.messages[0].content == "\n".join([one.question, *lines, ASK[0]])
        assert one.messages[1].content == f"{LETTERS[one.answer_index or 0]}. {one.answer}"


@given(counts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_of_each_task_and_number_of_options_however_many_a_video_has(counts: list[tuple[int, int]]) -> None:
    videos = []
    for n, (four, three) in enumerate(counts):
        own = [question("what", 100 * n + k) for k in range(four)]
        own += [question("what", 100 * n + 50 + k, 3) for k in range(three)]
        own += [question("who", 100 * n + 80 + k) for k in range(three)]
        Random(n).shuffle(own)
        videos.append(video(n, *own))
    made = deal(*videos)
    assert len(made) == sum(four + 2 * three for four, three in counts)
    for task, size in (("what", 4), ("what", 3), ("who", 4)):
        assert spread(letters(made, task, size), size) <= 1


def test_what_speaks_of_letters_or_is_one_of_a_group_or_a_scale_stays() -> None:
    rotation, open_question, pair = question("what", 1), question("what", 2), question("what", 3)
    rotation.group, open_question.options, open_question.answer_index, pair.rejected = "g", [], None, "worse"
    spoken = question("what", 4)
    spoken.options[3] = "none of the above"
    scale = question("what", 5)
    scale.params["options_order"] = "given"
    kept = [rotation, open_question, pair, spoken, scale]
    one = video(0, *kept, question("what", 6))
    assert deal(one)[:5] == kept
    assert one.report == {"dealt": 1, "kept": 4}
    stage = DealLetters()
    told = "deal_letters: the letters of 1 sample were dealt over all videos; 4 with options stay as they are."
    assert stage.summary(one.report) == told
    assert stage.summary({}) == "deal_letters: no sample has options."


def test_the_order_in_which_videos_come_changes_nothing() -> None:
    first = {one.id: one.options for one in deal(*(video(n, question("what", n)) for n in range(20)))}
    again = {one.id: one.options for one in deal(*(video(n, question("what", n)) for n in reversed(range(20))))}
    assert first == again


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_of_as_many_turns_as_options_each_place_has_one(size: int) -> None:
    for block in range(20):
        places = [dealt(block * size + n, size, "key") for n in range(size)]
        assert sorted(places) == list(range(size))
    assert len({tuple(dealt(block * size + n, size, "key") for n in range(size)) for block in range(40)}) > 1


def test_steps_of_a_scale_that_a_template_lists_keep_their_order() -> None:
    made = Timeline("v.mp4", "v", 9.0)
    made.put("scores", [Span(0, 9, label="good")])
    scale = {"list": ["bad", "fair", "good"], "order": "given"}
    template = {"name": "level", "of": "scores", "ask": ["Which grade has it?"], "answer": "{label}", "options": scale}
    Tasks.model_validate({"tasks": [template]}).apply(made, None)
    (sample,) = deal(made)
    assert (sample.options, sample.answer_index) == (["bad", "fair", "good"], 2)
