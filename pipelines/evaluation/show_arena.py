"""``vdata arena``: who wins, from files of verdicts on pairs of replies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...rules.pair_verdicts import OVERALL
from ...schemas.atomic_file import write_bytes
from ...scoring.arena import Battle, Standing, Winner, sides, standings, win_rates
from ..console import open_console
from ..errors import UserError

NAME = "arena.json"
WINNERS: dict[str, Winner] = {
    **dict.fromkeys(("model_a", "a", "first"), "first"),
    **dict.fromkeys(("model_b", "b", "second"), "second"),
    **dict.fromkeys(("tie", "tie (bothbad)", "both", "neither", "draw", "c"), "tie"),
}
"""What verdicts are called, in lower case."""


def run_arena(verdicts: Sequence[Path], out: Path | None = None, console: Console | None = None) -> int:
    """Rate the models of the files *verdicts*, print tables and write arena.json to *out*, or beside the first file.

    Of verdicts by criteria of which one is ``overall`` those count; by each criterion models are rated besides.

    Returns:
        The exit status: 0.

    Raises:
        UserError: a file cannot be read, a line is no verdict, or the result cannot be written.
    """
    console = console or open_console()
    battles = [battle for path in verdicts for battle in read_battles(path)]
    if not battles:
        raise UserError(f"{verdicts[0]}: holds no verdict.")
    criteria = sorted({one.criterion for one in battles if one.criterion})
    by = {name: standings([one for one in battles if one.criterion == name]) for name in criteria}
    if OVERALL in criteria:  # what is said by a single criterion is in *by*
        battles = [one for one in battles if one.criterion in ("", OVERALL)]
    rows, rates, order = standings(battles), win_rates(battles), sides(battles)
    content = {
        "verdicts": len(battles),
        "models": [asdict(row) for row in rows],
        "win_rates": rates,
        "sides": order._asdict(),
        **({"by_criterion": {name: [asdict(row) for row in some] for name, some in by.items()}} if by else {}),
    }
    path = (out or verdicts[0].parent) / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(json.dumps(content, indent=1, ensure_ascii=False).encode(), path)
    except OSError as error:
        told = f"{path}: cannot be written ({error.strerror}). Choose another folder with --out."
        raise UserError(told) from error
    console.print(_table(rows))
    console.print()
    if len(rows) > 2:
        console.print(_pairs(rows, rates))
        console.print()
    if len(by) > 1:
        console.print(_ratings(rows, by))
        console.print()
    line = f"{len(battles)} verdicts; the reply shown first wins {order.first_wins:.1%} of them (a tie is half)"
    if order.both_orders:
        line += f"; of {order.both_orders} pairs judged in both orders {order.same:.1%} have the same verdict"
    console.print(f"{line}.\nWritten: {path}", markup=False, soft_wrap=True)
    return 0


def read_battles(path: Path) -> list[Battle]:
    """The verdicts of the .jsonl file *path*, as Chatbot Arena has them, or as the export ``verdicts`` writes them.

    A line is ``{"model_a": …, "model_b": …, "winner": "model_a" | "model_b" | "tie"}``, or ``{"a": …, "b": …,
    "verdict": "a" | "b" | "tie"}``, with ``order`` ``ba`` where b was shown first. ``id``, ``question_id`` or ``item``
    says which question it is on, without which each verdict is on one of its own; ``criterion`` what was judged.

    Raises:
        UserError: the file cannot be read, or a line is no verdict.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    return [_battle(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _battle(path: Path, number: int, line: str) -> Battle:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise UserError(f"{path}:{number}: is no JSON: {error}.") from None
    first, second = (_of(row, name, name[-1]) for name in ("model_a", "model_b"))
    if not (isinstance(first, str) and isinstance(second, str) and first and second):
        raise UserError(f'{path}:{number}: a verdict is {{"model_a": "…", "model_b": "…", "winner": "…"}}.')
    if first == second:
        raise UserError(f"{path}:{number}: {first} is compared with itself.")
    told = _of(row, "winner", "verdict")
    winner = WINNERS.get(str(told).strip().casefold())
    if winner is None:
        raise UserError(f"{path}:{number}: the winner is model_a, model_b or tie, got {told!r}.")
    question = _of(row, "id", "question_id", "item")
    name = f"{path}:{number}" if question is None else str(question)
    battle = Battle(name, first, second, winner, str(_of(row, "criterion") or ""))
    return battle.swapped if _of(row, "order") == "ba" else battle


def _of(row: Any, *names: str) -> Any:
    """The first of *names* that *row* has; None: it has none."""
    return next((row[name] for name in names if row.get(name) is not None), None) if isinstance(row, dict) else None


def _table(rows: Sequence[Standing]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("model")
    for name in ("rank", "rating", "95 %", "win rate", "95 %", "verdicts", "wins", "ties"):
        table.add_column(name, justify="right")
    for row in rows:
        shares = f"{row.win_rate:.1%}", f"{row.win_low:.0%} – {row.win_high:.0%}"
        rating = f"{row.rating:.0f}", f"{row.low:.0f} – {row.high:.0f}"
        counts = map(str, (row.battles, row.wins, row.ties))
        table.add_row(escape(row.model), str(row.rank), *rating, *shares, *counts)
    return table


def _pairs(rows: Sequence[Standing], rates: dict[str, dict[str, float]]) -> Table:
    """How often the model of the line wins against that of the column."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title="wins against", title_justify="left")
    table.add_column("model")
    for row in rows:
        table.add_column(escape(row.model), justify="right")
    for row in rows:
        shares = [rates[row.model].get(other.model) for other in rows]
        table.add_row(escape(row.model), *("–" if share is None else f"{share:.0%}" for share in shares))
    return table


def _ratings(rows: Sequence[Standing], by: dict[str, list[Standing]]) -> Table:
    """The rating of each model by each criterion."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title="rating by", title_justify="left")
    table.add_column("criterion")
    for row in rows:
        table.add_column(escape(row.model), justify="right")
    for name, some in by.items():
        known = {one.model: f"{one.rating:.0f}" for one in some}
        table.add_row(escape(name), *(known.get(row.model, "–") for row in rows))
    return table
