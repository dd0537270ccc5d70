"""Verdicts on pairs of replies or clips: who wins against the others, ties, and whether the order tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...rules.pair_verdicts import OVERALL, TIE, pair_of
from ...scoring.arena import Battle, Winner, sides

MOST = 20
"""Competitors that have a row; of two videos each is one, unless it is told who made it."""
COMPETITORS = 10_000
"""Competitors whose verdicts are counted apart."""
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
    deciding, every = _Tally(), _Tally()
    by: dict[str, _Tally] = {}
    for item, text in judged:
        found = list(_battles(item, text))
        every.add(found)
        deciding.add([one for one in found if one.criterion == OVERALL])
        for name in dict.fromkeys(one.criterion for one in found if one.criterion != OVERALL):
            by.setdefault(name, _Tally()).add([one for one in found if one.criterion == name])
    if not every.verdicts:
        return VerdictTable()
    if not deciding.verdicts:
        deciding = every
    ranked = sorted(by, key=lambda name: -by[name].verdicts)  # of equal ones the first that came
    criteria = sorted(ranked[:CRITERIA]) if len(by) > 1 else []
    rows = [
        VerdictRow(
            name,
            verdicts,
            wins,
            ties,
            (wins + ties / 2) / verdicts,
            [_share(by[one].competitors[name]) if name in by[one].competitors else None for one in criteria],
        )
        for name, (verdicts, wins, ties) in deciding.competitors.items()
    ]
    rows.sort(key=lambda row: (-row.share, -row.verdicts, row.name))
    first = f"the one shown first wins {deciding.firsts / deciding.verdicts:.1%} of them, a tie is half"
    notes = [f"{deciding.verdicts:,} verdicts; {first}."]
    if deciding.both_orders:
        same = f"{deciding.same / deciding.both_orders:.1%}"
        notes.append(f"Of {deciding.both_orders:,} pairs judged in both orders {same} have the same verdict.")
    if len(rows) > MOST:
        notes.append(f"The {MOST} that win most of {len(rows):,}.")
    if deciding.others:
        notes.append(f"{deciding.others:,} verdicts are on others, which came after the first {COMPETITORS:,}.")
    if len(by) > len(criteria) > 0:
        notes.append(f"{len(criteria)} of {len(by)} criteria have a column.")
    return VerdictTable(criteria, rows[:MOST], notes)


@dataclass(slots=True)
class _Tally:
    """Verdicts as they stream by; what is kept does not grow with them."""

    verdicts: int = 0
    firsts: float = 0.0
    """How many the one that was shown first has won; a tie is half."""
    both_orders: int = 0
    same: float = 0.0
    """How many of the pairs that were judged in both orders have the same verdict."""
    competitors: dict[str, list[int]] = field(default_factory=dict)
    """Verdicts, wins and ties of each, of the first ones."""
    others: int = 0
    """Verdicts on a competitor that is not among them."""

    def add(self, battles: Sequence[Battle]) -> None:
        """Take up the verdicts on one sample."""
        order = sides(battles)
        self.verdicts += len(battles)
        self.firsts += order.first_wins * len(battles)
        self.both_orders += order.both_orders
        self.same += order.same * order.both_orders if order.both_orders else 0.0
        for battle in battles:
            for side in (battle, battle.swapped):
                if side.first in self.competitors or len(self.competitors) < COMPETITORS:
                    own = self.competitors.setdefault(side.first, [0, 0, 0])
                    own[0] += 1
                    own[1] += side.winner == "first"
                    own[2] += side.winner == "tie"
                else:
                    self.others += 1


def _battles(item: str, text: str) -> Iterable[Battle]:
    pair = pair_of(text)
    if pair.a == pair.b:
        return
    winners: dict[str, Winner] = {"a": "first", "b": "second", TIE: "tie"}
    for one in pair.verdicts:
        battle = Battle(item, pair.a, pair.b, winners[one.verdict], one.criterion)
        yield battle if one.order == "ab" else battle.swapped


def _share(counts: Sequence[int]) -> float:
    verdicts, wins, ties = counts
    return (wins + ties / 2) / verdicts
