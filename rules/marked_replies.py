"""Replies to one prompt that a judge marked, point by point: what a preference pair was chosen from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ..schemas import Sample

MARKED = "marked_replies"
"""The parameter of a preference pair that holds all marked replies as JSON, the best first."""


@dataclass(frozen=True, slots=True)
class MarkedReply:
    """A reply, and its mark on each point by name: 1 (bad) to 10 (faultless)."""

    reply: str
    marks: dict[str, int]


def marked_text(replies: Iterable[MarkedReply]) -> str:
    """*replies* as JSON."""
    return json.dumps([asdict(one) for one in replies], ensure_ascii=False, separators=(",", ":"))


def marked_replies(sample: Sample) -> list[MarkedReply]:
    """The replies that the pair *sample* was chosen from, the best first; none where nothing was marked."""
    return [MarkedReply(**one) for one in json.loads(sample.params.get(MARKED, "[]"))]
