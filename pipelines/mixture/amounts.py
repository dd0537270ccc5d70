"""The number of samples of each source and length in a mixture, chosen to meet its weights and its length profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ENDLESS = 10**12
"""The count of samples that may be repeated: more than any mixture asks for."""

Table = list[list[int]]


@dataclass(frozen=True, slots=True)
class Wish:
    """The limits on what is taken from *available*, the counts of samples by source (rows) and length (columns)."""

    available: Table
    caps: list[int]
    """The largest number for each row."""
    weights: list[float] | None
    """The proportions of the rows; None: any."""
    shares: list[float]
    """The proportions of the columns; a single column takes everything."""

    def rows(self, samples: int) -> list[int]:
        """The largest number for each row that meets the weights when *samples* are taken."""
        if self.weights is None:
            return self.caps
        wanted = apportion(samples, self.weights)
        return [min(most, cap) for most, cap in zip(wanted, self.caps, strict=True)]

    def columns(self, samples: int) -> list[int]:
        """The largest number for each column that meets the shares when *samples* are taken."""
        return [sum(self.caps)] if len(self.shares) == 1 else apportion(samples, self.shares)


def amounts(wish: Wish, samples: int | None) -> Table:
    """The number of samples to take of each row and column: as many as the limits allow, up to *samples*.

    Without *samples*, it is the largest number that meets all weights and shares exactly.
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
    """The largest number of samples that meets all weights and shares exactly."""
    low, high = 0, sum(min(cap, sum(row)) for cap, row in zip(wish.caps, wish.available, strict=True))
    high = min(high, 4 * ENDLESS)
    while low < high:
        middle = (low + high + 1) // 2
        taken = fill(wish.available, wish.rows(middle), wish.columns(middle))
        low, high = (middle, high) if sum(map(sum, taken)) >= middle else (low, middle - 1)
    return low


def apportion(whole: int, shares: Sequence[float]) -> list[int]:
    """Split *whole* in proportion to *shares*, by largest remainders; the first of equal ones wins."""
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
    """Take as much of *available* as the limits *rows* and *columns* allow: a maximum flow (Edmonds and Karp 1972).

    The flow starts from an amount in proportion to both limits, so that lengths are spread over the sources.
    """
    total = max(sum(columns), sum(rows), 1)
    taken = [
        [min(count, row * column // total) for count, column in zip(line, columns, strict=True)]
        for line, row in zip(available, rows, strict=True)
    ]
    while True:
        row_rest = [row - sum(line) for row, line in zip(rows, taken, strict=True)]
        column_rest = [column - sum(line[n] for line in taken) for n, column in enumerate(columns)]
        path = _path(available, taken, row_rest, column_rest)
        if path is None:
            return taken
        cells, amount = path
        for n, (row, column) in enumerate(cells):
            taken[row][column] += -amount if n % 2 else amount


def _path(
    available: Table, taken: Table, row_rest: Sequence[int], column_rest: Sequence[int]
) -> tuple[list[tuple[int, int]], int] | None:
    """An augmenting path: the cells to raise and lower in turn, and the amount; None when the flow is maximal."""
    parents: dict[int, tuple[int, int] | None] = {row: None for row, rest in enumerate(row_rest) if rest > 0}
    waiting = list(parents)
    seen: dict[int, int] = {}
    while waiting:
        row = waiting.pop(0)
        for column in range(len(column_rest)):
            if column in seen or taken[row][column] >= available[row][column]:
                continue
            seen[column] = row
            if column_rest[column] > 0:
                return _trace(row, column, parents, available, taken, row_rest, column_rest)
            for other in range(len(row_rest)):
                if other not in parents and taken[other][column] > 0:
                    parents[other] = (row, column)
                    waiting.append(other)
    return None


def _trace(
    row: int,
    column: int,
    parents: dict[int, tuple[int, int] | None],
    available: Table,
    taken: Table,
    row_rest: Sequence[int],
    column_rest: Sequence[int],
) -> tuple[list[tuple[int, int]], int]:
    cells, amount = [(row, column)], min(column_rest[column], available[row][column] - taken[row][column])
    while (before := parents[row]) is not None:
        earlier, through = before
        cells += [(row, through), (earlier, through)]
        amount = min(amount, taken[row][through], available[earlier][through] - taken[earlier][through])
        row = earlier
    return cells, min(amount, row_rest[row])
