"""Two times of an answer that are both ends of one stretch; what a question asks for."""

from __future__ import annotations

import pytest

from vdata.rules.stamps import stamps
from vdata.stages.verify.questions import asked_time, asks_length, asks_order, edge_named
from vdata.stages.verify.time_pairs import ends_asked, says_gone


@pytest.mark.parametrize(
    ("answer", "both"),
    [
        ("59.5..66.4", True),
        ("(113.8, 118.5)", True),
        ("tc_in 3:06 tc_out 3:08", True),
        ("Its borders are second 68 and second 77.", True),
        ("188.7 <= t <= 195.7", True),
        ("At 0:12 and at 0:15.", False),
        ("At 0:12, and the dog is still there at 0:15.", False),
    ],
)
def test_two_times_that_answer_when(answer: str, both: bool) -> None:
    asked = "When does it happen?"
    marks = stamps(answer, None, asked_time(asked))
    assert (len(marks) == 1 and not marks[0].point) or ends_asked(asked, answer, marks, 1) == both
    assert len(marks) == 2 or both
    assert not ends_asked("When does it start?", "(113.8, 118.5)", stamps("(113.8, 118.5)", None, "time"), 1)


def test_how_long_after_the_start_asks_for_a_time() -> None:
    for question in ("After how long does it start?", "How long must one wait before it starts?", "How soon is that?"):
        assert (asked_time(question), asks_length(question), asks_order(question)) == ("time", False, False)
    assert asks_length("How long does it take until it is finished?")


def test_what_leaves_and_what_comes() -> None:
    assert edge_named("The film cuts away from it at 0:12.", "") == "end"
    assert edge_named("The camera turns to it at 0:12.", "") == "start"
    assert edge_named("The video goes on to another scene at 0:12.", "") == "end"
    assert says_gone("From 0:12 on it is no longer there.", "From ")
    assert not says_gone("It is there from 0:12 on.", "It is there from ")
