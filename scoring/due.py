"""What is to be said when it comes: whether a reply comes in time (proactive output of StreamingBench)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..schemas import Sample
from .measures import accuracy

LATE = 2.0
"""Seconds by which a reply may come too early or too late."""


def due_time(sample: Sample) -> float | None:
    """The second of the video at which the answer to *sample* is to be said; None: it is asked and answered at once."""
    times = [turn.time for turn in sample.messages if turn.role != "system"]
    return times[1] if len(times) == 2 and times[0] is not None else None


def in_time(sample: Sample, said_at: float | None) -> bool:
    """Whether a reply that was said at second *said_at* came when it was due, at most 2 s off."""
    due = due_time(sample)
    return due is not None and said_at is not None and abs(said_at - due) <= LATE


def proactive(punctual: Sequence[bool], right: Sequence[bool]) -> dict[str, Any]:
    """How many replies came in time, and how many were right besides."""
    return {"items": len(right), "in_time": accuracy(punctual), "right": accuracy(right)}
