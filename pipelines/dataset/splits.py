"""The splits of a data set: the split of each video, and the shards with the samples of each split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import pyarrow as pa

from ...schemas.build_record import BuildRecord, Shard
from ...stages.gather.split import SPLIT, SPLITS
from ..settings.route import Route
from .publish import TableFiles, publish

TRAIN = SPLITS[0]


def is_split(route: Route) -> bool:
    """Whether *route* has a stage that assigns samples to several splits."""
    return any(stage.name() == SPLIT for stage in route.stages)


def splits_of(timelines: pa.Table) -> dict[str, str]:
    """The split of every video in a table of timelines, by id; a video without a split is in train."""
    found = {}
    for video, attrs in zip(timelines.column("id").to_pylist(), timelines.column("attrs").to_pylist(), strict=True):
        split = next((attr["value"] for attr in attrs or () if attr["name"] == SPLIT), TRAIN)
        found[video] = split if split in SPLITS else TRAIN
    return found


def publish_splits(
    out: Path,
    schema: pa.Schema,
    tables: Callable[[str], Iterable[pa.Table]],
    generation: str,
    check: Callable[[], object] = lambda: None,
    claim: Callable[[Mapping[str, str]], object] = lambda files: None,
) -> TableFiles:
    """Publish the samples of every split, as *tables* returns them by name; a split without rows has no file."""
    files: dict[str, Shard] = {}
    rows: dict[str, int] = {}
    for split in SPLITS:
        written = publish(out, "samples", schema, tables(split), generation, check, claim, split=split, empty=False)
        files |= written.files
        rows |= {split: written.rows} if written.rows else {}
    if not files:
        files = publish(out, "samples", schema, (), generation, check, claim).files
    return TableFiles(sum(rows.values()), files, rows)


def split_rows(record: BuildRecord) -> dict[str, int]:
    """The number of samples by split, for the splits that have any, in the order of SPLITS."""
    counts = {TRAIN: record.samples} if record.splits is None else record.splits
    return {split: counts[split] for split in SPLITS if counts.get(split)}


def split_of_file(name: str) -> str:
    """The split of the shard of samples called *name*."""
    return PurePosixPath(name).name.partition("-")[0]


def main_split(record: BuildRecord) -> str:
    """The split for examples: train, or the first split with samples if train has none."""
    return next(iter(split_rows(record)), TRAIN)


def of_split(files: Sequence[Path], split: str) -> list[Path]:
    """The shards among *files* that hold samples of *split*."""
    return [path for path in files if split_of_file(path.name) == split]
