"""``vdata baselines``: what the questions of a data set give away to one who never sees its videos."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from ...schemas.build_record import BaselineScore
from ...scoring.baselines import ALL, COMMON, DURATION, LONGEST, NEAREST, OVERLAP, SHORTEST, standing_out
from ..console import open_console
from ..dataset.baseline_scores import BaselineTable, baseline_table, measure
from .score import listed_files

SHORT = {
    **{LONGEST: "longest", SHORTEST: "shortest", NEAREST: "mean length"},
    **{OVERLAP: "overlap", COMMON: "common", DURATION: "duration"},
}
"""The headings of columns."""


def show_baselines(folder: Path, as_json: bool = False, console: Console | None = None) -> int:
    """Print the blind baselines of the data set in *folder*, by task.

    Returns:
        The exit status: 0.

    Raises:
        UserError: there is no finished data set.
    """
    console = console or open_console()
    scores = measure(listed_files(folder, "data")) or []
    if as_json:
        console.print(json.dumps([one.model_dump() for one in scores], indent=1), markup=False, soft_wrap=True)
        return 0
    if not scores:
        console.print("No sample has options, a number, or yes or no as its answer: nothing can be guessed blindly.")
        return 0
    console.print(_totals(scores))
    made = baseline_table(scores)
    if len(made.rows) > 1:
        console.print(_by_task(made))
    console.print("* above chance, beyond the interval (95 % for all numbers of a table together).\n")
    for line in made.remarks:
        console.print(line, markup=False, soft_wrap=True)
    return 0


def _totals(scores: list[BaselineScore]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("blind baseline, all tasks")
    for name in ("questions", "right", "interval", "chance"):
        table.add_column(name, justify="right")
    for one in scores:
        if one.task == ALL:
            shares = f"{one.low:.0%} – {one.high:.0%}", f"{one.chance:.1%}"
            table.add_row(one.baseline, f"{one.items:,}", f"{one.accuracy:.1%}{_mark(one)}", *shares)
    return table


def _by_task(made: BaselineTable) -> Table:
    """A line for each task; the headings are short, so that a line fits."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title="\nBy task, %", title_justify="left")
    table.add_column("task", no_wrap=True)
    for name in ("questions", *(SHORT.get(name, name.removeprefix("always ")) for name in made.names), "chance"):
        table.add_column(name, justify="right")
    for task, cells in made.rows:
        known = [one for one in cells if one is not None]
        shares = (f"{100 * one.accuracy:.0f}{_mark(one)}" if one is not None else "–" for one in cells)
        chance = 100 * fmean(one.chance for one in known)
        table.add_row(task or "all", f"{max(one.items for one in known):,}", *shares, f"{chance:.0f}")
    return table


def _mark(score: BaselineScore) -> str:
    return "*" if score in standing_out([score]) else " "
