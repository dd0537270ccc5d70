"""Questions that count only where the basic ones that they require are right (RTV-Bench)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .measures import accuracy


class GatedAnswer(NamedTuple):
    """One question that requires others."""

    right: bool
    basic: Sequence[bool | None]
    """Whether each that it requires is right; None: it has no prediction, or is not in the data set."""


def gated(gates: Sequence[GatedAnswer]) -> dict[str, Any]:
    """How many of *gates* are right, and how many of them count.

    ``score`` is the share that is right with all basic ones; what has no prediction is wrong. ``missing_pass`` is the
    same where such a one counts as right, as published. ``basic`` is the share of questions whose basic ones are all
    right. Empty without any.
    """
    if not gates:
        return {}
    return {
        "items": len(gates),
        "accuracy": accuracy([gate.right for gate in gates]),
        "basic": accuracy([all(gate.basic) for gate in gates]),
        "score": accuracy([gate.right and all(gate.basic) for gate in gates]),
        "missing_pass": accuracy([gate.right and False not in gate.basic for gate in gates]),
        "missing": sum(None in gate.basic for gate in gates),
    }
