"""Questions that count only where others are right: which basic ones a question requires (RTV-Bench)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..schemas import Sample

REQUIRES = "requires"
"""The parameter of a sample with the ids of those that must be right for it to count, as a JSON list."""
LEVEL, BASIC = "level", "basic"
"""The attribute that tells basic questions from others, and its value for them."""


def required(sample: Sample) -> list[str]:
    """The ids of the samples that *sample* requires, in order."""
    found: list[str] = json.loads(sample.params.get(REQUIRES, "[]"))
    return found


def require(sample: Sample, ids: Iterable[str]) -> None:
    """Have *sample* count only where those of *ids* are right."""
    sample.params[REQUIRES] = json.dumps([*ids])
