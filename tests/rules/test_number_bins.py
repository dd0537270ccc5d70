"""Stretches of numbers: read, judged, found, and written down."""

from __future__ import annotations

from typing import Any

import pytest

from vdata.rules.number_bins import load_bins, read_bins


@pytest.mark.parametrize(
    ("given", "number", "name"),
    [
        ([0, 5, 10.5], 7, "5 to 10.5"),
        (["0 to 5", "5-10 people"], 7, "5-10 people"),
        (["-5 to -1", "0 to 4"], -1, "-5 to -1"),
        ({"few": [0, 5], "many": [5, None]}, 5, "many"),
        ({"few": [None, 5], "many": [5, 9]}, -100, "few"),
    ],
)
def test_a_number_lies_in_one_bin_and_bins_can_be_kept_as_text(given: Any, number: float, name: str) -> None:
    bins = read_bins(given)
    assert bins.faults() == []
    assert bins.find(number) == name
    assert load_bins(bins.dump()) == bins


@pytest.mark.parametrize(("number", "why"), [(5, "lies on the bound of two bins"), (11, "lies in no bin")])
def test_a_number_in_no_sure_bin_has_no_answer(number: float, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_bins([0, 5, 10]).find(number)


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (["0 to 5", "4 to 8"], ["0 to 5 and 4 to 8 overlap"]),
        (["0 to 4", "5 to 9"], []),
        (["0 to 4.5", "5 to 9"], ["between 0 to 4.5 and 5 to 9 is a gap, 4.5 to 5"]),
        ({"few": [0, 4], "many": [5, 9]}, ["between few and many is a gap, 4 to 5"]),
        ([0, 3, 2], ["3 to 2 is empty: 3 is above 2"]),
    ],
)
def test_bins_that_overlap_or_leave_a_gap_are_found(given: Any, faults: list[str]) -> None:
    assert read_bins(given).faults() == faults


def test_a_text_without_two_numbers_and_a_lone_bin_are_refused() -> None:
    with pytest.raises(ValueError, match="'over 20' does not hold two numbers"):
        read_bins(["0 to 20", "over 20"])
    with pytest.raises(ValueError, match="two bins at least"):
        read_bins([0, 5])
