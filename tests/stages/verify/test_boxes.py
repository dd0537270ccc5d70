"""The check ``boxes``: boxes that leave the picture, or are none of what they are cited from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vdata.schemas import Box, Evidence, Sample, Span, Timeline
from vdata.stages.verify.checks.boxes import BoxesCheck
from vdata.stages.verify.finding import Facts

BOX = Box(2.0, 0.1, 0.2, 0.3, 0.4)


def found(box: Box, **changed: Any) -> tuple[str, str]:
    video = Timeline("a", "a", 10.0)
    (span,) = video.put("tracks", [Span(1, 5, label="dog", boxes=[BOX, replace(BOX, time=4.0)])])
    answer = "[0.100, 0.200, 0.300, 0.400]"
    sample = Sample("spatial_grounding", "Where?", answer, 1, 5, params={"box_format": "shares"})
    sample.evidence = [Evidence(1, 5, "tracks", "dog", span.id, [box])]
    told = BoxesCheck().check(replace(sample, **changed), Facts(video))
    assert told is not None
    return told.reason, told.detail


def test_the_box_of_its_span_passes() -> None:
    assert found(BOX) == ("", "")
    sample = Sample("qa", "Where?", "There.", 0, 5, [Evidence(1, 5, "tracks", "dog")])
    assert BoxesCheck().check(sample, Facts(Timeline("a", "a", 10.0))) is None


@pytest.mark.parametrize(
    ("changed", "reason", "why"),
    [
        ({"right": 1.2}, "outside_picture", "tracks at 2 s: 0.100, 0.200, 1.200, 0.400"),
        ({"bottom": 0.2}, "outside_picture", "0.100, 0.200, 0.300, 0.200"),
        ({"time": 3.0}, "unknown_box", "has no box at 3 s"),
        ({"time": 7.0}, "unknown_box", "a box at 7 s, of 1-5 s"),
        ({"left": 0.15}, "unknown_box", "is in 0.100, 0.200, 0.300, 0.400, cited as 0.150, 0.200, 0.300, 0.400"),
    ],
)
def test_another_box_is_found(changed: dict[str, Any], reason: str, why: str) -> None:
    told = found(replace(BOX, **changed))
    assert told[0] == reason
    assert why in told[1]


def test_words_are_read_too() -> None:
    assert found(BOX, answer="[0.100, 0.200, 1.300, 0.400]")[0] == "outside_picture"
    assert found(BOX, options=["[0.900, 0.200, 0.300, 0.400]"])[0] == "outside_picture"
    assert found(BOX, params={"box_format": "feet"})[0] == "unknown_box"
