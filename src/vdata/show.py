"""Tables for people: drawn in a terminal, aligned text elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """*rows* under *heads*. In a terminal cells are wrapped to its width; elsewhere each row is one line."""
    if sys.stdout.isatty():
        return _drawn(heads, rows)
    lines = [heads, *([cell.replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _drawn(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for n, head in enumerate(heads):
        drawn.add_column(head, overflow="fold", no_wrap=n == 0)
    for row in rows:
        drawn.add_row(*map(Text, row))
    console = Console()
    with console.capture() as capture:
        console.print(drawn)
    return capture.get().rstrip("\n")
