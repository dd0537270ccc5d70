import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.activitynet import Activitynet


def read(table: Any, **settings: Any) -> list[Labelled]:
    return list(Activitynet(path="captions.json", **settings).read(json.dumps(table).encode()))


def test_sentences_become_spans() -> None:
    (found,) = read({"v_1": {"duration": 20.5, "timestamps": [[0, 4.5], [3, 20.5]], "sentences": [" One. ", "Two."]}})
    assert (found.name, found.duration, found.rejects) == ("v_1", 20.5, [])
    assert [(s.start, s.end, s.text, s.source) for s in found.lanes["events"]] == [
        (0.0, 4.5, "One.", "imported"),
        (3.0, 20.5, "Two.", "imported"),
    ]


def test_the_database_form_has_labels() -> None:
    about = {"duration": 9, "subset": "training", "annotations": [{"segment": [1, 2], "label": "Surfing"}]}
    (found,) = read({"version": "1", "database": {"abc": about}}, prefix="v_", lane="actions")
    assert found.name == "v_abc"
    assert [(s.start, s.end, s.text, s.label) for s in found.lanes["actions"]] == [(1.0, 2.0, None, "Surfing")]


@pytest.mark.parametrize(
    ("segment", "why"),
    [
        ([5, 2], "it ends before it starts"),
        ([-1, 2], "a time before the start of the video"),
        ([math.nan, 2], "a time that is not a finite number"),
        ([1, math.inf], "a time that is not a finite number"),
        ([1, 11.5], "it ends after the end of the video (10 s)"),
        ([10.5, 10.6], "it starts after the end of the video (10 s)"),
        (["one", 2], "a time that is not a finite number"),
        ([True, 2], "a time that is not a finite number"),
        ([10**400, 10**400], "a time that is not a finite number"),
        ([1], "is not [start, end]"),
        (None, "is not [start, end]"),
    ],
)
def test_bad_times_are_rejected_with_the_reason(segment: Any, why: str) -> None:
    good = [0, 10.9]  # half a second too long is cut later, not refused
    (found,) = read({"v": {"duration": 10, "timestamps": [segment, good], "sentences": ["Bad.", "Good."]}})
    assert [span.text for span in found.lanes["events"]] == ["Good."]
    (reject,) = found.rejects
    assert (reject.stage, reject.kind, reject.reason, reject.lane) == ("labels", "failed", "bad_time", "events")
    assert why in reject.detail
    assert "timestamp 1" in reject.detail


def test_what_has_the_wrong_shape_is_said() -> None:
    more, text, none, shape = read(
        {
            "more": {"timestamps": [[0, 1], [1, 2]], "sentences": ["One."]},
            "text": {"timestamps": [[0, 1]], "sentences": [7]},
            "none": {"duration": "long", "timestamps": None},
            "shape": [1],
        }
    )
    assert [r.detail for r in more.rejects] == ["timestamps and sentences: 2 times but 1 sentences"]
    assert [(r.reason, r.detail) for r in text.rejects] == [("bad_row", "timestamp 1: the sentence is not text")]
    assert [r.reason for r in none.rejects] == ["bad_time", "bad_row"]
    assert [r.detail for r in shape.rejects] == ["shape: not a JSON object"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[1]", "captions.json: not the ActivityNet form"),
        (b'{"a":\n1', "captions.json:2: not valid JSON"),
        (b"[" * 200_000, "captions.json: not valid JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(data: bytes, why: str) -> None:
    with pytest.raises(LabelError) as error:
        list(Activitynet(path="captions.json").read(data))
    assert str(error.value).startswith(why)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ABOUT = st.fixed_dictionaries(
    {}, optional={"duration": JSON, "timestamps": JSON, "sentences": JSON, "annotations": JSON}
)


@given(st.dictionaries(st.text(max_size=4), ABOUT | JSON, max_size=3))
def test_any_json_object_gives_sound_spans_or_reasons(table: dict[str, Any]) -> None:
    for found in Activitynet(path="x.json").read(json.dumps(table).encode()):
        for span in found.lanes.get("events", []):
            assert 0 <= span.start <= span.end
        assert all(reject.reason in ("bad_time", "bad_row") for reject in found.rejects)
