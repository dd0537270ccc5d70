"""Which stretch of its video a sample can be shown with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.stretch import iou, shown_alone, stretch_of
from vdata.schemas import Evidence, Message, Sample


def asked(task: str, question: str, answer: str = "A man.", **params: str) -> Sample:
    evidence = [Evidence(12.0, 15.5, "steps", "a man waves")]
    messages = [Message("user", question), Message("assistant", answer)]
    clock = {"time_format": "seconds", "duration": "60.0"}
    return Sample(task, question, answer, 12.0, 15.5, evidence, {**clock, **params}, messages=messages)


@pytest.mark.parametrize(
    ("task", "question", "params"),
    [
        ("what", "Who waves?", {}),
        ("event_order", "In which order do these come, first to last?", {}),
        ("order", "Which way round, first to last?", {"rule": "event_order"}),
        ("what", 'What does the sign "open at 0:30, first floor" stand on?', {}),
    ],
)
def test_what_holds_of_the_stretch_alone_is_cut(task: str, question: str, params: dict[str, str]) -> None:
    sample = asked(task, question, **params)
    assert stretch_of(sample) == (12.0, 15.5)
    assert stretch_of(sample, tight=False) is None


@pytest.mark.parametrize(
    ("task", "question", "answer", "params"),
    [
        ("moment_retrieval", "When does a man wave?", "From 12.0 to 15.5 seconds.", {}),
        ("when", "When does a man wave?", "From 12.0 to 15.5 seconds.", {"rule": "moment_retrieval"}),
        ("grounded_caption", "What happens from 12.0 to 15.5 seconds?", "A man waves.", {}),
        ("first_last", "Which event is first?", "A man waves.", {}),
        ("before_after", "What comes right after the event?", "A man waves.", {}),  # else only the two are left
        ("counting", "How many events are there?", "1", {}),
        ("what", "Who waves at 0:13?", "A man.", {}),
        ("what", "Who waves?", "A man, at <20>.", {"time_format": "tokens", "token": "<{}>"}),
        ("what", "Who waves at the beginning of the video?", "A man.", {}),
        ("what", "Who is the last to wave?", "A man.", {}),
        ("what", "How often does he wave?", "Twice.", {}),
        ("summary", "What is it about?", "A man waves.", {}),
    ],
)
def test_what_depends_on_more_is_shown_whole(task: str, question: str, answer: str, params: dict[str, str]) -> None:
    assert stretch_of(asked(task, question, answer, **params)) is None


def test_times_in_options_and_chains_of_thought_count() -> None:
    sample = asked("what", "Who waves?")
    sample.options = ["A man, from 3 to 5 seconds.", "A dog."]
    assert stretch_of(sample) is None
    sample = asked("what", "Who waves?")
    sample.rationale = "1. A hand comes up. (from 12.5 to 13.0 seconds)"
    assert stretch_of(sample) is None


def test_a_description_is_shown_alone_and_a_prediction_up_to_where_it_asks() -> None:
    assert shown_alone(asked("preference", "Describe the video.", about="spans")) == (12.0, 15.5)
    assert stretch_of(asked("preference", "Describe the whole video.", about="spans"), tight=False) == (12.0, 15.5)
    assert stretch_of(asked("prediction", "What comes after 14.0 seconds?", seen="s1")) == (0.0, 15.5)
    assert stretch_of(asked("preference", "Describe the whole video.", about="video")) is None


def test_a_moment_is_no_stretch() -> None:
    sample = asked("what", "Who waves?")
    sample.end = sample.start
    assert stretch_of(sample) is None


def test_iou_by_hand() -> None:
    assert iou((2, 6), (4, 8)) == pytest.approx(2 / 6)
    assert iou((0, 1), (2, 3)) == 0
    assert iou((2, 2), (2, 2)) == 1
    assert iou((0, 10), (4, 5)) == pytest.approx(0.1)


@given(st.tuples(st.floats(0, 100), st.floats(0, 100)), st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_iou_is_symmetric_and_a_share(a: tuple[float, float], b: tuple[float, float]) -> None:
    one, other = (min(a), max(a)), (min(b), max(b))
    assert 0 <= iou(one, other) <= 1
    assert iou(one, other) == iou(other, one)


def test_what_is_asked_at_a_time_is_shown_with_what_may_be_seen_then() -> None:
    for question in ("Who waves?", "When does a man wave?", "Who is the last to wave?"):
        sample = asked("what", question)
        sample.seen_start, sample.seen_end = 3.0, 9.5
        assert shown_alone(sample) == stretch_of(sample) == stretch_of(sample, tight=False) == (3.0, 9.5)
    sample.seen_start = None
    assert shown_alone(sample) == (0.0, 9.5)
