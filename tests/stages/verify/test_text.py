"""A refusal is no answer; that somebody does not see something happen is one."""

import pytest

from vdata.stages.verify.checks.text import refuses


@pytest.mark.parametrize(
    "text",
    [
        "I cannot see the video.", "I can't see", "I can't clearly see any frames.",
        "I am unable to view the footage",
        "I could not see enough details.", "I can't see what he does", "I'm sorry, but I can't help with that.",
        "I can't tell the colour.",
    ],
)  # fmt: skip
def test_refusals(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "I can't see the baker cut a loaf.", "I cannot see anyone dancing here.", "I can't see it happening.",
        "I'm afraid the baker does not cut a loaf.", "I can't see the picture being hung.",
    ],
)  # fmt: skip
def test_denials_are_no_refusals(text: str) -> None:
    assert not refuses(text)
