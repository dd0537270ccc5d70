"""Lists in a file: the same items, in whatever order, and no more of them in memory than are asked for."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas.stored_list import StoredList, only


def test_items_are_read_as_they_were_put() -> None:
    stored = StoredList([{"n": n} for n in (3, 1, 2)])
    assert (list(stored), len(stored), stored[-1]) == ([{"n": 3}, {"n": 1}, {"n": 2}], 3, {"n": 2})
    stored[0]["n"] = 9
    assert stored[0] == {"n": 3}
    ordered = stored.ordered(lambda one: one["n"])
    assert list(ordered) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert list(ordered[1:]) == [{"n": 2}, {"n": 3}]
    stored.replace(0, {"n": 9})
    assert [one["n"] for one in stored] == [9, 1, 2]
    with pytest.raises(IndexError):
        stored[3]


@given(st.lists(st.text()), st.data())
def test_a_stored_list_is_a_list(items: list[str], data: st.DataObject) -> None:
    stored = StoredList(items)
    numbers = data.draw(st.lists(st.integers(0, len(items) - 1)) if items else st.just([]))
    assert list(stored.only(numbers)) == list(only(items, numbers)) == list(only(stored, numbers))
    cut = data.draw(st.slices(len(items)))
    assert list(stored[cut]) == items[cut]
    assert list(stored.ordered(lambda one: one)) == sorted(items)


def test_it_goes_to_a_file_and_the_file_is_gone_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    spooled = tempfile.SpooledTemporaryFile

    def noted(size: int) -> object:
        made.append(spooled(size))
        return made[-1]

    monkeypatch.setattr("vdata.schemas.stored_list.IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", noted)
    stored = StoredList("x" * n for n in range(50))
    assert made[0]._rolled
    some = stored[10:]
    del stored
    assert some[0] == "x" * 10
