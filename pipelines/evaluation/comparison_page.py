"""Several models side by side: a table of tasks and models, paired tests, JSON and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...schemas.atomic_file import write_bytes
from ...scoring.comparison import ModelComparison, compare
from ...scoring.items import ScoredItem
from ..errors import UserError

NAME = "comparison"
SURE = 0.05
"""The p-value below which a difference is called one."""


def show_comparison(scored: Mapping[str, Sequence[ScoredItem]], folder: Path, console: Console) -> None:
    """Print how the models of *scored* differ from the first, and write comparison.json and .png to *folder*.

    Raises:
        UserError: they cannot be written.
    """
    tasks: dict[str, list[int]] = {}
    for n, item in enumerate(next(iter(scored.values()))):
        tasks.setdefault(item.sample.task, []).append(n)
    right = {name: [item.right for item in items] for name, items in scored.items()}
    rows = compare(right)
    by_task = {
        task: compare({name: [values[n] for n in places] for name, values in right.items()})
        for task, places in sorted(tasks.items())
    }
    written = [folder / f"{NAME}.json"]
    content = {
        "first": rows[0].name,
        "overall": [asdict(row) for row in rows],
        "by_task": {task: [asdict(row) for row in some] for task, some in by_task.items()},
    }
    try:
        write_bytes(json.dumps(content, indent=1, ensure_ascii=False).encode(), written[0])
        if find_spec("matplotlib") is not None:
            from ...scoring.plots import side_by_side

            written.append(folder / f"{NAME}.png")
            side_by_side({**by_task, "all": rows}, written[-1])
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with --out.") from error
    console.print("Side by side\n")
    console.print(_shares({**by_task, "all": rows}))
    console.print()
    for row in rows[1:]:
        console.print(_told(row, rows[0]), markup=False, soft_wrap=True)
    if len(rows) > 2:
        console.print(f"p is corrected for {len(rows) - 1} comparisons (Holm).", markup=False)
    console.print("Written: " + ", ".join(str(path) for path in written), markup=False, soft_wrap=True)


def _shares(rows: Mapping[str, Sequence[ModelComparison]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("task")
    table.add_column("items", justify="right")
    for one in next(iter(rows.values())):
        table.add_column(escape(one.name), justify="right")
    for task, some in rows.items():
        shares = [f"{one.accuracy:.1%} ({one.low:.0%} – {one.high:.0%})" for one in some]
        table.add_row(escape(task), str(some[0].items), *shares)
    return table


def _told(row: ModelComparison, first: ModelComparison) -> str:
    p = row.p if row.p is not None else 1.0
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    verdict = "a difference" if p < SURE else "may be luck"
    return (
        f"{row.name} less {first.name}: {100 * row.difference:+.1f} points (95 %: {100 * row.difference_low:+.1f} to "
        f"{100 * row.difference_high:+.1f}); right alone {row.only_this} against {row.only_first}, {shown}: {verdict}."
    )
