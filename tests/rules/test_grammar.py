"""Phrasings of times, amounts, orders and denials made from the forms that English grammar allows."""

import re

import pytest

from vdata.rules.negations import denies
from vdata.rules.orders import told_pairs
from vdata.rules.quantities import amounts, worked_out
from vdata.rules.ranks import rank_marks, told_rank
from vdata.rules.stamps import stamps
from vdata.rules.video_parts import parts


@pytest.mark.parametrize(
    "text",
    ["12 seconds past minute 1", "minute 1 and 12 seconds", "1 minute plus 12 seconds", "12 seconds and 1 minute",
     "72 seconds from the start", "72 seconds after the beginning of the video",
     "72 seconds once the video has started",
     "1:12 minutes", "00:1:12", "1 minute 12", "72 seconds (1:12)", "72 seconds, give or take a second"],
)  # fmt: skip
def test_a_time_is_read_with_what_it_is_counted_from(text: str) -> None:
    (mark,) = stamps(f"It starts at {text}.", None, "time")
    assert (mark.start, mark.point) == (72.0, True)


@pytest.mark.parametrize(
    "text",
    ["From 12 seconds from the start to 24 seconds from the start.", "From about 12 to about 24 seconds.",
     "From the 12- to the 24-second mark.", "From playback time 0:12 to playback time 0:24.",
     "The stretch bounded by 0:12 and 0:24."],
)  # fmt: skip
def test_a_stretch_is_read_with_words_before_its_ends(text: str) -> None:
    assert [(mark.start, mark.end) for mark in stamps(text, None, "stretch")] == [(12.0, 24.0)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("in the second half-minute", 30, 60), ("between minute one and minute two", 60, 120),
     ("between the first and the second minute mark", 60, 120), ("in the first couple of minutes", 0, 120),
     ("in the opening seconds", 0, 15)],
)  # fmt: skip
def test_coarse_times_are_parts_of_the_video(text: str, start: float, end: float) -> None:
    (part,) = parts(text, 300.0, asked=True)
    assert (part.start, part.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "number"),
    [("three and another four", "7"), ("two plus three", "5"), ("four and two more", "6"), ("twice three", "6"),
     ("two times four", "8"), ("three pairs of gloves", "6 gloves"), ("a dozen and a half", "18"),
     ("one and a half dozen", "18"), ("half a score", "10"), ("a baker's dozen", "13"),
     ("three here and four there, that makes seven", "7"), ("One can see 3 dogs", "One can see 3 dogs")],
)  # fmt: skip
def test_sums_and_products_are_worked_out(text: str, number: str) -> None:
    assert worked_out(text) == number


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("at least five and at most nine", 5, 9), ("more than five but fewer than ten", 6, 9), ("thirty-odd", 30, 39),
     ("a dozen or so", 8.6, 15.4)],
)  # fmt: skip
def test_two_bounds_are_one_amount(text: str, least: float, most: float) -> None:
    (amount,) = amounts(text)
    assert (amount.least, amount.most) == pytest.approx((least, most))


def test_how_many_is_no_amount() -> None:
    assert amounts("As to how: how many dogs") == []


@pytest.mark.parametrize(
    "text",
    ["A. Not long after, B.",
     "B does not happen until after A.",
     "A doesn't follow B; it precedes it.",
     "B starts when A is over.",
     "A ends where B begins.",
     "B; by then A is already over.",
     "When B, A has long been over.",
     "From first to last: A, B",
     "First comes not B but A.",
     "B (second), A (first)",
     "B (2), A (1)",
     "The film has already shown A when B."],
)  # fmt: skip
def test_of_two_a_is_read_as_the_earlier(text: str) -> None:
    places = sorted((found.start(), found.end()) for found in re.finditer(r"\b[AB]\b", text))
    told = [pair for pair in told_pairs(text, places, True) if pair]
    assert [[text[places[n][0]] for n in pair] for pair in told] == [["A", "B"]]


@pytest.mark.parametrize(
    ("text", "rank"),
    [("The first of the two is X.", 1), ("X is the earlier one.", 1), ("Of the two, X comes last.", -1),
     ("The later event is X.", -1), ("X is not first.", -1), ("X is red.", 0)],
)  # fmt: skip
def test_the_rank_of_one_thing_is_read(text: str, rank: int) -> None:
    assert told_rank(text, (text.index("X"), text.index("X") + 1)) == rank


def test_numbers_that_rank_are_marks() -> None:
    assert len(rank_marks("Number one is A, number two is B")) == 2
    assert rank_marks("Bus (7) passes bus (9)") == []


@pytest.mark.parametrize(
    ("text", "negative"),
    [("The dog never once barks", True), ("I doubt that the dog barks", True), ("The video lacks a dog", True),
     ("Nobody can deny that the dog barks", False), ("There is no doubt that the dog barks", False),
     ("The dog does not hesitate to bark", False), ("That the dog barks is beyond question", False)],
)  # fmt: skip
def test_denials_of_denials_are_none(text: str, negative: bool) -> None:
    assert denies(text) is negative
