"""The console for people: as wide as the terminal, and on a pipe so wide that no row of a table is broken."""

from __future__ import annotations

from rich.console import Console

WIDE = 4000
"""Columns where nobody looks on: whoever reads the lines then takes them apart by line."""


def open_console(*, stderr: bool = False) -> Console:
    """A console for standard output, or *stderr*."""
    terminal = Console(stderr=stderr).is_terminal
    return Console(stderr=stderr, highlight=False, width=None if terminal else WIDE)
