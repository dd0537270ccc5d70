"""The blind baselines of a data set: read from its published samples, and said to people."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ...schemas import make_id
from ...schemas.atomic_file import for_reading
from ...schemas.build_record import BaselineScore
from ...schemas.sample import NO_MEDIA
from ...scoring.baselines import ALL, LEAST, BlindItem, advice, blind_baselines, blind_item, standing_out
from .spreading import Spreading, here

MOST = 20_000
"""About so many samples are looked at: of a larger data set a part that is drawn by the ids."""
ROWS = 1024
"""Rows that are read at a time."""
NAMED = 3
"""How many tasks are named for one baseline."""
_COLUMNS = [
    *("id", "task", "question", "options", "answer", "answer_index", "group"),
    *("video_id", "start", "end", "duration", "params", "seen_start", "seen_end", "clip_start", "clip_end"),
]


def measure(paths: Sequence[Path], spread: Spreading = here) -> list[BaselineScore] | None:
    """The scores of the data set with these files of samples, which *spread* reads; None where no sample is one that
    can be guessed."""
    rows = sum(pq.read_metadata(for_reading(path)).num_rows for path in paths)
    share = MOST / rows if rows > MOST else 1.0
    found = [*spread(_items_of, [(path, share) for path in paths])]
    (scores,) = spread(_scores_of, [found])
    return scores or None


def _items_of(job: tuple[Path, float]) -> bytes:
    """A list of BlindItem, pickled: what spreads the work only hands it on."""
    return pickle.dumps([*_items(*job)])


def _scores_of(found: Sequence[bytes]) -> list[BaselineScore]:
    return blind_baselines([item for items in found for item in pickle.loads(items)])


def _items(path: Path, share: float) -> Iterator[BlindItem]:
    with pq.ParquetFile(for_reading(path)) as file:
        there = [name for name in _COLUMNS if name in file.schema_arrow.names]  # older data sets lack some
        for batch in file.iter_batches(ROWS, columns=there, use_threads=False):
            for row in batch.to_pylist():
                if share == 1 or _drawn(row, share):
                    item = blind_item(
                        row["task"],
                        row["question"] or "",
                        row["answer"] or "",
                        row["options"] or (),
                        row["answer_index"],
                        row["group"] or "",
                        row["video_id"] or "",
                        _seconds_shown(row),
                    )
                    if item is not None:
                        yield item


def _seconds_shown(row: dict[str, Any]) -> float:
    """How much of its video is shown with a sample; 0 where nothing is, or it is not known."""
    params = {item["name"]: item["value"] for item in row["params"] or ()}
    if params.get(NO_MEDIA) == "none":
        return 0.0
    for start, end in (("clip_start", "clip_end"), ("seen_start", "seen_end")):
        if row.get(end) is not None:
            return float(row[end] - (row[start] or 0.0))
    return float(row["end"] - row["start"] if params.get("about") == "spans" else row["duration"] or 0.0)


def _drawn(row: dict[str, Any], share: float) -> bool:
    """Whether a sample is among the *share* that is looked at; all rotations of one question are, or none."""
    return int(make_id("baselines", row["group"] or row["id"])[:8], 16) < share * 16**8


def remarks(scores: Sequence[BaselineScore]) -> list[str]:
    """What people should know of *scores*, a line for each baseline that stands out and what to do about it; one line
    when none does."""
    if not scores:
        return []
    out: dict[str, list[BaselineScore]] = {}
    for one in standing_out(scores):
        out.setdefault(one.baseline, []).append(one)
    if not out:
        most = max(one.items for one in scores)
        if most < LEAST:
            few = f"{most} question{'' if most == 1 else 's'} that can be guessed blindly"
            return [f"Blind baselines: {few}, too few to show a shortcut ({LEAST} and more do)."]
        best = max((one for one in scores if one.task == ALL), key=lambda one: one.accuracy - one.chance)
        return [
            f"Blind baselines: none of {len({one.baseline for one in scores})} is above chance; "
            f"the best, {best.baseline}, is right in {_share(best)}."
        ]
    lines = []
    for name, found in out.items():
        total = [one for one in found if one.task == ALL]
        tasks = [one for one in found if one.task != ALL]
        where = [f"in {_share(one)}" for one in total]
        where += [f"of {one.task} in {_share(one)}" for one in tasks[:NAMED]]
        more = f", and of {len(tasks) - NAMED} more tasks" if len(tasks) > NAMED else ""
        lines.append(f"Blind baseline above chance: {name} is right {', '.join(where)}{more}. {advice(name)}")
    return lines


@dataclass(frozen=True, slots=True)
class BaselineTable:
    """The scores as a table: a row for each task, all tasks first, and a column for each baseline."""

    names: list[str]
    rows: list[tuple[str, list[BaselineScore | None]]]
    """A task, and its score by each baseline; None where the baseline does not apply."""
    remarks: list[str]


def baseline_table(scores: Sequence[BaselineScore]) -> BaselineTable:
    """*scores* as a table."""
    names = list(dict.fromkeys(one.baseline for one in scores))
    known = {(one.task, one.baseline): one for one in scores}
    tasks = dict.fromkeys(one.task for one in scores)
    return BaselineTable(
        names, [(task, [known.get((task, name)) for name in names]) for task in tasks], remarks(scores)
    )


def _share(score: BaselineScore) -> str:
    """``61.0 % (52 to 69, chance 25.0 %) of 120``."""
    return (
        f"{100 * score.accuracy:.1f} % of {score.items:,} (interval {100 * score.low:.0f} to {100 * score.high:.0f} %, "
        f"chance {100 * score.chance:.1f} %)"
    )
