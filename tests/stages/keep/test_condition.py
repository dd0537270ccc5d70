"""Conditions: short forms, what they break on, and settings that say nothing or contradict themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from vdata.schemas import Span, Timeline
from vdata.stages.keep.condition import Where, breaches
from vdata.stages.keep.measure import measure

WHERE: TypeAdapter[Any] = TypeAdapter(Where)


def said(where: dict[str, Any], **span: Any) -> list[tuple[str, float | None, float | None, str]]:
    rules = [(measure(name, "clips"), one) for name, one in WHERE.validate_python(where).items()]
    found = breaches(rules, Timeline("a", "a"), Span(0, 4, **span))
    return [(one.reason, one.value, one.threshold, one.detail) for one in found]


def test_ranges_take_in_their_limits() -> None:
    for much in (0.1, 0.15, 0.2):
        assert said({"motion": {"min": 0.1, "max": 0.2}}, values={"motion": much}) == []
    still = said({"motion": {"min": 0.1, "max": 0.2}}, values={"motion": 0.05})
    assert still == [("motion_too_low", 0.05, 0.1, "motion 0.05, at least 0.1")]
    assert said({"seconds": {"max": 3}}) == [("seconds_too_high", 4.0, 3.0, "seconds 4, at most 3")]


def test_sums_of_floats_do_not_break_a_limit_by_themselves() -> None:
    assert said({"motion": {"max": 0.3}}, values={"motion": 0.1 + 0.2}) == []


@pytest.mark.parametrize(
    ("wanted", "label", "kept"),
    [
        ("run", "run", True),
        (["run", "jump"], "Jump", True),
        (["long_jump"], "long jump", True),
        (["jump*"], "jumping", True),
        (["run"], "running", False),
        (["!talk*"], "run", True),
        (["!talk*"], "talking", False),
        (["*", "!talk*"], "talking", False),
        (["[music]"], "[music]", True),
        (["[music]"], "m", False),
        ([True], "yes", True),
        ([True], "no", False),
        ([5], "5", True),
        ([2.5], "2.5", True),
    ],
)
def test_what_is_wanted(wanted: Any, label: str, kept: bool) -> None:
    found = said({"label": wanted}, label=label)
    assert [one[0] for one in found] == ([] if kept else ["label_not_wanted"])


def test_numbers_that_are_wanted_and_numbers_written_as_text() -> None:
    assert said({"grade": [4, 5]}, values={"grade": 4.0}) == []
    assert said({"grade": 5}, values={"grade": 4.0}) == [("grade_not_wanted", 4.0, None, "grade '4', wanted: 5")]
    assert said({"attr.grade": {"min": 4}}, attrs={"grade": "4.5"}) == []


def test_what_is_not_known() -> None:
    assert said({"motion": {"min": 0}}) == [("motion_not_stated", None, 0.0, "motion is not known, at least 0")]
    assert said({"motion": {"max": 2}}) == [("motion_not_stated", None, 2.0, "motion is not known, at most 2")]
    assert said({"motion": [1]}) == [("motion_not_stated", None, None, "motion is not known, wanted: 1")]
    assert said({"attr.grade": {"min": 4}}, attrs={"grade": "good"}) == [
        ("attr_grade_not_stated", None, 4.0, "attr.grade is 'good', which is no number, at least 4")
    ]


def test_all_breaches_in_order() -> None:
    where = {"overlap.speech": {"min": 0.5}, "label": ["a"], "seconds": {"max": 9}}
    assert [one[0] for one in said(where, label="b")] == ["overlap_speech_too_low", "label_not_wanted"]


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(-100, 100))
def test_a_range_keeps_what_lies_between(low: float, high: float, value: float) -> None:
    low, high, value = round(min(low, high), 3), round(max(low, high), 3), round(value, 3)
    assert (said({"x": {"min": low, "max": high}}, values={"x": value}) == []) == (low <= value <= high)


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ({}, "says nothing"),
        ([], "says nothing"),
        ({"min": 3, "max": 2}, "nothing can be kept: min 3 is greater than max 2"),
        ({"min": 3, "one_of": ["a"]}, "not both"),
        ({"least": 3}, "Extra inputs"),
        ({"min": "two"}, "valid number"),
        ([["a"]], "valid string"),
        ([""], "at least 1 character"),
        (None, "valid string"),
    ],
)
def test_conditions_that_are_refused(condition: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        WHERE.validate_python({"motion": condition})
