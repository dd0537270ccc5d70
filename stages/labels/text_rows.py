"""What the kinds of labels that bring texts agree in: the lane that these lie on, and the name of one without."""

from __future__ import annotations

from ...schemas import make_id

DOCUMENTS = "documents"
"""The lane of whole texts."""


def text_name(text: str) -> str:
    """The name of a *text* that has none: the same for the same text."""
    return f"text_{make_id('text', text.strip())[:12]}"
