"""The choice of what is shown: fair to the kinds, bounded, and the same for the same seed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from vdata.report.row_choice import FEW, RowKey, choose, choose_videos

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["", "g", "h"])), max_size=60)


def rows(drawn: list[tuple[str, int, str]]) -> list[RowKey]:
    return [RowKey(n, kind, f"v{video}", f"s{n}", group) for n, (kind, video, group) in enumerate(drawn)]


@given(ROWS, st.integers(1, 30), st.integers(1, 10), st.integers(0, 3))
def test_a_choice_is_within_its_bounds(drawn: list[tuple[str, int, str]], most: int, videos: int, seed: int) -> None:
    given_rows = rows(drawn)
    chosen = choose_videos((row.video for row in given_rows), videos, seed)
    names = {row.video for row in given_rows}
    assert len(chosen) == min(videos, len(names))
    assert chosen == choose_videos(sorted(names), videos, seed)
    found = choose(given_rows, most, seed, chosen)
    assert found == choose(given_rows, most, seed, chosen)
    assert found.total == len(drawn)
    assert len(set(found.numbers)) == len(found.numbers) <= most
    picked = [given_rows[number] for number in found.numbers]
    kinds = {row.kind for row in given_rows}
    strays = Counter(row.kind for row in picked if row.video not in chosen)
    assert max(strays.values(), default=0) <= FEW
    if most >= len(kinds):
        assert {row.kind for row in picked} == kinds
    everything = choose(given_rows, 60, seed).numbers
    assert sorted(everything) == list(range(len(drawn)))


def test_kinds_take_turns_and_groups_are_asked_once_first() -> None:
    many = [RowKey(n, "many", f"v{n}", str(n)) for n in range(100)] + [
        RowKey(100, "few", "v", "x"),
        RowKey(101, "few", "v", "y"),
    ]
    found = choose(many, 10, 0).numbers
    assert Counter("few" if number >= 100 else "many" for number in found) == {"few": 2, "many": 8}
    turned = [RowKey(n, "turned", f"v{n // 4}", str(n), "item") for n in range(16)]
    assert {number // 4 for number in choose(turned, 4, 0).numbers} == {0, 1, 2, 3}


def test_a_rare_kind_is_taken_from_other_videos() -> None:
    many = [RowKey(n, "common", f"v{n % 50}", str(n)) for n in range(1000)] + [RowKey(1000, "rare", "elsewhere", "x")]
    found = choose(many, 20, 0, {"v1", "v2"}).numbers
    assert 1000 in found
    assert {number % 50 for number in found if number < 1000} == {1, 2}


def test_another_seed_chooses_others() -> None:
    many = [RowKey(n, "a", f"v{n}", str(n)) for n in range(1000)]
    assert set(choose(many, 20, 0).numbers) != set(choose(many, 20, 1).numbers)
    assert choose_videos((row.video for row in many), 20, 0) != choose_videos((row.video for row in many), 20, 1)
