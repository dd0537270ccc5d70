"""Attributes of samples that a config names itself: they stand among the parameters, beside those that are ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

OURS = frozenset(
    {
        *("about", "answered_from", "ask", "asked", "asked_at", "before_repair", "bins", "by", "candidates", "depth"),
        *("chosen_source", "criterion", "judged"),
        *("duration", "edit", "file_id", "frame_rate"),
        *(
            "grounded",
            "inferred",
            "kind",
            "language",
            "length",
            "media",
            "medium",
            "moment",
            "n",
            "of",
            "options_by",
            "persona",
        ),
        *("question", "rationale", "recovered", "regions", "relation", "requires", "rule", "sample", "scores", "seen"),
        *("share", "shown"),
        *(
            "slots",
            "span",
            "template",
            "tense",
            "time_format",
            "token",
            "tokens",
            "told",
            "which",
            "words",
            "written_from",
        ),
    }
)
"""Parameters that have a meaning of ours."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def check_attributes(names: Iterable[str]) -> None:
    """Check the *names* of attributes.

    Raises:
        ValueError: one is no name, or has a meaning of ours.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"attributes: {name!r} is no name: use letters, digits and _")
        if name in OURS:
            raise ValueError(f"attributes: {name} has another meaning among the parameters of a sample")
