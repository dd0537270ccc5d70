"""Groups whose last parts are the first ones of the next: each two visits that follow one another."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Media, Timeline
from vdata.stages.gather.group import GroupMedia


def planned(count: int, uris: int = 99, **settings: Any) -> tuple[list[list[int]], list[tuple[str, list[int]]]]:
    """The groups of *count* pictures in their order, and what is in none with the reason; *uris*: pictures a file."""
    stage = GroupMedia(of=None, by=["patient"], order=["visit"], **settings)
    digests = []
    for n in range(count):
        media = Media(sha256=f"{n}", duration=1.0, fps=1.0, width=64, height=48)
        video = Timeline(id=f"{n % uris:02}", uri=f"{n}.png", media=media, attrs={"patient": "p", "visit": str(n)})
        digests.append((video.id, stage.digest(video)))
    made, left = list[list[int]](), list[tuple[str, list[int]]]()
    for plans in stage.gather(digests).values():
        for plan in plans.values():
            numbers = [int(part["uri"].removesuffix(".png")) for part in plan["parts"]]
            if plan["problem"]:
                left.append((plan["problem"], numbers))
            else:
                made.append(numbers)
    return sorted(made), left


@pytest.mark.parametrize(
    ("count", "settings", "groups"),
    [
        (4, {"size": (2, 2), "shared": 1}, [[0, 1], [1, 2], [2, 3]]),
        (2, {"size": (2, 2), "shared": 1}, [[0, 1]]),
        (5, {"size": (3, 3), "shared": 1}, [[0, 1, 2], [2, 3, 4]]),
        (6, {"size": (3, 3), "shared": 2}, [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]),
        (4, {"size": (2, 2)}, [[0, 1], [2, 3]]),
    ],
)
def test_the_last_parts_begin_the_next_group(count: int, settings: dict[str, Any], groups: list[list[int]]) -> None:
    assert planned(count, **settings) == (groups, [])


@pytest.mark.parametrize("seed", range(5))
def test_every_part_is_in_a_group_or_a_reject(seed: int) -> None:
    for count in range(2, 12):
        made, left = planned(count, size=(3, 4), shared=1 + seed % 2, per_video=None if seed else 2)
        assert {n for group in made for n in group} | {n for _, some in left for n in some} == set(range(count))
        grouped = {n for group in made for n in group}
        assert not grouped & {n for _, some in left for n in some}


def test_what_is_left_alone_is_a_reject_and_what_is_in_a_group_is_not() -> None:
    assert planned(1, size=(2, 2), shared=1) == ([], [("group_of_one", [0])])
    assert planned(4, size=(3, 3), shared=1) == ([[0, 1, 2]], [("group_of_one", [3])])


def test_parts_of_one_video_that_do_not_fit_end_too() -> None:
    made, left = planned(6, uris=1, size=(2, 3), shared=1, per_video=1)
    assert made == []
    assert sorted(n for _, some in left for n in some) == list(range(6))


def test_fewer_than_the_least_size_are_shared() -> None:
    with pytest.raises(ValidationError, match="shared: must be less than the least size"):
        GroupMedia(by=["patient"], size=(2, 4), shared=2)
