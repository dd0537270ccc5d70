"""The summary at the end of a build: inputs, samples, and the losses by stage and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...schemas.bucket_path import is_bucket
from ...schemas.build_record import BuildRecord, Retry, Usage
from ...stages import Stage
from ..console import open_console
from .baseline_scores import remarks
from .splits import main_split, split_rows


def print_summary(
    record: BuildRecord,
    stages: Sequence[tuple[str, Stage]],
    out: Path,
    retries: Sequence[Retry] = (),
    console: Console | None = None,
) -> None:
    """Print *record* for people. *stages* are pairs (label, stage) in order, *retries* those that ended in this run."""
    console = console or open_console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("stage")
    for name in ("videos in", "out", "made"):
        table.add_column(name, justify="right")
    table.add_column("rejected")
    for row in record.funnel:
        reasons = ", ".join(f"{reason} {count}" for reason, count in row.reasons.items())
        cached = f"  ({row.cached} from cache)" if row.cached else ""
        table.add_row(row.stage, str(row.rows), str(row.kept), str(row.wrote), escape(reasons + cached))
    console.print()
    console.print(table)
    console.print()
    totals = {row.stage: row.values for row in record.funnel}
    for label, stage in stages:
        name = f"{stage.name()}:"
        for line in (stage.summary(totals.get(label, {})) or "").splitlines():
            console.print(escape(f"{label}:{line.removeprefix(name)}" if line.startswith(name) else line))
    console.print(
        f"{_count(record.inputs, 'video')} ({length(record.hours)}): {record.kept} kept, "
        f"{record.dropped} dropped, {record.failed} failed. "
        f"{_count(record.samples, 'sample')} in {record.seconds:.1f} s."
    )
    for retry in retries:
        gone = f", {retry.gone} no longer among the inputs" if retry.gone else ""
        console.print(
            f"{_count(retry.taken_up, 'video')} that failed before, taken up again: {retry.kept} kept, "
            f"{retry.dropped} dropped, {retry.failed} failed{gone}."
        )
    if made := record.made:
        console.print(
            f"{_count(made.videos, 'video')} made of them: {made.kept} kept ({length(made.hours_kept)}), "
            f"{made.dropped} dropped, {made.failed} failed."
        )
    if record.splits:
        console.print("Samples: " + ", ".join(f"{split} {count}" for split, count in split_rows(record).items()))
    if record.tasks:
        tasks = ", ".join(f"{task} {count}" for task, count in record.tasks.items())
        console.print(f"Tasks: {escape(tasks)}", soft_wrap=not console.is_terminal)
    for line in remarks(record.baselines or ()):
        console.print(escape(line), soft_wrap=not console.is_terminal)
    for name, purposes in record.teachers.items():
        console.print(escape(_account(name, purposes)), soft_wrap=not console.is_terminal)
    if record.rejects:
        console.print(f"Every reject, with its reason: {out}/rejects", markup=False, soft_wrap=True)
    if record.ended:
        counts = ", ".join(f"{state} {count}" for state, count in record.ended.items())
        console.print(f"Lanes of videos outside of the data set ({counts}): {out}/timelines", soft_wrap=True)
    if not record.videos:
        reasons = ", ".join(f"{reason} {count}" for reason, count in all_reasons(record).items())
        console.print(f"Nothing was kept ({reasons}): no data set.", style="bold red", soft_wrap=True)
        return
    console.print(f"Data set: {out}", markup=False, soft_wrap=True)
    console.print(f"Load it:  {loading(str(out), record)}", markup=False, soft_wrap=True)


def loading(place: str, record: BuildRecord, revision: str = "") -> str:
    """The call that loads the samples of the data set at *place*, or its timelines when it has none."""
    if is_bucket(place):  # datasets takes no address of a folder in a bucket
        files = f"data/{main_split(record)}-*.parquet" if record.samples else "timelines/timelines-*.parquet"
        return f'datasets.load_dataset("parquet", data_files="{place}/{files}", split="train")'
    table = "" if record.samples else ', "timelines"'
    where = f', revision="{revision}"' if revision else ""
    return f'datasets.load_dataset("{place}"{table}, split="{main_split(record)}"{where})'


def _account(name: str, purposes: Mapping[str, Usage]) -> str:
    """The cost of a teacher: ``watcher: 120 calls, 30,000 tokens, $0.02; 80 replies came from the cache …``."""
    total = Usage.sum(purposes.values())
    spent = f"{total.calls:,} call{'' if total.calls == 1 else 's'}, {total.tokens_in + total.tokens_out:,} tokens"
    dollars = f", ${total.dollars:,.2f}" if total.dollars else ""
    failed = f", {total.failed:,} failed" if total.failed else ""
    return f"{name}: {spent}{dollars}{failed}; {total.saved_calls:,} replies came from the cache and cost nothing"


def all_reasons(record: BuildRecord) -> dict[str, int]:
    """The number of rejects by reason, over all stages, most frequent first."""
    totals = Counter[str]()
    for row in record.funnel:
        totals.update(row.reasons)
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def length(hours: float) -> str:
    """A duration in *hours* as text for people: ``1.5 h``, ``3.0 min`` or ``20 s``."""
    if hours >= 1:
        return f"{hours:.1f} h"
    return f"{hours * 60:.1f} min" if hours * 60 >= 1 else f"{hours * 3600:.0f} s"
