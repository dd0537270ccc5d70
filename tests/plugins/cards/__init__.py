"""What is known of published systems, asked of the samples that a recipe makes: formats, limits, shares of kinds."""

from __future__ import annotations

from collections.abc import Callable

from . import captions, choices, haystacks, preferences, questions, speech, streaming, time
from .rows import Rows

FAMILIES = (captions, choices, haystacks, preferences, questions, speech, streaming, time)
CARDS: dict[str, Callable[[Rows], None]] = {one.__name__: one for family in FAMILIES for one in family.CARDS}
"""By recipe: asserts what its authors say of their data."""
if len(CARDS) < sum(len(family.CARDS) for family in FAMILIES):
    raise AssertionError("a recipe has two cards")
