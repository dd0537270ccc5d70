"""How many samples of each source and length go into a mixture, when they are to meet weights and a profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ENDLESS = 10**12
"""There are more of them than anybody asks for: they may be repeated."""

Table = list[list[int]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a table of *available* samples, a row a source, a column a length."""

    available: Table
    caps: list[int]
    """The most of each row."""
    weights: list[float] | None
    """In what proportion rows are taken; None: as it comes."""
    shares: list[float]
    """In what proportion columns are taken; one column is simply all."""

    def rows(self, samples: int) -> list[int]:
        """The most of each row when *samples* are taken, if its weight is to be met."""
        if self.weights is None:
            return self.caps
        wanted = apportion(samples, self.weights)
        return [min(most, cap) for most, cap in zip(wanted, self.caps, strict=True)]

    def columns(self, samples: int) -> list[int]:
        """The same for columns."""
        return [sum(self.caps)] if len(self.shares) == 1 else apportion(samples, self.shares)


def amounts(wish: Wish, samples: int | None) -> Table:
    """How many of each row and column are taken: as many as can be, up to *samples*, without more than is wanted.

    Without *samples*, the largest number by which weights and shares are met to the last sample.
    """
    if samples is None:
        if wish.weights is None and len(wish.shares) == 1:
            samples = sum(min(cap, sum(row)) for cap, row in zip(wish.caps, wish.available, strict=True))
        else:
            samples = most(wish)
    rows = wish.rows(samples)
    if wish.weights is None and sum(rows) > samples:
        rows = apportion(samples, [min(cap, sum(row)) for cap, row in zip(rows, wish.available, strict=True)])
        if len(wish.shares) > 1:
            rows = wish.caps  # the profile decides
    return fill(wish.available, rows, wish.columns(samples))


def most(wish: Wish) -> int:
    """The largest number of samples by which everything that is wanted is met."""
    low, high = 0, sum(min(cap, sum(row)) for cap, row in zip(wish.caps, wish.available, strict=True))
    high = min(high, 4 * ENDLESS)
    while low < high:
        middle = (low + high + 1) // 2
        taken = fill(wish.available, wish.rows(middle), wish.columns(middle))
        low, high = (middle, high) if sum(map(sum, taken)) >= middle else (low, middle - 1)
    return low


def apportion(whole: int, shares: Sequence[float]) -> list[int]:
    """*whole* in parts that are in proportion to *shares* (largest remainders; of equals the first)."""
    total = sum(shares)
    if not total:
        return [0] * len(shares)
    exact = [whole * share / total for share in shares]
    parts = [int(part) for part in exact]
    by_rest = sorted(range(len(shares)), key=lambda n: (parts[n] - exact[n], n))
    for n in by_rest[: whole - sum(parts)]:
        parts[n] += 1
    return parts


def fill(available: Table, rows: Sequence[int], columns: Sequence[int]) -> Table:
    """As much of *available* as *rows* and *columns* can take: a largest flow (Edmonds and Karp 1972).

    It begins with what is in proportion to both, so that lengths are spread over the sources where there is a choice.
    """
    total = max(sum(columns), sum(rows), 1)
    taken = [
        [min(there, row * column // total) for there, column in zip(line, columns, strict=True)]
        for line, row in zip(available, rows, strict=True)
    ]
    while True:
        row_left = [row - sum(line) for row, line in zip(rows, taken, strict=True)]
        column_left = [column - sum(line[n] for line in taken) for n, column in enumerate(columns)]
        path = _path(available, taken, row_left, column_left)
        if path is None:
            return taken
        cells, amount = path
        for n, (row, column) in enumerate(cells):
            taken[row][column] += -amount if n % 2 else amount


def _path(
    available: Table, taken: Table, row_left: Sequence[int], column_left: Sequence[int]
) -> tuple[list[tuple[int, int]], int] | None:
    """Cells to be raised and lowered in turn so that one row gives more and one column takes more, and by how much."""
    came: dict[int, tuple[int, int] | None] = {row: None for row, left in enumerate(row_left) if left > 0}
    waiting = list(came)
    seen: dict[int, int] = {}
    while waiting:
        row = waiting.pop(0)
        for column in range(len(column_left)):
            if column in seen or taken[row][column] >= available[row][column]:
                continue
            seen[column] = row
            if column_left[column] > 0:
                return _traced(row, column, came, available, taken, row_left, column_left)
            for other in range(len(row_left)):
                if other not in came and taken[other][column] > 0:
                    came[other] = (row, column)
                    waiting.append(other)
    return None


def _traced(
    row: int,
    column: int,
    came: dict[int, tuple[int, int] | None],
    available: Table,
    taken: Table,
    row_left: Sequence[int],
    column_left: Sequence[int],
) -> tuple[list[tuple[int, int]], int]:
    cells, amount = [(row, column)], min(column_left[column], available[row][column] - taken[row][column])
    while (before := came[row]) is not None:
        earlier, through = before
        cells += [(row, through), (earlier, through)]
        amount = min(amount, taken[row][through], available[earlier][through] - taken[earlier][through])
        row = earlier
    return cells, min(amount, row_left[row])
