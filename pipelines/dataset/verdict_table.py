"""Verdicts on pairs of replies or clips: who wins against the others, ties, and whether the order tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...rules.pair_verdicts import OVERALL, TIE, pair_of
from ...scoring.arena import Battle, Winner, sides

MOST = 20
"""Competitors that have a row; of two videos each is one, unless it is told who made it."""
CRITERIA = 8
"""Criteria that have a column."""


@dataclass(slots=True)
class VerdictRow:
    """One competitor."""

    name: str
    verdicts: int
    wins: int
    ties: int
    share: float
    """Of its verdicts that it wins; a tie is half."""
    by: list[float | None]
    """The same by each criterion; None: not judged by it."""


@dataclass(slots=True)
class VerdictTable:
    """All competitors, the one that wins most first."""

    criteria: list[str] = field(default_factory=list)
    rows: list[VerdictRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verdict_table(judged: Iterable[tuple[str, str]]) -> VerdictTable:
    """The table of all verdicts of samples: the id of each that was *judged*, and its ``JudgedPair`` as JSON.

    Verdicts on everything together count where there are any. Without rows where there are none.
    """
    found = [battle for item, text in judged for battle in _battles(item, text)]
    if not found:
        return VerdictTable()
    names = Counter(one.criterion for one in found if one.criterion != OVERALL)
    criteria = sorted(name for name, _ in names.most_common(CRITERIA)) if len(names) > 1 else []
    deciding = [one for one in found if one.criterion == OVERALL] or found
    whole = _shares(deciding)
    by = {name: _shares(one for one in found if one.criterion == name) for name in criteria}
    rows = [
        VerdictRow(
            name,
            verdicts,
            wins,
            ties,
            (wins + ties / 2) / verdicts,
            [_share(by[one][name]) if name in by[one] else None for one in criteria],
        )
        for name, (verdicts, wins, ties) in whole.items()
    ]
    rows.sort(key=lambda row: (-row.share, -row.verdicts, row.name))
    order = sides(deciding)
    notes = [f"{len(deciding):,} verdicts; the one shown first wins {order.first_wins:.1%} of them, a tie is half."]
    if order.both_orders:
        notes.append(f"Of {order.both_orders:,} pairs judged in both orders {order.same:.1%} have the same verdict.")
    if len(rows) > MOST:
        notes.append(f"The {MOST} that win most of {len(rows):,}.")
    if len(names) > len(criteria) > 0:
        notes.append(f"{len(criteria)} of {len(names)} criteria have a column.")
    return VerdictTable(criteria, rows[:MOST], notes)


def _battles(item: str, text: str) -> Iterable[Battle]:
    pair = pair_of(text)
    if pair.a == pair.b:
        return
    winners: dict[str, Winner] = {"a": "first", "b": "second", TIE: "tie"}
    for one in pair.verdicts:
        battle = Battle(item, pair.a, pair.b, winners[one.verdict], one.criterion)
        yield battle if one.order == "ab" else battle.swapped


def _shares(battles: Iterable[Battle]) -> dict[str, tuple[int, int, int]]:
    """The verdicts, wins and ties of each competitor."""
    counts: dict[str, list[int]] = {}
    for battle in battles:
        for side in (battle, battle.swapped):
            own = counts.setdefault(side.first, [0, 0, 0])
            own[0] += 1
            own[1] += side.winner == "first"
            own[2] += side.winner == "tie"
    return {name: (verdicts, wins, ties) for name, (verdicts, wins, ties) in counts.items()}


def _share(counts: tuple[int, int, int]) -> float:
    verdicts, wins, ties = counts
    return (wins + ties / 2) / verdicts
