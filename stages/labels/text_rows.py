"""What the kinds of labels that bring texts agree in: the lane that these lie on, and the name of one without."""

from __future__ import annotations

from ...schemas import Span, make_id
from ...schemas.sample import IMPORTED

DOCUMENTS = "documents"
"""The lane of whole texts."""


def text_name(text: str) -> str:
    """The name of a *text* that has none: the same for the same text."""
    return f"text_{make_id('text', text.strip())[:12]}"


def text_span(text: str, before: int) -> Span:
    """The span of *text* behind so many others of its input: a second each, until pages are laid out."""
    return Span(float(before), before + 1.0, text, source=IMPORTED, values={"number": before + 1.0})
