"""Names of measures that no span carries, that do not fit what is asked, and the words that were meant."""

from __future__ import annotations

import pytest

from vdata.schemas.lane_names import KnownLanes, LaneNames
from vdata.stages.keep.condition import MeasureCondition
from vdata.stages.keep.known_measures import mistake

KNOWN: KnownLanes = {
    "shots": LaneNames.of(values={"motion", "grade"}, attrs={"begins", "grade"}, own={"score"}),
    "texts": LaneNames.of(values={"x0", "y0", "x1", "y1"}, own={"text"}),
    "events": None,
}
RANGE, WORDS = MeasureCondition(min=1), MeasureCondition(one_of=["a"])


@pytest.mark.parametrize(
    ("name", "of", "condition", "said", "hint"),
    [
        ("motoin", "shots", RANGE, "no span of shots carries motoin.", "Did you mean motion?"),
        ("lable", "shots", RANGE, "no span of shots carries lable.", "Did you mean label?"),
        ("label", "shots", WORDS, "no span of shots has a label.", ""),
        ("fps", "shots", RANGE, "no span of shots carries fps.", "Of the file it is video.fps."),
        ("camera", "shots", WORDS, "no span of shots carries camera.", "camera writes it: list that before, with of"),
        ("sharpness", "shots", RANGE, "no span of shots carries sharpness.", "quality writes it: list that before"),
        ("texts", "shots", WORDS, "no span of shots carries texts.", "overlap.texts, area.texts, count.texts"),
        ("attr.motion", "shots", WORDS, "no span of shots carries attr.motion.", "Known here: grade, motion, begins"),
        ("value.begins", "shots", RANGE, "no span of shots carries value.begins.", "Known here"),
        ("motion", "shots", WORDS, "motion is a number: write {min: …}, {max: …} or numbers, got 'a'.", ""),
        ("text", "texts", RANGE, "text is a text: list what is wanted", ""),
        ("area.shots", "texts", RANGE, "the spans of shots have no boxes.", "read_text writes some"),
        ("video.area.shots", "texts", RANGE, "the spans of shots have no boxes.", "read_text writes some"),
        ("widht", None, RANGE, "widht is no fact of a video file", "Did you mean width?"),
        ("topic", None, WORDS, "what the manifest says is attr.topic", "Known here: seconds, width"),
        ("codec", None, RANGE, "codec is a text", ""),
        ("width", None, WORDS, "width is a number", ""),
        ("overlap.", "shots", RANGE, "nothing stands behind the dot", ""),
    ],
)  # fmt: skip
def test_mistakes(name: str, of: str | None, condition: MeasureCondition, said: str, hint: str) -> None:
    found = mistake(name, of, KNOWN, condition.mismatch)
    assert found is not None
    assert said in found[0]
    assert hint in found[1]


@pytest.mark.parametrize(
    ("name", "of", "condition"),
    [
        ("motion", "shots", RANGE),
        ("grade", "shots", WORDS),
        ("grade", "shots", RANGE),
        ("attr.begins", "shots", RANGE),
        ("score", "shots", RANGE),
        ("seconds", "shots", RANGE),
        ("anything", "events", WORDS),
        ("label", "events", WORDS),
        ("anything", "nobody", WORDS),
        ("area.texts", "shots", RANGE),
        ("area.events", "shots", RANGE),
        ("video.attr.topic", "shots", WORDS),
        ("attr.views", None, RANGE),
        ("width", None, MeasureCondition(one_of=["640", "!320"])),
    ],
)
def test_what_may_be(name: str, of: str | None, condition: MeasureCondition) -> None:
    assert mistake(name, of, KNOWN, condition.mismatch) is None
