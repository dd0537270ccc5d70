"""Whether a text speaks of the start or the end of something."""

from __future__ import annotations

import pytest

from vdata.stages.verify.questions import edge_named


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("The dog sleeps until 0:12.", "end"),
        ("It is not until 0:12 that the dog wakes up.", ""),
        ("There is no sign of the judge wiping a pair of spectacles with a silk cloth until 1'27\".", ""),
        ("There is no sign of it until 0:12, when it begins.", "start"),
        ("Nothing of the dog is seen until 0:12; it ends at 0:20.", "end"),
    ],
)
def test_until_is_an_end_but_not_behind_a_denial(text: str, edge: str) -> None:
    assert edge_named(text, "") == edge
