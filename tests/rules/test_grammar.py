"""Phrasings of times, amounts, orders and denials made from the forms that English grammar allows."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kept_apart import author, filled, in_words, lists, ordered

from vdata.rules.figures import numbers
from vdata.rules.negations import clauses, denies
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


@given(st.sampled_from(lists("notations")), st.integers(0, 35_000).map(lambda tenths: tenths / 10))
@settings(max_examples=300, deadline=None)
def test_a_time_in_any_notation_is_read_as_that_time(notation: str, time: float) -> None:
    written = author().written(notation, time)
    (mark,) = stamps(f"It starts at {written}.", None, "time")
    assert abs(mark.start - time) <= 0.5 + 1e-9, written


@given(st.integers(0, 9999), st.sampled_from([str, "{:,}".format, in_words, lambda number: in_words(number, " ")]))
@settings(max_examples=300)
@example(2150, in_words)
def test_a_number_in_any_writing_is_that_number(number: int, write: Callable[[int], str]) -> None:
    assert [one.value for one in numbers(f"There are {write(number)} dogs.")] == [number]


@pytest.mark.parametrize(
    ("words", "least", "most", "below", "above"),
    [one for one in lists("sets") if one[1] >= 0],
    ids=lambda one: str(one),
)
def test_a_vague_amount_holds_what_it_may_mean_and_nothing_else(
    words: str, least: int, most: int, below: int, above: int
) -> None:
    found = amounts(f"There are {words} dogs.")
    for number in range(least, most + 1) if found else ():
        assert any(one.holds(float(number)) for one in found), number
    for number in [*range(1, below + 1), *(range(above, above + 30) if above else ())]:
        assert not any(one.holds(float(number)) for one in found), number


@given(filled("denials"))
@settings(max_examples=300, deadline=None)
def test_whatever_denies_an_event_is_read_as_a_denial(told: tuple[str, str]) -> None:
    text, event = told  # which may have a "wrong" of its own
    assert any(denies(part) != denies(event) for part in (text, *clauses(text)))


@given(filled("asserted"))
@settings(max_examples=300, deadline=None)
def test_what_asserts_an_event_is_read_as_it_is(told: tuple[str, str]) -> None:
    text, event = told
    assert denies(text) == denies(event)


@given(ordered("pairs", 2))
@settings(max_examples=300, deadline=None)
def test_of_two_in_words_kept_apart_none_is_read_as_the_wrong_one(
    told: tuple[str, list[tuple[int, int]], list[int]],
) -> None:
    text, places, ranks = told
    for pair in told_pairs(text, places, True):
        assert pair is None or ranks[pair[0]] < ranks[pair[1]], text
