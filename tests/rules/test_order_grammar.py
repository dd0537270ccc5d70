"""Orders of three and four things, in phrasings made from the forms of the grammar."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_apart import lists, ordered

from vdata.rules.order_grammar import read_order
from vdata.rules.order_words import EVENT, in_letters


def total(text: str, ordered: bool = True) -> str:
    """``A``, ``B``, ``C`` … of *text* in the order read; empty when nothing is, or no whole order."""
    places = [(found.start(), found.end()) for found in re.finditer(r"\b[A-D]\b", text)]
    names = sorted({text[start:end] for start, end in places})
    before = {(text[slice(*places[one])], text[slice(*places[two])]) for one, two in read_order(text, places, ordered)}
    for _ in names:
        before |= {(one, four) for one, two in before for three, four in before if two == three}
    placed = sorted(names, key=lambda name: sum(two == name for _, two in before))
    return "".join(placed) if len(before) == len(names) * (len(names) - 1) // 2 else ""


FORMS = (
    "The first of the three is {0}, the second is {1}, and the last is {2}.",
    "The last of the three was {2}; the first was {0}; {1} was in between.",
    "{1} comes after {0} but before {2}.",
    "{1} is preceded by {0} and followed by {2}.",
    "It starts with {0} and ends with {2}, with {1} in between.",
    "{0} is followed by {1}, {1} by {2}.",
    "{0}, followed by {1} and {2}",
    "{2}, but before that {1}, and before that {0}.",
    "What comes after {0} is {1}, and what comes after that is {2}.",
    "In the beginning {0}, later on {1}, and right at the end {2}.",
    "{1} came between {0} and {2}.",
    "{2} last, after {1}; {0} before both of them.",
    "As far as I can tell, {0}; then {1}; finally {2}, but don't quote me on that.",
    "* **First:** {0}\n* **Next:** {1}\n* **Last:** {2}",
    "{0} ... {1} ... {2}",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_read_for_whatever_stands_in_it(form: str) -> None:
    rng = Random(form)
    for _ in range(3):
        names = rng.sample("ABC", 3)
        assert total(form.format(*names)) == "".join(names)


@pytest.mark.parametrize(
    "text",
    ["It opens with A. What follows is B, and later C. It closes with D.",
     "D is last; before it come A, B and C, in this order.",
     "A precedes B, B precedes C, and C precedes D.", "D comes last, C second to last, B before that, and A first."],
)  # fmt: skip
def test_four_things_are_read(text: str) -> None:
    assert total(text) == "ABCD"


@pytest.mark.parametrize(
    "text",
    ["A before B, and then A after B.", "A while B.", "Neither B nor C comes first: A does.", "A ends; B begins."],
)
def test_what_is_not_known_or_contradicts_itself_is_not_read(text: str) -> None:
    assert total(text) == ""


def test_things_beside_one_another_follow_one_another_only_where_an_order_was_asked_for() -> None:
    assert total("A, B, C") == "ABC"
    assert total("A, B, C", ordered=False) == ""


def test_a_text_is_letters_where_each_of_its_words_is_known() -> None:
    one, two = EVENT, chr(ord(EVENT) + 1)
    assert in_letters(f"First {one}, then {two}.", 2) == "Fe,te."
    assert in_letters(f"First {one}, purple {two}.", 2) is None


@given(st.one_of(ordered("lists", 3), ordered("long_lists", 4)))
@settings(max_examples=300, deadline=None)
def test_of_words_kept_apart_no_order_is_read_that_they_do_not_tell(
    told: tuple[str, list[tuple[int, int]], list[int]],
) -> None:
    text, places, ranks = told
    for before, after in read_order(text, places, True):
        assert ranks[before] < ranks[after], text


@pytest.mark.parametrize(("name", "least"), [("lists", 37), ("long_lists", 24)])
def test_of_templates_kept_apart_most_are_read_and_none_otherwise(name: str, least: int) -> None:
    read = 0
    for form in lists(name):
        fields = dict(zip("xyzu", "ABCD", strict=True))
        fields |= {f"n{key}": letter for key, letter in fields.items()}
        fields |= {key[:1].upper() + key[1:]: letter for key, letter in fields.items()}
        found = total(form.format(**fields))
        assert found in ("", "ABC", "ABCD"), form
        read += bool(found)
    assert read >= least, f"{read} of {len(lists(name))}"
