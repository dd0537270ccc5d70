"""What is to be said when it comes: in time and right, one of both, or neither."""

from __future__ import annotations

import pytest

from vdata.schemas import Message, Sample
from vdata.scoring.due import due_time, in_time, proactive
from vdata.scoring.items import Prediction, items, score


def due(name: str, second: float = 12.0) -> Sample:
    turns = [Message("user", 'Say "goal" when it comes.', 5.0), Message("assistant", "goal", second)]
    return Sample("proactive", 'Say "goal" when it comes.', "goal", 5, 12, messages=turns, seen_end=second, id=name)


@pytest.mark.parametrize(
    ("reply", "time", "status", "punctual"),
    [
        ("Goal!", 12.0, "right", True),
        ("A goal.", 14.0, "right", True),
        ("goal", 14.1, "wrong", False),
        ("goal", 9.9, "wrong", False),
        ("a foul", 12.0, "wrong", True),
        ("goal", None, "unreadable", None),
        ("", 12.0, "empty", None),
    ],
)
def test_a_reply_must_come_in_time_and_say_it(
    reply: str, time: float | None, status: str, punctual: bool | None
) -> None:
    (item,) = items([due("a")], {"a": Prediction(reply, said_at=time)})
    assert (item.status, item.turns[0].punctual) == (status, punctual)


def test_shares_by_hand() -> None:
    samples = [due(name) for name in "abcd"]
    replies = {
        "a": Prediction("goal", said_at=12.0),
        "b": Prediction("foul", said_at=12.0),
        "c": Prediction("goal", said_at=0),
    }
    assert score(items(samples, replies))["proactive"] == {"items": 4, "in_time": 0.5, "right": 0.25}
    perfect = {one.id: Prediction(one.answer, said_at=due_time(one)) for one in samples}
    assert score(items(samples, perfect))["proactive"] == {"items": 4, "in_time": 1.0, "right": 1.0}
    judged = {"a": Prediction("a hit", mark=True, said_at=12.0), "b": Prediction("a hit", mark=True, said_at=20.0)}
    assert [item.right for item in items(samples[:2], judged)] == [True, False]
    assert score(items(samples, {}))["proactive"] == proactive([False] * 4, [False] * 4)


def test_other_samples_are_due_at_no_time() -> None:
    plain = Sample("q", "Q?", "dog", 0, 1, messages=[Message("user", "Q?"), Message("assistant", "dog")], id="a")
    assert due_time(plain) is None
    assert not in_time(plain, 0.0)
    (item,) = items([plain], {"a": Prediction("dog", said_at=3.0)})
    assert item.right
