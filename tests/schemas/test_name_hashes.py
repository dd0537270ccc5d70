"""Sets and tables of many names are what Python's own are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import name_hashes as module
from vdata.schemas.name_hashes import NameSet, NameTable, are_among, distinct, name_hashes

NAMES = st.lists(st.text(max_size=3), max_size=40)


@given(NAMES, NAMES)
def test_among(names: list[str], known: list[str]) -> None:
    found = are_among(name_hashes(names), distinct([name_hashes(known)]))
    assert found.tolist() == [name in known for name in names]


@given(st.lists(NAMES, max_size=4))
def test_distinct(parts: list[list[str]]) -> None:
    found = distinct(map(name_hashes, parts))
    assert sorted(set(found.tolist())) == found.tolist()
    assert len(found) == len({name for part in parts for name in part})


@given(NAMES)
def test_a_set(names: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", 3)
        mine, plain = NameSet(), set[str]()
        for name in names:
            assert (name in mine) == (name in plain)
            assert mine.add(name) == (name not in plain)
            plain.add(name)
            assert len(mine) == len(plain)
        assert all(name in mine for name in names)


@given(st.lists(st.lists(st.tuples(st.text(max_size=2), st.floats(-9, 9)), max_size=9), max_size=4))
def test_a_table(parts: list[list[tuple[str, float]]]) -> None:
    plain = dict(row for part in parts for row in part)
    table = NameTable(([name for name, _ in part], [number for _, number in part]) for part in parts)
    for name in [*plain, "never"]:
        assert table.get(name) == ([plain[name]] if name in plain else None)


def test_a_table_of_rows() -> None:
    table = NameTable([(["a", "b"], [(1, 2), (3, 4)]), ([], []), (["c"], np.array([[5.0, 6.0]]))])
    assert [table.get(name) for name in "abc"] == [[1, 2], [3, 4], [5, 6]]


def test_hardly_any_name_waits_to_be_sorted_in() -> None:
    names = NameSet()
    for number in range(100_000):
        names.add(f"video {number}")
    assert names._sorted.nbytes + 8 * len(names._new) == 8 * 100_000
    assert len(names._new) <= len(names._sorted) // 8 + 1
