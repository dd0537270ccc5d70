"""What people read: fitted to a terminal, and a row a line elsewhere."""

from __future__ import annotations

import pytest
from rich.table import Table
from rich.text import Text

from vdata.pipelines.console import open_console


def wide_table() -> Table:
    table = Table(box=None)
    for name in ("stage", "reason"):
        table.add_column(name)
    table.add_row("quality", ", ".join(f"reason_{n} {n}" for n in range(40)))
    return table


def test_a_wide_row_is_one_line_on_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    open_console().print(wide_table())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].rstrip().endswith("reason_39 39")


def test_it_fits_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # which rich takes for a terminal
    monkeypatch.setenv("COLUMNS", "70")
    open_console().print(wide_table())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5
    assert max(Text.from_ansi(line).cell_len for line in lines) <= 70
