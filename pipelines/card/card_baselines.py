"""The section of a card on blind baselines."""

from __future__ import annotations

from ...schemas.build_record import BuildRecord
from ...scoring.baselines import ALL
from ..dataset.baseline_scores import remarks

TITLE = "## Blind baselines"
WHAT = (
    "What is right without the video, by a rule of thumb on the text alone, or on the length of the video alone: by "
    "what is right of others about as long. Above chance beyond the interval (95 % for all lines together), it is a "
    "shortcut that a model can learn. `vdata baselines` has them by task. Chance is what random answers have right."
)


def baseline_section(record: BuildRecord) -> list[str]:
    """The section, with its title and without an empty line at its end."""
    return [TITLE, "", *baseline_lines(record)]


def baseline_lines(record: BuildRecord) -> list[str]:
    """A table of the baselines over all tasks, and what stands out; nothing where none was measured."""
    scores = record.baselines or []
    if not scores:
        return []
    rows = [
        f"| {one.baseline} | {one.items:,} | {one.accuracy:.1%} | {one.low:.0%} to {one.high:.0%} | {one.chance:.1%} |"
        for one in scores
        if one.task == ALL
    ]
    head = ("| baseline | questions | right | interval | chance |", "|---|---:|---:|---:|---:|")
    return [WHAT, "", *head, *rows, "", *(f"- {line}" for line in remarks(scores))]
