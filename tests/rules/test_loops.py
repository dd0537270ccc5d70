"""Texts that say the same over and over."""

from __future__ import annotations

import pytest

from vdata.rules.loops import loop


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("He waves. This is a photo of the camera. This is a photo of the camera.", "this is a photo of the camera"),
        ("The answer is a span, a story, a story, a story.", "a story"),
        ("He knocks. He knocks.", ""),
        ("A star blinks, a circle rises, a star blinks.", ""),
        ("Again, again, again!", ""),
        ("", ""),
    ],
)
def test_what_comes_again(text: str, said: str) -> None:
    assert loop(text) == said


def test_what_is_heard_twice_may_be_said_twice() -> None:
    song = "We are the champions. We are the champions."
    assert loop(song) == "we are the champions"
    assert loop(song, song) == ""
