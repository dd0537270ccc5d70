"""The card of a data set: README.md, with metadata for the Hub. It is the last file that a build writes."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import Any

import yaml

from ...schemas.atomic_file import for_reading
from ...schemas.build_record import BuildRecord
from ...schemas.text import clean
from ..dataset.splits import main_split, split_rows
from ..dataset.spreading import Spreading, here
from ..settings.config import Config
from .card_facts import read_facts
from .card_text import card_text

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card_of(out: Path, config: Config, record: BuildRecord, spread: Spreading = here) -> bytes:
    """The card of the build in the folder *out*; *record* is the content of its build.json, *spread* reads shards."""
    name = config.name or out.resolve().name
    text = card_text(name, config, record, read_facts(out, record, spread), main_split(record))
    whole = config.secrets.redact(f"{metadata(out, config.name, config.licence, record)}\n{text}")
    return whole.encode("utf-8", "replace")


def metadata(out: Path, name: str | None, licence: str | list[str] | None, record: BuildRecord) -> str:
    """The head of the card of the data set in *out*: YAML between lines of ``---``, as datasets and the Hub read it."""
    generation = record.generation
    # datasets cannot load a split without rows: it is left out
    samples = {split: f"data/{split}-*-{generation}.parquet" for split in split_rows(record)}
    tables = [
        (record.samples, "default", samples),
        (
            record.videos + sum((record.ended or {}).values()),
            "timelines",
            {"train": f"timelines/timelines{'*' if record.ended else '-*'}-{generation}.parquet"},
        ),
        (record.rejects, "rejects", {"train": f"rejects/rejects-*-{generation}.parquet"}),
    ]
    card: dict[str, Any] = {
        "pretty_name": " ".join(clean(name).split()) if name else None,
        "license": " ".join(clean(licence).split()) if isinstance(licence, str) else licence,
        "tags": ["video", "vdata"],
        "size_categories": [next((size for limit, size in SIZES if record.samples < limit), "1M<n<10M")],
        "configs": [_config(table, paths) for rows, table, paths in tables if rows],
        "dataset_info": [_info(out, record, table, paths) for rows, table, paths in tables if rows],
    }
    if card["configs"]:
        card["configs"][0]["default"] = True
    filled = {key: value for key, value in card.items() if value is not None}
    return f"---\n{yaml.safe_dump(filled, sort_keys=False, allow_unicode=True)}---"


def _config(name: str, paths: dict[str, str]) -> dict[str, Any]:
    return {"config_name": name, "data_files": [{"split": split, "path": path} for split, path in paths.items()]}


def _info(out: Path, record: BuildRecord, name: str, paths: dict[str, str]) -> dict[str, Any]:
    """The features of the table *name*, and the size of each split in *paths*."""
    import pyarrow.parquet as pq
    from datasets import Features

    splits = []
    for split, path in paths.items():
        metadata = [pq.read_metadata(for_reading(out / file)) for file in fnmatch.filter(record.files, path)]
        groups = [one.row_group(number) for one in metadata for number in range(one.num_row_groups)]
        rows, size = sum(one.num_rows for one in metadata), sum(group.total_byte_size for group in groups)
        splits.append({"name": split, "num_bytes": size, "num_examples": rows})
    features = Features.from_arrow_schema(metadata[0].schema.to_arrow_schema())
    return {"config_name": name, "features": features._to_yaml_list(), "splits": splits}
