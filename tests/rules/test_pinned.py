"""Times that are pinned from both sides, and times in quotation marks."""

from __future__ import annotations

import pytest

from vdata.rules.bounds import bounds
from vdata.rules.pinned import without_pins
from vdata.rules.quoted import is_quoted_time, mask_quotes
from vdata.rules.stamps import stamps


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Not before 1:28, and not after it either.", "1:28 ."),
        ("It ends no earlier and no later than 12 s.", "It ends 12 s."),
        ("It doesn't begin before 12.5 s, nor does it begin after 12.5 s.", "It begin 12.5 s ."),
        ("It begins neither before 12.0 s nor after it.", "It begins 12.0 s ."),
        ("At 12 s, and not a second later.", "At 12 s ."),
        ("Not before 12 s and not after 20 s.", "Not before 12 s and not after 20 s."),
        ("It never runs before the cat sits, nor after.", "It never runs before the cat sits, nor after."),
    ],
)
def test_two_bounds_of_one_time_say_no_more_than_the_time(text: str, left: str) -> None:
    plain = without_pins(text)
    assert len(plain) == len(text)
    assert " ".join(plain.split()) == left


def test_two_bounds_hold_all_of_something() -> None:
    text = "Not before 12 s and not after 20 s."
    whole = [(part.start, part.end) for part in bounds(text, stamps(text, None, "stretch"), False, 60.0) if part.whole]
    assert whole == [(10.5, 21.5)]


def test_a_time_in_quotation_marks_is_a_time_unless_it_is_read_somewhere() -> None:
    assert mask_quotes('It starts at "0:12".') == "It starts at  0:12 ."
    assert "0:12" not in mask_quotes('The clock reads "0:12".')
    assert "12 dogs" not in mask_quotes('It starts with "12 dogs".')
    assert is_quoted_time("7.5 seconds", "at ")
    assert not is_quoted_time("7.5 seconds", "the sign says ")
