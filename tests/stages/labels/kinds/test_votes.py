"""People's votes on two videos as labels of both of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.votes import Votes


def read(*rows: Any, **settings: Any) -> dict[str, Labelled]:
    data = "\n".join(json.dumps(row) for row in rows).encode()
    return {found.name: found for found in Votes(path="votes.jsonl", **settings).read(data)}


def laid(found: Labelled) -> list[tuple[str | None, dict[str, str]]]:
    spans = found.lanes["votes"]
    return [(span.label, {key: value for key, value in span.attrs.items() if key != "vote"}) for span in spans]


def test_a_vote_is_laid_on_both_videos() -> None:
    row = {"video_a": "m.mp4", "video_b": "s.mp4", "aspect": "Motion-Quality", "prompt": "a dog"}
    found = read({**row, "preference": "A is better"}, {**row, "preference": "same good", "annotator": "ann"})
    same = {"criterion": "motion_quality", "prompt": "a dog"}
    assert laid(found["m.mp4"]) == [
        ("a", {"side": "a", **same}),
        ("tie", {"side": "a", **same, "word": "same_good", "voter": "ann"}),
    ]
    assert laid(found["s.mp4"])[0] == ("a", {"side": "b", **same})
    ids = [[span.attrs["vote"] for span in one.lanes["votes"]] for one in found.values()]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_a_column_for_each_criterion() -> None:
    row = {"left": "m.mp4", "right": "s.mp4", "motion": "L", "looks": "=", "sound": ""}
    words = {"L": "a", "R": "b", "=": "tie"}
    columns = {"video_a": "left", "video_b": "right"}
    found = read(row, columns=columns, criteria=["motion", "looks", "sound"], winners=words)
    votes = [(span.label, span.attrs["criterion"]) for span in found["m.mp4"].lanes["votes"]]
    assert votes == [("a", "motion"), ("tie", "looks")]


@pytest.mark.parametrize(
    ("row", "video", "reason", "said"),
    [
        ({"video_a": "m", "video_b": "m", "winner": "a"}, "m", "compared_with_itself", "m is compared with itself"),
        ({"video_a": "m", "video_b": "", "winner": "a"}, "", "no_video", "does not name two videos"),
        ({"video_a": "m", "video_b": "s", "winner": ""}, "m", "no_winner", "the winner '' is none of"),
        ({"video_a": "m", "video_b": "s", "winner": "left one"}, "m", "no_winner", "the winner 'left one' is none of"),
        (
            {"video_a": "m", "video_b": "s", "winner": "b", "aspect": "?"},
            "m",
            "bad_criterion",
            "'?' cannot be the name",
        ),
    ],
)
def test_what_is_no_vote_is_rejected(row: dict[str, str], video: str, reason: str, said: str) -> None:
    (reject,) = read(row)[video].rejects
    assert reject.reason == reason
    assert reject.detail.startswith(f"row 1: {said}")


def test_a_file_without_votes_says_which_column_lacks() -> None:
    with pytest.raises(
        LabelError, match=r"no column winner. The columns are video_a, video_b. .*columns: {winner: NAME}"
    ):
        read({"video_a": "m", "video_b": "s"})
    with pytest.raises(LabelError, match="no column motion"):
        read({"video_a": "m", "video_b": "s"}, criteria=["motion"])
    with pytest.raises(ValidationError, match="leave winner and criterion out"):
        Votes(path="v.jsonl", criteria=["motion"], columns={"winner": "w"})


def test_rows_by_id() -> None:
    data = json.dumps({"7": {"video_a": "m", "video_b": "s", "preference": "B is better"}}).encode()
    first, second = Votes(path="annotations.json").read(data)
    assert (first.name, second.name, first.lanes["votes"][0].label) == ("m", "s", "b")
