"""Numbers, times and orders read out of English prose."""

from __future__ import annotations

import pytest

from vdata.rules.clock import Clock
from vdata.rules.figures import list_sizes, numbers, value_of
from vdata.rules.quoted import mask_quotes
from vdata.rules.stamps import lengths, stamps
from vdata.stages.verify.checks.words import alike, quotes
from vdata.stages.verify.mentions import MASK, content, mask_cited, mentions, pick


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It blinks 3 times.", [(3, "often")]),
        ("It blinks three times, then twice more", [(3, "often"), (2, "often")]),
        ("thrice and once", [(3, "often"), (1, "often")]),
        ("once the star is gone, all at once it rains", []),
        ("Once upon a time", []),
        ("it was once that the bell rang", [(1, "often")]),
        ("twenty-four hours, 24 hours", [(24, "plain"), (24, "plain")]),
        ("two hundred people and 1,200 birds", [(200, "plain"), (1200, "plain")]),
        ("the second of the 2nd row in B2, 3D", []),
        ("3.5 metres at 16:9", [(3.5, "plain")]),
    ],
)
def test_numbers(text: str, found: list[tuple[float, str]]) -> None:
    assert [(number.value, number.how) for number in numbers(text)] == found


def test_how_long_and_how_often_are_no_quotations_in_json() -> None:
    assert "seven times" in mask_quotes('{"answer": "exactly seven times"}')
    assert "42 seconds" in mask_quotes('{"event": "rain", "duration": "an estimated 42 seconds"}')
    assert "ROOM" not in mask_quotes('{"answer": "ROOM 12"}')
    assert "times" not in mask_quotes('{"sign": "open at all times"}')


def test_number_words_have_values() -> None:
    assert [value_of(word) for word in ("zero", "Nineteen", "ninety-nine", "1,000")] == [0, 19, 99, 1000]
    with pytest.raises(ValueError, match="not a number"):
        value_of("dozen")
    assert list_sizes("a square and a triangle") == {2}
    assert list_sizes("a, b and c") == {2, 3}
    assert list_sizes("a square") == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("From 7.5 to 9.0 seconds.", [(7.5, 9.0)]),
        ("At 7.5 seconds.", [(7.5, 7.5)]),
        ("from 7 s until 9 s", [(7, 9)]),
        ("between twelve and fifteen seconds", [(12, 15)]),
        ("between about 0:04 and 0:09", [(4, 9)]),
        ("0:04-1:01:05", [(4, 3665)]),
        ("4.0–6.5 sec", [(4, 6.5)]),
        ("from the 4-second mark to the 9-second mark", [(4, 9)]),
        ("It starts at 0:04 and ends at 0:09", [(4, 4), (9, 9)]),
        ("At 4.0, 10.0, 14.0 seconds.", [(4, 4), (10, 10), (14, 14)]),
        ("one minute and five seconds into the film", [(65, 65)]),
        ("a minute and 5 seconds in", [(65, 65)]),
        ("He waits for 5 seconds.", []),
        ("for five to six seconds", []),
        ("a 5-second clip, 3 seconds later", []),
        ("in the first 10 seconds", []),
        ("It lasts 3.4 seconds, from 1 to 4.4 seconds", [(1, 4.4)]),
        ("He gives 5 of 10 people 3 apples", []),
        ("12.5%", []),
    ],
)
def test_times(text: str, found: list[tuple[float, float]]) -> None:
    assert [(mark.start, mark.end) for mark in stamps(text)] == found


def test_times_in_the_sample_s_own_format() -> None:
    def read(text: str, clock: Clock) -> list[tuple[float, float]]:
        return [(mark.start, mark.end) for mark in stamps(text, clock)]

    assert read("From <10> to <50>.", Clock("tokens", 99.0)) == [(10, 50)]
    assert read("At t7!", Clock("tokens", 99.0, token="t{}!")) == [(7, 7)]
    assert read("From 12.5% to 50.0%.", Clock("percent", 200.0)) == [(25, 100)]
    assert read("At 0007.5 seconds", Clock("fixed_width", 60)) == [(7.5, 7.5)]
    assert [mark.slack for mark in stamps("at 4.5 s, at 4 s, at about 4 s, at 0:04")] == [0.1, 1.0, 2.0, 1.0]
    assert [length for length, _, _ in lengths("It runs for 5 seconds, at 3 seconds")] == [5]
    assert stamps(mask_quotes('He says "come at 5 seconds" and «at 6 s»')) == []


def test_where_a_text_speaks_of_spans() -> None:
    texts = ["a potter centres clay", "two sailors mend a torn net", "the potter sings"]
    text = "The two sailors mended the net, and then the potter was centring the clay."
    assert [(one.spans, text[one.start : one.end]) for one in mentions(text, texts)] == [
        ((1,), "The two sailors mended the net"),
        ((0,), "centring the clay"),
    ]
    assert mentions(text, texts[:1]) == []


def test_words_of_the_evidence_are_masked() -> None:
    masked = mask_cited("When does the runner start crossing the finish line?", ["a runner crosses the finish line"])
    assert masked.replace(MASK, " ").split() == ["When", "does", "the", "runner", "start", "?"]


def test_a_clause_is_placed_by_the_words_that_tell_spans_apart() -> None:
    texts = [
        "a red circle crosses the picture",
        "a blue square crosses the picture",
        "a red circle crosses the picture",
    ]
    assert pick("the blue square moves across", texts) == [1]
    assert pick("a red circle is crossing", texts) == [0, 2]
    assert pick("something crosses the picture", texts) == []
    assert pick("red and blue", texts) == []
    assert pick("a circle", texts[:1]) == []
    ways = ["a ball rolls from left to right", "a ball rolls from right to left"]
    assert [pick("it rolls from left to right", ways), pick("a ball rolls to the left", ways)] == [
        [0],
        [],
    ]
    assert content("She crossed twenty bridges, running") == {"cross", "20", "bridg", "run"}


def test_quotes_and_how_much_alike_they_are() -> None:
    assert quotes("It says \"OPEN 24 HOURS\" and 'bye', don't it?") == ["OPEN 24 HOURS", "bye"]
    assert quotes("The sign reads Market Street. MARKET STREET is wide.") == ["Market Street", "MARKET STREET"]
    assert quotes("It reads MARKET STREET.", bare=False) == []
    assert alike("open 24 hours", ["OPEN 24 HOURS!"], 85) == 100
    assert alike("OPEN 12 HOURS", ["OPEN 24 HOURS"], 85) == 0
    assert alike("MARKETSTREET", ["MARKET STREET"], 85) == 100
    assert alike("restaurant", ["RESTAURANI"], 85) == pytest.approx(90)
    assert alike("STREET MARKET", ["MARKET STREET"], 85) < 85
    assert alike("the sea", ["THE END"], 85) == 0
