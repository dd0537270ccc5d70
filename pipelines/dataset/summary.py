"""The closing summary: what went in, what came out, what was lost where and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...stages import Stage
from .funnel import useful
from .splits import main_split, split_rows


def print_summary(
    funnel: dict[str, Any],
    stages: Sequence[tuple[str, Stage]],
    out: Path,
    retried: Sequence[dict[str, Any]] = (),
    console: Console | None = None,
) -> None:
    """Print *funnel* (the content of build.json) for people.

    *stages* are (label, stage) in order; *retried* the retries, as build.json has them, that this run has ended.
    """
    console = console or Console(highlight=False, width=None if Console().is_terminal else 110)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("stage")
    for name in ("videos in", "out", "made"):
        table.add_column(name, justify="right")
    table.add_column("rejected")
    for row in funnel["funnel"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in row["reasons"].items())
        cached = f"  ({row['cached']} from cache)" if row["cached"] else ""
        table.add_row(row["stage"], str(row["rows"]), str(row["kept"]), str(row["wrote"]), escape(reasons + cached))
    console.print()
    console.print(table)
    console.print()
    totals = {row["stage"]: row["values"] for row in funnel["funnel"]}
    for label, stage in stages:
        line = stage.summary(totals.get(label, {}))
        if line:
            console.print(escape(line))
    console.print(
        f"{_count(funnel['inputs'], 'video')} ({length(funnel['hours'])}): {funnel['kept']} kept, "
        f"{funnel['dropped']} dropped, {funnel['failed']} failed. "
        f"{_count(funnel['samples'], 'sample')} in {funnel['seconds']:.1f} s."
    )
    for retry in retried:
        gone = f", {retry['gone']} no longer among the inputs" if retry.get("gone") else ""
        console.print(
            f"{_count(retry['taken_up'], 'video')} that failed before, taken up again: {retry['kept']} kept, "
            f"{retry['dropped']} dropped, {retry['failed']} failed{gone}."
        )
    if made := funnel.get("made"):
        console.print(
            f"{_count(made['videos'], 'video')} made of them: {made['kept']} kept ({length(made['hours_kept'])}), "
            f"{made['dropped']} dropped, {made['failed']} failed."
        )
    if funnel.get("splits"):
        console.print("Samples: " + ", ".join(f"{split} {count}" for split, count in split_rows(funnel).items()))
    if funnel["tasks"]:
        tasks = ", ".join(f"{task} {count}" for task, count in funnel["tasks"].items())
        console.print(f"Tasks: {escape(tasks)}", soft_wrap=True)
    for name, purposes in funnel["teachers"].items():
        console.print(escape(_account(name, list(purposes.values()))), soft_wrap=True)
    if funnel["rejects"]:
        console.print(f"Every reject, with its reason: {out}/rejects", markup=False, soft_wrap=True)
    if not useful(funnel):
        reasons = ", ".join(f"{reason} {count}" for reason, count in all_reasons(funnel).items())
        console.print(f"Nothing was kept ({reasons}): no data set.", style="bold red", soft_wrap=True)
        return
    console.print(f"Data set: {out}", markup=False, soft_wrap=True)
    split = main_split(funnel)
    console.print(f'Load it:  datasets.load_dataset("{out}", split="{split}")', markup=False, soft_wrap=True)


def _account(name: str, tallies: list[dict[str, float]]) -> str:
    """``watcher: 120 calls, 30,000 tokens, $0.02; 80 calls saved``."""

    def total(*keys: str) -> float:
        return sum(tally.get(key, 0) for tally in tallies for key in keys)

    calls, saved = int(total("calls")), int(total("saved_calls"))
    spent = f"{calls:,} call{'' if calls == 1 else 's'}, {int(total('tokens_in', 'tokens_out')):,} tokens"
    dollars = f", ${total('dollars'):,.2f}" if total("dollars") else ""
    failed = f", {int(total('failed')):,} failed" if total("failed") else ""
    return f"{name}: {spent}{dollars}{failed}; {saved:,} replies were known and cost nothing"


def all_reasons(funnel: dict[str, Any]) -> dict[str, int]:
    """How often each reason took something out, over all stages, most frequent first."""
    totals: dict[str, int] = {}
    for row in funnel["funnel"]:
        for reason, count in row["reasons"].items():
            totals[reason] = totals.get(reason, 0) + count
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def length(hours: float) -> str:
    """A length of time for people."""
    if hours >= 1:
        return f"{hours:.1f} h"
    return f"{hours * 60:.1f} min" if hours * 60 >= 1 else f"{hours * 3600:.0f} s"
