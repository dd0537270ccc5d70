"""The named parts of a structured caption, among the other attributes that a caption has."""

from __future__ import annotations

from ..schemas import Span

OWN = frozenset(
    [
        "grades",
        "instructions",
        "span",
        "human",
        "choice",
        "why",
        "of",
        "part",
        "before",
        "cut_claims",
        "from",
        "cluster",
        "cluster_name",
    ]
)
"""Attributes of a caption that are no part of it."""
PREFIXES = ("candidate:", "checked_")
"""How the names of further such attributes begin."""

ROWS = "_row"
"""How the names of numbers end that ``match`` keeps of a caption and all others."""


def is_part(name: str) -> bool:
    """Whether an attribute called *name* is a part of a structured caption."""
    return name not in OWN and not name.startswith(PREFIXES) and not name.endswith(ROWS)


def parts_of(caption: Span) -> dict[str, str]:
    """The parts of *caption* by their names, in order; none where it is plain text."""
    return {name: text for name, text in caption.attrs.items() if is_part(name)}
