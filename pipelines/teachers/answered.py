"""Which models answered for a row, where these are others than were asked."""

from __future__ import annotations

from contextvars import ContextVar

ANSWERED: ContextVar[dict[str, set[str]] | None] = ContextVar("answered", default=None)
"""The models by teacher, for the row whose stages run here; all that these start shares the one mapping."""
PREFIX = "answered_by:"
"""The attrs of a row in which they are noted begin so; the name of the teacher follows."""


def note_model(teacher: str, model: str) -> None:
    """Note that *model* answered a request to *teacher*, if it is another than was asked."""
    found = ANSWERED.get()
    if model and found is not None:
        found.setdefault(teacher, set()).add(model)
