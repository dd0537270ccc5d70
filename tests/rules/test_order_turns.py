"""Orders that a head, a legend or a clause of its own turns round."""

from __future__ import annotations

import re

import pytest

from vdata.rules.order_turns import named_again, read_legend
from vdata.rules.orders import told_pairs

NAMES = ("Ann juggling", "Bob whistling", "Cat purring")


def told(text: str) -> list[str]:
    """The pairs that *text* tells, as the first letters of the earlier and the later one."""
    places = sorted((found.start(), found.end()) for found in re.finditer("|".join(NAMES), text))
    return ["".join(text[places[n][0]] for n in pair) for pair in told_pairs(text, places, True) if pair]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Rewinding from Ann juggling, you reach Bob whistling.", ["BA"]),
        ("Ann juggling moves back from right to left, then Bob whistling.", ["AB"]),
        ("Ann juggling slides across to the left after Bob whistling.", ["BA"]),
        ("Ann juggling, followed by this: Bob whistling.", ["AB"]),
        ("Skip ahead from Ann juggling and you come to Bob whistling.", ["AB"]),
        ("Ann juggling, and, stepping back from there, Bob whistling.", ["BA"]),
        ("One gets to Ann juggling by winding back from Bob whistling.", ["AB"]),
        ("With Ann juggling over, on to Bob whistling.", ["AB"]),
        ("Once Ann juggling is out of the way, room is made for Bob whistling.", ["AB"]),
        ("Ann juggling has Bob whistling coming before it.", ["BA"]),
        ("Ann juggling has Bob whistling right after it.", ["AB"]),
        ("Ann juggling is followed by Bob whistling, and that by Cat purring.", ["AB", "BC"]),
        ("Ann juggling is preceded by Bob whistling, which is preceded in turn by Cat purring.", ["BA", "CB"]),
        ("Cat purring, with Bob whistling before it and Ann juggling before that.", ["BC", "AB"]),
        ("Before we get to Ann juggling, there is Bob whistling.", ["BA"]),
        ("Prior to the moment when Ann juggling is seen, Bob whistling.", ["BA"]),
        ("Not before Ann juggling comes Bob whistling.", ["AB"]),
        ("Bob whistling no sooner than Ann juggling is over.", ["AB"]),
        ("In the run-up to Ann juggling there is Bob whistling.", ["BA"]),
        ("There is no Ann juggling before Bob whistling.", ["BA"]),
        ("From end to start: Ann juggling, Bob whistling.", ["BA"]),
        ("Later than Ann juggling we see Bob whistling.", ["AB"]),
    ],
)
def test_a_clause_of_its_own_says_which_way_time_runs(text: str, pairs: list[str]) -> None:
    assert told(text) == pairs


@pytest.mark.parametrize(
    ("legend", "pairs"),
    [
        (" (earliest first)", ["AB", "BC"]),
        (" (latest first)", ["BA", "CB"]),
        (", from last to first", ["BA", "CB"]),
        (", left to right", ["AB", "BC"]),
        (", right to left", ["BA", "CB"]),
    ],
)
def test_a_legend_says_how_a_list_runs(legend: str, pairs: list[str]) -> None:
    assert told("Ann juggling > Bob whistling > Cat purring" + legend) == pairs


def test_what_an_event_does_is_no_legend() -> None:
    assert told("Ann juggling from right to left, then Bob whistling from bottom to top.") == ["AB"]
    assert read_legend("it rolls backwards, then b", [(0, 18)]) == ("it rolls backwards, then b", False)


def test_a_legend_is_taken_out() -> None:
    assert read_legend("a, b (latest first)", []) == ("a, b (            )", True)
    assert read_legend("a, then b, not the reverse", []) == (f"a, then b{' ' * 17}", False)


def test_the_same_words_begin_a_clause_anew() -> None:
    text = "before the cat is the dog, and before a dog is the cow"
    assert named_again(text, (18, 25), (38, 43))
    assert not named_again(text, (7, 14), (18, 25))
    both = told("Before Cat purring is Bob whistling, and before Bob whistling is Ann juggling.")
    assert set(both) == {"BC", "AB"}
