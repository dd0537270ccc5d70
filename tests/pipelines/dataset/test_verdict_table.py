"""Verdicts as they stream by: the table is that of all of them, and only so many competitors are counted apart."""

from __future__ import annotations

import pytest

from vdata.pipelines.dataset import verdict_table as module
from vdata.pipelines.dataset.verdict_table import VerdictTable, verdict_table
from vdata.rules.pair_verdicts import OVERALL, JudgedPair, PairVerdict, Winner


def judged(a: str, b: str, *verdicts: tuple[Winner, str]) -> str:
    """The verdicts, each in the order ab and for a criterion."""
    return JudgedPair(a, b, verdicts=[PairVerdict(criterion, "ab", verdict) for verdict, criterion in verdicts]).text()


def test_nothing_is_judged() -> None:
    assert verdict_table([]) == VerdictTable()


def test_those_on_everything_count_where_there_are_any_and_criteria_beside_them() -> None:
    found = [
        ("s1", judged("x", "y", ("a", OVERALL), ("b", "motion"), ("a", "light"))),
        ("s2", judged("x", "y", ("tie", OVERALL), ("b", "motion"))),
    ]
    table = verdict_table(iter(found))
    assert table.criteria == ["light", "motion"]
    assert [(row.name, row.verdicts, row.wins, row.ties, row.share) for row in table.rows] == [
        ("x", 2, 1, 1, 0.75),
        ("y", 2, 0, 1, 0.25),
    ]
    assert [row.by for row in table.rows] == [[1.0, 0.0], [0.0, 1.0]]
    assert table.notes == ["2 verdicts; the one shown first wins 75.0% of them, a tie is half."]


def test_only_so_many_competitors_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPETITORS", 30)
    table = verdict_table((f"s{n}", judged(f"clip {2 * n}", f"clip {2 * n + 1}", ("a", OVERALL))) for n in range(100))
    assert len(table.rows) == 20
    assert "The 20 that win most of 30." in table.notes
    assert "170 verdicts are on others, which came after the first 30." in table.notes
