"""Limits that charts are drawn with, and what a reject's value was a measure of."""

from __future__ import annotations

import pytest

from vdata.report.stage_limits import find_limits, measure_of
from vdata.stages.keep.keep import Keep
from vdata.stages.media.quality import Quality


def test_the_ranges_of_keep_are_limits_as_those_of_quality_are() -> None:
    stages = [
        {"stage": "quality", **Quality(min_sharpness=20, of="clips").model_dump(mode="json")},
        {
            "stage": "keep",
            **Keep(of="clips", where={"motion": {"min": 0.0, "max": 2}, "label": ["a"]}).model_dump(mode="json"),
        },
        {"stage": "keep", **Keep(where={"seconds": {"min": 10}}).model_dump(mode="json")},
    ]
    found = [(one.lane, one.measure, one.text) for one in find_limits(stages)]
    assert ("clips", "sharpness", "quality: at least 20") in found
    assert found[-3:] == [
        ("clips", "motion", "keep: at least 0"),
        ("clips", "motion", "keep: at most 2"),
        ("", "seconds", "keep: at least 10"),
    ]


@pytest.mark.parametrize(
    ("stage", "reason", "measure"),
    [
        ("quality", "too_blurred", "sharpness"),
        ("keep", "motion_too_low", "motion"),
        ("keep#2", "seconds_too_high", "seconds"),
        ("keep", "motion_not_in_top", "motion"),
        ("keep", "motion_above_quantile", "motion"),
        ("keep", "topic_over_balance", None),
        ("keep", "label_not_wanted", None),
        ("shots", "too_short", "seconds"),
    ],
)
def test_what_was_measured(stage: str, reason: str, measure: str | None) -> None:
    assert measure_of(stage, reason) == measure
