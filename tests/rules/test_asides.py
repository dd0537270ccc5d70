"""What says only how sure a text is, is left out; what says something stays."""

import pytest

from vdata.rules.asides import without_asides


@pytest.mark.parametrize(
    "text",
    ["0:12, though I could be wrong.", "0:12, if I'm not mistaken.", "Hard to say exactly, but 0:12.",
     "0:12, but don't quote me on that.", "I'm not sure, but 0:12.", "0:12; it could well be a second more."],
)  # fmt: skip
def test_an_aside_is_blank_and_all_else_stays_where_it_was(text: str) -> None:
    plain = without_asides(text)
    assert len(plain) == len(text)
    assert plain.replace(".", "").split() == ["0:12"]
    assert plain.index("0:12") == text.index("0:12")


@pytest.mark.parametrize("text", ["The dog is not wrong.", "It is not until 0:12.", "A bit more salt is added."])
def test_what_tells_of_the_video_is_no_aside(text: str) -> None:
    assert without_asides(text) == text
