"""Small decision trees whose sum is a score (gradient boosting: Friedman 2001), read from a file that comes along."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    F8 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Whole binary trees of one depth: 2^depth - 1 questions each, in the order of a heap, and 2^depth answers."""

    inputs: tuple[str, ...]
    """The names of what is asked of, in the order of the columns."""
    base: float
    column: NDArray[np.intp]
    """(trees, questions): which input is compared …"""
    above: F8
    """(trees, questions): … and what it must exceed for the right branch."""
    answer: F8
    """(trees, answers): what the score grows by."""

    @classmethod
    def read(cls, path: Path) -> Trees:
        told = json.loads(path.read_text())
        column, above, answer = ([tree[key] for tree in told["trees"]] for key in ("column", "above", "answer"))
        return cls(tuple(told["inputs"]), told["base"], np.array(column, np.intp), np.array(above), np.array(answer))

    def score(self, values: F8) -> F8:
        """The score of each row of *values* (n, inputs), as the logarithm of odds."""
        total, rows = np.full(len(values), self.base), np.arange(len(values))
        questions = self.column.shape[1]
        for column, above, answer in zip(self.column, self.above, self.answer, strict=True):
            at = np.zeros(len(values), np.intp)
            while len(at) and at[0] < questions:  # all rows are at the same depth
                at = 2 * at + 1 + (values[rows, column[at]] > above[at])
            total += answer[at - questions]
        return total
